#include <wasidata.hpp>

using Price = wd::decimal<10, 2>;

// The item of the highest price.
struct Best {
  std::optional<std::pair<Price, std::string>> best;
  WD_STATE(best)

  void update(std::string_view item, Price price)
  {
    take({price, std::string(item)});
  }
  void combine(const Best &other)
  {
    if (other.best)
      take(*other.best);
  }
  std::optional<std::string> finish() const
  {
    return best ? std::optional(best->second) : std::nullopt;
  }

private:
  void take(const std::pair<Price, std::string> &other)
  {
    if (!best || other.first > best->first ||
        (other.first == best->first && other.second < best->second))
      best = other;
  }
};

// Highest less lowest.
struct Spread {
  std::int64_t low = INT64_MAX, high = INT64_MIN;

  void update(std::int64_t value)
  {
    combine({value, value});
  }
  void combine(const Spread &other)
  {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
  }
  std::optional<std::int64_t> finish() const
  {
    return low <= high ? std::optional(high - low) : std::nullopt;
  }
};

struct Sale {
  std::string_view shop;
  std::optional<std::string_view> item;
  std::optional<Price> price;
  std::optional<std::int64_t> quantity;
  WD_ROW(shop, item, price, quantity)
};

template <class T>
static std::optional<T>
plus(std::optional<T> a, std::optional<T> b)
{
  return a && b ? std::optional(*a + *b) : a ? a : b;
}

static Sale
fold(Sale a, const Sale &b)
{
  // An optional without a value is less than any.
  return {a.shop, std::max(a.item, b.item), plus(a.price, b.price),
          plus(a.quantity, b.quantity)};
}

int
main()
{
  wd::DataSet sales = wd::read("sales").select(
      "shop", "item", "cast(price as decimal(10,2)) as price", "quantity");
  wd::Measure best = wd::measure("best", Best(), "item", "price");
  wd::Measure spread = wd::measure("spread", Spread(), "quantity");
  wd::Grouped shops = sales.group_by("shop");
  shops
      .aggregate("count(*) as sales", "sum(quantity) as pieces",
                 "sum(price) as total",
                 wd::Measure("count(*) as several").where("quantity > 1"), best,
                 spread)
      .sort("shop")
      .show();
  shops.reduce(fold).sort("shop").show();
  sales.aggregate(best, spread).show();
}
