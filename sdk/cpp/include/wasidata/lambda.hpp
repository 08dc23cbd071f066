// Lambdas over rows: how a callable becomes what the C SDK calls.
#ifndef WASIDATA_LAMBDA_HPP
#define WASIDATA_LAMBDA_HPP

#include <concepts>
#include <functional>
#include <type_traits>

#include <wasidata/row.hpp>

namespace wd {

// What a lambda promises; `deterministic | total`.
enum Promise : unsigned {
  deterministic = WD_DETERMINISTIC, // equal input, equal output
  total = WD_TOTAL,                 // fails on no input
  strict = WD_STRICT, // a null in a row gives a row of nulls, uncalled
};

constexpr Promise
operator|(Promise a, Promise b)
{
  return static_cast<Promise>(static_cast<unsigned>(a) |
                              static_cast<unsigned>(b));
}

namespace detail {

constexpr Promise no_promise{};

// Result and arguments of a function or of an object with one operator().
template <class F> struct Signature;
template <class F>
requires requires
{
  &F::operator();
}
struct Signature<F> : Signature<decltype(&F::operator())> {};
template <class R, class... A> struct Signature<R (*)(A...)> {
  using result = std::remove_cvref_t<R>;
  using arguments = std::tuple<A...>;
  static constexpr std::size_t count = sizeof...(A);
};
template <class R, class... A>
struct Signature<R (*)(A...) noexcept> : Signature<R (*)(A...)> {
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...)> : Signature<R (*)(A...)> {
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const> : Signature<R (*)(A...)> {
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) noexcept> : Signature<R (*)(A...)> {
};
template <class R, class C, class... A>
struct Signature<R (C::*)(A...) const noexcept> : Signature<R (*)(A...)> {
};

// A callable whose arguments are known: no `auto` among them.
template <class F>
concept Callable = requires
{
  typename Signature<F>::arguments;
};

template <class F> using ResultOf = typename Signature<F>::result;

template <class F, std::size_t I>
using Argument = std::remove_cvref_t<
    std::tuple_element_t<I, typename Signature<F>::arguments>>;

template <class T> constexpr bool is_emit = false;
template <class U> constexpr bool is_emit<Emit<U>> = true;

// ---- What a lambda's argument is read from
//
// An input is a part of the environment of a lambda, which the C SDK copies for
// each binding: bind() finds columns, a Reader gets what call() passes on.

// Whether its values lie in arrays: then direct() and call_at() or at().
template <class R> constexpr bool reads_arrays = false;
template <class R>
requires requires
{
  R::arrays;
}
constexpr bool reads_arrays<R> = R::arrays;

// A struct, a plain value, or any row as it is.
template <class T> struct RowInput {
  Place<T> place;

  void find(Finder &finder)
  {
    find_columns(place, finder);
  }
  // Only these columns shall come.
  void want(wd_bind *bind)
  {
    if constexpr (Described<T>)
      for (std::uint32_t &at : place.at)
        at = wd_bind_column(bind, wd_bind_input(bind)->fields[at].name);
  }

  struct Reader {
    RowReader<T> read;

    Reader(const wd_column *columns, const RowInput &in)
        : read(columns, in.place)
    {
    }
    template <class F, class... More>
    decltype(auto) call(F &f, const wd_row &row, More &&...more) const
    {
      return f(read(row), std::forward<More>(more)...);
    }

    static constexpr bool arrays = reads_arrays<RowReader<T>>;
    bool direct() const requires arrays
    {
      return read.direct();
    }
    template <class F>
    decltype(auto) call_at(F &f, std::uint32_t row) const requires arrays
    {
      return f(read.at(row));
    }
  };
};

// Columns by name, each an argument; or all there are, in their order.
template <class... A> struct ValuesInput {
  const std::vector<std::string> *names; // NULL: by position
  std::array<std::uint32_t, sizeof...(A)> at;

  void find(Finder &finder)
  {
    std::uint32_t i = 0;
    if (!names && finder.schema.count != sizeof...(A))
      finder.why = "the function takes " + std::to_string(sizeof...(A)) +
                   " arguments and was given " +
                   std::to_string(finder.schema.count);
    auto one = [&]<class T>(T *) {
      std::string whose = "argument " + std::to_string(i + 1);
      at[i] = names ? finder.find((*names)[i].c_str(), whose) : i;
      if (at[i] != UINT32_MAX)
        finder.check<T>(at[i], whose);
      i++;
    };
    (one(static_cast<A *>(nullptr)), ...);
  }
  void want(wd_bind *bind)
  {
    for (std::uint32_t &i : at)
      if (names)
        i = wd_bind_column(bind, wd_bind_input(bind)->fields[i].name);
  }

  struct Reader {
    std::tuple<detail::Reader<A>...> readers;

    Reader(const wd_column *columns, const ValuesInput &in)
        : Reader(columns, in, std::index_sequence_for<A...>())
    {
    }
    template <std::size_t... I>
    Reader(const wd_column *columns, const ValuesInput &in,
           std::index_sequence<I...>)
        : readers(detail::Reader<A>(columns, in.at[I])...)
    {
    }

    // A null for an argument that cannot be null.
    bool missing(const wd_row &row) const
    {
      return std::apply(
          [&](const auto &...r) { return (lacks(r, row) || ...); }, readers);
    }
    template <class T>
    static bool lacks(const detail::Reader<T> &r, const wd_row &row)
    {
      return !is_optional<T> && r.validity && !wd__bit(r.validity, row.index);
    }
    static constexpr bool arrays = (detail::Reader<A>::arrays && ...);
    bool direct() const
    {
      return std::apply([](const auto &...r) { return (r.direct() && ...); },
                        readers);
    }
    template <class F>
    decltype(auto) call_at(F &f, std::uint32_t row) const requires arrays
    {
      return std::apply(
          [&](const auto &...r) -> decltype(auto) { return f(r.at(row)...); },
          readers);
    }
    template <class F, class... More>
    decltype(auto) call(F &f, const wd_row &row, More &&...more) const
    {
      return std::apply(
          [&](const auto &...r) -> decltype(auto) {
            return f(r(row)..., std::forward<More>(more)...);
          },
          readers);
    }
  };
};

template <class T> struct ValuesOf;
template <class... A> struct ValuesOf<std::tuple<A...>> {
  using type = ValuesInput<std::remove_cvref_t<A>...>;
};

// ---- What is kept for a lambda

// On the program's heap, as long as data sets made with it live.
template <class F> struct Kept {
  F function;
  std::vector<std::string> names = {};
  std::string name = {}; // of the column that comes out

  static void release(void *kept)
  {
    delete static_cast<Kept *>(kept);
  }
};

template <class F, class In> struct Env {
  Kept<F> *kept;
  In in;
};

// Whether all was found; else the bind fails with what was not.
inline bool
found(wd_bind *bind, const Finder &finder)
{
  if (!finder.why.empty())
    wd_bind_refuse(bind, static_cast<wd_code>(finder.code), "%s",
                   finder.why.c_str());
  return finder.why.empty();
}

template <class F, class In>
void
bind_input(wd_bind *bind, void *env)
{
  In &in = static_cast<Env<F, In> *>(env)->in;
  Finder finder{*wd_bind_input(bind)};
  in.find(finder);
  if (found(bind, finder))
    in.want(bind);
}

// The rows of a batch.
template <class Each>
void
each_row(const wd_batch &batch, Each each)
{
  wd_row row = {batch.columns, batch.count, 0};
  for (; row.index < batch.rows; row.index++)
    each(row);
}

// The loop of columns that are arrays: without a wd_row, which would lie in
// memory, index and all. False: these are not.
template <class R, class F, class Write>
bool
each_direct(const wd_batch &batch, const R &read, F &f, wd_rows *out,
            Write write)
{
  if constexpr (reads_arrays<R>) {
    if (!read.direct())
      return false;
    std::uint32_t rows = batch.rows;
    for (std::uint32_t i = 0; i < rows; i++) {
      if constexpr (!Write::arrays)
        out->index = i;
      write(i, read.call_at(f, i));
    }
    return true;
  }
  (void)batch, (void)read, (void)f, (void)out, (void)write;
  return false;
}

// ---- map

template <class F, class In>
void
map_rows(const wd_batch *in, wd_rows *out, void *env)
{
  using U = ResultOf<F>;
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(in->columns, e.in);
  RowWriter<U> write(out, Place<U>::first());
  F &f = e.kept->function;
  if (each_direct(*in, read, f, out, write))
    return;
  each_row(*in, [&](const wd_row &row) {
    out->index = row.index;
    write(row.index, read.call(f, row));
  });
}

// With a schema as text: the function sets columns.
template <class F, class In>
void
map_columns(const wd_batch *in, wd_rows *out, void *env)
{
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(in->columns, e.in);
  RowOut to(out);
  each_row(*in, [&](const wd_row &row) {
    out->index = row.index;
    read.call(e.kept->function, row, to);
  });
}

// ---- maps that keep the columns

template <class F, class In, class U> struct AddEnv : Env<F, In> {
  Place<U> place; // of the new columns among those that we give
};

// The names of U's columns.
template <class U>
std::vector<std::string_view>
names_of(const std::string &name)
{
  if constexpr (Described<U>)
    return []<class... M>(Members<M...>) {
      return std::vector<std::string_view>{M::name...};
    }(MembersOf<U>{});
  else
    return {name};
}

// Which of the new columns takes the place of an input column; count: none.
template <class U>
std::size_t
replaces(const Place<U> &place, std::uint32_t column)
{
  std::size_t i = 0;
  while (i < width<U> && place.at[i] != column)
    i++;
  return i;
}

// The output: the input's columns, those of the same names replaced, then the
// other new ones.
template <class U>
void
bind_added(wd_bind *bind, const std::string &name, Place<U> &place)
{
  Finder finder{*wd_bind_input(bind)};
  std::vector<std::string_view> names = names_of<U>(name);
  std::vector<std::string> texts = field_texts<U>(name);
  Place<U> found;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < names.size(); i++)
    found.at[i] = finder.find(std::string(names[i]).c_str(), "");
  auto give = [&](std::size_t i) {
    place.at[i] = next++;
    wd_bind_output(bind, texts[i].c_str());
  };
  for (std::uint32_t c = 0; c < finder.schema.count; c++)
    if (std::size_t i = replaces(found, c); i < names.size())
      give(i);
    else
      wd_bind_pass(bind, c);
  for (std::size_t i = 0; i < names.size(); i++)
    if (found.at[i] == UINT32_MAX)
      give(i);
}

template <class F, class In, class U>
void
bind_add(wd_bind *bind, void *env)
{
  auto &e = *static_cast<AddEnv<F, In, U> *>(env);
  Finder finder{*wd_bind_input(bind)};
  e.in.find(finder);
  if (!found(bind, finder))
    return;
  e.in.want(bind);
  bind_added<U>(bind, e.kept->name, e.place);
}

// A function's value for a row; null where an argument cannot be.
template <class U, class F, class R>
U
value_for(F &f, const R &read, const wd_row &row)
{
  if constexpr (requires { read.missing(row); })
    if (read.missing(row))
      return U();
  return read.call(f, row);
}

template <class F, class In, class U>
void
add_rows(const wd_batch *in, wd_rows *out, void *env)
{
  auto &e = *static_cast<AddEnv<F, In, U> *>(env);
  typename In::Reader read(in->columns, e.in);
  RowWriter<U> write(out, e.place);
  F &f = e.kept->function;
  if (each_direct(*in, read, f, out, write))
    return;
  each_row(*in, [&](const wd_row &row) {
    out->index = row.index;
    write(row.index, value_for<U>(f, read, row));
  });
}

// ---- filter

inline bool
is_true(bool keep)
{
  return keep;
}
inline bool
is_true(const std::optional<bool> &keep)
{
  return keep.value_or(false);
}

struct KeepWriter {
  static constexpr bool arrays = true;
  std::uint8_t *keep;

