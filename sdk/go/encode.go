package wasidata

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"
	"unsafe"
)

// outColumn is a column that is written, kept for the next batch.
type outColumn struct {
	typ      wireType
	rows     int
	values   []uint64 // fixed width, or bits
	offsets  []int32
	data     []byte
	validity []uint64
	nulls    int
	alias    unsafe.Pointer // the program's own slice, in place of values
}

func (o *outColumn) reset() {
	o.rows, o.nulls = 0, 0
	o.alias = nil
	o.data = o.data[:0]
}

func grown[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	larger := make([]T, max(n, 2*len(s), 256))
	copy(larger, s)
	return larger
}

// width is a value's size in bytes, of types that have one.
func (t wireType) width() int {
	switch t.kind {
	case kDecimal:
		return 16
	case kTimestamp:
		return 8
	}
	return plainSizes[t.kind]
}

// room makes place for n more values.
func (o *outColumn) room(n int) {
	switch {
	case o.typ.kind == kString || o.typ.kind == kBinary:
		o.offsets = grown(o.offsets, o.rows+n+2)
		o.offsets[0] = 0
	case o.typ.kind == kBool:
		o.values = grown(o.values, (o.rows+n+63)/64)
	default:
		o.values = grown(o.values, ((o.rows+n)*o.typ.width()+7)/8)
	}
}

// bytes is how much the column holds, about.
func (o *outColumn) bytes() int {
	if o.typ.kind == kString || o.typ.kind == kBinary {
		return len(o.data) + 4*o.rows
	}
	return o.rows * o.typ.width()
}

// An encoder appends n values, one each stride bytes, to a column that has room
// for them. Those that are not valid may hold anything; nil: all are valid.
type encoder func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error

func encodeNumber[T number](o *outColumn, from unsafe.Pointer, stride uintptr, n int, _ []bool) error {
	to := unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(o.values))), o.rows+n)[o.rows:]
	for i := range to {
		to[i] = *(*T)(from)
		from = unsafe.Add(from, stride)
	}
	return nil
}

func setBit(words []uint64, i int, value bool) {
	mask := uint64(1) << (i & 63)
	if value {
		words[i>>6] |= mask
	} else {
		words[i>>6] &^= mask
	}
}

func encodeBool(o *outColumn, from unsafe.Pointer, stride uintptr, n int, _ []bool) error {
	for i := range n {
		setBit(o.values, o.rows+i, *(*bool)(from))
		from = unsafe.Add(from, stride)
	}
	return nil
}

// encodeString is for []byte too: its beginning is that of a string.
func encodeString(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	size := len(o.data)
	at := from
	for range n {
		size += len(*(*string)(at))
		at = unsafe.Add(at, stride)
	}
	offsets := o.offsets[o.rows+1:][:n]
	data := slices.Grow(o.data, size-len(o.data))
	for i := range offsets {
		if valid == nil || valid[i] {
			data = append(data, *(*string)(from)...)
		}
		offsets[i] = int32(len(data))
		from = unsafe.Add(from, stride)
	}
	o.data = data
	if len(data) > math.MaxInt32 {
		return failf(LimitExceeded, "more than 2 GiB of text in one batch")
	}
	return nil
}

func encodeDecimal(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	to := unsafe.Slice((*[2]uint64)(unsafe.Pointer(unsafe.SliceData(o.values))), o.rows+n)[o.rows:]
	for i := range to {
		if valid == nil || valid[i] {
			d, err := (*(*Decimal)(from)).Rescale(int(o.typ.scale))
			if err != nil {
				return err
			}
			if !d.fits(int(o.typ.precision)) {
				return fmt.Errorf("%v does not fit %v", d, o.typ)
			}
			to[i] = [2]uint64{d.lo, uint64(d.hi)}
		}
		from = unsafe.Add(from, stride)
	}
	return nil
}

func encodeDate(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	to := unsafe.Slice((*int32)(unsafe.Pointer(unsafe.SliceData(o.values))), o.rows+n)[o.rows:]
	for i := range to {
		if valid == nil || valid[i] {
			days := dayOf(*(*time.Time)(from))
			if int64(int32(days)) != days {
				return fmt.Errorf("%v is out of a date's range", *(*time.Time)(from))
			}
			to[i] = int32(days)
		}
		from = unsafe.Add(from, stride)
	}
	return nil
}

// dayOf counts the days from 1970-01-01 to the day that t shows.
func dayOf(t time.Time) int64 {
	_, zone := t.Zone()
	seconds := t.Unix() + int64(zone)
	days := seconds / 86400
	if seconds%86400 < 0 {
		days--
	}
	return days
}

func encodeTimestamp(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	to := unsafe.Slice((*int64)(unsafe.Pointer(unsafe.SliceData(o.values))), o.rows+n)[o.rows:]
	per := unitsPerSecond[o.typ.unit]
	for i := range to {
		if valid == nil || valid[i] {
			t := *(*time.Time)(from)
			hi, lo := bits.Mul64(uint64(t.Unix()), uint64(per))
			if t.Unix() < 0 {
				hi -= uint64(per)
			}
			value := int64(lo) + int64(t.Nanosecond())/(1e9/per)
			if int64(hi) != int64(lo)>>63 || value < int64(lo) {
				return fmt.Errorf("%v is out of range of %v", t, o.typ)
			}
			to[i] = value
		}
		from = unsafe.Add(from, stride)
	}
	return nil
}

var encoders = [...]encoder{kBool: encodeBool,
	kI8: encodeNumber[int8], kI16: encodeNumber[int16],
	kI32: encodeNumber[int32], kI64: encodeNumber[int64],
	kU8: encodeNumber[uint8], kU16: encodeNumber[uint16],
	kU32: encodeNumber[uint32], kU64: encodeNumber[uint64],
	kF32: encodeNumber[float32], kF64: encodeNumber[float64],
	kDate: encodeDate, kString: encodeString, kBinary: encodeString,
	kDecimal: encodeDecimal, kTimestamp: encodeTimestamp}

