// How busy and how late airports are, and how often their flights leave the
// state.
//
//   wasi-data run --table flights=flights-3m.parquet
//     --table airports=airports.csv --sink report=report.parquet flights.wasm
//
// Shows a closure that captures a data structure: the airports become a hash
// table in the program's memory, and the lambda that runs over three million
// flights looks airports up in it. Then a group-by, a join and a sorted report.
#include <unordered_map>

#include <wasidata.hpp>

struct Airport {
  std::string iata, state;
  WD_ROW(iata, state)
};

struct Flight {
  std::string_view origin, destination;
  std::optional<std::int64_t> delay;
  WD_ROW(origin, destination, delay)
};

struct Known {
  std::string_view origin;
  std::optional<std::int64_t> delay;
  std::optional<std::int64_t> leaves; // 1 to another state, 0 within one
  WD_ROW(origin, delay, leaves)
};

// Airports' states; codes and states have up to three letters.
using States = std::unordered_map<std::string_view, std::string_view>;

static States
states_of(const std::vector<Airport> &airports)
{
  auto fits = [](const std::string &s) { return !s.empty() && s.size() <= 3; };
  States states;
  for (const Airport &a : airports)
    if (fits(a.iata) && fits(a.state))
      states[a.iata] = a.state;
  return states;
}

// The table that the C example makes: twice as many slots, a power of two.
static unsigned
slots(std::size_t airports)
{
  unsigned slots = 1;
  while (slots < 2 * airports)
    slots *= 2;
  return slots;
}

int
main()
{
  wd::DataSet flights = wd::read("flights");
  wd::DataSet airports = wd::read("airports");
  std::vector<Airport> table = *airports.to_vector<Airport>();
  std::printf("%u slots of airports are captured\n", slots(table.size()));

  auto known = [states = states_of(table)](const Flight &f) {
    Known known = {f.origin, f.delay, {}};
    auto from = states.find(f.origin), to = states.find(f.destination);
    if (from != states.end() && to != states.end())
      known.leaves = from->second != to->second;
    return known;
  };
  wd::DataSet busy =
      flights.map(known, wd::deterministic)
          .group_by("origin")
          .aggregate("count(*) as flights", "avg(delay) as delay",
                     "avg(leaves) as leaves");
  wd::DataSet report =
      busy.join(airports, wd::Join::inner, "origin = iata")
          .select("origin", "name", "state", "flights",
                  "round(delay, 1) as mean_delay",
                  "round(leaves * 100, 1) as percent_out_of_state")
          .sort("flights desc", "origin");
  report.limit(12).show();
  report.write_if_granted("report");
}
