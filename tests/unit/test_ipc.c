#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrow/ipc.h"
#include "nanoarrow/nanoarrow_ipc.h"
#include "oom.h"

static const char text[] =
    "a i64 not null, b string, c boolean, d null, e decimal<10,2>, f date, "
    "g timestamp_tz<6,UTC>";

/* Two rows; the buffers are longer than they need to be. */
static const struct wd_node nodes[7] = {{2, 0}, {2, 1}, {2, 0}, {2, 2},
                                        {2, 0}, {2, 0}, {2, 0}};
static const int64_t numbers[4] = {7, 8, 9, 10};
static const uint64_t bits[1] = {1};
static const uint32_t offsets[4] = {0, 3, 3, 0};
static const uint64_t letters[1] = {0x6f6f66};

#define SPAN(a)                                                                \
  {                                                                            \
    (const uint8_t *)(a), sizeof(a)                                            \
  }
#define NONE                                                                   \
  {                                                                            \
    NULL, 0                                                                    \
  }

static const struct wd_span spans[13] = {
    NONE,          SPAN(numbers), SPAN(bits),    SPAN(offsets), SPAN(letters),
    NONE,          SPAN(bits),    NONE,          SPAN(numbers), NONE,
    SPAN(numbers), NONE,          SPAN(numbers),
};
static const struct wd_batch batch = {2, 7, 13, nodes, spans};

struct stream {
  struct wd_buf buf;
  int calls_until_failure;
};

static enum wd_status
take(void *env, const void *data, size_t size, struct wd_error *error)
{
  struct stream *stream = env;

  if (stream->calls_until_failure && --stream->calls_until_failure == 0)
    return wd_fail(error, WD_LIMIT_EXCEEDED, "the disk is full");
  return wd_buf_add(&stream->buf, data, size) ? WD_OK : wd_fail_memory(error);
}

static enum wd_status
write_all(struct stream *stream, int batches, struct wd_error *error)
{
  struct wd_arena arena;
  struct wd_schema schema;
  struct wd_ipc_writer *writer = NULL;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = wd_schema_parse(text, sizeof text - 1, &arena, &schema, error);
  if (status == WD_OK)
    status = wd_ipc_writer_begin(NULL, &schema, take, stream, &writer, error);
  wd_arena_fini(&arena);
  for (int i = 0; status == WD_OK && i < batches; i++)
    status = wd_ipc_writer_write(writer, &batch, error);
  if (status == WD_OK)
    status = wd_ipc_writer_end(writer, error);
  if (status == WD_OK)
    assert_int_equal(wd_ipc_writer_end(writer, NULL), WD_IO);
  else if (writer)
    assert_int_equal(wd_ipc_writer_write(writer, &batch, NULL), WD_IO);
  wd_ipc_writer_free(writer);
  return status;
}

static void
open_stream(const struct stream *from, struct ArrowArrayStream *out_stream)
{
  struct ArrowBuffer buffer;
  struct ArrowIpcInputStream input;

  ArrowBufferInit(&buffer);
  assert_int_equal(
      ArrowBufferAppend(&buffer, from->buf.data, (int64_t)from->buf.length), 0);
  assert_int_equal(ArrowIpcInputStreamInitBuffer(&input, &buffer), 0);
  assert_int_equal(ArrowIpcArrayStreamReaderInit(out_stream, &input, NULL), 0);
}

