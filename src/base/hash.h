/* Content hashes: SHA-256 (FIPS 180-4), by libmd. Any thread. */
#ifndef WD_BASE_HASH_H
#define WD_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

struct wd_hash {
  uint8_t bytes[32];
};

struct wd_hash
wd_hash_of(const void *data, size_t length);

/* Lower-case hexadecimal, zero-terminated. */
void
wd_hash_text(const struct wd_hash *hash, char out_text[65]);

#endif
