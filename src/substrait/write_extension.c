/* Relations of our own: what is in a detail is in proto/wasi_data.proto. */
#include "lambda/lambda.h"
#include "substrait/writer.h"

struct detail
wd__write_detail(struct writer *w, uint32_t field, const char *message)
{
  struct detail detail;

  detail.any = wd_wire_begin(w->buf, field);
  wd_wire_text(w->buf, WD_SS_Any_type_url,
               wd_arena_printf(w->arena, WD_URL_OURS "%s", message));
  detail.value = wd_wire_begin(w->buf, WD_SS_Any_value);
  return detail;
}

void
wd__write_detail_end(struct writer *w, const struct detail *detail)
{
  wd_wire_end(w->buf, detail->value);
  wd_wire_end(w->buf, detail->any);
}

/* An ExtensionSingleRel up to what is in its detail. */
struct single {
  size_t relation;
  struct detail detail;
};

static struct single
begin_single(struct writer *w, const struct wd_plan_node *node,
             const char *message)
{
  struct single single;

  single.relation = wd_wire_begin(w->buf, WD_SS_Rel_extension_single);
  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_ExtensionSingleRel_input, node->left);
  single.detail = wd__write_detail(w, WD_SS_ExtensionSingleRel_detail, message);
  return single;
}

static struct single
begin_multi(struct writer *w, const struct wd_plan_node *node,
            const char *message)
{
  struct single single;

  single.relation = wd_wire_begin(w->buf, WD_SS_Rel_extension_multi);
  wd__write_common(w, 0, NULL);
  wd__write_relation(w, WD_SS_ExtensionMultiRel_inputs, node->left);
  wd__write_relation(w, WD_SS_ExtensionMultiRel_inputs, node->right);
  single.detail = wd__write_detail(w, WD_SS_ExtensionMultiRel_detail, message);
  return single;
}

static void
end(struct writer *w, const struct single *single)
{
  wd__write_detail_end(w, &single->detail);
  wd_wire_end(w->buf, single->relation);
}

static void
put_hash(struct writer *w, uint32_t field, const struct lambda_use *use)
{
  const uint8_t *hash = wd__write_use(w, use);

  if (hash)
    wd_wire_bytes(w->buf, field, hash, sizeof(struct wd_hash));
}

/* Which message a role's lambda is in; all have their fields alike. */
static const char *const messages[] = {
    [WD_ROLE_MAP] = "Map",          [WD_ROLE_FILTER] = "Filter",
    [WD_ROLE_FLAT_MAP] = "FlatMap", [WD_ROLE_PARTITION] = "MapPartitions",
    [WD_ROLE_GROUP] = "MapGroups",  [WD_ROLE_FOR_EACH] = "ForEachPartition",
};

static void
put_lambda(struct writer *w, const struct wd_plan_node *node)
{
  enum wd_role role = node->lambda.role;
  const struct lambda_use use = {.lambda = node->lambda.bound.lambda,
                                 .role = role,
                                 .closure = &node->lambda.closure};
  struct single single = begin_single(w, node, messages[role]);

  put_hash(w, WD_SS_wasidata_Map_lambda, &use);
  wd__write_schema(w, WD_SS_wasidata_Map_input, &node->left->schema);
  if (role != WD_ROLE_FILTER && role != WD_ROLE_FOR_EACH)
    wd__write_schema(w, WD_SS_wasidata_Map_output, &node->schema);
  if (role == WD_ROLE_GROUP)
    wd__write_numbers(w, WD_SS_wasidata_MapGroups_keys, node->lambda.key_count,
                      node->lambda.keys);
  end(w, &single);
}

static void
put_co_group(struct writer *w, const struct wd_plan_node *node)
{
  const struct lambda_use use = {.lambda = node->lambda.bound.lambda,
                                 .role = WD_ROLE_CO_GROUP,
                                 .closure = &node->lambda.closure};
  struct single multi = begin_multi(w, node, "CoMapGroups");

  put_hash(w, WD_SS_wasidata_CoMapGroups_lambda, &use);
  wd__write_schema(w, WD_SS_wasidata_CoMapGroups_left, &node->left->schema);
  wd__write_schema(w, WD_SS_wasidata_CoMapGroups_right, &node->right->schema);
  wd__write_schema(w, WD_SS_wasidata_CoMapGroups_output, &node->schema);
  wd__write_numbers(w, WD_SS_wasidata_CoMapGroups_left_keys,
                    node->lambda.key_count, node->lambda.keys);
  wd__write_numbers(w, WD_SS_wasidata_CoMapGroups_right_keys,
                    node->lambda.key_count, node->lambda.right_keys);
  for (uint32_t i = 0; i < node->lambda.key_count; i++)
    wd__write_type(w, WD_SS_wasidata_CoMapGroups_key_types,
                   &node->lambda.key_types[i], true, false);
  end(w, &multi);
}

