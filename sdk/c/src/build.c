/* Building plans: one call of the host for each function. */
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "internal.h"

#define TEXT(s) (s), (uint32_t)strlen(s)

static wd_dataset
dataset(const struct result_handle *result, struct wd__node *left,
        struct wd__node *right)
{
  struct wd__node *inputs[] = {left, right};
  uint32_t count = (left != NULL) + (right != NULL);
  return (wd_dataset){wd__node_new(result, false, inputs, count, NULL)};
}

static wd_grouped
grouped(const struct result_handle *result, struct wd__node *from)
{
  return (wd_grouped){wd__node_new(result, true, &from, 1, NULL)};
}

/* ---- Sources */

wd_dataset
wd_read(const char *name)
{
  return wd_read_list(name, NULL);
}

wd_dataset
wd_read_list(const char *name, const char *const *options)
{
  struct result_handle result;
  struct wire_list pairs;
  wd__begin();
  if (!wd__pairs(options, &pairs))
    return (wd_dataset){NULL};
  abi_read(TEXT(name), pairs.data, pairs.count, &result);
  return dataset(&result, NULL, NULL);
}

wd_dataset
wd_create(wd_rows *rows)
{
  struct result_handle result;
  if (!rows)
    return (wd_dataset){NULL};
  wd__begin();
  struct wire_list fields =
      wd__schema_to_wire(&wd__scratch, &rows->schema->schema);
  struct wire_batch batch = wd__rows_to_wire(rows);
  abi_create(fields.data, fields.count, &batch, 1, &result);
  wd_rows_free(rows);
  return dataset(&result, NULL, NULL);
}

wd_dataset
wd_range(int64_t start, int64_t end, int64_t step)
{
  struct result_handle result;
  wd__begin();
  abi_range(start, end, step, &result);
  return dataset(&result, NULL, NULL);
}

/* A data set made from named inputs. */
static wd_dataset
from_inputs(const struct result_handle *result, uint32_t count,
            const wd_dataset *inputs)
{
  struct wd__node **nodes = wd__arena_take(&wd__scratch, count * sizeof *nodes);
  for (uint32_t i = 0; i < count; i++)
    nodes[i] = inputs[i].id;
  return (wd_dataset){wd__node_new(result, false, nodes, count, NULL)};
}

wd_dataset
wd_sql(const char *text, const char *dialect, const char *const *names,
       const wd_dataset *inputs)
{
  return wd_sql_with(text, dialect, names, inputs, NULL);
}

wd_dataset
wd_sql_with(const char *text, const char *dialect, const char *const *names,
            const wd_dataset *inputs, wd_rows *row)
{
  struct result_handle result;
  struct wire_list fields = {NULL, 0};
  struct wire_batch batch = {0};
  wd__begin();
  struct wire_list list = wd__inputs(names, inputs);
  if (list.count == UINT32_MAX) {
    wd_rows_free(row);
    return (wd_dataset){NULL};
  }
  if (row) {
    fields = wd__schema_to_wire(&wd__scratch, &row->schema->schema);
    batch = wd__rows_to_wire(row);
  }
  abi_sql(TEXT(text), TEXT(dialect), list.data, list.count, row != NULL,
          fields.data, fields.count, batch.rows, batch.nodes, batch.node_count,
          batch.buffers, batch.buffer_count, &result);
  wd_rows_free(row);
  return from_inputs(&result, list.count, inputs);
}

wd_dataset
wd_from_plan(const void *plan, size_t size, const char *const *names,
             const wd_dataset *inputs)
{
  struct result_handle result;
  wd__begin();
  struct wire_list list = wd__inputs(names, inputs);
  if (list.count == UINT32_MAX)
    return (wd_dataset){NULL};
  abi_from_plan(plan, (uint32_t)size, list.data, list.count, &result);
  return from_inputs(&result, list.count, inputs);
}

/* ---- One list of strings */

typedef void
list_method(handle self, address items, uint32_t count,
            struct result_handle *out);

