/* Handles: data sets and grouped ones, what they keep alive, and scopes. */
#include <stdlib.h>

#include "internal.h"

static struct wd__node nodes = {.next = &nodes, .previous = &nodes};
static unsigned last_serial;

unsigned
wd__serial(void)
{
  return ++last_serial;
}

void
wd__begin(void)
{
  wd__arena_reset(&wd__input);
  wd__arena_reset(&wd__scratch);
}

/* ---- Life of nodes */

static void
closures_free(struct wd__closure *closure)
{
  while (closure) {
    struct wd__closure *next = closure->next;
    wd__closure_free(closure);
    closure = next;
  }
}

static void
node_free(struct wd__node *node)
{
  closures_free(node->closures);
  while (node->releases) {
    struct wd__release *release = node->releases;
    node->releases = release->next;
    release->release(release->memory);
    free(release);
  }
  free(node->inputs);
  free(node);
}

/* Frees a node that nobody holds, then the inputs that only it held, without
 * recursion: `next` strings together those to come. */
static void
node_settle(struct wd__node *node)
{
  if (node->open || node->references)
    return;
  node->next = NULL;
  while (node) {
    struct wd__node *rest = node->next;
    for (uint32_t i = 0; i < node->input_count; i++) {
      struct wd__node *input = node->inputs[i];
      if (--input->references || input->open)
        continue;
      input->next = rest;
      rest = input;
    }
    node_free(node);
    node = rest;
  }
}

static void
node_close(struct wd__node *node)
{
  if (!node || !node->open)
    return;
  if (node->grouped)
    abi_grouped_drop(node->handle);
  else
    abi_dataset_drop(node->handle);
  node->open = false;
  node->next->previous = node->previous;
  node->previous->next = node->next;
  node_settle(node);
}

struct wd__node *
wd__node_new(const struct result_handle *result, bool grouped,
             struct wd__node *const *inputs, uint32_t input_count,
             struct wd__closure *closures)
{
  if (result->failed) {
    closures_free(closures);
    wd__raise_wire(&result->error);
    return NULL;
  }
  struct wd__node *node = wd__new(sizeof *node);
  node->handle = result->handle;
  node->grouped = grouped;
  node->open = true;
  node->serial = wd__serial();
  node->closures = closures;
  node->input_count = input_count;
  node->inputs = wd__copy_of(inputs, input_count * sizeof *inputs);
  for (uint32_t i = 0; i < input_count; i++)
    inputs[i]->references++;
  node->previous = nodes.previous;
  node->next = &nodes;
  nodes.previous->next = node;
  nodes.previous = node;
  return node;
}

void
wd_drop(wd_dataset dataset)
{
  node_close(dataset.id);
}

void
wd_drop_grouped(wd_grouped grouped)
{
  node_close(grouped.id);
}

void
wd_release_with(wd_dataset dataset, void (*release)(void *), void *memory)
{
  if (!dataset.id) {
    release(memory);
    return;
  }
  struct wd__release *entry = wd__new(sizeof *entry);
  entry->release = release;
  entry->memory = memory;
  entry->next = dataset.id->releases;
  dataset.id->releases = entry;
}

unsigned
wd_scope(void)
{
  return last_serial;
}

void
wd_scope_end(unsigned mark)
{
  wd__jobs_drop_since(mark);
  /* The newest are last; closing one may free others that are closed. */
  while (nodes.previous != &nodes && nodes.previous->serial > mark)
    node_close(nodes.previous);
}

/* ---- Lists for the host */

struct wire_list
wd__strings(const char *const *list)
{
  uint32_t count = 0;
  while (list && list[count])
    count++;
  wd_str *strings = wd__arena_take(&wd__scratch, count * sizeof *strings);
  for (uint32_t i = 0; i < count; i++)
    strings[i] = wd_str_of(list[i]);
  return (struct wire_list){strings, count};
}

bool
wd__pairs(const char *const *list, struct wire_list *out_pairs)
{
  *out_pairs = wd__strings(list);
  out_pairs->count /= 2;
  if (!list || !list[out_pairs->count * 2])
    return true;
  wd__raise(WD_INVALID_ARGUMENT,
            "'%s' has no value after it: names and values "
            "come by turns",
            list[out_pairs->count * 2]);
  return false;
}

struct wire_list
wd__inputs(const char *const *names, const wd_dataset *inputs)
{
  struct wire_list list = wd__strings(names);
  const wd_str *strings = list.data;
  struct wire_input *pairs =
      wd__arena_take(&wd__scratch, list.count * sizeof *pairs);
  for (uint32_t i = 0; i < list.count; i++) {
    if (!inputs[i].id)
      return (struct wire_list){NULL, UINT32_MAX};
    pairs[i] = (struct wire_input){strings[i], inputs[i].id->handle};
  }
  return (struct wire_list){pairs, list.count};
}
