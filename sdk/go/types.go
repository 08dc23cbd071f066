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
	kDecimal
	kTimestamp
	kEnum  // strings by their index
	kOther // a type that Go programs do not get yet
)

var kindNames = [...]string{"bool", "i8", "i16", "i32", "i64", "u8", "u16",
	"u32", "u64", "f32", "f64", "date", "string", "binary"}

// Arrow's format strings of those types,
// https://arrow.apache.org/docs/format/CDataInterface.html
var kindFormats = [...]string{"b", "c", "s", "i", "l", "C", "S", "I", "L", "f",
	"g", "tdD", "u", "z"}

const unitLetters = "smun"

var unitNames = [...]string{"s", "ms", "us", "ns"}

// wireType is the type of a column.
type wireType struct {
	kind      kind
	unit      uint8  // kTimestamp: index of unitNames
	index     kind   // kEnum: kU8, kU16 or kU32
	precision uint8  // kDecimal
	scale     int8   // kDecimal
	zone      string // kTimestamp
	format    string // kOther
	values    []string
}

func (t wireType) same(other wireType) bool {
	return t.kind == other.kind && t.unit == other.unit && t.zone == other.zone &&
		t.precision == other.precision && t.scale == other.scale
}

func (t wireType) String() string {
	switch t.kind {
	case kDecimal:
		return fmt.Sprintf("decimal(%d,%d)", t.precision, t.scale)
	case kTimestamp:
		if t.zone != "" {
			return fmt.Sprintf("timestamp(%s,%s)", unitNames[t.unit], t.zone)
		}
		return fmt.Sprintf("timestamp(%s)", unitNames[t.unit])
	case kEnum:
		return "enum"
	case kOther:
		return "Arrow format " + strconv.Quote(t.format)
	}
	return kindNames[t.kind]
}

func (t wireType) arrow() string {
	switch t.kind {
	case kDecimal:
		return fmt.Sprintf("d:%d,%d", t.precision, t.scale)
	case kTimestamp:
		return "ts" + unitLetters[t.unit:t.unit+1] + ":" + t.zone
	case kEnum:
		return kindFormats[t.index]
	case kOther:
		return t.format
	}
	return kindFormats[t.kind]
}

// buffers is how many Arrow buffers a column has; not for kOther.
func (t wireType) buffers() int {
	if t.kind == kString || t.kind == kBinary {
		return 3
	}
	return 2
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
	return wireType{kind: kOther, format: format}
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

// fieldsAt reads the top level of a schema; nested types are kOther.
func fieldsAt(address, count uint32) []field {
	words := wordsAt(address, count*10)
	var fields []field
	for at := 0; at < int(count); at += extent(words, at) {
		w := words[at*10:]
		f := field{
			name:     textAt(w[0], w[1]),
			nullable: w[4]&0xff != 0,
			typ:      parseArrow(textAt(w[2], w[3])),
		}
		if values := wordsAt(w[8], w[9]*2); values != nil {
			f.typ = wireType{kind: kEnum, index: f.typ.kind}
			for i := 0; i < len(values); i += 2 {
				f.typ.values = append(f.typ.values, textAt(values[i], values[i+1]))
			}
		}
		if w[5] != 0 {
			f.typ = wireType{kind: kOther, format: textAt(w[2], w[3])}
		}
		fields = append(fields, f)
	}
	return fields
}

// extent is how many fields the one at this place takes up with its children.
func extent(words []uint32, at int) int {
	pending, next := 1, at
	for pending > 0 && next*10 < len(words) {
		pending += int(words[next*10+5]) - 1
		next++
	}
	return next - at
}

func listOf(fields []field) string {
	if len(fields) == 0 {
		return "it has no columns"
	}
	var list []string
	for _, f := range fields {
		list = append(list, fmt.Sprintf("%s %v", f.name, f.typ))
	}
	return "there are: " + strings.Join(list, ", ")
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
