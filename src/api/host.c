#include "wasidata/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"
#include "wasm/cache.h"

enum wd_status
wd_host_new(const struct wd_host_options *options, struct wd_host **out_host,
            struct wd_error *error)
{
  static const struct wd_host_options defaults;
  struct wd_host *host = wd_mem_calloc(NULL, 1, sizeof *host);
  enum wd_status status;

  if (!host)
    return wd_fail_memory(error);
  if (!options)
    options = &defaults;
  host->variant =
      options->interruptible ? WD_VARIANT_INTERRUPTIBLE : WD_VARIANT_PLAIN;
  status = wd_runtime_new(
      &(struct wd_runtime_options){
          .cache_dir = options->cache_dir,
          .backtrace_details = options->backtrace_details,
      },
      &host->runtime, error);
  if (status != WD_OK) {
    wd_mem_free(NULL, host, sizeof *host);
    return status;
  }
  *out_host = host;
  return WD_OK;
}

void
wd_host_free(struct wd_host *host)
{
  if (!host)
    return;
  wd_runtime_unref(host->runtime);
  wd_mem_free(NULL, host, sizeof *host);
}

bool
wd_host_default_cache(char *path, size_t size)
{
  const char *own = getenv("WASI_DATA_CACHE");
  const char *xdg = getenv("XDG_CACHE_HOME");
  const char *home = getenv("HOME");
  int length;

  if (own && *own)
    length = snprintf(path, size, "%s", own);
  else if (xdg && *xdg == '/')
    length = snprintf(path, size, "%s/wasi-data", xdg);
  else if (home && *home == '/')
    length = snprintf(path, size, "%s/.cache/wasi-data", home);
  else
    return false;
  return length > 0 && (size_t)length < size;
}

enum wd_status
wd_host_cache_size(const char *cache_dir, struct wd_cache_usage *out_usage,
                   struct wd_error *error)
{
  struct wd_cache_figures figures;
  enum wd_status status = wd_cache_measure(cache_dir, &figures, error);

  *out_usage = (struct wd_cache_usage){figures.files, figures.bytes};
  return status;
}

enum wd_status
wd_host_cache_clear(const char *cache_dir, struct wd_cache_usage *out_removed,
                    struct wd_error *error)
{
  struct wd_cache_figures figures;
  enum wd_status status = wd_cache_empty(cache_dir, &figures, error);

  *out_removed = (struct wd_cache_usage){figures.files, figures.bytes};
  return status;
}

const char *
wd_version(void)
{
  return WD_VERSION;
}
