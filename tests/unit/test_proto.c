#include <string.h>

#include "oom.h"
#include "substrait/proto.h"

static const struct wd_proto_limits limits = {1 << 20, 10000, 100};

struct plan {
  struct wd_arena arena;
  struct wd_error error;
  const struct wd_message *message;
};

static enum wd_status
decode(struct plan *plan, const void *data, size_t length,
       const struct wd_proto_limits *caps)
{
  wd_error_clear(&plan->error);
  wd_arena_init(&plan->arena, NULL, 0);
  return wd_proto_decode(data, length, WD_SS_Plan, caps, &plan->arena,
                         &plan->message, &plan->error);
}

/* Refused, and all words are in the message. */
static void
refuse(const void *data, size_t length, enum wd_status status, const char *path,
       const char *words)
{
  struct plan plan;

  assert_int_equal(decode(&plan, data, length, &limits), status);
  if (strncmp(plan.error.message, path, strlen(path)) != 0 ||
      !strstr(plan.error.message, words))
    fail_msg("'%s' is not '%s: … %s'", plan.error.message, path, words);
  wd_arena_fini(&plan.arena);
}

/* Plan.version.minor_number = 1, Plan.relations[0].root.names = ["a", "b"] */
static const uint8_t small[] = {0x32, 0x02, 0x10, 0x01, 0x1a, 0x08, 0x12,
                                0x06, 0x12, 0x01, 'a',  0x12, 0x01, 'b'};

static void
test_tree(void **state)
{
  struct plan plan;
  const struct wd_message *relation, *root;
  const struct wd_value *name;
  struct wd_buf path;

  (void)state;
  assert_int_equal(decode(&plan, small, sizeof small, &limits), WD_OK);
  assert_int_equal(
      wd_message_integer(wd_message_sub(plan.message, WD_SS_Plan_version),
                         WD_SS_Version_minor_number),
      1);
  assert_int_equal(wd_message_count(plan.message, WD_SS_Plan_relations), 1);
  relation = wd_message_sub(plan.message, WD_SS_Plan_relations);
  root = wd_message_sub(relation, WD_SS_PlanRel_root);
  assert_int_equal(wd_message_count(root, WD_SS_RelRoot_names), 2);
  name = wd_value_next(wd_message_find(root, WD_SS_RelRoot_names));
  assert_memory_equal(name->bytes.data, "b", 1);
  assert_null(wd_value_next(name));
  assert_null(wd_message_sub(root, WD_SS_RelRoot_input));
  wd_buf_init(&path, NULL, 1000);
  wd_value_path(name, &path);
  assert_string_equal(wd_buf_text(&path), "relations[0].root.names[1]");
  wd_buf_fini(&path);
  wd_arena_fini(&plan.arena);
}

static void
test_nothing(void **state)
{
  struct plan plan;

  (void)state;
  assert_int_equal(decode(&plan, "", 0, &limits), WD_OK);
  assert_null(plan.message->values);
  wd_arena_fini(&plan.arena);
}

/* A plan that lost its end must not run as another one: wherever it is cut but
 * between fields of the whole. */
static void
test_cut(void **state)
{
  (void)state;
  for (size_t n = 1; n < sizeof small; n++) {
    struct plan plan;
    /* Of that very size, so that a read past its end is noticed. */
    uint8_t *copy = wd_mem_alloc(NULL, n);

    memcpy(copy, small, n);
    assert_int_equal(decode(&plan, copy, n, &limits),
                     n == 4 ? WD_OK : WD_INVALID_PLAN);
    wd_arena_fini(&plan.arena);
    wd_mem_free(NULL, copy, n);
  }
}

