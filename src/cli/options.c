#include "cli/options.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/units.h"
#include "plan/suggest.h"

#define THREADS_MAX 1024
#define JOB_MAX 1000000000

/* Of `spark start`. Spark's own least is 450 MiB. */
#define WORKERS 2
#define WORKER_MEMORY ((uint64_t)1 << 30)
#define WORKER_MEMORY_LEAST ((uint64_t)512 << 20)
#define CONNECT_PORT 15002

/* An option as it was given. Which row of the table it is, is known when the
 * verb is. */
struct given {
  const struct wd_cli_option *option; /* some row of that name */
  const char *value;
};

struct reader {
  struct wd_cli_settings *settings;
  char **at; /* ends with NULL, as argv does */
  struct given *given;
  size_t given_count;
  bool ended; /* `--` was there */
  struct wd_error *error;
};

/* The row of a name for one of the verbs, or NULL. */
static const struct wd_cli_option *
find_option(const char *name, size_t length, unsigned verbs)
{
  for (size_t i = 0; i < wd_cli_option_count; i++) {
    const struct wd_cli_option *option = &wd_cli_options[i];

    if ((option->verbs & verbs) && strlen(option->name) == length &&
        strncmp(option->name, name, length) == 0)
      return option;
  }
  return NULL;
}

static enum wd_status
fail_unknown(struct reader *reader, const char *argument, const char *name,
             size_t length)
{
  const char *best = NULL;
  unsigned distance = 0;
  char shown[80];

  wd_text_clean(shown, sizeof shown, argument,
                (size_t)(name - argument) + length);
  for (size_t i = 0; i < wd_cli_option_count; i++)
    wd_suggest(name, length, wd_cli_options[i].name, &best, &distance);
  if (best)
    return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                   "unknown option '%s'; did you mean '--%s'?", shown, best);
  return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                 "unknown option '%s'; 'wasi-data help run' lists them", shown);
}

/* "--name", "--name=value", "--name value". */
static enum wd_status
read_option(struct reader *reader)
{
  const char *argument = *reader->at++;
  const char *name = argument + 2;
  size_t length = argument[1] == '-' ? strcspn(name, "=") : 0;
  const struct wd_cli_option *option = find_option(name, length, ~0u);
  const char *value = NULL;

  if (strcmp(argument, "-h") == 0)
    option = find_option("help", 4, ~0u);
  else if (strcmp(argument, "-o") == 0)
    option = find_option("output", 6, ~0u);
  else if (strcmp(argument, "-f") == 0)
    option = find_option("file", 4, ~0u);
  else if (argument[1] != '-')
    return fail_unknown(reader, argument, argument + 1, strlen(argument + 1));
  else if (!option)
    return fail_unknown(reader, argument, name, length);
  else if (name[length] == '=')
    value = name + length + 1;
  if (!option->value && value)
    return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                   "option --%s takes no value", option->name);
  if (option->value && !value) {
    value = *reader->at;
    if (!value)
      return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                     "option --%s needs a value: --%s %s", option->name,
                     option->name, option->value);
    reader->at++;
  }
  reader->given[reader->given_count++] =
      (struct given){option, value ? value : ""};
  return WD_OK;
}

static enum wd_status
fail_extra(struct reader *reader, const char *argument)
{
  const struct wd_cli_verb_info *verb = &wd_cli_verbs[reader->settings->verb];
  char shown[80];

  return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                 "%s: '%s' is one argument too many; write wasi-data %s %s",
                 verb->name,
                 wd_text_clean(shown, sizeof shown, argument, strlen(argument)),
                 verb->name, verb->usage);
}

static void
take_rest(struct reader *reader)
{
  struct wd_cli_settings *settings = reader->settings;

  settings->arguments = reader->at;
  while (*reader->at) {
    settings->argument_count++;
    reader->at++;
  }
}

