// Readers: columns of a batch as C++ values.
#ifndef WASIDATA_READ_HPP
#define WASIDATA_READ_HPP

#include <tuple>

#include <wasidata/find.hpp>

namespace wd::detail {

// What a reader of nested values needs for each batch.
struct NoInside {
  NoInside(const wd_column &)
  {
  }
};

template <class V> struct InsideFor {
  using type = NoInside;
};
template <NestedType V> struct InsideFor<V> {
  using type = typename Type<V>::Inside;
};
template <class V> using InsideOf = typename InsideFor<V>::type;

// Whether null is a value of V, and not no value: a union is never null itself.
template <class V> constexpr bool holds_null = false;

// Gets values of a column: of one batch, or of the rows that it is asked for.
template <class T> struct Reader {
  using V = value_of<T>;
  using C = Type<V>;

  std::uint32_t column;
  const std::uint8_t *validity;
  const void *values = nullptr; // not null: an array of the raw values
  [[no_unique_address]] InsideOf<V> inside;

  Reader(const wd_column *columns, std::uint32_t at)
      : column(at), validity(columns[at].validity), inside(columns[at])
  {
    if constexpr (C::fixed)
      if (C::plain(columns[at]))
        values = columns[at].values;
  }

  T operator()(const wd_row &row) const
  {
    if (!holds_null<T> && validity && !wd__bit(validity, row.index))
      return T();
    if constexpr (C::fixed)
      if (values) [[likely]]
        return C::from(static_cast<const typename C::raw *>(values)[row.index]);
    if constexpr (NestedType<V>)
      return inside(row.index);
    else
      return C::read(row, column);
  }
};

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

} // namespace wd::detail

#endif
