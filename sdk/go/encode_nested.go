package wasidata

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"
	"unsafe"
)

// nestedEncoder is for types with others in them; nil when values of this shape
// are not such a column.
func nestedEncoder(s *shape, t wireType) valueEncoder {
	switch t.kind {
	case kList:
		return listEncoder(s, t)
	case kFixedList:
		return fixedListEncoder(s, t)
	case kMap:
		return mapEncoder(s, t)
	}
	encoders, fields := memberEncoders(s, t)
	switch {
	case encoders == nil:
		return nil
	case t.kind == kStruct:
		return structEncoder(encoders, fields)
	}
	return unionEncoder(encoders, fields)
}

func valid(list []bool, i int) bool {
	return list == nil || list[i]
}

// endAt says where the list or map that comes as number i ends.
func (o *outColumn) endAt(i int) error {
	end := o.children[0].rows
	if end > math.MaxInt32 {
		return failf(LimitExceeded, "more than 2^31 elements in the lists of one batch")
	}
	o.offsets[o.rows+i+1] = int32(end)
	return nil
}

func listEncoder(s *shape, t wireType) valueEncoder {
	items := encoderOf(s.elem, t.children[0].typ)
	if items == nil {
		return nil
	}
	size := s.elem.goType.Size()
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, there []bool) error {
		for i := range n {
			if header := (*sliceHeader)(from); valid(there, i) && header.len > 0 {
				if err := items(&o.children[0], header.data, size, header.len); err != nil {
					return err
				}
			}
			if err := o.endAt(i); err != nil {
				return err
			}
			from = unsafe.Add(from, stride)
		}
		return nil
	}
}

func fixedListEncoder(s *shape, t wireType) valueEncoder {
	items := encoderOf(s.elem, t.children[0].typ)
	if items == nil || s.typ.size != t.size {
		return nil
	}
	size := s.elem.goType.Size()
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, there []bool) error {
		for i := range n {
			if !valid(there, i) {
				o.children[0].appendNulls(t.size)
			} else if err := items(&o.children[0], from, size, t.size); err != nil {
				return err
			}
			from = unsafe.Add(from, stride)
		}
		return nil
	}
}

// mapEncoder writes map[K]V in the order of the keys, entries in theirs.
func mapEncoder(s *shape, t wireType) valueEncoder {
	keys := encoderOf(s.key, t.children[0].typ)
	values := encoderOf(s.elem, t.children[1].typ)
	if keys == nil || values == nil {
		return nil
	}
	write := func(o *outColumn, list reflect.Value) error {
		entry := list.Type().Elem()
		base, size, n := list.UnsafePointer(), entry.Size(), list.Len()
		err := keys(&o.children[0], base, size, n)
		if err != nil {
			return err
		}
		return values(&o.children[1], unsafe.Add(base, entry.Field(1).Offset), size, n)
	}
	entry := s.entryType()
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, there []bool) error {
		for i := range n {
			value := reflect.NewAt(s.value, from).Elem()
			if valid(there, i) && value.Len() > 0 {
				if value.Kind() == reflect.Map {
					value = sortedEntries(value, entry)
				}
				if err := write(o, value); err != nil {
					return err
				}
			}
			if err := o.endAt(i); err != nil {
				return err
			}
			from = unsafe.Add(from, stride)
		}
		return nil
	}
}

// sortedEntries makes a slice of a map: the same map is always the same bytes.
func sortedEntries(pairs reflect.Value, entry reflect.Type) reflect.Value {
	keys := pairs.MapKeys()
	slices.SortFunc(keys, compareKeys)
	list := reflect.MakeSlice(reflect.SliceOf(entry), len(keys), len(keys))
	for i, key := range keys {
		list.Index(i).Field(0).Set(key)
		list.Index(i).Field(1).Set(pairs.MapIndex(key))
	}
	return list
}

