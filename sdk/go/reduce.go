package wasidata

import (
	"encoding/binary"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// Reduce combines the rows of each group two by two; the function must be
// associative and commutative. T has all columns of the rows. What comes out
// are the keys that are no columns of the rows, then the row.
func Reduce[T any](g *Grouped, f func(a, b T) T) *Dataset {
	if g.err != nil {
		return failedDataset(g.err)
	}
	return reduceWith(&g.node, f, importReduce)
}

// ReduceAll combines all rows two by two to one; no rows stay none.
func ReduceAll[T any](d *Dataset, f func(a, b T) T) *Dataset {
	if d.err != nil {
		return d
	}
	return reduceWith(&d.node, f, importReduceAll)
}

func reduceWith[T any](from *node, f func(a, b T) T, method func(self, function, state, out uint32)) *Dataset {
	in, err := rowTypeOf(reflect.TypeFor[T]())
	if err != nil {
		return failedDataset(err)
	}
	l, _ := newLambda(in, nil, nil, nil, func() any {
		codec := rowCodec(in)
		return &reduction[T]{f: f, states: states{codec: codec}, other: states{codec: codec}}
	})
	slot := lambdas.add(l)
	return newDataset([]*node{from}, []uint32{slot}, func(*lower) {
		method(from.handle, 1, slot, area())
	})
}

type reduction[T any] struct {
	f             func(a, b T) T
	states, other states
	in            []T
	there, theirs []bool
	out           *writer
}

// present notes which states are there.
func present(into []bool, from *stateBytes) []bool {
	into = resized(into, from.count)
	for i := range into {
		into[i] = len(from.at(i)) > 0
	}
	return into
}

func (k *reduction[T]) store() (*writer, error) {
	if k.out == nil {
		k.out = newWriter(binaries, binaries.schema())
	}
	there := k.there
	if !slices.Contains(there, false) {
		there = nil
	}
	return k.out, k.states.storeAll(k.out, there)
}

func (k *reduction[T]) add(i int, row T) {
	at := (*T)(k.states.at(i))
	if k.there[i] {
		row = k.f(*at, row)
	}
	*at = row
	k.there[i] = true
}

func (k *reduction[T]) update(b *binding, from *stateBytes, groups []uint32, n int) (*writer, error) {
	k.there = present(k.there, from)
	if err := k.states.loadAll(from); err != nil {
		return nil, err
	}
	k.in = resized(k.in, n)
	b.in.rows(start(k.in), n)
	group := 0
	for i := range k.in {
		if len(groups) > 0 {
			group = int(groups[i])
		}
		k.add(group, k.in[i])
	}
	return k.store()
}

func (k *reduction[T]) combine(_ *binding, left, right *stateBytes) (*writer, error) {
	k.there = present(k.there, left)
	k.theirs = present(k.theirs, right)
	if err := k.states.loadAll(left); err != nil {
		return nil, err
	}
	if err := k.other.loadAll(right); err != nil {
		return nil, err
	}
	for i, there := range k.theirs {
		if there {
			k.add(i, *(*T)(k.other.at(i)))
		}
	}
	return k.store()
}

func (k *reduction[T]) finish(b *binding, from *stateBytes) error {
	if err := k.states.loadAll(from); err != nil {
		return err
	}
	b.out.reset()
	return b.out.append(k.states.base, k.states.count)
}

// rowCodec makes bytes of rows: the values of their fields one after another,
// strings after their lengths.
func rowCodec(row *rowType) *codec {
	c := &codec{typ: row.goType, size: int(row.goType.Size()), plain: isPlain(row.goType)}
	var buffer []byte
	c.save = func(state unsafe.Pointer) ([]byte, error) {
		buffer = buffer[:0]
		for i := range row.fields {
			f := &row.fields[i]
			buffer = f.save(buffer, unsafe.Add(state, f.offset))
		}
		return buffer, nil
	}
	c.load = func(b []byte, state unsafe.Pointer) error {
		for i := range row.fields {
			f := &row.fields[i]
			b = f.load(b, unsafe.Add(state, f.offset))
		}
		return nil
	}
	return c
}

func (f *rowField) save(b []byte, at unsafe.Pointer) []byte {
	switch f.mode {
	case nullStruct:
		b = append(b, byte(flag(*(*bool)(unsafe.Add(at, f.valid)))))
	case nullPointer:
		at = *(*unsafe.Pointer)(at)
		b = append(b, byte(flag(at != nil)))
		if at == nil {
			return b
		}
	}
	switch {
	case f.value == timeType:
		t := *(*time.Time)(at)
		b = binary.LittleEndian.AppendUint64(b, uint64(t.Unix()))
		return binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()))
	case f.typ.kind == kString || f.typ.kind == kBinary:
		s := *(*string)(at)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(s)))
		return append(b, s...)
	}
	return append(b, unsafe.Slice((*byte)(at), f.value.Size())...)
}

func (f *rowField) load(b []byte, at unsafe.Pointer) []byte {
	switch f.mode {
	case nullStruct:
		*(*bool)(unsafe.Add(at, f.valid)) = b[0] != 0
		b = b[1:]
	case nullPointer:
		there := b[0] != 0
		b = b[1:]
		if !there {
			return b
		}
		value := reflect.New(f.value).UnsafePointer()
		*(*unsafe.Pointer)(at) = value
		at = value
	}
	switch {
	case f.value == timeType:
		*(*time.Time)(at) = time.Unix(int64(binary.LittleEndian.Uint64(b)),
			int64(binary.LittleEndian.Uint32(b[8:]))).UTC()
		return b[12:]
	case f.typ.kind == kString || f.typ.kind == kBinary:
		end := 4 + binary.LittleEndian.Uint32(b)
		if f.typ.kind == kString {
			*(*string)(at) = string(b[4:end])
		} else {
			*(*[]byte)(at) = append([]byte(nil), b[4:end]...)
		}
		return b[end:]
	}
	size := f.value.Size()
	copy(unsafe.Slice((*byte)(at), size), b)
	return b[size:]
}
