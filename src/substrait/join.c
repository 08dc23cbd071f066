/* Joins of all forms; what no join of the plan tree does is made of others. */
#include <string.h>

#include "substrait/translate.h"

enum side {
  INNER,
  OUTER,
  LEFT,
  RIGHT,
  SEMI,
  ANTI,
  RIGHT_SEMI,
  RIGHT_ANTI,
  MARK,
  RIGHT_MARK,
  SINGLE,
  RIGHT_SINGLE
};

struct join {
  struct translator *t;
  const struct wd_message *message;
  const struct wd_plan_node *left, *right;
  struct wd_schema both;
  const struct wd_expression *condition; /* over both; NULL: always true */
};

/* JoinRel numbers them otherwise than the physical joins. */
static enum wd_status
read_kind(const struct translator *t, const struct wd_message *message,
          enum side *out)
{
  static const uint32_t fields[][2] = {
      {WD_SS_JoinRel, WD_SS_JoinRel_type},
      {WD_SS_HashJoinRel, WD_SS_HashJoinRel_type},
      {WD_SS_MergeJoinRel, WD_SS_MergeJoinRel_type},
      {WD_SS_NestedLoopJoinRel, WD_SS_NestedLoopJoinRel_type},
  };
  static const int logical[] = {
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_UNSPECIFIED] = -1,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_INNER] = INNER,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_OUTER] = OUTER,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT] = LEFT,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT] = RIGHT,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT_SEMI] = SEMI,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT_ANTI] = ANTI,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT_SINGLE] = SINGLE,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT_SEMI] = RIGHT_SEMI,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT_ANTI] = RIGHT_ANTI,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT_SINGLE] = RIGHT_SINGLE,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_LEFT_MARK] = MARK,
      [WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT_MARK] = RIGHT_MARK,
  };
  static const int physical[] = {
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_UNSPECIFIED] = -1,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_INNER] = INNER,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_OUTER] = OUTER,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_LEFT] = LEFT,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_RIGHT] = RIGHT,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_LEFT_SEMI] = SEMI,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_RIGHT_SEMI] = RIGHT_SEMI,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_LEFT_ANTI] = ANTI,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_RIGHT_ANTI] = RIGHT_ANTI,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_LEFT_SINGLE] = SINGLE,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_RIGHT_SINGLE] = RIGHT_SINGLE,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_LEFT_MARK] = MARK,
      [WD_SS_HashJoinRel_JoinType_JOIN_TYPE_RIGHT_MARK] = RIGHT_MARK,
  };
  const int *kinds = message->type == WD_SS_JoinRel ? logical : physical;
  int64_t type = 0;

  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
    if (message->type == fields[i][0])
      type = wd_message_integer(message, fields[i][1]);
  if (type < 1 || type > WD_SS_JoinRel_JoinType_JOIN_TYPE_RIGHT_MARK)
    return wd__missing(t, message, "the type of the join");
  *out = (enum side)kinds[type];
  return WD_OK;
}

static enum wd_status
read_sides(struct join *join)
{
  const struct wd_message *side;
  enum wd_status status = wd__need(join->t, join->message, WD_SS_JoinRel_left,
                                   "the left side", &side);

  if (status == WD_OK)
    status = wd__relation(join->t, side, &join->left);
  if (status == WD_OK)
    status = wd__need(join->t, join->message, WD_SS_JoinRel_right,
                      "the right side", &side);
  if (status == WD_OK)
    status = wd__relation(join->t, side, &join->right);
  if (status == WD_OK)
    status = wd__plan_check_width(join->t->planner,
                                  (uint64_t)join->left->schema.count +
                                      join->right->schema.count);
  if (status != WD_OK)
    return status;
  return wd_schema_concat(&join->left->schema, &join->right->schema,
                          join->t->arena, &join->both, join->t->error);
}

/* `condition and more` */
static enum wd_status
and_also(struct join *join, const struct wd_expression *more)
{
  const struct wd_expression *pair[] = {join->condition, more};

  if (join->condition)
    return wd__make_call(join->t, join->message, WD_FN_AND, 2, pair,
                         &join->condition);
  join->condition = more;
  return WD_OK;
}

static enum wd_status
add_expression(struct join *join, uint32_t field)
{
  const struct wd_message *message = wd_message_sub(join->message, field);
  const struct view view = {.schema = &join->both};
  const struct wd_expression *expression;
  enum wd_status status;

  if (!message)
    return WD_OK;
  status = wd__predicate(join->t, &view, message, "the condition of a join",
                         &expression);
  return status == WD_OK ? and_also(join, expression) : status;
}

