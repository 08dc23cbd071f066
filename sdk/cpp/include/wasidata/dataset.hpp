// Data sets: what there is to build plans, and the actions that run them.
#ifndef WASIDATA_DATASET_HPP
#define WASIDATA_DATASET_HPP

#include <cstdlib>

#include <wasidata/aggregate.hpp>
#include <wasidata/apply.hpp>
#include <wasidata/handle.hpp>
#include <wasidata/job.hpp>

namespace wd {

enum class Join {
  inner = WD_INNER, // pairs that match
  left = WD_LEFT,   // and rows of the left without a match
  right = WD_RIGHT, // and rows of the right without a match
  full = WD_FULL,   // and rows of both without a match
  semi = WD_SEMI,   // rows of the left that have a match
  anti = WD_ANTI,   // rows of the left that have none
  cross = WD_CROSS, // all pairs; the condition is ""
  as_of = WD_AS_OF, // the nearest match by the condition's one inequality
  as_of_left = WD_AS_OF_LEFT,
};

enum class Mode {
  create = WD_CREATE,       // an error when it exists
  overwrite = WD_OVERWRITE, // replaces it as a whole
  append = WD_APPEND,       // adds to it
  ignore = WD_IGNORE,       // does nothing when it exists
  upsert = WD_UPSERT,       // replaces rows of equal keys
};

enum class Storage { memory = WD_MEMORY, disk = WD_DISK };

class DataSet;
class Grouped;

// Rows that are described, not there. A value: copies are the same data set.
class DataSet : public detail::Shared<wd_dataset> {
public:
  using Shared::Shared;

  // ---- Columns and rows, by expressions

  // Columns: select("a", "price * qty as total", "*").
  template <class... S>
  requires detail::Texts<S...> DataSet select(const S &...expressions)
  const
  {
    return list(wd_select_list, {std::string(expressions)...});
  }
  DataSet select(Strings expressions) const
  {
    return list(wd_select_list, std::move(expressions));
  }

  // Adds a column, or replaces the one of that name.
  DataSet with_column(const std::string &name,
                      const std::string &expression) const
  {
    return make([&](wd_dataset d) {
      return wd_with_column(d, name.c_str(), expression.c_str());
    });
  }

  template <class... S>
  requires detail::Texts<S...> DataSet drop_columns(const S &...names)
  const
  {
    return list(wd_drop_columns_list, {std::string(names)...});
  }
  DataSet drop_columns(Strings names) const
  {
    return list(wd_drop_columns_list, std::move(names));
  }

  // Old and new names: rename({{"a", "b"}}).
  DataSet rename(const Options &names) const
  {
    return list(wd_rename_list, Strings(names));
  }

  // The rows for which an expression is true.
  DataSet filter(const std::string &predicate) const
  {
    return make([&](wd_dataset d) { return wd_filter(d, predicate.c_str()); });
  }
  DataSet filter(const char *predicate) const
  {
    return filter(std::string(predicate));
  }

  // One row of those that are equal in these columns (none: in all).
  template <class... S>
  requires detail::Texts<S...> DataSet distinct(const S &...columns)
  const
  {
    return list(wd_distinct_list, {std::string(columns)...});
  }
  DataSet distinct(Strings columns) const
  {
    return list(wd_distinct_list, std::move(columns));
  }

  // Keys are expressions, then `asc` or `desc`, then `nulls first` or `nulls
  // last`: sort("count desc", "word").
  template <class... S>
  requires detail::Texts<S...> DataSet sort(const S &...keys)
  const
  {
    return list(wd_sort_list, {std::string(keys)...});
  }
  DataSet sort(Strings keys) const
  {
    return list(wd_sort_list, std::move(keys));
  }

  template <class... S>
  requires detail::Texts<S...> DataSet sort_within_partitions(const S &...keys)
  const
  {
    return list(wd_sort_within_partitions_list, {std::string(keys)...});
  }
  DataSet sort_within_partitions(Strings keys) const
  {
    return list(wd_sort_within_partitions_list, std::move(keys));
  }

