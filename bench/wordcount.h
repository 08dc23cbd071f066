/* Word count by hand: what a C programmer would write for one text. Words are
 * runs of bytes above the blank; the counts are sorted as the others sort
 * theirs. */
#ifndef WD_BENCH_WORDCOUNT_H
#define WD_BENCH_WORDCOUNT_H

#include <stdint.h>

/* Reads, counts and sorts; out_rows: different words, out_sum: words. Ends the
 * process when the file cannot be read. */
void
wordcount(const char *path, unsigned threads, uint64_t *out_rows,
          uint64_t *out_sum);

#endif
