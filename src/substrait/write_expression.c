/* Expressions, but for calls. */
#include "substrait/writer.h"

/* FieldReference to a field of a row, and on to those inside of it. */
static void
put_segments(struct writer *w, uint32_t field,
             const struct wd_expression *const *path, uint32_t count)
{
  size_t segment = wd_wire_begin(w->buf, field);
  size_t inner =
      wd_wire_begin(w->buf, WD_SS_Expression_ReferenceSegment_struct_field);

  wd__write_int(w, WD_SS_Expression_ReferenceSegment_StructField_field,
                path[0]->column);
  if (count > 1)
    put_segments(w, WD_SS_Expression_ReferenceSegment_StructField_child,
                 path + 1, count - 1);
  wd_wire_end(w->buf, inner);
  wd_wire_end(w->buf, segment);
}

/* How many queries lie between a subquery and this place. */
static uint32_t
steps_to(const struct writer *w, const struct within *within, uint32_t number)
{
  uint32_t steps = 1;

  for (; within && within->number != number; within = within->outer)
    steps++;
  if (!within)
    wd__write_fail((struct writer *)w, WD_INTERNAL,
                   "a reference to a row that is not around");
  return steps;
}

static void
put_outer(struct writer *w, const struct wd_expression *outer)
{
  size_t begun =
      wd_wire_begin(w->buf, WD_SS_Expression_FieldReference_outer_reference);

  wd_wire_int(w->buf, WD_SS_Expression_FieldReference_OuterReference_steps_out,
              steps_to(w, w->subqueries, outer->around));
  wd_wire_end(w->buf, begun);
}

/* A variable of a lambda: its first one numbers the lambda. */
static void
put_variable(struct writer *w, const struct wd_expression *variable)
{
  size_t begun = wd_wire_begin(
      w->buf, WD_SS_Expression_FieldReference_lambda_parameter_reference);

  wd__write_int(
      w, WD_SS_Expression_FieldReference_LambdaParameterReference_steps_out,
      steps_to(w, w->lambdas, variable->variables->first) - 1);
  wd_wire_end(w->buf, begun);
}

/* What a reference begins at; path[0] says which of its fields. */
static void
put_root(struct writer *w, const struct wd_expression *root)
{
  switch (root->kind) {
  case WD_EXPR_COLUMN:
    wd_wire_bytes(w->buf, WD_SS_Expression_FieldReference_root_reference, "",
                  0);
    return;
  case WD_EXPR_OUTER:
    put_outer(w, root);
    return;
  case WD_EXPR_VARIABLE:
    put_variable(w, root);
    return;
  default:
    wd__write_expression(w, WD_SS_Expression_FieldReference_expression, root);
  }
}

static void
put_reference(struct writer *w, uint32_t field,
              const struct wd_expression *expression)
{
  const struct wd_expression *path[WD_TYPE_DEPTH + 2];
  struct wd_expression number;
  uint32_t at = WD_TYPE_DEPTH + 2;
  size_t begun;

  while (expression->kind == WD_EXPR_FIELD && at > 1) {
    path[--at] = expression;
    expression = expression->arguments[0];
  }
  if (expression->kind == WD_EXPR_COLUMN || expression->kind == WD_EXPR_OUTER) {
    path[--at] = expression;
  } else if (expression->kind == WD_EXPR_VARIABLE) {
    number.column = expression->column - expression->variables->first;
    path[--at] = &number;
  }
  begun = wd_wire_begin(w->buf, field);
  put_segments(w, WD_SS_Expression_FieldReference_direct_reference, path + at,
               WD_TYPE_DEPTH + 2 - at);
  put_root(w, expression);
  wd_wire_end(w->buf, begun);
}

void
wd__write_reference(struct writer *w, uint32_t field, uint32_t column)
{
  const struct wd_expression expression = {.kind = WD_EXPR_COLUMN,
                                           .column = column};

  put_reference(w, field, &expression);
}

void
wd__write_column(struct writer *w, uint32_t field, uint32_t column)
{
  const struct wd_expression expression = {.kind = WD_EXPR_COLUMN,
                                           .column = column};

  wd__write_expression(w, field, &expression);
}

void
wd__write_i64(struct writer *w, uint32_t field, int64_t value)
{
  const struct wd_expression literal = {.kind = WD_EXPR_LITERAL,
                                        .type = wd_type_of(WD_TYPE_I64),
                                        .literal.value.integer = value};

  wd__write_literal(w, field, &literal);
}

