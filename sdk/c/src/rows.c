/* Rows that are written: columns that grow, and what they become for the
 * host. */
#include <stdlib.h>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

#include "internal.h"

#define FIRST_ROWS 256
#define FIRST_BYTES 4096
#define SLACK 64 /* packing reads and writes whole words */

static bool
is_bytes(const struct wd__out *o)
{
  return wd__is_bytes(o->type);
}

/* The rows of a nested column's children. */
static wd_rows *
child_make(const wd_field *field)
{
  struct wd__schema *schema = wd__schema_new();
  for (uint32_t i = 0; i < field->child_count; i++)
    wd__schema_add(schema, field->children + i);
  return wd__rows_make(schema);
}

wd_rows *
wd__rows_make(struct wd__schema *schema)
{
  wd_rows *rows = wd__new(sizeof *rows);
  rows->schema = schema;
  rows->count = schema->schema.count;
  rows->columns = wd__new((rows->count + 1) * sizeof *rows->columns);
  for (uint32_t i = 0; i < rows->count; i++) {
    const wd_field *field = schema->fields + i;
    rows->columns[i].type = field->type;
    rows->columns[i].width = wd__field_width(field);
    if (field->child_count) {
      rows->columns[i].child = child_make(field);
      rows->nested = true;
    }
  }
  wd__grow(rows);
  return rows;
}

wd_rows *
wd_rows_new(const char *schema)
{
  struct wd__fault fault;
  struct wd__schema *parsed = wd__schema_new();
  if (wd__schema_parse(parsed, schema, &fault) && !parsed->star)
    return wd__rows_make(parsed);
  if (parsed->star)
    wd__fault(&fault, WD_INVALID_ARGUMENT,
              "schema \"%s\": '*' means nothing here", schema);
  wd__schema_free(parsed);
  wd__raise(fault.code, "%s", fault.message);
  return NULL;
}

void
wd_rows_free(wd_rows *rows)
{
  if (!rows)
    return;
  for (uint32_t i = 0; i < rows->count; i++) {
    struct wd__out *o = rows->columns + i;
    free(o->values);
    free(o->valid);
    free(o->offsets);
    wd_rows_free(o->child);
  }
  free(rows->columns);
  wd__schema_free(rows->schema);
  free(rows);
}

void
wd__copy(char *to, const char *from, uint32_t size)
{
  if (size < 8 || size > SLACK) {
    memcpy(to, from, size);
    return;
  }
  uint64_t word;
  for (uint32_t i = 0; i + 8 < size; i += 8) {
    memcpy(&word, from + i, 8);
    memcpy(to + i, &word, 8);
  }
  memcpy(&word, from + size - 8, 8);
  memcpy(to + size - 8, &word, 8);
}

/* A block with more room; the old one is freed. */
static void *
larger(void *old, size_t old_size, size_t size)
{
  uint8_t *block = malloc(size + SLACK);
  if (!block)
    wd_fail("out of memory: %zu bytes for output columns", size);
  if (old_size)
    memcpy(block, old, old_size);
  free(old);
  return block;
}

static bool
has_offsets(const struct wd__out *o)
{
  return o->type == WD_LIST || o->type == WD_MAP;
}

static void
column_rows(struct wd__out *o, uint32_t used, uint32_t room)
{
  o->valid = larger(o->valid, used, room);
  memset(o->valid + used, 0, room + SLACK - used);
  if (o->type == WD_FIXED_LIST || o->type == WD_STRUCT || o->type == WD_NULL)
    return;
  if (!is_bytes(o) && !has_offsets(o)) {
    o->values =
        larger(o->values, (size_t)used * o->width, (size_t)room * o->width);
    return;
  }
  size_t ends = o->offsets ? (size_t)o->filled + 1 : 0;
  o->offsets = larger(o->offsets, ends * 4, ((size_t)room + 1) * 4);
  o->offsets[0] = 0;
  if (is_bytes(o) && !o->values) {
    o->values = larger(NULL, 0, FIRST_BYTES);
    o->room = o->capacity = FIRST_BYTES;
  }
}

