use wasi_data::{self as data, Code, Error, Named, NamedType, Promises, Result, Row, SortKey};

#[derive(Row)]
struct Amount {
    cents: i64,
    currency: String,
}

impl NamedType for Amount {
    const NAME: &'static str = "money";
}

#[derive(Row)]
struct Place {
    x: f64,
    y: f64,
}

impl NamedType for Place {
    const NAME: &'static str = "point";
}

type Money = Named<Amount>;
type Point = Named<Place>;

fn no_money(text: &str) -> Error {
    Error::new(Code::InvalidArgument, format!("'{}' is no money", text))
}

fn parse(text: &str) -> Result<Amount> {
    let (amount, currency) = text.split_once(' ').ok_or_else(|| no_money(text))?;
    let (whole, cents) = amount.split_once('.').ok_or_else(|| no_money(text))?;
    let number = |digits: &str| digits.parse::<i64>().map_err(|_| no_money(text));
    Ok(Amount {
        cents: number(whole)? * 100 + number(cents)?,
        currency: currency.into(),
    })
}

fn show_wrong(prices: &data::Dataset, wrong: &str, a: &str, b: &str) {
    match prices.filter(wrong).count() {
        Err(e) if e.message.contains(a) && e.message.contains(b) => println!("refused"),
        _ => println!("taken"),
    }
}

fn main() {
    data::run(|| {
        data::TypeOperations::<Amount>::new()
            .text(|m| format!("{}.{:02} {}", m.cents / 100, m.cents % 100, m.currency))
            .parse(parse)
            .key(|m| SortKey::new().text(&m.currency).integer(m.cents).bytes())
            .register()?;
        data::TypeOperations::<Place>::new().register()?;
        data::register("+", Promises::default(), |(a, b): (Money, Money)| {
            if a.currency != b.currency {
                data::fail(&format!("cannot add {} and {}", a.currency, b.currency));
            }
            Named(Amount {
                cents: a.cents + b.cents,
                currency: a.0.currency,
            })
        })?;
        data::register("<->", Promises::default(), |(a, b): (Point, Point)| {
            let (x, y) = (a.x - b.x, a.y - b.y);
            (x * x + y * y).sqrt()
        })?;
        let prices = data::read("prices").select(["id", "cast(price as money) as m"]);
        prices
            .sort(["m", "id"])
            .select([
                "id",
                "m::string as price",
                "(m + m)::string as twice",
                "m > '5.00 EUR' as dear",
            ])
            .show()?;
        prices
            .group_by(["m"])
            .aggregate(["count(*) as n", "min(id) as least"])
            .sort(["m"])
            .select(["m::string as price", "n", "least"])
            .show()?;
        prices
            .aggregate(["min(m) as lowest", "max(m) as highest"])
            .select(["lowest::string as lowest", "highest::string as highest"])
            .show()?;
        data::range(0, 4, 1)
            .map(|id: i64| {
                Named(Place {
                    x: id as f64,
                    y: 2.0 * id as f64,
                })
            })
            .select("value <-> cast(struct(x => 0::f64, y => 0::f64) as point) as d")
            .sort(["d"])
            .show()?;
        show_wrong(&prices, "m + '1.00 XXX' > '1.00 XXX'", "cannot add", "XXX");
        show_wrong(&prices, "m > 'much'", "'much'", "is no money");
        show_wrong(&prices, "m > 5", "money", "i64");
        show_wrong(&prices, "m - m > m", "-", "money, money");
        Ok(())
    })
}
