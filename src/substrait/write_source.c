/* Where rows come from: granted tables, and what the plan has itself. */
#include "lambda/lambda.h"
#include "substrait/writer.h"

static void
put_options(struct writer *w, const struct wd_plan_node *node)
{
  struct detail detail;
  size_t extension;

  if (node->read.option_count == 0)
    return;
  extension =
      wd_wire_begin(w->buf, WD_SS_ReadRel_NamedTable_advanced_extension);
  detail =
      wd__write_detail(w, WD_SS_AdvancedExtension_enhancement, "ReadOptions");
  for (uint32_t i = 0; i < node->read.option_count; i++) {
    const struct wd_option *from = &node->read.options[i];
    size_t option = wd_wire_begin(w->buf, WD_SS_wasidata_ReadOptions_options);

    wd_wire_text(w->buf, WD_SS_wasidata_ReadOptions_Option_name, from->name);
    wd_wire_text(w->buf, WD_SS_wasidata_ReadOptions_Option_value, from->value);
    wd_wire_end(w->buf, option);
  }
  wd__write_detail_end(w, &detail);
  wd_wire_end(w->buf, extension);
}

static void
put_table(struct writer *w, const struct wd_plan_node *node)
{
  size_t table = wd_wire_begin(w->buf, WD_SS_ReadRel_named_table);

  wd_wire_text(w->buf, WD_SS_ReadRel_NamedTable_names, node->read.name);
  put_options(w, node);
  wd_wire_end(w->buf, table);
}

static void
put_batch(struct writer *w, uint32_t field, const struct wd_batch *batch)
{
  size_t begun = wd_wire_begin(w->buf, field), node;

  wd__write_int(w, WD_SS_wasidata_Batch_rows, batch->rows);
  for (uint32_t i = 0; i < batch->node_count; i++) {
    node = wd_wire_begin(w->buf, WD_SS_wasidata_Batch_nodes);
    wd__write_int(w, WD_SS_wasidata_Batch_Node_length, batch->nodes[i].length);
    wd__write_int(w, WD_SS_wasidata_Batch_Node_null_count,
                  batch->nodes[i].null_count);
    wd_wire_end(w->buf, node);
  }
  for (uint32_t i = 0; i < batch->buffer_count; i++)
    wd_wire_bytes(w->buf, WD_SS_wasidata_Batch_buffers, batch->buffers[i].data,
                  batch->buffers[i].size);
  wd_wire_end(w->buf, begun);
}

static void
put_rows(void *to, const struct wd_batch *rows)
{
  put_batch(to, WD_SS_wasidata_Rows_batches, rows);
}

/* What is kept for the program, which the plan's reader has not. */
static void
put_stored(struct writer *w, const struct wd_plan_node *node)
{
  enum wd_status status;

  if (!w->options->stored) {
    wd__write_fail(w, WD_UNSUPPORTED,
                   "rows that are kept in a table of the program's own");
    return;
  }
  status = w->options->stored(w->options->env, node, put_rows, w, w->error);
  if (w->status == WD_OK)
    w->status = status;
}

static void
put_function(struct writer *w, const struct wd_plan_node *node)
{
  const struct wd_lambda *lambda = node->lambda.bound.lambda;
  const struct lambda_use use = {.lambda = node->lambda.bound.lambda,
                                 .role = WD_ROLE_TABLE,
                                 .closure = &node->lambda.closure};
  const uint8_t *hash = wd__write_use(w, &use);

  if (hash)
    wd_wire_bytes(w->buf, WD_SS_wasidata_TableFunction_lambda, hash,
                  sizeof(struct wd_hash));
  wd__write_int(w, WD_SS_wasidata_TableFunction_partitions, lambda->asked);
  wd__write_schema(w, WD_SS_wasidata_TableFunction_arguments, &lambda->input);
  for (uint32_t i = 0; i < lambda->constant_count; i++)
    put_batch(w, WD_SS_wasidata_TableFunction_values,
              &lambda->constants[i].value);
}

static void
put_own(struct writer *w, const struct wd_plan_node *node)
{
  static const char *const messages[] = {[WD_NODE_VALUES] = "Rows",
                                         [WD_NODE_RANGE] = "Range",
                                         [WD_NODE_GENERATE] = "TableFunction",
                                         [WD_NODE_CACHE] = "Rows"};
  size_t table = wd_wire_begin(w->buf, WD_SS_ReadRel_extension_table);
  struct detail detail = wd__write_detail(
      w, WD_SS_ReadRel_ExtensionTable_detail, messages[node->kind]);

  switch (node->kind) {
  case WD_NODE_VALUES:
    for (uint32_t i = 0; i < node->values.batch_count; i++)
      put_rows(w, &node->values.batches[i].batch);
    break;
  case WD_NODE_RANGE:
    wd__write_int(w, WD_SS_wasidata_Range_start, node->range.start);
    wd__write_int(w, WD_SS_wasidata_Range_end, node->range.end);
    wd__write_int(w, WD_SS_wasidata_Range_step, node->range.step);
    break;
  case WD_NODE_GENERATE:
    put_function(w, node);
    break;
  default:
    put_stored(w, node);
  }
  wd__write_detail_end(w, &detail);
  wd_wire_end(w->buf, table);
}

void
wd__write_source(struct writer *w, const struct wd_plan_node *node)
{
  size_t begun;

  if (node->kind == WD_NODE_VALUES && wd__write_values(w, node))
    return;
  begun = wd_wire_begin(w->buf, WD_SS_Rel_read);
  wd__write_common(w, 0, NULL);
  wd__write_schema(w, WD_SS_ReadRel_base_schema, &node->schema);
  if (node->kind == WD_NODE_READ)
    put_table(w, node);
  else
    put_own(w, node);
  wd_wire_end(w->buf, begun);
}
