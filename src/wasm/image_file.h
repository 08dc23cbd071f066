/* Images as bytes, for processes on other machines: the globals and the pages
 * that are not zero. A reader needs the same module. Any thread. */
#ifndef WD_WASM_IMAGE_FILE_H
#define WD_WASM_IMAGE_FILE_H

#include "base/buf.h"
#include "wasm/image.h"
#include "wasm/module.h"

/* Appends the image. WD_LIMIT_EXCEEDED when the buffer's maximum is passed. */
enum wd_status
wd_image_save(const struct wd_image *image, struct wd_buf *buf,
              struct wd_error *error);

/* The image that the bytes hold; they are not trusted. WD_INVALID_ARGUMENT when
 * they are no image, or one of another module. */
enum wd_status
wd_image_load(struct wd_module *module, const uint8_t *bytes, size_t size,
              struct wd_image **out_image, struct wd_error *error);

#endif
