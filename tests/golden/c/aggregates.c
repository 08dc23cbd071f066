#include <wasidata.h>

/* ---- best: the item of the highest price */

struct best {
  wd_decimal price;
  uint32_t size;
  bool some;
  char item[32];
};

static void
best_take(struct best *best, const struct best *other)
{
  wd_str a = {best->item, best->size}, b = {other->item, other->size};
  if (other->some &&
      (!best->some || other->price > best->price ||
       (other->price == best->price && wd_str_compare(b, a) < 0)))
    *best = *other;
}

static void
best_update(void *state, const wd_row *row, void *env)
{
  (void)env;
  wd_str item = wd_get_str(row, 0);
  if (wd_is_null(row, 0) || wd_is_null(row, 1))
    return;
  struct best other = {wd_get_decimal(row, 1), item.size, true, ""};
  if (item.size > sizeof other.item)
    wd_fail("an item has more than %zu bytes", sizeof other.item);
  memcpy(other.item, item.data, item.size);
  best_take(state, &other);
}

static void
best_combine(void *state, const void *other, void *env)
{
  (void)env;
  best_take(state, other);
}

static void
best_finish(const void *state, wd_rows *out, void *env)
{
  const struct best *best = state;
  (void)env;
  if (best->some)
    wd_set_str(out, 0, (wd_str){best->item, best->size});
}

/* ---- spread: highest less lowest */

struct spread {
  int64_t low, high;
  bool some;
};

static void
spread_take(struct spread *spread, int64_t low, int64_t high)
{
  if (!spread->some || low < spread->low)
    spread->low = low;
  if (!spread->some || high > spread->high)
    spread->high = high;
  spread->some = true;
}

static void
spread_update(void *state, const wd_row *row, void *env)
{
  (void)env;
  if (!wd_is_null(row, 0))
    spread_take(state, wd_get_i64(row, 0), wd_get_i64(row, 0));
}

static void
spread_combine(void *state, const void *other, void *env)
{
  const struct spread *from = other;
  (void)env;
  if (from->some)
    spread_take(state, from->low, from->high);
}

static void
spread_finish(const void *state, wd_rows *out, void *env)
{
  const struct spread *spread = state;
  (void)env;
  if (spread->some)
    wd_set_i64(out, 0, spread->high - spread->low);
}

static const wd_aggregator best = {.size = sizeof(struct best),
                                   .update = best_update,
                                   .combine = best_combine,
                                   .finish = best_finish,
                                   .output = "string"};
static const wd_aggregator spread = {.size = sizeof(struct spread),
                                     .update = spread_update,
                                     .combine = spread_combine,
                                     .finish = spread_finish,
                                     .output = "i64"};

/* ---- reduce: greatest item, sums; nulls count for nothing */

enum { SHOP, ITEM, PRICE, QUANTITY };

static void
fold(wd_acc *acc, const wd_row *row, void *env)
{
  (void)env;
  wd_str item = wd_get_str(row, ITEM);
  if (!wd_is_null(row, ITEM) &&
      (wd_acc_is_null(acc, ITEM) ||
       wd_str_compare(item, wd_acc_str(acc, ITEM)) > 0))
    wd_acc_set_str(acc, ITEM, item);
  if (!wd_is_null(row, PRICE))
    *wd_at_decimal(acc, PRICE) += wd_get_decimal(row, PRICE);
  if (!wd_is_null(row, QUANTITY))
    *wd_at_i64(acc, QUANTITY) += wd_get_i64(row, QUANTITY);
}

int
main(void)
{
  wd_dataset sales =
      wd_select(wd_read("sales"), "shop", "item",
                "cast(price as decimal(10,2)) as price", "quantity");
  const wd_measure by_shop[] = {
      {.expression = "count(*) as sales"},
      {.expression = "sum(quantity) as pieces"},
      {.expression = "sum(price) as total"},
      {.expression = "count(*) as several", .filter = "quantity > 1"},
      {.name = "best",
       .function = &best,
       .arguments = WD_ARGUMENTS("item", "price")},
      {.name = "spread",
       .function = &spread,
       .arguments = WD_ARGUMENTS("quantity")}};
  wd_grouped shops = wd_group_by(sales, "shop");
  wd_show(wd_sort(wd_aggregate_by(shops, by_shop, 6), "shop"));
  wd_show(wd_sort(wd_reduce(shops, fold, NULL, 0), "shop"));
  wd_show(wd_aggregate_all_by(sales, by_shop + 4, 2));
}
