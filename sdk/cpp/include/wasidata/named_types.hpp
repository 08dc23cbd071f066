// Types of the program's own: a name over what values are stored as, which
// columns keep wherever they go (an Arrow extension type), with texts, an order
// and operators. Include this in one file of the program: it makes the program
// export the interface `type-operations`, which others need not have.
//
//   struct Amount {
//     std::int64_t cents;
//     std::string currency;
//     WD_ROW(cents, currency)
//   };
//   using Money = wd::named<"money", Amount>;
//
//   wd::register_type<Money>({.text = to_text, .key = sort_key});
//   wd::register_scalar("+", [](const Money &a, const Money &b) {
//     return Money{{a->cents + b->cents, a->currency}};
//   });
#ifndef WASIDATA_NAMED_TYPES_HPP
#define WASIDATA_NAMED_TYPES_HPP

#include <functional>

#include <wasidata.hpp>

#include <wasidata_types.h>

namespace wd {

// A value of a registered type.
template <detail::Name N, class T> struct named {
  static constexpr const char *name = N.text;
  using type = T;

  T value;

  const T *operator->() const
  {
    return &value;
  }
  T *operator->()
  {
    return &value;
  }
};

namespace detail {

template <Name N, class T> struct Type<named<N, T>> {
  static constexpr bool fixed = false;

  static std::string text()
  {
    return N.text;
  }
  static bool takes(const wd_field &f)
  {
    return detail::mismatch<T>(f, f.name, "").empty();
  }
  static bool same(const wd_field &f)
  {
    return Type<T>::same(f);
  }
  static named<N, T> read(const wd_row &row, std::uint32_t column)
  {
    return {Type<T>::read(row, column)};
  }
  static void set(wd_rows *rows, std::uint32_t column, const named<N, T> &value)
  {
    Type<T>::set(rows, column, value.value);
  }
};

} // namespace detail

// What a type can do beyond what its values are stored as. Any of them may be
// empty.
template <class T> struct type_operations {
  std::function<std::string(const T &)> text;
  // The value of a text; wd::fail for what is none.
  std::function<T(std::string_view)> parse;
  // Bytes that sort as the values do and are equal when they are (sort_key).
  std::function<std::string(const T &)> key;
};

// Makes such bytes, part by part.
class sort_key {
public:
  sort_key &&add(std::int64_t value) &&
  {
    char part[8];
    wd_key_i64(part, value);
    bytes_.append(part, sizeof part);
    return std::move(*this);
  }
  sort_key &&add(double value) &&
  {
    char part[8];
    wd_key_f64(part, value);
    bytes_.append(part, sizeof part);
    return std::move(*this);
  }
  sort_key &&add(std::string_view value) &&
  {
    std::string part(2 * value.size() + 2, '\0');
    wd_str text = {value.data(), static_cast<std::uint32_t>(value.size())};
    part.resize(
        static_cast<std::size_t>(wd_key_str(part.data(), text) - part.data()));
    bytes_ += part;
    return std::move(*this);
  }
  std::string bytes() &&
  {
    return std::move(bytes_);
  }

private:
  std::string bytes_;
};

namespace detail {

inline wd_str
str_of(const std::string &text)
{
  return {text.data(), static_cast<std::uint32_t>(text.size())};
}

template <class T> struct TypeCalls {
  using Operations = type_operations<typename T::type>;

  static void to_text(const wd_row *row, wd_rows *out, void *env)
  {
    T value = Type<T>::read(*row, 0);
    wd_set_str(out, 0,
               str_of(static_cast<Operations *>(env)->text(value.value)));
  }
  static void from_text(const wd_row *row, wd_rows *out, void *env)
  {
    wd_str text = wd_get_str(row, 0);
    Type<T>::set(out, 0,
                 {static_cast<Operations *>(env)->parse(
                     std::string_view(text.data, text.size))});
  }
  static void key(const wd_row *row, wd_rows *out, void *env)
  {
    T value = Type<T>::read(*row, 0);
    wd_set_bytes(out, 0,
                 str_of(static_cast<Operations *>(env)->key(value.value)));
  }
};

} // namespace detail

// Registers a type, a wd::named.
template <class T>
Status
register_type(type_operations<typename T::type> operations = {})
{
  using Calls = detail::TypeCalls<T>;
  // As long as the program.
  auto *kept = new typename Calls::Operations(std::move(operations));
  wd_type_operations o = {};
  o.to_text = kept->text ? Calls::to_text : nullptr;
  o.from_text = kept->parse ? Calls::from_text : nullptr;
  o.sort_key = kept->key ? Calls::key : nullptr;
  o.env = kept;
  std::string storage = detail::Type<typename T::type>::text();
  detail::Returning returning;
  if (wd_register_type(T::name, storage.c_str(), &o))
    return {};
  return detail::last_failure();
}

} // namespace wd

#endif
