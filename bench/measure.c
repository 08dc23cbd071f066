#include "measure.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double
clock_ms(clockid_t clock)
{
  struct timespec time;

  clock_gettime(clock, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

double
measure_cpu(void)
{
  return clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

double
measure_thread(void)
{
  return clock_ms(CLOCK_THREAD_CPUTIME_ID);
}

double
measure_wall(void)
{
  return clock_ms(CLOCK_MONOTONIC);
}

/* A field of /proc/self/status, in KiB. */
static uint64_t
status_field(const char *name)
{
  FILE *file = fopen("/proc/self/status", "r");
  char line[256];
  unsigned long long value = 0;

  while (file && fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0)
      sscanf(line + strlen(name), ": %llu", &value);
  if (file)
    fclose(file);
  return value;
}

void
measure_peak_reset(void)
{
  int file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);

  if (file < 0)
    return;
  if (write(file, "5", 1) != 1)
    perror("/proc/self/clear_refs");
  close(file);
}

uint64_t
measure_peak(void)
{
  return status_field("VmHWM");
}

uint64_t
measure_anonymous(void)
{
  return status_field("RssAnon") + status_field("RssShmem");
}

struct measure
measure_begin(void)
{
  return (struct measure){measure_cpu(), measure_wall()};
}

struct measure
measure_end(struct measure begun)
{
  return (struct measure){measure_cpu() - begun.cpu,
                          measure_wall() - begun.wall};
}
