// Where data sets come from, and functions by name.
#ifndef WASIDATA_DEFINE_HPP
#define WASIDATA_DEFINE_HPP

#include <wasidata/dataset.hpp>

namespace wd {

// A granted table, by name.
inline DataSet
read(const std::string &name, const Options &options = {})
{
  Strings list(options);
  return detail::make<DataSet>(
      [&] { return wd_read_list(name.c_str(), list.c()); });
}

// A data set of the program's own rows: any range of structs or plain values.
template <class R>
DataSet
create(const R &rows)
{
  using T = std::remove_cvref_t<decltype(*std::begin(rows))>;
  static_assert(RowType<T>, "rows are structs with WD_ROW, or plain values");
  return detail::make<DataSet>([&] {
    wd_rows *to = wd_rows_new(detail::schema_text<T>().c_str());
    if (!to)
      return wd_dataset{nullptr};
    for (const T &row : rows) {
      detail::set_row(to, row);
      wd_emit(to);
    }
    return wd_create(to);
  });
}
template <class T>
DataSet
create(std::initializer_list<T> rows)
{
  return create(std::span<const T>(rows.begin(), rows.size()));
}

// One column `id`, i64: start, start + step … below end (above, if step < 0).
inline DataSet
range(std::int64_t start, std::int64_t end, std::int64_t step = 1)
{
  return detail::make<DataSet>([&] { return wd_range(start, end, step); });
}

// Data sets by the names that a query gives them.
using Inputs = std::vector<std::pair<std::string, DataSet>>;

namespace detail {

// Names and handles as the C SDK takes them; a failed input fails the call.
template <class Call>
DataSet
with_inputs(const Inputs &inputs, Call call)
{
  std::vector<std::string> names;
  std::vector<wd_dataset> handles;
  for (const auto &[name, input] : inputs) {
    if (input.failure())
      return DataSet(input.failure());
    names.push_back(name);
    handles.push_back(input.c());
  }
  Strings list(std::move(names));
  return make<DataSet>([&] { return call(list.c(), handles.data()); });
}

} // namespace detail

// An SQL query in a dialect ("" for the engine's own).
inline DataSet
sql(const std::string &text, const Inputs &inputs = {},
    const std::string &dialect = "")
{
  return detail::with_inputs(
      inputs, [&](const char *const *names, const wd_dataset *handles) {
        return wd_sql(text.c_str(), dialect.c_str(), names, handles);
      });
}

// A serialized Substrait plan.
inline DataSet
from_plan(bytes_view plan, const Inputs &inputs = {})
{
  return detail::with_inputs(
      inputs, [&](const char *const *names, const wd_dataset *handles) {
        return wd_from_plan(plan.data(), plan.size(), names, handles);
      });
}

namespace detail {

// The schema of a function's arguments.
template <class... A>
std::string
arguments_text(std::tuple<A...> *)
{
  std::string text;
  int i = 0;
  ((text += (i ? ", a" : "a") + std::to_string(i) + ": " +
            Type<std::remove_cvref_t<A>>::text(),
    i++),
   ...);
  return text;
}

template <class F, class In, class U>
void
scalar_rows(const wd_batch *in, wd_rows *out, void *env)
{
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(in->columns, e.in);
  RowWriter<U> write(out, Place<U>::first());
  each_row(*in, [&](const wd_row &row) {
    out->index = row.index;
    write(row.index, value_for<U>(e.kept->function, read, row));
  });
}

} // namespace detail

// A function by name, for expressions and SQL: f(value …) to a value. A null
// for an argument that is not std::optional gives null.
template <detail::Callable F>
Status
register_scalar(const std::string &name, F f, Promise promises = deterministic)
{
  using Arguments = typename detail::Signature<F>::arguments;
  using In = typename detail::ValuesOf<Arguments>::type;
  using U = std::optional<detail::value_of<detail::ResultOf<F>>>;
  // Names last as long as the program.
  auto *kept = new detail::Kept<F>{std::move(f)};
  detail::Env<F, In> env = {kept, {}};
  detail::Spec spec;
  spec.captures(env, promises);
  spec.l.bind = detail::bind_input<F, In>;
  spec.l.map_batch = detail::scalar_rows<F, In, U>;
  spec.emits(detail::schema_text<U>());
  std::string arguments =
      detail::arguments_text(static_cast<Arguments *>(nullptr));
  detail::Returning returning;
  if (wd_register_scalar(name.c_str(), arguments.c_str(), &spec.l))
    return {};
  return detail::last_failure();
}

// An aggregate (aggregate.hpp) by name.
template <class A>
Status
register_aggregate(const std::string &name, A aggregate)
{
  using Arguments = typename detail::Aggregation<A>::Arguments;
  detail::AggregateFunction<A> function(std::move(aggregate));
  wd_aggregator a = function.make();
  std::string arguments =
      detail::arguments_text(static_cast<Arguments *>(nullptr));
  detail::Returning returning;
  if (wd_register_aggregate(name.c_str(), arguments.c_str(), &a))
    return {};
  return detail::last_failure();
}

} // namespace wd

#endif
