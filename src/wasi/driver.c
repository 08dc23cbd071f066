#include "wasi/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utf8.h"

void
wd_wasi_output_init(struct wd_wasi_output *output, int fd)
{
  memset(output, 0, sizeof *output);
  output->fd = fd;
  output->filtered = isatty(fd) == 1;
}

/* Writes all of it; 0 or errno. */
static int
write_all(int fd, const char *text, size_t length)
{
  while (length) {
    ssize_t written = write(fd, text, length);

    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return errno;
    text += written;
    length -= (size_t)written;
  }
  return 0;
}

static int
write_filtered(struct wd_wasi_output *output, const char *text, size_t length)
{
  char clean[4096];
  int cause = 0;

  while (length && !cause) {
    size_t piece = sizeof clean - WD_FILTER_MORE;

    if (piece > length)
      piece = length;
    cause = write_all(output->fd, clean,
                      wd_filter_text(&output->filter, text, piece, clean));
    text += piece;
    length -= piece;
  }
  return cause;
}

int
wd_wasi_output_write(struct wd_wasi_output *output, const char *text,
                     size_t length)
{
  char last = length ? text[length - 1] : '\n';
  int cause;

  if (output->around)
    output->around(output->around_env, false, last);
  cause = output->filtered ? write_filtered(output, text, length)
                           : write_all(output->fd, text, length);
  if (output->around)
    output->around(output->around_env, true, last);
  if (cause)
    atomic_store(&output->error, cause);
  return cause;
}

/* What wasmtime calls: bytes taken, or -errno. */
static ptrdiff_t
take(void *env, const unsigned char *bytes, size_t length)
{
  int cause = wd_wasi_output_write(env, (const char *)bytes, length);

  return cause ? -cause : (ptrdiff_t)length;
}

static ptrdiff_t
drop(void *env, const unsigned char *bytes, size_t length)
{
  (void)env;
  (void)bytes;
  return (ptrdiff_t)length;
}

static void
set_streams(wasi_config_t *config, const struct wd_wasi_driver_options *options)
{
  if (options->inherit_stdin)
    wasi_config_inherit_stdin(config);
  wasi_config_set_stdout_custom(config, options->output ? take : drop,
                                options->output, NULL);
  wasi_config_set_stderr_custom(config, options->errors ? take : drop,
                                options->errors, NULL);
}

static enum wd_status
check_text(const char *what, const char *text, struct wd_error *error)
{
  char clean[200];

  if (wd_utf8_valid((const uint8_t *)text, strlen(text)))
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT, "%s is not valid UTF-8: %s", what,
                 wd_text_clean(clean, sizeof clean, text, strlen(text)));
}

static enum wd_status
set_arguments(wasi_config_t *config,
              const struct wd_wasi_driver_options *options,
              struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (size_t i = 0; i < options->argument_count && !status; i++)
    status = check_text("an argument", options->arguments[i], error);
  /* The parameter lacks a const; the strings are copied. */
  if (!status &&
      !wasi_config_set_argv(config, options->argument_count,
                            (const char **)(uintptr_t)options->arguments))
    status = wd_fail(error, WD_INVALID_ARGUMENT, "invalid arguments");
  return status;
}

/* Splits "NAME=value" at its '=': names[i] is a copy, values[i] points into
 * it. */
static enum wd_status
split(const char *variable, char **out_name, const char **out_value,
      struct wd_error *error)
{
  enum wd_status status = check_text("a variable", variable, error);
  const char *equals = strchr(variable, '=');
  char *copy;

  if (status)
    return status;
  if (!equals || equals == variable)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%.200s' is no variable: give NAME=value", variable);
  copy = wd_mem_strndup(NULL, variable, strlen(variable));
  if (!copy)
    return wd_fail_memory(error);
  copy[equals - variable] = '\0';
  *out_name = copy;
  *out_value = copy + (equals - variable) + 1;
  return WD_OK;
}

/* `names` and `values` have room for all; what names hold is freed by the
 * caller. */
static enum wd_status
set_variables(wasi_config_t *config,
              const struct wd_wasi_driver_options *options, char **names,
              const char **values, struct wd_error *error)
{
  size_t count = options->environment_count;
  enum wd_status status = WD_OK;

  for (size_t i = 0; i < count && !status; i++)
    status = split(options->environment[i], &names[i], &values[i], error);
  if (!status && !wasi_config_set_env(config, count,
                                      (const char **)(uintptr_t)names, values))
    status = wd_fail(error, WD_INVALID_ARGUMENT, "an invalid environment");
  return status;
}

static enum wd_status
set_environment(wasi_config_t *config,
                const struct wd_wasi_driver_options *options,
                struct wd_error *error)
{
  size_t count = options->environment_count;
  char **names = wd_mem_calloc(NULL, count, sizeof *names);
  const char **values = wd_mem_calloc(NULL, count, sizeof *values);
  enum wd_status status;

  if (names && values)
    status = set_variables(config, options, names, values, error);
  else
    status = wd_fail_memory(error);
  for (size_t i = 0; names && i < count; i++)
    if (names[i])
      wd_mem_free(NULL, names[i], strlen(options->environment[i]) + 1);
  wd_mem_free(NULL, names, count * sizeof *names);
  wd_mem_free(NULL, values, count * sizeof *values);
  return status;
}

static enum wd_status
add_folder(wasi_config_t *config, const struct wd_wasi_folder *folder,
           struct wd_error *error)
{
  const char *guest = folder->guest ? folder->guest : folder->host;
  enum wd_status status = check_text("a folder's name", guest, error);
  int fd;

  if (!status)
    status = check_text("a folder's name", folder->host, error);
  if (status)
    return status;
  fd = open(folder->host, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return wd_fail(error, errno == ENOENT ? WD_NOT_FOUND : WD_IO,
                   "folder %s: %s", folder->host, strerror(errno));
  close(fd);
  if (!wasi_config_preopen_dir(config, folder->host, guest, !folder->read_only))
    return wd_fail(error, WD_IO, "folder %s cannot be opened", folder->host);
  return WD_OK;
}

static enum wd_status
configure(wasi_config_t *config, const struct wd_wasi_driver_options *options,
          struct wd_error *error)
{
  enum wd_status status = set_arguments(config, options, error);

  if (!status)
    status = set_environment(config, options, error);
  for (size_t i = 0; i < options->folder_count && !status; i++)
    status = add_folder(config, &options->folders[i], error);
  return status;
}

enum wd_status
wd_wasi_driver_config(const struct wd_wasi_driver_options *options,
                      wasi_config_t **out_config, struct wd_error *error)
{
  wasi_config_t *config = wasi_config_new();
  enum wd_status status;

  if (!config)
    return wd_fail_memory(error);
  status = configure(config, options, error);
  if (status) {
    wasi_config_delete(config);
    return status;
  }
  set_streams(config, options);
  *out_config = config;
  return WD_OK;
}
