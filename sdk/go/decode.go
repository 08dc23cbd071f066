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
	rows     int
	nulls    uint32
	validity unsafe.Pointer // a bit per row; nil: none is null
	values   unsafe.Pointer // of unions: which member
	offsets  unsafe.Pointer // strings, lists, maps
	children []column
}

func newColumn(t wireType) column {
	c := column{typ: t}
	for _, child := range t.children {
		c.children = append(c.children, newColumn(child.typ))
	}
	return c
}

func bit(bitmap unsafe.Pointer, i int) bool {
	return *(*byte)(unsafe.Add(bitmap, i>>3))>>(i&7)&1 != 0
}

// there tells whether a value is not null.
func (c *column) there(i int) bool {
	return c.validity == nil || bit(c.validity, i)
}

// ends is where strings and lists begin and end: one more than there are.
func (c *column) ends(n int) []int32 {
	return unsafe.Slice((*int32)(c.offsets), n+1)
}

var noOffsets [2]int32

// Columns of the null type have no validity; this is theirs.
var allNull []uint64

// nullsFrom is which of the 64 values from i on are null: a bit each, those of n and
// later are not. The host gives bitmaps in whole words.
func (c *column) nullsFrom(i, n int) uint64 {
	none := ^*(*uint64)(unsafe.Add(c.validity, i>>3))
	if n-i < 64 {
		none &= 1<<(n-i) - 1
	}
	return none
}

// batchParts is what is left of a batch's nodes and buffers.
type batchParts struct {
	nodes, buffers []uint32
}

// columnsAt reads a batch into columns whose types are set.
func columnsAt(columns []column, rows, nodes, nodeCount, buffers, bufferCount uint32) error {
	parts := batchParts{wordsAt(nodes, nodeCount*2), wordsAt(buffers, bufferCount*2)}
	for i := range columns {
		if !columns[i].take(&parts) {
			return failf(Internal, "the host passed fewer columns than were bound")
		}
	}
	if len(parts.nodes) > 0 || len(parts.buffers) > 0 {
		return failf(Internal, "the host passed more columns than were bound")
	}
	return nil
}

func (p *batchParts) node() (words []uint32, ok bool) {
	if len(p.nodes) < 2 {
		return nil, false
	}
	words, p.nodes = p.nodes[:2], p.nodes[2:]
	return words, true
}

func (c *column) take(parts *batchParts) bool {
	node, ok := parts.node()
	n := c.typ.buffers() * 2
	if !ok || len(parts.buffers) < n {
		return false
	}
	buffer := parts.buffers[:n]
	parts.buffers = parts.buffers[n:]
	c.rows, c.nulls = int(node[0]), node[1]
	c.validity = nil
	if c.typ.kind == kNull {
		if len(allNull) < c.rows/64+1 {
			allNull = make([]uint64, c.rows/64+1)
		}
		c.validity = unsafe.Pointer(&allNull[0])
	} else if c.nulls != 0 && buffer[1] != 0 && c.typ.kind != kUnion {
		c.validity = pointer(buffer[0])
	}
	if n > 0 {
		c.values = pointer(buffer[n-2])
	}
	if n == 6 || c.typ.kind == kList || c.typ.kind == kMap {
		c.offsets = pointer(buffer[2])
		if buffer[3] == 0 {
			c.offsets = unsafe.Pointer(&noOffsets)
		}
	}
	if c.typ.kind == kMap { // its one child, the entries
		if _, ok := parts.node(); !ok || len(parts.buffers) < 2 {
			return false
		}
		parts.buffers = parts.buffers[2:]
	}
	for i := range c.children {
		if !c.children[i].take(parts) {
			return false
		}
	}
	return true
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
	for i := 0; c.validity != nil && i < n; i += 64 {
		for none := c.nullsFrom(i, n); none != 0; none &= none - 1 {
			row := uintptr(i + bits.TrailingZeros64(none))
			*(*G)(unsafe.Add(to, row*stride)) = 0
		}
	}
}

func decodeBool(c *column, to unsafe.Pointer, stride uintptr, n int) {
	for i := range n {
		*(*bool)(to) = bit(c.values, i) && (c.there(i))
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
		if c.there(i) {
			s = c.typ.values[index]
		}
		*(*string)(to) = s
		to = unsafe.Add(to, stride)
	}
}

func decodeDecimal(c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*[2]uint64)(c.values), n)
	at := to
	for i := range from {
		*(*Decimal)(at) = Decimal{int64(from[i][1]), from[i][0], c.typ.scale}
		at = unsafe.Add(at, stride)
	}
	for i := 0; c.validity != nil && i < n; i += 64 {
		for none := c.nullsFrom(i, n); none != 0; none &= none - 1 {
			row := uintptr(i + bits.TrailingZeros64(none))
			*(*Decimal)(unsafe.Add(to, row*stride)) = Decimal{}
		}
	}
}

