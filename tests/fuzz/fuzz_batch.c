/* A schema and a batch as a guest could send them: whatever wd_batch_check
 * lets pass can be printed, copied and compared. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "arrow/batch.h"
#include "arrow/fields.h"

#define FIELDS_MAX 12
#define BUFFERS_MAX 32
#define PRINTED_ROWS 64

struct input {
  const uint8_t *at;
  size_t left;
};

static uint8_t
take_byte(struct input *input)
{
  if (input->left == 0)
    return 0;
  input->left--;
  return *input->at++;
}

static uint32_t
take_word(struct input *input)
{
  uint32_t word = 0;

  for (int i = 0; i < 4; i++)
    word = word << 8 | take_byte(input);
  return word;
}

/* Mostly small, sometimes anything. */
static uint32_t
take_count(struct input *input)
{
  uint8_t byte = take_byte(input);

  return byte < 250 ? byte : take_word(input);
}

static struct wd_text
take_text(struct input *input)
{
  struct wd_text text = {NULL, take_byte(input)};

  if (text.length > input->left)
    text.length = (uint32_t)input->left;
  text.data = (const char *)input->at;
  input->at += text.length;
  input->left -= text.length;
  return text;
}

static void
take_field(struct input *input, struct wd_text *texts, struct wd_field *field)
{
  static const char *const formats[] = {
      "n",    "b",       "c",       "s",   "i",       "l",    "C",    "S",
      "I",    "L",       "f",       "g",   "u",       "z",    "+s",   "+l",
      "+m",   "d:5,2",   "d:38,10", "tdD", "tsu:UTC", "tss:", "tsn:", "w:3",
      "+w:2", "+us:0,1", "tin",     "ttm", "w:16",    "ttu",
  };
  uint8_t form = take_byte(input);

  texts[0] = take_text(input);
  field->name = texts[0];
  field->nullable = form & 1;
  form >>= 1;
  if (form < sizeof formats / sizeof *formats)
    field->format =
        (struct wd_text){formats[form], (uint32_t)strlen(formats[form])};
  else
    field->format = take_text(input);
  field->children = take_byte(input);
  if (field->children >= 250)
    field->children = take_word(input);
  else
    field->children &= 3;
  if (form == 6 || form == 7) {
    field->dictionary = texts;
    field->dictionary_count = take_byte(input) & 1;
  }
  if (form == 40) {
    texts[1] = take_text(input);
    field->metadata = texts;
    field->metadata_count = 1;
  }
}

/* Copies, so that reading past a buffer is seen. */
static void
take_spans(struct input *input, struct wd_span *spans, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    uint32_t size = take_count(input);
    uint8_t *data;

    if (size > input->left)
      size = (uint32_t)input->left;
    data = malloc(size ? size : 1);
    if (!data)
      abort();
    if (size)
      memcpy(data, input->at, size);
    input->at += size;
    input->left -= size;
    spans[i] = (struct wd_span){data, size};
  }
}

static void
print_all(const struct wd_schema *schema, const struct wd_batch *batch)
{
  struct wd_buf buf;

  wd_buf_init(&buf, NULL, 1 << 20);
  for (uint32_t column = 0; column < schema->count; column++) {
    for (uint32_t row = 0; row < batch->rows && row < PRINTED_ROWS; row++) {
      wd_buf_clear(&buf);
      if (!wd_value_null(schema, batch, column, row))
        wd_value_print(schema, batch, column, row, &buf);
    }
  }
  wd_buf_fini(&buf);
}

static void
use(const struct wd_schema *schema, const struct wd_batch *batch)
{
  struct wd_rows rows;

  print_all(schema, batch);
  if (wd_rows_copy(NULL, batch, &rows, NULL) != WD_OK)
    return;
  if (wd_batch_check(schema, &rows.batch, batch->rows, NULL) != WD_OK)
    abort();
  wd_rows_fini(&rows);
}

static void
try_batch(struct input *input, const struct wd_schema *schema)
{
  struct wd_node nodes[FIELDS_MAX];
  struct wd_span spans[BUFFERS_MAX];
  struct wd_batch batch = {.nodes = nodes, .buffers = spans};
  struct wd_error error = {0};

  wd_schema_shape(schema, &batch.node_count, &batch.buffer_count);
  if (batch.buffer_count > BUFFERS_MAX)
    return;
  batch.rows = take_count(input);
  for (uint32_t i = 0; i < batch.node_count; i++) {
    nodes[i].length = take_byte(input) & 1 ? take_count(input) : batch.rows;
    nodes[i].null_count = take_byte(input) & 1 ? take_count(input) : 0;
  }
  take_spans(input, spans, batch.buffer_count);
  if (wd_batch_check(schema, &batch, UINT32_MAX, &error) == WD_OK)
    use(schema, &batch);
  for (uint32_t i = 0; i < batch.buffer_count; i++)
    free((void *)(uintptr_t)spans[i].data);
}

/* The schema as text and as fields is the same schema. */
static void
print_schema(const struct wd_schema *schema, struct wd_arena *arena)
{
  struct wd_schema again;
  struct wd_field *fields;
  struct wd_buf buf;
  uint32_t count;

  wd_buf_init(&buf, NULL, 1 << 20);
  wd_schema_print(schema, &buf);
  if (!buf.failed && wd_schema_parse(wd_buf_text(&buf), buf.length, arena,
                                     &again, NULL) != WD_OK)
    abort();
  wd_buf_fini(&buf);
  if (wd_fields_make(schema, arena, &fields, &count, NULL) != WD_OK ||
      wd_fields_parse(fields, count, arena, &again, NULL) != WD_OK ||
      !wd_schema_equal(schema, &again))
    abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct input input = {data, size};
  struct wd_text texts[FIELDS_MAX][2] = {0};
  struct wd_field fields[FIELDS_MAX] = {0};
  uint32_t count = take_byte(&input) % FIELDS_MAX;
  struct wd_error error = {0};
  struct wd_arena arena;
  struct wd_schema schema;

  for (uint32_t i = 0; i < count; i++)
    take_field(&input, texts[i], &fields[i]);
  wd_arena_init(&arena, NULL, 0);
  if (wd_fields_parse(fields, count, &arena, &schema, &error) == WD_OK) {
    print_schema(&schema, &arena);
    /* Whoever takes batches asks this first. */
    if (wd_schema_check_carried(&schema, NULL) == WD_OK)
      try_batch(&input, &schema);
  }
  wd_arena_fini(&arena);
  return 0;
}
