/* Nested columns, and what can be wrong with them: modes that start with
 * nested_, then the type, then what is wrong. */
#include "hostile.h"

/* ---- Types */

static struct field fields[256];
static uint32_t field_count;

/* A field; the next `children` calls are for its children. */
static struct field *
add(const char *name, const char *type, uint32_t children)
{
  struct field *field = fields + field_count++;

  *field = field_of(name, type);
  field->children = children;
  return field;
}

static void
list_fields(void)
{
  add("out", "+l", is("nested_list_childless") ? 0 : 1);
  if (!is("nested_list_childless"))
    add("item", "l", 0)->nullable = !is("nested_list_strict");
}

static void
struct_fields(void)
{
  add("out", "+s", is("nested_struct_lost") ? 3 : 2);
  add("a", "l", 0)->nullable = !is("nested_struct_strict");
  add(is("nested_struct_same") ? "A" : "b", "u", 0);
}

static void
map_fields(void)
{
  uint32_t entries = is("nested_map_three") ? 3 : 2;

  add("out", "+m", 1);
  add("entries", is("nested_map_list") ? "+l" : "+s", entries)->nullable = 0;
  add("key", "u", 0)->nullable = is("nested_map_nullable");
  add("value", "l", 0);
  if (entries == 3)
    add("more", "l", 0);
}

static void
union_fields(void)
{
  add("out", is("nested_union_ids") ? "+us:0,7" : "+us:0,1", 2)->nullable = 0;
  add("i", "l", 0);
  add("s", "u", 0);
}

static void
dictionary_fields(void)
{
  static list words[2];
  struct field *field = add("out", "C", 0);

  words[0] = text("red");
  words[1] = text(is("nested_dict_same")   ? "red"
                  : is("nested_dict_utf8") ? "bl\xff"
                                           : "blue");
  field->dictionary = (list){at(words), 2};
  if (is("nested_dict_signed"))
    field->format = text("c");
}

/* list<struct<a: list<string>>> */
static void
deep_fields(void)
{
  add("out", "+l", 1);
  add("item", "+s", 1);
  add("a", "+l", 1);
  add("item", "u", 0);
}

list
nested_fields(void)
{
  field_count = 0;
  if (starts("nested_list_"))
    list_fields();
  if (starts("nested_struct_"))
    struct_fields();
  if (starts("nested_map_"))
    map_fields();
  if (starts("nested_fixed_")) {
    add("out", is("nested_fixed_none") ? "+w:0" : "+w:2", 1);
    add("item", "l", 0);
  }
  if (starts("nested_union_"))
    union_fields();
  if (starts("nested_dict_"))
    dictionary_fields();
  if (starts("nested_deep_"))
    deep_fields();
  if (is("nested_fields_none"))
    add("out", "+s", 0);
  for (int depth = 0; is("nested_depth") && depth < 200; depth++)
    add(depth ? "item" : "out", "+l", 1);
  if (is("nested_depth"))
    add("item", "l", 0);
  return (list){at(fields), field_count};
}

/* ---- Batches, in whole nodes and buffers */

static struct node nodes[16];
static list buffers[32];
static uint32_t node_count, buffer_count;

static struct node *
node(uint32_t length)
{
  nodes[node_count] = (struct node){length, 0};
  return nodes + node_count++;
}

static list *
absent(void)
{
  buffers[buffer_count] = (list){8, 0};
  return buffers + buffer_count++;
}

static list *
room(size_t size)
{
  buffers[buffer_count] = buffer(size);
  return buffers + buffer_count++;
}

/* Where each of `rows` begins: at `step` times its number. */
static uint32_t
offsets(uint32_t rows, uint32_t step)
{
  uint32_t place = room((rows + 1) * 4)->data;

  for (uint32_t i = 0; i <= rows; i++)
    set(place, i, i * step);
  return place;
}

static struct node *
numbers(uint32_t length)
{
  struct node *made = node(length);

  absent();
  room(length * 8);
  return made;
}

/* Each is `x`; returns the bytes. */
static char *
strings(uint32_t length)
{
  list *bytes;

  node(length);
  absent();
  offsets(length, 1);
  bytes = room(length);
  memset((void *)bytes->data, 'x', length);
  return (char *)bytes->data;
}

/* The last node has a null, its first; its validity is this buffer. */
static void
null_first(struct node *of, list *validity)
{
  *validity = buffer(of->length / 8 + 1);
  memset((void *)validity->data, 0xff, validity->count * 8);
  *(uint8_t *)validity->data = 0xfe;
  of->nulls = 1;
}

