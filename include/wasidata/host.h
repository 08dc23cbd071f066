/* The host: what an embedder makes once, and runs programs with.
 *
 * A host holds the Wasm runtime and the cache of compiled code. A run is one
 * program with its grants; nothing is ambient: a program sees the tables,
 * sinks, folders and variables that its run was given, and no others. Strings
 * are UTF-8 and copied. A host may be shared by threads; a run is used by one
 * thread, but for wd_run_cancel and wd_run_progress.
 *
 *   struct wd_host *host;
 *   struct wd_run *run;
 *   struct wd_error error = { 0 };
 *   int code;
 *
 *   if (wd_host_new(NULL, &host, &error) == WD_OK &&
 *       wd_run_new(host, "wordcount.wasm", &run, &error) == WD_OK &&
 *       wd_run_table(run, "lines=book.txt", &error) == WD_OK)
 *     status = wd_run_start(run, &code, &error);
 */
#ifndef WASIDATA_HOST_H
#define WASIDATA_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wasidata/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct wd_host;
struct wd_run;

struct wd_host_options {
  const char *cache_dir;  /* of compiled code; NULL: none is kept */
  bool interruptible;     /* code that can always be stopped, but is slower */
  bool backtrace_details; /* file and line in backtraces, from DWARF */
};

/* options may be NULL. */
enum wd_status
wd_host_new(const struct wd_host_options *options, struct wd_host **out_host,
            struct wd_error *error);

/* All its runs are freed before. Also for NULL. */
void
wd_host_free(struct wd_host *host);

/* The usual folder of the cache: $WASI_DATA_CACHE, else
 * $XDG_CACHE_HOME/wasi-data, else ~/.cache/wasi-data. false: there is none. */
bool
wd_host_default_cache(char *path, size_t size);

/* Loads and checks a program. WD_NOT_FOUND, WD_IO, WD_BAD_MODULE. */
enum wd_status
wd_run_new(struct wd_host *host, const char *path, struct wd_run **out_run,
           struct wd_error *error);

/* The same from memory; `name` stands for it in messages. */
enum wd_status
wd_run_new_from_bytes(struct wd_host *host, const void *bytes, size_t size,
                      const char *name, struct wd_run **out_run,
                      struct wd_error *error);

/* A plan in Substrait's protobuf form instead of a program: wd_run_start shows
 * its rows. It reads the tables that the run is granted; environment, folders
 * and arguments mean nothing to it. WD_INVALID_PLAN, WD_UNSUPPORTED and
 * WD_LIMIT_EXCEEDED say where in the plan. */
enum wd_status
wd_run_new_from_plan(struct wd_host *host, const void *bytes, size_t size,
                     const char *name, struct wd_run **out_run,
                     struct wd_error *error);

/* SQL instead of a program: wd_run_sql runs statements (docs/sql.md). They see
 * the tables and functions that the run is granted, and tables that they made;
 * environment, folders and arguments mean nothing to them. */
enum wd_status
wd_run_new_sql(struct wd_host *host, struct wd_run **out_run,
               struct wd_error *error);

/* Waits for what still runs. Also for NULL. */
void
wd_run_free(struct wd_run *run);

/* Grants, as on the command line: `NAME=LOCATION[,format=…][,option=value…]`
 * (docs/grants.md). */
enum wd_status
wd_run_table(struct wd_run *run, const char *grant, struct wd_error *error);

enum wd_status
wd_run_sink(struct wd_run *run, const char *grant, struct wd_error *error);

/* A function of another module, called by that name in expressions and SQL:
 * `NAME=FILE[#EXPORT]` (docs/modules.md). The module is loaded when the run
 * starts. */
enum wd_status
wd_run_function(struct wd_run *run, const char *function,
                struct wd_error *error);

/* `NAME=value`, for main and lambdas; `NAME` takes the value of this
 * process. */
enum wd_status
wd_run_environment(struct wd_run *run, const char *variable,
                   struct wd_error *error);

/* `HOST[::GUEST][,ro]`: a folder for main alone. */
enum wd_status
wd_run_folder(struct wd_run *run, const char *folder, struct wd_error *error);

/* An argument of the program, after its name. */
enum wd_status
wd_run_argument(struct wd_run *run, const char *argument,
                struct wd_error *error);

/* The name that the program sees as its own; unset: the path. */
enum wd_status
wd_run_name(struct wd_run *run, const char *name, struct wd_error *error);

/* Threads of the engine; 0: as many as there are processors. */
void
wd_run_threads(struct wd_run *run, uint32_t threads);

/* Bytes of linear memory of each instance, image included; 0: no limit. */
void
wd_run_memory_limit(struct wd_run *run, uint64_t bytes);

/* What runs the plans: "duckdb" (the default), or the address of a Spark
 * Connect server, sc://HOST[:PORT][/;NAME=VALUE…] (docs/spark.md). Copied.
 * WD_INVALID_ARGUMENT lists what there is; a wrong address shows at the first
 * use of the engine. */
enum wd_status
wd_run_engine(struct wd_run *run, const char *engine, struct wd_error *error);

/* Bytes of the engine's memory; 0: its own default. */
void
wd_run_engine_memory(struct wd_run *run, uint64_t bytes);

/* How rows are shown: box, csv, json, jsonl, markdown, arrow, parquet.
 * WD_INVALID_ARGUMENT lists them. */
enum wd_status
wd_run_format(struct wd_run *run, const char *format, struct wd_error *error);

