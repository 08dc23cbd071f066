//! How busy and how late airports are, and how often their flights leave the
//! state.
//!
//!   wasi-data run --table flights=flights-3m.parquet
//!     --table airports=airports.csv --sink report=report.parquet flights.wasm
//!
//! Shows a closure that captures a data structure: the airports become a map in
//! the program's memory, and the lambda that runs over three million flights
//! looks airports up in it. Then a group-by, a join and a sorted report.
use std::collections::HashMap;

use wasi_data::{self as data, Dataset, Join, Mode, Promises, Row, Text};

#[derive(Row)]
struct Airport {
    iata: Option<String>,
    state: Option<String>,
}

#[derive(Row)]
struct Flight {
    origin: Option<Text>,
    destination: Option<Text>,
    delay: Option<i64>,
}

#[derive(Row)]
struct Known {
    origin: Option<Text>,
    delay: Option<i64>,
    leaves: Option<i64>, // 1 to another state, 0 within one
}

/// The states of airports, whose codes and states have up to three letters.
fn load_states(airports: &Dataset) -> data::Result<HashMap<String, String>> {
    let short = |text: &String| (1..=3).contains(&text.len());
    let mut states = HashMap::new();
    for airport in airports.select(["iata", "state"]).collect::<Airport>()? {
        let Airport { iata, state } = airport?;
        if let (Some(code), Some(state)) = (iata.filter(short), state.filter(short)) {
            states.insert(code, state);
        }
    }
    Ok(states)
}

/// The table that the C example makes: twice as many slots, a power of two.
fn slots(airports: &Dataset) -> data::Result<u64> {
    Ok((2 * airports.count()?).max(1).next_power_of_two())
}

fn report(flights: &Dataset, airports: &Dataset, states: HashMap<String, String>) -> Dataset {
    let known = flights
        .promising(Promises::DETERMINISTIC)
        .map(move |flight: Flight| {
            let state = |code: &Option<Text>| code.as_ref().and_then(|code| states.get(&**code));
            let leaves = match (state(&flight.origin), state(&flight.destination)) {
                (Some(from), Some(to)) => Some((from != to) as i64),
                _ => None,
            };
            Known {
                origin: flight.origin,
                delay: flight.delay,
                leaves,
            }
        });
    let busy = known.group_by("origin").aggregate([
        "count(*) as flights",
        "avg(delay) as delay",
        "avg(leaves) as leaves",
    ]);
    busy.join(airports, Join::Inner, "origin = iata")
        .select([
            "origin",
            "name",
            "state",
            "flights",
            "round(delay, 1) as mean_delay",
            "round(leaves * 100, 1) as percent_out_of_state",
        ])
        .sort(["flights desc", "origin"])
}

fn main() {
    data::run(|| {
        let flights = data::read("flights");
        let airports = data::read("airports");
        let states = load_states(&airports)?;
        println!("{} slots of airports are captured", slots(&airports)?);

        let report = report(&flights, &airports, states);
        report.limit(12).show()?;
        report
            .write_if_granted("report", Mode::Overwrite)
            .map(|_| ())
    })
}
