// Lambdas over whole partitions and groups.
#ifndef WASIDATA_PARTITION_HPP
#define WASIDATA_PARTITION_HPP

#include <new>

#include <wasidata/lambda.hpp>

namespace wd {

// A partition lambda of parts: `row(state, row, emit)` for each row, then
// `end(state, emit)`; each partition (or group) has a state of its own, a copy
// of this one.
template <class S, class R, class E> struct Partition {
  S state;
  R row;
  E end;
};

template <class S, class R, class E> Partition(S, R, E) -> Partition<S, R, E>;

namespace detail {

// What runs for one partition: the object is a copy of the lambda, made when
// the partition begins.
//
// A callable `f(row, emit)`, which may have begin(index) and end(emit) beside
// its operator().
template <class F> struct Runner {
  using In = Argument<F, 0>;
  using U = typename Argument<F, 1>::row_type;
  static constexpr bool ends = requires(F & f, Emit<U> &emit)
  {
    f.end(emit);
  };

  F f;

  explicit Runner(const F &from) : f(from)
  {
  }
  void begin(std::uint32_t index)
  {
    if constexpr (requires { f.begin(index); })
      f.begin(index);
  }
  template <class R> void row(const R &read, const wd_row &row, Emit<U> &emit)
  {
    read.call(f, row, emit);
  }
  bool end(Emit<U> &emit)
  {
    if constexpr (ends) {
      if constexpr (std::is_void_v<decltype(f.end(emit))>)
        f.end(emit);
      else
        return f.end(emit);
    }
    return false;
  }
};

template <class S, class R, class E> struct Runner<Partition<S, R, E>> {
  using In = Argument<R, 1>;
  using U = typename Argument<R, 2>::row_type;
  static constexpr bool ends = true;

  S state;
  Partition<S, R, E> *parts;

  explicit Runner(Partition<S, R, E> &from) : state(from.state), parts(&from)
  {
  }
  void begin(std::uint32_t)
  {
  }
  template <class Read>
  void row(const Read &read, const wd_row &row, Emit<U> &emit)
  {
    auto f = [this](const In &in, Emit<U> &to) { parts->row(state, in, to); };
    read.call(f, row, emit);
  }
  bool end(Emit<U> &emit)
  {
    parts->end(state, emit);
    return false;
  }
};

template <class T> constexpr bool owns = true;
template <> inline constexpr bool owns<std::string_view> = false;
template <> inline constexpr bool owns<bytes_view> = false;
template <> inline constexpr bool owns<Row> = false;
template <class T> constexpr bool owns<std::optional<T>> = owns<T>;
template <class T> constexpr bool owns<std::vector<T>> = owns<T>;
template <class T, std::size_t N>
constexpr bool owns<std::array<T, N>> = owns<T>;
template <class K, class V>
constexpr bool owns<std::pair<K, V>> = owns<K> &&owns<V>;
template <KeyedContainer M>
constexpr bool owns<M> =
    owns<typename M::key_type> &&owns<typename M::mapped_type>;
template <class... A>
constexpr bool owns<one_of<A...>> = (owns<typename A::type> && ...);
template <Described T>
constexpr bool owns<T> = []<class... M>(Members<M...>) {
  return (owns<typename M::type> && ...);
}(MembersOf<T>{});

// A callable `f(std::vector<row>, emit)`: all rows at once.
template <class F, class T> struct GatheringRunner {
  static_assert(owns<T>, "rows that are gathered must own their text: use "
                         "std::string, not std::string_view");
  using In = T;
  using U = typename Argument<F, 1>::row_type;
  static constexpr bool ends = true;

  F f;
  std::vector<T> rows = {};

  explicit GatheringRunner(const F &from) : f(from)
  {
  }
  void begin(std::uint32_t)
  {
  }
  template <class R> void row(const R &read, const wd_row &row, Emit<U> &)
  {
    auto keep = [this](T &&value) { rows.push_back(std::move(value)); };
    read.call(keep, row);
  }
  bool end(Emit<U> &emit)
  {
    f(std::move(rows), emit);
    return false;
  }
};

template <class F, class A> struct RunnerFor {
  using type = Runner<F>;
};
template <class F, class T> struct RunnerFor<F, std::vector<T>> {
  using type = GatheringRunner<F, T>;
};
template <class F> struct RunnerOf : RunnerFor<F, Argument<F, 0>> {
};
template <class S, class R, class E> struct RunnerOf<Partition<S, R, E>> {
  using type = Runner<Partition<S, R, E>>;
};

// Rows without columns: what comes out of a for_each.
struct Nothing {
  WD_ROW()
};

// A callable `f(row)`, which may have begin(index) and end().
template <class F> struct ForEachRunner {
  using In = Argument<F, 0>;
  using U = Nothing;
  static constexpr bool ends = requires(F & f)
  {
    f.end();
  };

  F f;

  explicit ForEachRunner(const F &from) : f(from)
  {
  }
  void begin(std::uint32_t index)
  {
    if constexpr (requires { f.begin(index); })
      f.begin(index);
  }
  template <class R> void row(const R &read, const wd_row &row, Emit<U> &)
  {
    read.call(f, row);
  }
  bool end(Emit<U> &)
  {
    if constexpr (ends)
      f.end();
    return false;
  }
};

// The C SDK's functions for a lambda F: a Runner lives in each state.
template <class F, class Run = typename RunnerOf<F>::type>
struct PartitionCalls {
  using In = RowInput<typename Run::In>;
  using U = typename Run::U;
  using E = Env<F, In>;
  static_assert(alignof(Run) <= 16);

  static Run &run(void *state)
  {
    return *static_cast<Run *>(state);
  }
  static void open(void *state, std::uint32_t index, void *env)
  {
    Run *r = ::new (state) Run(static_cast<E *>(env)->kept->function);
    r->begin(index);
  }
  static void row(void *state, const wd_row *row, wd_rows *out, void *env)
  {
    typename In::Reader read(row->columns, static_cast<E *>(env)->in);
    Emit<U> emit(out);
    run(state).row(read, *row, emit);
  }
  static bool end(void *state, wd_rows *out, void *)
  {
    Emit<U> emit(out);
    return run(state).end(emit);
  }
  static void close(void *state, void *)
  {
    run(state).~Run();
  }
  static wd_partition_fn functions()
  {
    wd_partition_fn f = {};
    f.size = sizeof(Run);
    f.open = open;
    f.row = row;
    f.end = Run::ends ? end : nullptr;
    f.close = close;
    return f;
  }
};

} // namespace detail
} // namespace wd

#endif
