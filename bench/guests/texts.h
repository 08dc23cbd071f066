/* Lambdas over texts that several of the guests have. */
#ifndef WD_BENCH_TEXTS_H
#define WD_BENCH_TEXTS_H

#include <wasidata.h>

#include "../kernels.h"

/* The first column in capitals, changed in place. */
static inline void
upper_batch(const wd_batch *in, wd_rows *out, void *env)
{
  (void)env;
  const wd_column *column = in->columns;
  /* A batch is the lambda's own: changed in place, passed on. */
  char *text = (char *)(uintptr_t)column->values;
  uint32_t size = (uint32_t)column->offsets[in->rows];
  for (uint32_t i = 0; i < size; i++) {
    uint8_t c = (uint8_t)text[i];
    text[i] = (char)(c - ((uint8_t)(c - 'a') < 26 ? 32 : 0));
  }
  wd_pass(out, 0, in, 0);
}

/* Each word of the first column. */
static inline void
word_rows(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_str s = wd_get_str(row, 0);
  uint32_t at = 0, size;
  while ((size = bench_word(s.data, s.size, &at))) {
    wd_set_str(out, 0, (wd_str){s.data + at - size, size});
    wd_emit(out);
  }
}

#endif
