package wasidata

import "unsafe"

// lower makes what the host is to read, and keeps it alive until the host has
// read it: the host's addresses are nothing to the garbage collector.
type lower struct {
	texts []string
	lists [][]uint32
}

func (l *lower) text(s string) (address, size uint32) {
	l.texts = append(l.texts, s)
	return uint32(uintptr(unsafe.Pointer(unsafe.StringData(s)))), uint32(len(s))
}

// words is a list of records of so many words each.
func (l *lower) words(list []uint32, each int) (address, count uint32) {
	l.lists = append(l.lists, list)
	return uint32(uintptr(unsafe.Pointer(unsafe.SliceData(list)))), uint32(len(list) / each)
}

func (l *lower) append(list []uint32, texts ...string) []uint32 {
	for _, s := range texts {
		address, size := l.text(s)
		list = append(list, address, size)
	}
	return list
}

func (l *lower) strings(texts []string) (address, count uint32) {
	return l.words(l.append(nil, texts...), 2)
}

func (l *lower) options(options []Options) (address, count uint32) {
	var list []uint32
	for _, o := range options {
		for _, name := range sortedKeys(o) {
			list = l.append(list, name, o[name])
		}
	}
	return l.words(list, 4)
}

func (l *lower) fields(fields []field) (address, count uint32) {
	return l.words(l.appendFields(nil, fields), 10)
}

// appendFields appends fields, each followed by its children.
func (l *lower) appendFields(list []uint32, fields []field) []uint32 {
	for _, f := range fields {
		children := f.typ.children
		if f.typ.kind == kMap {
			entries := wireType{kind: kStruct, children: children}
			children = []field{{"entries", entries, false}}
		}
		list = l.append(list, f.name, f.typ.arrow())
		list = append(list, flag(f.nullable), uint32(len(children)))
		var metadata, count uint32
		if f.typ.kind == kUUID {
			metadata, count = l.words(l.append(nil, extensionKey, extensionUUID), 4)
		} else if f.typ.name != "" {
			pairs := l.append(nil, extensionKey, f.typ.name)
			if f.typ.metadata != "" {
				pairs = l.append(pairs, extensionMetadata, f.typ.metadata)
			}
			metadata, count = l.words(pairs, 4)
		}
		values, valueCount := l.strings(f.typ.values)
		list = append(list, metadata, count, values, valueCount)
		list = l.appendFields(list, children)
	}
	return list
}

func flag(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
