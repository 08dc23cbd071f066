#include "plan/registry.h"

#include <string.h>
#include <strings.h>

#include "plan/coerce.h"
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
  struct wd_named_type *types;
  uint32_t type_count;
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

static struct entry *
find_entry(const struct wd_registry *registry, const char *name, size_t length)
{
  struct entry *entry =
      registry->bucket_count ? *bucket_of(registry, name, length) : NULL;

  while (entry && !is_named(entry, name, length))
    entry = entry->next;
  return entry;
}

static bool
is_builtin(const char *name, size_t length);

const struct wd_named *
wd_registry_find(const struct wd_registry *registry, const char *name,
                 size_t length)
{
  struct entry *entry = find_entry(registry, name, length);

  return entry && !is_builtin(name, length) ? &entry->function : NULL;
}

const struct wd_named *
wd_registry_overloads(const struct wd_registry *registry, const char *name,
                      size_t length)
{
  struct entry *entry = find_entry(registry, name, length);

  return entry && wd_named_takes_type(&entry->function) ? &entry->function
                                                        : NULL;
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

/* Operators that can be overloaded: of one operand or two. */
static bool
is_operator(const char *name, size_t length)
{
  static const char *const signs[] = {"+", "-", "*", "/", "%", "||", "<->"};

  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (strlen(signs[i]) == length && memcmp(signs[i], name, length) == 0)
      return true;
  return false;
}

/* Whether a function may have the name of one of the language's. */
static bool
may_overload(const char *name, size_t length, const struct wd_named *function)
{
  enum wd_aggregate_function aggregate;
  enum wd_function scalar;
  uint32_t count = function->arguments.count;

  if (!wd_named_takes_type(function) || is_syntax(name, length))
    return false;
  if (is_operator(name, length))
    return function->kind == WD_NAMED_SCALAR && count <= 2 &&
           !function->variadic;
  if (function->kind == WD_NAMED_AGGREGATE)
    return wd_aggregate_find(name, length, &aggregate) &&
           aggregate != WD_AGG_GROUPING;
  return function->kind == WD_NAMED_SCALAR &&
         wd_function_find(name, length, &scalar) &&
         wd_function_rule(scalar) != WD_RULE_NESTED;
}

/* Whether calls of both cannot be told apart. */
static bool
same_arguments(const struct wd_named *a, const struct wd_named *b)
{
  bool same = a->arguments.count == b->arguments.count;

  for (uint32_t i = 0; same && i < a->arguments.count; i++)
    same = wd_type_alike(&a->arguments.columns[i].type,
                         &b->arguments.columns[i].type);
  return same;
}

/* Beside the others of its name. */
static enum wd_status
check_overload(const struct entry *first, const struct wd_named *function,
               const char *clean, struct wd_error *error)
{
  const struct wd_named *other = &first->function;

  if (!wd_named_takes_type(function) || !wd_named_takes_type(other) ||
      function->kind != other->kind)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a function '%s' is registered already", clean);
  for (; other; other = other->overload)
    if (same_arguments(function, other))
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "a function '%s' is registered already for arguments of "
                     "these types",
                     clean);
  return WD_OK;
}

static enum wd_status
check_name(const struct wd_registry *registry, const char *name, size_t length,
           const struct wd_named *function, struct wd_error *error)
{
  const struct entry *first = find_entry(registry, name, length);
  bool overloads = may_overload(name, length, function);
  char clean[100];

  wd_text_clean(clean, sizeof clean, name, length);
  if (is_operator(name, length) && !overloads)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the operator '%s' is a function of one row and of one or "
                   "two typed arguments, of which one has a registered type",
                   clean);
  if (!overloads &&
      (!wd_name_is_word(name, length) || length > WD_REGISTRY_NAME_MAX))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' is no name for a function: it must be a word of "
                   "letters, digits and _, at most %u bytes",
                   clean, WD_REGISTRY_NAME_MAX);
  if (!overloads && is_builtin(name, length))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the language has a function '%s' of its own; register "
                   "yours by another name",
                   clean);
  if (first)
    return check_overload(first, function, clean, error);
  if (registry->count == WD_REGISTRY_MAX)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "more than %u functions are registered", WD_REGISTRY_MAX);
  return WD_OK;
}

