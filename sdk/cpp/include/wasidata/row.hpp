// Rows: structs, plain values, and rows whose columns are asked for by name.
#ifndef WASIDATA_ROW_HPP
#define WASIDATA_ROW_HPP

#include <wasidata/nested.hpp>
#include <wasidata/special.hpp>

namespace wd {

class Row;

namespace detail {

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

// A row as a value of T, or why not.
template <class T>
Result<std::optional<T>>
row_as(const wd_row &row)
{
  Fields fields(row.columns, row.count);
  wd_schema schema = fields.schema();
  Finder finder{schema};
  Place<T> place;
  find_columns(place, finder);
  if (!finder.why.empty())
    return failure(finder.code, finder.why);
  return std::optional<T>(RowReader<T>(row.columns, place)(row));
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

  // Whether rows are written without the index of `rows`.
  static constexpr bool arrays = C::fixed;

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
  static constexpr bool arrays = (Writer<typename M::type>::arrays && ...);

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
    if (!takes<T>(row_.columns[column])) {
      detail::Fields fields(row_.columns + column, 1);
      const wd_field *f = fields.schema().fields;
      fail("column '%s' is %s and was asked for as %s", f->name,
           detail::type_text(*f).c_str(), detail::Type<T>::text().c_str());
    }
    return detail::Reader<T>(row_.columns, column)(row_);
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
  template <class T> static bool takes(const wd_column &c)
  {
    using V = detail::value_of<T>;
    if constexpr (detail::NestedType<V>)
      return detail::mismatch<T>(*detail::Fields(&c, 1).schema().fields, c.name,
                                 "")
          .empty();
    else
      return detail::Type<V>::takes(detail::field_of(c)) ||
             (detail::is_optional<T> && c.type == WD_NULL);
  }
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
