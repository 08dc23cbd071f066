/* Types. */
#include <string.h>

#include "arrow/fields.h"
#include "plan/coerce.h"
#include "substrait/translate.h"

/* What DataFusion declares nowhere: variation 1 of its integers is unsigned.
 * https://docs.rs/datafusion-substrait, variation_const */
#define UNSIGNED 1

/* A field of most of Type's messages, whose numbers differ. */
static int64_t
field_of(const struct wd_message *message, const char *name)
{
  const struct wd_proto_type *type = &wd_proto_types[message->type];

  for (uint32_t i = 0; i < type->count; i++)
    if (strcmp(type->fields[i].name, name) == 0)
      return wd_message_integer(message, type->fields[i].number);
  return 0;
}

static bool
is_declared(const struct translator *t, int64_t variation)
{
  for (const struct wd_value *value =
           wd_message_find(t->plan, WD_SS_Plan_extensions);
       value; value = wd_value_next(value)) {
    const struct wd_message *declared = wd_message_sub(
        value->message,
        WD_SS_SimpleExtensionDeclaration_extension_type_variation);

    if (declared &&
        wd_message_integer(
            declared,
            WD_SS_SimpleExtensionDeclaration_ExtensionTypeVariation_type_variation_anchor) ==
            variation)
      return true;
  }
  return false;
}

static enum wd_status
vary(const struct translator *t, const struct wd_message *message,
     struct wd_type *type)
{
  int64_t variation = field_of(message, "type_variation_reference");

  if (variation == 0)
    return WD_OK;
  if (is_declared(t, variation))
    return wd__unsupported(t, message, "a variation of a type");
  if (variation == UNSIGNED && type->id >= WD_TYPE_I8 &&
      type->id <= WD_TYPE_I64)
    type->id = type->id - WD_TYPE_I8 + WD_TYPE_U8;
  return WD_OK;
}

static enum wd_status
make_decimal(const struct translator *t, const struct wd_message *message,
             struct wd_type *out)
{
  int64_t precision = wd_message_integer(message, WD_SS_Type_Decimal_precision);
  int64_t scale = wd_message_integer(message, WD_SS_Type_Decimal_scale);

  if (precision < 1 || precision > WD_DECIMAL_PRECISION_MAX || scale < 0 ||
      scale > precision)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "decimal<%lld,%lld>: the precision is 1 to 38, the "
                           "scale 0 to the precision",
                           (long long)precision, (long long)scale);
  *out = wd_type_decimal((uint8_t)precision, (int8_t)scale);
  return WD_OK;
}

static enum wd_status
unit_of(const struct translator *t, const struct wd_message *message,
        int64_t precision, enum wd_unit *out)
{
  switch (precision) {
  case 0:
    *out = WD_UNIT_S;
    return WD_OK;
  case 3:
    *out = WD_UNIT_MS;
    return WD_OK;
  case 6:
    *out = WD_UNIT_US;
    return WD_OK;
  case 9:
    *out = WD_UNIT_NS;
    return WD_OK;
  default:
    return wd_message_fail(message, WD_UNSUPPORTED, t->error,
                           "the precision %lld of times; there are 0, 3, 6 "
                           "and 9",
                           (long long)precision);
  }
}

static enum wd_status
make_timestamp(const struct translator *t, const struct wd_message *message,
               const char *zone, struct wd_type *out)
{
  enum wd_unit unit = WD_UNIT_US;
  enum wd_status status = WD_OK;

  if (message->type == WD_SS_Type_PrecisionTimestamp ||
      message->type == WD_SS_Type_PrecisionTimestampTZ)
    status = unit_of(t, message, field_of(message, "precision"), &unit);
  *out = wd_type_timestamp(unit, zone);
  return status;
}

static enum wd_status
make_time(const struct translator *t, const struct wd_message *message,
          struct wd_type *out)
{
  enum wd_status status = WD_OK;

  *out = wd_type_of(WD_TYPE_TIME);
  out->unit = WD_UNIT_US;
  if (message->type == WD_SS_Type_PrecisionTime)
    status = unit_of(t, message, field_of(message, "precision"), &out->unit);
  return status;
}

static enum wd_status
make_fixed(const struct translator *t, const struct wd_message *message,
           struct wd_type *out)
{
  int64_t width = wd_message_integer(message, WD_SS_Type_FixedBinary_length);

