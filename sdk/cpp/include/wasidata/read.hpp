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

template <class C>
concept InBytes = requires
{
  typename C::unit;
};

// Gets values of a column: of one batch, or of the rows that it is asked for.
template <class T> struct Reader {
  using V = value_of<T>;
  using C = Type<V>;

  // Whether at() gets values, of batches for which direct() says so.
  static constexpr bool arrays = C::fixed || InBytes<C>;

  std::uint32_t column;
  const std::uint8_t *validity;
  const void *values =
      nullptr; // not null: an array of the raw values, or bytes
  const std::int32_t *offsets = nullptr;
  [[no_unique_address]] InsideOf<V> inside;

  Reader(const wd_column *columns, std::uint32_t at)
      : column(at), validity(columns[at].validity), inside(columns[at])
  {
    if constexpr (C::fixed) {
      if (C::plain(columns[at]))
        values = columns[at].values;
    } else if constexpr (InBytes<C>) {
      offsets = columns[at].offsets;
      if (wd__is_bytes(columns[at].type))
        values = columns[at].values;
    }
  }

  // Nothing is to be looked at for each row but, of std::optional, whether it
  // is null.
  bool direct() const
  {
    return values && (is_optional<T> || !validity);
  }
  T at(std::uint32_t row) const requires arrays
  {
    if constexpr (is_optional<T>)
      if (validity && !wd__bit(validity, row))
        return T();
    return value_at(row);
  }

  // Inlined always: what has two members, as texts have, would be returned by
  // way of memory.
  [[gnu::always_inline]] T operator()(const wd_row &row) const
  {
    if (!holds_null<T> && validity && !wd__bit(validity, row.index))
      return T();
    if constexpr (arrays)
      if (values) [[likely]]
        return value_at(row.index);
    if constexpr (NestedType<V>)
      return inside(row.index);
    else
      return C::read(row, column);
  }

private:
  V value_at(std::uint32_t row) const
  {
    if constexpr (C::fixed)
      return C::from(static_cast<const typename C::raw *>(values)[row]);
    else
      return C::from(
          wd_str{static_cast<const char *>(values) + offsets[row],
                 static_cast<std::uint32_t>(offsets[row + 1] - offsets[row])});
  }
};

template <class T, class M> struct MembersReader;
template <class T, class... M> struct MembersReader<T, Members<M...>> {
  static constexpr bool arrays = (Reader<typename M::type>::arrays && ...);

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

  bool direct() const
  {
    return std::apply([](const auto &...r) { return (r.direct() && ...); },
                      readers);
  }
  T at(std::uint32_t row) const requires arrays
  {
    return [&]<std::size_t... I>(std::index_sequence<I...>)
    {
      T value{};
      ((value.*M::pointer = std::get<I>(readers).at(row)), ...);
      return value;
    }
    (std::index_sequence_for<M...>());
  }
};

} // namespace wd::detail

#endif
