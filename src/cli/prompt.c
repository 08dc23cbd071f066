#include "cli/prompt.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/line.h"
#include "cli/report.h"
#include "cli/verbs.h"

/* A statement, and a file that .read runs. */
#define TEXT_MAX ((size_t)64 << 20)

struct prompt {
  struct wd_cli_watch *watch;
  struct wd_run *run;
  struct wd_cli_line *line;
  struct wd_buf text; /* of the statement that is being typed */
  bool done;
};

struct command {
  const char *name;
  const char *same;     /* another name; "": none */
  const char *argument; /* NULL: it has none */
  const char *help;
  void (*perform)(struct prompt *prompt, const char *argument);
};

static void
run_text(struct prompt *prompt, const char *text, size_t length)
{
  struct wd_error error = {0};
  enum wd_status status;
  int code;

  wd_cli_watch_resume(prompt->watch);
  status = wd_run_sql(prompt->run, text, length, &error);
  if (wd_cli_watch_rest(prompt->watch, &error, &code) || status != WD_OK)
    wd_cli_report(&error);
}

/* ---- Commands ------------------------------------------------------------ */

static void
show_tables(struct prompt *prompt, const char *argument)
{
  (void)argument;
  run_text(prompt, "SHOW TABLES", 11);
}

static void
show_functions(struct prompt *prompt, const char *argument)
{
  (void)argument;
  run_text(prompt, "SHOW FUNCTIONS", 14);
}

static void
describe(struct prompt *prompt, const char *argument)
{
  struct wd_buf text;

  if (!*argument) {
    show_tables(prompt, argument);
    return;
  }
  wd_buf_init(&text, NULL, TEXT_MAX);
  wd_buf_printf(&text, "DESCRIBE %s", argument);
  run_text(prompt, wd_buf_text(&text), text.length);
  wd_buf_fini(&text);
}

static void
set_format(struct prompt *prompt, const char *argument)
{
  struct wd_error error = {0};

  if (wd_run_format(prompt->run, argument, &error) != WD_OK)
    wd_cli_report(&error);
}

static void
read_file(struct prompt *prompt, const char *argument)
{
  struct wd_error error = {0};
  struct wd_buf text;

  wd_buf_init(&text, NULL, TEXT_MAX);
  if (wd_cli_read_file(argument, &text, &error) == WD_OK)
    run_text(prompt, wd_buf_text(&text), text.length);
  else
    wd_cli_report(&error);
  wd_buf_fini(&text);
}

static void
quit(struct prompt *prompt, const char *argument)
{
  (void)argument;
  prompt->done = true;
}

static void
help(struct prompt *prompt, const char *argument);