/* How many rows are a part. */
static uint32_t
part_rows(const wd_rows *rows)
{
  uint32_t width = 1;
  for (uint32_t i = 0; i < rows->count; i++)
    width += is_bytes(rows->columns + i) || rows->columns[i].child
                 ? 5u
                 : rows->columns[i].width + 1u;
  return WD__PART_BYTES / width;
}

static void
rows_room(wd_rows *rows, uint32_t room)
{
  if (room > UINT32_MAX / 32)
    wd_fail("more than %u rows in one batch", UINT32_MAX / 32);
  /* The current row may be set in part. */
  uint32_t used = rows->index < rows->room ? rows->index + 1 : rows->room;
  for (uint32_t i = 0; i < rows->count; i++)
    column_rows(rows->columns + i, used, room);
  rows->room = rows->capacity = room;
}

/* Called when index has reached capacity: first capacity is a part's rows,
 * after that what there is. */
void
wd__grow(wd_rows *rows)
{
  rows->full |= rows->index >= part_rows(rows);
  if (rows->capacity < rows->room)
    rows->capacity = rows->room;
  else
    rows_room(rows, rows->room ? rows->room * 2 : FIRST_ROWS);
}

void
wd__rows_reset(wd_rows *rows)
{
  uint32_t limit = part_rows(rows);
  for (uint32_t i = 0; i < rows->count; i++) {
    struct wd__out *o = rows->columns + i;
    uint32_t dirty = rows->index < rows->room ? rows->index + 1 : rows->room;
    /* Of a whole array no byte beside the current row's was set. */
    if (rows->size > dirty && !o->whole)
      dirty = rows->size;
    memset(o->valid, 0, dirty);
    o->used = o->filled = 0;
    o->capacity = o->room < WD__PART_BYTES ? o->room : WD__PART_BYTES;
    o->whole = o->array = false;
    o->passed = NULL;
    if (o->child)
      wd__rows_reset(o->child);
  }
  rows->capacity = rows->room < limit ? rows->room : limit;
  /* Memory may have grown; it never shrinks. */
  rows->readable = (uint32_t)__builtin_wasm_memory_size(0) * 65536 - WD__WORD;
  rows->index = rows->size = 0;
  rows->full = rows->fixed_size = false;
}

bool
wd__rows_full(const wd_rows *rows)
{
  bool full = rows->full;
  for (uint32_t i = 0; rows->nested && !full && i < rows->count; i++)
    full = rows->columns[i].child && wd__rows_full(rows->columns[i].child);
  return full;
}

uint32_t
wd__rows_length(const wd_rows *rows)
{
  return rows->fixed_size ? rows->size : rows->index + rows->size;
}

/* Rows from `index` up to `end` are forgotten. */
static void
column_seek(struct wd__out *o, uint32_t index, uint32_t end)
{
  memset(o->valid + index, 0, end - index);
  if (!o->child && is_bytes(o) && o->filled > index) {
    o->filled = index;
    o->used = (uint32_t)o->offsets[index];
  } else if (has_offsets(o) && o->filled >= index) {
    o->filled = index;
    wd__rows_seek(o->child, (uint32_t)o->offsets[index]);
  } else if (o->type == WD_FIXED_LIST && o->filled > index) {
    o->filled = index;
    wd__rows_seek(o->child, index * o->width);
  } else if (o->child && (o->type == WD_STRUCT || o->type == WD_UNION) &&
             o->child->index >= index) {
    wd__rows_seek(o->child, index);
  }
}

void
wd__rows_seek(wd_rows *rows, uint32_t index)
{
  uint32_t end = rows->index < rows->room ? rows->index + 1 : rows->room;
  if (index >= rows->room) {
    uint32_t room = rows->room * 2;
    rows_room(rows, room > index ? room : index + 1);
  }
  if (index >= rows->capacity)
    rows->capacity = rows->room;
  rows->full |= index >= part_rows(rows);
  for (uint32_t i = 0; index < end && i < rows->count; i++)
    column_seek(rows->columns + i, index, end);
  rows->index = index;
}

void
wd__rows_expect(wd_rows *rows, uint32_t size, bool fixed)
{
  if (rows->index + size + 1 > rows->room)
    rows_room(rows, rows->index + size + 1);
  rows->capacity = rows->room;
  rows->size = size;
  rows->fixed_size = fixed;
}