  if (width < 1)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "a fixed binary of %lld bytes", (long long)width);
  *out = wd_type_of(WD_TYPE_FIXED_BINARY);
  out->width = (uint32_t)width;
  return WD_OK;
}

static enum wd_status
make_struct(const struct translator *t, const struct wd_message *message,
            struct wd_type *out)
{
  uint32_t count = wd_message_count(message, WD_SS_Type_Struct_types), i = 0;
  struct wd_column *columns = wd_arena_array(t->arena, count, sizeof *columns);
  enum wd_status status = WD_OK;

  if (!columns)
    return wd_fail_memory(t->error);
  for (const struct wd_value *value =
           wd_message_find(message, WD_SS_Type_Struct_types);
       value && status == WD_OK; value = wd_value_next(value), i++) {
    columns[i].name = wd_arena_printf(t->arena, "f%u", i);
    if (!columns[i].name)
      return wd_fail_memory(t->error);
    status =
        wd__type_of(t, value->message, &columns[i].type, &columns[i].nullable);
  }
  *out = wd_type_of(WD_TYPE_STRUCT);
  out->child_count = count;
  out->children = columns;
  return status;
}

static enum wd_status
make_list(const struct translator *t, const struct wd_message *message,
          struct wd_type *out)
{
  const struct wd_message *inner;
  struct wd_type item = wd_type_of(WD_TYPE_NULL);
  bool nullable;
  enum wd_status status =
      wd__need(t, message, WD_SS_Type_List_type, "the type", &inner);

  if (status == WD_OK)
    status = wd__type_of(t, inner, &item, &nullable);
  if (status != WD_OK)
    return status;
  return wd_type_list(&item, nullable, t->arena, out)
             ? WD_OK
             : wd_fail_memory(t->error);
}

static enum wd_status
make_map(const struct translator *t, const struct wd_message *message,
         struct wd_type *out)
{
  const struct wd_message *inner;
  struct wd_type key, value;
  bool nullable;
  enum wd_status status =
      wd__need(t, message, WD_SS_Type_Map_key, "the key", &inner);

  if (status == WD_OK)
    status = wd__type_of(t, inner, &key, &nullable);
  if (status == WD_OK)
    status = wd__need(t, message, WD_SS_Type_Map_value, "the value", &inner);
  if (status == WD_OK)
    status = wd__type_of(t, inner, &value, &nullable);
  if (status != WD_OK)
    return status;
  return wd_type_map(&key, &value, t->arena, out) ? WD_OK
                                                  : wd_fail_memory(t->error);
}

/* Types that others define and that are ones of ours: of the standard's
 * unsigned_integers, and DataFusion's type of a null. */
static const struct {
  const char *name;
  enum wd_type_id id;
} defined[] = {
    {"u8", WD_TYPE_U8},   {"u16", WD_TYPE_U16},   {"u32", WD_TYPE_U32},
    {"u64", WD_TYPE_U64}, {"null", WD_TYPE_NULL},
};

static const struct wd_value *
find_declared(const struct translator *t, int64_t anchor)
{
  for (const struct wd_value *value =
           wd_message_find(t->plan, WD_SS_Plan_extensions);
       value; value = wd_value_next(value)) {
    const struct wd_message *declared = wd_message_sub(
        value->message, WD_SS_SimpleExtensionDeclaration_extension_type);

    if (declared &&
        wd_message_integer(
            declared,
            WD_SS_SimpleExtensionDeclaration_ExtensionType_type_anchor) ==
            anchor)
      return wd_message_find(
          declared, WD_SS_SimpleExtensionDeclaration_ExtensionType_name);
  }
  return NULL;
}

/* The next parameter of a type of ours, of one kind. */
static const struct wd_value *
next_parameter(const struct wd_value **at, uint32_t kind)
{
  const struct wd_value *parameter = *at;
  const struct wd_value *value =
      parameter ? wd_message_find(parameter->message, kind) : NULL;

  if (value)
    *at = wd_value_next(parameter);
  return value;
}

static bool
take_text(const struct wd_value **at, struct wd_text *out)
{
  const struct wd_value *text = next_parameter(at, WD_SS_Type_Parameter_string);

  if (text)
    *out = (struct wd_text){text->bytes.data, (uint32_t)text->bytes.length};
  return text;
}

