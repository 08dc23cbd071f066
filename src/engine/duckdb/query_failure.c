/* What engine threads report to a query. */
#include "engine/duckdb/query.h"

void
wd_duck_query_fail(struct wd_query *query, const struct wd_error *error)
{
  pthread_mutex_lock(&query->lock);
  wd_error_pass(&query->failure, error);
  pthread_mutex_unlock(&query->lock);
}

enum wd_status
wd_duck_query_failure(struct wd_query *query, struct wd_error *error)
{
  enum wd_status status;

  pthread_mutex_lock(&query->lock);
  status = query->failure.status;
  if (status != WD_OK)
    status = wd_error_pass(error, &query->failure);
  pthread_mutex_unlock(&query->lock);
  return status;
}
