package wasidata

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// How a field of a Go struct says that it is null.
type nullMode uint8

const (
	nullNever nullMode = iota // it reads null as zero
	nullStruct
	nullPointer
)

// rowField is a field of a row's Go type, or the row itself if that is no
// struct.
type rowField struct {
	name   string // the column's; "" for a row that is no struct
	goName string
	offset uintptr
	value  reflect.Type // without Null or pointer
	mode   nullMode
	valid  uintptr  // nullStruct: where Valid is, from the field's start
	typ    wireType // of the column that it becomes
	named  bool     // the tag gives the type
}

// rowType is a Go type as rows.
type rowType struct {
	goType reflect.Type
	fields []rowField
	scalar bool
	slices bool // fields are columns: []T instead of T
}

func (t *rowType) nullable(i int) bool {
	return t.fields[i].mode != nullNever
}

// schema is what the rows are as columns.
func (t *rowType) schema() []field {
	fields := make([]field, len(t.fields))
	for i, f := range t.fields {
		name := f.name
		if t.scalar {
			name = "value"
		}
		fields[i] = field{name, f.typ, t.nullable(i)}
	}
	return fields
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	decimalType = reflect.TypeFor[Decimal]()
	bytesType   = reflect.TypeFor[[]byte]()
)

// rowTypeOf looks at a row type: a struct, or a single value.
func rowTypeOf(t reflect.Type) (*rowType, error) {
	row := &rowType{goType: t}
	if isRecord(t) {
		err := row.add(t, 0)
		return row, err
	}
	row.scalar = true
	f, err := fieldOf(t, "", t.String())
	row.fields = []rowField{f}
	return row, err
}

// columnsTypeOf looks at a struct of columns.
func columnsTypeOf(t reflect.Type) (*rowType, error) {
	row := &rowType{goType: t, slices: true}
	if !isRecord(t) {
		return nil, failf(InvalidArgument, "%v: a batch is a struct of slices, one for each column", t)
	}
	err := row.add(t, 0)
	return row, err
}

func isRecord(t reflect.Type) bool {
	_, null := reflect.Zero(t).Interface().(nullable)
	return t.Kind() == reflect.Struct && t != timeType && t != decimalType && !null
}

// add adds the fields of a struct; embedded structs count as their fields.
func (t *rowType) add(s reflect.Type, offset uintptr) error {
	for i := range s.NumField() {
		f := s.Field(i)
		tag := f.Tag.Get("data")
		if tag == "-" || (!f.IsExported() && !f.Anonymous) {
			continue
		}
		if f.Anonymous && tag == "" && isRecord(f.Type) {
			if err := t.add(f.Type, offset+f.Offset); err != nil {
				return err
			}
			continue
		}
		value := f.Type
		goName := fmt.Sprintf("%v.%s", s, f.Name)
		if t.slices {
			if f.Type.Kind() != reflect.Slice {
				return failf(InvalidArgument, "%s is %v: a batch is a struct of slices, one for each column", goName, f.Type)
			}
			value = f.Type.Elem()
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = columnName(f.Name)
		}
		column, err := fieldOf(value, options, goName)
		if err != nil {
			return err
		}
		column.name = name
		column.offset = offset + f.Offset
		t.fields = append(t.fields, column)
	}
	return nil
}

