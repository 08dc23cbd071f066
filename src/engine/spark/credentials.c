#include "engine/spark/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct credential {
  const char *scheme; /* what locations begin with */
  const char *variable;
  const char *option; /* of Spark's, or of Hadoop's for that file system */
  bool needed;
};

static const struct credential credentials[] = {
    {"jdbc:", "JDBC_USER", "user", true},
    {"jdbc:", "JDBC_PASSWORD", "password", true},
    {"s3a:", "AWS_ACCESS_KEY_ID", "fs.s3a.access.key", true},
    {"s3a:", "AWS_SECRET_ACCESS_KEY", "fs.s3a.secret.key", true},
    {"s3a:", "AWS_SESSION_TOKEN", "fs.s3a.session.token", false},
    {"s3a:", "AWS_ENDPOINT_URL_S3", "fs.s3a.endpoint", false},
    {"s3a:", "AWS_REGION", "fs.s3a.endpoint.region", false},
};

enum wd_status
wd_spark_put_credentials(struct wd_spark_lowering *lowering,
                         const struct wd_grant *grant)
{
  bool some = false;

  for (size_t i = 0; i < sizeof credentials / sizeof *credentials; i++) {
    const struct credential *credential = &credentials[i];
    const char *value = getenv(credential->variable);

    if (strncasecmp(grant->location, credential->scheme,
                    strlen(credential->scheme)) != 0)
      continue;
    some = true;
    if (!value && credential->needed)
      return wd_fail(lowering->error, WD_NOT_FOUND,
                     "credentials=env: the environment has no %s",
                     credential->variable);
    if (value)
      wd_sc_put_entry(lowering->writer, WD_SC_Read_DataSource_options,
                      credential->option, value);
  }
  return some ? WD_OK
              : wd_fail(lowering->error, WD_UNSUPPORTED,
                        "credentials=env is for s3a: and jdbc:; other file "
                        "systems have those of the cluster");
}
