// A pipeline given as arguments: see tests/guests/script.c, whose steps these
// are.
#include <cstdio>
#include <cstdlib>
#include <map>

#include <wasidata.hpp>
#include <wasidata/co_groups.hpp>
#include <wasidata/tables.hpp>

using Words = std::vector<std::string>;

struct Script {
  char **next;
  std::optional<wd::DataSet> current = {};
  std::optional<wd::Grouped> grouped = {};
  std::optional<wd::Job> job = {};
  std::map<std::string, wd::DataSet> datasets = {};
  std::map<std::string, wd::Grouped> groups = {};

  [[noreturn]] static void usage(const char *what, const std::string &word)
  {
    std::fprintf(stderr, "operations: %s: %s\n", what, word.c_str());
    std::exit(2);
  }

  std::string word()
  {
    if (!*next)
      usage("an argument is missing", "the end");
    return *next++;
  }

  Words list()
  {
    Words words;
    for (std::string w = word(); w != "."; w = word())
      words.push_back(w);
    return words;
  }

  std::uint64_t number()
  {
    return std::strtoull(word().c_str(), nullptr, 10);
  }

  wd::DataSet right()
  {
    return datasets.at(word());
  }

  // The group, which is used up.
  wd::Grouped group()
  {
    wd::Grouped g = grouped.value();
    grouped.reset();
    return g;
  }

  template <class T> T choose(std::initializer_list<const char *> names)
  {
    std::string w = word();
    int i = 0;
    for (const char *name : names) {
      if (w == name)
        return static_cast<T>(i);
      i++;
    }
    usage("none of the kinds", w);
  }

  wd::Join join_kind()
  {
    return choose<wd::Join>({"inner", "left", "right", "full", "semi", "anti",
                             "cross", "as-of", "as-of-left"});
  }

  wd::Mode mode()
  {
    return choose<wd::Mode>({"create", "overwrite", "append", "ignore"});
  }
};

static wd::DataSet
combine(Script &s, const wd::DataSet &d)
{
  wd::DataSet right = s.right();
  int operation =
      s.choose<int>({"union-all", "union-distinct", "intersect-all",
                     "intersect-distinct", "except-all", "except-distinct"});
  bool by_name = s.word() == "by-name";
  switch (operation) {
  case 0:
    return d.union_all(right, by_name);
  case 1:
    return d.union_distinct(right, by_name);
  case 2:
    return d.intersect_all(right, by_name);
  case 3:
    return d.intersect_distinct(right, by_name);
  case 4:
    return d.except_all(right, by_name);
  default:
    return d.except_distinct(right, by_name);
  }
}

static wd::Grouped
sets(Script &s, const wd::DataSet &d)
{
  Words keys = s.list();
  std::vector<std::vector<std::uint32_t>> sets;
  for (const std::string &text : s.list()) {
    sets.emplace_back();
    for (char c : text)
      if (c >= '0' && c <= '9')
        sets.back().push_back(static_cast<std::uint32_t>(c - '0'));
  }
  return d.grouping_sets(keys, sets);
}

struct Made {
  std::int64_t part, row;
  WD_ROW(part, row)
};

static wd::DataSet
generate(Script &s)
{
  if (std::string kind = s.word(); kind != "rows")
    s.usage("none of the kinds", kind);
  auto partitions = static_cast<std::uint32_t>(s.number());
  auto count = static_cast<std::int64_t>(s.number());
  if (!s.word().empty() || !s.list().empty())
    s.usage("rows are made without", "arguments");
  return wd::generate(partitions, [count](std::uint32_t part) {
    return [made = Made{part, 0}, count]() mutable -> std::optional<Made> {
      if (made.row == count)
        return {};
      Made row = made;
      made.row++;
      return row;
    };
  });
}

