package main

import (
	"errors"
	"time"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Widths struct {
	ID int64
	A  data.Null[int8]
	B  data.Null[uint16]
	C  data.Null[float32]
	D  data.Null[uint64]
	E  data.Null[float64]
	L  []data.Null[int32]
	F  [3]data.Null[int16]
}

func either[T any](there bool, value T) (n data.Null[T]) {
	if there {
		n = data.Some(value)
	}
	return n
}

// widths has nulls here and there, in runs of more than a word of flags, and none.
func widths(i int64) Widths {
	there := func(k int64) bool { return (i+k)%7 != 0 && (i/100+k)%5 != 0 && i/1000 != 2 }
	w := Widths{ID: i, L: []data.Null[int32]{},
		A: either(there(0), int8(i)), B: either(there(1), uint16(i)),
		C: either(there(2), float32(i)/4), D: either(there(3), ^uint64(i)),
		E: either(there(4), -float64(i))}
	for k := range i % 5 {
		w.L = append(w.L, either(there(k), int32(i*k)))
	}
	for k := range w.F {
		w.F[k] = either(there(int64(k)), int16(i))
	}
	return w
}

func caseWidths() {
	rows := make([]Widths, 6000)
	for i := range rows {
		rows[i] = widths(int64(i))
	}
	d := data.Create(rows)
	same := func(w Widths) Widths { return w }
	expect(all[Widths](data.Map(data.Map(d, same), same).Sort("id")), rows)
	counts := all[struct{ A, B, C, D, E int64 }](data.Map(d, same).Aggregate(
		"count(a) as a", "count(b) as b", "count(c) as c", "count(d) as d", "count(e) as e"))[0]
	var want struct{ A, B, C, D, E int64 }
	for i := range rows {
		for _, n := range []struct {
			is bool
			to *int64
		}{{rows[i].A.Valid, &want.A}, {rows[i].B.Valid, &want.B}, {rows[i].C.Valid, &want.C},
			{rows[i].D.Valid, &want.D}, {rows[i].E.Valid, &want.E}} {
			if n.is {
				*n.to++
			}
		}
	}
	expect(counts, want)
	// What is in V where Valid is false does not come out, and does not come in.
	spoil := data.Map(d, func(w Widths) Widths {
		w.D = data.Null[uint64]{V: 7}
		return w
	})
	expect(all[struct{ D uint64 }](spoil.Limit(70))[69], struct{ D uint64 }{0})
	nothing := data.Map(spoil, func(w Widths) int64 { return int64(w.D.V) }).Aggregate("max(value) as m")
	expect(all[int64](nothing), []int64{0})
}

// caseWatermark is for streams, which this host does not run: it says so.
func caseWatermark() {
	d := data.Range(0, 3, 1).WithWatermark("id", -time.Second)
	expect(errors.Is(d.Err(), data.Unsupported), true)
	contains(fails(d.Filter("id > 1")), "with-watermark")
}
