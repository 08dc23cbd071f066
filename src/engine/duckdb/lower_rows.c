/* Distinct rows, set operations, samples, row numbers, rows beside each other
 * and rows made of columns as SQL. */
#include <math.h>
#include <stdio.h>

#include "engine/duckdb/lower.h"
#include "engine/duckdb/names.h"

static const struct wd_duck_scope below = {.left = "t"};

/* The number of the row's partition, where it is carried up. */
static const char *
number_of(const struct wd_duck_lowering *lowering)
{
  return lowering->numbered ? ", t.b" : "";
}

/* Appends `(SELECT t.*, row_number() OVER () AS i FROM (query) AS t) AS t`:
 * the window streams, in the order that the rows have. A lambda below is
 * called though nobody may look at what it gives. */
static enum wd_status
write_numbered(struct wd_duck_lowering *lowering,
               const struct wd_plan_node *input, const char *over,
               struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_printf(buf, "(SELECT t.*, row_number() OVER (%s) AS i FROM ", over);
  lowering->idle = true;
  status = wd_duck_lower_from(lowering, input, "t", buf);
  wd_buf_puts(buf, ") AS t");
  return status;
}

/* Of equal rows the first one stays, where there is an order. */
static enum wd_status
lower_distinct(struct wd_duck_lowering *lowering,
               const struct wd_plan_node *node, struct wd_buf *buf)
{
  bool ordered = node->distinct.count && wd_duck_is_ordered(node->left);
  enum wd_status status;

  wd_buf_puts(buf, "SELECT DISTINCT ");
  for (uint32_t i = 0; i < node->distinct.count; i++)
    wd_buf_printf(buf, i ? ", t.c%u" : "ON (t.c%u", node->distinct.columns[i]);
  if (node->distinct.count)
    wd_buf_puts(buf, ") ");
  wd_buf_puts(buf, ordered ? "t.* EXCLUDE (i) FROM " : "t.* FROM ");
  lowering->idle = false;
  if (!ordered)
    return wd_duck_lower_from(lowering, node->left, "t", buf);
  status = write_numbered(lowering, node->left, "", buf);
  wd_buf_puts(buf, " ORDER BY t.i");
  return status;
}

static const char *
set_words(enum wd_set_operation operation)
{
  switch (operation) {
  case WD_SET_UNION_ALL:
    return "UNION ALL";
  case WD_SET_UNION_DISTINCT:
    return "UNION";
  case WD_SET_INTERSECT_ALL:
    return "INTERSECT ALL";
  case WD_SET_INTERSECT_DISTINCT:
    return "INTERSECT";
  case WD_SET_EXCEPT_ALL:
    return "EXCEPT ALL";
  case WD_SET_EXCEPT_DISTINCT:
    return "EXCEPT";
  }
  return NULL;
}

static enum wd_status
lower_set(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
          struct wd_buf *buf)
{
  bool idle = lowering->idle && node->set == WD_SET_UNION_ALL;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT * FROM ");
  lowering->idle = idle;
  status = wd_duck_lower_from(lowering, node->left, "l", buf);
  wd_buf_printf(buf, " %s SELECT * FROM ", set_words(node->set));
  lowering->idle = idle;
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, node->right, "r", buf);
  return status;
}

/* Whether each row comes at the same place whenever the plan runs, on however
 * many threads. */
static bool
is_placed(const struct wd_plan_node *node)
{
  switch (node->kind) {
  case WD_NODE_READ:
  case WD_NODE_VALUES:
  case WD_NODE_RANGE:
    return true;
  case WD_NODE_PROJECT:
  case WD_NODE_FILTER:
  case WD_NODE_LIMIT:
  case WD_NODE_SAMPLE:
  case WD_NODE_ROW_INDEX:
  case WD_NODE_EXPAND:
  case WD_NODE_EXPLODE:
    return is_placed(node->left);
  case WD_NODE_ZIP:
    return is_placed(node->left) && is_placed(node->right);
  case WD_NODE_LAMBDA:
    return node->lambda.role != WD_ROLE_RELATION &&
           node->lambda.role != WD_ROLE_PARTITION &&
           node->lambda.role != WD_ROLE_FOR_EACH && is_placed(node->left);
  default:
    return false;
  }
}

static void
write_names(const struct wd_schema *schema, struct wd_buf *buf)
{
  for (uint32_t i = 0; i < wd_duck_width(schema); i++)
    wd_buf_printf(buf, "%st.%s", i ? ", " : "", wd_duck_name(schema, i).text);
}

/* As a share of all 64-bit numbers. */
static void
write_share(double share, struct wd_buf *buf)
{
  double value = ldexp(share, 64);

  wd_buf_printf(buf, "CAST('%llu' AS UBIGINT)",
                value >= 0x1p64 ? (unsigned long long)UINT64_MAX
                                : (unsigned long long)value);
}

