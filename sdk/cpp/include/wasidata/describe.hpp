// Structs as rows: WD_ROW in a struct names its columns.
//
//   struct Order {
//     std::int64_t id;
//     std::optional<std::string> note;
//     wd::decimal<10, 2> price;
//     WD_ROW(id, note, (price, "unit price"))
//   };
//
// A member is the column of its name, or of the one that stands beside it in
// brackets. The struct stays an aggregate: `Order{1, "soon", 5}`. Members that
// are not named are no columns. A struct that derives from a row has its
// columns too, in front:
//
//   struct Keyed : Order {
//     std::int64_t key;
//     WD_ROW_AFTER(Order, key)
//   };
#ifndef WASIDATA_DESCRIBE_HPP
#define WASIDATA_DESCRIBE_HPP

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

namespace wd::detail {

// A text as an argument of a template.
template <std::size_t N> struct Name {
  char text[N];

  constexpr Name(const char (&from)[N])
  {
    for (std::size_t i = 0; i < N; i++)
      text[i] = from[i];
  }
};

template <class T> struct MemberOf;
template <class C, class T> struct MemberOf<T C::*> {
  using type = T;
};

// A column of a struct: its name and the pointer to its member.
template <Name N, auto M> struct Member {
  static constexpr const char *name = N.text;
  static constexpr auto pointer = M;
  using type = typename MemberOf<decltype(M)>::type;
};

template <class... M> struct Members {
  static constexpr std::size_t count = sizeof...(M);
};

template <class A, class B> struct Joined;
template <class... A, class... B> struct Joined<Members<A...>, Members<B...>> {
  using type = Members<A..., B...>;
};

template <class T>
using MembersOf = decltype(std::declval<const T &>().wd__members());

// What WD_ROW was written in.
template <class T>
concept Described = std::is_class_v<T> && requires(const T &t)
{
  t.wd__members();
};

// The name of a type, for messages.
template <class T>
constexpr std::string_view
type_name()
{
  std::string_view name = __PRETTY_FUNCTION__;
  std::size_t at = name.find("T = ") + 4;
  name = name.substr(at, name.rfind(']') - at);
  for (std::string_view space : {"(anonymous namespace)::", "main()::"})
    if (name.starts_with(space))
      name.remove_prefix(space.size());
  return name;
}

} // namespace wd::detail

#define WD__PARENS ()
#define WD__EXPAND(...) WD__EXPAND2(WD__EXPAND2(WD__EXPAND2(__VA_ARGS__)))
#define WD__EXPAND2(...) WD__EXPAND1(WD__EXPAND1(WD__EXPAND1(__VA_ARGS__)))
#define WD__EXPAND1(...) WD__EXPAND0(WD__EXPAND0(WD__EXPAND0(__VA_ARGS__)))
#define WD__EXPAND0(...) __VA_ARGS__

// WD__EACH(m, a, b, …): m(a), m(b), …
#define WD__EACH(m, ...) __VA_OPT__(WD__EXPAND(WD__EACH_NEXT(m, __VA_ARGS__)))
#define WD__EACH_NEXT(m, a, ...)                                               \
  m(a) __VA_OPT__(, WD__EACH_AGAIN WD__PARENS(m, __VA_ARGS__))
#define WD__EACH_AGAIN() WD__EACH_NEXT

#define WD__SECOND(a, b, ...) b
#define WD__SECOND_OF(...) WD__SECOND(__VA_ARGS__)
#define WD__PROBE(...) ~, 1
#define WD__IN_BRACKETS(a) WD__SECOND_OF(WD__PROBE a, 0, ~)
#define WD__JOIN(a, b) WD__JOIN_(a, b)
#define WD__JOIN_(a, b) a##b

#define WD__MEMBER(a) WD__JOIN(WD__MEMBER_, WD__IN_BRACKETS(a))(a)
#define WD__MEMBER_0(a) ::wd::detail::Member<#a, &Self::a>
#define WD__MEMBER_1(a) WD__MEMBER_NAMED a
#define WD__MEMBER_NAMED(a, name) ::wd::detail::Member<name, &Self::a>

#define WD_ROW(...)                                                            \
  auto wd__members() const                                                     \
  {                                                                            \
    using Self [[maybe_unused]] = ::std::remove_cvref_t<decltype(*this)>;      \
    return ::wd::detail::Members<WD__EACH(WD__MEMBER, __VA_ARGS__)>{};         \
  }

#define WD_ROW_AFTER(base, ...)                                                \
  auto wd__members() const                                                     \
  {                                                                            \
    using Self [[maybe_unused]] = ::std::remove_cvref_t<decltype(*this)>;      \
    return typename ::wd::detail::Joined<                                      \
        ::wd::detail::MembersOf<base>,                                         \
        ::wd::detail::Members<WD__EACH(WD__MEMBER, __VA_ARGS__)>>::type{};     \
  }

#endif
