/* Expressions, but for calls. */
#include <string.h>

#include "substrait/translate.h"

enum wd_status
wd__column(const struct translator *t, const struct wd_schema *schema,
           uint32_t column, const struct wd_expression **out)
{
  return wd_expression_make_column(schema, column, t->arena, out, t->error);
}

enum wd_status
wd__leaves(struct translator *t, uint32_t count,
           const struct wd_expression *const *operands,
           const struct wd_syntax *const **out)
{
  struct wd_syntax *leaves = wd_arena_array(t->arena, count, sizeof *leaves);
  const struct wd_syntax **list = wd_arena_array(t->arena, count, sizeof *list);

  if (!leaves || !list)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count; i++) {
    leaves[i].kind = WD_SYNTAX_TYPED;
    leaves[i].typed = operands[i];
    list[i] = &leaves[i];
  }
  *out = list;
  return WD_OK;
}

enum wd_status
wd__make(struct translator *t, const struct wd_message *where,
         const struct view *view, struct wd_syntax *syntax, uint32_t count,
         const struct wd_expression *const *operands,
         const struct wd_expression **out)
{
  struct wd_scope scope = {.left = view ? view->schema : NULL,
                           .windows = view && view->windows,
                           .now = t->planner->now};
  struct wd_error local;
  enum wd_status status = wd__leaves(t, count, operands, &syntax->operands);

  if (status != WD_OK)
    return status;
  syntax->count = count;
  wd_error_clear(&local);
  status = wd_expression_make(syntax, &scope, t->arena, out, &local);
  if (status == WD_OK)
    return WD_OK;
  return status == WD_NO_MEMORY
             ? wd_fail_memory(t->error)
             : wd_message_fail(where, status, t->error, "%s", local.message);
}

enum wd_status
wd__make_named(struct translator *t, const struct wd_message *where,
               struct wd_syntax *syntax, uint32_t count,
               struct wd_syntax *named,
               const struct wd_expression *const *operands,
               const struct wd_expression **out)
{
  struct wd_scope scope = {.now = t->planner->now};
  const struct wd_syntax *const *leaves = NULL;
  const struct wd_syntax **list = wd_arena_array(t->arena, count, sizeof *list);
  struct wd_error local;
  enum wd_status status = wd__leaves(t, count, operands, &leaves);

  if (status != WD_OK || !list)
    return status != WD_OK ? status : wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count; i++) {
    named[i].count = 1;
    named[i].operands = &leaves[i];
    list[i] = &named[i];
  }
  syntax->count = count;
  syntax->operands = list;
  wd_error_clear(&local);
  status = wd_expression_make(syntax, &scope, t->arena, out, &local);
  return status == WD_OK
             ? WD_OK
             : wd_message_fail(where, status, t->error, "%s", local.message);
}

enum wd_status
wd__make_call(struct translator *t, const struct wd_message *where,
              enum wd_function function, uint32_t count,
              const struct wd_expression *const *operands,
              const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_OPERATOR, .function = function};

  return wd__make(t, where, NULL, &syntax, count, operands, out);
}

enum wd_status
wd__make_cast(struct translator *t, const struct wd_message *where,
              const struct wd_expression *operand, const struct wd_type *type,
              const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CAST, .type = *type};

  return wd__make(t, where, NULL, &syntax, 1, &operand, out);
}

enum wd_status
wd__predicate(struct translator *t, const struct view *view,
              const struct wd_message *message, const char *what,
              const struct wd_expression **out)
{
  char text[96];
  enum wd_status status = wd__expression(t, view, message, out);

  if (status != WD_OK || (*out)->type.id == WD_TYPE_BOOL)
    return status;
  return wd_message_fail(message, WD_TYPE_MISMATCH, t->error,
                         "%s must be boolean, not %s", what,
                         wd_type_text(&(*out)->type, text, sizeof text));
}

