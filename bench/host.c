/* The host of the benchmarks:
 *
 *   bench_host run OPTIONS PROGRAM CASE…   a guest's cases, and SQL beside them
 *   bench_host image OPTIONS PROGRAM MIB   images and worker instances
 *   bench_host cancel OPTIONS PROGRAM      from the kill to the error
 *   bench_host translate …                 a plan of Substrait to SQL
 *   bench_host open                        only loads and opens DuckDB
 *
 * Options of run:
 *   --cache DIR             of compiled code
 *   --threads N
 *   --repetitions N
 *   --table GRANT           as for wasi-data
 *   --setup SQL             run first, in the program's own database
 *   --folder FOLDER         for the program, as /plans
 *   --sql NAME=SQL          compared: a query whose last column is BIGINT
 *   --rows NAME=SQL         compared: a query, whose rows are counted
 *   --wordcount NAME=FILE   compared: the word count by hand
 *
 * In each repetition the queries and then the cases run once, in one process
 * and on one database. Prints JSON: times in milliseconds, memory in KiB. */
#include "host.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"
#include "native.h"
#include "wordcount.h"

#define VARIANTS 32
#define REPETITIONS 64

struct variant {
  const char *name;
  const char *sql;  /* NULL: not SQL */
  const char *text; /* NULL: no word count by hand */
  bool rows;        /* are counted, without a sum */
  unsigned count;
  struct {
    struct measure time;
    uint64_t peak, anonymous;
  } samples[REPETITIONS];
  char result[64];
};

/* One run: also the session's, which is its head. */
struct bench {
  struct session session;
  const char *cache;
  uint32_t threads;
  unsigned repetitions;
  const char *setup[VARIANTS];
  unsigned setup_count;
  const char *tables[VARIANTS];
  unsigned table_count;
  const char *folder;                /* NULL: none */
  struct variant variants[VARIANTS]; /* compared, then cases */
  unsigned compared, variant_count;
  unsigned next; /* the case that comes */
  struct measure begun;
  duckdb_connection connection;
};

static void
execute(duckdb_connection connection, const char *sql, char *text, size_t size)
{
  duckdb_result result;
  duckdb_data_chunk chunk;
  uint64_t rows = 0;
  int64_t sum = 0;
  idx_t last;

  if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
    fail("%s: %s", sql, duckdb_result_error(&result));
  last = duckdb_column_count(&result) - 1;
  if (text && duckdb_column_type(&result, last) != DUCKDB_TYPE_BIGINT)
    fail("%s: the last column is no BIGINT", sql);
  while (text && (chunk = duckdb_fetch_chunk(result))) {
    idx_t count = duckdb_data_chunk_get_size(chunk);
    const int64_t *values =
        duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, last));

    for (idx_t i = 0; i < count; i++)
      sum += values[i];
    rows += count;
    duckdb_destroy_data_chunk(&chunk);
  }
  if (text)
    snprintf(text, size, "%" PRIu64 " %" PRId64, rows, sum);
  duckdb_destroy_result(&result);
}

/* Fetches all of a query. */
static void
count_rows(duckdb_connection connection, const char *sql, char *text,
           size_t size)
{
  duckdb_result result;
  duckdb_data_chunk chunk;
  uint64_t rows = 0;

  if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
    fail("%s: %s", sql, duckdb_result_error(&result));
  while ((chunk = duckdb_fetch_chunk(result))) {
    rows += duckdb_data_chunk_get_size(chunk);
    duckdb_destroy_data_chunk(&chunk);
  }
  snprintf(text, size, "%" PRIu64 " 0", rows);
  duckdb_destroy_result(&result);
}

static struct variant *
add_variant(struct bench *bench, const char *name)
{
  if (bench->variant_count == VARIANTS)
    fail("more than %d variants", VARIANTS);
  bench->variants[bench->variant_count].name = name;
  return &bench->variants[bench->variant_count++];
}

static void
begin(struct bench *bench)
{
  measure_peak_reset();
  bench->begun = measure_begin();
}

static void
end(struct bench *bench, struct variant *variant, const char *result)
{
  struct measure time = measure_end(bench->begun);

  variant->samples[variant->count].time = time;
  variant->samples[variant->count].peak = measure_peak();
  variant->samples[variant->count].anonymous = measure_anonymous();
  variant->count++;
  snprintf(variant->result, sizeof variant->result, "%s", result);
}

static void
compare(struct bench *bench, struct variant *variant)
{
  char result[64];
  uint64_t rows, sum;

  begin(bench);
  if (variant->rows) {
    count_rows(bench->connection, variant->sql, result, sizeof result);
  } else if (variant->sql) {
    execute(bench->connection, variant->sql, result, sizeof result);
  } else {
    wordcount(variant->text, bench->threads, &rows, &sum);
    snprintf(result, sizeof result, "%" PRIu64 " %" PRIu64, rows, sum);
  }
  end(bench, variant, result);
}

static void
prepare(struct bench *bench)
{
  duckdb_database database = session_database(&bench->session);

  if (duckdb_connect(database, &bench->connection) != DuckDBSuccess)
    fail("cannot connect");
  native_register(bench->connection);
  execute(bench->connection, "SET preserve_insertion_order=false", NULL, 0);
  for (unsigned i = 0; i < bench->setup_count; i++)
    execute(bench->connection, bench->setup[i], NULL, 0);
}

