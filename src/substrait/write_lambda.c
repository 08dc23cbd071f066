/* Lambdas, their programs and the code of these, by their hashes. */
#include <string.h>

#include "lambda/lambda.h"
#include "substrait/standard.h"
#include "substrait/writer.h"
#include "wasm/image_file.h"

/* A message that travels, and its hash. */
struct item {
  struct item *next;
  const void *of; /* what it was made of: a module, a pool; or NULL */
  struct wd_hash hash;
  const char *data;
  size_t length;
};

struct carried {
  struct item *modules, *programs, *lambdas;
};

static const struct item *
find(const struct item *list, const struct wd_hash *hash)
{
  while (list && memcmp(&list->hash, hash, sizeof *hash) != 0)
    list = list->next;
  return list;
}

static const struct item *
find_made(const struct item *list, const void *of)
{
  while (list && list->of != of)
    list = list->next;
  return list;
}

/* Adds an item to the end of a list, if it is not there yet: its bytes get
 * their hash as the last field. `hash`: NULL means that of the bytes. */
static const struct item *
add(struct writer *w, struct item **list, const void *of, struct wd_buf *bytes,
    const struct wd_hash *hash)
{
  struct wd_hash own = {{0}};
  const struct item *found;
  struct item *item = wd_arena_alloc(w->arena, sizeof *item);

  if (!bytes->failed)
    own = hash ? *hash : wd_hash_of(wd_buf_text(bytes), bytes->length);
  found = find(*list, &own);
  if (found && !of)
    return found;
  wd_wire_bytes(bytes, WD_SS_wasidata_Program_hash, &own, sizeof own);
  if (bytes->failed || !item) {
    w->buf->failed = bytes->failed;
    wd__write_fail(w, item ? WD_LIMIT_EXCEEDED : WD_NO_MEMORY,
                   "the program's code and memory are too large");
    return NULL;
  }
  item->of = of;
  item->hash = own;
  if (!found) {
    item->data = wd_arena_strndup(w->arena, wd_buf_text(bytes), bytes->length);
    item->length = bytes->length;
    if (!item->data) {
      wd__write_fail(w, WD_NO_MEMORY, "memory");
      return NULL;
    }
  }
  while (*list)
    list = &(*list)->next;
  *list = item;
  return item;
}

static const struct item *
add_module(struct writer *w, const struct wd_module *module)
{
  const struct item *item = find_made(w->carried->modules, module);
  struct wd_buf bytes;
  size_t size;
  const uint8_t *code = wd_module_bytes(module, &size);

  if (item)
    return item;
  wd_buf_init(&bytes, w->buf->mem, w->buf->maximum);
  wd_wire_bytes(&bytes, WD_SS_wasidata_Module_code, code, size);
  item = add(w, &w->carried->modules, module, &bytes,
             &wd_module_info(module)->hash);
  wd_buf_fini(&bytes);
  return item;
}

static enum wd_status
put_image(struct writer *w, const struct wd_image *image, struct wd_buf *bytes)
{
  struct wd_buf data;
  enum wd_status status;

  wd_buf_init(&data, bytes->mem, bytes->maximum);
  status = wd_image_save(image, &data, w->error);
  if (status == WD_OK)
    wd_wire_bytes(bytes, WD_SS_wasidata_Program_image, data.data, data.length);
  wd_buf_fini(&data);
  return status;
}