/* The verb, a file, or a word. */
static enum wd_status
read_operand(struct reader *reader)
{
  struct wd_cli_settings *settings = reader->settings;
  const char *argument = *reader->at++;
  enum wd_cli_operands operands;

  if (settings->verb == WD_CLI_NO_VERB) {
    if (!reader->ended)
      settings->verb = wd_cli_verb_find(argument);
    if (settings->verb != WD_CLI_NO_VERB)
      return WD_OK;
    settings->verb = WD_CLI_RUN;
    settings->implied = true;
  }
  operands = wd_cli_verbs[settings->verb].operands;
  if (settings->operand || operands == WD_CLI_NOTHING)
    return fail_extra(reader, argument);
  settings->operand = argument;
  if (operands == WD_CLI_PROGRAM)
    take_rest(reader);
  return WD_OK;
}

static enum wd_status
read_all(struct reader *reader)
{
  enum wd_status status = WD_OK;

  while (status == WD_OK && *reader->at) {
    const char *argument = *reader->at;

    if (!reader->ended && strcmp(argument, "--") == 0) {
      reader->ended = true;
      reader->at++;
    } else if (!reader->ended && argument[0] == '-' && argument[1]) {
      status = read_option(reader);
    } else {
      status = read_operand(reader);
    }
  }
  return status;
}

static enum wd_status
read_number(const char *text, uint64_t most, uint64_t *out_number,
            struct wd_error *error)
{
  uint64_t number = 0;
  const char *at = text;
  char shown[80];

  while (*at >= '0' && *at <= '9' && number <= most)
    number = number * 10 + (uint64_t)(*at++ - '0');
  if (at != text && !*at && number >= 1 && number <= most) {
    *out_number = number;
    return WD_OK;
  }
  return wd_fail(error, WD_INVALID_ARGUMENT, "'%s' is no number from 1 to %llu",
                 wd_text_clean(shown, sizeof shown, text, strlen(text)),
                 (unsigned long long)most);
}

/* 0 would mean that there is no limit. */
static enum wd_status
check_limit(enum wd_status status, uint64_t limit, struct wd_error *error)
{
  if (status == WD_OK && limit == 0)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "must be more than 0; leave it out for no limit");
  return status;
}

static enum wd_status
set_progress(struct wd_cli_settings *settings, const char *text,
             struct wd_error *error)
{
  static const char *const names[] = {"auto", "bar", "json", "none"};
  char shown[80];

  for (int i = 0; i < 4; i++)
    if (strcmp(names[i], text) == 0) {
      settings->progress = (enum wd_cli_progress)i;
      return WD_OK;
    }
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "'%s' is none of auto, bar, json, none",
                 wd_text_clean(shown, sizeof shown, text, strlen(text)));
}

/* What it is an address of shows when the engine is used first. */
static enum wd_status
check_engine(const char *text, struct wd_error *error)
{
  char shown[80];

  if (strcmp(text, "duckdb") == 0 || strncmp(text, "sc://", 5) == 0)
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "'%s' is no engine; there are duckdb, and sc://HOST:PORT for "
                 "Spark",
                 wd_text_clean(shown, sizeof shown, text, strlen(text)));
}

static enum wd_status
set_worker_memory(struct wd_cli_settings *settings, const char *value,
                  struct wd_error *error)
{
  enum wd_status status = wd_size_parse(value, &settings->worker_memory, error);

  if (status == WD_OK && settings->worker_memory < WORKER_MEMORY_LEAST)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "'%s' is less than the 512MiB that Spark needs", value);
  return status;
}

/* Spark's settings are told from others by their names. */
static enum wd_status
check_conf(const char *text, struct wd_error *error)
{
  char shown[80];

  if (strncmp(text, "spark.", 6) == 0 && strchr(text, '='))
    return WD_OK;
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "'%s' is no setting of Spark: write spark.NAME=VALUE",
                 wd_text_clean(shown, sizeof shown, text, strlen(text)));
}

