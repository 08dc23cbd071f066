/* sample, with-row-index, zip-with, unpivot: what changes which rows there
 * are, or adds to each. */
#include <string.h>

#include "plan/coerce.h"
#include "plan/planner.h"

static enum wd_status
make_sample(struct planner *planner, const struct wd_relation *relation,
            struct wd_plan_node *node)
{
  double fraction = relation->sample.fraction;
  double most = relation->sample.replacement ? WD_SAMPLE_FRACTION_MAX : 1.0;

  if (!(fraction >= 0 && fraction <= most))
    return wd_fail(planner->error, WD_INVALID_ARGUMENT,
                   "the fraction of a sample is %g; it must be between 0 and "
                   "%g%s",
                   fraction, most,
                   relation->sample.replacement ? "" : " without replacement");
  node->sample.fraction = fraction;
  node->sample.replacement = relation->sample.replacement;
  node->sample.seed = relation->sample.seed;
  return WD_OK;
}

static enum wd_status
fail_taken(struct planner *planner, const char *what, const char *name)
{
  char clean[128];

  wd_text_clean(clean, sizeof clean, name, strlen(name));
  return wd_fail(planner->error, WD_INVALID_PLAN,
                 "%s cannot be called '%s': there is a column of that name",
                 what, clean);
}

static enum wd_status
make_row_index(struct planner *planner, const struct wd_relation *relation,
               struct wd_plan_node *node)
{
  struct wd_column *index = wd_arena_alloc(planner->arena, sizeof *index);
  const struct wd_schema right = {1, index};
  enum wd_status status =
      wd__plan_check_width(planner, (uint64_t)node->left->schema.count + 1);

  if (status != WD_OK)
    return status;
  if (!index)
    return wd_fail_memory(planner->error);
  if (wd__plan_has_name(&node->left->schema, relation->row_index))
    return fail_taken(planner, "the row index", relation->row_index);
  index->name = relation->row_index;
  index->type = wd_type_of(WD_TYPE_I64);
  return wd_schema_concat(&node->left->schema, &right, planner->arena,
                          &node->schema, planner->error);
}

static enum wd_status
make_zip(struct planner *planner, struct wd_plan_node *node)
{
  const struct wd_schema *left = &node->left->schema;
  const struct wd_schema *right = &node->right->schema;
  enum wd_status status =
      wd__plan_check_width(planner, (uint64_t)left->count + right->count);

  return status == WD_OK ? wd_schema_concat(left, right, planner->arena,
                                            &node->schema, planner->error)
                         : status;
}

enum wd_status
wd__plan_rows(struct planner *planner, const struct wd_relation *relation,
              const struct wd_plan_node *left, const struct wd_plan_node *right,
              const struct wd_plan_node **out_node)
{
  enum wd_node_kind kind = relation->kind == WD_REL_SAMPLE ? WD_NODE_SAMPLE
                           : relation->kind == WD_REL_ZIP  ? WD_NODE_ZIP
                                                           : WD_NODE_ROW_INDEX;
  struct wd_plan_node *node;
  enum wd_status status = wd__plan_node(planner, kind, left, right, &node);

  if (status != WD_OK)
    return status;
  *out_node = node;
  if (kind == WD_NODE_SAMPLE)
    return make_sample(planner, relation, node);
  if (kind == WD_NODE_ZIP)
    return make_zip(planner, node);
  return make_row_index(planner, relation, node);
}

struct unpivot {
  struct planner *planner;
  const struct wd_relation *relation;
  const struct wd_schema *input;
  uint32_t *columns;     /* that become rows */
  bool *taken;           /* of the input's columns, which those are */
  struct wd_column pair; /* of the values: type, and whether null */
};

static enum wd_status
find_columns(struct unpivot *unpivot)
{
  struct planner *planner = unpivot->planner;
  uint32_t count = unpivot->relation->unpivot.count;
  enum wd_status status = WD_OK;

  unpivot->columns =
      wd_arena_array(planner->arena, count, sizeof *unpivot->columns);
  unpivot->taken = wd_arena_array(planner->arena, unpivot->input->count,
                                  sizeof *unpivot->taken);
  if (!unpivot->columns || !unpivot->taken)
    return wd_fail_memory(planner->error);
  if (count == 0)
    return wd_fail(planner->error, WD_INVALID_PLAN,
                   "unpivot needs at least one column");
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    const char *name = unpivot->relation->unpivot.columns[i];
    uint32_t *column = &unpivot->columns[i];

    status = wd__plan_find(planner, unpivot->input, "unpivot", name, column);
    if (status == WD_OK && unpivot->taken[*column])
      status = wd_fail(planner->error, WD_INVALID_PLAN,
                       "unpivot names the column '%.100s' twice", name);
    if (status == WD_OK)
      unpivot->taken[*column] = true;
  }
  return status;
}