// columnName is the column of a field without a tag: MeanDelay is mean_delay.
func columnName(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(runes[i-1]) ||
			i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

func fieldOf(t reflect.Type, options, goName string) (rowField, error) {
	f := rowField{goName: goName, value: t}
	if n, ok := reflect.Zero(t).Interface().(nullable); ok && t.Kind() == reflect.Struct {
		f.mode = nullStruct
		f.value = n.valueType()
		f.valid = t.Field(1).Offset
	} else if t.Kind() == reflect.Pointer {
		f.mode = nullPointer
		f.value = t.Elem()
	}
	typ, ok := naturalType(f.value)
	if !ok {
		return f, failf(InvalidArgument, "%s: a column cannot be of the Go type %v", goName, t)
	}
	f.typ = typ
	if options == "" {
		return f, nil
	}
	f.named = true
	return f, f.setType(strings.ReplaceAll(options, " ", ""))
}

var naturalKinds = map[reflect.Kind]kind{
	reflect.Bool: kBool, reflect.Int8: kI8, reflect.Int16: kI16,
	reflect.Int32: kI32, reflect.Int64: kI64, reflect.Int: kI64,
	reflect.Uint8: kU8, reflect.Uint16: kU16, reflect.Uint32: kU32,
	reflect.Uint64: kU64, reflect.Uint: kU64, reflect.Float32: kF32,
	reflect.Float64: kF64, reflect.String: kString,
}

func naturalType(t reflect.Type) (wireType, bool) {
	switch {
	case t == timeType:
		return wireType{kind: kTimestamp, unit: 2}, true
	case t == decimalType:
		return wireType{kind: kDecimal}, true
	case t.ConvertibleTo(bytesType) && t.Kind() == reflect.Slice:
		return wireType{kind: kBinary}, true
	}
	k, ok := naturalKinds[t.Kind()]
	return wireType{kind: k}, ok
}

// setType reads the type in a tag: date, timestamp(ms,UTC), decimal(10,2).
func (f *rowField) setType(text string) error {
	name, rest, _ := strings.Cut(text, "(")
	first, second, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
	switch {
	case name == "date" && f.typ.kind == kTimestamp:
		f.typ = wireType{kind: kDate}
		return nil
	case name == "timestamp" && f.typ.kind == kTimestamp:
		f.typ.zone = second
		for i, unit := range unitNames {
			if first == unit {
				f.typ.unit = uint8(i)
				return nil
			}
		}
		if first == "" {
			return nil
		}
	case name == "decimal" && f.typ.kind == kDecimal:
		t, ok := parseDecimal("d:" + first + "," + second)
		if ok && int(t.scale) <= int(t.precision) {
			f.typ = t
			return nil
		}
	}
	return failf(InvalidArgument, "%s: the tag's type %q is not one for a %v; there are date, timestamp(us,UTC) with s, ms, us or ns, decimal(10,2)",
		f.goName, text, f.value)
}

// output refuses what cannot be columns that come out.
func (t *rowType) output() error {
	seen := map[string]string{}
	for _, f := range t.fields {
		if f.typ.kind == kDecimal && f.typ.precision == 0 {
			return failf(InvalidArgument, "%s: a decimal that comes out needs its precision and scale, as in `data:\"%s,decimal(10,2)\"`",
				f.goName, f.name)
		}
		if other, ok := seen[f.name]; ok {
			return failf(InvalidArgument, "%s and %s are both the column '%s'", other, f.goName, f.name)
		}
		seen[f.name] = f.goName
	}
	return nil
}

// find matches the fields with columns of the input, by name or by position.
func (t *rowType) find(input []field, positional bool) ([]uint32, error) {
	if positional && len(t.fields) != len(input) || t.scalar && len(input) != 1 {
		return nil, failf(InvalidArgument, "%v takes %d columns and got %d; %s",
			t.goType, len(t.fields), len(input), listOf(input))
	}
	columns := make([]uint32, len(t.fields))
	for i := range t.fields {
		f := &t.fields[i]
		columns[i] = uint32(i)
		if !positional && !t.scalar {
			found := -1
			for j := range input {
				if input[j].name == f.name {
					found = j
					break
				}
			}
			if found < 0 {
				return nil, failf(InvalidArgument, "there is no column '%s' for %s; %s",
					f.name, f.goName, listOf(input))
			}
			columns[i] = uint32(found)
		}
		in := input[columns[i]]
		if decoderOf(f, in.typ) == nil {
			return nil, failf(TypeMismatch, "column '%s' is %v and %s is %v: change the field, or cast the column; %s",
				in.name, in.typ, f.goName, f.value, listOf(input))
		}
	}
	return columns, nil
}
