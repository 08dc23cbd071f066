package main

import (
	"fmt"
	"iter"
	"time"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Wide struct {
	Part uint32
	Row  int64
	Flag *bool
	Real *float64
	Text *string
	Day  *time.Time `data:"day,date"`
	List []int32
}

func some[T any](there bool, value T) *T {
	if !there {
		return nil
	}
	return &value
}

// wide is a row without nulls, with some, or with nulls only, in turn.
func wide(part uint32, row int64) Wide {
	there := func(k int64) bool { return (row+k)%3 != 0 && row%7 != 6 }
	w := Wide{Part: part, Row: row, List: []int32{},
		Flag: some(there(0), row%2 == 0),
		Real: some(there(1), float64(row)/4),
		Text: some(there(2), fmt.Sprintf("ä%d", row)),
		Day:  some(there(0), time.Date(2000, 1, 1+int(row%28), 0, 0, 0, 0, time.UTC)),
	}
	if there(1) {
		w.List = []int32{int32(row), -1}
	}
	return w
}

func count(from, below int64) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for i := from; i < below && yield(i); i++ {
		}
	}
}

func caseGenerate() {
	for _, c := range []struct {
		parts uint32
		rows  int64
	}{{1, 0}, {1, 1}, {3, 7}, {1, 2048}, {2, 5000}, {50, 3}} {
		d := data.Generate(c.parts, func(part uint32) iter.Seq[Wide] {
			return func(yield func(Wide) bool) {
				for row := range count(0, c.rows) {
					if !yield(wide(part, row)) {
						return
					}
				}
			}
		})
		var wanted []Wide
		var texts []*string
		for part := range c.parts {
			for row := range c.rows {
				wanted = append(wanted, wide(part, row))
				if part == 0 {
					texts = append(texts, wide(part, row).Text)
				}
			}
		}
		expect(all[Wide](d.Sort("part", "row")), wanted)
		n, err := d.Count()
		expect(err, nil)
		expect(n, uint64(len(wanted)))
		// Some of the columns.
		expect(all[*string](d.Filter("part = 0").Sort("row").Select("text")), texts)
	}
	for row := range int64(8) {
		given := wide(9, row)
		same := data.GenerateWith(given, 2, func(given Wide, _ uint32) iter.Seq[Wide] {
			return func(yield func(Wide) bool) { _ = yield(given) && yield(given) }
		})
		expect(all[Wide](same), []Wide{given, given, given, given})
	}
}

func caseGenerateEnds() {
	endless := data.Generate(3, func(uint32) iter.Seq[int64] { return count(0, 1<<62) })
	n, err := endless.Limit(5000).Count()
	expect(err, nil)
	expect(n, uint64(5000))
	broken := data.Generate(2, func(part uint32) iter.Seq[int64] {
		return func(yield func(int64) bool) {
			for i := range count(0, 3000) {
				if part == 1 && i == 2500 {
					panic("no row 2500")
				}
				if !yield(i) {
					return
				}
			}
		}
	})
	contains(fails(broken), "no row 2500")
	none := func(uint32) iter.Seq[int64] { return count(0, 0) }
	contains(fails(data.Generate(0, none)), "1 to 1000000 partitions, not 0")
	contains(fails(data.Generate(2000000, none)), "1 to 1000000 partitions")
}

type Left struct {
	Id   int64
	Name string
}

type Right struct {
	Id int64
	X  *int64
}

type Paired struct {
	Id          int64
	Left, Right int64
	Sum         *int64
	First       string
}

func caseCoGroups() {
	var lefts []Left
	var rights []Right
	wanted := map[int64]*Paired{}
	at := func(id int64) *Paired {
		if wanted[id] == nil {
			wanted[id] = &Paired{Id: id}
		}
		return wanted[id]
	}
	for i := range int64(6000) {
		id := i % 700
		lefts = append(lefts, Left{id, fmt.Sprint("n", id)})
		at(id).Left++
		at(id).First = fmt.Sprint("n", id)
	}
	for i := range int64(3000) {
		id := 500 + i%400
		x := some(i%5 != 0, i)
		rights = append(rights, Right{id, x})
		p := at(id)
		p.Right++
		if x != nil {
			if p.Sum == nil {
				p.Sum = new(int64)
			}
			*p.Sum += i
		}
	}
	pairs := func(left []Left, right []Right, emit func(Paired)) error {
		p := Paired{Left: int64(len(left)), Right: int64(len(right))}
		for _, l := range left {
			p.Id, p.First = l.Id, l.Name
		}
		for _, r := range right {
			p.Id = r.Id
			if r.X != nil {
				if p.Sum == nil {
					p.Sum = new(int64)
				}
				*p.Sum += *r.X
			}
		}
		emit(p)
		return nil
	}
	l, r := data.Create(lefts).GroupBy("id"), data.Create(rights).GroupBy("id")
	got := all[Paired](data.CoMapGroups(l, r, pairs).Sort("id"))
	expect(len(got), len(wanted))
	for _, p := range got {
		expect(p, *wanted[p.Id])
	}
	none := data.Create([]Left{}).GroupBy("id")
	expect(len(all[Paired](data.CoMapGroups(none, data.Create([]Right{}).GroupBy("id"), pairs))), 0)
	contains(fails(data.CoMapGroups(l, r, func([]Right, []Right, func(Paired)) error { return nil })),
		"there is no column 'x'", "name")
	contains(fails(data.CoMapGroups(l, r, func([]Left, []Right, func(Paired)) error {
		return fmt.Errorf("not this pair")
	})), "not this pair")
	sets := data.Create(lefts).GroupingSets([]string{"id % 2 as odd"}, []uint32{0}, nil).
		Aggregate("count(*) as n").Sort("odd nulls first")
	type Set struct {
		Odd *int64
		N   int64
	}
	expect(all[Set](sets.Select("odd", "n")), []Set{{nil, 6000}, {some(true, int64(0)), 3000}, {some(true, int64(1)), 3000}})
}
