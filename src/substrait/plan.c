#include "substrait/plan.h"

#include <string.h>

#include "substrait/translate.h"

/* A plan that was read, and where. */
#ifdef __clang_analyzer__
#undef wd__unsupported
#undef wd__missing
#endif

struct written {
  const struct wd_message *plan;
  const struct carriage *carriage; /* NULL: it carries nothing */
};

const struct wd_proto_limits wd__limits = {
    .bytes = 256u << 20, .values = 1u << 20, .depth = 1000};

enum wd_status
wd__unsupported(const struct translator *t, const struct wd_message *message,
                const char *what)
{
  return wd_message_fail(message, WD_UNSUPPORTED, t->error,
                         "%s: this is not run here (docs/substrait.md says "
                         "what is)",
                         what);
}

enum wd_status
wd__missing(const struct translator *t, const struct wd_message *message,
            const char *what)
{
  return wd_message_fail(message, WD_INVALID_PLAN, t->error, "%s is missing",
                         what);
}

enum wd_status
wd__need(const struct translator *t, const struct wd_message *message,
         uint32_t field, const char *what, const struct wd_message **out)
{
  *out = wd_message_sub(message, field);
  return *out ? WD_OK : wd__missing(t, message, what);
}

enum wd_status
wd__refuse(const struct translator *t, const struct wd_message *message,
           uint32_t field, const char *what)
{
  return wd_message_find(message, field) ? wd__unsupported(t, message, what)
                                         : WD_OK;
}

enum wd_status
wd__check_extension(const struct translator *t,
                    const struct wd_message *message, uint32_t field)
{
  const struct wd_message *extension = wd_message_sub(message, field);
  const struct wd_message *any =
      extension ? wd_message_sub(extension, WD_SS_AdvancedExtension_enhancement)
                : NULL;
  const struct wd_value *url =
      any ? wd_message_find(any, WD_SS_Any_type_url) : NULL;

  if (!any)
    return WD_OK;
  return wd_message_fail(any, WD_UNSUPPORTED, t->error,
                         "an enhancement '%.*s', which is not known here",
                         url ? (int)url->bytes.length : 0,
                         url ? url->bytes.data : "");
}

enum wd_status
wd__text(const struct translator *t, const struct wd_value *value,
         const char **out_text)
{
  if (memchr(value->bytes.data, '\0', value->bytes.length))
    return wd_value_fail(value, WD_INVALID_PLAN, t->error,
                         "a name with the character NUL in it");
  *out_text =
      wd_arena_strndup(t->arena, value->bytes.data, value->bytes.length);
  return *out_text ? WD_OK : wd_fail_memory(t->error);
}

const struct wd_value *
wd__member(const struct wd_message *message, const uint32_t *others)
{
  for (const struct wd_value *value = message->values; value;
       value = value->next) {
    const uint32_t *other = others;

    while (*other && *other != value->field->number)
      other++;
    if (!*other)
      return value;
  }
  return NULL;
}

enum wd_status
wd__enter(struct translator *t, const struct wd_message *message)
{
  if (t->depth >= WD_TRANSLATE_DEPTH)
    return wd_message_fail(message, WD_LIMIT_EXCEEDED, t->error,
                           "the plan is nested too deeply, or refers to "
                           "itself");
  t->depth++;
  return WD_OK;
}

/* A column of the result, with the names of what is in it. */
static enum wd_status
name_fields(struct translator *t, const struct wd_message *root,
            const struct wd_value **name, const struct wd_schema *schema,
            uint32_t column, const struct wd_expression **out)
{
  struct wd_type type = schema->columns[column].type;
  uint32_t left = 0, wanted = wd__names_in(&type);
  enum wd_status status = wd__column(t, schema, column, out);

  for (const struct wd_value *n = *name; n && left < wanted;
       n = wd_value_next(n))
    left++;
  if (status == WD_OK && left < wanted)
    return wd_message_fail(root, WD_INVALID_PLAN, t->error,
                           "names: there are too few for %u columns and what "
                           "is in them",
                           schema->count);
  if (status == WD_OK && wanted)
    status = wd__take_names(t, &type, name);
  return status == WD_OK ? wd__name_fields(t, root, &type, out) : status;
}

/* Names of the results, those of nested fields in between: of structs, and of
 * structs in these; what is in lists and maps keeps its own. */
static enum wd_status
name_results(struct translator *t, const struct wd_message *root,
             const struct wd_plan_node **node)
{
  const struct wd_schema *schema = &(*node)->schema;
  const struct wd_expression **columns =
      wd_arena_array(t->arena, schema->count, sizeof *columns);
  const char **names = wd_arena_array(t->arena, schema->count, sizeof *names);
  const struct wd_value *name = wd_message_find(root, WD_SS_RelRoot_names);
  enum wd_status status = WD_OK;

  if (!columns || !names)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    if (!name)
      return wd_message_fail(root, WD_INVALID_PLAN, t->error,
                             "names: there are too few for %u columns",
                             schema->count);
    status = wd__text(t, name, &names[i]);
    name = wd_value_next(name);
    if (status == WD_OK)
      status = name_fields(t, root, &name, schema, i, &columns[i]);
  }
  if (status == WD_OK && name)
    return wd_value_fail(name, WD_INVALID_PLAN, t->error,
                         "there are more names than the %u columns have",
                         schema->count);
  if (status != WD_OK)
    return status;
  return wd__plan_project(t->planner, *node, schema->count, columns, names,
                          node);
}

