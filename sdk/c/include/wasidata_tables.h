/* Table functions: data sets of rows that a lambda makes of nothing but its
 * arguments, partition by partition, in parallel. Include this in one file of
 * the program: it makes the program export the interface `tables`, which others
 * need not have.
 *
 *   struct counter { int64_t next, end; };
 *
 *   static void
 *   open(void *state, uint32_t partition, const wd_row *arguments, void *env)
 *   {
 *     struct counter *c = state;
 *     c->next = 1000 * partition;
 *     c->end = c->next + 1000;
 *   }
 *
 *   static bool
 *   next(void *state, wd_rows *out, void *env)
 *   {
 *     struct counter *c = state;
 *     wd_set_i64(out, 0, c->next);
 *     wd_emit(out);
 *     return ++c->next < c->end;
 *   }
 *
 *   static const wd_generator counter = {
 *       .size = sizeof(struct counter), .open = open, .next = next};
 *
 *   wd_dataset d = wd_generate(&counter, NULL, 4, NULL, 0, "n: i64");
 */
#ifndef WASIDATA_TABLES_H
#define WASIDATA_TABLES_H

#include <wasidata.h>

/* `state` is `size` bytes of zeroes for each partition, 16-byte aligned. All
 * but `next` may be NULL. */
typedef struct wd_generator {
  size_t size;
  /* `arguments` is the row that wd_generate was given; without columns when
   * there was none. */
  void (*open)(void *state, uint32_t partition, const wd_row *arguments,
               void *env);
  /* Emits the next rows, or writes whole columns of some (wd_resize and
   * wd_out_…). True: call me again, there are more. It is called as long as
   * rows are wanted, so it may go on forever; a call that emits no rows delays
   * only. */
  bool (*next)(void *state, wd_rows *out, void *env);
  /* Frees what the state holds. */
  void (*close)(void *state, void *env);
} wd_generator;

/* As many partitions as said, at least 1, in no order. `arguments`: one row, by
 * wd_rows_new, or NULL; taken over and freed. */
wd_dataset
wd_generate(const wd_generator *functions, wd_rows *arguments,
            uint32_t partitions, const void *env, size_t env_size,
            const char *output);

/* A table function by name, for select and for SQL. It may be called in up to
 * three ways, those whose functions are given:
 *
 *     select * from squares(10)                     generate, or rows
 *     select t.*, w.word from t, words(t.line) w    rows
 *     select * from top(TABLE t PARTITION BY shop ORDER BY price, 3)   relation
 *     wd_select(t, "*", "words(line)")              rows
 */
typedef struct wd_table_function {
  /* For one row of arguments: emits any number of rows. */
  wd_flat_map_fn *rows;
  /* The arguments are constants: rows by the partition, in so many (0: as many
   * as the host likes). They may go on forever. */
  const wd_generator *generate;
  uint32_t partitions;
  /* Over the rows of a table: a partition at a time. The arguments are
   * constants, which `bind` sees behind the columns of the table. */
  const wd_partition_fn *relation;
  /* What comes out; NULL: `bind` says, from the types of the arguments (and
   * the columns of the table), and from values that are known. */
  const char *output;
  void (*bind)(wd_bind *bind, void *env);
  const void *env; /* as a wd_lambda's */
  size_t env_size;
  unsigned promises; /* WD_STRICT: a null argument of `rows` gives no rows */
} wd_table_function;

/* `arguments` as of wd_register_scalar. */
bool
wd_register_table(const char *name, const char *arguments,
                  const wd_table_function *function);

/* ---- The exports: not for use by programs ---------------------------------*/

const void *
wd__table_bind(uint32_t closure, uint32_t role, const void *arguments,
               uint32_t argument_count, const void *constants,
               uint32_t constant_count, uint32_t partitions);
const void *
wd__table_open(uint32_t binding, uint32_t partition, const uint32_t *columns,
               uint32_t count);
const void *
wd__table_next(uint32_t cursor);
const void *
wd__table_close(uint32_t cursor);
const void *
wd__table_rows(uint32_t binding, uint32_t rows, const void *nodes,
               uint32_t node_count, const void *buffers, uint32_t buffer_count);
const void *
wd__table_more_rows(uint32_t binding);
void
wd__table_post(void);

#ifndef WD__TABLE_NO_EXPORTS

/* A function wd__export_table_<c> that is exported, and what the host calls
 * when it has read the result. The body follows. */
#define WD__TABLE_EXPORT(c, name, ...)                                         \
  void wd__export_post_table_##c(const void *area);                            \
  __attribute__((export_name("cabi_post_wasi:data/tables@0.1.0#" name))) void  \
      wd__export_post_table_##c(const void *area)                              \
  {                                                                            \
    (void)area;                                                                \
    wd__table_post();                                                          \
  }                                                                            \
  const void *wd__export_table_##c(__VA_ARGS__);                               \
  __attribute__((export_name("wasi:data/tables@0.1.0#" name)))                 \
  const void *wd__export_table_##c(__VA_ARGS__)

WD__TABLE_EXPORT(bind, "bind-table", uint32_t function, uint32_t state,
                 uint32_t role, const void *arguments, uint32_t argument_count,
                 const void *constants, uint32_t constant_count,
                 uint32_t partitions)
{
  (void)function;
  return wd__table_bind(state, role, arguments, argument_count, constants,
                        constant_count, partitions);
}

WD__TABLE_EXPORT(open, "open-scan", uint32_t binding, uint32_t partition,
                 const uint32_t *columns, uint32_t count)
{
  return wd__table_open(binding, partition, columns, count);
}

WD__TABLE_EXPORT(next, "next-scan", uint32_t cursor)
{
  return wd__table_next(cursor);
}

WD__TABLE_EXPORT(close, "close-scan", uint32_t cursor)
{
  return wd__table_close(cursor);
}

WD__TABLE_EXPORT(call, "call-rows", uint32_t binding, uint32_t rows,
                 const void *nodes, uint32_t node_count, const void *buffers,
                 uint32_t buffer_count)
{
  return wd__table_rows(binding, rows, nodes, node_count, buffers,
                        buffer_count);
}

WD__TABLE_EXPORT(more, "next-rows", uint32_t binding)
{
  return wd__table_more_rows(binding);
}

#endif

#endif
