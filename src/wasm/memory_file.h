/* A memfd that holds the bytes of an image: a base or a delta. Shared by
 * counting references; any thread. Never reachable by a path, gone with the
 * process. */
#ifndef WD_WASM_MEMORY_FILE_H
#define WD_WASM_MEMORY_FILE_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mem.h"

struct wd_memory_file {
  atomic_uint references;
  struct wd_mem *mem;
  int fd;
  uint64_t size;
};

/* Zeros, `size` bytes of them. WD_NO_MEMORY. */
enum wd_status
wd_memory_file_new(struct wd_mem *mem, uint64_t size,
                   struct wd_memory_file **out_file, struct wd_error *error);

struct wd_memory_file *
wd_memory_file_ref(struct wd_memory_file *file);

/* Also for NULL. */
void
wd_memory_file_unref(struct wd_memory_file *file);

/* Only before sealing, by the one that made it. */
enum wd_status
wd_memory_file_grow(struct wd_memory_file *file, uint64_t size,
                    struct wd_error *error);

enum wd_status
wd_memory_file_write(struct wd_memory_file *file, uint64_t offset,
                     const void *from, uint64_t size, struct wd_error *error);

enum wd_status
wd_memory_file_read(const struct wd_memory_file *file, uint64_t offset,
                    void *to, uint64_t size, struct wd_error *error);

/* Bytes that it occupies: without holes. */
uint64_t
wd_memory_file_used(const struct wd_memory_file *file);

/* Where data is, as far as it was looked up; begins as zeros. Looking up
 * walks all pages of a stretch, so it is done once for each. */
struct wd_data_extent {
  uint64_t begin;
  uint64_t end;
};

/* Copies what holds data (no holes) of [from, to) to the same place of
 * another file. `from` rises from call to call with the same extent. */
enum wd_status
wd_memory_file_copy(const struct wd_memory_file *file, uint64_t from,
                    uint64_t to, struct wd_memory_file *copy,
                    struct wd_data_extent *extent, struct wd_error *error);

/* From now on the size never changes (a mapping of a file that shrank would
 * kill the process), nor do the bytes, but by shared mappings that exist. */
enum wd_status
wd_memory_file_seal(struct wd_memory_file *file, struct wd_error *error);

#endif
