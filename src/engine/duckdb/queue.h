/* A queue of chunks, between two queries mostly: bounded by bytes, many
 * producers, many consumers. It ends when the producers are done and it is
 * empty, or at once when it is closed. */
#ifndef WD_ENGINE_DUCKDB_QUEUE_H
#define WD_ENGINE_DUCKDB_QUEUE_H

#include <duckdb.h>
#include <pthread.h>

#include "arrow/batch.h"
#include "base/error.h"
#include "base/mem.h"

struct wd_duck_queue_item;

/* Items in a row. Zeroed: none. */
struct wd_duck_queue_items {
  struct wd_duck_queue_item *first;
  struct wd_duck_queue_item *last;
};

struct wd_duck_queue {
  struct wd_mem *mem;
  pthread_mutex_t lock;
  pthread_cond_t filled;
  pthread_cond_t emptied;
  pthread_cond_t settled;
  struct wd_duck_queue_items items;
  uint64_t bytes;   /* what lies in it */
  uint64_t maximum; /* when it is full */
  bool done;        /* nothing more comes */
  bool closed;      /* nobody takes anything any more */
};

void
wd_duck_queue_init(struct wd_duck_queue *queue, struct wd_mem *mem,
                   uint64_t maximum);

void
wd_duck_queue_fini(struct wd_duck_queue *queue);

/* A chunk with its size, to be pushed; takes the chunk also on failure
 * (NULL: out of memory). */
struct wd_duck_queue_item *
wd_duck_queue_item_new(struct wd_duck_queue *queue, duckdb_data_chunk chunk,
                       uint64_t bytes);

void
wd_duck_queue_items_add(struct wd_duck_queue_items *items,
                        struct wd_duck_queue_item *item);

/* Adds the rows of a checked batch, in chunks of these types (those of the
 * schema's columns, wd_duck_types_make); on failure the list is empty. */
enum wd_status
wd_duck_queue_items_make(struct wd_duck_queue *queue,
                         duckdb_logical_type *types,
                         const struct wd_schema *schema,
                         const struct wd_batch *batch,
                         struct wd_duck_queue_items *items,
                         struct wd_error *error);

/* About how large a batch is. */
uint64_t
wd_duck_batch_bytes(const struct wd_batch *batch);

/* Pushes all and empties the list in any case; waits while the queue is full.
 * WD_CANCELLED when it was closed. */
enum wd_status
wd_duck_queue_push(struct wd_duck_queue *queue,
                   struct wd_duck_queue_items *items, struct wd_error *error);

/* Throws away what was not pushed. */
void
wd_duck_queue_items_drop(struct wd_duck_queue *queue,
                         struct wd_duck_queue_items *items);

/* The next chunk, which the caller destroys; waits while there is none. NULL:
 * the end. */
duckdb_data_chunk
wd_duck_queue_pop(struct wd_duck_queue *queue);

/* Waits until it is full, or done, or closed: there is something to do for who
 * takes from it, or nothing else will be done without. */
void
wd_duck_queue_settle(struct wd_duck_queue *queue);

/* Nothing more comes. */
void
wd_duck_queue_finish(struct wd_duck_queue *queue);

/* Nobody takes anything any more: what lies there is thrown away, who waits
 * is woken. */
void
wd_duck_queue_close(struct wd_duck_queue *queue);

#endif
