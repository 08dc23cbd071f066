// Lambdas over the groups of equal keys of two data sets. Include this in one
// file of the program: it makes the program export the interface `co-groups`,
// which others need not have.
//
//   auto pair = [](const std::vector<Order> &orders,
//                  const std::vector<Payment> &payments,
//                  wd::Emit<Account> emit) { … };
//   wd::co_map_groups(orders.group_by("id"), payments.group_by("id"), pair)
//
// The rows of both groups come at once and own their text; a side may have
// none. Columns are looked for when the first row comes.
#ifndef WASIDATA_CO_GROUPS_HPP
#define WASIDATA_CO_GROUPS_HPP

#include <wasidata.hpp>

extern "C" {
#include <wasidata_co_groups.h>
}

namespace wd {
namespace detail {

// The rows of one side. Their places are found once for the columns of a
// cursor, which are used again for the next groups.
template <class T> struct Side {
  static_assert(owns<T>, "rows that are gathered must own their text: use "
                         "std::string, not std::string_view");

  struct Found {
    const wd_column *columns = nullptr;
    Place<T> place = {};
  };

  std::vector<T> rows = {};

  void add(Found &cache, const wd_row &row)
  {
    if (cache.columns != row.columns) {
      Fields fields(row.columns, row.count);
      wd_schema schema = fields.schema();
      Finder finder{schema};
      find_columns(cache.place, finder);
      if (!finder.why.empty())
        fail(finder.why);
      cache.columns = row.columns;
    }
    rows.push_back(RowReader<T>(row.columns, cache.place)(row));
  }
};

template <class V> struct ElementOf;
template <class T> struct ElementOf<std::vector<T>> {
  using type = T;
};

// The C SDK's functions for a lambda F.
template <class F> struct CoGroupCalls {
  using L = typename ElementOf<Argument<F, 0>>::type;
  using R = typename ElementOf<Argument<F, 1>>::type;
  using U = typename Argument<F, 2>::row_type;

  struct Env {
    Kept<F> *kept;
    typename Side<L>::Found left;
    typename Side<R>::Found right;
  };
  struct State {
    Side<L> left;
    Side<R> right;
  };

  static State &at(void *state)
  {
    return *static_cast<State *>(state);
  }
  static void open(void *state, void *)
  {
    ::new (state) State();
  }
  static void left(void *state, const wd_row *row, wd_rows *, void *env)
  {
    at(state).left.add(static_cast<Env *>(env)->left, *row);
  }
  static void right(void *state, const wd_row *row, wd_rows *, void *env)
  {
    at(state).right.add(static_cast<Env *>(env)->right, *row);
  }
  static bool end(void *state, wd_rows *out, void *env)
  {
    Emit<U> emit(out);
    static_cast<Env *>(env)->kept->function(
        std::move(at(state).left.rows), std::move(at(state).right.rows), emit);
    return false;
  }
  static void close(void *state, void *)
  {
    at(state).~State();
  }
  // Lives as long as the program: closures point to it.
  static const wd_co_group_fn *functions()
  {
    static const wd_co_group_fn f = {sizeof(State), open,    left,
                                     right,         nullptr, nullptr,
                                     end,           close,   nullptr};
    return &f;
  }
};

} // namespace detail

// f(std::vector<L>, std::vector<R>, wd::Emit<U>) for each pair of groups. Both
// sides have as many keys; rows have the keys that are no columns, too.
template <detail::Callable F>
DataSet
co_map_groups(const Grouped &left, const Grouped &right, F f)
{
  using Calls = detail::CoGroupCalls<F>;
  return detail::make<DataSet>(
      [&](wd_grouped l, wd_grouped r) {
        auto *kept = new detail::Kept<F>{std::move(f)};
        typename Calls::Env env = {kept, {}, {}};
        wd_dataset result =
            wd_co_map_groups(l, r, Calls::functions(), &env, sizeof env,
                             detail::schema_text<typename Calls::U>().c_str());
        wd_release_with(result, detail::Kept<F>::release, kept);
        return result;
      },
      left, right);
}

} // namespace wd

#endif
