package wasidata

import (
	"encoding/hex"
	"fmt"
	"math/big"
	"reflect"
	"time"
)

// Interval is months, days and nanoseconds, each with its own sign: a month is
// no number of days, and a day no number of hours. Engines keep microseconds.
//
// A time.Duration stands for an interval without months and days; with the tag
// `data:",time"` it is a time of day, from midnight.
type Interval struct {
	Months, Days int32
	Nanos        int64
}

// String is such as "2 months -3 days 1h0m0.5s".
func (i Interval) String() string {
	text := ""
	if i.Months != 0 {
		text += fmt.Sprintf("%d months ", i.Months)
	}
	if i.Days != 0 {
		text += fmt.Sprintf("%d days ", i.Days)
	}
	return text + time.Duration(i.Nanos).String()
}

// UUID is a column of type uuid; so is every other array of 16 bytes.
type UUID [16]byte

// ParseUUID reads the form of String.
func ParseUUID(text string) (u UUID, err error) {
	if len(text) == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' {
		digits := text[:8] + text[9:13] + text[14:18] + text[19:23] + text[24:]
		if _, err := hex.Decode(u[:], []byte(digits)); err == nil {
			return u, nil
		}
	}
	return UUID{}, failf(InvalidArgument, "%q is not a UUID such as \"01234567-89ab-cdef-0123-456789abcdef\"", text)
}

// String is 32 digits in five groups.
func (u UUID) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// MarshalText makes it a text in JSON.
func (u UUID) MarshalText() ([]byte, error) {
	return []byte(u.String()), nil
}

// Entry is a pair of a map: a column that is a map is a []Entry[K, V] where the
// order counts, or a map[K]V.
type Entry[K, V any] struct {
	Key   K
	Value V
}

func (Entry[K, V]) isEntry() {}

type anyEntry interface{ isEntry() }

// OneOf, embedded in a struct, makes it a union: of its fields, which may all
// be null, one has a value.
//
//	type Shape struct {
//		data.OneOf
//		Circle *float64
//		Box    *Box
//	}
type OneOf struct{}

// Record is a row whose columns are known at run time, and is what structs in
// fields of type any are. Its values are
//
//	bool, int8 … int64, uint8 … uint64, float32, float64, string (enums too),
//	[]byte, time.Time, time.Duration (times of day), Interval, Decimal, UUID,
//	[]any, Record, []Entry[any, any] (maps), of unions the value; nil for null.
//
// Records come in; what comes out of a lambda needs types.
type Record map[string]any

var (
	timeType     = reflect.TypeFor[time.Time]()
	durationType = reflect.TypeFor[time.Duration]()
	intervalType = reflect.TypeFor[Interval]()
	decimalType  = reflect.TypeFor[Decimal]()
	bigType      = reflect.TypeFor[big.Int]()
	bytesType    = reflect.TypeFor[[]byte]()
	recordType   = reflect.TypeFor[Record]()
	oneOfType    = reflect.TypeFor[OneOf]()
)