func compareKeys(a, b reflect.Value) int {
	switch a.Kind() {
	case reflect.String:
		return cmp.Compare(a.String(), b.String())
	case reflect.Float32, reflect.Float64:
		return cmp.Compare(a.Float(), b.Float())
	case reflect.Bool:
		return cmp.Compare(flag(a.Bool()), flag(b.Bool()))
	case reflect.Array:
		for i := range a.Len() {
			if c := compareKeys(a.Index(i), b.Index(i)); c != 0 {
				return c
			}
		}
		return 0
	case reflect.Struct:
		return compareStructs(a, b)
	}
	if a.CanInt() {
		return cmp.Compare(a.Int(), b.Int())
	}
	return cmp.Compare(a.Uint(), b.Uint())
}

func compareStructs(a, b reflect.Value) int {
	switch a := a.Interface().(type) {
	case time.Time:
		return a.Compare(b.Interface().(time.Time))
	case Decimal:
		return a.Cmp(b.Interface().(Decimal))
	}
	for i := range a.NumField() {
		if a.Type().Field(i).IsExported() {
			if c := compareKeys(a.Field(i), b.Field(i)); c != 0 {
				return c
			}
		}
	}
	return 0
}

// memberEncoders has one for each of the type's children; nil when they are not
// the fields.
func memberEncoders(s *shape, t wireType) (encoders []encoder, fields []*rowField) {
	if len(s.fields) != len(t.children) {
		return nil, nil
	}
	for _, child := range t.children {
		at := -1
		for i := range s.fields {
			if s.fields[i].name == child.name {
				at = i
			}
		}
		if at < 0 {
			return nil, nil
		}
		encode := encoderOf(&s.fields[at].shape, child.typ)
		if encode == nil {
			return nil, nil
		}
		encoders, fields = append(encoders, encode), append(fields, &s.fields[at])
	}
	return encoders, fields
}

// inMember says in which field an error arose.
func inMember(f *rowField, err error) error {
	if err != nil {
		return fmt.Errorf("in '%s' (%s): %w", f.name, f.goName, err)
	}
	return nil
}

func structEncoder(encoders []encoder, fields []*rowField) valueEncoder {
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, there []bool) error {
		for i, encode := range encoders {
			f := fields[i]
			at := unsafe.Add(from, f.offset)
			for first := 0; first < n; {
				last := first + 1
				for last < n && valid(there, last) == valid(there, first) {
					last++
				}
				if !valid(there, first) {
					o.children[i].appendNulls(last - first)
				} else if err := encode(&o.children[i], unsafe.Add(at, uintptr(first)*stride), stride, last-first); err != nil {
					return inMember(f, err)
				}
				first = last
			}
		}
		return nil
	}
}

// present tells whether a field that may be null has a value.
func (f *rowField) present(row unsafe.Pointer) bool {
	at := unsafe.Add(row, f.offset)
	if f.mode == nullPointer {
		return *(*unsafe.Pointer)(at) != nil
	}
	return *(*bool)(unsafe.Add(at, f.valid))
}

// unionEncoder writes the one field that has a value. When none has, it is a
// null of the first: a union itself is never null.
func unionEncoder(encoders []encoder, fields []*rowField) valueEncoder {
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, there []bool) error {
		for i := range n {
			set := -1
			for j, f := range fields {
				if !valid(there, i) || !f.present(from) {
					continue
				}
				if set >= 0 {
					return fmt.Errorf("%s and %s both have a value, and a union has one", fields[set].goName, f.goName)
				}
				set = j
			}
			outValues[uint8](o, n)[i] = uint8(max(set, 0))
			for j, f := range fields {
				if j != set {
					o.children[j].appendNulls(1)
				} else if err := encoders[j](&o.children[j], unsafe.Add(from, f.offset), stride, 1); err != nil {
					return inMember(f, err)
				}
			}
			from = unsafe.Add(from, stride)
		}
		return nil
	}
}
