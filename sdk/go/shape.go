package wasidata

import (
	"fmt"
	"reflect"
	"strings"
)

// How a Go value says that it is null.
type nullMode uint8

const (
	nullNever nullMode = iota // it reads null as zero
	nullStruct
	nullPointer
)

// shape is a Go type as the values of a column.
type shape struct {
	goType reflect.Type
	value  reflect.Type // without Null or pointer
	mode   nullMode
	valid  uintptr    // nullStruct: where Valid is, from the value's start
	typ    wireType   // of the column that it becomes
	named  bool       // the tag gives the type
	elem   *shape     // kList, kFixedList; kMap: the value
	key    *shape     // kMap
	fields []rowField // kStruct, kUnion
}

// rowField is a field of a struct, or the row itself if that is no struct.
type rowField struct {
	shape
	name   string // the column's; "" for a row that is no struct
	goName string
	offset uintptr
}

// Go types may contain themselves; columns may not, and are no deeper.
const deepest = 64

func isRecord(t reflect.Type) bool {
	switch t {
	case timeType, decimalType, intervalType, bigType:
		return false
	}
	_, null := reflect.Zero(t).Interface().(nullable)
	return t.Kind() == reflect.Struct && !null && !isUnion(t)
}

func isUnion(t reflect.Type) bool {
	for i := range t.NumField() {
		if f := t.Field(i); f.Anonymous && f.Type == oneOfType {
			return true
		}
	}
	return false
}

// shapeOf looks at a type; options are the tag's.
func shapeOf(t reflect.Type, options, goName string, depth int) (shape, error) {
	s := shape{goType: t, value: t}
	if depth > deepest {
		return s, failf(InvalidArgument, "%s: columns are nested no deeper than %d, and %v is in itself", goName, deepest, t)
	}
	if t.Kind() == reflect.Struct {
		if n, ok := reflect.Zero(t).Interface().(nullable); ok {
			s.mode = nullStruct
			s.value = n.valueType()
			s.valid = t.Field(1).Offset
		}
	} else if t.Kind() == reflect.Pointer {
		s.mode = nullPointer
		s.value = t.Elem()
	}
	ok, err := s.natural(goName, depth)
	if err == nil && !ok {
		err = failf(InvalidArgument, "%s: a column cannot be of the Go type %v", goName, t)
	}
	if err == nil && options != "" {
		err = s.setType(options, goName)
	}
	s.settle()
	s.typ.name = namedTypes[s.value]
	return s, err
}

var naturalKinds = map[reflect.Kind]kind{
	reflect.Bool: kBool, reflect.Int8: kI8, reflect.Int16: kI16,
	reflect.Int32: kI32, reflect.Int64: kI64, reflect.Int: kI64,
	reflect.Uint8: kU8, reflect.Uint16: kU16, reflect.Uint32: kU32,
	reflect.Uint64: kU64, reflect.Uint: kU64, reflect.Float32: kF32,
	reflect.Float64: kF64, reflect.String: kString,
}

// natural finds the type that a Go type is without a tag.
func (s *shape) natural(goName string, depth int) (ok bool, err error) {
	t := s.value
	switch t {
	case timeType:
		s.typ = wireType{kind: kTimestamp, unit: 2}
		return true, nil
	case decimalType:
		s.typ = wireType{kind: kDecimal}
		return true, nil
	case bigType:
		s.typ = wireType{kind: kDecimal, precision: 38}
		return true, nil
	case durationType, intervalType:
		s.typ = wireType{kind: kInterval}
		return true, nil
	}
	switch t.Kind() {
	case reflect.Slice:
		return true, s.slice(goName, depth)
	case reflect.Array:
		return true, s.array(goName, depth)
	case reflect.Map:
		if t == recordType {
			return false, nil
		}
		return true, s.pairs(t.Key(), t.Elem(), goName, depth)
	case reflect.Interface:
		s.typ = wireType{kind: kAny}
		return t.NumMethod() == 0, nil
	case reflect.Struct:
		if _, null := reflect.Zero(t).Interface().(nullable); null {
			return false, nil
		}
		return true, s.structure(goName, depth)
	}
	s.typ.kind, ok = naturalKinds[t.Kind()]
	return ok, nil
}

