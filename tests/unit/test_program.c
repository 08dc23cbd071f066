/* Programs: main in a real driver, its imports, jobs on a made-up engine, and
 * how a program ends. Guests are text; what they hold wrong is looked at from
 * outside, in tests/suite/test_hostile.py. */
#include "fake_engine.h"
#include "folder.h"
#include "lambda_help.h"

#include "guest/internal.h"
#include "oom.h"

/* ---- Guests -------------------------------------------------------------- */

/* The imports of the guests: label, types, and their names. */
static const struct {
  const char *label, *types, *interface, *name;
} imports[] = {
    {"range", "i64 i64 i64 i32", "datasets", "range"},
    {"read", "i32 i32 i32 i32 i32", "datasets", "read"},
    {"select", "i32 i32 i32 i32", "datasets", "[method]dataset.select"},
    {"filter", "i32 i32 i32 i32", "datasets", "[method]dataset.filter"},
    {"group", "i32 i32 i32 i32", "datasets", "[method]dataset.group-by"},
    {"aggregate", "i32 i32 i32 i32", "datasets", "[method]grouped.aggregate"},
    {"schema", "i32 i32", "datasets", "[method]dataset.schema"},
    {"explain", "i32 i32 i32 i32", "datasets", "[method]dataset.explain"},
    {"collect", "i32 i32 i32 i32", "datasets", "[method]dataset.collect"},
    {"show", "i32 i32 i32 i32", "datasets", "[method]dataset.show"},
    {"count", "i32 i32", "datasets", "[method]dataset.count"},
    {"first", "i32 i32", "datasets", "[method]dataset.first"},
    {"to_plan", "i32 i32", "datasets", "[method]dataset.to-plan"},
    {"write", "i32 i32 i32 i32 i32 i32 i32 i32 i32", "datasets",
     "[method]dataset.write"},
    {"drop_set", "i32", "datasets", "[resource-drop]dataset"},
    {"drop_group", "i32", "datasets", "[resource-drop]grouped"},
    {"next", "i32 i32", "jobs", "[method]job.next-batch"},
    {"wait", "i32 i32 i64 i32", "jobs", "[method]job.wait"},
    {"job_schema", "i32 i32", "jobs", "[method]job.schema"},
    {"progress", "i32 i32", "jobs", "[method]job.progress"},
    {"figures", "i32 i32", "jobs", "[method]job.figures"},
    {"cancel", "i32", "jobs", "[method]job.cancel"},
    {"drop_job", "i32", "jobs", "[resource-drop]job"},
    {"log", "i32 i32 i32", "context", "log"},
    {"fail", "i32 i32", "context", "fail"},
};

/* Results lie at 512. $ok gives the handle there; an error ends the program
 * with 90 and its code. */
static const char helpers[] =
    "(import \"wasi_snapshot_preview1\" \"proc_exit\""
    "  (func $exit (param i32)))"
    "(memory (export \"memory\") 2)"
    "(global $top (mut i32) (i32.const 4096))"
    "(data (i32.const 64) \"id > 2\")"
    "(data (i32.const 80) \"id + 1 as g\")"
    "(data (i32.const 128) \"\\50\\00\\00\\00\\0b\\00\\00\\00\")"
    "(data (i32.const 136) \"\\d4\\00\\00\\00\\01\\00\\00\\00\")"
    "(data (i32.const 172) \"\\c8\\00\\00\\00\\06\\00\\00\\00\")"
    "(data (i32.const 200) \"sum(g)\")"
    "(data (i32.const 212) \"g\")"
    "(data (i32.const 220) \"out\")"
    "(data (i32.const 224) \"lines\")"
    "(func $bad (param i32) (call $exit (i32.add (i32.const 90)"
    "  (i32.load8_u (local.get 0)))))"
    "(func $ok (result i32)"
    "  (if (i32.load8_u (i32.const 512)) (then (call $bad (i32.const 516))))"
    "  (i32.load (i32.const 516)))"
    "(func $ok8 (param i32)"
    "  (if (i32.load8_u (local.get 0))"
    "    (then (call $bad (i32.add (local.get 0) (i32.const 8))))))"
    "(func $ten (result i32)"
    "  (call $range (i64.const 0) (i64.const 10) (i64.const 1) (i32.const 512))"
    "  (call $ok))"
    "(func $collected (param i32) (result i32)"
    "  (call $collect (local.get 0) (i32.const 8) (i32.const 0)"
    "    (i32.const 512)) (call $ok))"
    "(func $written (param i32) (param i32) (result i32)"
    "  (call $write (local.get 0) (i32.const 220) (i32.const 3) (local.get 1)"
    "    (i32.const 8) (i32.const 0) (i32.const 8) (i32.const 0)"
    "    (i32.const 512)) (call $ok))"
    "(func $fetch (param $job i32)"
    "  (loop $more (call $next (local.get $job) (i32.const 512))"
    "    (drop (call $ok))"
    "    (br_if $more (i32.load8_u (i32.const 516)))))"
    "(func $await (param i32)"
    "  (call $wait (local.get 0) (i32.const 0) (i64.const 0) (i32.const 576))"
    "  (call $ok8 (i32.const 576)))";

