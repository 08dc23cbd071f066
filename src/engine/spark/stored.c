#include "engine/spark/stored.h"

/* A relation, in its encoded form. */
struct wd_spark_part {
  struct wd_spark_part *before; /* its rows come first */
  struct wd_sc_writer relation;
  bool coming; /* whoever put it is not at its end */
};

struct wd_spark_stored {
  struct wd_stored base;
  struct wd_mem *mem;
  atomic_uint references;
  bool on_disk;
  pthread_mutex_t lock;
  struct wd_spark_part *last; /* NULL: there is nothing */
  struct wd_arena arena;      /* the schema */
  struct wd_schema schema;
  bool has_schema;
};

/* The number of the field that a part's relation is. */
#define PART 1

static struct wd_sc_view
view_of(const struct wd_spark_part *part)
{
  return wd_sc_find(
      (struct wd_sc_view){(const uint8_t *)part->relation.buf.data,
                          part->relation.buf.length},
      PART);
}

/* ---- What the server is told --------------------------------------------- */

static void
put_level(struct wd_sc_writer *request, bool on_disk)
{
  size_t level =
      wd_sc_begin(request, WD_SC_AnalyzePlanRequest_Persist_storage_level);

  wd_sc_put_int(request, WD_SC_StorageLevel_use_disk, 1);
  wd_sc_put_int(request, WD_SC_StorageLevel_use_memory, !on_disk);
  wd_sc_put_int(request, WD_SC_StorageLevel_deserialized, !on_disk);
  wd_sc_put_int(request, WD_SC_StorageLevel_replication, 1);
  wd_sc_end(request, level);
}

/* Persists a relation, or lets it go. */
static enum wd_status
tell(struct wd_spark_engine *engine, struct wd_sc_view relation, bool persist,
     bool on_disk, struct wd_error *error)
{
  struct wd_sc_writer request;
  size_t message;
  enum wd_status status;

  wd_sc_writer_init(&request, engine->mem);
  wd_sc_session_head(&engine->session, &request,
                     WD_SC_AnalyzePlanRequest_client_type);
  message = wd_sc_begin(&request, persist ? WD_SC_AnalyzePlanRequest_persist
                                          : WD_SC_AnalyzePlanRequest_unpersist);
  wd_sc_put_bytes(&request,
                  persist ? WD_SC_AnalyzePlanRequest_Persist_relation
                          : WD_SC_AnalyzePlanRequest_Unpersist_relation,
                  relation.data, relation.length);
  if (persist)
    put_level(&request, on_disk);
  wd_sc_end(&request, message);
  pthread_mutex_lock(&engine->lock);
  status = wd_sc_session_call(&engine->session, "AnalyzePlan", &request, NULL,
                              NULL, error);
  pthread_mutex_unlock(&engine->lock);
  wd_sc_writer_fini(&request);
  return status;
}

/* ---- Parts --------------------------------------------------------------- */

static void
part_free(struct wd_spark_stored *stored, struct wd_spark_part *part)
{
  wd_sc_writer_fini(&part->relation);
  wd_mem_free(stored->mem, part, sizeof *part);
}

/* With the lock. */
static void
drop_part(struct wd_spark_stored *stored, struct wd_spark_part *part)
{
  struct wd_spark_part **at = &stored->last;

  while (*at != part)
    at = &(*at)->before;
  *at = part->before;
  tell((struct wd_spark_engine *)stored->base.engine, view_of(part), false,
       false, NULL);
  part_free(stored, part);
}

/* Lowers and persists a node. */
static enum wd_status
make_part(struct wd_spark_lowering *lowering, struct wd_spark_stored *stored,
          const struct wd_plan_node *node, struct wd_spark_part **out_part)
{
  struct wd_spark_part *part = wd_mem_calloc(stored->mem, 1, sizeof *part);
  struct wd_sc_writer *writer = lowering->writer;
  enum wd_status status;

  if (!part)
    return wd_fail_memory(lowering->error);
  wd_sc_writer_init(&part->relation, stored->mem);
  lowering->writer = &part->relation;
  status = wd_spark_lower_node(lowering, node, PART);
  if (status == WD_OK)
    status = wd_sc_writer_check(&part->relation, lowering->error);
  lowering->writer = writer;
  if (status == WD_OK)
    status = tell(lowering->engine, view_of(part), true, stored->on_disk,
                  lowering->error);
  if (status != WD_OK) {
    part_free(stored, part);
    return status;
  }
  *out_part = part;
  return WD_OK;
}