// This and the functions below do a step if the verb is one of theirs.
static bool
begin(Script &s, const std::string &verb)
{
  if (verb == "read") {
    s.current = wd::read(s.word());
  } else if (verb == "range") {
    auto start = static_cast<std::int64_t>(s.number());
    auto end = static_cast<std::int64_t>(s.number());
    s.current = wd::range(start, end, static_cast<std::int64_t>(s.number()));
  } else if (verb == "generate") {
    s.current = generate(s);
  } else if (verb == "use") {
    s.current = s.right();
  } else if (verb == "as") {
    s.datasets.insert_or_assign(s.word(), s.current.value());
  } else {
    return false;
  }
  return true;
}

static bool
shape(Script &s, const std::string &verb)
{
  std::optional<wd::DataSet> &d = s.current;
  if (verb == "select") {
    d = d->select(s.list());
  } else if (verb == "with") {
    std::string name = s.word();
    d = d->with_column(name, s.word());
  } else if (verb == "drop-columns") {
    d = d->drop_columns(s.list());
  } else if (verb == "rename") {
    Words names = s.list();
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t i = 0; i + 1 < names.size(); i += 2)
      pairs.emplace_back(names[i], names[i + 1]);
    d = d->rename(pairs);
  } else if (verb == "filter") {
    d = d->filter(s.word());
  } else if (verb == "sort") {
    d = d->sort(s.list());
  } else if (verb == "sort-parts") {
    d = d->sort_within_partitions(s.list());
  } else if (verb == "limit") {
    d = d->limit(s.number());
  } else if (verb == "slice") {
    std::uint64_t offset = s.number();
    d = d->slice(offset, s.number());
  } else if (verb == "distinct") {
    d = d->distinct(s.list());
  } else {
    return false;
  }
  return true;
}

static bool
rearrange(Script &s, const std::string &verb)
{
  std::optional<wd::DataSet> &d = s.current;
  if (verb == "repartition") {
    auto count = static_cast<std::uint32_t>(s.number());
    d = d->repartition(count, s.list());
  } else if (verb == "sample") {
    double fraction = std::strtod(s.word().c_str(), nullptr);
    bool again = s.word() == "again";
    d = d->sample(fraction, s.number(), again);
  } else if (verb == "row-index") {
    d = d->with_row_index(s.word());
  } else if (verb == "unpivot") {
    std::string name = s.word(), value = s.word();
    d = d->unpivot(s.list(), name, value);
  } else if (verb == "explode") {
    std::string column = s.word();
    bool outer = s.word() == "outer";
    d = d->explode(column, outer, s.word());
  } else if (verb == "describe") {
    Words columns = s.list();
    d = columns.empty() ? d->describe() : d->describe(columns[0]);
  } else if (verb == "cache") {
    d = d->cache(s.choose<wd::Storage>({"memory", "disk"}));
  } else {
    return false;
  }
  return true;
}

static bool
group(Script &s, const std::string &verb)
{
  const std::optional<wd::DataSet> &d = s.current;
  if (verb == "group") {
    s.grouped = d->group_by(s.list());
  } else if (verb == "rollup") {
    s.grouped = d->rollup(s.list());
  } else if (verb == "cube") {
    s.grouped = d->cube(s.list());
  } else if (verb == "sets") {
    s.grouped = sets(s, *d);
  } else if (verb == "pivot") {
    std::string expression = s.word();
    s.grouped = s.grouped->pivot(expression, s.list());
  } else {
    return false;
  }
  return true;
}

static bool
relate(Script &s, const std::string &verb)
{
  std::optional<wd::DataSet> &d = s.current;
  if (verb == "join") {
    wd::DataSet right = s.right();
    wd::Join kind = s.join_kind();
    d = d->join(right, kind, s.word());
  } else if (verb == "join-using") {
    wd::DataSet right = s.right();
    wd::Join kind = s.join_kind();
    d = d->join_using(right, kind, s.list());
  } else if (verb == "combine") {
    d = combine(s, *d);
  } else if (verb == "zip") {
    d = d->zip(s.right());
  } else if (verb == "measure") {
    std::vector<wd::Measure> measures;
    for (const std::string &text : s.list())
      measures.emplace_back(text);
    d = s.grouped ? s.group().aggregate(measures) : d->aggregate(measures);
  } else {
    return group(s, verb);
  }
  return true;
}

struct Id {
  std::int64_t id;
  WD_ROW(id)
};

