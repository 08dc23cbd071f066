#include "cli/spark_cluster.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "cli/spark_home.h"

/* How long a process may take to answer, and to end when it is asked to. */
#define START_SECONDS 180
#define STOP_SECONDS 10
#define POLL_MILLISECONDS 100

/* Of Spark's user interface, as Spark counts. */
#define UI_PORT 4040

/* A variable of one name sets all of them, the server's before its options. */
#define DAEMON_HEAP "256m"
#define SERVER_HEAP "1g"

#define ARGUMENTS_MAX 256

/* A cluster on its way. */
struct cluster {
  struct wd_cli_spark_record *record;
  const struct wd_cli_settings *settings;
  char home[4096];
  char jar[4096];
  char master[64];
  char local[4096], work[4096];
  char java[8400]; /* options of every JVM */
  uint32_t cores;
  uint64_t memory; /* MiB of a worker */
};

static volatile sig_atomic_t signalled;

static void
take_signal(int number)
{
  signalled = number;
}

static void
sleep_a_little(void)
{
  nanosleep(&(struct timespec){.tv_nsec = POLL_MILLISECONDS * 1000000L}, NULL);
}

/* ---- The end ------------------------------------------------------------- */

static void
signal_all(struct wd_cli_spark_record *record, int number)
{
  /* The server first, that it says goodbye to those that still listen. */
  for (size_t i = record->count; i > 0; i--)
    wd_cli_process_signal(&record->processes[i - 1].process, number);
}

void
wd_cli_spark_cluster_stop(struct wd_cli_spark_record *record)
{
  struct wd_error ignored = {0};
  int polls = STOP_SECONDS * 1000 / POLL_MILLISECONDS;

  signal_all(record, SIGTERM);
  while (polls-- > 0 && wd_cli_spark_record_living(record))
    sleep_a_little();
  /* Executors may outlive their worker. */
  signal_all(record, SIGKILL);
  while (wd_cli_spark_record_living(record))
    sleep_a_little();
  wd_cli_spark_record_remove(record);
  wd_cli_spark_folder_clear(record, "local", false, &ignored);
}

/* ---- The beginning ------------------------------------------------------- */

static enum wd_status
start_process(struct cluster *cluster, const char *name, const char *heap,
              const char *const *arguments, struct wd_error *error)
{
  struct wd_cli_spark_record *record = cluster->record;
  struct wd_cli_spark_process *process = &record->processes[record->count];
  const struct wd_cli_variable variables[] = {
      {"SPARK_HOME", cluster->home},
      {"SPARK_LOCAL_IP", "127.0.0.1"},
      {"SPARK_LOCAL_HOSTNAME", "localhost"},
      {"SPARK_LOCAL_DIRS", cluster->local},
      {"JDK_JAVA_OPTIONS", cluster->java},
      {"SPARK_DAEMON_MEMORY", heap},
  };
  char log[4096];
  enum wd_status status;

  snprintf(process->name, sizeof process->name, "%s", name);
  wd_cli_spark_path(record, log, "log/%s.log", name);
  status = wd_cli_process_start(arguments, variables,
                                sizeof variables / sizeof *variables,
                                record->folder, log, &process->process, error);
  if (status != WD_OK)
    return status;
  record->count++;
  return wd_cli_spark_record_write(record, error);
}

/* Says why a process that ended did so: the last line of its log that is none
 * of a stack. */
static enum wd_status
fail_ended(const struct cluster *cluster, const char *name,
           struct wd_error *error)
{
  char path[4096], line[512], last[512] = "", shown[400];
  FILE *file =
      fopen(wd_cli_spark_path(cluster->record, path, "log/%s.log", name), "re");

  while (file && fgets(line, sizeof line, file))
    if (line[strspn(line, " \t\n")] && !strchr("\t ", line[0]))
      snprintf(last, sizeof last, "%s", line);
  if (file)
    fclose(file);
  last[strcspn(last, "\n")] = '\0';
  return wd_fail(error, WD_ENGINE_FAILED,
                 "the cluster's %s ended early: %s (all of it is in %s)", name,
                 wd_text_clean(shown, sizeof shown, last, strlen(last)), path);
}

