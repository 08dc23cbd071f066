/* Columns that the names of folders say: of `t/year=2000/city=Oslo/1.arrow` the
 * columns `year` and `city`. Names and values are percent-encoded, null is
 * `__HIVE_DEFAULT_PARTITION__`. */
#ifndef WD_IO_FOLDERS_H
#define WD_IO_FOLDERS_H

#include "arrow/type.h"
#include "base/arena.h"
#include "base/error.h"

struct wd_folder_column {
  const char *name;
  /* i64, date or timestamp<6> where all values are such, else string. */
  struct wd_type type;
  const char **values; /* of each file; NULL: null */
};

/* None where not all files have folders of the same names in the same order.
 * All of it is in the arena. */
enum wd_status
wd_folder_columns(const char *const *files, uint32_t file_count,
                  struct wd_arena *arena, struct wd_folder_column **out_columns,
                  uint32_t *out_count, struct wd_error *error);

#endif
