package wasidata

import (
	"iter"
	"reflect"
	"unsafe"
)

// RegisterTable makes a table function usable by name in SQL and in Select: the
// fields of P are its arguments in their order (or P is the one argument), T its
// rows. It is called for each row of arguments, as in
//
//	select * from lines, words(lines.text)
//	data.Select(lines, "*", "words(text)")
//
// or once where they are constants, as in select * from words('a b'). Then the
// sequence is asked for rows as long as they are wanted and may go on forever. If
// no field of P may be null, it is not called for null arguments.
func RegisterTable[P, T any](name string, f func(arguments P) iter.Seq[T], promises ...Promise) error {
	in, out, err := rowTypes[P, T]()
	l, err := newLambda(in, out, err, promises, func() any {
		return &rowsTable[P, T]{table: table[P, T]{f: func(a P, _ uint32) iter.Seq[T] { return f(a) }}, f: f}
	})
	if err != nil {
		return err
	}
	l.positional = true
	l.partitions = 1
	return register(name, l, in, importRegisterTable)
}

// RegisterSource makes a table function of constants usable by name in SQL, as
// Generate's: select * from numbers(10). Its rows come from so many partitions (0:
// as many as the host likes) at once, in no order.
func RegisterSource[P, T any](name string, partitions uint32, f func(arguments P, partition uint32) iter.Seq[T]) error {
	in, out, err := rowTypes[P, T]()
	l, err := newLambda(in, out, err, nil, func() any { return &table[P, T]{f: f} })
	if err != nil {
		return err
	}
	l.positional = true
	l.partitions = partitions
	return register(name, l, in, importRegisterTable)
}

// RegisterOver makes a function over the rows of a table usable by name in SQL:
//
//	select * from longest(TABLE words PARTITION BY line ORDER BY size DESC, 3)
//
// It sees a partition as a whole, in its order, as MapPartitions' functions do;
// the fields of P (or P) are the arguments behind the table, struct{} for none.
func RegisterOver[P, T, U any](name string, f func(arguments P, rows iter.Seq[T], emit func(U)) error, promises ...Promise) error {
	in, out, err := rowTypes[T, U]()
	if err != nil {
		return err
	}
	arguments, err := rowTypeOf(reflect.TypeFor[P]())
	l, err := newLambda(in, out, err, promises, func() any { return &over[P, T, U]{f: f} })
	if err != nil {
		return err
	}
	return register(name, l, arguments, importRegisterTable)
}

// The WIT's role of a function over a table, in lambdas.bind.
const roleRelation = 9

// overKernel is told the arguments that stand behind the table.
type overKernel interface {
	take(arguments []field, constants, count uint32, first int) error
}

type over[P, T, U any] struct {
	f         func(P, iter.Seq[T], func(U)) error
	arguments P
}

func (k *over[P, T, U]) take(arguments []field, constants, count uint32, first int) error {
	row, err := rowTypeOf(reflect.TypeFor[P]())
	if err != nil {
		return err
	}
	of, err := row.find(arguments, true)
	if err != nil {
		return err
	}
	r, err := newFullReader(row, arguments, of)
	if err != nil {
		return err
	}
	if err := constantsAt(r, constants, count); err != nil {
		return err
	}
	r.rows(unsafe.Pointer(&k.arguments), 1)
	return nil
}

func (k *over[P, T, U]) open(b *binding) cursor {
	p := partitions[T, U]{f: func(rows iter.Seq[T], emit func(U)) error {
		return k.f(k.arguments, rows, emit)
	}}
	return p.open(b)
}

// bindOver binds a function to the columns of a table, behind which are the
// arguments.
func (b *binding) bindOver(input []field, constants, count uint32) error {
	first := len(input) - int(count)
	if _, ok := b.lambda.kernel().(overKernel); !ok {
		return failf(Unsupported, "it is no function over a table")
	}
	if err := b.bind(input[:first]); err != nil {
		return err
	}
	return b.kernel.(overKernel).take(input[first:], constants, count, first)
}

// lateralKernel makes any number of rows of each row of arguments, and says which
// row each is of.
type lateralKernel interface {
	flatKernel
	parents() []uint32
}

type rowsTable[P, T any] struct {
	table[P, T]
	f    func(P) iter.Seq[T]
	in   []P
	done int
	out  []T
	of   []uint32
}

func (k *rowsTable[P, T]) start(b *binding, n int) error {
	k.in = resized(k.in, n)
	b.in.rows(start(k.in), n)
	k.done = 0
	k.out = k.out[:0]
	return nil
}

// A row of arguments may give so many bytes.
const rowBytes = 256 << 20

func (k *rowsTable[P, T]) next(b *binding) (bool, error) {
	b.out.reset()
	k.of = k.of[:0]
	for ; k.done < len(k.in) && b.out.bytes() < partBytes; k.done++ {
		for row := range k.f(k.in[k.done]) {
			k.out = append(k.out, row)
			k.of = append(k.of, uint32(k.done))
			if len(k.out) < partRows {
				continue
			}
			if err := k.flush(b); err != nil {
				return false, err
			}
			if b.out.bytes() > rowBytes {
				return false, failf(LimitExceeded, "it gives more than %d MiB for a row of arguments", rowBytes>>20)
			}
		}
	}
	return k.done < len(k.in), k.flush(b)
}

func (k *rowsTable[P, T]) flush(b *binding) error {
	err := b.out.append(start(k.out), len(k.out))
	clear(k.out)
	k.out = k.out[:0]
	return err
}

func (k *rowsTable[P, T]) parents() []uint32 {
	return k.of
}

// bindRows binds a table function to columns of arguments.
func (b *binding) bindRows(arguments []field) error {
	if _, ok := b.lambda.kernel().(lateralKernel); !ok {
		return failf(InvalidArgument, "its arguments must be constants: it is not for rows")
	}
	l := b.lambda
	of, err := l.in.find(arguments, l.positional)
	if err != nil {
		return err
	}
	if b.in, err = newFullReader(l.in, arguments, of); err != nil {
		return err
	}
	b.kernel = l.kernel()
	b.schema = l.out.schema()
	b.out = newWriter(l.out, b.schema)
	return nil
}

//go:wasmexport wasi:data/tables@0.1.0#call-rows
func exportCallRows(handle, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	err := b.read(rows, nodes, nodeCount, buffers, bufferCount)
	if err == nil {
		err = b.kernel.(lateralKernel).start(b, int(rows))
	}
	if err != nil {
		return resultOf(err)
	}
	return exportNextRows(handle)
}

//go:wasmexport wasi:data/tables@0.1.0#next-rows
func exportNextRows(handle uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	k := b.kernel.(lateralKernel)
	more, err := k.next(b)
	if err != nil {
		return resultOf(err)
	}
	of := k.parents()
	r := &result.area
	r[6], r[7] = uint32(uintptr(unsafe.Pointer(unsafe.SliceData(of)))), uint32(len(of))
	r[8] = flag(more)
	return resultBatch(b.out)
}
