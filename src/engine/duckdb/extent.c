#include "engine/duckdb/extent.h"

/* What DuckDB keeps in 64 bits. */
#define NARROW 18

/* Extents that were worked out: a table by the node, of a power of two. */
struct wd_duck_known_extents {
  uint32_t count, size;
  struct known {
    const struct wd_plan_node *node;
    const struct wd_duck_extent *extents;
  } * items;
};

static wd_uint128
most_of_integer(enum wd_type_id id)
{
  switch (id) {
  case WD_TYPE_I8:
  case WD_TYPE_U8:
    return UINT8_MAX;
  case WD_TYPE_I16:
  case WD_TYPE_U16:
    return UINT16_MAX;
  case WD_TYPE_I32:
  case WD_TYPE_U32:
    return UINT32_MAX;
  default:
    return UINT64_MAX;
  }
}

static struct wd_duck_extent
extent_of_type(const struct wd_type *type)
{
  if (type->id != WD_TYPE_DECIMAL)
    return (struct wd_duck_extent){most_of_integer(type->id), 0};
  return (struct wd_duck_extent){wd_decimal_limit(type->precision) - 1,
                                 type->precision};
}

/* Saturated. */
static wd_uint128
product(wd_uint128 a, wd_uint128 b)
{
  return b && a > ~(wd_uint128)0 / b ? ~(wd_uint128)0 : a * b;
}

static wd_uint128
sum(wd_uint128 a, wd_uint128 b)
{
  return a > ~(wd_uint128)0 - b ? ~(wd_uint128)0 : a + b;
}

static wd_uint128
scaled(wd_uint128 value, int digits)
{
  return product(value, wd_decimal_limit((uint8_t)digits));
}

/* A value of a type that is at most so large: narrow if what it is made of
 * is. */
static struct wd_duck_extent
limited(const struct wd_type *type, wd_uint128 most, bool from_narrow)
{
  struct wd_duck_extent extent = extent_of_type(type);

  if (most < extent.most)
    extent.most = most;
  if (from_narrow && type->precision > NARROW && type->scale <= NARROW &&
      extent.most < wd_decimal_limit(NARROW))
    extent.digits = NARROW;
  return extent;
}

static struct wd_duck_extent
extent_of_literal(const struct wd_expression *literal)
{
  wd_int128 value = literal->literal.value.decimal;
  wd_uint128 most = value < 0 ? -(wd_uint128)value : (wd_uint128)value;
  struct wd_duck_extent extent = extent_of_type(&literal->type);
  uint8_t digits = (uint8_t)(literal->type.scale > 1 ? literal->type.scale : 1);

  if (literal->literal.null)
    return extent;
  while (digits < WD_DECIMAL_PRECISION_MAX && most >= wd_decimal_limit(digits))
    digits++;
  extent.most = most;
  if (digits < extent.digits)
    extent.digits = digits;
  return extent;
}

static struct wd_duck_extent
extent_of_cast(const struct wd_expression *cast,
               const struct wd_duck_extent *columns)
{
  const struct wd_type *from = &cast->arguments[0]->type;
  struct wd_duck_extent operand;
  int more = cast->type.scale;

  if (cast->try_cast ||
      (from->id != WD_TYPE_DECIMAL && !wd_type_is_integer(from)) ||
      from->scale > cast->type.scale)
    return extent_of_type(&cast->type);
  operand = wd_duck_extent_of(cast->arguments[0], columns);
  return limited(&cast->type, scaled(operand.most, more - from->scale),
                 operand.digits <= NARROW);
}

static struct wd_duck_extent
extent_of_call(const struct wd_expression *call,
               const struct wd_duck_extent *columns)
{
  const struct wd_expression *const *operands = call->arguments;
  struct wd_duck_extent a, b;
  int scale;

  if ((call->function != WD_FN_ADD && call->function != WD_FN_SUBTRACT &&
       call->function != WD_FN_MULTIPLY) ||
      call->argument_count != 2 || call->options.overflow ||
      operands[0]->type.id != WD_TYPE_DECIMAL ||
      operands[1]->type.id != WD_TYPE_DECIMAL)
    return extent_of_type(&call->type);
  a = wd_duck_extent_of(operands[0], columns);
  b = wd_duck_extent_of(operands[1], columns);
  scale = operands[0]->type.scale;
  if (call->function == WD_FN_MULTIPLY) {
    if (call->type.scale != scale + operands[1]->type.scale)
      return extent_of_type(&call->type);
    a.most = product(a.most, b.most);
  } else {
    if (scale < operands[1]->type.scale)
      scale = operands[1]->type.scale;
    if (call->type.scale != scale)
      return extent_of_type(&call->type);
    a.most = sum(scaled(a.most, scale - operands[0]->type.scale),
                 scaled(b.most, scale - operands[1]->type.scale));
  }
  return limited(&call->type, a.most, a.digits <= NARROW && b.digits <= NARROW);
}