uint32_t
wd_size(const wd_rows *rows)
{
  return rows->size;
}

void
wd_resize(wd_rows *rows, uint32_t size)
{
  if (rows->fixed_size)
    wd_fail("wd_resize: a map gives as many rows as it gets");
  if (rows->size)
    wd_fail("wd_resize: called twice");
  if (size > UINT32_MAX / 32)
    wd_fail("wd_resize: %u rows are too many for one batch", size);
  wd__rows_expect(rows, size, false);
}

struct wd__out *
wd__out_column(wd_rows *rows, uint32_t column)
{
  if (column >= rows->count)
    wd_fail("there is no output column %u: the output has %u columns", column,
            rows->count);
  return rows->columns + column;
}

static _Noreturn void
out_type_error(const wd_rows *rows, uint32_t column, const char *as)
{
  wd_fail("output column %u, '%s', is %s and was set as %s", column,
          rows->schema->fields[column].name,
          wd__type_name(rows->columns[column].type), as);
}

void *
wd__out_array(wd_rows *rows, uint32_t column, enum wd_type type)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (o->type != type)
    out_type_error(rows, column, wd__type_name(type));
  if (!o->array) {
    o->array = true;
    o->whole = rows->index == 0;
    if (!o->whole)
      memset(o->valid + rows->index, 1, rows->size);
  }
  return (uint8_t *)o->values + (size_t)rows->index * o->width;
}

uint8_t *
wd_out_valid(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (!o->array)
    wd_fail("wd_out_valid: output column %u was not asked for by wd_out_…",
            column);
  if (o->whole)
    memset(o->valid, 1, rows->size);
  o->whole = false;
  return o->valid + rows->index;
}

void
wd_pass(wd_rows *rows, uint32_t column, const wd_batch *from,
        uint32_t from_column)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (!rows->fixed_size)
    wd_fail("wd_pass is for map_batch: the output is not the input's rows");
  if (from_column >= from->count)
    wd_fail("there is no column %u: the rows have %u columns", from_column,
            from->count);
  const wd_column *c = from->columns + from_column;
  const wd_field *f = rows->schema->fields + column;
  if (!wd__column_is(c, f))
    out_type_error(rows, column, wd__type_name(c->type));
  o->passed = c;
}

/* Of strings and nested columns, whose row may have been set before. */
void
wd__set_null(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = wd__out_column(rows, column);
  o->valid[rows->index] = 0;
  if (o->child)
    wd__nested_null(rows, column);
  if (is_bytes(o) && o->filled > rows->index) {
    o->filled = rows->index;
    o->used = (uint32_t)o->offsets[o->filled];
  }
}

void
wd__ends_fill(struct wd__out *o, uint32_t row)
{
  uint32_t end = o->child ? wd__rows_length(o->child) : o->used;
  while (o->filled < row)
    o->offsets[++o->filled] = (int32_t)end;
}

static void
bytes_room(struct wd__out *o, uint32_t size)
{
  if (size > INT32_MAX - o->used)
    wd_fail("more than 2 GiB of text in one batch");
  uint32_t needed = o->used + size;
  uint32_t room = o->room > INT32_MAX / 2 ? INT32_MAX : o->room * 2;
  if (room < needed)
    room = needed;
  o->values = larger(o->values, o->used, room);
  o->room = o->capacity = room;
}

void
wd__set_error(const wd_rows *rows, uint32_t column, enum wd_type type)
{
  if (column >= rows->count)
    wd_fail("there is no output column %u: the output has %u columns", column,
            rows->count);
  out_type_error(rows, column, wd__type_name(type));
}

/* A word of an enumeration, which is then not to be changed: NULL. */
static char *
word_set(wd_rows *rows, uint32_t column, wd_str word)
{
  const wd_field *f = rows->schema->fields + column;
  for (uint32_t i = 0; i < f->word_count; i++)
    if (wd_str_equal(f->words[i], word)) {
      wd_set_enum(rows, column, i);
      return NULL;
    }
  wd_fail("output column %u, '%s', has no word '%.*s'", column, f->name,
          WD_PRINT(word));
}

