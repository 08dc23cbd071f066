/* A pipeline given as arguments, for the tests of data sets and expressions.
 *
 *   script STEP...
 *
 * Each step is a verb and its arguments and works on the current data set.
 * Lists end with the argument `.`; registers are names.
 *
 *   read NAME | read-with NAME OPTION VALUE … . | range START END STEP
 *   generate KIND PARTITIONS COUNT SCHEMA VALUE … .   a table function: `part`,
 *     `row`, the arguments; so many rows in each partition (`rows`; `columns`,
 *     by the column), or without an end, and then the row COUNT breaks it
 *     (`fail`, `trap`, `spin`)
 *   from-plan HEX REGISTER … .
 *   sql TEXT REGISTER … . | sql-in DIALECT TEXT REGISTER … .
 *   sql-long BEFORE UNIT COUNT AFTER UNIT COUNT END REGISTER … .   of as many
 *     units
 *   sql-with TEXT SCHEMA VALUE … . REGISTER … .   (for `$name` in it)
 *   create SCHEMA VALUE … .     (row by row; \N is null, binary in hexadecimal)
 *   as REGISTER | use REGISTER
 *   parameters SCHEMA VALUE … .   (for `$name` from here on)
 *   select E … . | with NAME E | drop-columns NAME … . | rename OLD NEW … .
 *   filter E | sort KEY … . | limit COUNT | slice OFFSET COUNT
 *   distinct COLUMN … . | group KEY … . | measure M … . (of the group, or all)
 *   join REGISTER KIND CONDITION | join-using REGISTER KIND COLUMN … .
 *   combine REGISTER OPERATION by-name|by-position | zip REGISTER
 *   sample FRACTION once|again SEED | row-index NAME
 *   unpivot NAME VALUE COLUMN … . | describe COLUMN … .
 *   explode COLUMN inner|outer POSITION   (empty: none)
 *   rollup KEY … . | cube KEY … . | pivot EXPRESSION VALUE … .
 *   sets KEY … . INDEX,INDEX … .   (`-`: without keys)
 *   repartition COUNT COLUMN … .
 *   map-tag COLUMN        adds `tag`: twice the value of an i64 column
 *   repeat COLUMN COUNT   flat map: `value`, `copy` for each of COUNT copies
 *   keep-even COLUMN      a filter by lambda
 *   break-at COLUMN VALUE fail|trap|spin   one that keeps all, but for this
 *     value, at which it fails, traps or never ends
 *   shares COLUMN         by partition: `rows`, `total`, `rising`
 *   reduce-sum COLUMN     (of the group, or all) adds up an i64 column
 *   number-rows           (of the group, or by partition) adds `part`, the
 *                         cursor's index, and `row`, from 0 in each
 *   count-parts           (of the group, or by partition) `part`, `rows`
 *   each TEXT             for each partition: logs TEXT, the number of rows,
 *                         its index and how many there are; counts, too
 *   counters NAME … .     prints what the last `each` has counted: rows,
 *                         batches, parts
 *   closed                prints how many partitions of `generate` the last
 *                         written job has closed
 *   sort-parts KEY … .
 *   as-group REGISTER | pair REGISTER   the group with that of the register, by
 *                         a lambda over both: `side`, `id`, `first` (the first
 *                         row of the pair), `after` (rows seen before), for
 *                         rows with an i64 column `id`
 *   pair-batch REGISTER   the same by batch and bind functions
 *   show | collect | take COUNT | count | first | schema | explain FORMAT
 *   write SINK MODE | write-with SINK MODE OPTION VALUE … . | wait | echo TEXT
 *   write-by SINK MODE COLUMN … . OPTION VALUE … .
 *   cache STORAGE         memory or disk
 *   temp NAME MODE        temp-table; `wait` waits for it
 *   set-factor NUMBER     what map-tag multiplies by, from the next action on;
 *                         a negative one makes it fail
 *   register KIND NAME    a function (script_functions.h); `many` registers
 *                         NAME many of them, f0, f1 …
 *   register-aggregate KIND NAME   (script_aggregates.h)
 *   register-table KIND NAME       (script_tables.h)
 *   register-type KIND NAME        (script_types.h)
 *   register-operators             of the types money and point
 *   double-money                   a map of the column `m`
 *   drop REGISTER         gives the handle back
 *   attempt: from here a failure is printed at the next action, and it goes on
 *
 * `collect` prints a line of types, then a JSON array for each row, exactly:
 * numbers, dates and timestamps as the text of what is stored, floats as %a,
 * binary in hexadecimal. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <wasidata.h>
#include <wasidata_co_groups.h>

#include "script_aggregates.h"
#include "script_functions.h"
#include "script_generate.h"
#include "script_tables.h"
#include "script_types.h"

#define MOST 64
#define LONGEST 4096

struct register_ {
  const char *name;
  wd_dataset dataset;
  wd_grouped grouped;
};

struct script {
  char **next;
  wd_dataset current;
  wd_grouped grouped; /* id NULL: none */
  wd_job written;
  struct register_ registers[MOST];
};

