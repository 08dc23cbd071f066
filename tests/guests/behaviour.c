/* What the design promises about lambdas and jobs, a mode for each promise;
 * tests/suite/test_behaviour.py knows what each prints.
 *
 *   behaviour MODE [NUMBER] */
#include <wasidata.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t
sum_of(wd_dataset from)
{
  wd_job job = wd_collect(from);
  int64_t sum = 0;

  for (const wd_row *row; (row = wd_next_row(job));)
    sum += wd_get_i64(row, row->count - 1);
  wd_job_drop(job);
  return sum;
}

/* ---- Captures ------------------------------------------------------------ */

struct list {
  int64_t value;
  struct list *next;
};

typedef int64_t
operation(int64_t a, int64_t b);

static int64_t
times(int64_t a, int64_t b)
{
  return a * b;
}

static int64_t
plus(int64_t a, int64_t b)
{
  return a + b;
}

struct captured {
  struct list *list;
  const char *word;
  operation *operations[2];
};

static int64_t
use_captured(int64_t value, void *env)
{
  const struct captured *captured = env;

  for (struct list *l = captured->list; l; l = l->next)
    value = captured->operations[value & 1](value, l->value);
  return value + (int64_t)strlen(captured->word);
}

static void
captures(void)
{
  struct captured captured = {.operations = {plus, times}};
  wd_dataset mapped;
  char *word = malloc(100);

  for (int i = 1; i <= 5; i++) {
    struct list *item = malloc(sizeof *item);

    *item = (struct list){i, captured.list};
    captured.list = item;
  }
  captured.word = strcpy(word, "eleven char");
  mapped = wd_map_i64(wd_range(0, 1000, 1), "id", use_captured, &captured,
                      sizeof captured, "y");
  printf("%lld\n", sum_of(mapped));
}

/* A hash table of 100 MiB. */
static uint64_t *table;
#define TABLE_SIZE (13u << 20)

static uint64_t
slot_of(uint64_t key)
{
  return key * 0x9e3779b97f4a7c15u >> 20 & 0xfffffff;
}

static int64_t
look_up(int64_t value, void *env)
{
  uint64_t at = slot_of((uint64_t)value + 1) % TABLE_SIZE;

  (void)env;
  while (table[at] && table[at] >> 32 != (uint64_t)value + 1)
    at = (at + 1) % TABLE_SIZE;
  return table[at] ? (int64_t)(table[at] & 0xffffffff) : -1;
}

static void
hash_table(void)
{
  table = calloc(TABLE_SIZE, sizeof *table);
  for (uint64_t key = 1; key <= 1000000; key++) {
    uint64_t at = slot_of(key) % TABLE_SIZE;

    while (table[at])
      at = (at + 1) % TABLE_SIZE;
    table[at] = key << 32 | (key * 3 & 0xffff);
  }
  printf("%lld\n", sum_of(wd_map_i64(wd_range(0, 2000000, 1), "id", look_up,
                                     NULL, 0, "y")));
}

/* 1 GiB, of which 10 MiB are in use: pages of noise far from each other. */
#define NOISY_PAGES 2560
#define NOISY_STEP (((size_t)1 << 30) / NOISY_PAGES & ~(size_t)4095)
static char *noisy;

static uint64_t
noise(uint64_t seed)
{
  seed = (seed ^ seed >> 31) * 0x7fb5d329728ea185u;
  seed = (seed ^ seed >> 27) * 0x81dadef4bc2dd44du;
  return seed ^ seed >> 33;
}

static int64_t
find_noise(int64_t value, void *env)
{
  uint64_t page = (uint64_t)value % NOISY_PAGES, found;

  (void)env;
  memcpy(&found, noisy + page * NOISY_STEP, sizeof found);
  return found == noise(page << 12 | 1) ? value : -1;
}

static void
sparse(void)
{
  noisy = malloc(NOISY_PAGES * NOISY_STEP);
  for (uint64_t page = 0; noisy && page < NOISY_PAGES; page++)
    for (uint64_t at = 0; at < 4096; at += sizeof at) {
      uint64_t value = noise(page << 12 | (at + 1));

      memcpy(noisy + page * NOISY_STEP + at, &value, sizeof value);
    }
  printf("%lld\n", sum_of(wd_map_i64(wd_range(0, 1000, 1), "id", find_noise,
                                     NULL, 0, "y")));
}

