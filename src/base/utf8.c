#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080u

/* The inner loop of 64 bytes is what compilers turn into vector code. */
bool
wd_ascii_valid(const uint8_t *text, size_t length)
{
  uint8_t seen[64] = {0};
  uint8_t any = 0;
  size_t i = 0;

  for (; i + sizeof seen <= length; i += sizeof seen)
    for (size_t k = 0; k < sizeof seen; k++)
      seen[k] |= text[i + k];
  for (; i < length; i++)
    any |= text[i];
  for (size_t k = 0; k < sizeof seen; k++)
    any |= seen[k];
  return !(any & 0x80);
}

size_t
wd_utf8_step(const uint8_t *text, size_t length)
{
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  uint32_t point;
  size_t size;

  if (length == 0)
    return 0;
  if (text[0] < 0x80)
    return 1;
  size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
  if (text[0] < 0xc2 || text[0] > 0xf4 || size > length)
    return 0;
  point = text[0] & (0x7fu >> size);
  for (size_t i = 1; i < size; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
    point = point << 6 | (text[i] & 0x3f);
  }
  if (point < least[size] || point > 0x10ffff ||
      (point >= 0xd800 && point < 0xe000))
    return 0;
  return size;
}

bool
wd_utf8_valid(const uint8_t *text, size_t length)
{
  size_t i = 0;

  if (wd_ascii_valid(text, length))
    return true;
  while (i < length) {
    uint64_t word;
    size_t step;

    if (length - i >= 8) {
      memcpy(&word, text + i, 8);
      if (!(word & HIGH_BITS)) {
        i += 8;
        continue;
      }
    }
    step = wd_utf8_step(text + i, length - i);
    if (step == 0)
      return false;
    i += step;
  }
  return true;
}

size_t
wd_utf8_cut(const uint8_t *text, size_t length)
{
  size_t back = 0;

  while (back < 4 && back < length && (text[length - 1 - back] & 0xc0) == 0x80)
    back++;
  if (back < length) {
    uint8_t lead = text[length - 1 - back];
    size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;

    if (need > back + 1)
      return length - 1 - back;
  }
  return length;
}