static _Noreturn void
usage(const char *what, const char *word)
{
  fprintf(stderr, "script: %s: %s\n", what, word ? word : "the end");
  exit(2);
}

static const char *
word(struct script *script)
{
  if (!*script->next)
    usage("an argument is missing", NULL);
  return *script->next++;
}

static int64_t
number(struct script *script)
{
  return strtoll(word(script), NULL, 10);
}

/* The arguments up to `.`, which becomes the NULL that ends them. */
static const char *const *
list(struct script *script)
{
  char **first = script->next;
  while (*script->next && strcmp(*script->next, ".") != 0)
    script->next++;
  if (!*script->next)
    usage("a list has no end", NULL);
  *script->next++ = NULL;
  return (const char *const *)first;
}

static struct register_ *
find_register(struct script *script, const char *name)
{
  for (int i = 0; i < MOST; i++) {
    struct register_ *at = &script->registers[i];
    if (!at->name)
      at->name = name;
    if (strcmp(at->name, name) == 0)
      return at;
  }
  usage("too many registers", name);
}

/* ---- Rows from text ------------------------------------------------------ */

static wd_decimal
parse_decimal(const char *text)
{
  bool negative = *text == '-';
  wd_decimal value = 0;
  for (text += negative; *text; text++)
    value = value * 10 + (*text - '0');
  return negative ? -value : value;
}

static void
set_bytes(wd_rows *rows, uint32_t column, const char *hex)
{
  uint32_t size = (uint32_t)strlen(hex) / 2;
  char *bytes = malloc(size + 1);
  for (uint32_t i = 0; i < size; i++) {
    unsigned value = 0;
    sscanf(hex + 2 * i, "%2x", &value);
    bytes[i] = (char)value;
  }
  wd_set_bytes(rows, column, (wd_str){bytes, size});
  free(bytes);
}

static void
set_value(wd_rows *rows, uint32_t column, const wd_field *field,
          const char *text)
{
  if (strcmp(text, "\\N") == 0)
    return;
  switch (field->type) {
  case WD_BOOL:
    wd_set_bool(rows, column, strcmp(text, "true") == 0);
    break;
  case WD_U8:
  case WD_U16:
  case WD_U32:
  case WD_U64:
    wd_set_u64(rows, column, strtoull(text, NULL, 10));
    break;
  case WD_F32:
    wd_set_f32(rows, column, strtof(text, NULL));
    break;
  case WD_F64:
    wd_set_f64(rows, column, strtod(text, NULL));
    break;
  case WD_DECIMAL:
    wd_set_decimal(rows, column, parse_decimal(text));
    break;
  case WD_DATE:
    wd_set_date(rows, column, (int32_t)strtol(text, NULL, 10));
    break;
  case WD_TIMESTAMP:
    wd_set_timestamp(rows, column, strtoll(text, NULL, 10));
    break;
  case WD_STRING:
    wd_set_text(rows, column, text);
    break;
  case WD_BINARY:
    set_bytes(rows, column, text);
    break;
  default:
    wd_set_i64(rows, column, strtoll(text, NULL, 10));
  }
}

static wd_rows *
rows_of(const char *text, const char *const *values)
{
  wd_schema *schema = wd_schema_of(wd_create(wd_rows_new(text)));
  wd_rows *rows = wd_rows_new(text);
  for (uint32_t column = 0; *values; values++) {
    set_value(rows, column, &schema->fields[column], *values);
    if (++column == schema->count) {
      column = 0;
      wd_emit(rows);
    }
  }
  free(schema);
  return rows;
}

/* ---- Rows to text -------------------------------------------------------- */

static void
print_string(wd_str text)
{
  putchar('"');
  for (uint32_t i = 0; i < text.size; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < ' ')
      printf("\\u%04x", c);
    else
      putchar(c);
  }
  putchar('"');
}

static void
print_decimal(wd_decimal value)
{
  char digits[48];
  int at = sizeof digits;
  bool negative = value < 0;
  unsigned __int128 rest =
      negative ? -(unsigned __int128)value : (unsigned __int128)value;
  do {
    digits[--at] = (char)('0' + (int)(rest % 10));
    rest /= 10;
  } while (rest);
  printf("\"%s%.*s\"", negative ? "-" : "", (int)sizeof digits - at,
         digits + at);
}

