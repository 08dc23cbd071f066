/* How busy and how late airports are, and how often their flights leave the
 * state.
 *
 *   wasi-data run --table flights=flights-3m.parquet
 *     --table airports=airports.csv --sink report=report.parquet flights.wasm
 *
 * Shows a closure that captures a data structure: the airports become a hash
 * table in the program's memory, and the lambda that runs over three million
 * flights looks airports up in it. Then a group-by, a join and a sorted report.
 */
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>

struct airport {
  char code[4];
  char state[4];
};

/* Open addressing; an empty code ends a search. */
struct airports {
  uint32_t slots; /* a power of two */
  struct airport *table;
};

static struct airport *
find(const struct airports *airports, wd_str code)
{
  uint32_t hash = 2166136261;
  for (uint32_t i = 0; i < code.size; i++)
    hash = (hash ^ (unsigned char)code.data[i]) * 16777619;
  for (;; hash++) {
    struct airport *at = airports->table + hash % airports->slots;
    if (!at->code[0] || wd_str_equal(wd_str_of(at->code), code))
      return at;
  }
}

/* Codes and states that are longer than ours have no place in the table. */
static bool
keep(char to[4], wd_str text)
{
  if (text.size == 0 || text.size > 3)
    return false;
  memcpy(to, text.data, text.size);
  return true;
}

static struct airports
airports_load(wd_dataset from)
{
  struct airports airports = {.slots = 1};
  while (airports.slots < 2 * wd_count(from))
    airports.slots *= 2;
  airports.table = calloc(airports.slots, sizeof *airports.table);
  wd_job job = wd_collect(wd_select(from, "iata", "state"));
  const wd_row *row;
  while ((row = wd_next_row(job))) {
    struct airport airport = {"", ""};
    if (keep(airport.code, wd_get_str(row, 0)) &&
        keep(airport.state, wd_get_str(row, 1)))
      *find(&airports, wd_get_str(row, 0)) = airport;
  }
  wd_job_drop(job);
  return airports;
}

/* 1 for a flight to another state, 0 within one, null when that is not known.
 */
static void
leaves_state(const wd_row *row, wd_rows *out, void *env)
{
  const struct airports *airports = env;
  wd_copy(out, 0, row, 0);
  wd_copy(out, 1, row, 2);
  struct airport *from = find(airports, wd_get_str(row, 0));
  struct airport *to = find(airports, wd_get_str(row, 1));
  if (from->code[0] && to->code[0])
    wd_set_i64(out, 2, strcmp(from->state, to->state) != 0);
}

int
main(void)
{
  wd_dataset flights = wd_read("flights");
  wd_dataset airports = wd_read("airports");
  struct airports table = airports_load(airports);
  printf("%u slots of airports are captured\n", table.slots);

  wd_dataset known = wd_apply(
      flights, &(wd_lambda){.map = leaves_state,
                            .columns = "origin, destination, delay",
                            .env = &table,
                            .env_size = sizeof table,
                            .output = "origin: string, delay: i64, leaves: i64",
                            .promises = WD_DETERMINISTIC});
  wd_dataset busy =
      wd_aggregate(wd_group_by(known, "origin"), "count(*) as flights",
                   "avg(delay) as delay", "avg(leaves) as leaves");
  wd_dataset named =
      wd_select(wd_join(busy, airports, WD_INNER, "origin = iata"), "origin",
                "name", "state", "flights", "round(delay, 1) as mean_delay",
                "round(leaves * 100, 1) as percent_out_of_state");
  wd_dataset report = wd_sort(named, "flights desc", "origin");
  wd_show(wd_limit(report, 12));
  wd_write_if_granted(report, "report", WD_OVERWRITE);
}
