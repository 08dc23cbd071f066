/* The manifest of an extracted module: which function of the program in it is
 * meant, of what type, and the hash of it all. It is the module's last custom
 * section, `wasi:data/lambda` (docs/modules.md), and hostile until read. Any
 * thread. */
#ifndef WD_LAMBDA_MANIFEST_H
#define WD_LAMBDA_MANIFEST_H

#include "arrow/type.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/role.h"
#include "wasm/module.h"

struct wd_manifest {
  const char *program; /* the file that it is from, for people */
  const char *name;    /* that it was registered by; "": none */
  enum wd_role role;
  uint32_t function;
  uint32_t state;
  bool typed; /* false: any arguments, bind decides; input is empty then */
  bool bound; /* output is known */
  bool variadic, strict, deterministic;
  struct wd_schema input;
  struct wd_schema output;
};

/* Appends the section to the rest of the module, which the buffer holds from
 * its beginning, and tells the hash of it. WD_NO_MEMORY,
 * WD_LIMIT_EXCEEDED. */
enum wd_status
wd_manifest_write(const struct wd_manifest *manifest, struct wd_buf *module,
                  struct wd_hash *out_hash, struct wd_error *error);

/* Reads that of a module's bytes, which begin as any module's (8 bytes,
 * checked); `name` stands for the module in messages. As wd_manifest_read. */
enum wd_status
wd_manifest_parse(const uint8_t *bytes, size_t size, const char *name,
                  struct wd_arena *arena, bool *out_found,
                  struct wd_manifest *out_manifest, struct wd_error *error);

/* Reads that of a module. *out_found false: it has none. WD_BAD_MODULE when
 * the module is not what was written, or the manifest makes no sense. */
enum wd_status
wd_manifest_read(const struct wd_module *module, struct wd_arena *arena,
                 bool *out_found, struct wd_manifest *out_manifest,
                 struct wd_error *error);

#endif
