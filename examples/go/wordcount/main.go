// Counts the words of a text: maximal runs of ASCII letters, lower-cased; the
// most frequent first, equal ones in the order of the alphabet.
//
//	wasi-data run --table 'lines=books/' wordcount.wasm
//	wasi-data run --table 'lines=books/' --sink counts=counts.parquet
//	  wordcount.wasm
//
// Shows FlatMap: a Go function that turns a row into any number of rows.
// Grouping, sorting and writing are the engine's.
package main

import (
	"strings"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Line struct {
	Line string
}

type Word struct {
	Word string
}

func isLetter(c byte) bool {
	return c|0x20-'a' < 26
}

func words(line Line, emit func(Word)) {
	text := line.Line
	for at := 0; at < len(text); at++ {
		start := at
		for at < len(text) && isLetter(text[at]) {
			at++
		}
		if at > start {
			emit(Word{strings.ToLower(text[start:at])})
		}
	}
}

func main() {
	lines := data.Read("lines")
	counts := data.FlatMap(lines, words).GroupBy("word").Aggregate("count(*) as count")
	data.Check(counts.Sort("count desc", "word").WriteOrShow("counts"))
}
