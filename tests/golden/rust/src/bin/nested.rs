use std::collections::BTreeMap;

use wasi_data::{self as data, Row};

#[derive(Row, Clone)]
struct Item {
    name: Option<String>,
    sizes: Option<Vec<Option<i64>>>,
}

#[derive(Row)]
struct Cart {
    id: i64,
    items: Option<Vec<Option<Item>>>,
    gift: Option<Item>,
    tags: Option<BTreeMap<String, Option<String>>>,
}

#[derive(Row)]
struct Summary {
    id: i64,
    names: Option<Vec<Option<String>>>,
    total: i64,
    largest: Option<Item>,
    tags: Option<BTreeMap<String, Option<i64>>>,
    counts: Option<[i64; 2]>,
}

fn summary(cart: Cart) -> Summary {
    let listed = || cart.items.iter().flatten();
    let all: Vec<&Item> = listed().flatten().chain(&cart.gift).collect();
    let sizes = |item: &Item| item.sizes.as_ref().map_or(0, Vec::len);
    let most = all.iter().map(|item| sizes(item)).max();
    let lengths = |tags: BTreeMap<String, Option<String>>| {
        let length = |(key, value): (String, Option<String>)| (key, value.map(|v| v.len() as i64));
        tags.into_iter().map(length).collect()
    };
    Summary {
        id: cart.id,
        names: cart
            .items
            .as_ref()
            .map(|items| items.iter().flatten().map(|i| i.name.clone()).collect()),
        total: all
            .iter()
            .flat_map(|item| item.sizes.iter().flatten().flatten())
            .sum(),
        largest: all
            .iter()
            .find(|item| Some(sizes(item)) == most)
            .map(|item| Item::clone(item)),
        counts: cart.items.as_ref().map(|items| {
            [
                items.len() as i64,
                items.iter().filter(|i| i.is_none()).count() as i64,
            ]
        }),
        tags: cart.tags.map(lengths),
    }
}

fn main() {
    data::run(|| {
        let summaries = data::read("carts").map(summary);
        summaries.sort("id").show()?;
        let names = summaries
            .explode("names", false, "")
            .group_by("names as name");
        names
            .aggregate(["count(*) as n"])
            .sort(["n desc", "name"])
            .show()
    })
}
