/* Address space that is handed from one linear memory to the next. What would
 * break for a user: a program that sees what another one's memory held. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "wasm/reservation.h"

#define PAGE 4096
#define SIZE (PAGE * 64)

/* Readable only where somebody maps or opens it. */
static void
open_pages(uint8_t *base, size_t size)
{
  assert_int_equal(mprotect(base, size, PROT_READ | PROT_WRITE), 0);
}

static bool
is_zero(const uint8_t *base, size_t size)
{
  for (size_t i = 0; i < size; i++)
    if (base[i])
      return false;
  return true;
}

static void
comes_back_empty(void **state)
{
  uint8_t *base = wd_reservation_take(SIZE);
  uint8_t *again;

  (void)state;
  assert_non_null(base);
  open_pages(base, SIZE);
  memset(base, 0xaa, SIZE);
  wd_reservation_give(base, SIZE);
  again = wd_reservation_take(SIZE);
  assert_ptr_equal(again, base);
  open_pages(again, SIZE);
  assert_true(is_zero(again, SIZE));
  wd_reservation_give(again, SIZE);
}

static void
of_its_size(void **state)
{
  uint8_t *large = wd_reservation_take(2 * SIZE);
  uint8_t *small;

  (void)state;
  wd_reservation_give(large, 2 * SIZE);
  small = wd_reservation_take(SIZE);
  assert_non_null(small);
  assert_ptr_not_equal(small, large);
  wd_reservation_give(small, SIZE);
  assert_ptr_equal(wd_reservation_take(2 * SIZE), large);
  wd_reservation_give(large, 2 * SIZE);
}

static void
not_too_many_are_kept(void **state)
{
  uint8_t *taken[100];
  unsigned gone = 0;

  (void)state;
  for (unsigned i = 0; i < 100; i++)
    assert_non_null(taken[i] = wd_reservation_take(3 * SIZE));
  for (unsigned i = 0; i < 100; i++)
    wd_reservation_give(taken[i], 3 * SIZE);
  for (unsigned i = 0; i < 100; i++)
    gone += msync(taken[i], PAGE, MS_ASYNC) != 0;
  assert_true(gone >= 80);
}

static void
no_address_space(void **state)
{
  (void)state;
  assert_null(wd_reservation_take((size_t)1 << 60));
}

static void *
take_and_give(void *env)
{
  (void)env;
  for (unsigned i = 0; i < 500; i++) {
    uint8_t *base = wd_reservation_take(SIZE);

    if (!base || mprotect(base, PAGE, PROT_READ | PROT_WRITE) != 0 ||
        !is_zero(base, PAGE))
      return "not empty";
    memset(base, 1, PAGE);
    wd_reservation_give(base, SIZE);
  }
  return NULL;
}

static void
threads(void **state)
{
  pthread_t others[4];

  (void)state;
  for (unsigned i = 0; i < 4; i++)
    assert_int_equal(pthread_create(&others[i], NULL, take_and_give, NULL), 0);
  for (unsigned i = 0; i < 4; i++) {
    void *failure;

    pthread_join(others[i], &failure);
    assert_null(failure);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(comes_back_empty),
      cmocka_unit_test(of_its_size),
      cmocka_unit_test(not_too_many_are_kept),
      cmocka_unit_test(no_address_space),
      cmocka_unit_test(threads),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
