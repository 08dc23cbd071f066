#include "oom.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/width.h"
#include "io/output.h"

/* Two columns, i64 and string; what is NULL in texts is null. */
struct table {
  struct wd_node nodes[2];
  struct wd_span buffers[5];
  struct wd_batch batch;
  _Alignas(8) int64_t numbers[64];
  _Alignas(8) int32_t offsets[65];
  _Alignas(8) uint8_t valid[8];
  _Alignas(8) char data[4096];
};

static const struct wd_column two_columns[] = {
    {.name = "n", .type = {.id = WD_TYPE_I64}, .nullable = true},
    {.name = "text", .type = {.id = WD_TYPE_STRING}, .nullable = true},
};
static const struct wd_schema two = {2, two_columns};
static const struct wd_schema none = {0, NULL};

static const struct wd_batch *
make_table(struct table *table, uint32_t rows, const char *const *texts)
{
  uint32_t nulls = 0, length = 0;

  memset(table, 0, sizeof *table);
  for (uint32_t i = 0; i < rows; i++) {
    table->numbers[i] = (int64_t)i * 11;
    if (texts[i]) {
      memcpy(table->data + length, texts[i], strlen(texts[i]));
      length += (uint32_t)strlen(texts[i]);
      table->valid[i / 8] = (uint8_t)(table->valid[i / 8] | 1u << i % 8);
    } else {
      nulls++;
    }
    table->offsets[i + 1] = (int32_t)length;
  }
  table->nodes[0] = (struct wd_node){rows, nulls};
  table->nodes[1] = table->nodes[0];
  table->buffers[0] = (struct wd_span){table->valid, 8};
  table->buffers[1] =
      (struct wd_span){(const void *)table->numbers, (uint64_t)rows * 8};
  table->buffers[2] = table->buffers[0];
  table->buffers[3] =
      (struct wd_span){(const void *)table->offsets, ((uint64_t)rows + 1) * 4};
  table->buffers[4] = (struct wd_span){(const void *)table->data, length};
  table->batch = (struct wd_batch){rows, 2, 5, table->nodes, table->buffers};
  return &table->batch;
}

static enum wd_status
take(void *env, const void *data, size_t length, struct wd_error *error)
{
  return wd_buf_add(env, data, length) ? WD_OK : wd_fail_memory(error);
}

static struct wd_buf text;

static int
set_up(void **state)
{
  (void)state;
  wd_buf_init(&text, NULL, 1 << 26);
  return 0;
}

static int
tear_down(void **state)
{
  (void)state;
  wd_buf_fini(&text);
  return wd_mem_used(NULL) == 0 ? 0 : -1;
}

/* How a table is written. */
struct way {
  enum wd_output_format format;
  uint32_t value_width;
  bool terminal;
  uint32_t batches; /* how often the batch is written; 0: once */
};

static enum wd_status
write_to(const struct way *way, const struct wd_schema *schema,
         const struct wd_batch *batch, struct wd_buf *to,
         struct wd_error *error)
{
  const struct wd_output_options options = {.format = way->format,
                                            .terminal = way->terminal,
                                            .value_width = way->value_width,
                                            .take = take,
                                            .env = to};
  struct wd_output *output;
  enum wd_status status = wd_output_new(&options, NULL, &output, error);

  if (status == WD_OK)
    status = wd_output_begin(output, schema, error);
  for (uint32_t i = 0; status == WD_OK && batch && i <= way->batches; i++) {
    if (i < way->batches || way->batches == 0)
      status = wd_output_write(output, batch, error);
  }
  if (status == WD_OK)
    status = wd_output_end(output, error);
  wd_output_free(output);
  return status;
}

static const char *
written(struct way way, const struct wd_schema *schema,
        const struct wd_batch *batch)
{
  struct wd_error error = {0};

  wd_buf_clear(&text);
  if (write_to(&way, schema, batch, &text, &error) != WD_OK)
    fail_msg("%s", error.message);
  return wd_buf_text(&text);
}