void
wd__write_sort(struct writer *w, uint32_t field,
               const struct wd_expression *expression, bool descending,
               bool nulls_first)
{
  static const int64_t directions[2][2] = {
      {WD_SS_SortField_SortDirection_SORT_DIRECTION_ASC_NULLS_LAST,
       WD_SS_SortField_SortDirection_SORT_DIRECTION_ASC_NULLS_FIRST},
      {WD_SS_SortField_SortDirection_SORT_DIRECTION_DESC_NULLS_LAST,
       WD_SS_SortField_SortDirection_SORT_DIRECTION_DESC_NULLS_FIRST},
  };
  size_t begun = wd_wire_begin(w->buf, field);

  wd__write_expression(w, WD_SS_SortField_expr, expression);
  wd_wire_int(w->buf, WD_SS_SortField_direction,
              directions[descending][nulls_first]);
  wd_wire_end(w->buf, begun);
}

static void
put_cast(struct writer *w, const struct wd_expression *cast)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_cast);

  wd__write_type(w, WD_SS_Expression_Cast_type, &cast->type, cast->nullable,
                 false);
  wd__write_expression(w, WD_SS_Expression_Cast_input, cast->arguments[0]);
  wd_wire_int(
      w->buf, WD_SS_Expression_Cast_failure_behavior,
      cast->try_cast
          ? WD_SS_Expression_Cast_FailureBehavior_FAILURE_BEHAVIOR_RETURN_NULL
          : WD_SS_Expression_Cast_FailureBehavior_FAILURE_BEHAVIOR_THROW_EXCEPTION);
  wd_wire_end(w->buf, begun);
}

static void
put_case(struct writer *w, const struct wd_expression *expression)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_if_then);
  uint32_t count = expression->argument_count;

  for (uint32_t i = 0; i + 1 < count; i += 2) {
    size_t clause = wd_wire_begin(w->buf, WD_SS_Expression_IfThen_ifs);

    wd__write_expression(w, WD_SS_Expression_IfThen_IfClause_if,
                         expression->arguments[i]);
    wd__write_expression(w, WD_SS_Expression_IfThen_IfClause_then,
                         expression->arguments[i + 1]);
    wd_wire_end(w->buf, clause);
  }
  if (count % 2)
    wd__write_expression(w, WD_SS_Expression_IfThen_else,
                         expression->arguments[count - 1]);
  wd_wire_end(w->buf, begun);
}

static void
put_in(struct writer *w, const struct wd_expression *in)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_singular_or_list);

  wd__write_expression(w, WD_SS_Expression_SingularOrList_value,
                       in->arguments[0]);
  for (uint32_t i = 1; i < in->argument_count; i++)
    wd__write_expression(w, WD_SS_Expression_SingularOrList_options,
                         in->arguments[i]);
  wd_wire_end(w->buf, begun);
}

/* Lambda: what it takes as a struct, and its body. The variables' types are
 * found where they are used; one that is not used is anything. */
static void
find_variable(const struct wd_expression *in, uint32_t number,
              const struct wd_type **out)
{
  if (in->kind == WD_EXPR_VARIABLE && in->column == number)
    *out = &in->type;
  for (uint32_t i = 0; i < in->argument_count && !*out; i++)
    find_variable(in->arguments[i], number, out);
}

static void
put_lambda(struct writer *w, const struct wd_expression *lambda)
{
  static const struct wd_type unused = {.id = WD_TYPE_NULL};
  const struct wd_variables *variables = lambda->variables;
  const struct within within = {w->lambdas, variables->first};
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_lambda);
  size_t parameters = wd_wire_begin(w->buf, WD_SS_Expression_Lambda_parameters);

  for (uint32_t i = 0; i < variables->count; i++) {
    const struct wd_type *type = NULL;

    find_variable(lambda->arguments[0], variables->first + i, &type);
    wd__write_type(w, WD_SS_Type_Struct_types, type ? type : &unused, true,
                   false);
  }
  wd_wire_int(w->buf, WD_SS_Type_Struct_nullability,
              WD_SS_Type_Nullability_NULLABILITY_REQUIRED);
  wd_wire_end(w->buf, parameters);
  w->lambdas = &within;
  wd__write_expression(w, WD_SS_Expression_Lambda_body, lambda->arguments[0]);
  w->lambdas = within.outer;
  wd_wire_end(w->buf, begun);
}

static void
put_query(struct writer *w, uint32_t field, const struct wd_subquery *subquery)
{
  const struct within within = {w->subqueries, subquery->number};

  w->subqueries = &within;
  wd__write_relation(w, field, subquery->query);
  w->subqueries = within.outer;
}