static bool
take_number(const struct wd_value **at, uint32_t *out)
{
  const struct wd_value *number =
      next_parameter(at, WD_SS_Type_Parameter_integer);

  if (!number || number->integer < 0 || number->integer > UINT16_MAX)
    return false;
  *out = (uint32_t)number->integer;
  return true;
}

static bool
take_texts(const struct translator *t, const struct wd_value **at,
           uint32_t count, const struct wd_text **out)
{
  struct wd_text *texts = wd_arena_array(t->arena, count, sizeof *texts);

  *out = texts;
  for (uint32_t i = 0; texts && i < count; i++)
    if (!take_text(at, &texts[i]))
      return false;
  return texts;
}

/* As write_type.c writes a field of Arrow's. */
static bool
take_field(const struct translator *t, const struct wd_value **at,
           struct wd_field *out)
{
  uint32_t nullable = 0;

  if (!take_text(at, &out->name) || !take_text(at, &out->format) ||
      !take_number(at, &nullable) || !take_number(at, &out->children) ||
      !take_number(at, &out->metadata_count) ||
      !take_number(at, &out->dictionary_count))
    return false;
  out->nullable = nullable;
  return take_texts(t, at, 2 * out->metadata_count, &out->metadata) &&
         take_texts(t, at, out->dictionary_count, &out->dictionary);
}

static bool
is_arrow(const struct translator *t, const struct wd_message *message)
{
  const struct wd_value *name = find_declared(
      t, wd_message_integer(message, WD_SS_Type_UserDefined_type_reference));

  return name && name->bytes.length == 4 &&
         memcmp(name->bytes.data, "type", 4) == 0;
}

/* The type `type` of our extension: one of Arrow's. */
static enum wd_status
make_arrow(const struct translator *t, const struct wd_message *message,
           struct wd_type *out)
{
  uint32_t room =
      wd_message_count(message, WD_SS_Type_UserDefined_type_parameters) / 6;
  const struct wd_value *at =
      wd_message_find(message, WD_SS_Type_UserDefined_type_parameters);
  struct wd_field *fields = wd_arena_array(t->arena, room, sizeof *fields);
  struct wd_schema schema;
  struct wd_error local;
  uint32_t count = 0;
  enum wd_status status;

  if (!fields)
    return wd_fail_memory(t->error);
  while (at && count < room && take_field(t, &at, &fields[count]))
    count++;
  if (at || count == 0)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "the parameters are not those of a type");
  wd_error_clear(&local);
  status = wd_fields_parse(fields, count, t->arena, &schema, &local);
  if (status != WD_OK)
    return wd_message_fail(message, status, t->error, "%s", local.message);
  if (schema.count != 1)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "the parameters are those of %u types",
                           schema.count);
  *out = schema.columns[0].type;
  return WD_OK;
}

enum wd_status
wd__defined_type(const struct translator *t, const struct wd_message *message,
                 int64_t anchor, struct wd_type *out)
{
  const struct wd_value *name = find_declared(t, anchor);
  const char *text;
  enum wd_status status;

  if (!name)
    return wd_message_fail(message, WD_INVALID_PLAN, t->error,
                           "the plan does not declare this type");
  status = wd__text(t, name, &text);
  for (size_t i = 0; status == WD_OK && i < sizeof defined / sizeof *defined;
       i++)
    if (strcmp(defined[i].name, text) == 0) {
      *out = wd_type_of(defined[i].id);
      return WD_OK;
    }
  return status != WD_OK
             ? status
             : wd_message_fail(message, WD_UNSUPPORTED, t->error,
                               "the type '%s' is not known here", text);
}

static const struct {
  uint32_t field;
  enum wd_type_id id;
} plain[] = {
    {WD_SS_Type_bool, WD_TYPE_BOOL},
    {WD_SS_Type_i8, WD_TYPE_I8},
    {WD_SS_Type_i16, WD_TYPE_I16},
    {WD_SS_Type_i32, WD_TYPE_I32},
    {WD_SS_Type_i64, WD_TYPE_I64},
    {WD_SS_Type_fp32, WD_TYPE_F32},
    {WD_SS_Type_fp64, WD_TYPE_F64},
    {WD_SS_Type_string, WD_TYPE_STRING},
    {WD_SS_Type_fixed_char, WD_TYPE_STRING},
    {WD_SS_Type_varchar, WD_TYPE_STRING},
    {WD_SS_Type_binary, WD_TYPE_BINARY},
    {WD_SS_Type_date, WD_TYPE_DATE},
    {WD_SS_Type_interval_year, WD_TYPE_INTERVAL},
    {WD_SS_Type_interval_day, WD_TYPE_INTERVAL},
    {WD_SS_Type_interval_compound, WD_TYPE_INTERVAL},
    {WD_SS_Type_uuid, WD_TYPE_UUID},
};

