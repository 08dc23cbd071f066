#include "wasi/worker.h"

#include <inttypes.h>
#include <string.h>

/* Error numbers of preview1. */
enum {
  SUCCESS = 0,
  BADF = 8,
  FAULT = 21,
  INVAL = 28,
  NOSYS = 52,
  SPIPE = 70,
  NOTCAPABLE = 76,
};

/* The functions get and put through this: a memory that may have grown since
 * the last call, and the worker. */
struct call {
  struct wd_wasi_worker *worker;
  uint8_t *memory;
  uint64_t size;
};

static struct call
begin(struct wd_instance *instance)
{
  struct call call = {.worker = wd_instance_env(instance)};

  call.memory = wd_instance_memory(instance, &call.size);
  return call;
}

static uint32_t
u32(const wasmtime_val_raw_t *value)
{
  return (uint32_t)value->i32;
}

static void *
at(const struct call *call, uint32_t pointer, uint64_t size)
{
  return wd_memory_at(call->memory, call->size, pointer, size);
}

static bool
put(const struct call *call, uint32_t pointer, const void *from, size_t size)
{
  void *place = at(call, pointer, size);

  if (place)
    memcpy(place, from, size);
  return place;
}

static bool
put_u32(const struct call *call, uint32_t pointer, uint32_t value)
{
  return put(call, pointer, &value, sizeof value);
}

static enum wd_status
answer(wasmtime_val_raw_t *values, int errno_value)
{
  values[0].i32 = errno_value;
  return WD_OK;
}

/* Shorthand: every function here has the same parameters. */
#define FUNCTION(name)                                                         \
  static enum wd_status name(struct wd_instance *instance, const void *data,   \
                             wasmtime_val_raw_t *values,                       \
                             struct wd_error *error)

#define UNUSED (void)instance, (void)data, (void)error

void
wd_wasi_worker_init(struct wd_wasi_worker *worker)
{
  memset(worker, 0, sizeof *worker);
}

static void
flush_line(struct wd_wasi_worker *worker, int stream)
{
  struct wd_wasi_line *line = &worker->lines[stream - 1];

  if (line->length && worker->sink)
    worker->sink(worker->sink_env, stream, line->text, line->length);
  line->length = 0;
}

void
wd_wasi_worker_flush(struct wd_wasi_worker *worker)
{
  flush_line(worker, 1);
  flush_line(worker, 2);
}

static void
print(struct wd_wasi_worker *worker, int stream, const char *text,
      size_t length)
{
  struct wd_wasi_line *line = &worker->lines[stream - 1];

  for (size_t i = 0; i < length; i++) {
    if (line->length + 1 + WD_FILTER_MORE > sizeof line->text)
      flush_line(worker, stream);
    line->length +=
        wd_filter_text(&line->filter, text + i, 1, line->text + line->length);
    if (line->length && line->text[line->length - 1] == '\n')
      flush_line(worker, stream);
  }
}

/* The bytes of strings with their zeros. */
static uint32_t
total_size(const char *const *strings, uint32_t count)
{
  size_t total = 0;

  for (uint32_t i = 0; i < count; i++)
    total += strlen(strings[i]) + 1;
  return (uint32_t)total;
}

static int
put_sizes(const struct call *call, const wasmtime_val_raw_t *values,
          const char *const *strings, uint32_t count)
{
  return put_u32(call, u32(&values[0]), count) &&
                 put_u32(call, u32(&values[1]), total_size(strings, count))
             ? SUCCESS
             : FAULT;
}

static int
put_strings(const struct call *call, const wasmtime_val_raw_t *values,
            const char *const *strings, uint32_t count)
{
  uint32_t pointers = u32(&values[0]);
  uint32_t text = u32(&values[1]);

  for (uint32_t i = 0; i < count; i++) {
    uint32_t size = (uint32_t)strlen(strings[i]) + 1;

    if (!put_u32(call, pointers + 4 * i, text) ||
        !put(call, text, strings[i], size))
      return FAULT;
    text += size;
  }
  return SUCCESS;
}

FUNCTION(args_sizes_get)
{
  struct call call = begin(instance);

  UNUSED;
  return answer(values, put_sizes(&call, values, call.worker->arguments,
                                  call.worker->argument_count));
}

FUNCTION(args_get)
{
  struct call call = begin(instance);

  UNUSED;
  return answer(values, put_strings(&call, values, call.worker->arguments,
                                    call.worker->argument_count));
}

FUNCTION(environ_sizes_get)
{
  struct call call = begin(instance);

  UNUSED;
  return answer(values, put_sizes(&call, values, call.worker->environment,
                                  call.worker->environment_count));
}

FUNCTION(environ_get)
{
  struct call call = begin(instance);

  UNUSED;
  return answer(values, put_strings(&call, values, call.worker->environment,
                                    call.worker->environment_count));
}

/* 0 real time, 1 monotonic, 2 and 3 processor time. */
#define CLOCKS 4

