/* Manifests of extracted modules: what is read is what was written, and nothing
 * else is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lambda/manifest.h"
#include "oom.h"

static const uint8_t head[] = {0, 'a', 's', 'm', 1, 0, 0, 0};

static const struct wd_column input[] = {
    {.name = "x", .type = {.id = WD_TYPE_I64}, .nullable = false},
    {.name = "a \"name\"\n", .type = {.id = WD_TYPE_STRING}, .nullable = true},
};
static const struct wd_column output[] = {
    {.name = "r", .type = {.id = WD_TYPE_BOOL}, .nullable = true},
};

static const struct wd_manifest full = {
    .program = "dir/größe\n.wasm",
    .name = "f",
    .role = WD_ROLE_SCALAR,
    .function = UINT32_MAX,
    .state = 17,
    .typed = true,
    .bound = true,
    .variadic = true,
    .strict = true,
    .deterministic = true,
    .input = {2, input},
    .output = {1, output},
};

static const struct wd_manifest bare = {
    .program = "", .name = "", .role = WD_ROLE_FLAT_MAP};

static enum wd_status
write(const struct wd_manifest *manifest, struct wd_buf *out)
{
  struct wd_hash hash;

  wd_buf_init(out, NULL, 1 << 20);
  if (!wd_buf_add(out, head, sizeof head))
    return WD_NO_MEMORY;
  return wd_manifest_write(manifest, out, &hash, NULL);
}

static enum wd_status
parse(const struct wd_buf *module, struct wd_arena *arena,
      struct wd_manifest *out, bool *out_found)
{
  struct wd_error error = {0};

  return wd_manifest_parse((const uint8_t *)module->data, module->length, "m",
                           arena, out_found, out, &error);
}

static void
check_same(const struct wd_manifest *wanted)
{
  struct wd_manifest seen;
  struct wd_arena arena;
  struct wd_buf module;
  bool found;

  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(write(wanted, &module), WD_OK);
  assert_int_equal(parse(&module, &arena, &seen, &found), WD_OK);
  assert_true(found);
  assert_string_equal(seen.program, wanted->program);
  assert_string_equal(seen.name, wanted->name);
  assert_int_equal(seen.role, wanted->role);
  assert_int_equal(seen.function, wanted->function);
  assert_int_equal(seen.state, wanted->state);
  assert_int_equal(seen.typed, wanted->typed);
  assert_int_equal(seen.bound, wanted->bound);
  assert_int_equal(seen.variadic, wanted->variadic);
  assert_int_equal(seen.strict, wanted->strict);
  assert_int_equal(seen.deterministic, wanted->deterministic);
  assert_true(wd_schema_equal(&seen.input, &wanted->input));
  assert_true(wd_schema_equal(&seen.output, &wanted->output));
  wd_buf_fini(&module);
  wd_arena_fini(&arena);
}

static void
round_trip(void **state)
{
  (void)state;
  check_same(&full);
  check_same(&bare);
}

/* A module without one is none that was altered. */
static void
none(void **state)
{
  struct wd_manifest seen;
  struct wd_arena arena;
  bool found = true;

  (void)state;
  wd_arena_init(&arena, NULL, 0);
  assert_int_equal(
      wd_manifest_parse(head, sizeof head, "m", &arena, &found, &seen, NULL),
      WD_OK);
  assert_false(found);
  wd_arena_fini(&arena);
}

/* Every bit that is another one, and every end that is too early, is seen: the
 * module is refused, or has no manifest any more. */
static void
damage(void **state)
{
  struct wd_buf module;

  (void)state;
  assert_int_equal(write(&full, &module), WD_OK);
  for (size_t at = sizeof head; at < module.length; at++)
    for (int bit = 0; bit < 9; bit++) {
      size_t size = bit < 8 ? module.length : at;
      uint8_t *copy = malloc(size);
      struct wd_manifest seen;
      struct wd_error error = {0};
      struct wd_arena arena;
      bool found = false;
      enum wd_status status;

      memcpy(copy, module.data, size);
      if (bit < 8)
        copy[at] = (uint8_t)(copy[at] ^ 1 << bit);
      wd_arena_init(&arena, NULL, 0);
      status =
          wd_manifest_parse(copy, size, "m", &arena, &found, &seen, &error);
      assert_true(status == WD_BAD_MODULE || (status == WD_OK && !found));
      wd_arena_fini(&arena);
      free(copy);
    }
  wd_buf_fini(&module);
}

static enum wd_status
write_and_read(void *env)
{
  struct wd_manifest seen;
  struct wd_arena arena;
  struct wd_buf module;
  bool found;
  enum wd_status status = write(env, &module);

  wd_arena_init(&arena, NULL, 0);
  /* A buffer that cannot grow says so as one that is full. */
  if (status == WD_LIMIT_EXCEEDED)
    status = WD_NO_MEMORY;
  if (status == WD_OK)
    status = parse(&module, &arena, &seen, &found);
  wd_buf_fini(&module);
  wd_arena_fini(&arena);
  return status;
}

static void
out_of_memory(void **state)
{
  (void)state;
  wd_oom_each(write_and_read, (void *)(uintptr_t)&full);
  wd_oom_each(write_and_read, (void *)(uintptr_t)&bare);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trip),
      cmocka_unit_test(none),
      cmocka_unit_test(damage),
      cmocka_unit_test(out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
