/* The common type of operands. */
#include "plan/typer.h"

/* What a literal counts as beside a type: itself, or a decimal of no more
 * digits than it has. */
struct wd_type
wd__literal_type(const struct wd_expression *literal,
                 const struct wd_type *beside)
{
  if (literal->type.id == WD_TYPE_I64 && beside->id == WD_TYPE_DECIMAL)
    return wd_type_decimal(wd_literal_digits(literal->literal.value.integer),
                           0);
  return literal->type;
}

static enum wd_status
fail_common(struct typer *typer, const struct typed *operand,
            const struct wd_type *type, const char *verb)
{
  const struct wd_type *other = &operand->expression->type;
  bool zones = type->id == WD_TYPE_TIMESTAMP || type->id == WD_TYPE_DATE;
  bool strings = type->id == WD_TYPE_STRING || other->id == WD_TYPE_STRING;
  char a[96], b[96];

  if (wd__is_soft(operand->expression) && other->id == WD_TYPE_STRING && zones)
    return wd_source_fail(
        operand->syntax->source, operand->syntax->start, WD_TYPE_MISMATCH,
        typer->error, "this text is no %s: %s", wd_type_text(type, a, sizeof a),
        type->id == WD_TYPE_DATE ? "write 'YYYY-MM-DD'"
        : type->timezone         ? "write 'YYYY-MM-DD HH:MM:SSZ', with the zone"
                         : "write 'YYYY-MM-DD HH:MM:SS', without a zone");
  return wd_source_fail(operand->syntax->source, operand->syntax->start,
                        WD_TYPE_MISMATCH, typer->error, "cannot %s %s and %s%s",
                        verb, wd_type_text(type, a, sizeof a),
                        wd_type_text(other, b, sizeof b),
                        strings ? "; cast one of them: cast(... as ...)" : "");
}

/* The common type of the operands that are not literals, or that have a type
 * for sure. NULL when there is none. */
static enum wd_status
hard_type(struct typer *typer, uint32_t count, const struct typed *operands,
          const char *verb, struct wd_type *out_type)
{
  *out_type = wd_type_of(WD_TYPE_NULL);
  for (uint32_t i = 0; i < count; i++) {
    const struct wd_expression *expression = operands[i].expression;

    if (!wd__is_soft(expression) &&
        !wd_type_common(out_type, &expression->type, out_type))
      return fail_common(typer, &operands[i], out_type, verb);
  }
  return WD_OK;
}

/* In which order literals have a say: decimals, integers, which adapt to
 * them, then texts, which adapt to all; -1: none. */
static int
literal_rank(const struct wd_expression *expression)
{
  if (!wd__is_soft(expression) || expression->literal.null)
    return -1;
  if (expression->type.id == WD_TYPE_DECIMAL)
    return 0;
  return expression->type.id == WD_TYPE_I64 ? 1 : 2;
}

/* Widens the type by one literal. */
static bool
widen(const struct wd_expression *literal, struct wd_type *type)
{
  struct wd_type timestamp = wd_type_timestamp(WD_UNIT_US, NULL);
  struct wd_type own = wd__literal_type(literal, type);
  struct wd_literal value;

  if (type->extension)
    return literal->type.id == WD_TYPE_STRING;
  if (type->id != WD_TYPE_NULL && type->id != WD_TYPE_DECIMAL &&
      wd_literal_convert(&literal->type, &literal->literal, type, &value))
    return true;
  if (type->id == WD_TYPE_DATE && literal->type.id == WD_TYPE_STRING &&
      wd_literal_convert(&literal->type, &literal->literal, &timestamp,
                         &value)) {
    *type = timestamp;
    return true;
  }
  if (literal->type.id == WD_TYPE_STRING && type->id == WD_TYPE_TIMESTAMP) {
    timestamp.timezone = type->timezone;
    *type = timestamp;
    return wd_literal_convert(&literal->type, &literal->literal, type, &value);
  }
  return wd_type_common(type, &own, type);
}

enum wd_status
wd__unify(struct typer *typer, uint32_t count, struct typed *operands,
          const char *verb)
{
  struct wd_type type;
  enum wd_status status = hard_type(typer, count, operands, verb, &type);

  for (int rank = 0; rank < 3 && status == WD_OK; rank++)
    for (uint32_t i = 0; i < count && status == WD_OK; i++)
      if (literal_rank(operands[i].expression) == rank &&
          !widen(operands[i].expression, &type))
        status = fail_common(typer, &operands[i], &type, verb);
  for (uint32_t i = 0; i < count && status == WD_OK; i++)
    status = wd__cast(typer, &operands[i], &type);
  return status;
}
