// Columns that are looked for by name and type, and what is said of them.
#ifndef WASIDATA_FIND_HPP
#define WASIDATA_FIND_HPP

#include <array>

#include <wasidata/describe.hpp>
#include <wasidata/types.hpp>

namespace wd {

// A column of a data set.
struct Field {
  std::string name;
  std::string type; // as schemas write it: "i64", "decimal(10,2)"
  bool nullable;

  friend bool operator==(const Field &, const Field &) = default;
};

using Schema = std::vector<Field>;

class Row;

class Row;

namespace detail {

// Between brackets: the types of children, with their names or without.
inline std::string
children_text(const wd_field &f, bool named);

inline std::string
words_text(const wd_field &f)
{
  std::string text;
  for (std::uint32_t i = 0; i < f.word_count && i < 8; i++)
    text +=
        (i ? ", '" : "'") + std::string(f.words[i].data, f.words[i].size) + "'";
  return text + (f.word_count > 8 ? ", …" : "");
}

// As schemas write it.
inline std::string
type_text(const wd_field &f)
{
  static constexpr const char *names[] = {"bool", "i8",  "i16", "i32",
                                          "i64",  "u8",  "u16", "u32",
                                          "u64",  "f32", "f64"};
  static constexpr const char *units[] = {"s", "ms", "us", "ns"};
  switch (f.type) {
  case WD_DECIMAL:
    return "decimal(" + std::to_string(f.precision) + "," +
           std::to_string(f.scale) + ")";
  case WD_DATE:
    return "date";
  case WD_TIMESTAMP:
    return std::string("timestamp(") + units[f.unit] +
           (f.timezone ? std::string(", ") + f.timezone : "") + ")";
  case WD_STRING:
    return "string";
  case WD_BINARY:
    return "binary";
  case WD_TIME:
  case WD_TIME32:
    return std::string("time(") + units[f.unit] + ")";
  case WD_INTERVAL:
    return "interval";
  case WD_UUID:
    return "uuid";
  case WD_FIXED_BINARY:
    return "fixedbinary(" + std::to_string(f.width) + ")";
  case WD_ENUM:
    return "enum(" + words_text(f) + ")";
  case WD_NULL:
    return "null";
  case WD_LIST:
    return "list<" + children_text(f, false) + ">";
  case WD_FIXED_LIST:
    return "fixedlist<" + children_text(f, false) + ", " +
           std::to_string(f.width) + ">";
  case WD_STRUCT:
    return "struct<" + children_text(f, true) + ">";
  case WD_MAP:
    return "map<" + children_text(f, false) + ">";
  case WD_UNION:
    return "union<" + children_text(f, true) + ">";
  case WD_OTHER:
    return std::string("Arrow format '") + f.timezone + "'";
  default:
    return names[f.type];
  }
}

inline std::string
children_text(const wd_field &f, bool named)
{
  std::string text;
  for (std::uint32_t i = 0; i < f.child_count; i++)
    text += (i ? ", " : "") +
            (named ? std::string(f.children[i].name) + ": " : "") +
            type_text(f.children[i]);
  return text;
}

// Without its children.
inline wd_field
field_of(const wd_column &c)
{
  wd_field f = {};
  f.name = c.name;
  f.type = c.type;
  f.unit = c.unit;
  f.precision = c.precision;
  f.scale = static_cast<std::int8_t>(c.scale);
  f.width = c.width;
  f.word_count = c.word_count;
  f.words = c.words;
  return f;
}

// The fields of columns, with their children.
class Fields {
  std::vector<wd_field> fields_;
  std::vector<Fields> children_;

public:
  Fields(const wd_column *columns, std::uint32_t count)
  {
    for (std::uint32_t i = 0; i < count; i++) {
      children_.emplace_back(columns[i].children, columns[i].child_count);
      fields_.push_back(field_of(columns[i]));
      fields_[i].child_count = columns[i].child_count;
      fields_[i].children = children_[i].fields_.data();
    }
  }

