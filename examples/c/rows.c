/* The example of the wasi-data proposal: rows made in the program, grouped by a
 * key that a lambda computes, and reduced by (row, row) → row.
 *
 *   wasi-data run rows.wasm
 *
 * In the proposal's own notation:
 *
 *   dataSet = createDataSet([
 *     Row(a=1, b=2., c='string1', d=date(2000, 1, 1)),
 *     Row(a=2, b=3., c='string2', d=date(2000, 2, 1)),
 *     Row(a=4, b=5., c='string3', d=date(2000, 3, 1))])
 *   dataSet.groupBy(key).reduce(f)
 */
#include <wasidata.h>

enum { A, B, C, D };

static void
add(wd_rows *rows, int64_t a, double b, const char *c, int32_t d)
{
  wd_set_i64(rows, A, a);
  wd_set_f64(rows, B, b);
  wd_set_text(rows, C, c);
  wd_set_date(rows, D, d);
  wd_emit(rows);
}

/* Odd or even. */
static int64_t
key(int64_t a, void *env)
{
  (void)env;
  return a % 2;
}

/* Sums of a and b, the greatest c, the first day. */
static void
f(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  *wd_at_i64(acc, A) += wd_get_i64(row, A);
  *wd_at_f64(acc, B) += wd_get_f64(row, B);
  if (wd_str_compare(wd_get_str(row, C), wd_acc_str(acc, C)) > 0)
    wd_acc_set_str(acc, C, wd_get_str(row, C));
  if (wd_get_date(row, D) < *wd_at_date(acc, D))
    *wd_at_date(acc, D) = wd_get_date(row, D);
}

int
main(void)
{
  wd_rows *rows = wd_rows_new("a: i64, b: f64, c: string, d: date");
  add(rows, 1, 2., "string1", wd_date(2000, 1, 1));
  add(rows, 2, 3., "string2", wd_date(2000, 2, 1));
  add(rows, 4, 5., "string3", wd_date(2000, 3, 1));

  wd_dataset keyed = wd_map_i64(wd_create(rows), "a", key, NULL, 0, "key");
  wd_dataset reduced = wd_reduce(wd_group_by(keyed, "key"), f, NULL, 0);
  wd_show(wd_sort(reduced, "key"));
}
