// A pipeline given as arguments: see tests/guests/script.c, whose steps these
// are.
package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type script struct {
	words    []string
	current  *data.Dataset
	grouped  *data.Grouped
	job      *data.Job
	datasets map[string]*data.Dataset
	groups   map[string]*data.Grouped
}

func usage(what string, word any) {
	fmt.Fprintf(os.Stderr, "operations: %s: %v\n", what, word)
	os.Exit(2)
}

func (s *script) word() string {
	if len(s.words) == 0 {
		usage("an argument is missing", "the end")
	}
	word := s.words[0]
	s.words = s.words[1:]
	return word
}

func (s *script) list() (list []string) {
	for word := s.word(); word != "."; word = s.word() {
		list = append(list, word)
	}
	return list
}

func (s *script) number() uint64 {
	n, err := strconv.ParseUint(s.word(), 10, 64)
	data.Check(err)
	return n
}

func (s *script) right() *data.Dataset { return s.datasets[s.word()] }

func choose[T any](what string, names map[string]T) T {
	value, ok := names[what]
	if !ok {
		usage("none of the kinds", what)
	}
	return value
}

var joins = map[string]data.JoinKind{"inner": data.Inner, "left": data.Left,
	"right": data.Right, "full": data.Full, "semi": data.Semi, "anti": data.Anti,
	"cross": data.Cross, "as-of": data.AsOf, "as-of-left": data.AsOfLeft}

var combinations = map[string]data.SetOperation{"union-all": data.UnionAll,
	"union-distinct": data.UnionDistinct, "intersect-all": data.IntersectAll,
	"intersect-distinct": data.IntersectDistinct, "except-all": data.ExceptAll,
	"except-distinct": data.ExceptDistinct}

var modes = map[string]data.Mode{"create": data.CreateNew, "overwrite": data.Overwrite,
	"append": data.Append, "ignore": data.Ignore}

func (s *script) combine() *data.Dataset {
	right, operation := s.right(), choose(s.word(), combinations)
	if s.word() == "by-name" {
		return s.current.CombineByName(operation, right)
	}
	return s.current.Combine(operation, right)
}

func (s *script) sets() *data.Grouped {
	keys, texts := s.list(), s.list()
	sets := make([][]uint32, len(texts))
	for i, text := range texts {
		for _, index := range strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == '-' }) {
			n, err := strconv.Atoi(index)
			data.Check(err)
			sets[i] = append(sets[i], uint32(n))
		}
	}
	return s.current.GroupingSets(keys, sets...)
}

// group gives the group, which is used up.
func (s *script) group() *data.Grouped {
	g := s.grouped
	s.grouped = nil
	return g
}

// begin and the functions below do a step if the verb is one of theirs.
func (s *script) begin(verb string) bool {
	switch verb {
	case "read":
		s.current = data.Read(s.word())
	case "range":
		start, end := s.number(), s.number()
		s.current = data.Range(int64(start), int64(end), int64(s.number()))
	case "generate":
		s.current = s.generate()
	case "use":
		s.current = s.right()
	case "as":
		s.datasets[s.word()] = s.current
	default:
		return false
	}
	return true
}

func (s *script) shape(verb string) bool {
	d := s.current
	switch verb {
	case "select":
		d = d.Select(s.list()...)
	case "with":
		name := s.word()
		d = d.WithColumn(name, s.word())
	case "drop-columns":
		d = d.Drop(s.list()...)
	case "rename":
		d = d.Rename(s.list()...)
	case "filter":
		d = d.Filter(s.word())
	case "sort":
		d = d.Sort(s.list()...)
	case "sort-parts":
		d = d.SortWithinPartitions(s.list()...)
	case "limit":
		d = d.Limit(s.number())
	case "slice":
		offset := s.number()
		d = d.Slice(offset, s.number())
	case "distinct":
		d = d.Distinct(s.list()...)
	case "repartition":
		count := s.number()
		d = d.Repartition(uint32(count), s.list()...)
	case "sample":
		fraction, err := strconv.ParseFloat(s.word(), 64)
		data.Check(err)
		again := s.word() == "again"
		d = d.Sample(fraction, again, s.number())
	case "row-index":
		d = d.WithRowIndex(s.word())
	case "unpivot":
		name, value := s.word(), s.word()
		d = d.Unpivot(name, value, s.list()...)
	case "explode":
		column, how := s.word(), s.word()
		d = d.Explode(column, how == "outer", s.word())
	case "describe":
		d = d.Describe(s.list()...)
	case "cache":
		if s.word() == "disk" {
			d = d.CacheOnDisk()
		} else {
			d = d.Cache()
		}
	default:
		return false
	}
	s.current = d
	return true
}

func (s *script) relate(verb string) bool {
	switch verb {
	case "join":
		right, kind := s.right(), choose(s.word(), joins)
		s.current = s.current.Join(right, kind, s.word())
	case "join-using":
		right, kind := s.right(), choose(s.word(), joins)
		s.current = s.current.JoinUsing(right, kind, s.list()...)
	case "combine":
		s.current = s.combine()
	case "zip":
		s.current = s.current.Zip(s.right())
	case "group":
		s.grouped = s.current.GroupBy(s.list()...)
	case "rollup":
		s.grouped = s.current.Rollup(s.list()...)
	case "cube":
		s.grouped = s.current.Cube(s.list()...)
	case "sets":
		s.grouped = s.sets()
	case "pivot":
		expression := s.word()
		s.grouped = s.grouped.Pivot(expression, s.list()...)
	case "measure":
		measures := s.list()
		if g := s.group(); g != nil {
			s.current = g.Aggregate(measures...)
		} else {
			s.current = s.current.Aggregate(measures...)
		}
	default:
		return false
	}
	return true
}

func (s *script) act(verb string) bool {
	switch verb {
	case "show":
		data.Check(s.current.Show())
	case "collect":
		ids, err := data.CollectAll[int64](s.current)
		data.Check(err)
		for _, id := range ids {
			fmt.Printf("[\"%d\"]\n", id)
		}
	case "count":
		count, err := s.current.Count()
		data.Check(err)
		fmt.Println(count)
	case "first":
		id, there, err := data.First[int64](s.current)
		data.Check(err)
		if there {
			fmt.Printf("[\"%d\"]\n", id)
		} else {
			fmt.Println("none")
		}
	case "write":
		sink := s.word()
		job, err := s.current.StartWrite(sink, data.Output{Mode: choose(s.word(), modes)})
		data.Check(err)
		s.job = job
	case "wait":
		data.Check(s.job.Wait())
	case "temp":
		name := s.word()
		data.Check(s.current.TempTable(name, choose(s.word(), modes)))
	case "counters":
		var values []string
		for _, name := range s.list() {
			values = append(values, fmt.Sprint(s.job.Counter(name)))
		}
		fmt.Println(strings.Join(values, " "))
	default:
		return false
	}
	return true
}

func main() {
	s := script{words: os.Args[1:], datasets: map[string]*data.Dataset{},
		groups: map[string]*data.Grouped{}}
	for len(s.words) > 0 {
		verb := s.word()
		if !s.begin(verb) && !s.shape(verb) && !s.relate(verb) && !s.apply(verb) && !s.act(verb) {
			usage("unknown step", verb)
		}
	}
}
