#include "folder.h"
#include "oom.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "io/format.h"
#include "io/grant.h"

static struct wd_grants grants;
static struct wd_error error;

static int
set_up(void **state)
{
  (void)state;
  wd_grants_init(&grants, NULL);
  wd_error_clear(&error);
  return 0;
}

static int
tear_down(void **state)
{
  (void)state;
  wd_grants_fini(&grants);
  return wd_mem_used(NULL) == 0 ? 0 : -1;
}

static const struct wd_grant *
table(const char *text)
{
  if (wd_grants_add_table(&grants, text, &error) != WD_OK)
    fail_msg("%s: %s", text, error.message);
  return &grants.tables[grants.table_count - 1];
}

static const struct wd_grant *
sink(const char *text)
{
  if (wd_grants_add_sink(&grants, text, &error) != WD_OK)
    fail_msg("%s: %s", text, error.message);
  return &grants.sinks[grants.sink_count - 1];
}

static void
expect_message(enum wd_status status, enum wd_status wanted, const char *part)
{
  if (status != wanted || !strstr(error.message, part))
    fail_msg("status %d, not %d, or no \"%s\" in \"%s\"", (int)status,
             (int)wanted, part, error.message);
  wd_error_clear(&error);
}

static void
refuse_table(const char *text, enum wd_status wanted, const char *part)
{
  expect_message(wd_grants_add_table(&grants, text, &error), wanted, part);
}

static void
refuse_sink(const char *text, enum wd_status wanted, const char *part)
{
  expect_message(wd_grants_add_sink(&grants, text, &error), wanted, part);
}

static void
test_format_by_ending(void **state)
{
  static const struct {
    const char *path;
    enum wd_format format;
  } cases[] = {
      {"a.txt", WD_FORMAT_TEXT},
      {"a.CSV", WD_FORMAT_CSV},
      {"b/a.tsv", WD_FORMAT_CSV},
      {"a.jsonl", WD_FORMAT_JSONL},
      {"a.ndjson", WD_FORMAT_JSONL},
      {"a.json", WD_FORMAT_JSONL},
      {"*.parquet", WD_FORMAT_PARQUET},
      {"a.arrow", WD_FORMAT_ARROW},
      {"a.arrows", WD_FORMAT_ARROW},
      {"a.csv.gz", WD_FORMAT_CSV},
      {"out.parquet//", WD_FORMAT_PARQUET},
      {"x.csv/part", WD_FORMAT_UNKNOWN},
      {".csv", WD_FORMAT_UNKNOWN},
      {"d/.csv", WD_FORMAT_UNKNOWN},
      {"csv", WD_FORMAT_UNKNOWN},
      {"a.", WD_FORMAT_UNKNOWN},
      {".gz", WD_FORMAT_UNKNOWN},
      {"", WD_FORMAT_UNKNOWN},
      {"/", WD_FORMAT_UNKNOWN},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    if (wd_format_of_path(cases[i].path) != cases[i].format)
      fail_msg("%s", cases[i].path);
  }
  assert_int_equal(wd_format_of("tsv"), WD_FORMAT_CSV);
  assert_int_equal(wd_format_of("xml"), WD_FORMAT_UNKNOWN);
  for (int f = WD_FORMAT_TEXT; f <= WD_FORMAT_ARROW; f++)
    assert_int_equal(wd_format_of(wd_format_name((enum wd_format)f)), f);
}

static void
test_parts(void **state)
{
  const struct wd_grant *grant = table("lines=a=b/1,,2.log,format=text");

  (void)state;
  assert_string_equal(grant->name, "lines");
  assert_string_equal(grant->location, "a=b/1,2.log");
  assert_int_equal(grant->format, WD_FORMAT_TEXT);
  assert_int_equal(grant->option_count, 0);

  grant = table("t=x,,,format=csv,delimiter=,,,null=a,,b,header=auto");
  assert_string_equal(grant->location, "x,");
  assert_string_equal(wd_grant_option(grant, "delimiter"), ",");
  assert_string_equal(wd_grant_option(grant, "null"), "a,b");
  assert_string_equal(wd_grant_option(grant, "header"), "auto");
  assert_null(wd_grant_option(grant, "quote"));
}

