#include "engine/spark/lower_bits.h"

#include <stdio.h>

#include "plan/coerce.h"

#define ALL "CAST('18446744073709551615' AS DECIMAL(20,0))"
#define PAST "CAST('18446744073709551616' AS DECIMAL(20,0))"
#define HALF "CAST('9223372036854775808' AS DECIMAL(20,0))"
#define BITS(x)                                                                \
  "CASE WHEN " x " < " HALF " THEN CAST(" x " AS BIGINT) ELSE CAST(" x         \
  " - " PAST " AS BIGINT) END"

bool
wd_spark_is_bitwise(enum wd_function function)
{
  switch (function) {
  case WD_FN_BITWISE_AND:
  case WD_FN_BITWISE_OR:
  case WD_FN_BITWISE_XOR:
  case WD_FN_BITWISE_NOT:
  case WD_FN_SHIFT_LEFT:
  case WD_FN_SHIFT_RIGHT:
  case WD_FN_SHIFT_RIGHT_UNSIGNED:
  case WD_FN_BIT_COUNT:
    return true;
  default:
    return false;
  }
}

void
wd_spark_begin_bits(struct wd_buf *buf)
{
  wd_buf_puts(buf, "transform(array(");
}

void
wd_spark_end_bits(struct wd_buf *buf)
{
  wd_buf_puts(buf, "), v -> CAST(CASE WHEN v < 0 THEN v + " PAST
                   " ELSE v END AS DECIMAL(20,0)))[0]");
}

enum wd_status
wd_spark_write_bits(struct wd_spark_lowering *lowering,
                    const struct wd_expression *operand, struct wd_buf *buf)
{
  const struct wd_expression call = {.kind = WD_EXPR_CALL,
                                     .type = operand->type,
                                     .argument_count = 1,
                                     .arguments = &operand};

  return wd_spark_write_template(lowering, BITS("$1"), &call, buf);
}

/* ---- u64 ----------------------------------------------------------------- */

static enum wd_status
write_longest(struct wd_spark_lowering *lowering,
              const struct wd_expression *call, struct wd_buf *buf)
{
  const char *template;
  enum wd_status status;

  switch (call->function) {
  case WD_FN_BITWISE_AND:
    template = BITS("$1") " & " BITS("$2");
    break;
  case WD_FN_BITWISE_OR:
    template = BITS("$1") " | " BITS("$2");
    break;
  case WD_FN_BITWISE_XOR:
    template = BITS("$1") " ^ " BITS("$2");
    break;
  case WD_FN_SHIFT_LEFT:
    template = "shiftleft(" BITS("$1") ", $2)";
    break;
  case WD_FN_SHIFT_RIGHT:
  case WD_FN_SHIFT_RIGHT_UNSIGNED:
    template = "shiftrightunsigned(" BITS("$1") ", $2)";
    break;
  case WD_FN_BIT_COUNT:
    return wd_spark_write_template(lowering, "bit_count(" BITS("$1") ")", call,
                                   buf);
  default:
    return wd_spark_write_template(lowering, "(" ALL " - $1)", call, buf);
  }
  wd_spark_begin_bits(buf);
  status = wd_spark_write_template(lowering, template, call, buf);
  wd_spark_end_bits(buf);
  return status;
}

/* ---- Fewer bits ---------------------------------------------------------- */

/* All bits of an integer that is narrower than a BIGINT. */
static long long
all_bits(const struct wd_type *type)
{
  switch (wd_type_width(type)) {
  case 1:
    return UINT8_MAX;
  case 2:
    return UINT16_MAX;
  default:
    return UINT32_MAX;
  }
}

/* Shifts are circular in their count; what is shifted out is gone. */
static enum wd_status
write_shift(struct wd_spark_lowering *lowering,
            const struct wd_expression *call, struct wd_buf *buf)
{
  uint32_t bits = 8 * wd_type_width(&call->type);
  long long mask = all_bits(&call->type);
  long long half = wd_type_is_unsigned(&call->type) ? 0 : mask / 2 + 1;
  char template[256];

  if (call->function == WD_FN_SHIFT_RIGHT)
    snprintf(template, sizeof template,
             "shiftright(CAST($1 AS BIGINT), CAST(pmod($2, %u) AS INT))", bits);
  else
    snprintf(template, sizeof template,
             "(((%s(CAST($1 AS BIGINT) & %lldL, CAST(pmod($2, %u) AS INT)) & "
             "%lldL) ^ %lldL) - %lldL)",
             call->function == WD_FN_SHIFT_LEFT ? "shiftleft" : "shiftright",
             mask, bits, mask, half, half);
  return wd_spark_write_template(lowering, template, call, buf);
}

static enum wd_status
write_count(struct wd_spark_lowering *lowering,
            const struct wd_expression *call, struct wd_buf *buf)
{
  char template[64];

  snprintf(template, sizeof template, "bit_count(CAST($ AS BIGINT) & %lldL)",
           all_bits(&call->arguments[0]->type));
  return wd_spark_write_template(lowering, template, call, buf);
}

static enum wd_status
write_not(struct wd_spark_lowering *lowering, const struct wd_expression *call,
          struct wd_buf *buf)
{
  char template[64];

  if (!wd_type_is_unsigned(&call->type))
    return wd_spark_write_template(lowering, "(~ $)", call, buf);
  snprintf(template, sizeof template, "(%lldL - $)", all_bits(&call->type));
  return wd_spark_write_template(lowering, template, call, buf);
}

static const char *
shift_name(enum wd_function function)
{
  return function == WD_FN_SHIFT_LEFT    ? "shiftleft($, $)"
         : function == WD_FN_SHIFT_RIGHT ? "shiftright($, $)"
                                         : "shiftrightunsigned($, $)";
}

enum wd_status
wd_spark_write_bitwise(struct wd_spark_lowering *lowering,
                       const struct wd_expression *call, struct wd_buf *buf)
{
  const struct wd_type *type = &call->arguments[0]->type;

  if (type->id == WD_TYPE_U64)
    return write_longest(lowering, call, buf);
  switch (call->function) {
  case WD_FN_BITWISE_AND:
    return wd_spark_write_template(lowering, "($ & $)", call, buf);
  case WD_FN_BITWISE_OR:
    return wd_spark_write_template(lowering, "($ | $)", call, buf);
  case WD_FN_BITWISE_XOR:
    return wd_spark_write_template(lowering, "($ ^ $)", call, buf);
  case WD_FN_BITWISE_NOT:
    return write_not(lowering, call, buf);
  case WD_FN_BIT_COUNT:
    return type->id == WD_TYPE_I64
               ? wd_spark_write_template(lowering, "bit_count($)", call, buf)
               : write_count(lowering, call, buf);
  default:
    break;
  }
  if (type->id == WD_TYPE_I32 || type->id == WD_TYPE_I64)
    return wd_spark_write_template(lowering, shift_name(call->function), call,
                                   buf);
  return write_shift(lowering, call, buf);
}