// writer writes rows of a Go type, or slices of one, as columns.
type writer struct {
	row     *rowType
	columns []outColumn
	rows    int
	valid   []bool
	nodes   []uint32
	buffers []uint32
	keep    any // what the columns point to
}

func newWriter(row *rowType, schema []field) *writer {
	w := &writer{row: row, columns: make([]outColumn, len(schema))}
	for i := range schema {
		w.columns[i].typ = schema[i].typ
	}
	return w
}

func (w *writer) reset() {
	for i := range w.columns {
		w.columns[i].reset()
	}
	w.rows = 0
	w.keep = nil
}

func (w *writer) bytes() int {
	size := 0
	for i := range w.columns {
		size += w.columns[i].bytes()
	}
	return size
}

// append writes n rows, each of the row type's size.
func (w *writer) append(from unsafe.Pointer, n int) error {
	size := w.row.goType.Size()
	for i := range w.row.fields {
		if err := w.field(i, unsafe.Add(from, w.row.fields[i].offset), size, n); err != nil {
			return err
		}
	}
	w.rows += n
	return nil
}

func (w *writer) field(i int, from unsafe.Pointer, stride uintptr, n int) error {
	f := &w.row.fields[i]
	o := &w.columns[i]
	encode := encoders[o.typ.kind]
	o.room(n)
	var err error
	switch f.mode {
	case nullNever:
		err = encode(o, from, stride, n, nil)
		o.rows += n
	case nullStruct:
		w.valid = grown(w.valid, n)
		at := unsafe.Add(from, f.valid)
		for j := range n {
			w.valid[j] = *(*bool)(at)
			at = unsafe.Add(at, stride)
		}
		o.validRows(w.valid[:n])
		err = encode(o, from, stride, n, w.valid)
		o.rows += n
	case nullPointer:
		err = w.pointers(o, encode, from, stride, n)
	}
	if err != nil {
		return failf(InvalidArgument, "column '%s' (%s): %v", f.name, f.goName, err)
	}
	return nil
}

func (w *writer) pointers(o *outColumn, encode encoder, from unsafe.Pointer, stride uintptr, n int) error {
	for range n {
		p := *(*unsafe.Pointer)(from)
		valid := []bool{p != nil}
		o.validRows(valid)
		switch {
		case p != nil:
			if err := encode(o, p, 0, 1, nil); err != nil {
				return err
			}
		case o.typ.kind == kString || o.typ.kind == kBinary:
			o.offsets[o.rows+1] = int32(len(o.data))
		}
		o.rows++
		from = unsafe.Add(from, stride)
	}
	return nil
}

// validRows notes which of the rows to come are null.
func (o *outColumn) validRows(valid []bool) {
	o.validity = grown(o.validity, (o.rows+len(valid)+63)/64)
	for i, v := range valid {
		setBit(o.validity, o.rows+i, v)
		if !v {
			o.nulls++
		}
	}
}

// slices writes a struct of slices; rows < 0: as many rows as they have.
// Those that lie in memory as Arrow has them are not copied.
func (w *writer) slices(from unsafe.Pointer, rows int) error {
	for i := range w.row.fields {
		f := &w.row.fields[i]
		o := &w.columns[i]
		header := (*sliceHeader)(unsafe.Add(from, f.offset))
		if rows < 0 {
			rows = header.len
		}
		if header.len != rows {
			return failf(InvalidArgument, "column '%s' (%s) has %d values where %d rows come out",
				f.name, f.goName, header.len, rows)
		}
		if f.mode == nullNever && o.typ.plain() && uintptr(header.data)%8 == 0 {
			o.alias, o.rows = header.data, rows
			continue
		}
		size := w.row.sliceElem(i).Size()
		if err := w.field(i, header.data, size, rows); err != nil {
			return err
		}
	}
	w.rows = max(rows, 0)
	return nil
}

func wordsIn(bytes int) uint32 {
	return uint32((bytes + 7) / 8)
}

func addressOf[T any](s []T) uint32 {
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(s))))
}

// wire is the batch for the host: rows, nodes, buffers.
func (w *writer) wire() (batch [5]uint32) {
	w.nodes, w.buffers = w.nodes[:0], w.buffers[:0]
	for i := range w.columns {
		w.column(&w.columns[i])
	}
	return [5]uint32{uint32(w.rows), addressOf(w.nodes), uint32(len(w.nodes) / 2),
		addressOf(w.buffers), uint32(len(w.buffers) / 2)}
}

func (w *writer) column(o *outColumn) {
	w.nodes = append(w.nodes, uint32(o.rows), uint32(o.nulls))
	if o.nulls > 0 {
		w.buffers = append(w.buffers, addressOf(o.validity), uint32((o.rows+63)/64))
	} else {
		w.buffers = append(w.buffers, 0, 0)
	}
	switch {
	case o.alias != nil:
		w.buffers = append(w.buffers, uint32(uintptr(o.alias)), wordsIn(o.rows*o.typ.width()))
	case o.typ.kind == kString || o.typ.kind == kBinary:
		o.offsets = grown(o.offsets, o.rows+2)
		w.buffers = append(w.buffers, addressOf(o.offsets), wordsIn(4*(o.rows+1)),
			addressOf(o.data), wordsIn(len(o.data)))
	case o.typ.kind == kBool:
		w.buffers = append(w.buffers, addressOf(o.values), uint32((o.rows+63)/64))
	default:
		w.buffers = append(w.buffers, addressOf(o.values), wordsIn(o.rows*o.typ.width()))
	}
}
