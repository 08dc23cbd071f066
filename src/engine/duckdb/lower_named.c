/* Calls of functions that the program registered. */
#include "engine/duckdb/functions.h"
#include "engine/duckdb/lower_writer.h"

/* The function of a call that the text has already: an operand may stand in it
 * several times. */
static const struct wd_duck_call *
find_call(const struct wd_query *query, const struct wd_lambda *lambda)
{
  const struct wd_duck_call *call = query ? query->calls : NULL;

  while (call && call->lambda != lambda)
    call = call->next;
  return call;
}

static enum wd_status
take_call(const struct writer *writer, const struct wd_named_call *named,
          const char **out_name)
{
  const struct wd_duck_call *there =
      find_call(writer->lowering->query, named->bound.lambda);
  struct wd_duck_call *call;
  enum wd_status status;

  if (there) {
    *out_name = there->slot->name;
    return WD_OK;
  }
  status = wd_duck_lower_lambda(writer->lowering, WD_DUCK_MAP,
                                named->bound.lambda, false, &call, out_name);
  if (status == WD_OK && call)
    call->strict = named->bound.strict;
  return status;
}

/* Arguments that a strict function does not look at make it null too.
 * *out_guarded: a CASE was begun for them. */
static enum wd_status
write_guard(const struct writer *writer, const struct wd_expression *call,
            bool *out_guarded)
{
  enum wd_status status = WD_OK;

  *out_guarded = false;
  for (uint32_t i = 0; status == WD_OK && i < call->argument_count; i++) {
    if (!call->named->bound.strict || !call->arguments[i]->nullable ||
        wd_bound_wants(&call->named->bound, i))
      continue;
    wd_buf_puts(writer->buf, *out_guarded ? " AND (" : "CASE WHEN (");
    *out_guarded = true;
    status = wd__write_expression(writer, call->arguments[i]);
    wd_buf_puts(writer->buf, ") IS NOT NULL");
  }
  wd_buf_puts(writer->buf, *out_guarded ? " THEN " : "");
  return status;
}

enum wd_status
wd__write_named(const struct writer *writer, const struct wd_expression *call)
{
  const struct wd_bound *bound = &call->named->bound;
  uint32_t wanted =
      bound->all_columns ? call->argument_count : bound->column_count;
  const char *name = "";
  bool guarded;
  enum wd_status status = write_guard(writer, call, &guarded);

  if (status == WD_OK)
    status = take_call(writer, call->named, &name);
  wd_buf_printf(writer->buf, "%s(", name);
  for (uint32_t i = 0; status == WD_OK && i < wanted; i++) {
    wd_buf_puts(writer->buf, i ? ", " : "");
    status = wd__write_expression(
        writer, call->arguments[bound->all_columns ? i : bound->columns[i]]);
  }
  wd_buf_puts(writer->buf, guarded ? ") END" : ")");
  return status;
}
