/* What both sides of a benchmark compute: the same C, compiled once for the
 * guests and once for the native functions that they are compared with. */
#ifndef WD_BENCH_KERNELS_H
#define WD_BENCH_KERNELS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The finaliser of MurmurHash3. */
static inline int64_t
bench_hash(int64_t value)
{
  uint64_t k = (uint64_t)value;

  k ^= k >> 33;
  k *= 0xff51afd7ed558ccd;
  k ^= k >> 33;
  k *= 0xc4ceb9fe1a85ec53;
  return (int64_t)(k ^ k >> 33);
}

static inline int64_t
bench_gcd(int64_t a, int64_t b)
{
  while (b) {
    int64_t rest = a % b;

    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

/* Without divisions; for positive numbers. */
static inline int64_t
bench_binary_gcd(int64_t x, int64_t y)
{
  uint64_t a = (uint64_t)x, b = (uint64_t)y;
  int shift;

  if (!a || !b)
    return x + y;
  shift = __builtin_ctzll(a | b);
  a >>= __builtin_ctzll(a);
  do {
    uint64_t less;

    b >>= __builtin_ctzll(b);
    less = a < b ? a : b;
    b = a < b ? b - a : a - b;
    a = less;
  } while (b);
  return (int64_t)(a << shift);
}

static inline void
bench_upper(const char *__restrict from, char *__restrict to, uint32_t size)
{
  for (uint32_t i = 0; i < size; i++) {
    uint8_t c = (uint8_t)from[i];

    to[i] = (char)(c - ((uint8_t)(c - 'a') < 26 ? 32 : 0));
  }
}

/* The next word at or after *at: a run of bytes above the blank. Its size, 0
 * when there is none; *at is behind it, it begins at *at - size. */
/* The first byte from `i` on that ends a word, eight at a time: a branch for
 * each letter is one that the processor guesses wrong in every word. */
static inline uint32_t
bench_word_end(const char *text, uint32_t size, uint32_t i)
{
  const uint64_t tops = 0x8080808080808080;

  for (; i + 8 <= size; i += 8) {
    uint64_t eight, blanks;

    memcpy(&eight, text + i, sizeof eight);
    blanks = ~(((eight & ~tops) + 0x5f5f5f5f5f5f5f5f) | eight) & tops;
    if (blanks)
      return i + (uint32_t)__builtin_ctzll(blanks) / 8;
  }
  while (i < size && (uint8_t)text[i] > ' ')
    i++;
  return i;
}

static inline uint32_t
bench_word(const char *text, uint32_t size, uint32_t *at)
{
  uint32_t start = *at;

  while (start < size && (uint8_t)text[start] <= ' ')
    start++;
  *at = bench_word_end(text, size, start);
  return *at - start;
}

/* An aggregate with a state of 32 bytes: the variance, and the largest. */
struct bench_variance {
  int64_t count;
  double sum, squares, most;
};

static inline void
bench_variance_add(struct bench_variance *state, int64_t value)
{
  double x = (double)value;

  state->count++;
  state->sum += x;
  state->squares += x * x;
  state->most = x > state->most ? x : state->most;
}

static inline void
bench_variance_join(struct bench_variance *state,
                    const struct bench_variance *other)
{
  state->count += other->count;
  state->sum += other->sum;
  state->squares += other->squares;
  state->most = other->most > state->most ? other->most : state->most;
}

/* As an integer, so that results can be compared. */
static inline int64_t
bench_variance_value(const struct bench_variance *state)
{
  double n = (double)state->count;
  double mean = n > 0 ? state->sum / n : 0;

  return n > 0 ? (int64_t)(state->squares / n - mean * mean) : 0;
}

/* A state of any size: the longest text, the first of them in bytes. */
struct bench_longest {
  char *text;
  uint32_t size;
};

static inline void
bench_longest_add(struct bench_longest *state, const char *text, uint32_t size)
{
  char *copy;

  if (state->text &&
      (size < state->size ||
       (size == state->size && memcmp(text, state->text, size) >= 0)))
    return;
  copy = (char *)realloc(state->text, size ? size : 1);
  if (!copy)
    abort();
  memcpy(copy, text, size);
  state->text = copy;
  state->size = size;
}

#endif
