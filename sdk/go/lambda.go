package wasidata

import (
	"reflect"
	"unsafe"
)

// A Promise is what a lambda promises about itself; engines make use of it.
type Promise uint8

const (
	Deterministic Promise = 1 << iota // equal input gives equal output, whatever came before
	Total                             // it fails on no input
	Strict                            // null for any null argument, without being called
)

func promised(promises []Promise) (all Promise) {
	for _, p := range promises {
		all |= p
	}
	return all
}

// lambda is a function of the program as the host knows it.
type lambda struct {
	in         *rowType
	right      *rowType // of a pair of groups
	out        *rowType // nil: the input's columns
	positional bool     // input columns are matched by their order
	promises   Promise
	partitions uint32 // of a source: 0, as many as it is asked for
	// binds in another way: sets kernel, in, out, schema and wanted
	custom func(b *binding, input []field, constants, count uint32) error
	kernel func() any // what runs in a worker: one of the interfaces below
}

// mapKernel runs maps and filters: rows to as many rows.
type mapKernel interface {
	call(b *binding, rows int) error
}

// flatKernel makes any number of rows of rows.
type flatKernel interface {
	start(b *binding, rows int) error
	next(b *binding) (more bool, err error)
}

// newLambda looks at the types; nil for out: there are no columns to come out.
func newLambda(in, out *rowType, err error, promises []Promise, kernel func() any) (*lambda, error) {
	if err == nil && out != nil {
		err = out.output()
	}
	return &lambda{in: in, out: out, promises: promised(promises), kernel: kernel}, err
}

func rowTypes[T, U any]() (in, out *rowType, err error) {
	in, err = rowTypeOf(reflect.TypeFor[T]())
	if err != nil {
		return in, out, err
	}
	out, err = rowTypeOf(reflect.TypeFor[U]())
	return in, out, err
}

func columnTypes[T, U any]() (in, out *rowType, err error) {
	in, err = columnsTypeOf(reflect.TypeFor[T]())
	if err != nil {
		return in, out, err
	}
	out, err = columnsTypeOf(reflect.TypeFor[U]())
	return in, out, err
}

// The output of filters: one boolean.
var booleans = &rowType{goType: reflect.TypeFor[bool](), scalar: true,
	fields: []rowField{{goName: "bool", shape: shape{goType: reflect.TypeFor[bool](),
		value: reflect.TypeFor[bool](), typ: wireType{kind: kBool}}}}}

func (d *Dataset) apply(l *lambda, err error, method func(self, function, state, out uint32)) *Dataset {
	if d.err != nil {
		return d
	}
	if err != nil {
		return failedDataset(err)
	}
	slot := lambdas.add(l)
	return newDataset([]*node{&d.node}, []uint32{slot}, func(*lower) {
		method(d.handle, 1, slot, area())
	})
}

// Map makes a row of each row. T and U are structs whose fields are columns, or
// single values.
func Map[T, U any](d *Dataset, f func(T) U, promises ...Promise) *Dataset {
	in, out, err := rowTypes[T, U]()
	l, err := newLambda(in, out, err, promises, func() any { return &rowMap[T, U]{f: f} })
	return d.apply(l, err, importMap)
}

// MapInto is Map with a function that fills a row, which is zero before. It is
// the faster one for structs of more than a few fields, which Map copies.
func MapInto[T, U any](d *Dataset, f func(in *T, out *U), promises ...Promise) *Dataset {
	in, out, err := rowTypes[T, U]()
	l, err := newLambda(in, out, err, promises, func() any { return &rowMapInto[T, U]{f: f} })
	return d.apply(l, err, importMap)
}

// TryMap is Map with a function that may fail; its error is the job's.
func TryMap[T, U any](d *Dataset, f func(T) (U, error), promises ...Promise) *Dataset {
	return Map(d, func(row T) U {
		result, err := f(row)
		Fail(err)
		return result
	}, promises...)
}

// Filter keeps the rows for which the function says true.
func Filter[T any](d *Dataset, f func(T) bool, promises ...Promise) *Dataset {
	in, err := rowTypeOf(reflect.TypeFor[T]())
	l, err := newLambda(in, booleans, err, promises, func() any { return &rowMap[T, bool]{f: f} })
	return d.apply(l, err, importFilterLambda)
}

// TryFilter is Filter with a function that may fail; its error is the job's.
func TryFilter[T any](d *Dataset, f func(T) (bool, error), promises ...Promise) *Dataset {
	return Filter(d, func(row T) bool {
		keep, err := f(row)
		Fail(err)
		return keep
	}, promises...)
}

// FlatMap makes any number of rows of each row, by emit.
func FlatMap[T, U any](d *Dataset, f func(row T, emit func(U)), promises ...Promise) *Dataset {
	in, out, err := rowTypes[T, U]()
	l, err := newLambda(in, out, err, promises, func() any {
		k := &rowFlatMap[T, U]{f: f}
		k.emit = func(row U) { k.out = append(k.out, row) }
		return k
	})
	return d.apply(l, err, importFlatMap)
}