static char *
fixed_set(wd_rows *rows, uint32_t column, const char *data, uint32_t size)
{
  struct wd__out *o = rows->columns + column;
  if (size != o->width)
    wd_fail("output column %u, '%s', takes %u bytes and was given %u", column,
            rows->schema->fields[column].name, o->width, size);
  char *to = (char *)o->values + (size_t)rows->index * o->width;
  memcpy(to, data, size);
  o->valid[rows->index] = 1;
  return to;
}

/* The general case of wd_set_str: another type, a row set twice or rows
 * skipped, no room. `value` may lie in the column itself. */
char *
wd__set_bytes(wd_rows *rows, uint32_t column, const char *data, uint32_t size,
              enum wd_type type)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (o->type == WD_ENUM && type == WD_STRING)
    return word_set(rows, column, (wd_str){data, size});
  if (o->type == WD_FIXED_BINARY && type == WD_BINARY)
    return fixed_set(rows, column, data, size);
  if (!is_bytes(o))
    out_type_error(rows, column, wd__type_name(type));
  wd_set_null(rows, column);
  wd__ends_fill(o, rows->index);
  if (size > o->capacity - o->used) {
    rows->full |= o->used + size > WD__PART_BYTES;
    if (size <= o->room - o->used) {
      o->capacity = o->room;
    } else {
      char *copy = wd__copy_of(data, size);
      bytes_room(o, size);
      memcpy((char *)o->values + o->used, copy, size);
      free(copy);
      data = (char *)o->values + o->used;
    }
  }
  char *to = (char *)o->values + o->used;
  memmove(to, data, size);
  o->used += size;
  o->valid[o->filled++] = 1;
  o->offsets[o->filled] = (int32_t)o->used;
  return to;
}

/* Lowest and highest value of integer types. */
static bool
fits(wd_decimal value, enum wd_type type)
{
  uint32_t bits = (type == WD_TIME32 ? 4 : wd__type_width(type)) * 8;
  if (type >= WD_U8 && type <= WD_U64)
    return value >= 0 && value >> bits == 0;
  return value >> (bits - 1) == 0 || value >> (bits - 1) == -1;
}

void
wd__set_integer(wd_rows *rows, uint32_t column, wd_decimal value,
                enum wd_type type)
{
  struct wd__out *o = wd__out_column(rows, column);
  bool integers =
      type >= WD_I8 && type <= WD_U64 && o->type >= WD_I8 && o->type <= WD_U64;
  if (!integers && !(type == WD_TIME && o->type == WD_TIME32))
    out_type_error(rows, column, wd__type_name(type));
  if (!fits(value, o->type))
    wd_fail("output column %u, '%s', is %s: %s%llu does not fit", column,
            rows->schema->fields[column].name, wd__type_name(o->type),
            value < 0 ? "-" : "",
            (unsigned long long)(value < 0 ? -value : value));
  memcpy((uint8_t *)o->values + (size_t)rows->index * o->width, &value,
         o->width);
  o->valid[rows->index] = 1;
}

void
wd__set_real(wd_rows *rows, uint32_t column, double value, enum wd_type type)
{
  struct wd__out *o = wd__out_column(rows, column);
  if (o->type == WD_F64)
    ((double *)o->values)[rows->index] = value;
  else if (o->type == WD_F32)
    ((float *)o->values)[rows->index] = (float)value;
  else
    out_type_error(rows, column, wd__type_name(type));
  o->valid[rows->index] = 1;
}

static void
row_copy(wd_rows *to, const wd_row *from)
{
  if (to->count != from->count)
    wd_fail("wd_copy: a struct of %u fields where one of %u is written",
            from->count, to->count);
  for (uint32_t i = 0; i < from->count; i++)
    wd_copy(to, i, from, i);
}

static void
nested_copy(wd_rows *rows, uint32_t column, const wd_row *from,
            uint32_t from_column)
{
  enum wd_type type = from->columns[from_column].type;
  if (type == WD_STRUCT) {
    wd_row fields = wd_get_struct(from, from_column);
    row_copy(wd_set_struct(rows, column), &fields);
    return;
  }
  if (type == WD_UNION) {
    uint32_t member = wd_get_member(from, from_column);
    wd_row members = wd_get_struct(from, from_column);
    wd_copy(wd_set_union(rows, column, member), member, &members, member);
    return;
  }
  wd_list list = wd_get_list(from, from_column);
  wd_rows *items = wd_set_list(rows, column);
  for (uint32_t i = 0; i < list.size; i++) {
    wd_row item = wd_list_at(list, i);
    row_copy(items, &item);
    wd_emit(items);
  }
}

