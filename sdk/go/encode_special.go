package wasidata

import (
	"fmt"
	"math"
	"math/big"
	"time"
	"unsafe"
)

// outValues are the n values to come of a column of fixed width.
func outValues[T any](o *outColumn, n int) []T {
	return unsafe.Slice((*T)(start(o.values)), o.rows+n)[o.rows:]
}

func encodeInterval(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	to := outValues[wireInterval](o, n)
	for i := range to {
		value := *(*Interval)(from)
		to[i] = wireInterval{value.Months, value.Days, value.Nanos}
		from = unsafe.Add(from, stride)
	}
	return nil
}

func encodeDuration(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	to := outValues[wireInterval](o, n)
	for i := range to {
		to[i] = wireInterval{nanos: *(*int64)(from)}
		from = unsafe.Add(from, stride)
	}
	return nil
}

func encodeTime(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	nanos := 1e9 / unitsPerSecond[o.typ.unit]
	for i := range n {
		value := *(*time.Duration)(from)
		if valid != nil && !valid[i] {
			value = 0
		}
		if value < 0 || value > 24*time.Hour {
			return fmt.Errorf("%v is no time of day", value)
		}
		if o.typ.width() == 4 {
			outValues[int32](o, n)[i] = int32(int64(value) / nanos)
		} else {
			outValues[int64](o, n)[i] = int64(value) / nanos
		}
		from = unsafe.Add(from, stride)
	}
	return nil
}

// encodeBig writes whole numbers as decimals.
func encodeBig(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
	to := outValues[[2]uint64](o, n)
	for i := range to {
		if valid == nil || valid[i] {
			value := (*big.Int)(from)
			d, err := decimalOf(value, 0)
			if err != nil || !d.fits(int(o.typ.precision)) {
				return fmt.Errorf("%v does not fit %v", value, o.typ)
			}
			to[i] = [2]uint64{d.lo, uint64(d.hi)}
		}
		from = unsafe.Add(from, stride)
	}
	return nil
}

// bytesEncoder writes arrays of bytes.
func bytesEncoder(size int, t wireType) valueEncoder {
	if t.kind != kBinary && t.kind != kUUID && t.kind != kFixedBinary {
		return nil
	}
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
		for i := range n {
			value := unsafe.Slice((*byte)(from), size)
			switch {
			case o.typ.kind != kBinary:
				copy(unsafe.Slice((*byte)(start(o.values)), (o.rows+n)*size)[(o.rows+i)*size:], value)
			case valid == nil || valid[i]:
				o.data = append(o.data, value...)
				fallthrough
			default:
				o.offsets[o.rows+i+1] = int32(len(o.data))
			}
			from = unsafe.Add(from, stride)
		}
		if len(o.data) > math.MaxInt32 {
			return failf(LimitExceeded, "more than 2 GiB of bytes in one batch")
		}
		return nil
	}
}

// enumEncoder writes strings by their place among an enum's values.
func enumEncoder(t wireType) valueEncoder {
	places := map[string]int{}
	for i, value := range t.values {
		places[value] = i
	}
	return func(o *outColumn, from unsafe.Pointer, stride uintptr, n int, valid []bool) error {
		for i := range n {
			place, ok := 0, true
			if valid == nil || valid[i] {
				place, ok = places[*(*string)(from)]
			}
			if !ok {
				return fmt.Errorf("%q is not one of the enum's values %q", *(*string)(from), t.values)
			}
			switch t.index {
			case kU8:
				outValues[uint8](o, n)[i] = uint8(place)
			case kU16:
				outValues[uint16](o, n)[i] = uint16(place)
			default:
				outValues[uint32](o, n)[i] = uint32(place)
			}
			from = unsafe.Add(from, stride)
		}
		return nil
	}
}