static void
test_csv_options(void **state)
{
  const struct wd_grant *grant;

  (void)state;
  grant = table("a=a.csv,delimiter=tab,quote=none,escape=\\,null=,"
                "columns=(n i64, d decimal(10,2))");
  assert_string_equal(wd_grant_option(grant, "delimiter"), "\t");
  assert_string_equal(wd_grant_option(grant, "quote"), "");
  assert_string_equal(wd_grant_option(grant, "escape"), "\\");
  assert_string_equal(wd_grant_option(grant, "null"), "");
  assert_string_equal(wd_grant_option(grant, "columns"),
                      "n i64, d decimal(10,2)");
  grant = table("b=b.csv,columns=n i64,,s string");
  assert_string_equal(wd_grant_option(grant, "columns"), "n i64,s string");
  assert_string_equal(wd_grant_option(table("c=c.tsv"), "delimiter"), "\t");
  assert_string_equal(wd_grant_option(table("d=d.tsv.gz"), "delimiter"), "\t");
  assert_string_equal(wd_grant_option(table("e=e,format=tsv"), "delimiter"),
                      "\t");
  assert_string_equal(
      wd_grant_option(table("f=f.tsv,delimiter=|"), "delimiter"), "|");
  assert_null(wd_grant_option(table("g=g.tsv,format=csv"), "delimiter"));
  assert_string_equal(
      wd_grant_option(table("h=h.csv,delimiter=§"), "delimiter"), "§");
}

static void
test_refused_tables(void **state)
{
  (void)state;
  refuse_table("lines", WD_INVALID_ARGUMENT, "write NAME=LOCATION");
  refuse_table("=a.csv", WD_INVALID_ARGUMENT, "name is empty");
  refuse_table("a\tb=a.csv", WD_INVALID_ARGUMENT, "control character");
  refuse_table("a\xff=a.csv", WD_INVALID_ARGUMENT, "not UTF-8");
  refuse_table("t=", WD_INVALID_ARGUMENT, "table 't': the location is empty");
  refuse_table("t=,format=csv", WD_INVALID_ARGUMENT, "location is empty");
  refuse_table("t=data/", WD_INVALID_ARGUMENT, "text, csv, tsv, jsonl");
  refuse_table("t=a.csv,format=xml", WD_INVALID_ARGUMENT, "'xml'");
  refuse_table("t=a.csv,sep=;", WD_INVALID_ARGUMENT,
               "no option 'sep': it has format, header, delimiter, quote, "
               "escape, null, quoted-null, columns");
  refuse_table("t=a.parquet,header=true", WD_INVALID_ARGUMENT,
               "a parquet table has no option 'header'");
  refuse_table("t=a,b.csv", WD_INVALID_ARGUMENT, "'b.csv' is no option");
  refuse_table("t=a.csv,", WD_INVALID_ARGUMENT, "'' is no option");
  refuse_table("t=a.csv,header=yes", WD_INVALID_ARGUMENT,
               "option header cannot be 'yes'");
  refuse_table("t=a.csv,header=true,header=true", WD_INVALID_ARGUMENT,
               "'header' is given twice");
  refuse_table("t=a.csv,format=csv,format=csv", WD_INVALID_ARGUMENT,
               "'format' is given twice");
  refuse_table("t=a.csv,delimiter=ab", WD_INVALID_ARGUMENT, "delimiter");
  refuse_table("t=a.csv,delimiter=", WD_INVALID_ARGUMENT, "delimiter");
  refuse_table("t=a.csv,quote=é", WD_INVALID_ARGUMENT, "quote");
  refuse_table("t=a.csv,columns=(a nosuch)", WD_INVALID_ARGUMENT, "columns");
  refuse_table("t=a.csv,columns=", WD_INVALID_ARGUMENT, "columns");
  refuse_table("t=a.txt.gz", WD_UNSUPPORTED, "compressed by gz");
  refuse_table("t=a.csv.xz", WD_UNSUPPORTED, "compressed by xz");
  assert_int_equal(grants.table_count, 0);
  table("t=a.csv");
  refuse_table("t=b.csv", WD_INVALID_ARGUMENT, "table 't' is granted twice");
  assert_string_equal(grants.tables[0].location, "a.csv");
}

