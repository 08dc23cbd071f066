/* Texts of function types, "(i32 i64) -> i32", and their letters, "il" and
 * "i" (instance.h). Pure functions; any thread. */
#ifndef WD_WASM_SIGNATURE_H
#define WD_WASM_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include <wasmtime.h>

/* The text of letters, cut when it does not fit. */
char *
wd_signature_print(const char *parameters, const char *results, char *out_text,
                   size_t size);

bool
wd_signature_is(const char *signature, const char *parameters,
                const char *results);

/* The type of a text; NULL when it holds types other than the four of
 * letters. Owned by the caller. */
wasm_functype_t *
wd_signature_type(const char *signature);

#endif
