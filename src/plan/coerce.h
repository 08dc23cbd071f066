/* Which types stand in for which: implicit widening. Pure; any thread. */
#ifndef WD_PLAN_COERCE_H
#define WD_PLAN_COERCE_H

#include "arrow/type.h"

/* The type to which values of both can be cast without loss (but for large
 * integers and decimals that become f64). False: there is none. A time zone
 * is taken from the first. */
bool
wd_type_common(const struct wd_type *a, const struct wd_type *b,
               struct wd_type *out_type);

/* The decimal that holds all values of an integer type. */
struct wd_type
wd_type_integer_decimal(const struct wd_type *type);

/* The next signed type that holds all values of an unsigned one; other types
 * as they are. */
struct wd_type
wd_type_to_signed(const struct wd_type *type);

bool
wd_type_is_unsigned(const struct wd_type *type);

bool
wd_type_is_float(const struct wd_type *type);

/* Equal, but for what may be null inside. */
bool
wd_type_alike(const struct wd_type *a, const struct wd_type *b);

/* A list of it, a map; false when memory is short. What the types point to is
 * kept, not copied. */
bool
wd_type_list(const struct wd_type *item, bool nullable, struct wd_arena *arena,
             struct wd_type *out_type);

bool
wd_type_map(const struct wd_type *key, const struct wd_type *value,
            struct wd_arena *arena, struct wd_type *out_type);

/* Whether a cast between the two is in the language. */
bool
wd_type_castable(const struct wd_type *from, const struct wd_type *to);

#endif
