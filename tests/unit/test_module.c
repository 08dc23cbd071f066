/* Loading, compiling, and the cache of compiled code. What would break for a
 * user: a damaged cache that crashes, a cache that others can poison, code of
 * another setting that is run. */
#include "wasm/module.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oom.h"
#include "wasm/cache.h"
#include "wasm_help.h"

static const char text[] =
    "(module (memory (export \"memory\") 1) (func (export \"f\") (param i32)"
    " (result i32) (i32.add (local.get 0) (i32.const 1))))";

/* A folder of its own, removed with what is in it. */
struct folder {
  char path[128];
};

static void
make_folder(struct folder *folder)
{
  snprintf(folder->path, sizeof folder->path, "/tmp/wd-test-XXXXXX");
  assert_non_null(mkdtemp(folder->path));
}

/* The number of files; `out_name` takes the last one's path. */
static int
list(const struct folder *folder, char out_name[400])
{
  DIR *directory = opendir(folder->path);
  struct dirent *entry;
  int count = 0;

  if (!directory)
    return 0;
  while ((entry = readdir(directory)))
    if (entry->d_name[0] != '.') {
      snprintf(out_name, 400, "%s/%s", folder->path, entry->d_name);
      count++;
    }
  closedir(directory);
  return count;
}

static void
remove_folder(const struct folder *folder)
{
  char name[400];

  while (list(folder, name))
    assert_int_equal(unlink(name), 0);
  rmdir(folder->path);
}

static void
open_runtime(const char *cache, bool details, struct wd_runtime **out_runtime)
{
  struct wd_runtime_options options = {.cache_dir = cache,
                                       .backtrace_details = details};
  struct wd_error error = {0};

  assert_ok(wd_runtime_new(&options, out_runtime, &error));
}

/* Loads and compiles in a runtime of its own. */
static void
compile_once(const char *cache, bool details, enum wd_variant variant)
{
  struct wd_error error = {0};
  struct wd_runtime *runtime;
  struct wd_module *module;
  wasmtime_module_t *code = NULL;

  open_runtime(cache, details, &runtime);
  assert_ok(wd_test_load(runtime, text, &module, &error));
  assert_ok(wd_module_code(module, variant, &code, &error));
  assert_non_null(code);
  wd_module_unref(module);
  wd_runtime_unref(runtime);
}

static void
information(void **state)
{
  struct wd_error error = {0};
  struct wd_runtime *runtime;
  struct wd_module *module;
  const struct wd_module_info *info;
  char hex[65];

  (void)state;
  open_runtime(NULL, false, &runtime);
  assert_ok(wd_test_load(runtime, text, &module, &error));
  info = wd_module_info(module);
  assert_string_equal(info->name, "test");
  wd_hash_text(&info->hash, hex);
  assert_int_equal(strlen(hex), 64);
  assert_string_equal(wd_module_export(module, "f")->signature, "(i32) -> i32");
  assert_null(wd_module_export(module, "g"));
  assert_fails(wd_module_precompile(module, WD_VARIANT_PLAIN, &error),
               WD_INVALID_ARGUMENT, "no cache folder");
  wd_module_unref(wd_module_ref(module));
  wd_module_unref(module);
  wd_runtime_unref(runtime);
}

static void
files(void **state)
{
  struct wd_error error = {0};
  struct wd_runtime *runtime;
  struct wd_module *module = NULL;

  (void)state;
  open_runtime(NULL, false, &runtime);
  assert_fails(wd_module_load_file(runtime, "/nowhere/x.wasm", &module, &error),
               WD_NOT_FOUND, "/nowhere/x.wasm");
  assert_fails(wd_module_load_file(runtime, "/tmp", &module, &error), WD_IO,
               "not a file");
  assert_fails(wd_module_load_file(runtime, "/dev/null", &module, &error),
               WD_IO, "not a file");
  assert_fails(wd_module_load_file(runtime, "/proc/self/exe", &module, &error),
               WD_BAD_MODULE, "not a WebAssembly file");
  wd_runtime_unref(runtime);
}

