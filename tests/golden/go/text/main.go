package main

import (
	"slices"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Text struct {
	ID   int64
	Text data.Null[string]
}

type Measured struct {
	ID            int64
	Bytes, Points data.Null[int64]
	Reversed      data.Null[string]
}

func measure(t Text) Measured {
	m := Measured{ID: t.ID}
	if t.Text.Valid {
		runes := []rune(t.Text.V)
		m.Bytes = data.Some(int64(len(t.Text.V)))
		m.Points = data.Some(int64(len(runes)))
		slices.Reverse(runes)
		m.Reversed = data.Some(string(runes))
	}
	return m
}

type Point struct {
	Point string
}

func points(t Text, emit func(Point)) {
	for _, r := range t.Text.V {
		emit(Point{string(r)})
	}
}

func main() {
	texts := data.Read("texts")
	data.Check(data.Map(texts, measure).Sort("id").Show())
	data.Check(data.FlatMap(texts, points).GroupBy("point").
		Aggregate("count(*) as count").Sort("count desc", "point").Show())
}