static const struct item *
add_program(struct writer *w, const struct wd_pool *pool)
{
  const struct wd_pool_options *options = wd_pool_options(pool);
  const struct item *item = find_made(w->carried->programs, pool), *module;
  struct wd_buf bytes;

  if (item)
    return item;
  module = add_module(w, wd_linkage_module(options->linkage));
  if (!module)
    return NULL;
  wd_buf_init(&bytes, w->buf->mem, w->buf->maximum);
  wd_wire_bytes(&bytes, WD_SS_wasidata_Program_module, &module->hash,
                sizeof module->hash);
  w->status = put_image(w, wd_pool_image(pool), &bytes);
  for (uint32_t i = 0; i < options->argument_count; i++)
    wd_wire_text(&bytes, WD_SS_wasidata_Program_arguments,
                 options->arguments[i]);
  if (options->job)
    wd_wire_int(&bytes, WD_SS_wasidata_Program_job, (int64_t)options->job);
  if (w->status == WD_OK)
    item = add(w, &w->carried->programs, pool, &bytes, NULL);
  wd_buf_fini(&bytes);
  return item;
}

/* The column as a text. */
static void
put_result(const struct wd_schema *result, struct wd_buf *bytes)
{
  struct wd_buf text;

  wd_buf_init(&text, bytes->mem, bytes->maximum);
  wd_schema_print_whole(result, &text);
  bytes->failed = bytes->failed || text.failed;
  wd_wire_text(bytes, WD_SS_wasidata_Lambda_result, wd_buf_text(&text));
  wd_buf_fini(&text);
}

static void
put_lambda(const struct lambda_use *use, const struct wd_hash *program,
           struct wd_buf *bytes)
{
  wd_wire_bytes(bytes, WD_SS_wasidata_Lambda_program, program, sizeof *program);
  if (use->closure->function)
    wd_wire_int(bytes, WD_SS_wasidata_Lambda_function, use->closure->function);
  if (use->closure->state)
    wd_wire_int(bytes, WD_SS_wasidata_Lambda_state, use->closure->state);
  wd_wire_int(bytes, WD_SS_wasidata_Lambda_role, wd__role_number(use->role));
  for (uint32_t i = 0; use->arguments && i < use->arguments->count; i++)
    wd_wire_text(bytes, WD_SS_wasidata_Lambda_arguments,
                 use->arguments->columns[i].name);
  if (use->strict)
    wd_wire_int(bytes, WD_SS_wasidata_Lambda_strict, 1);
  if (use->deterministic)
    wd_wire_int(bytes, WD_SS_wasidata_Lambda_deterministic, 1);
  if (use->name)
    wd_wire_text(bytes, WD_SS_wasidata_Lambda_name, use->name);
  if (use->result)
    put_result(use->result, bytes);
}

const uint8_t *
wd__write_use(struct writer *w, const struct lambda_use *use)
{
  const struct item *program, *item = NULL;
  struct wd_buf bytes;

  if (w->status != WD_OK)
    return NULL;
  if (!w->carried)
    w->carried = wd_arena_alloc(w->arena, sizeof *w->carried);
  if (!w->carried) {
    wd__write_fail(w, WD_NO_MEMORY, "memory");
    return NULL;
  }
  program = add_program(w, use->lambda->pool);
  if (!program)
    return NULL;
  wd_buf_init(&bytes, w->buf->mem, w->buf->maximum);
  put_lambda(use, &program->hash, &bytes);
  item = add(w, &w->carried->lambdas, NULL, &bytes, NULL);
  wd_buf_fini(&bytes);
  return item ? item->hash.bytes : NULL;
}

static void
put_items(struct writer *w, uint32_t field, const struct item *item)
{
  for (; item; item = item->next)
    if (item->data)
      wd_wire_bytes(w->buf, field, item->data, item->length);
}

void
wd__write_carried(struct writer *w)
{
  size_t extension = wd_wire_begin(w->buf, WD_SS_Plan_advanced_extensions);
  struct detail detail =
      wd__write_detail(w, WD_SS_AdvancedExtension_enhancement, "Lambdas");

  put_items(w, WD_SS_wasidata_Lambdas_modules, w->carried->modules);
  put_items(w, WD_SS_wasidata_Lambdas_programs, w->carried->programs);
  put_items(w, WD_SS_wasidata_Lambdas_lambdas, w->carried->lambdas);
  wd__write_detail_end(w, &detail);
  wd_wire_end(w->buf, extension);
}