static void
check_array(const struct ArrowSchema *schema, const struct ArrowArray *array)
{
  struct ArrowArrayView view;
  struct ArrowStringView string;

  assert_int_equal(ArrowArrayViewInitFromSchema(&view, schema, NULL), 0);
  assert_int_equal(ArrowArrayViewSetArray(&view, array, NULL), 0);
  assert_int_equal(
      ArrowArrayViewValidate(&view, NANOARROW_VALIDATION_LEVEL_FULL, NULL), 0);
  assert_int_equal(array->length, 2);
  assert_int_equal(ArrowArrayViewGetIntUnsafe(view.children[0], 1), 8);
  string = ArrowArrayViewGetStringUnsafe(view.children[1], 0);
  assert_int_equal(string.size_bytes, 3);
  assert_memory_equal(string.data, "foo", 3);
  assert_true(ArrowArrayViewIsNull(view.children[1], 1));
  assert_int_equal(ArrowArrayViewGetIntUnsafe(view.children[2], 0), 1);
  assert_int_equal(view.children[3]->null_count, 2);
  assert_int_equal(ArrowArrayViewGetIntUnsafe(view.children[6], 0), 7);
  ArrowArrayViewReset(&view);
}

static void
test_reads_back(void **state)
{
  struct stream stream = {0};
  struct ArrowArrayStream reader;
  struct ArrowSchema schema;
  struct ArrowArray array;
  struct wd_error error = {0};

  (void)state;
  wd_buf_init(&stream.buf, NULL, 1 << 20);
  if (write_all(&stream, 3, &error) != WD_OK)
    fail_msg("%s", error.message);
  open_stream(&stream, &reader);
  assert_int_equal(reader.get_schema(&reader, &schema), 0);
  assert_int_equal(schema.n_children, 7);
  assert_string_equal(schema.children[6]->format, "tsu:UTC");
  assert_string_equal(schema.children[4]->format, "d:10,2");
  assert_string_equal(schema.children[1]->name, "b");
  assert_int_equal(schema.children[0]->flags & ARROW_FLAG_NULLABLE, 0);
  assert_int_equal(schema.children[1]->flags & ARROW_FLAG_NULLABLE,
                   ARROW_FLAG_NULLABLE);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(reader.get_next(&reader, &array), 0);
    assert_non_null(array.release);
    check_array(&schema, &array);
    array.release(&array);
  }
  assert_int_equal(reader.get_next(&reader, &array), 0);
  assert_null(array.release);
  schema.release(&schema);
  reader.release(&reader);
  wd_buf_fini(&stream.buf);
}

/* The report of whoever takes the bytes arrives. */
static void
test_failing_callback(void **state)
{
  (void)state;
  for (int calls = 1; calls < 20; calls++) {
    struct stream stream = {.calls_until_failure = calls};
    struct wd_error error = {0};
    enum wd_status status;

    wd_buf_init(&stream.buf, NULL, 1 << 20);
    status = write_all(&stream, 1, &error);
    wd_buf_fini(&stream.buf);
    if (status == WD_OK) {
      assert_true(calls > 3);
      return;
    }
    assert_int_equal(status, WD_LIMIT_EXCEEDED);
    assert_string_equal(error.message, "the disk is full");
  }
  fail();
}

static void
test_refuses_what_is_not_carried(void **state)
{
  const struct wd_column child = {.name = "item",
                                  .type = wd_type_of(WD_TYPE_DURATION)};
  const struct wd_column column = {
      .name = "a",
      .type = {.id = WD_TYPE_LIST, .child_count = 1, .children = &child}};
  const struct wd_schema schema = {1, &column};
  struct wd_ipc_writer *writer;

  (void)state;
  assert_int_equal(
      wd_ipc_writer_begin(NULL, &schema, take, NULL, &writer, NULL),
      WD_UNSUPPORTED);
  assert_null(writer);
}

static enum wd_status
write_once(void *env)
{
  struct stream stream = {0};
  enum wd_status status;

  (void)env;
  wd_buf_init(&stream.buf, NULL, 1 << 20);
  status = write_all(&stream, 1, NULL);
  wd_buf_fini(&stream.buf);
  /* Without an error to look into, the callback's failure is just WD_IO. */
  return status == WD_IO ? WD_NO_MEMORY : status;
}

static void
test_memory(void **state)
{
  (void)state;
  wd_oom_each(write_once, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_reads_back),
      cmocka_unit_test(test_failing_callback),
      cmocka_unit_test(test_refuses_what_is_not_carried),
      cmocka_unit_test(test_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
