package wasidata

import (
	"encoding"
	"reflect"
	"unsafe"
)

// codec makes bytes of states and back. Plain ones are their own memory.
type codec struct {
	typ   reflect.Type
	size  int
	plain bool
	save  func(state unsafe.Pointer) ([]byte, error)
	load  func(b []byte, state unsafe.Pointer) error
}

func codecOf(t reflect.Type) (*codec, error) {
	c := &codec{typ: t, size: int(t.Size()), plain: isPlain(t)}
	if c.plain {
		return c, nil
	}
	pointer := reflect.PointerTo(t)
	if !pointer.Implements(reflect.TypeFor[encoding.BinaryMarshaler]()) ||
		!pointer.Implements(reflect.TypeFor[encoding.BinaryUnmarshaler]()) {
		return nil, failf(InvalidArgument, "the state %v holds pointers: give *%v the methods MarshalBinary and UnmarshalBinary", t, t)
	}
	c.save = func(state unsafe.Pointer) ([]byte, error) {
		return reflect.NewAt(t, state).Interface().(encoding.BinaryMarshaler).MarshalBinary()
	}
	c.load = func(b []byte, state unsafe.Pointer) error {
		return reflect.NewAt(t, state).Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(b)
	}
	return c, nil
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

// stateBytes is a batch of states as the host has them: a binary column, null
// for those of no rows.
type stateBytes struct {
	count    int
	validity unsafe.Pointer
	offsets  []int32
	data     unsafe.Pointer
}

func stateBytesAt(rows, nodes, nodeCount, buffers, bufferCount uint32) (*stateBytes, error) {
	columns := []column{{typ: wireType{kind: kBinary}}}
	err := columnsAt(columns, rows, nodes, nodeCount, buffers, bufferCount)
	if err != nil {
		return nil, err
	}
	c := &columns[0]
	if rows == 0 {
		c.offsets = unsafe.Pointer(&noOffsets)
	}
	return &stateBytes{int(rows), c.validity,
		unsafe.Slice((*int32)(c.offsets), rows+1), c.values}, nil
}

func (s *stateBytes) at(i int) []byte {
	if s.validity != nil && !bit(s.validity, i) {
		return nil
	}
	from, to := s.offsets[i], s.offsets[i+1]
	return unsafe.Slice((*byte)(unsafe.Add(s.data, from)), to-from)
}

// packed tells whether all states are there, each of this size.
func (s *stateBytes) packed(size int) bool {
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

// states are states as Go has them, one after another. The memory is kept for
// the next batch.
type states struct {
	*codec
	empty unsafe.Pointer // what states of no rows are copies of; nil: zero
	count int
	base  unsafe.Pointer
	own   reflect.Value // of which base is the start, if it is not the host's
}

func (s *states) at(i int) unsafe.Pointer {
	return unsafe.Add(s.base, i*s.size)
}

func (s *states) loadAll(from *stateBytes) error {
	s.count = from.count
	if s.plain && from.packed(s.size) {
		s.base = from.data
		return nil
	}
	if !s.own.IsValid() || s.own.Len() < s.count {
		n := max(s.count, 16)
		s.own = reflect.MakeSlice(reflect.SliceOf(s.typ), n, 2*n).Slice(0, 2*n)
	}
	s.base = s.own.UnsafePointer()
	for i := range s.count {
		if err := s.loadOne(i, from.at(i)); err != nil {
			return err
		}
	}
	return nil
}

func (s *states) loadOne(i int, b []byte) error {
	switch {
	case len(b) == 0:
		return s.begin(i)
	case !s.plain:
		s.own.Index(i).SetZero()
		if err := s.load(b[1:], s.at(i)); err != nil {
			return failf(LambdaFailed, "a state of %v does not load: %v", s.typ, err)
		}
	case len(b) == s.size:
		copy(unsafe.Slice((*byte)(s.at(i)), s.size), b)
	default:
		return failf(Internal, "a state of %d bytes came where one of %d was given", len(b), s.size)
	}
	return nil
}

// begin makes a state that no row was added to. What holds pointers is copied
// by way of bytes, so that states share nothing.
func (s *states) begin(i int) error {
	switch {
	case s.empty == nil:
		s.own.Index(i).SetZero()
	case s.plain:
		s.own.Index(i).Set(reflect.NewAt(s.typ, s.empty).Elem())
	default:
		b, err := s.save(s.empty)
		if err != nil {
			return err
		}
		s.own.Index(i).SetZero()
		return s.load(b, s.at(i))
	}
	return nil
}

// binaries writes states.
var binaries = &rowType{goType: bytesType, scalar: true,
	fields: []rowField{{goName: "state", shape: shape{goType: bytesType, value: bytesType,
		typ: wireType{kind: kBinary}}}}}

// storeAll writes states as a batch of them; those that are not there are null
// (there nil: all are). The bytes of states that are not plain begin with a 1,
// so that none is empty.
func (s *states) storeAll(w *writer, there []bool) error {
	w.reset()
	o := &w.columns[0]
	o.room(s.count)
	if there != nil {
		o.mark(s.count, there)
	}
	for i := range s.count {
		switch {
		case there != nil && !there[i]:
		case s.plain:
			o.data = append(o.data, unsafe.Slice((*byte)(s.at(i)), s.size)...)
		default:
			b, err := s.save(s.at(i))
			if err != nil {
				return failf(LambdaFailed, "a state of %v does not save: %v", s.typ, err)
			}
			o.data = append(append(o.data, 1), b...)
		}
		if len(o.data) > 1<<31-1 {
			return failf(LimitExceeded, "the states of one batch have more than 2 GiB")
		}
		o.offsets[i+1] = int32(len(o.data))
	}
	o.rows, w.rows = s.count, s.count
	return nil
}

// stateKernel runs aggregates and reductions. Both update and combine leave the
// states in the writer that they return.
type stateKernel interface {
	update(b *binding, from *stateBytes, groups []uint32, rows int) (*writer, error)
	combine(b *binding, left, right *stateBytes) (*writer, error)
	finish(b *binding, from *stateBytes) error
}

//go:wasmexport wasi:data/lambdas@0.1.0#update
func exportUpdate(handle, stateRows, stateNodes, stateNodeCount, stateBuffers, stateBufferCount, groups, groupCount, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	s, err := stateBytesAt(stateRows, stateNodes, stateNodeCount, stateBuffers, stateBufferCount)
	if err == nil {
		err = b.read(rows, nodes, nodeCount, buffers, bufferCount)
	}
	if err != nil {
		return resultOf(err)
	}
	w, err := b.kernel.(stateKernel).update(b, s, wordsAt(groups, groupCount), int(rows))
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(w)
}

//go:wasmexport wasi:data/lambdas@0.1.0#combine
func exportCombine(handle, leftRows, leftNodes, leftNodeCount, leftBuffers, leftBufferCount, rightRows, rightNodes, rightNodeCount, rightBuffers, rightBufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	left, err := stateBytesAt(leftRows, leftNodes, leftNodeCount, leftBuffers, leftBufferCount)
	if err != nil {
		return resultOf(err)
	}
	right, err := stateBytesAt(rightRows, rightNodes, rightNodeCount, rightBuffers, rightBufferCount)
	if err != nil {
		return resultOf(err)
	}
	w, err := b.kernel.(stateKernel).combine(b, left, right)
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(w)
}

//go:wasmexport wasi:data/lambdas@0.1.0#finish
func exportFinish(handle, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	s, err := stateBytesAt(rows, nodes, nodeCount, buffers, bufferCount)
	if err == nil {
		err = b.kernel.(stateKernel).finish(b, s)
	}
	if err != nil {
		return resultOf(err)
	}
	return resultBatch(b.out)
}
