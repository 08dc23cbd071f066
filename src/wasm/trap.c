#include "wasm/trap.h"

#include <stdio.h>
#include <string.h>

static const char trace_header[] = "error while executing at wasm backtrace:";
static const char cause_header[] = "Caused by:";

/* A line of wasmtime's text, without the blanks around it. */
struct line {
  const char *at;
  size_t length;
};

static bool
next_line(const char **text, const char *end, struct line *out_line)
{
  const char *begin = *text;
  const char *stop;

  if (begin == end)
    return false;
  stop = memchr(begin, '\n', (size_t)(end - begin));
  *text = stop ? stop + 1 : end;
  if (!stop)
    stop = end;
  while (begin < stop && *begin == ' ')
    begin++;
  while (stop > begin && stop[-1] == ' ')
    stop--;
  *out_line = (struct line){begin, (size_t)(stop - begin)};
  return true;
}

static bool
begins(const struct line *line, const char *prefix)
{
  size_t length = strlen(prefix);

  return line->length >= length && memcmp(line->at, prefix, length) == 0;
}

static void
skip(struct line *line, size_t length)
{
  line->at += length;
  line->length -= length;
}

/* Skips "0: " of a numbered line. */
static void
skip_number(struct line *line)
{
  size_t digits = 0;

  while (digits < line->length && line->at[digits] >= '0' &&
         line->at[digits] <= '9')
    digits++;
  if (digits && digits < line->length && line->at[digits] == ':')
    skip(line, digits + 1);
  while (line->length && *line->at == ' ')
    skip(line, 1);
}

/* Appends `separator` and the line, cleaned. */
static void
append(char *to, size_t size, const char *separator, const struct line *line)
{
  size_t used = strlen(to);
  size_t gap = used ? strlen(separator) : 0;

  if (used + gap + 2 >= size || line->length == 0)
    return;
  snprintf(to + used, size - used, "%s", gap ? separator : "");
  wd_text_clean(to + used + gap, size - used - gap, line->at, line->length);
}

/* "0: 0x1d - <unknown>!name" becomes "name (0x1d)". */
static void
add_frame(struct wd_trap *trap, struct line line)
{
  const char *dash;
  const char *bang;
  char text[256];
  char name[200];
  int offset_length;

  skip_number(&line);
  dash = memmem(line.at, line.length, " - ", 3);
  if (!dash) {
    append(trap->trace, sizeof trap->trace, " ", &line);
    return;
  }
  offset_length = (int)(dash - line.at);
  bang = memchr(dash, '!', line.length - (size_t)offset_length);
  bang = bang ? bang + 1 : dash + 3;
  wd_text_clean(name, sizeof name, bang,
                (size_t)(line.at + line.length - bang));
  if (!trap->trace[0])
    snprintf(trap->place, sizeof trap->place, "%.120s", name);
  snprintf(text, sizeof text, "%s (%.*s)", name,
           offset_length < 20 ? offset_length : 20, line.at);
  append(trap->trace, sizeof trap->trace, "\n",
         &(struct line){text, strlen(text)});
}

static void
read_text(const char *text, size_t length, struct wd_trap *trap)
{
  static const char trap_prefix[] = "wasm trap: ";
  const char *end = text + length;
  struct line line;
  bool in_trace = false;

  while (next_line(&text, end, &line)) {
    if (begins(&line, trace_header)) {
      in_trace = true;
    } else if (begins(&line, cause_header)) {
      in_trace = false;
    } else if (begins(&line, "note: ") || line.length == 0) {
      continue;
    } else if (in_trace) {
      add_frame(trap, line);
    } else {
      skip_number(&line);
      if (begins(&line, trap_prefix))
        skip(&line, sizeof trap_prefix - 1);
      append(trap->cause, sizeof trap->cause, ": ", &line);
    }
  }
}

void
wd_trap_read(wasmtime_error_t *failure, wasm_trap_t *trap,
             struct wd_trap *out_trap)
{
  wasm_byte_vec_t text;

  out_trap->cause[0] = out_trap->place[0] = out_trap->trace[0] = '\0';
  if (failure)
    wasmtime_error_message(failure, &text);
  else
    wasm_trap_message(trap, &text);
  /* The message of a trap counts its final zero. */
  read_text(text.data, strnlen(text.data, text.size), out_trap);
  wasm_byte_vec_delete(&text);
  if (failure)
    wasmtime_error_delete(failure);
  if (trap)
    wasm_trap_delete(trap);
}

enum wd_status
wd_fail_wasmtime(struct wd_error *error, enum wd_status status,
                 const char *what, wasmtime_error_t *failure)
{
  struct wd_trap trap;

  wd_trap_read(failure, NULL, &trap);
  return wd_fail(error, status, "%s: %s", what, trap.cause);
}