/* The last one before that is there. */
static const struct wd_spark_part *
there(const struct wd_spark_part *part)
{
  while (part && part->coming)
    part = part->before;
  return part;
}

/* What is there; of what comes, the only one. */
static void
put_parts(struct wd_sc_writer *writer, const struct wd_spark_part *last,
          uint32_t field)
{
  const struct wd_spark_part *before = there(last->before);
  struct wd_sc_view view = view_of(last);
  size_t relation, set;

  if (!before) {
    wd_sc_put_bytes(writer, field, view.data, view.length);
    return;
  }
  relation = wd_sc_begin(writer, field);
  set = wd_sc_begin(writer, WD_SC_Relation_set_op);
  put_parts(writer, before, WD_SC_SetOperation_left_input);
  wd_sc_put_bytes(writer, WD_SC_SetOperation_right_input, view.data,
                  view.length);
  wd_sc_put_int(writer, WD_SC_SetOperation_set_op_type,
                WD_SC_SetOperation_SetOpType_SET_OP_TYPE_UNION);
  wd_sc_put_int(writer, WD_SC_SetOperation_is_all, 1);
  wd_sc_end(writer, set);
  wd_sc_end(writer, relation);
}

/* ---- Queries ------------------------------------------------------------- */

/* The last part is of this query, until its end. With the lock. */
static enum wd_status
add_fill(struct wd_spark_lowering *lowering, struct wd_spark_stored *stored)
{
  struct wd_spark_fill *fill = wd_arena_alloc(lowering->arena, sizeof *fill);

  if (!fill)
    return wd_fail_memory(lowering->error);
  *fill = (struct wd_spark_fill){lowering->fills, stored, stored->last};
  lowering->fills = fill;
  stored->last->coming = true;
  wd_spark_stored_ref(&stored->base);
  return WD_OK;
}

/* With the lock. */
static enum wd_status
keep_schema(struct wd_spark_stored *stored, const struct wd_schema *schema,
            bool grows, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  if (!stored->has_schema)
    status = wd_schema_copy(schema, &stored->arena, &stored->schema, error);
  for (uint32_t i = 0; status == WD_OK && grows && i < schema->count; i++)
    ((struct wd_column *)(uintptr_t)stored->schema.columns)[i].nullable = true;
  stored->has_schema = status == WD_OK;
  return status;
}

/* A new last part. With the lock. */
static enum wd_status
add_part(struct wd_spark_lowering *lowering, struct wd_spark_stored *stored,
         const struct wd_plan_node *node, struct wd_spark_part *part,
         bool grows)
{
  enum wd_status status;

  part->before = stored->last;
  stored->last = part;
  status = keep_schema(stored, &node->schema, grows, lowering->error);
  if (status == WD_OK)
    status = add_fill(lowering, stored);
  if (status != WD_OK)
    drop_part(stored, part);
  return status;
}

enum wd_status
wd_spark_lower_stored(struct wd_spark_lowering *lowering,
                      const struct wd_plan_node *node, uint32_t field)
{
  struct wd_spark_stored *stored = node->stored;
  struct wd_spark_part *part;
  bool fresh;
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&stored->lock);
  fresh = !stored->last;
  if (fresh && lowering->looks) { /* what only is looked at is not kept */
    pthread_mutex_unlock(&stored->lock);
    return wd_spark_lower_node(lowering, node->left, field);
  }
  if (fresh && !node->left)
    status = wd_fail(lowering->error, WD_INTERNAL, "kept rows are gone");
  else if (fresh)
    status = make_part(lowering, stored, node->left, &part);
  if (status == WD_OK && fresh)
    status = add_part(lowering, stored, node->left, part, false);
  if (status == WD_OK)
    put_parts(lowering->writer,
              there(stored->last) ? there(stored->last) : stored->last, field);
  pthread_mutex_unlock(&stored->lock);
  return status;
}