static void
print_value(const wd_row *row, uint32_t column)
{
  if (wd_is_null(row, column)) {
    printf("null");
    return;
  }
  switch (row->columns[column].type) {
  case WD_BOOL:
    printf(wd_get_bool(row, column) ? "true" : "false");
    break;
  case WD_U8:
  case WD_U16:
  case WD_U32:
  case WD_U64:
    printf("\"%" PRIu64 "\"", wd_get_u64(row, column));
    break;
  case WD_F32:
  case WD_F64:
    printf("\"%a\"", wd_get_f64(row, column));
    break;
  case WD_DECIMAL:
    print_decimal(wd_get_decimal(row, column));
    break;
  case WD_DATE:
    printf("\"%" PRId32 "\"", wd_get_date(row, column));
    break;
  case WD_TIMESTAMP:
    printf("\"%" PRId64 "\"", wd_get_timestamp(row, column));
    break;
  case WD_STRING:
    print_string(wd_get_str(row, column));
    break;
  case WD_BINARY: {
    wd_str bytes = wd_get_bytes(row, column);
    putchar('"');
    for (uint32_t i = 0; i < bytes.size; i++)
      printf("%02x", (unsigned char)bytes.data[i]);
    putchar('"');
    break;
  }
  default:
    printf("\"%" PRId64 "\"", wd_get_i64(row, column));
  }
}

static void
print_row(const wd_row *row)
{
  for (uint32_t i = 0; i < row->count; i++) {
    putchar(i ? ',' : '[');
    print_value(row, i);
  }
  printf(row->count ? "]\n" : "[]\n");
}

static void
print_types(wd_dataset dataset)
{
  static const char *const names[] = {
      "bool", "i8",  "i16", "i32",     "i64",  "u8",        "u16",    "u32",
      "u64",  "f32", "f64", "decimal", "date", "timestamp", "string", "binary"};
  static const char *const units[] = {"s", "ms", "us", "ns"};
  wd_schema *schema = wd_schema_of(dataset);
  if (!schema)
    return;
  for (uint32_t i = 0; i < schema->count; i++) {
    const wd_field *field = &schema->fields[i];
    putchar(i ? ',' : '[');
    putchar('[');
    print_string(wd_str_of(field->name));
    printf(",\"%s", field->type == WD_OTHER ? "other" : names[field->type]);
    if (field->type == WD_DECIMAL)
      printf("(%d,%d)", field->precision, field->scale);
    if (field->type == WD_TIMESTAMP)
      printf("(%s%s%s)", units[field->unit], field->timezone ? "," : "",
             field->timezone ? field->timezone : "");
    printf("\",%s]", field->nullable ? "true" : "false");
  }
  printf(schema->count ? "]\n" : "[]\n");
  free(schema);
}

static void
collect(wd_dataset dataset, int64_t most)
{
  print_types(dataset);
  wd_job job = wd_collect(dataset);
  const wd_row *row;
  while (most-- > 0 && (row = wd_next_row(job)))
    print_row(row);
  wd_job_drop(job);
}

/* ---- Lambdas ------------------------------------------------------------- */

struct column {
  char name[LONGEST];
  int64_t count;
};

/* Memory that lambdas see as of the action. */
static int64_t factor = 2;

static int64_t
twice(int64_t value, void *env)
{
  (void)env;
  if (factor < 0)
    wd_fail("the factor is %lld", (long long)factor);
  return factor * value;
}

static void
repeat(const wd_row *row, wd_rows *out, void *env)
{
  const struct column *column = env;
  for (int64_t i = 0; i < column->count; i++) {
    wd_copy(out, 0, row, 0);
    wd_set_i64(out, 1, i);
    wd_emit(out);
  }
}

static bool
is_even(const wd_row *row, void *env)
{
  const struct column *column = env;
  return wd_get_i64_by(row, column->name) % 2 == 0;
}

struct breaking {
  struct column column;
  char how; /* the first letter of the word */
};

static bool
is_whole(const wd_row *row, void *env)
{
  const struct breaking *breaking = env;
  int64_t value = wd_get_i64_by(row, breaking->column.name);
  if (value != breaking->column.count)
    return true;
  if (breaking->how == 't')
    __builtin_trap();
  for (volatile bool spins = breaking->how == 's'; spins;)
    ;
  wd_fail("broken at %lld", (long long)value);
}