/* A column of one side, of a reference to that side's own columns. */
static enum wd_status
key_column(struct join *join, const struct wd_message *reference, bool right,
           const struct wd_expression **out)
{
  const struct wd_message *segment = wd_message_sub(
      reference, WD_SS_Expression_FieldReference_direct_reference);
  const struct wd_message *field =
      segment ? wd_message_sub(segment,
                               WD_SS_Expression_ReferenceSegment_struct_field)
              : NULL;
  const struct wd_schema *schema =
      right ? &join->right->schema : &join->left->schema;
  int64_t column;

  if (!field)
    return wd__missing(join->t, reference, "the column of the key");
  if (wd_message_find(field,
                      WD_SS_Expression_ReferenceSegment_StructField_child))
    return wd__unsupported(join->t, reference, "a key inside of a column");
  column = wd_message_integer(
      field, WD_SS_Expression_ReferenceSegment_StructField_field);
  if (column < 0 || column >= schema->count)
    return wd_message_fail(field, WD_INVALID_PLAN, join->t->error,
                           "column %lld of a side of %u", (long long)column,
                           schema->count);
  return wd__column(join->t, &join->both,
                    (uint32_t)column + (right ? join->left->schema.count : 0),
                    out);
}

static enum wd_status
add_pair(struct join *join, const struct wd_message *left,
         const struct wd_message *right, enum wd_function function)
{
  const struct wd_expression *pair[2], *equal;
  enum wd_status status = key_column(join, left, false, &pair[0]);

  if (status == WD_OK)
    status = key_column(join, right, true, &pair[1]);
  if (status == WD_OK)
    status = wd__make_call(join->t, join->message, function, 2, pair, &equal);
  return status == WD_OK ? and_also(join, equal) : status;
}

static enum wd_status
add_key(struct join *join, const struct wd_message *key)
{
  const struct wd_message *comparison =
      wd_message_sub(key, WD_SS_ComparisonJoinKey_comparison);
  const struct wd_message *left, *right;
  int64_t simple =
      comparison
          ? wd_message_integer(comparison,
                               WD_SS_ComparisonJoinKey_ComparisonType_simple)
          : 0;
  enum wd_function function = WD_FN_EQUAL;
  enum wd_status status =
      wd__need(join->t, key, WD_SS_ComparisonJoinKey_left, "left", &left);

  if (status == WD_OK)
    status =
        wd__need(join->t, key, WD_SS_ComparisonJoinKey_right, "right", &right);
  if (status != WD_OK)
    return status;
  if (simple ==
      WD_SS_ComparisonJoinKey_SimpleComparisonType_SIMPLE_COMPARISON_TYPE_IS_NOT_DISTINCT_FROM)
    function = WD_FN_IS_NOT_DISTINCT_FROM;
  else if (
      simple !=
      WD_SS_ComparisonJoinKey_SimpleComparisonType_SIMPLE_COMPARISON_TYPE_EQ)
    return wd__unsupported(join->t, key, "keys that are compared otherwise");
  return add_pair(join, left, right, function);
}

/* Keys of hash and merge joins: pairs, or, in older plans, two lists. */
static enum wd_status
add_keys(struct join *join)
{
  const struct wd_message *message = join->message;
  const struct wd_value *left =
      wd_message_find(message, WD_SS_HashJoinRel_left_keys);
  const struct wd_value *right =
      wd_message_find(message, WD_SS_HashJoinRel_right_keys);
  enum wd_status status = WD_OK;

  for (const struct wd_value *key =
           wd_message_find(message, WD_SS_HashJoinRel_keys);
       key && status == WD_OK; key = wd_value_next(key))
    status = add_key(join, key->message);
  for (; left && right && status == WD_OK; left = wd_value_next(left)) {
    status = add_pair(join, left->message, right->message, WD_FN_EQUAL);
    right = wd_value_next(right);
  }
  if (status == WD_OK && (left || right))
    return wd_message_fail(message, WD_INVALID_PLAN, join->t->error,
                           "left_keys and right_keys differ in number");
  if (status == WD_OK && !join->condition)
    return wd__missing(join->t, message, "keys");
  return status;
}