  DataSet limit(std::uint64_t count) const
  {
    return make([&](wd_dataset d) { return wd_limit(d, count); });
  }

  // Skips `offset` rows, then keeps `count`.
  DataSet slice(std::uint64_t offset, std::uint64_t count) const
  {
    return make([&](wd_dataset d) { return wd_slice(d, offset, count); });
  }

  // About this fraction of the rows.
  DataSet sample(double fraction, std::uint64_t seed = 0,
                 bool replacement = false) const
  {
    return make([&](wd_dataset d) {
      return wd_sample(d, fraction, replacement, seed);
    });
  }

  // Values of `$name` in expressions: the members of a struct with WD_ROW.
  template <detail::Described T> DataSet with_parameters(const T &values) const
  {
    return make([&](wd_dataset d) {
      wd_rows *row = wd_rows_new(detail::schema_text<T>().c_str());
      if (!row)
        return wd_dataset{nullptr};
      detail::set_row(row, values);
      wd_emit(row);
      return wd_with_parameters(d, row);
    });
  }

  // ---- Two data sets

  // A name that both sides have is written `left.name`, `right.name`.
  DataSet join(const DataSet &right, Join kind,
               const std::string &condition) const
  {
    return detail::make<DataSet>(
        [&](wd_dataset l, wd_dataset r) {
          return wd_join(l, r, static_cast<wd_join_kind>(kind),
                         condition.c_str());
        },
        *this, right);
  }

  // By equality of columns of the same names, each once in the result.
  DataSet join_using(const DataSet &right, Join kind, Strings columns) const
  {
    return detail::make<DataSet>(
        [&](wd_dataset l, wd_dataset r) {
          return wd_join_using_list(l, r, static_cast<wd_join_kind>(kind),
                                    columns.c());
        },
        *this, right);
  }

  // All rows of both; columns are matched by position, or by name.
  DataSet union_all(const DataSet &other, bool by_name = false) const
  {
    return combine(other, WD_UNION_ALL, by_name);
  }
  DataSet union_distinct(const DataSet &other, bool by_name = false) const
  {
    return combine(other, WD_UNION_DISTINCT, by_name);
  }
  DataSet intersect_all(const DataSet &other, bool by_name = false) const
  {
    return combine(other, WD_INTERSECT_ALL, by_name);
  }
  DataSet intersect_distinct(const DataSet &other, bool by_name = false) const
  {
    return combine(other, WD_INTERSECT_DISTINCT, by_name);
  }
  DataSet except_all(const DataSet &other, bool by_name = false) const
  {
    return combine(other, WD_EXCEPT_ALL, by_name);
  }
  DataSet except_distinct(const DataSet &other, bool by_name = false) const
  {
    return combine(other, WD_EXCEPT_DISTINCT, by_name);
  }

  // Side by side, row by row.
  DataSet zip(const DataSet &other) const
  {
    return detail::make<DataSet>(
        [](wd_dataset l, wd_dataset r) { return wd_zip(l, r); }, *this, other);
  }

  // ---- Shape

  // So many partitions, by the hash of these columns, or evenly.
  DataSet repartition(std::uint32_t count, Strings columns = {}) const
  {
    return make([&](wd_dataset d) {
      return wd_repartition_list(d, count, columns.c());
    });
  }

  // Computed at most once, by the first action that needs it.
  DataSet cache(Storage storage = Storage::memory) const
  {
    return make([&](wd_dataset d) {
      return wd_cache(d, static_cast<wd_storage>(storage));
    });
  }

  // Adds a column i64 that counts rows from 0 in their order.
  DataSet with_row_index(const std::string &name) const
  {
    return make(
        [&](wd_dataset d) { return wd_with_row_index(d, name.c_str()); });
  }

  // A row for each element of a list; outer: for an empty one too; position: a
  // column for its index, or "".
  DataSet explode(const std::string &column, bool outer = false,
                  const std::string &position = "") const
  {
    return make([&](wd_dataset d) {
      return wd_explode(d, column.c_str(), outer, position.c_str());
    });
  }

