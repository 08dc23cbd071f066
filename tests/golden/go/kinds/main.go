package main

import (
	"fmt"
	"slices"
	"strconv"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

var colors = []string{"red", "it's", "grün"}

type Size struct {
	data.OneOf
	Word   *string // null: neither has a value
	Number *int64
}

type Row struct {
	ID    int64
	Color data.Null[string] `data:"color,enum(red,it's,grün)"`
	Size  Size
}

type Turned struct {
	Row
	Was string `data:"was,enum(number,word)"`
}

func row(id int64) Row {
	r := Row{ID: id}
	if id%7 != 0 {
		r.Color = data.Some(colors[id%3])
	}
	switch {
	case id%2 == 0:
		number := id * 5
		r.Size.Number = &number
	case id%5 != 0:
		word := fmt.Sprint("w", id)
		r.Size.Word = &word
	}
	return r
}

func turn(r Row) Turned {
	t := Turned{Row: Row{ID: r.ID}, Was: "number"}
	if r.Color.Valid {
		t.Color = data.Some(colors[(slices.Index(colors, r.Color.V)+1)%3])
	}
	if r.Size.Number != nil {
		word := strconv.FormatInt(*r.Size.Number, 10)
		t.Size.Word = &word
		return t
	}
	var length int64
	if r.Size.Word != nil {
		length = int64(len(*r.Size.Word))
	}
	t.Size.Number, t.Was = &length, "word"
	return t
}

func main() {
	rows := make([]Row, 60)
	for i := range rows {
		rows[i] = row(int64(i))
	}
	turned := data.Map(data.Create(rows), turn)
	data.Check(turned.Sort("color", "id").Show())
	data.Check(turned.GroupBy("was").Aggregate("count(*) as n", "max(color) as color").
		Sort("was").Show())
}