/* How often a row is drawn: by Poisson's distribution, as on Spark. */
static void
write_draws(double mean, struct wd_buf *buf)
{
  double share = exp(-mean), sum = share;
  unsigned n = 0;

  wd_buf_puts(buf, "CASE WHEN FALSE THEN 0");
  for (; sum < 1 && (n <= mean || share > 0x1p-64); n++) {
    wd_buf_puts(buf, " WHEN t.h < ");
    write_share(sum, buf);
    wd_buf_printf(buf, " THEN %u", n);
    share *= mean / (n + 1);
    sum += share;
  }
  wd_buf_printf(buf, " ELSE %u END", n);
}

/* `t.h`, a number for each row that follows from the seed and the row's place,
 * or, where places are not sure, from what is in it: the first of equal rows
 * gets one number, the second another. */
static enum wd_status
write_hashed(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  bool placed = is_placed(node->left);
  struct wd_buf names;
  enum wd_status status;

  wd_buf_init(&names, lowering->engine->mem, buf->maximum);
  if (!placed)
    wd_buf_puts(&names, "PARTITION BY ");
  if (!placed)
    write_names(&node->schema, &names);
  wd_buf_puts(buf, "(SELECT t.* EXCLUDE (i), hash(xor(hash(t.i");
  if (!placed) {
    wd_buf_puts(buf, ", ");
    write_names(&node->schema, buf);
  }
  wd_buf_printf(buf, "), hash(CAST('%llu' AS UBIGINT)))) AS h FROM ",
                (unsigned long long)node->sample.seed);
  status = names.failed
               ? wd_fail_memory(lowering->error)
               : write_numbered(lowering, node->left, wd_buf_text(&names), buf);
  wd_buf_fini(&names);
  wd_buf_puts(buf, ") AS t");
  return status;
}

static enum wd_status
lower_sample(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  /* Drawing takes the rows out of their order. */
  const char *order = lowering->numbered ? " ORDER BY t.b" : "";
  enum wd_status status;

  if (!node->sample.replacement) {
    wd_buf_puts(buf, "SELECT t.* EXCLUDE (h) FROM ");
    status = write_hashed(lowering, node, buf);
    wd_buf_puts(buf, " WHERE ");
    if (node->sample.fraction >= 1) {
      wd_buf_puts(buf, "TRUE");
    } else {
      wd_buf_puts(buf, "t.h < ");
      write_share(node->sample.fraction, buf);
    }
    wd_buf_puts(buf, order);
    return status;
  }
  wd_buf_puts(buf, "SELECT t.* EXCLUDE (u) FROM (SELECT t.* EXCLUDE (h), "
                   "unnest(range(");
  write_draws(node->sample.fraction, buf);
  wd_buf_puts(buf, ")) AS u FROM ");
  status = write_hashed(lowering, node, buf);
  wd_buf_printf(buf, ") AS t%s", order);
  return status;
}

static enum wd_status
lower_row_index(struct wd_duck_lowering *lowering,
                const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t count = node->left->schema.count;

  wd_buf_puts(buf, "SELECT ");
  wd_duck_write_columns("t", count, 0, buf);
  wd_buf_printf(buf, "%st.i - 1 AS c%u%s FROM ", count ? ", " : "", count,
                number_of(lowering));
  return write_numbered(lowering, node->left, "", buf);
}

/* The mark is null where a side has no more rows. */
static enum wd_status
write_side(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
           const char *name, struct wd_buf *buf)
{
  enum wd_status status;

  wd_buf_puts(buf, "(SELECT t.*, TRUE AS m FROM ");
  lowering->idle = true;
  status = wd_duck_lower_from(lowering, node, "t", buf);
  wd_buf_printf(buf, ") AS %s", name);
  return status;
}

static enum wd_status
lower_zip(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
          struct wd_buf *buf)
{
  uint32_t left = node->left->schema.count, right = node->right->schema.count;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  wd_duck_write_columns("l", left, 0, buf);
  wd_buf_puts(buf, left && right ? ", " : "");
  wd_duck_write_columns("r", right, left, buf);
  wd_buf_puts(buf, left + right ? " FROM " : "TRUE AS z FROM ");
  status = write_side(lowering, node->left, "l", buf);
  wd_buf_puts(buf, " POSITIONAL JOIN ");
  if (status == WD_OK)
    status = write_side(lowering, node->right, "r", buf);
  wd_buf_puts(buf, " WHERE CASE WHEN l.m AND r.m THEN TRUE WHEN l.m THEN "
                   "error('zip-with: the left data set has more rows than the "
                   "right') ELSE error('zip-with: the right data set has more "
                   "rows than the left') END");
  return status;
}

/* One row of the list that is unnested, as a STRUCT. */
static enum wd_status
write_row(struct wd_duck_lowering *lowering, uint32_t width,
          const struct wd_expression *const *expressions, struct wd_buf *buf)
{
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "struct_pack(");
  for (uint32_t i = 0; i < width && status == WD_OK; i++) {
    wd_buf_printf(buf, "%sc%u := ", i ? ", " : "", i);
    status = wd_duck_lower_expression(lowering, expressions[i], &below, buf);
  }
  wd_buf_putc(buf, ')');
  return status;
}