func decodeDate(c *column, to unsafe.Pointer, stride uintptr, n int) {
	from := unsafe.Slice((*int32)(c.values), n)
	for i, days := range from {
		var t time.Time
		if c.there(i) {
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
		if c.there(i) {
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

// leafDecoder is for types without others in them; nil when values of this
// shape do not read such a column.
func leafDecoder(s *shape, t wireType) decoder {
	switch s.value {
	case bigType:
		return bigDecoder(t)
	case durationType:
		switch t.kind {
		case kTime:
			return decodeTime
		case kInterval:
			return decodeDuration
		}
		return nil
	}
	switch {
	case t.kind == kEnum && s.typ.kind == kString, t.kind == kEnum && s.typ.kind == kEnum:
		switch t.index {
		case kU8:
			return decodeEnum[uint8]
		case kU16:
			return decodeEnum[uint16]
		}
		return decodeEnum[uint32]
	case t.kind == kString && s.typ.kind == kEnum:
		return decodeString
	case s.value.Kind() == reflect.Array:
		return bytesDecoder(s, t)
	case t.kind == kInterval && s.typ.kind == kInterval:
		return decodeInterval
	case (t.kind == kFixedBinary || t.kind == kUUID) && s.typ.kind == kBinary:
		return decodeFixedBytes
	case t.kind == s.typ.kind && int(t.kind) < len(plainDecoders):
		return plainDecoders[t.kind]
	}
	return widenings[[2]kind{t.kind, s.typ.kind}]
}

// decoderOf reads a column, null too; what the column and the Go value are
// called is for errors.
func decoderOf(s *shape, t wireType, path, goName string) (decoder, error) {
	if s.typ.kind == kAny {
		return anyDecoder(t)
	}
	var decode decoder
	var err error
	switch {
	case t.kind == kNull:
		decode = zeroDecoder(s.value)
	case t.kind >= kList && t.kind <= kUnion && t.kind == s.typ.kind:
		decode, err = nestedDecoder(s, t, path, goName)
	default:
		decode = leafDecoder(s, t)
	}
	if err == nil && decode == nil {
		err = failf(TypeMismatch, "column '%s' is %v and %s is %v: change the field, or cast the column",
			path, t, goName, s.value)
	}
	if err != nil {
		return nil, err
	}
	if s.mode == nullStruct && t.kind == s.typ.kind && t.plain() {
		return decodeNullable(s.valid, t), nil
	}
	return withNulls(s, decode), nil
}

// flags writes which values are not null.
func (c *column) flags(to unsafe.Pointer, stride uintptr, n int) {
	for i := 0; i < n; i += 64 {
		var none uint64
		if c.validity != nil {
			none = c.nullsFrom(i, n)
		}
		for range min(64, n-i) {
			*(*bool)(to) = none&1 == 0
			none >>= 1
			to = unsafe.Add(to, stride)
		}
	}
}

// withNulls makes a decoder of values one of values that may be null.
func withNulls(s *shape, decode decoder) decoder {
	switch s.mode {
	case nullStruct:
		valid := s.valid
		return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
			decode(c, to, stride, n)
			c.flags(unsafe.Add(to, valid), stride, n)
		}
	case nullPointer:
		size := s.value.Size()
		slice := reflect.SliceOf(s.value)
		return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
			block := reflect.MakeSlice(slice, n, n).UnsafePointer()
			decode(c, block, size, n)
			for j := range n {
				var p unsafe.Pointer
				if c.there(j) {
					p = unsafe.Add(block, uintptr(j)*size)
				}
				*(*unsafe.Pointer)(to) = p
				to = unsafe.Add(to, stride)
			}
		}
	}
	return decode
}

// reader reads batches into rows of a Go type, or into slices of one.
type reader struct {
	row      *rowType
	decoders []decoder
	columns  []column
	of       []uint32 // field i is columns[of[i]]
	names    []string // of a Record's columns
	boxers   []boxer
}

// newReader is for batches that have the columns `of` of the input, each once.
// The columns were found to be readable.
func newReader(row *rowType, input []field, of []uint32) *reader {
	r := &reader{row: row}
	position := map[uint32]uint32{}
	for _, c := range of {
		at, ok := position[c]
		if !ok {
			at = uint32(len(r.columns))
			position[c] = at
			r.columns = append(r.columns, newColumn(input[c].typ))
		}
		r.of = append(r.of, at)
	}
	r.match(input, of)
	return r
}

// newFullReader is for batches that have all columns of the input.
func newFullReader(row *rowType, input []field, of []uint32) (*reader, error) {
	r := &reader{row: row, of: of}
	for _, f := range input {
		if err := readable(f); err != nil {
			return nil, err
		}
		r.columns = append(r.columns, newColumn(f.typ))
	}
	r.match(input, of)
	return r, nil
}

func (r *reader) match(input []field, of []uint32) {
	for i, c := range of {
		in := input[c]
		if r.row.dynamic {
			r.names = append(r.names, in.name)
			r.boxers = append(r.boxers, boxerOf(in.typ))
			continue
		}
		f := &r.row.fields[i]
		decode, err := decoderOf(&f.shape, in.typ, in.name, f.goName)
		Fail(err) // not after find
		r.decoders = append(r.decoders, decode)
	}
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
	if r.row.dynamic {
		r.records(to, n)
		return
	}
	size := r.row.goType.Size()
	for i := range r.row.fields {
		r.decoders[i](&r.columns[r.of[i]], unsafe.Add(to, r.row.fields[i].offset), size, n)
	}
}

func (r *reader) records(to unsafe.Pointer, n int) {
	rows := unsafe.Slice((*Record)(to), n)
	for i := range rows {
		rows[i] = make(Record, len(r.names))
	}
	for i, name := range r.names {
		values := r.boxers[i](&r.columns[r.of[i]], n)
		for j, row := range rows {
			row[name] = values[j]
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
		data := reflect.MakeSlice(reflect.SliceOf(f.goType), n, n).UnsafePointer()
		r.decoders[i](c, data, f.goType.Size(), n)
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
	kU32: 4, kU64: 8, kF32: 4, kF64: 8, kDate: 4, kInterval: 0}

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
