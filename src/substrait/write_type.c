/* Types and schemas. */
#include "arrow/fields.h"
#include "substrait/writer.h"

static int64_t
nullability(bool nullable)
{
  return nullable ? WD_SS_Type_Nullability_NULLABILITY_NULLABLE
                  : WD_SS_Type_Nullability_NULLABILITY_REQUIRED;
}

/* Types that are a message with nothing but whether they may be null. */
static const struct {
  enum wd_type_id id;
  uint32_t field;
  const char *kind; /* in names of functions */
} plain[] = {
    {WD_TYPE_BOOL, WD_SS_Type_bool, "bool"},
    {WD_TYPE_I8, WD_SS_Type_i8, "i8"},
    {WD_TYPE_I16, WD_SS_Type_i16, "i16"},
    {WD_TYPE_I32, WD_SS_Type_i32, "i32"},
    {WD_TYPE_I64, WD_SS_Type_i64, "i64"},
    {WD_TYPE_F32, WD_SS_Type_fp32, "fp32"},
    {WD_TYPE_F64, WD_SS_Type_fp64, "fp64"},
    {WD_TYPE_STRING, WD_SS_Type_string, "str"},
    {WD_TYPE_BINARY, WD_SS_Type_binary, "vbin"},
    {WD_TYPE_DATE, WD_SS_Type_date, "date"},
    {WD_TYPE_UUID, WD_SS_Type_uuid, "uuid"},
};

static const struct {
  enum wd_type_id id;
  const char *name;
  const char *kind;
} natural[] = {
    {WD_TYPE_U8, "u8", "u!u8"},
    {WD_TYPE_U16, "u16", "u!u16"},
    {WD_TYPE_U32, "u32", "u!u32"},
    {WD_TYPE_U64, "u64", "u!u64"},
};

static bool
is_utc(const struct wd_type *type)
{
  return type->timezone && type->timezone[0] == 'U' &&
         type->timezone[1] == 'T' && type->timezone[2] == 'C' &&
         type->timezone[3] == '\0';
}

const char *
wd__type_kind(const struct wd_type *type)
{
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (plain[i].id == type->id)
      return plain[i].kind;
  for (size_t i = 0; i < sizeof natural / sizeof *natural; i++)
    if (natural[i].id == type->id)
      return natural[i].kind;
  switch (type->id) {
  case WD_TYPE_DECIMAL:
    return "dec";
  case WD_TYPE_TIMESTAMP:
    return !type->timezone ? "pts" : is_utc(type) ? "ptstz" : "u!type";
  case WD_TYPE_TIME:
    return "pt";
  case WD_TYPE_INTERVAL:
    return "icompound";
  case WD_TYPE_FIXED_BINARY:
    return "fbin";
  case WD_TYPE_LIST:
    return "list";
  case WD_TYPE_MAP:
    return "map";
  case WD_TYPE_STRUCT:
    return "struct";
  case WD_TYPE_NULL:
    return "u!null";
  default:
    return "u!type";
  }
}

/* Digits of the fraction of a second. */
static int64_t
precision_of(enum wd_unit unit)
{
  static const int64_t precisions[] = {
      [WD_UNIT_S] = 0, [WD_UNIT_MS] = 3, [WD_UNIT_US] = 6, [WD_UNIT_NS] = 9};

  return precisions[unit];
}

static void
put_text_parameter(struct writer *w, struct wd_text text)
{
  size_t parameter =
      wd_wire_begin(w->buf, WD_SS_Type_UserDefined_type_parameters);

  wd_wire_bytes(w->buf, WD_SS_Type_Parameter_string, text.data, text.length);
  wd_wire_end(w->buf, parameter);
}

static void
put_integer_parameter(struct writer *w, int64_t value)
{
  size_t parameter =
      wd_wire_begin(w->buf, WD_SS_Type_UserDefined_type_parameters);

  wd_wire_int(w->buf, WD_SS_Type_Parameter_integer, value);
  wd_wire_end(w->buf, parameter);
}

/* A field of Arrow's: name and format; whether it may be null, how many
 * children, pairs of metadata and words follow; these texts. */
static void
put_field(struct writer *w, const struct wd_field *field)
{
  put_text_parameter(w, field->name);
  put_text_parameter(w, field->format);
  put_integer_parameter(w, field->nullable);
  put_integer_parameter(w, field->children);
  put_integer_parameter(w, field->metadata_count);
  put_integer_parameter(w, field->dictionary_count);
  for (uint32_t i = 0; i < 2 * field->metadata_count; i++)
    put_text_parameter(w, field->metadata[i]);
  for (uint32_t i = 0; i < field->dictionary_count; i++)
    put_text_parameter(w, field->dictionary[i]);
}

