/* A plan as a graph: what every form for people is made from (plan.h:
 * wd_plan_print), by one walk.
 *
 * A graph borrows the nodes of its plan. One thread at a time.
 */
#ifndef WD_PLAN_PLAN_GRAPH_H
#define WD_PLAN_PLAN_GRAPH_H

#include "base/buf.h"
#include "plan/plan.h"

#define WD_PLAN_NO_PARENT UINT32_MAX

/* What a node is to the one that reads it. */
enum wd_plan_edge {
  WD_PLAN_EDGE_INPUT,
  WD_PLAN_EDGE_TABLE,    /* a query in SQL knows it by a name */
  WD_PLAN_EDGE_SUBQUERY, /* an expression knows it by a number */
};

struct wd_plan_vertex {
  const struct wd_plan_node *node;
  uint32_t parent; /* who reads it, always before it */
  uint32_t level;  /* of the root: 0 */
  enum wd_plan_edge edge;
  uint32_t subquery;
  const char *table;
};

struct wd_plan_graph {
  struct wd_buf vertices; /* read by wd_plan_graph_at */
  uint32_t count;
};

/* All nodes, each before what it reads; of these subqueries and tables before
 * the inputs, from left to right. Without recursion. False: no memory;
 * `graph` is to be given to fini in either case. */
bool
wd_plan_graph_make(struct wd_mem *mem, const struct wd_plan *plan,
                   struct wd_plan_graph *graph);

void
wd_plan_graph_fini(struct wd_plan_graph *graph);

const struct wd_plan_vertex *
wd_plan_graph_at(const struct wd_plan_graph *graph, uint32_t index);

/* `table x`, `subquery 2`; nothing for an input. */
void
wd_plan_edge_print(const struct wd_plan_vertex *vertex, struct wd_buf *buf);

/* What a node does, in a word or three: `inner join`. */
const char *
wd_plan_node_name(const struct wd_plan_node *node);

/* The rest of it, with what separates it from the name: ` on a = b`. Names and
 * texts are the program's, with whatever is in them. */
void
wd_plan_node_print(const struct wd_plan_node *node, struct wd_buf *buf);

/* A page that needs nothing else (plan_page.c). */
void
wd_plan_page_print(const struct wd_plan_graph *graph, struct wd_buf *buf);

#endif
