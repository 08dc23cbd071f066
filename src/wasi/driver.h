/* What a driver gets of wasmtime's preview1: arguments, the environment that
 * was granted, folders that were granted, standard streams. No network. */
#ifndef WD_WASI_DRIVER_H
#define WD_WASI_DRIVER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <wasmtime.h>

#include "base/error.h"
#include "wasi/filter.h"

/* A standard stream of the program on a descriptor of the host. Escape
 * sequences are filtered when that is a terminal (filter.h). It must outlive
 * the driver. The process must ignore SIGPIPE for EPIPE to be seen here. */
struct wd_wasi_output {
  int fd;
  bool filtered;
  struct wd_filter filter;
  atomic_int error; /* errno of the write that failed, e.g. EPIPE; 0: none */
  /* Told before and after bytes are written, with the last of them: for who
   * has a line of his own on that terminal. NULL: nobody. */
  void (*around)(void *env, bool after, char last);
  void *around_env;
};

void
wd_wasi_output_init(struct wd_wasi_output *output, int fd);

/* Writes to it as the program would: 0 or an errno. One thread at a time. */
int
wd_wasi_output_write(struct wd_wasi_output *output, const char *text,
                     size_t length);

struct wd_wasi_folder {
  const char *host;
  const char *guest; /* NULL: the same name */
  bool read_only;
};

struct wd_wasi_driver_options {
  const char *const *arguments; /* the program's name first */
  size_t argument_count;
  const char *const *environment; /* "NAME=value" */
  size_t environment_count;
  const struct wd_wasi_folder *folders;
  size_t folder_count;
  bool inherit_stdin;            /* else it is empty */
  struct wd_wasi_output *output; /* NULL: dropped */
  struct wd_wasi_output *errors;
};

/* For wd_instance_options.wasi, which takes it over. WD_INVALID_ARGUMENT for
 * text that is not UTF-8 and an environment without '=', WD_NOT_FOUND or
 * WD_IO naming a folder. */
enum wd_status
wd_wasi_driver_config(const struct wd_wasi_driver_options *options,
                      wasi_config_t **out_config, struct wd_error *error);

#endif