static void
put_reduce(struct writer *w, const struct wd_plan_node *node)
{
  const struct wd_measure *measure = &node->aggregate.measures[0];
  const struct lambda_use use = {.lambda = measure->bound.lambda,
                                 .role = WD_ROLE_REDUCE,
                                 .closure = &measure->closure};
  struct single single = begin_single(w, node, "Reduce");

  put_hash(w, WD_SS_wasidata_Reduce_lambda, &use);
  wd__write_schema(w, WD_SS_wasidata_Reduce_input, &node->left->schema);
  for (uint32_t i = 0; i < node->aggregate.key_count; i++)
    wd__write_expression(w, WD_SS_wasidata_Reduce_keys,
                         node->aggregate.keys[i]);
  end(w, &single);
}

static void
put_sort(struct writer *w, const struct wd_plan_node *node)
{
  struct single single = begin_single(w, node, "SortWithinPartitions");

  for (uint32_t i = 0; i < node->sort.count; i++)
    wd__write_sort(w, WD_SS_wasidata_SortWithinPartitions_sorts,
                   node->sort.keys[i].expression, node->sort.keys[i].descending,
                   node->sort.keys[i].nulls_first);
  end(w, &single);
}

static void
put_sample(struct writer *w, const struct wd_plan_node *node)
{
  struct single single = begin_single(w, node, "Sample");

  wd_wire_double(w->buf, WD_SS_wasidata_Sample_fraction, node->sample.fraction);
  wd__write_int(w, WD_SS_wasidata_Sample_replacement, node->sample.replacement);
  wd__write_int(w, WD_SS_wasidata_Sample_seed, (int64_t)node->sample.seed);
  end(w, &single);
}

static void
put_explode(struct writer *w, const struct wd_plan_node *node)
{
  struct single single = begin_single(w, node, "Explode");

  wd__write_int(w, WD_SS_wasidata_Explode_column, node->explode.column);
  wd__write_int(w, WD_SS_wasidata_Explode_outer, node->explode.outer);
  wd__write_int(w, WD_SS_wasidata_Explode_position, node->explode.has_position);
  end(w, &single);
}

static void
put_as_of(struct writer *w, const struct wd_plan_node *node)
{
  struct single multi = begin_multi(w, node, "AsOfJoin");

  wd__write_expression(w, WD_SS_wasidata_AsOfJoin_condition,
                       node->join.condition);
  wd__write_int(w, WD_SS_wasidata_AsOfJoin_left,
                node->join.kind == WD_JOIN_AS_OF_LEFT);
  end(w, &multi);
}

void
wd__write_extension(struct writer *w, const struct wd_plan_node *node)
{
  struct single single;

  switch (node->kind) {
  case WD_NODE_LAMBDA:
    put_lambda(w, node);
    return;
  case WD_NODE_CO_GROUP:
    put_co_group(w, node);
    return;
  case WD_NODE_AGGREGATE:
    put_reduce(w, node);
    return;
  case WD_NODE_SORT_WITHIN:
    put_sort(w, node);
    return;
  case WD_NODE_DISTINCT:
    single = begin_single(w, node, "Distinct");
    wd__write_numbers(w, WD_SS_wasidata_Distinct_columns, node->distinct.count,
                      node->distinct.columns);
    end(w, &single);
    return;
  case WD_NODE_SAMPLE:
    put_sample(w, node);
    return;
  case WD_NODE_ROW_INDEX:
    single = begin_single(w, node, "RowIndex");
    end(w, &single);
    return;
  case WD_NODE_EXPLODE:
    put_explode(w, node);
    return;
  case WD_NODE_ZIP:
    single = begin_multi(w, node, "Zip");
    end(w, &single);
    return;
  case WD_NODE_JOIN:
    put_as_of(w, node);
    return;
  case WD_NODE_SQL:
    wd__write_sql(w, node);
    return;
  default:
    wd__write_fail(w, WD_INTERNAL, "an operation that has no form");
  }
}
