/* Compiled code on disk: a folder of files, one for each (bytes, variant,
 * settings), named by the hash of these.
 *
 * Reading compiled code trusts it like a program, so a file is only used when
 * the folder and the file are the user's own and nobody else may write to
 * them. A file ends with a trailer (its key, its length and a checksum): what
 * is truncated, foreign or damaged is not used, and replaced. Written beside
 * its place and renamed, so that readers see all or nothing; any process, any
 * thread.
 */
#ifndef WD_WASM_CACHE_H
#define WD_WASM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <wasmtime.h>

#include "base/error.h"
#include "base/hash.h"

/* The name of compiled code: the content and whatever it was compiled with
 * (`settings`: any text). */
struct wd_hash
wd_cache_key(const struct wd_hash *content, const char *settings);

/* The file of a key; false when the name is too long. */
bool
wd_cache_path(const char *folder, const struct wd_hash *key, char *out_path,
              size_t size);

/* NULL when there is none that can be used. */
wasmtime_module_t *
wd_cache_load(const char *folder, const struct wd_hash *key,
              wasm_engine_t *engine);

/* Makes the folder when it is missing. WD_IO naming the file. */
enum wd_status
wd_cache_store(const char *folder, const struct wd_hash *key,
               const wasmtime_module_t *code, struct wd_error *error);

struct wd_cache_figures {
  uint64_t files;
  uint64_t bytes;
};

/* What is in the folder: compiled code, and what writers that were killed have
 * left; other files do not count. A folder that is missing is empty. WD_IO. */
enum wd_status
wd_cache_measure(const char *folder, struct wd_cache_figures *out_figures,
                 struct wd_error *error);

/* Removes that, and tells what was removed; the folder stays. Programs that
 * run keep their code. WD_IO naming the first file that cannot be removed;
 * the others are. */
enum wd_status
wd_cache_empty(const char *folder, struct wd_cache_figures *out_figures,
               struct wd_error *error);

#endif
