/* The memory of a stand-alone module: data segments of what is not zero.
 * Internal to the room. */
#ifndef WD_WASM_STANDALONE_DATA_H
#define WD_WASM_STANDALONE_DATA_H

#include "base/buf.h"
#include "wasm/image.h"

/* Appends the items of active segments that give the image's memory from
 * `begin` on; zeros between them are left out. */
enum wd_status
wd__standalone_segments(const struct wd_image *image, uint64_t begin,
                        struct wd_buf *items, uint32_t *out_count,
                        struct wd_error *error);

/* `i32.const value`, `i64.const value` without their end. */
void
wd__write_const(struct wd_buf *buf, uint8_t opcode, int64_t value);

#endif
