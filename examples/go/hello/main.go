// Squares of numbers: the smallest program with a lambda.
//
//	wasi-data run hello.wasm
package main

import data "github.com/wasi-data/wasi-data/sdk/go"

type Number struct {
	ID int64
}

type Square struct {
	ID     int64
	Square int64
}

func square(n Number) Square {
	return Square{n.ID, n.ID * n.ID}
}

func main() {
	numbers := data.Range(1, 6, 1)
	data.Check(data.Map(numbers, square).Show())
}
