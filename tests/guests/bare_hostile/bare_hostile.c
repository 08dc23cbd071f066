/* main: a plan with one lambda in it, or calls that are wrong. */
#include "hostile.h"

char mode[64];
char whole[16];
int spoiled;
uint32_t binds;
struct result area;

/* Says what an import told, and ends. */
static void
check(const struct result *out, const char *call)
{
  if (!out->failed)
    return;
  fprintf(stderr, "guest: %s: code %u: %.*s\n", call, out->as.error.code,
          (int)out->as.error.message.count,
          (const char *)out->as.error.message.data);
  exit(125);
}

static uint32_t
source(void)
{
  struct result out;

  range(0, 1000, 1, &out);
  check(&out, "range");
  return out.as.handle;
}

/* So that a write is under way until it is cancelled. */
static uint32_t
endless(void)
{
  struct result out;

  range(0, INT64_MAX, 1, &out);
  check(&out, "range");
  return out.as.handle;
}

/* A partition lambda by threads, groups or numbers. */
static void
over_parts(uint32_t from, struct result *out)
{
  list key = text("id % 7 as k");

  if (strcmp(whole, "group") == 0) {
    group_by(from, &key, 1, out);
    check(out, "group");
    map_groups(out->as.handle, 1, 2, out);
  } else if (strcmp(whole, "pair") == 0) {
    uint32_t left;

    group_by(from, &key, 1, out);
    check(out, "group");
    left = out->as.handle;
    group_by(from, &key, 1, out);
    check(out, "group");
    co_map_groups(left, out->as.handle, 1, 2, out);
  } else if (strcmp(whole, "number") == 0) {
    repartition(from, 5, 8, 0, out);
    check(out, "repartition");
    map_partitions(out->as.handle, 1, 2, out);
  } else {
    map_partitions(from, 1, 2, out);
  }
}

static uint32_t
lambda_over(uint32_t from)
{
  struct result out;
  struct {
    list name;
    uint8_t kind;
    uint32_t function, state;
    list arguments;
    uint8_t has_filter;
    list filter;
  } measure = {{0}, 1, 1, 2, {0}, 0, {0}};
  list argument = text("id");

  measure.name = text("total");
  measure.arguments = (list){at(&argument), 1};
  if (strcmp(whole, "scan") == 0)
    generate(&out);
  else if (starts("filter_"))
    filter(from, 1, 2, &out);
  else if (starts("table_"))
    table_functions(from, &out);
  else if (starts("flat_"))
    flat_map(from, 1, 2, &out);
  else if (starts("part_") || *whole)
    over_parts(from, &out);
  else if (starts("agg_"))
    aggregate(from, &measure, 1, &out);
  else if (starts("red_"))
    reduce(from, 1, 2, &out);
  else
    map(from, 1, 2, &out);
  check(&out, "build");
  return out.as.handle;
}

static void
write_out(uint32_t from)
{
  struct result out;

  write_to(from, "out", 3, 1, NULL, 0, NULL, 0, &out);
  check(&out, "write");
}

static void
main_handles(void)
{
  uint32_t from = source(), other = source();
  struct result out;

  collect(from, NULL, 0, &out);
  check(&out, "collect");
  if (is("main_forged"))
    lambda_over(123456);
  if (is("main_zero"))
    lambda_over(0);
  if (is("main_max"))
    lambda_over(0xffffffffu);
  if (is("main_kind"))
    lambda_over(out.as.handle);
  if (is("main_kind_job"))
    next_batch(other, &out);
  if (is("main_stale") || is("main_stale_reused"))
    drop(other);
  if (is("main_stale_reused"))
    source();
  if (starts("main_stale"))
    lambda_over(other);
  if (is("main_drop_twice"))
    drop(other), drop(other);
  if (is("main_drop_kind"))
    drop_job(from);
}

static void
main_arguments(void)
{
  uint32_t from = source();
  struct result out;

  if (is("main_string_out"))
    read_table(memory_end() - 2, 100, 0, 0, &out);
  if (is("main_string_utf8"))
    read_table(at("l\xffnes"), 5, 0, 0, &out), check(&out, "read");
  if (is("main_not_granted"))
    read_table(at("nope"), 4, 0, 0, &out), check(&out, "read");
  if (is("main_list_out"))
    select_columns(from, memory_end() - 8, 5, &out);
  if (is("main_list_odd"))
    select_columns(from, 17, 1, &out);
  if (is("main_list_wrap"))
    select_columns(from, 8, 0x20000001u, &out);
  if (is("main_area_out"))
    range(0, 1, 1, (struct result *)(memory_end() - 4));
  if (is("main_area_odd"))
    range(0, 1, 1, (struct result *)((char *)&out + 1));
  if (is("main_enum"))
    join(from, from, 99, 0, "", 0, &out);
  if (is("main_tag"))
    join(from, from, 0, 9, "", 0, &out);
}

static void
main_create(void)
{
  struct field field = {text("s"), text("u"), 1, 0, {0}, {0}};
  struct batch batch = good("u", 10);
  list *buffers = (list *)batch.buffers.data;
  struct result out;

  if (is("main_create_offsets"))
    set(buffers[1].data, 4, 1);
  if (is("main_create_utf8"))
    *(uint8_t *)(buffers[2].data + 2) = 0xff;
  if (is("main_create_rows"))
    batch.rows = 11;
  if (is("main_create_buffer"))
    buffers[1].count = 0x20000000u;
  if (is("main_create_format"))
    field.format = text("+s");
  create(at(&field), 1, at(&batch), 1, &out);
  check(&out, "create");
}

int
main(int argument_count, char **arguments)
{
  struct result out;

  snprintf(mode, sizeof mode, "%s", argument_count > 1 ? arguments[1] : "good");
  snprintf(whole, sizeof whole, "%s", argument_count > 2 ? arguments[2] : "");
  if (starts("main_do_"))
    misbehave(mode + 8);
  if (starts("main_create_"))
    main_create();
  if (starts("main_realloc_")) {
    uint32_t from = source();

    spoiled = 1;
    schema_of(from, &out);
    spoiled = 0;
    check(&out, "schema");
    return 3;
  }
  if (starts("main_write_")) {
    write_out(endless());
    misbehave(mode + 11);
  } else if (starts("main_")) {
    main_handles();
    main_arguments();
    return 0;
  }
  write_out(lambda_over(source()));
  return 0;
}
