/* A library: a module whose functions others call by name.
 *
 * It is an extracted module (lambda/manifest.h), which goes on from the memory
 * in it, or any module that exports the interface `lambdas`: then its main, or
 * its initialiser, runs once without any grant, registers functions and ends
 * there at its first action. All its functions begin with memory as of the
 * last one registered. It shares nothing with who calls them. Immutable; any
 * thread.
 */
#ifndef WD_GUEST_LIBRARY_H
#define WD_GUEST_LIBRARY_H

#include "lambda/manifest.h"
#include "lambda/pool.h"
#include "plan/registry.h"

struct wd_library;

struct wd_library_options {
  struct wd_mem *mem; /* outlives it */
  enum wd_variant variant;
  uint64_t memory_limit; /* of the instance that registers; 0: none */
};

/* How an extracted lambda can be called by name. WD_UNSUPPORTED: not at all,
 * in words that begin with `name`, the module's. */
enum wd_status
wd_library_kind(const struct wd_manifest *manifest, const char *name,
                enum wd_named_kind *out_kind, struct wd_error *error);

/* WD_BAD_MODULE, or what main failed with, naming the module. */
enum wd_status
wd_library_new(struct wd_module *module,
               const struct wd_library_options *options,
               struct wd_library **out_library, struct wd_error *error);

/* Also for NULL. */
void
wd_library_free(struct wd_library *library);

/* The function that an export names; NULL: the only one. WD_NOT_FOUND lists
 * what there is. */
enum wd_status
wd_library_find(const struct wd_library *library, const char *export,
                const struct wd_named **out_function, struct wd_error *error);

/* Visits all functions, in no order. */
void
wd_library_each(const struct wd_library *library,
                void (*visit)(void *env, struct wd_named *function), void *env);

/* What its workers are made of: the library's own. */
struct wd_image *
wd_library_image(const struct wd_library *library);

struct wd_linkage *
wd_library_linkage(const struct wd_library *library);

/* What a function of it is bound as: an extracted filter or map is no scalar
 * function, though it is called like one. */
enum wd_role
wd_library_role(const struct wd_library *library,
                const struct wd_named *function);

/* A function of a library, and the name that it has in a program. */
struct wd_library_function {
  const char *name;
  const struct wd_named *function;
};

#endif
