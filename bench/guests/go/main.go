// Guests of the benchmarks in Go; bench.h says how they speak with the host.
package main

import (
	"fmt"
	"os"
	"strconv"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

func action(set *data.Dataset) {
	rows, sum := 0, int64(0)
	for value, err := range data.Collect[int64](set) {
		data.Check(err)
		rows++
		sum += value
	}
	fmt.Printf("%d %dE", rows, sum)
}

type In struct {
	I int64
}

type Out struct {
	Y int64
}

type Column struct {
	I []int64
}

type Result struct {
	Y []int64
}

func scalars(name string, step int64) *data.Dataset {
	t := data.Read("t").Select("i")
	switch name {
	case "typed":
		mapped := data.Map(t, func(i int64) int64 { return i + step })
		return mapped.Aggregate("sum(value) as y")
	case "row":
		t = data.Map(t, func(row In) Out { return Out{row.I + step} })
	case "increment":
		t = data.MapBatch(t, func(in Column) Result {
			for i := range in.I {
				in.I[i] += step
			}
			return Result{in.I}
		})
	default:
		fmt.Fprintf(os.Stderr, "there is no case '%s'\n", name)
		os.Exit(2)
	}
	return t.Aggregate("sum(y) as y")
}

func main() {
	repetitions, err := strconv.Atoi(os.Args[1])
	data.Check(err)
	for range repetitions {
		for _, name := range os.Args[2:] {
			fmt.Print("B")
			if name == "-" {
				fmt.Print("0 0E")
				continue
			}
			action(scalars(name, 1))
		}
	}
}
