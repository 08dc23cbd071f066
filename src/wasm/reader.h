/* Reading hostile bytes of a Wasm binary, and writing numbers of one.
 *
 * A reader never leaves its bounds: once something did not fit it stays
 * `bad`, gives zeros and has nothing left, so that a caller checks once at
 * the end of a part. Format: WebAssembly core specification, section 5.2.
 */
#ifndef WD_WASM_READER_H
#define WD_WASM_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct wd_reader {
  const uint8_t *at;
  const uint8_t *end;
  bool bad;
};

static inline size_t
wd_reader_left(const struct wd_reader *reader)
{
  return (size_t)(reader->end - reader->at);
}

/* Nothing more can be read. Returns false, for `return`. */
bool
wd_reader_fail(struct wd_reader *reader);

uint8_t
wd_reader_byte(struct wd_reader *reader);

/* LEB128; more bytes than the type can need are refused. */
uint32_t
wd_reader_u32(struct wd_reader *reader);

uint64_t
wd_reader_u64(struct wd_reader *reader);

int64_t
wd_reader_s64(struct wd_reader *reader);

void
wd_reader_skip(struct wd_reader *reader, uint64_t size);

/* The next `size` bytes as a reader of their own. */
struct wd_reader
wd_reader_part(struct wd_reader *reader, uint64_t size);

/* A count of things that take at least one byte each. */
uint32_t
wd_reader_count(struct wd_reader *reader);

/* A vector of bytes: returns where it begins. */
const uint8_t *
wd_reader_bytes(struct wd_reader *reader, uint32_t *out_size);

bool
wd_write_u32(struct wd_buf *buf, uint32_t value);

#endif