static void
test_locations(void **state)
{
  (void)state;
  assert_string_equal(table("a=file:///x/a%20b.csv")->location, "/x/a b.csv");
  assert_string_equal(table("b=FILE://localhost/b.csv")->location, "/b.csv");
  assert_string_equal(table("c=./-,format=csv")->location, "./-");
  assert_string_equal(table("d=c:/x.csv")->location, "c:/x.csv");
  refuse_table("t=s3://books/a.csv", WD_UNSUPPORTED, "not s3://");
  refuse_table("t=https://x/a.csv", WD_UNSUPPORTED, "only files");
  refuse_table("t=-,format=csv", WD_UNSUPPORTED, "standard input");
  refuse_table("t=file://host/a.csv", WD_INVALID_ARGUMENT, "names a host");
  refuse_table("t=file:///a%2.csv", WD_INVALID_ARGUMENT, "%25");
  refuse_table("t=file:///a%00.csv", WD_INVALID_ARGUMENT, "not zero");
}

/* What a cluster reads: taken as it is. */
static void
test_remote(void **state)
{
  const struct wd_grant *grant;
  const char *const *files;
  uint32_t count;

  (void)state;
  grant = table("a=s3a://books/*.csv,header=true,credentials=env");
  assert_string_equal(grant->location, "s3a://books/*.csv");
  assert_int_equal(grant->format, WD_FORMAT_CSV);
  assert_true(grant->remote && grant->credentials);
  assert_string_equal(wd_grant_option(grant, "header"), "true");
  assert_null(wd_grant_option(grant, "credentials"));
  expect_message(wd_grant_files(grant, &grants.arena, &files, &count, &error),
                 WD_UNSUPPORTED, "which the engine spark reads");
  grant = table("b=JDBC:postgresql://host/shop,table=orders");
  assert_int_equal(grant->format, WD_FORMAT_JDBC);
  assert_true(grant->remote && !grant->credentials);
  assert_true(table("c=abfss://box@account/a.parquet")->remote);
  assert_false(table("d=a.csv")->remote);
  refuse_table("t=hdfs://host/a", WD_INVALID_ARGUMENT, "add ,format=");
  refuse_table("t=jdbc:x:y", WD_INVALID_ARGUMENT, "needs the option table");
  refuse_table("t=jdbc:x:y,table=a,format=csv", WD_INVALID_ARGUMENT,
               "no option format");
  refuse_table("t=jdbc:x:y,table=a,header=true", WD_INVALID_ARGUMENT,
               "table, driver");
  refuse_table("t=a.csv,format=jdbc", WD_INVALID_ARGUMENT, "is not known");
  refuse_table("t=s3a://me:geheim@books/a.csv", WD_INVALID_ARGUMENT,
               "table 't': the URL holds a user or a password");
  refuse_table("t=jdbc:x://h/b?Password=geheim,table=a", WD_INVALID_ARGUMENT,
               "table 't': the URL holds a user or a password");
  refuse_table("t=s3a://b/a.csv,credentials=mine", WD_INVALID_ARGUMENT,
               "it is env");
  refuse_table("t=a.csv,credentials=env", WD_INVALID_ARGUMENT,
               "no option 'credentials'");
  refuse_sink("t=s3a://b/a.csv", WD_UNSUPPORTED, "not s3a://");
}