func (s *shape) slice(goName string, depth int) error {
	elem := s.value.Elem()
	if s.value.ConvertibleTo(bytesType) {
		s.typ = wireType{kind: kBinary}
		return nil
	}
	if _, ok := reflect.Zero(elem).Interface().(anyEntry); ok && elem.Kind() == reflect.Struct {
		return s.pairs(elem.Field(0).Type, elem.Field(1).Type, goName, depth)
	}
	s.typ = wireType{kind: kList}
	return s.element(elem, goName, depth)
}

func (s *shape) array(goName string, depth int) error {
	n := s.value.Len()
	switch elem := s.value.Elem(); {
	case n == 0:
		return failf(InvalidArgument, "%s: %v has no elements: a column cannot be of that", goName, s.value)
	case elem.Kind() != reflect.Uint8:
		s.typ = wireType{kind: kFixedList, size: n}
		return s.element(elem, goName, depth)
	case n == 16:
		s.typ = wireType{kind: kUUID}
	default:
		s.typ = wireType{kind: kFixedBinary, size: n}
	}
	return nil
}

func (s *shape) element(t reflect.Type, goName string, depth int) error {
	elem, err := shapeOf(t, "", goName, depth+1)
	s.elem = &elem
	return err
}

func (s *shape) pairs(key, value reflect.Type, goName string, depth int) error {
	s.typ = wireType{kind: kMap}
	k, err := shapeOf(key, "", goName, depth+1)
	if err != nil {
		return err
	}
	if k.mode != nullNever || k.typ.kind == kAny {
		return failf(InvalidArgument, "%s: keys of a map are never null, and %v may be", goName, key)
	}
	s.key = &k
	return s.element(value, goName, depth)
}

func (s *shape) structure(goName string, depth int) error {
	s.typ = wireType{kind: kStruct}
	if isUnion(s.value) {
		s.typ.kind = kUnion
	}
	fields, err := fieldsOf(s.value, 0, false, depth+1)
	s.fields = fields
	if err != nil {
		return err
	}
	if len(fields) == 0 {
		return failf(InvalidArgument, "%s: %v has no exported fields", goName, s.value)
	}
	for i := range fields {
		if f := &fields[i]; s.typ.kind == kUnion && f.mode == nullNever {
			return failf(InvalidArgument, "%s is %v: a field of a union has a value or not, so it is a pointer or a Null", f.goName, f.goType)
		}
	}
	return nil
}

// fieldsOf looks at the fields of a struct; embedded structs count as their
// fields. slices: fields are columns, []T instead of T.
func fieldsOf(s reflect.Type, offset uintptr, slices bool, depth int) (fields []rowField, err error) {
	for i := range s.NumField() {
		f := s.Field(i)
		tag := f.Tag.Get("data")
		if tag == "-" || f.Type == oneOfType || (!f.IsExported() && !f.Anonymous) {
			continue
		}
		if f.Anonymous && tag == "" && isRecord(f.Type) {
			embedded, err := fieldsOf(f.Type, offset+f.Offset, slices, depth)
			if err != nil {
				return fields, err
			}
			fields = append(fields, embedded...)
			continue
		}
		if !f.IsExported() {
			continue
		}
		value := f.Type
		goName := fmt.Sprintf("%v.%s", s, f.Name)
		if slices {
			if f.Type.Kind() != reflect.Slice {
				return fields, failf(InvalidArgument, "%s is %v: a batch is a struct of slices, one for each column", goName, f.Type)
			}
			value = f.Type.Elem()
		}
		name, options, _ := strings.Cut(tag, ",")
		if name == "" {
			name = columnName(f.Name)
		}
		column, err := shapeOf(value, options, goName, depth)
		if err != nil {
			return fields, err
		}
		fields = append(fields, rowField{column, name, goName, offset + f.Offset})
	}
	return fields, nil
}

// column is a column of this shape.
func (s *shape) column(name string) field {
	return field{name, s.typ, s.mode != nullNever || s.typ.kind == kAny}
}