struct share {
  int64_t rows, total, last;
  bool falls;
};

static void
share_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  const struct column *column = env;
  struct share *share = state;
  int64_t value = wd_get_i64_by(row, column->name);
  (void)out;
  share->falls = share->falls || (share->rows && value < share->last);
  share->last = value;
  share->rows++;
  share->total += value;
}

static bool
share_end(void *state, wd_rows *out, void *env)
{
  const struct share *share = state;
  (void)env;
  wd_set_i64(out, 0, share->rows);
  wd_set_i64(out, 1, share->total);
  wd_set_bool(out, 2, !share->falls);
  wd_emit(out);
  return false;
}

struct place {
  int64_t part, row;
};

struct numbering {
  uint32_t width; /* of the input */
  char text[LONGEST];
};

static void
place_open(void *state, uint32_t index, void *env)
{
  struct place *place = state;
  (void)env;
  place->part = index;
}

static void
number_bind(wd_bind *bind, void *env)
{
  struct numbering *numbering = env;
  const wd_schema *input = wd_bind_input(bind);
  numbering->width = input->count;
  for (uint32_t i = 0; i < input->count; i++)
    wd_bind_output_field(bind, &input->fields[i]);
  wd_bind_output(bind, "part: i64, row: i64");
}

static void
number_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  const struct numbering *numbering = env;
  struct place *place = state;
  for (uint32_t i = 0; i < numbering->width; i++)
    wd_copy(out, i, row, i);
  wd_set_i64(out, numbering->width, place->part);
  wd_set_i64(out, numbering->width + 1, place->row++);
  wd_emit(out);
}

static void
count_row(void *state, const wd_row *row, wd_rows *out, void *env)
{
  struct place *place = state;
  (void)row, (void)out, (void)env;
  place->row++;
}

static bool
count_end(void *state, wd_rows *out, void *env)
{
  const struct place *place = state;
  (void)env;
  wd_set_i64(out, 0, place->part);
  wd_set_i64(out, 1, place->row);
  wd_emit(out);
  return false;
}

static void
each_open(void *state, uint32_t index, void *env)
{
  place_open(state, index, env);
  wd_counter_add("parts", 1);
}

static void
each_batch(void *state, const wd_batch *in, wd_rows *out, void *env)
{
  struct place *place = state;
  (void)out, (void)env;
  place->row += in->rows;
  wd_counter_add("batches", 1);
  wd_counter_add("rows", in->rows);
}

static bool
each_end(void *state, wd_rows *out, void *env)
{
  const struct numbering *numbering = env;
  const struct place *place = state;
  (void)out;
  wd_log(WD_INFO, "%s %lld of %lld in %u", numbering->text,
         (long long)place->row, (long long)place->part, wd_partition_count());
  return false;
}

static void
add_up(wd_acc *acc, const wd_row *row, void *env)
{
  const struct column *column = env;
  uint32_t index = wd_find(row, column->name);
  *wd_at_i64(acc, index) += wd_get_i64(row, index);
}

static struct column
column_of(struct script *script)
{
  struct column column = {.count = 0};
  snprintf(column.name, sizeof column.name, "%s", word(script));
  return column;
}

/* ---- Steps --------------------------------------------------------------- */

static int
choose(const char *what, const char *const *names)
{
  for (int i = 0; names[i]; i++)
    if (strcmp(names[i], what) == 0)
      return i;
  usage("none of the kinds", what);
}

static enum wd_join_kind
join_kind(struct script *script)
{
  static const char *const names[] = {"inner",      "left", "right", "full",
                                      "semi",       "anti", "cross", "as-of",
                                      "as-of-left", NULL};
  return (enum wd_join_kind)choose(word(script), names);
}

static enum wd_write_mode
write_mode(struct script *script)
{
  static const char *const names[] = {"create", "overwrite", "append",
                                      "ignore", "upsert",    NULL};
  return (enum wd_write_mode)choose(word(script), names);
}

static enum wd_set_operation
set_operation(struct script *script)
{
  static const char *const names[] = {"union-all",
                                      "union-distinct",
                                      "intersect-all",
                                      "intersect-distinct",
                                      "except-all",
                                      "except-distinct",
                                      NULL};
  return (enum wd_set_operation)choose(word(script), names);
}

/* The plan in hexadecimal, and the registers that it reads by their names. */
static void
from_plan(struct script *s)
{
  const char *hex = word(s);
  const char *const *names = list(s);
  size_t size = strlen(hex) / 2;
  uint8_t *plan = malloc(size + 1);
  wd_dataset inputs[MOST];
  for (size_t i = 0; i < size; i++) {
    unsigned value = 0;
    sscanf(hex + 2 * i, "%2x", &value);
    plan[i] = (uint8_t)value;
  }
  for (int i = 0; names[i]; i++)
    inputs[i] = find_register(s, names[i])->dataset;
  s->current = wd_from_plan(plan, size, names, inputs);
  free(plan);
}