/* Counting the rows has Spark make all of them. */
static void
put_count(struct wd_spark_lowering *lowering, const struct wd_spark_part *part)
{
  struct wd_sc_writer *writer = lowering->writer;
  struct wd_sc_view view = view_of(part);
  size_t root = wd_sc_begin(writer, WD_SC_Plan_root);
  size_t aggregate = wd_sc_begin(writer, WD_SC_Relation_aggregate);

  wd_sc_put_bytes(writer, WD_SC_Aggregate_input, view.data, view.length);
  wd_sc_put_int(writer, WD_SC_Aggregate_group_type,
                WD_SC_Aggregate_GroupType_GROUP_TYPE_GROUPBY);
  wd_spark_put_named(lowering, WD_SC_Aggregate_aggregate_expressions,
                     "count(*)", "c0");
  wd_sc_end(writer, aggregate);
  wd_sc_end(writer, root);
}

enum wd_status
wd_spark_lower_into(struct wd_spark_lowering *lowering,
                    const struct wd_request *request)
{
  struct wd_spark_stored *stored = (struct wd_spark_stored *)request->into;
  const struct wd_plan_node *root = request->plan->root;
  struct wd_spark_part *part = NULL;
  /* It may read what is there already. */
  enum wd_status status = make_part(lowering, stored, root, &part);

  if (status != WD_OK)
    return status;
  pthread_mutex_lock(&stored->lock);
  status = add_part(lowering, stored, root, part, true);
  if (status == WD_OK)
    put_count(lowering, stored->last);
  pthread_mutex_unlock(&stored->lock);
  return status;
}

void
wd_spark_fills_end(const struct wd_spark_fill *fills, bool well)
{
  for (; fills; fills = fills->next) {
    struct wd_spark_stored *stored = fills->stored;

    pthread_mutex_lock(&stored->lock);
    fills->part->coming = false;
    if (!well)
      drop_part(stored, fills->part);
    pthread_mutex_unlock(&stored->lock);
    wd_spark_stored_unref(&stored->base);
  }
}

/* ---- The contract -------------------------------------------------------- */

enum wd_status
wd_spark_stored_new(struct wd_engine *engine, bool on_disk,
                    struct wd_stored **out_stored, struct wd_error *error)
{
  struct wd_mem *mem = ((struct wd_spark_engine *)engine)->mem;
  struct wd_spark_stored *stored = wd_mem_calloc(mem, 1, sizeof *stored);

  *out_stored = NULL;
  if (!stored)
    return wd_fail_memory(error);
  stored->base.engine = engine;
  stored->mem = mem;
  stored->on_disk = on_disk;
  atomic_init(&stored->references, 1);
  pthread_mutex_init(&stored->lock, NULL);
  wd_arena_init(&stored->arena, mem, 0);
  *out_stored = &stored->base;
  return WD_OK;
}

struct wd_stored *
wd_spark_stored_ref(struct wd_stored *base)
{
  struct wd_spark_stored *stored = (struct wd_spark_stored *)base;

  atomic_fetch_add_explicit(&stored->references, 1, memory_order_relaxed);
  return base;
}

void
wd_spark_stored_unref(struct wd_stored *base)
{
  struct wd_spark_stored *stored = (struct wd_spark_stored *)base;

  if (!stored || atomic_fetch_sub_explicit(&stored->references, 1,
                                           memory_order_acq_rel) > 1)
    return;
  while (stored->last)
    drop_part(stored, stored->last);
  wd_arena_fini(&stored->arena);
  pthread_mutex_destroy(&stored->lock);
  wd_mem_free(stored->mem, stored, sizeof *stored);
}

enum wd_status
wd_spark_stored_schema(struct wd_stored *base, struct wd_arena *arena,
                       bool *out_filled, struct wd_schema *out_schema,
                       struct wd_error *error)
{
  struct wd_spark_stored *stored = (struct wd_spark_stored *)base;
  enum wd_status status = WD_OK;

  pthread_mutex_lock(&stored->lock);
  *out_filled = there(stored->last) != NULL;
  if (*out_filled)
    status = wd_schema_copy(&stored->schema, arena, out_schema, error);
  pthread_mutex_unlock(&stored->lock);
  return status;
}
