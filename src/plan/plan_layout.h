/* Where the nodes of a plan stand in its picture. Any thread. */
#ifndef WD_PLAN_PLAN_LAYOUT_H
#define WD_PLAN_PLAN_LAYOUT_H

#include "plan/plan_graph.h"

/* Between boxes. */
#define WD_PLAN_GAP_X 24
#define WD_PLAN_GAP_Y 44

struct wd_plan_box {
  int64_t x, y; /* of its left upper corner */
  int64_t height;
};

/* Gives each vertex of the graph, whose boxes are all so wide and have a
 * height already, its corner: the root above at the left, what a node reads
 * below it from left to right, the first straight under it; boxes have the gaps
 * between them.
 * False: no memory. The arena keeps nothing that matters. */
bool
wd_plan_layout(const struct wd_plan_graph *graph, int64_t width,
               struct wd_plan_box *boxes, struct wd_arena *arena,
               int64_t *out_width, int64_t *out_height);

#endif