struct Part {
  std::int64_t part, rows;
  WD_ROW(part, rows)
};

struct CountPart {
  std::int64_t rows = 0;

  void operator()(const Id &, wd::Emit<Part>)
  {
    rows++;
  }
  void end(wd::Emit<Part> emit)
  {
    emit({wd::partition(), rows});
  }
};

struct Share {
  std::int64_t rows, total;
  bool rising;
  WD_ROW(rows, total, rising)
};

struct Shares {
  Share share = {0, 0, true};
  std::int64_t last = INT64_MIN;

  void operator()(const Id &row, wd::Emit<Share>)
  {
    share.rising = share.rising && row.id >= last;
    share.rows++;
    share.total += row.id;
    last = row.id;
  }
  void end(wd::Emit<Share> emit)
  {
    emit(share);
  }
};

struct Side {
  std::string side;
  std::int64_t id, first;
  std::optional<std::int64_t> after;
  WD_ROW(side, id, first, after)
};

static void
pair(const std::vector<Id> &left, const std::vector<Id> &right,
     wd::Emit<Side> emit)
{
  std::int64_t first = !left.empty() ? left[0].id : -1 - right[0].id;
  std::int64_t seen = 0;
  for (const Id &row : left)
    emit({"left", row.id, first, seen++});
  for (const Id &row : right)
    emit({"right", row.id, first, seen++});
  emit({"end", seen, first, {}});
}

struct Each {
  std::string text;
  std::uint64_t rows = 0;

  void operator()(const Id &)
  {
    rows++;
  }
  void end()
  {
    wd::count("parts", 1);
    wd::count("rows", rows);
    wd::log(wd::Level::info, text + " " + std::to_string(rows));
  }
};

static bool
over_parts(Script &s, const std::string &verb)
{
  if (verb == "shares") {
    if (std::string column = s.word(); column != "id")
      s.usage("shares are of id, not of", column);
    s.current = s.current->map_partitions(Shares());
  } else if (verb == "count-parts") {
    s.current = s.grouped ? s.group().map_groups(CountPart())
                          : s.current->map_partitions(CountPart());
  } else if (verb == "as-group") {
    std::string name = s.word();
    s.groups.insert_or_assign(name, s.group());
  } else if (verb == "pair") {
    std::string name = s.word();
    s.current = wd::co_map_groups(s.groups.at(name), s.group(), pair);
  } else if (verb == "each") {
    s.job = s.current->for_each_partition(Each{s.word()});
  } else {
    return false;
  }
  return true;
}

static bool
act(Script &s, const std::string &verb)
{
  const std::optional<wd::DataSet> &d = s.current;
  if (verb == "show") {
    d->show();
  } else if (verb == "collect") {
    for (const Id &row : d->collect<Id>())
      std::printf("[\"%lld\"]\n", static_cast<long long>(row.id));
  } else if (verb == "count") {
    std::printf("%llu\n", static_cast<unsigned long long>(*d->count()));
  } else if (verb == "first") {
    std::optional<Id> row = *d->first<Id>();
    if (row)
      std::printf("[\"%lld\"]\n", static_cast<long long>(row->id));
    else
      std::puts("none");
  } else if (verb == "write") {
    std::string sink = s.word();
    s.job = d->write(sink, s.mode());
  } else if (verb == "wait") {
    s.job->wait();
  } else if (verb == "temp") {
    std::string name = s.word();
    d->temp_table(name, s.mode());
  } else if (verb == "counters") {
    std::string line;
    for (const std::string &name : s.list())
      line += (line.empty() ? "" : " ") +
              std::to_string(s.job->counter(name.c_str()));
    std::puts(line.c_str());
  } else {
    return false;
  }
  return true;
}

int
main(int argc, char **argv)
{
  Script s = {argv + (argc > 0)};
  while (*s.next) {
    std::string verb = s.word();
    if (!begin(s, verb) && !shape(s, verb) && !rearrange(s, verb) &&
        !relate(s, verb) && !over_parts(s, verb) && !act(s, verb))
      s.usage("unknown step", verb);
  }
  return 0;
}
