/* The engine on Apache Spark: the contract of engine/engine.h, over Spark
 * Connect.
 *
 * Plans become Connect's relations (lower.h), expressions Spark SQL's text in
 * them; rows come back as Arrow. The engine's session on the server has fixed
 * settings (engine.c), so that the same text means the same everywhere.
 */
#ifndef WD_ENGINE_SPARK_ENGINE_H
#define WD_ENGINE_SPARK_ENGINE_H

#include <pthread.h>

#include "engine/engine.h"
#include "engine/spark/endpoint.h"
#include "engine/spark/session.h"

/* An artifact that the session has. */
struct wd_spark_sent {
  struct wd_spark_sent *next;
  char name[80];
};

struct wd_spark_engine {
  struct wd_engine base;
  struct wd_mem *mem;
  const struct wd_grants *grants;
  struct wd_arena arena; /* the endpoint; names of artifacts */
  struct wd_sc_endpoint endpoint;
  pthread_mutex_t lock; /* session, sent, image */
  struct wd_sc_session session;
  struct wd_spark_sent *sent;
  uint64_t image; /* the last that was sent, and its name */
  const char *image_name;
  bool connected;
};

extern const struct wd_engine_functions wd_engine_spark;

#endif
