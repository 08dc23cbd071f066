// Lambdas over batches: structs whose members are whole columns.
//
//   struct In {
//     std::span<const double> x; // an array; what stands at nulls means
//     nothing wd::Column<std::optional<std::int64_t>> y; WD_ROW(x, y)
//   };
//   struct Out {
//     std::span<double> product;       // as long as the input
//     wd::NewColumn<std::string> text; // a value for each row, by push_back
//     WD_ROW(product, text)
//   };
#ifndef WASIDATA_BATCH_HPP
#define WASIDATA_BATCH_HPP

#include <compare>
#include <iterator>

#include <wasidata/lambda.hpp>

namespace wd {

// The values of a column of a batch, as long as the call; a random access
// range. Null reads as T's zero where T is not std::optional.
template <detail::ColumnType T> class Column {
  detail::Reader<T> read_;
  const wd_column *columns_;
  std::uint32_t count_; // of columns
  std::uint32_t rows_;

  static constexpr wd_column none = {};

public:
  using value_type = T;

  Column() : read_(&none, 0), columns_(&none), count_(1), rows_(0)
  {
  }
  Column(const wd_batch &batch, std::uint32_t column)
      : read_(batch.columns, column), columns_(batch.columns),
        count_(batch.count), rows_(batch.rows)
  {
  }

  std::uint32_t size() const
  {
    return rows_;
  }
  bool empty() const
  {
    return !rows_;
  }
  T operator[](std::uint32_t row) const
  {
    return read_({columns_, count_, row});
  }
  bool is_null(std::uint32_t row) const
  {
    return read_.validity && !wd__bit(read_.validity, row);
  }
  bool has_nulls() const
  {
    return read_.validity;
  }

  class iterator {
    const Column *column_ = nullptr;
    std::uint32_t row_ = 0;

  public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using reference = T;
    using pointer = void;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::random_access_iterator_tag;

    iterator() = default;
    iterator(const Column *column, std::uint32_t row)
        : column_(column), row_(row)
    {
    }
    T operator*() const
    {
      return (*column_)[row_];
    }
    T operator[](difference_type n) const
    {
      return *(*this + n);
    }
    iterator &operator++()
    {
      return *this += 1;
    }
    iterator operator++(int)
    {
      iterator was = *this;
      ++*this;
      return was;
    }
    iterator &operator--()
    {
      return *this -= 1;
    }
    iterator operator--(int)
    {
      iterator was = *this;
      --*this;
      return was;
    }
    iterator &operator+=(difference_type n)
    {
      row_ += static_cast<std::uint32_t>(n);
      return *this;
    }
    iterator &operator-=(difference_type n)
    {
      return *this += -n;
    }
    friend iterator operator+(iterator i, difference_type n)
    {
      return i += n;
    }
    friend iterator operator+(difference_type n, iterator i)
    {
      return i += n;
    }
    friend iterator operator-(iterator i, difference_type n)
    {
      return i -= n;
    }
    friend difference_type operator-(iterator a, iterator b)
    {
      return static_cast<difference_type>(a.row_) -
             static_cast<difference_type>(b.row_);
    }
    friend bool operator==(const iterator &a, const iterator &b)
    {
      return a.row_ == b.row_;
    }
    friend auto operator<=>(const iterator &a, const iterator &b)
    {
      return a.row_ <=> b.row_;
    }
  };

  iterator begin() const
  {
    return {this, 0};
  }
  iterator end() const
  {
    return {this, rows_};
  }
};

// A column that comes out of a map_batch: one push_back for each row.
template <detail::ColumnType T> class NewColumn {
  wd_rows *rows_ = nullptr;
  std::uint32_t column_ = 0;
  std::uint32_t next_ = 0;

public:
  using value_type = T;

  NewColumn() = default;
  NewColumn(wd_rows *rows, std::uint32_t column) : rows_(rows), column_(column)
  {
  }

  // How many values there are to be.
  std::uint32_t rows() const
  {
    return wd_size(rows_);
  }
  std::uint32_t size() const
  {
    return next_;
  }
  void push_back(const T &value)
  {
    if (next_ == rows())
      fail("a column of a batch of %u rows was given more values", next_);
    rows_->index = next_++;
    detail::Type<T>::set(rows_, column_, value);
    rows_->index = 0;
  }
};

namespace detail {

// What a member of a struct of columns is: the type of its values, how it is
// made.
template <ColumnType T> struct Whole<std::span<const T>> {
  static_assert(Type<T>::fixed,
                "only numbers, decimals, dates and times are arrays in memory: "
                "take a wd::Column");
  using value = T;
  static constexpr bool in = true;
  static std::string mismatch(const wd_field &f, std::string_view whose)
  {
    bool plain = Type<T>::plain(wd_column{.type = f.type,
                                          .unit = f.unit,
                                          .precision = f.precision,
                                          .scale = f.scale});
    return plain ? std::string() : not_read<T>(f, f.name, whose);
  }
  static std::span<const T> make(const wd_batch &batch, std::uint32_t column)
  {
    return {static_cast<const T *>(batch.columns[column].values), batch.rows};
  }
};

template <ColumnType T> struct Whole<Column<T>> {
  using value = T;
  static constexpr bool in = true;
  static std::string mismatch(const wd_field &f, std::string_view whose)
  {
    return detail::mismatch<T>(f, f.name, whose);
  }
  static Column<T> make(const wd_batch &batch, std::uint32_t column)
  {
    return {batch, column};
  }
};

template <ColumnType T> struct Whole<std::span<T>> {
  static_assert(Type<T>::fixed,
                "only numbers, decimals, dates and times are arrays in memory: "
                "give a wd::NewColumn");
  using value = T;
  static constexpr bool in = false;
  static std::span<T> make(wd_rows *rows, std::uint32_t column)
  {
    return {reinterpret_cast<T *>(Type<T>::out(rows, column)), wd_size(rows)};
  }
  static void check(const std::span<T> &)
  {
  }
};

template <ColumnType T> struct Whole<NewColumn<T>> {
  using value = T;
  static constexpr bool in = false;
  static NewColumn<T> make(wd_rows *rows, std::uint32_t column)
  {
    return {rows, column};
  }
  static void check(const NewColumn<T> &column)
  {
    if (column.size() != column.rows())
      fail("a column has %u values where %u rows come out", column.size(),
           column.rows());
  }
};

template <class M> constexpr bool all_in = false;
template <class... M>
constexpr bool all_in<Members<M...>> = (Whole<typename M::type>::in && ...);

template <class T>
concept ColumnsIn = Described<T> && all_in<MembersOf<T>>;

// Calls each(i, M*) for the members of a struct.
template <class T, class Each>
void
each_member(Each each)
{
  [&]<class... M>(Members<M...>) {
    [[maybe_unused]] std::uint32_t i = 0;
    (each(i++, static_cast<M *>(nullptr)), ...);
  }(MembersOf<T>{});
}

template <class T> struct ColumnsInput {
  Place<T> place;

  void find(Finder &finder)
  {
    each_member<T>([&]<class M>(std::uint32_t i, M *) {
      using C = Whole<typename M::type>;
      std::string whose = member_name<T, M>();
      std::uint32_t at = place.at[i] = finder.find(M::name, whose);
      if (at != UINT32_MAX)
        finder.refuse(C::mismatch(finder.schema.fields[at], whose));
    });
  }
  void want(wd_bind *bind)
  {
    for (std::uint32_t &at : place.at)
      at = wd_bind_column(bind, wd_bind_input(bind)->fields[at].name);
  }
  T make(const wd_batch &batch) const
  {
    T columns{};
    each_member<T>([&]<class M>(std::uint32_t i, M *) {
      columns.*M::pointer = Whole<typename M::type>::make(batch, place.at[i]);
    });
    return columns;
  }
};

template <class U>
U
make_columns(wd_rows *rows, const Place<U> &place)
{
  U columns{};
  each_member<U>([&]<class M>(std::uint32_t i, M *) {
    columns.*M::pointer = Whole<typename M::type>::make(rows, place.at[i]);
  });
  return columns;
}

template <class U>
void
check_columns(const U &columns)
{
  each_member<U>([&]<class M>(std::uint32_t, M *) {
    Whole<typename M::type>::check(columns.*M::pointer);
  });
}

template <class F, class In, class U>
void
map_whole(const wd_batch *in, wd_rows *out, void *env)
{
  auto &e = *static_cast<AddEnv<F, In, U> *>(env);
  U columns = make_columns<U>(out, e.place);
  e.kept->function(e.in.make(*in), columns);
  check_columns(columns);
}

template <class F, class In>
void
keep_whole(const wd_batch *in, std::uint8_t *keep, void *env)
{
  auto &e = *static_cast<Env<F, In> *>(env);
  e.kept->function(e.in.make(*in), std::span<std::uint8_t>(keep, in->rows));
}

template <class F, class In>
void
expand_whole(const wd_batch *in, wd_rows *out, void *env)
{
  using U = typename Argument<F, 1>::row_type;
  auto &e = *static_cast<Env<F, In> *>(env);
  Emit<U> emit(out);
  e.kept->function(e.in.make(*in), emit);
}

} // namespace detail
} // namespace wd

#endif