/* Behind the others of its name. */
static bool
chain_overload(const struct wd_registry *registry, struct entry *entry)
{
  struct entry *first =
      find_entry(registry, entry->function.name, entry->length);
  struct wd_named *last = first ? &first->function : NULL;

  while (last && last->overload)
    last = (struct wd_named *)(uintptr_t)last->overload;
  if (last)
    last->overload = &entry->function;
  return last != NULL;
}

enum wd_status
wd_registry_add(struct wd_registry *registry, const char *name, size_t length,
                const struct wd_named *function, struct wd_error *error)
{
  struct entry *entry, **bucket;
  char *folded;
  enum wd_status status = check_name(registry, name, length, function, error);

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
  registry->count++;
  if (chain_overload(registry, entry))
    return WD_OK;
  bucket = bucket_of(registry, folded, length);
  entry->next = *bucket;
  *bucket = entry;
  return WD_OK;
}

void
wd_registry_each(struct wd_registry *registry,
                 void (*visit)(void *env, struct wd_named *function), void *env)
{
  for (uint32_t i = 0; i < registry->bucket_count; i++)
    for (struct entry *entry = registry->buckets[i]; entry; entry = entry->next)
      for (const struct wd_named *function = &entry->function; function;
           function = function->overload)
        visit(env, (struct wd_named *)(uintptr_t)function);
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

static enum wd_status
check_type(const struct wd_registry *registry, const struct wd_type *type,
           const void *program, struct wd_error *error)
{
  const char *name = type->extension;
  const struct wd_named_type *other = wd_registry_type(registry, name);
  struct wd_arena *arena = (struct wd_arena *)(uintptr_t)&registry->arena;
  struct wd_error ignored = {0};
  struct wd_type known, storage = wd_type_storage(type);
  char clean[100], said[200], there[200];

  wd_text_clean(clean, sizeof clean, name, strlen(name));
  if (!*name || strlen(name) > WD_REGISTRY_NAME_MAX)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a type's name has 1 to %u bytes", WD_REGISTRY_NAME_MAX);
  if (wd_type_parse(name, strlen(name), arena, &known, &ignored) == WD_OK)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the language has a type '%s' of its own; register yours by "
                   "another name",
                   clean);
  if (other && other->program == program)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "a type '%s' is registered already", clean);
  if (other && !wd_type_alike(&other->type, type)) {
    known = wd_type_storage(&other->type);
    return wd_fail(error, WD_TYPE_MISMATCH,
                   "the type '%s' is stored as %s here, and as %s in another "
                   "module; both must say the same",
                   clean, wd_type_text(&storage, said, sizeof said),
                   wd_type_text(&known, there, sizeof there));
  }
  return registry->type_count < WD_REGISTRY_TYPES
             ? WD_OK
             : wd_fail(error, WD_LIMIT_EXCEEDED,
                       "more than %u types are registered", WD_REGISTRY_TYPES);
}

/* The operation of a type as a function of one argument. */
static struct wd_named
operation_of(enum wd_named_kind kind, const char *name,
             const struct wd_column *column, const struct wd_closure *closure)
{
  static const struct wd_column text = {
      .name = "text", .type = {.id = WD_TYPE_STRING}, .nullable = true};

  return (struct wd_named){
      .name = name,
      .kind = kind,
      .closure = *closure,
      .typed = true,
      .arguments = {1, kind == WD_NAMED_FROM_TEXT ? &text : column},
      .strict = true,
      .deterministic = true,
      .result = *column};
}

