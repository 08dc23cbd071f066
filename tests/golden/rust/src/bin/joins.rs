use wasi_data::{self as data, Join, Row};

#[derive(Row)]
struct Amount {
    amount: Option<i64>,
}

#[derive(Row)]
struct Band {
    band: Option<String>,
}

fn band(row: Amount) -> Band {
    let name = |amount| match amount {
        i64::MIN..=99 => "small",
        100..=999 => "medium",
        _ => "large",
    };
    Band {
        band: row.amount.map(|amount| name(amount).into()),
    }
}

fn main() {
    data::run(|| {
        let kind = match std::env::args().nth(1).as_deref() {
            Some("inner") => Join::Inner,
            Some("left") => Join::Left,
            Some("right") => Join::Right,
            Some("full") => Join::Full,
            Some("semi") => Join::Semi,
            Some("anti") => Join::Anti,
            Some("cross") => Join::Cross,
            _ => std::process::exit(2),
        };
        let orders = data::read("orders").extend(band);
        let customers = data::read("customers");
        match kind {
            Join::Cross => orders
                .select(["id"])
                .join(&customers.select(["city"]), kind, "")
                .sort(["id", "city"])
                .show(),
            Join::Semi | Join::Anti => orders
                .join_using(&customers, kind, ["customer"])
                .sort(["id"])
                .show(),
            _ => orders
                .join_using(&customers, kind, ["customer"])
                .sort(["id", "customer", "city"])
                .show(),
        }
    })
}