static wd_dataset
with_strings(list_method *method, wd_dataset from, const char *const *list)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  struct wire_list strings = wd__strings(list);
  method(from.id->handle, strings.data, strings.count, &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_select_list(wd_dataset from, const char *const *expressions)
{
  return with_strings(abi_select, from, expressions);
}

wd_dataset
wd_drop_columns_list(wd_dataset from, const char *const *names)
{
  return with_strings(abi_drop_columns, from, names);
}

wd_dataset
wd_distinct_list(wd_dataset from, const char *const *columns)
{
  return with_strings(abi_distinct, from, columns);
}

wd_dataset
wd_describe_list(wd_dataset from, const char *const *columns)
{
  return with_strings(abi_describe, from, columns);
}

static wd_grouped
group_with(list_method *method, wd_dataset from, const char *const *keys)
{
  struct result_handle result;
  if (!from.id)
    return (wd_grouped){NULL};
  wd__begin();
  struct wire_list strings = wd__strings(keys);
  method(from.id->handle, strings.data, strings.count, &result);
  return grouped(&result, from.id);
}

wd_grouped
wd_group_by_list(wd_dataset from, const char *const *keys)
{
  return group_with(abi_group_by, from, keys);
}

wd_grouped
wd_rollup_list(wd_dataset from, const char *const *keys)
{
  return group_with(abi_rollup, from, keys);
}

wd_grouped
wd_cube_list(wd_dataset from, const char *const *keys)
{
  return group_with(abi_cube, from, keys);
}

wd_grouped
wd_grouping_sets(wd_dataset from, const char *const *keys,
                 const wd_key_set *sets, size_t count)
{
  struct result_handle result;
  if (!from.id)
    return (wd_grouped){NULL};
  wd__begin();
  struct wire_list strings = wd__strings(keys);
  abi_grouping_sets(from.id->handle, strings.data, strings.count, sets,
                    (uint32_t)count, &result);
  return grouped(&result, from.id);
}

wd_dataset
wd_rename_list(wd_dataset from, const char *const *names)
{
  struct result_handle result;
  struct wire_list pairs;
  wd__begin();
  if (!from.id || !wd__pairs(names, &pairs))
    return (wd_dataset){NULL};
  abi_rename(from.id->handle, pairs.data, pairs.count, &result);
  return dataset(&result, from.id, NULL);
}

/* ---- Sorting */

/* Cuts a word off the end of a key; false when it is not there, or is all. */
static bool
cut(wd_str *key, const char *word)
{
  uint32_t size = (uint32_t)strlen(word);
  uint32_t end = key->size;
  while (end && isspace((unsigned char)key->data[end - 1]))
    end--;
  if (end <= size || !isspace((unsigned char)key->data[end - size - 1]) ||
      strncasecmp(key->data + end - size, word, size) != 0)
    return false;
  key->size = end - size;
  return true;
}

static struct wire_sort_key
sort_key(const char *text)
{
  struct wire_sort_key key = {.expression = wd_str_of(text)};
  wd_str rest = key.expression;
  if (cut(&rest, "first") && cut(&rest, "nulls")) {
    key.nulls_first = true;
    key.expression = rest;
  }
  rest = key.expression;
  if (cut(&rest, "last") && cut(&rest, "nulls"))
    key.expression = rest;
  if (cut(&key.expression, "desc"))
    key.descending = true;
  else
    cut(&key.expression, "asc");
  while (key.expression.size &&
         isspace((unsigned char)key.expression.data[key.expression.size - 1]))
    key.expression.size--;
  return key;
}

static wd_dataset
sort_with(list_method *method, wd_dataset from, const char *const *list)
{
  struct result_handle result;
  uint32_t count = 0;
  if (!from.id)
    return from;
  wd__begin();
  while (list[count])
    count++;
  struct wire_sort_key *keys =
      wd__arena_take(&wd__scratch, count * sizeof *keys);
  for (uint32_t i = 0; i < count; i++)
    keys[i] = sort_key(list[i]);
  method(from.id->handle, keys, count, &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_sort_list(wd_dataset from, const char *const *keys)
{
  return sort_with(abi_sort, from, keys);
}

wd_dataset
wd_sort_within_partitions_list(wd_dataset from, const char *const *keys)
{
  return sort_with(abi_sort_within, from, keys);
}

/* ---- The others, in the header's order */

wd_dataset
wd_with_column(wd_dataset from, const char *name, const char *expression)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_with_column(from.id->handle, TEXT(name), TEXT(expression), &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_with_parameters(wd_dataset from, wd_rows *row)
{
  struct result_handle result;
  if (!row || !from.id) {
    wd_rows_free(row);
    return (wd_dataset){NULL};
  }
  wd__begin();
  struct wire_list fields =
      wd__schema_to_wire(&wd__scratch, &row->schema->schema);
  struct wire_batch batch = wd__rows_to_wire(row);
  abi_with_parameters(from.id->handle, fields.data, fields.count, batch.rows,
                      batch.nodes, batch.node_count, batch.buffers,
                      batch.buffer_count, &result);
  wd_rows_free(row);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_filter(wd_dataset from, const char *predicate)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_filter(from.id->handle, TEXT(predicate), &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_limit(wd_dataset from, uint64_t count)
{
  return wd_slice(from, 0, count);
}

wd_dataset
wd_slice(wd_dataset from, uint64_t offset, uint64_t count)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_limit(from.id->handle, count, offset, &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_sample(wd_dataset from, double fraction, bool replacement, uint64_t seed)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_sample(from.id->handle, fraction, replacement, seed, &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_join(wd_dataset left, wd_dataset right, enum wd_join_kind kind,
        const char *condition)
{
  struct result_handle result;
  if (!left.id || !right.id)
    return (wd_dataset){NULL};
  wd__begin();
  abi_join(left.id->handle, right.id->handle, kind, 0, TEXT(condition),
           &result);
  return dataset(&result, left.id, right.id);
}

wd_dataset
wd_join_using_list(wd_dataset left, wd_dataset right, enum wd_join_kind kind,
                   const char *const *columns)
{
  struct result_handle result;
  if (!left.id || !right.id)
    return (wd_dataset){NULL};
  wd__begin();
  struct wire_list strings = wd__strings(columns);
  abi_join(left.id->handle, right.id->handle, kind, 1, strings.data,
           strings.count, &result);
  return dataset(&result, left.id, right.id);
}

wd_dataset
wd_combine(wd_dataset left, wd_dataset right, enum wd_set_operation operation,
           bool by_name)
{
  struct result_handle result;
  if (!left.id || !right.id)
    return (wd_dataset){NULL};
  wd__begin();
  abi_set_operation(left.id->handle, right.id->handle, operation, by_name,
                    &result);
  return dataset(&result, left.id, right.id);
}

wd_dataset
wd_repartition_list(wd_dataset from, uint32_t count, const char *const *columns)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  struct wire_list strings = wd__strings(columns);
  abi_repartition(from.id->handle, count, strings.data, strings.count, &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_cache(wd_dataset from, enum wd_storage storage)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_cache(from.id->handle, storage, &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_with_row_index(wd_dataset from, const char *name)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_with_row_index(from.id->handle, TEXT(name), &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_explode(wd_dataset from, const char *column, bool outer,
           const char *position)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_explode(from.id->handle, TEXT(column), outer, TEXT(position), &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_unpivot(wd_dataset from, const char *const *columns, const char *name,
           const char *value)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  struct wire_list strings = wd__strings(columns);
  abi_unpivot(from.id->handle, strings.data, strings.count, TEXT(name),
              TEXT(value), &result);
  return dataset(&result, from.id, NULL);
}

wd_dataset
wd_zip(wd_dataset left, wd_dataset right)
{
  struct result_handle result;
  if (!left.id || !right.id)
    return (wd_dataset){NULL};
  wd__begin();
  abi_zip(left.id->handle, right.id->handle, &result);
  return dataset(&result, left.id, right.id);
}

wd_dataset
wd_with_watermark(wd_dataset from, const char *column, uint64_t delay_ms)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  abi_with_watermark(from.id->handle, TEXT(column), delay_ms, &result);
  return dataset(&result, from.id, NULL);
}

wd_grouped
wd_pivot(wd_grouped from, const char *expression, const char *const *values)
{
  struct result_handle result;
  if (!from.id)
    return from;
  wd__begin();
  struct wire_list strings = wd__strings(values);
  abi_pivot(from.id->handle, TEXT(expression), strings.data, strings.count,
            &result);
  return grouped(&result, from.id);
}
