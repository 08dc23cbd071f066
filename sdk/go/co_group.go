package wasidata

import "reflect"

// CoMapGroups makes any number of rows of each pair of groups of equal keys of
// two data sets; a side may have none. Both have as many keys, compared pair by
// pair; null equals null. Rows have the keys that are no columns, too.
func CoMapGroups[L, R, U any](left, right *Grouped, f func(left []L, right []R, emit func(U)) error) *Dataset {
	if left.err != nil {
		return failedDataset(left.err)
	}
	if right.err != nil {
		return failedDataset(right.err)
	}
	in, out, err := rowTypes[L, U]()
	other := in
	if err == nil {
		other, err = rowTypeOf(reflect.TypeFor[R]())
	}
	l, err := newLambda(in, out, err, nil, func() any { return &coGroups[L, R, U]{f: f} })
	if err != nil {
		return failedDataset(err)
	}
	l.right = other
	slot := lambdas.add(l)
	return newDataset([]*node{&left.node, &right.node}, []uint32{slot}, func(*lower) {
		importCoMapGroups(left.handle, right.handle, 1, slot, area())
	})
}

// coGroupKernel opens pairs of groups.
type coGroupKernel interface {
	openPair(b *binding) pairCursor
}

// pairCursor is an open pair: `cursor` is for the left.
type pairCursor interface {
	cursor
	pushRight(rows, nodes, nodeCount, buffers, bufferCount uint32) error
	endRight()
}

type coGroups[L, R, U any] struct {
	f func(left []L, right []R, emit func(U)) error
}

func (k *coGroups[L, R, U]) openPair(b *binding) pairCursor {
	left, right := *b.in, *b.right
	left.columns = append([]column(nil), b.in.columns...)
	right.columns = append([]column(nil), b.right.columns...)
	return &coGroup[L, R, U]{f: k.f, in: &left, other: &right, out: newWriter(b.lambda.out, b.schema)}
}

type coGroup[L, R, U any] struct {
	f         func(left []L, right []R, emit func(U)) error
	in, other *reader
	out       *writer
	left      []L
	right     []R
	ended     bool
}

func (c *coGroup[L, R, U]) read(rows, nodes, nodeCount, buffers, bufferCount uint32) error {
	return columnsAt(c.in.columns, rows, nodes, nodeCount, buffers, bufferCount)
}

// lengthened adds n zero rows; they are where the result's last n are.
func lengthened[T any](list []T, n int) ([]T, []T) {
	list = append(list, make([]T, n)...)
	return list, list[len(list)-n:]
}

func (c *coGroup[L, R, U]) push(n int) error {
	all, rows := lengthened(c.left, n)
	c.in.rows(start(rows), n)
	c.left = all
	return nil
}

func (c *coGroup[L, R, U]) pushRight(rows, nodes, nodeCount, buffers, bufferCount uint32) error {
	err := columnsAt(c.other.columns, rows, nodes, nodeCount, buffers, bufferCount)
	if err != nil {
		return err
	}
	all, added := lengthened(c.right, int(rows))
	c.other.rows(start(added), int(rows))
	c.right = all
	return nil
}

func (c *coGroup[L, R, U]) end()      {}
func (c *coGroup[L, R, U]) endRight() { c.ended = true }
func (c *coGroup[L, R, U]) close()    {}

func (c *coGroup[L, R, U]) next() (*writer, error) {
	c.out.reset()
	if !c.ended {
		return nil, nil
	}
	c.ended = false
	var rows []U
	err := c.f(c.left, c.right, func(row U) { rows = append(rows, row) })
	c.left, c.right = nil, nil
	if err == nil {
		err = c.out.append(start(rows), len(rows))
	}
	if err != nil || c.out.rows == 0 {
		return nil, err
	}
	return c.out, nil
}

func (b *binding) bindPair(left, right []field) error {
	l := b.lambda
	of, err := l.in.find(left, false)
	if err != nil {
		return err
	}
	others, err := l.right.find(right, false)
	if err != nil {
		return err
	}
	if b.in, err = newFullReader(l.in, left, of); err != nil {
		return err
	}
	if b.right, err = newFullReader(l.right, right, others); err != nil {
		return err
	}
	b.kernel = l.kernel()
	b.schema = l.out.schema()
	return nil
}

//go:wasmexport wasi:data/co-groups@0.1.0#bind-co-group
func exportBindCoGroup(function, state, left, leftCount, leftKeys, leftKeyCount, right, rightCount, rightKeys, rightKeyCount uint32) (out uint32) {
	defer catch(&out)
	host.worker = true
	if int(state) >= len(lambdas.list) || lambdas.list[state] == nil || lambdas.list[state].right == nil {
		return resultOf(failf(Internal, "there is no lambda %d over pairs of groups", state))
	}
	b := &binding{lambda: lambdas.list[state]}
	if err := b.bindPair(fieldsAt(left, leftCount), fieldsAt(right, rightCount)); err != nil {
		return resultOf(err)
	}
	bindings = append(bindings, b)
	r := &result.area
	r[1] = uint32(len(bindings) - 1)
	r[2], r[3] = b.lowered.fields(b.schema)
	r[4], r[5], r[6], r[7] = 0, 0, 0, 0
	return resultOf(nil)
}

//go:wasmexport wasi:data/co-groups@0.1.0#open-co-group
func exportOpenCoGroup(handle uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	result.area[1] = keepCursor(b.kernel.(coGroupKernel).openPair(b))
	return resultOf(nil)
}

//go:wasmexport wasi:data/co-groups@0.1.0#push-left
func exportPushLeft(cursor, some, rows, nodes, nodeCount, buffers, bufferCount uint32) uint32 {
	return exportPush(cursor, some, rows, nodes, nodeCount, buffers, bufferCount)
}

//go:wasmexport wasi:data/co-groups@0.1.0#push-right
func exportPushRight(cursor, some, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	c := cursors[cursor].(pairCursor)
	if some == 0 {
		c.endRight()
		return resultOf(nil)
	}
	return resultOf(c.pushRight(rows, nodes, nodeCount, buffers, bufferCount))
}

//go:wasmexport wasi:data/co-groups@0.1.0#next-co-group
func exportNextCoGroup(cursor uint32) uint32 {
	return exportNext(cursor)
}

//go:wasmexport wasi:data/co-groups@0.1.0#close-co-group
func exportCloseCoGroup(cursor uint32) uint32 {
	return exportClose(cursor)
}