FUNCTION(clock_res_get)
{
  struct call call = begin(instance);
  uint64_t resolution = 1;

  UNUSED;
  if (u32(&values[0]) >= CLOCKS)
    return answer(values, INVAL);
  return answer(values,
                put(&call, u32(&values[1]), &resolution, 8) ? SUCCESS : FAULT);
}

FUNCTION(clock_time_get)
{
  struct call call = begin(instance);
  uint32_t clock = u32(&values[0]);
  uint64_t time = clock < 2 ? call.worker->time : 0;

  UNUSED;
  if (clock >= CLOCKS)
    return answer(values, INVAL);
  return answer(values,
                put(&call, u32(&values[2]), &time, 8) ? SUCCESS : FAULT);
}

FUNCTION(random_get)
{
  struct call call = begin(instance);
  uint32_t size = u32(&values[1]);
  uint8_t *to = at(&call, u32(&values[0]), size);

  UNUSED;
  if (!to)
    return answer(values, FAULT);
  wd_random_fill(&call.worker->random, to, size);
  return answer(values, SUCCESS);
}

/* Bytes that one call takes; the guest asks again for the rest, and can be
 * stopped between. */
#define WRITE_MAX (1u << 20)

FUNCTION(fd_write)
{
  struct call call = begin(instance);
  uint32_t stream = u32(&values[0]);
  uint32_t count = u32(&values[2]);
  const uint8_t *vectors = at(&call, u32(&values[1]), (uint64_t)count * 8);
  uint32_t written = 0;

  UNUSED;
  if (stream != 1 && stream != 2)
    return answer(values, BADF);
  if (!vectors || !at(&call, u32(&values[3]), 4))
    return answer(values, FAULT);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t vector[2];
    const char *text;

    memcpy(vector, vectors + 8 * (size_t)i, sizeof vector);
    text = at(&call, vector[0], vector[1]);
    if (!text)
      return answer(values, FAULT);
    if (vector[1] > WRITE_MAX - written)
      vector[1] = WRITE_MAX - written;
    print(call.worker, (int)stream, text, vector[1]);
    written += vector[1];
    if (written == WRITE_MAX)
      break;
  }
  put_u32(&call, u32(&values[3]), written);
  return answer(values, SUCCESS);
}

/* Standard input is empty. */
FUNCTION(fd_read)
{
  struct call call = begin(instance);

  UNUSED;
  if (u32(&values[0]) != 0)
    return answer(values, BADF);
  return answer(values, put_u32(&call, u32(&values[3]), 0) ? SUCCESS : FAULT);
}

/* Standard streams are of unknown type and can be read (0) or written. */
FUNCTION(fd_fdstat_get)
{
  struct call call = begin(instance);
  uint32_t fd = u32(&values[0]);
  uint64_t fdstat[3] = {0, fd == 0 ? 1 << 1 : 1 << 6, 0};

  UNUSED;
  if (fd > 2)
    return answer(values, BADF);
  return answer(values, put(&call, u32(&values[1]), fdstat, sizeof fdstat)
                            ? SUCCESS
                            : FAULT);
}

FUNCTION(fd_filestat_get)
{
  struct call call = begin(instance);
  uint64_t filestat[8] = {0};

  UNUSED;
  if (u32(&values[0]) > 2)
    return answer(values, BADF);
  return answer(values, put(&call, u32(&values[1]), filestat, sizeof filestat)
                            ? SUCCESS
                            : FAULT);
}

/* Closing, flushing, flags: nothing to do for the standard streams. */
FUNCTION(stream_only)
{
  UNUSED;
  return answer(values, u32(&values[0]) > 2 ? BADF : SUCCESS);
}

FUNCTION(stream_seek)
{
  UNUSED;
  return answer(values, u32(&values[0]) > 2 ? BADF : SPIPE);
}

FUNCTION(succeed)
{
  UNUSED;
  return answer(values, SUCCESS);
}

/* `data` is the error number. */
FUNCTION(refuse)
{
  UNUSED;
  return answer(values, *(const int *)data);
}

FUNCTION(nothing)
{
  UNUSED;
  (void)values;
  return WD_OK;
}

/* When the first of the clocks that are waited for rings, 0 when there is
 * none: kind 0 is a clock, with its time at 24 and at 40 whether that is a
 * point in time. */
static uint64_t
first_ring(const uint8_t *subscriptions, uint32_t count, uint64_t now)
{
  uint64_t first = 0;

  for (uint32_t i = 0; i < count; i++) {
    const uint8_t *from = subscriptions + 48 * (size_t)i;
    uint64_t time;

    if (from[8] != 0)
      continue;
    memcpy(&time, from + 24, sizeof time);
    if (!(from[40] & 1) && __builtin_add_overflow(time, now, &time))
      time = UINT64_MAX;
    if (!first || time < first)
      first = time;
  }
  return first;
}