/* ---- What lambdas may do ------------------------------------------------- */

static int64_t
allocate(int64_t value, void *env)
{
  int64_t *block = malloc(1000 + (size_t)value % 1000);
  int64_t result;

  (void)env;
  block[0] = value;
  result = block[0] + 1;
  free(block);
  return result;
}

static int64_t
grow(int64_t value, void *env)
{
  static char *grown;

  (void)env;
  if (!grown) {
    grown = malloc(64 << 20);
    if (!grown)
      wd_fail("no 64 MiB");
    memset(grown, 1, 64 << 20);
  }
  return value + grown[value % (64 << 20)];
}

static int64_t
print(int64_t value, void *env)
{
  (void)env;
  if (value % 100 == 0) {
    printf("row %lld\n", value);
    wd_log(WD_INFO, "log %lld", value);
    wd_counter_add("hundreds", 1);
  }
  return value;
}

/* ---- State as of the action ---------------------------------------------- */

static int64_t factor = 1;

static int64_t
multiply(int64_t value, void *env)
{
  (void)env;
  return value * factor;
}

static void
state_as_of_the_action(void)
{
  wd_dataset mapped =
      wd_map_i64(wd_range(0, 10, 1), "id", multiply, NULL, 0, "y");
  wd_schema *schema;

  factor = 2;
  schema = wd_schema_of(mapped);
  printf("%u\n", schema->count);
  free(schema);
  factor = 3;
  printf("%lld\n", sum_of(mapped));
  factor = 4;
  printf("%lld\n", sum_of(mapped));
}

/* A job under way keeps the state that it began with. */
static void
state_of_a_job(void)
{
  wd_dataset mapped =
      wd_map_i64(wd_range(0, 100000, 1), "id", multiply, NULL, 0, "y");
  wd_job job = wd_collect(mapped);
  int64_t sum = 0;

  factor = 1000;
  for (const wd_row *row; (row = wd_next_row(job));)
    sum += wd_get_i64(row, 1);
  printf("%lld\n%lld\n", sum, sum_of(mapped));
}

/* What a lambda writes is seen by nobody else. */
static int64_t
scribble(int64_t value, void *env)
{
  (void)env;
  factor = 77;
  return value;
}

static void
private_memory(void)
{
  wd_dataset from = wd_range(0, 5000, 1);

  sum_of(wd_map_i64(from, "id", scribble, NULL, 0, "y"));
  printf("%lld %lld\n", factor,
         sum_of(wd_map_i64(wd_range(0, 10, 1), "id", multiply, NULL, 0, "y")));
}

/* ---- Many actions -------------------------------------------------------- */

static int64_t
peek(int64_t value, void *env)
{
  const char *block = *(char **)env;

  return value + block[value * 4096 % (1 << 20)];
}

static void
many_actions(int count)
{
  int64_t sum = 0;

  for (int i = 0; i < count; i++) {
    unsigned scope = wd_scope();
    char *block = malloc(1 << 20);
    wd_dataset mapped;

    memset(block, i % 100, 1 << 20);
    mapped =
        wd_map_i64(wd_range(0, 10, 1), "id", peek, &block, sizeof block, "y");
    wd_release_with(mapped, free, block);
    sum += sum_of(mapped);
    wd_scope_end(scope);
  }
  printf("%lld\n", sum);
}

/* ---- Order --------------------------------------------------------------- */

static bool
keep_some(const wd_row *row, void *env)
{
  (void)env;
  return wd_get_i64(row, 0) % 10 != 3;
}

static void
negate(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  wd_set_i64(out, 0, -wd_get_i64(row, 0));
}

static void
twice(const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  for (int i = 0; i < 2; i++) {
    wd_set_i64(out, 0, wd_get_i64(row, 0) * 2 + i);
    wd_emit(out);
  }
}