static enum wd_status
read_condition(struct join *join)
{
  enum wd_status status;

  switch (join->message->type) {
  case WD_SS_JoinRel:
    return add_expression(join, WD_SS_JoinRel_expression);
  case WD_SS_NestedLoopJoinRel:
    return add_expression(join, WD_SS_NestedLoopJoinRel_expression);
  case WD_SS_HashJoinRel:
    status = add_keys(join);
    return status == WD_OK
               ? add_expression(join, WD_SS_HashJoinRel_residual_expression)
               : status;
  default:
    status = add_keys(join);
    return status == WD_OK
               ? add_expression(join, WD_SS_MergeJoinRel_residual_expression)
               : status;
  }
}

/* How columns of both sides are found in another place. */
struct map {
  struct translator *t;
  uint32_t left, right; /* columns of the sides */
  bool swap;            /* the right side's come first */
  uint32_t around;      /* else: left's are outer columns of this subquery */
};

static void
map_column(const struct map *map, struct wd_expression *column)
{
  bool left = column->column < map->left;

  if (map->swap)
    column->column =
        left ? column->column + map->right : column->column - map->left;
  else if (left) {
    column->kind = WD_EXPR_OUTER;
    column->around = map->around;
  } else {
    column->column -= map->left;
  }
}

static enum wd_status
map_expression(const struct map *map, const struct wd_expression *from,
               const struct wd_expression **out)
{
  struct wd_expression *copy = wd_arena_alloc(map->t->arena, sizeof *copy);
  const struct wd_expression **arguments =
      wd_arena_array(map->t->arena, from->argument_count, sizeof *arguments);
  enum wd_status status = WD_OK;

  if (!copy || !arguments)
    return wd_fail_memory(map->t->error);
  *copy = *from;
  copy->arguments = arguments;
  for (uint32_t i = 0; i < from->argument_count && status == WD_OK; i++)
    status = map_expression(map, from->arguments[i], &arguments[i]);
  if (copy->kind == WD_EXPR_COLUMN)
    map_column(map, copy);
  *out = copy;
  return status;
}

static enum wd_status
make_node(struct join *join, enum wd_join_kind kind,
          const struct wd_plan_node *left, const struct wd_plan_node *right,
          const struct wd_schema *schema, const struct wd_plan_node **out)
{
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(join->t->planner, WD_NODE_JOIN, left, right, &node);

  if (status != WD_OK)
    return status;
  node->schema = *schema;
  node->join.kind = kind;
  node->join.condition = join->condition;
  if (!join->condition && kind == WD_JOIN_INNER)
    node->join.kind = WD_JOIN_CROSS;
  *out = node;
  return WD_OK;
}

/* Both sides' columns, those of a side that may be missing nullable. */
static enum wd_status
make_both(struct join *join, enum wd_join_kind kind,
          const struct wd_plan_node **out)
{
  uint32_t left = join->left->schema.count;
  struct wd_column *columns =
      wd_arena_array(join->t->arena, join->both.count, sizeof *columns);

  if (!columns)
    return wd_fail_memory(join->t->error);
  for (uint32_t i = 0; i < join->both.count; i++) {
    columns[i] = join->both.columns[i];
    if (kind == WD_JOIN_FULL ||
        kind == (i < left ? WD_JOIN_RIGHT : WD_JOIN_LEFT))
      columns[i].nullable = true;
  }
  return make_node(join, kind, join->left, join->right,
                   &(struct wd_schema){join->both.count, columns}, out);
}

/* Left and right change places, in the condition too. */
static enum wd_status
swap(struct join *join)
{
  const struct wd_plan_node *left = join->left;
  const struct map map = {.t = join->t,
                          .left = join->left->schema.count,
                          .right = join->right->schema.count,
                          .swap = true};
  enum wd_status status =
      join->condition ? map_expression(&map, join->condition, &join->condition)
                      : WD_OK;

  join->left = join->right;
  join->right = left;
  return status;
}

/* A subquery of the right's rows for which `condition` is true, for each row of
 * the left. NULL: of all. */
static enum wd_status
make_subquery(struct join *join, enum wd_subquery_kind kind,
              const struct wd_expression *condition,
              struct wd_subquery **out_subquery, struct wd_expression **out)
{
  struct translator *t = join->t;
  struct map map = {.t = t,
                    .left = join->left->schema.count,
                    .right = join->right->schema.count,
                    .around = ++t->planner->subqueries};
  struct wd_expression *node = wd_arena_alloc(t->arena, sizeof *node);
  struct wd_subquery *subquery = wd_arena_alloc(t->arena, sizeof *subquery);
  uint32_t *columns = wd_arena_array(t->arena, map.left, sizeof *columns);
  enum wd_status status;

