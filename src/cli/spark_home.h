/* What a local cluster is made of: Java, Apache Spark, wasi-data's jar. */
#ifndef WD_CLI_SPARK_HOME_H
#define WD_CLI_SPARK_HOME_H

#include <stdbool.h>

#include "wasidata/error.h"

/* That a Java is there which Spark runs on. */
enum wd_status
wd_cli_spark_java(struct wd_error *error);

/* Spark's folder: SPARK_HOME, or our own of the version that the jar is made
 * for, which is fetched when it is not there yet. */
enum wd_status
wd_cli_spark_home(bool quiet, char out_path[4096], struct wd_error *error);

/* The jar: `given`, or the one beside this command. */
enum wd_status
wd_cli_spark_jar(const char *given, char out_path[4096],
                 struct wd_error *error);

#endif
