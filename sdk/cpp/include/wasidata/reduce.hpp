// Reductions: (row, row) to row.
#ifndef WASIDATA_REDUCE_HPP
#define WASIDATA_REDUCE_HPP

#include <wasidata/lambda.hpp>

namespace wd::detail {

template <class F, class T> struct ReduceEnv {
  Kept<F> *kept;
  Place<T> place;
};

// Rows that are reduced have all columns, of exactly their types.
template <class T>
void
reduce_find(Place<T> &place, Finder &finder)
{
  find_columns(place, finder);
  for (std::uint32_t c = 0; finder.why.empty() && c < finder.schema.count;
       c++) {
    std::uint32_t i = 0;
    while (i < width<T> && place.at[i] != c)
      i++;
    if (i == width<T>)
      finder.why = "column '" + std::string(finder.schema.fields[c].name) +
                   "' is not in " + std::string(type_name<T>()) +
                   ": rows that are reduced have all columns; select those "
                   "that count first";
  }
}

template <class T>
void
reduce_check(const Place<T> &place, Finder &finder)
{
  auto one = [&]<class V>(std::uint32_t i, V *) {
    const wd_field &f = finder.schema.fields[place.at[i]];
    if (finder.why.empty() && !Type<V>::same(f))
      finder.why = "column '" + std::string(f.name) + "' is " + type_text(f) +
                   " and its member is " + Type<V>::text() +
                   ": rows that are reduced have exactly the columns' types";
  };
  if constexpr (Described<T>)
    [&]<class... M>(Members<M...>) {
      [[maybe_unused]] std::uint32_t i = 0;
      (one(i++, static_cast<typename M::type *>(nullptr)), ...);
    }(MembersOf<T>{});
  else
    one(0, static_cast<T *>(nullptr));
}

template <class F, class T>
void
reduce_bind(wd_bind *bind, void *env)
{
  auto &e = *static_cast<ReduceEnv<F, T> *>(env);
  Finder finder{*wd_bind_input(bind)};
  reduce_find(e.place, finder);
  if (finder.why.empty())
    reduce_check(e.place, finder);
  found(bind, finder);
}

// Whether all columns have places in an accumulator; nested values, for one,
// are read and written as those of rows.
template <class T> constexpr bool in_slots = requires(wd_acc *acc)
{
  Type<value_of<T>>::acc_get(acc, 0);
};
template <Described T>
constexpr bool in_slots<T> = []<class... M>(Members<M...>) {
  return (in_slots<typename M::type> && ...);
}(MembersOf<T>{});

template <class T>
T
acc_get(wd_acc *acc, const Place<T> &place)
{
  T value{};
  if constexpr (!in_slots<T>) {
    wd_row row = wd_acc_row(acc);
    value = RowReader<T>(row.columns, place)(row);
  } else if constexpr (Described<T>)
    [&]<class... M>(Members<M...>) {
      std::size_t i = 0;
      ((value.*M::pointer =
            Type<typename M::type>::acc_get(acc, place.at[i++])),
       ...);
    }(MembersOf<T>{});
  else
    value = Type<T>::acc_get(acc, place.at[0]);
  return value;
}

template <class V>
void
acc_set_row(wd_acc *acc, std::uint32_t column, const V &v)
{
  if constexpr (is_optional<V>)
    if (!v) {
      wd_acc_set_null(acc, column);
      return;
    }
  Type<V>::set(wd_acc_rows(acc), column, v);
}

template <class T>
void
acc_set(wd_acc *acc, const Place<T> &place, const T &v)
{
  if constexpr (Described<T> && !in_slots<T>)
    [&]<class... M>(Members<M...>) {
      std::size_t i = 0;
      (acc_set_row(acc, place.at[i++], v.*M::pointer), ...);
    }(MembersOf<T>{});
  else if constexpr (!in_slots<T>)
    acc_set_row(acc, place.at[0], v);
  else if constexpr (Described<T>)
    [&]<class... M>(Members<M...>) {
      std::size_t i = 0;
      (Type<typename M::type>::acc_set(acc, place.at[i++], v.*M::pointer), ...);
    }(MembersOf<T>{});
  else
    Type<T>::acc_set(acc, place.at[0], v);
}

template <class F, class T>
void
reduce_row(wd_acc *acc, const wd_row *row, void *env)
{
  auto &e = *static_cast<ReduceEnv<F, T> *>(env);
  RowReader<T> read(row->columns, e.place);
  acc_set<T>(acc, e.place, e.kept->function(acc_get(acc, e.place), read(*row)));
}

} // namespace wd::detail

#endif