static char *
add_units(struct script *s, char *to)
{
  const char *unit = word(s);
  for (int64_t i = number(s); i > 0; i--)
    to = stpcpy(to, unit);
  return stpcpy(to, word(s));
}

/* Longer than an argument may be. */
static const char *
long_text(struct script *s)
{
  char *text = malloc(16 << 20), *to = stpcpy(text, word(s));
  add_units(s, add_units(s, to));
  return text;
}

/* A query over registers by their names. */
static void
query(struct script *s, const char *text, const char *dialect, bool parameters)
{
  wd_rows *row = NULL;
  if (parameters) {
    const char *schema = word(s);
    row = rows_of(schema, list(s));
  }
  const char *const *names = list(s);
  wd_dataset inputs[MOST];
  for (int i = 0; names[i]; i++)
    inputs[i] = find_register(s, names[i])->dataset;
  s->current = wd_sql_with(text, dialect, names, inputs, row);
}

#define VERB(text) (strcmp(verb, text) == 0)

static bool
start_from(struct script *s, const char *verb)
{
  if (VERB("read")) {
    s->current = wd_read(word(s));
  } else if (VERB("read-with")) {
    const char *name = word(s);
    s->current = wd_read_list(name, list(s));
  } else if (VERB("range")) {
    int64_t start = number(s), end = number(s);
    s->current = wd_range(start, end, number(s));
  } else if (VERB("create")) {
    const char *schema = word(s);
    s->current = wd_create(rows_of(schema, list(s)));
  } else if (VERB("generate")) {
    const char *kind = word(s);
    uint32_t partitions = (uint32_t)number(s);
    int64_t count = number(s);
    const char *schema = word(s);
    const char *const *values = list(s);
    s->current = generate(kind, partitions, count, schema,
                          *schema ? rows_of(schema, values) : NULL);
  } else if (VERB("from-plan")) {
    from_plan(s);
  } else if (VERB("sql")) {
    query(s, word(s), "", false);
  } else if (VERB("sql-long")) {
    query(s, long_text(s), "", false);
  } else if (VERB("sql-in")) {
    const char *dialect = word(s);
    query(s, word(s), dialect, false);
  } else if (VERB("sql-with")) {
    query(s, word(s), "", true);
  } else if (VERB("use")) {
    s->current = find_register(s, word(s))->dataset;
  } else if (VERB("as")) {
    find_register(s, word(s))->dataset = s->current;
  } else {
    return false;
  }
  return true;
}

static bool
shape(struct script *s, const char *verb)
{
  if (VERB("select")) {
    s->current = wd_select_list(s->current, list(s));
  } else if (VERB("parameters")) {
    const char *schema = word(s);
    s->current = wd_with_parameters(s->current, rows_of(schema, list(s)));
  } else if (VERB("with")) {
    const char *name = word(s);
    s->current = wd_with_column(s->current, name, word(s));
  } else if (VERB("drop-columns")) {
    s->current = wd_drop_columns_list(s->current, list(s));
  } else if (VERB("rename")) {
    s->current = wd_rename_list(s->current, list(s));
  } else if (VERB("filter")) {
    s->current = wd_filter(s->current, word(s));
  } else if (VERB("sort")) {
    s->current = wd_sort_list(s->current, list(s));
  } else if (VERB("limit")) {
    s->current = wd_limit(s->current, (uint64_t)number(s));
  } else if (VERB("slice")) {
    uint64_t offset = strtoull(word(s), NULL, 10);
    s->current = wd_slice(s->current, offset, strtoull(word(s), NULL, 10));
  } else if (VERB("distinct")) {
    s->current = wd_distinct_list(s->current, list(s));
  } else if (VERB("sort-parts")) {
    s->current = wd_sort_within_partitions_list(s->current, list(s));
  } else if (VERB("repartition")) {
    uint32_t count = (uint32_t)number(s);
    s->current = wd_repartition_list(s->current, count, list(s));
  } else {
    return false;
  }
  return true;
}

