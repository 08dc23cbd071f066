#include "base/base64.h"

int
wd_base64_digit(char c)
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
wd_base64_decode(const char *text, size_t length, uint8_t *out, size_t room)
{
  uint32_t bits = 0;
  int count = 0;
  size_t used = 0;

  for (size_t i = 0; i < length && wd_base64_digit(text[i]) >= 0; i++) {
    bits = bits << 6 | (uint32_t)wd_base64_digit(text[i]);
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

bool
wd_base64_encode(const void *data, size_t size, struct wd_buf *buf)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789+/";
  const uint8_t *at = data;

  for (size_t i = 0; i < size; i += 3) {
    size_t left = size - i;
    uint32_t bits = (uint32_t)at[i] << 16 |
                    (left > 1 ? (uint32_t)at[i + 1] << 8 : 0) |
                    (left > 2 ? (uint32_t)at[i + 2] : 0);

    wd_buf_putc(buf, digits[bits >> 18]);
    wd_buf_putc(buf, digits[bits >> 12 & 63]);
    wd_buf_putc(buf, left > 1 ? digits[bits >> 6 & 63] : '=');
    wd_buf_putc(buf, left > 2 ? digits[bits & 63] : '=');
  }
  return !buf->failed;
}