static void
order(int count)
{
  wd_dataset sorted = wd_sort(
      wd_select(wd_range(0, count, 1), "id * 7919 % 1000003 as k"), "k desc");
  wd_dataset kept =
      wd_filter(wd_filter_by(sorted, keep_some, NULL, 0), "k % 10 <> 4");
  wd_dataset mapped =
      wd_map(wd_select(kept, "k + 1 as k"), negate, NULL, 0, "k: i64");
  wd_dataset doubled = wd_flat_map(mapped, twice, NULL, 0, "k: i64");

  wd_write(wd_limit(doubled, (uint64_t)count), "out", WD_OVERWRITE);
}

/* ---- Repeating ----------------------------------------------------------- */

static void
roll(const wd_row *row, wd_rows *out, void *env)
{
  struct timespec now;
  uint64_t random;

  (void)env;
  (void)row;
  if (getentropy(&random, sizeof random))
    wd_fail("no entropy");
  clock_gettime(CLOCK_REALTIME, &now);
  wd_set_u64(out, 0, random);
  wd_set_i64(out, 1, (int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
}

static void
random_numbers(int count)
{
  wd_write(wd_map(wd_range(0, count, 1), roll, NULL, 0, "r: u64, t: i64"),
           "out", WD_OVERWRITE);
}

/* ---- Ends of jobs -------------------------------------------------------- */

static int64_t
slowly(int64_t value, void *env)
{
  volatile int64_t spin = 0;

  (void)env;
  while (spin < 20000)
    spin++;
  return value;
}

static wd_dataset
slow(void)
{
  return wd_map_i64(wd_range(0, 100000000, 1), "id", slowly, NULL, 0, "y");
}

static int64_t
refuse(int64_t value, void *env)
{
  (void)env;
  if (value == 4321)
    wd_fail("value %lld is not to my taste", value);
  return value;
}

static wd_dataset
refusing(void)
{
  return wd_map_i64(wd_range(0, 100000, 1), "id", refuse, NULL, 0, "y");
}

/* Dropping a collect ends it, soon. */
static void
drop_collect(void)
{
  wd_job job = wd_collect(slow());
  time_t begin = time(NULL);

  wd_next_row(job);
  wd_job_drop(job);
  printf("%s\n", time(NULL) - begin < 20 ? "soon" : "late");
}

static void
cancel_write(void)
{
  wd_job job = wd_write(slow(), "out", WD_OVERWRITE);

  wd_cancel(job);
  wd_on_error(WD_RETURN);
  printf("%s", wd_wait(job) ? "done" : "stopped");
  printf(" %d\n", wd_progress_of(job).state == WD_STOPPED);
}

static void
handled_failure(void)
{
  wd_job job;

  wd_on_error(WD_RETURN);
  job = wd_collect(refusing());
  while (wd_next_row(job))
    ;
  printf("%s\n", wd_last_error()->message);
}

int
main(int count, char **arguments)
{
  const char *mode = count > 1 ? arguments[1] : "";
  int number = count > 2 ? atoi(arguments[2]) : 0;

#define MODE(name) else if (strcmp(mode, name) == 0)
  if (strcmp(mode, "captures") == 0)
    captures();
  MODE("table") hash_table();
  MODE("sparse") sparse();
  MODE("allocate")
  printf("%lld\n", sum_of(wd_map_i64(wd_range(0, number, 1), "id", allocate,
                                     NULL, 0, "y")));
  MODE("grow")
  printf("%lld\n",
         sum_of(wd_map_i64(wd_range(0, number, 1), "id", grow, NULL, 0, "y")));
  MODE("print")
  printf("%lld\n",
         sum_of(wd_map_i64(wd_range(0, number, 1), "id", print, NULL, 0, "y")));
  MODE("state") state_as_of_the_action();
  MODE("job_state") state_of_a_job();
  MODE("private") private_memory();
  MODE("many") many_actions(number);
  MODE("order") order(number);
  MODE("random") random_numbers(number);
  MODE("drop_collect") drop_collect();
  MODE("drop_write")
  {
    wd_job_drop(wd_write(wd_range(0, number, 1), "out", WD_OVERWRITE));
  }
  MODE("exit_with_write")
  {
    wd_write(slow(), "out", WD_OVERWRITE);
    exit(number);
  }
  MODE("failed_write") wd_write(refusing(), "out", WD_OVERWRITE);
  MODE("failed_collect") sum_of(refusing());
  MODE("handled") handled_failure();
  MODE("cancel_write") cancel_write();
  else return 2;
}
