/* Lambdas over the groups of equal keys of two data sets (Spark's
 * `cogroup`). Include this in one file of the program: it makes the program
 * export the interface `co-groups`, which others need not have.
 *
 *   static void
 *   left(void *state, const wd_row *row, wd_rows *out, void *env) …
 *
 *   static const wd_co_group_fn functions = {
 *       .size = sizeof(struct state), .left = left, .right = right, .end =
 * end};
 *
 *   wd_dataset d = wd_co_map_groups(wd_group_by(a, "id"), wd_group_by(b, "id"),
 *                                   &functions, NULL, 0, "id: i64, n: i64");
 */
#ifndef WASIDATA_CO_GROUPS_H
#define WASIDATA_CO_GROUPS_H

#include <wasidata.h>

/* A pair of groups. Any member may be NULL. `state` is `size` bytes of zeroes
 * for each pair, 16-byte aligned. All rows of the left come before those of the
 * right; a side may have none. */
typedef struct wd_co_group_fn {
  size_t size;
  void (*open)(void *state, void *env);
  void (*left)(void *state, const wd_row *row, wd_rows *out, void *env);
  void (*right)(void *state, const wd_row *row, wd_rows *out, void *env);
  /* All rows were seen. True: call me again, I have more to emit. */
  bool (*end)(void *state, wd_rows *out, void *env);
  /* Frees what the state holds; `end` was not called if it ends early. */
  void (*close)(void *state, void *env);
} wd_co_group_fn;

/* Both sides have as many keys, which are compared pair by pair; null equals
 * null. Rows have the keys that are no columns, then the columns. */
wd_dataset
wd_co_map_groups(wd_grouped left, wd_grouped right,
                 const wd_co_group_fn *functions, const void *env,
                 size_t env_size, const char *output);

/* ---- The exports: not for use by programs ---------------------------------*/

const void *
wd__co_bind(uint32_t closure, const void *left, uint32_t left_count,
            const void *right, uint32_t right_count);
const void *
wd__co_open(uint32_t binding);
const void *
wd__co_push(uint32_t cursor, bool right, uint32_t some, uint32_t rows,
            const void *nodes, uint32_t node_count, const void *buffers,
            uint32_t buffer_count);
const void *
wd__co_next(uint32_t cursor);
const void *
wd__co_close(uint32_t cursor);
void
wd__co_post(void);

#ifndef WD__CO_NO_EXPORTS

#define WD__CO_EXPORT(name)                                                    \
  __attribute__((export_name("wasi:data/co-groups@0.1.0#" name)))
#define WD__CO_POST(c, name)                                                   \
  void wd__export_post_##c(const void *area);                                  \
  __attribute__((                                                              \
      export_name("cabi_post_wasi:data/co-groups@0.1.0#" name))) void          \
      wd__export_post_##c(const void *area)                                    \
  {                                                                            \
    (void)area;                                                                \
    wd__co_post();                                                             \
  }

const void *
wd__export_co_bind(uint32_t function, uint32_t state, const void *left,
                   uint32_t left_count, const void *left_keys,
                   uint32_t left_key_count, const void *right,
                   uint32_t right_count, const void *right_keys,
                   uint32_t right_key_count);
WD__CO_EXPORT("bind-co-group")
const void *
wd__export_co_bind(uint32_t function, uint32_t state, const void *left,
                   uint32_t left_count, const void *left_keys,
                   uint32_t left_key_count, const void *right,
                   uint32_t right_count, const void *right_keys,
                   uint32_t right_key_count)
{
  (void)function, (void)left_keys, (void)left_key_count, (void)right_keys;
  (void)right_key_count;
  return wd__co_bind(state, left, left_count, right, right_count);
}

const void *
wd__export_co_open(uint32_t binding);
WD__CO_EXPORT("open-co-group")
const void *
wd__export_co_open(uint32_t binding)
{
  return wd__co_open(binding);
}

const void *
wd__export_co_push_left(uint32_t cursor, uint32_t some, uint32_t rows,
                        const void *nodes, uint32_t node_count,
                        const void *buffers, uint32_t buffer_count);
WD__CO_EXPORT("push-left")
const void *
wd__export_co_push_left(uint32_t cursor, uint32_t some, uint32_t rows,
                        const void *nodes, uint32_t node_count,
                        const void *buffers, uint32_t buffer_count)
{
  return wd__co_push(cursor, false, some, rows, nodes, node_count, buffers,
                     buffer_count);
}

const void *
wd__export_co_push_right(uint32_t cursor, uint32_t some, uint32_t rows,
                         const void *nodes, uint32_t node_count,
                         const void *buffers, uint32_t buffer_count);
WD__CO_EXPORT("push-right")
const void *
wd__export_co_push_right(uint32_t cursor, uint32_t some, uint32_t rows,
                         const void *nodes, uint32_t node_count,
                         const void *buffers, uint32_t buffer_count)
{
  return wd__co_push(cursor, true, some, rows, nodes, node_count, buffers,
                     buffer_count);
}

const void *
wd__export_co_next(uint32_t cursor);
WD__CO_EXPORT("next-co-group")
const void *
wd__export_co_next(uint32_t cursor)
{
  return wd__co_next(cursor);
}

const void *
wd__export_co_close(uint32_t cursor);
WD__CO_EXPORT("close-co-group")
const void *
wd__export_co_close(uint32_t cursor)
{
  return wd__co_close(cursor);
}

WD__CO_POST(co_bind, "bind-co-group")
WD__CO_POST(co_open, "open-co-group")
WD__CO_POST(co_push_left, "push-left")
WD__CO_POST(co_push_right, "push-right")
WD__CO_POST(co_next, "next-co-group")
WD__CO_POST(co_close, "close-co-group")

#endif

#endif
