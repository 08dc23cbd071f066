/* Grants: which tables and sinks a program may name, and where they are.
 *
 * Nothing is ambient: a name that is not in the set is "not granted". Parsed
 * from `NAME=LOCATION[,option=value…]`, see docs/grants.md. A set belongs to
 * one program and is not changed while it runs; reading it needs no lock.
 */
#ifndef WD_IO_GRANT_H
#define WD_IO_GRANT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum wd_format {
  WD_FORMAT_UNKNOWN,
  WD_FORMAT_TEXT, /* one string column `line` */
  WD_FORMAT_CSV,
  WD_FORMAT_JSONL,
  WD_FORMAT_PARQUET,
  WD_FORMAT_ARROW,
  WD_FORMAT_JDBC, /* a table of a database */
};

const char *
wd_format_name(enum wd_format format);

/* By name (text, csv, tsv → csv, jsonl, ndjson, json, parquet, arrow);
 * UNKNOWN for anything else, jdbc too: that is told by the location. */
enum wd_format
wd_format_of(const char *name);

/* The value in its plain form: `delimiter=tab` has become a tab. */
struct wd_grant_option {
  const char *name;
  const char *value;
};

struct wd_grant {
  const char *name;
  const char *location; /* a path: a file, a folder, a glob; or a URL */
  bool remote;      /* a URL, which a cluster reads: `s3a://…`, `jdbc:…` */
  bool credentials; /* with those of the environment */
  enum wd_format format; /* from the option, else by the path's ending */
  uint32_t option_count; /* without `format` */
  const struct wd_grant_option *options;
};

struct wd_grants {
  struct wd_arena arena;
  uint32_t table_count, table_capacity;
  struct wd_grant *tables;
  uint32_t sink_count, sink_capacity;
  struct wd_grant *sinks;
};

void
wd_grants_init(struct wd_grants *grants, struct wd_mem *mem);

void
wd_grants_fini(struct wd_grants *grants);

/* WD_INVALID_ARGUMENT: no '=', an empty name or location, a name that is
 * granted already, an unknown format or option, a format that cannot be told
 * from the path (the message lists the formats), secrets in a URL. A comma in a
 * path is written twice. WD_UNSUPPORTED: a location that is neither a file nor
 * a URL of those that clusters read (`https://…`, `-`), compression that is not
 * read. After a failure the set is as it was. */
enum wd_status
wd_grants_add_table(struct wd_grants *grants, const char *text,
                    struct wd_error *error);

/* As a table; text sinks, URLs, and compression that is not written, are
 * WD_UNSUPPORTED. */
enum wd_status
wd_grants_add_sink(struct wd_grants *grants, const char *text,
                   struct wd_error *error);

/* The value of an option; NULL when it was not given. A `.tsv` location and
 * `format=tsv` give delimiter. */
const char *
wd_grant_option(const struct wd_grant *grant, const char *name);

/* WD_NOT_GRANTED: "table 'ordrs' is not granted; granted: orders, lines
 * (--table ordrs=LOCATION grants it)". */
enum wd_status
wd_grants_table(const struct wd_grants *grants, const char *name, size_t length,
                const struct wd_grant **out_grant, struct wd_error *error);

enum wd_status
wd_grants_sink(const struct wd_grants *grants, const char *name, size_t length,
               const struct wd_grant **out_grant, struct wd_error *error);

/* The files of a table: the file itself, the files of its format below a
 * folder (hidden and `_…` names left out), or what a glob matches (`*`, `?`,
 * `[…]`, and `**` for any number of folders); sorted by path, in the arena.
 * WD_NOT_FOUND naming table and path when there is none, WD_IO when one cannot
 * be read (checked now), WD_UNSUPPORTED for compression that is not read, and
 * for URLs. */
enum wd_status
wd_grant_files(const struct wd_grant *grant, struct wd_arena *arena,
               const char *const **out_files, uint32_t *out_count,
               struct wd_error *error);

#endif
