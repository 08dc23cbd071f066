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

// ---- By name

namespace detail {

// A tuple without its last.
template <class T> struct WithoutLast;
template <class... A> struct WithoutLast<std::tuple<A...>> {
  template <std::size_t... I>
  static std::tuple<std::tuple_element_t<I, std::tuple<A...>>...>
      pick(std::index_sequence<I...>);
  using type = decltype(pick(std::make_index_sequence<sizeof...(A) - 1>()));
};

template <class F, class In>
void
table_rows(const wd_row *row, wd_rows *out, void *env)
{
  using U = typename Argument<F, Signature<F>::count - 1>::row_type;
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(row->columns, e.in);
  Emit<U> emit(out);
  if (!read.missing(*row))
    read.call(e.kept->function, *row, emit);
}

// The arguments behind the columns of a table.
template <class P>
std::optional<P>
bound_arguments(wd_bind *bind)
{
  std::vector<wd_column> columns;
  wd_row known;
  for (std::uint32_t i = 0; i < wd_bind_input(bind)->count; i++)
    if (wd_bind_constant(bind, i, &known))
      columns.push_back(known.columns[0]);
  wd_row row = {columns.data(), static_cast<std::uint32_t>(columns.size()), 0};
  Result<std::optional<P>> arguments = row_as<P>(row);
  if (!arguments.failure())
    return *arguments;
  wd_bind_refuse(bind, WD_INVALID_ARGUMENT, "%s",
                 arguments.failure()->error.message.c_str());
  return {};
}

// F makes what sees a partition from the arguments P.
template <class F, class P> struct OverCalls {
  using G = decltype(std::declval<F &>()(std::declval<P>()));
  using Calls = PartitionCalls<G>;
  struct Bound {
    typename Calls::E partitions; // first: it is the environment of Calls
    Kept<F> *kept;
  };

  static void bind(wd_bind *bind, void *env)
  {
    auto &bound = *static_cast<Bound *>(env);
    std::optional<P> arguments = bound_arguments<P>(bind);
    if (!arguments)
      return;
    // In a worker, whose bindings stay as long as it does.
    bound.partitions.kept =
        new Kept<G>{bound.kept->function(std::move(*arguments))};
    Finder finder{*wd_bind_input(bind)};
    bound.partitions.in.find(finder);
    if (found(bind, finder))
      bound.partitions.in.want(bind);
  }
};

inline Status
register_table(const std::string &name, const std::string &arguments,
               const wd_table_function &function)
{
  Returning returning;
  if (wd_register_table(name.c_str(), arguments.c_str(), &function))
    return {};
  return last_failure();
}

} // namespace detail

// A table function by name, for SQL and select: f(value …, emit), whose last
// parameter is wd::Emit<Row> &. It is called for each row of arguments,
//
//   select * from lines, words(lines.text)
//
// or once where they are constants: select * from words('a b'). A null for an
// argument that is not std::optional gives no rows.
template <detail::Callable F>
Status
register_table(const std::string &name, F f)
{
  using Arguments = typename detail::WithoutLast<
      typename detail::Signature<F>::arguments>::type;
  using In = typename detail::ValuesOf<Arguments>::type;
  using U =
      typename detail::Argument<F, detail::Signature<F>::count - 1>::row_type;
  // As long as the program.
  auto *kept = new detail::Kept<F>{std::move(f)};
  detail::Env<F, In> env = {kept, {}};
  std::string output = detail::schema_text<U>();
  wd_table_function function = {};
  function.rows = detail::table_rows<F, In>;
  function.bind = detail::bind_input<F, In>;
  function.env = &env;
  function.env_size = sizeof env;
  function.output = output.c_str();
  return detail::register_table(
      name, detail::arguments_text(static_cast<Arguments *>(nullptr)),
      function);
}

// A table function of constants by name, as generate's: select * from
// numbers(10). f(arguments, partition) gives what makes the rows of one of so
// many partitions (0: as many as the host likes), a callable that returns
// std::optional<T>.
template <RowType P, class F>
Status
register_source(const std::string &name, std::uint32_t partitions, F f)
{
  using Calls = detail::TableCalls<F, P>;
  static_assert(detail::owns<P>, "arguments must own their text: use "
                                 "std::string, not std::string_view");
  auto *kept = new detail::Kept<F>{std::move(f)};
  std::string output = detail::schema_text<typename Calls::T>();
  wd_table_function function = {};
  function.generate = Calls::functions();
  function.partitions = partitions;
  function.env = kept;
  function.output = output.c_str();
  return detail::register_table(name, detail::schema_text<P>(), function);
}

// A function over the rows of a table by name:
//
//   select * from longest(TABLE words PARTITION BY line ORDER BY size DESC, 3)
//
// f(arguments) makes what sees a partition, in its order, as map_partitions'
// lambdas do: g(row, emit), which may have end(emit).
template <RowType P, class F>
Status
register_over(const std::string &name, F f)
{
  using Calls = detail::OverCalls<F, P>;
  static_assert(detail::owns<P>, "arguments must own their text: use "
                                 "std::string, not std::string_view");
  auto *kept = new detail::Kept<F>{std::move(f)};
  typename Calls::Bound env = {{}, kept};
  wd_partition_fn relation = Calls::Calls::functions();
  std::string output = detail::schema_text<typename Calls::Calls::U>();
  wd_table_function function = {};
  function.relation = &relation;
  function.bind = Calls::bind;
  function.env = &env;
  function.env_size = sizeof env;
  function.output = output.c_str();
  return detail::register_table(name, detail::schema_text<P>(), function);
}

} // namespace wd

#endif
