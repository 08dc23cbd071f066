#include <wasidata.hpp>

enum class Color { red, its, green };
WD_ENUM(Color, red, (its, "it's"), (green, "gr\u00fcn"))

enum class Member { number, word };
WD_ENUM(Member, number, word)

using Word = std::optional<std::string>;
using Size = wd::one_of<wd::alternative<"word", Word>,
                        wd::alternative<"number", std::int64_t>>;

struct Row {
  std::int64_t id;
  std::optional<Color> color;
  Size size;
  WD_ROW(id, color, size)
};

struct Turned {
  std::int64_t id;
  std::optional<Color> color;
  Size size;
  Member was;
  WD_ROW(id, color, size, was)
};

static Row
make(std::int64_t id)
{
  Row row = {id, {}, Size::of<"number">(id * 5)};
  if (id % 7)
    row.color = static_cast<Color>(id % 3);
  if (id % 2)
    row.size = Size::of<"word">(id % 5 ? Word("w" + std::to_string(id))
                                       : std::nullopt);
  return row;
}

static Turned
turn(const Row &row)
{
  Turned turned = {row.id, {}, {}, Member::number};
  if (row.color)
    turned.color = static_cast<Color>((static_cast<int>(*row.color) + 1) % 3);
  if (auto number = row.size.get<"number">()) {
    turned.size = Size::of<"word">(Word(std::to_string(*number)));
  } else {
    auto length = row.size.get<"word">()->value_or("").size();
    turned.size = Size::of<"number">(static_cast<std::int64_t>(length));
    turned.was = Member::word;
  }
  return turned;
}

int
main()
{
  std::vector<Row> rows;
  for (std::int64_t id = 0; id < 60; id++)
    rows.push_back(make(id));
  wd::DataSet turned = wd::create(rows).map(turn);
  turned.sort("color", "id").show();
  turned.group_by("was")
      .aggregate("count(*) as n", "max(color) as color")
      .sort("was")
      .show();
}