static void
test_sinks(void **state)
{
  (void)state;
  assert_int_equal(sink("a=a.parquet")->format, WD_FORMAT_PARQUET);
  assert_int_equal(sink("b=b.json")->format, WD_FORMAT_JSONL);
  assert_string_equal(wd_grant_option(sink("c=c.tsv,header=false"), "header"),
                      "false");
  refuse_sink("t=t.txt", WD_UNSUPPORTED, "cannot be text");
  assert_string_equal(wd_grant_option(sink("d=d.csv.gz"), "compression"),
                      "gzip");
  assert_string_equal(
      wd_grant_option(sink("e=e.jsonl.zst,compression=none"), "compression"),
      "none");
  assert_string_equal(wd_grant_option(sink("f=f.arrows"), "container"),
                      "stream");
  assert_null(wd_grant_option(sink("g=g.arrow"), "container"));
  refuse_sink("t=t.csv.xz", WD_UNSUPPORTED, "not compressed by xz");
  refuse_sink("t=t.parquet.gz", WD_UNSUPPORTED, "not compressed by gz");
  refuse_sink("t=t.parquet,compression=lzma", WD_INVALID_ARGUMENT, "snappy");
  refuse_sink("t=t.parquet,row_group_size=0", WD_INVALID_ARGUMENT,
              "a number of rows");
  refuse_sink("t=t.arrow,container=box", WD_INVALID_ARGUMENT, "file or stream");
  refuse_sink("t=t.csv,columns=a i64", WD_INVALID_ARGUMENT,
              "a csv sink has no option 'columns'");
  refuse_sink("t=t.csv,header=auto", WD_INVALID_ARGUMENT, "true or false");
  refuse_sink("t=-", WD_UNSUPPORTED, "standard input and output");
  refuse_sink("t", WD_INVALID_ARGUMENT, "grants no sink");
  table("a=a.csv"); /* a name of its own */
}

static void
test_not_granted(void **state)
{
  const struct wd_grant *found;
  char text[64];

  (void)state;
  expect_message(wd_grants_table(&grants, "ordrs", 5, &found, &error),
                 WD_NOT_GRANTED,
                 "table 'ordrs' is not granted; no table is "
                 "(--table ordrs=LOCATION grants it)");
  table("orders=o.csv");
  table("lines=l.csv");
  assert_int_equal(wd_grants_table(&grants, "linesX", 5, &found, &error),
                   WD_OK);
  assert_ptr_equal(found, &grants.tables[1]);
  expect_message(wd_grants_table(&grants, "ordrs", 5, &found, &error),
                 WD_NOT_GRANTED,
                 "table 'ordrs' is not granted; granted: orders, lines "
                 "(--table ordrs=LOCATION grants it)");
  assert_null(found);
  expect_message(wd_grants_sink(&grants, "orders", 6, &found, &error),
                 WD_NOT_GRANTED, "sink 'orders' is not granted; no sink is");
  expect_message(wd_grants_table(&grants, "a\x1b[\n\xff\0b", 7, &found, &error),
                 WD_NOT_GRANTED, "table 'a?[???b' is not granted");
  for (int i = 0; i < 100; i++) {
    snprintf(text, sizeof text, "t%d=t.csv", i);
    table(text);
  }
  expect_message(wd_grants_table(&grants, "x", 1, &found, &error),
                 WD_NOT_GRANTED, "t9 and 90 more (--table x=LOCATION");
}

/* The paths found, relative to the folder, each with a space after it. */
static const char *
list_files(struct folder *folder, const char *location)
{
  static char text[1024];
  struct wd_arena arena;
  const char *const *files;
  uint32_t count;
  char grant[512];
  size_t skip = strlen(folder->path) + 1;

  wd_grants_fini(&grants);
  snprintf(grant, sizeof grant, "t=%s", folder_join(folder, location));
  table(grant);
  wd_arena_init(&arena, NULL, 0);
  text[0] = '\0';
  if (wd_grant_files(&grants.tables[0], &arena, &files, &count, &error) !=
      WD_OK) {
    snprintf(text, sizeof text, "%d %.900s", (int)error.status, error.message);
    wd_error_clear(&error);
  } else {
    for (uint32_t i = 0; i < count; i++)
      snprintf(text + strlen(text), sizeof text - strlen(text), "%s ",
               files[i] + skip);
  }
  wd_arena_fini(&arena);
  return text;
}

