// Guests of the benchmarks in Go; bench.h says how they speak with the host.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

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

type Pair struct {
	A, B int64
}

type InPair struct {
	Pair Pair
}

type OutPair struct {
	Y Pair
}

type Decimal18 struct {
	D data.Decimal `data:"d18,decimal(18,2)"`
}

type Decimal38 struct {
	D data.Decimal `data:"d38,decimal(38,4)"`
}

type Three struct {
	A, B, C int64
}

type Word struct {
	Y string
}

func nulls(t *data.Dataset, column string) *data.Dataset {
	return data.Map(t.Select(column), func(i data.Null[int64]) data.Null[int64] {
		i.V++
		return i
	})
}

func tokens(s string, emit func(Word)) {
	from := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] > ' ' {
			continue
		}
		if i > from {
			emit(Word{s[from:i]})
		}
		from = i + 1
	}
}

// The cases of scalars.c, strings.c, types.c and wide.c.
func dataset(name string, step int64) *data.Dataset {
	t := data.Read("t")
	measure := "sum(value) as y"
	switch name {
	case "typed":
		t = data.Map(t.Select("i"), func(i int64) int64 { return i + step })
	case "row":
		t = data.Map(t, func(row In) Out { return Out{row.I + step} })
		measure = "sum(y) as y"
	case "increment":
		t = data.MapBatch(t.Select("i"), func(in Column) Result {
			for i := range in.I {
				in.I[i] += step
			}
			return Result{in.I}
		})
		measure = "sum(y) as y"
	case "upper_row":
		t = data.Map(t.Select("s"), strings.ToUpper)
		measure = "sum(octet_length(value)) as y"
	case "tokens":
		t = data.FlatMap(t.Select("s"), tokens)
		measure = "sum(octet_length(y)) as y"
	case "nulls_0":
		t = nulls(t, "n0")
	case "nulls_10":
		t = nulls(t, "n10")
	case "nulls_90":
		t = nulls(t, "n90")
	case "decimal_18":
		t = data.Map(t, func(row Decimal18) Decimal18 {
			return Decimal18{row.D.Add(row.D)}
		})
		measure = "cast(sum(d18) as i64) as y"
	case "decimal_38":
		t = data.Map(t, func(row Decimal38) Decimal38 {
			return Decimal38{row.D.Add(row.D)}
		})
		measure = "cast(sum(d38) as i64) as y"
	case "list_sum":
		t = data.Map(t.Select("list"), func(list []int64) int64 {
			sum := int64(0)
			for _, x := range list {
				sum += x
			}
			return sum
		})
	case "list_add":
		t = data.Map(t.Select("list"), func(list []int64) []int64 {
			for i := range list {
				list[i]++
			}
			return list
		})
		measure = "sum(list_sum(value)) as y"
	case "struct":
		t = data.Map(t, func(row InPair) OutPair {
			return OutPair{Pair{row.Pair.A + 1, row.Pair.B}}
		})
		measure = "sum(y.a + y.b) as y"
	case "map":
		t = data.Map(t, func(row Three) Out { return Out{row.A + row.B + row.C} })
		measure = "sum(y) as y"
	case "narrow":
		t = data.Map(t.Select("a", "b", "c"), func(row Three) Out {
			return Out{row.A + row.B + row.C}
		})
		measure = "sum(y) as y"
	case "filter":
		t = data.Filter(t, func(row Three) bool { return (row.A+row.B+row.C)%2 == 0 })
		measure = "sum(d) as y"
	default:
		fmt.Fprintf(os.Stderr, "there is no case '%s'\n", name)
		os.Exit(2)
	}
	return t.Aggregate(measure)
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
			action(dataset(name, 1))
		}
	}
}
