package wasidata

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
)

// kind is a type without its parameters.
type kind uint8

const (
	kBool kind = iota
	kI8
	kI16
	kI32
	kI64
	kU8
	kU16
	kU32
	kU64
	kF32
	kF64
	kDate
	kString
	kBinary
	kNull
	kInterval
	kDecimal
	kTimestamp
	kTime
	kEnum // strings by their index
	kUUID
	kFixedBinary
	kList
	kFixedList
	kStruct
	kMap
	kUnion
	kAny   // of a Go type that reads every column
	kOther // a type that this package does not know
)

var kindNames = [...]string{"bool", "i8", "i16", "i32", "i64", "u8", "u16",
	"u32", "u64", "f32", "f64", "date", "string", "binary", "null", "interval"}

// Arrow's format strings of those types,
// https://arrow.apache.org/docs/format/CDataInterface.html
var kindFormats = [...]string{"b", "c", "s", "i", "l", "C", "S", "I", "L", "f",
	"g", "tdD", "u", "z", "n", "tin"}

const unitLetters = "smun"

var unitNames = [...]string{"s", "ms", "us", "ns"}

// How a field says that its 16 bytes are a UUID, or the name of its type.
const (
	extensionKey      = "ARROW:extension:name"
	extensionMetadata = "ARROW:extension:metadata"
	extensionUUID     = "arrow.uuid"
)

// wireType is the type of a column.
type wireType struct {
	kind      kind
	unit      uint8  // kTimestamp, kTime: index of unitNames
	index     kind   // kEnum: kU8, kU16 or kU32
	precision uint8  // kDecimal
	scale     int8   // kDecimal
	size      int    // kFixedBinary, kFixedList
	zone      string // kTimestamp
	format    string // kOther
	values    []string
	children  []field // kMap has two: key and value
	name      string  // of a registered type, whose storage all else is
	metadata  string
}

func (t wireType) String() string {
	if t.name != "" {
		return t.name
	}
	switch t.kind {
	case kDecimal:
		return fmt.Sprintf("decimal(%d,%d)", t.precision, t.scale)
	case kTimestamp:
		if t.zone != "" {
			return fmt.Sprintf("timestamp(%s,%s)", unitNames[t.unit], t.zone)
		}
		return fmt.Sprintf("timestamp(%s)", unitNames[t.unit])
	case kTime:
		return fmt.Sprintf("time(%s)", unitNames[t.unit])
	case kEnum:
		return "enum"
	case kUUID:
		return "uuid"
	case kFixedBinary:
		return fmt.Sprintf("binary(%d)", t.size)
	case kList:
		return fmt.Sprintf("list<%v>", t.children[0].typ)
	case kFixedList:
		return fmt.Sprintf("list<%v, %d>", t.children[0].typ, t.size)
	case kMap:
		return fmt.Sprintf("map<%v, %v>", t.children[0].typ, t.children[1].typ)
	case kStruct:
		return "struct<" + columnList(t.children) + ">"
	case kUnion:
		return "union<" + columnList(t.children) + ">"
	case kOther:
		return "Arrow format " + strconv.Quote(t.format)
	}
	return kindNames[t.kind]
}

func columnList(fields []field) string {
	list := make([]string, len(fields))
	for i, f := range fields {
		list[i] = fmt.Sprintf("%s %v", f.name, f.typ)
	}
	return strings.Join(list, ", ")
}

func (t wireType) arrow() string {
	switch t.kind {
	case kDecimal:
		return fmt.Sprintf("d:%d,%d", t.precision, t.scale)
	case kTimestamp:
		return "ts" + unitLetters[t.unit:t.unit+1] + ":" + t.zone
	case kTime:
		return "tt" + unitLetters[t.unit:t.unit+1]
	case kEnum:
		return kindFormats[t.index]
	case kUUID:
		return "w:16"
	case kFixedBinary:
		return fmt.Sprintf("w:%d", t.size)
	case kList:
		return "+l"
	case kFixedList:
		return fmt.Sprintf("+w:%d", t.size)
	case kStruct:
		return "+s"
	case kMap:
		return "+m"
	case kUnion:
		ids := make([]string, len(t.children))
		for i := range ids {
			ids[i] = strconv.Itoa(i)
		}
		return "+us:" + strings.Join(ids, ",")
	case kOther:
		return t.format
	}
	return kindFormats[t.kind]
}

// buffers is how many Arrow buffers a column has, its children's aside; not
// for kOther.
func (t wireType) buffers() int {
	switch t.kind {
	case kNull:
		return 0
	case kFixedList, kStruct, kUnion:
		return 1
	case kString, kBinary:
		return 3
	}
	return 2
}

// width is a value's size in bytes, of types that have one.
func (t wireType) width() int {
	switch t.kind {
	case kDecimal, kInterval, kUUID:
		return 16
	case kTimestamp:
		return 8
	case kTime:
		if t.unit < 2 {
			return 4
		}
		return 8
	case kEnum:
		return plainSizes[t.index]
	case kFixedBinary:
		return t.size
	case kUnion:
		return 1
	}
	if int(t.kind) < len(plainSizes) {
		return plainSizes[t.kind]
	}
	return 0
}

