use wasi_data::{self as data, Aggregate, Decimal, Measure, Row};

type Price = Decimal<10, 2>;

/// The item of the highest price.
struct Best;

type Priced = Option<(Price, String)>;

fn better(a: Priced, b: Priced) -> Priced {
    match (a, b) {
        (Some(a), Some(b)) => {
            let order = (b.0.unscaled(), &a.1).cmp(&(a.0.unscaled(), &b.1));
            Some(if order.is_gt() { b } else { a })
        }
        (a, b) => a.or(b),
    }
}

impl Aggregate for Best {
    type Input = (Option<String>, Option<Price>);
    type State = Priced;
    type Output = Option<String>;

    fn start(&self) -> Priced {
        None
    }
    fn update(&self, state: &mut Priced, (item, price): Self::Input) {
        if let (Some(item), Some(price)) = (item, price) {
            *state = better(state.take(), Some((price, item)));
        }
    }
    fn combine(&self, state: &mut Priced, other: Priced) {
        *state = better(state.take(), other);
    }
    fn finish(&self, state: Priced) -> Option<String> {
        state.map(|(_, item)| item)
    }
}

fn wider(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

#[derive(Row)]
struct Sale {
    shop: String,
    item: Option<String>,
    price: Option<Price>,
    quantity: Option<i64>,
}

fn plus<T: std::ops::Add<Output = T>>(a: Option<T>, b: Option<T>) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a + b),
        (a, b) => a.or(b),
    }
}

fn fold(a: Sale, b: Sale) -> Sale {
    Sale {
        shop: a.shop,
        item: a.item.max(b.item), // None is less than any
        price: plus(a.price, b.price),
        quantity: plus(a.quantity, b.quantity),
    }
}

fn main() {
    data::run(|| {
        let sales = data::read("sales").select([
            "shop",
            "item",
            "cast(price as decimal(10,2)) as price",
            "quantity",
        ]);
        let best = || Measure::custom("best", Best, ["item", "price"]);
        let spread = || {
            let spread = data::fold(
                None,
                |state, x: Option<i64>| *state = wider(*state, x.map(|x| (x, x))),
                |state, other| *state = wider(*state, other),
                |state: Option<(i64, i64)>| state.map(|(low, high)| high - low),
            );
            Measure::custom("spread", spread, ["quantity"])
        };
        let shops = sales.group_by(["shop"]);
        let by_shop = [
            "count(*) as sales".into(),
            "sum(quantity) as pieces".into(),
            "sum(price) as total".into(),
            Measure::from("count(*) as several").filter("quantity > 1"),
            best(),
            spread(),
        ];
        shops.aggregate(by_shop).sort(["shop"]).show()?;
        shops.reduce(fold).sort(["shop"]).show()?;
        sales.aggregate([best(), spread()]).show()
    })
}
