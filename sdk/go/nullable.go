package wasidata

import (
	"math/bits"
	"unsafe"
)

// Numbers as Null values: the value and whether it is there in one pass, by their
// bits, which are zero where there is none.

type wordOf interface {
	uint8 | uint16 | uint32 | uint64
}

// decodeNullable reads numbers that lie in memory as the Go values do; valid is
// where a value's flag is.
func decodeNullable(valid uintptr, t wireType) decoder {
	switch t.width() {
	case 1:
		return decodeNullableWords[uint8](valid)
	case 2:
		return decodeNullableWords[uint16](valid)
	case 4:
		return decodeNullableWords[uint32](valid)
	}
	return decodeNullableWords[uint64](valid)
}

func decodeNullableWords[W wordOf](valid uintptr) decoder {
	return func(c *column, to unsafe.Pointer, stride uintptr, n int) {
		from := unsafe.Slice((*W)(c.values), n)
		for len(from) > 0 {
			there := ^uint64(0)
			if c.validity != nil {
				there = ^c.nullsFrom(n-len(from), n)
			}
			part := from[:min(64, len(from))]
			from = from[len(part):]
			for _, value := range part {
				is := uint8(there & 1)
				there >>= 1
				*(*W)(to) = value & -W(is)
				*(*uint8)(unsafe.Add(to, valid)) = is
				to = unsafe.Add(to, stride)
			}
		}
	}
}

// encodeNullable writes them.
func encodeNullable(valid uintptr, t wireType) encoder {
	switch t.width() {
	case 1:
		return encodeNullableWords[uint8](valid)
	case 2:
		return encodeNullableWords[uint16](valid)
	case 4:
		return encodeNullableWords[uint32](valid)
	}
	return encodeNullableWords[uint64](valid)
}

func encodeNullableWords[W wordOf](valid uintptr) encoder {
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int) error {
		o.room(n)
		o.validity = grown(o.validity, (o.rows+n+63)/64)
		to := outValues[W](o, n)
		nulls := 0
		for row := o.rows; len(to) > 0; {
			shift := row & 63
			part := to[:min(64-shift, len(to))]
			to = to[len(part):]
			there := uint64(0)
			for j := range part {
				is := *(*uint8)(unsafe.Add(from, valid))
				part[j] = *(*W)(from) & -W(is)
				there = there>>1 | uint64(is)<<63
				from = unsafe.Add(from, stride)
			}
			word := &o.validity[row>>6]
			*word = *word&^(ones(len(part))<<shift) | there>>(64-len(part))<<shift
			nulls += len(part) - bits.OnesCount64(there)
			row += len(part)
		}
		if nulls > 0 && o.nulls == 0 {
			o.unmark(0, o.rows)
		}
		o.nulls += nulls
		o.rows += n
		return nil
	}
}
