// Nested values: lists, structs, maps, unions; in one another to any depth.
//
//   std::vector<T>                                list of T
//   std::array<T, N>                              fixedlist of T, N
//   a struct with WD_ROW                          struct: fields by name
//   std::map<K, V>, std::unordered_map<K, V>,
//   std::vector<std::pair<K, V>>                  map, as it came in the last
//   wd::one_of<wd::alternative<"a", A>, …>        union
//
// std::optional<T> is what may be null, at every level. A std::vector reads
// fixed lists, too. A struct reads those of its fields that it names.
#ifndef WASIDATA_NESTED_HPP
#define WASIDATA_NESTED_HPP

#include <utility>
#include <variant>

#include <wasidata/read.hpp>

namespace wd {

// A member of a union: its name and its type. std::optional<T> is one that may
// be null; otherwise null reads as zero.
template <detail::Name N, class T> struct alternative {
  static constexpr const char *name = N.text;
  using type = T;
};

// A value that is one of several by name: a std::variant.
//
//   using Size = wd::one_of<wd::alternative<"cm", double>,
//                           wd::alternative<"name", std::string>>;
//   Size size = Size::of<"cm">(3.5);
//   if (const double *cm = size.get<"cm">())
//     …
template <class... A> class one_of : public std::variant<typename A::type...> {
  template <detail::Name N> static constexpr std::size_t place()
  {
    std::size_t i = 0;
    (void)((std::string_view(A::name) == N.text || (i++, false)) || ...);
    return i;
  }

public:
  using base = std::variant<typename A::type...>;
  using base::base;

  template <detail::Name N, class T> static one_of of(T &&value)
  {
    static_assert(place<N>() < sizeof...(A), "no alternative of that name");
    one_of made;
    made.template emplace<place<N>()>(std::forward<T>(value));
    return made;
  }
  // NULL: it is another one.
  template <detail::Name N> const auto *get() const
  {
    static_assert(place<N>() < sizeof...(A), "no alternative of that name");
    return std::get_if<place<N>()>(static_cast<const base *>(this));
  }
};

namespace detail {

// What lists and structs say of the values in them.
template <class T>
std::string
inside_text()
{
  return Type<T>::text() + (is_optional<T> ? "" : " not null");
}

// For readers of columns that are not there.
inline constexpr wd_column no_column = {};

inline const wd_column *
children_of(const wd_column &c)
{
  return c.child_count ? c.children : &no_column;
}

inline wd_list
list_of_row(const wd_column *c, std::uint32_t index)
{
  wd_row row = {c, 1, index};
  return wd_get_list(&row, 0);
}

// ---- Lists

// A sequence L of values E.
template <class L, class E> struct ListType {
  static constexpr bool fixed = false;

  static std::string mismatch(const wd_field &f, const std::string &path,
                              std::string_view whose)
  {
    if (!Type<L>::is(f))
      return not_read<L>(f, path, whose);
    return detail::mismatch<E>(f.children[0], path + "[]", whose);
  }
  static bool same(const wd_field &f)
  {
    return Type<L>::exactly(f) && Type<E>::same(f.children[0]);
  }
  static L read(const wd_row &row, std::uint32_t column)
  {
    return typename Type<L>::Inside(row.columns[column])(row.index);
  }
  static void set(wd_rows *rows, std::uint32_t column, const L &list)
  {
    wd_rows *items = wd_set_list(rows, column);
    for (const E &item : list) {
      Type<E>::set(items, 0, item);
      wd_emit(items);
    }
  }
};

template <class E> struct ListInside {
  const wd_column *list;
  Reader<E> item;

  ListInside(const wd_column &c) : list(&c), item(children_of(c), 0)
  {
  }
};

template <ColumnType E>
struct Type<std::vector<E>> : ListType<std::vector<E>, E> {
  static std::string text()
  {
    return "list<" + inside_text<E>() + ">";
  }
  static bool is(const wd_field &f)
  {
    return f.type == WD_LIST || f.type == WD_FIXED_LIST;
  }
  static bool exactly(const wd_field &f)
  {
    return f.type == WD_LIST;
  }

  struct Inside : ListInside<E> {
    using ListInside<E>::ListInside;

    std::vector<E> operator()(std::uint32_t index) const
    {
      wd_list list = list_of_row(this->list, index);
      std::vector<E> values;
      if constexpr (requires {
                      requires std::is_same_v<typename Type<E>::raw, E>;
                    })
        if (this->item.values && !this->item.validity) {
          const E *from =
              static_cast<const E *>(this->item.values) + list.first;
          values.assign(from, from + list.size);
          return values;
        }
      values.reserve(list.size);
      for (std::uint32_t i = 0; i < list.size; i++)
        values.push_back(this->item(wd_list_at(list, i)));
      return values;
    }
  };
};

template <ColumnType E, std::size_t N>
struct Type<std::array<E, N>> : ListType<std::array<E, N>, E> {
  static_assert(N > 0, "a fixed list has elements");
  static std::string text()
  {
    return "fixedlist<" + inside_text<E>() + ", " + std::to_string(N) + ">";
  }
  static bool is(const wd_field &f)
  {
    return f.type == WD_FIXED_LIST && f.width == N;
  }
  static bool exactly(const wd_field &f)
  {
    return is(f);
  }

