/* Types of the program's own: a name over what values are stored as, which
 * columns keep wherever they go (an Arrow extension type), with texts, an order
 * and operators. Include this in one file of the program: it makes the program
 * export the interface `type-operations`, which others need not have.
 *
 *   static void
 *   money_to_text(const wd_row *row, wd_rows *out, void *env)
 *   {
 *     wd_row money = wd_get_struct(row, 0);
 *     ...
 *     wd_set_text(out, 0, text);
 *   }
 *
 *   wd_register_type("money", "struct<cents: i64, currency: string>",
 *                    &(wd_type_operations){.to_text = money_to_text,
 *                                          .from_text = money_from_text,
 *                                          .sort_key = money_sort_key});
 *   wd_dataset d = wd_select(prices, "cast(price as money) as price");
 *   wd_show(wd_sort(d, "price desc"));
 */
#ifndef WASIDATA_TYPES_H
#define WASIDATA_TYPES_H

#include <wasidata.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Each is called as for a row of the one value, column 0, which is never null,
 * and sets column 0. NULL: what it is stored as has that, or has not. */
typedef struct wd_type_operations {
  wd_map_fn *to_text;   /* a string */
  wd_map_fn *from_text; /* of a string; wd_fail for what is none of the type */
  /* Bytes that sort as the values do, and are equal when they are
   * (wd_key_…). */
  wd_map_fn *sort_key;
  const void *env; /* as a wd_lambda's */
  size_t env_size;
} wd_type_operations;

/* From then on the name stands for the type in schemas and casts, and functions
 * and operators can be registered that take it (wd_register_scalar("+", …)).
 * `operations` may be NULL. False when it fails: the name is a type of the
 * language or is taken. */
bool
wd_register_type(const char *name, const char *storage,
                 const wd_type_operations *operations);

/* Parts of a sort key: what they write sorts as the values do, NaN last. Each
 * returns the place behind it. */
char *
wd_key_i64(char *to, int64_t value);

char *
wd_key_f64(char *to, double value);

/* Its bytes and what ends it, up to 2 * size + 2: a zero in it takes two. */
char *
wd_key_str(char *to, wd_str value);

/* ---- The exports: not for use by programs ---------------------------------*/

const void *
wd__type_call(uint32_t state, int operation, uint32_t rows, const void *nodes,
              uint32_t node_count, const void *buffers, uint32_t buffer_count);
void
wd__type_post(void);

#ifndef WD__TYPE_NO_EXPORTS

#define WD__TYPE_EXPORT(c, name, operation)                                    \
  void wd__export_post_type_##c(const void *area);                             \
  __attribute__((                                                              \
      export_name("cabi_post_wasi:data/type-operations@0.1.0#" name))) void    \
      wd__export_post_type_##c(const void *area)                               \
  {                                                                            \
    (void)area;                                                                \
    wd__type_post();                                                           \
  }                                                                            \
  const void *wd__export_type_##c(                                             \
      uint32_t function, uint32_t state, uint32_t rows, const void *nodes,     \
      uint32_t node_count, const void *buffers, uint32_t buffer_count);        \
  __attribute__((export_name("wasi:data/type-operations@0.1.0#" name)))        \
  const void *wd__export_type_##c(                                             \
      uint32_t function, uint32_t state, uint32_t rows, const void *nodes,     \
      uint32_t node_count, const void *buffers, uint32_t buffer_count)         \
  {                                                                            \
    (void)function;                                                            \
    return wd__type_call(state, operation, rows, nodes, node_count, buffers,   \
                         buffer_count);                                        \
  }

WD__TYPE_EXPORT(to_text, "to-text", 0)
WD__TYPE_EXPORT(from_text, "from-text", 1)
WD__TYPE_EXPORT(sort_keys, "sort-keys", 2)

#endif

#ifdef __cplusplus
}
#endif

#endif