enum wd_status
wd__expressions(struct translator *t, const struct view *view,
                const struct wd_message *message, uint32_t field,
                uint32_t *out_count, const struct wd_expression ***out)
{
  uint32_t count = wd_message_count(message, field), i = 0;
  enum wd_status status = WD_OK;

  *out = wd_arena_array(t->arena, count, sizeof **out);
  *out_count = count;
  if (!*out)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value = wd_message_find(message, field);
       value && status == WD_OK; value = wd_value_next(value))
    status = wd__expression(t, view, value->message, &(*out)[i++]);
  return status;
}

enum wd_status
wd__field(const struct translator *t, const struct wd_expression *of,
          uint32_t field, const struct wd_expression **out)
{
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  const struct wd_expression **operand =
      wd_arena_alloc(t->arena, sizeof *operand);

  if (!node || !operand)
    return wd_fail_memory(t->error);
  *operand = of;
  *node = (struct wd_expression){.kind = WD_EXPR_FIELD,
                                 .type = of->type.children[field].type,
                                 .nullable = of->nullable ||
                                             of->type.children[field].nullable,
                                 .column = field,
                                 .size = of->size + 1,
                                 .argument_count = 1,
                                 .arguments = operand};
  *out = node;
  return WD_OK;
}

static enum wd_status
make_field(struct translator *t, const struct wd_message *segment,
           const struct wd_expression *of, const struct wd_expression **out)
{
  int64_t field = wd_message_integer(
      segment, WD_SS_Expression_ReferenceSegment_StructField_field);
  char text[96];

  if (of->type.id != WD_TYPE_STRUCT)
    return wd_message_fail(segment, WD_TYPE_MISMATCH, t->error,
                           "%s has no fields",
                           wd_type_text(&of->type, text, sizeof text));
  if (field < 0 || field >= of->type.child_count)
    return wd_message_fail(segment, WD_INVALID_PLAN, t->error,
                           "field %lld of a struct of %u", (long long)field,
                           of->type.child_count);
  return wd__field(t, of, (uint32_t)field, out);
}

/* Elements count from 0, or, below 0, from the end. */
static enum wd_status
make_element(struct translator *t, const struct wd_message *segment,
             const struct wd_expression *of, const struct wd_expression **out)
{
  int64_t offset = wd_message_integer(
      segment, WD_SS_Expression_ReferenceSegment_ListElement_offset);
  struct wd_expression *index = wd_arena_alloc(t->arena, sizeof *index);
  const struct wd_expression *operands[] = {of, index};

  if (!index)
    return wd_fail_memory(t->error);
  index->kind = WD_EXPR_LITERAL;
  index->size = 1;
  index->type = wd_type_of(WD_TYPE_I64);
  index->literal.value.integer = offset < 0 ? offset : offset + 1;
  return wd__make_call(t, segment, WD_FN_ELEMENT_AT, 2, operands, out);
}

static enum wd_status
make_entry(struct translator *t, const struct wd_message *segment,
           const struct wd_expression *of, const struct wd_expression **out)
{
  const struct wd_expression *operands[] = {of, NULL};
  const struct wd_message *key;
  enum wd_status status =
      wd__need(t, segment, WD_SS_Expression_ReferenceSegment_MapKey_map_key,
               "the key", &key);

  if (status == WD_OK)
    status = wd__literal(t, key, &operands[1]);
  if (status != WD_OK)
    return status;
  return wd__make_call(t, segment, WD_FN_ELEMENT_AT, 2, operands, out);
}

/* What is in a value: *out is looked into, segment by segment. */
static enum wd_status
make_segments(struct translator *t, const struct wd_message *reference,
              const struct wd_expression **out)
{
  enum wd_status status = WD_OK;

  while (reference && status == WD_OK) {
    const struct wd_value *kind = reference->values;
    const struct wd_message *segment;

    if (!kind)
      return wd__missing(t, reference, "the kind of the reference");
    segment = kind->message;
    switch (kind->field->number) {
    case WD_SS_Expression_ReferenceSegment_struct_field:
      status = make_field(t, segment, *out, out);
      reference = wd_message_sub(
          segment, WD_SS_Expression_ReferenceSegment_StructField_child);
      break;
    case WD_SS_Expression_ReferenceSegment_list_element:
      status = make_element(t, segment, *out, out);
      reference = wd_message_sub(
          segment, WD_SS_Expression_ReferenceSegment_ListElement_child);
      break;
    default:
      status = make_entry(t, segment, *out, out);
      reference = wd_message_sub(
          segment, WD_SS_Expression_ReferenceSegment_MapKey_child);
    }
  }
  return status;
}

