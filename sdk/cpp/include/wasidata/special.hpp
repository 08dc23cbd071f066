// Times of day, intervals, UUIDs, fixed binaries, enumerations, whole numbers
// of 38 digits: C++ types as the types of columns.
//
//   wd::time_of_day<D>, D one of s, ms, us, ns     time(D)
//   wd::interval                                   interval
//   wd::uuid                                       uuid
//   std::array<std::byte, N>                       fixedbinary(N)
//   wd::int128                                     decimal(38, 0)
//   an enum with WD_ENUM                           enum('…', …)
#ifndef WASIDATA_SPECIAL_HPP
#define WASIDATA_SPECIAL_HPP

#include <algorithm>
#include <bit>
#include <cstring>

#include <wasidata/find.hpp>

namespace wd {

using int128 = detail::int128;

// A time of day, 24:00:00 the last.
template <class D = std::chrono::microseconds>
requires(detail::unit_of<D> >= 0) struct time_of_day {
  D since_midnight = {};

  friend bool operator==(const time_of_day &, const time_of_day &) = default;
  friend bool operator<(const time_of_day &a, const time_of_day &b)
  {
    return a.since_midnight < b.since_midnight;
  }
};

// A length of time in the calendar; the parts have signs of their own.
struct interval {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::chrono::nanoseconds time = {};

  friend bool operator==(const interval &, const interval &) = default;
};

struct uuid {
  std::array<std::uint8_t, 16> bytes = {};

  friend bool operator==(const uuid &, const uuid &) = default;
  friend bool operator<(const uuid &a, const uuid &b)
  {
    return a.bytes < b.bytes;
  }