static void
make_files(struct folder *folder)
{
  static const char *const files[] = {
      "b.csv",      "a.csv",       "a.txt",     "_SUCCESS.csv", ".hidden.csv",
      "README",     "d/c.csv",     "d/e/f.csv", "d/e/g.TSV",    "_tmp/x.csv",
      "d/.h/x.csv", "d/p.parquet", "k[1].csv",  "d/e/z.csv.gz", "d/e/n.log",
  };

  mkdir(folder_join(folder, "d"), 0777);
  mkdir(folder_join(folder, "d/e"), 0777);
  mkdir(folder_join(folder, "d/.h"), 0777);
  mkdir(folder_join(folder, "_tmp"), 0777);
  mkdir(folder_join(folder, "empty"), 0777);
  for (size_t i = 0; i < sizeof files / sizeof *files; i++)
    file_write(folder_join(folder, files[i]), "");
}

static void
expect_files(struct folder *folder, const char *location, const char *wanted)
{
  assert_string_equal(list_files(folder, location), wanted);
}

static void
expect_failure(struct folder *folder, const char *location,
               enum wd_status status, const char *part)
{
  const char *text = list_files(folder, location);

  if (atoi(text) != (int)status || !strstr(text, part))
    fail_msg("%s: %s", location, text);
}

static void
test_files(void **state)
{
  struct folder *folder = *state;

  make_files(folder);
  expect_files(folder, "a.csv", "a.csv ");
  expect_files(folder, "README,format=text", "README ");
  expect_files(folder, "k[1].csv", "k[1].csv ");
  expect_files(folder, ",format=csv",
               "a.csv b.csv d/c.csv d/e/f.csv d/e/g.TSV d/e/z.csv.gz "
               "k[1].csv ");
  expect_files(folder, "d,format=text", "d/e/n.log ");
  expect_files(folder, "d/e/,format=csv", "d/e/f.csv d/e/g.TSV d/e/z.csv.gz ");
  expect_files(folder, "*.csv", "a.csv b.csv k[1].csv ");
  expect_files(folder, "_*.csv", "_SUCCESS.csv ");
  expect_files(folder, "[ab].csv", "a.csv b.csv ");
  expect_files(folder, "?/*.csv", "d/c.csv ");
  expect_files(folder, "**/*.csv", "a.csv b.csv d/c.csv d/e/f.csv k[1].csv ");
  expect_files(folder, "**/**/e/**/f.csv", "d/e/f.csv ");
  expect_files(folder, "**,format=parquet", "d/p.parquet ");
  expect_files(folder, "*/e,format=csv", "d/e/f.csv d/e/g.TSV d/e/z.csv.gz ");
  expect_files(folder, "*/e/../c.csv", "d/e/../c.csv ");
}

static void
test_missing_files(void **state)
{
  struct folder *folder = *state;

  make_files(folder);
  expect_failure(folder, "x.csv", WD_NOT_FOUND, "x.csv' does not exist");
  expect_failure(folder, "x.csv", WD_NOT_FOUND, "table 't'");
  expect_failure(folder, "a.csv/x.csv", WD_NOT_FOUND, "does not exist");
  expect_failure(folder, "empty,format=csv", WD_NOT_FOUND, "no csv file in");
  expect_failure(folder, "x*.csv", WD_NOT_FOUND, "no csv file in");
  expect_failure(folder, "a.csv/*.csv", WD_NOT_FOUND, "no csv file in");
  expect_failure(folder, "no/*/x.csv", WD_NOT_FOUND, "no csv file in");
  assert_int_equal(mkfifo(folder_join(folder, "pipe.csv"), 0600), 0);
  expect_failure(folder, "pipe.csv", WD_UNSUPPORTED, "is no file");
  file_write(folder_join(folder, "empty/a.gz"), "");
  expect_failure(folder, "empty,format=text", WD_UNSUPPORTED,
                 "compressed by gz");
  assert_int_equal(symlink("nowhere", folder_join(folder, "d/l.csv")), 0);
  expect_failure(folder, "d,format=csv", WD_IO, "d/l.csv': No such file");
}

