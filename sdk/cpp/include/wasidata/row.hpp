// Rows: structs, plain values, and rows whose columns are asked for by name.
#ifndef WASIDATA_ROW_HPP
#define WASIDATA_ROW_HPP

#include <array>
#include <tuple>

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

namespace detail {

inline std::string
type_text(const wd_field &f)
{
  static constexpr const char *names[] = {"bool", "i8",  "i16", "i32",
                                          "i64",  "u8",  "u16", "u32",
                                          "u64",  "f32", "f64"};
  static constexpr const char *others[] = {
      "time", "time",      "interval", "uuid", "fixedbinary", "enum", "null",
      "list", "fixedlist", "struct",   "map",  "union"};
  static constexpr const char *units[] = {"s", "ms", "us", "ns"};
  if (f.type >= WD_TIME && f.type < WD_OTHER)
    return others[f.type - WD_TIME];
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
  case WD_OTHER:
    return std::string("Arrow format '") + f.timezone + "'";
  default:
    return names[f.type];
  }
}

inline wd_field
field_of(const wd_column &c)
{
  wd_field f = {};
  f.name = c.name;
  f.type = c.type;
  f.unit = c.unit;
  f.precision = c.precision;
  f.scale = static_cast<std::int8_t>(c.scale);
  return f;
}

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
  std::string text = "\"";
  for (char c : name)
    text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
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
    if (why.empty() && !Type<T>::takes(schema.fields[column]))
      refuse<T>(column, whose);
  }

  template <class T> void refuse(std::uint32_t column, std::string_view whose)
  {
    code = Code::type_mismatch;
    why = "column '" + std::string(schema.fields[column].name) + "' is " +
          type_text(schema.fields[column]) + " and " + std::string(whose) +
          " takes " + Type<T>::text() + ": change that, or cast the column; " +
          list_of(schema);
  }
};

