/* Templates of calls, for engines that are given SQL: text in which `$` is the
 * next operand, `$1` the first (and so on), `@` the operands that are left,
 * each after a comma. Several with `;` between are for each number of operands
 * one, from the least on; the last is for all that are more. */
#ifndef WD_ENGINE_TEMPLATE_H
#define WD_ENGINE_TEMPLATE_H

#include "base/buf.h"
#include "plan/expression.h"

/* Appends an operand of the call: `index` is below argument_count. */
typedef enum wd_status
wd_template_operand(const void *env, const struct wd_expression *call,
                    uint32_t index, struct wd_buf *buf);

/* The template for as many operands as the call has, which end it. */
const char *
wd_template_for(const char *templates, const struct wd_expression *call);

/* Appends the template up to its end. WD_INVALID_PLAN: the call has fewer
 * operands. */
enum wd_status
wd_template_write(const char *template, const struct wd_expression *call,
                  wd_template_operand *operand, const void *env,
                  struct wd_buf *buf, struct wd_error *error);

#endif