  struct Inside : ListInside<E> {
    using ListInside<E>::ListInside;

    std::array<E, N> operator()(std::uint32_t index) const
    {
      wd_list list = list_of_row(this->list, index);
      std::array<E, N> values = {};
      for (std::uint32_t i = 0; i < list.size; i++)
        values[i] = this->item(wd_list_at(list, i));
      return values;
    }
  };
};

// ---- Maps

// A container M of pairs of K and V.
template <class M, class K, class V> struct MapType {
  static_assert(!is_optional<K>, "the keys of a map are never null");
  static constexpr bool fixed = false;

  static std::string text()
  {
    return "map<" + Type<K>::text() + ", " + inside_text<V>() + ">";
  }
  static std::string mismatch(const wd_field &f, const std::string &path,
                              std::string_view whose)
  {
    if (f.type != WD_MAP)
      return not_read<M>(f, path, whose);
    std::string why = detail::mismatch<K>(f.children[0], path + ".key", whose);
    return !why.empty()
               ? why
               : detail::mismatch<V>(f.children[1], path + ".value", whose);
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_MAP && Type<K>::same(f.children[0]) &&
           Type<V>::same(f.children[1]);
  }
  static M read(const wd_row &row, std::uint32_t column)
  {
    return Inside(row.columns[column])(row.index);
  }
  static void set(wd_rows *rows, std::uint32_t column, const M &map)
  {
    wd_rows *entries = wd_set_list(rows, column);
    for (const auto &[key, value] : map) {
      Type<K>::set(entries, 0, key);
      Type<V>::set(entries, 1, value);
      wd_emit(entries);
    }
  }

  // Of equal keys the first counts where the container has one.
  struct Inside {
    const wd_column *map;
    Reader<K> key;
    Reader<V> value;

    Inside(const wd_column &c)
        : map(&c), key(children_of(c), 0),
          value(children_of(c), c.child_count > 1)
    {
    }
    M operator()(std::uint32_t index) const
    {
      wd_list list = list_of_row(map, index);
      M values;
      for (std::uint32_t i = 0; i < list.size; i++) {
        wd_row entry = wd_list_at(list, i);
        values.insert(values.end(), {key(entry), value(entry)});
      }
      return values;
    }
  };
};

template <class M>
concept KeyedContainer = requires
{
  typename M::key_type;
  typename M::mapped_type;
};

template <KeyedContainer M>
requires(ColumnType<typename M::key_type>
             &&ColumnType<typename M::mapped_type>) struct Type<M>
    : MapType<M, typename M::key_type, typename M::mapped_type> {
};

template <ColumnType K, ColumnType V>
struct Type<std::vector<std::pair<K, V>>>
    : MapType<std::vector<std::pair<K, V>>, K, V> {
};

// ---- Structs

template <class M> struct StructFields;
template <class... M> struct StructFields<Members<M...>> {
  static std::string text()
  {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + quoted(M::name) + ": " +
              inside_text<typename M::type>()),
     ...);
    return text;
  }
  static bool same(const wd_field &f)
  {
    std::uint32_t i = 0;
    return f.child_count == sizeof...(M) &&
           ((std::string_view(f.children[i].name) == M::name &&
             Type<typename M::type>::same(f.children[i++])) &&
            ...);
  }
};

// Which child has a name; child_count: none.
inline std::uint32_t
child_of(const wd_field &f, std::string_view name)
{
  std::uint32_t i = 0;
  while (i < f.child_count && f.children[i].name != name)
    i++;
  return i;
}

template <class T, class M>
std::string
field_mismatch(const wd_field &f, const std::string &path)
{
  std::string whose = member_name<T, M>();
  std::uint32_t i = child_of(f, M::name);
  if (i < f.child_count)
    return mismatch<typename M::type>(f.children[i], path + "." + M::name,
                                      whose);
  return "column '" + path + "' has no field '" + M::name + "' for " + whose +
         "; its fields are: " + children_text(f, true);
}

template <class U, class... M>
void
set_members(wd_rows *rows, const U &value, Members<M...>)
{
  [[maybe_unused]] std::uint32_t column = 0;
  (Type<typename M::type>::set(rows, column++, value.*M::pointer), ...);
  (void)rows, (void)value;
}

template <class T>
Place<T>
places_of(const wd_column *columns, std::uint32_t count)
{
  Place<T> place = {};
  wd_row fields = {columns, count, 0};
  if (count)
    [&]<class... M>(Members<M...>) {
      [[maybe_unused]] std::size_t i = 0;
      ((place.at[i++] = wd_find(&fields, M::name)), ...);
    }(MembersOf<T>{});
  return place;
}