static const char with_realloc[] =
    "(func (export \"cabi_realloc\") (param i32 i32 i32 i32) (result i32)"
    "  (global.set $top (i32.and (i32.add (global.get $top) (i32.const 15))"
    "    (i32.const -16)))"
    "  (global.get $top)"
    "  (global.set $top (i32.add (global.get $top) (local.get 3))))";

/* The text of a program; good until the third call from now. */
static const char *
text_of(const char *before, const char *body)
{
  static char texts[3][16384];
  static unsigned next;
  char *text = texts[next++ % 3];
  size_t used = (size_t)snprintf(text, sizeof *texts, "(module");

  for (size_t i = 0; i < sizeof imports / sizeof *imports; i++)
    used += (size_t)snprintf(
        text + used, sizeof *texts - used,
        "(import \"wasi:data/%s@0.1.0\" \"%s\" (func $%s (param %s)))",
        imports[i].interface, imports[i].name, imports[i].label,
        imports[i].types);
  snprintf(text + used, sizeof *texts - used,
           "%s%s(func (export \"_start\") (local $a i32) (local $b i32) %s))",
           helpers, before, body);
  return text;
}

#define PROGRAM(body) text_of(with_realloc, body)

/* Everything that builds and runs. */
static const char all_calls[] =
    "(local.set $a (call $ten))"
    "(call $filter (local.get $a) (i32.const 64) (i32.const 6)"
    "  (i32.const 512))"
    "(call $drop_set (local.get $a))"
    "(local.set $a (call $ok))"
    "(call $select (local.get $a) (i32.const 128) (i32.const 1)"
    "  (i32.const 512))"
    "(local.set $a (call $ok))"
    "(call $group (local.get $a) (i32.const 136) (i32.const 1)"
    "  (i32.const 512))"
    "(local.set $b (call $ok))"
    "(call $aggregate (local.get $b) (i32.const 160) (i32.const 1)"
    "  (i32.const 512))"
    "(local.set $a (call $ok))"
    "(call $drop_group (local.get $b))"
    "(call $schema (local.get $a) (i32.const 512)) (drop (call $ok))"
    "(call $explain (local.get $a) (i32.const 8) (i32.const 0)"
    "  (i32.const 512)) (drop (call $ok))"
    "(call $count (local.get $a) (i32.const 512)) (call $ok8 (i32.const 512))"
    "(call $first (local.get $a) (i32.const 512)) (drop (call $ok))"
    "(local.set $b (call $collected (local.get $a)))"
    "(call $fetch (local.get $b))"
    "(call $await (local.get $b))"
    "(call $job_schema (local.get $b) (i32.const 512))"
    "(drop (call $ok))"
    "(call $progress (local.get $b) (i32.const 640))"
    "(call $figures (local.get $b) (i32.const 704))"
    "(call $log (i32.const 1) (i32.const 64) (i32.const 6))"
    "(call $drop_job (local.get $b))";

/* ---- Running them -------------------------------------------------------- */

struct stage {
  struct wd_runtime *runtime;
  struct wd_module *module;
  struct fake_engine fake;
  struct wd_grants grants;
  struct wd_wasi_driver_options wasi;
  struct wd_program_options options;
  struct wd_program *program;
  char printed[256];
  int shown;
  uint64_t planned;
};

