/* An image: a program's memory and mutable globals at one moment.
 *
 * The first image of a program is its memory itself, frozen in place: the
 * driver's memory is a shared mapping of a memfd, which is sealed and mapped
 * again privately, whatever its size. Later images are that base and the
 * pages that differ from it (a second memfd); when these are more than a
 * quarter, a new base is written. Immutable; shared by counting references;
 * any thread. Files are memfds, so 0600 and gone with the process.
 */
#ifndef WD_WASM_IMAGE_H
#define WD_WASM_IMAGE_H

#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

struct wd_image;

struct wd_image *
wd_image_ref(struct wd_image *image);

void
wd_image_unref(struct wd_image *image);

/* Bytes of linear memory. */
uint64_t
wd_image_size(const struct wd_image *image);

/* Bytes that this image holds beyond its base. */
uint64_t
wd_image_delta(const struct wd_image *image);

/* A number that no other image of this process has. */
uint64_t
wd_image_id(const struct wd_image *image);

/* Copies bytes of the image's memory. WD_INVALID_ARGUMENT when out of
 * bounds. */
enum wd_status
wd_image_read(const struct wd_image *image, uint64_t offset, void *to,
              size_t size, struct wd_error *error);

#endif