template <Described T> struct Type<T> {
  using Inner = StructFields<MembersOf<T>>;
  static constexpr bool fixed = false;

  static std::string text()
  {
    return "struct<" + Inner::text() + ">";
  }
  static std::string mismatch(const wd_field &f, const std::string &path,
                              std::string_view whose)
  {
    std::string why;
    if (f.type != WD_STRUCT)
      return not_read<T>(f, path, whose);
    [&]<class... M>(Members<M...>) {
      (void)((!(why = field_mismatch<T, M>(f, path)).empty()) || ...);
    }(MembersOf<T>{});
    return why;
  }
  static bool same(const wd_field &f)
  {
    return f.type == WD_STRUCT && Inner::same(f);
  }
  static T read(const wd_row &row, std::uint32_t column)
  {
    return Inside(row.columns[column])(row.index);
  }
  static void set(wd_rows *rows, std::uint32_t column, const T &value)
  {
    set_members(wd_set_struct(rows, column), value, MembersOf<T>{});
  }

  struct Inside {
    const wd_column *fields;
    std::uint32_t count;
    MembersReader<T, MembersOf<T>> members;

    Inside(const wd_column &c)
        : fields(children_of(c)), count(c.child_count),
          members(fields, places_of<T>(fields, count))
    {
    }
    T operator()(std::uint32_t index) const
    {
      return members({fields, count, index});
    }
  };
};

// ---- Unions

template <class... A> constexpr bool holds_null<one_of<A...>> = true;

template <class... A> struct Type<one_of<A...>> {
  using T = one_of<A...>;
  static constexpr bool fixed = false;
  static_assert(sizeof...(A) > 0 && sizeof...(A) < 256);

  static std::string text()
  {
    std::string text;
    ((text += (text.empty() ? "" : ", ") + quoted(A::name) + ": " +
              Type<typename A::type>::text()),
     ...);
    return "union<" + text + ">";
  }
  template <class One>
  static bool suits(const wd_field &member, const std::string &path,
                    std::string_view whose, std::string &why)
  {
    if (std::string_view(member.name) != One::name)
      return false;
    why = detail::mismatch<typename One::type>(member, path, whose);
    return true;
  }
  static std::string mismatch(const wd_field &f, const std::string &path,
                              std::string_view whose)
  {
    std::string why;
    if (f.type != WD_UNION)
      return not_read<T>(f, path, whose);
    for (std::uint32_t i = 0; why.empty() && i < f.child_count; i++) {
      const wd_field &member = f.children[i];
      std::string at = path + "." + member.name;
      if (!(suits<A>(member, at, whose, why) || ...))
        why = not_read<T>(f, path, whose);
    }
    return why;
  }
  static bool same(const wd_field &f)
  {
    std::uint32_t i = 0;
    return f.type == WD_UNION && f.child_count == sizeof...(A) &&
           ((std::string_view(f.children[i].name) == A::name &&
             Type<typename A::type>::same(f.children[i++])) &&
            ...);
  }
  static T read(const wd_row &row, std::uint32_t column)
  {
    return Inside(row.columns[column])(row.index);
  }
  static void set(wd_rows *rows, std::uint32_t column, const T &value)
  {
    auto member = static_cast<std::uint32_t>(value.index());
    wd_rows *members = wd_set_union(rows, column, member);
    std::visit([&]<class V>(const V &v) { Type<V>::set(members, member, v); },
               static_cast<const typename T::base &>(value));
  }

  struct Inside {
    const wd_column *column;
    std::array<std::uint32_t, sizeof...(A)> place; // of our alternatives
    std::tuple<Reader<typename A::type>...> readers;

    static std::array<std::uint32_t, sizeof...(A)> places(const wd_column &c)
    {
      auto find = [&](std::string_view name) {
        std::uint32_t i = 0;
        while (i < c.child_count && c.children[i].name != name)
          i++;
        return i;
      };
      return {find(A::name)...};
    }
    template <std::size_t... I>
    Inside(const wd_column &c, std::index_sequence<I...>)
        : column(&c), place(places(c)),
          readers(Reader<typename A::type>(
              children_of(c), place[I] < c.child_count ? place[I] : 0)...)
    {
    }
    Inside(const wd_column &c) : Inside(c, std::index_sequence_for<A...>())
    {
    }

    template <std::size_t... I>
    void read(T &value, std::uint32_t member, std::uint32_t index,
              std::index_sequence<I...>) const
    {
      wd_row members = {column->children, column->child_count, index};
      auto one = [&]<std::size_t J>(std::integral_constant<std::size_t, J>) {
        value.template emplace<J>(std::get<J>(readers)(members));
        return true;
      };
      (void)((place[I] == member &&
              one(std::integral_constant<std::size_t, I>())) ||
             ...);
    }
    T operator()(std::uint32_t index) const
    {
      wd_row row = {column, 1, index};
      T value;
      read(value, wd_get_member(&row, 0), index,
           std::index_sequence_for<A...>());
      return value;
    }
  };
};

} // namespace detail
} // namespace wd

#endif
