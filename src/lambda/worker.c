#include "lambda/worker.h"

#include <stdio.h>
#include <string.h>

static enum wd_status
guest_allocate(void *env, uint32_t align, uint32_t size, uint32_t *out_pointer,
               struct wd_error *error)
{
  struct wd_worker *worker = env;
  wasmtime_val_raw_t values[4] = {0};
  enum wd_status status;

  values[2].i32 = (int32_t)align;
  values[3].i32 = (int32_t)size;
  status = wd_instance_call(worker->instance, &worker->realloc, values, 4, NULL,
                            error);
  *out_pointer = (uint32_t)values[0].i32;
  return status;
}

enum wd_status
wd_worker_prepare(struct wd_worker *worker, struct wd_error *error)
{
  worker->guest = (struct wd_abi_guest){
      .env = worker,
      .allocate = guest_allocate,
  };
  wd_instance_memory_places(worker->instance, &worker->guest.memory,
                            &worker->guest.memory_size);
  worker->groups.pointer = sizeof(uint32_t);
  return wd_instance_function(worker->instance, "cabi_realloc", "iiii", "i",
                              &worker->realloc, error);
}

enum wd_status
wd_worker_reserve(struct wd_worker *worker, uint32_t buffers,
                  struct wd_error *error)
{
  struct wd_mem *mem = wd_pool_options(worker->pool)->mem;
  uint32_t old = worker->scratch_capacity;
  struct wd_wire_list *pairs;
  struct wd_span *spans;

  if (buffers <= old)
    return WD_OK;
  pairs = wd_mem_alloc(mem, buffers * sizeof *pairs);
  spans = wd_mem_alloc(mem, buffers * sizeof *spans);
  if (!pairs || !spans) {
    wd_mem_free(mem, pairs, buffers * sizeof *pairs);
    wd_mem_free(mem, spans, buffers * sizeof *spans);
    return wd_fail_memory(error);
  }
  wd_mem_free(mem, worker->pairs, old * sizeof *pairs);
  wd_mem_free(mem, worker->spans, old * sizeof *spans);
  worker->pairs = pairs;
  worker->spans = spans;
  worker->scratch_capacity = buffers;
  return WD_OK;
}

void
wd_stream_init(struct wd_stream *stream, const struct wd_worker *worker,
               uint32_t site, uint32_t partition)
{
  wd_random_seed(&stream->random, wd_pool_options(worker->pool)->job, site,
                 partition);
  stream->partition = partition;
  stream->partitions = 0;
}

enum wd_status
wd_worker_cursor_reserve(struct wd_worker *worker, struct wd_error *error)
{
  uint32_t capacity = worker->cursor_capacity;
  uint32_t wanted = capacity ? capacity * 2 : 4;
  struct wd_cursor *grown;

  if (worker->cursors < capacity)
    return WD_OK;
  grown = wd_mem_realloc(wd_pool_options(worker->pool)->mem, worker->open,
                         capacity * sizeof *grown, wanted * sizeof *grown);
  if (!grown)
    return wd_fail_memory(error);
  worker->open = grown;
  worker->cursor_capacity = wanted;
  return WD_OK;
}

void
wd_worker_cursor_add(struct wd_worker *worker, uint64_t key,
                     const struct wd_stream *stream)
{
  worker->cursor_hint = worker->cursors;
  worker->open[worker->cursors++] =
      (struct wd_cursor){.key = key, .stream = *stream};
}

struct wd_cursor *
wd_worker_cursor(struct wd_worker *worker, uint64_t key)
{
  uint32_t hint = worker->cursor_hint;

  if (hint < worker->cursors && worker->open[hint].key == key)
    return &worker->open[hint];
  for (uint32_t i = worker->cursors; i > 0; i--)
    if (worker->open[i - 1].key == key) {
      worker->cursor_hint = i - 1;
      return &worker->open[i - 1];
    }
  return NULL;
}

void
wd_worker_cursor_remove(struct wd_worker *worker, uint64_t key)
{
  struct wd_cursor *found = wd_worker_cursor(worker, key);

  if (found)
    *found = worker->open[--worker->cursors];
}

/* The name under which the module exports a function of `lambdas`: ours, or
 * that of a compatible version; NULL: it does not. */
static const char *
export_name(const struct wd_module *module,
            const struct wd_abi_function *wanted)
{
  const struct wd_module_info *info = wd_module_info(module);

  if (wd_module_export(module, wanted->core_name))
    return wanted->core_name;
  for (uint32_t i = 0; i < info->export_count; i++)
    if (wd_abi_find_export(info->exports[i].name) == wanted)
      return info->exports[i].name;
  return NULL;
}

static enum wd_status
find_export(struct wd_worker *worker, enum wd_abi_export which,
            struct wd_export **out_export, struct wd_error *error)
{
  const struct wd_abi_function *function = &wd_abi_exports[which];
  const struct wd_module *module =
      wd_linkage_module(wd_pool_options(worker->pool)->linkage);
  struct wd_export *export = &worker->exports[which];
  char post[160];
  const char *name;
  enum wd_status status;

  *out_export = export;
  if (export->found)
    return WD_OK;
  name = export_name(module, function);
  if (!name)
    return wd_fail(error, WD_BAD_MODULE,
                   "%s does not export '%s', which this needs",
                   wd_module_info(module)->name, function->core_name);
  status = wd_instance_function(worker->instance, name, function->parameters,
                                function->results, &export->call, error);
  if (status != WD_OK)
    return status;
  snprintf(post, sizeof post, "cabi_post_%s", name);
  export->has_post = wd_instance_function(worker->instance, post, "i", "",
                                          &export->post, NULL) == WD_OK;
  export->found = true;
  return WD_OK;
}

enum wd_status
wd_worker_call(struct wd_worker *worker, enum wd_abi_export which,
               struct wd_stream *stream, wasmtime_val_raw_t *values,
               size_t count, struct wd_error *error)
{
  struct wd_export *export;
  enum wd_status status = find_export(worker, which, &export, error);

  if (status != WD_OK)
    return status;
  worker->wasi.random = stream->random;
  worker->wasi.time = wd_pool_options(worker->pool)->time_ns;
  worker->partition = stream->partition;
  worker->partitions = stream->partitions;
  status = wd_instance_call(worker->instance, &export->call, values, count,
                            NULL, error);
  stream->random = worker->wasi.random;
  if (status != WD_OK)
    return status;
  wd_worker_count(&worker->calls, 1);
  worker->pending = export;
  worker->area = values[0];
  return WD_OK;
}

enum wd_status
wd_worker_end(struct wd_worker *worker, struct wd_error *error)
{
  const struct wd_export *export = worker->pending;
  wasmtime_val_raw_t value = worker->area;

  worker->pending = NULL;
  if (!export || !export->has_post)
    return WD_OK;
  return wd_instance_call(worker->instance, &export->post, &value, 1, NULL,
                          error);
}

void
wd_worker_kill(struct wd_worker *worker)
{
  wd_instance_kill(worker->instance);
}
