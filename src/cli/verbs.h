/* What each verb does: its exit code. */
#ifndef WD_CLI_VERBS_H
#define WD_CLI_VERBS_H

#include "base/buf.h"
#include "cli/options.h"

/* Most bytes of a plan. */
#define WD_CLI_PLAN_MAX (33u << 20)

/* run, explain, extract, and query of a plan. */
int
wd_cli_run(const struct wd_cli_settings *settings);

int
wd_cli_query(const struct wd_cli_settings *settings);

int
wd_cli_inspect(const struct wd_cli_settings *settings);

int
wd_cli_compile(const struct wd_cli_settings *settings);

int
wd_cli_cache(const struct wd_cli_settings *settings);

int
wd_cli_spark(const struct wd_cli_settings *settings);

int
wd_cli_completion(const struct wd_cli_settings *settings);

/* The help of one verb; of the whole for WD_CLI_NO_VERB. */
int
wd_cli_help(enum wd_cli_verb verb);

/* How to call it, in short, on stderr: nothing was asked for. */
int
wd_cli_usage(void);

/* The folder of compiled code that the settings mean, NULL for none. `path` is
 * storage for it. */
const char *
wd_cli_cache_folder(const struct wd_cli_settings *settings, char *path,
                    size_t size);

/* Reads a file, or standard input for NULL, into a buffer that the caller has
 * prepared. WD_NOT_FOUND, WD_IO, WD_LIMIT_EXCEEDED. */
enum wd_status
wd_cli_read_file(const char *path, struct wd_buf *buf, struct wd_error *error);

/* Prints a buffer to stdout and frees it. */
int
wd_cli_print_buf(struct wd_buf *buf);

#endif