static enum wd_status
set_number(struct wd_cli_settings *settings, enum wd_cli_option_id id,
           const char *value, struct wd_error *error)
{
  uint64_t number = 0;
  enum wd_status status;

  switch (id) {
  case WD_CLI_OPT_THREADS:
    status = read_number(value, THREADS_MAX, &number, error);
    settings->threads = (uint32_t)number;
    return status;
  case WD_CLI_OPT_WORKERS:
    status = read_number(value, WD_CLI_WORKERS_MAX, &number, error);
    settings->workers = (uint32_t)number;
    return status;
  case WD_CLI_OPT_PORT:
    status = read_number(value, UINT16_MAX, &number, error);
    settings->port = (uint16_t)number;
    return status;
  case WD_CLI_OPT_WORKER_MEMORY:
    return set_worker_memory(settings, value, error);
  case WD_CLI_OPT_JOB:
    return read_number(value, JOB_MAX, &settings->job, error);
  case WD_CLI_OPT_MEMORY_LIMIT:
    status = wd_size_parse(value, &settings->memory_limit, error);
    return check_limit(status, settings->memory_limit, error);
  case WD_CLI_OPT_ENGINE_MEMORY:
    status = wd_size_parse(value, &settings->engine_memory, error);
    return check_limit(status, settings->engine_memory, error);
  default:
    status = wd_duration_parse(value, &settings->timeout, error);
    return check_limit(status, settings->timeout, error);
  }
}

static enum wd_status
set(struct wd_cli_settings *settings, enum wd_cli_option_id id,
    const char *value, struct wd_error *error)
{
  switch (id) {
  case WD_CLI_OPT_TABLE:
  case WD_CLI_OPT_SINK:
  case WD_CLI_OPT_FUNCTION:
  case WD_CLI_OPT_ENV:
  case WD_CLI_OPT_DIR:
    settings->grants[settings->grant_count++] =
        (struct wd_cli_grant){id, value};
    return WD_OK;
  case WD_CLI_OPT_CONF:
    settings->grants[settings->grant_count++] =
        (struct wd_cli_grant){id, value};
    return check_conf(value, error);
  case WD_CLI_OPT_JAR:
    settings->jar = value;
    return WD_OK;
  case WD_CLI_OPT_THREADS:
  case WD_CLI_OPT_WORKERS:
  case WD_CLI_OPT_WORKER_MEMORY:
  case WD_CLI_OPT_PORT:
  case WD_CLI_OPT_JOB:
  case WD_CLI_OPT_MEMORY_LIMIT:
  case WD_CLI_OPT_ENGINE_MEMORY:
  case WD_CLI_OPT_TIMEOUT:
    return set_number(settings, id, value, error);
  case WD_CLI_OPT_FORMAT:
    settings->format = value;
    return WD_OK;
  case WD_CLI_OPT_OUTPUT:
    settings->output = value;
    return WD_OK;
  case WD_CLI_OPT_FILE:
    settings->file = value;
    return WD_OK;
  case WD_CLI_OPT_EXPLAIN:
    settings->explain = true;
    return WD_OK;
  case WD_CLI_OPT_PLAN:
    if (settings->plan)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "--plan is there twice; a run has one plan");
    settings->plan = value;
    return WD_OK;
  case WD_CLI_OPT_ENGINE:
    settings->engine = value;
    return check_engine(value, error);
  case WD_CLI_OPT_PROGRESS:
    return set_progress(settings, value, error);
  case WD_CLI_OPT_INTERRUPTIBLE:
    settings->interruptible = true;
    return WD_OK;
  case WD_CLI_OPT_CACHE:
    settings->cache = value;
    return WD_OK;
  case WD_CLI_OPT_BACKTRACE_DETAILS:
    settings->backtrace_details = true;
    return WD_OK;
  case WD_CLI_OPT_QUIET:
    settings->quiet = true;
    return WD_OK;
  case WD_CLI_OPT_HELP:
    settings->help = true;
    return WD_OK;
  case WD_CLI_OPT_VERSION:
    settings->version = true;
    return WD_OK;
  }
  return WD_OK;
}

static enum wd_status
set_all(struct reader *reader)
{
  struct wd_cli_settings *settings = reader->settings;
  const struct wd_cli_verb_info *verb = &wd_cli_verbs[settings->verb];

  for (size_t i = 0; i < reader->given_count; i++) {
    const struct given *given = &reader->given[i];
    const char *name = given->option->name;
    const struct wd_cli_option *option =
        find_option(name, strlen(name), 1u << settings->verb);

    if (!option)
      return wd_fail(reader->error, WD_INVALID_ARGUMENT,
                     "%s: there is no option --%s; 'wasi-data help %s' lists "
                     "them",
                     verb->name, name, verb->name);
    if (set(settings, option->id, given->value, reader->error) != WD_OK) {
      wd_error_prefix(reader->error, "option --%s", name);
      return reader->error->status;
    }
  }
  return WD_OK;
}