  if (!node || !subquery || !columns)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < map.left; i++)
    columns[i] = i;
  *subquery = (struct wd_subquery){.kind = kind,
                                   .number = map.around,
                                   .query = join->right,
                                   .outer_count = map.left,
                                   .outer = columns};
  status = condition ? map_expression(&map, condition, &condition) : WD_OK;
  if (status == WD_OK && condition)
    status = wd__filter(t, join->right, condition, &subquery->query);
  node->kind = WD_EXPR_SUBQUERY;
  node->type = wd_type_of(WD_TYPE_BOOL);
  node->size = 1;
  node->subquery = subquery;
  *out_subquery = subquery;
  *out = node;
  return status;
}

/* Whether the right side has a row for which `condition` is true. */
static enum wd_status
make_exists(struct join *join, const struct wd_expression *condition,
            const struct wd_expression **out)
{
  struct wd_subquery *subquery;
  struct wd_expression *node = NULL;
  enum wd_status status =
      make_subquery(join, WD_SUBQUERY_EXISTS, condition, &subquery, &node);

  *out = node;
  return status;
}

/* All columns of the right as one struct. */
static enum wd_status
pack_right(struct join *join, const struct wd_plan_node *from,
           const struct wd_plan_node **out)
{
  static const char *const name = "row";
  struct translator *t = join->t;
  uint32_t count = from->schema.count;
  const struct wd_expression **columns =
      wd_arena_array(t->arena, count, sizeof *columns);
  const struct wd_expression **packed =
      wd_arena_array(t->arena, 1, sizeof *packed);
  enum wd_status status = WD_OK;

  if (!columns || !packed)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    status = wd__column(t, &from->schema, i, &columns[i]);
  if (status == WD_OK)
    status = wd__struct_of(t, count, columns, &packed[0]);
  return status == WD_OK
             ? wd__plan_project(t->planner, from, 1, packed, &name, out)
             : status;
}

/* The left's columns, and those of a struct that is the last one. */
static enum wd_status
unpack(struct join *join, const struct wd_plan_node *from,
       const struct wd_plan_node **out)
{
  struct translator *t = join->t;
  uint32_t left = from->schema.count - 1, count = join->right->schema.count;
  const struct wd_expression **columns =
      wd_arena_array(t->arena, (size_t)left + count, sizeof *columns);
  const char **names =
      wd_arena_array(t->arena, (size_t)left + count, sizeof *names);
  const struct wd_expression *row;
  enum wd_status status = wd__column(t, &from->schema, left, &row);

  if (!columns || !names)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < left + count && status == WD_OK; i++) {
    bool packed = i >= left;

    names[i] = packed ? join->right->schema.columns[i - left].name
                      : from->schema.columns[i].name;
    status = packed ? wd__field(t, row, i - left, &columns[i])
                    : wd__column(t, &from->schema, i, &columns[i]);
  }
  if (status != WD_OK)
    return status;
  return wd__plan_project(t->planner, from, left + count, columns, names, out);
}

/* The left's columns and those of the one match, nulls if there is none; a
 * second is an error. */
static enum wd_status
make_single(struct join *join, const struct wd_plan_node **out)
{
  struct wd_subquery *subquery;
  struct wd_expression *node = NULL;
  const struct wd_expression *row;
  enum wd_status status = make_subquery(join, WD_SUBQUERY_SCALAR,
                                        join->condition, &subquery, &node);

  if (status == WD_OK)
    status = pack_right(join, subquery->query, &subquery->query);
  if (status != WD_OK)
    return status;
  node->type = subquery->query->schema.columns[0].type;
  node->nullable = true;
  row = node;
  status = wd__project(join->t, join->left, 1, &row, out);
  return status == WD_OK ? unpack(join, *out, out) : status;
}

/* The right's columns first, as after a swap; the left's first again. */
static enum wd_status
swap_columns(struct join *join, const struct wd_plan_node **out)
{
  const struct wd_schema *schema = &(*out)->schema;
  uint32_t first = join->left->schema.count;
  const struct wd_expression **columns =
      wd_arena_array(join->t->arena, schema->count, sizeof *columns);
  const char **names =
      wd_arena_array(join->t->arena, schema->count, sizeof *names);
  enum wd_status status = WD_OK;

  if (!columns || !names)
    return wd_fail_memory(join->t->error);
  for (uint32_t i = 0; i < schema->count && status == WD_OK; i++) {
    uint32_t from = (i + first) % schema->count;

    names[i] = schema->columns[from].name;
    status = wd__column(join->t, schema, from, &columns[i]);
  }
  return status == WD_OK ? wd__plan_project(join->t->planner, *out,
                                            schema->count, columns, names, out)
                         : status;
}