  wd_schema schema() const
  {
    return {static_cast<std::uint32_t>(fields_.size()), fields_.data()};
  }
};

inline Schema
schema_of(const wd_schema &from)
{
  Schema schema;
  for (std::uint32_t i = 0; i < from.count; i++)
    schema.push_back({from.fields[i].name, type_text(from.fields[i]),
                      from.fields[i].nullable});
  return schema;
}

inline std::string
list_of(const wd_schema &schema)
{
  std::string list = schema.count ? "there are: " : "it has no columns";
  for (std::uint32_t i = 0; i < schema.count; i++)
    list += (i ? ", " : "") + std::string(schema.fields[i].name) + " " +
            type_text(schema.fields[i]);
  return list;
}

// A column's name as schemas write it.
inline std::string
quoted(std::string_view name)
{
  std::string text;
  bool plain = !name.empty();
  for (char c : name) {
    plain &= c == '_' || (c >= '0' && c <= '9') ||
             ((c | 32) >= 'a' && (c | 32) <= 'z');
    text += c == '"' ? std::string("\"\"") : std::string(1, c);
  }
  return plain ? text : "\"" + text + "\"";
}

// A type of values that are nested ones (nested.hpp).
template <class T>
concept NestedType = requires
{
  typename Type<T>::Inside;
};

template <class T>
std::string
not_read(const wd_field &f, const std::string &path, std::string_view whose)
{
  return "column '" + path + "' is " + type_text(f) + " and " +
         std::string(whose) + " takes " + Type<T>::text() +
         ": change that, or cast the column";
}

// Why columns of a field are not read as T; empty when they are. The path says
// where the field is: `items[].name`.
template <class T>
std::string
mismatch(const wd_field &f, const std::string &path, std::string_view whose)
{
  using V = value_of<T>;
  if (is_optional<T> && f.type == WD_NULL)
    return {};
  if constexpr (NestedType<V>)
    return Type<V>::mismatch(f, path, whose);
  else
    return Type<V>::takes(f) ? std::string() : not_read<V>(f, path, whose);
}

// A member that is a whole column (batch.hpp).
template <class C> struct Whole;

// What a field of a schema says of values of type T.
template <class T>
std::string
field_text(std::string_view name)
{
  if constexpr (requires { typename Whole<T>::value; })
    return field_text<typename Whole<T>::value>(name);
  else
    return quoted(name) + ": " + Type<T>::text() +
           (is_optional<T> ? "" : " not null");
}

// Columns of a schema, or why there are none.
struct Finder {
  const wd_schema &schema;
  std::string why = {}; // empty: all was found
  Code code = Code::invalid_argument;

  std::uint32_t find(const char *name, std::string_view whose)
  {
    for (std::uint32_t i = 0; i < schema.count; i++)
      if (std::string_view(schema.fields[i].name) == name)
        return i;
    if (why.empty())
      why = "there is no column '" + std::string(name) + "' for " +
            std::string(whose) + "; " + list_of(schema);
    return UINT32_MAX;
  }

  template <class T> void check(std::uint32_t column, std::string_view whose)
  {
    const wd_field &f = schema.fields[column];
    refuse(mismatch<T>(f, f.name, whose));
  }

  // With a mismatch that is not empty.
  void refuse(const std::string &what)
  {
    if (what.empty() || !why.empty())
      return;
    code = Code::type_mismatch;
    why = what + "; " + list_of(schema);
  }
};

template <class T> constexpr std::size_t width = 1;
template <Described T> constexpr std::size_t width<T> = MembersOf<T>::count;

// Where the columns of a struct, or the one of a plain value, are.
template <class T> struct Place {
  std::array<std::uint32_t, width<T>> at;

  static Place first()
  {
    Place place;
    for (std::uint32_t i = 0; i < width<T>; i++)
      place.at[i] = i;
    return place;
  }
};

template <class T, class M>
std::string
member_name()
{
  return std::string(type_name<T>()) + "." + M::name;
}

template <class T, class... M>
void
find_members(Place<T> &place, Finder &finder, Members<M...>)
{
  [[maybe_unused]] std::size_t i = 0;
  auto one = [&]<class N>(N *) {
    std::string whose = member_name<T, N>();
    place.at[i] = finder.find(N::name, whose);
    if (place.at[i] != UINT32_MAX)
      finder.check<typename N::type>(place.at[i], whose);
    i++;
  };
  (one(static_cast<M *>(nullptr)), ...);
}

// Finds the columns of T.
template <class T>
void
find_columns(Place<T> &place, Finder &finder)
{
  if constexpr (Described<T>) {
    find_members(place, finder, MembersOf<T>{});
  } else if constexpr (!std::is_same_v<T, Row>) {
    place.at[0] = 0;
    if (finder.schema.count != 1)
      finder.why =
          std::string(type_name<T>()) + " takes rows of one column, not of " +
          std::to_string(finder.schema.count) + "; " + list_of(finder.schema);
    else
      finder.check<T>(0, "the row");
  }
}

// The columns of rows of U as schemas write them; that of a plain value is
// called `name`.
template <class U>
std::vector<std::string>
field_texts(std::string_view name = "value")
{
  if constexpr (Described<U>)
    return []<class... M>(Members<M...>) {
      return std::vector<std::string>{field_text<typename M::type>(M::name)...};
    }(MembersOf<U>{});
  else
    return {field_text<U>(name)};
}

template <class U>
std::string
schema_text(std::string_view name = "value")
{
  std::string text;
  for (const std::string &field : field_texts<U>(name))
    text += (text.empty() ? "" : ", ") + field;
  return text;
}

} // namespace detail
} // namespace wd

#endif