/* The first segment: a column. */
static enum wd_status
find_column(const struct translator *t, const struct wd_message *reference,
            const struct wd_message **out_field, uint32_t *out_column)
{
  const struct wd_message *field =
      wd_message_sub(reference, WD_SS_Expression_ReferenceSegment_struct_field);
  int64_t column;

  if (!field)
    return wd__missing(t, reference, "the column of the reference");
  column = wd_message_integer(
      field, WD_SS_Expression_ReferenceSegment_StructField_field);
  if (column < 0 || column > UINT32_MAX)
    return wd_message_fail(field, WD_INVALID_PLAN, t->error,
                           "column %lld is out of range", (long long)column);
  *out_field = field;
  *out_column = (uint32_t)column;
  return WD_OK;
}

/* Parts of the row, or of a value. */
static enum wd_status
make_masked(struct translator *t, const struct view *view,
            const struct wd_message *message, const struct wd_message *mask,
            const struct wd_expression **out)
{
  const struct wd_message *base =
      wd_message_sub(message, WD_SS_Expression_FieldReference_expression);
  const struct wd_expression *of = NULL;
  enum wd_status status = WD_OK;

  if (base)
    status = wd__expression(t, view, base, &of);
  else if (view->from_inside || !view->schema ||
           !wd_message_find(message,
                            WD_SS_Expression_FieldReference_root_reference))
    return wd__unsupported(t, message,
                           "a mask of what is no row and no expression");
  return status == WD_OK ? wd__masked(t, mask, view->schema, of, out) : status;
}

static enum wd_status
make_reference(struct translator *t, const struct view *view,
               const struct wd_message *message,
               const struct wd_expression **out)
{
  const struct wd_message *reference =
      wd_message_sub(message, WD_SS_Expression_FieldReference_direct_reference);
  const struct wd_message *base =
      wd_message_sub(message, WD_SS_Expression_FieldReference_expression);
  const struct wd_message *outer =
      wd_message_sub(message, WD_SS_Expression_FieldReference_outer_reference);
  const struct wd_message *parameter = wd_message_sub(
      message, WD_SS_Expression_FieldReference_lambda_parameter_reference);
  const struct wd_message *field = NULL;
  uint32_t column = 0;
  const struct wd_message *mask =
      wd_message_sub(message, WD_SS_Expression_FieldReference_masked_reference);
  enum wd_status status;

  if (mask)
    return make_masked(t, view, message, mask, out);
  if (!reference)
    return wd__missing(t, message, "direct_reference");
  if (base) {
    status = wd__expression(t, view, base, out);
    return status == WD_OK ? make_segments(t, reference, out) : status;
  }
  status = find_column(t, reference, &field, &column);
  if (status != WD_OK)
    return status;
  if (outer)
    status = wd__outer(t, outer, column, field, out);
  else if (parameter)
    status = wd__lambda_parameter(t, parameter, column, field, out);
  else if (!view->schema || column >= view->schema->count)
    status = wd_message_fail(field, WD_INVALID_PLAN, t->error,
                             "column %u of an input of %u", column,
                             view->schema ? view->schema->count : 0);
  else if (view->from_inside)
    status = wd__look_out(t, view->from_inside, column, out);
  else
    status = wd__column(t, view->schema, column, out);
  if (status != WD_OK)
    return status;
  return make_segments(
      t,
      wd_message_sub(field,
                     WD_SS_Expression_ReferenceSegment_StructField_child),
      out);
}

