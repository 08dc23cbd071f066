package wasidata

import (
	"fmt"
	"math"
	"math/bits"
	"reflect"
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
	validity []uint64 // when there are nulls
	nulls    int
	alias    unsafe.Pointer // the program's own slice, in place of values
	children []outColumn    // of a map: keys and values
}

func newOutColumn(t wireType) outColumn {
	o := outColumn{typ: t}
	for _, child := range t.children {
		o.children = append(o.children, newOutColumn(child.typ))
	}
	return o
}

func (o *outColumn) reset() {
	o.rows, o.nulls = 0, 0
	o.alias = nil
	o.data = o.data[:0]
	for i := range o.children {
		o.children[i].reset()
	}
}

func grown[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	larger := make([]T, max(n, 2*len(s), 256))
	copy(larger, s)
	return larger
}

// variable tells of types whose values have offsets.
func (t wireType) variable() bool {
	return t.kind == kString || t.kind == kBinary || t.kind == kList || t.kind == kMap
}

// room makes place for n more values; those of children are theirs.
func (o *outColumn) room(n int) {
	switch {
	case o.typ.variable():
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
	size := o.rows * o.typ.width()
	if o.typ.variable() {
		size = len(o.data) + 4*o.rows
	}
	for i := range o.children {
		size += o.children[i].bytes()
	}
	return size
}

// appendNulls appends n nulls, for which nothing is read.
func (o *outColumn) appendNulls(n int) {
	if o.typ.kind == kNull || n == 0 {
		o.rows += n
		return
	}
	o.room(n)
	if o.typ.kind != kUnion {
		o.mark(n, nil)
	}
	width := o.typ.width()
	switch {
	case o.typ.variable():
		last := o.offsets[o.rows]
		for i := range n {
			o.offsets[o.rows+1+i] = last
		}
	case width > 0:
		clear(unsafe.Slice((*byte)(start(o.values)), (o.rows+n)*width)[o.rows*width:])
	}
	switch o.typ.kind {
	case kStruct, kUnion:
		for i := range o.children {
			o.children[i].appendNulls(n)
		}
	case kFixedList:
		o.children[0].appendNulls(n * o.typ.size)
	}
	o.rows += n
}

// mark notes which of the n rows to come are null; valid nil: all are.
func (o *outColumn) mark(n int, valid []bool) {
	o.validity = grown(o.validity, (o.rows+n+63)/64)
	if o.nulls == 0 {
		o.unmark(0, o.rows)
	}
	for i := 0; i < n; {
		row := o.rows + i
		shift := row & 63
		count := min(64-shift, n-i)
		var there uint64
		if valid != nil {
			for j, is := range valid[i : i+count] {
				there |= uint64(flag(is)) << j
			}
		}
		word := &o.validity[row>>6]
		*word = *word&^(ones(count)<<shift) | there<<shift
		o.nulls += count - bits.OnesCount64(there)
		i += count
	}
}

// ones has so many bits, at least one, set.
func ones(count int) uint64 {
	return ^uint64(0) >> (64 - count)
}

// unmark notes that rows are not null.
func (o *outColumn) unmark(from, to int) {
	for from < to {
		shift := from & 63
		count := min(64-shift, to-from)
		o.validity[from>>6] |= ones(count) << shift
		from += count
	}
}

// markValid notes that the n rows to come are not null.
func (o *outColumn) markValid(n int) {
	if o.nulls > 0 {
		o.validity = grown(o.validity, (o.rows+n+63)/64)
		o.unmark(o.rows, o.rows+n)
	}
}

// An encoder appends n values, one each stride bytes, nulls too.
type encoder func(o *outColumn, from unsafe.Pointer, stride uintptr, n int) error

// A valueEncoder writes n values, one each stride bytes, to a column that has
// room for them. Those that are not valid may hold anything; nil: all are valid.
type valueEncoder func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error

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
	scale, limit := o.typ.scale, powers[o.typ.precision]
	for i := range to {
		if valid == nil || valid[i] {
			d := (*Decimal)(from)
			if d.scale != scale || !d.below(&limit) {
				brought, err := d.bring(o.typ)
				if err != nil {
					return err
				}
				d = &brought
			}
			to[i] = [2]uint64{d.lo, uint64(d.hi)}
		}
		from = unsafe.Add(from, stride)
	}
	return nil
}