static void
test_loop_of_links(void **state)
{
  struct folder *folder = *state;

  file_write(folder_join(folder, "a.csv"), "");
  assert_int_equal(symlink(".", folder_join(folder, "self")), 0);
  expect_failure(folder, ",format=csv", WD_IO, "symbolic links");
  expect_failure(folder, "**/x.csv", WD_IO, "symbolic links");
}

/* In a child that is nobody. */
static void
test_unreadable(void **state)
{
  struct folder *folder = *state;
  int status;
  pid_t child;

  make_files(folder);
  chmod(folder_join(folder, "a.csv"), 0);
  chmod(folder_join(folder, "d"), 0);
  child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (geteuid() == 0 && seteuid(65534))
      _exit(9);
    _exit(strstr(list_files(folder, "a.csv"), "Permission denied") == NULL ||
          strstr(list_files(folder, "*.csv"), "a.csv'") == NULL ||
          strstr(list_files(folder, "d/*.csv"), "Permission denied") == NULL ||
          strstr(list_files(folder, ",format=parquet"), "/d'") == NULL);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
  chmod(folder_join(folder, "d"), 0755);
}

static enum wd_status
run_grants(void *env)
{
  struct wd_grants set;
  char text[64];
  enum wd_status status = WD_OK;

  (void)env;
  wd_grants_init(&set, NULL);
  for (int i = 0; status == WD_OK && i < 20; i++) {
    struct wd_error local = {0};

    snprintf(text, sizeof text, "t%d=t.tsv,columns=(a i64, b string)", i);
    status = wd_grants_add_table(&set, text, &local);
  }
  wd_grants_fini(&set);
  return status;
}

static enum wd_status
run_files(void *env)
{
  struct wd_grant grant = {
      .name = "t", .location = env, .format = WD_FORMAT_CSV};
  struct wd_error local = {0};
  const char *const *files;
  struct wd_arena arena;
  uint32_t count;
  enum wd_status status;

  wd_arena_init(&arena, NULL, 0);
  status = wd_grant_files(&grant, &arena, &files, &count, &local);
  wd_arena_fini(&arena);
  return status;
}

static void
test_out_of_memory(void **state)
{
  struct folder *folder = *state;
  char name[16];

  for (int i = 0; i < 40; i++) {
    snprintf(name, sizeof name, "%d.csv", i);
    file_write(folder_join(folder, name), "");
  }
  wd_oom_each(run_grants, NULL);
  wd_oom_each(run_files, folder->path);
  snprintf(folder->joined[0], sizeof folder->joined[0], "%s/**/*.csv",
           folder->path);
  wd_oom_each(run_files, folder->joined[0]);
}

static int
set_up_folder(void **state)
{
  return set_up(state) || folder_make(state);
}

static int
tear_down_folder(void **state)
{
  int removed = folder_remove(state);

  return tear_down(state) || removed;
}

#define PLAIN(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define IN_FOLDER(name)                                                        \
  cmocka_unit_test_setup_teardown(name, set_up_folder, tear_down_folder)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      PLAIN(test_format_by_ending),
      PLAIN(test_parts),
      PLAIN(test_csv_options),
      PLAIN(test_refused_tables),
      PLAIN(test_locations),
      PLAIN(test_sinks),
      PLAIN(test_remote),
      PLAIN(test_not_granted),
      IN_FOLDER(test_files),
      IN_FOLDER(test_missing_files),
      IN_FOLDER(test_loop_of_links),
      IN_FOLDER(test_unreadable),
      IN_FOLDER(test_out_of_memory),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
