/* Any text as a manifest whose hash is right: what is read of it is written
 * again as the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lambda/manifest.h"

static const char name[] = "wasi:data/lambda";

static void
put_size(struct wd_buf *buf, size_t size)
{
  for (; size > 127; size >>= 7)
    wd_buf_putc(buf, (char)(0x80 | (size & 127)));
  wd_buf_putc(buf, (char)size);
}

/* A module with that text, sealed. */
static void
make(const uint8_t *data, size_t size, struct wd_buf *out)
{
  static const char head[] = "\0asm\1\0\0\0";
  struct wd_hash hash;
  char hex[65];

  wd_buf_init(out, NULL, 1 << 20);
  wd_buf_add(out, head, 8);
  wd_buf_putc(out, 0);
  put_size(out, 1 + sizeof name - 1 + size + 72);
  put_size(out, sizeof name - 1);
  wd_buf_puts(out, name);
  wd_buf_add(out, data, size);
  hash = wd_hash_of(out->data, out->length);
  wd_hash_text(&hash, hex);
  wd_buf_printf(out, "sha256 %s\n", hex);
}

static void
check_again(const struct wd_manifest *manifest, struct wd_arena *arena)
{
  struct wd_manifest again;
  struct wd_hash hash;
  struct wd_buf buf;
  bool found;

  wd_buf_init(&buf, NULL, 16 << 20);
  wd_buf_add(&buf, "\0asm\1\0\0\0", 8);
  if (wd_manifest_write(manifest, &buf, &hash, NULL) == WD_OK &&
      (wd_manifest_parse((const uint8_t *)buf.data, buf.length, "m", arena,
                         &found, &again, NULL) != WD_OK ||
       !found || again.role != manifest->role ||
       !wd_schema_equal(&again.input, &manifest->input) ||
       !wd_schema_equal(&again.output, &manifest->output)))
    abort();
  wd_buf_fini(&buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct wd_manifest manifest;
  struct wd_arena arena;
  struct wd_buf module;
  bool found;

  wd_arena_init(&arena, NULL, 0);
  make(data, size, &module);
  if (!module.failed &&
      wd_manifest_parse((const uint8_t *)module.data, module.length, "m",
                        &arena, &found, &manifest, NULL) == WD_OK) {
    if (!found)
      abort();
    check_again(&manifest, &arena);
  }
  wd_buf_fini(&module);
  wd_arena_fini(&arena);
  return 0;
}