static void
list_batch(uint32_t rows)
{
  uint32_t place;
  struct node *child;
  list *data;

  node(rows);
  absent();
  place = offsets(rows, 1);
  child = numbers(is("nested_list_less") ? rows - 1 : rows);
  data = buffers + buffer_count - 1;
  if (is("nested_list_fall"))
    set(place, 5, 9), set(place, 6, 3);
  if (is("nested_list_past"))
    set(place, rows, rows + 1);
  if (is("nested_list_negative"))
    set(place, rows, 0xffffffffu);
  if (is("nested_list_start"))
    set(place, 0, 0x80000000u);
  if (is("nested_list_short"))
    data->count--;
  if (is("nested_list_huge"))
    child->length = 0xffffffffu;
  if (is("nested_list_wrap")) /* times 8 it is 8 */
    child->length = 0x20000001u, data->count = 1;
  if (is("nested_list_nulls"))
    child->nulls = 7;
  if (is("nested_list_strict"))
    null_first(child, data - 1);
  if (is("nested_list_out"))
    data->data = memory_end() - 8;
}

static void
struct_batch(uint32_t rows)
{
  struct node *a;

  node(rows);
  absent();
  a = numbers(is("nested_struct_short") ? rows - 1 : rows);
  if (is("nested_struct_strict"))
    null_first(a, buffers + buffer_count - 2);
  strings(is("nested_struct_long") ? rows + 1 : rows);
  if (is("nested_struct_few"))
    node_count--;
}

static void
map_batch(uint32_t rows)
{
  struct node *entries;
  char *bytes;

  node(rows);
  absent();
  offsets(rows, 1);
  entries = node(rows);
  absent();
  bytes = strings(is("nested_map_keys") ? rows - 1 : rows);
  numbers(is("nested_map_values") ? rows + 1 : rows);
  if (is("nested_map_null"))
    null_first(nodes + 2, buffers + 3);
  if (is("nested_map_entry"))
    null_first(entries, buffers + 2);
  if (is("nested_map_utf8"))
    bytes[3] = (char)0xff;
  if (is("nested_map_past"))
    set(buffers[1].data, rows, rows * 2);
}

static void
union_batch(uint32_t rows)
{
  list *ids;

  node(rows);
  ids = room(rows);
  numbers(is("nested_union_short") ? rows - 1 : rows);
  strings(rows);
  if (is("nested_union_id"))
    *(uint8_t *)(ids->data + 4) = 2;
  if (is("nested_union_negative"))
    *(uint8_t *)(ids->data + 4) = 0xff;
  if (is("nested_union_few"))
    ids->count--;
}

static void
dictionary_batch(uint32_t rows)
{
  list *indexes;

  node(rows);
  absent();
  indexes = room(rows);
  if (is("nested_dict_index"))
    *(uint8_t *)(indexes->data + 6) = 2;
  if (is("nested_dict_last"))
    *(uint8_t *)(indexes->data + rows - 1) = 0xff;
}

static void
deep_batch(uint32_t rows)
{
  char *bytes;

  node(rows);
  absent();
  offsets(rows, 2);
  node(rows * 2);
  absent();
  node(rows * 2);
  absent();
  offsets(rows * 2, 3);
  bytes = strings(rows * 6);
  if (is("nested_deep_utf8"))
    memcpy(bytes + rows * 6 - 3, "\xed\xa0\x80", 3);
  if (is("nested_deep_fall"))
    set(buffers[4].data, 7, 1);
  if (is("nested_deep_strings"))
    set(buffers[6].data, rows * 6, 0x7fffffffu);
}

struct batch
nested_batch(uint32_t rows)
{
  node_count = buffer_count = 0;
  if (starts("nested_list_"))
    list_batch(rows);
  if (starts("nested_struct_"))
    struct_batch(rows);
  if (starts("nested_map_"))
    map_batch(rows);
  if (starts("nested_fixed_")) {
    node(rows);
    absent();
    numbers(is("nested_fixed_less")   ? rows * 2 - 1
            : is("nested_fixed_more") ? rows * 2 + 1
                                      : rows * 2);
  }
  if (starts("nested_union_"))
    union_batch(rows);
  if (starts("nested_dict_"))
    dictionary_batch(rows);
  if (starts("nested_deep_"))
    deep_batch(rows);
  if (is("nested_list_flat") || is("nested_struct_flat"))
    return good("l", rows);
  if (is("nested_list_map")) {
    node_count = buffer_count = 0;
    map_batch(rows);
  }
  if (is("nested_map_list_batch")) {
    node_count = buffer_count = 0;
    list_batch(rows);
  }
  return (struct batch){
      rows, {at(nodes), node_count}, {at(buffers), buffer_count}};
}
