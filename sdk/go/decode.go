package wasidata

import (
	"math/bits"
	"reflect"
	"time"
	"unsafe"
)

// column is a column of a batch that the host gave, in place.
type column struct {
	typ      wireType
	nulls    uint32
	validity unsafe.Pointer // a bit per row; nil: none is null
	values   unsafe.Pointer
	offsets  unsafe.Pointer // strings
}

func bit(bitmap unsafe.Pointer, i int) bool {
	return *(*byte)(unsafe.Add(bitmap, i>>3))>>(i&7)&1 != 0
}

var noOffsets [2]int32

// columnsAt reads a batch into columns whose types are set.
func columnsAt(columns []column, rows, nodes, nodeCount, buffers, bufferCount uint32) error {
	node := wordsAt(nodes, nodeCount*2)
	buffer := wordsAt(buffers, bufferCount*2)
	if int(nodeCount) != len(columns) {
		return failf(Internal, "the host passed %d columns where %d were bound", nodeCount, len(columns))
	}
	for i := range columns {
		c := &columns[i]
		n := c.typ.buffers() * 2
		if len(buffer) < n {
			return failf(Internal, "the host passed too few buffers")
		}
		c.nulls = node[2*i+1]
		c.validity = nil
		if c.nulls != 0 && buffer[1] != 0 {
			c.validity = pointer(buffer[0])
		}
		c.values = pointer(buffer[n-2])
		if n == 6 {
			c.offsets = pointer(buffer[2])
			if buffer[3] == 0 {
				c.offsets = unsafe.Pointer(&noOffsets)
			}
		}
		buffer = buffer[n:]
	}
	return nil
}

// A decoder writes the values of a column to memory, one each stride bytes;
// null as zero.
type decoder func(c *column, to unsafe.Pointer, stride uintptr, n int)

type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

func decodeNumber[W, G number](c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*W)(c.values), n)
	at := to
	for _, value := range from {
		*(*G)(at) = G(value)
		at = unsafe.Add(at, stride)
	}
	if c.validity != nil {
		for i := range n {
			if !bit(c.validity, i) {
				*(*G)(unsafe.Add(to, uintptr(i)*stride)) = 0
			}
		}
	}
}

func decodeBool(c *column, to unsafe.Pointer, stride uintptr, n int) {
	for i := range n {
		*(*bool)(to) = bit(c.values, i) && (c.validity == nil || bit(c.validity, i))
		to = unsafe.Add(to, stride)
	}
}

// All the strings of a batch are pieces of one, which is the program's.
func decodeString(c *column, to unsafe.Pointer, stride uintptr, n int) {
	ends := unsafe.Slice((*int32)(c.offsets), n+1)
	whole := string(unsafe.Slice((*byte)(c.values), ends[n]))
	for i := range n {
		s := whole[ends[i]:ends[i+1]]
		if c.validity != nil && !bit(c.validity, i) {
			s = ""
		}
		*(*string)(to) = s
		to = unsafe.Add(to, stride)
	}
}

func decodeBytes(c *column, to unsafe.Pointer, stride uintptr, n int) {
	ends := unsafe.Slice((*int32)(c.offsets), n+1)
	whole := append([]byte(nil), unsafe.Slice((*byte)(c.values), ends[n])...)
	for i := range n {
		b := whole[ends[i]:ends[i+1]:ends[i+1]]
		if c.validity != nil && !bit(c.validity, i) {
			b = nil
		}
		*(*[]byte)(to) = b
		to = unsafe.Add(to, stride)
	}
}

func decodeEnum[W uint8 | uint16 | uint32](c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*W)(c.values), n)
	for i, index := range from {
		s := ""
		if c.validity == nil || bit(c.validity, i) {
			s = c.typ.values[index]
		}
		*(*string)(to) = s
		to = unsafe.Add(to, stride)
	}
}

func decodeDecimal(c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*[2]uint64)(c.values), n)
	for i, words := range from {
		d := Decimal{int64(words[1]), words[0], c.typ.scale}
		if c.validity != nil && !bit(c.validity, i) {
			d = Decimal{}
		}
		*(*Decimal)(to) = d
		to = unsafe.Add(to, stride)
	}
}

func decodeDate(c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*int32)(c.values), n)
	for i, days := range from {
		var t time.Time
		if c.validity == nil || bit(c.validity, i) {
			t = time.Unix(int64(days)*86400, 0).UTC()
		}
		*(*time.Time)(to) = t
		to = unsafe.Add(to, stride)
	}
}

