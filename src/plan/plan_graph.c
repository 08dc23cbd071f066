#include "plan/plan_graph.h"

#include <inttypes.h>

#include "plan/lexer.h"
#include "plan/sql.h"

/* Of vertices; a plan has WD_PLAN_NODES. */
#define GRAPH_BYTES ((size_t)64 << 20)

struct walk {
  struct wd_buf ahead; /* vertices that are to be looked at, the next last */
  struct wd_plan_vertex next; /* what is put there */
};

static size_t
vertex_count(const struct wd_buf *buf)
{
  return buf->length / sizeof(struct wd_plan_vertex);
}

static struct wd_plan_vertex *
vertex_of(const struct wd_buf *buf, size_t index)
{
  return (struct wd_plan_vertex *)(void *)buf->data + index;
}

static void
put(struct walk *walk, const struct wd_plan_node *node, enum wd_plan_edge edge)
{
  walk->next.node = node;
  walk->next.edge = edge;
  if (node)
    wd_buf_add(&walk->ahead, &walk->next, sizeof walk->next);
}

static void
put_subquery(void *env, const struct wd_subquery *subquery)
{
  struct walk *walk = env;

  walk->next.subquery = subquery->number;
  put(walk, subquery->query, WD_PLAN_EDGE_SUBQUERY);
}

static void
reverse(struct wd_buf *buf, size_t from)
{
  for (size_t to = vertex_count(buf); from + 1 < to; from++) {
    struct wd_plan_vertex kept = *vertex_of(buf, from);

    *vertex_of(buf, from) = *vertex_of(buf, --to);
    *vertex_of(buf, to) = kept;
  }
}

/* What the vertex number `index` reads. */
static void
put_inputs(struct walk *walk, const struct wd_plan_vertex *vertex,
           uint32_t index)
{
  const struct wd_plan_node *node = vertex->node;
  size_t first = vertex_count(&walk->ahead);

  walk->next = (struct wd_plan_vertex){
      .parent = index,
      .level = vertex->level + 1,
  };
  wd_plan_each_subquery(node, put_subquery, walk);
  for (uint32_t i = 0; node->kind == WD_NODE_SQL && i < node->sql->input_count;
       i++) {
    walk->next.table = node->sql->inputs[i].name;
    put(walk, node->sql->inputs[i].node, WD_PLAN_EDGE_TABLE);
  }
  put(walk, node->left, WD_PLAN_EDGE_INPUT);
  put(walk, node->right, WD_PLAN_EDGE_INPUT);
  if (!walk->ahead.failed)
    reverse(&walk->ahead, first);
}

bool
wd_plan_graph_make(struct wd_mem *mem, const struct wd_plan *plan,
                   struct wd_plan_graph *graph)
{
  struct walk walk = {.next.parent = WD_PLAN_NO_PARENT};
  bool failed;

  graph->count = 0;
  wd_buf_init(&graph->vertices, mem, GRAPH_BYTES);
  wd_buf_init(&walk.ahead, mem, GRAPH_BYTES);
  put(&walk, plan->root, WD_PLAN_EDGE_INPUT);
  while (!walk.ahead.failed && walk.ahead.length) {
    struct wd_plan_vertex vertex =
        *vertex_of(&walk.ahead, vertex_count(&walk.ahead) - 1);

    walk.ahead.length -= sizeof vertex;
    if (!wd_buf_add(&graph->vertices, &vertex, sizeof vertex))
      break;
    put_inputs(&walk, &vertex, graph->count++);
  }
  failed = walk.ahead.failed || graph->vertices.failed;
  wd_buf_fini(&walk.ahead);
  return !failed;
}

void
wd_plan_graph_fini(struct wd_plan_graph *graph)
{
  wd_buf_fini(&graph->vertices);
}

const struct wd_plan_vertex *
wd_plan_graph_at(const struct wd_plan_graph *graph, uint32_t index)
{
  return vertex_of(&graph->vertices, index);
}

void
wd_plan_edge_print(const struct wd_plan_vertex *vertex, struct wd_buf *buf)
{
  if (vertex->edge == WD_PLAN_EDGE_SUBQUERY)
    wd_buf_printf(buf, "subquery %" PRIu32, vertex->subquery);
  if (vertex->edge != WD_PLAN_EDGE_TABLE)
    return;
  wd_buf_puts(buf, "table ");
  wd_name_print(vertex->table, buf);
}