/* The left's columns and the mark: whether there is a match, null where that
 * is not known. */
static enum wd_status
make_mark(struct join *join, const struct wd_plan_node **out)
{
  struct translator *t = join->t;
  struct wd_syntax syntax = {.kind = WD_SYNTAX_CASE, .has_else = true};
  struct wd_expression *yes = wd_arena_alloc(t->arena, 3 * sizeof *yes);
  const struct wd_expression *parts[5], *unknown;
  enum wd_status status;

  if (!yes)
    return wd_fail_memory(t->error);
  if (!join->condition)
    return wd__missing(t, join->message, "the condition");
  for (int i = 0; i < 3; i++) {
    yes[i].kind = WD_EXPR_LITERAL;
    yes[i].size = 1;
    yes[i].type = wd_type_of(WD_TYPE_BOOL);
  }
  yes[0].literal.value.boolean = true;
  yes[1].literal.null = yes[1].nullable = true;
  status = wd__make_call(t, join->message, WD_FN_IS_NULL, 1, &join->condition,
                         &unknown);
  if (status == WD_OK)
    status = make_exists(join, join->condition, &parts[0]);
  if (status == WD_OK)
    status = make_exists(join, unknown, &parts[2]);
  parts[1] = &yes[0];
  parts[3] = &yes[1];
  parts[4] = &yes[2];
  if (status == WD_OK)
    status = wd__make(t, join->message, NULL, &syntax, 5, parts, &parts[0]);
  return status == WD_OK ? wd__project(t, join->left, 1, parts, out) : status;
}

static enum wd_status
make(struct join *join, enum side kind, const struct wd_plan_node **out)
{
  enum wd_status status = WD_OK;

  switch (kind) {
  case INNER:
    return make_both(join, WD_JOIN_INNER, out);
  case OUTER:
    return make_both(join, WD_JOIN_FULL, out);
  case LEFT:
    return make_both(join, WD_JOIN_LEFT, out);
  case RIGHT:
    return make_both(join, WD_JOIN_RIGHT, out);
  case RIGHT_SEMI:
  case RIGHT_ANTI:
  case RIGHT_MARK:
  case RIGHT_SINGLE:
    status = swap(join);
    break;
  default:
    break;
  }
  if (status != WD_OK)
    return status;
  if (kind == MARK || kind == RIGHT_MARK)
    return make_mark(join, out);
  if (kind == SINGLE || kind == RIGHT_SINGLE) {
    status = make_single(join, out);
    return status == WD_OK && kind == RIGHT_SINGLE ? swap_columns(join, out)
                                                   : status;
  }
  return make_node(
      join, kind == SEMI || kind == RIGHT_SEMI ? WD_JOIN_SEMI : WD_JOIN_ANTI,
      join->left, join->right, &join->left->schema, out);
}

/* What passes of the matches. */
static enum wd_status
filter_after(struct join *join, const struct wd_plan_node **out)
{
  const struct wd_message *filter = NULL;
  const struct wd_expression *predicate;
  const struct view view = {.schema = &(*out)->schema};
  enum wd_status status;

  if (join->message->type == WD_SS_JoinRel)
    filter = wd_message_sub(join->message, WD_SS_JoinRel_post_join_filter);
  else if (join->message->type != WD_SS_NestedLoopJoinRel)
    filter = wd_message_sub(join->message, WD_SS_HashJoinRel_post_join_filter);
  if (!filter)
    return WD_OK;
  status = wd__predicate(join->t, &view, filter, "the filter after a join",
                         &predicate);
  return status == WD_OK ? wd__filter(join->t, *out, predicate, out) : status;
}

enum wd_status
wd__join(struct translator *t, const struct wd_message *message,
         const struct wd_plan_node **out)
{
  struct join join = {.t = t, .message = message};
  enum side kind = INNER;
  enum wd_status status = read_kind(t, message, &kind);

  if (status == WD_OK)
    status = read_sides(&join);
  if (status == WD_OK)
    status = read_condition(&join);
  if (status == WD_OK)
    status = make(&join, kind, out);
  return status == WD_OK ? filter_after(&join, out) : status;
}

enum wd_status
wd__cross(struct translator *t, const struct wd_message *message,
          const struct wd_plan_node **out)
{
  struct join join = {.t = t, .message = message};
  enum wd_status status = read_sides(&join);

  return status == WD_OK ? make_both(&join, WD_JOIN_INNER, out) : status;
}
