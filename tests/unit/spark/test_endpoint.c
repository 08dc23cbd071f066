/* Connection strings: what they say, and that no text breaks the parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/spark/endpoint.h"

static enum wd_status
parse(const char *text, struct wd_arena *arena, struct wd_sc_endpoint *out)
{
  return wd_sc_endpoint_parse(text, arena, out, NULL);
}

static void
test_parts(void **state)
{
  struct wd_sc_endpoint endpoint;
  struct wd_arena arena;

  (void)state;
  unsetenv("SPARK_CONNECT_AUTHENTICATE_TOKEN");
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(parse("sc://h", &arena, &endpoint), WD_OK);
  assert_string_equal(endpoint.host, "h");
  assert_int_equal(endpoint.port, 15002);
  assert_false(endpoint.tls);
  assert_null(endpoint.token);
  assert_int_equal(parse("sc://a.b-c:99/;user_id=an%3Bn;x-y=1%202;session_id=s",
                         &arena, &endpoint),
                   WD_OK);
  assert_int_equal(endpoint.port, 99);
  assert_string_equal(endpoint.user, "an;n");
  assert_string_equal(endpoint.session, "s");
  assert_int_equal(endpoint.header_count, 1);
  assert_string_equal(endpoint.headers[0], "x-y: 1 2");
  assert_int_equal(parse("sc://[2001:db8::1]:7;", &arena, &endpoint), WD_OK);
  assert_string_equal(endpoint.host, "2001:db8::1");
  assert_int_equal(endpoint.port, 7);
  wd_arena_fini(&arena);
}

/* A token does not travel in the clear, but where somebody says so. */
static void
test_tokens_want_tls(void **state)
{
  static const struct {
    const char *text;
    bool tls;
  } cases[] = {
      {"sc://far/;token=t", true},
      {"sc://far/;token=t;use_ssl=false", false},
      {"sc://far/;use_ssl=true", true},
      {"sc://localhost/;token=t", false},
      {"sc://127.0.0.1/;token=t", false},
      {"sc://[::1]/;token=t", false},
      {"sc://localhost.example.org/;token=t", true},
  };
  struct wd_sc_endpoint endpoint;
  struct wd_arena arena;

  (void)state;
  unsetenv("SPARK_CONNECT_AUTHENTICATE_TOKEN");
  wd_arena_init(&arena, NULL, 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_int_equal(parse(cases[i].text, &arena, &endpoint), WD_OK);
    assert_int_equal(endpoint.tls, cases[i].tls);
  }
  setenv("SPARK_CONNECT_AUTHENTICATE_TOKEN", "e", 1);
  assert_int_equal(parse("sc://far", &arena, &endpoint), WD_OK);
  assert_string_equal(endpoint.token, "e");
  assert_true(endpoint.tls);
  assert_int_equal(parse("sc://far/;token=t", &arena, &endpoint), WD_OK);
  assert_string_equal(endpoint.token, "t");
  unsetenv("SPARK_CONNECT_AUTHENTICATE_TOKEN");
  wd_arena_fini(&arena);
}

/* Cut anywhere, it is an address or an error. */
static void
test_cut(void **state)
{
  static const char text[] = "sc://[::1]:15002/;token=a%20b;use_ssl=true;x=%zz";
  char copy[sizeof text];

  (void)state;
  for (size_t length = 0; length < sizeof text; length++) {
    struct wd_sc_endpoint endpoint;
    struct wd_arena arena;

    memcpy(copy, text, length);
    copy[length] = '\0';
    wd_arena_init(&arena, NULL, 0);
    parse(copy, &arena, &endpoint);
    wd_arena_fini(&arena);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_parts),
      cmocka_unit_test(test_tokens_want_tls),
      cmocka_unit_test(test_cut),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