/* A type that the standard has not, or has without what it holds: Arrow's, as
 * the type `type` of our extension. */
static void
put_arrow(struct writer *w, const struct wd_type *type)
{
  const struct wd_column column = {
      .name = "type", .type = *type, .nullable = true};
  const struct wd_schema schema = {1, &column};
  struct wd_field *fields = NULL;
  uint32_t count = 0;
  enum wd_status status = w->status;

  if (status == WD_OK)
    status = wd_fields_make(&schema, w->arena, &fields, &count, w->error);
  if (status != WD_OK) {
    w->status = status;
    return;
  }
  for (uint32_t i = 0; i < count; i++)
    put_field(w, &fields[i]);
}

static void
put_defined(struct writer *w, const struct wd_type *type, bool nullable)
{
  bool null = type->id == WD_TYPE_NULL && !type->extension;
  const char *name = null ? "null" : "type";
  const char *urn = WD_URN_TYPES;
  size_t begun;

  for (size_t i = 0; i < sizeof natural / sizeof *natural; i++)
    if (natural[i].id == type->id && !type->extension) {
      name = natural[i].name;
      urn = WD_URN_STANDARD "unsigned_integers";
    }
  begun = wd_wire_begin(w->buf, WD_SS_Type_user_defined);
  wd_wire_int(w->buf, WD_SS_Type_UserDefined_type_reference,
              wd__declare_type(w, urn, name));
  wd_wire_int(w->buf, WD_SS_Type_UserDefined_nullability,
              nullability(nullable));
  if (name[0] == 't')
    put_arrow(w, type);
  wd_wire_end(w->buf, begun);
}

static void
put_list(struct writer *w, uint32_t field, const struct wd_type *type,
         bool nullable, bool named)
{
  const struct wd_column *item = &type->children[0];
  size_t begun = wd_wire_begin(w->buf, field);

  wd__write_type(w, WD_SS_Type_List_type, &item->type, item->nullable, named);
  wd_wire_int(w->buf, WD_SS_Type_List_nullability, nullability(nullable));
  wd_wire_end(w->buf, begun);
}

static void
put_map(struct writer *w, const struct wd_type *type, bool nullable, bool named)
{
  const struct wd_column *pair = type->children[0].type.children;
  size_t begun = wd_wire_begin(w->buf, WD_SS_Type_map);

  wd__write_type(w, WD_SS_Type_Map_key, &pair[0].type, false, named);
  wd__write_type(w, WD_SS_Type_Map_value, &pair[1].type, pair[1].nullable,
                 named);
  wd_wire_int(w->buf, WD_SS_Type_Map_nullability, nullability(nullable));
  wd_wire_end(w->buf, begun);
}

static void
put_struct(struct writer *w, const struct wd_type *type, bool nullable)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Type_struct);

  for (uint32_t i = 0; i < type->child_count; i++)
    wd__write_type(w, WD_SS_Type_Struct_types, &type->children[i].type,
                   type->children[i].nullable, true);
  wd_wire_int(w->buf, WD_SS_Type_Struct_nullability, nullability(nullable));
  wd_wire_end(w->buf, begun);
}

/* A message of a number and whether it may be null. */
static void
put_number(struct writer *w, uint32_t kind, uint32_t number_field,
           int64_t number, uint32_t nullable_field, bool nullable)
{
  size_t begun = wd_wire_begin(w->buf, kind);

  if (number_field < nullable_field)
    wd__write_int(w, number_field, number);
  wd_wire_int(w->buf, nullable_field, nullability(nullable));
  if (number_field > nullable_field)
    wd__write_int(w, number_field, number);
  wd_wire_end(w->buf, begun);
}

static void
put_decimal(struct writer *w, const struct wd_type *type, bool nullable)
{
  size_t begun = wd_wire_begin(w->buf, WD_SS_Type_decimal);

  wd__write_int(w, WD_SS_Type_Decimal_scale, type->scale);
  wd__write_int(w, WD_SS_Type_Decimal_precision, type->precision);
  wd_wire_int(w->buf, WD_SS_Type_Decimal_nullability, nullability(nullable));
  wd_wire_end(w->buf, begun);
}