  template <class T> void operator()(std::uint32_t row, const T &value) const
  {
    keep[row] = is_true(value);
  }
};

template <class F, class In>
void
keep_rows(const wd_batch *in, std::uint8_t *keep, void *env)
{
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(in->columns, e.in);
  F &f = e.kept->function;
  if (each_direct(*in, read, f, nullptr, KeepWriter{keep}))
    return;
  each_row(*in, [&](const wd_row &row) {
    if constexpr (requires { read.missing(row); })
      keep[row.index] = !read.missing(row) && is_true(read.call(f, row));
    else
      keep[row.index] = is_true(read.call(f, row));
  });
}

// ---- flat_map

// What the rows are that come out: of Emit<U>, or of a range of them.
template <class F> struct Expanded {
  using type = typename ResultOf<F>::value_type;
};
template <class F>
requires(Signature<F>::count > 1) struct Expanded<F> {
  using type = typename Argument<F, Signature<F>::count - 1>::row_type;
};

template <class F, class In>
void
expand_row(const wd_row *row, wd_rows *out, void *env)
{
  using U = typename Expanded<F>::type;
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(row->columns, e.in);
  Emit<U> emit(out);
  if constexpr (Signature<F>::count > 1)
    read.call(e.kept->function, *row, emit);
  else
    for (auto &&value : read.call(e.kept->function, *row))
      emit(value);
}

// With a schema as text: the function sets columns and emits.
template <class F, class In>
void
expand_columns(const wd_row *row, wd_rows *out, void *env)
{
  auto &e = *static_cast<Env<F, In> *>(env);
  typename In::Reader read(row->columns, e.in);
  RowOut to(out);
  read.call(e.kept->function, *row, to);
}

} // namespace detail
} // namespace wd

#endif
