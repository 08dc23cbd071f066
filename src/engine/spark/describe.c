#include "engine/spark/describe.h"

#include "engine/spark/types.h"

struct answer {
  struct wd_arena *arena;
  struct wd_schema *schema;
};

static enum wd_status
take_schema(void *env, struct wd_sc_view response, struct wd_error *error)
{
  struct answer *answer = env;

  return wd_spark_schema_from(
      wd_sc_find(wd_sc_find(response, WD_SC_AnalyzePlanResponse_schema),
                 WD_SC_AnalyzePlanResponse_Schema_schema),
      answer->arena, answer->schema, error);
}

enum wd_status
wd_spark_describe(struct wd_spark_engine *engine, wd_spark_put_relation *put,
                  const void *env, struct wd_arena *arena,
                  struct wd_schema *out_schema, struct wd_error *error)
{
  struct wd_sc_writer request;
  struct wd_spark_lowering lowering = {.engine = engine,
                                       .arena = arena,
                                       .writer = &request,
                                       .error = error,
                                       .looks = true};
  struct answer answer = {arena, out_schema};
  size_t analyze, plan;
  enum wd_status status;

  wd_sc_writer_init(&request, engine->mem);
  wd_sc_session_head(&engine->session, &request,
                     WD_SC_AnalyzePlanRequest_client_type);
  analyze = wd_sc_begin(&request, WD_SC_AnalyzePlanRequest_schema);
  plan = wd_sc_begin(&request, WD_SC_AnalyzePlanRequest_Schema_plan);
  status = put(&lowering, env, WD_SC_Plan_root);
  wd_sc_end(&request, plan);
  wd_sc_end(&request, analyze);
  pthread_mutex_lock(&engine->lock);
  if (status == WD_OK)
    status = wd_sc_session_call(&engine->session, "AnalyzePlan", &request,
                                take_schema, &answer, error);
  pthread_mutex_unlock(&engine->lock);
  wd_sc_writer_fini(&request);
  return status;
}
