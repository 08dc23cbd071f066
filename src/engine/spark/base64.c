#include "engine/spark/base64.h"

static int
digit(char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+' || c == '-')
    return 62;
  return c == '/' || c == '_' ? 63 : -1;
}

size_t
wd_sc_base64(const char *text, size_t length, uint8_t *out, size_t room)
{
  uint32_t bits = 0;
  int count = 0;
  size_t used = 0;

  for (size_t i = 0; i < length && digit(text[i]) >= 0; i++) {
    bits = bits << 6 | (uint32_t)digit(text[i]);
    count += 6;
    if (count < 8)
      continue;
    count -= 8;
    if (used == room)
      break;
    out[used++] = (uint8_t)(bits >> count);
  }
  return used;
}
