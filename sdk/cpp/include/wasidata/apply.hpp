// From a callable to a call of the C SDK: lambdas with what they captured on
// the program's heap, released with the last data set that was made with them.
#ifndef WASIDATA_APPLY_HPP
#define WASIDATA_APPLY_HPP

#include <wasidata/batch.hpp>
#include <wasidata/partition.hpp>
#include <wasidata/reduce.hpp>

namespace wd::detail {

// A wd_lambda and what it points to until the call.
struct Spec {
  wd_lambda l = {};
  std::string output = {};
  wd_partition_fn partition = {};

  void emits(std::string schema)
  {
    output = std::move(schema);
    l.output = output.c_str();
  }
  template <class E> void captures(const E &env, Promise promises)
  {
    l.env = &env;
    l.env_size = sizeof env;
    l.promises = promises;
  }
};

inline auto
applied(wd_dataset d)
{
  return [d](const wd_lambda *l) { return wd_apply(d, l); };
}

// `call` applies a wd_lambda to a handle; `fill` says which function it is and
// what comes out.
template <class In, class Call, class F, class Fill>
wd_dataset
apply_rows(Call call, F f, Promise promises, Fill fill)
{
  auto *kept = new Kept<F>{std::move(f)};
  Env<F, In> env = {kept, {}};
  Spec spec;
  spec.captures(env, promises);
  spec.l.bind = bind_input<F, In>;
  fill(spec);
  wd_dataset result = call(&spec.l);
  wd_release_with(result, Kept<F>::release, kept);
  return result;
}

// A map that keeps the columns: `kept` has names of columns, too.
template <class In, class U, class Call, class F>
wd_dataset
apply_added(Call call, Kept<F> *kept, wd_batch_fn *function, Promise promises)
{
  AddEnv<F, In, U> env = {};
  env.kept = kept;
  if constexpr (requires { env.in.names; })
    env.in.names = &kept->names;
  Spec spec;
  spec.captures(env, promises);
  spec.l.bind = bind_add<F, In, U>;
  spec.l.map_batch = function;
  wd_dataset result = call(&spec.l);
  wd_release_with(result, Kept<F>::release, kept);
  return result;
}

// A map_batch.
template <class In, class U, class Call, class F>
wd_dataset
apply_whole(Call call, F f, Promise promises)
{
  auto *kept = new Kept<F>{std::move(f)};
  AddEnv<F, In, U> env = {};
  env.kept = kept;
  env.place = Place<U>::first();
  Spec spec;
  spec.captures(env, promises);
  spec.l.bind = bind_input<F, In>;
  spec.l.map_batch = map_whole<F, In, U>;
  spec.emits(schema_text<U>());
  wd_dataset result = call(&spec.l);
  wd_release_with(result, Kept<F>::release, kept);
  return result;
}

// A partition lambda; `call` starts what runs it.
template <class Calls, class Call, class F>
wd_dataset
apply_partition(Call call, F f, Promise promises)
{
  return apply_rows<typename Calls::In>(
      call, std::move(f), promises, [](Spec &spec) {
        spec.partition = Calls::functions();
        spec.l.partition = &spec.partition;
        spec.emits(schema_text<typename Calls::U>());
      });
}

// A reduction; `call` applies a wd_reducer to a handle.
template <class Call, class F>
wd_dataset
apply_reduce(Call call, F f)
{
  using T = ResultOf<F>;
  static_assert(RowType<T> && Signature<F>::count == 2,
                "a reduce is f(a, b), of two rows to such a row");
  auto *kept = new Kept<F>{std::move(f)};
  ReduceEnv<F, T> env = {kept, {}};
  wd_reducer reducer = {reduce_row<F, T>, &env, sizeof env, reduce_bind<F, T>};
  wd_dataset result = call(&reducer);
  wd_release_with(result, Kept<F>::release, kept);
  return result;
}

} // namespace wd::detail

#endif