  // Columns to rows: `name` and `value` name the new columns.
  DataSet unpivot(Strings columns, const std::string &name,
                  const std::string &value) const
  {
    return make([&](wd_dataset d) {
      return wd_unpivot(d, columns.c(), name.c_str(), value.c_str());
    });
  }

  // Statistics of these columns (none: of all).
  template <class... S>
  requires detail::Texts<S...> DataSet describe(const S &...columns)
  const
  {
    return list(wd_describe_list, {std::string(columns)...});
  }

  // Streams: the event-time column, and how late a row may be.
  DataSet with_watermark(const std::string &column,
                         std::chrono::milliseconds delay) const
  {
    return make([&](wd_dataset d) {
      return wd_with_watermark(d, column.c_str(),
                               static_cast<std::uint64_t>(delay.count()));
    });
  }

  // ---- Groups

  // Keys are expressions: group_by("origin", "delay / 60 as hours").
  template <class... S>
  requires detail::Texts<S...> Grouped group_by(const S &...keys)
  const;
  Grouped group_by(Strings keys) const;
  template <class... S>
  requires detail::Texts<S...> Grouped rollup(const S &...keys)
  const;
  Grouped rollup(Strings keys) const;
  template <class... S>
  requires detail::Texts<S...> Grouped cube(const S &...keys)
  const;
  Grouped cube(Strings keys) const;

  // Groups by each of the sets, indices into the keys: a key that is not in a
  // set is null in its rows, which `grouping(key)` in a measure tells.
  Grouped grouping_sets(
      Strings keys, const std::vector<std::vector<std::uint32_t>> &sets) const;

  // Measures over all rows: one row, also for no rows.
  template <class... M>
  requires(std::convertible_to<M, Measure> &&...) DataSet
      aggregate(M... measures)
  const
  {
    return aggregate(std::vector<Measure>{Measure(std::move(measures))...});
  }
  DataSet aggregate(std::vector<Measure> measures) const;

  // f(a, b) of all rows, two by two: one row, none for none. The function must
  // be associative and commutative; its rows have all columns.
  template <detail::Callable F> DataSet reduce(F f) const
  {
    return make([&](wd_dataset d) {
      return detail::apply_reduce(
          [d](const wd_reducer *r) { return wd_reduce_all_by(d, r); },
          std::move(f));
    });
  }

  // ---- Lambdas over rows
  //
  // An argument is a struct with WD_ROW (only its columns come), a plain value
  // when the rows have one column, or a wd::Row.

  // f(row) for each row.
  template <detail::Callable F>
  requires RowType<detail::ResultOf<F>>
      DataSet map(F f, Promise promises = detail::no_promise)
  const
  {
    using In = InputOf<F>;
    return apply<In>(std::move(f), promises, [](detail::Spec &spec) {
      spec.l.map_batch = detail::map_rows<F, In>;
      spec.emits(detail::schema_text<detail::ResultOf<F>>());
    });
  }

  // f(row, wd::RowOut) sets the columns of a schema: "a: i64, b: string". One
  // that starts with `*` keeps the columns; setters count after them.
  template <detail::Callable F>
  DataSet map(const std::string &schema, F f,
              Promise promises = detail::no_promise) const
  {
    using In = InputOf<F>;
    return apply<In>(std::move(f), promises, [&](detail::Spec &spec) {
      spec.l.map_batch = detail::map_columns<F, In>;
      spec.emits(schema);
    });
  }

  // Adds the columns of f(row), or replaces those of the same names.
  template <detail::Callable F>
  requires detail::Described<detail::ResultOf<F>>
      DataSet with_columns(F f, Promise promises = detail::no_promise)
  const
  {
    return added<InputOf<F>, detail::ResultOf<F>>(std::move(f), {}, {},
                                                  promises);
  }

