// How busy and how late airports are, and how often their flights leave the
// state.
//
//	wasi-data run --table flights=flights-3m.parquet
//	  --table airports=airports.csv --sink report=report.parquet flights.wasm
//
// Shows a closure that captures a data structure: the airports become a map in
// the program's memory, and the lambda that runs over three million flights
// looks airports up in it. Then a group-by, a join and a sorted report.
package main

import (
	"fmt"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Airport struct {
	Code  string `data:"iata"`
	State string
}

type Flight struct {
	Origin      string
	Destination string
	Delay       data.Null[int64]
}

type Known struct {
	Origin string
	Delay  data.Null[int64]
	Leaves data.Null[int64] // 1 to another state, 0 within one
}

// The states of airports, whose codes and states have up to three letters.
func loadStates(airports *data.Dataset) (map[string]string, error) {
	states := map[string]string{}
	for a, err := range data.Collect[Airport](airports.Select("iata", "state")) {
		if err != nil {
			return nil, err
		}
		if a.Code != "" && len(a.Code) <= 3 && a.State != "" && len(a.State) <= 3 {
			states[a.Code] = a.State
		}
	}
	return states, nil
}

func report(flights, airports *data.Dataset, states map[string]string) *data.Dataset {
	known := data.Map(flights, func(f Flight) Known {
		k := Known{Origin: f.Origin, Delay: f.Delay}
		from, to := states[f.Origin], states[f.Destination]
		if from != "" && to != "" {
			k.Leaves = data.Some(int64(0))
			if from != to {
				k.Leaves.V = 1
			}
		}
		return k
	}, data.Deterministic)
	busy := known.GroupBy("origin").Aggregate("count(*) as flights",
		"avg(delay) as delay", "avg(leaves) as leaves")
	return busy.Join(airports, data.Inner, "origin = iata").
		Select("origin", "name", "state", "flights", "round(delay, 1) as mean_delay",
			"round(leaves * 100, 1) as percent_out_of_state").
		Sort("flights desc", "origin")
}

// The table that the C example makes: twice as many slots, a power of two.
func slots(airports *data.Dataset) uint64 {
	count, err := airports.Count()
	data.Check(err)
	slots := uint64(1)
	for slots < 2*count {
		slots *= 2
	}
	return slots
}

func main() {
	flights := data.Read("flights")
	airports := data.Read("airports")
	states, err := loadStates(airports)
	data.Check(err)
	fmt.Println(slots(airports), "slots of airports are captured")

	report := report(flights, airports, states)
	data.Check(report.Limit(12).Show())
	data.Check(report.WriteIfGranted("report", data.Overwrite))
}
