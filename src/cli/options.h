/* The command line: verbs, options, and what they were set to. */
#ifndef WD_CLI_OPTIONS_H
#define WD_CLI_OPTIONS_H

#include <stddef.h>

#include "wasidata/host.h"

enum wd_cli_verb {
  WD_CLI_RUN,
  WD_CLI_EXPLAIN,
  WD_CLI_INSPECT,
  WD_CLI_COMPILE,
  WD_CLI_CACHE,
  WD_CLI_QUERY,
  WD_CLI_EXTRACT,
  WD_CLI_SPARK,
  WD_CLI_COMPLETION,
  WD_CLI_HELP,
  WD_CLI_VERSION,
  WD_CLI_VERB_COUNT,
  WD_CLI_NO_VERB = WD_CLI_VERB_COUNT,
};

/* What follows a verb. */
enum wd_cli_operands {
  WD_CLI_NOTHING,
  WD_CLI_PROGRAM,  /* a file; all after it is the program's own */
  WD_CLI_FILE,     /* a file and nothing more */
  WD_CLI_WORD,     /* one of `words` */
  WD_CLI_OPTIONAL, /* the same, or nothing */
};

struct wd_cli_verb_info {
  const char *name;
  const char *usage; /* what follows the name */
  const char *summary;
  const char *details; /* more, for its help; may be NULL */
  enum wd_cli_operands operands;
  const char *words; /* separated by blanks */
};

enum wd_cli_option_id {
  WD_CLI_OPT_TABLE,
  WD_CLI_OPT_SINK,
  WD_CLI_OPT_FUNCTION,
  WD_CLI_OPT_ENV,
  WD_CLI_OPT_DIR,
  WD_CLI_OPT_THREADS,
  WD_CLI_OPT_MEMORY_LIMIT,
  WD_CLI_OPT_ENGINE_MEMORY,
  WD_CLI_OPT_TIMEOUT,
  WD_CLI_OPT_FORMAT,
  WD_CLI_OPT_JOB,
  WD_CLI_OPT_OUTPUT,
  WD_CLI_OPT_PLAN,
  WD_CLI_OPT_FILE,
  WD_CLI_OPT_EXPLAIN,
  WD_CLI_OPT_ENGINE,
  WD_CLI_OPT_WORKERS,
  WD_CLI_OPT_WORKER_MEMORY,
  WD_CLI_OPT_PORT,
  WD_CLI_OPT_CONF,
  WD_CLI_OPT_JAR,
  WD_CLI_OPT_PROGRESS,
  WD_CLI_OPT_INTERRUPTIBLE,
  WD_CLI_OPT_CACHE,
  WD_CLI_OPT_BACKTRACE_DETAILS,
  WD_CLI_OPT_QUIET,
  WD_CLI_OPT_HELP,
  WD_CLI_OPT_VERSION,
};

/* A name has several rows when it means different things to verbs. */
struct wd_cli_option {
  const char *name;  /* without dashes */
  const char *value; /* what its value is called; NULL: it has none */
  unsigned verbs;    /* bits 1 << enum wd_cli_verb */
  enum wd_cli_option_id id;
  const char *words; /* what its value can be, for completion; may be NULL */
  const char *help;  /* lines of at most 48 characters */
};

extern const struct wd_cli_verb_info wd_cli_verbs[WD_CLI_VERB_COUNT];
extern const struct wd_cli_option wd_cli_options[];
extern const size_t wd_cli_option_count;

/* WD_CLI_NO_VERB when there is none of that name. */
enum wd_cli_verb
wd_cli_verb_find(const char *name);

/* Whether a word is in a list that is separated by blanks. */
bool
wd_cli_has_word(const char *words, const char *word);

/* Most workers of a local cluster. */
#define WD_CLI_WORKERS_MAX 64

enum wd_cli_progress {
  WD_CLI_PROGRESS_AUTO,
  WD_CLI_PROGRESS_BAR,
  WD_CLI_PROGRESS_JSON,
  WD_CLI_PROGRESS_NONE,
};

/* An option that may be given several times. */
struct wd_cli_grant {
  enum wd_cli_option_id id;
  const char *value;
};

/* Texts are those of argv. */
struct wd_cli_settings {
  enum wd_cli_verb verb;
  bool implied; /* run, because what came first is no verb */
  bool help;
  bool version;
  bool quiet;
  bool interruptible;
  bool backtrace_details;
  const char *operand; /* NULL: none */
  const char *plan;    /* a file; NULL: none */
  const char *file;    /* of SQL; NULL: none */
  bool explain;        /* show plans of queries */
  const char *output;  /* of extract: a folder; of query: a file */
  char **arguments;    /* the program's own */
  int argument_count;
  struct wd_cli_grant *grants; /* room for one an argument */
  size_t grant_count;
  size_t grant_room;
  uint32_t threads;
  uint64_t memory_limit;
  uint64_t engine_memory;
  const char *engine; /* NULL: the default */
  uint32_t workers;   /* of `spark start` */
  uint64_t worker_memory;
  uint16_t port;
  const char *jar;  /* NULL: the one beside the command */
  uint64_t timeout; /* milliseconds; 0: none */
  uint64_t job;
  const char *format;
  const char *cache;
  enum wd_cli_progress progress;
};

/* Reads the arguments. WD_INVALID_ARGUMENT with what to write instead, and
 * WD_NO_MEMORY. wd_cli_settings_fini afterwards, also on failure. */
enum wd_status
wd_cli_settings_read(int argc, char **argv, struct wd_cli_settings *settings,
                     struct wd_error *error);

void
wd_cli_settings_fini(struct wd_cli_settings *settings);

#endif