func decodeTimestamp(c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*int64)(c.values), n)
	for i, value := range from {
		var t time.Time
		if c.validity == nil || bit(c.validity, i) {
			t = timeOf(value, c.typ.unit)
		}
		*(*time.Time)(to) = t
		to = unsafe.Add(to, stride)
	}
}

// Units of a timestamp in a second.
var unitsPerSecond = [...]int64{1, 1e3, 1e6, 1e9}

func timeOf(value int64, unit uint8) time.Time {
	per := unitsPerSecond[unit]
	seconds, rest := value/per, value%per
	return time.Unix(seconds, rest*(1e9/per)).UTC()
}

// The kinds that a field of a kind also reads: those whose every value it has.
var widenings = map[[2]kind]decoder{
	{kI8, kI16}:  decodeNumber[int8, int16],
	{kI8, kI32}:  decodeNumber[int8, int32],
	{kI8, kI64}:  decodeNumber[int8, int64],
	{kI16, kI32}: decodeNumber[int16, int32],
	{kI16, kI64}: decodeNumber[int16, int64],
	{kI32, kI64}: decodeNumber[int32, int64],
	{kU8, kI16}:  decodeNumber[uint8, int16],
	{kU8, kI32}:  decodeNumber[uint8, int32],
	{kU8, kI64}:  decodeNumber[uint8, int64],
	{kU16, kI32}: decodeNumber[uint16, int32],
	{kU16, kI64}: decodeNumber[uint16, int64],
	{kU32, kI64}: decodeNumber[uint32, int64],
	{kU8, kU16}:  decodeNumber[uint8, uint16],
	{kU8, kU32}:  decodeNumber[uint8, uint32],
	{kU8, kU64}:  decodeNumber[uint8, uint64],
	{kU16, kU32}: decodeNumber[uint16, uint32],
	{kU16, kU64}: decodeNumber[uint16, uint64],
	{kU32, kU64}: decodeNumber[uint32, uint64],
	{kF32, kF64}: decodeNumber[float32, float64],
	{kI8, kF64}:  decodeNumber[int8, float64],
	{kI16, kF64}: decodeNumber[int16, float64],
	{kI32, kF64}: decodeNumber[int32, float64],
	{kU8, kF64}:  decodeNumber[uint8, float64],
	{kU16, kF64}: decodeNumber[uint16, float64],
	{kU32, kF64}: decodeNumber[uint32, float64],
	{kI8, kF32}:  decodeNumber[int8, float32],
	{kI16, kF32}: decodeNumber[int16, float32],
	{kU8, kF32}:  decodeNumber[uint8, float32],
	{kU16, kF32}: decodeNumber[uint16, float32],

	{kString, kBinary}:  decodeBytes,
	{kDate, kTimestamp}: decodeDate,
	{kTimestamp, kDate}: decodeTimestamp,
}

var plainDecoders = [...]decoder{kBool: decodeBool,
	kI8: decodeNumber[int8, int8], kI16: decodeNumber[int16, int16],
	kI32: decodeNumber[int32, int32], kI64: decodeNumber[int64, int64],
	kU8: decodeNumber[uint8, uint8], kU16: decodeNumber[uint16, uint16],
	kU32: decodeNumber[uint32, uint32], kU64: decodeNumber[uint64, uint64],
	kF32: decodeNumber[float32, float32], kF64: decodeNumber[float64, float64],
	kDate: decodeDate, kString: decodeString, kBinary: decodeBytes,
	kDecimal: decodeDecimal, kTimestamp: decodeTimestamp}

// decoderOf is nil when the field does not read such a column.
func decoderOf(f *rowField, t wireType) decoder {
	switch {
	case t.kind == kEnum && f.typ.kind == kString:
		switch t.index {
		case kU8:
			return decodeEnum[uint8]
		case kU16:
			return decodeEnum[uint16]
		}
		return decodeEnum[uint32]
	case t.kind >= kEnum:
		return nil
	case t.kind == f.typ.kind:
		return plainDecoders[t.kind]
	}
	return widenings[[2]kind{t.kind, f.typ.kind}]
}

// reader reads batches into rows of a Go type, or into slices of one.
type reader struct {
	row      *rowType
	decoders []decoder
	columns  []column
	of       []uint32 // field i is columns[of[i]]
}

