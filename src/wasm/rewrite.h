/* Reading a module's outline and rewriting it so that its state can be
 * carried: see module.h for what the rewriting does.
 *
 * Bytes are hostile: everything is checked against its bounds here, and what
 * is only copied (types of tables, element segments, code) is checked by the
 * compiler. A module that the compiler accepts is still accepted after the
 * rewriting. Pure functions; any thread.
 */
#ifndef WD_WASM_REWRITE_H
#define WD_WASM_REWRITE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "wasm/module.h"

/* The outline. Everything lives in the arena that it was read with. */
struct wd_outline {
  struct wd_module_info info; /* without name and hash */
  uint32_t type_count;
  const uint8_t **types; /* where each function type begins, after 0x60 */
  uint32_t function_count;
  uint32_t imported_functions;
  uint32_t *functions;        /* type of each function, imported ones first */
  uint32_t *export_functions; /* function of each export, or UINT32_MAX */
  uint32_t imported_tables;
  uint32_t table_count; /* imported ones too */
  uint32_t imported_globals;
  uint32_t memory_count;
  bool memory_exported;
  uint32_t start_function;
  const uint8_t *code; /* body of the code section, or NULL */
  size_t code_size;
  const uint8_t *names; /* body of the custom section "name", or NULL */
  size_t names_size;
  const char **global_exports; /* "__wd_g<index>" of info.globals */
  /* Of each export of info.exports that is a command wrapper, the function
   * inside it; UINT32_MAX for others (unwrap.h). NULL: none. */
  uint32_t *unwrapped;
};

/* `name` stands in front of messages. WD_BAD_MODULE, WD_NO_MEMORY. */
enum wd_status
wd_outline_read(const uint8_t *bytes, size_t size, const char *name,
                struct wd_arena *arena, struct wd_outline *out_outline,
                struct wd_error *error);

/* Writes the rewritten module of the bytes that the outline was read from. */
enum wd_status
wd_rewrite(const uint8_t *bytes, size_t size, const struct wd_outline *outline,
           struct wd_mem *mem, struct wd_buf *out_buf, struct wd_error *error);

/* Section ids in their order in a file; 0 for an unknown id. */
int
wd_section_rank(uint8_t id);

enum {
  WD_SECTION_CUSTOM = 0,
  WD_SECTION_TYPE = 1,
  WD_SECTION_IMPORT = 2,
  WD_SECTION_FUNCTION = 3,
  WD_SECTION_TABLE = 4,
  WD_SECTION_MEMORY = 5,
  WD_SECTION_GLOBAL = 6,
  WD_SECTION_EXPORT = 7,
  WD_SECTION_START = 8,
  WD_SECTION_ELEMENT = 9,
  WD_SECTION_CODE = 10,
  WD_SECTION_DATA = 11,
  WD_SECTION_DATA_COUNT = 12,
  WD_SECTION_TAG = 13,
};

struct wd_reader;

/* Reads a constant expression. True with its value when it is an integer
 * constant (extended constant expressions are computed); false when it is
 * something else (a global, a reference, a float). */
bool
wd_constant_read(struct wd_reader *reader, uint64_t *out_value);

/* Takes a data segment of `body` to `to`: a passive one as it is, an active one
 * as an empty passive one. */
void
wd_segment_disarm(struct wd_reader *body, struct wd_buf *to);

#endif
