/* Lambdas over the groups of equal keys of two data sets (Spark's
 * `cogroup`). Include this in one file of the program: it makes the program
 * export the interface `co-groups`, which others need not have.
 *
 *   static void
 *   left(void *state, const wd_row *row, wd_rows *out, void *env) …
 *
 *   static const wd_co_group_fn functions = {
 *       .size = sizeof(struct state), .left = left, .right = right,
 *       .end = end};
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
  /* Each side has either a function for a row or one for a batch. */
  void (*left)(void *state, const wd_row *row, wd_rows *out, void *env);
  void (*right)(void *state, const wd_row *row, wd_rows *out, void *env);
  void (*left_batch)(void *state, const wd_batch *in, wd_rows *out, void *env);
  void (*right_batch)(void *state, const wd_batch *in, wd_rows *out, void *env);
  /* All rows were seen. True: call me again, I have more to emit. */
  bool (*end)(void *state, wd_rows *out, void *env);
  /* Frees what the state holds; `end` was not called if it ends early. */
  void (*close)(void *state, void *env);
  /* Looks at the columns of both sides before any row comes, and adds to the
   * output (wd_bind_output, of either side), which then may be NULL below. All
   * columns come, whatever is asked for. `env` is then a copy for each worker:
   * what is found here may be kept in it. */
  void (*bind)(wd_bind *left, wd_bind *right, void *env);
} wd_co_group_fn;

/* Both sides have as many keys, which are compared pair by pair; null equals
 * null. Rows have the keys that are no columns, then the columns. */
wd_dataset
wd_co_map_groups(wd_grouped left, wd_grouped right,
                 const wd_co_group_fn *functions, const void *env,
                 size_t env_size, const char *output);

/* ---- The exports: not for use by programs ---------------------------------*/

/* Both sides have as many keys: the host sees to that. */
const void *
wd__co_bind(uint32_t closure, const void *left, uint32_t left_count,
            const uint32_t *left_keys, const void *right, uint32_t right_count,
            const uint32_t *right_keys, uint32_t key_count);
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

/* A function wd__export_co_<c> that is exported, and what the host calls when
 * it has read the result. The body follows. */
#define WD__CO_EXPORT(c, name, ...)                                            \
  void wd__export_post_co_##c(const void *area);                               \
  __attribute__((                                                              \
      export_name("cabi_post_wasi:data/co-groups@0.1.0#" name))) void          \
      wd__export_post_co_##c(const void *area)                                 \
  {                                                                            \
    (void)area;                                                                \
    wd__co_post();                                                             \
  }                                                                            \
  const void *wd__export_co_##c(__VA_ARGS__);                                  \
  __attribute__((export_name("wasi:data/co-groups@0.1.0#" name)))              \
  const void *wd__export_co_##c(__VA_ARGS__)

/* Both pushes are the same but for the side. */
#define WD__CO_PUSH(side, name, right)                                         \
  WD__CO_EXPORT(push_##side, name, uint32_t cursor, uint32_t some,             \
                uint32_t rows, const void *nodes, uint32_t node_count,         \
                const void *buffers, uint32_t buffer_count)                    \
  {                                                                            \
    return wd__co_push(cursor, right, some, rows, nodes, node_count, buffers,  \
                       buffer_count);                                          \
  }

WD__CO_EXPORT(bind, "bind-co-group", uint32_t function, uint32_t state,
              const void *left, uint32_t left_count, const uint32_t *left_keys,
              uint32_t left_key_count, const void *right, uint32_t right_count,
              const uint32_t *right_keys, uint32_t right_key_count)
{
  (void)function, (void)right_key_count;
  return wd__co_bind(state, left, left_count, left_keys, right, right_count,
                     right_keys, left_key_count);
}

WD__CO_EXPORT(open, "open-co-group", uint32_t binding)
{
  return wd__co_open(binding);
}

WD__CO_PUSH(left, "push-left", false)
WD__CO_PUSH(right, "push-right", true)

WD__CO_EXPORT(next, "next-co-group", uint32_t cursor)
{
  return wd__co_next(cursor);
}

WD__CO_EXPORT(close, "close-co-group", uint32_t cursor)
{
  return wd__co_close(cursor);
}

#endif

#endif
