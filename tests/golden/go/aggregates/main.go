package main

import (
	"encoding/binary"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

// Best is the item of the highest price.
type Best struct {
	Some  bool
	Price int64 // in hundredths
	Item  string
}

type Priced struct {
	Item  data.Null[string]
	Price data.Null[data.Decimal] `data:"price,decimal(10,2)"`
}

func (b *Best) Update(p Priced) {
	if p.Item.Valid && p.Price.Valid {
		b.Combine(&Best{true, p.Price.V.Unscaled().Int64(), p.Item.V})
	}
}

func (b *Best) Combine(o *Best) {
	if o.Some && (!b.Some || o.Price > b.Price ||
		o.Price == b.Price && o.Item < b.Item) {
		*b = *o
	}
}

func (b *Best) Finish() data.Null[string] {
	return data.Null[string]{V: b.Item, Valid: b.Some}
}

// MarshalBinary makes bytes of a state: it has a string.
func (b *Best) MarshalBinary() ([]byte, error) {
	if !b.Some {
		return nil, nil
	}
	to := binary.LittleEndian.AppendUint64(nil, uint64(b.Price))
	return append(to, b.Item...), nil
}

func (b *Best) UnmarshalBinary(from []byte) error {
	if b.Some = len(from) >= 8; b.Some {
		b.Price = int64(binary.LittleEndian.Uint64(from))
		b.Item = string(from[8:])
	}
	return nil
}

// Spread is the highest less the lowest.
type Spread struct {
	Some      bool
	Low, High int64
}

func (s *Spread) Update(v data.Null[int64]) {
	if v.Valid {
		s.Combine(&Spread{true, v.V, v.V})
	}
}

func (s *Spread) Combine(o *Spread) {
	switch {
	case !o.Some:
	case !s.Some:
		*s = *o
	default:
		s.Low = min(s.Low, o.Low)
		s.High = max(s.High, o.High)
	}
}

func (s *Spread) Finish() data.Null[int64] {
	return data.Null[int64]{V: s.High - s.Low, Valid: s.Some}
}

type Sale struct {
	Shop     string
	Item     data.Null[string]
	Price    data.Null[data.Decimal] `data:"price,decimal(10,2)"`
	Quantity data.Null[int64]
}

func fold(a, b Sale) Sale {
	if b.Item.Valid && (!a.Item.Valid || b.Item.V > a.Item.V) {
		a.Item = b.Item
	}
	if !a.Price.Valid {
		a.Price = b.Price
	} else if b.Price.Valid {
		a.Price.V = a.Price.V.Add(b.Price.V)
	}
	if !a.Quantity.Valid {
		a.Quantity = b.Quantity
	} else {
		a.Quantity.V += b.Quantity.V
	}
	return a
}

func main() {
	sales := data.Read("sales").Select("shop", "item",
		"cast(price as decimal(10,2)) as price", "quantity")
	best := data.Custom("best", &Best{}, "item", "price")
	spread := data.Custom("spread", &Spread{}, "quantity")
	shops := sales.GroupBy("shop")
	data.Check(shops.AggregateBy(data.Measured("count(*) as sales"),
		data.Measured("sum(quantity) as pieces"),
		data.Measured("sum(price) as total"),
		data.Measured("count(*) as several").Filter("quantity > 1"),
		best, spread).Sort("shop").Show())
	data.Check(data.Reduce(shops, fold).Sort("shop").Show())
	data.Check(sales.AggregateBy(best, spread).Show())
}