static enum wd_status
make_type(const struct translator *t, const struct wd_value *kind,
          struct wd_type *out)
{
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    if (plain[i].field == kind->field->number) {
      *out = wd_type_of(plain[i].id);
      return vary(t, kind->message, out);
    }
  switch (kind->field->number) {
  case WD_SS_Type_decimal:
    return make_decimal(t, kind->message, out);
  case WD_SS_Type_precision_timestamp:
  case WD_SS_Type_timestamp:
    return make_timestamp(t, kind->message, NULL, out);
  case WD_SS_Type_precision_timestamp_tz:
  case WD_SS_Type_timestamp_tz:
    return make_timestamp(t, kind->message, "UTC", out);
  case WD_SS_Type_precision_time:
  case WD_SS_Type_time:
    return make_time(t, kind->message, out);
  case WD_SS_Type_fixed_binary:
    return make_fixed(t, kind->message, out);
  case WD_SS_Type_struct:
    return make_struct(t, kind->message, out);
  case WD_SS_Type_list:
    return make_list(t, kind->message, out);
  case WD_SS_Type_map:
    return make_map(t, kind->message, out);
  case WD_SS_Type_user_defined:
    if (is_arrow(t, kind->message))
      return make_arrow(t, kind->message, out);
    return wd__defined_type(
        t, kind->message,
        wd_message_integer(kind->message,
                           WD_SS_Type_UserDefined_type_reference),
        out);
  default:
    return wd_value_fail(kind, WD_UNSUPPORTED, t->error,
                         "types of the kind %s are not run here",
                         kind->field->name);
  }
}

/* Recursion as deep as the message, which is capped; types are capped lower. */
static enum wd_status
check_depth(const struct translator *t, const struct wd_message *type)
{
  uint32_t depth = 0;

  for (const struct wd_message *m = type; m->place; m = m->place->owner) {
    if (m->type == WD_SS_Type)
      depth++;
    else if (m->type != WD_SS_Type_Struct && m->type != WD_SS_Type_List &&
             m->type != WD_SS_Type_Map)
      break;
  }
  return depth <= WD_TYPE_DEPTH
             ? WD_OK
             : wd_message_fail(type, WD_LIMIT_EXCEEDED, t->error,
                               "the type is nested deeper than %d levels",
                               WD_TYPE_DEPTH);
}

enum wd_status
wd__type_of(const struct translator *t, const struct wd_message *type,
            struct wd_type *out_type, bool *out_nullable)
{
  const struct wd_value *kind = type->values;
  enum wd_status status = check_depth(t, type);

  if (status != WD_OK)
    return status;
  if (!kind)
    return wd__missing(t, type, "the kind of the type");
  status = make_type(t, kind, out_type);
  if (kind->field->kind == WD_PROTO_MESSAGE)
    *out_nullable = field_of(kind->message, "nullability") !=
                    WD_SS_Type_Nullability_NULLABILITY_REQUIRED;
  return status;
}

enum wd_status
wd__type_of_parts(const struct translator *t, const struct wd_message *parts,
                  struct wd_type *out_type)
{
  return parts->type == WD_SS_Type_List ? make_list(t, parts, out_type)
                                        : make_map(t, parts, out_type);
}

uint32_t
wd__names_in(const struct wd_type *type)
{
  uint32_t count = type->id == WD_TYPE_STRUCT ? type->child_count : 0;

  /* Those that have no form in the standard have their names themselves. */
  if (type->id == WD_TYPE_FIXED_LIST || type->id == WD_TYPE_UNION ||
      type->extension)
    return 0;
  if (type->id == WD_TYPE_MAP)
    type = &type->children[0].type; /* entries have no names */
  for (uint32_t i = 0; i < type->child_count; i++)
    count += wd__names_in(&type->children[i].type);
  return count;
}

