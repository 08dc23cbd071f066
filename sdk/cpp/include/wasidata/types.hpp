// C++ types as the types of columns.
//
//   bool, int8_t … int64_t, uint8_t … uint64_t, float, double   the same
//   std::string_view, std::string                               string
//   wd::bytes_view, wd::bytes                                   binary
//   wd::decimal<P, S>                                           decimal(P, S)
//   std::chrono::sys_days, local_days, year_month_day           date
//   std::chrono::local_time<D>, D one of s, ms, us, ns          timestamp(D)
//   std::chrono::sys_time<D>                                timestamp(D, UTC)
//   std::optional<T>                                            T, may be null
//
// Columns of narrower numbers, coarser units and fewer digits are read, too,
// where every value stays exact; timestamps with or without a zone alike. A
// type that is not std::optional reads null as its zero.
#ifndef WASIDATA_TYPES_HPP
#define WASIDATA_TYPES_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <wasidata/decimal.hpp>

namespace wd {

using bytes_view = std::span<const std::byte>;
using bytes = std::vector<std::byte>;

namespace detail {

// What is known of a type of columns. Specialisations have
//   text()                  the type as schemas write it
//   takes(field)            whether columns of that type are read
//   same(field)             whether it is exactly that type
//   read(row, column)       a value; zero when it is null
//   set(rows, column, v)    writes a value
//   acc_get, acc_set        a value of a reduce's accumulator that is not null
// and those whose values are arrays in memory, `fixed`, too
//   raw                     what is in the array
//   plain(column)           whether the column is such an array
//   from(raw), to(value)
//   out(rows, column)       the array to write
// and those that lie in memory one behind the other
//   unit                    what they are made of
//   from(wd_str)
template <class T> struct Type;

template <class T>
concept ColumnType = requires
{
  Type<T>::text();
};

template <class T> constexpr bool is_optional = false;
template <class T> constexpr bool is_optional<std::optional<T>> = true;

template <class T> struct ValueOf {
  using type = T;
};
template <class T> struct ValueOf<std::optional<T>> {
  using type = T;
};
template <class T> using value_of = typename ValueOf<T>::type;

constexpr int
width_of(wd_type type)
{
  switch (type) {
  case WD_I8:
  case WD_U8:
    return 1;
  case WD_I16:
  case WD_U16:
    return 2;
  case WD_I32:
  case WD_U32:
    return 4;
  default:
    return 8;
  }
}

constexpr bool
is_signed(wd_type type)
{
  return type >= WD_I8 && type <= WD_I64;
}

constexpr bool
is_unsigned(wd_type type)
{
  return type >= WD_U8 && type <= WD_U64;
}

// Whether each value of a number's type is one of another: as the C getters.
constexpr bool
widens(wd_type from, wd_type to)
{
  bool integer = is_signed(from) || is_unsigned(from);
  if (from == to)
    return true;
  if (to == WD_F64)
    return from == WD_F32 || (integer && width_of(from) <= 4);
  if (to == WD_F32)
    return integer && width_of(from) <= 2;
  if (is_signed(to))
    return integer && width_of(from) < width_of(to);
  return is_unsigned(to) && is_unsigned(from) && width_of(from) < width_of(to);
}

// Numbers: the array's values are the values.
template <class T, class R, wd_type ID> struct NumberType {
  using raw = R;
  static constexpr bool fixed = true;
  static bool takes(const wd_field &f)
  {
    return widens(f.type, ID);
  }
  static bool same(const wd_field &f)
  {
    return f.type == ID;
  }
  static bool plain(const wd_column &c)
  {
    return c.type == ID;
  }
  static T from(raw value)
  {
    return static_cast<T>(value);
  }
  static raw to(T value)
  {
    return static_cast<raw>(value);
  }
};

#define WD__NUMBER(ctype, raw_type, name, id)                                  \
  template <> struct Type<ctype> : NumberType<ctype, raw_type, id> {           \
    static std::string text()                                                  \
    {                                                                          \
      return #name;                                                            \
    }                                                                          \
    static ctype read(const wd_row &row, std::uint32_t column)                 \
    {                                                                          \
      return static_cast<ctype>(wd_get_##name(&row, column));                  \
    }                                                                          \
    static void set(wd_rows *rows, std::uint32_t column, ctype value)          \
    {                                                                          \
      wd_set_##name(rows, column, static_cast<raw_type>(value));               \
    }                                                                          \
    static raw_type *out(wd_rows *rows, std::uint32_t column)                  \
    {                                                                          \
      return wd_out_##name(rows, column);                                      \
    }                                                                          \
    static ctype acc_get(wd_acc *acc, std::uint32_t column)                    \
    {                                                                          \
      return static_cast<ctype>(*wd_at_##name(acc, column));                   \
    }                                                                          \
    static void acc_set(wd_acc *acc, std::uint32_t column, ctype value)        \
    {                                                                          \
      *wd_at_##name(acc, column) = static_cast<raw_type>(value);               \
    }                                                                          \
  };

WD__NUMBER(std::int8_t, std::int8_t, i8, WD_I8)
WD__NUMBER(std::int16_t, std::int16_t, i16, WD_I16)
WD__NUMBER(std::int32_t, std::int32_t, i32, WD_I32)
WD__NUMBER(std::int64_t, std::int64_t, i64, WD_I64)
WD__NUMBER(std::uint8_t, std::uint8_t, u8, WD_U8)
WD__NUMBER(std::uint16_t, std::uint16_t, u16, WD_U16)
WD__NUMBER(std::uint32_t, std::uint32_t, u32, WD_U32)
WD__NUMBER(std::uint64_t, std::uint64_t, u64, WD_U64)
// Of 32 bits here, and another type than int.
WD__NUMBER(long, std::int32_t, i32, WD_I32)
WD__NUMBER(unsigned long, std::uint32_t, u32, WD_U32)
WD__NUMBER(float, float, f32, WD_F32)
WD__NUMBER(double, double, f64, WD_F64)
#undef WD__NUMBER

template <> struct Type<bool> {
  static constexpr bool fixed = false;
  static std::string text()
  {
    return "bool";
  }
  static bool takes(const wd_field &f)
  {
    return f.type == WD_BOOL;
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_BOOL;
  }
  static bool read(const wd_row &row, std::uint32_t column)
  {
    return wd_get_bool(&row, column);
  }
  static void set(wd_rows *rows, std::uint32_t column, bool value)
  {
    wd_set_bool(rows, column, value);
  }
  static bool acc_get(wd_acc *acc, std::uint32_t column)
  {
    return *wd_at_bool(acc, column);
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, bool value)
  {
    *wd_at_bool(acc, column) = value;
  }
};

// Strings and bytes: a view or an owner of what wd_str names.
template <class T, class Unit, wd_type ID> struct BytesType {
  static constexpr bool fixed = false;
  using unit = Unit;
  static bool takes(const wd_field &f)
  {
    if (ID == WD_STRING)
      return f.type == WD_STRING || f.type == WD_ENUM;
    return f.type == WD_BINARY || f.type == WD_STRING ||
           f.type == WD_FIXED_BINARY || f.type == WD_UUID;
  }
  static bool same(const wd_field &f)
  {
    return f.type == ID;
  }
  static T from(wd_str s)
  {
    const Unit *data = reinterpret_cast<const Unit *>(s.data);
    return T(data, data + s.size);
  }
  static wd_str to(const T &value)
  {
    return {reinterpret_cast<const char *>(value.data()),
            static_cast<std::uint32_t>(value.size())};
  }
  static T read(const wd_row &row, std::uint32_t column)
  {
    return from(wd_get_bytes(&row, column));
  }
  // Inlined always, as wd_set_str is, and for its reason.
  [[gnu::always_inline]] static void set(wd_rows *rows, std::uint32_t column,
                                         const T &value)
  {
    if constexpr (ID == WD_STRING)
      wd_set_str(rows, column, to(value));
    else
      wd_set_bytes(rows, column, to(value));
  }
  static T acc_get(wd_acc *acc, std::uint32_t column)
  {
    return from(wd_acc_str(acc, column));
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, const T &value)
  {
    wd_str s = to(value);
    wd_str is = wd_acc_str(acc, column);
    if (wd_acc_is_null(acc, column) || s.data != is.data || s.size != is.size)
      wd_acc_set_str(acc, column, s);
  }
};

template <class T> struct StringType : BytesType<T, char, WD_STRING> {
  static std::string text()
  {
    return "string";
  }
};
template <> struct Type<std::string_view> : StringType<std::string_view> {
};
template <> struct Type<std::string> : StringType<std::string> {
};

template <class T> struct BinaryType : BytesType<T, std::byte, WD_BINARY> {
  static std::string text()
  {
    return "binary";
  }
};
template <> struct Type<bytes_view> : BinaryType<bytes_view> {
};
template <> struct Type<bytes> : BinaryType<bytes> {
};

template <int P, int S> struct Type<decimal<P, S>> {
  using raw = wd_decimal;
  using value = decimal<P, S>;
  static constexpr bool fixed = true;
  static std::string text()
  {
    return "decimal(" + std::to_string(P) + "," + std::to_string(S) + ")";
  }
  static bool takes(const wd_field &f)
  {
    return f.type == WD_DECIMAL && f.scale >= 0 && f.scale <= S &&
           f.precision - f.scale <= P - S;
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_DECIMAL && f.scale == S && f.precision == P;
  }
  static bool plain(const wd_column &c)
  {
    return c.type == WD_DECIMAL && c.scale == S;
  }
  static value from(raw units)
  {
    return value::from_units(units);
  }
  static raw to(value v)
  {
    return v.units();
  }
  static value read(const wd_row &row, std::uint32_t column)
  {
    raw units = wd_get_decimal(&row, column);
    return from(units * power_of_ten(S - row.columns[column].scale));
  }
  static void set(wd_rows *rows, std::uint32_t column, value v)
  {
    wd_set_decimal(rows, column, to(v));
  }
  static raw *out(wd_rows *rows, std::uint32_t column)
  {
    return wd_out_decimal(rows, column);
  }
  static value acc_get(wd_acc *acc, std::uint32_t column)
  {
    return from(*wd_at_decimal(acc, column));
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, value v)
  {
    *wd_at_decimal(acc, column) = to(v);
  }
};

template <class T> struct DateType {
  using raw = std::int32_t;
  static constexpr bool fixed = true;
  static std::string text()
  {
    return "date";
  }
  static bool takes(const wd_field &f)
  {
    return f.type == WD_DATE;
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_DATE;
  }
  static bool plain(const wd_column &c)
  {
    return c.type == WD_DATE;
  }
  using days = std::chrono::time_point<
      std::conditional_t<std::is_same_v<T, std::chrono::local_days>,
                         std::chrono::local_t, std::chrono::system_clock>,
      std::chrono::days>;

  static T from(raw count)
  {
    return T(days(std::chrono::days(count)));
  }
  static raw to(T value)
  {
    return days(value).time_since_epoch().count();
  }
  static T read(const wd_row &row, std::uint32_t column)
  {
    return from(wd_get_date(&row, column));
  }
  static void set(wd_rows *rows, std::uint32_t column, T value)
  {
    wd_set_date(rows, column, to(value));
  }
  static raw *out(wd_rows *rows, std::uint32_t column)
  {
    return wd_out_date(rows, column);
  }
  static T acc_get(wd_acc *acc, std::uint32_t column)
  {
    return from(*wd_at_date(acc, column));
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, T value)
  {
    *wd_at_date(acc, column) = to(value);
  }
};

template <>
struct Type<std::chrono::sys_days> : DateType<std::chrono::sys_days> {
};
template <>
struct Type<std::chrono::year_month_day>
    : DateType<std::chrono::year_month_day> {
};
template <>
struct Type<std::chrono::local_days> : DateType<std::chrono::local_days> {
};

template <class D> constexpr int unit_of = -1;
template <> constexpr int unit_of<std::chrono::seconds> = WD_S;
template <> constexpr int unit_of<std::chrono::milliseconds> = WD_MS;
template <> constexpr int unit_of<std::chrono::microseconds> = WD_US;
template <> constexpr int unit_of<std::chrono::nanoseconds> = WD_NS;

template <class Clock, class D>
requires(unit_of<D> >= 0) struct Type<std::chrono::time_point<Clock, D>> {
  using raw = std::int64_t;
  using value = std::chrono::time_point<Clock, D>;
  static constexpr bool fixed = true;
  static constexpr wd_unit unit = static_cast<wd_unit>(unit_of<D>);
  static constexpr bool zoned =
      std::is_same_v<Clock, std::chrono::system_clock>;

  static std::string text()
  {
    static constexpr const char *names[] = {"s", "ms", "us", "ns"};
    return std::string("timestamp(") + names[unit] + (zoned ? ", UTC)" : ")");
  }
  static bool takes(const wd_field &f)
  {
    return f.type == WD_TIMESTAMP && f.unit <= unit;
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_TIMESTAMP && f.unit == unit;
  }
  static bool plain(const wd_column &c)
  {
    return c.type == WD_TIMESTAMP && c.unit == unit;
  }
  static value from(raw count)
  {
    return value(D(count));
  }
  static raw to(value v)
  {
    return v.time_since_epoch().count();
  }
  static value read(const wd_row &row, std::uint32_t column)
  {
    raw count = wd_get_timestamp(&row, column);
    for (int u = row.columns[column].unit; u < unit; u++)
      if (__builtin_mul_overflow(count, raw(1000), &count))
        fail("column '%s': a time is past what 64 bits of %s hold",
             row.columns[column].name, text().c_str());
    return from(count);
  }
  static void set(wd_rows *rows, std::uint32_t column, value v)
  {
    wd_set_timestamp(rows, column, to(v));
  }
  static raw *out(wd_rows *rows, std::uint32_t column)
  {
    return wd_out_timestamp(rows, column);
  }
  static value acc_get(wd_acc *acc, std::uint32_t column)
  {
    return from(*wd_at_timestamp(acc, column));
  }
  static void acc_set(wd_acc *acc, std::uint32_t column, value v)
  {
    *wd_at_timestamp(acc, column) = to(v);
  }
};

template <class T> struct Type<std::optional<T>> {
  static constexpr bool fixed = false;
  static std::string text()
  {
    return Type<T>::text();
  }
  static bool takes(const wd_field &f)
  {
    return Type<T>::takes(f);
  }
  static bool same(const wd_field &f)
  {
    return Type<T>::same(f);
  }
  static std::optional<T> read(const wd_row &row, std::uint32_t column)
  {
    if (wd_is_null(&row, column))
      return std::nullopt;
    return Type<T>::read(row, column);
  }
  static void set(wd_rows *rows, std::uint32_t column,
                  const std::optional<T> &value)
  {
    if (value)
      Type<T>::set(rows, column, *value);
  }
  static std::optional<T> acc_get(wd_acc *acc, std::uint32_t column)
  {
    if (wd_acc_is_null(acc, column))
      return std::nullopt;
    return Type<T>::acc_get(acc, column);
  }
  static void acc_set(wd_acc *acc, std::uint32_t column,
                      const std::optional<T> &value)
  {
    if (value)
      Type<T>::acc_set(acc, column, *value);
    else
      wd_acc_set_null(acc, column);
  }
};

} // namespace detail
} // namespace wd

#endif
