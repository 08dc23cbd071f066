// User aggregates: a class whose objects are states.
//
//   struct Mean {
//     double sum = 0;
//     std::int64_t rows = 0;
//
//     void update(double x) { sum += x; rows++; }
//     void combine(const Mean &other) { sum += other.sum; rows += other.rows; }
//     std::optional<double> finish() const;
//   };
//
//   sales.group_by("shop").aggregate(wd::measure("mean", Mean(), "price"));
//
// A state begins as a copy of the object that was given, so members can also
// be settings. The arguments of update are the measure's columns; rows with a
// null for an argument that is not std::optional are left out. States travel
// as bytes: a class that holds strings, vectors or maps says which of its
// members make it up, by WD_STATE(sum, rows), and is default constructible.
#ifndef WASIDATA_AGGREGATE_HPP
#define WASIDATA_AGGREGATE_HPP

#include <cstring>
#include <new>

#include <wasidata/lambda.hpp>

#define WD_STATE(...) WD_ROW(__VA_ARGS__)

namespace wd {

// An aggregate of a state and three functions: update(state, value …),
// combine(state, other), finish(state).
template <class S, class U, class C, class F> struct Fold {
  S state;
  U update;
  C combine;
  F finish;
};

template <class S, class U, class C, class F>
Fold(S, U, C, F) -> Fold<S, U, C, F>;

namespace detail {

// ---- States as bytes

class Saver {
  wd_bytes *out_;

public:
  explicit Saver(wd_bytes *out) : out_(out)
  {
  }
  void write(const void *data, std::size_t size)
  {
    wd_save(out_, data, size);
  }
};

class Loader {
  const char *at_;
  const char *end_;

public:
  Loader(const void *data, std::size_t size)
      : at_(static_cast<const char *>(data)), end_(at_ + size)
  {
  }
  void read(void *to, std::size_t size)
  {
    if (size > static_cast<std::size_t>(end_ - at_))
      fail("the bytes of a state end too early");
    if (size)
      std::memcpy(to, at_, size);
    at_ += size;
  }
};

template <class T>
concept Range = requires(const T &t)
{
  typename T::value_type;
  t.begin();
  t.end();
  t.size();
};

// What an element of a container is while it is made.
template <class T> struct Loose {
  using type = T;
};
template <class A, class B> struct Loose<std::pair<const A, B>> {
  using type = std::pair<A, B>;
};

template <class T>
void
save(Saver &to, const T &value);
template <class T>
void
load(Loader &from, T &value);

template <class A, class B>
void
save(Saver &to, const std::pair<A, B> &value)
{
  save(to, value.first);
  save(to, value.second);
}
template <class A, class B>
void
load(Loader &from, std::pair<A, B> &value)
{
  load(from, value.first);
  load(from, value.second);
}

template <class T>
void
save(Saver &to, const std::optional<T> &value)
{
  save(to, value.has_value());
  if (value)
    save(to, *value);
}
template <class T>
void
load(Loader &from, std::optional<T> &value)
{
  bool some;
  load(from, some);
  if (some)
    load(from, value.emplace());
}

template <class T>
void
save(Saver &to, const T &value)
{
  if constexpr (Described<T>) {
    [&]<class... M>(Members<M...>) {
      (save(to, value.*M::pointer), ...);
    }(MembersOf<T>{});
  } else if constexpr (std::is_trivially_copyable_v<T>) {
    to.write(&value, sizeof value);
  } else {
    static_assert(Range<T>,
                  "this part of a state is no number, text or container: say "
                  "what it is made of by WD_STATE");
    save(to, static_cast<std::uint32_t>(value.size()));
    for (const auto &item : value)
      save(to, item);
  }
}

template <class T>
void
load(Loader &from, T &value)
{
  if constexpr (Described<T>) {
    [&]<class... M>(Members<M...>) {
      (load(from, value.*M::pointer), ...);
    }(MembersOf<T>{});
  } else if constexpr (std::is_trivially_copyable_v<T>) {
    from.read(&value, sizeof value);
  } else {
    std::uint32_t count;
    load(from, count);
    for (; count; count--) {
      typename Loose<typename T::value_type>::type item{};
      load(from, item);
      value.insert(value.end(), std::move(item));
    }
  }
}

// ---- What an aggregate is made of

template <class A> struct Aggregation {
  using State = A;
  using Arguments = typename Signature<decltype(&A::update)>::arguments;
  using Output = typename Signature<decltype(&A::finish)>::result;

  static const State &first(const A &a)
  {
    return a;
  }
  template <class... T> static void update(A &, State &state, T &&...values)
  {
    state.update(std::forward<T>(values)...);
  }
  static void combine(A &, State &state, const State &other)
  {
    state.combine(other);
  }
  static Output finish(A &, State &state)
  {
    return state.finish();
  }
};

template <class T> struct Tail;
template <class S, class... A> struct Tail<std::tuple<S, A...>> {
  using type = std::tuple<A...>;
};

template <class S, class U, class C, class F>
struct Aggregation<Fold<S, U, C, F>> {
  using A = Fold<S, U, C, F>;
  using State = S;
  using Arguments = typename Tail<typename Signature<U>::arguments>::type;
  using Output = ResultOf<F>;

