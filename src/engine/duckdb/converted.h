/* Values that DuckDB stores otherwise than Arrow does: times of seconds and
 * milliseconds (DuckDB: microseconds), intervals (microseconds, not
 * nanoseconds), UUIDs (a flipped 128-bit integer), fixed binaries (strings)
 * and enumerations (an index as wide as its words need). */
#ifndef WD_ENGINE_DUCKDB_CONVERTED_H
#define WD_ENGINE_DUCKDB_CONVERTED_H

#include "engine/duckdb/columns.h"

void
wd_duck_converted_write(const struct wd_duck_column *column, idx_t from,
                        idx_t to, uint8_t *place);

void
wd_duck_converted_read(const struct wd_type *type, const uint8_t *data,
                       uint32_t from, uint32_t to, duckdb_vector vector,
                       idx_t at);

/* Whether all values of rows [from, to) can be written: an interval's
 * microseconds may be too many for nanoseconds. */
bool
wd_duck_converted_fits(const struct wd_duck_column *column, idx_t from,
                       idx_t to);

#endif