static void
take_print(void *env, int stream, const char *text, size_t length)
{
  struct stage *stage = env;

  snprintf(stage->printed, sizeof stage->printed, "%d:%.*s", stream,
           (int)length, text);
}

static void
stage_open(struct stage *stage, const char *text)
{
  struct wd_error error = {0};

  *stage = (struct stage){.fake = fake_engine(NULL, 2, 5)};
  assert_ok(wd_runtime_new(&(struct wd_runtime_options){.mem = NULL},
                           &stage->runtime, &error));
  assert_ok(wd_test_load(stage->runtime, text, &stage->module, &error));
  wd_grants_init(&stage->grants, NULL);
  stage->options = (struct wd_program_options){
      .module = stage->module,
      .grants = &stage->grants,
      .engine = "none",
      .wasi = &stage->wasi,
      .print = take_print,
      .env = stage,
  };
}

static void
stage_close(struct stage *stage)
{
  assert_int_equal(atomic_load(&stage->fake.queries), 0);
  wd_grants_fini(&stage->grants);
  wd_module_unref(stage->module);
  wd_runtime_unref(stage->runtime);
}

static enum wd_status
stage_run(struct stage *stage, int *out_code, struct wd_error *error)
{
  struct wd_program *program;
  enum wd_status status = wd_program_new(&stage->options, &program, error);

  if (status != WD_OK)
    return status;
  program->engine = &stage->fake.engine;
  stage->program = program;
  status = wd_program_run(program, out_code, error);
  wd_program_free(program);
  return status;
}

/* Runs a program that ends by itself; its exit code. */
static int
code_of(const char *text)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  stage_open(&stage, text);
  assert_ok(stage_run(&stage, &code, &error));
  stage_close(&stage);
  return code;
}

/* ---- Ends ---------------------------------------------------------------- */

static void
exit_codes(void **state)
{
  (void)state;
  assert_int_equal(code_of(PROGRAM("")), 0);
  assert_int_equal(code_of(PROGRAM("(call $exit (i32.const 0))")), 0);
  assert_int_equal(code_of(PROGRAM("(call $exit (i32.const 7))")), 7);
  /* Success is 0 alone: a caller sees eight bits. */
  assert_int_equal(code_of(PROGRAM("(call $exit (i32.const -1))")), 255);
  assert_int_equal(code_of(PROGRAM("(call $exit (i32.const 256))")), 1);
}

static void
no_program(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, "(module (memory (export \"memory\") 1))");
  assert_fails(stage_run(&stage, &code, &error), WD_BAD_MODULE,
               "test exports no _start");
  stage_close(&stage);
  stage_open(&stage, "(module (import \"wasi:data/datasets@0.1.0\" \"rnage\""
                     " (func (param i64 i64 i64 i32)))"
                     "(memory (export \"memory\") 1))");
  assert_fails(stage_run(&stage, &code, &error), WD_BAD_MODULE, "rnage");
  stage_close(&stage);
  stage_open(&stage, "(module (import \"env\" \"puts\" (func))"
                     "(memory (export \"memory\") 1))");
  assert_fails(stage_run(&stage, &code, &error), WD_BAD_MODULE, "puts");
  stage_close(&stage);
  stage_open(&stage, "(module (memory (export \"memory\") 1)"
                     "(func (export \"cabi_realloc\") (param i32)))");
  assert_fails(stage_run(&stage, &code, &error), WD_BAD_MODULE, "cabi_realloc");
  stage_close(&stage);
}

static void
traps(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, PROGRAM("(unreachable)"));
  assert_fails(stage_run(&stage, &code, &error), WD_TRAP, "unreachable");
  stage_close(&stage);
  stage_open(&stage, PROGRAM("(call $fail (i32.const 224) (i32.const 5))"));
  assert_fails(stage_run(&stage, &code, &error), WD_LAMBDA_FAILED, "lines");
  stage_close(&stage);
  stage_open(&stage, PROGRAM("(call $drop_set (i32.const 5))"));
  assert_fails(stage_run(&stage, &code, &error), WD_INVALID_ARGUMENT,
               "the program holds no handle 5");
  stage_close(&stage);
}