/* Whether all goes well so far. */
static enum wd_status
check(const struct cluster *cluster, struct wd_error *error)
{
  const struct wd_cli_spark_record *record = cluster->record;

  if (signalled)
    return wd_fail(error, WD_CANCELLED, "%s: the cluster is not started",
                   signalled == SIGINT ? "interrupted" : "terminated");
  for (size_t i = 0; i < record->count; i++)
    if (!wd_cli_process_lives(&record->processes[i].process))
      return fail_ended(cluster, record->processes[i].name, error);
  return WD_OK;
}

static enum wd_status
await_port(const struct cluster *cluster, uint16_t port, const char *name,
           struct wd_error *error)
{
  int polls = START_SECONDS * 1000 / POLL_MILLISECONDS;
  enum wd_status status = check(cluster, error);
  char path[4096];

  while (status == WD_OK && !wd_cli_port_answers(port)) {
    if (polls-- == 0)
      return wd_fail(
          error, WD_ENGINE_FAILED,
          "the cluster's %s does not answer after %d seconds: see %s", name,
          START_SECONDS,
          wd_cli_spark_path(cluster->record, path, "log/%s.log", name));
    sleep_a_little();
    status = check(cluster, error);
  }
  /* Who answers may be another who was faster to take the port. */
  return status == WD_OK ? check(cluster, error) : status;
}

static enum wd_status
start_master(struct cluster *cluster, struct wd_error *error)
{
  uint16_t port = wd_cli_port_find(0);
  char class[4200], text[8];
  enum wd_status status;

  snprintf(class, sizeof class, "%s/bin/spark-class", cluster->home);
  snprintf(text, sizeof text, "%u", port);
  snprintf(cluster->master, sizeof cluster->master, "spark://127.0.0.1:%u",
           port);
  status = start_process(
      cluster, "master", DAEMON_HEAP,
      (const char *const[]){class, "org.apache.spark.deploy.master.Master",
                            "--host", "127.0.0.1", "--port", text,
                            "--webui-port", "0", NULL},
      error);
  return status == WD_OK ? await_port(cluster, port, "master", error) : status;
}

static enum wd_status
start_workers(struct cluster *cluster, struct wd_error *error)
{
  char class[4200], cores[16], memory[32], name[16];
  enum wd_status status = WD_OK;

  snprintf(class, sizeof class, "%s/bin/spark-class", cluster->home);
  snprintf(cores, sizeof cores, "%u", cluster->cores);
  snprintf(memory, sizeof memory, "%lluM", (unsigned long long)cluster->memory);
  for (uint32_t i = 1; i <= cluster->settings->workers && status == WD_OK;
       i++) {
    snprintf(name, sizeof name, "worker-%u", (unsigned)(uint16_t)i);
    status = start_process(
        cluster, name, DAEMON_HEAP,
        (const char *const[]){
            class, "org.apache.spark.deploy.worker.Worker", "--host",
            "127.0.0.1", "--webui-port", "0", "--cores", cores, "--memory",
            memory, "--work-dir", cluster->work, cluster->master, NULL},
        error);
  }
  return status;
}

/* The arguments of spark-submit, in a buffer of texts that end with zeros. */
struct arguments {
  const char *list[ARGUMENTS_MAX];
  size_t count;
  char texts[16384];
  size_t used;
};

static void
add(struct arguments *arguments, const char *text)
{
  if (arguments->count + 1 < ARGUMENTS_MAX)
    arguments->list[arguments->count++] = text;
}

/* What a server is told about the jar stands in docs/spark.md too. */
static void
add_settings(const struct cluster *cluster, struct arguments *arguments)
{
#define PACKAGE "org.apache.spark.sql.wasidata."
  const char *const constant[] = {
      "spark.connect.extensions.relation.classes=" PACKAGE
      "LambdaRelationPlugin",
      "spark.connect.extensions.expression.classes=" PACKAGE
      "LambdaExpressionPlugin",
      "spark.sql.extensions=" PACKAGE "LambdaExtensions",
      "spark.connect.grpc.binding.address=127.0.0.1",
      "spark.ui.showConsoleProgress=false",
  };
#undef PACKAGE
  const struct {
    const char *name;
    unsigned long long number;
    const char *unit;
  } numbers[] = {
      {"spark.connect.grpc.binding.port", cluster->record->port, ""},
      {"spark.ui.port", cluster->record->ui, ""},
      {"spark.executor.memory", cluster->memory, "m"},
  };
  char *texts = arguments->texts;

  for (size_t i = 0; i < sizeof constant / sizeof *constant; i++) {
    add(arguments, "--conf");
    add(arguments, constant[i]);
  }
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    add(arguments, "--conf");
    add(arguments, texts);
    texts += sprintf(texts, "%s=%llu%s", numbers[i].name, numbers[i].number,
                     numbers[i].unit) +
             1;
  }
  add(arguments, "--conf");
  add(arguments, texts);
  sprintf(texts, "spark.sql.warehouse.dir=%s/warehouse",
          cluster->record->folder);
}