struct wd_duck_extent
wd_duck_extent_of(const struct wd_expression *expression,
                  const struct wd_duck_extent *columns)
{
  if (expression->kind == WD_EXPR_COLUMN && columns)
    return columns[expression->column];
  if (expression->type.id == WD_TYPE_DECIMAL)
    switch (expression->kind) {
    case WD_EXPR_LITERAL:
      return extent_of_literal(expression);
    case WD_EXPR_CAST:
      return extent_of_cast(expression, columns);
    case WD_EXPR_CALL:
      return extent_of_call(expression, columns);
    default:
      break;
    }
  return extent_of_type(&expression->type);
}

static size_t
place_of(const struct wd_duck_known_extents *known,
         const struct wd_plan_node *node)
{
  size_t place = ((uintptr_t)node >> 4) * 0x9E3779B97F4A7C15u >> 20;

  for (place &= known->size - 1;
       known->items[place].node && known->items[place].node != node;
       place = (place + 1) & (known->size - 1))
    ;
  return place;
}

static bool
grow(struct wd_duck_lowering *lowering, struct wd_duck_known_extents *known)
{
  struct wd_duck_known_extents larger = {
      .count = known->count, .size = known->size ? known->size * 2 : 64};

  larger.items =
      wd_arena_array(lowering->arena, larger.size, sizeof *larger.items);
  if (!larger.items)
    return false;
  for (uint32_t i = 0; i < known->size; i++)
    if (known->items[i].node)
      larger.items[place_of(&larger, known->items[i].node)] = known->items[i];
  *known = larger;
  return true;
}

static bool
remember(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
         const struct wd_duck_extent *extents)
{
  struct wd_duck_known_extents *known = lowering->known_extents;

  if (known->count * 2 >= known->size && !grow(lowering, known))
    return false;
  known->items[place_of(known, node)] = (struct known){node, extents};
  known->count++;
  return true;
}

static bool
has_numbers(const struct wd_schema *schema)
{
  for (uint32_t i = 0; i < schema->count; i++)
    if (schema->columns[i].type.id == WD_TYPE_DECIMAL ||
        wd_type_is_integer(&schema->columns[i].type))
      return true;
  return false;
}

static void
take(struct wd_duck_extent *extents, const struct wd_duck_extent *from,
     const struct wd_schema *schema)
{
  for (uint32_t i = 0; i < schema->count; i++)
    extents[i] = from ? from[i] : extent_of_type(&schema->columns[i].type);
}

/* Steps that hand columns on have those of what is below. */
static void
work_out(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
         struct wd_duck_extent *extents)
{
  const struct wd_duck_extent *below;

  take(extents, NULL, &node->schema);
  switch (node->kind) {
  case WD_NODE_READ:
    wd_duck_extents_of_table(lowering, node, extents);
    break;
  case WD_NODE_PROJECT:
    below = wd_duck_extents(lowering, node->left);
    for (uint32_t i = 0; i < node->schema.count; i++)
      extents[i] = wd_duck_extent_of(node->project.expressions[i], below);
    break;
  case WD_NODE_FILTER:
  case WD_NODE_SORT:
  case WD_NODE_LIMIT:
    take(extents, wd_duck_extents(lowering, node->left), &node->schema);
    break;
  case WD_NODE_JOIN:
    if (node->join.kind == WD_JOIN_AS_OF ||
        node->join.kind == WD_JOIN_AS_OF_LEFT)
      break;
    below = wd_duck_extents_of_both(lowering, node);
    if (below)
      take(extents, below, &node->schema);
    break;
  default:
    break;
  }
}

const struct wd_duck_extent *
wd_duck_extents(struct wd_duck_lowering *lowering,
                const struct wd_plan_node *node)
{
  struct wd_duck_known_extents *known = lowering->known_extents;
  struct wd_duck_extent *extents;

  if (!has_numbers(&node->schema))
    return NULL;
  if (!known) {
    known = wd_arena_alloc(lowering->arena, sizeof *known);
    lowering->known_extents = known;
  } else if (known->size && known->items[place_of(known, node)].node) {
    return known->items[place_of(known, node)].extents;
  }
  extents =
      wd_arena_array(lowering->arena, node->schema.count, sizeof *extents);
  lowering->extents_failed = lowering->extents_failed || !known || !extents;
  if (!known || !extents)
    return NULL;
  work_out(lowering, node, extents);
  if (remember(lowering, node, extents))
    return extents;
  lowering->extents_failed = true;
  return NULL;
}

const struct wd_duck_extent *
wd_duck_extents_of_both(struct wd_duck_lowering *lowering,
                        const struct wd_plan_node *join)
{
  uint32_t left = join->left->schema.count, right = join->right->schema.count;
  const struct wd_duck_extent *a = wd_duck_extents(lowering, join->left);
  const struct wd_duck_extent *b = wd_duck_extents(lowering, join->right);
  struct wd_duck_extent *both;

  if (!a && !b)
    return NULL;
  both = wd_arena_array(lowering->arena, (size_t)left + right, sizeof *both);
  if (!both) {
    lowering->extents_failed = true;
    return NULL;
  }
  take(both, a, &join->left->schema);
  take(both + left, b, &join->right->schema);
  return both;
}
