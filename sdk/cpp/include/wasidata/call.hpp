// Functions of any arguments, by name.
#ifndef WASIDATA_CALL_HPP
#define WASIDATA_CALL_HPP

#include <wasidata/define.hpp>

namespace wd {

// Where a function of register_call is called: what is known of its arguments,
// and what it says of them. Valid while `bind` runs.
class Call {
public:
  explicit Call(wd_bind *bind) : bind_(bind)
  {
  }
  std::uint32_t size() const
  {
    return wd_bind_input(bind_)->count;
  }
  // Name, type and whether it may be null, as the C SDK has them.
  const wd_field &argument(std::uint32_t i) const
  {
    return wd_bind_input(bind_)->fields[i];
  }
  // The value of an argument that is known here (a literal, a parameter), empty
  // when it is null or not known, or of a type that T does not read.
  template <class T> std::optional<T> known(std::uint32_t i) const
  {
    wd_row row;
    if (!wd_bind_constant(bind_, i, &row) || wd_is_null(&row, 0))
      return {};
    Result<std::optional<T>> value = detail::row_as<T>(row);
    return value.failure() ? std::optional<T>() : *value;
  }
  // What comes out: a value as an argument is, or a T.
  void returns_like(std::uint32_t i)
  {
    wd_field field = argument(i);
    field.nullable = true;
    wd_bind_output_field(bind_, &field);
  }
  template <class T> void returns()
  {
    wd_bind_output(bind_, detail::schema_text<std::optional<T>>().c_str());
  }
  // It does not take these arguments.
  void refuse(const std::string &why)
  {
    wd_bind_refuse(bind_, WD_INVALID_ARGUMENT, "%s", why.c_str());
  }

private:
  wd_bind *bind_;
};

namespace detail {

// B makes the function from a Call, as it is bound.
template <class B> struct CallOf {
  using F = decltype(std::declval<B &>()(std::declval<Call &>()));
  struct Env {
    Kept<B> *kept;
    F *function;
  };

  static void bind(wd_bind *bind, void *env)
  {
    auto &e = *static_cast<Env *>(env);
    Call call(bind);
    // In a worker, whose bindings stay as long as it does.
    e.function = new F(e.kept->function(call));
  }
  static void map(const wd_row *row, wd_rows *out, void *env)
  {
    (*static_cast<Env *>(env)->function)(*row, *out);
  }
};

// The element of std::span<const T>.
template <class S> struct ElementOfSpan;
template <class T, std::size_t N> struct ElementOfSpan<std::span<T, N>> {
  using type = std::remove_cv_t<T>;
};

template <class F, class T, class U>
void
variadic_rows(const wd_batch *in, wd_rows *out, void *env)
{
  auto &f = (*static_cast<Kept<F> **>(env))->function;
  std::vector<Reader<T>> readers;
  std::vector<T> values(in->count);
  RowWriter<std::optional<U>> write(out, Place<std::optional<U>>::first());
  for (std::uint32_t i = 0; i < in->count; i++)
    readers.emplace_back(in->columns, i);
  each_row(*in, [&](const wd_row &row) {
    bool missing = false;
    for (const Reader<T> &r : readers)
      missing |= r.validity && !wd__bit(r.validity, row.index);
    out->index = row.index;
    if (missing) {
      write(row.index, std::optional<U>());
      return;
    }
    for (std::uint32_t i = 0; i < in->count; i++)
      values[i] = readers[i](row);
    write(row.index, std::optional<U>(f(std::span<const T>(values))));
  });
}

} // namespace detail

// A function of any arguments by name. Where it is called, bind(call) sees how
// many there are, their types and the values of those that are known; it says
// what comes out, or refuses, and returns the function, f(row, out), which is
// given a row of the arguments and sets column 0 as C lambdas do:
//
//   wd::register_call("first_of", [](wd::Call &call) {
//     call.returns_like(0);
//     return [](const wd_row &row, wd_rows &out) { wd_copy(&out, 0, &row, 0);
//     };
//   });
template <class B>
Status
register_call(const std::string &name, B bind, Promise promises = deterministic)
{
  using Of = detail::CallOf<B>;
  // As long as the program.
  typename Of::Env env = {new detail::Kept<B>{std::move(bind)}, nullptr};
  detail::Spec spec;
  spec.captures(env, promises);
  spec.l.bind = Of::bind;
  spec.l.map = Of::map;
  detail::Returning returning;
  if (wd_register_scalar(name.c_str(), nullptr, &spec.l))
    return {};
  return detail::last_failure();
}

// A function of any number of arguments of one type by name:
// f(std::span<const T>) to a value. A null for an argument gives null.
template <detail::Callable F>
Status
register_variadic(const std::string &name, F f,
                  Promise promises = deterministic)
{
  using T = typename detail::ElementOfSpan<detail::Argument<F, 0>>::type;
  using U = detail::value_of<detail::ResultOf<F>>;
  // As long as the program.
  auto *kept = new detail::Kept<F>{std::move(f)};
  detail::Spec spec;
  spec.captures(kept, promises);
  spec.l.map_batch = detail::variadic_rows<F, T, U>;
  spec.emits(detail::schema_text<std::optional<U>>());
  std::string arguments = "x: " + detail::Type<T>::text() + " ...";
  detail::Returning returning;
  if (wd_register_scalar(name.c_str(), arguments.c_str(), &spec.l))
    return {};
  return detail::last_failure();
}

} // namespace wd

#endif