  // Adds the column f(row), or replaces the one of that name. A struct is one
  // column, too.
  template <detail::Callable F>
  requires detail::ColumnType<detail::ResultOf<F>> DataSet with_column(
      const std::string &name, F f, Promise promises = detail::no_promise)
  const
  {
    using R = detail::ResultOf<F>;
    using U = std::conditional_t<detail::Described<R>, std::optional<R>, R>;
    return added<InputOf<F>, U>(std::move(f), {}, name, promises);
  }

  // The same by a function of these columns' values: with_column("gap", f,
  // "x", "y"). A null for an argument that is not std::optional gives null.
  template <detail::Callable F, class... S>
  requires(detail::ColumnType<detail::ResultOf<F>> &&detail::Texts<S...> &&
           sizeof...(S) > 0) DataSet
      with_column(const std::string &name, F f, const S &...columns)
  const
  {
    static_assert(sizeof...(S) == detail::Signature<F>::count,
                  "as many columns as the function has arguments");
    using U = std::optional<detail::value_of<detail::ResultOf<F>>>;
    return added<ValuesOf<F>, U>(std::move(f), {std::string(columns)...}, name,
                                 detail::no_promise);
  }

  // The rows for which f(row), a bool or std::optional of it, is true.
  template <detail::Callable F>
  DataSet filter(F f, Promise promises = detail::no_promise) const
  {
    using In = InputOf<F>;
    return apply<In>(std::move(f), promises, [](detail::Spec &spec) {
      spec.l.filter_batch = detail::keep_rows<F, In>;
    });
  }

  // Any number of rows for each row: f(row, wd::Emit<U>), or f(row) that
  // returns a range of U.
  template <detail::Callable F>
  DataSet flat_map(F f, Promise promises = detail::no_promise) const
  {
    using In = InputOf<F>;
    return apply<In>(std::move(f), promises, [](detail::Spec &spec) {
      spec.l.flat_map = detail::expand_row<F, In>;
      spec.emits(detail::schema_text<typename detail::Expanded<F>::type>());
    });
  }

  // f(row, wd::RowOut) sets the columns of a schema and emits.
  template <detail::Callable F>
  DataSet flat_map(const std::string &schema, F f,
                   Promise promises = detail::no_promise) const
  {
    using In = InputOf<F>;
    return apply<In>(std::move(f), promises, [&](detail::Spec &spec) {
      spec.l.flat_map = detail::expand_columns<F, In>;
      spec.emits(schema);
    });
  }

  // ---- Lambdas over batches (batch.hpp)

  // f(const In &, Out &): columns in, columns out.
  template <detail::Callable F>
  DataSet map_batch(F f, Promise promises = detail::no_promise) const
  {
    return make([&](wd_dataset d) {
      return detail::apply_whole<ColumnsOf<F>, detail::Argument<F, 1>>(
          detail::applied(d), std::move(f), promises);
    });
  }

  // The same, the columns of Out beside those of the input.
  template <detail::Callable F>
  DataSet with_columns_batch(F f, Promise promises = detail::no_promise) const
  {
    using In = ColumnsOf<F>;
    using U = detail::Argument<F, 1>;
    return make([&](wd_dataset d) {
      return detail::apply_added<In, U>(detail::applied(d),
                                        new detail::Kept<F>{std::move(f)},
                                        detail::map_whole<F, In, U>, promises);
    });
  }

  // f(const In &, std::span<std::uint8_t> keep): 1 to keep a row, else 0.
  template <detail::Callable F>
  DataSet filter_batch(F f, Promise promises = detail::no_promise) const
  {
    using In = ColumnsOf<F>;
    return apply<In>(std::move(f), promises, [](detail::Spec &spec) {
      spec.l.filter_batch = detail::keep_whole<F, In>;
    });
  }

  // f(const In &, wd::Emit<U>): columns in, rows out.
  template <detail::Callable F>
  DataSet flat_map_batch(F f, Promise promises = detail::no_promise) const
  {
    using In = ColumnsOf<F>;
    return apply<In>(std::move(f), promises, [](detail::Spec &spec) {
      spec.l.flat_map_batch = detail::expand_whole<F, In>;
      spec.emits(
          detail::schema_text<typename detail::Argument<F, 1>::row_type>());
    });
  }

