#include "engine/duckdb/queue.h"

#include "engine/duckdb/names.h"
#include "engine/duckdb/nested.h"

struct wd_duck_queue_item {
  struct wd_duck_queue_item *next;
  duckdb_data_chunk chunk;
  uint64_t bytes;
};

void
wd_duck_queue_init(struct wd_duck_queue *queue, struct wd_mem *mem,
                   uint64_t maximum)
{
  *queue = (struct wd_duck_queue){.mem = mem, .maximum = maximum};
  pthread_mutex_init(&queue->lock, NULL);
  pthread_cond_init(&queue->filled, NULL);
  pthread_cond_init(&queue->emptied, NULL);
  pthread_cond_init(&queue->settled, NULL);
}

struct wd_duck_queue_item *
wd_duck_queue_item_new(struct wd_duck_queue *queue, duckdb_data_chunk chunk,
                       uint64_t bytes)
{
  struct wd_duck_queue_item *item = wd_mem_calloc(queue->mem, 1, sizeof *item);

  if (!item) {
    duckdb_destroy_data_chunk(&chunk);
    return NULL;
  }
  item->chunk = chunk;
  item->bytes = bytes;
  return item;
}

void
wd_duck_queue_items_add(struct wd_duck_queue_items *items,
                        struct wd_duck_queue_item *item)
{
  if (items->last)
    items->last->next = item;
  else
    items->first = item;
  items->last = item;
}

static struct wd_duck_queue_item *
items_take(struct wd_duck_queue_items *items)
{
  struct wd_duck_queue_item *item = items->first;

  if (!item)
    return NULL;
  items->first = item->next;
  if (!items->first)
    items->last = NULL;
  item->next = NULL;
  return item;
}

void
wd_duck_queue_items_drop(struct wd_duck_queue *queue,
                         struct wd_duck_queue_items *items)
{
  struct wd_duck_queue_item *item;

  while ((item = items_take(items))) {
    duckdb_destroy_data_chunk(&item->chunk);
    wd_mem_free(queue->mem, item, sizeof *item);
  }
}

void
wd_duck_queue_fini(struct wd_duck_queue *queue)
{
  wd_duck_queue_items_drop(queue, &queue->items);
  pthread_mutex_destroy(&queue->lock);
  pthread_cond_destroy(&queue->filled);
  pthread_cond_destroy(&queue->emptied);
  pthread_cond_destroy(&queue->settled);
}

uint64_t
wd_duck_batch_bytes(const struct wd_batch *batch)
{
  uint64_t bytes = 0;

  for (uint32_t i = 0; i < batch->buffer_count; i++)
    bytes += batch->buffers[i].size;
  return bytes;
}

/* Rows [from, to) of a batch as a chunk; NULL: out of memory. */
static duckdb_data_chunk
make_chunk(duckdb_logical_type *types, const struct wd_schema *schema,
           const struct wd_batch *batch, uint32_t from, uint32_t to)
{
  duckdb_data_chunk chunk =
      duckdb_create_data_chunk(types, wd_duck_width(schema));
  struct wd_duck_nested_in in = {batch->nodes, batch->buffers};

  if (!chunk)
    return NULL;
  for (uint32_t i = 0; i < schema->count; i++)
    wd_duck_nested_read(&schema->columns[i].type, &in, from, to,
                        duckdb_data_chunk_get_vector(chunk, i), 0);
  duckdb_data_chunk_set_size(chunk, to - from);
  return chunk;
}

enum wd_status
wd_duck_queue_items_make(struct wd_duck_queue *queue,
                         duckdb_logical_type *types,
                         const struct wd_schema *schema,
                         const struct wd_batch *batch,
                         struct wd_duck_queue_items *items,
                         struct wd_error *error)
{
  uint64_t bytes = wd_duck_batch_bytes(batch);
  uint32_t from = 0;

  while (from < batch->rows) {
    uint32_t left = batch->rows - from;
    uint32_t to = from + (left < WD_DUCK_CHUNK ? left : WD_DUCK_CHUNK);
    struct wd_duck_queue_item *item = NULL;
    duckdb_data_chunk chunk = make_chunk(types, schema, batch, from, to);

    if (chunk)
      item = wd_duck_queue_item_new(queue, chunk,
                                    64 + bytes * (to - from) / batch->rows);
    if (!item) {
      wd_duck_queue_items_drop(queue, items);
      return wd_fail_memory(error);
    }
    wd_duck_queue_items_add(items, item);
    from = to;
  }
  return WD_OK;
}

static bool
is_full(const struct wd_duck_queue *queue)
{
  return queue->bytes >= queue->maximum;
}

enum wd_status
wd_duck_queue_push(struct wd_duck_queue *queue,
                   struct wd_duck_queue_items *items, struct wd_error *error)
{
  struct wd_duck_queue_item *item;
  bool closed = false;

  pthread_mutex_lock(&queue->lock);
  while (!closed && (item = items_take(items))) {
    while (is_full(queue) && !queue->closed) {
      pthread_cond_broadcast(&queue->settled);
      pthread_cond_wait(&queue->emptied, &queue->lock);
    }
    closed = queue->closed;
    if (closed) {
      duckdb_destroy_data_chunk(&item->chunk);
      wd_mem_free(queue->mem, item, sizeof *item);
    } else {
      wd_duck_queue_items_add(&queue->items, item);
      queue->bytes += item->bytes;
      pthread_cond_signal(&queue->filled);
    }
  }
  pthread_mutex_unlock(&queue->lock);
  if (!closed)
    return WD_OK;
  wd_duck_queue_items_drop(queue, items);
  return wd_fail(error, WD_CANCELLED, "nobody takes more rows");
}

duckdb_data_chunk
wd_duck_queue_pop(struct wd_duck_queue *queue)
{
  struct wd_duck_queue_item *item;
  duckdb_data_chunk chunk = NULL;

  pthread_mutex_lock(&queue->lock);
  while (!queue->items.first && !queue->done && !queue->closed)
    pthread_cond_wait(&queue->filled, &queue->lock);
  item = items_take(&queue->items);
  if (item) {
    queue->bytes -= item->bytes;
    /* Not for every chunk: who was woken shall have something to do. */
    if (queue->bytes <= queue->maximum / 2)
      pthread_cond_broadcast(&queue->emptied);
  }
  pthread_mutex_unlock(&queue->lock);
  if (item)
    chunk = item->chunk;
  wd_mem_free(queue->mem, item, sizeof *item);
  return chunk;
}

void
wd_duck_queue_settle(struct wd_duck_queue *queue)
{
  pthread_mutex_lock(&queue->lock);
  while (!is_full(queue) && !queue->done && !queue->closed)
    pthread_cond_wait(&queue->settled, &queue->lock);
  pthread_mutex_unlock(&queue->lock);
}

void
wd_duck_queue_finish(struct wd_duck_queue *queue)
{
  pthread_mutex_lock(&queue->lock);
  queue->done = true;
  pthread_cond_broadcast(&queue->settled);
  pthread_cond_broadcast(&queue->filled);
  pthread_mutex_unlock(&queue->lock);
}

void
wd_duck_queue_close(struct wd_duck_queue *queue)
{
  pthread_mutex_lock(&queue->lock);
  queue->closed = true;
  wd_duck_queue_items_drop(queue, &queue->items);
  queue->bytes = 0;
  pthread_cond_broadcast(&queue->settled);
  pthread_cond_broadcast(&queue->filled);
  pthread_cond_broadcast(&queue->emptied);
  pthread_mutex_unlock(&queue->lock);
}