// bring is the number as a column of the type has it.
func (d Decimal) bring(t wireType) (Decimal, error) {
	d, err := d.Rescale(int(t.scale))
	if err == nil && !d.fits(int(t.precision)) {
		err = fmt.Errorf("%v does not fit %v", d, t)
	}
	return d, err
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

var valueEncoders = [...]valueEncoder{kBool: encodeBool,
	kI8: encodeNumber[int8], kI16: encodeNumber[int16],
	kI32: encodeNumber[int32], kI64: encodeNumber[int64],
	kU8: encodeNumber[uint8], kU16: encodeNumber[uint16],
	kU32: encodeNumber[uint32], kU64: encodeNumber[uint64],
	kF32: encodeNumber[float32], kF64: encodeNumber[float64],
	kDate: encodeDate, kString: encodeString, kBinary: encodeString,
	kDecimal: encodeDecimal, kTimestamp: encodeTimestamp}

// leafEncoder is nil when values of this shape are not such a column.
func leafEncoder(s *shape, t wireType) valueEncoder {
	switch {
	case s.value == bigType:
		if t.kind == kDecimal && t.scale == 0 {
			return encodeBig
		}
		return nil
	case s.value == timeType:
		if t.kind == kDate || t.kind == kTimestamp {
			return valueEncoders[t.kind]
		}
		return nil
	case s.value == durationType:
		switch t.kind {
		case kTime:
			return encodeTime
		case kInterval:
			return encodeDuration
		}
		return nil
	case t.kind == kEnum && (s.typ.kind == kString || s.typ.kind == kEnum):
		return enumEncoder(t)
	case s.value.Kind() == reflect.Array && (t.width() == s.value.Len() || t.kind == kBinary):
		return bytesEncoder(s.value.Len(), t)
	case t.kind != s.typ.kind:
		return nil
	case t.kind == kInterval:
		return encodeInterval
	case int(t.kind) < len(valueEncoders):
		return valueEncoders[t.kind]
	}
	return nil
}

// encoderOf is nil when values of this shape are not such a column.
func encoderOf(s *shape, t wireType) encoder {
	encode := leafEncoder(s, t)
	if t.kind >= kList && t.kind <= kUnion && t.kind == s.typ.kind {
		encode = nestedEncoder(s, t)
	}
	if encode == nil {
		return nil
	}
	switch s.mode {
	case nullStruct:
		if t.plain() {
			return encodeNullable(s.valid, t)
		}
		return structNulls(s.valid, encode)
	case nullPointer:
		return pointerNulls(encode)
	}
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int) error {
		o.room(n)
		o.markValid(n)
		err := encode(o, from, stride, n, nil)
		o.rows += n
		return err
	}
}

func structNulls(offset uintptr, encode valueEncoder) encoder {
	var valid []bool
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int) error {
		valid = grown(valid, n)
		at := unsafe.Add(from, offset)
		all := true
		for j := range n {
			there := *(*bool)(at)
			valid[j] = there
			all = all && there
			at = unsafe.Add(at, stride)
		}
		o.room(n)
		var err error
		if now := valid[:n]; all {
			o.markValid(n)
			err = encode(o, from, stride, n, nil)
		} else if o.typ.kind == kUnion {
			err = encode(o, from, stride, n, now)
		} else {
			o.mark(n, now)
			err = encode(o, from, stride, n, now)
		}
		o.rows += n
		return err
	}
}

func pointerNulls(encode valueEncoder) encoder {
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int) error {
		for range n {
			p := *(*unsafe.Pointer)(from)
			if p == nil {
				o.appendNulls(1)
			} else {
				o.room(1)
				o.markValid(1)
				if err := encode(o, p, 0, 1, nil); err != nil {
					return err
				}
				o.rows++
			}
			from = unsafe.Add(from, stride)
		}
		return nil
	}
}

// writer writes rows of a Go type, or slices of one, as columns.
type writer struct {
	order    []uint32 // the columns that go out, if that are not all of them
	row      *rowType
	columns  []outColumn
	encoders []encoder
	rows     int
	nodes    []uint32
	buffers  []uint32
	keep     any // what the columns point to
}

// newWriter is for a schema that the row type is, field for field.
func newWriter(row *rowType, schema []field) *writer {
	w := &writer{row: row, columns: make([]outColumn, len(schema))}
	for i := range schema {
		w.columns[i] = newOutColumn(schema[i].typ)
		w.encoders = append(w.encoders, encoderOf(&row.fields[i].shape, schema[i].typ))
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
	err := w.encoders[i](&w.columns[i], from, stride, n)
	if err != nil {
		f := &w.row.fields[i]
		return failf(InvalidArgument, "column '%s' (%s): %v", f.name, f.goName, err)
	}
	return nil
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
		if err := w.field(i, header.data, f.goType.Size(), rows); err != nil {
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
	if w.order != nil {
		for _, i := range w.order {
			w.column(&w.columns[i])
		}
	} else {
		for i := range w.columns {
			w.column(&w.columns[i])
		}
	}
	return [5]uint32{uint32(w.rows), addressOf(w.nodes), uint32(len(w.nodes) / 2),
		addressOf(w.buffers), uint32(len(w.buffers) / 2)}
}

// column appends a column's nodes and buffers, then its children's.
func (w *writer) column(o *outColumn) {
	nulls := o.nulls
	if o.typ.kind == kNull {
		nulls = o.rows
	}
	w.nodes = append(w.nodes, uint32(o.rows), uint32(nulls))
	switch {
	case o.typ.kind == kNull || o.typ.kind == kUnion:
	case o.nulls > 0:
		w.buffers = append(w.buffers, addressOf(o.validity), uint32((o.rows+63)/64))
	default:
		w.buffers = append(w.buffers, 0, 0)
	}
	switch kind := o.typ.kind; {
	case o.alias != nil:
		w.buffers = append(w.buffers, uint32(uintptr(o.alias)), wordsIn(o.rows*o.typ.width()))
	case o.typ.variable():
		o.room(0)
		w.buffers = append(w.buffers, addressOf(o.offsets), wordsIn(4*(o.rows+1)))
		if kind == kString || kind == kBinary {
			w.buffers = append(w.buffers, addressOf(o.data), wordsIn(len(o.data)))
		}
	case kind == kBool:
		w.buffers = append(w.buffers, addressOf(o.values), uint32((o.rows+63)/64))
	case kind == kNull || kind == kStruct || kind == kFixedList:
	default:
		w.buffers = append(w.buffers, addressOf(o.values), wordsIn(o.rows*o.typ.width()))
	}
	if o.typ.kind == kMap { // its one child, the entries
		w.nodes = append(w.nodes, uint32(o.children[0].rows), 0)
		w.buffers = append(w.buffers, 0, 0)
	}
	for i := range o.children {
		w.column(&o.children[i])
	}
}