// known tells whether the type and those in it are ones of this package.
func (t wireType) known() bool {
	for _, child := range t.children {
		if !child.typ.known() {
			return false
		}
	}
	return t.kind != kOther
}

func parseArrow(format string) wireType {
	for i, f := range kindFormats {
		if f == format {
			return wireType{kind: kind(i)}
		}
	}
	if t, ok := parseTimestamp(format); ok {
		return t
	}
	if t, ok := parseDecimal(format); ok {
		return t
	}
	if size, ok := parseSize(format, "w:"); ok {
		return wireType{kind: kFixedBinary, size: size}
	}
	if len(format) == 3 && format[:2] == "tt" {
		if unit := strings.IndexByte(unitLetters, format[2]); unit >= 0 {
			return wireType{kind: kTime, unit: uint8(unit)}
		}
	}
	return wireType{kind: kOther, format: format}
}

// parseNested is the type of this format and these children.
func parseNested(format string, children []field) wireType {
	t := wireType{kind: kOther, format: format, children: children}
	switch size, fixed := parseSize(format, "+w:"); {
	case format == "+s":
		t.kind = kStruct
	case format == "+l" && len(children) == 1:
		t.kind = kList
	case fixed && len(children) == 1:
		t.kind, t.size = kFixedList, size
	case format == "+m" && len(children) == 1 && len(children[0].typ.children) == 2:
		t.kind, t.children = kMap, children[0].typ.children
	case strings.HasPrefix(format, "+us:"):
		t.kind = kUnion
		if format != t.arrow() {
			t.kind = kOther
		}
	}
	return t
}

func parseSize(format, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(format, prefix)
	size, err := strconv.Atoi(digits)
	return size, ok && err == nil && size >= 0
}

func parseTimestamp(format string) (wireType, bool) {
	if len(format) < 4 || format[:2] != "ts" || format[3] != ':' {
		return wireType{}, false
	}
	unit := strings.IndexByte(unitLetters, format[2])
	return wireType{kind: kTimestamp, unit: uint8(unit), zone: format[4:]}, unit >= 0
}

func parseDecimal(format string) (wireType, bool) {
	numbers, ok := strings.CutPrefix(format, "d:")
	if !ok {
		return wireType{}, false
	}
	precision, scale, width := 0, 0, 128
	if n, _ := fmt.Sscanf(numbers, "%d,%d,%d", &precision, &scale, &width); n < 2 {
		return wireType{}, false
	}
	t := wireType{kind: kDecimal, precision: uint8(precision), scale: int8(scale)}
	return t, width == 128 && precision >= 1 && precision <= 38
}

// field is a column of a schema that the host says or is told.
type field struct {
	name     string
	typ      wireType
	nullable bool
}

// fieldsAt reads a schema.
func fieldsAt(address, count uint32) []field {
	words := wordsAt(address, count*10)
	var fields []field
	for len(words) > 0 {
		fields = append(fields, takeField(&words))
	}
	return fields
}

// takeField reads a field, which is followed by its children.
func takeField(words *[]uint32) field {
	w := *words
	*words = w[10:]
	f := field{
		name:     textAt(w[0], w[1]),
		nullable: w[4]&0xff != 0,
	}
	format := textAt(w[2], w[3])
	var children []field
	for range w[5] {
		children = append(children, takeField(words))
	}
	name, metadata := extensionAt(wordsAt(w[6], w[7]*4))
	if len(children) > 0 || format[:min(1, len(format))] == "+" {
		f.typ = parseNested(format, children)
		f.typ.name, f.typ.metadata = name, metadata
		return f
	}
	f.typ = parseArrow(format)
	if f.typ.kind == kFixedBinary && f.typ.size == 16 && name == extensionUUID {
		f.typ, name = wireType{kind: kUUID}, ""
	}
	if values := wordsAt(w[8], w[9]*2); values != nil {
		f.typ = wireType{kind: kEnum, index: f.typ.kind}
		for i := 0; i < len(values); i += 2 {
			f.typ.values = append(f.typ.values, textAt(values[i], values[i+1]))
		}
	}
	f.typ.name, f.typ.metadata = name, metadata
	return f
}

// extensionAt is the name of a type in a field's metadata, and what else it says.
func extensionAt(words []uint32) (name, metadata string) {
	for ; len(words) > 0; words = words[4:] {
		switch textAt(words[0], words[1]) {
		case extensionKey:
			name = textAt(words[2], words[3])
		case extensionMetadata:
			metadata = textAt(words[2], words[3])
		}
	}
	if name == "" {
		metadata = ""
	}
	return name, metadata
}

func listOf(fields []field) string {
	if len(fields) == 0 {
		return "it has no columns"
	}
	return "there are: " + columnList(fields)
}

// Field describes a column.
type Field struct {
	Name     string
	Type     string // "i64", "decimal(10,2)", "timestamp(us,UTC)" …
	Nullable bool
}

func (f Field) String() string {
	if f.Nullable {
		return f.Name + " " + f.Type
	}
	return f.Name + " " + f.Type + " not null"
}

func publicFields(fields []field) []Field {
	list := make([]Field, len(fields))
	for i, f := range fields {
		list[i] = Field{f.name, f.typ.String(), f.nullable}
	}
	return list
}

// Options are settings by name, such as {"format": "csv"}.
type Options map[string]string

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
