package main

import (
	"iter"
	"slices"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

const keys = 7

type Number struct {
	ID, K int64
}

type Sums struct {
	Rows, Total int64
}

func sums(rows iter.Seq[Number], emit func(Sums)) error {
	var s Sums
	for n := range rows {
		s.Rows++
		s.Total += n.ID
	}
	emit(s)
	return nil
}

type Placed struct {
	K, Place, ID int64
}

func largest(rows iter.Seq[Number], emit func(Placed)) error {
	all := slices.SortedFunc(rows, func(a, b Number) int { return int(b.ID - a.ID) })
	for i, n := range all[:min(3, len(all))] {
		emit(Placed{n.K, int64(i + 1), n.ID})
	}
	return nil
}

type Key struct {
	K, Rows int64
}

func counted(rows iter.Seq[Number], emit func(Key)) error {
	var count [keys]int64
	for n := range rows {
		count[n.K]++
	}
	for k, n := range count {
		if n > 0 {
			emit(Key{int64(k), n})
		}
	}
	return nil
}

type Rises struct {
	Rises int64
}

func rises(rows iter.Seq[Number], emit func(Rises)) error {
	var r Rises
	last := int64(1 << 62)
	for n := range rows {
		if n.ID > last {
			r.Rises++
		}
		last = n.ID
	}
	emit(r)
	return nil
}

func main() {
	mod := int64(keys)
	numbers := data.Map(data.Range(0, 10000, 1), func(id int64) Number {
		return Number{id, id % mod}
	})
	data.Check(data.MapPartitions(numbers, sums).
		Aggregate("sum(rows) as rows", "sum(total) as total").Show())
	data.Check(data.MapGroups(numbers.GroupBy("k"), largest).
		Sort("k", "place").Show())

	parts := numbers.Repartition(4, "k")
	data.Check(data.MapPartitions(parts, counted).GroupBy("k").
		Aggregate("count(*) as partitions", "sum(rows) as rows").Sort("k").Show())
	data.Check(data.MapPartitions(parts.SortWithinPartitions("id desc"), rises).
		Aggregate("sum(rises) as rises").Show())
}