static enum wd_status
lower_expand(struct wd_duck_lowering *lowering, const struct wd_plan_node *node,
             struct wd_buf *buf)
{
  uint32_t kept = node->expand.kept_count, width = node->schema.count - kept;
  enum wd_status status = WD_OK;

  wd_buf_puts(buf, "SELECT ");
  wd_duck_write_columns("t", kept, 0, buf);
  wd_buf_puts(buf, kept ? ", " : "");
  wd_duck_write_columns("t.u", width, kept, buf);
  wd_buf_printf(buf, "%s FROM (SELECT ", number_of(lowering));
  for (uint32_t i = 0; i < kept; i++)
    wd_buf_printf(buf, "t.c%u AS c%u, ", node->expand.kept[i], i);
  wd_buf_puts(buf, "unnest([");
  for (uint32_t i = 0; i < node->expand.row_count && status == WD_OK; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    status = write_row(lowering, width,
                       node->expand.expressions + (size_t)i * width, buf);
  }
  wd_buf_printf(buf, "]) AS u%s FROM ", number_of(lowering));
  lowering->idle = true;
  if (status == WD_OK)
    status = wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, ") AS t");
  return status;
}

/* `t.u`, or the parts of an entry of a map, from c<at> on. */
static uint32_t
write_items(const struct wd_plan_node *node, uint32_t at, struct wd_buf *buf)
{
  const struct wd_type *type =
      &node->left->schema.columns[node->explode.column].type;

  if (node->explode.has_position)
    wd_buf_printf(buf, "t.p AS c%u, ", at++);
  if (type->id != WD_TYPE_MAP) {
    wd_buf_printf(buf, "t.u AS c%u", at++);
    return at;
  }
  wd_buf_printf(buf, "t.u.key AS c%u, t.u.value AS c%u", at, at + 1);
  return at + 2;
}

/* The list that is unnested: of a map its entries; with `outer` one null for
 * none. */
static void
write_unnested(const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t column = node->explode.column;
  const struct wd_type *type = &node->left->schema.columns[column].type;
  const char *open = node->explode.outer ? "CASE WHEN coalesce(len(" : "";
  char list[64];

  if (type->id == WD_TYPE_MAP)
    snprintf(list, sizeof list, "map_entries(t.c%u)", column);
  else if (type->id == WD_TYPE_FIXED_LIST)
    snprintf(list, sizeof list, "array_slice(t.c%u, 1, NULL)", column);
  else
    snprintf(list, sizeof list, "t.c%u", column);
  wd_buf_puts(buf, "unnest(");
  if (node->explode.outer)
    wd_buf_printf(buf, "%s%s), 0) = 0 THEN [NULL] ELSE %s END", open, list,
                  list);
  else
    wd_buf_puts(buf, list);
  wd_buf_puts(buf, ") AS u");
  if (!node->explode.has_position)
    return;
  if (node->explode.outer)
    wd_buf_printf(buf,
                  ", unnest(%s%s), 0) = 0 THEN [NULL] ELSE range(len(%s)) "
                  "END) AS p",
                  open, list, list);
  else
    wd_buf_printf(buf, ", unnest(range(len(%s))) AS p", list);
}

static enum wd_status
lower_explode(struct wd_duck_lowering *lowering,
              const struct wd_plan_node *node, struct wd_buf *buf)
{
  uint32_t count = node->left->schema.count, at = 0;
  enum wd_status status;

  wd_buf_puts(buf, "SELECT ");
  for (uint32_t i = 0; i < count; i++) {
    wd_buf_puts(buf, i ? ", " : "");
    if (i == node->explode.column)
      at = write_items(node, at, buf);
    else
      wd_buf_printf(buf, "t.c%u AS c%u", i, at++);
  }
  wd_buf_printf(buf, "%s FROM (SELECT t.*, ", number_of(lowering));
  write_unnested(node, buf);
  wd_buf_puts(buf, " FROM ");
  lowering->idle = true;
  status = wd_duck_lower_from(lowering, node->left, "t", buf);
  wd_buf_puts(buf, ") AS t");
  return status;
}

enum wd_status
wd_duck_lower_rows(struct wd_duck_lowering *lowering,
                   const struct wd_plan_node *node, struct wd_buf *buf)
{
  switch (node->kind) {
  case WD_NODE_DISTINCT:
    return lower_distinct(lowering, node, buf);
  case WD_NODE_SET:
    return lower_set(lowering, node, buf);
  case WD_NODE_SAMPLE:
    return lower_sample(lowering, node, buf);
  case WD_NODE_ROW_INDEX:
    return lower_row_index(lowering, node, buf);
  case WD_NODE_EXPAND:
    return lower_expand(lowering, node, buf);
  case WD_NODE_EXPLODE:
    return lower_explode(lowering, node, buf);
  default:
    return lower_zip(lowering, node, buf);
  }
}