void
wd_copy(wd_rows *rows, uint32_t column, const wd_row *from,
        uint32_t from_column)
{
  struct wd__out *o = wd__out_column(rows, column);
  /* A union that is null still has a member. */
  if (wd_is_null(from, from_column) && o->type != WD_UNION) {
    wd_set_null(rows, column);
    return;
  }
  const wd_column *c = from->columns + from_column;
  if (c->type != o->type)
    out_type_error(rows, column, wd__type_name(c->type));
  if (is_bytes(o)) {
    wd_str value = wd_get_bytes(from, from_column);
    wd__set_bytes(rows, column, value.data, value.size, o->type);
    return;
  }
  if (o->type == WD_ENUM) {
    wd_str word = wd_get_str(from, from_column);
    word_set(rows, column, word);
    return;
  }
  if (o->child) {
    nested_copy(rows, column, from, from_column);
    return;
  }
  if (c->width != o->width)
    out_type_error(rows, column, "another size");
  uint8_t *to = (uint8_t *)o->values + (size_t)rows->index * o->width;
  if (o->type == WD_BOOL)
    *to = wd__bit(c->values, from->index);
  else
    memcpy(to, (const uint8_t *)c->values + (size_t)from->index * o->width,
           o->width);
  o->valid[rows->index] = 1;
}

/* ---- To the host */

uint32_t
wd__pack(const uint8_t *bytes, uint32_t count, uint8_t *bits)
{
  uint32_t ones = 0, i = 0;
#ifdef __wasm_simd128__
  for (; i + 16 <= count; i += 16) {
    v128_t lanes = wasm_i8x16_neg(wasm_v128_load(bytes + i));
    uint16_t mask = (uint16_t)wasm_i8x16_bitmask(lanes);
    memcpy(bits + i / 8, &mask, 2);
    ones += (uint32_t)__builtin_popcount(mask);
  }
#endif
  for (; i < count; i += 8) {
    uint8_t mask = 0;
    for (uint32_t j = 0; j < 8 && i + j < count; j++)
      mask |= (uint8_t)((bytes[i + j] & 1) << j);
    bits[i / 8] = mask;
    ones += (uint32_t)__builtin_popcount(mask);
  }
  return ones;
}

static struct wire_buffer
buffer(const void *data, size_t bytes)
{
  return (struct wire_buffer){data, (uint32_t)((bytes + 7) / 8)};
}

/* Where nodes and buffers of a batch go. */
struct writer {
  struct wire_node *node;
  struct wire_buffer *at;
};

static void
column_to_wire(const wd_column *c, struct writer *to)
{
  uint32_t rows = c->length;
  bool bits = c->validity && c->type != WD_NULL && c->type != WD_UNION;
  *to->node++ = (struct wire_node){rows, c->type == WD_NULL ? rows
                                         : bits             ? c->null_count
                                                            : 0};
  if (c->type != WD_NULL && c->type != WD_UNION)
    *to->at++ = buffer(c->validity, bits ? (rows + 7) / 8 : 0);
  if (wd__is_bytes(c->type) || c->type == WD_LIST || c->type == WD_MAP)
    *to->at++ = buffer(c->offsets, rows ? ((size_t)rows + 1) * 4 : 0);
  if (wd__is_bytes(c->type))
    *to->at++ = buffer(c->values, rows ? (size_t)c->offsets[rows] : 0);
  else if (c->type == WD_BOOL)
    *to->at++ = buffer(c->values, ((size_t)rows + 7) / 8);
  else if (!c->child_count && c->type != WD_NULL)
    *to->at++ = buffer(c->values, (size_t)rows * c->width);
  else if (c->type == WD_UNION)
    *to->at++ = buffer(c->values, rows);
  if (c->type == WD_MAP) {
    *to->node++ = (struct wire_node){c->children->length, 0};
    *to->at++ = buffer(NULL, 0);
  }
  for (uint32_t i = 0; i < c->child_count; i++)
    column_to_wire(c->children + i, to);
}

