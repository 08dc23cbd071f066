#include <wasidata.hpp>

static std::string_view
view(const wd_row &row, std::uint32_t column)
{
  wd_str text = wd_get_str(&row, column);
  return {text.data, text.size};
}

static auto
larger(wd::Call &call)
{
  if (call.size() == 0)
    call.refuse("larger takes an argument");
  for (std::uint32_t i = 1; i < call.size(); i++)
    if (call.argument(i).type != call.argument(0).type)
      call.refuse("larger takes arguments of one type");
  bool text = call.size() && call.argument(0).type == WD_STRING;
  if (call.size())
    call.returns_like(0);
  return [text, count = call.size()](const wd_row &row, wd_rows &out) {
    std::uint32_t best = count;
    for (std::uint32_t i = 0; i < count; i++) {
      if (wd_is_null(&row, i))
        continue;
      if (best == count)
        best = i;
      else if (text ? view(row, best) < view(row, i)
                    : wd_get_i64(&row, best) < wd_get_i64(&row, i))
        best = i;
    }
    if (best < count)
      wd_copy(&out, 0, &row, best);
  };
}

static auto
power(wd::Call &call)
{
  std::optional<std::int64_t> exponent;
  if (call.size() == 2)
    exponent = call.known<std::int64_t>(1);
  if (!exponent)
    call.refuse("the exponent must be known");
  call.returns<std::int64_t>();
  return [times = exponent.value_or(0)](const wd_row &row, wd_rows &out) {
    std::int64_t product = 1;
    for (std::int64_t i = 0; i < times; i++)
      product *= wd_get_i64(&row, 0);
    wd_set_i64(&out, 0, product);
  };
}

int
main()
{
  wd::register_call("larger", larger);
  wd::register_call("power_of", power);
  wd::register_variadic("total", [](std::span<const std::int64_t> xs) {
    std::int64_t sum = 0;
    for (std::int64_t x : xs)
      sum += x;
    return sum;
  });
  wd::register_scalar("scaled",
                      [](std::int64_t x, std::int64_t by) { return x * by; });
  wd::DataSet numbers = wd::range(0, 5).select(
      {"id", "if(id = 3, null, 4 - id) as down", "cast(id as string) as text"});
  numbers
      .select({"id", "larger(id, down) as l",
               "larger(text, '2', cast(null as string)) as t",
               "total(id, down, 100) as s", "total(id) as one",
               "power_of(id, 3) as p", "scaled(id, 7) as k"})
      .sort({"id"})
      .show();
  for (const char *wrong : {"larger()", "larger(id, text)",
                            "power_of(id, down)", "total('x')", "total()"})
    std::printf("%s\n", numbers.select({wrong}).count() ? "taken" : "refused");
}
