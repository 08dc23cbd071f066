#include "cli/line.h"

#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"

#define HISTORY_LINES 1000

struct wd_cli_line {
  EditLine *edit;
  History *history;
  const char *prompt;
  bool interrupted;
  char text[65536];
  char path[4096]; /* of the history; empty: it is not kept */
};

static struct termios before;
static bool has_before;

/* ---- The history's file -------------------------------------------------- */

/* Makes the folders of a path that are missing, for the user alone. */
static bool
make_folders(char *path)
{
  for (char *slash = strchr(path + 1, '/'); slash;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
      *slash = '/';
      return false;
    }
    *slash = '/';
  }
  return true;
}

static void
find_history(struct wd_cli_line *line)
{
  const char *state = getenv("XDG_STATE_HOME");
  const char *home = getenv("HOME");
  int length = -1;

  if (state && state[0] == '/')
    length =
        snprintf(line->path, sizeof line->path, "%s/wasi-data/history", state);
  else if (home && home[0] == '/')
    length = snprintf(line->path, sizeof line->path,
                      "%s/.local/state/wasi-data/history", home);
  if (length < 0 || (size_t)length >= sizeof line->path - 8 ||
      !make_folders(line->path))
    line->path[0] = '\0';
}

static void
load_history(struct wd_cli_line *line)
{
  HistEvent event;

  if (line->path[0])
    history(line->history, &event, H_LOAD, line->path);
}

/* As a whole or not at all: beside its place, which mkstemp makes 0600. */
static void
save_history(struct wd_cli_line *line)
{
  char path[sizeof line->path + 8];
  HistEvent event;
  FILE *file;
  int fd;

  if (!line->path[0])
    return;
  snprintf(path, sizeof path, "%s.XXXXXX", line->path);
  fd = mkstemp(path);
  if (fd < 0)
    return;
  file = fdopen(fd, "w");
  if (!file) {
    close(fd);
    unlink(path);
    return;
  }
  history(line->history, &event, H_SAVE_FP, file);
  if (fclose(file) != 0 || rename(path, line->path) != 0)
    unlink(path);
}

void
wd_cli_line_remember(struct wd_cli_line *line, const char *text)
{
  HistEvent event;

  if (!*text)
    return;
  history(line->history, &event, H_ENTER, text);
  save_history(line);
}

/* ---- Editing ------------------------------------------------------------- */

static struct wd_cli_line *
line_of(EditLine *edit)
{
  void *line = NULL;

  el_get(edit, EL_CLIENTDATA, &line);
  return line;
}

static const char *
prompt_of(EditLine *edit)
{
  return line_of(edit)->prompt;
}

/* Ctrl-C. */
static unsigned char
interrupt(EditLine *edit, int key)
{
  (void)key;
  line_of(edit)->interrupted = true;
  return CC_EOF;
}

/* Ctrl-Z. */
static unsigned char
suspend(EditLine *edit, int key)
{
  (void)key;
  el_set(edit, EL_PREP_TERM, 0);
  raise(SIGTSTP);
  el_set(edit, EL_PREP_TERM, 1);
  return CC_REDISPLAY;
}

static void
set_up(struct wd_cli_line *line)
{
  EditLine *edit = line->edit;
  HistEvent event;

  history(line->history, &event, H_SETSIZE, HISTORY_LINES);
  history(line->history, &event, H_SETUNIQUE, 1);
  el_set(edit, EL_CLIENTDATA, line);
  el_set(edit, EL_PROMPT, prompt_of);
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_HIST, history, line->history);
  el_set(edit, EL_ADDFN, "wd-interrupt", "Forget what was typed", interrupt);
  el_set(edit, EL_ADDFN, "wd-suspend", "Go back to the shell", suspend);
  el_set(edit, EL_BIND, "^C", "wd-interrupt", NULL);
  el_set(edit, EL_BIND, "^Z", "wd-suspend", NULL);
  el_set(edit, EL_BIND, "^R", "em-inc-search-prev", NULL);
  /* While somebody types, Ctrl-C and Ctrl-Z are keys and no signals. */
  el_set(edit, EL_SETTY, "-d", "-isig", NULL);
  el_source(edit, NULL);
}

enum wd_status
wd_cli_line_open(struct wd_cli_line **out_line, struct wd_error *error)
{
  struct wd_cli_line *line = wd_mem_calloc(NULL, 1, sizeof *line);

  if (!line)
    return wd_fail_memory(error);
  setlocale(LC_CTYPE, "");
  has_before = tcgetattr(STDIN_FILENO, &before) == 0;
  line->history = history_init();
  line->edit = el_init("wasi-data", stdin, stdout, stderr);
  if (!line->history || !line->edit) {
    wd_cli_line_close(line);
    return wd_fail(error, WD_INTERNAL, "this terminal cannot be used");
  }
  find_history(line);
  set_up(line);
  load_history(line);
  *out_line = line;
  return WD_OK;
}

enum wd_cli_line_state
wd_cli_line_read(struct wd_cli_line *line, const char *prompt,
                 const char **out_text)
{
  const char *text;
  int count = 0;
  size_t length;

  line->prompt = prompt;
  line->interrupted = false;
  el_resize(line->edit);
  /* libedit shows the prompt first: Ctrl-C would still be a signal then. */
  el_set(line->edit, EL_PREP_TERM, 1);
  text = el_gets(line->edit, &count);
  if (line->interrupted)
    return WD_CLI_LINE_INTERRUPTED;
  if (!text || count <= 0)
    return WD_CLI_LINE_END;
  length = strcspn(text, "\r\n");
  if (length >= sizeof line->text)
    length = sizeof line->text - 1;
  memcpy(line->text, text, length);
  line->text[length] = '\0';
  *out_text = line->text;
  return WD_CLI_LINE_READ;
}

void
wd_cli_line_leave(void)
{
  if (has_before)
    tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
}

void
wd_cli_line_close(struct wd_cli_line *line)
{
  if (!line)
    return;
  if (line->edit)
    el_end(line->edit);
  if (line->history)
    history_end(line->history);
  wd_mem_free(NULL, line, sizeof *line);
}