static enum wd_status
set_operations(struct wd_registry *registry, struct wd_named_type *type,
               const struct wd_closure *operations, struct wd_error *error)
{
  struct wd_column *column = wd_arena_alloc(&registry->arena, sizeof *column);
  const char *to_text =
      wd_arena_printf(&registry->arena, "text of %s", type->name);
  const char *from_text =
      wd_arena_printf(&registry->arena, "%s of a text", type->name);
  const char *sort_keys =
      wd_arena_printf(&registry->arena, "order of %s", type->name);

  if (!column || !to_text || !from_text || !sort_keys)
    return wd_fail_memory(error);
  *column =
      (struct wd_column){.name = "value", .type = type->type, .nullable = true};
  type->has_operations = true;
  type->to_text = operation_of(WD_NAMED_TO_TEXT, to_text, column, operations);
  type->from_text =
      operation_of(WD_NAMED_FROM_TEXT, from_text, column, operations);
  type->sort_keys =
      operation_of(WD_NAMED_SORT_KEYS, sort_keys, column, operations);
  return WD_OK;
}

enum wd_status
wd_registry_add_type(struct wd_registry *registry, const struct wd_type *type,
                     const struct wd_closure *operations, const void *program,
                     struct wd_error *error)
{
  enum wd_status status = check_type(registry, type, program, error);
  struct wd_named_type *added;

  if (status != WD_OK)
    return status;
  added = wd_arena_alloc(&registry->arena, sizeof *added);
  if (!added || !wd_type_copy(type, &registry->arena, &added->type))
    return wd_fail_memory(error);
  added->name = added->type.extension;
  added->program = program;
  if (operations)
    status = set_operations(registry, added, operations, error);
  if (status != WD_OK)
    return status;
  added->next = registry->types;
  registry->types = added;
  registry->type_count++;
  return WD_OK;
}

const struct wd_named_type *
wd_registry_type(const struct wd_registry *registry, const char *name)
{
  const struct wd_named_type *folded = NULL;

  for (const struct wd_named_type *type = registry->types; type;
       type = type->next) {
    if (strcmp(type->name, name) == 0)
      return type;
    if (strcasecmp(type->name, name) == 0 && !folded)
      folded = type;
  }
  return folded;
}

const struct wd_named_type *
wd_registry_types(const struct wd_registry *registry)
{
  return registry->types;
}

static enum wd_status
check_stored(const struct wd_registry *registry, const struct wd_type *type,
             const char *what, const char *column, struct wd_error *error)
{
  const struct wd_named_type *known =
      type->extension ? wd_registry_type(registry, type->extension) : NULL;
  char clean[100], name[100], have[200], want[200];
  struct wd_type stored = wd_type_storage(type), said;
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; status == WD_OK && i < type->child_count; i++)
    status =
        check_stored(registry, &type->children[i].type, what, column, error);
  if (status != WD_OK || !known || strcmp(known->name, type->extension) != 0)
    return status;
  said = wd_type_storage(&known->type);
  if (wd_type_alike(&said, &stored))
    return wd_type_same_extension(&known->type, type)
               ? WD_OK
               : wd_fail(
                     error, WD_TYPE_MISMATCH,
                     "%s: the column '%s' has the type '%s' with other "
                     "metadata than it was registered with",
                     what,
                     wd_text_clean(clean, sizeof clean, column, strlen(column)),
                     wd_text_clean(name, sizeof name, known->name,
                                   strlen(known->name)));
  return wd_fail(
      error, WD_TYPE_MISMATCH,
      "%s: the column '%s' has the type '%s', stored as %s; it was registered "
      "as %s",
      what, wd_text_clean(clean, sizeof clean, column, strlen(column)),
      wd_text_clean(name, sizeof name, known->name, strlen(known->name)),
      wd_type_text(&stored, have, sizeof have),
      wd_type_text(&said, want, sizeof want));
}

enum wd_status
wd_registry_check(const struct wd_registry *registry,
                  const struct wd_schema *schema, const char *what,
                  struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0;
       registry && registry->types && status == WD_OK && i < schema->count; i++)
    status = check_stored(registry, &schema->columns[i].type, what,
                          schema->columns[i].name, error);
  return status;
}
