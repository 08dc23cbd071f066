// The example of the wasi-data proposal: rows made in the program, grouped by a
// key that a lambda computes, and reduced by (row, row) → row.
//
//	wasi-data run rows.wasm
//
// In the proposal's own notation:
//
//	dataSet = createDataSet([
//	  Row(a=1, b=2., c='string1', d=date(2000, 1, 1)),
//	  Row(a=2, b=3., c='string2', d=date(2000, 2, 1)),
//	  Row(a=4, b=5., c='string3', d=date(2000, 3, 1))])
//	dataSet.groupBy(key).reduce(f)
package main

import (
	"time"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Row struct {
	A int64
	B float64
	C string
	D time.Time `data:"d,date"`
}

// Keyed is a row and its group: an embedded struct counts as its fields.
type Keyed struct {
	Row
	Key int64
}

func date(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// Odd or even.
func key(row Row) Keyed {
	return Keyed{row, row.A % 2}
}

// Sums of a and b, the greatest c, the first day.
func f(x, y Keyed) Keyed {
	x.A += y.A
	x.B += y.B
	x.C = max(x.C, y.C)
	if y.D.Before(x.D) {
		x.D = y.D
	}
	return x
}

func main() {
	rows := data.Create([]Row{
		{1, 2, "string1", date(2000, 1, 1)},
		{2, 3, "string2", date(2000, 2, 1)},
		{4, 5, "string3", date(2000, 3, 1)},
	})
	reduced := data.Reduce(data.Map(rows, key).GroupBy("key"), f)
	data.Check(reduced.Sort("key").Show())
}