static bool
rearrange(struct script *s, const char *verb)
{
  if (VERB("combine")) {
    wd_dataset right = find_register(s, word(s))->dataset;
    enum wd_set_operation operation = set_operation(s);
    s->current = wd_combine(s->current, right, operation,
                            strcmp(word(s), "by-name") == 0);
  } else if (VERB("zip")) {
    s->current = wd_zip(s->current, find_register(s, word(s))->dataset);
  } else if (VERB("sample")) {
    double fraction = strtod(word(s), NULL);
    bool again = strcmp(word(s), "again") == 0;
    s->current =
        wd_sample(s->current, fraction, again, strtoull(word(s), NULL, 10));
  } else if (VERB("row-index")) {
    s->current = wd_with_row_index(s->current, word(s));
  } else if (VERB("unpivot")) {
    const char *name = word(s), *value = word(s);
    s->current = wd_unpivot(s->current, list(s), name, value);
  } else if (VERB("explode")) {
    const char *column = word(s), *how = word(s);
    s->current =
        wd_explode(s->current, column, strcmp(how, "outer") == 0, word(s));
  } else if (VERB("describe")) {
    s->current = wd_describe_list(s->current, list(s));
  } else {
    return false;
  }
  return true;
}

static void
grouping_sets(struct script *s)
{
  static uint32_t indices[MOST][MOST];
  static wd_key_set sets[MOST];
  const char *const *keys = list(s), *const *texts = list(s);
  size_t count = 0;
  for (; texts[count]; count++) {
    char *rest = (char *)texts[count];
    sets[count] = (wd_key_set){.keys = indices[count]};
    while (*rest && *rest != '-') {
      indices[count][sets[count].count++] = (uint32_t)strtoul(rest, &rest, 10);
      rest += *rest == ',';
    }
  }
  s->grouped = wd_grouping_sets(s->current, keys, sets, count);
}

static void
measure(struct script *s)
{
  const char *const *measures = list(s);
  s->current = s->grouped.id ? wd_aggregate_list(s->grouped, measures)
                             : wd_aggregate_all_list(s->current, measures);
  s->grouped.id = NULL;
}

static void
reduce(struct script *s)
{
  struct column column = column_of(s);
  s->current = s->grouped.id
                   ? wd_reduce(s->grouped, add_up, &column, sizeof column)
                   : wd_reduce_all(s->current, add_up, &column, sizeof column);
  s->grouped.id = NULL;
}

static bool
relate(struct script *s, const char *verb)
{
  if (VERB("join")) {
    wd_dataset right = find_register(s, word(s))->dataset;
    enum wd_join_kind kind = join_kind(s);
    s->current = wd_join(s->current, right, kind, word(s));
  } else if (VERB("join-using")) {
    wd_dataset right = find_register(s, word(s))->dataset;
    enum wd_join_kind kind = join_kind(s);
    s->current = wd_join_using_list(s->current, right, kind, list(s));
  } else if (VERB("group")) {
    s->grouped = wd_group_by_list(s->current, list(s));
  } else if (VERB("rollup")) {
    s->grouped = wd_rollup_list(s->current, list(s));
  } else if (VERB("cube")) {
    s->grouped = wd_cube_list(s->current, list(s));
  } else if (VERB("sets")) {
    grouping_sets(s);
  } else if (VERB("pivot")) {
    const char *expression = word(s);
    s->grouped = wd_pivot(s->grouped, expression, list(s));
  } else if (VERB("measure")) {
    measure(s);
  } else if (VERB("reduce-sum")) {
    reduce(s);
  } else {
    return false;
  }
  return true;
}

struct pair {
  int64_t seen, first;
};

static void
pair_row(struct pair *pair, int64_t id, wd_rows *out, bool right)
{
  if (!pair->seen)
    pair->first = right ? -1 - id : id;
  wd_set_text(out, 0, right ? "right" : "left");
  wd_set_i64(out, 1, id);
  wd_set_i64(out, 2, pair->first);
  wd_set_i64(out, 3, pair->seen++);
  wd_emit(out);
}

static void
pair_left(void *state, const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  pair_row(state, wd_get_i64_by(row, "id"), out, false);
}

static void
pair_right(void *state, const wd_row *row, wd_rows *out, void *env)
{
  (void)env;
  pair_row(state, wd_get_i64_by(row, "id"), out, true);
}

struct pair_columns {
  uint32_t left, right;
};

static void
pair_bind(wd_bind *left, wd_bind *right, void *env)
{
  struct pair_columns *columns = env;
  columns->left = wd_bind_column(left, "id");
  columns->right = wd_bind_column(right, "id");
  if (wd_bind_key_count(left) != wd_bind_key_count(right))
    wd_fail("%u and %u keys", wd_bind_key_count(left),
            wd_bind_key_count(right));
  wd_bind_output(right, "first: i64, after: i64");
}

