#include "wasm/image_file.h"

#include <string.h>

#include "wasm/image_internal.h"
#include "wasm/module_internal.h"

#define PAGE 4096u
#define WASM_PAGE 65536u
#define MEMORY_MAX ((uint64_t)1 << 32)

/* A global: its type and 16 bytes. Numbers are those of the machine, which is
 * little-endian as Wasm is. */
#define GLOBAL_SIZE 17u

/* Header, globals, then runs: where, how long, the bytes. */
struct header {
  char magic[8];
  struct wd_hash module;
  uint64_t size; /* of the memory */
  uint64_t table_print;
  uint32_t globals;
  uint32_t runs;
};

struct run_header {
  uint64_t begin;
  uint64_t length;
};

static const char magic[8] = {'w', 'd', 'i', 'm', 'a', 'g', 'e', '1'};

static bool
is_zero(const uint8_t *page, size_t size)
{
  return size == 0 || (page[0] == 0 && memcmp(page, page + 1, size - 1) == 0);
}

/* What is being written: the place of the run that is open, 0 when none. */
struct saving {
  struct wd_buf *buf;
  size_t run;
  uint32_t runs;
};

static void
end_run(struct saving *saving)
{
  struct run_header run;

  if (!saving->run || saving->buf->failed)
    return;
  memcpy(&run, saving->buf->data + saving->run, sizeof run);
  run.length = saving->buf->length - saving->run - sizeof run;
  memcpy(saving->buf->data + saving->run, &run, sizeof run);
  saving->run = 0;
}

static void
save_page(struct saving *saving, uint64_t at, const uint8_t *page, size_t size)
{
  struct run_header run = {at, 0};

  if (is_zero(page, size)) {
    end_run(saving);
    return;
  }
  if (!saving->run) {
    saving->run = saving->buf->length;
    saving->runs++;
    wd_buf_add(saving->buf, &run, sizeof run);
  }
  wd_buf_add(saving->buf, page, size);
}

static enum wd_status
save_pages(const struct wd_image *image, struct saving *saving,
           struct wd_error *error)
{
  uint8_t block[WASM_PAGE];
  uint64_t size = image->contents.size;
  enum wd_status status = WD_OK;

  for (uint64_t at = 0; at < size && !status; at += sizeof block) {
    status = wd_image_read(image, at, block, sizeof block, error);
    if (!status && is_zero(block, sizeof block))
      end_run(saving);
    else if (!status)
      for (size_t i = 0; i < sizeof block; i += PAGE)
        save_page(saving, at + i, block + i, PAGE);
  }
  end_run(saving);
  return status;
}

static size_t
width_of(uint8_t type)
{
  return type == 0x7b ? 16 : type == 0x7e || type == 0x7c ? 8 : 4;
}

static void
save_globals(const struct wd_image *image, struct wd_buf *buf)
{
  const struct wd_global_info *infos = image->module->outline.info.globals;

  for (uint32_t i = 0; i < image->global_count; i++) {
    uint8_t global[GLOBAL_SIZE] = {infos[i].type};

    memcpy(global + 1, &image->globals[i].of, width_of(infos[i].type));
    wd_buf_add(buf, global, sizeof global);
  }
}

enum wd_status
wd_image_save(const struct wd_image *image, struct wd_buf *buf,
              struct wd_error *error)
{
  struct header header = {.module = image->module->outline.info.hash,
                          .size = image->contents.size,
                          .table_print = image->table_print,
                          .globals = image->global_count};
  struct saving saving = {.buf = buf};
  size_t start = buf->length;
  enum wd_status status;

  memcpy(header.magic, magic, sizeof magic);
  wd_buf_add(buf, &header, sizeof header);
  save_globals(image, buf);
  status = save_pages(image, &saving, error);
  if (status)
    return status;
  if (buf->failed)
    return wd_fail(error, WD_LIMIT_EXCEEDED,
                   "the program's memory is too large to be sent: more than "
                   "%zu bytes of it are in use",
                   buf->maximum);
  header.runs = saving.runs;
  memcpy(buf->data + start, &header, sizeof header);
  return WD_OK;
}