/* A program whose results need memory that it does not offer. */
static void
no_realloc(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, text_of("", "(call $schema (call $ten) (i32.const 512))"));
  assert_fails(stage_run(&stage, &code, &error), WD_BAD_MODULE, "cabi_realloc");
  stage_close(&stage);
}

static void
everything(void **state)
{
  (void)state;
  assert_int_equal(code_of(PROGRAM(all_calls)), 0);
}

static void
errors_are_told(void **state)
{
  (void)state;
  /* 90 + the error code: not granted, unsupported. */
  assert_int_equal(
      code_of(PROGRAM("(call $read (i32.const 224) (i32.const 5)"
                      " (i32.const 8) (i32.const 0) (i32.const 512))"
                      "(drop (call $ok))")),
      90);
  assert_int_equal(
      code_of(PROGRAM("(call $show (call $ten) (i32.const 8) (i32.const 0)"
                      " (i32.const 512)) (drop (call $ok))")),
      95);
  assert_int_equal(code_of(PROGRAM("(drop (call $written (call $ten)"
                                   " (i32.const 1)))")),
                   90);
}

static void
plan_is_written(void **state)
{
  (void)state;
  assert_int_equal(code_of(PROGRAM("(call $to_plan (call $ten) (i32.const 512))"
                                   "(drop (call $ok))")),
                   0);
}

static void
engine_fails(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, PROGRAM("(call $fetch (call $collected (call $ten)))"));
  stage.fake.end_status = WD_ENGINE_FAILED;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 99);
  stage.fake.end_status = WD_OK;
  stage.fake.start_status = WD_IO;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 100);
  stage_close(&stage);
  /* The engine itself is not there. */
  stage_open(&stage, PROGRAM("(drop (call $collected (call $ten)))"));
  {
    struct wd_program *program;

    assert_ok(wd_program_new(&stage.options, &program, &error));
    assert_ok(wd_program_run(program, &code, &error));
    assert_int_equal(code, 91);
    wd_program_free(program);
  }
  stage_close(&stage);
}

/* Rows that nobody fetches do not keep a program from ending. */
static void
collects_are_dropped(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, PROGRAM("(local.set $a (call $collected (call $ten)))"
                             "(drop (call $collected (call $ten)))"
                             "(call $drop_job (local.get $a))"));
  stage.fake.batches = 1000;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  stage_close(&stage);
}

/* To wait without a time for rows that one would have to fetch oneself. */
static void
waits(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, PROGRAM("(call $await (call $collected (call $ten)))"));
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  stage.fake.batches = 1000;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 92);
  stage_close(&stage);
}

/* ---- Writes -------------------------------------------------------------- */

static void
stage_sink(struct stage *stage, struct folder *folder, char *path, size_t size)
{
  struct wd_error error = {0};
  char text[600];

  snprintf(path, size, "%s/out.csv", folder->path);
  snprintf(text, sizeof text, "out=%s", path);
  assert_ok(wd_grants_add_sink(&stage->grants, text, &error));
}

static int
files_in(struct folder *folder)
{
  char command[400];
  FILE *list;
  int count = 0;

  snprintf(command, sizeof command, "ls -A '%s'", folder->path);
  list = popen(command, "r");
  for (int c; (c = fgetc(list)) != EOF;)
    count += c == '\n';
  pclose(list);
  return count;
}

/* Nobody waits: the program's end does. */
static void
writes_are_finished(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  char path[512];
  int code;

  stage_open(&stage, PROGRAM("(call $drop_job (call $written (call $ten)"
                             " (i32.const 1)))"));
  stage_sink(&stage, *state, path, sizeof path);
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  assert_int_equal(access(path, F_OK), 0);
  stage.fake.end_status = WD_ENGINE_FAILED;
  assert_int_equal(remove(path), 0);
  assert_fails(stage_run(&stage, &code, &error), WD_ENGINE_FAILED,
               "went wrong");
  assert_int_equal(files_in(*state), 0);
  stage_close(&stage);
}

/* The program saw the error and drops the job: the exit code tells all the
 * same. What it cancelled itself is no failure. */
