/* Between the contract's forms and the house's: errors, schemas, batches. */
#ifndef WD_ABI_CONVERT_H
#define WD_ABI_CONVERT_H

#include "abi/wd_abi.gen.h"
#include "base/arena.h"

/* The code by which a program is told a status; WD_OK has none (internal). */
enum wd_abi_error_code
wd_abi_error_code_of(enum wd_status status);

/* The reverse: the status that a program's error has for the host. */
enum wd_status
wd_abi_status_of(enum wd_abi_error_code code);

/* Our error as the program shall see it; texts go to the arena. */
enum wd_status
wd_abi_error_make(const struct wd_error *from, struct wd_arena *arena,
                  struct wd_abi_error *out_told, struct wd_error *error);

/* A lifted schema, parsed and checked (wd_fields_parse); it lies in the
 * arena and keeps nothing of `from`. */
enum wd_status
wd_abi_schema_parse(const struct wd_abi_schema *from, struct wd_arena *arena,
                    struct wd_schema *out_schema, struct wd_error *error);

/* The reverse. The texts may be those of `schema`. */
enum wd_status
wd_abi_schema_make(const struct wd_schema *schema, struct wd_arena *arena,
                   struct wd_abi_schema *out_schema, struct wd_error *error);

/* The same batch, nodes and buffers where they were: no copy, either way.
 * Not checked against a schema (wd_batch_check). */
struct wd_batch
wd_abi_batch_view_of(const struct wd_abi_batch *batch);

struct wd_abi_batch
wd_abi_batch_make(const struct wd_batch *batch);

/* Named values: a schema, parsed, and a batch of one row that fits it. The
 * batch is a view of `from`. */
enum wd_status
wd_abi_parameters_parse(const struct wd_abi_parameters *from,
                        struct wd_arena *arena, struct wd_schema *out_schema,
                        struct wd_batch *out_values, struct wd_error *error);

#endif