static void
on_begin(struct session *session)
{
  struct bench *bench = (struct bench *)session;

  if (!bench->connection)
    prepare(bench);
  for (unsigned i = 0; bench->next == bench->compared && i < bench->compared;
       i++)
    compare(bench, &bench->variants[i]);
  begin(bench);
}

static void
on_end(struct session *session, const char *result)
{
  struct bench *bench = (struct bench *)session;

  end(bench, &bench->variants[bench->next], result);
  if (++bench->next == bench->variant_count)
    bench->next = bench->compared;
}

static void
print_variant(const struct variant *variant)
{
  printf("\"%s\": {\"result\": \"%s\"", variant->name, variant->result);
  for (int what = 0; what < 4; what++) {
    static const char *const names[] = {"cpu", "wall", "peak", "anonymous"};

    printf(", \"%s\": [", names[what]);
    for (unsigned i = 0; i < variant->count; i++) {
      if (i)
        printf(", ");
      if (what < 2)
        printf("%.3f", what ? variant->samples[i].time.wall
                            : variant->samples[i].time.cpu);
      else
        printf("%" PRIu64, what == 2 ? variant->samples[i].peak
                                     : variant->samples[i].anonymous);
    }
    putchar(']');
  }
  putchar('}');
}

/* NAME=VALUE; cuts at the '='. */
static const char *
split(char *text)
{
  char *equals = strchr(text, '=');

  if (!equals)
    fail("'%s' is not NAME=…", text);
  *equals = '\0';
  return equals + 1;
}

static void
set_option(struct bench *bench, int option, char *value)
{
  struct variant *variant;
  const char *rest;

  switch (option) {
  case 'c':
    bench->cache = value;
    break;
  case 't':
    bench->threads = (uint32_t)strtoul(value, NULL, 10);
    break;
  case 'r':
    bench->repetitions = (unsigned)strtoul(value, NULL, 10);
    break;
  case 'T':
    bench->tables[bench->table_count++ % VARIANTS] = value;
    break;
  case 'u':
    bench->setup[bench->setup_count++ % VARIANTS] = value;
    break;
  case 'f':
    bench->folder = value;
    break;
  case 's':
  case 'R':
  case 'w':
    rest = split(value);
    variant = add_variant(bench, value);
    variant->rows = option == 'R';
    if (option == 'w')
      variant->text = rest;
    else
      variant->sql = rest;
    break;
  default:
    exit(2);
  }
}

static int
parse(struct bench *bench, int argc, char **argv)
{
  static const struct option options[] = {
      {"cache", required_argument, NULL, 'c'},
      {"threads", required_argument, NULL, 't'},
      {"repetitions", required_argument, NULL, 'r'},
      {"table", required_argument, NULL, 'T'},
      {"setup", required_argument, NULL, 'u'},
      {"folder", required_argument, NULL, 'f'},
      {"sql", required_argument, NULL, 's'},
      {"rows", required_argument, NULL, 'R'},
      {"wordcount", required_argument, NULL, 'w'},
      {NULL, 0, NULL, 0},
  };
  int option;

  while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1)
    set_option(bench, option, optarg);
  if (argc - optind < 2 || !bench->repetitions ||
      bench->repetitions > REPETITIONS)
    fail("usage: bench_host run OPTIONS PROGRAM CASE…");
  return optind;
}

static int
bench_run(int argc, char **argv)
{
  static struct bench bench = {
      .session = {.begin = on_begin, .end = on_end},
      .threads = 1,
      .repetitions = 3,
  };
  char *arguments[VARIANTS + 2] = {NULL};
  char repetitions[16];
  struct wd_error error = {0};
  int first = parse(&bench, argc, argv);

  bench.next = bench.compared = bench.variant_count;
  snprintf(repetitions, sizeof repetitions, "%u", bench.repetitions);
  arguments[0] = repetitions;
  for (int i = first + 1; i < argc; i++) {
    arguments[i - first] = argv[i];
    add_variant(&bench, argv[i]);
  }
  session_init(&bench.session, bench.cache, argv[first], bench.threads,
               arguments);
  for (unsigned i = 0; i < bench.table_count; i++)
    check(wd_run_table(bench.session.run, bench.tables[i], &error), &error);
  if (bench.folder)
    session_folder(&bench.session, bench.folder);
  session_run(&bench.session);
  printf("{");
  for (unsigned i = 0; i < bench.variant_count; i++) {
    printf("%s", i ? ",\n " : "");
    print_variant(&bench.variants[i]);
  }
  printf("}\n");
  duckdb_disconnect(&bench.connection);
  session_fini(&bench.session);
  return 0;
}

static int
bench_open(void)
{
  duckdb_database database;

  if (duckdb_open(NULL, &database) != DuckDBSuccess)
    fail("DuckDB does not open");
  duckdb_close(&database);
  return 0;
}

int
main(int argc, char **argv)
{
  const char *mode = argc > 1 ? argv[1] : "";

  if (strcmp(mode, "run") == 0)
    return bench_run(argc - 1, argv + 1);
  if (strcmp(mode, "image") == 0)
    return bench_image(argc - 1, argv + 1);
  if (strcmp(mode, "cancel") == 0)
    return bench_cancel(argc - 1, argv + 1);
  if (strcmp(mode, "translate") == 0)
    return bench_translate(argc - 1, argv + 1);
  if (strcmp(mode, "open") == 0)
    return bench_open();
  fail("usage: bench_host run|image|cancel|translate|open …");
}