static enum wd_status
make_cast(struct translator *t, const struct view *view,
          const struct wd_message *cast, const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CAST};
  const struct wd_message *type, *input;
  const struct wd_expression *operand;
  bool nullable;
  enum wd_status status =
      wd__need(t, cast, WD_SS_Expression_Cast_type, "the type", &type);

  if (status == WD_OK)
    status =
        wd__need(t, cast, WD_SS_Expression_Cast_input, "the input", &input);
  if (status == WD_OK)
    status = wd__type_of(t, type, &syntax.type, &nullable);
  if (status == WD_OK)
    status = wd__expression(t, view, input, &operand);
  if (status != WD_OK)
    return status;
  syntax.try_cast =
      wd_message_integer(cast, WD_SS_Expression_Cast_failure_behavior) ==
      WD_SS_Expression_Cast_FailureBehavior_FAILURE_BEHAVIOR_RETURN_NULL;
  return wd__make(t, cast, view, &syntax, 1, &operand, out);
}

/* DataFusion writes `case x when …` as a first clause that has x as its
 * condition and no result. */
static bool
has_subject(const struct translator *t, const struct wd_value *clause)
{
  return t->bare && clause &&
         !wd_message_sub(clause->message,
                         WD_SS_Expression_IfThen_IfClause_then);
}

static enum wd_status
make_part(struct translator *t, const struct view *view,
          const struct wd_message *clause, uint32_t field, const char *what,
          const struct wd_expression **out)
{
  const struct wd_message *part;
  enum wd_status status = wd__need(t, clause, field, what, &part);

  return status == WD_OK ? wd__expression(t, view, part, out) : status;
}

static enum wd_status
make_if_then(struct translator *t, const struct view *view,
             const struct wd_message *message, const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CASE};
  const struct wd_value *clause =
      wd_message_find(message, WD_SS_Expression_IfThen_ifs);
  const struct wd_message *rest =
      wd_message_sub(message, WD_SS_Expression_IfThen_else);
  uint32_t clauses = wd_message_count(message, WD_SS_Expression_IfThen_ifs);
  uint32_t count = 0;
  const struct wd_expression **parts =
      wd_arena_array(t->arena, (size_t)clauses * 2 + 1, sizeof *parts);
  enum wd_status status = WD_OK;

  if (!parts)
    return wd_fail_memory(t->error);
  syntax.has_subject = has_subject(t, clause);
  syntax.has_else = rest;
  if (syntax.has_subject) {
    status =
        make_part(t, view, clause->message, WD_SS_Expression_IfThen_IfClause_if,
                  "if", &parts[count++]);
    clause = wd_value_next(clause);
  }
  if (!clause)
    return wd__missing(t, message, "ifs");
  for (; clause && status == WD_OK; clause = wd_value_next(clause)) {
    status =
        make_part(t, view, clause->message, WD_SS_Expression_IfThen_IfClause_if,
                  "if", &parts[count++]);
    if (status == WD_OK)
      status = make_part(t, view, clause->message,
                         WD_SS_Expression_IfThen_IfClause_then, "then",
                         &parts[count++]);
  }
  if (rest && status == WD_OK)
    status = wd__expression(t, view, rest, &parts[count++]);
  return status == WD_OK
             ? wd__make(t, message, view, &syntax, count, parts, out)
             : status;
}

static enum wd_status
make_switch(struct translator *t, const struct view *view,
            const struct wd_message *message, const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CASE, .has_subject = true};
  const struct wd_message *rest =
      wd_message_sub(message, WD_SS_Expression_SwitchExpression_else);
  uint32_t clauses =
      wd_message_count(message, WD_SS_Expression_SwitchExpression_ifs);
  uint32_t count = 0;
  const struct wd_expression **parts =
      wd_arena_array(t->arena, (size_t)clauses * 2 + 2, sizeof *parts);
  enum wd_status status =
      parts
          ? make_part(t, view, message, WD_SS_Expression_SwitchExpression_match,
                      "match", &parts[count++])
          : wd_fail_memory(t->error);

  if (status == WD_OK && clauses == 0)
    return wd__missing(t, message, "ifs");
  for (const struct wd_value *clause =
           wd_message_find(message, WD_SS_Expression_SwitchExpression_ifs);
       clause && status == WD_OK; clause = wd_value_next(clause)) {
    const struct wd_message *literal;

    status =
        wd__need(t, clause->message,
                 WD_SS_Expression_SwitchExpression_IfValue_if, "if", &literal);
    if (status == WD_OK)
      status = wd__literal(t, literal, &parts[count++]);
    if (status == WD_OK)
      status = make_part(t, view, clause->message,
                         WD_SS_Expression_SwitchExpression_IfValue_then, "then",
                         &parts[count++]);
  }
  syntax.has_else = rest;
  if (rest && status == WD_OK)
    status = wd__expression(t, view, rest, &parts[count++]);
  return status == WD_OK
             ? wd__make(t, message, view, &syntax, count, parts, out)
             : status;
}

