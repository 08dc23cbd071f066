#include "engine/spark/program.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "engine/spark/artifact.h"
#include "wasm/image_file.h"

/* zlib counts in 32 bits, at the other end too (artifact_file.c). */
#define ARTIFACT_MAX UINT32_MAX

/* How much of the speed is given for size: pages of a program are sent over a
 * network once. */
#define LEVEL 1

static bool
was_sent(const struct wd_spark_engine *engine, const char *name)
{
  for (const struct wd_spark_sent *sent = engine->sent; sent; sent = sent->next)
    if (strcmp(sent->name, name) == 0)
      return true;
  return false;
}

static enum wd_status
deflate_bytes(struct wd_spark_engine *engine, const void *data, size_t size,
              struct wd_buf *out, struct wd_error *error)
{
  uint64_t length = size;
  uLongf used = compressBound(size);
  uint8_t *room;

  wd_buf_init(out, engine->mem, SIZE_MAX);
  wd_buf_add(out, &length, sizeof length);
  room = wd_buf_reserve(out, used);
  if (!room || compress2(room, &used, data, size, LEVEL) != Z_OK)
    return wd_fail_memory(error);
  out->length += used;
  return WD_OK;
}

static enum wd_status
send_bytes(struct wd_spark_lowering *lowering, const char *name,
           const void *data, size_t size)
{
  struct wd_spark_engine *engine = lowering->engine;
  struct wd_buf deflated;
  enum wd_status status =
      deflate_bytes(engine, data, size, &deflated, lowering->error);

  if (status == WD_OK)
    status = wd_sc_artifact_send(&engine->session, name, deflated.data,
                                 deflated.length, lowering->error);
  wd_buf_fini(&deflated);
  return status;
}

/* Sends bytes under the name of their content; the engine's lock is held. */
static enum wd_status
send_once(struct wd_spark_lowering *lowering, const char *kind,
          const void *data, size_t size, const char **out_name)
{
  struct wd_spark_engine *engine = lowering->engine;
  struct wd_hash hash = wd_hash_of(data, size);
  struct wd_spark_sent *sent = wd_arena_alloc(&engine->arena, sizeof *sent);
  char text[65];
  enum wd_status status;

  if (!sent)
    return wd_fail_memory(lowering->error);
  wd_hash_text(&hash, text);
  snprintf(sent->name, sizeof sent->name, "wd-%s-%s", kind, text);
  *out_name = sent->name;
  if (was_sent(engine, sent->name))
    return WD_OK;
  status = send_bytes(lowering, sent->name, data, size);
  if (status != WD_OK)
    return status;
  sent->next = engine->sent;
  engine->sent = sent;
  return WD_OK;
}

static enum wd_status
send_code(struct wd_spark_lowering *lowering, const struct wd_module *module,
          const char **out_name)
{
  size_t size;
  const uint8_t *bytes = wd_module_bytes(module, &size);

  return send_once(lowering, "code", bytes, size, out_name);
}

/* Jobs of one action after another often have the same image. */
static enum wd_status
send_image(struct wd_spark_lowering *lowering, const struct wd_image *image,
           const char **out_name)
{
  struct wd_spark_engine *engine = lowering->engine;
  struct wd_buf bytes;
  enum wd_status status;

  if (engine->image_name && engine->image == wd_image_id(image)) {
    *out_name = engine->image_name;
    return WD_OK;
  }
  wd_buf_init(&bytes, engine->mem, ARTIFACT_MAX);
  status = wd_image_save(image, &bytes, lowering->error);
  if (status == WD_OK)
    status = send_once(lowering, "image", bytes.data, bytes.length, out_name);
  wd_buf_fini(&bytes);
  if (status == WD_OK) {
    engine->image = wd_image_id(image);
    engine->image_name = *out_name;
  }
  return status;
}

enum wd_status
wd_spark_program(struct wd_spark_lowering *lowering, const struct wd_pool *pool,
                 struct wd_spark_program *out_program)
{
  const struct wd_pool_options *options = wd_pool_options(pool);
  struct wd_module *module = wd_linkage_module(options->linkage);
  struct wd_spark_engine *engine = lowering->engine;
  enum wd_status status = WD_OK;

  *out_program = (struct wd_spark_program){
      .name = wd_module_info(module)->name,
      .code = "",
      .image = "",
      .job = options->job,
      .time_ns = options->time_ns,
      .memory_limit = options->memory_limit,
      .environment_count = options->environment_count,
      .environment = options->environment,
      .argument_count = options->argument_count,
      .arguments = options->arguments,
  };
  if (lowering->looks)
    return WD_OK;
  pthread_mutex_lock(&engine->lock);
  status = send_code(lowering, module, &out_program->code);
  if (status == WD_OK)
    status = send_image(lowering, wd_pool_image(pool), &out_program->image);
  pthread_mutex_unlock(&engine->lock);
  return status;
}
