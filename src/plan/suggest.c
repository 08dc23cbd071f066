#include "plan/suggest.h"

#include <string.h>

#define LONGEST 64
#define FAR 99

static char
fold(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

unsigned
wd_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
  unsigned row[LONGEST + 1];

  if (a_length > LONGEST || b_length > LONGEST)
    return FAR;
  for (size_t j = 0; j <= b_length; j++)
    row[j] = (unsigned)j;
  for (size_t i = 1; i <= a_length; i++) {
    unsigned diagonal = row[0];

    row[0] = (unsigned)i;
    for (size_t j = 1; j <= b_length; j++) {
      unsigned least = diagonal + (fold(a[i - 1]) != fold(b[j - 1]));

      diagonal = row[j];
      if (row[j] + 1 < least)
        least = row[j] + 1;
      if (row[j - 1] + 1 < least)
        least = row[j - 1] + 1;
      row[j] = least;
    }
  }
  return row[b_length];
}

void
wd_suggest(const char *name, size_t length, const char *candidate,
           const char **best, unsigned *best_distance)
{
  size_t candidate_length = strlen(candidate);
  unsigned distance =
      wd_edit_distance(name, length, candidate, candidate_length);

  if (distance > 2 || distance >= length || distance >= candidate_length ||
      (*best && distance >= *best_distance))
    return;
  *best = candidate;
  *best_distance = distance;
}
