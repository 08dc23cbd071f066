#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/units.h"
#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/verbs.h"

const char *
wd_cli_cache_folder(const struct wd_cli_settings *settings, char *path,
                    size_t size)
{
  if (settings->cache)
    return strcmp(settings->cache, "none") == 0 ? NULL : settings->cache;
  return wd_host_default_cache(path, size) ? path : NULL;
}

static int
print_usage(const struct wd_cache_usage *usage, const char *what)
{
  struct wd_buf buf;
  char text[32];

  wd_buf_init(&buf, NULL, 4096);
  wd_buf_printf(&buf, "%s%" PRIu64 " file%s, %s\n", what, usage->files,
                usage->files == 1 ? "" : "s",
                wd_size_print(usage->bytes, text, sizeof text));
  return wd_cli_print_buf(&buf);
}

int
wd_cli_cache(const struct wd_cli_settings *settings)
{
  char path[4096];
  const char *folder = wd_cli_cache_folder(settings, path, sizeof path);
  const char *word = settings->operand ? settings->operand : "path";
  struct wd_cache_usage usage = {0};
  struct wd_error error = {0};

  if (!folder) {
    wd_cli_complain("there is no cache folder: give one by --cache DIR, or set "
                    "WASI_DATA_CACHE or HOME");
    return WD_CLI_EXIT_OWN;
  }
  if (strcmp(word, "size") == 0 &&
      wd_host_cache_size(folder, &usage, &error) == WD_OK)
    return print_usage(&usage, "");
  if (strcmp(word, "clear") == 0 &&
      wd_host_cache_clear(folder, &usage, &error) == WD_OK)
    return settings->quiet ? 0 : print_usage(&usage, "removed ");
  if (error.status != WD_OK) {
    wd_cli_report(&error);
    return WD_CLI_EXIT_OWN;
  }
  if (!wd_cli_write(STDOUT_FILENO, folder))
    return wd_cli_print(folder);
  return wd_cli_print("\n");
}