static const struct command commands[] = {
    {".tables", "\\dt", NULL, "tables that there are", show_tables},
    {".functions", "\\df", NULL, "functions of --function", show_functions},
    {".describe", "\\d", "[NAME]", "columns of a table, or all tables",
     describe},
    {".format", "", "NAME", "how rows are shown: box, csv, json, …",
     set_format},
    {".read", "\\i", "FILE", "run the statements of a file", read_file},
    {".help", "\\?", NULL, "this", help},
    {".quit", "\\q", NULL, "end, as Ctrl-D does", quit},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

static void
help(struct prompt *prompt, const char *argument)
{
  struct wd_buf text;

  (void)prompt;
  (void)argument;
  wd_buf_init(&text, NULL, 1u << 16);
  wd_buf_puts(&text, "A statement ends with ';' and may have many lines; "
                     "Ctrl-C stops it.\n");
  for (size_t i = 0; i < COMMANDS; i++)
    wd_buf_printf(
        &text, "  %-10s %-3s %-7s %s\n", commands[i].name, commands[i].same,
        commands[i].argument ? commands[i].argument : "", commands[i].help);
  wd_cli_print_buf(&text);
}

static const struct command *
find_command(const char *text, size_t length)
{
  for (size_t i = 0; i < COMMANDS; i++)
    if ((strlen(commands[i].name) == length &&
         strncmp(commands[i].name, text, length) == 0) ||
        (length && strlen(commands[i].same) == length &&
         strncmp(commands[i].same, text, length) == 0))
      return &commands[i];
  return NULL;
}

static void
run_command(struct prompt *prompt, const char *text)
{
  size_t length = strcspn(text, " \t");
  const struct command *command = find_command(text, length);
  const char *argument = text + length + strspn(text + length, " \t");
  struct wd_buf copy;

  if (!command) {
    wd_cli_complain("'%.*s' is no command; .help lists them", (int)length,
                    text);
    return;
  }
  if (*argument && !command->argument) {
    wd_cli_complain("%s takes nothing", command->name);
    return;
  }
  if (!*argument && command->argument && command->argument[0] != '[') {
    wd_cli_complain("write %s %s", command->name, command->argument);
    return;
  }
  wd_buf_init(&copy, NULL, TEXT_MAX);
  wd_buf_puts(&copy, argument);
  while (copy.length && strchr(" \t;", copy.data[copy.length - 1]))
    copy.data[--copy.length] = '\0';
  command->perform(prompt, wd_buf_text(&copy));
  wd_buf_fini(&copy);
}

/* ---- Lines --------------------------------------------------------------- */

/* Words by which people leave. */
static bool
is_farewell(const char *text)
{
  size_t length = strcspn(text, "; \t");

  return text[length + strspn(text + length, "; \t")] == '\0' && length == 4 &&
         (strncasecmp(text, "quit", 4) == 0 ||
          strncasecmp(text, "exit", 4) == 0);
}

static void
run_whole(struct prompt *prompt)
{
  struct wd_error error = {0};
  bool whole = true;

  if (wd_run_sql_is_whole(prompt->run, wd_buf_text(&prompt->text),
                          prompt->text.length, &whole, &error) != WD_OK) {
    wd_cli_report(&error);
    wd_buf_clear(&prompt->text);
    return;
  }
  if (!whole)
    return;
  run_text(prompt, wd_buf_text(&prompt->text), prompt->text.length);
  wd_buf_clear(&prompt->text);
}

static void
take_line(struct prompt *prompt, const char *text)
{
  const char *first = text + strspn(text, " \t");

  wd_cli_line_remember(prompt->line, text);
  if (prompt->text.length == 0 && (*first == '.' || *first == '\\')) {
    run_command(prompt, first);
    return;
  }
  if (prompt->text.length == 0 && (!*first || is_farewell(first))) {
    prompt->done = *first != '\0';
    return;
  }
  wd_buf_puts(&prompt->text, text);
  wd_buf_putc(&prompt->text, '\n');
  if (prompt->text.failed) {
    wd_cli_complain("the statement is too long");
    wd_buf_clear(&prompt->text);
    return;
  }
  run_whole(prompt);
}

static void
converse(struct prompt *prompt)
{
  const char *text;

  while (!prompt->done) {
    const char *words = prompt->text.length ? "        -> " : "wasi-data> ";

    switch (wd_cli_line_read(prompt->line, words, &text)) {
    case WD_CLI_LINE_READ:
      take_line(prompt, text);
      break;
    case WD_CLI_LINE_INTERRUPTED:
      wd_cli_write(STDOUT_FILENO, "^C\n");
      wd_buf_clear(&prompt->text);
      break;
    case WD_CLI_LINE_END:
      wd_cli_write(STDOUT_FILENO, "\n");
      prompt->done = true;
      break;
    }
  }
}

int
wd_cli_prompt(struct wd_cli_watch *watch, struct wd_run *run, void *env)
{
  const struct wd_cli_settings *settings = env;
  struct wd_error error = {0};
  struct prompt prompt = {.watch = watch, .run = run};
  int code = 0;

  wd_cli_watch_rest(watch, &error, &code);
  watch->leave = wd_cli_line_leave;
  if (wd_cli_line_open(&prompt.line, &error) != WD_OK) {
    wd_cli_watch_close(watch, &error, &code);
    return wd_cli_fail(&error, WD_CLI_STAGE_SETTINGS, false);
  }
  if (!settings->quiet)
    wd_cli_write(STDERR_FILENO, "SQL; a statement ends with ';', .help tells "
                                "more, Ctrl-D ends.\n");
  wd_buf_init(&prompt.text, NULL, TEXT_MAX);
  converse(&prompt);
  wd_buf_fini(&prompt.text);
  wd_cli_watch_close(watch, &error, &code);
  wd_cli_line_close(prompt.line);
  return 0;
}
