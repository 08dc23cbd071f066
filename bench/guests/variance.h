/* An aggregate of a fixed state that several of the guests have. */
#ifndef WD_BENCH_VARIANCE_H
#define WD_BENCH_VARIANCE_H

#include <wasidata.h>

#include "../kernels.h"

static void
variance_update(void *states, const uint32_t *groups, const wd_batch *in,
                void *env)
{
  (void)env;
  struct bench_variance *state = states;
  const int64_t *x = wd_in_i64(in, 0);
  if (groups) {
    for (uint32_t i = 0; i < in->rows; i++)
      bench_variance_add(state + groups[i], x[i]);
    return;
  }
  struct bench_variance one = *state;
  for (uint32_t i = 0; i < in->rows; i++)
    bench_variance_add(&one, x[i]);
  *state = one;
}

static void
variance_combine(void *state, const void *other, void *env)
{
  (void)env;
  bench_variance_join(state, other);
}

static void
variance_finish(const void *state, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, bench_variance_value(state));
}

static const wd_aggregator variance = {
    .size = sizeof(struct bench_variance),
    .update_batch = variance_update,
    .combine = variance_combine,
    .finish = variance_finish,
    .output = "i64",
};

#endif