static void
pair_batch(struct pair *pair, const wd_batch *in, uint32_t column, wd_rows *out,
           bool right)
{
  for (uint32_t i = 0; i < in->rows; i++) {
    wd_row row = {in->columns, in->count, i};
    pair_row(pair, wd_get_i64(&row, column), out, right);
  }
}

static void
pair_left_batch(void *state, const wd_batch *in, wd_rows *out, void *env)
{
  const struct pair_columns *columns = env;
  pair_batch(state, in, columns->left, out, false);
}

static void
pair_right_batch(void *state, const wd_batch *in, wd_rows *out, void *env)
{
  const struct pair_columns *columns = env;
  pair_batch(state, in, columns->right, out, true);
}

static bool
pair_end(void *state, wd_rows *out, void *env)
{
  const struct pair *pair = state;
  (void)env;
  wd_set_text(out, 0, "end");
  wd_set_i64(out, 1, pair->seen);
  wd_set_i64(out, 2, pair->first);
  wd_emit(out);
  return false;
}

/* A partition lambda over the groups, or the partitions. */
static void
over_parts(struct script *s, const wd_partition_fn *functions,
           const wd_lambda *lambda)
{
  wd_lambda all = *lambda;
  all.partition = functions;
  s->current = s->grouped.id ? wd_apply_groups(s->grouped, &all)
                             : wd_apply(s->current, &all);
  s->grouped.id = NULL;
}

static bool
apply_parts(struct script *s, const char *verb)
{
  static const wd_partition_fn number = {
      .size = sizeof(struct place), .open = place_open, .row = number_row};
  static const wd_partition_fn count = {.size = sizeof(struct place),
                                        .open = place_open,
                                        .row = count_row,
                                        .end = count_end};
  static const wd_partition_fn each = {.size = sizeof(struct place),
                                       .open = each_open,
                                       .batch = each_batch,
                                       .end = each_end};
  static const wd_co_group_fn pair = {.size = sizeof(struct pair),
                                      .left = pair_left,
                                      .right = pair_right,
                                      .end = pair_end};
  static const wd_co_group_fn batches = {.size = sizeof(struct pair),
                                         .left_batch = pair_left_batch,
                                         .right_batch = pair_right_batch,
                                         .end = pair_end,
                                         .bind = pair_bind};
  struct numbering numbering = {.width = 0};
  struct pair_columns columns = {0};

  if (VERB("as-group")) {
    find_register(s, word(s))->grouped = s->grouped;
    s->grouped.id = NULL;
  } else if (VERB("pair")) {
    s->current = wd_co_map_groups(
        find_register(s, word(s))->grouped, s->grouped, &pair, NULL, 0,
        "side: string, id: i64, first: i64, after: i64");
    s->grouped.id = NULL;
  } else if (VERB("pair-batch")) {
    s->current = wd_co_map_groups(find_register(s, word(s))->grouped,
                                  s->grouped, &batches, &columns,
                                  sizeof columns, "side: string, id: i64");
    s->grouped.id = NULL;
  } else if (VERB("number-rows")) {
    over_parts(s, &number,
               &(wd_lambda){.env = &numbering,
                            .env_size = sizeof numbering,
                            .bind = number_bind});
  } else if (VERB("count-parts")) {
    over_parts(s, &count, &(wd_lambda){.output = "part: i64, rows: i64"});
  } else if (VERB("each")) {
    snprintf(numbering.text, sizeof numbering.text, "%s", word(s));
    s->written =
        wd_for_each_partition(s->current, &each, &numbering, sizeof numbering);
  } else {
    return false;
  }
  return true;
}

static bool
apply(struct script *s, const char *verb)
{
  struct column column;

  if (VERB("map-tag")) {
    s->current = wd_map_i64(s->current, word(s), twice, NULL, 0, "tag");
  } else if (VERB("repeat")) {
    column = column_of(s);
    column.count = number(s);
    s->current = wd_apply(s->current, &(wd_lambda){.flat_map = repeat,
                                                   .columns = column.name,
                                                   .env = &column,
                                                   .env_size = sizeof column,
                                                   .output = "value: i64, "
                                                             "copy: i64"});
  } else if (VERB("keep-even")) {
    column = column_of(s);
    s->current = wd_filter_by(s->current, is_even, &column, sizeof column);
  } else if (VERB("break-at")) {
    struct breaking breaking = {.column = column_of(s)};
    breaking.column.count = number(s);
    breaking.how = *word(s);
    s->current = wd_filter_by(s->current, is_whole, &breaking, sizeof breaking);
  } else if (VERB("shares")) {
    static const wd_partition_fn functions = {
        .size = sizeof(struct share), .row = share_row, .end = share_end};
    column = column_of(s);
    s->current =
        wd_map_partitions(s->current, &functions, &column, sizeof column,
                          "rows: i64, total: i64, rising: bool");
  } else {
    return false;
  }
  return true;
}

