#include "wasm/reader.h"

bool
wd_reader_fail(struct wd_reader *reader)
{
  reader->bad = true;
  reader->at = reader->end;
  return false;
}

uint8_t
wd_reader_byte(struct wd_reader *reader)
{
  if (reader->at == reader->end) {
    wd_reader_fail(reader);
    return 0;
  }
  return *reader->at++;
}

static uint64_t
unsigned_number(struct wd_reader *reader, unsigned bits)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < bits; shift += 7) {
    uint8_t byte = wd_reader_byte(reader);
    uint64_t part = byte & 0x7f;

    if (bits - shift < 7 && part >> (bits - shift))
      break;
    value |= part << shift;
    if (!(byte & 0x80))
      return value;
  }
  wd_reader_fail(reader);
  return 0;
}

uint32_t
wd_reader_u32(struct wd_reader *reader)
{
  return (uint32_t)unsigned_number(reader, 32);
}

uint64_t
wd_reader_u64(struct wd_reader *reader)
{
  return unsigned_number(reader, 64);
}

int64_t
wd_reader_s64(struct wd_reader *reader)
{
  uint64_t value = 0;

  for (unsigned shift = 0; shift < 64; shift += 7) {
    uint8_t byte = wd_reader_byte(reader);

    value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte & 0x80)
      continue;
    if ((byte & 0x40) && shift + 7 < 64)
      value |= ~(uint64_t)0 << (shift + 7);
    return (int64_t)value;
  }
  wd_reader_fail(reader);
  return 0;
}

void
wd_reader_skip(struct wd_reader *reader, uint64_t size)
{
  if (size > wd_reader_left(reader))
    wd_reader_fail(reader);
  else
    reader->at += size;
}

struct wd_reader
wd_reader_part(struct wd_reader *reader, uint64_t size)
{
  struct wd_reader part = {reader->at, reader->at, false};

  wd_reader_skip(reader, size);
  if (!reader->bad)
    part.end = reader->at;
  else
    part.bad = true;
  return part;
}

uint32_t
wd_reader_count(struct wd_reader *reader)
{
  uint32_t count = wd_reader_u32(reader);

  if (count > wd_reader_left(reader)) {
    wd_reader_fail(reader);
    return 0;
  }
  return count;
}

const uint8_t *
wd_reader_bytes(struct wd_reader *reader, uint32_t *out_size)
{
  const uint8_t *bytes;

  *out_size = wd_reader_u32(reader);
  bytes = reader->at;
  wd_reader_skip(reader, *out_size);
  if (reader->bad)
    *out_size = 0;
  return bytes;
}

bool
wd_write_u32(struct wd_buf *buf, uint32_t value)
{
  uint8_t bytes[5];
  size_t count = 0;

  do {
    bytes[count] = (uint8_t)(value & 0x7f);
    value >>= 7;
    if (value)
      bytes[count] |= 0x80;
    count++;
  } while (value);
  return wd_buf_add(buf, bytes, count);
}