static bool
put_plain(struct writer *w, const struct wd_type *type, bool nullable)
{
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (plain[i].id == type->id) {
      put_number(w, plain[i].field, UINT32_MAX, 0, WD_SS_Type_I64_nullability,
                 nullable);
      return true;
    }
  return false;
}

static void
put_kind(struct writer *w, const struct wd_type *type, bool nullable,
         bool named)
{
  if (type->extension) {
    put_defined(w, type, nullable);
    return;
  }
  if (put_plain(w, type, nullable))
    return;
  switch (type->id) {
  case WD_TYPE_DECIMAL:
    put_decimal(w, type, nullable);
    return;
  case WD_TYPE_TIMESTAMP:
    if (type->timezone && !is_utc(type))
      break;
    put_number(w,
               type->timezone ? WD_SS_Type_precision_timestamp_tz
                              : WD_SS_Type_precision_timestamp,
               WD_SS_Type_PrecisionTimestamp_precision,
               precision_of(type->unit),
               WD_SS_Type_PrecisionTimestamp_nullability, nullable);
    return;
  case WD_TYPE_TIME:
    put_number(w, WD_SS_Type_precision_time, WD_SS_Type_PrecisionTime_precision,
               precision_of(type->unit), WD_SS_Type_PrecisionTime_nullability,
               nullable);
    return;
  case WD_TYPE_INTERVAL:
    put_number(w, WD_SS_Type_interval_compound,
               WD_SS_Type_IntervalCompound_precision, 6,
               WD_SS_Type_IntervalCompound_nullability, nullable);
    return;
  case WD_TYPE_FIXED_BINARY:
    put_number(w, WD_SS_Type_fixed_binary, WD_SS_Type_FixedBinary_length,
               type->width, WD_SS_Type_FixedBinary_nullability, nullable);
    return;
  case WD_TYPE_LIST:
    put_list(w, WD_SS_Type_list, type, nullable, named);
    return;
  case WD_TYPE_MAP:
    put_map(w, type, nullable, named);
    return;
  case WD_TYPE_STRUCT:
    if (!named)
      break;
    put_struct(w, type, nullable);
    return;
  default:
    break;
  }
  put_defined(w, type, nullable);
}

void
wd__write_list_type(struct writer *w, uint32_t field,
                    const struct wd_type *type)
{
  put_list(w, field, type, false, false);
}

void
wd__write_type(struct writer *w, uint32_t field, const struct wd_type *type,
               bool nullable, bool named)
{
  size_t begun = wd_wire_begin(w->buf, field);

  put_kind(w, type, nullable, named);
  wd_wire_end(w->buf, begun);
}

/* Names of what is in a type that is written by the standard's forms. */
static void
put_inner_names(struct writer *w, uint32_t field, const struct wd_type *type)
{
  const struct wd_type *of = type;

  if (type->extension)
    return;
  if (type->id == WD_TYPE_MAP)
    of = &type->children[0].type;
  else if (type->id != WD_TYPE_LIST && type->id != WD_TYPE_STRUCT)
    return;
  for (uint32_t i = 0; i < of->child_count; i++) {
    if (type->id == WD_TYPE_STRUCT)
      wd_wire_text(w->buf, field, of->children[i].name);
    put_inner_names(w, field, &of->children[i].type);
  }
}

void
wd__write_names(struct writer *w, uint32_t field,
                const struct wd_schema *schema)
{
  for (uint32_t i = 0; i < schema->count; i++) {
    wd_wire_text(w->buf, field, schema->columns[i].name);
    put_inner_names(w, field, &schema->columns[i].type);
  }
}

void
wd__write_schema(struct writer *w, uint32_t field,
                 const struct wd_schema *schema)
{
  size_t begun = wd_wire_begin(w->buf, field), type;

  wd__write_names(w, WD_SS_NamedStruct_names, schema);
  type = wd_wire_begin(w->buf, WD_SS_NamedStruct_struct);
  for (uint32_t i = 0; i < schema->count; i++)
    wd__write_type(w, WD_SS_Type_Struct_types, &schema->columns[i].type,
                   schema->columns[i].nullable, true);
  wd_wire_int(w->buf, WD_SS_Type_Struct_nullability,
              WD_SS_Type_Nullability_NULLABILITY_REQUIRED);
  wd_wire_end(w->buf, type);
  wd_wire_end(w->buf, begun);
}
