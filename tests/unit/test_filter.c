/* The filter of terminal output. What would break for a user: a program's
 * output that retitles the terminal, moves its cursor or types into it. */
#include "wasi/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static void
check(const char *in, size_t length, const char *expected)
{
  /* At once, and in pieces of every length. */
  for (size_t piece = 1; piece <= length + 1; piece++) {
    struct wd_filter filter = {0};
    char out[600];
    size_t written = 0;

    for (size_t i = 0; i < length; i += piece) {
      size_t n = length - i < piece ? length - i : piece;

      written += wd_filter_text(&filter, in + i, n, out + written);
    }
    out[written] = '\0';
    assert_string_equal(out, expected);
  }
}

#define CHECK(in, expected) check(in, sizeof in - 1, expected)

static void
text(void **state)
{
  (void)state;
  CHECK("", "");
  CHECK("plain text\n\tand a tab\r\n", "plain text\n\tand a tab\r\n");
  CHECK("gr\303\274n \342\202\254 \360\237\246\206",
        "gr\303\274n \342\202\254 \360\237\246\206");
  CHECK("a\0b\7c\10d\177e\16f", "abcdef");
}

static void
sequences(void **state)
{
  (void)state;
  CHECK("a\033[31mred\033[0m", "ared");
  CHECK("\033[2J\033[1;1Hx", "x");
  CHECK("\033]0;title\007x", "x");
  CHECK("\033]52;c;ZWNobw==\033\\x", "x");
  CHECK("\033Pq#0\033\\x\033_app\033\\y\033^pm\033\\z\033Xsos\033\\", "xyz");
  CHECK("\033(Bx\033%Gy\033#8z", "xyz");
  CHECK("\033cx\0337y\033=z", "xyz");
  CHECK("\033\033[31mx", "x");
  CHECK("\033[31\033[32mx", "x");
  CHECK("\033]0;a\033[31mb\007x", "x");
  CHECK("\033[12\030x", "x");
  CHECK("\033]never ends", "");
}

static void
eight_bit(void **state)
{
  (void)state;
  CHECK("a\302\23331mb", "ab");
  CHECK("a\302\2350;title\302\234b", "ab");
  CHECK("a\302\220x\302\234b", "ab");
  CHECK("a\302\205b\302\240c", "ab\302\240c");
  CHECK("a\23331mb", "ab");
  CHECK("a\2350;t\234b", "ab");
}

static void
invalid(void **state)
{
  (void)state;
  CHECK("a\377b\300\257c", "a?b??c");
  CHECK("a\342\202", "a");
  CHECK("a\342\202x", "a?x");
  CHECK("\355\240\200", "??");
  CHECK("\303(", "?(");
}

/* Random bytes: valid UTF-8 without controls comes out, in the room said. */
static void
random_bytes(void **state)
{
  static const char likely[] = "\033[]P\\\007\302\233\235m;1 a\342\202\254\n";

  (void)state;
  srand(7);
  for (int round = 0; round < 20000; round++) {
    struct wd_filter filter = {0};
    size_t length = (size_t)(rand() % 40);
    char in[40];
    char *out = malloc(length + WD_FILTER_MORE);
    size_t written;

    for (size_t i = 0; i < length; i++)
      in[i] = rand() % 3 ? likely[(size_t)rand() % (sizeof likely - 1)]
                         : (char)rand();
    written = wd_filter_text(&filter, in, length, out);
    assert_true(written <= length + WD_FILTER_MORE);
    assert_true(wd_utf8_valid((const uint8_t *)out, written));
    for (size_t i = 0; i < written; i++)
      assert_true((unsigned char)out[i] >= ' ' || strchr("\n\t\r", out[i]));
    free(out);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text),         cmocka_unit_test(sequences),
      cmocka_unit_test(eight_bit),    cmocka_unit_test(invalid),
      cmocka_unit_test(random_bytes),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