// newReader is for batches that have the columns `of` of the input.
func newReader(row *rowType, input []field, of []uint32) *reader {
	r := &reader{row: row}
	position := map[uint32]uint32{}
	for i, column_ := range of {
		at, ok := position[column_]
		if !ok {
			at = uint32(len(r.columns))
			position[column_] = at
			r.columns = append(r.columns, column{typ: input[column_].typ})
		}
		r.of = append(r.of, at)
		r.decoders = append(r.decoders, decoderOf(&row.fields[i], input[column_].typ))
	}
	return r
}

// wanted lists input columns, each once, as newReader has them.
func wanted(of []uint32) []uint32 {
	var list []uint32
	seen := map[uint32]bool{}
	for _, c := range of {
		if !seen[c] {
			seen[c] = true
			list = append(list, c)
		}
	}
	return list
}

// rows writes n rows, each of the row type's size.
func (r *reader) rows(to unsafe.Pointer, n int) {
	size := r.row.goType.Size()
	for i := range r.row.fields {
		r.field(i, unsafe.Add(to, r.row.fields[i].offset), size, n)
	}
}

func (r *reader) field(i int, to unsafe.Pointer, stride uintptr, n int) {
	f := &r.row.fields[i]
	c := &r.columns[r.of[i]]
	switch f.mode {
	case nullNever:
		r.decoders[i](c, to, stride, n)
	case nullStruct:
		r.decoders[i](c, to, stride, n)
		to = unsafe.Add(to, f.valid)
		for j := range n {
			*(*bool)(to) = c.validity == nil || bit(c.validity, j)
			to = unsafe.Add(to, stride)
		}
	case nullPointer:
		size := f.value.Size()
		block := reflect.MakeSlice(reflect.SliceOf(f.value), n, n).UnsafePointer()
		r.decoders[i](c, block, size, n)
		for j := range n {
			var p unsafe.Pointer
			if c.validity == nil || bit(c.validity, j) {
				p = unsafe.Add(block, uintptr(j)*size)
			}
			*(*unsafe.Pointer)(to) = p
			to = unsafe.Add(to, stride)
		}
	}
}

// slices fills a struct of slices. Columns that lie in memory as Go has them
// are not copied.
func (r *reader) slices(to unsafe.Pointer, n int) {
	for i := range r.row.fields {
		f := &r.row.fields[i]
		c := &r.columns[r.of[i]]
		header := (*sliceHeader)(unsafe.Add(to, f.offset))
		if f.mode == nullNever && c.typ.kind == f.typ.kind && c.typ.plain() {
			zeroNulls(c, n)
			*header = sliceHeader{c.values, n, n}
			continue
		}
		elem := f.value
		size := elem.Size()
		switch f.mode {
		case nullStruct:
			elem = r.row.sliceElem(i)
			size = elem.Size()
		case nullPointer:
			elem = reflect.PointerTo(elem)
			size = elem.Size()
		}
		data := reflect.MakeSlice(reflect.SliceOf(elem), n, n).UnsafePointer()
		r.field(i, data, size, n)
		*header = sliceHeader{data, n, n}
	}
}

type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

// plain tells whether Arrow's values are an array as Go has it.
func (t wireType) plain() bool {
	return t.kind >= kI8 && t.kind <= kF64
}

var plainSizes = [...]int{kI8: 1, kI16: 2, kI32: 4, kI64: 8, kU8: 1, kU16: 2,
	kU32: 4, kU64: 8, kF32: 4, kF64: 8, kDate: 4}

func zeroNulls(c *column, n int) {
	if c.validity == nil {
		return
	}
	size := plainSizes[c.typ.kind]
	words := unsafe.Slice((*byte)(c.validity), (n+7)/8)
	for i, b := range words {
		for none := uint(^b); none != 0; none &= none - 1 {
			if row := i*8 + bits.TrailingZeros(none); row < n {
				clear(unsafe.Slice((*byte)(unsafe.Add(c.values, row*size)), size))
			}
		}
	}
}

// sliceElem is the element type of the slice that field i is.
func (t *rowType) sliceElem(i int) reflect.Type {
	return sliceElemAt(t.goType, t.fields[i].offset)
}

func sliceElemAt(t reflect.Type, offset uintptr) reflect.Type {
	for i := range t.NumField() {
		f := t.Field(i)
		if offset >= f.Offset && offset < f.Offset+f.Type.Size() {
			if f.Type.Kind() == reflect.Slice {
				return f.Type.Elem()
			}
			return sliceElemAt(f.Type, offset-f.Offset)
		}
	}
	return nil
}
