/* Images and instances: how long it takes to freeze a program's memory, and to
 * make a worker on the image and call it.
 *
 *   bench_host image CACHE PROGRAM MIB STEPS
 *
 * PROGRAM is guests/image.c: an action without an image before it, one with a
 * lambda, STEPS that each follow small changes, and one with a lambda again.
 * Prints JSON, microseconds of this thread's CPU each: "first" and "later"
 * snapshots, what the driver needs until it is "settled" after the first, and
 * for workers on the "base" (the first image) and on the "delta" (the last)
 * lists of "enter" (the instance), "bind", "call" (the first one, of one row)
 * and "again" (the second), and of "free"; "own": KiB that a worker takes
 * besides its linear memory; "private": KiB of linear memory that its first
 * call wrote. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "host.h"
#include "lambda/worker.h"
#include "measure.h"
#include "wasm/instance.h"

#define STEPS 16
#define WORKERS 200
#define HELD 64

struct workers {
  double enter[WORKERS], bind[WORKERS], call[WORKERS], again[WORKERS],
      free[WORKERS];
  uint64_t own, private_bytes;
};

struct images {
  struct session session;
  unsigned steps, lambdas;
  double first, settled, later[STEPS];
  struct workers workers[2]; /* on the base, on a delta */
};

/* `planned` gets the run as its env, and there is one. */
static struct images images;

static double
microseconds(void)
{
  return measure_thread() * 1e3;
}

/* *out_settled: what the driver needs before it can run on. */
static double
freeze(double *out_settled)
{
  struct wd_program *program = session_program(&images.session);
  struct wd_error error = {0};
  struct wd_image *image;
  double begun = microseconds(), took;

  check(wd_instance_freeze(program->instance, &image, &error), &error);
  took = microseconds() - begun;
  begun = microseconds();
  check(wd_instance_settle(program->instance, &error), &error);
  *out_settled = microseconds() - begun;
  wd_image_unref(image);
  return took;
}

/* One call of one row. */
static void
call_lambda(struct wd_worker *worker, const struct wd_lambda *lambda)
{
  struct wd_node nodes[1] = {{.length = 1}};
  uint64_t sizes[2] = {0, 8};
  struct wd_shape shape = {0};
  struct wd_error error = {0};
  struct wd_batch batch;
  uint8_t *places[2];

  shape.rows = 1;
  shape.node_count = 1;
  shape.nodes = nodes;
  shape.buffer_count = 2;
  shape.sizes = sizes;
  check(wd_call_batch(worker, lambda, WD_SLOT_INPUT, &shape, places, &error),
        &error);
  *(int64_t *)(void *)places[1] = 1;
  check(wd_call_map(worker, lambda, &batch, &error), &error);
  check(wd_call_end(worker, lambda, &error), &error);
}

static struct wd_worker *
make_worker(const struct wd_pool_options *options, struct wd_pool **out_pool)
{
  struct wd_error error = {0};
  struct wd_worker *worker;

  check(wd_pool_new(options, out_pool, &error), &error);
  check(wd_pool_enter(*out_pool, &worker, &error), &error);
  return worker;
}

static void
time_worker(struct workers *workers, const struct wd_pool_options *options,
            const struct wd_lambda *lambda, unsigned i)
{
  struct wd_worker_site *site;
  struct wd_error error = {0};
  struct wd_pool *pool;
  double times[6];
  struct wd_worker *worker;

  times[0] = microseconds();
  worker = make_worker(options, &pool);
  times[1] = microseconds();
  check(wd_worker_site(worker, lambda, &site, &error), &error);
  times[2] = microseconds();
  call_lambda(worker, lambda);
  times[3] = microseconds();
  call_lambda(worker, lambda);
  times[4] = microseconds();
  wd_pool_unref(pool);
  times[5] = microseconds();
  workers->enter[i] = times[1] - times[0];
  workers->bind[i] = times[2] - times[1];
  workers->call[i] = times[3] - times[2];
  workers->again[i] = times[4] - times[3];
  workers->free[i] = times[5] - times[4];
}

/* What a worker takes that was called once. */
static void
weigh_workers(struct workers *workers, const struct wd_pool_options *options,
              const struct wd_lambda *lambda)
{
  struct wd_pool *pools[HELD];
  uint64_t before = measure_anonymous(), written = 0, after;

  for (unsigned i = 0; i < HELD; i++) {
    struct wd_worker *worker = make_worker(options, &pools[i]);

    call_lambda(worker, lambda);
    written += wd_instance_private_bytes(worker->instance);
  }
  after = measure_anonymous();
  for (unsigned i = 0; i < HELD; i++)
    wd_pool_unref(pools[i]);
  written /= 1024;
  workers->private_bytes = written / HELD;
  workers->own =
      after > before + written ? (after - before - written) / HELD : 0;
}

static const struct wd_lambda *
find_lambda(const struct wd_plan_node *node)
{
  while (node && node->kind != WD_NODE_LAMBDA)
    node = node->left;
  return node ? node->lambda.bound.lambda : NULL;
}

static bool
on_planned(void *env, uint64_t job, const struct wd_plan *plan,
           struct wd_engine *engine)
{
  const struct wd_lambda *lambda = find_lambda(plan->root);
  struct workers *workers;
  double settled;

  (void)env;
  (void)engine;
  if (!lambda) {
    if (job == 1)
      images.first = freeze(&images.settled);
    else if (images.steps < STEPS)
      images.later[images.steps++] = freeze(&settled);
    return false;
  }
  workers = &images.workers[images.lambdas++ % 2];
  for (unsigned i = 0; i < WORKERS; i++)
    time_worker(workers, wd_pool_options(lambda->pool), lambda, i);
  weigh_workers(workers, wd_pool_options(lambda->pool), lambda);
  return false;
}

static void
on_begin(struct session *session)
{
  session_program(session)->options.planned = on_planned;
}

static void
on_end(struct session *session, const char *result)
{
  (void)session;
  (void)result;
}

static void
print_list(const char *name, const double *values, unsigned count)
{
  printf(", \"%s\": [", name);
  for (unsigned i = 0; i < count; i++)
    printf("%s%.2f", i ? ", " : "", values[i]);
  printf("]");
}

static void
print_workers(const char *name, const struct workers *workers)
{
  printf(",\n \"%s\": {\"own\": %" PRIu64 ", \"private\": %" PRIu64, name,
         workers->own, workers->private_bytes);
  print_list("enter", workers->enter, WORKERS);
  print_list("bind", workers->bind, WORKERS);
  print_list("call", workers->call, WORKERS);
  print_list("again", workers->again, WORKERS);
  print_list("free", workers->free, WORKERS);
  printf("}");
}

int
bench_image(int argc, char **argv)
{
  if (argc != 5)
    fail("usage: bench_host image CACHE PROGRAM MIB STEPS");
  images.session.begin = on_begin;
  images.session.end = on_end;
  session_init(&images.session, argv[1], argv[2], 1, argv + 3);
  session_run(&images.session);
  printf("{\"first\": %.2f, \"settled\": %.2f", images.first, images.settled);
  print_list("later", images.later, images.steps);
  print_workers("base", &images.workers[0]);
  print_workers("delta", &images.workers[1]);
  printf("}\n");
  session_fini(&images.session);
  return 0;
}
