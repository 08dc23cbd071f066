#include "wasm/cache.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "wasi-data code 1"

struct trailer {
  char magic[16];
  uint64_t size; /* of the code */
  uint64_t sum;
  struct wd_hash key;
};

struct wd_hash
wd_cache_key(const struct wd_hash *content, const char *settings)
{
  char text[512];
  char hex[65];
  int length;

  wd_hash_text(content, hex);
  length = snprintf(text, sizeof text, "%s\nwasmtime %s\n%s", hex,
                    WASMTIME_VERSION, settings);
  return wd_hash_of(text, (size_t)length < sizeof text ? (size_t)length
                                                       : sizeof text - 1);
}

/* A fast checksum against damage, not against malice: four lanes of
 * multiply and rotate, 8 bytes each. */
static uint64_t
checksum(const uint8_t *bytes, size_t size)
{
  uint64_t lanes[4] = {size, 1, 2, 3};
  uint64_t words[4];
  size_t i = 0;

  for (; i < size; i += sizeof words) {
    size_t left = size - i < sizeof words ? size - i : sizeof words;

    if (left < sizeof words)
      memset(words, 0, sizeof words);
    memcpy(words, bytes + i, left);
    for (int k = 0; k < 4; k++) {
      lanes[k] = (lanes[k] ^ words[k]) * UINT64_C(0x9e3779b97f4a7c15);
      lanes[k] = lanes[k] << 29 | lanes[k] >> 35;
    }
  }
  for (int k = 1; k < 4; k++)
    lanes[0] = (lanes[0] ^ lanes[k]) * UINT64_C(0xff51afd7ed558ccd);
  return lanes[0] ^ lanes[0] >> 32;
}

static bool
private_to_user(const struct stat *status)
{
  return status->st_uid == geteuid() && !(status->st_mode & 022);
}

bool
wd_cache_path(const char *folder, const struct wd_hash *key, char *out_path,
              size_t size)
{
  char hex[65];
  int length;

  wd_hash_text(key, hex);
  length = snprintf(out_path, size, "%s/%s.cwasm", folder, hex);
  return length > 0 && (size_t)length < size;
}

/* An open file that may be trusted, or -1. */
static int
open_trusted(const char *folder, const struct wd_hash *key, size_t *out_size)
{
  char path[PATH_MAX];
  struct stat status;
  int fd;

  if (!wd_cache_path(folder, key, path, sizeof path) ||
      stat(folder, &status) != 0 || !S_ISDIR(status.st_mode) ||
      !private_to_user(&status))
    return -1;
  fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0)
    return -1;
  if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) ||
      !private_to_user(&status) ||
      status.st_size <= (off_t)sizeof(struct trailer)) {
    close(fd);
    return -1;
  }
  *out_size = (size_t)status.st_size;
  return fd;
}

static bool
intact(int fd, size_t size, const struct wd_hash *key)
{
  const uint8_t *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
  size_t code = size - sizeof(struct trailer);
  struct trailer trailer;
  bool good;

  if (bytes == MAP_FAILED)
    return false;
  memcpy(&trailer, bytes + code, sizeof trailer);
  good = memcmp(trailer.magic, MAGIC, sizeof trailer.magic) == 0 &&
         trailer.size == code && memcmp(&trailer.key, key, sizeof *key) == 0 &&
         trailer.sum == checksum(bytes, code);
  munmap((void *)(uintptr_t)bytes, size);
  return good;
}

wasmtime_module_t *
wd_cache_load(const char *folder, const struct wd_hash *key,
              wasm_engine_t *engine)
{
  wasmtime_module_t *code = NULL;
  wasmtime_error_t *failure;
  char path[64];
  size_t size;
  int fd = open_trusted(folder, key, &size);

  if (fd < 0)
    return NULL;
  if (intact(fd, size, key)) {
    /* By the descriptor: the very file that was checked. */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    failure = wasmtime_module_deserialize_file(engine, path, &code);
    if (failure) {
      wasmtime_error_delete(failure);
      code = NULL;
    }
  }
  close(fd);
  return code;
}

static bool
write_all(int fd, const void *from, size_t size)
{
  const char *at = from;

  while (size) {
    ssize_t written = write(fd, at, size);

    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return false;
    at += written;
    size -= (size_t)written;
  }
  return true;
}

static bool
make_folder(const char *folder)
{
  char path[PATH_MAX];
  size_t length = strlen(folder);

  if (length >= sizeof path)
    return false;
  memcpy(path, folder, length + 1);
  for (char *slash = strchr(path + 1, '/'); slash;
       slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0755);
    *slash = '/';
  }
  return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static bool
write_file(const char *path, const wasm_byte_vec_t *code,
           const struct trailer *trailer)
{
  int fd =
      open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written;

  if (fd < 0)
    return false;
  written = write_all(fd, code->data, code->size) &&
            write_all(fd, trailer, sizeof *trailer);
  return close(fd) == 0 && written;
}

static enum wd_status
store(const char *folder, const struct wd_hash *key,
      const wasm_byte_vec_t *code, struct wd_error *error)
{
  static atomic_uint serial;
  char path[PATH_MAX];
  char beside[PATH_MAX + 64];
  struct trailer trailer = {.size = code->size, .key = *key};

  memcpy(trailer.magic, MAGIC, sizeof trailer.magic);
  trailer.sum = checksum((const uint8_t *)code->data, code->size);
  if (!wd_cache_path(folder, key, path, sizeof path))
    return wd_fail(error, WD_IO, "the cache folder's name is too long");
  if (!make_folder(folder))
    return wd_fail(error, WD_IO, "cannot make the cache folder %s: %s", folder,
                   strerror(errno));
  snprintf(beside, sizeof beside, "%s.%ld.%u", path, (long)getpid(),
           atomic_fetch_add(&serial, 1));
  if (write_file(beside, code, &trailer) && rename(beside, path) == 0)
    return WD_OK;
  wd_fail(error, WD_IO, "cannot write compiled code to %s: %s", path,
          strerror(errno));
  unlink(beside);
  return WD_IO;
}

enum wd_status
wd_cache_store(const char *folder, const struct wd_hash *key,
               const wasmtime_module_t *code, struct wd_error *error)
{
  wasmtime_error_t *failure;
  wasm_byte_vec_t bytes;
  enum wd_status status;

  failure = wasmtime_module_serialize(code, &bytes);
  if (failure) {
    wasmtime_error_delete(failure);
    return wd_fail(error, WD_INTERNAL, "cannot serialise compiled code");
  }
  status = store(folder, key, &bytes, error);
  wasm_byte_vec_delete(&bytes);
  return status;
}