static void
writes_that_failed(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  char path[512];
  int code;

  stage_open(&stage,
             PROGRAM("(local.set $a (call $written (call $ten) (i32.const 1)))"
                     "(call $wait (local.get $a) (i32.const 0) (i64.const 0)"
                     "  (i32.const 576))"
                     "(call $drop_job (local.get $a))"
                     "(drop (call $ten))"));
  stage_sink(&stage, *state, path, sizeof path);
  stage.fake.end_status = WD_IO;
  assert_fails(stage_run(&stage, &code, &error), WD_IO, "went wrong");
  stage_close(&stage);
  stage_open(&stage,
             PROGRAM("(local.set $a (call $written (call $ten) (i32.const 1)))"
                     "(call $cancel (local.get $a))"));
  stage_sink(&stage, *state, path, sizeof path);
  stage.fake.block = true;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  assert_int_equal(files_in(*state), 0);
  stage_close(&stage);
}

static void
writes_are_cancelled(void **state)
{
  const char *const ends[] = {
      PROGRAM("(drop (call $written (call $ten) (i32.const 1)))"
              "(call $exit (i32.const 3))"),
      PROGRAM("(call $drop_job (call $written (call $ten) (i32.const 1)))"
              "(unreachable)"),
  };
  struct wd_error error = {0};
  struct stage stage;
  char path[512];
  int code;

  for (int i = 0; i < 2; i++) {
    stage_open(&stage, ends[i]);
    stage_sink(&stage, *state, path, sizeof path);
    stage.fake.block = true;
    assert_int_equal(stage_run(&stage, &code, &error), i ? WD_TRAP : WD_OK);
    wd_error_clear(&error);
    assert_int_equal(files_in(*state), 0);
    stage_close(&stage);
  }
}

/* `ignore` where the target is: a job that has nothing to do. */
static void
write_ignored(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  char path[512];
  int code;

  stage_open(&stage,
             PROGRAM("(call $await (call $written (call $ten) (i32.const 1)))"
                     "(call $await (call $written (call $ten)"
                     "  (i32.const 3)))"));
  stage_sink(&stage, *state, path, sizeof path);
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  assert_int_equal(files_in(*state), 1);
  stage_close(&stage);
}

/* ---- From outside -------------------------------------------------------- */

static void *
cancel_soon(void *env)
{
  struct timespec pause = {0, 30000000};
  struct wd_job_progress progress;
  uint64_t job = 0;

  nanosleep(&pause, NULL);
  assert_true(wd_program_progress(env, &progress, &job));
  assert_int_equal(job, 1);
  assert_int_equal(progress.state, WD_JOB_RUNNING);
  wd_program_cancel(env);
  return NULL;
}

/* Somebody presses Ctrl-C while main waits for rows. */
static void
cancelled(void **state)
{
  struct wd_error error = {0};
  struct wd_program *program;
  struct stage stage;
  pthread_t thread;
  int code;

  (void)state;
  stage_open(&stage, PROGRAM("(call $fetch (call $collected (call $ten)))"));
  stage.fake.block = true;
  assert_ok(wd_program_new(&stage.options, &program, &error));
  program->engine = &stage.fake.engine;
  assert_int_equal(pthread_create(&thread, NULL, cancel_soon, program), 0);
  assert_int_equal(wd_program_run(program, &code, &error), WD_CANCELLED);
  pthread_join(thread, NULL);
  wd_program_free(program);
  wd_program_free(NULL);
  stage_close(&stage);
}

static enum wd_status
show(void *env, struct wd_job *job, struct wd_error *error)
{
  struct stage *stage = env;
  bool has = true;

  while (has) {
    struct wd_rows rows = {0};

    if (wd_job_next(job, &rows, &has, error) != WD_OK)
      return error->status;
    stage->shown += (int)rows.batch.rows;
    wd_rows_fini(&rows);
  }
  return stage->shown > 10 ? wd_fail(error, WD_IO, "a pipe is closed") : WD_OK;
}

static void
shows(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(
      &stage,
      PROGRAM("(call $show (call $ten) (i32.const 8) (i32.const 0)"
              "  (i32.const 512)) (call $await (call $ok))"
              "(call $log (i32.const 2) (i32.const 224) (i32.const 5))"));
  stage.options.show = show;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  assert_int_equal(stage.shown, 10);
  assert_string_equal(stage.printed, "2:lines\n");
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 100);
  stage_close(&stage);
}