// settle makes the type say what is in it.
func (s *shape) settle() {
	switch {
	case s.elem == nil && s.fields == nil:
	case s.key != nil && s.elem != nil:
		s.typ.children = []field{s.key.column("key"), s.elem.column("value")}
	case s.elem != nil:
		s.typ.children = []field{s.elem.column("item")}
	default:
		s.typ.children = columnsOf(s.fields)
	}
}

func columnsOf(fields []rowField) []field {
	columns := make([]field, len(fields))
	for i := range fields {
		columns[i] = fields[i].column(fields[i].name)
	}
	return columns
}

// setType reads the type in a tag, such as date or decimal(10,2). It is that of
// the elements of a list and the values of a map.
func (s *shape) setType(text, goName string) error {
	if s.elem != nil {
		err := s.elem.setType(text, goName)
		s.elem.settle()
		return err
	}
	s.named = true
	text = strings.TrimSpace(text)
	name, rest, _ := strings.Cut(text, "(")
	first, second, _ := strings.Cut(strings.ReplaceAll(strings.TrimSuffix(rest, ")"), " ", ""), ",")
	unit, known := unitOf(first)
	switch {
	case name == "date" && s.value == timeType:
		s.typ = wireType{kind: kDate}
		return nil
	case name == "timestamp" && s.value == timeType && known:
		s.typ.unit, s.typ.zone = unit, second
		return nil
	case name == "time" && s.value == durationType && known && second == "":
		s.typ = wireType{kind: kTime, unit: unit}
		return nil
	case name == "binary" && s.typ.kind == kUUID:
		s.typ = wireType{kind: kFixedBinary, size: 16}
		return nil
	case name == "enum" && s.typ.kind == kString && rest != "":
		return s.setEnum(strings.Split(strings.TrimSuffix(rest, ")"), ","), goName)
	case name == "decimal" && s.typ.kind == kDecimal:
		t, ok := parseDecimal("d:" + first + "," + second)
		if ok && int(t.scale) <= int(t.precision) && (s.value != bigType || t.scale == 0) {
			s.typ = t
			return nil
		}
	}
	return failf(InvalidArgument, "%s: the tag's type %q is not one for a %v; there are date and timestamp(us,UTC) with s, ms, us or ns for a time.Time, time(us) for a time.Duration, decimal(10,2), enum(a,b) for a string, binary for 16 bytes",
		goName, text, s.value)
}

func unitOf(name string) (uint8, bool) {
	for i, unit := range unitNames {
		if name == unit {
			return uint8(i), true
		}
	}
	return 2, name == ""
}

func (s *shape) setEnum(values []string, goName string) error {
	s.typ = wireType{kind: kEnum, index: kU8}
	seen := map[string]bool{}
	for _, value := range values {
		value = strings.TrimSpace(value)
		if seen[value] {
			return failf(InvalidArgument, "%s: the enum has %q twice", goName, value)
		}
		seen[value] = true
		s.typ.values = append(s.typ.values, value)
	}
	if len(values) > 255 {
		s.typ.index = kU16
	}
	return nil
}

// output refuses what cannot be columns that come out.
func (s *shape) output(name, goName string) error {
	switch {
	case s.typ.kind == kAny:
		return failf(InvalidArgument, "%s: %v reads any column; one that comes out needs a type", goName, s.value)
	case s.typ.kind == kDecimal && s.typ.precision == 0:
		return failf(InvalidArgument, "%s: a decimal that comes out needs its precision and scale, as in `data:\"%s,decimal(10,2)\"`",
			goName, name)
	case s.fields != nil:
		return outputFields(s.fields)
	}
	for _, part := range []*shape{s.key, s.elem} {
		if part != nil {
			if err := part.output(name, goName); err != nil {
				return err
			}
		}
	}
	return nil
}

func outputFields(fields []rowField) error {
	seen := map[string]string{}
	for i := range fields {
		f := &fields[i]
		if err := f.output(f.name, f.goName); err != nil {
			return err
		}
		if other, ok := seen[f.name]; ok {
			return failf(InvalidArgument, "%s and %s are both the column '%s'", other, f.goName, f.name)
		}
		seen[f.name] = f.goName
	}
	return nil
}
