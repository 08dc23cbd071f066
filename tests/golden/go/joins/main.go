package main

import (
	"os"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Order struct {
	ID       int64
	Customer data.Null[string]
	Amount   data.Null[int64]
}

type Banded struct {
	Order
	Band data.Null[string]
}

func band(o Order) Banded {
	b := Banded{Order: o}
	if o.Amount.Valid {
		switch {
		case o.Amount.V < 100:
			b.Band = data.Some("small")
		case o.Amount.V < 1000:
			b.Band = data.Some("medium")
		default:
			b.Band = data.Some("large")
		}
	}
	return b
}

var kinds = map[string]data.JoinKind{"inner": data.Inner, "left": data.Left,
	"right": data.Right, "full": data.Full, "semi": data.Semi, "anti": data.Anti,
	"cross": data.Cross}

func main() {
	if len(os.Args) < 2 {
		os.Exit(2)
	}
	kind, ok := kinds[os.Args[1]]
	if !ok {
		os.Exit(2)
	}
	orders := data.Map(data.Read("orders"), band)
	customers := data.Read("customers")
	var joined *data.Dataset
	switch kind {
	case data.Cross:
		joined = orders.Select("id").Join(customers.Select("city"), kind, "").
			Sort("id", "city")
	case data.Semi, data.Anti:
		joined = orders.JoinUsing(customers, kind, "customer").Sort("id")
	default:
		joined = orders.JoinUsing(customers, kind, "customer").
			Sort("id", "customer", "city")
	}
	data.Check(joined.Show())
}
