#include "engine/template.h"

#include <string.h>

#include "plan/function.h"

const char *
wd_template_for(const char *templates, const struct wd_expression *call)
{
  uint32_t least, most;

  wd_function_arity(call->function, &least, &most);
  for (; least < call->argument_count && strchr(templates, ';'); least++)
    templates = strchr(templates, ';') + 1;
  return templates;
}

struct writing {
  const struct wd_expression *call;
  wd_template_operand *operand;
  const void *env;
  struct wd_buf *buf;
  struct wd_error *error;
};

static enum wd_status
write_operand(const struct writing *to, uint32_t index)
{
  if (index < to->call->argument_count)
    return to->operand(to->env, to->call, index, to->buf);
  return wd_fail(to->error, WD_INVALID_PLAN,
                 "the function %s has too few operands",
                 wd_function_name(to->call->function));
}

enum wd_status
wd_template_write(const char *template, const struct wd_expression *call,
                  wd_template_operand *operand, const void *env,
                  struct wd_buf *buf, struct wd_error *error)
{
  const struct writing to = {call, operand, env, buf, error};
  uint32_t next = 0;
  enum wd_status status = WD_OK;

  for (; status == WD_OK && *template && *template != ';'; template ++) {
    if (*template == '$') {
      /* All of none. */
      if (template[1] == '@' && next == 0 && call->argument_count == 0)
        continue;
      if (template[1] >= '1' && template[1] <= '9')
        next = (uint32_t)(*++template - '1');
      status = write_operand(&to, next++);
    } else if (*template == '@') {
      while (status == WD_OK && next < call->argument_count) {
        wd_buf_puts(buf, ", ");
        status = write_operand(&to, next++);
      }
    } else {
      wd_buf_putc(buf, *template);
    }
  }
  return status;
}
