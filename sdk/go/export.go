package wasidata

import "unsafe"

// binding is a lambda bound to an input schema: what a handle is.
type binding struct {
	lambda  *lambda
	kernel  any
	in      *reader
	right   *reader // of a pair of groups
	out     *writer
	schema  []field  // what comes out
	wanted  []uint32 // the input's columns that later batches have
	lowered lower    // what bind told the host
}

// In a worker. Handles are indices.
var bindings []*binding

// Where the result of an export is.
var result struct {
	_    [0]uint64 // aligns the area
	area [16]uint32
	text lower
}

func resultArea() uint32 {
	arena.spent = true
	return uint32(uintptr(unsafe.Pointer(&result.area)))
}

func resultError(e *Error) uint32 {
	result.text = lower{}
	result.area[0] = 1
	result.area[1] = uint32(e.Code)
	result.area[2], result.area[3] = result.text.text(e.Message)
	result.area[4], result.area[5] = result.text.text(e.Origin)
	return resultArea()
}

func resultOf(err error) uint32 {
	if err == nil {
		result.area[0] = 0
		return resultArea()
	}
	if e, ok := err.(*Error); ok {
		return resultError(e)
	}
	return resultError(&Error{Code: LambdaFailed, Message: err.Error()})
}

func resultBatch(w *writer) uint32 {
	batch := w.wire()
	copy(result.area[1:], batch[:])
	return resultOf(nil)
}

// catch makes a panic the result of an export.
func catch(out *uint32) {
	if r := recover(); r != nil {
		*out = resultError(caught(r))
	}
}

//go:wasmexport wasi:data/lambdas@0.1.0#bind
func exportBind(function, state, role, fields, fieldCount, keys, keyCount, constants, constantCount uint32) (out uint32) {
	defer catch(&out)
	host.worker = true
	if int(state) >= len(lambdas.list) || lambdas.list[state] == nil {
		return resultOf(failf(Internal, "there is no lambda %d", state))
	}
	b := &binding{lambda: lambdas.list[state]}
	input := fieldsAt(fields, fieldCount)
	var err error
	if b.lambda.custom != nil {
		err = b.lambda.custom(b, input, constants, constantCount)
	} else if role == roleRelation {
		err = b.bindOver(input, constants, constantCount)
	} else {
		err = b.bind(input)
	}
	if err != nil {
		return resultOf(err)
	}
	bindings = append(bindings, b)
	r := &result.area
	r[1] = uint32(len(bindings) - 1)
	r[2], r[3] = b.lowered.fields(b.schema)
	r[4] = 1
	r[5], r[6] = b.lowered.words(b.wanted, 1)
	r[7] = uint32(b.lambda.promises)
	return resultOf(nil)
}

func (b *binding) bind(input []field) error {
	l := b.lambda
	of, err := l.in.find(input, l.positional)
	if err != nil {
		return err
	}
	b.wanted = wanted(of)
	b.in = newReader(l.in, input, of)
	b.kernel = l.kernel()
	if l.out == nil {
		return b.bindSame(input, of)
	}
	b.schema = l.out.schema()
	b.out = newWriter(l.out, b.schema)
	return nil
}

// bindSame is for lambdas whose output is their input's columns, all of them.
func (b *binding) bindSame(input []field, of []uint32) error {
	row := b.lambda.in
	if row.dynamic {
		return row.output()
	}
	have := make([]int, len(input))
	for i, c := range of {
		have[c]++
		f := &row.fields[i]
		if encoderOf(&f.shape, input[c].typ) == nil {
			return failf(TypeMismatch, "column '%s' is %v and %s is %v: rows that are reduced have exactly the columns' types",
				input[c].name, input[c].typ, f.goName, f.value)
		}
	}
	for i, f := range input {
		if have[i] != 1 {
			return failf(InvalidArgument, "column '%s' is not in %v: rows that are reduced have all columns; select those that count first",
				f.name, row.goType)
		}
	}
	// Output columns are in the input's order, and so are those wanted.
	sorted := *row
	sorted.fields = make([]rowField, len(input))
	for i, c := range of {
		sorted.fields[c] = row.fields[i]
	}
	order := make([]uint32, len(input))
	for i := range order {
		order[i] = uint32(i)
	}
	b.wanted = order
	b.schema = input
	b.in = newReader(&sorted, input, order)
	b.out = newWriter(&sorted, input)
	return nil
}

func (b *binding) read(rows, nodes, nodeCount, buffers, bufferCount uint32) error {
	return columnsAt(b.in.columns, rows, nodes, nodeCount, buffers, bufferCount)
}

//go:wasmexport wasi:data/lambdas@0.1.0#map
func exportMap(handle, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	if err := b.read(rows, nodes, nodeCount, buffers, bufferCount); err != nil {
		return resultOf(err)
	}
	if err := b.kernel.(mapKernel).call(b, int(rows)); err != nil {
		return resultOf(err)
	}
	return resultBatch(b.out)
}

//go:wasmexport wasi:data/lambdas@0.1.0#flat-map
func exportFlatMap(handle, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	err := b.read(rows, nodes, nodeCount, buffers, bufferCount)
	if err == nil {
		err = b.kernel.(flatKernel).start(b, int(rows))
	}
	if err != nil {
		return resultOf(err)
	}
	return exportFlatMapNext(handle)
}

//go:wasmexport wasi:data/lambdas@0.1.0#flat-map-next
func exportFlatMapNext(handle uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	more, err := b.kernel.(flatKernel).next(b)
	if err != nil {
		return resultOf(err)
	}
	result.area[6] = flag(more)
	return resultBatch(b.out)
}
