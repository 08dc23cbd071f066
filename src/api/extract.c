/* Lambdas of a program as modules of their own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/internal.h"
#include "lambda/manifest.h"
#include "wasm/standalone.h"

#define MODULE_MAX ((size_t)1 << 30)

/* A module that was written beside its place. */
struct wd_extracted {
  struct wd_extracted *next;
  const char *path;
  const char *temporary;
};

enum wd_status
wd_run_extract(struct wd_run *run, const char *folder, uint64_t job,
               struct wd_error *error)
{
  run->extract_folder = wd_arena_strdup(&run->arena, folder);
  if (!run->extract_folder)
    return wd_fail_memory(error);
  run->explain = WD_EXPLAIN_EXTRACT;
  run->explain_job = job ? job : 1;
  wd_wasi_fixed_init(&run->fixed);
  return WD_OK;
}

static enum wd_status
fail_file(const char *path, struct wd_error *error)
{
  return wd_fail(error, WD_IO, "%s cannot be written: %s", path,
                 strerror(errno));
}

static enum wd_status
write_bytes(const char *path, const struct wd_buf *module,
            struct wd_error *error)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  size_t done = 0;
  bool written = fd >= 0;

  while (written && done < module->length) {
    ssize_t part = write(fd, module->data + done, module->length - done);

    written = part >= 0 || errno == EINTR;
    done += part > 0 ? (size_t)part : 0;
  }
  written = written && fsync(fd) == 0;
  if (!written)
    fail_file(path, error);
  if (fd >= 0)
    close(fd);
  if (!written && fd >= 0)
    unlink(path);
  return written ? WD_OK : WD_IO;
}

/* `name-0123456789abcdef.wasm`, by the hash of what is in it. */
static struct wd_extracted *
name_module(struct wd_run *run, const struct wd_manifest *manifest,
            const struct wd_hash *hash)
{
  const char *name =
      manifest->name[0] ? manifest->name : wd_role_name(manifest->role);
  struct wd_extracted *module = wd_arena_alloc(&run->arena, sizeof *module);
  char text[65];

  wd_hash_text(hash, text);
  if (!module)
    return NULL;
  module->path = wd_arena_printf(&run->arena, "%s/%s-%.16s.wasm",
                                 run->extract_folder, name, text);
  module->temporary =
      wd_arena_printf(&run->arena, "%s/.%s-%.16s.%ld", run->extract_folder,
                      name, text, (long)getpid());
  return module->path && module->temporary ? module : NULL;
}

static bool
is_there(const struct wd_run *run, const char *path)
{
  for (const struct wd_extracted *each = run->extracted; each;
       each = each->next)
    if (strcmp(each->path, path) == 0)
      return true;
  return false;
}

static enum wd_status
write_module(struct wd_run *run, const struct wd_manifest *manifest,
             const struct wd_image *image, struct wd_error *error)
{
  struct wd_extracted *extracted;
  struct wd_buf module;
  struct wd_hash hash;
  enum wd_status status;

  wd_buf_init(&module, &run->mem, MODULE_MAX);
  status = wd_image_standalone(image, &module, error);
  if (status == WD_OK)
    status = wd_manifest_write(manifest, &module, &hash, error);
  extracted = status == WD_OK ? name_module(run, manifest, &hash) : NULL;
  if (status == WD_OK && !extracted)
    status = wd_fail_memory(error);
  if (status == WD_OK && !is_there(run, extracted->path)) {
    status = write_bytes(extracted->temporary, &module, error);
    if (status == WD_OK) {
      extracted->next = run->extracted;
      run->extracted = extracted;
    }
  }
  wd_buf_fini(&module);
  return status;
}

/* Table functions answer for a source, a row and a relation, by the values
 * that they are given; so each call asks them. */
static bool
answers_by_itself(enum wd_role role)
{
  return role == WD_ROLE_TABLE || role == WD_ROLE_LATERAL ||
         role == WD_ROLE_RELATION;
}

enum wd_status
wd_run_bound(void *env, uint64_t job, const struct wd_lambda *lambda,
             struct wd_error *error)
{
  struct wd_run *run = env;
  const struct wd_pool_options *pool = wd_pool_options(lambda->pool);
  const char *program = strrchr(wd_module_info(run->module)->name, '/');
  bool typed = !answers_by_itself(lambda->role);
  const struct wd_manifest manifest = {
      .program = program ? program + 1 : wd_module_info(run->module)->name,
      .name = lambda->name ? lambda->name : "",
      .role = lambda->role,
      .function = lambda->function,
      .state = lambda->state,
      .typed = typed,
      .bound = typed,
      .strict = lambda->strict,
      .deterministic = lambda->deterministic,
      .input = typed ? lambda->input : (struct wd_schema){0},
      .output = typed ? lambda->result : (struct wd_schema){0},
  };

  /* What fails here is no error of the program's: it is told at the end. */
  (void)error;
  if (job != run->explain_job || run->explain_error.status != WD_OK ||
      wd_linkage_module(pool->linkage) != run->module)
    return WD_OK;
  if (mkdir(run->extract_folder, 0700) != 0 && errno != EEXIST)
    fail_file(run->extract_folder, &run->explain_error);
  else
    write_module(run, &manifest, wd_pool_image(lambda->pool),
                 &run->explain_error);
  return WD_OK;
}

void
wd_run_extract_abort(struct wd_run *run)
{
  for (; run->extracted; run->extracted = run->extracted->next)
    unlink(run->extracted->temporary);
}

enum wd_status
wd_run_extract_finish(struct wd_run *run, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (!run->extracted)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "the plan of action number %llu of %s has no lambda to "
                   "extract",
                   (unsigned long long)run->explain_job,
                   run->arguments.texts[0]);
  while (run->extracted && status == WD_OK) {
    struct wd_extracted *module = run->extracted;

    if (rename(module->temporary, module->path) != 0) {
      status = fail_file(module->path, error);
      break;
    }
    run->extracted = module->next;
    if (run->output_fd >= 0)
      status = wd_run_take(run, module->path, strlen(module->path), error);
    if (run->output_fd >= 0 && status == WD_OK)
      status = wd_run_take(run, "\n", 1, error);
  }
  wd_run_extract_abort(run);
  return status;
}
