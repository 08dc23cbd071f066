package wasidata

import "iter"

// MapPartitions makes any number of rows of each partition, which the function
// sees as a whole: it ranges over the rows that come in and emits those that go
// out, when it likes.
//
//	data.MapPartitions(ds, func(rows iter.Seq[T], emit func(U)) error {
//		for row := range rows { … }
//	})
func MapPartitions[T, U any](d *Dataset, f func(rows iter.Seq[T], emit func(U)) error, promises ...Promise) *Dataset {
	l, err := partitionLambda(f, promises)
	return d.apply(l, err, importMapPartitions)
}

// MapGroups is MapPartitions with a group as the whole.
func MapGroups[T, U any](g *Grouped, f func(rows iter.Seq[T], emit func(U)) error, promises ...Promise) *Dataset {
	if g.err != nil {
		return failedDataset(g.err)
	}
	l, err := partitionLambda(f, promises)
	if err != nil {
		return failedDataset(err)
	}
	slot := lambdas.add(l)
	return newDataset([]*node{&g.node}, []uint32{slot}, func(*lower) {
		importMapGroups(g.handle, 1, slot, area())
	})
}

func partitionLambda[T, U any](f func(rows iter.Seq[T], emit func(U)) error, promises []Promise) (*lambda, error) {
	in, out, err := rowTypes[T, U]()
	return newLambda(in, out, err, promises, func() any {
		return &partitions[T, U]{f: f}
	})
}

// partitionKernel opens partitions.
type partitionKernel interface {
	open(b *binding) cursor
}

// cursor is an open partition.
type cursor interface {
	push(rows int) error
	end()
	// next is the writer that holds output, nil when the function waits for
	// more input or has ended.
	next() (*writer, error)
	close()
	read(rows, nodes, nodeCount, buffers, bufferCount uint32) error
}

// Open ones; the host's name for a cursor is its index.
var (
	cursors     []cursor
	freeCursors []uint32
)

type partitions[T, U any] struct {
	f func(rows iter.Seq[T], emit func(U)) error
}

func (k *partitions[T, U]) open(b *binding) cursor {
	reader := *b.in
	reader.columns = append([]column(nil), b.in.columns...)
	p := &partition[T, U]{f: k.f, in: &reader, out: newWriter(b.lambda.out, b.schema)}
	p.resume, p.stop = iter.Pull(p.run)
	return p
}

// event is why the function gave control back.
type event uint8

const (
	wantsRows event = iota
	hasRows
)

// partition runs the function as a coroutine: it is resumed until it wants rows
// that are not there yet, or has emitted many.
type partition[T, U any] struct {
	f       func(rows iter.Seq[T], emit func(U)) error
	in      *reader
	out     *writer
	rows    []T // not yet seen by the function
	buffer  []T
	ended   bool // no more will come
	emitted []U
	failed  *Error
	done    bool
	last    event
	resume  func() (event, bool)
	stop    func()
}

// unwound is what the function panics with when its partition ends early.
type unwound struct{}

func (p *partition[T, U]) run(yield func(event) bool) {
	pause := func(e event) {
		if !yield(e) {
			panic(unwound{})
		}
	}
	defer func() {
		if r := recover(); r != nil && r != any(unwound{}) {
			p.failed = caught(r)
		}
	}()
	rows := func(loop func(T) bool) {
		for {
			for len(p.rows) > 0 {
				row := p.rows[0]
				p.rows = p.rows[1:]
				if !loop(row) {
					return
				}
			}
			if p.ended {
				return
			}
			pause(wantsRows)
		}
	}
	emit := func(row U) {
		p.emitted = append(p.emitted, row)
		if len(p.emitted) >= partRows {
			Fail(p.flush())
			if p.out.bytes() >= partBytes {
				pause(hasRows)
			}
		}
	}
	Fail(p.f(rows, emit))
	// What the function did not want.
	for !p.ended {
		p.rows = nil
		pause(wantsRows)
	}
}

func (p *partition[T, U]) flush() error {
	err := p.out.append(start(p.emitted), len(p.emitted))
	clear(p.emitted)
	p.emitted = p.emitted[:0]
	return err
}

func (p *partition[T, U]) read(rows, nodes, nodeCount, buffers, bufferCount uint32) error {
	return columnsAt(p.in.columns, rows, nodes, nodeCount, buffers, bufferCount)
}

func (p *partition[T, U]) push(n int) error {
	p.buffer = resized(p.buffer, n)
	p.in.rows(start(p.buffer), n)
	p.rows = p.buffer
	return nil
}

func (p *partition[T, U]) end() {
	p.ended = true
}

func (p *partition[T, U]) next() (*writer, error) {
	p.out.reset()
	if !p.done && (len(p.rows) > 0 || p.ended || p.last == hasRows) {
		last, going := p.resume()
		p.last = last
		p.done = !going
	}
	if p.failed != nil {
		return nil, p.failed
	}
	if err := p.flush(); err != nil {
		return nil, err
	}
	if p.out.rows == 0 {
		return nil, nil
	}
	return p.out, nil
}

func (p *partition[T, U]) close() {
	p.stop()
}

//go:wasmexport wasi:data/lambdas@0.1.0#open-partition
func exportOpen(handle, index uint32) (out uint32) {
	defer catch(&out)
	b := bindings[handle]
	result.area[1] = keepCursor(b.kernel.(partitionKernel).open(b))
	return resultOf(nil)
}

// keepCursor gives an open one its name.
func keepCursor(c cursor) (index uint32) {
	if n := len(freeCursors); n > 0 {
		index = freeCursors[n-1]
		freeCursors = freeCursors[:n-1]
		cursors[index] = c
		return index
	}
	cursors = append(cursors, c)
	return uint32(len(cursors) - 1)
}

//go:wasmexport wasi:data/lambdas@0.1.0#push-partition
func exportPush(cursor, some, rows, nodes, nodeCount, buffers, bufferCount uint32) (out uint32) {
	defer catch(&out)
	c := cursors[cursor]
	if some == 0 {
		c.end()
		return resultOf(nil)
	}
	err := c.read(rows, nodes, nodeCount, buffers, bufferCount)
	if err == nil {
		err = c.push(int(rows))
	}
	return resultOf(err)
}

//go:wasmexport wasi:data/lambdas@0.1.0#next-partition
func exportNext(cursor uint32) (out uint32) {
	defer catch(&out)
	w, err := cursors[cursor].next()
	if err != nil {
		return resultOf(err)
	}
	result.area[1] = flag(w != nil)
	if w != nil {
		batch := w.wire()
		copy(result.area[2:], batch[:])
	}
	return resultOf(nil)
}

//go:wasmexport wasi:data/lambdas@0.1.0#close-partition
func exportClose(cursor uint32) (out uint32) {
	defer catch(&out)
	cursors[cursor].close()
	cursors[cursor] = nil
	freeCursors = append(freeCursors, cursor)
	return resultOf(nil)
}
