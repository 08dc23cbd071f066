/* Repeatable pseudo-random numbers: xoshiro256** 1.0 by Blackman and Vigna,
 * seeded by splitmix64 (https://prng.di.unimi.it). Good for simulation and
 * for the seeds of hash tables; no cryptography. */
#ifndef WD_WASI_RANDOM_H
#define WD_WASI_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct wd_random {
  uint64_t state[4];
};

/* The same three numbers give the same sequence, on every machine. */
void
wd_random_seed(struct wd_random *random, uint64_t job, uint64_t site,
               uint64_t partition);

uint64_t
wd_random_next(struct wd_random *random);

/* Bytes of the numbers, low byte first; a rest of a number is thrown away. */
void
wd_random_fill(struct wd_random *random, uint8_t *to, size_t size);

#endif