static void
test_strict(void **state)
{
  static const uint8_t unknown[] = {0x1a, 0x04, 0x12, 0x02, 0xf8, 0x3f};
  static const uint8_t twice[] = {0x32, 0x02, 0x10, 0x01, 0x32, 0x00};
  static const uint8_t oneof[] = {0x1a, 0x04, 0x0a, 0x00, 0x12, 0x00};
  static const uint8_t utf8[] = {0x1a, 0x05, 0x12, 0x03, 0x12, 0x01, 0xff};
  static const uint8_t group[] = {0x33, 0x34};
  static const uint8_t other[] = {0x30, 0x00};
  static const uint8_t zero[] = {0x00, 0x00};
  static const uint8_t wide[] = {0x32, 0x06, 0x10, 0xff,
                                 0xff, 0xff, 0xff, 0x1f};
  static const uint8_t endless[] = {0x32, 0x0c, 0x10, 0xff, 0xff, 0xff, 0xff,
                                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01};

  (void)state;
  refuse(unknown, sizeof unknown, WD_INVALID_PLAN,
         "relations[0].root: ", "unknown field 1023 of RelRoot");
  refuse(twice, sizeof twice, WD_INVALID_PLAN, "plan: ", "version is there");
  refuse(oneof, sizeof oneof, WD_INVALID_PLAN,
         "relations[0]: ", "the field root stands beside another");
  refuse(utf8, sizeof utf8, WD_INVALID_PLAN,
         "relations[0].root.names[0]: ", "UTF-8");
  refuse(group, sizeof group, WD_INVALID_PLAN, "plan: ", "wire type 3");
  refuse(other, sizeof other, WD_INVALID_PLAN, "plan: ", "wire type 0");
  refuse(zero, sizeof zero, WD_INVALID_PLAN, "plan: ", "not a field");
  refuse(wide, sizeof wide, WD_INVALID_PLAN,
         "version.minor_number: ", "out of range");
  refuse(endless, sizeof endless, WD_INVALID_PLAN,
         "version.minor_number: ", "64 bits");
}

/* So many relations in each other: relations[0].rel.filter.input.filter … */
static size_t
nest(uint8_t *end, uint32_t levels)
{
  uint8_t *at = end;

  for (uint32_t i = 0; i < levels; i++) {
    size_t size = (size_t)(end - at);
    uint8_t head[8];
    size_t used = 0;

    head[used++] = i + 1 == levels   ? 0x1a  /* Plan.relations */
                   : i + 2 == levels ? 0x0a  /* PlanRel.rel */
                                     : 0x12; /* Rel.filter, FilterRel.input */
    while (size >= 0x80) {
      head[used++] = (uint8_t)(size | 0x80);
      size >>= 7;
    }
    head[used++] = (uint8_t)size;
    at -= used;
    memcpy(at, head, used);
  }
  return (size_t)(end - at);
}

static void
test_caps(void **state)
{
  static uint8_t room[200000];
  const struct wd_proto_limits few = {1 << 20, 3, 100};
  const struct wd_proto_limits short_ = {13, 100, 100};
  struct plan plan;
  size_t length;

  (void)state;
  for (uint32_t levels = 90; levels < 20000; levels *= 6) {
    length = nest(room + sizeof room, levels);
    assert_int_equal(
        decode(&plan, room + sizeof room - length, length, &limits),
        levels < 100 ? WD_OK : WD_LIMIT_EXCEEDED);
    if (levels >= 100) {
      assert_non_null(strstr(plan.error.message, "nested too deeply"));
      assert_non_null(strstr(plan.error.message, "...")); /* of the path */
    }
    wd_arena_fini(&plan.arena);
  }
  assert_int_equal(decode(&plan, small, sizeof small, &few), WD_LIMIT_EXCEEDED);
  assert_non_null(strstr(plan.error.message, "too many parts"));
  wd_arena_fini(&plan.arena);
  assert_int_equal(decode(&plan, small, sizeof small, &short_),
                   WD_LIMIT_EXCEEDED);
  assert_non_null(strstr(plan.error.message, "14 bytes; at most 13"));
  wd_arena_fini(&plan.arena);
}

static enum wd_status
decode_once(void *env)
{
  struct plan plan;
  enum wd_status status = decode(&plan, small, sizeof small, &limits);

  (void)env;
  wd_arena_fini(&plan.arena);
  return status;
}

static void
test_memory(void **state)
{
  (void)state;
  wd_oom_each(decode_once, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_tree), cmocka_unit_test(test_nothing),
      cmocka_unit_test(test_cut),  cmocka_unit_test(test_strict),
      cmocka_unit_test(test_caps), cmocka_unit_test(test_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
