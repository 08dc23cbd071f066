/* An image as a module of its own: the program's code with the image's memory
 * as data and its globals as they were, so that whoever instantiates it goes on
 * from there. No start function, no `_start`, no `_initialize`: all that was
 * done. Zeros cost nothing, nor does the dead part of the stack, where it can
 * be told. Pure functions; any thread. */
#ifndef WD_WASM_STANDALONE_H
#define WD_WASM_STANDALONE_H

#include "base/buf.h"
#include "wasm/image.h"

/* Appends the module. WD_NO_MEMORY; WD_LIMIT_EXCEEDED when the buffer's maximum
 * is passed. */
enum wd_status
wd_image_standalone(const struct wd_image *image, struct wd_buf *buf,
                    struct wd_error *error);

#endif
