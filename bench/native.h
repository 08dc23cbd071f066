/* The functions of the guests as native C functions of DuckDB, by its C API:
 *
 *   n_increment(BIGINT)  n_hash(BIGINT)  n_gcd(BIGINT, BIGINT)
 *   n_binary_gcd(BIGINT, BIGINT)  n_upper(VARCHAR)  n_tokens(VARCHAR) list
 *   n_sink(BIGINT): false, adds up;  n_sunk(): the sum, which is then 0
 *   n_variance(BIGINT), n_reduce(BIGINT, BIGINT), n_longest(VARCHAR):
 *   aggregates;  n_numbers(BIGINT): a table function
 */
#ifndef WD_BENCH_NATIVE_H
#define WD_BENCH_NATIVE_H

#include <duckdb.h>

/* Ends the process when DuckDB refuses one. */
void
native_register(duckdb_connection connection);

void
native_register_numbers(duckdb_connection connection);

void
native_register_types(duckdb_connection connection);

/* A volatile function of parameters of one type. */
void
native_add_scalar(duckdb_connection connection, const char *name,
                  duckdb_logical_type from, int parameters,
                  duckdb_logical_type to, duckdb_scalar_function_t run);

#endif
