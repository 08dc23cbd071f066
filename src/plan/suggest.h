/* "Did you mean": names that are like a wrong one. Pure; any thread. */
#ifndef WD_PLAN_SUGGEST_H
#define WD_PLAN_SUGGEST_H

#include <stddef.h>

/* How many characters must be inserted, deleted or replaced to make one of
 * the other, ASCII case folded; 99 for names over 64 bytes. */
unsigned
wd_edit_distance(const char *a, size_t a_length, const char *b,
                 size_t b_length);

/* Keeps in *best (NULL at first) the candidate that is closest to a name, if
 * its distance is at most 2 and less than its length. */
void
wd_suggest(const char *name, size_t length, const char *candidate,
           const char **best, unsigned *best_distance);

#endif
