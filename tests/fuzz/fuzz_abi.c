/* A hostile guest: its memory and its core values are the input, and so is
 * what its cabi_realloc answers. Every import row, then every export's result,
 * by the first byte; what could be lifted is lowered again. */
#include <stdlib.h>
#include <string.h>

#include "abi/abi.h"

#define MEMORY_SIZE 4096u

struct fuzz_guest {
  _Alignas(16) uint8_t memory[MEMORY_SIZE];
  const uint8_t *answers; /* of cabi_realloc; then it is honest */
  size_t answer_count;
  uint32_t next;
};

static enum wd_status
allocate(void *env, uint32_t align, uint32_t size, uint32_t *out_pointer,
         struct wd_error *error)
{
  struct fuzz_guest *guest = env;

  if (guest->answer_count >= 4) {
    memcpy(out_pointer, guest->answers, 4);
    guest->answers += 4;
    guest->answer_count -= 4;
    return WD_OK;
  }
  guest->next = (guest->next + align - 1) & ~(align - 1);
  if (size > MEMORY_SIZE || guest->next > MEMORY_SIZE - size)
    return wd_fail(error, WD_TRAP, "full");
  *out_pointer = guest->next;
  guest->next += size;
  return WD_OK;
}

static bool
holds(void *env, enum wd_abi_resource resource, uint32_t handle)
{
  (void)env;
  return handle < 4 || handle == (uint32_t)resource + 10;
}

static void
fuzz_import(const struct wd_abi_function *row, const struct wd_abi_guest *guest,
            struct wd_arena *arena, wasmtime_val_raw_t *values)
{
  struct wd_abi_call call = {.guest = guest, .arena = arena};
  struct wd_error error;

  wd_error_clear(&error);
  if (wd_abi_import_call(row, NULL, &call, values, &error) &&
      error.status == WD_OK)
    abort();
}

/* There and back: arguments, in the form of an export's. */
static void
fuzz_arguments(const struct wd_abi_function *row,
               const struct wd_abi_guest *guest, struct wd_arena *arena,
               const wasmtime_val_raw_t *values)
{
  struct wd_error error;
  struct wd_abi_lift lift = {.guest = guest,
                             .arena = arena,
                             .site = {.function = row},
                             .error = &error};
  wasmtime_val_raw_t back[18] = {0};
  uint8_t *args = wd_arena_alloc(arena, row->args_size);

  wd_error_clear(&error);
  for (size_t i = 0; args && i < row->argument_count; i++)
    if (wd_abi_lift_flat(&lift, row->arguments[i].type, &values,
                         args + row->arguments[i].host_offset))
      return;
  if (args)
    wd_abi_arguments_lower(row, guest, arena, args, back, &error);
}

static void
fuzz_result(const struct wd_abi_function *row, const struct wd_abi_guest *guest,
            struct wd_arena *arena, const wasmtime_val_raw_t *values)
{
  struct wd_error error;
  size_t size = row->result ? row->result->host_size : 1;
  void *out = wd_arena_alloc(arena, size);
  const void *payload;
  struct wd_wire_option_batch wire;
  struct wd_span spans[3];
  struct wd_batch batch;
  bool some;

  wd_error_clear(&error);
  if (!out ||
      wd_abi_result_lift(row, guest, values, arena, out, &error) != WD_OK)
    return;
  if (wd_abi_result_view(row, guest, values, &payload, &error) != WD_OK)
    abort();
  if (row != &wd_abi_exports[WD_ABI_EXPORT_LAMBDAS_NEXT_PARTITION])
    return;
  memcpy(&wire, payload, sizeof wire);
  wd_abi_option_batch_view(row, guest, &wire, spans, 3, &some, &batch, &error);
}

/* Input: row, then the core values (4 bytes each), then how many answers of
 * cabi_realloc, these, then the memory. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct fuzz_guest fuzz;
  static uint8_t *const memory = fuzz.memory;
  static const _Atomic uint64_t memory_size = MEMORY_SIZE;
  struct wd_abi_guest guest = {
      .env = &fuzz,
      .memory = &memory,
      .memory_size = &memory_size,
      .allocate = allocate,
      .holds = holds,
  };
  wasmtime_val_raw_t values[18] = {0};
  struct wd_arena arena;
  size_t row, answers;

  if (size < 2 + 18 * 4)
    return 0;
  row = data[0] % (WD_ABI_IMPORT_COUNT + WD_ABI_EXPORT_COUNT);
  answers = data[1] % 8 * 4u;
  for (size_t i = 0; i < 18; i++)
    memcpy(&values[i].i32, data + 2 + i * 4, 4);
  data += 2 + 18 * 4;
  size -= 2 + 18 * 4;
  answers = answers < size ? answers : size;
  fuzz.answers = data;
  fuzz.answer_count = answers;
  fuzz.next = MEMORY_SIZE / 2;
  memset(fuzz.memory, 0, MEMORY_SIZE);
  size -= answers;
  memcpy(fuzz.memory, data + answers, size < MEMORY_SIZE ? size : MEMORY_SIZE);

  wd_arena_init(&arena, NULL, 1 << 20);
  if (row < WD_ABI_IMPORT_COUNT) {
    fuzz_arguments(&wd_abi_imports[row], &guest, &arena, values);
    fuzz_import(&wd_abi_imports[row], &guest, &arena, values);
  } else {
    row -= WD_ABI_IMPORT_COUNT;
    fuzz_arguments(&wd_abi_exports[row], &guest, &arena, values);
    fuzz_result(&wd_abi_exports[row], &guest, &arena, values);
  }
  wd_arena_fini(&arena);
  return 0;
}