/* Well-formed for the rewriter, refused by the compiler. */
static void
invalid_code(void **state)
{
  struct wd_error error = {0};
  wasmtime_module_t *code;
  struct wd_runtime *runtime;
  struct wd_module *module;

  (void)state;
  open_runtime(NULL, false, &runtime);
  assert_ok(wd_test_load(runtime, "(module (memory 1) (func (result i32)))",
                         &module, &error));
  assert_fails(wd_module_code(module, WD_VARIANT_PLAIN, &code, &error),
               WD_BAD_MODULE, "test: ");
  wd_module_unref(module);
  wd_runtime_unref(runtime);
}

static void
options(void **state)
{
  struct wd_runtime_options small = {.stack_size = 1000};
  struct wd_error error = {0};
  struct wd_runtime *runtime;

  (void)state;
  assert_fails(wd_runtime_new(&small, &runtime, &error), WD_INVALID_ARGUMENT,
               "a stack of 1000 bytes");
}

static void
cache_is_used(void **state)
{
  struct folder folder;
  struct stat before;
  struct stat after;
  struct folder deeper;
  char name[400];

  (void)state;
  make_folder(&folder);
  compile_once(folder.path, false, WD_VARIANT_PLAIN);
  assert_int_equal(list(&folder, name), 1);
  assert_int_equal(stat(name, &before), 0);
  assert_int_equal(before.st_mode & 0777, 0600);
  compile_once(folder.path, false, WD_VARIANT_PLAIN);
  assert_int_equal(stat(name, &after), 0);
  assert_int_equal(before.st_ino, after.st_ino);
  compile_once(folder.path, false, WD_VARIANT_INTERRUPTIBLE);
  assert_int_equal(list(&folder, name), 2);
  compile_once(folder.path, true, WD_VARIANT_PLAIN);
  assert_int_equal(list(&folder, name), 3);
  remove_folder(&folder);
  /* Made when it is missing, for the user alone. */
  snprintf(deeper.path, sizeof deeper.path, "%.60s/a", folder.path);
  compile_once(deeper.path, false, WD_VARIANT_PLAIN);
  assert_int_equal(stat(deeper.path, &after), 0);
  assert_int_equal(after.st_mode & 0777, 0700);
  remove_folder(&deeper);
  remove_folder(&folder);
}

