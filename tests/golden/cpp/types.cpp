#include <wasidata.hpp>

using namespace std::chrono;

struct Row {
  std::int64_t i;
  std::optional<bool> b;
  std::optional<std::int8_t> i8;
  std::optional<std::int16_t> i16;
  std::optional<std::int32_t> i32;
  std::optional<std::int64_t> i64;
  std::optional<std::uint8_t> u8;
  std::optional<std::uint16_t> u16;
  std::optional<std::uint32_t> u32;
  std::optional<std::uint64_t> u64;
  std::optional<float> f32;
  std::optional<double> f64;
  std::optional<wd::decimal<20, 3>> decimal;
  std::optional<sys_days> date;
  std::optional<local_time<milliseconds>> ms;
  std::optional<sys_time<microseconds>> utc;
  std::optional<std::string> text;
  std::optional<wd::bytes> bytes;
  WD_ROW(i, (b, "bool"), i8, i16, i32, i64, u8, u16, u32, u64, f32, f64,
         decimal, date, ms, utc, text, bytes)
};

static Row
make(std::int64_t i)
{
  // The value of column c; null in every fifth row.
  auto some = [i, c = 0](auto value) mutable {
    return (i + ++c) % 5 ? std::optional(value) : std::nullopt;
  };
  std::string text = "text " + std::to_string(i) + " \u00e9";
  auto raw = reinterpret_cast<const std::byte *>(text.data());
  return {
      i,
      some(i % 3 == 0),
      some(static_cast<std::int8_t>(i - 100)),
      some(static_cast<std::int16_t>(i * -150)),
      some(static_cast<std::int32_t>(i * -10000000)),
      some(i * -40000000000000000),
      some(static_cast<std::uint8_t>(i + 50)),
      some(static_cast<std::uint16_t>(i * 300)),
      some(static_cast<std::uint32_t>(i * 20000000)),
      some(static_cast<std::uint64_t>(i) * 90000000000000000),
      some(static_cast<float>(i) / 4),
      some(static_cast<double>(i) / -8),
      some(wd::decimal<20, 3>(i * 1000000000000) -
           wd::decimal<20, 3>::from_units(1)),
      some(sys_days(2000y / 1 / 1) - days(i * 1000)),
      some(local_time<milliseconds>(
          milliseconds(i * 86400000001 - 5000000000000))),
      some(sys_time<microseconds>(days(i) + microseconds(1))),
      some(text),
      some(wd::bytes(raw, raw + i % 4)),
  };
}

int
main()
{
  std::vector<Row> rows;
  for (std::int64_t i = 0; i < 200; i++)
    rows.push_back(make(i));
  wd::create(rows).map([](const Row &row) { return row; }).sort("i").show();
}