static const char *const plain[] = {"a", NULL, "", "日本"};
static const char *const awkward[] = {"a,b|c\\d", "say \"x\"\nand",
                                      "\x1b[31m\t\r", "e\xcc\x81",
                                      "\xc2\x9b\xe2\x80\xae."};

static void
test_box(void **state)
{
  struct table table;

  (void)state;
  assert_string_equal(written((struct way){.format = WD_OUTPUT_BOX}, &two,
                              make_table(&table, 4, plain)),
                      "┌──────┬────────┐\n"
                      "│    n │ text   │\n"
                      "│  i64 │ string │\n"
                      "├──────┼────────┤\n"
                      "│    0 │ a      │\n"
                      "│ NULL │ NULL   │\n"
                      "│   22 │        │\n"
                      "│   33 │ 日本   │\n"
                      "└──────┴────────┘\n"
                      "(4 rows)\n");
  assert_string_equal(written((struct way){.format = WD_OUTPUT_BOX}, &two,
                              make_table(&table, 5, awkward)),
                      "┌─────┬───────────────┐\n"
                      "│   n │ text          │\n"
                      "│ i64 │ string        │\n"
                      "├─────┼───────────────┤\n"
                      "│   0 │ a,b|c\\d       │\n"
                      "│  11 │ say \"x\"\\nand  │\n"
                      "│  22 │ \\x1b[31m\\t\\r  │\n"
                      "│  33 │ e\xcc\x81             │\n"
                      "│  44 │ \\u009b\\u202e. │\n"
                      "└─────┴───────────────┘\n"
                      "(5 rows)\n");
}

static void
test_box_edges(void **state)
{
  struct table table;
  const struct wd_batch empty = {.rows = 3};

  (void)state;
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_BOX}, &two, NULL),
      "┌─────┬────────┐\n"
      "│   n │ text   │\n"
      "│ i64 │ string │\n"
      "└─────┴────────┘\n"
      "(0 rows)\n");
  assert_non_null(strstr(written((struct way){.format = WD_OUTPUT_BOX}, &two,
                                 make_table(&table, 1, plain)),
                         "\n(1 row)\n"));
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_BOX}, &none, &empty),
      "(3 rows)\n");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_BOX}, &none, NULL),
      "(0 rows)\n");
}

static void
test_box_cut(void **state)
{
  static const char *const long_ones[] = {"abcdefghij", "abcdefghijk",
                                          "日本日本日本", "\x01\x02\x03"};
  struct table table;

  (void)state;
  assert_string_equal(written((struct way){.format = WD_OUTPUT_BOX,
                                           .value_width = 10,
                                           .terminal = true},
                              &two, make_table(&table, 4, long_ones)),
                      "┌─────┬────────────┐\n"
                      "│   n │ text       │\n"
                      "│ i64 │ string     │\n"
                      "├─────┼────────────┤\n"
                      "│   0 │ abcdefghij │\n"
                      "│  11 │ abcdefghi… │\n"
                      "│  22 │ 日本日本…  │\n"
                      "│  33 │ \\x01\\x02…  │\n"
                      "└─────┴────────────┘\n"
                      "(4 rows)\n");
  assert_non_null(
      strstr(written((struct way){.format = WD_OUTPUT_BOX}, &two, &table.batch),
             "│  22 │ 日本日本日本 │\n"));
}

