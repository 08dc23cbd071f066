#include <map>

#include <wasidata.hpp>

struct Amount {
  std::optional<std::int64_t> amount;
  WD_ROW(amount)
};

static std::optional<std::string_view>
band(Amount row)
{
  if (!row.amount)
    return {};
  return *row.amount < 100 ? "small" : *row.amount < 1000 ? "medium" : "large";
}

int
main(int argc, char **argv)
{
  static const std::map<std::string, wd::Join> kinds = {
      {"inner", wd::Join::inner}, {"left", wd::Join::left},
      {"right", wd::Join::right}, {"full", wd::Join::full},
      {"semi", wd::Join::semi},   {"anti", wd::Join::anti},
      {"cross", wd::Join::cross}};
  auto found = kinds.find(argc > 1 ? argv[1] : "");
  if (found == kinds.end())
    return 2;
  wd::Join kind = found->second;
  wd::DataSet orders = wd::read("orders").with_column("band", band);
  wd::DataSet customers = wd::read("customers");
  if (kind == wd::Join::cross) {
    orders.select("id")
        .join(customers.select("city"), kind, "")
        .sort("id", "city")
        .show();
    return 0;
  }
  wd::DataSet joined = orders.join_using(customers, kind, {"customer"});
  if (kind == wd::Join::semi || kind == wd::Join::anti)
    joined.sort("id").show();
  else
    joined.sort("id", "customer", "city").show();
}
