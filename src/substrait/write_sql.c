/* Queries in an engine's SQL, as the message Sql: the text as it was given, its
 * tables as inputs. */
#include "plan/sql.h"
#include "substrait/writer.h"

static void
put_parts(struct writer *w, const struct wd_plan_node *node)
{
  const struct wd_sql *sql = node->sql;
  size_t part;

  wd_wire_text(w->buf, WD_SS_wasidata_Sql_dialect, sql->dialect);
  wd_wire_bytes(w->buf, WD_SS_wasidata_Sql_text, sql->text, sql->length);
  for (uint32_t i = 0; i < sql->input_count; i++) {
    part = wd_wire_begin(w->buf, WD_SS_wasidata_Sql_inputs);
    wd_wire_text(w->buf, WD_SS_wasidata_Sql_Input_name, sql->inputs[i].name);
    wd__write_schema(w, WD_SS_wasidata_Sql_Input_columns,
                     &sql->inputs[i].node->schema);
    wd_wire_end(w->buf, part);
  }
  wd__write_schema(w, WD_SS_wasidata_Sql_output, &node->schema);
  for (uint32_t i = 0; i < sql->parameter_count; i++) {
    part = wd_wire_begin(w->buf, WD_SS_wasidata_Sql_parameters);
    wd_wire_text(w->buf, WD_SS_wasidata_Sql_Parameter_name,
                 sql->parameters[i].name);
    wd__write_expression(w, WD_SS_wasidata_Sql_Parameter_value,
                         sql->parameters[i].value);
    wd_wire_end(w->buf, part);
  }
}

static void
put_table(struct writer *w, const struct wd_plan_node *node)
{
  size_t read = wd_wire_begin(w->buf, WD_SS_Rel_read), table;
  struct detail detail;

  wd__write_common(w, 0, NULL);
  wd__write_schema(w, WD_SS_ReadRel_base_schema, &node->schema);
  table = wd_wire_begin(w->buf, WD_SS_ReadRel_extension_table);
  detail = wd__write_detail(w, WD_SS_ReadRel_ExtensionTable_detail, "Sql");
  put_parts(w, node);
  wd__write_detail_end(w, &detail);
  wd_wire_end(w->buf, table);
  wd_wire_end(w->buf, read);
}

void
wd__write_sql(struct writer *w, const struct wd_plan_node *node)
{
  const struct wd_sql *sql = node->sql;
  struct detail detail;
  size_t multi;

  if (sql->calls_program || !sql->dialect) {
    wd__write_fail(w, WD_UNSUPPORTED,
                   "a query in SQL that calls functions of the program: its "
                   "text names them, and a plan has no names for lambdas");
    return;
  }
  if (sql->input_count == 0) {
    put_table(w, node);
    return;
  }
  multi = wd_wire_begin(w->buf, WD_SS_Rel_extension_multi);
  wd__write_common(w, 0, NULL);
  for (uint32_t i = 0; i < sql->input_count; i++)
    wd__write_relation(w, WD_SS_ExtensionMultiRel_inputs, sql->inputs[i].node);
  detail = wd__write_detail(w, WD_SS_ExtensionMultiRel_detail, "Sql");
  put_parts(w, node);
  wd__write_detail_end(w, &detail);
  wd_wire_end(w->buf, multi);
}
