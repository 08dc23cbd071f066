// Table functions: data sets of rows that a lambda makes of nothing but its
// arguments, partition by partition, in parallel. Include this in one file of
// the program: it makes the program export the interface `tables`, which others
// need not have.
//
//   auto counter = [](std::uint32_t partition) {
//     return [n = std::int64_t{1000} * partition]() mutable
//            -> std::optional<std::int64_t> { return n++; };
//   };
//   wd::generate(4, counter).limit(10)
//
// What the lambda returns is called for row after row until it gives none, and
// as long as somebody wants rows: it may go on forever.
#ifndef WASIDATA_TABLES_HPP
#define WASIDATA_TABLES_HPP

#include <wasidata.hpp>

extern "C" {
#include <wasidata_tables.h>
}

namespace wd {
namespace detail {

// What P is when a function takes no arguments.
struct NoArguments {};

// The C SDK's functions for a lambda F.
template <class F, class P> struct TableCalls {
  static auto begin(const F &f, std::uint32_t partition, const wd_row &row)
  {
    if constexpr (std::is_same_v<P, NoArguments>) {
      (void)row;
      return f(partition);
    } else {
      Result<std::optional<P>> arguments = row_as<P>(row);
      if (arguments.failure())
        fail(arguments.failure()->error.message);
      return f(**arguments, partition);
    }
  }

  using Next = decltype(begin(std::declval<const F &>(), 0u,
                              std::declval<const wd_row &>()));
  using T =
      typename std::remove_cvref_t<std::invoke_result_t<Next &>>::value_type;

  static void open(void *state, std::uint32_t partition, const wd_row *row,
                   void *env)
  {
    ::new (state)
        Next(begin(static_cast<Kept<F> *>(env)->function, partition, *row));
  }
  static bool next(void *state, wd_rows *out, void *)
  {
    auto row = (*static_cast<Next *>(state))();
    if (!row)
      return false;
    set_row(out, *row);
    wd_emit(out);
    return true;
  }
  static void close(void *state, void *)
  {
    static_cast<Next *>(state)->~Next();
  }
  // Lives as long as the program: closures point to it.
  static const wd_generator *functions()
  {
    static const wd_generator f = {sizeof(Next), open, next, close};
    return &f;
  }
};

// `arguments` makes the row of them, if there is one.
template <class P, class F, class A>
DataSet
generate(A arguments, std::uint32_t partitions, F f)
{
  using Calls = TableCalls<F, P>;
  static_assert(RowType<typename Calls::T>,
                "rows are structs with WD_ROW, or plain values");
  return make<DataSet>([&] {
    auto *kept = new Kept<F>{std::move(f)};
    wd_dataset result =
        wd_generate(Calls::functions(), arguments(), partitions, kept, 0,
                    schema_text<typename Calls::T>().c_str());
    wd_release_with(result, Kept<F>::release, kept);
    return result;
  });
}

} // namespace detail

// So many partitions, at least 1: f(partition) gives what makes its rows, one
// by one, a callable that returns std::optional<T>.
template <class F>
DataSet
generate(std::uint32_t partitions, F f)
{
  auto none = []() -> wd_rows * { return nullptr; };
  return detail::generate<detail::NoArguments>(none, partitions, std::move(f));
}

// The same with arguments, a row that owns its text: f(arguments, partition).
template <RowType P, class F>
DataSet
generate(const P &arguments, std::uint32_t partitions, F f)
{
  static_assert(detail::owns<P>, "arguments must own their text: use "
                                 "std::string, not std::string_view");
  auto one = [&] {
    wd_rows *row = wd_rows_new(detail::schema_text<P>().c_str());
    if (row) {
      detail::set_row(row, arguments);
      wd_emit(row);
    }
    return row;
  };
  return detail::generate<P>(one, partitions, std::move(f));
}

} // namespace wd

#endif
