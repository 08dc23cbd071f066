#include "duck_help.h"

static void
test_word_count(void **state)
{
  struct duck *duck = *state;

  file_write(folder_join(duck->folder, "l.txt"),
             "the cat, the Dog\n\nthe end\r\nno newline cat");
  duck_grant(duck, "lines", "l.txt", "");
  duck_expect(
    duck,
    rel_sort(rel_aggregate(rel_lambda(rel_read("lines"), WD_ROLE_FLAT_MAP,
                                      FAKE_WORDS),
                           "word", "count(*) as n"),
             "-n;+word"),
    "the|3\ncat|2\nDog|1\nend|1\nnewline|1\nno|1\n");
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_word_count, duck_open, duck_close),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
