// Exact decimal numbers, as decimal columns hold them.
#ifndef WASIDATA_DECIMAL_HPP
#define WASIDATA_DECIMAL_HPP

#include <compare>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <wasidata/error.hpp>

namespace wd {

namespace detail {

using int128 = wd_decimal;

constexpr int128
power_of_ten(int exponent)
{
  int128 power = 1;
  while (exponent-- > 0)
    power *= 10;
  return power;
}

constexpr int128
add(int128 a, int128 b)
{
  int128 sum = 0;
  if (__builtin_add_overflow(a, b, &sum))
    fail("a decimal has more than 38 digits");
  return sum;
}

constexpr int128
multiply(int128 a, int128 b)
{
  int128 product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    fail("a decimal has more than 38 digits");
  return product;
}

} // namespace detail

// Up to P digits, S of them after the point. What does not fit fails.
template <int P, int S = 0> class decimal {
  static_assert(
      P >= 1 && P <= 38 && S >= 0 && S <= P,
      "decimal<P, S>: 1 to 38 digits, 0 to P of them after the point");

  detail::int128 units_ = 0;

  static constexpr decimal checked(detail::int128 units)
  {
    if (units >= detail::power_of_ten(P) || units <= -detail::power_of_ten(P))
      fail("a decimal has more than %d digits", P);
    return from_units(units);
  }

public:
  static constexpr int precision = P;
  static constexpr int scale = S;

  constexpr decimal() = default;

  constexpr decimal(std::integral auto value)
      : units_(checked(detail::multiply(value, detail::power_of_ten(S))).units_)
  {
  }

  // The number times 10^S; not checked.
  static constexpr decimal from_units(detail::int128 units)
  {
    decimal d;
    d.units_ = units;
    return d;
  }

  constexpr detail::int128 units() const
  {
    return units_;
  }

  // "-12.5"; nothing when it is no number or does not fit exactly.
  static constexpr std::optional<decimal> parse(std::string_view text);

  std::string to_string() const;

  explicit constexpr operator double() const
  {
    return static_cast<double>(units_) /
           static_cast<double>(detail::power_of_ten(S));
  }

  // Another size; halves are rounded away from zero.
  template <int P2, int S2> constexpr decimal<P2, S2> to() const
  {
    detail::int128 units = units_;
    if constexpr (S2 >= S) {
      units = detail::multiply(units, detail::power_of_ten(S2 - S));
    } else {
      detail::int128 by = detail::power_of_ten(S - S2);
      detail::int128 rest = units % by;
      units /= by;
      if (rest >= by - rest)
        units++;
      else if (-rest >= by + rest)
        units--;
    }
    return decimal<P2, S2>() + decimal<P2, S2>::from_units(units);
  }

  friend constexpr decimal operator+(decimal a, decimal b)
  {
    return checked(detail::add(a.units_, b.units_));
  }
  friend constexpr decimal operator-(decimal a, decimal b)
  {
    return checked(detail::add(a.units_, -b.units_));
  }
  constexpr decimal operator-() const
  {
    return from_units(-units_);
  }
  friend constexpr decimal operator*(decimal a, std::integral auto b)
  {
    return checked(detail::multiply(a.units_, b));
  }
  friend constexpr decimal operator*(std::integral auto a, decimal b)
  {
    return b * a;
  }
  // Exact: as many places as both have together.
  template <int P2, int S2>
  friend constexpr auto operator*(decimal a, decimal<P2, S2> b)
  {
    constexpr int digits = P + P2 < 38 ? P + P2 : 38;
    return decimal<digits, S + S2>() +
           decimal<digits, S + S2>::from_units(
               detail::multiply(a.units(), b.units()));
  }
  constexpr decimal &operator+=(decimal b)
  {
    return *this = *this + b;
  }
  constexpr decimal &operator-=(decimal b)
  {
    return *this = *this - b;
  }
  friend constexpr auto operator<=>(decimal, decimal) = default;
};

template <int P, int S>
constexpr std::optional<decimal<P, S>>
decimal<P, S>::parse(std::string_view text)
{
  bool negative = text.starts_with('-');
  if (negative || text.starts_with('+'))
    text.remove_prefix(1);
  detail::int128 units = 0;
  int places = 0; // how many were read
  bool point = false, digits = false;
  auto add = [&units](int digit) {
    if (units > (detail::power_of_ten(P) - 1 - digit) / 10)
      return false;
    units = units * 10 + digit;
    return true;
  };
  for (char c : text) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9')
      return std::nullopt;
    digits = true;
    if (point && places == S) {
      if (c != '0')
        return std::nullopt;
      continue;
    }
    if (!add(c - '0'))
      return std::nullopt;
    places += point;
  }
  for (; places < S; places++)
    if (!add(0))
      return std::nullopt;
  if (!digits)
    return std::nullopt;
  return from_units(negative ? -units : units);
}

template <int P, int S>
std::string
decimal<P, S>::to_string() const
{
  char text[48];
  char *at = text + sizeof text;
  detail::int128 rest = units_ < 0 ? -units_ : units_;
  for (int place = 0; place <= S || rest; place++) {
    if (place == S && S)
      *--at = '.';
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (units_ < 0)
    *--at = '-';
  return std::string(at, text + sizeof text);
}

} // namespace wd

#endif
