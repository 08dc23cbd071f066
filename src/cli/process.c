#include "cli/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"

/* How many ports are tried one after the other. */
#define PORT_TRIES 100

/* ---- Processes ----------------------------------------------------------- */

/* The state of a process and when it began. The name in the second field may
 * hold anything; the fields after its last bracket are numbers
 * (proc_pid_stat(5)). */
static bool
read_stat(pid_t id, char *out_state, uint64_t *out_begun)
{
  char path[64], text[1024];
  size_t length;
  const char *at;
  FILE *file;

  snprintf(path, sizeof path, "/proc/%ld/stat", (long)id);
  file = fopen(path, "re");
  if (!file)
    return false;
  length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = '\0';
  at = strrchr(text, ')');
  return at && sscanf(at + 1,
                      " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s "
                      "%*s %*s %*s %*s %*s %" SCNu64,
                      out_state, out_begun) == 2;
}

bool
wd_cli_process_lives(const struct wd_cli_process *process)
{
  uint64_t begun;
  char state;

  waitpid(process->id, NULL, WNOHANG); /* it may be a child of ours */
  return read_stat(process->id, &state, &begun) && begun == process->begun &&
         state != 'Z' && state != 'X';
}

void
wd_cli_process_signal(const struct wd_cli_process *process, int number)
{
  uint64_t begun;
  char state;

  /* What it started may outlive it; then its number is still the group's. */
  if (read_stat(process->id, &state, &begun) && begun != process->begun)
    return;
  kill(-process->id, number);
}

/* Signals that are ours to handle must reach a program as they always do. */
static void
reset_signals(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ};
  sigset_t none;

  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    signal(numbers[i], SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

/* In the child: never returns. Only the standard descriptors go along. */
static _Noreturn void
become(const char *const *arguments, int input, int output)
{
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  reset_signals();
  execvp(arguments[0], (char *const *)arguments);
  dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
  _exit(127);
}

static _Noreturn void
become_alone(const char *const *arguments,
             const struct wd_cli_variable *variables, size_t count,
             const char *folder, int input, int output)
{
  setsid();
  for (size_t i = 0; i < count; i++)
    setenv(variables[i].name, variables[i].value, 1);
  if (chdir(folder) != 0)
    _exit(127);
  become(arguments, input, output);
}

enum wd_status
wd_cli_process_start(const char *const *arguments,
                     const struct wd_cli_variable *variables, size_t count,
                     const char *folder, const char *log,
                     struct wd_cli_process *out_process, struct wd_error *error)
{
  int output = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_t id = -1;
  char state;

  if (output < 0)
    wd_fail(error, WD_IO, "cannot write '%s': %s", log, strerror(errno));
  else if (input < 0 || (id = fork()) < 0)
    wd_fail(error, WD_IO, "cannot start %s: %s", arguments[0], strerror(errno));
  if (id == 0)
    become_alone(arguments, variables, count, folder, input, output);
  close(output);
  close(input);
  if (id < 0)
    return WD_IO;
  *out_process = (struct wd_cli_process){.id = id};
  read_stat(id, &state, &out_process->begun);
  return WD_OK;
}

static void
read_text(int from, char *text, size_t size)
{
  char rest[1024];
  size_t used = 0;
  ssize_t got;

  while ((got = read(from, rest, sizeof rest)) > 0 ||
         (got < 0 && errno == EINTR))
    for (ssize_t i = 0; i < got && used + 1 < size; i++)
      text[used++] = rest[i];
  if (size)
    text[used] = '\0';
}

bool
wd_cli_process_run(const char *const *arguments, char *text, size_t size)
{
  int pipes[2] = {-1, -1}, status = -1;
  int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
  pid_t id = -1;

  if (input >= 0 && (!text || pipe2(pipes, O_CLOEXEC) == 0))
    id = fork();
  if (id == 0)
    become(arguments, input, text ? pipes[1] : STDERR_FILENO);
  close(input);
  if (text) {
    close(pipes[1]);
    read_text(id < 0 ? -1 : pipes[0], text, size);
    close(pipes[0]);
  }
  while (id > 0 && waitpid(id, &status, 0) < 0 && errno == EINTR)
    ;
  return id > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* ---- Ports --------------------------------------------------------------- */

static struct sockaddr_in
address_of(uint16_t port)
{
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

/* The port that was bound, 0 for none. Connections of the past that the system
 * still remembers do not count. */
static uint16_t
bind_port(uint16_t port)
{
  struct sockaddr_in address = address_of(port);
  socklen_t length = sizeof address;
  int yes = 1, file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool bound;

  if (file < 0)
    return 0;
  setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  bound = bind(file, (struct sockaddr *)&address, sizeof address) == 0 &&
          listen(file, 1) == 0 &&
          getsockname(file, (struct sockaddr *)&address, &length) == 0;
  close(file);
  return bound ? ntohs(address.sin_port) : 0;
}

bool
wd_cli_port_is_free(uint16_t port)
{
  return bind_port(port) != 0;
}

bool
wd_cli_port_answers(uint16_t port)
{
  struct sockaddr_in address = address_of(port);
  int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  bool answers = file >= 0 && connect(file, (struct sockaddr *)&address,
                                      sizeof address) == 0;

  if (file >= 0)
    close(file);
  return answers;
}

uint16_t
wd_cli_port_find(uint16_t from)
{
  uint16_t port = 0;

  for (int i = 0; i < PORT_TRIES && !port && from + i <= UINT16_MAX; i++)
    port = bind_port((uint16_t)(from ? from + i : 0));
  return port;
}
