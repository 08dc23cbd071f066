/* The processes of the local cluster: a master, workers, a server of Spark
 * Connect with wasi-data's jar. Main thread. */
#ifndef WD_CLI_SPARK_CLUSTER_H
#define WD_CLI_SPARK_CLUSTER_H

#include "cli/options.h"
#include "cli/spark_record.h"

/* Starts all of it and waits until the server answers. WD_CANCELLED when a
 * signal came; whatever fails, nothing is left running. */
enum wd_status
wd_cli_spark_cluster_start(struct wd_cli_spark_record *record,
                           const struct wd_cli_settings *settings,
                           struct wd_error *error);

/* Ends what runs: asks first, then insists. */
void
wd_cli_spark_cluster_stop(struct wd_cli_spark_record *record);

#endif
