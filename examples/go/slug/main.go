// Functions for other programs, in whatever language, and for SQL: a module
// whose main registers them and does nothing else.
//
//	wasi-data run --table lines=book.txt --function slug=slug.wasm titles.wasm
package main

import (
	"strings"
	"unicode"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

// slug is a text as it stands in addresses: "Café, à la carte!" is
// "café-à-la-carte".
func slug(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool {
		return !unicode.IsLetter(c) && !unicode.IsDigit(c)
	})
	return strings.Join(words, "-")
}

func main() {
	data.Check(data.Register("slug", slug))
}
