package wasidata

import (
	"reflect"
	"unsafe"
)

// nestedDecoder is for types with others in them. Children are read as a whole:
// the elements of all lists of a batch are one block.
func nestedDecoder(s *shape, t wireType, path, goName string) (decoder, error) {
	switch t.kind {
	case kList:
		return listDecoder(s, t, path, goName)
	case kFixedList:
		return fixedListDecoder(s, t, path, goName)
	case kMap:
		return mapDecoder(s, t, path, goName)
	case kStruct:
		return structDecoder(s, t, path, goName)
	}
	return unionDecoder(s, t, path, goName)
}

// block reads all of a column into memory of its own.
type block struct {
	slice  reflect.Type
	size   uintptr
	decode decoder
}

func blockOf(s *shape, t wireType, path, goName string) (block, error) {
	decode, err := decoderOf(s, t, path, goName)
	return block{reflect.SliceOf(s.goType), s.goType.Size(), decode}, err
}

func (b block) read(c *column) unsafe.Pointer {
	at := reflect.MakeSlice(b.slice, c.rows, c.rows).UnsafePointer()
	b.decode(c, at, b.size, c.rows)
	return at
}

func listDecoder(s *shape, t wireType, path, goName string) (decoder, error) {
	items, err := blockOf(s.elem, t.children[0].typ, path+"[]", goName)
	if err != nil {
		return nil, err
	}
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		base := items.read(&c.children[0])
		sliceLists(c, base, items.size, to, stride, n)
	}, nil
}

// sliceLists makes slices of a block of elements; nil for null.
func sliceLists(c *column, base unsafe.Pointer, size uintptr, to unsafe.Pointer, stride uintptr, n int) {
	ends := c.ends(n)
	for i := range n {
		header := sliceHeader{}
		if c.there(i) {
			length := int(ends[i+1] - ends[i])
			header = sliceHeader{base, length, length}
			if length > 0 {
				header.data = unsafe.Add(base, uintptr(ends[i])*size)
			}
		}
		*(*sliceHeader)(to) = header
		to = unsafe.Add(to, stride)
	}
}

func fixedListDecoder(s *shape, t wireType, path, goName string) (decoder, error) {
	if s.typ.size != t.size {
		return nil, failf(TypeMismatch, "column '%s' is %v and %s is %v: change the field, or cast the column",
			path, t, goName, s.value)
	}
	items, err := blockOf(s.elem, t.children[0].typ, path+"[]", goName)
	if err != nil {
		return nil, err
	}
	size := s.value.Size()
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		base := items.read(&c.children[0])
		for i := range n {
			into := reflect.NewAt(s.value, to).Elem()
			if c.there(i) {
				into.Set(reflect.NewAt(s.value, unsafe.Add(base, uintptr(i)*size)).Elem())
			} else {
				into.SetZero()
			}
			to = unsafe.Add(to, stride)
		}
	}, nil
}

func mapDecoder(s *shape, t wireType, path, goName string) (decoder, error) {
	if s.value.Kind() == reflect.Slice {
		return entriesDecoder(s, t, path, goName)
	}
	keys, err := blockOf(s.key, t.children[0].typ, path+".key", goName)
	if err != nil {
		return nil, err
	}
	values, err := blockOf(s.elem, t.children[1].typ, path+".value", goName)
	if err != nil {
		return nil, err
	}
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		key, value := keys.read(&c.children[0]), values.read(&c.children[1])
		ends := c.ends(n)
		for i := range n {
			into := reflect.NewAt(s.value, to).Elem()
			into.SetZero()
			if c.there(i) {
				pairs := reflect.MakeMapWithSize(s.value, int(ends[i+1]-ends[i]))
				for j := ends[i]; j < ends[i+1]; j++ {
					pairs.SetMapIndex(
						reflect.NewAt(s.key.goType, unsafe.Add(key, uintptr(j)*keys.size)).Elem(),
						reflect.NewAt(s.elem.goType, unsafe.Add(value, uintptr(j)*values.size)).Elem())
				}
				into.Set(pairs)
			}
			to = unsafe.Add(to, stride)
		}
	}, nil
}

// entriesDecoder reads maps as slices of entries.
func entriesDecoder(s *shape, t wireType, path, goName string) (decoder, error) {
	key, err := decoderOf(s.key, t.children[0].typ, path+".key", goName)
	if err != nil {
		return nil, err
	}
	value, err := decoderOf(s.elem, t.children[1].typ, path+".value", goName)
	if err != nil {
		return nil, err
	}
	entry := s.value.Elem()
	size, offset := entry.Size(), entry.Field(1).Offset
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		count := c.children[0].rows
		base := reflect.MakeSlice(reflect.SliceOf(entry), count, count).UnsafePointer()
		key(&c.children[0], base, size, count)
		value(&c.children[1], unsafe.Add(base, offset), size, count)
		sliceLists(c, base, size, to, stride, n)
	}, nil
}

// memberDecoders finds each field's column in a struct or union.
func memberDecoders(s *shape, t wireType, path string) (decoders []decoder, of []int, err error) {
	for i := range s.fields {
		f := &s.fields[i]
		at := findColumn(t.children, f.name)
		if at < 0 {
			return nil, nil, failf(InvalidArgument, "there is no '%s' in column '%s' for %s: it is %v",
				f.name, path, f.goName, t)
		}
		decode, err := decoderOf(&f.shape, t.children[at].typ, path+"."+f.name, f.goName)
		if err != nil {
			return nil, nil, err
		}
		decoders, of = append(decoders, decode), append(of, at)
	}
	return decoders, of, nil
}

func structDecoder(s *shape, t wireType, path, _ string) (decoder, error) {
	decoders, of, err := memberDecoders(s, t, path)
	if err != nil {
		return nil, err
	}
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		for i, decode := range decoders {
			decode(&c.children[of[i]], unsafe.Add(to, s.fields[i].offset), stride, n)
		}
		if c.validity == nil {
			return
		}
		for i := range n {
			if !c.there(i) {
				setZero(s.value, unsafe.Add(to, uintptr(i)*stride))
			}
		}
	}, nil
}

func unionDecoder(s *shape, t wireType, path, goName string) (decoder, error) {
	decoders, of, err := memberDecoders(s, t, path)
	if err != nil {
		return nil, err
	}
	for _, member := range t.children {
		found := false
		for i := range s.fields {
			found = found || s.fields[i].name == member.name
		}
		if !found {
			return nil, failf(InvalidArgument, "%s has no field for '%s' of column '%s', which is %v",
				goName, member.name, path, t)
		}
	}
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		ids := unsafe.Slice((*byte)(c.values), n)
		for i, decode := range decoders {
			f := &s.fields[i]
			at := unsafe.Add(to, f.offset)
			decode(&c.children[of[i]], at, stride, n)
			for _, id := range ids {
				if int(id) != of[i] {
					setZero(f.goType, at)
				}
				at = unsafe.Add(at, stride)
			}
		}
	}, nil
}
