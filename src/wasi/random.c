#include "wasi/random.h"

static uint64_t
splitmix(uint64_t *state)
{
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

void
wd_random_seed(struct wd_random *random, uint64_t job, uint64_t site,
               uint64_t partition)
{
  uint64_t state = job;

  state = splitmix(&state) ^ site;
  state = splitmix(&state) ^ partition;
  for (int i = 0; i < 4; i++)
    random->state[i] = splitmix(&state);
}

static uint64_t
rotate(uint64_t x, int by)
{
  return x << by | x >> (64 - by);
}

uint64_t
wd_random_next(struct wd_random *random)
{
  uint64_t *s = random->state;
  uint64_t result = rotate(s[1] * 5, 7) * 9;
  uint64_t t = s[1] << 17;

  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = rotate(s[3], 45);
  return result;
}

void
wd_random_fill(struct wd_random *random, uint8_t *to, size_t size)
{
  for (size_t i = 0; i < size;) {
    uint64_t number = wd_random_next(random);

    for (int k = 0; k < 8 && i < size; k++, i++, number >>= 8)
      to[i] = (uint8_t)number;
  }
}