// TryFlatMap is FlatMap with a function that may fail; its error is the job's.
func TryFlatMap[T, U any](d *Dataset, f func(row T, emit func(U)) error, promises ...Promise) *Dataset {
	return FlatMap(d, func(row T, emit func(U)) { Fail(f(row, emit)) }, promises...)
}

// MapBatch makes columns of columns. T and U are structs of slices, one for
// each column: struct{ X, Y []float64 }. What comes out has as many rows as
// what came in. Slices that come in are the function's until it returns: it
// may change them, and hand them out, but not keep them.
func MapBatch[T, U any](d *Dataset, f func(T) U, promises ...Promise) *Dataset {
	in, out, err := columnTypes[T, U]()
	l, err := newLambda(in, out, err, promises, func() any { return &batchMap[T, U]{f: f} })
	return d.apply(l, err, importMap)
}

// FilterBatch keeps the rows for which the function says true: as many as came
// in.
func FilterBatch[T any](d *Dataset, f func(T) []bool, promises ...Promise) *Dataset {
	type keep struct{ Keep []bool }
	in, out, err := columnTypes[T, keep]()
	l, err := newLambda(in, out, err, promises, func() any {
		return &batchMap[T, keep]{f: func(in T) keep { return keep{f(in)} }}
	})
	return d.apply(l, err, importFilterLambda)
}

// FlatMapBatch is MapBatch with any number of rows that come out.
func FlatMapBatch[T, U any](d *Dataset, f func(T) U, promises ...Promise) *Dataset {
	in, out, err := columnTypes[T, U]()
	l, err := newLambda(in, out, err, promises, func() any { return &batchFlatMap[T, U]{f: f} })
	return d.apply(l, err, importFlatMap)
}

// resized is a slice of n values, of the same memory if it is large enough.
func resized[T any](s []T, n int) []T {
	if n <= cap(s) {
		return s[:n]
	}
	return make([]T, n, max(n, 2*cap(s)))
}

func start[T any](s []T) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(s))
}

type rowMap[T, U any] struct {
	f   func(T) U
	in  []T
	out []U
}

func (k *rowMap[T, U]) call(b *binding, n int) error {
	k.in = resized(k.in, n)
	k.out = resized(k.out, n)
	b.in.rows(start(k.in), n)
	in, out, f := k.in, k.out[:len(k.in)], k.f
	for i := range in {
		out[i] = f(in[i])
	}
	b.out.reset()
	return b.out.append(start(out), n)
}

type rowMapInto[T, U any] struct {
	f   func(in *T, out *U)
	in  []T
	out []U
}

func (k *rowMapInto[T, U]) call(b *binding, n int) error {
	k.in = resized(k.in, n)
	k.out = resized(k.out, n)
	b.in.rows(start(k.in), n)
	clear(k.out)
	in, out, f := k.in, k.out[:len(k.in)], k.f
	for i := range in {
		f(&in[i], &out[i])
	}
	b.out.reset()
	return b.out.append(start(out), n)
}

// A part of an output is about so large.
const partBytes = 4 << 20

// Rows are taken over to columns when there are so many.
const partRows = 1024

type rowFlatMap[T, U any] struct {
	f    func(row T, emit func(U))
	emit func(U)
	in   []T
	rest []T // of in
	out  []U
}

func (k *rowFlatMap[T, U]) start(b *binding, n int) error {
	k.in = resized(k.in, n)
	b.in.rows(start(k.in), n)
	k.rest = k.in
	k.out = k.out[:0]
	return nil
}

func (k *rowFlatMap[T, U]) next(b *binding) (bool, error) {
	b.out.reset()
	for i, row := range k.rest {
		k.f(row, k.emit)
		if len(k.out) < partRows {
			continue
		}
		if err := k.flush(b); err != nil {
			return false, err
		}
		if b.out.bytes() >= partBytes {
			k.rest = k.rest[i+1:]
			return len(k.rest) > 0, nil
		}
	}
	k.rest = nil
	return false, k.flush(b)
}

func (k *rowFlatMap[T, U]) flush(b *binding) error {
	err := b.out.append(start(k.out), len(k.out))
	clear(k.out)
	k.out = k.out[:0]
	return err
}

type batchMap[T, U any] struct {
	f func(T) U
}

func (k *batchMap[T, U]) call(b *binding, n int) error {
	var in T
	b.in.slices(unsafe.Pointer(&in), n)
	out := k.f(in)
	b.out.reset()
	b.out.keep = out
	return b.out.slices(unsafe.Pointer(&out), n)
}

type batchFlatMap[T, U any] struct {
	f  func(T) U
	in T
}

func (k *batchFlatMap[T, U]) start(b *binding, n int) error {
	b.in.slices(unsafe.Pointer(&k.in), n)
	return nil
}

func (k *batchFlatMap[T, U]) next(b *binding) (bool, error) {
	out := k.f(k.in)
	b.out.reset()
	b.out.keep = out
	return false, b.out.slices(unsafe.Pointer(&out), -1)
}
