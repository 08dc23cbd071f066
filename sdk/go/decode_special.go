package wasidata

import (
	"encoding/binary"
	"math/big"
	"reflect"
	"time"
	"unsafe"
)

// wireInterval is an interval as Arrow has it.
type wireInterval struct {
	months, days int32
	nanos        int64
}

func decodeInterval(c *column, to unsafe.Pointer, stride uintptr, n int) {
	for i, value := range unsafe.Slice((*wireInterval)(c.values), n) {
		if !c.there(i) {
			value = wireInterval{}
		}
		*(*Interval)(to) = Interval{value.months, value.days, value.nanos}
		to = unsafe.Add(to, stride)
	}
}

func decodeDuration(c *column, to unsafe.Pointer, stride uintptr, n int) {
	for i, value := range unsafe.Slice((*wireInterval)(c.values), n) {
		if !c.there(i) {
			value = wireInterval{}
		}
		if value.months != 0 || value.days != 0 {
			Fail(failf(TypeMismatch, "the interval %v has months or days, a time.Duration has none: use data.Interval",
				Interval{value.months, value.days, value.nanos}))
		}
		*(*int64)(to) = value.nanos
		to = unsafe.Add(to, stride)
	}
}

// Times of day, as durations from midnight.
func decodeTime(c *column, to unsafe.Pointer, stride uintptr, n int) {
	nanos := 1e9 / unitsPerSecond[c.typ.unit]
	for i := range n {
		value := int64(0)
		switch {
		case !c.there(i):
		case c.typ.width() == 4:
			value = int64(*(*int32)(unsafe.Add(c.values, i*4)))
		default:
			value = *(*int64)(unsafe.Add(c.values, i*8))
		}
		*(*time.Duration)(to) = time.Duration(value * nanos)
		to = unsafe.Add(to, stride)
	}
}

// bytesDecoder reads arrays of bytes.
func bytesDecoder(s *shape, t wireType) decoder {
	size := s.value.Len()
	switch {
	case t.kind == kBinary:
		return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
			ends := c.ends(n)
			for i := range n {
				into := unsafe.Slice((*byte)(to), size)
				length := int(ends[i+1] - ends[i])
				switch {
				case !c.there(i):
					clear(into)
				case length != size:
					Fail(failf(TypeMismatch, "a binary has %d bytes, and %v has %d", length, s.value, size))
				default:
					copy(into, unsafe.Slice((*byte)(unsafe.Add(c.values, ends[i])), size))
				}
				to = unsafe.Add(to, stride)
			}
		}
	case t.width() == size && (t.kind == kUUID || t.kind == kFixedBinary):
		return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
			for i := range n {
				into := unsafe.Slice((*byte)(to), size)
				if c.there(i) {
					copy(into, unsafe.Slice((*byte)(unsafe.Add(c.values, i*size)), size))
				} else {
					clear(into)
				}
				to = unsafe.Add(to, stride)
			}
		}
	}
	return nil
}

// decodeFixedBytes reads binaries of one length, UUIDs too, as []byte.
func decodeFixedBytes(c *column, to unsafe.Pointer, stride uintptr, n int) {
	size := c.typ.width()
	whole := append([]byte(nil), unsafe.Slice((*byte)(c.values), n*size)...)
	for i := range n {
		b := whole[i*size : (i+1)*size : (i+1)*size]
		if !c.there(i) {
			b = nil
		}
		*(*[]byte)(to) = b
		to = unsafe.Add(to, stride)
	}
}

// bigDecoder reads whole numbers of any width.
func bigDecoder(t wireType) decoder {
	var at func(c *column, i int, into *big.Int)
	switch {
	case t.kind == kDecimal && t.scale == 0:
		at = func(c *column, i int, into *big.Int) {
			words := (*[2]uint64)(unsafe.Add(c.values, i*16))
			setBig(into, int64(words[1]), words[0])
		}
	case t.kind >= kI8 && t.kind <= kU64:
		at = func(c *column, i int, into *big.Int) {
			width := c.typ.width()
			var b [8]byte
			copy(b[:], unsafe.Slice((*byte)(unsafe.Add(c.values, i*width)), width))
			value := binary.LittleEndian.Uint64(b[:])
			if shift := 64 - 8*width; c.typ.kind <= kI64 {
				into.SetInt64(int64(value<<shift) >> shift)
			} else {
				into.SetUint64(value)
			}
		}
	default:
		return nil
	}
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		for i := range n {
			into := (*big.Int)(to)
			*into = big.Int{}
			if c.there(i) {
				at(c, i, into)
			}
			to = unsafe.Add(to, stride)
		}
	}
}

func setBig(into *big.Int, hi int64, lo uint64) {
	into.Lsh(big.NewInt(hi), 64)
	into.Add(into, new(big.Int).SetUint64(lo))
}

// zeroDecoder is for columns of nothing but nulls.
func zeroDecoder(t reflect.Type) decoder {
	return func(_ *column, to unsafe.Pointer, stride uintptr, n int) {
		for range n {
			setZero(t, to)
			to = unsafe.Add(to, stride)
		}
	}
}

func setZero(t reflect.Type, at unsafe.Pointer) {
	reflect.NewAt(t, at).Elem().SetZero()
}