/* Only after `attempt`: a failure ends the program else. */
static void
print_failure(void)
{
  const wd_error *error = wd_last_error();

  if (!error)
    return;
  printf("{\"error\":");
  print_string(wd_str_of(error->message));
  printf(",\"code\":%d}\n", error->code);
  wd_clear_error();
}

static bool
act(struct script *s, const char *verb)
{
  const wd_row *row;
  char *text;

  if (VERB("show")) {
    wd_show(s->current);
  } else if (VERB("collect")) {
    collect(s->current, INT64_MAX);
  } else if (VERB("take")) {
    collect(s->current, number(s));
  } else if (VERB("count")) {
    printf("%" PRIu64 "\n", wd_count(s->current));
  } else if (VERB("first")) {
    if ((row = wd_first(s->current)))
      print_row(row);
    else
      printf("none\n");
  } else if (VERB("schema")) {
    print_types(s->current);
  } else if (VERB("explain")) {
    text = wd_explain(s->current, word(s));
    printf("%s\n", text ? text : "");
    free(text);
  } else if (VERB("echo")) {
    printf("%s\n", word(s));
  } else if (VERB("attempt")) {
    wd_on_error(WD_RETURN);
  } else {
    return false;
  }
  print_failure();
  return true;
}

static bool
store(struct script *s, const char *verb)
{
  if (VERB("write")) {
    const char *sink = word(s);
    s->written = wd_write(s->current, sink, write_mode(s));
  } else if (VERB("write-with")) {
    const char *sink = word(s);
    enum wd_write_mode mode = write_mode(s);
    s->written = wd_write_list(s->current, sink, mode, NULL, list(s));
  } else if (VERB("write-by")) {
    const char *sink = word(s);
    enum wd_write_mode mode = write_mode(s);
    const char *const *columns = list(s);
    s->written = wd_write_list(s->current, sink, mode, columns, list(s));
  } else if (VERB("cache")) {
    static const char *const storages[] = {"memory", "disk", NULL};
    s->current =
        wd_cache(s->current, (enum wd_storage)choose(word(s), storages));
  } else if (VERB("temp")) {
    const char *name = word(s);
    s->written = wd_temp_table(s->current, name, write_mode(s));
    print_failure();
  } else if (VERB("drop")) {
    wd_dataset *dropped = &find_register(s, word(s))->dataset;
    wd_drop(*dropped);
    dropped->id = NULL;
  } else if (VERB("register")) {
    const char *kind = word(s);
    if (!script_register(kind, word(s)))
      print_failure();
  } else if (VERB("register-table")) {
    const char *kind = word(s);
    if (!script_register_table(kind, word(s)))
      print_failure();
  } else if (VERB("register-aggregate")) {
    const char *kind = word(s);
    if (!script_register_aggregate(kind, word(s)))
      print_failure();
  } else if (VERB("register-type")) {
    const char *kind = word(s);
    if (!script_register_type(kind, word(s)))
      print_failure();
  } else if (VERB("register-operators")) {
    if (!script_register_operators())
      print_failure();
  } else if (VERB("double-money")) {
    s->current = wd_map(s->current, money_double, NULL, 0, "m: money");
  } else if (VERB("set-factor")) {
    factor = number(s);
    script_offset = factor;
  } else if (VERB("wait")) {
    wd_wait(s->written);
    print_failure();
  } else if (VERB("counters")) {
    const char *const *names = list(s);
    for (int i = 0; names[i]; i++)
      printf("%s%llu", i ? " " : "",
             (unsigned long long)wd_counter(s->written, names[i]));
    putchar('\n');
  } else if (VERB("closed")) {
    printf("%llu\n", (unsigned long long)wd_counter(s->written, "closed"));
  } else {
    return false;
  }
  return true;
}

int
main(int argc, char **argv)
{
  static struct script script;

  script.next = argv + (argc > 0);
  while (*script.next) {
    const char *verb = *script.next++;
    if (!start_from(&script, verb) && !shape(&script, verb) &&
        !rearrange(&script, verb) && !relate(&script, verb) &&
        !apply(&script, verb) && !apply_parts(&script, verb) &&
        !act(&script, verb) && !store(&script, verb))
      usage("unknown step", verb);
  }
  return 0;
}
