/* Writing a duckdb_string_t by hand: 12 bytes and less lie inside it, padded
 * with zeros because DuckDB compares it as a whole; longer ones are a prefix
 * of 4 bytes and a pointer. */
#ifndef WD_ENGINE_DUCKDB_STRINGS_H
#define WD_ENGINE_DUCKDB_STRINGS_H

#include <duckdb.h>
#include <stdint.h>
#include <string.h>

#define WD_DUCK_INLINED 12

/* `text` can be read for 12 bytes, whatever the length. */
static inline void
wd_duck_string_inline(duckdb_string_t *out, const uint8_t *text,
                      uint32_t length)
{
  /* The low bytes of head and tail that a length keeps. */
  static const uint64_t keep8[WD_DUCK_INLINED + 1] = {
      0,          0xff,         0xffff,         0xffffff,
      0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff,
      UINT64_MAX, UINT64_MAX,   UINT64_MAX,     UINT64_MAX,
      UINT64_MAX,
  };
  static const uint32_t keep4[WD_DUCK_INLINED + 1] = {
      0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, UINT32_MAX,
  };
  uint64_t head;
  uint32_t tail;

  memcpy(&head, text, 8);
  memcpy(&tail, text + 8, 4);
  head &= keep8[length];
  tail &= keep4[length];
  out->value.inlined.length = length;
  memcpy(out->value.inlined.inlined, &head, 8);
  memcpy(out->value.inlined.inlined + 8, &tail, 4);
}

/* For more than 12 bytes, which stay where they are. */
static inline void
wd_duck_string_point(duckdb_string_t *out, const uint8_t *text, uint32_t length)
{
  out->value.pointer.length = length;
  memcpy(out->value.pointer.prefix, text, 4);
  out->value.pointer.ptr = (char *)(uintptr_t)text;
}

#endif
