package wasidata

import (
	"reflect"
	"strings"
	"unsafe"
)

// Measure is a result column of an aggregation.
type Measure struct {
	name       string
	expression string
	filter     string
	arguments  []string
	lambda     *lambda
	err        error
}

// Measured is an aggregate expression as a measure: "sum(price * qty) as total".
func Measured(expression string) Measure {
	name := expression
	if at := findAs(expression); at >= 0 {
		name = strings.TrimSpace(expression[at+2:])
		expression = strings.TrimSpace(expression[:at])
	}
	if len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
		name = strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return Measure{name: name, expression: expression}
}

// findAs is where the last ` as ` outside of quotes and brackets stands.
func findAs(text string) int {
	found, depth := -1, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'' || c == '"':
			end := strings.IndexByte(text[i+1:], c)
			if end < 0 {
				return found
			}
			i += end + 1
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && i > 0 && i+2 < len(text) && isBlank(text[i-1]) &&
			strings.EqualFold(text[i:i+2], "as") && isBlank(text[i+2]):
			found = i
		}
	}
	return found
}

func isBlank(c byte) bool {
	return c == ' ' || c == '\t' || c == '\n'
}

// Filter counts only rows for which the predicate is true.
func (m Measure) Filter(predicate string) Measure {
	m.filter = predicate
	return m
}

// Aggregator is what a user's aggregate does; P is a pointer to its state.
// Update adds a row, whose fields are the measure's arguments in their order
// (or a single value for one argument); Combine adds what another state has
// seen; Finish is the result.
type Aggregator[P, T, R any] interface {
	Update(T)
	Combine(P)
	Finish() R
}

// Custom is a measure by a type of the program. States begin as copies of
// empty. They travel as bytes: a type that holds pointers (maps, slices,
// strings) must be an encoding.BinaryMarshaler and BinaryUnmarshaler.
//
//	type Mean struct { Sum float64; Rows int64 }
//	func (m *Mean) Update(x float64)  { m.Sum += x; m.Rows++ }
//	func (m *Mean) Combine(o *Mean)   { m.Sum += o.Sum; m.Rows += o.Rows }
//	func (m *Mean) Finish() float64   { return m.Sum / float64(m.Rows) }
//
//	ds.GroupBy("origin").AggregateBy(data.Custom("delay", &Mean{}, "delay"))
func Custom[P Aggregator[P, T, R], T, R any](name string, empty P, arguments ...string) Measure {
	l, err := aggregateLambda(empty)
	return Measure{name: name, arguments: arguments, lambda: l, err: err}
}

func aggregateLambda[P Aggregator[P, T, R], T, R any](empty P) (*lambda, error) {
	in, out, err := rowTypes[T, R]()
	if err == nil && len(out.fields) != 1 {
		err = failf(InvalidArgument, "%v: an aggregate finishes with one value", out.goType)
	}
	pointer := reflect.TypeFor[P]()
	if err == nil && pointer.Kind() != reflect.Pointer {
		err = failf(InvalidArgument, "%v: an aggregate is a pointer to its state", pointer)
	}
	var codec *codec
	if err == nil {
		codec, err = codecOf(pointer.Elem())
	}
	l, err := newLambda(in, out, err, nil, func() any {
		k := &aggregate[P, T, R]{states: states{codec: codec}, other: states{codec: codec}}
		first := *(*unsafe.Pointer)(unsafe.Pointer(&empty))
		k.states.empty, k.other.empty = first, first
		return k
	})
	l.positional = true
	return l, err
}

// Aggregate makes a row for each group: the keys, then the measures, which are
// aggregate expressions: Aggregate("count(*) as n", "sum(price * qty) as total").
func (g *Grouped) Aggregate(expressions ...string) *Dataset {
	return g.AggregateBy(measured(expressions)...)
}

// AggregateBy is Aggregate with measures of any kind.
func (g *Grouped) AggregateBy(measures ...Measure) *Dataset {
	return aggregateOf(&g.node, measures, importAggregate)
}

// Aggregate makes one row of all rows, also of none.
func (d *Dataset) Aggregate(expressions ...string) *Dataset {
	return d.AggregateBy(measured(expressions)...)
}

// AggregateBy is Aggregate with measures of any kind.
func (d *Dataset) AggregateBy(measures ...Measure) *Dataset {
	return aggregateOf(&d.node, measures, importAggregateAll)
}

func measured(expressions []string) []Measure {
	list := make([]Measure, len(expressions))
	for i, e := range expressions {
		list[i] = Measured(e)
	}
	return list
}

func aggregateOf(from *node, measures []Measure, method func(self, items, count, out uint32)) *Dataset {
	if from.err != nil {
		return failedDataset(from.err)
	}
	for _, m := range measures {
		if m.err != nil {
			return failedDataset(m.err)
		}
	}
	var slots []uint32
	for _, m := range measures {
		if m.lambda != nil {
			slots = append(slots, lambdas.add(m.lambda))
		}
	}
	return newDataset([]*node{from}, slots, func(l *lower) {
		var list []uint32
		next := slots
		for _, m := range measures {
			list = l.append(list, m.name)
			if m.lambda != nil {
				items, count := l.strings(m.arguments)
				list = append(list, 1, 1, next[0], items, count)
				next = next[1:]
			} else {
				list = append(l.append(append(list, 0), m.expression), 0, 0)
			}
			list = l.append(append(list, flag(m.filter != "")), m.filter)
		}
		items, count := l.words(list, 10)
		method(from.handle, items, count, area())
	})
}

type aggregate[P Aggregator[P, T, R], T, R any] struct {
	states, other states
	in            []T
	results       []R
	out           *writer
}

func (k *aggregate[P, T, R]) store() (*writer, error) {
	if k.out == nil {
		k.out = newWriter(binaries, binaries.schema())
	}
	return k.out, k.states.storeAll(k.out, nil)
}

// stateAt is a state as the pointer that P is.
func stateAt[P any](s *states, i int) P {
	at := s.at(i)
	return *(*P)(unsafe.Pointer(&at))
}

func (k *aggregate[P, T, R]) update(b *binding, from *stateBytes, groups []uint32, n int) (*writer, error) {
	if err := k.states.loadAll(from); err != nil {
		return nil, err
	}
	k.in = resized(k.in, n)
	b.in.rows(start(k.in), n)
	if len(groups) == 0 && n > 0 {
		state := stateAt[P](&k.states, 0)
		for i := range k.in {
			state.Update(k.in[i])
		}
	}
	for i, group := range groups {
		stateAt[P](&k.states, int(group)).Update(k.in[i])
	}
	return k.store()
}

func (k *aggregate[P, T, R]) combine(_ *binding, left, right *stateBytes) (*writer, error) {
	if err := k.states.loadAll(left); err != nil {
		return nil, err
	}
	if err := k.other.loadAll(right); err != nil {
		return nil, err
	}
	for i := range k.states.count {
		stateAt[P](&k.states, i).Combine(stateAt[P](&k.other, i))
	}
	return k.store()
}

func (k *aggregate[P, T, R]) finish(b *binding, from *stateBytes) error {
	if err := k.states.loadAll(from); err != nil {
		return err
	}
	k.results = resized(k.results, from.count)
	for i := range k.results {
		k.results[i] = stateAt[P](&k.states, i).Finish()
	}
	b.out.reset()
	return b.out.append(start(k.results), len(k.results))
}