/* The name of field number `i`, which none before it has. */
static enum wd_status
take_name(const struct translator *t, const struct wd_value **name, uint32_t i,
          struct wd_column *fields)
{
  const struct wd_value *own = *name;
  enum wd_status status = wd__text(t, own, &fields[i].name);

  *name = wd_value_next(own);
  if (status == WD_OK && !fields[i].name[0])
    return wd_value_fail(own, WD_INVALID_PLAN, t->error,
                         "a field without a name");
  for (uint32_t k = 0; k < i && status == WD_OK; k++)
    if (strcmp(fields[k].name, fields[i].name) == 0)
      return wd_value_fail(own, WD_INVALID_PLAN, t->error,
                           "a struct has two fields '%s'", fields[i].name);
  return status;
}

enum wd_status
wd__take_names(const struct translator *t, struct wd_type *type,
               const struct wd_value **name)
{
  struct wd_column *children =
      wd_arena_array(t->arena, type->child_count, sizeof *children);
  enum wd_status status = WD_OK;

  if (!children)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < type->child_count && status == WD_OK; i++) {
    children[i] = type->children[i];
    if (type->id == WD_TYPE_STRUCT && *name)
      status = take_name(t, name, i, children);
    if (status == WD_OK && wd__names_in(&children[i].type))
      status = wd__take_names(t, &children[i].type, name);
  }
  type->children = children;
  return status;
}

enum wd_status
wd__schema_of(const struct translator *t, const struct wd_message *named,
              struct wd_schema *out_schema)
{
  const struct wd_message *type =
      wd_message_sub(named, WD_SS_NamedStruct_struct);
  const struct wd_value *name = wd_message_find(named, WD_SS_NamedStruct_names);
  const struct wd_value *field =
      type ? wd_message_find(type, WD_SS_Type_Struct_types) : NULL;
  uint32_t count = type ? wd_message_count(type, WD_SS_Type_Struct_types) : 0;
  struct wd_column *columns = wd_arena_array(t->arena, count, sizeof *columns);
  enum wd_status status = wd__plan_check_width(t->planner, count);

  if (!columns)
    return wd_fail_memory(t->error);
  for (uint32_t i = 0; i < count && status == WD_OK; i++) {
    struct wd_column *column = &columns[i];

    if (!name)
      return wd_message_fail(named, WD_INVALID_PLAN, t->error,
                             "names: there are too few for %u columns", count);
    status = wd__text(t, name, &column->name);
    name = wd_value_next(name);
    if (status == WD_OK)
      status = wd__type_of(t, field->message, &column->type, &column->nullable);
    if (status == WD_OK && wd__names_in(&column->type))
      status = wd__take_names(t, &column->type, &name);
    field = wd_value_next(field);
  }
  if (status == WD_OK && name)
    return wd_value_fail(name, WD_INVALID_PLAN, t->error,
                         "there are more names than columns");
  *out_schema = (struct wd_schema){count, columns};
  return status;
}

/* Numbers whose exact type follows from rules that producers have read
 * differently. */
static bool
is_near(const struct wd_type *claimed, const struct wd_type *derived)
{
  if (wd_type_is_numeric(claimed) && wd_type_is_numeric(derived))
    return true;
  if (claimed->id == WD_TYPE_NULL || derived->id == WD_TYPE_NULL)
    return true;
  if ((claimed->id == WD_TYPE_DATE || claimed->id == WD_TYPE_TIMESTAMP) &&
      (derived->id == WD_TYPE_DATE || derived->id == WD_TYPE_TIMESTAMP))
    return true;
  return claimed->id == derived->id;
}

enum wd_status
wd__check_claim(const struct translator *t, const struct wd_message *type,
                const struct wd_type *derived, const char *what)
{
  struct wd_type claimed;
  bool nullable;
  char a[96], b[96];
  enum wd_status status;

  if (!type || !type->values)
    return WD_OK;
  status = wd__type_of(t, type, &claimed, &nullable);
  if (status != WD_OK || is_near(&claimed, derived))
    return status;
  return wd_message_fail(type, WD_TYPE_MISMATCH, t->error,
                         "the plan says that %s gives %s, but it is %s", what,
                         wd_type_text(&claimed, a, sizeof a),
                         wd_type_text(derived, b, sizeof b));
}
