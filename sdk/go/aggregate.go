//go:build wasip1

package wasidata

import (
	"encoding"
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

// Aggregator is what a user's aggregate does: *S has these methods. Update
// adds a row, whose fields are the measure's arguments in their order (or a
// single value for one argument); Combine adds what another state has seen;
// Finish is the result.
type Aggregator[S, T, R any] interface {
	*S
	Update(T)
	Combine(*S)
	Finish() R
}

// Custom is a measure by a type of the program. States begin as copies of
// empty. States travel as bytes: a type that holds pointers (maps, slices,
// strings) must be an encoding.BinaryMarshaler and BinaryUnmarshaler.
//
//	type Mean struct { Sum float64; Rows int64 }
//	func (m *Mean) Update(x float64)  { m.Sum += x; m.Rows++ }
//	func (m *Mean) Combine(o *Mean)   { m.Sum += o.Sum; m.Rows += o.Rows }
//	func (m *Mean) Finish() float64   { return m.Sum / float64(m.Rows) }
//
//	ds.GroupBy("origin").AggregateBy(data.Custom("delay", Mean{}, "delay"))
func Custom[S, T, R any, P Aggregator[S, T, R]](name string, empty S, arguments ...string) Measure {
	l, err := aggregateLambda[S, T, R, P](empty)
	return Measure{name: name, arguments: arguments, lambda: l, err: err}
}

func aggregateLambda[S, T, R any, P Aggregator[S, T, R]](empty S) (*lambda, error) {
	in, out, err := rowTypes[T, R]()
	if err == nil && len(out.fields) != 1 {
		err = failf(InvalidArgument, "%v: an aggregate finishes with one value", out.goType)
	}
	var codec codec[S]
	if err == nil {
		codec, err = codecOf[S]()
	}
	l, err := newLambda(in, out, err, nil, func() any {
		return &aggregate[S, T, R, P]{empty: empty, codec: codec}
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

// codec makes bytes of states and back. Plain ones are their own memory.
type codec[S any] struct {
	plain bool
	save  func(*S) ([]byte, error)
	load  func([]byte, *S) error
}

func codecOf[S any]() (codec[S], error) {
	t := reflect.TypeFor[S]()
	if isPlain(t) {
		return codec[S]{plain: true}, nil
	}
	var s S
	_, save := any(&s).(encoding.BinaryMarshaler)
	_, load := any(&s).(encoding.BinaryUnmarshaler)
	if !save || !load {
		return codec[S]{}, failf(InvalidArgument, "the state %v holds pointers: give *%v the methods MarshalBinary and UnmarshalBinary", t, t)
	}
	return codec[S]{
		save: func(s *S) ([]byte, error) { return any(s).(encoding.BinaryMarshaler).MarshalBinary() },
		load: func(b []byte, s *S) error { return any(s).(encoding.BinaryUnmarshaler).UnmarshalBinary(b) },
	}, nil
}

// isPlain tells that a type holds no pointers.
func isPlain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			if !isPlain(t.Field(i).Type) {
				return false
			}
		}
		return t.Size() > 0
	case reflect.Array:
		return t.Len() > 0 && isPlain(t.Elem())
	}
	_, ok := naturalKinds[t.Kind()]
	return ok && t.Kind() != reflect.String ||
		t.Kind() == reflect.Complex64 || t.Kind() == reflect.Complex128
}

// states is a batch of states: a binary column, null for those of no rows.
type states struct {
	count    int
	validity unsafe.Pointer
	offsets  []int32
	data     unsafe.Pointer
}

func statesAt(rows, nodes, nodeCount, buffers, bufferCount uint32) (states, error) {
	columns := []column{{typ: wireType{kind: kBinary}}}
	err := columnsAt(columns, rows, nodes, nodeCount, buffers, bufferCount)
	if err != nil {
		return states{}, err
	}
	c := &columns[0]
	offsets := unsafe.Pointer(c.offsets)
	if rows == 0 {
		offsets = unsafe.Pointer(&noOffsets)
	}
	return states{int(rows), c.validity,
		unsafe.Slice((*int32)(offsets), rows+1), c.values}, nil
}

func (s *states) bytes(i int) []byte {
	if s.validity != nil && !bit(s.validity, i) {
		return nil
	}
	from, to := s.offsets[i], s.offsets[i+1]
	return unsafe.Slice((*byte)(unsafe.Add(s.data, from)), to-from)
}

// packed tells whether all states are there, each of this size.
func (s *states) packed(size int) bool {
	if s.validity != nil {
		return false
	}
	for i, offset := range s.offsets {
		if int(offset) != i*size {
			return false
		}
	}
	return true
}

// binaries writes states.
var binaries = &rowType{goType: bytesType, scalar: true,
	fields: []rowField{{goName: "state", value: bytesType, typ: wireType{kind: kBinary}}}}

// loadStates reads states; missing makes one that no row was added to.
func loadStates[S any](into []S, from *states, c codec[S], missing func(i int) S) ([]S, error) {
	size := int(unsafe.Sizeof(*new(S)))
	if c.plain && from.packed(size) {
		return unsafe.Slice((*S)(from.data), from.count), nil
	}
	into = resized(into, from.count)
	for i := range into {
		b := from.bytes(i)
		switch {
		case len(b) == 0:
			into[i] = missing(i)
		case !c.plain:
			into[i] = *new(S)
			if err := c.load(b[1:], &into[i]); err != nil {
				return nil, failf(LambdaFailed, "a state of %T does not load: %v", into[i], err)
			}
		case len(b) == size:
			copy(unsafe.Slice((*byte)(unsafe.Pointer(&into[i])), size), b)
		default:
			return nil, failf(Internal, "a state of %d bytes came where one of %d was given", len(b), size)
		}
	}
	return into, nil
}

// storeStates writes states to the binding's batch of them; those that are not
// there are null. The bytes of states that are not plain begin with a 1, so
// that none is empty.
func storeStates[S any](w *writer, from []S, c codec[S], there []bool) error {
	w.reset()
	o := &w.columns[0]
	o.room(len(from))
	if there != nil {
		o.validRows(there)
	}
	size := int(unsafe.Sizeof(*new(S)))
	if c.plain && there == nil {
		o.data = append(o.data, unsafe.Slice((*byte)(start(from)), size*len(from))...)
	}
	for i := range from {
		switch {
		case there != nil && !there[i]:
		case !c.plain:
			b, err := c.save(&from[i])
			if err != nil {
				return failf(LambdaFailed, "a state of %T does not save: %v", from[i], err)
			}
			o.data = append(append(o.data, 1), b...)
		case there != nil:
			o.data = append(o.data, unsafe.Slice((*byte)(unsafe.Pointer(&from[i])), size)...)
		default:
			o.offsets[i+1] = int32((i + 1) * size)
			continue
		}
		o.offsets[i+1] = int32(len(o.data))
	}
	if len(o.data) > 1<<31-1 {
		return failf(LimitExceeded, "the states of one batch have more than 2 GiB")
	}
	o.rows, w.rows = len(from), len(from)
	return nil
}

// stateKernel runs aggregates and reductions. Both update and combine leave the
// states in the writer that they return.
type stateKernel interface {
	update(b *binding, s *states, groups []uint32, rows int) (*writer, error)
	combine(b *binding, left, right *states) (*writer, error)
	finish(b *binding, s *states) error
}

type aggregate[S, T, R any, P Aggregator[S, T, R]] struct {
	empty         S
	codec         codec[S]
	in            []T
	states, other []S
	results       []R
	out           *writer
}

func (k *aggregate[S, T, R, P]) missing(int) S {
	// A copy of what holds pointers would share them.
	if !k.codec.plain {
		var s S
		b, err := k.codec.save(&k.empty)
		if err == nil {
			err = k.codec.load(b, &s)
		}
		Fail(err)
		return s
	}
	return k.empty
}

func (k *aggregate[S, T, R, P]) store(list []S) (*writer, error) {
	if k.out == nil {
		k.out = newWriter(binaries, binaries.schema())
	}
	return k.out, storeStates(k.out, list, k.codec, nil)
}

func (k *aggregate[S, T, R, P]) update(b *binding, s *states, groups []uint32, n int) (*writer, error) {
	list, err := loadStates(k.states, s, k.codec, k.missing)
	if err != nil {
		return nil, err
	}
	k.in = resized(k.in, n)
	b.in.rows(start(k.in), n)
	if len(groups) == 0 {
		for i := range k.in {
			P(&list[0]).Update(k.in[i])
		}
	} else {
		for i := range k.in {
			P(&list[groups[i]]).Update(k.in[i])
		}
	}
	return k.store(list)
}

func (k *aggregate[S, T, R, P]) combine(_ *binding, left, right *states) (*writer, error) {
	list, err := loadStates(k.states, left, k.codec, k.missing)
	if err != nil {
		return nil, err
	}
	other, err := loadStates(k.other, right, k.codec, k.missing)
	if err != nil {
		return nil, err
	}
	for i := range list {
		P(&list[i]).Combine(&other[i])
	}
	return k.store(list)
}

func (k *aggregate[S, T, R, P]) finish(b *binding, s *states) error {
	list, err := loadStates(k.states, s, k.codec, k.missing)
	if err != nil {
		return err
	}
	k.results = resized(k.results, len(list))
	for i := range list {
		k.results[i] = P(&list[i]).Finish()
	}
	b.out.reset()
	return b.out.append(start(k.results), len(k.results))
}

//go:wasmexport wasi:data/lambdas@0.1.0#update
func exportUpdate(handle, stateRows, stateNodes, stateNodeCount, stateBuffers, stateBufferCount, groups, groupCount, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	s, err := statesAt(stateRows, stateNodes, stateNodeCount, stateBuffers, stateBufferCount)
	if err == nil {
		err = b.read(rows, nodes, nodeCount, buffers, bufferCount)
	}
	if err != nil {
		return resultOf(err)
	}
	w, err := b.kernel.(stateKernel).update(b, &s, wordsAt(groups, groupCount), int(rows))
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(w)
}

//go:wasmexport wasi:data/lambdas@0.1.0#combine
func exportCombine(handle, leftRows, leftNodes, leftNodeCount, leftBuffers, leftBufferCount, rightRows, rightNodes, rightNodeCount, rightBuffers, rightBufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	left, err := statesAt(leftRows, leftNodes, leftNodeCount, leftBuffers, leftBufferCount)
	if err != nil {
		return resultOf(err)
	}
	right, err := statesAt(rightRows, rightNodes, rightNodeCount, rightBuffers, rightBufferCount)
	if err != nil {
		return resultOf(err)
	}
	w, err := b.kernel.(stateKernel).combine(b, &left, &right)
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(w)
}

//go:wasmexport wasi:data/lambdas@0.1.0#finish
func exportFinish(handle, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	s, err := statesAt(rows, nodes, nodeCount, buffers, bufferCount)
	if err == nil {
		err = b.kernel.(stateKernel).finish(b, &s)
	}
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(b.out)
}