static enum wd_status
make_in(struct translator *t, const struct view *view,
        const struct wd_message *message, const struct wd_expression **out)
{
  struct wd_syntax syntax = {.kind = WD_SYNTAX_IN};
  const struct wd_message *value;
  const struct wd_expression **options, **all;
  uint32_t count;
  enum wd_status status = wd__need(
      t, message, WD_SS_Expression_SingularOrList_value, "the value", &value);

  if (status == WD_OK)
    status = wd__expressions(t, view, message,
                             WD_SS_Expression_SingularOrList_options, &count,
                             &options);
  if (status != WD_OK)
    return status;
  all = wd_arena_array(t->arena, (size_t)count + 1, sizeof *all);
  if (!all)
    return wd_fail_memory(t->error);
  if (count)
    memcpy(all + 1, options, count * sizeof *all);
  status = wd__expression(t, view, value, &all[0]);
  return status == WD_OK
             ? wd__make(t, message, view, &syntax, count + 1, all, out)
             : status;
}

/* Several values are one of the records: `or` over `and`s of equalities. */
static enum wd_status
make_record(struct translator *t, const struct view *view,
            const struct wd_message *record, uint32_t count,
            const struct wd_expression *const *values,
            const struct wd_expression **out)
{
  const struct wd_expression **fields;
  uint32_t field_count;
  enum wd_status status = wd__expressions(
      t, view, record, WD_SS_Expression_MultiOrList_Record_fields, &field_count,
      &fields);

  if (status == WD_OK && field_count != count)
    return wd_message_fail(record, WD_INVALID_PLAN, t->error,
                           "a record of %u fields for %u values", field_count,
                           count);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const struct wd_expression *pair[] = {values[i], fields[i]};

    status = wd__make_call(t, record, WD_FN_EQUAL, 2, pair, &fields[i]);
  }
  return status == WD_OK
             ? wd__make_call(t, record, WD_FN_AND, count, fields, out)
             : status;
}

static enum wd_status
make_multi(struct translator *t, const struct view *view,
           const struct wd_message *message, const struct wd_expression **out)
{
  const struct wd_expression **values, **records;
  uint32_t count, i = 0;
  uint32_t record_count =
      wd_message_count(message, WD_SS_Expression_MultiOrList_options);
  enum wd_status status = wd__expressions(
      t, view, message, WD_SS_Expression_MultiOrList_value, &count, &values);

  if (status != WD_OK)
    return status;
  if (count == 0 || record_count == 0)
    return wd__missing(t, message, count ? "options" : "value");
  records = wd_arena_array(t->arena, record_count, sizeof *records);
  if (!records)
    return wd_fail_memory(t->error);
  for (const struct wd_value *record =
           wd_message_find(message, WD_SS_Expression_MultiOrList_options);
       record && status == WD_OK; record = wd_value_next(record))
    status =
        make_record(t, view, record->message, count, values, &records[i++]);
  return status == WD_OK
             ? wd__make_call(t, message, WD_FN_OR, record_count, records, out)
             : status;
}