  // 8-4-4-4-12 hexadecimal digits.
  static std::optional<uuid> parse(std::string_view text)
  {
    wd_uuid from;
    uuid made;
    if (!wd_uuid_parse({text.data(), static_cast<std::uint32_t>(text.size())},
                       &from))
      return std::nullopt;
    std::copy(from.bytes, from.bytes + 16, made.bytes.begin());
    return made;
  }
  std::string text() const
  {
    wd_uuid from;
    char to[37];
    std::copy(bytes.begin(), bytes.end(), from.bytes);
    wd_uuid_print(from, to);
    return to;
  }
};

namespace detail {

static_assert(sizeof(interval) == sizeof(wd_interval) &&
              sizeof(uuid) == sizeof(wd_uuid));

template <class D> struct Type<time_of_day<D>> {
  using value = time_of_day<D>;
  static constexpr wd_unit unit = static_cast<wd_unit>(unit_of<D>);
  static constexpr bool narrow = unit < WD_US;
  using raw = std::conditional_t<narrow, std::int32_t, std::int64_t>;
  static constexpr bool fixed = true;
  static constexpr wd_type type = narrow ? WD_TIME32 : WD_TIME;

  static std::string text()
  {
    static constexpr const char *names[] = {"s", "ms", "us", "ns"};
    return std::string("time(") + names[unit] + ")";
  }
  static bool takes(const wd_field &f)
  {
    return (f.type == WD_TIME || f.type == WD_TIME32) && f.unit <= unit;
  }
  static bool same(const wd_field &f)
  {
    return f.type == type && f.unit == unit;
  }
  static bool plain(const wd_column &c)
  {
    return c.type == type && c.unit == unit;
  }
  static value from(raw count)
  {
    return {D(count)};
  }
  static raw to(value v)
  {
    return static_cast<raw>(v.since_midnight.count());
  }
  static value read(const wd_row &row, std::uint32_t column)
  {
    std::int64_t count = wd_get_time(&row, column);
    for (int u = row.columns[column].unit; u < unit; u++)
      count *= 1000;
    return {D(count)};
  }
  static void set(wd_rows *rows, std::uint32_t column, value v)
  {
    wd_set_time(rows, column, v.since_midnight.count());
  }
  static raw *out(wd_rows *rows, std::uint32_t column)
  {
    if constexpr (narrow)
      return wd_out_time32(rows, column);
    else
      return wd_out_time(rows, column);
  }
  static value acc_get(wd_acc *acc, std::uint32_t column)
  {
    return from(at(acc, column));
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, value v)
  {
    at(acc, column) = to(v);
  }
  static raw &at(wd_acc *acc, std::uint32_t column)
  {
    if constexpr (narrow)
      return *wd_at_time32(acc, column);
    else
      return *wd_at_time(acc, column);
  }
};

// What is the same bytes in C.
#define WD__RECORD(ctype, name, id)                                            \
  template <> struct Type<ctype> {                                             \
    using raw = wd_##name;                                                     \
    static constexpr bool fixed = true;                                        \
    static std::string text()                                                  \
    {                                                                          \
      return #name;                                                            \
    }                                                                          \
    static bool takes(const wd_field &f)                                       \
    {                                                                          \
      return f.type == id;                                                     \
    }                                                                          \
    static bool same(const wd_field &f)                                        \
    {                                                                          \
      return f.type == id;                                                     \
    }                                                                          \
    static bool plain(const wd_column &c)                                      \
    {                                                                          \
      return c.type == id;                                                     \
    }                                                                          \
    static ctype from(const raw &value)                                        \
    {                                                                          \
      return std::bit_cast<ctype>(value);                                      \
    }                                                                          \
    static raw to(const ctype &value)                                          \
    {                                                                          \
      return std::bit_cast<raw>(value);                                        \
    }                                                                          \
    static ctype read(const wd_row &row, std::uint32_t column)                 \
    {                                                                          \
      return from(wd_get_##name(&row, column));                                \
    }                                                                          \
    static void set(wd_rows *rows, std::uint32_t column, const ctype &value)   \
    {                                                                          \
      wd_set_##name(rows, column, to(value));                                  \
    }                                                                          \
    static raw *out(wd_rows *rows, std::uint32_t column)                       \
    {                                                                          \
      return wd_out_##name(rows, column);                                      \
    }                                                                          \
    static ctype acc_get(wd_acc *acc, std::uint32_t column)                    \
    {                                                                          \
      return from(*wd_at_##name(acc, column));                                 \
    }                                                                          \
    static void acc_set(wd_acc *acc, std::uint32_t column, const ctype &value) \
    {                                                                          \
      *wd_at_##name(acc, column) = to(value);                                  \
    }                                                                          \
  };

WD__RECORD(interval, interval, WD_INTERVAL)
WD__RECORD(uuid, uuid, WD_UUID)
#undef WD__RECORD

template <std::size_t N> struct Type<std::array<std::byte, N>> {
  using value = std::array<std::byte, N>;
  static constexpr bool fixed = false;
  static std::string text()
  {
    return "fixedbinary(" + std::to_string(N) + ")";
  }
  static bool takes(const wd_field &f)
  {
    return (f.type == WD_FIXED_BINARY && f.width == N) ||
           (f.type == WD_UUID && N == 16);
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_FIXED_BINARY && f.width == N;
  }
  static value read(const wd_row &row, std::uint32_t column)
  {
    value v = {};
    wd_str s = wd_get_bytes(&row, column);
    if (s.size == N)
      std::memcpy(v.data(), s.data, N);
    return v;
  }
  static void set(wd_rows *rows, std::uint32_t column, const value &v)
  {
    wd_set_bytes(rows, column,
                 {reinterpret_cast<const char *>(v.data()),
                  static_cast<std::uint32_t>(N)});
  }
};

// More than 38 digits are refused by the host.
template <> struct Type<int128> {
  using raw = wd_decimal;
  static constexpr bool fixed = true;
  static std::string text()
  {
    return "decimal(38,0)";
  }
  static bool takes(const wd_field &f)
  {
    return f.type == WD_DECIMAL && f.scale == 0;
  }
  static bool same(const wd_field &f)
  {
    return takes(f) && f.precision == 38;
  }
  static bool plain(const wd_column &c)
  {
    return c.type == WD_DECIMAL && c.scale == 0;
  }
  static int128 from(raw value)
  {
    return value;
  }
  static raw to(int128 value)
  {
    return value;
  }
  static int128 read(const wd_row &row, std::uint32_t column)
  {
    return wd_get_decimal(&row, column);
  }
  static void set(wd_rows *rows, std::uint32_t column, int128 value)
  {
    wd_set_decimal(rows, column, value);
  }
  static raw *out(wd_rows *rows, std::uint32_t column)
  {
    return wd_out_decimal(rows, column);
  }
  static int128 acc_get(wd_acc *acc, std::uint32_t column)
  {
    return *wd_at_decimal(acc, column);
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, int128 value)
  {
    *wd_at_decimal(acc, column) = value;
  }
};

// ---- Enumerations

// A word of an enumeration and its value.
template <Name N, auto V> struct Word {
  static constexpr const char *name = N.text;
  static constexpr auto value = V;
};

template <class... W> struct Words {
  static constexpr const char *names[] = {W::name...};
  static constexpr std::size_t count = sizeof...(W);
};

template <class T>
concept WordsType = std::is_enum_v<T> && requires(T t)
{
  wd__words(t);
};

template <WordsType T> struct Type<T> {
  using W = decltype(wd__words(T()));
  static constexpr bool fixed = false;

  static std::string text()
  {
    std::string text = "enum(";
    for (std::size_t i = 0; i < W::count; i++) {
      text += i ? ", '" : "'";
      for (const char *c = W::names[i]; *c; c++)
        text += *c == '\'' ? std::string("''") : std::string(1, *c);
      text += "'";
    }
    return text + ")";
  }
  static std::string_view view(wd_str s)
  {
    return {s.data, s.size};
  }
  // Where a word is; count: nowhere. It is looked for at a place first.
  static std::size_t find(std::string_view word, std::size_t first)
  {
    if (first < W::count && W::names[first] == word)
      return first;
    std::size_t i = 0;
    while (i < W::count && W::names[i] != word)
      i++;
    return i;
  }
  static bool takes(const wd_field &f)
  {
    if (f.type != WD_ENUM)
      return false;
    for (std::uint32_t i = 0; i < f.word_count; i++)
      if (find(view(f.words[i]), i) == W::count)
        return false;
    return true;
  }
  static bool same(const wd_field &f)
  {
    if (f.type != WD_ENUM || f.word_count != W::count)
      return false;
    for (std::uint32_t i = 0; i < f.word_count; i++)
      if (view(f.words[i]) != W::names[i])
        return false;
    return true;
  }
  static constexpr T value_at(std::size_t i)
  {
    T value{};
    std::size_t at = 0;
    [&]<class... X>(Words<X...>) {
      (void)((at++ == i && (value = X::value, true)) || ...);
    }(W{});
    return value;
  }
  static T read(const wd_row &row, std::uint32_t column)
  {
    if (wd_is_null(&row, column))
      return T{};
    std::uint32_t index = wd_get_enum(&row, column);
    return value_at(find(view(wd_get_str(&row, column)), index));
  }
  static void set(wd_rows *rows, std::uint32_t column, T value)
  {
    const char *name = nullptr;
    [&]<class... X>(Words<X...>) {
      (void)((X::value == value && (name = X::name, true)) || ...);
    }(W{});
    if (!name)
      fail("an enum has no word for %lld", static_cast<long long>(value));
    wd_set_text(rows, column, name);
  }
};

} // namespace detail
} // namespace wd

#define WD__ENUM_WORD(a) WD__JOIN(WD__ENUM_WORD_, WD__IN_BRACKETS(a))(a)
#define WD__ENUM_WORD_0(a) ::wd::detail::Word<#a, Self::a>
#define WD__ENUM_WORD_1(a) WD__ENUM_WORD_NAMED a
#define WD__ENUM_WORD_NAMED(a, name) ::wd::detail::Word<name, Self::a>

// What the values of an enum are called, beside it:
//
//   enum class Color { red, green, light_blue };
//   WD_ENUM(Color, red, green, (light_blue, "light blue"))
#define WD_ENUM(type, ...)                                                     \
  [[maybe_unused]] inline auto wd__words(type)                                 \
  {                                                                            \
    using Self = type;                                                         \
    return ::wd::detail::Words<WD__EACH(WD__ENUM_WORD, __VA_ARGS__)>{};        \
  }

#endif
