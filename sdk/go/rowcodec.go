package wasidata

import (
	"encoding/binary"
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// rowCodec makes bytes of rows: the values of their fields one after another,
// what has a length after it.
func rowCodec(row *rowType) *codec {
	c := &codec{typ: row.goType, size: int(row.goType.Size()), plain: isPlain(row.goType)}
	var buffer []byte
	c.save = func(state unsafe.Pointer) ([]byte, error) {
		buffer = saveFields(buffer[:0], row.fields, state)
		return buffer, nil
	}
	c.load = func(b []byte, state unsafe.Pointer) error {
		loadFields(b, row.fields, state)
		return nil
	}
	return c
}

func saveFields(b []byte, fields []rowField, at unsafe.Pointer) []byte {
	for i := range fields {
		b = fields[i].save(b, unsafe.Add(at, fields[i].offset))
	}
	return b
}

func loadFields(b []byte, fields []rowField, at unsafe.Pointer) []byte {
	for i := range fields {
		b = fields[i].load(b, unsafe.Add(at, fields[i].offset))
	}
	return b
}

func (s *shape) save(b []byte, at unsafe.Pointer) []byte {
	switch s.mode {
	case nullStruct:
		there := *(*bool)(unsafe.Add(at, s.valid))
		b = append(b, byte(flag(there)))
		if !there {
			return b
		}
	case nullPointer:
		at = *(*unsafe.Pointer)(at)
		b = append(b, byte(flag(at != nil)))
		if at == nil {
			return b
		}
	}
	switch {
	case s.value == timeType:
		t := *(*time.Time)(at)
		b = binary.LittleEndian.AppendUint64(b, uint64(t.Unix()))
		return binary.LittleEndian.AppendUint32(b, uint32(t.Nanosecond()))
	case s.value == bigType:
		n := (*big.Int)(at)
		b = append(b, byte(flag(n.Sign() < 0)))
		return saveBytes(b, n.Bytes())
	case s.value.Kind() == reflect.String || s.typ.kind == kBinary && s.value.Kind() == reflect.Slice:
		return saveBytes(b, unsafe.Slice(unsafe.StringData(*(*string)(at)), len(*(*string)(at))))
	case s.typ.kind >= kList && s.typ.kind <= kUnion:
		return s.saveNested(b, at)
	}
	return append(b, unsafe.Slice((*byte)(at), s.value.Size())...)
}

func saveBytes(b, value []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(value))), value...)
}

func (s *shape) saveNested(b []byte, at unsafe.Pointer) []byte {
	switch s.typ.kind {
	case kStruct, kUnion:
		return saveFields(b, s.fields, at)
	case kFixedList:
		return s.elem.saveAll(b, at, s.typ.size)
	case kList:
		header := (*sliceHeader)(at)
		b = binary.LittleEndian.AppendUint32(b, uint32(header.len))
		return s.elem.saveAll(b, header.data, header.len)
	}
	value := reflect.NewAt(s.value, at).Elem()
	entry := s.entryType()
	if value.Kind() == reflect.Map {
		value = sortedEntries(value, entry)
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(value.Len()))
	pair := value.UnsafePointer()
	for range value.Len() {
		b = s.key.save(b, pair)
		b = s.elem.save(b, unsafe.Add(pair, entry.Field(1).Offset))
		pair = unsafe.Add(pair, entry.Size())
	}
	return b
}

// entryType is a struct of a map's key and value.
func (s *shape) entryType() reflect.Type {
	if s.value.Kind() == reflect.Slice {
		return s.value.Elem()
	}
	return reflect.StructOf([]reflect.StructField{
		{Name: "Key", Type: s.key.goType}, {Name: "Value", Type: s.elem.goType}})
}

func (s *shape) saveAll(b []byte, at unsafe.Pointer, n int) []byte {
	for range n {
		b = s.save(b, at)
		at = unsafe.Add(at, s.goType.Size())
	}
	return b
}

// load writes to memory that is zero.
func (s *shape) load(b []byte, at unsafe.Pointer) []byte {
	if s.mode != nullNever {
		there := b[0] != 0
		b = b[1:]
		switch {
		case s.mode == nullStruct:
			*(*bool)(unsafe.Add(at, s.valid)) = there
		case there:
			value := reflect.New(s.value).UnsafePointer()
			*(*unsafe.Pointer)(at) = value
			at = value
		}
		if !there {
			return b
		}
	}
	switch {
	case s.value == timeType:
		*(*time.Time)(at) = time.Unix(int64(binary.LittleEndian.Uint64(b)),
			int64(binary.LittleEndian.Uint32(b[8:]))).UTC()
		return b[12:]
	case s.value == bigType:
		negative := b[0] != 0
		value, rest := loadBytes(b[1:])
		n := (*big.Int)(at)
		n.SetBytes(value)
		if negative {
			n.Neg(n)
		}
		return rest
	case s.value.Kind() == reflect.String:
		value, rest := loadBytes(b)
		*(*string)(at) = string(value)
		return rest
	case s.typ.kind == kBinary && s.value.Kind() == reflect.Slice:
		value, rest := loadBytes(b)
		*(*[]byte)(at) = append([]byte{}, value...)
		return rest
	case s.typ.kind >= kList && s.typ.kind <= kUnion:
		return s.loadNested(b, at)
	}
	size := s.value.Size()
	copy(unsafe.Slice((*byte)(at), size), b)
	return b[size:]
}

func loadBytes(b []byte) (value, rest []byte) {
	end := 4 + binary.LittleEndian.Uint32(b)
	return b[4:end], b[end:]
}

func (s *shape) loadNested(b []byte, at unsafe.Pointer) []byte {
	switch s.typ.kind {
	case kStruct, kUnion:
		return loadFields(b, s.fields, at)
	case kFixedList:
		return s.elem.loadAll(b, at, s.typ.size)
	}
	n := int(binary.LittleEndian.Uint32(b))
	b = b[4:]
	if s.typ.kind == kList {
		list := reflect.MakeSlice(s.value, n, n)
		reflect.NewAt(s.value, at).Elem().Set(list)
		return s.elem.loadAll(b, list.UnsafePointer(), n)
	}
	return s.loadPairs(b, at, n)
}

func (s *shape) loadAll(b []byte, at unsafe.Pointer, n int) []byte {
	for range n {
		b = s.load(b, at)
		at = unsafe.Add(at, s.goType.Size())
	}
	return b
}

func (s *shape) loadPairs(b []byte, at unsafe.Pointer, n int) []byte {
	entry := s.entryType()
	list := reflect.MakeSlice(reflect.SliceOf(entry), n, n)
	pair := list.UnsafePointer()
	for range n {
		b = s.key.load(b, pair)
		b = s.elem.load(b, unsafe.Add(pair, entry.Field(1).Offset))
		pair = unsafe.Add(pair, entry.Size())
	}
	into := reflect.NewAt(s.value, at).Elem()
	if s.value.Kind() == reflect.Slice {
		into.Set(list.Convert(s.value))
		return b
	}
	into.Set(reflect.MakeMapWithSize(s.value, n))
	for i := range n {
		into.SetMapIndex(list.Index(i).Field(0), list.Index(i).Field(1))
	}
	return b
}
