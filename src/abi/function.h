/* The tables that describe the contract: types, imports, exports.
 *
 * They are made from wit/ (wd_abi.gen.c), constant, and readable from any
 * thread. A type has two forms: as it lies in guest memory (size, align,
 * offsets of the canonical ABI) and as a C struct of the host (wd_abi.gen.h).
 */
#ifndef WD_ABI_FUNCTION_H
#define WD_ABI_FUNCTION_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/wd_abi.gen.h"
#include "base/error.h"

enum wd_abi_kind {
  WD_ABI_BOOL,
  WD_ABI_U8,
  WD_ABI_S8,
  WD_ABI_U16,
  WD_ABI_S16,
  WD_ABI_U32,
  WD_ABI_S32,
  WD_ABI_CHAR,
  WD_ABI_U64,
  WD_ABI_S64,
  WD_ABI_F32,
  WD_ABI_F64,
  WD_ABI_STRING, /* struct wd_text */
  WD_ABI_BUFFER, /* list<u64> as struct wd_span */
  WD_ABI_LIST,   /* pointer and length */
  WD_ABI_RECORD, /* and tuples */
  WD_ABI_VARIANT,
  WD_ABI_OPTION,
  WD_ABI_ENUM,
  WD_ABI_FLAGS,
  WD_ABI_OWN,
  WD_ABI_BORROW,
};

struct wd_abi_type;

/* A field, the payload of a case, or an argument. */
struct wd_abi_part {
  const char *name;               /* as in the contract */
  const struct wd_abi_type *type; /* NULL: a case without payload */
  uint16_t offset;                /* in guest memory; arguments: 0 */
  uint16_t host_offset;
};

struct wd_abi_type {
  enum wd_abi_kind kind;
  uint16_t size; /* in guest memory */
  uint16_t align;
  uint16_t host_size;
  uint16_t flat;  /* core values that it takes */
  bool plain;     /* both forms are the same bytes, and all bytes are valid */
  uint32_t count; /* fields, cases or flags; handles: enum wd_abi_resource */
  const struct wd_abi_part *parts;
  const struct wd_abi_type *element;
};

/* Calls one typed handler. */
typedef enum wd_status
wd_abi_caller(const struct wd_abi_handlers *handlers, struct wd_abi_call *call,
              const void *args, void *out, struct wd_error *error);

struct wd_abi_function {
  const char *interface;  /* `datasets` */
  const char *name;       /* `[method]dataset.join` */
  const char *label;      /* `datasets.dataset.join`, for messages */
  const char *world;      /* the smallest world that has it */
  const char *module;     /* `wasi:data/datasets@0.1.0` */
  const char *core_name;  /* of the core import or export */
  const char *post_name;  /* exports: `cabi_post_…`, NULL: nothing to free */
  const char *parameters; /* core signature, letters as in struct wd_import */
  const char *results;
  const struct wd_abi_part *arguments;
  uint16_t argument_count;
  uint16_t args_size;               /* of the host's struct of arguments */
  const struct wd_abi_type *result; /* of success; NULL: nothing */
  bool fallible;                    /* result<…, error> */
  uint16_t area_size;               /* 0: the result is a core value */
  uint16_t area_align;
  uint16_t payload;    /* of success and of the error, in the area */
  wd_abi_caller *call; /* imports only */
};

extern const struct wd_abi_function wd_abi_imports[WD_ABI_IMPORT_COUNT];
extern const struct wd_abi_function wd_abi_exports[WD_ABI_EXPORT_COUNT];
extern const struct wd_abi_type *const wd_abi_type_of_error;

/* Answers for a handler that is NULL. */
enum wd_status
wd_abi_missing(struct wd_abi_call *call, struct wd_error *error);

/* Whether an import's module belongs to the contract (whatever its version
 * and naming scheme), so that wd_abi_find_import has to answer for it. */
bool
wd_abi_is_ours(const char *module);

/* The row of an import of a core module. Versions match as components do:
 * 0.1.0 answers for every 0.1.x without pre-release part. WD_BAD_MODULE names
 * what is not there: interface, function, version, or `cm32p2|` names. */
enum wd_status
wd_abi_find_import(const char *module, const char *name,
                   const struct wd_abi_function **out_function,
                   struct wd_error *error);

/* The row for an exported name (`wasi:data/lambdas@0.1.3#map`, versions as
 * above), or NULL: not ours. */
const struct wd_abi_function *
wd_abi_find_export(const char *name);

/* Whether an exported name looks like the contract's but is no function of
 * this version, nor the `cabi_post_…` of one. Component tooling lets such
 * names pass in silence; a person will want to know. */
bool
wd_abi_is_odd_export(const char *name);

#endif
