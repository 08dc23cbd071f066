// Groups: what group_by gives. Included by dataset.hpp; not to be read first.
#ifndef WASIDATA_GROUPED_HPP
#define WASIDATA_GROUPED_HPP

#include <wasidata/dataset.hpp>

namespace wd {

// Groups of the rows of a data set.
class Grouped : public detail::Shared<wd_grouped> {
public:
  using Shared::Shared;

  // A row for each group: the keys, then the measures: "sum(price) as total",
  // or wd::measure(…).
  template <class... M>
  requires(std::convertible_to<M, Measure> &&...) DataSet
      aggregate(M... measures)
  const
  {
    return aggregate(std::vector<Measure>{Measure(std::move(measures))...});
  }
  DataSet aggregate(std::vector<Measure> measures) const
  {
    return detail::make<DataSet>(
        [&](wd_grouped g) {
          return measures_with(measures, [g](const wd_measure *m, size_t n) {
            return wd_aggregate_by(g, m, n);
          });
        },
        *this);
  }

  // f(a, b) of each group's rows, two by two: a row for each group, of the keys
  // that are no columns of the row, then the row.
  template <detail::Callable F> DataSet reduce(F f) const
  {
    return detail::make<DataSet>(
        [&](wd_grouped g) {
          return detail::apply_reduce(
              [g](const wd_reducer *r) { return wd_reduce_by(g, r); },
              std::move(f));
        },
        *this);
  }

  // A lambda as for map_partitions, with a group as the whole.
  template <class F>
  DataSet map_groups(F f, Promise promises = detail::no_promise) const
  {
    return detail::make<DataSet>(
        [&](wd_grouped g) {
          return detail::apply_partition<detail::PartitionCalls<F>>(
              [g](const wd_lambda *l) { return wd_apply_groups(g, l); },
              std::move(f), promises);
        },
        *this);
  }

  // A column for each of the values (literals) of an expression.
  Grouped pivot(const std::string &expression, Strings values) const
  {
    return detail::make<Grouped>(
        [&](wd_grouped g) {
          return wd_pivot(g, expression.c_str(), values.c());
        },
        *this);
  }

private:
  friend class DataSet;

  // Measures as the C SDK takes them; what they hold goes with the result.
  template <class Call>
  static wd_dataset measures_with(const std::vector<Measure> &measures,
                                  Call call)
  {
    std::vector<wd_measure> list;
    std::vector<wd_aggregator> functions(measures.size());
    std::vector<Strings> arguments(measures.size());
    std::vector<std::pair<void *, void (*)(void *)>> kept;
    for (std::size_t i = 0; i < measures.size(); i++) {
      const Measure &m = measures[i];
      wd_measure c = {};
      if (m.function_) {
        functions[i] = m.function_->make();
        kept.push_back(m.function_->keep());
        arguments[i] = Strings(m.arguments_);
        c.name = m.name_.c_str();
        c.function = &functions[i];
        c.arguments = arguments[i].c();
      } else {
        c.expression = m.expression_.c_str();
      }
      c.filter = m.filter_.empty() ? nullptr : m.filter_.c_str();
      list.push_back(c);
    }
    wd_dataset result = call(list.data(), list.size());
    for (auto [memory, release] : kept)
      wd_release_with(result, release, memory);
    return result;
  }
};

template <class... S>
requires detail::Texts<S...> Grouped
DataSet::group_by(const S &...keys)
const
{
  return group_by(Strings{std::string(keys)...});
}

inline Grouped
DataSet::group_by(Strings keys) const
{
  return detail::make<Grouped>(
      [&](wd_dataset d) { return wd_group_by_list(d, keys.c()); }, *this);
}

template <class... S>
requires detail::Texts<S...> Grouped
DataSet::rollup(const S &...keys)
const
{
  return rollup(Strings{std::string(keys)...});
}

inline Grouped
DataSet::rollup(Strings keys) const
{
  return detail::make<Grouped>(
      [&](wd_dataset d) { return wd_rollup_list(d, keys.c()); }, *this);
}

template <class... S>
requires detail::Texts<S...> Grouped
DataSet::cube(const S &...keys)
const
{
  return cube(Strings{std::string(keys)...});
}

inline Grouped
DataSet::cube(Strings keys) const
{
  return detail::make<Grouped>(
      [&](wd_dataset d) { return wd_cube_list(d, keys.c()); }, *this);
}

inline Grouped
DataSet::grouping_sets(
    Strings keys, const std::vector<std::vector<std::uint32_t>> &sets) const
{
  std::vector<wd_key_set> list;
  for (const std::vector<std::uint32_t> &set : sets)
    list.push_back({set.data(), static_cast<std::uint32_t>(set.size())});
  return detail::make<Grouped>(
      [&](wd_dataset d) {
        return wd_grouping_sets(d, keys.c(), list.data(), list.size());
      },
      *this);
}

inline DataSet
DataSet::aggregate(std::vector<Measure> measures) const
{
  return make([&](wd_dataset d) {
    return Grouped::measures_with(measures, [d](const wd_measure *m, size_t n) {
      return wd_aggregate_all_by(d, m, n);
    });
  });
}

} // namespace wd

#endif
