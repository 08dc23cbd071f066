#include <cmath>
#include <cstdio>
#include <string>

#include <wasidata/named_types.hpp>

struct Amount {
  std::int64_t cents;
  std::string currency;
  WD_ROW(cents, currency)
};
using Money = wd::named<"money", Amount>;

struct Place {
  double x, y;
  WD_ROW(x, y)
};
using Point = wd::named<"point", Place>;

static std::string
to_text(const Amount &amount)
{
  char text[64];
  std::snprintf(text, sizeof text, "%lld.%02lld %s",
                static_cast<long long>(amount.cents / 100),
                static_cast<long long>(amount.cents % 100),
                amount.currency.c_str());
  return text;
}

static Amount
from_text(std::string_view from)
{
  std::string text(from);
  char currency[4];
  long long whole, cents;
  if (std::sscanf(text.c_str(), "%lld.%2lld %3s", &whole, &cents, currency) !=
      3)
    wd::fail("'" + text + "' is no money");
  return {whole * 100 + cents, currency};
}

static std::string
key(const Amount &amount)
{
  return wd::sort_key()
      .add(std::string_view(amount.currency))
      .add(amount.cents)
      .bytes();
}

static void
show_wrong(const wd::DataSet &prices, const char *wrong, const char *a,
           const char *b)
{
  auto count = prices.filter(wrong).count();
  bool refused = !count && count.error().message.find(a) != std::string::npos &&
                 count.error().message.find(b) != std::string::npos;
  std::printf("%s\n", refused ? "refused" : "taken");
}

int
main()
{
  wd::register_type<Money>({.text = to_text, .parse = from_text, .key = key});
  wd::register_type<Point>();
  wd::register_scalar("+", [](const Money &a, const Money &b) {
    if (a->currency != b->currency)
      wd::fail("cannot add " + a->currency + " and " + b->currency);
    return Money{{a->cents + b->cents, a->currency}};
  });
  wd::register_scalar("<->", [](const Point &a, const Point &b) {
    double x = a->x - b->x, y = a->y - b->y;
    return std::sqrt(x * x + y * y);
  });
  wd::DataSet prices =
      wd::read("prices").select({"id", "cast(price as money) as m"});
  prices.sort({"m", "id"})
      .select({"id", "m::string as price", "(m + m)::string as twice",
               "m > '5.00 EUR' as dear"})
      .show();
  prices.group_by({"m"})
      .aggregate({"count(*) as n", "min(id) as least"})
      .sort({"m"})
      .select({"m::string as price", "n", "least"})
      .show();
  prices.aggregate({"min(m) as lowest", "max(m) as highest"})
      .select({"lowest::string as lowest", "highest::string as highest"})
      .show();
  wd::range(0, 4)
      .map([](std::int64_t id) {
        double x = static_cast<double>(id);
        return Point{{x, 2 * x}};
      })
      .select({"value <-> cast(struct(x => 0::f64, y => 0::f64) as point) "
               "as d"})
      .sort({"d"})
      .show();
  show_wrong(prices, "m + '1.00 XXX' > '1.00 XXX'", "cannot add", "XXX");
  show_wrong(prices, "m > 'much'", "'much'", "is no money");
  show_wrong(prices, "m > 5", "money", "i64");
  show_wrong(prices, "m - m > m", "-", "money, money");
}