static enum wd_status
start_server(struct cluster *cluster, struct wd_error *error)
{
  const struct wd_cli_settings *settings = cluster->settings;
  struct arguments arguments = {.count = 0};
  char submit[4200];

  snprintf(submit, sizeof submit, "%s/bin/spark-submit", cluster->home);
  add(&arguments, submit);
  add(&arguments, "--master");
  add(&arguments, cluster->master);
  add(&arguments, "--class");
  add(&arguments, "org.apache.spark.sql.connect.service.SparkConnectServer");
  add(&arguments, "--jars");
  add(&arguments, cluster->jar);
  add_settings(cluster, &arguments);
  /* Those of the command line come last, so that they win. */
  if (settings->grant_count > (ARGUMENTS_MAX - arguments.count) / 2 - 2)
    return wd_fail(error, WD_LIMIT_EXCEEDED, "too many --conf");
  for (size_t i = 0; i < settings->grant_count; i++) {
    add(&arguments, "--conf");
    add(&arguments, settings->grants[i].value);
  }
  add(&arguments, "spark-internal");
  return start_process(cluster, "server", SERVER_HEAP, arguments.list, error);
}

/* What JVMs leave behind that are killed goes with the folder. */
static void
write_java_options(struct cluster *cluster)
{
  const char *own = getenv("JDK_JAVA_OPTIONS");
  size_t room = sizeof cluster->java - sizeof cluster->local - 64;

  snprintf(cluster->java, sizeof cluster->java, "%.*s \"-Djava.io.tmpdir=%s\"",
           own && strlen(own) < room ? (int)strlen(own) : 0, own ? own : "",
           cluster->local);
}

static enum wd_status
prepare(struct cluster *cluster, struct wd_error *error)
{
  const struct wd_cli_settings *settings = cluster->settings;
  struct wd_cli_spark_record *record = cluster->record;
  long processors = sysconf(_SC_NPROCESSORS_ONLN);
  enum wd_status status = wd_cli_spark_java(error);

  if (status == WD_OK)
    status = wd_cli_spark_jar(settings->jar, cluster->jar, error);
  if (status == WD_OK)
    status = wd_cli_spark_home(settings->quiet, cluster->home, error);
  if (status != WD_OK)
    return status;
  cluster->memory = settings->worker_memory >> 20;
  cluster->cores = (uint32_t)processors / settings->workers;
  if (cluster->cores == 0)
    cluster->cores = 1;
  record->port = settings->port;
  if (!wd_cli_port_is_free(record->port))
    return wd_fail(error, WD_IO,
                   "port %u is in use by another program: --port N takes "
                   "another",
                   record->port);
  record->ui = wd_cli_port_find(UI_PORT);
  wd_cli_spark_path(record, cluster->local, "local");
  wd_cli_spark_path(record, cluster->work, "work");
  write_java_options(cluster);
  status = wd_cli_spark_folder_clear(record, "log", true, error);
  if (status == WD_OK)
    status = wd_cli_spark_folder_clear(record, "work", true, error);
  return status == WD_OK
             ? wd_cli_spark_folder_clear(record, "local", true, error)
             : status;
}

static enum wd_status
start_all(struct cluster *cluster, struct wd_error *error)
{
  enum wd_status status = start_master(cluster, error);

  if (status == WD_OK)
    status = start_workers(cluster, error);
  if (status == WD_OK)
    status = start_server(cluster, error);
  return status == WD_OK
             ? await_port(cluster, cluster->record->port, "server", error)
             : status;
}

enum wd_status
wd_cli_spark_cluster_start(struct wd_cli_spark_record *record,
                           const struct wd_cli_settings *settings,
                           struct wd_error *error)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct cluster cluster = {.record = record, .settings = settings};
  struct sigaction action = {.sa_handler = take_signal};
  enum wd_status status;

  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    sigaction(numbers[i], &action, NULL);
  status = prepare(&cluster, error);
  if (status == WD_OK)
    status = start_all(&cluster, error);
  if (status != WD_OK)
    wd_cli_spark_cluster_stop(record);
  return status;
}
