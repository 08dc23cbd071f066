/* Other programs: run to their end, or left to themselves with a log file.
 *
 * A process that is left to itself leads a session of its own, so that all that
 * it starts ends with it and Ctrl-C does not reach it. It is known by its
 * number and the time of its start, which no later process has. Main thread. */
#ifndef WD_CLI_PROCESS_H
#define WD_CLI_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "wasidata/error.h"

struct wd_cli_process {
  pid_t id;
  uint64_t begun; /* of /proc/ID/stat: ticks since the machine started */
};

/* A variable that the process gets beside ours. */
struct wd_cli_variable {
  const char *name;
  const char *value;
};

/* Starts a program that reads nothing and writes to the log, in that folder. */
enum wd_status
wd_cli_process_start(const char *const *arguments,
                     const struct wd_cli_variable *variables, size_t count,
                     const char *folder, const char *log,
                     struct wd_cli_process *out_process,
                     struct wd_error *error);

bool
wd_cli_process_lives(const struct wd_cli_process *process);

/* A signal for it and all that it started. */
void
wd_cli_process_signal(const struct wd_cli_process *process, int number);

/* Runs a program to its end; at most `size` - 1 bytes of what it says on stdout
 * and stderr are kept, as text. False when it could not run or did not exit
 * with 0. A text of NULL: its words are the terminal's. */
bool
wd_cli_process_run(const char *const *arguments, char *text, size_t size);

/* Whether a port of this machine (127.0.0.1) is free; whether it answers. */
bool
wd_cli_port_is_free(uint16_t port);

bool
wd_cli_port_answers(uint16_t port);

/* A free port: the first from that one on, any for 0; 0 when there is none. */
uint16_t
wd_cli_port_find(uint16_t from);

#endif
