package wasidata

import (
	"iter"
	"reflect"
	"runtime"
	"unsafe"
)

// Generate makes rows of nothing but the number of the partition, in so many
// partitions (1 to 1,000,000). The sequence is asked for rows as long as somebody
// wants them, so it may go on forever; its loop ends early when nobody does. Rows
// come in no order.
//
//	data.Generate(4, func(partition uint32) iter.Seq[Row] {
//		return func(yield func(Row) bool) { … }
//	})
func Generate[T any](partitions uint32, f func(partition uint32) iter.Seq[T]) *Dataset {
	return generate(nil, nil, partitions, func(_ struct{}, partition uint32) iter.Seq[T] {
		return f(partition)
	})
}

// GenerateWith is Generate with arguments, the fields of a struct or one value.
func GenerateWith[P, T any](arguments P, partitions uint32, f func(arguments P, partition uint32) iter.Seq[T]) *Dataset {
	row, err := rowTypeOf(reflect.TypeFor[P]())
	if err == nil {
		err = row.output()
	}
	if err != nil {
		return failedDataset(err)
	}
	w := newWriter(row, row.schema())
	if err := w.append(unsafe.Pointer(&arguments), 1); err != nil {
		return failedDataset(err)
	}
	return generate(row, w, partitions, f)
}

func generate[P, T any](in *rowType, w *writer, partitions uint32, f func(P, uint32) iter.Seq[T]) *Dataset {
	out, err := rowTypeOf(reflect.TypeFor[T]())
	l, err := newLambda(in, out, err, nil, func() any { return &table[P, T]{f: f} })
	if err != nil {
		return failedDataset(err)
	}
	slot := lambdas.add(l)
	return newDataset(nil, []uint32{slot}, func(l *lower) {
		var fields, count uint32
		var b [5]uint32
		if w != nil {
			fields, count = l.fields(in.schema())
			b = w.wire()
		}
		importGenerate(1, slot, flag(w != nil), fields, count, b[0], b[1], b[2], b[3], b[4], partitions, area())
		runtime.KeepAlive(w)
	})
}

// tableKernel opens partitions of a table function.
type tableKernel interface {
	bind(b *binding)
	scan(b *binding, partition uint32, columns []uint32) cursor
}

type table[P, T any] struct {
	f         func(P, uint32) iter.Seq[T]
	arguments P
}

// bind takes the arguments, which were read.
func (k *table[P, T]) bind(b *binding) {
	if b.in != nil {
		b.in.rows(unsafe.Pointer(&k.arguments), 1)
	}
}

func (k *table[P, T]) scan(b *binding, partition uint32, columns []uint32) cursor {
	s := &scan[T]{out: newWriter(b.lambda.out, b.schema)}
	s.out.order = append([]uint32{}, columns...)
	s.pull, s.stop = iter.Pull(k.f(k.arguments, partition))
	return s
}

// scan is an open partition of a table function.
type scan[T any] struct {
	outputOnly
	out   *writer
	rows  []T
	pull  func() (T, bool)
	stop  func()
	ended bool
}

// scanRows are handed over at once: a chunk of the host's.
const scanRows = 2048

func (s *scan[T]) next() (*writer, error) {
	s.out.reset()
	for !s.ended && s.out.rows < scanRows && s.out.bytes() < partBytes {
		for !s.ended && len(s.rows) < scanRows/8 {
			row, ok := s.pull()
			if ok {
				s.rows = append(s.rows, row)
			}
			s.ended = !ok
		}
		err := s.out.append(start(s.rows), len(s.rows))
		clear(s.rows)
		s.rows = s.rows[:0]
		if err != nil {
			return nil, err
		}
	}
	if s.out.rows == 0 {
		return nil, nil
	}
	return s.out, nil
}

func (s *scan[T]) close() {
	s.stop()
}

// outputOnly are the parts of a cursor that nothing is pushed into.
type outputOnly struct{}

func (outputOnly) push(int) error { return failf(Internal, "nothing is pushed into this cursor") }
func (outputOnly) end()           {}
func (o outputOnly) read(_, _, _, _, _ uint32) error {
	return o.push(0)
}

// constantsAt reads the arguments of a table function, each a batch of one row.
func constantsAt(r *reader, constants, count uint32) error {
	words := wordsAt(constants, count*6)
	for i := range r.columns {
		c := words[6*r.of[i]:]
		if err := columnsAt(r.columns[i:i+1], c[1], c[2], c[3], c[4], c[5]); err != nil {
			return err
		}
	}
	return nil
}

func (b *binding) bindTable(arguments []field, constants, count uint32) error {
	l := b.lambda
	b.kernel = l.kernel()
	if _, ok := b.kernel.(tableKernel); !ok {
		return failf(InvalidArgument, "it is a function over a table: f(TABLE t)")
	}
	if l.in != nil {
		of, err := l.in.find(arguments, l.positional)
		if err != nil {
			return err
		}
		if b.in, err = newFullReader(l.in, arguments, of); err != nil {
			return err
		}
		if err := constantsAt(b.in, constants, count); err != nil {
			return err
		}
	}
	b.kernel.(tableKernel).bind(b)
	b.schema = l.out.schema()
	return nil
}

// resultTable is the result of bind-table, which has a number of 64 bits in it:
// what went well and what did not begin at the area's third word.
func resultTable(err error) uint32 {
	at := resultOf(err)
	if err != nil {
		copy(result.area[2:7], result.area[1:6])
	}
	return at
}

//go:wasmexport wasi:data/tables@0.1.0#bind-table
func exportBindTable(function, state, role, fields, fieldCount, constants, constantCount, partitions uint32) (out uint32) {
	defer func() {
		if r := recover(); r != nil {
			out = resultTable(caught(r))
		}
	}()
	host.worker = true
	if int(state) >= len(lambdas.list) || lambdas.list[state] == nil {
		return resultTable(failf(Internal, "there is no lambda %d", state))
	}
	b := &binding{lambda: lambdas.list[state]}
	var err error
	if role == 0 {
		err = b.bindTable(fieldsAt(fields, fieldCount), constants, constantCount)
	} else {
		err = b.bindRows(fieldsAt(fields, fieldCount))
	}
	if err != nil {
		return resultTable(err)
	}
	if b.lambda.partitions != 0 {
		partitions = b.lambda.partitions
	}
	bindings = append(bindings, b)
	r := &result.area
	r[2] = uint32(len(bindings) - 1)
	r[3], r[4] = b.lowered.fields(b.schema)
	r[5], r[6], r[7] = partitions, 0, 0
	return resultTable(nil)
}

//go:wasmexport wasi:data/tables@0.1.0#open-scan
func exportOpenScan(handle, partition, columns, columnCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	c := b.kernel.(tableKernel).scan(b, partition, wordsAt(columns, columnCount))
	result.area[1] = keepCursor(c)
	return resultOf(nil)
}

//go:wasmexport wasi:data/tables@0.1.0#next-scan
func exportNextScan(cursor uint32) uint32 {
	return exportNext(cursor)
}

//go:wasmexport wasi:data/tables@0.1.0#close-scan
func exportCloseScan(cursor uint32) uint32 {
	return exportClose(cursor)
}
