#include "plan/registry.h"

#include <string.h>
#include <strings.h>

#include "plan/lexer.h"
#include "plan/suggest.h"

/* What names of a registry's functions and their signatures may take. */
#define ARENA_MAX ((size_t)256 << 20)

struct entry {
  struct entry *next; /* of its bucket */
  size_t length;
  struct wd_named function;
};

struct wd_registry {
  struct wd_mem *mem;
  struct wd_arena arena;
  uint32_t count;
  uint32_t bucket_count; /* a power of two */
  struct entry **buckets;
};

struct wd_registry *
wd_registry_new(struct wd_mem *mem)
{
  struct wd_registry *registry = wd_mem_calloc(mem, 1, sizeof *registry);

  if (!registry)
    return NULL;
  registry->mem = mem;
  wd_arena_init(&registry->arena, mem, ARENA_MAX);
  return registry;
}

static size_t
buckets_size(const struct wd_registry *registry)
{
  return registry->bucket_count * sizeof(struct entry *);
}

void
wd_registry_free(struct wd_registry *registry)
{
  if (!registry)
    return;
  if (registry->buckets)
    wd_mem_free(registry->mem, registry->buckets, buckets_size(registry));
  wd_arena_fini(&registry->arena);
  wd_mem_free(registry->mem, registry, sizeof *registry);
}

static char
lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) of the folded name. */
static struct entry **
bucket_of(const struct wd_registry *registry, const char *name, size_t length)
{
  uint32_t hash = 2166136261u;

  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint8_t)lower(name[i])) * 16777619u;
  return &registry->buckets[hash & (registry->bucket_count - 1)];
}

static bool
is_named(const struct entry *entry, const char *name, size_t length)
{
  if (entry->length != length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (entry->function.name[i] != lower(name[i]))
      return false;
  return true;
}

const struct wd_named *
wd_registry_find(const struct wd_registry *registry, const char *name,
                 size_t length)
{
  struct entry *entry =
      registry->bucket_count ? *bucket_of(registry, name, length) : NULL;

  while (entry && !is_named(entry, name, length))
    entry = entry->next;
  return entry ? &entry->function : NULL;
}

/* Twice the buckets, or the first ones. */
static bool
grow(struct wd_registry *registry)
{
  struct wd_registry larger = *registry;

  larger.bucket_count =
      registry->bucket_count ? registry->bucket_count * 2 : 64;
  larger.buckets =
      wd_mem_calloc(registry->mem, larger.bucket_count, sizeof *larger.buckets);
  if (!larger.buckets)
    return false;
  for (uint32_t i = 0; i < registry->bucket_count; i++)
    for (struct entry *entry = registry->buckets[i], *next; entry;
         entry = next) {
      struct entry **bucket =
          bucket_of(&larger, entry->function.name, entry->length);

      next = entry->next;
      entry->next = *bucket;
      *bucket = entry;
    }
  if (registry->buckets)
    wd_mem_free(registry->mem, registry->buckets, buckets_size(registry));
  registry->buckets = larger.buckets;
  registry->bucket_count = larger.bucket_count;
  return true;
}

/* Words that the parser reads as more than a name before a bracket. */
static bool
is_syntax(const char *name, size_t length)
{
  static const char *const words[] = {"cast", "try_cast", "extract",
                                      "if",   "iff",      "log"};

  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strlen(words[i]) == length && strncasecmp(words[i], name, length) == 0)
      return true;
  return wd_word_reserved(name, length);
}

static bool
is_builtin(const char *name, size_t length)
{
  enum wd_aggregate_function aggregate;
  enum wd_window_function window;
  enum wd_function function;

  return is_syntax(name, length) || wd_function_find(name, length, &function) ||
         wd_aggregate_find(name, length, &aggregate) ||
         wd_window_find(name, length, &window);
}

static enum wd_status
check_name(const struct wd_registry *registry, const char *name, size_t length,
           struct wd_error *error)
{
  char clean[100];

  wd_text_clean(clean, sizeof clean, name, length);
  if (!wd_name_is_word(name, length) || length > WD_REGISTRY_NAME_MAX)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' is no name for a function: it must be a word of "
                   "letters, digits and _, at most %u bytes",
                   clean, WD_REGISTRY_NAME_MAX);
  if (is_builtin(name, length))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the language has a function '%s' of its own; register "
                   "yours by another name",
                   clean);
  if (wd_registry_find(registry, name, length))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a function '%s' is registered already", clean);
  if (registry->count == WD_REGISTRY_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "more than %u functions are registered", WD_REGISTRY_MAX);
  return WD_OK;
}

enum wd_status
wd_registry_add(struct wd_registry *registry, const char *name, size_t length,
                const struct wd_named *function, struct wd_error *error)
{
  struct entry *entry, **bucket;
  char *folded;
  enum wd_status status = check_name(registry, name, length, error);

  if (status != WD_OK)
    return status;
  if (registry->count >= registry->bucket_count && !grow(registry))
    return wd_fail_memory(error);
  entry = wd_arena_alloc(&registry->arena, sizeof *entry);
  folded = wd_arena_strndup(&registry->arena, name, length);
  if (!entry || !folded)
    return wd_fail_memory(error);
  for (size_t i = 0; i < length; i++)
    folded[i] = lower(folded[i]);
  entry->length = length;
  entry->function = *function;
  entry->function.name = folded;
  status = wd_schema_copy(&function->arguments, &registry->arena,
                          &entry->function.arguments, error);
  if (status != WD_OK)
    return status;
  bucket = bucket_of(registry, folded, length);
  entry->next = *bucket;
  *bucket = entry;
  registry->count++;
  return WD_OK;
}

void
wd_registry_each(struct wd_registry *registry,
                 void (*visit)(void *env, struct wd_named *function), void *env)
{
  for (uint32_t i = 0; i < registry->bucket_count; i++)
    for (struct entry *entry = registry->buckets[i]; entry; entry = entry->next)
      visit(env, &entry->function);
}

void
wd_registry_suggest(const struct wd_registry *registry, const char *name,
                    size_t length, const char **best, unsigned *distance)
{
  for (uint32_t i = 0; i < registry->bucket_count; i++)
    for (const struct entry *entry = registry->buckets[i]; entry;
         entry = entry->next)
      wd_suggest(name, length, entry->function.name, best, distance);
}
