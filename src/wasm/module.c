#include "wasm/module.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "wasm/cache.h"
#include "wasm/module_internal.h"
#include "wasm/trap.h"
#include "wasm/unwrap.h"

#define MODULE_SIZE_MAX ((size_t)1 << 30)

static void
free_module(struct wd_module *module)
{
  struct wd_runtime *runtime = module->runtime;

  for (int i = 0; i < WD_VARIANT_COUNT; i++)
    if (module->code[i])
      wasmtime_module_delete(module->code[i]);
  pthread_mutex_destroy(&module->lock);
  wd_arena_fini(&module->arena);
  wd_mem_free(runtime->mem, module->bytes, module->size);
  wd_mem_free(runtime->mem, module, sizeof *module);
  wd_runtime_unref(runtime);
}

/* Reads the outline of module->bytes. */
static enum wd_status
read_module(struct wd_module *module, const char *name, struct wd_error *error)
{
  enum wd_status status =
      wd_outline_read(module->bytes, module->size, name, &module->arena,
                      &module->outline, error);

  if (!status)
    status = wd_unwrap(&module->outline, &module->arena, error);
  if (status)
    return status;
  module->outline.info.name = wd_arena_strdup(&module->arena, name);
  if (!module->outline.info.name)
    return wd_fail_memory(error);
  module->outline.info.hash = wd_hash_of(module->bytes, module->size);
  return WD_OK;
}

/* Takes over bytes that were allocated from the runtime's budget. */
static enum wd_status
load(struct wd_runtime *runtime, uint8_t *bytes, size_t size, const char *name,
     struct wd_module **out_module, struct wd_error *error)
{
  struct wd_module *module = wd_mem_calloc(runtime->mem, 1, sizeof *module);
  enum wd_status status;

  if (!module) {
    wd_mem_free(runtime->mem, bytes, size);
    return wd_fail_memory(error);
  }
  atomic_init(&module->references, 1);
  module->runtime = wd_runtime_ref(runtime);
  module->bytes = bytes;
  module->size = size;
  wd_arena_init(&module->arena, runtime->mem, 0);
  pthread_mutex_init(&module->lock, NULL);
  status = read_module(module, name, error);
  if (status)
    free_module(module);
  else
    *out_module = module;
  return status;
}

static enum wd_status
check_size(size_t size, const char *name, struct wd_error *error)
{
  if (size > MODULE_SIZE_MAX)
    return wd_fail(error, WD_BAD_MODULE, "%s: %zu bytes; a module may have %zu",
                   name, size, MODULE_SIZE_MAX);
  return WD_OK;
}

enum wd_status
wd_module_load(struct wd_runtime *runtime, const uint8_t *bytes, size_t size,
               const char *name, struct wd_module **out_module,
               struct wd_error *error)
{
  enum wd_status status = check_size(size, name, error);
  uint8_t *copy;

  if (status)
    return status;
  copy = wd_mem_alloc(runtime->mem, size);
  if (!copy)
    return wd_fail_memory(error);
  if (size)
    memcpy(copy, bytes, size);
  return load(runtime, copy, size, name, out_module, error);
}

static enum wd_status
fail_file(const char *path, struct wd_error *error)
{
  enum wd_status status =
      errno == ENOENT || errno == ENOTDIR ? WD_NOT_FOUND : WD_IO;

  return wd_fail(error, status, "%s: %s", path, strerror(errno));
}

/* Reads up to `size` bytes; the file may have been cut meanwhile. */
static ssize_t
read_all(int fd, uint8_t *to, size_t size)
{
  size_t done = 0;

  while (done < size) {
    ssize_t got = read(fd, to + done, size - done);

    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return -1;
    if (got == 0)
      break;
    done += (size_t)got;
  }
  return (ssize_t)done;
}

static enum wd_status
read_file(struct wd_mem *mem, int fd, const char *path, uint8_t **out_bytes,
          size_t *out_size, struct wd_error *error)
{
  struct stat info;
  enum wd_status status;
  uint8_t *bytes;
  ssize_t got;

  if (fstat(fd, &info) != 0)
    return fail_file(path, error);
  if (!S_ISREG(info.st_mode))
    return wd_fail(error, WD_IO, "%s: not a file", path);
  status = check_size((size_t)info.st_size, path, error);
  if (status)
    return status;
  bytes = wd_mem_alloc(mem, (size_t)info.st_size);
  if (!bytes)
    return wd_fail_memory(error);
  got = read_all(fd, bytes, (size_t)info.st_size);
  if (got != (ssize_t)info.st_size) {
    status = got < 0
                 ? fail_file(path, error)
                 : wd_fail(error, WD_IO, "%s: changed while it was read", path);
    wd_mem_free(mem, bytes, (size_t)info.st_size);
    return status;
  }
  *out_bytes = bytes;
  *out_size = (size_t)info.st_size;
  return WD_OK;
}

