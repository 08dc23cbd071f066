#include "wasi/fixed.h"

#include <string.h>

/* 2000-01-01T00:00:00Z. */
#define BEGIN (UINT64_C(946684800) * 1000000000u)
#define STEP 1000u

/* Error numbers of preview1. */
enum { SUCCESS = 0, FAULT = 21, INVAL = 28 };

/* The clocks of preview1: realtime, monotonic and two of processor time. */
#define CLOCKS 4

static void *
memory_at(struct wd_instance *instance, int32_t pointer, uint32_t size)
{
  uint64_t memory_size;
  uint8_t *base = wd_instance_memory(instance, &memory_size);

  return wd_memory_at(base, memory_size, (uint32_t)pointer, size);
}

static enum wd_status
clock_time_get(struct wd_instance *instance, const void *data,
               wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_wasi_fixed *fixed = (struct wd_wasi_fixed *)(uintptr_t)data;
  void *place = memory_at(instance, values[2].i32, sizeof fixed->time);

  (void)error;
  if ((uint32_t)values[0].i32 >= CLOCKS) {
    values[0].i32 = INVAL;
  } else if (!place) {
    values[0].i32 = FAULT;
  } else {
    fixed->time += STEP;
    memcpy(place, &fixed->time, sizeof fixed->time);
    values[0].i32 = SUCCESS;
  }
  return WD_OK;
}

static enum wd_status
random_get(struct wd_instance *instance, const void *data,
           wasmtime_val_raw_t *values, struct wd_error *error)
{
  struct wd_wasi_fixed *fixed = (struct wd_wasi_fixed *)(uintptr_t)data;
  uint32_t size = (uint32_t)values[1].i32;
  void *place = memory_at(instance, values[0].i32, size);

  (void)error;
  if (place)
    wd_random_fill(&fixed->random, place, size);
  values[0].i32 = place ? SUCCESS : FAULT;
  return WD_OK;
}

void
wd_wasi_fixed_init(struct wd_wasi_fixed *fixed)
{
  fixed->time = BEGIN;
  wd_random_seed(&fixed->random, 0, 0, 0);
}

void
wd_wasi_fixed_imports(struct wd_wasi_fixed *fixed, struct wd_import *imports)
{
  imports[0] = (struct wd_import){"wasi_snapshot_preview1",
                                  "clock_time_get",
                                  "ili",
                                  "i",
                                  clock_time_get,
                                  fixed};
  imports[1] = (struct wd_import){
      "wasi_snapshot_preview1", "random_get", "ii", "i", random_get, fixed};
}