/* The one relation whose rows are the result; others are referred to. */
static enum wd_status
find_root(const struct wd_message *plan, const struct wd_message **out,
          struct wd_error *error)
{
  const struct wd_message *only = NULL, *root = NULL;
  uint32_t count = 0;

  for (const struct wd_value *value =
           wd_message_find(plan, WD_SS_Plan_relations);
       value; value = wd_value_next(value)) {
    if (wd_message_sub(value->message, WD_SS_PlanRel_root)) {
      if (root)
        return wd_value_fail(value, WD_UNSUPPORTED, error,
                             "a second root: a plan here has one result");
      root = value->message;
    }
    only = value->message;
    count++;
  }
  if (!root && count == 1)
    root = only;
  if (!root)
    return wd_fail(error, WD_INVALID_PLAN,
                   "relations: the plan has no root relation");
  *out = root;
  return WD_OK;
}

static enum wd_status
make_root(struct translator *t, const struct wd_plan_node **out)
{
  const struct wd_message *planrel, *root, *rel;
  enum wd_status status = find_root(t->plan, &planrel, t->error);

  if (status != WD_OK)
    return status;
  t->detached = planrel;
  root = wd_message_sub(planrel, WD_SS_PlanRel_root);
  if (root)
    status = wd__need(t, root, WD_SS_RelRoot_input, "the input", &rel);
  else
    status = wd__need(t, planrel, WD_SS_PlanRel_rel, "the relation", &rel);
  if (status == WD_OK)
    status = wd__relation(t, rel, out);
  if (status == WD_OK && root)
    status = name_results(t, root, out);
  return status;
}

static bool
is_made_by(const struct wd_message *plan, const char *name)
{
  const struct wd_message *version = wd_message_sub(plan, WD_SS_Plan_version);
  const struct wd_value *producer =
      version ? wd_message_find(version, WD_SS_Version_producer) : NULL;

  return producer && producer->bytes.length == strlen(name) &&
         memcmp(producer->bytes.data, name, strlen(name)) == 0;
}

static enum wd_status
translate(const struct wd_relation *relation, struct planner *planner,
          const struct wd_plan_node **out_node)
{
  const struct written *written = relation->written.plan;
  struct translator t = {.planner = planner,
                         .arena = planner->arena,
                         .error = planner->error,
                         .relation = relation,
                         .plan = written->plan,
                         .carriage = written->carriage};
  enum wd_status status = wd__read_extensions(&t);

  t.datafusion = is_made_by(t.plan, "datafusion");
  if (status == WD_OK && !t.carriage)
    status = wd__check_extension(&t, t.plan, WD_SS_Plan_advanced_extensions);
  return status == WD_OK ? make_root(&t, out_node) : status;
}

/* A plan that is too large is a bad plan, not a limit that a job ran into. */
static enum wd_status
make(const struct wd_relation *relation, struct planner *planner,
     const struct wd_plan_node **out_node)
{
  struct wd_error *error = planner->error;
  struct wd_error local;
  enum wd_status status;

  wd_error_clear(&local);
  planner->error = &local;
  status = translate(relation, planner, out_node);
  planner->error = error;
  if (status == WD_LIMIT_EXCEEDED && local.status == status)
    local.status = WD_INVALID_PLAN;
  return status == WD_OK ? WD_OK : wd_error_pass(error, &local);
}

/* The bytes and what they say, in the relation's arena. */
static enum wd_status
read_plan(struct wd_relation *relation, const void *data, size_t length,
          struct wd_error *error)
{
  const struct wd_message *root;
  struct written *written = wd_arena_alloc(&relation->arena, sizeof *written);
  void *copy = NULL;
  enum wd_status status;

  if (length <= wd__limits.bytes)
    copy = wd_arena_alloc(&relation->arena, length ? length : 1);
  if (!written || (!copy && length <= wd__limits.bytes))
    return wd_fail_memory(error);
  if (copy && length)
    memcpy(copy, data, length);
  status = wd_proto_decode(copy, length, WD_SS_Plan, &wd__limits,
                           &relation->arena, &written->plan, error);
  if (status == WD_OK)
    status = wd__read_carriage(written->plan, &relation->arena,
                               &written->carriage, error);
  relation->written.plan = written;
  relation->written.make = make;
  relation->written.what = "from-plan";
  return status == WD_OK ? find_root(written->plan, &root, error) : status;
}

enum wd_status
wd_substrait_relation(struct wd_mem *mem, const void *data, size_t length,
                      uint32_t count, const struct wd_written_input *inputs,
                      struct wd_relation **out_relation, struct wd_error *error)
{
  struct wd_relation *relation =
      wd_relation_new(mem, WD_REL_WRITTEN, NULL, NULL);
  enum wd_status status;

  if (!relation)
    return wd_fail_memory(error);
  relation->arena.limit = 0; /* the decoder's caps are the limit */
  status = wd_relation_take_inputs(relation, count, inputs, error);
  if (status == WD_OK)
    status = read_plan(relation, data, length, error);
  if (status == WD_OK)
    *out_relation = relation;
  else
    wd_relation_unref(relation);
  return status;
}
