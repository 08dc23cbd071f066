#include <string.h>
#include <unistd.h>

#include "cli/exit_code.h"
#include "cli/report.h"
#include "cli/verbs.h"

#define HELP_MAX (1u << 20)

/* Where the explanation of an option begins. */
#define COLUMN 30

/* Columns that a text takes: all of ours is one column a character. */
static int
width(const char *text)
{
  int columns = 0;

  for (; *text; text++)
    columns += (*text & 0xc0) != 0x80;
  return columns;
}

static void
add_blanks(struct wd_buf *buf, int count)
{
  for (int i = 0; i < count; i++)
    wd_buf_putc(buf, ' ');
}

/* A name at the left, lines of explanation at a column. */
static void
add_row(struct wd_buf *buf, const char *name, const char *value,
        const char *help)
{
  int used = 4 + width(name) + (value ? 1 + width(value) : 0);

  wd_buf_printf(buf, "  --%s%s%s", name, value ? " " : "", value ? value : "");
  if (used + 2 > COLUMN) {
    wd_buf_putc(buf, '\n');
    used = 0;
  }
  while (*help) {
    int length = (int)strcspn(help, "\n");

    add_blanks(buf, COLUMN - used);
    wd_buf_printf(buf, "%.*s\n", length, help);
    help += length;
    help += *help == '\n';
    used = 0;
  }
}

static void
add_options(struct wd_buf *buf, enum wd_cli_verb verb)
{
  wd_buf_puts(buf, "\nOptions:\n");
  for (size_t i = 0; i < wd_cli_option_count; i++) {
    const struct wd_cli_option *option = &wd_cli_options[i];

    if (option->verbs & (1u << verb))
      add_row(buf, option->name, option->value, option->help);
  }
}

static void
help_of_verb(struct wd_buf *buf, enum wd_cli_verb verb)
{
  const struct wd_cli_verb_info *info = &wd_cli_verbs[verb];

  wd_buf_printf(buf, "Usage: wasi-data %s%s%s\n\n%s.\n", info->name,
                *info->usage ? " " : "", info->usage, info->summary);
  if (info->details)
    wd_buf_printf(buf, "\n%s", info->details);
  add_options(buf, verb);
}

static void
help_of_all(struct wd_buf *buf)
{
  wd_buf_puts(buf, "Usage: wasi-data [OPTIONS] PROG [ARGS]\n"
                   "       wasi-data VERB [OPTIONS] …\n\n"
                   "Runs data programs that are compiled to WebAssembly.\n\n"
                   "Verbs:\n");
  for (int i = 0; i < WD_CLI_VERB_COUNT; i++)
    wd_buf_printf(buf, "  %-12s%s\n", wd_cli_verbs[i].name,
                  wd_cli_verbs[i].summary);
  wd_buf_puts(buf,
              "\n'wasi-data help VERB' explains a verb and its options.\n");
}

int
wd_cli_print_buf(struct wd_buf *buf)
{
  int code = WD_CLI_EXIT_OWN;

  if (buf->failed)
    wd_cli_complain("out of memory");
  else
    code = wd_cli_print(wd_buf_text(buf));
  wd_buf_fini(buf);
  return code;
}

int
wd_cli_help(enum wd_cli_verb verb)
{
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, HELP_MAX);
  if (verb == WD_CLI_NO_VERB)
    help_of_all(&buf);
  else
    help_of_verb(&buf, verb);
  return wd_cli_print_buf(&buf);
}

int
wd_cli_usage(void)
{
  wd_cli_write(STDERR_FILENO, "Usage: wasi-data [OPTIONS] PROG [ARGS]\n"
                              "'wasi-data help' tells more.\n");
  return WD_CLI_EXIT_OWN;
}