/* Validity, as a bitmap if there are nulls. */
static void
valid_to_wire(struct wd__out *o, uint32_t rows, struct writer *to)
{
  uint32_t valid = rows;
  if (!o->whole) {
    o->bitmap = wd__arena_take(&wd__scratch, rows / 8 + SLACK);
    valid = wd__pack(o->valid, rows, o->bitmap);
  }
  *to->node++ = (struct wire_node){rows, rows - valid};
  *to->at++ = buffer(o->bitmap, valid < rows ? (rows + 7) / 8 : 0);
}

static void
out_to_wire(wd_rows *of, uint32_t column, uint32_t rows, struct writer *to)
{
  struct wd__out *o = of->columns + column;
  if (o->passed) {
    column_to_wire(o->passed, to);
    return;
  }
  if (o->type == WD_NULL) {
    *to->node++ = (struct wire_node){rows, rows};
    return;
  }
  if (o->child)
    wd__nested_end(of, column, rows);
  if (o->type == WD_UNION)
    *to->node++ = (struct wire_node){rows, 0};
  else
    valid_to_wire(o, rows, to);
  if (is_bytes(o) || has_offsets(o)) {
    wd__ends_fill(o, rows);
    *to->at++ = buffer(o->offsets, ((size_t)rows + 1) * 4);
  }
  if (is_bytes(o)) {
    *to->at++ = buffer(o->values, o->used);
  } else if (o->type == WD_BOOL) {
    o->bits = wd__arena_take(&wd__scratch, rows / 8 + SLACK);
    wd__pack(o->values, rows, o->bits);
    *to->at++ = buffer(o->bits, (rows + 7) / 8);
  } else if (!o->child || o->type == WD_UNION) {
    *to->at++ = buffer(o->values, (size_t)rows * o->width);
  }
  if (!o->child)
    return;
  uint32_t length = wd__rows_length(o->child);
  if (o->type == WD_MAP) {
    *to->node++ = (struct wire_node){length, 0};
    *to->at++ = buffer(NULL, 0);
  }
  for (uint32_t i = 0; i < o->child->count; i++)
    out_to_wire(o->child, i, length, to);
}

static void
out_shape(const struct wd__out *o, uint32_t *nodes, uint32_t *buffers)
{
  *nodes += o->type == WD_MAP ? 2 : 1;
  *buffers += wd__type_buffers(o->type) + (o->type == WD_MAP);
  for (uint32_t i = 0; o->child && i < o->child->count; i++)
    out_shape(o->child->columns + i, nodes, buffers);
}

void
wd__row_forget(wd_rows *rows, uint32_t column)
{
  struct wd__out *o = rows->columns + column;
  if (o->type == WD_FIXED_LIST) /* its end has been seen */
    wd__rows_seek(o->child, 0);
  column_seek(o, 0, 1);
}

struct wire_batch
wd__row_to_wire(wd_rows *rows, uint32_t column)
{
  uint32_t node_count = 0, buffer_count = 0;
  out_shape(rows->columns + column, &node_count, &buffer_count);
  struct wire_node *nodes =
      wd__arena_take(&wd__scratch, node_count * sizeof *nodes);
  struct wire_buffer *buffers =
      wd__arena_take(&wd__scratch, buffer_count * sizeof *buffers);
  struct writer to = {nodes, buffers};
  out_to_wire(rows, column, 1, &to);
  return (struct wire_batch){1, nodes, node_count, buffers, buffer_count};
}

struct wire_batch
wd__rows_to_wire(wd_rows *rows)
{
  uint32_t length = wd__rows_length(rows), node_count = 0, buffer_count = 0;
  for (uint32_t i = 0; i < rows->count; i++)
    out_shape(rows->columns + i, &node_count, &buffer_count);
  struct wire_node *nodes =
      wd__arena_take(&wd__scratch, node_count * sizeof *nodes);
  struct wire_buffer *buffers =
      wd__arena_take(&wd__scratch, buffer_count * sizeof *buffers);
  struct writer to = {nodes, buffers};
  for (uint32_t i = 0; i < rows->count; i++)
    out_to_wire(rows, i, length, &to);
  return (struct wire_batch){length, nodes, node_count, buffers, buffer_count};
}
