#include <wasidata.hpp>

struct Text {
  std::int64_t id;
  std::optional<std::string_view> text;
  WD_ROW(id, text)
};

struct Measured {
  std::int64_t id;
  std::optional<std::int64_t> bytes, points;
  std::optional<std::string> reversed;
  WD_ROW(id, bytes, points, reversed)
};

struct Point {
  std::string_view point;
  WD_ROW(point)
};

// The first code point of a text that is not empty.
static std::string_view
first(std::string_view text)
{
  std::size_t size = 1;
  while (size < text.size() && (text[size] & 0xc0) == 0x80)
    size++;
  return text.substr(0, size);
}

static std::vector<Point>
points(const Text &row)
{
  std::vector<Point> points;
  std::string_view rest = row.text.value_or("");
  while (!rest.empty()) {
    points.push_back({first(rest)});
    rest.remove_prefix(points.back().point.size());
  }
  return points;
}

static Measured
measure(const Text &row)
{
  Measured m = {row.id, {}, {}, {}};
  if (!row.text)
    return m;
  std::vector<Point> all = points(row);
  m.bytes = row.text->size();
  m.points = all.size();
  m.reversed.emplace();
  for (auto at = all.rbegin(); at != all.rend(); ++at)
    *m.reversed += at->point;
  return m;
}

int
main()
{
  wd::DataSet texts = wd::read("texts");
  texts.map(measure).sort("id").show();
  texts.flat_map(points)
      .group_by("point")
      .aggregate("count(*) as count")
      .sort("count desc", "point")
      .show();
}
