/* Protobuf's wire format: what is written is read again, and nothing that a
 * server could send is read past its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "engine/spark/message.h"

static struct wd_sc_view
written(const struct wd_sc_writer *writer)
{
  return (struct wd_sc_view){(const uint8_t *)writer->buf.data,
                             writer->buf.length};
}

static void
test_fields_come_back(void **state)
{
  static const int64_t numbers[] = {0, 1, 127, 128, -1, INT64_MAX, INT64_MIN};
  struct wd_sc_writer writer;

  (void)state;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    wd_sc_writer_init(&writer, NULL);
    wd_sc_put_text(&writer, 1, "first");
    wd_sc_put_int(&writer, 2, numbers[i]);
    wd_sc_put_double(&writer, 3, 0.5);
    wd_sc_put_text(&writer, 1, "last");
    assert_int_equal(wd_sc_writer_check(&writer, NULL), WD_OK);
    assert_true(wd_sc_is_message(written(&writer)));
    assert_int_equal(wd_sc_find_int(written(&writer), 2, 5), numbers[i]);
    assert_true(wd_sc_is_text(wd_sc_find(written(&writer), 1), "last"));
    assert_null(wd_sc_find(written(&writer), 2).data);
    assert_int_equal(wd_sc_find_int(written(&writer), 1, 5), 5);
    wd_sc_writer_fini(&writer);
  }
}

/* Lengths of nested messages take one byte or more. */
static void
test_messages_in_messages(void **state)
{
  static const size_t sizes[] = {0, 1, 126, 127, 128, 16383, 16384, 2097152};
  char *text = calloc(1, 2097153);

  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    struct wd_sc_writer writer;
    struct wd_sc_view inner;
    size_t outer, middle;

    memset(text, 'x', sizes[i]);
    wd_sc_writer_init(&writer, NULL);
    outer = wd_sc_begin(&writer, 3);
    middle = wd_sc_begin(&writer, 4);
    wd_sc_put_bytes(&writer, 5, text, sizes[i]);
    wd_sc_end(&writer, middle);
    wd_sc_put_int(&writer, 6, 7);
    wd_sc_end(&writer, outer);
    inner = wd_sc_find(written(&writer), 3);
    assert_int_equal(wd_sc_find_int(inner, 6, 0), 7);
    inner = wd_sc_find(wd_sc_find(inner, 4), 5);
    assert_int_equal(inner.length, sizes[i]);
    assert_memory_equal(inner.data, text, sizes[i]);
    wd_sc_writer_fini(&writer);
  }
  free(text);
}

static void
test_depth_is_limited(void **state)
{
  struct wd_sc_writer writer;
  struct wd_error error = {0};

  (void)state;
  wd_sc_writer_init(&writer, NULL);
  for (int i = 0; i < WD_SC_DEPTH + 1; i++)
    wd_sc_begin(&writer, 1);
  assert_int_equal(wd_sc_writer_check(&writer, &error), WD_LIMIT_EXCEEDED);
  assert_non_null(strstr(error.message, "too deep"));
  wd_sc_writer_fini(&writer);
}

static void
test_no_memory(void **state)
{
  (void)state;
  for (long n = 1; n < 4; n++) {
    struct wd_sc_writer writer;
    struct wd_error error = {0};

    wd_sc_writer_init(&writer, NULL);
    wd_mem_fail_after(n);
    for (int i = 0; i < 2000; i++) {
      size_t begun = wd_sc_begin(&writer, 1);

      wd_sc_put_text(&writer, 2, "text");
      wd_sc_end(&writer, begun);
    }
    wd_mem_fail_after(0);
    assert_int_equal(wd_sc_writer_check(&writer, &error), WD_NO_MEMORY);
    wd_sc_writer_fini(&writer);
  }
}

/* Each ends before it says that it does, or says what is not. */
static void
test_malformed(void **state)
{
  static const struct {
    const char *bytes;
    size_t length;
  } bad[] = {
      {"\x08", 1},
      {"\x08\xff", 2},
      {"\x0a\x05"
       "abc",
       5},
      {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
      {"\x09"
       "1234567",
       8},
      {"\x0d"
       "123",
       4},
      {"\x0b", 1},
      {"\x0f", 1},
      {"\x02\x01x", 3},
      {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},
      {"\xf8\xff\xff\xff\xff\x0f\x01", 7},
  };

  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    uint8_t *copy = malloc(bad[i].length); /* its end is guarded */

    memcpy(copy, bad[i].bytes, bad[i].length);
    assert_false(wd_sc_is_message((struct wd_sc_view){copy, bad[i].length}));
    wd_sc_find((struct wd_sc_view){copy, bad[i].length}, 1);
    free(copy);
  }
}

static void
test_base64(void **state)
{
  uint8_t out[8];
  struct wd_buf buf;

  (void)state;
  assert_int_equal(wd_base64_decode("YWJj", 4, out, sizeof out), 3);
  assert_memory_equal(out, "abc", 3);
  assert_int_equal(wd_base64_decode("YWI", 3, out, sizeof out), 2);
  assert_int_equal(wd_base64_decode("YQ==", 4, out, sizeof out), 1);
  assert_int_equal(wd_base64_decode("-_8", 3, out, sizeof out), 2);
  assert_memory_equal(out, "\xfb\xff", 2);
  wd_buf_init(&buf, NULL, 100);
  assert_true(wd_base64_encode("a\xff", 2, &buf));
  assert_true(wd_base64_encode("abc", 3, &buf));
  assert_true(wd_base64_encode("a", 1, &buf));
  assert_string_equal(wd_buf_text(&buf), "Yf8=YWJjYQ==");
  wd_buf_fini(&buf);
  assert_int_equal(wd_base64_decode("!YWJj", 5, out, sizeof out), 0);
  assert_int_equal(wd_base64_decode("YWJjYWJjYWJjYWJj", 16, out, sizeof out),
                   8);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fields_come_back),
      cmocka_unit_test(test_messages_in_messages),
      cmocka_unit_test(test_depth_is_limited),
      cmocka_unit_test(test_no_memory),
      cmocka_unit_test(test_malformed),
      cmocka_unit_test(test_base64),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