/* Where main's stdout, stderr and shown rows go: descriptors, -1 for nowhere.
 * Unset: 1 and 2. stdin is the process's when `input` is true. */
void
wd_run_streams(struct wd_run *run, bool input, int output, int errors);

/* Told before and after bytes go to the run's streams, with the last byte, so
 * that who has a line of his own on that terminal can take it away. Called by
 * any thread that prints, not nested, and not at the same time for the same
 * stream. NULL: nobody. */
void
wd_run_around_output(struct wd_run *run,
                     void (*around)(void *env, bool after, char last),
                     void *env);

/* Runs main to its end, and the writes it left. WD_OK: *out_code is the
 * program's own exit code. Else nothing was written by what failed. WD_IO when
 * the exit code is 0 but the output could not be written ("output is
 * closed"). */
enum wd_status
wd_run_start(struct wd_run *run, int *out_code, struct wd_error *error);

/* Runs statements of a run of SQL, one after another, and shows the rows of its
 * queries; the first that fails is the last, and those before it have happened.
 * Tables stay for the next call, also after a
 * failure or wd_run_cancel. After wd_run_explain, plans of queries are shown
 * instead of rows. */
enum wd_status
wd_run_sql(struct wd_run *run, const char *text, size_t length,
           struct wd_error *error);

/* Whether a text ends as a statement does, with a semicolon, or is blank: what
 * a prompt asks before it runs it. */
enum wd_status
wd_run_sql_is_whole(struct wd_run *run, const char *text, size_t length,
                    bool *out_whole, struct wd_error *error);

/* The rows of the query of each wd_run_sql go to a file instead, which is
 * replaced when all of them are there: `FILE[,format=…][,option=value…]`, as a
 * sink's location. A text then has one query. */
enum wd_status
wd_run_sql_output(struct wd_run *run, const char *location,
                  struct wd_error *error);

/* After wd_run_start failed: whether main itself trapped, and not what it
 * started. */
bool
wd_run_trapped(const struct wd_run *run);

/* From any thread, while wd_run_start runs: cancels the jobs, and stops main
 * and lambdas at their next access to memory or call of the host;
 * interruptible code also in loops that have neither. Code that was between
 * two calls can get away: call again every few milliseconds. */
void
wd_run_cancel(struct wd_run *run);

/* For a process that has to end at once (_exit) although writes go on: removes
 * their temporary files, of all runs. Writes that end afterwards wait
 * forever, so nothing else may follow. Any thread, once. */
void
wd_abandon_writes(void);

struct wd_run_progress {
  uint64_t job; /* its number, from 1 */
  uint64_t rows_in;
  uint64_t rows_out;
  double fraction; /* 0 to 1; below 0: unknown */
};

/* From any thread: the newest job that runs; false when there is none. */
bool
wd_run_progress(struct wd_run *run, struct wd_run_progress *out_progress);

/* Explains instead of running: main runs up to its job'th action (from 1),
 * whose plan is written to the output as `text`, `json`, `dot`, `mermaid`,
 * `html` (a page), `sql` or `substrait`; wd_run_start then returns with code 0.
 * What main prints is dropped, and its folders can only be read.
 * WD_INVALID_ARGUMENT for an unknown form; wd_run_start returns it when main
 * ends before. */
enum wd_status
wd_run_explain(struct wd_run *run, const char *form, uint64_t job,
               struct wd_error *error);

/* Extracts instead of running: main runs up to its job'th action (from 1) with
 * a clock and random numbers that are always the same, and each lambda of that
 * action's plan is written to the folder as a module of its own
 * (docs/modules.md), mode 0600; wd_run_start then returns with code 0, and the
 * paths are written to the output. All modules are written, or none. */
enum wd_status
wd_run_extract(struct wd_run *run, const char *folder, uint64_t job,
               struct wd_error *error);

/* Compiles ahead of time, into the host's cache. */
enum wd_status
wd_run_compile(struct wd_run *run, struct wd_error *error);

/* The file that wd_run_compile writes. WD_INVALID_ARGUMENT when the host has
 * no cache; WD_IO when the path is longer than `size`. */
enum wd_status
wd_run_compiled_path(struct wd_run *run, char *out_path, size_t size,
                     struct wd_error *error);

/* Writes what is in the module to the run's output, as `text` or `json`:
 * imports, exports, memory, mutable globals, what is missing or odd, and why
 * it can or cannot run. Compiles it when nothing else is wrong, so that
 * *out_runs is certain; runs nothing. WD_INVALID_ARGUMENT for an unknown
 * form. */
enum wd_status
wd_run_inspect(struct wd_run *run, const char *form, bool *out_runs,
               struct wd_error *error);

/* Compiled code in a cache folder. */
struct wd_cache_usage {
  uint64_t files;
  uint64_t bytes;
};

/* A folder that does not exist is empty. WD_IO. */
enum wd_status
wd_host_cache_size(const char *cache_dir, struct wd_cache_usage *out_usage,
                   struct wd_error *error);

/* Removes the compiled code and tells what was removed; other files and the
 * folder stay. WD_IO naming what cannot be removed. */
enum wd_status
wd_host_cache_clear(const char *cache_dir, struct wd_cache_usage *out_removed,
                    struct wd_error *error);

/* Version of the library: "0.1.0". */
const char *
wd_version(void);

#ifdef __cplusplus
}
#endif

#endif