  static const State &first(const A &a)
  {
    return a.state;
  }
  template <class... T> static void update(A &a, State &state, T &&...values)
  {
    a.update(state, std::forward<T>(values)...);
  }
  static void combine(A &a, State &state, const State &other)
  {
    a.combine(state, other);
  }
  static Output finish(A &a, State &state)
  {
    return a.finish(state);
  }
};

// The C SDK's functions for an aggregate A.
template <class A> struct AggregateCalls {
  using G = Aggregation<A>;
  using S = typename G::State;
  using In = typename ValuesOf<typename G::Arguments>::type;
  using E = Env<A, In>;
  static constexpr bool plain = std::is_trivially_copyable_v<S>;
  static_assert(alignof(S) <= 16);
  static_assert(ColumnType<typename G::Output>,
                "an aggregate's finish gives a value of a column");

  static A &of(void *env)
  {
    return static_cast<E *>(env)->kept->function;
  }
  static S &at(void *state)
  {
    return *static_cast<S *>(state);
  }

  static void init(void *state, void *env)
  {
    ::new (state) S(G::first(of(env)));
  }
  static void update(void *states, const std::uint32_t *groups,
                     const wd_batch *in, void *env)
  {
    auto &e = *static_cast<E *>(env);
    S *s = static_cast<S *>(states);
    typename In::Reader read(in->columns, e.in);
    each_row(*in, [&](const wd_row &row) {
      if (read.missing(row))
        return;
      S &state = s[groups ? groups[row.index] : 0];
      auto add = [&](auto &&...values) {
        G::update(e.kept->function, state,
                  std::forward<decltype(values)>(values)...);
      };
      read.call(add, row);
    });
  }
  static void combine(void *state, const void *other, void *env)
  {
    G::combine(of(env), at(state), *static_cast<const S *>(other));
  }
  static void finish(const void *state, wd_rows *out, void *env)
  {
    S &s = at(const_cast<void *>(state));
    Type<typename G::Output>::set(out, 0, G::finish(of(env), s));
  }
  static void save(const void *state, wd_bytes *out, void *)
  {
    Saver saver(out);
    detail::save(saver, *static_cast<const S *>(state));
  }
  static void load(void *state, const void *data, std::size_t size, void *env)
  {
    init(state, env);
    at(state).~S();
    S *s = ::new (state) S();
    Loader loader(data, size);
    detail::load(loader, *s);
  }
  static void drop(void *state, void *)
  {
    at(state).~S();
  }

  // The environment is the caller's to keep until the call.
  static wd_aggregator aggregator(const E &env, const std::string &output)
  {
    wd_aggregator a = {};
    a.size = sizeof(S);
    a.init = init;
    a.update_batch = update;
    a.combine = combine;
    a.finish = finish;
    if constexpr (!plain) {
      a.save = save;
      a.load = load;
      a.free = drop;
    }
    a.output = output.c_str();
    a.env = &env;
    a.env_size = sizeof env;
    a.bind = bind_input<A, In>;
    return a;
  }
};

// What a measure computes that is no expression. Kept until a data set takes
// it over.
struct MeasureFunction {
  virtual wd_aggregator make() = 0;
  // What is to be released with the data set, and how.
  virtual std::pair<void *, void (*)(void *)> keep() = 0;

protected:
  ~MeasureFunction() = default;
};

template <class A> struct AggregateFunction final : MeasureFunction {
  using Calls = AggregateCalls<A>;
  A aggregate;
  typename Calls::E env = {};
  std::string output = Type<typename Calls::G::Output>::text();

  explicit AggregateFunction(A a) : aggregate(std::move(a))
  {
  }
  // A copy for each data set.
  wd_aggregator make() override
  {
    env.kept = new Kept<A>{aggregate};
    return Calls::aggregator(env, output);
  }
  std::pair<void *, void (*)(void *)> keep() override
  {
    return {env.kept, Kept<A>::release};
  }
};

} // namespace detail

// One result column of an aggregation.
class Measure {
public:
  // Such as "sum(price * qty) as total".
  Measure(std::string expression) : expression_(std::move(expression))
  {
  }
  Measure(const char *expression) : expression_(expression)
  {
  }
  Measure(std::string name, std::shared_ptr<detail::MeasureFunction> function,
          std::vector<std::string> arguments)
      : name_(std::move(name)), function_(std::move(function)),
        arguments_(std::move(arguments))
  {
  }

  // Only rows for which this is true count.
  Measure where(std::string predicate) const
  {
    Measure m = *this;
    m.filter_ = std::move(predicate);
    return m;
  }

private:
  friend class Grouped;
  std::string name_;
  std::string expression_;
  std::shared_ptr<detail::MeasureFunction> function_;
  std::vector<std::string> arguments_;
  std::string filter_;
};

// A measure by an aggregate, over expressions.
template <class A, class... S>
Measure
measure(std::string name, A aggregate, const S &...arguments)
{
  static_assert(
      sizeof...(S) ==
          std::tuple_size_v<typename detail::Aggregation<A>::Arguments>,
      "as many arguments as the aggregate's update takes");
  return Measure(
      std::move(name),
      std::make_shared<detail::AggregateFunction<A>>(std::move(aggregate)),
      {std::string(arguments)...});
}

} // namespace wd

#endif