/* Rows after the first thousand may be wider. */
static void
test_box_many_rows(void **state)
{
  static const char *const wide[] = {"far wider than the others"};
  struct wd_output_options options = {
      .format = WD_OUTPUT_BOX, .take = take, .env = &text};
  struct wd_output *output;
  struct table narrow, last;

  (void)state;
  make_table(&narrow, 4, plain);
  make_table(&last, 1, wide);
  for (uint32_t width = 0; width <= 40; width += 40) {
    wd_buf_clear(&text);
    options.value_width = width;
    assert_int_equal(wd_output_new(&options, NULL, &output, NULL), WD_OK);
    assert_int_equal(wd_output_begin(output, &two, NULL), WD_OK);
    for (int i = 0; i < WD_OUTPUT_BOX_ROWS / 4; i++)
      assert_int_equal(wd_output_write(output, &narrow.batch, NULL), WD_OK);
    assert_int_equal(text.length, 0); /* kept */
    assert_int_equal(wd_output_write(output, &last.batch, NULL), WD_OK);
    assert_int_equal(wd_output_end(output, NULL), WD_OK);
    assert_int_equal(wd_output_rows(output), WD_OUTPUT_BOX_ROWS + 1);
    wd_output_free(output);
    assert_non_null(strstr(wd_buf_text(&text),
                           width ? "│    0 │ far w… │\n"
                                 : "│    0 │ far wider than the others │\n"));
    assert_non_null(strstr(wd_buf_text(&text),
                           "\n(1001 rows, widths from the first 1000)\n"));
  }
  assert_null(
      strstr(written((struct way){.format = WD_OUTPUT_BOX, .batches = 250},
                     &two, &narrow.batch),
             "widths"));
}

static void
test_csv(void **state)
{
  struct table table;
  const struct wd_batch empty = {.rows = 2};

  (void)state;
  assert_string_equal(written((struct way){.format = WD_OUTPUT_CSV}, &two,
                              make_table(&table, 4, plain)),
                      "n,text\n0,a\n,\n22,\"\"\n33,日本\n");
  assert_string_equal(written((struct way){.format = WD_OUTPUT_CSV}, &two,
                              make_table(&table, 5, awkward)),
                      "n,text\n"
                      "0,\"a,b|c\\d\"\n"
                      "11,\"say \"\"x\"\"\nand\"\n"
                      "22,\"\x1b[31m\t\r\"\n"
                      "33,e\xcc\x81\n"
                      "44,\xc2\x9b\xe2\x80\xae.\n");
  assert_non_null(
      strstr(written((struct way){.format = WD_OUTPUT_CSV, .terminal = true},
                     &two, &table.batch),
             "\n22,\\x1b[31m\t\\r\n33,e\xcc\x81\n"
             "44,\\u009b\\u202e.\n"));
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_CSV}, &two, NULL), "n,text\n");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_CSV}, &none, &empty), "\n\n\n");
}

static void
test_csv_header(void **state)
{
  static const struct wd_column columns[] = {
      {.name = "a,\"b\"", .type = {.id = WD_TYPE_I64}},
      {.name = "", .type = {.id = WD_TYPE_I64}},
  };
  const struct wd_schema schema = {2, columns};

  (void)state;
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_CSV}, &schema, NULL),
      "\"a,\"\"b\"\"\",\"\"\n");
}

static void
test_json(void **state)
{
  static const char lines[] = "{\"n\":0,\"text\":\"a,b|c\\\\d\"}\n"
                              "{\"n\":11,\"text\":\"say \\\"x\\\"\\nand\"}\n"
                              "{\"n\":22,\"text\":\"\\u001b[31m\\t\\r\"}\n"
                              "{\"n\":33,\"text\":\"e\xcc\x81\"}\n"
                              "{\"n\":44,\"text\":\"\\u009b\xe2\x80\xae.\"}\n";
  struct table table;
  const struct wd_batch empty = {.rows = 2};

  (void)state;
  make_table(&table, 5, awkward);
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_JSONL}, &two, &table.batch),
      lines);
  assert_string_equal(written((struct way){.format = WD_OUTPUT_JSON}, &two,
                              make_table(&table, 2, plain)),
                      "[\n{\"n\":0,\"text\":\"a\"},\n"
                      "{\"n\":null,\"text\":null}\n]\n");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_JSON}, &two, NULL), "[]\n");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_JSONL}, &two, NULL), "");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_JSONL}, &none, &empty),
      "{}\n{}\n");
}

