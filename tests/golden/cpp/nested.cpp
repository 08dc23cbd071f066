#include <wasidata.hpp>

struct Item {
  std::optional<std::string_view> name;
  std::optional<std::vector<std::optional<std::int64_t>>> sizes;
  WD_ROW(name, sizes)
};

using Tags =
    std::vector<std::pair<std::string_view, std::optional<std::string_view>>>;
using Lengths =
    std::vector<std::pair<std::string_view, std::optional<std::int64_t>>>;

struct Cart {
  std::int64_t id;
  std::optional<std::vector<std::optional<Item>>> items;
  std::optional<Item> gift;
  std::optional<Tags> tags;
  WD_ROW(id, items, gift, tags)
};

struct Summary {
  std::int64_t id;
  std::optional<std::vector<std::optional<std::string_view>>> names;
  std::int64_t total;
  std::optional<Item> largest;
  std::optional<Lengths> tags;
  std::optional<std::array<std::int64_t, 2>> counts;
  WD_ROW(id, names, total, largest, tags, counts)
};

static std::size_t
size(const Item &item)
{
  return item.sizes ? item.sizes->size() : 0;
}

static Summary
summary(const Cart &cart)
{
  Summary s = {cart.id, {}, 0, {}, {}, {}};
  auto see = [&](const std::optional<Item> &item) {
    if (!item)
      return;
    if (item->sizes)
      for (std::optional<std::int64_t> one : *item->sizes)
        s.total += one.value_or(0);
    if (!s.largest || size(*item) > size(*s.largest))
      s.largest = item;
  };
  if (cart.items) {
    s.names.emplace();
    s.counts = {static_cast<std::int64_t>(cart.items->size()), 0};
    for (const std::optional<Item> &item : *cart.items) {
      see(item);
      if (item)
        s.names->push_back(item->name);
      else
        (*s.counts)[1]++;
    }
  }
  see(cart.gift);
  if (cart.tags) {
    s.tags.emplace();
    for (const auto &[key, value] : *cart.tags)
      s.tags->emplace_back(key, value
                                    ? std::optional<std::int64_t>(value->size())
                                    : std::nullopt);
  }
  return s;
}

int
main()
{
  wd::DataSet summaries = wd::read("carts").map(summary);
  summaries.sort("id").show();
  summaries.explode("names")
      .group_by("names as name")
      .aggregate("count(*) as n")
      .sort("n desc", "name")
      .show();
}