/* Truncated, extended, changed, empty: not used, and replaced. */
static void
damaged_cache(void **state)
{
  struct folder folder;
  char name[400];

  (void)state;
  make_folder(&folder);
  compile_once(folder.path, false, WD_VARIANT_PLAIN);
  assert_int_equal(list(&folder, name), 1);
  for (int kind = 0; kind < 5; kind++) {
    struct stat before;
    struct stat after;
    int fd = open(name, O_RDWR);

    assert_int_equal(fstat(fd, &before), 0);
    if (kind == 0)
      assert_int_equal(ftruncate(fd, before.st_size / 2), 0);
    else if (kind == 1)
      assert_int_equal(ftruncate(fd, before.st_size + 100), 0);
    else if (kind == 2)
      assert_int_equal(pwrite(fd, "XXXXXXXX", 8, before.st_size / 2), 8);
    else if (kind == 3)
      assert_int_equal(ftruncate(fd, 0), 0);
    else
      assert_int_equal(fchmod(fd, 0666), 0);
    compile_once(folder.path, false, WD_VARIANT_PLAIN);
    assert_int_equal(stat(name, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_int_equal(after.st_mode & 0777, 0600);
    close(fd);
  }
  assert_int_equal(list(&folder, name), 1);
  remove_folder(&folder);
}

/* A folder that others may write to is not read; one that cannot be written
 * is no error, but for precompile. */
static void
distrusted_cache(void **state)
{
  struct wd_error error = {0};
  struct wd_runtime *runtime;
  struct wd_module *module;
  struct folder folder;
  struct stat before;
  struct stat after;
  char name[400];

  (void)state;
  make_folder(&folder);
  compile_once(folder.path, false, WD_VARIANT_PLAIN);
  list(&folder, name);
  assert_int_equal(stat(name, &before), 0);
  assert_int_equal(chmod(folder.path, 0777), 0);
  compile_once(folder.path, false, WD_VARIANT_PLAIN);
  assert_int_equal(stat(name, &after), 0);
  assert_int_not_equal(before.st_ino, after.st_ino);
  remove_folder(&folder);

  compile_once("/proc/nowhere", false, WD_VARIANT_PLAIN);
  open_runtime("/proc/nowhere", false, &runtime);
  assert_ok(wd_test_load(runtime, text, &module, &error));
  assert_fails(wd_module_precompile(module, WD_VARIANT_PLAIN, &error), WD_IO,
               "/proc/nowhere");
  wd_module_unref(module);
  wd_runtime_unref(runtime);
}

static void
precompiles(void **state)
{
  struct wd_error error = {0};
  struct wd_runtime *runtime;
  struct wd_module *module;
  struct folder folder;
  char name[400];

  (void)state;
  make_folder(&folder);
  open_runtime(folder.path, false, &runtime);
  assert_ok(wd_test_load(runtime, text, &module, &error));
  for (int i = 0; i < 2; i++)
    assert_ok(wd_module_precompile(module, WD_VARIANT_PLAIN, &error));
  assert_int_equal(list(&folder, name), 1);
  wd_module_unref(module);
  wd_runtime_unref(runtime);
  remove_folder(&folder);
}

static void *
get_code(void *env)
{
  wasmtime_module_t *code = NULL;

  wd_module_code(env, WD_VARIANT_PLAIN, &code, NULL);
  return code;
}

static void
threads_share_code(void **state)
{
  struct wd_error error = {0};
  struct wd_runtime *runtime;
  struct wd_module *module;
  pthread_t threads[8];
  void *first = NULL;

  (void)state;
  open_runtime(NULL, false, &runtime);
  assert_ok(wd_test_load(runtime, text, &module, &error));
  for (int i = 0; i < 8; i++)
    pthread_create(&threads[i], NULL, get_code, module);
  for (int i = 0; i < 8; i++) {
    void *code;

    pthread_join(threads[i], &code);
    assert_non_null(code);
    if (i == 0)
      first = code;
    assert_ptr_equal(code, first);
  }
  wd_module_unref(module);
  wd_runtime_unref(runtime);
}

static enum wd_status
run_all(void *env)
{
  struct wd_runtime_options options = {.cache_dir = env};
  wasmtime_module_t *code;
  struct wd_runtime *runtime;
  struct wd_module *module;
  enum wd_status status = wd_runtime_new(&options, &runtime, NULL);

  if (status)
    return status;
  status = wd_test_load(runtime, text, &module, NULL);
  if (!status) {
    status = wd_module_code(module, WD_VARIANT_PLAIN, &code, NULL);
    wd_module_unref(module);
  }
  wd_runtime_unref(runtime);
  return status;
}

static void
out_of_memory(void **state)
{
  struct folder folder;

  (void)state;
  wd_oom_each(run_all, NULL);
  make_folder(&folder);
  wd_oom_each(run_all, folder.path);
  remove_folder(&folder);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(information),        cmocka_unit_test(files),
      cmocka_unit_test(invalid_code),       cmocka_unit_test(options),
      cmocka_unit_test(cache_is_used),      cmocka_unit_test(damaged_cache),
      cmocka_unit_test(distrusted_cache),   cmocka_unit_test(precompiles),
      cmocka_unit_test(threads_share_code), cmocka_unit_test(out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