static void
test_markdown(void **state)
{
  struct table table;
  const struct wd_batch empty = {.rows = 2};

  (void)state;
  assert_string_equal(written((struct way){.format = WD_OUTPUT_MARKDOWN}, &two,
                              make_table(&table, 4, plain)),
                      "| n | text |\n|---:|---|\n| 0 | a |\n"
                      "| NULL | NULL |\n| 22 |  |\n| 33 | 日本 |\n");
  assert_string_equal(written((struct way){.format = WD_OUTPUT_MARKDOWN}, &two,
                              make_table(&table, 3, awkward)),
                      "| n | text |\n|---:|---|\n| 0 | a,b\\|c\\\\d |\n"
                      "| 11 | say \"x\"<br>and |\n| 22 | \\x1b[31m\\t\\r |\n");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_MARKDOWN}, &none, &empty), "");
}

/* One row of every carried type, with values that are hard to write. */
static const struct wd_column all_columns[] = {
    {.name = "b", .type = {.id = WD_TYPE_BOOL}},
    {.name = "u", .type = {.id = WD_TYPE_U64}},
    {.name = "f", .type = {.id = WD_TYPE_F32}},
    {.name = "g", .type = {.id = WD_TYPE_F64}},
    {.name = "h", .type = {.id = WD_TYPE_F64}},
    {.name = "i", .type = {.id = WD_TYPE_F64}},
    {.name = "d", .type = {.id = WD_TYPE_DECIMAL, .precision = 38, .scale = 2}},
    {.name = "day", .type = {.id = WD_TYPE_DATE}},
    {.name = "t", .type = {.id = WD_TYPE_TIMESTAMP, .unit = WD_UNIT_US}},
    {.name = "z", .type = {.id = WD_TYPE_BINARY}},
    {.name = "0", .type = {.id = WD_TYPE_NULL}, .nullable = true},
};

/* Each column's values: two rows, the second for base64's padding. */
struct every {
  _Alignas(8) uint8_t bits[8];
  _Alignas(8) uint64_t natural[2];
  _Alignas(8) float narrow[2];
  _Alignas(8) double wide[3][2];
  _Alignas(16) unsigned char decimal[2][16];
  _Alignas(8) int32_t day[2];
  _Alignas(8) int64_t time[2];
  _Alignas(8) int32_t offsets[3];
  _Alignas(8) uint8_t binary[8];
};

#define SPAN(array)                                                            \
  {                                                                            \
    (const void *)(array), sizeof(array)                                       \
  }

static void
test_every_type(void **state)
{
  static struct every v = {
      .bits = {1},
      .natural = {UINT64_MAX, 0},
      .narrow = {0.1f, -0.0f},
      .wide = {{1e300, 0.5}, {INFINITY, NAN}, {-INFINITY, 3}},
      .decimal = {{0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                   0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                  {100}},
      .day = {0, 18262},
      .time = {0, 1500000},
      .offsets = {0, 4, 5},
      .binary = {0, 0xff, 'a', 'b', 'c'},
  };
  static const struct wd_span empty;
  const struct wd_span buffers[] = {
      empty,          SPAN(v.bits),    empty, SPAN(v.natural),
      empty,          SPAN(v.narrow),  empty, SPAN(v.wide[0]),
      empty,          SPAN(v.wide[1]), empty, SPAN(v.wide[2]),
      empty,          SPAN(v.decimal), empty, SPAN(v.day),
      empty,          SPAN(v.time),    empty, SPAN(v.offsets),
      SPAN(v.binary),
  };
  struct wd_node nodes[11];
  const struct wd_batch batch = {2, 11, 21, nodes, buffers};
  const struct wd_schema schema = {11, all_columns};

  (void)state;
  for (int i = 0; i < 11; i++)
    nodes[i] = (struct wd_node){2, i == 10 ? 2 : 0};
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_JSONL}, &schema, &batch),
      "{\"b\":true,\"u\":18446744073709551615,\"f\":0.1,\"g\":1e+300,"
      "\"h\":\"Infinity\",\"i\":\"-Infinity\",\"d\":-0.05,"
      "\"day\":\"1970-01-01\",\"t\":\"1970-01-01 00:00:00\","
      "\"z\":\"AP9hYg==\",\"0\":null}\n"
      "{\"b\":false,\"u\":0,\"f\":-0.0,\"g\":0.5,\"h\":\"NaN\",\"i\":3.0,"
      "\"d\":1.00,\"day\":\"2020-01-01\",\"t\":\"1970-01-01 00:00:01.5\","
      "\"z\":\"Yw==\",\"0\":null}\n");
  assert_string_equal(
      written((struct way){.format = WD_OUTPUT_CSV}, &schema, &batch),
      "b,u,f,g,h,i,d,day,t,z,0\n"
      "true,18446744073709551615,0.1,1e+300,inf,-inf,-0.05,1970-01-01,"
      "1970-01-01 00:00:00,\\x00ff6162,\n"
      "false,0,-0.0,0.5,nan,3.0,1.00,2020-01-01,1970-01-01 00:00:01.5,\\x63,"
      "\n");
}