// Gets values of a column: of one batch, or of the rows that it is asked for.
template <class T> struct Reader {
  using V = value_of<T>;
  using C = Type<V>;

  std::uint32_t column;
  const std::uint8_t *validity;
  const void *values = nullptr; // not null: an array of the raw values

  Reader(const wd_column *columns, std::uint32_t at)
      : column(at), validity(columns[at].validity)
  {
    if constexpr (C::fixed)
      if (C::plain(columns[at]))
        values = columns[at].values;
  }

  T operator()(const wd_row &row) const
  {
    if (validity && !wd__bit(validity, row.index))
      return T();
    if constexpr (C::fixed)
      if (values) [[likely]]
        return C::from(static_cast<const typename C::raw *>(values)[row.index]);
    return C::read(row, column);
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

template <class T, class M> struct MembersReader;
template <class T, class... M> struct MembersReader<T, Members<M...>> {
  std::tuple<Reader<typename M::type>...> readers;

  template <std::size_t... I>
  MembersReader(const wd_column *columns, const Place<T> &place,
                std::index_sequence<I...>)
      : readers(Reader<typename M::type>(columns, place.at[I])...)
  {
    (void)columns, (void)place;
  }
  MembersReader(const wd_column *columns, const Place<T> &place)
      : MembersReader(columns, place, std::index_sequence_for<M...>())
  {
  }

  template <std::size_t... I>
  T read(const wd_row &row, std::index_sequence<I...>) const
  {
    T value{};
    ((value.*M::pointer = std::get<I>(readers)(row)), ...);
    (void)row;
    return value;
  }
  T operator()(const wd_row &row) const
  {
    return read(row, std::index_sequence_for<M...>());
  }
};

// Reads rows as values of T.
template <class T> struct RowReader : Reader<T> {
  RowReader(const wd_column *columns, const Place<T> &place)
      : Reader<T>(columns, place.at[0])
  {
  }
};
template <Described T> struct RowReader<T> : MembersReader<T, MembersOf<T>> {
  using MembersReader<T, MembersOf<T>>::MembersReader;
};

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

// A row as a value of T, or why not.
template <class T>
Result<std::optional<T>>
row_as(const wd_row &row)
{
  std::vector<wd_field> fields;
  for (std::uint32_t c = 0; c < row.count; c++)
    fields.push_back(field_of(row.columns[c]));
  wd_schema schema = {row.count, fields.data()};
  Finder finder{schema};
  Place<T> place;
  find_columns(place, finder);
  if (!finder.why.empty())
    return failure(finder.code, finder.why);
  return std::optional<T>(RowReader<T>(row.columns, place)(row));
}

// Sets the columns of the current row.
template <class U, class... M>
void
set_members(wd_rows *rows, const U &value, Members<M...>)
{
  [[maybe_unused]] std::uint32_t column = 0;
  (Type<typename M::type>::set(rows, column++, value.*M::pointer), ...);
  (void)rows, (void)value;
}

template <class U>
void
set_row(wd_rows *rows, const U &value)
{
  if constexpr (Described<U>)
    set_members(rows, value, MembersOf<U>{});
  else
    Type<U>::set(rows, 0, value);
}

// A column of a map's output: an array where the type has one.
template <class T> struct Writer {
  using V = value_of<T>;
  using C = Type<V>;

  wd_rows *rows;
  std::uint32_t column;
  void *values = nullptr;
  std::uint8_t *valid = nullptr;

  Writer(wd_rows *to, std::uint32_t at) : rows(to), column(at)
  {
    if constexpr (C::fixed) {
      values = C::out(to, at);
      if constexpr (is_optional<T>)
        valid = wd_out_valid(to, at);
    }
  }

  void operator()(std::uint32_t index, const T &value) const
  {
    if constexpr (!C::fixed) {
      Type<T>::set(rows, column, value);
    } else if constexpr (is_optional<T>) {
      valid[index] = value.has_value();
      static_cast<typename C::raw *>(values)[index] =
          value ? C::to(*value) : typename C::raw();
    } else {
      static_cast<typename C::raw *>(values)[index] = C::to(value);
    }
  }
};

template <class U, class M> struct MembersWriter;
template <class U, class... M> struct MembersWriter<U, Members<M...>> {
  std::tuple<Writer<typename M::type>...> writers;

  template <std::size_t... I>
  MembersWriter(wd_rows *rows, const Place<U> &place, std::index_sequence<I...>)
      : writers(Writer<typename M::type>(rows, place.at[I])...)
  {
    (void)rows, (void)place;
  }
  MembersWriter(wd_rows *rows, const Place<U> &place)
      : MembersWriter(rows, place, std::index_sequence_for<M...>())
  {
  }

  template <std::size_t... I>
  void write(std::uint32_t index, const U &value,
             std::index_sequence<I...>) const
  {
    (std::get<I>(writers)(index, value.*M::pointer), ...);
    (void)index, (void)value;
  }
  void operator()(std::uint32_t index, const U &value) const
  {
    write(index, value, std::index_sequence_for<M...>());
  }
};

// Writes a map's rows.
template <class U> struct RowWriter : Writer<U> {
  RowWriter(wd_rows *rows, const Place<U> &place) : Writer<U>(rows, place.at[0])
  {
  }
};
template <Described U> struct RowWriter<U> : MembersWriter<U, MembersOf<U>> {
  using MembersWriter<U, MembersOf<U>>::MembersWriter;
};

} // namespace detail

// What a row of a data set may be.
template <class T>
concept RowType = detail::Described<T> || detail::ColumnType<T>;

// A row whose columns are asked for by name or position: for lambdas over any
// rows. Valid as long as the call that it was given to.
class Row {
  wd_row row_;

public:
  Row(const wd_row &row) : row_(row)
  {
  }

  std::uint32_t size() const
  {
    return row_.count;
  }
  const char *name(std::uint32_t column) const
  {
    check(column);
    return row_.columns[column].name;
  }
  // The first column of that name; fails when there is none.
  std::uint32_t find(const char *name) const
  {
    return wd_find(&row_, name);
  }
  bool is_null(std::integral auto column) const
  {
    return wd_is_null(&row_, static_cast<std::uint32_t>(column));
  }
  bool is_null(const char *name) const
  {
    return is_null(find(name));
  }

  // Fails when the column is of a type that T does not read.
  template <detail::ColumnType T> T get(std::integral auto at) const
  {
    auto column = static_cast<std::uint32_t>(at);
    check(column);
    wd_field f = detail::field_of(row_.columns[column]);
    if (!detail::Type<T>::takes(f))
      fail("column '%s' is %s and was asked for as %s", f.name,
           detail::type_text(f).c_str(), detail::Type<T>::text().c_str());
    return detail::Type<T>::read(row_, column);
  }
  template <detail::ColumnType T> T get(const char *name) const
  {
    return get<T>(find(name));
  }

  // The C SDK's row.
  const wd_row &c() const
  {
    return row_;
  }

private:
  void check(std::uint32_t column) const
  {
    if (column >= row_.count)
      fail("there is no column %u: the rows have %u columns", column,
           row_.count);
  }
};

template <> struct detail::RowReader<Row> {
  RowReader(const wd_column *, const Place<Row> &)
  {
  }
  Row operator()(const wd_row &row) const
  {
    return row;
  }
};

// Rows that a lambda writes by column, with a schema that was given as text.
class RowOut {
  wd_rows *rows_;

public:
  explicit RowOut(wd_rows *rows) : rows_(rows)
  {
  }

  // A column that is not set is null.
  template <detail::ColumnType T>
  RowOut &set(std::uint32_t column, const T &value)
  {
    detail::Type<T>::set(rows_, column, value);
    return *this;
  }
  RowOut &set(std::uint32_t column, const char *value)
  {
    return set(column, std::string_view(value));
  }
  // The value, or null, of a column of the same type.
  RowOut &copy(std::uint32_t column, const Row &from, std::uint32_t from_column)
  {
    wd_copy(rows_, column, &from.c(), from_column);
    return *this;
  }
  // Ends the row; not in a map, which gives a row for each.
  void emit()
  {
    wd_emit(rows_);
  }

  wd_rows *c() const
  {
    return rows_;
  }
};

// Takes the rows that come out of a flat_map or a partition.
template <RowType U> class Emit {
  wd_rows *rows_;

public:
  using row_type = U;

  explicit Emit(wd_rows *rows) : rows_(rows)
  {
  }

  void operator()(const U &row) const
  {
    detail::set_row(rows_, row);
    wd_emit(rows_);
  }
};

} // namespace wd

#endif