  // ---- Lambdas over partitions
  //
  // Each partition has a copy of the lambda: what it captured by value may
  // change from row to row (`mutable`). One of:
  //   f(row, wd::Emit<U>)                for each row
  //   an object with such an operator(), and with end(wd::Emit<U>), called
  //     after the last row, or begin(index)
  //   wd::Partition{state, row, end}     of three parts
  //   f(std::vector<row>, wd::Emit<U>)   once, with all rows
  template <class F>
  DataSet map_partitions(F f, Promise promises = detail::no_promise) const
  {
    return make([&](wd_dataset d) {
      return detail::apply_partition<detail::PartitionCalls<F>>(
          detail::applied(d), std::move(f), promises);
    });
  }

  // Runs f(row) (and begin, end) for what it counts and logs.
  template <detail::Callable F> Job for_each_partition(F f) const
  {
    using Calls = detail::PartitionCalls<F, detail::ForEachRunner<F>>;
    return run([&](wd_dataset d) {
      wd_job job = {nullptr};
      detail::apply_partition<Calls>(
          [&](const wd_lambda *l) {
            job = wd_for_each(d, l);
            return wd_dataset{nullptr}; // nothing holds the lambda longer
          },
          std::move(f), detail::no_promise);
      return job;
    });
  }

  // ---- What it is

  // The columns. Binds the lambdas on a view of memory that is discarded.
  Result<Schema> schema() const
  {
    if (failure())
      return failure();
    detail::Returning returning;
    wd_schema *schema = wd_schema_of(c());
    if (!schema)
      return detail::last_failure();
    Schema fields = detail::schema_of(*schema);
    std::free(schema);
    return fields;
  }

  // Prints `name type` lines to stdout.
  Status print_schema() const
  {
    Result<Schema> fields = schema();
    if (fields.failure())
      return fields.failure();
    for (const Field &f : *fields)
      std::printf("%s %s%s\n", f.name.c_str(), f.type.c_str(),
                  f.nullable ? "" : " not null");
    return {};
  }

  // The plan: "text", "json", "dot", "mermaid", "sql".
  Result<std::string> explain(const std::string &format = "text") const
  {
    if (failure())
      return failure();
    detail::Returning returning;
    char *text = wd_explain(c(), format.c_str());
    if (!text)
      return detail::last_failure();
    std::string plan = text;
    std::free(text);
    return plan;
  }

  // The plan as Substrait.
  Result<bytes> to_plan() const
  {
    if (failure())
      return failure();
    detail::Returning returning;
    std::size_t size;
    void *plan = wd_to_plan(c(), &size);
    if (!plan)
      return detail::last_failure();
    const std::byte *data = static_cast<const std::byte *>(plan);
    bytes whole(data, data + size);
    std::free(plan);
    return whole;
  }

  // ---- Actions

  // The rows, as values of T: for (const Flight &f : flights.collect<Flight>())
  template <class T = Row> Rows<T> collect() const
  {
    return Rows<T>(run([](wd_dataset d) { return wd_collect(d); }));
  }

  // All rows at once; T must own its text.
  template <RowType T> Result<std::vector<T>> to_vector() const
  {
    static_assert(detail::owns<T>,
                  "rows that are kept must own their text: use std::string");
    std::vector<T> all;
    Rows<T> rows = collect<T>();
    while (std::optional<T> row = rows.next())
      all.push_back(std::move(*row));
    if (rows.failure())
      return rows.failure();
    return all;
  }

  // Prints the rows to the program's output, in the format that the user chose;
  // returns when all is printed.
  Status show() const
  {
    return done([](wd_dataset d) { return wd_show(d); });
  }

  // The number of rows.
  Result<std::uint64_t> count() const
  {
    if (failure())
      return failure();
    detail::Returning returning;
    std::uint64_t rows = wd_count(c());
    if (rows == UINT64_MAX)
      return detail::last_failure();
    return rows;
  }