static void
test_arrow(void **state)
{
  static const uint8_t end[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
  struct table table;

  (void)state;
  written((struct way){.format = WD_OUTPUT_ARROW}, &two,
          make_table(&table, 4, plain));
  assert_true(text.length > 256 && text.length % 8 == 0);
  assert_memory_equal(text.data + text.length - 8, end, 8);
}

static void
test_refused(void **state)
{
  static const struct wd_column list = {.name = "l",
                                        .type = {.id = WD_TYPE_DURATION}};
  const struct wd_schema schema = {1, &list};
  const struct way way = {.format = WD_OUTPUT_CSV};
  struct wd_output_options options = {.format = WD_OUTPUT_PARQUET,
                                      .take = take};
  struct wd_error error = {0};
  enum wd_output_format format;
  struct wd_output *output;

  (void)state;
  assert_int_equal(wd_output_new(&options, NULL, &output, &error),
                   WD_UNSUPPORTED);
  assert_null(output);
  wd_error_clear(&error);
  assert_int_equal(write_to(&way, &schema, NULL, &text, &error),
                   WD_UNSUPPORTED);
  assert_int_equal(wd_output_format_of("markdown", &format, NULL), WD_OK);
  assert_int_equal(format, WD_OUTPUT_MARKDOWN);
  wd_error_clear(&error);
  assert_int_equal(wd_output_format_of("xml", &format, &error),
                   WD_INVALID_ARGUMENT);
  assert_non_null(strstr(error.message, "box, csv, json"));
}

static void
write_to_fd(int fd, enum wd_status wanted, const char *part)
{
  const struct wd_output_options options = {
      .format = WD_OUTPUT_CSV, .take = wd_output_take_fd, .env = &fd};
  struct wd_error error = {0};
  struct wd_output *output;
  struct table table;
  enum wd_status status;

  assert_int_equal(wd_output_new(&options, NULL, &output, &error), WD_OK);
  status = wd_output_begin(output, &two, &error);
  if (status == WD_OK)
    status = wd_output_write(output, make_table(&table, 4, plain), &error);
  assert_int_equal(status, wanted);
  assert_string_equal(error.message, part);
  if (wanted != WD_OK)
    assert_int_equal(wd_output_write(output, &table.batch, NULL), WD_IO);
  wd_output_free(output);
}

static void
test_descriptors(void **state)
{
  char read_back[64] = "";
  int ends[2], full;

  (void)state;
  signal(SIGPIPE, SIG_IGN);
  assert_int_equal(pipe(ends), 0);
  write_to_fd(ends[1], WD_OK, "");
  assert_true(read(ends[0], read_back, sizeof read_back - 1) > 0);
  assert_string_equal(read_back, "n,text\n0,a\n,\n22,\"\"\n33,日本\n");
  close(ends[0]);
  write_to_fd(ends[1], WD_IO, "output is closed");
  close(ends[1]);
  full = open("/dev/full", O_WRONLY);
  if (full >= 0) {
    write_to_fd(full, WD_IO,
                "cannot write the output: No space left on device");
    close(full);
  }
}

static void
expect_shown(const char *from, size_t length, uint32_t limit, uint32_t width,
             const char *shown)
{
  wd_buf_clear(&text);
  assert_int_equal(wd_width_show(&text, from, length, limit), width);
  assert_string_equal(wd_buf_text(&text), shown);
}

static void
test_width(void **state)
{
  (void)state;
  expect_shown("", 0, 0, 0, "");
  expect_shown("abc", 3, 0, 3, "abc");
  expect_shown("abc", 3, 3, 3, "abc");
  expect_shown("abcd", 4, 3, 3, "ab…");
  expect_shown("é", 2, 0, 1, "é");
  expect_shown("e\xcc\x81", 3, 1, 1, "e\xcc\x81");
  expect_shown("日本", 6, 4, 4, "日本");
  expect_shown("日本", 6, 3, 3, "日…");
  expect_shown("日本", 6, 2, 1, "…");
  expect_shown("😀", 4, 0, 2, "😀");
  expect_shown("\0\n", 2, 0, 6, "\\x00\\n");
  expect_shown("\xff\xe2\x82", 3, 0, 12, "\\xff\\xe2\\x82");
  expect_shown("a\x7f", 2, 0, 5, "a\\x7f");
}

static void
expect_fits(const char *from, uint32_t limit, size_t size, uint32_t width)
{
  uint32_t found;

  assert_int_equal(wd_width_fit(from, strlen(from), limit, &found), size);
  assert_int_equal(found, width);
}

static void
test_fit(void **state)
{
  (void)state;
  expect_fits("", 3, 0, 0);
  expect_fits("abc", 3, 3, 3);
  expect_fits("abcd", 3, 3, 3);
  expect_fits("日本", 3, 3, 2);
  expect_fits("日本", 1, 0, 0);
  expect_fits("e\xcc\x81x", 1, 3, 1);
}

/* More than one piece, and cells longer than a piece. */
static void
test_large(void **state)
{
  static struct table table;
  const char *texts[64];
  const char *at;
  int lines = 0;

  (void)state;
  for (int i = 0; i < 64; i++)
    texts[i] = "some forty bytes of text to fill pieces";
  make_table(&table, 64, texts);
  at = written((struct way){.format = WD_OUTPUT_CSV, .batches = 100}, &two,
               &table.batch);
  while ((at = strchr(at, '\n'))) {
    lines++;
    at++;
  }
  assert_int_equal(lines, 6401);
}

static enum wd_status
run(void *env)
{
  struct wd_error error = {0};
  struct table table;
  struct wd_buf to;
  enum wd_status status;

  wd_buf_init(&to, NULL, 1 << 20);
  status = write_to(env, &two, make_table(&table, 5, awkward), &to, &error);
  wd_buf_fini(&to);
  return status;
}

static void
test_out_of_memory(void **state)
{
  (void)state;
  for (int i = WD_OUTPUT_BOX; i < WD_OUTPUT_PARQUET; i++) {
    struct way way = {.format = (enum wd_output_format)i, .terminal = true};

    wd_oom_each(run, &way);
  }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(test_box),           TEST(test_box_edges), TEST(test_box_cut),
      TEST(test_box_many_rows), TEST(test_csv),       TEST(test_csv_header),
      TEST(test_json),          TEST(test_markdown),  TEST(test_every_type),
      TEST(test_arrow),         TEST(test_refused),   TEST(test_descriptors),
      TEST(test_width),         TEST(test_fit),       TEST(test_large),
      TEST(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