/* All that is waited for has happened: streams are ready, and the clock is
 * moved to where the first timer rings, so that a program that sleeps goes on.
 * A subscription has 48 bytes (user data, then the kind), an event 32 (user
 * data, error, kind). */
FUNCTION(poll_oneoff)
{
  struct call call = begin(instance);
  uint32_t count = u32(&values[2]);
  const uint8_t *from = at(&call, u32(&values[0]), (uint64_t)count * 48);
  uint8_t *to = at(&call, u32(&values[1]), (uint64_t)count * 32);
  uint64_t ring;

  UNUSED;
  if (count == 0)
    return answer(values, INVAL);
  if (!from || !to || !put_u32(&call, u32(&values[3]), count))
    return answer(values, FAULT);
  ring = first_ring(from, count, call.worker->time);
  if (ring > call.worker->time)
    call.worker->time = ring;
  for (uint32_t i = 0; i < count; i++) {
    uint8_t event[32] = {0};

    memcpy(event, from + 48 * (size_t)i, 8);
    event[10] = from[48 * (size_t)i + 8];
    memcpy(to + 32 * (size_t)i, event, sizeof event);
  }
  return answer(values, SUCCESS);
}

FUNCTION(proc_exit)
{
  UNUSED;
  return wd_fail_at(error, WD_ORIGIN_GUEST, WD_LAMBDA_FAILED,
                    "proc_exit(%" PRId32 ") was called inside a lambda",
                    values[0].i32);
}

static const int badf = BADF;
static const int nosys = NOSYS;
static const int notcapable = NOTCAPABLE;

#define WASI(name, parameters, function)                                       \
  {                                                                            \
    "wasi_snapshot_preview1", #name, parameters, "i", function, NULL           \
  }
#define REFUSED(name, parameters, number)                                      \
  {                                                                            \
    "wasi_snapshot_preview1", #name, parameters, "i", refuse, &number          \
  }

static const struct wd_import imports[] = {
    WASI(args_get, "ii", args_get),
    WASI(args_sizes_get, "ii", args_sizes_get),
    WASI(environ_get, "ii", environ_get),
    WASI(environ_sizes_get, "ii", environ_sizes_get),
    WASI(clock_res_get, "ii", clock_res_get),
    WASI(clock_time_get, "ili", clock_time_get),
    REFUSED(fd_advise, "illi", badf),
    REFUSED(fd_allocate, "ill", badf),
    WASI(fd_close, "i", stream_only),
    WASI(fd_datasync, "i", stream_only),
    WASI(fd_fdstat_get, "ii", fd_fdstat_get),
    WASI(fd_fdstat_set_flags, "ii", stream_only),
    WASI(fd_fdstat_set_rights, "ill", stream_only),
    WASI(fd_filestat_get, "ii", fd_filestat_get),
    REFUSED(fd_filestat_set_size, "il", badf),
    REFUSED(fd_filestat_set_times, "illi", badf),
    REFUSED(fd_pread, "iiili", badf),
    REFUSED(fd_prestat_get, "ii", badf),
    REFUSED(fd_prestat_dir_name, "iii", badf),
    REFUSED(fd_pwrite, "iiili", badf),
    WASI(fd_read, "iiii", fd_read),
    REFUSED(fd_readdir, "iiili", badf),
    REFUSED(fd_renumber, "ii", badf),
    WASI(fd_seek, "ilii", stream_seek),
    WASI(fd_sync, "i", stream_only),
    WASI(fd_tell, "ii", stream_seek),
    WASI(fd_write, "iiii", fd_write),
    REFUSED(path_create_directory, "iii", notcapable),
    REFUSED(path_filestat_get, "iiiii", notcapable),
    REFUSED(path_filestat_set_times, "iiiilli", notcapable),
    REFUSED(path_link, "iiiiiii", notcapable),
    REFUSED(path_open, "iiiiillii", notcapable),
    REFUSED(path_readlink, "iiiiii", notcapable),
    REFUSED(path_remove_directory, "iii", notcapable),
    REFUSED(path_rename, "iiiiii", notcapable),
    REFUSED(path_symlink, "iiiii", notcapable),
    REFUSED(path_unlink_file, "iii", notcapable),
    WASI(poll_oneoff, "iiii", poll_oneoff),
    {"wasi_snapshot_preview1", "proc_exit", "i", "", proc_exit, NULL},
    REFUSED(proc_raise, "i", nosys),
    WASI(sched_yield, "", succeed),
    WASI(random_get, "ii", random_get),
    REFUSED(sock_accept, "iii", badf),
    REFUSED(sock_recv, "iiiiii", badf),
    REFUSED(sock_send, "iiiii", badf),
    REFUSED(sock_shutdown, "ii", badf),
    {"wasi_snapshot_preview1", "adapter_monotonic_clock_set_paused", "i", "",
     nothing, NULL},
};

const struct wd_import *
wd_wasi_worker_imports(size_t *out_count)
{
  *out_count = sizeof imports / sizeof *imports;
  return imports;
}
