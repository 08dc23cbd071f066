package wasidata

import (
	"reflect"
	"time"
	"unsafe"
)

// A boxer makes values of any column; see Record.
type boxer func(c *column, n int) []any

func anyDecoder(t wireType) (decoder, error) {
	if !t.known() {
		return nil, failf(Unsupported, "Go programs do not read the type %v: leave the column out by Select, or cast it", t)
	}
	box := boxerOf(t)
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		for _, value := range box(c, n) {
			*(*any)(to) = value
			to = unsafe.Add(to, stride)
		}
	}, nil
}

// leafTypes are what values of a kind are in Go.
var leafTypes = map[kind]reflect.Type{
	kBool: reflect.TypeFor[bool](), kI8: reflect.TypeFor[int8](),
	kI16: reflect.TypeFor[int16](), kI32: reflect.TypeFor[int32](),
	kI64: reflect.TypeFor[int64](), kU8: reflect.TypeFor[uint8](),
	kU16: reflect.TypeFor[uint16](), kU32: reflect.TypeFor[uint32](),
	kU64: reflect.TypeFor[uint64](), kF32: reflect.TypeFor[float32](),
	kF64: reflect.TypeFor[float64](), kDate: timeType, kTimestamp: timeType,
	kTime: reflect.TypeFor[time.Duration](), kInterval: intervalType,
	kDecimal: decimalType, kUUID: reflect.TypeFor[UUID](),
	kString: reflect.TypeFor[string](), kEnum: reflect.TypeFor[string](),
	kBinary: bytesType, kFixedBinary: bytesType,
}

// boxerOf is for types that are known.
func boxerOf(t wireType) boxer {
	children := make([]boxer, len(t.children))
	for i, child := range t.children {
		children[i] = boxerOf(child.typ)
	}
	switch t.kind {
	case kNull:
		return func(_ *column, n int) []any { return make([]any, n) }
	case kList:
		return func(c *column, n int) []any {
			items := children[0](&c.children[0], c.children[0].rows)
			ends := c.ends(n)
			return boxEach(c, n, func(i int) any { return items[ends[i]:ends[i+1]:ends[i+1]] })
		}
	case kFixedList:
		return func(c *column, n int) []any {
			items := children[0](&c.children[0], c.children[0].rows)
			return boxEach(c, n, func(i int) any { return items[i*t.size : (i+1)*t.size : (i+1)*t.size] })
		}
	case kMap:
		return func(c *column, n int) []any { return boxMaps(c, n, children) }
	case kStruct, kUnion:
		return func(c *column, n int) []any { return boxMembers(c, n, children) }
	}
	return leafBoxer(t)
}

func boxEach(c *column, n int, value func(i int) any) []any {
	values := make([]any, n)
	for i := range values {
		if c.there(i) {
			values[i] = value(i)
		}
	}
	return values
}

func leafBoxer(t wireType) boxer {
	goType := leafTypes[t.kind]
	s, err := shapeOf(goType, "", "any", 1)
	Fail(err)
	decode := leafDecoder(&s, t)
	return func(c *column, n int) []any {
		block := reflect.MakeSlice(reflect.SliceOf(goType), n, n)
		decode(c, block.UnsafePointer(), goType.Size(), n)
		return boxEach(c, n, func(i int) any { return block.Index(i).Interface() })
	}
}

func boxMaps(c *column, n int, children []boxer) []any {
	entries := make([]Entry[any, any], c.children[0].rows)
	keys := children[0](&c.children[0], len(entries))
	values := children[1](&c.children[1], len(entries))
	for i := range entries {
		entries[i] = Entry[any, any]{keys[i], values[i]}
	}
	ends := c.ends(n)
	return boxEach(c, n, func(i int) any { return entries[ends[i]:ends[i+1]:ends[i+1]] })
}

func boxMembers(c *column, n int, children []boxer) []any {
	members := make([][]any, len(children))
	for i, child := range children {
		members[i] = child(&c.children[i], n)
	}
	if c.typ.kind == kUnion {
		ids := unsafe.Slice((*byte)(c.values), n)
		return boxEach(c, n, func(i int) any { return members[ids[i]][i] })
	}
	return boxEach(c, n, func(i int) any {
		record := make(Record, len(members))
		for j, member := range members {
			record[c.typ.children[j].name] = member[i]
		}
		return record
	})
}
