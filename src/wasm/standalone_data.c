#include "wasm/standalone_data.h"

#include <string.h>

#include "wasm/reader.h"

#define BLOCK 65536u

/* A segment costs about as much; engines take 100,000 of them
 * (https://webassembly.github.io/spec/js-api/#limits), and less quickly. */
#define GAP_FIRST 64u
#define SEGMENTS_MAX 20000u

/* What is being written: a run of bytes that began at `begin`, with so many
 * zeros at its end that are not written yet. */
struct segments {
  struct wd_buf *items;
  struct wd_buf run;
  uint64_t begin;
  uint64_t zeros;
  uint32_t gap; /* so many zeros end a run */
  uint32_t count;
};

void
wd__write_const(struct wd_buf *buf, uint8_t opcode, int64_t value)
{
  bool more = true;

  wd_buf_putc(buf, (char)opcode);
  while (more) {
    uint8_t byte = value & 0x7f;

    value >>= 7; /* arithmetic, as gcc and clang define it */
    more = !((value == 0 && !(byte & 0x40)) || (value == -1 && (byte & 0x40)));
    wd_buf_putc(buf, (char)(more ? byte | 0x80 : byte));
  }
}

static void
end_run(struct segments *segments)
{
  struct wd_buf *items = segments->items;

  if (segments->run.length || segments->run.failed) {
    wd_buf_putc(items, 0);
    wd__write_const(items, 0x41, (int32_t)(uint32_t)segments->begin);
    wd_buf_putc(items, 0x0b);
    wd_write_u32(items, (uint32_t)segments->run.length);
    wd_buf_append(items, &segments->run);
    segments->count++;
  }
  wd_buf_clear(&segments->run);
  segments->zeros = 0;
}

static void
add_zeros(struct segments *segments, uint64_t count)
{
  if (segments->run.length == 0)
    return;
  segments->zeros += count;
  if (segments->zeros >= segments->gap)
    end_run(segments);
}

static void
add_bytes(struct segments *segments, uint64_t at, const uint8_t *bytes,
          size_t size)
{
  static const uint8_t zeros[GAP_FIRST];

  if (segments->run.length == 0)
    segments->begin = at;
  while (segments->zeros) {
    size_t part =
        segments->zeros < GAP_FIRST ? (size_t)segments->zeros : GAP_FIRST;

    wd_buf_add(&segments->run, zeros, part);
    segments->zeros -= part;
  }
  wd_buf_add(&segments->run, bytes, size);
}

/* Eight bytes at a time: a run begins and ends at words. */
static void
add_block(struct segments *segments, uint64_t at, const uint8_t *block,
          size_t size)
{
  size_t from = 0;

  while (from < size) {
    size_t to = from;
    uint64_t word = 0;

    while (to < size && (memcpy(&word, block + to, 8), word != 0))
      to += 8;
    if (to > from)
      add_bytes(segments, at + from, block + from, to - from);
    from = to;
    while (to < size && (memcpy(&word, block + to, 8), word == 0))
      to += 8;
    if (to > from)
      add_zeros(segments, to - from);
    from = to;
  }
}

static enum wd_status
add_memory(struct segments *segments, const struct wd_image *image,
           uint64_t begin, struct wd_error *error)
{
  uint8_t block[BLOCK];
  uint64_t size = wd_image_size(image);
  enum wd_status status = WD_OK;

  begin &= ~(uint64_t)7;
  for (uint64_t at = begin; at < size && !status; at += BLOCK) {
    size_t part = size - at < BLOCK ? (size_t)(size - at) : BLOCK;

    status = wd_image_read(image, at, block, part, error);
    if (!status)
      add_block(segments, at, block, part);
  }
  end_run(segments);
  return status;
}

enum wd_status
wd__standalone_segments(const struct wd_image *image, uint64_t begin,
                        struct wd_buf *items, uint32_t *out_count,
                        struct wd_error *error)
{
  struct segments segments = {.items = items, .gap = GAP_FIRST};
  enum wd_status status;

  wd_buf_init(&segments.run, items->mem, items->maximum);
  do {
    wd_buf_clear(items);
    segments.count = 0;
    status = add_memory(&segments, image, begin, error);
    segments.gap *= 8;
  } while (!status && segments.count > SEGMENTS_MAX);
  wd_buf_fini(&segments.run);
  *out_count = segments.count;
  return status;
}