static int64_t
comparison_of(enum wd_function function)
{
  switch (function) {
  case WD_FN_EQUAL:
    return WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_EQ;
  case WD_FN_NOT_EQUAL:
    return WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_NE;
  case WD_FN_LT:
    return WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_LT;
  case WD_FN_GT:
    return WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_GT;
  case WD_FN_LTE:
    return WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_LE;
  default:
    return WD_SS_Expression_Subquery_SetComparison_ComparisonOp_COMPARISON_OP_GE;
  }
}

static void
put_comparison(struct writer *w, const struct wd_expression *expression)
{
  const struct wd_subquery *subquery = expression->subquery;
  size_t begun =
      wd_wire_begin(w->buf, WD_SS_Expression_Subquery_set_comparison);

  wd_wire_int(
      w->buf, WD_SS_Expression_Subquery_SetComparison_reduction_op,
      subquery->kind == WD_SUBQUERY_ANY
          ? WD_SS_Expression_Subquery_SetComparison_ReductionOp_REDUCTION_OP_ANY
          : WD_SS_Expression_Subquery_SetComparison_ReductionOp_REDUCTION_OP_ALL);
  wd_wire_int(w->buf, WD_SS_Expression_Subquery_SetComparison_comparison_op,
              comparison_of(subquery->comparison));
  wd__write_expression(w, WD_SS_Expression_Subquery_SetComparison_left,
                       expression->arguments[0]);
  put_query(w, WD_SS_Expression_Subquery_SetComparison_right, subquery);
  wd_wire_end(w->buf, begun);
}

static void
put_subquery(struct writer *w, const struct wd_expression *expression)
{
  const struct wd_subquery *subquery = expression->subquery;
  size_t begun = wd_wire_begin(w->buf, WD_SS_Expression_subquery), inner;

  switch (subquery->kind) {
  case WD_SUBQUERY_SCALAR:
    inner = wd_wire_begin(w->buf, WD_SS_Expression_Subquery_scalar);
    put_query(w, WD_SS_Expression_Subquery_Scalar_input, subquery);
    wd_wire_end(w->buf, inner);
    break;
  case WD_SUBQUERY_EXISTS:
    inner = wd_wire_begin(w->buf, WD_SS_Expression_Subquery_set_predicate);
    wd_wire_int(
        w->buf, WD_SS_Expression_Subquery_SetPredicate_predicate_op,
        WD_SS_Expression_Subquery_SetPredicate_PredicateOp_PREDICATE_OP_EXISTS);
    put_query(w, WD_SS_Expression_Subquery_SetPredicate_tuples, subquery);
    wd_wire_end(w->buf, inner);
    break;
  case WD_SUBQUERY_IN:
    inner = wd_wire_begin(w->buf, WD_SS_Expression_Subquery_in_predicate);
    for (uint32_t i = 0; i < expression->argument_count; i++)
      wd__write_expression(w, WD_SS_Expression_Subquery_InPredicate_needles,
                           expression->arguments[i]);
    put_query(w, WD_SS_Expression_Subquery_InPredicate_haystack, subquery);
    wd_wire_end(w->buf, inner);
    break;
  default:
    put_comparison(w, expression);
  }
  wd_wire_end(w->buf, begun);
}

static void
put_kind(struct writer *w, const struct wd_expression *expression)
{
  switch (expression->kind) {
  case WD_EXPR_COLUMN:
  case WD_EXPR_FIELD:
  case WD_EXPR_VARIABLE:
  case WD_EXPR_OUTER:
    put_reference(w, WD_SS_Expression_selection, expression);
    return;
  case WD_EXPR_CALL:
  case WD_EXPR_NAMED:
    wd__write_call(w, expression);
    return;
  case WD_EXPR_CAST:
    put_cast(w, expression);
    return;
  case WD_EXPR_CASE:
    put_case(w, expression);
    return;
  case WD_EXPR_IN:
    put_in(w, expression);
    return;
  case WD_EXPR_WINDOW:
    wd__write_window(w, expression);
    return;
  case WD_EXPR_LAMBDA:
    put_lambda(w, expression);
    return;
  case WD_EXPR_SUBQUERY:
    put_subquery(w, expression);
    return;
  case WD_EXPR_LITERAL:
    return;
  }
}

void
wd__write_expression(struct writer *w, uint32_t field,
                     const struct wd_expression *expression)
{
  struct place place;

  if (w->status != WD_OK || w->buf->failed)
    return;
  if (expression->kind == WD_EXPR_LITERAL) {
    wd__write_literal(w, field, expression);
    return;
  }
  wd__write_begin(w, field, &place);
  put_kind(w, expression);
  wd__write_end(w, field, &place, &w->expressions,
                WD_SS_Expression_detached_expression_ordinal);
}
