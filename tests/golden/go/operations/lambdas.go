package main

import (
	"iter"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type made struct {
	Part, Row int64
}

func (s *script) generate() *data.Dataset {
	if kind := s.word(); kind != "rows" {
		usage("none of the kinds", kind)
	}
	partitions, count := s.number(), int64(s.number())
	if schema, arguments := s.word(), s.list(); schema != "" || arguments != nil {
		usage("arguments are not taken here", schema)
	}
	return data.Generate(uint32(partitions), func(partition uint32) iter.Seq[made] {
		return func(yield func(made) bool) {
			for row := range count {
				if !yield(made{int64(partition), row}) {
					return
				}
			}
		}
	})
}

type row struct {
	ID int64
}

type part struct {
	Part, Rows int64
}

func countPart(rows iter.Seq[row], emit func(part)) error {
	p := part{Part: int64(data.Partition())}
	for range rows {
		p.Rows++
	}
	emit(p)
	return nil
}

type share struct {
	Rows, Total int64
	Rising      bool
}

func shareOf(rows iter.Seq[row], emit func(share)) error {
	s := share{Rising: true}
	var last int64
	for r := range rows {
		s.Rising = s.Rising && (s.Rows == 0 || r.ID >= last)
		s.Rows++
		s.Total += r.ID
		last = r.ID
	}
	emit(s)
	return nil
}

type side struct {
	Side             string
	ID, First, After int64
}

func pair(left, right []row, emit func(side)) error {
	s := side{Side: "left"}
	for _, r := range left {
		if s.ID = r.ID; s.After == 0 {
			s.First = r.ID
		}
		emit(s)
		s.After++
	}
	s.Side = "right"
	for _, r := range right {
		if s.ID = r.ID; s.After == 0 {
			s.First = -1 - r.ID
		}
		emit(s)
		s.After++
	}
	emit(side{"end", s.After, s.First, 0})
	return nil
}

func (s *script) apply(verb string) bool {
	switch verb {
	case "shares":
		if column := s.word(); column != "id" {
			usage("shares are of id", column)
		}
		s.current = data.MapPartitions(s.current, shareOf)
	case "count-parts":
		if g := s.group(); g != nil {
			s.current = data.MapGroups(g, countPart)
		} else {
			s.current = data.MapPartitions(s.current, countPart)
		}
	case "as-group":
		s.groups[s.word()] = s.group()
	case "pair":
		s.current = data.CoMapGroups(s.groups[s.word()], s.group(), pair)
	case "each":
		text := s.word()
		job, err := data.StartForEachPartition(s.current, func(rows iter.Seq[row]) error {
			data.Add("parts", 1)
			count := 0
			for range rows {
				count++
			}
			data.Add("rows", uint64(count))
			data.Log(data.Info, "%s %d of %d in %d", text, count, data.Partition(), data.Partitions())
			return nil
		})
		data.Check(err)
		s.job = job
	default:
		return false
	}
	return true
}
