#include <stdio.h>
#include <string.h>

#include "wasidata/host.h"

/* A first command: run PROG with grants. */
int
main(int argc, char **argv)
{
  struct wd_error error = {0};
  struct wd_host *host;
  struct wd_run *run = NULL;
  int code = 125;
  int i = 1;
  int program;

  if (i < argc && strcmp(argv[i], "run") == 0)
    i++;
  program = i;
  while (program < argc && strncmp(argv[program], "--", 2) == 0)
    program += 2;
  if (program >= argc)
    return 125;
  if (wd_host_new(NULL, &host, &error) != WD_OK ||
      wd_run_new(host, argv[program], &run, &error) != WD_OK)
    goto fail;
  for (; i < program; i += 2) {
    if (strcmp(argv[i], "--table") == 0)
      wd_run_table(run, argv[i + 1], &error);
    if (strcmp(argv[i], "--sink") == 0)
      wd_run_sink(run, argv[i + 1], &error);
    if (strcmp(argv[i], "--format") == 0)
      wd_run_format(run, argv[i + 1], &error);
  }
  for (i = program + 1; i < argc; i++)
    wd_run_argument(run, argv[i], &error);
  if (error.status == WD_OK && wd_run_start(run, &code, &error) == WD_OK) {
    wd_run_free(run);
    wd_host_free(host);
    return code;
  }
fail:
  fprintf(stderr, "wasi-data: %s\n%s%s", error.message, error.trace,
          error.trace[0] ? "\n" : "");
  wd_run_free(run);
  return 125;
}