/* Of a query: which of a plan, a file and a text is meant. */
static enum wd_status
check_query(const struct wd_cli_settings *settings, struct wd_error *error)
{
  if (settings->file && (settings->operand || settings->plan))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "query: a text, -f and --plan: give one of them");
  if (settings->plan && (settings->output || settings->explain))
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   settings->output
                       ? "query: -o writes what SQL selects, not a plan"
                       : "query: 'wasi-data explain --plan' shows a plan");
  if (settings->output && settings->format)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "query: a file's format is written behind its name: -o "
                   "FILE,format=csv");
  if (settings->output && settings->explain)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "query: --explain writes no rows to -o FILE");
  return WD_OK;
}

/* Whether the operand is what the verb wants. */
static enum wd_status
check_operand(const struct wd_cli_settings *settings, struct wd_error *error)
{
  const struct wd_cli_verb_info *verb = &wd_cli_verbs[settings->verb];
  char shown[80];

  if (settings->help || settings->version)
    return WD_OK;
  if (settings->plan && settings->operand)
    return wd_fail(error, WD_INVALID_ARGUMENT,
                   "%s: a plan and '%s' are one too many", verb->name,
                   wd_text_clean(shown, sizeof shown, settings->operand,
                                 strlen(settings->operand)));
  if (settings->verb == WD_CLI_QUERY)
    return check_query(settings, error);
  if (settings->plan)
    return WD_OK;
  if (!settings->operand) {
    if (verb->operands == WD_CLI_PROGRAM || verb->operands == WD_CLI_FILE ||
        verb->operands == WD_CLI_WORD)
      return wd_fail(error, WD_INVALID_ARGUMENT,
                     "%s: an argument is missing; write wasi-data %s %s",
                     verb->name, verb->name, verb->usage);
    return WD_OK;
  }
  if (!verb->words || wd_cli_has_word(verb->words, settings->operand))
    return WD_OK;
  wd_text_clean(shown, sizeof shown, settings->operand,
                strlen(settings->operand));
  return wd_fail(error, WD_INVALID_ARGUMENT, "%s: '%s' is none of: %s",
                 verb->name, shown, verb->words);
}

/* Options alone: `--help` and `--version` say what is wanted. */
static void
imply_verb(struct wd_cli_settings *settings, const struct reader *reader)
{
  settings->verb = WD_CLI_RUN;
  for (size_t i = 0; i < reader->given_count; i++)
    if (reader->given[i].option->id == WD_CLI_OPT_HELP)
      settings->verb = WD_CLI_HELP;
    else if (reader->given[i].option->id == WD_CLI_OPT_VERSION)
      settings->verb = WD_CLI_VERSION;
}

enum wd_status
wd_cli_settings_read(int argc, char **argv, struct wd_cli_settings *settings,
                     struct wd_error *error)
{
  struct reader reader = {.settings = settings, .error = error};
  enum wd_status status;

  memset(settings, 0, sizeof *settings);
  settings->verb = WD_CLI_NO_VERB;
  settings->job = 1;
  settings->workers = WORKERS;
  settings->worker_memory = WORKER_MEMORY;
  settings->port = CONNECT_PORT;
  reader.at = argc > 0 ? argv + 1 : argv;
  settings->grant_room = (size_t)argc + 1;
  settings->grants =
      wd_mem_calloc(NULL, settings->grant_room, sizeof *settings->grants);
  reader.given =
      wd_mem_calloc(NULL, settings->grant_room, sizeof *reader.given);
  if (!settings->grants || !reader.given)
    status = wd_fail_memory(error);
  else
    status = read_all(&reader);
  if (status == WD_OK && settings->verb == WD_CLI_NO_VERB)
    imply_verb(settings, &reader);
  if (status == WD_OK)
    status = set_all(&reader);
  if (status == WD_OK)
    status = check_operand(settings, error);
  wd_mem_free(NULL, reader.given, settings->grant_room * sizeof *reader.given);
  return status;
}

void
wd_cli_settings_fini(struct wd_cli_settings *settings)
{
  wd_mem_free(NULL, settings->grants,
              settings->grant_room * sizeof *settings->grants);
  settings->grants = NULL;
}
