#include "base/hash.h"

#include <sha2.h>

struct wd_hash
wd_hash_of(const void *data, size_t length)
{
  struct wd_hash hash;
  SHA2_CTX context;

  SHA256Init(&context);
  SHA256Update(&context, data, length);
  SHA256Final(hash.bytes, &context);
  return hash;
}

void
wd_hash_text(const struct wd_hash *hash, char out_text[65])
{
  static const char digits[] = "0123456789abcdef";

  for (int i = 0; i < 32; i++) {
    out_text[2 * i] = digits[hash->bytes[i] >> 4];
    out_text[2 * i + 1] = digits[hash->bytes[i] & 15];
  }
  out_text[64] = '\0';
}