static enum wd_status
find_type(struct unpivot *unpivot)
{
  unpivot->pair.type = wd_type_of(WD_TYPE_NULL);
  for (uint32_t i = 0; i < unpivot->relation->unpivot.count; i++) {
    const struct wd_column *column =
        &unpivot->input->columns[unpivot->columns[i]];
    struct wd_type before = unpivot->pair.type;
    char a[96], b[96];

    unpivot->pair.nullable = unpivot->pair.nullable || column->nullable;
    if (!wd_type_common(&before, &column->type, &unpivot->pair.type))
      return wd_fail(unpivot->planner->error, WD_TYPE_MISMATCH,
                     "unpivot of %s and %s in the column '%.100s'; cast one of "
                     "them in a select before",
                     wd_type_text(&before, a, sizeof a),
                     wd_type_text(&column->type, b, sizeof b), column->name);
  }
  return WD_OK;
}

/* Kept columns, then the name's and the value's. */
static enum wd_status
unpivot_schema(const struct unpivot *unpivot, struct wd_schema *out_schema)
{
  const struct wd_relation *relation = unpivot->relation;
  uint32_t count = unpivot->input->count - relation->unpivot.count, at = 0;
  struct wd_column *columns = wd_arena_array(
      unpivot->planner->arena, (size_t)count + 2, sizeof *columns);
  enum wd_status status =
      wd__plan_check_width(unpivot->planner, (uint64_t)count + 2);

  if (status != WD_OK)
    return status;
  if (!columns)
    return wd_fail_memory(unpivot->planner->error);
  for (uint32_t i = 0; i < unpivot->input->count; i++)
    if (!unpivot->taken[i])
      columns[at++] = unpivot->input->columns[i];
  *out_schema = (struct wd_schema){count, columns};
  if (wd__plan_has_name(out_schema, relation->unpivot.name))
    return fail_taken(unpivot->planner, "the column of names",
                      relation->unpivot.name);
  columns[at++] = (struct wd_column){.name = relation->unpivot.name,
                                     .type = wd_type_of(WD_TYPE_STRING)};
  out_schema->count++;
  if (wd__plan_has_name(out_schema, relation->unpivot.value))
    return fail_taken(unpivot->planner, "the column of values",
                      relation->unpivot.value);
  columns[at] = unpivot->pair;
  columns[at].name = relation->unpivot.value;
  out_schema->count++;
  return WD_OK;
}

/* The column's name, and its value as what all have in common. */
static enum wd_status
unpivot_row(const struct unpivot *unpivot, uint32_t column,
            const struct wd_expression **out)
{
  struct planner *planner = unpivot->planner;
  enum wd_status status =
      wd_expression_make_text(unpivot->input->columns[column].name,
                              planner->arena, &out[0], planner->error);

  if (status == WD_OK)
    status = wd_expression_make_column(unpivot->input, column, planner->arena,
                                       &out[1], planner->error);
  if (status != WD_OK)
    return status;
  return wd_expression_make_cast(out[1], &unpivot->pair.type, planner->arena,
                                 &out[1], planner->error);
}

static enum wd_status
unpivot_rows(const struct unpivot *unpivot, struct wd_plan_node *node)
{
  struct planner *planner = unpivot->planner;
  uint32_t rows = unpivot->relation->unpivot.count, count = 0;
  const struct wd_expression **expressions =
      wd_arena_array(planner->arena, (size_t)rows * 2, sizeof *expressions);
  uint32_t *kept =
      wd_arena_array(planner->arena, unpivot->input->count, sizeof *kept);
  enum wd_status status = WD_OK;

  if (!expressions || !kept)
    return wd_fail_memory(planner->error);
  for (uint32_t i = 0; i < unpivot->input->count; i++)
    if (!unpivot->taken[i])
      kept[count++] = i;
  for (uint32_t i = 0; i < rows && status == WD_OK; i++)
    status =
        unpivot_row(unpivot, unpivot->columns[i], expressions + (size_t)i * 2);
  node->expand.kept_count = count;
  node->expand.kept = kept;
  node->expand.row_count = rows;
  node->expand.expressions = expressions;
  return status;
}

enum wd_status
wd__plan_unpivot(struct planner *planner, const struct wd_relation *relation,
                 const struct wd_plan_node *input,
                 const struct wd_plan_node **out_node)
{
  struct unpivot unpivot = {
      .planner = planner, .relation = relation, .input = &input->schema};
  struct wd_plan_node *node;
  enum wd_status status =
      wd__plan_node(planner, WD_NODE_EXPAND, input, NULL, &node);

  if (status == WD_OK)
    status = find_columns(&unpivot);
  if (status == WD_OK)
    status = find_type(&unpivot);
  if (status == WD_OK)
    status = unpivot_schema(&unpivot, &node->schema);
  if (status != WD_OK)
    return status;
  *out_node = node;
  return unpivot_rows(&unpivot, node);
}