/* A parameter is the literal to which the plan binds it. */
static enum wd_status
make_parameter(struct translator *t, const struct wd_message *message,
               const struct wd_expression **out)
{
  int64_t anchor =
      wd_message_integer(message, WD_SS_DynamicParameter_parameter_reference);
  const struct wd_message *literal;
  enum wd_status status;

  for (const struct wd_value *value =
           wd_message_find(t->plan, WD_SS_Plan_parameter_bindings);
       value; value = wd_value_next(value)) {
    if (wd_message_integer(value->message,
                           WD_SS_DynamicParameterBinding_parameter_anchor) !=
        anchor)
      continue;
    status = wd__need(t, value->message, WD_SS_DynamicParameterBinding_value,
                      "the value", &literal);
    if (status == WD_OK)
      status = wd__literal(t, literal, out);
    if (status == WD_OK)
      status = wd__check_claim(
          t, wd_message_sub(message, WD_SS_DynamicParameter_type),
          &(*out)->type, "the parameter");
    return status;
  }
  return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                         "the parameter %lld has no value: the plan binds it "
                         "nowhere (parameter_bindings)",
                         (long long)anchor);
}

static enum wd_status
make_context(struct translator *t, const struct wd_message *message,
             const struct wd_expression **out)
{
  const struct wd_value *kind = message->values;

  if (!kind)
    return wd__missing(t, message, "the variable");
  switch (kind->field->number) {
  case WD_SS_Expression_ExecutionContextVariable_current_timestamp:
    return wd__make_call(t, message, WD_FN_NOW, 0, NULL, out);
  case WD_SS_Expression_ExecutionContextVariable_current_date:
    return wd__make_call(t, message, WD_FN_CURRENT_DATE, 0, NULL, out);
  default:
    return wd_expression_make_text("UTC", t->arena, out, t->error);
  }
}

/* An expression that stands elsewhere, so that plans need not be deep. */
static enum wd_status
make_detached(struct translator *t, const struct view *view,
              const struct wd_value *ordinal, const struct wd_expression **out)
{
  uint64_t at = ordinal->natural;

  for (const struct wd_value *value =
           wd_message_find(t->detached, WD_SS_PlanRel_detached_expressions);
       value; value = wd_value_next(value))
    if (at-- == 0)
      return wd__expression(t, view, value->message, out);
  return wd_value_fail(ordinal, WD_INVALID_PLAN, t->error,
                       "there is no detached expression %llu",
                       (unsigned long long)ordinal->natural);
}

static enum wd_status
make_by_kind(struct translator *t, const struct view *view,
             const struct wd_value *kind, const struct wd_expression **out)
{
  switch (kind->field->number) {
  case WD_SS_Expression_literal:
    return wd__literal(t, kind->message, out);
  case WD_SS_Expression_selection:
    return make_reference(t, view, kind->message, out);
  case WD_SS_Expression_scalar_function:
    return wd__scalar_call(t, view, kind->message, out);
  case WD_SS_Expression_window_function:
    return wd__window_call(t, view, kind->message, NULL, out);
  case WD_SS_Expression_if_then:
    return make_if_then(t, view, kind->message, out);
  case WD_SS_Expression_switch_expression:
    return make_switch(t, view, kind->message, out);
  case WD_SS_Expression_singular_or_list:
    return make_in(t, view, kind->message, out);
  case WD_SS_Expression_multi_or_list:
    return make_multi(t, view, kind->message, out);
  case WD_SS_Expression_cast:
    return make_cast(t, view, kind->message, out);
  case WD_SS_Expression_subquery:
    return wd__subquery(t, view, kind->message, out);
  case WD_SS_Expression_nested:
    return wd__nested(t, view, kind->message, out);
  case WD_SS_Expression_dynamic_parameter:
    return make_parameter(t, kind->message, out);
  case WD_SS_Expression_execution_context_variable:
    return make_context(t, kind->message, out);
  case WD_SS_Expression_detached_expression_ordinal:
    return make_detached(t, view, kind, out);
  default:
    return wd_value_fail(kind, WD_UNSUPPORTED, t->error,
                         "expressions of the kind %s are not run here",
                         kind->field->name);
  }
}

enum wd_status
wd__expression(struct translator *t, const struct view *view,
               const struct wd_message *message,
               const struct wd_expression **out)
{
  enum wd_status status = wd__enter(t, message);

  if (status != WD_OK)
    return status;
  status = message->values ? make_by_kind(t, view, message->values, out)
                           : wd__missing(t, message, "the expression");
  wd__leave(t);
  return status;
}
