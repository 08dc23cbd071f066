#include <stdio.h>

#include <wasidata.h>

static int64_t
column(int64_t value, void *env)
{
  (void)env;
  return value;
}

static double
type(double value, void *env)
{
  (void)env;
  return value;
}

static int64_t
bad(int64_t id, void *env)
{
  (void)env;
  if (id == 5)
    wd_fail("row %d is bad", 5);
  return id;
}

static int64_t
trap(int64_t id, void *env)
{
  (void)env;
  return 7 / (id - 5);
}

/* What went wrong, and whether its message has both of these parts. */
static void
report(const char *name, const char *part, const char *other)
{
  const wd_error *error = wd_last_error();
  if (!error)
    printf("%s: no error\n", name);
  else
    printf("%s: %d %s\n", name, error->code,
           strstr(error->message, part) && strstr(error->message, other)
               ? "as it should be"
               : error->message);
  wd_clear_error();
}

int
main(int argc, char **argv)
{
  (void)argv;
  wd_dataset ids = wd_range(0, 9, 1);
  if (argc > 1) {
    wd_count(wd_map_i64(ids, "id", bad, NULL, 0, "x"));
    return 0;
  }
  wd_on_error(WD_RETURN);
  wd_count(wd_filter(wd_read("nothing"), "a > 1"));
  report("granted", "'nothing'", "not granted");
  wd_wait(wd_write(ids, "nowhere", WD_CREATE));
  report("sink", "'nowhere'", "not granted");
  wd_count(wd_filter(ids, "id >"));
  report("syntax", "id >", "^");
  wd_count(wd_filter(ids, "idd > 1"));
  report("expression", "'idd'", "id");
  wd_count(wd_filter(ids, "abs(id * 9223372036854775807) > 1"));
  report("overflow", "", "verflow");
  wd_count(wd_map_i64(ids, "idd", column, NULL, 0, "x"));
  report("column", "'idd'", "there are: id i64");
  wd_count(wd_map_f64(wd_select(ids, "'x' as id"), "id", type, NULL, 0, "x"));
  report("type", "'id'", "string");
  wd_count(wd_map_i64(ids, "id", bad, NULL, 0, "x"));
  report("lambda", "map lambda: row 5 is bad", "");
  wd_count(wd_map_i64(ids, "id", trap, NULL, 0, "x"));
  report("trap", "divide by zero", "");
  wd_count(wd_filter(ids, "cast('x' || cast(id as string) as i64) > 1"));
  report("cast", "'x", "is not an integer");
  wd_dataset twice = wd_join(ids, ids, WD_INNER, "left.id = right.id");
  wd_count(wd_filter(twice, "id > 1"));
  report("ambiguous", "'id'", "ambiguous");
  wd_count(wd_join(ids, ids, WD_INNER, ""));
  report("condition", "needs a condition", "cross");
  printf("%llu\n", (unsigned long long)wd_count(ids));
}