static enum wd_status
fail_bytes(struct wd_error *error)
{
  return wd_fail(error, WD_INVALID_ARGUMENT,
                 "the bytes are not an image of this program's memory");
}

/* The next `size` bytes, or NULL when there are not so many. */
static const uint8_t *
take(const uint8_t **at, const uint8_t *end, uint64_t size)
{
  const uint8_t *taken = *at;

  if ((uint64_t)(end - taken) < size)
    return NULL;
  *at += size;
  return taken;
}

static wasmtime_valkind_t
kind_of(uint8_t type)
{
  switch (type) {
  case 0x7f:
    return WASMTIME_I32;
  case 0x7e:
    return WASMTIME_I64;
  case 0x7d:
    return WASMTIME_F32;
  case 0x7c:
    return WASMTIME_F64;
  default:
    return WASMTIME_V128;
  }
}

static bool
load_globals(struct wd_image *image, const uint8_t **at, const uint8_t *end)
{
  const struct wd_global_info *infos = image->module->outline.info.globals;

  for (uint32_t i = 0; i < image->global_count; i++) {
    const uint8_t *global = take(at, end, GLOBAL_SIZE);

    if (!global || global[0] != infos[i].type)
      return false;
    image->globals[i].kind = kind_of(global[0]);
    memcpy(&image->globals[i].of, global + 1, width_of(global[0]));
  }
  return true;
}

static enum wd_status
load_runs(struct wd_memory_file *file, uint32_t runs, const uint8_t **at,
          const uint8_t *end, struct wd_error *error)
{
  enum wd_status status = WD_OK;

  for (uint32_t i = 0; i < runs && !status; i++) {
    const uint8_t *head = take(at, end, sizeof(struct run_header));
    struct run_header run;
    const uint8_t *bytes;

    if (!head)
      return fail_bytes(error);
    memcpy(&run, head, sizeof run);
    bytes = take(at, end, run.length);
    if (!bytes || run.begin > file->size || run.length > file->size - run.begin)
      return fail_bytes(error);
    status = wd_memory_file_write(file, run.begin, bytes, run.length, error);
  }
  return status ? status : wd_memory_file_seal(file, error);
}

static bool
is_of(const struct header *header, const struct wd_module *module)
{
  const struct wd_module_info *info = &module->outline.info;

  return memcmp(header->magic, magic, sizeof magic) == 0 &&
         memcmp(&header->module, &info->hash, sizeof info->hash) == 0 &&
         header->globals == info->global_count &&
         header->size >= info->memory_minimum && header->size <= MEMORY_MAX &&
         header->size % WASM_PAGE == 0;
}

enum wd_status
wd_image_load(struct wd_module *module, const uint8_t *bytes, size_t size,
              struct wd_image **out_image, struct wd_error *error)
{
  const uint8_t *at = bytes, *end = bytes + size;
  const uint8_t *head = take(&at, end, sizeof(struct header));
  struct header header;
  struct wd_image *image;
  enum wd_status status;

  if (!head)
    return fail_bytes(error);
  memcpy(&header, head, sizeof header);
  if (!is_of(&header, module))
    return fail_bytes(error);
  image = wd_image_allocate(module);
  if (!image)
    return wd_fail_memory(error);
  image->contents.size = header.size;
  image->table_print = header.table_print;
  status = load_globals(image, &at, end) ? WD_OK : fail_bytes(error);
  if (!status)
    status = wd_memory_file_new(image->mem, header.size, &image->contents.base,
                                error);
  if (!status)
    status = load_runs(image->contents.base, header.runs, &at, end, error);
  if (!status && at != end)
    status = fail_bytes(error);
  if (status)
    wd_image_unref(image);
  else
    *out_image = image;
  return status;
}
