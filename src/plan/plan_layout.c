/* After C. Wetherell and A. Shannon, "Tidy Drawings of Trees", IEEE
 * Transactions on Software Engineering 5 (1979), algorithm 3, for any number of
 * children and with parents above the leftmost one: a page is read from the
 * left, where the result is then. Two passes over vertices that lie in the
 * order of a walk: from the last to the first, for children come before their
 * parents so; places are therefore counted from the right, and turned round at
 * the end. */
#include "plan/plan_layout.h"

/* What is known of a vertex between the passes. */
struct place {
  int64_t x;        /* from the right, without the shift of those above */
  int64_t shift;    /* of all below it */
  int64_t leftmost; /* the x of that child */
  bool has_children;
};

struct level {
  int64_t next;  /* the first free x */
  int64_t shift; /* the largest of a vertex so far */
  int64_t height;
};

static void
place_vertex(const struct wd_plan_vertex *vertex, struct place *places,
             struct place *self, struct level *level, int64_t pitch)
{
  int64_t x = level->next;

  if (self->has_children) {
    x = self->leftmost;
    if (level->shift < level->next - x)
      level->shift = level->next - x;
    x += level->shift;
  }
  self->shift = level->shift;
  self->x = x;
  level->next = x + pitch;
  if (vertex->parent == WD_PLAN_NO_PARENT)
    return;
  self = &places[vertex->parent];
  self->leftmost = x; /* of those so far */
  self->has_children = true;
}

/* Each vertex moves with all above it. Returns the largest x. */
static int64_t
shift_all(const struct wd_plan_graph *graph, struct place *places)
{
  int64_t largest = 0;

  for (uint32_t i = 0; i < graph->count; i++) {
    uint32_t parent = wd_plan_graph_at(graph, i)->parent;

    if (parent != WD_PLAN_NO_PARENT) {
      places[i].x += places[parent].shift;
      places[i].shift += places[parent].shift;
    }
    if (places[i].x > largest)
      largest = places[i].x;
  }
  return largest;
}

static uint32_t
count_levels(const struct wd_plan_graph *graph)
{
  uint32_t count = 0;

  for (uint32_t i = 0; i < graph->count; i++)
    if (wd_plan_graph_at(graph, i)->level >= count)
      count = wd_plan_graph_at(graph, i)->level + 1;
  return count;
}

/* The upper edges of levels: in the place of their heights. Returns the lower
 * edge of the last. */
static int64_t
stack_levels(const struct wd_plan_graph *graph, const struct wd_plan_box *boxes,
             struct level *levels, uint32_t count)
{
  int64_t y = 0;

  for (uint32_t i = 0; i < graph->count; i++) {
    struct level *level = &levels[wd_plan_graph_at(graph, i)->level];

    if (level->height < boxes[i].height)
      level->height = boxes[i].height;
  }
  for (uint32_t i = 0; i < count; i++) {
    int64_t height = levels[i].height;

    levels[i].height = y;
    y += height + WD_PLAN_GAP_Y;
  }
  return y - WD_PLAN_GAP_Y;
}

bool
wd_plan_layout(const struct wd_plan_graph *graph, int64_t width,
               struct wd_plan_box *boxes, struct wd_arena *arena,
               int64_t *out_width, int64_t *out_height)
{
  uint32_t level_count = count_levels(graph);
  struct level *levels = wd_arena_array(arena, level_count, sizeof *levels);
  struct place *places = wd_arena_array(arena, graph->count, sizeof *places);
  int64_t largest;

  if (!levels || !places)
    return false;
  for (uint32_t i = graph->count; i-- > 0;) {
    const struct wd_plan_vertex *vertex = wd_plan_graph_at(graph, i);

    place_vertex(vertex, places, &places[i], &levels[vertex->level],
                 width + WD_PLAN_GAP_X);
  }
  largest = shift_all(graph, places);
  *out_height = stack_levels(graph, boxes, levels, level_count);
  *out_width = largest + width;
  for (uint32_t i = 0; i < graph->count; i++) {
    boxes[i].x = largest - places[i].x;
    boxes[i].y = levels[wd_plan_graph_at(graph, i)->level].height;
  }
  return true;
}
