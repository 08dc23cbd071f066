package main

import (
	"iter"
	"strings"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Word struct {
	Word string
}

func words(text string) iter.Seq[Word] {
	return func(yield func(Word) bool) {
		for _, word := range strings.Split(text, " ") {
			if word != "" && !yield(Word{word}) {
				return
			}
		}
	}
}

type Number struct {
	N int64
}

func numbers(count int64, partition uint32) iter.Seq[Number] {
	return func(yield func(Number) bool) {
		for n := int64(partition); count < 0 || n < count; n += 4 {
			if !yield(Number{n}) {
				return
			}
		}
	}
}

type Row struct {
	ID   int64
	Word string
}

type Placed struct {
	ID    int64
	Word  string
	Place int64
}

func first(count int64, rows iter.Seq[Row], emit func(Placed)) error {
	place := int64(0)
	for row := range rows {
		if place < count {
			emit(Placed{row.ID, row.Word, place})
			place++
		}
	}
	return nil
}

func main() {
	data.Check(data.RegisterTable("words", words))
	data.Check(data.RegisterSource("numbers", 4, numbers))
	data.Check(data.RegisterOver("longest", first))
	texts := data.Read("texts")
	data.Check(texts.Select("id", "words(text) as word").Sort("id", "word").Show())
	for _, text := range []string{
		"select t.id, w.word from t left join words(t.text) w on true order by 1, 2 nulls last",
		"select word from words('to be or') order by word",
		"select count(*) as n, cast(sum(n) as bigint) as s from numbers(1000)",
		"select count(*) as n from (select * from numbers(-1) limit 5)",
		"with w as (select t.id, x.word, length(x.word) as size from t, words(t.text) x) select id, word, place from longest(TABLE w PARTITION BY id ORDER BY (size DESC, word), 2) order by id, place",
	} {
		data.Check(data.SQL(text, map[string]*data.Dataset{"t": texts}).Show())
	}
}
