/* Pairs of groups: what partitions do, by other names. */
#include "hostile.h"

EXPORT_PAIR("bind-co-group")
const void *
bind_pair(uint32_t function, uint32_t state, list *left, uint32_t left_count,
          uint32_t *left_keys, uint32_t left_key_count, list *right,
          uint32_t right_count, uint32_t *right_keys, uint32_t right_key_count)
{
  (void)right, (void)right_count, (void)right_keys, (void)right_key_count;
  return bind(function, state, 0, left, left_count, left_keys, left_key_count,
              NULL, 0);
}

EXPORT_PAIR("open-co-group")
const void *
open_pair(uint32_t handle)
{
  return open_partition(handle, 0);
}

EXPORT_PAIR("push-left")
const void *
push_left(uint32_t cursor, uint32_t some, uint32_t rows, void *nodes,
          uint32_t node_count, void *buffers, uint32_t buffer_count)
{
  if (is("pair_left_trap") && !some)
    __builtin_trap();
  if (is("part_end_trap"))
    some = 1; /* at the end of the right */
  return push_partition(cursor, some, rows, nodes, node_count, buffers,
                        buffer_count);
}

EXPORT_PAIR("push-right")
const void *
push_right(uint32_t cursor, uint32_t some, uint32_t rows, void *nodes,
           uint32_t node_count, void *buffers, uint32_t buffer_count)
{
  if (is("pair_right_error"))
    return give_error(4, text("the right is not right"));
  if (is("pair_right_area"))
    return (void *)0xfffffff0u;
  return push_partition(cursor, some, rows, nodes, node_count, buffers,
                        buffer_count);
}

EXPORT_PAIR("next-co-group")
const void *
next_pair(uint32_t cursor)
{
  const void *result = next_partition(cursor);

  if (is("pair_type"))
    area.as.option.batch = good("u", 2);
  if (is("pair_nodes"))
    area.as.option.batch.nodes = (list){0xfffffff8u, 1};
  return result;
}

EXPORT_PAIR("close-co-group")
const void *
close_pair(uint32_t cursor)
{
  return close_partition(cursor);
}
