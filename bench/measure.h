/* Clocks and memory of this process. */
#ifndef WD_BENCH_MEASURE_H
#define WD_BENCH_MEASURE_H

#include <stdint.h>

/* CPU time of all threads, of this one, and wall time, in milliseconds. */
double
measure_cpu(void);

double
measure_thread(void);

double
measure_wall(void);

/* Forgets the peak so far; measure_peak is that since. KiB of resident memory.
 */
void
measure_peak_reset(void);

uint64_t
measure_peak(void);

/* KiB that are resident now, without pages of files. */
uint64_t
measure_anonymous(void);

struct measure {
  double cpu, wall;
};

struct measure
measure_begin(void);

/* What passed since. */
struct measure
measure_end(struct measure begun);

#endif
