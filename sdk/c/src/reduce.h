/* How rows to reduce lie in states; shared by acc.c and reduce.c.
 *
 * A state is a row: a slot of 8 bytes for each column (16 for what is wide), a
 * null flag of a byte each, then bytes of strings and nested values; sizes are
 * multiples of 16. The slot of such a column holds where its bytes begin and
 * end, from the start of the state; while a call works on it, a wd_str or a
 * struct wd__held. A null nested value has no bytes. */
#ifndef WASIDATA_REDUCE_H
#define WASIDATA_REDUCE_H

#include "internal.h"

struct wd__layout {
  struct wd__slot *slots;
  wd_column *view;     /* columns over a stored state, for wd_row */
  wd_column *acc_view; /* the same over an accumulator */
  int32_t (*ends)[2];  /* offsets of acc_view */
  uint8_t **none;      /* the bytes of a null, of nested columns */
  wd_rows *out;        /* where values are made; nothing is emitted */
  uint32_t count;
  uint32_t nulls;
  uint32_t stride;
  bool has_bytes; /* some value lies after the slots */
  bool nested;
};

typedef struct wd__layout layout;

/* A nested value while a call works on it. */
struct wd__held {
  const uint8_t *data;
  uint32_t size;
  uint32_t room; /* 0: it is not ours to overwrite */
};

static inline bool
wd__slot_is_str(enum wd_type type)
{
  return wd__is_bytes(type) || type == WD_FIXED_BINARY;
}

static inline bool
wd__slot_is_nested(enum wd_type type)
{
  return type >= WD_LIST && type <= WD_UNION;
}

/* acc.c: the first row of a group becomes its accumulator. Strings stay where
 * they are: the input lives as long as the call. */
void
wd__acc_load(wd_acc *acc, const wd_row *row);

/* acc.c: takes over what a function has set in wd_acc_rows. */
void
wd__acc_take(wd_acc *acc);

/* acc.c: lays a column over a held value; NULL: the null one. */
void
wd__held_view(const layout *l, uint32_t column, const uint8_t *data,
              wd_column *view);

#endif