static bool
planned(void *env, uint64_t job, const struct wd_plan *plan,
        struct wd_engine *engine)
{
  struct stage *stage = env;

  assert_non_null(plan->root);
  assert_ptr_equal(engine, &stage->fake.engine);
  stage->planned = job;
  return job == 2;
}

/* explain: the second action is planned, does not run, and main ends there,
 * although the guest would go on with the error. */
static void
explains(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage,
             PROGRAM("(drop (call $collected (call $ten)))"
                     "(call $collect (call $ten) (i32.const 8) (i32.const 0)"
                     "  (i32.const 512))"
                     "(call $exit (i32.const 55))"));
  stage.options.planned = planned;
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  assert_int_equal(stage.planned, 2);
  assert_int_equal(error.status, WD_OK);
  stage_close(&stage);
}

/* ---- Without memory ------------------------------------------------------ */

static enum wd_status
run_everything(void *env)
{
  struct stage *stage = env;
  struct wd_error error = {0};
  int code;
  enum wd_status status = stage_run(stage, &code, &error);

  if (status != WD_OK)
    return status;
  /* It was told: a limit was exceeded. */
  if (code != 0 && code != 96)
    print_error("exit code %d\n", code);
  assert_true(code == 0 || code == 96);
  return code ? WD_NO_MEMORY : WD_OK;
}

static void
no_memory(void **state)
{
  struct wd_error error = {0};
  struct stage stage;
  int code;

  (void)state;
  stage_open(&stage, PROGRAM(all_calls));
  assert_ok(stage_run(&stage, &code, &error));
  wd_oom_each(run_everything, &stage);
  stage_close(&stage);
}

static enum wd_status
run_lambda(void *env)
{
  struct wd_error error = {0};
  int code;
  enum wd_status status = stage_run(env, &code, &error);

  if (status != WD_OK)
    return status;
  assert_true(code == 0 || code == 125);
  return code ? WD_NO_MEMORY : WD_OK;
}

/* The same with a lambda and a write, by a program in C. */
static void
no_memory_with_lambda(void **state)
{
  static const char *const arguments[] = {"hostile", "good"};
  const char *build = getenv("WD_BUILD");
  struct wd_error error = {0};
  struct stage stage;
  char path[4096];
  int code;

  stage_open(&stage, PROGRAM(""));
  snprintf(path, sizeof path, "%s/tests/guests/bare_hostile.wasm",
           build ? build : ".");
  wd_module_unref(stage.module);
  stage.module = NULL;
  if (wd_module_load_file(stage.runtime, path, &stage.module, &error) ==
      WD_NOT_FOUND) {
    stage_close(&stage);
    skip();
  }
  stage_sink(&stage, *state, path, sizeof path);
  stage.options.module = stage.module;
  stage.wasi = (struct wd_wasi_driver_options){.arguments = arguments,
                                               .argument_count = 2};
  assert_ok(stage_run(&stage, &code, &error));
  assert_int_equal(code, 0);
  assert_int_equal(files_in(*state), 1);
  wd_oom_each(run_lambda, &stage);
  assert_int_equal(files_in(*state), 1);
  stage_close(&stage);
}

#define IN_FOLDER(name)                                                        \
  cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

int
main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(exit_codes),
      cmocka_unit_test(no_program),
      cmocka_unit_test(traps),
      cmocka_unit_test(no_realloc),
      cmocka_unit_test(everything),
      cmocka_unit_test(errors_are_told),
      cmocka_unit_test(plan_is_written),
      cmocka_unit_test(engine_fails),
      cmocka_unit_test(collects_are_dropped),
      cmocka_unit_test(waits),
      IN_FOLDER(writes_are_finished),
      IN_FOLDER(writes_that_failed),
      IN_FOLDER(writes_are_cancelled),
      IN_FOLDER(write_ignored),
      cmocka_unit_test(cancelled),
      cmocka_unit_test(shows),
      cmocka_unit_test(explains),
      cmocka_unit_test(no_memory),
      IN_FOLDER(no_memory_with_lambda),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