  // The first row, if there is one.
  template <RowType T> Result<std::optional<T>> first() const
  {
    static_assert(detail::owns<T>,
                  "a row that is kept must own its text: use std::string");
    if (failure())
      return failure();
    detail::Returning returning;
    wd_clear_error();
    const wd_row *row = wd_first(c());
    if (!row && wd_last_error())
      return detail::last_failure();
    if (!row)
      return std::optional<T>();
    return detail::row_as<T>(*row);
  }

  // Starts writing to a granted sink, which changes as a whole when the job
  // succeeds. The program's end waits for it; Job::wait does now.
  Job write(const std::string &sink, Mode mode = Mode::create,
            const Options &options = {}, Strings partition_by = {}) const
  {
    Strings list(options);
    return run([&](wd_dataset d) {
      return wd_write_list(d, sink.c_str(), static_cast<wd_write_mode>(mode),
                           partition_by.c(), list.c());
    });
  }

  // Writes and waits, if the sink is granted; false if it is not.
  Result<bool> write_if_granted(const std::string &sink,
                                Mode mode = Mode::overwrite) const
  {
    if (failure())
      return failure();
    Job job = write(sink, mode);
    if (job.failure() && job.failure()->error.code == Code::not_granted) {
      job.failure()->seen = true;
      return false;
    }
    Status status = job.wait();
    if (status.failure())
      return status.failure();
    return true;
  }

  // Writes to the sink (overwriting it) and waits, if it is granted; shows the
  // rows if not.
  Status write_or_show(const std::string &sink) const
  {
    Result<bool> written = write_if_granted(sink);
    if (written.failure())
      return written.failure();
    return *written ? Status() : show();
  }

  // Runs; the rows become a table of the program's own, for read and SQL.
  Job temp_table(const std::string &name, Mode mode = Mode::create) const
  {
    return run([&](wd_dataset d) {
      return wd_temp_table(d, name.c_str(), static_cast<wd_write_mode>(mode));
    });
  }

private:
  template <class F> using InputOf = detail::RowInput<detail::Argument<F, 0>>;
  template <class F>
  using ColumnsOf = detail::ColumnsInput<detail::Argument<F, 0>>;
  template <class F>
  using ValuesOf =
      typename detail::ValuesOf<typename detail::Signature<F>::arguments>::type;

  template <class Call> DataSet make(Call call) const
  {
    return detail::make<DataSet>(call, *this);
  }

  DataSet list(wd_dataset (*call)(wd_dataset, const char *const *),
               Strings strings) const
  {
    return make([&](wd_dataset d) { return call(d, strings.c()); });
  }

  DataSet combine(const DataSet &other, wd_set_operation operation,
                  bool by_name) const
  {
    return detail::make<DataSet>(
        [&](wd_dataset l, wd_dataset r) {
          return wd_combine(l, r, operation, by_name);
        },
        *this, other);
  }

  template <class Call> Job run(Call call) const
  {
    return detail::make<Job>(call, *this);
  }

  template <class Call> Status done(Call call) const
  {
    if (failure())
      return failure();
    detail::Returning returning;
    if (call(c()))
      return {};
    return detail::last_failure();
  }

  template <class In, class F, class Fill>
  DataSet apply(F f, Promise promises, Fill fill) const
  {
    return make([&](wd_dataset d) {
      return detail::apply_rows<In>(detail::applied(d), std::move(f), promises,
                                    fill);
    });
  }

  template <class In, class U, class F>
  DataSet added(F f, std::vector<std::string> columns, std::string name,
                Promise promises) const
  {
    return make([&](wd_dataset d) {
      return detail::apply_added<In, U>(detail::applied(d),
                                        new detail::Kept<F>{std::move(f),
                                                            std::move(columns),
                                                            std::move(name)},
                                        detail::add_rows<F, In, U>, promises);
    });
  }
};

} // namespace wd

#include <wasidata/grouped.hpp>

#endif