enum wd_status
wd_module_load_file(struct wd_runtime *runtime, const char *path,
                    struct wd_module **out_module, struct wd_error *error)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  enum wd_status status;
  uint8_t *bytes = NULL;
  size_t size = 0;

  if (fd < 0)
    return fail_file(path, error);
  status = read_file(runtime->mem, fd, path, &bytes, &size, error);
  close(fd);
  return status ? status : load(runtime, bytes, size, path, out_module, error);
}

struct wd_module *
wd_module_ref(struct wd_module *module)
{
  atomic_fetch_add_explicit(&module->references, 1, memory_order_relaxed);
  return module;
}

void
wd_module_unref(struct wd_module *module)
{
  if (module && atomic_fetch_sub_explicit(&module->references, 1,
                                          memory_order_acq_rel) == 1)
    free_module(module);
}

const uint8_t *
wd_module_bytes(const struct wd_module *module, size_t *out_size)
{
  *out_size = module->size;
  return module->bytes;
}

const struct wd_module_info *
wd_module_info(const struct wd_module *module)
{
  return &module->outline.info;
}

const struct wd_extern *
wd_module_export(const struct wd_module *module, const char *name)
{
  const struct wd_module_info *info = &module->outline.info;

  for (uint32_t i = 0; i < info->export_count; i++)
    if (strcmp(info->exports[i].name, name) == 0)
      return &info->exports[i];
  return NULL;
}

static enum wd_status
compile(struct wd_module *module, wasm_engine_t *engine,
        wasmtime_module_t **out_code, struct wd_error *error)
{
  wasmtime_error_t *failure;
  struct wd_buf rewritten;
  enum wd_status status;

  status = wd_rewrite(module->bytes, module->size, &module->outline,
                      module->runtime->mem, &rewritten, error);
  if (status)
    return status;
  failure = wasmtime_module_new(engine, (const uint8_t *)rewritten.data,
                                rewritten.length, out_code);
  wd_buf_fini(&rewritten);
  if (failure)
    return wd_fail_wasmtime(error, WD_BAD_MODULE, module->outline.info.name,
                            failure);
  return WD_OK;
}

static struct wd_hash
cache_key(const struct wd_module *module, enum wd_variant variant)
{
  char settings[128];

  wd_runtime_settings(module->runtime, variant, settings, sizeof settings);
  return wd_cache_key(&module->outline.info.hash, settings);
}

/* Code of a variant, from the cache or compiled; under the lock. */
static enum wd_status
obtain(struct wd_module *module, enum wd_variant variant, bool must_store,
       struct wd_error *error)
{
  struct wd_runtime *runtime = module->runtime;
  wasmtime_module_t *code = module->code[variant];
  enum wd_status status;
  wasm_engine_t *engine;
  struct wd_hash key;

  status = wd_runtime_engine(runtime, variant, &engine, error);
  if (status)
    return status;
  key = cache_key(module, variant);
  if (!code && runtime->cache_dir) {
    code = wd_cache_load(runtime->cache_dir, &key, engine);
    module->code[variant] = code;
    if (code)
      return WD_OK;
  }
  if (!code)
    status = compile(module, engine, &module->code[variant], error);
  if (status)
    return status;
  if (runtime->cache_dir)
    status = wd_cache_store(runtime->cache_dir, &key, module->code[variant],
                            must_store ? error : NULL);
  return must_store ? status : WD_OK;
}

enum wd_status
wd_module_code(struct wd_module *module, enum wd_variant variant,
               wasmtime_module_t **out_code, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&module->lock);
  if (!module->code[variant])
    status = obtain(module, variant, false, error);
  *out_code = module->code[variant];
  pthread_mutex_unlock(&module->lock);
  return status;
}

static enum wd_status
fail_no_cache(struct wd_error *error)
{
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "there is no cache folder to put compiled code into");
}

enum wd_status
wd_module_precompile(struct wd_module *module, enum wd_variant variant,
                     struct wd_error *error)
{
  enum wd_status status;

  if (!module->runtime->cache_dir)
    return fail_no_cache(error);
  pthread_mutex_lock(&module->lock);
  status = obtain(module, variant, true, error);
  pthread_mutex_unlock(&module->lock);
  return status;
}

enum wd_status
wd_module_cache_path(const struct wd_module *module, enum wd_variant variant,
                     char *out_path, size_t size, struct wd_error *error)
{
  struct wd_hash key;

  if (!module->runtime->cache_dir)
    return fail_no_cache(error);
  key = cache_key(module, variant);
  if (!wd_cache_path(module->runtime->cache_dir, &key, out_path, size))
    return wd_fail(error, WD_IO, "the cache folder's name is too long");
  return WD_OK;
}
