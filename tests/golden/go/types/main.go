package main

import (
	"fmt"
	"time"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Row struct {
	I       int64
	Bool    data.Null[bool]
	I8      data.Null[int8]
	I16     data.Null[int16]
	I32     data.Null[int32]
	I64     data.Null[int64]
	U8      data.Null[uint8]
	U16     data.Null[uint16]
	U32     data.Null[uint32]
	U64     data.Null[uint64]
	F32     data.Null[float32]
	F64     data.Null[float64]
	Decimal data.Null[data.Decimal] `data:"decimal,decimal(20,3)"`
	Date    data.Null[time.Time]    `data:"date,date"`
	MS      data.Null[time.Time]    `data:"ms,timestamp(ms)"`
	UTC     data.Null[time.Time]    `data:"utc,timestamp(us,UTC)"`
	Text    data.Null[string]
	Bytes   data.Null[[]byte]
}

// some is the value of column c; null in every fifth row.
func some[T any](i, c int64, value T) data.Null[T] {
	if (i+c)%5 == 0 {
		return data.Null[T]{}
	}
	return data.Some(value)
}

func row(i int64) Row {
	text := fmt.Sprintf("text %d \u00e9", i)
	units := data.NewDecimal(i*1000000000000000-1, 3)
	day := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(-i*1000))
	return Row{
		I:       i,
		Bool:    some(i, 1, i%3 == 0),
		I8:      some(i, 2, int8(i-100)),
		I16:     some(i, 3, int16(i*-150)),
		I32:     some(i, 4, int32(i*-10000000)),
		I64:     some(i, 5, i*-40000000000000000),
		U8:      some(i, 6, uint8(i+50)),
		U16:     some(i, 7, uint16(i*300)),
		U32:     some(i, 8, uint32(i*20000000)),
		U64:     some(i, 9, uint64(i)*90000000000000000),
		F32:     some(i, 10, float32(i)/4),
		F64:     some(i, 11, float64(i)/-8),
		Decimal: some(i, 12, units),
		Date:    some(i, 13, day),
		MS:      some(i, 14, time.UnixMilli(i*86400000001-5000000000000)),
		UTC:     some(i, 15, time.UnixMicro(i*86400000000+1)),
		Text:    some(i, 16, text),
		Bytes:   some(i, 17, []byte(text[:i%4])),
	}
}

func main() {
	var rows []Row
	for i := range int64(200) {
		rows = append(rows, row(i))
	}
	same := func(r Row) Row { return r }
	data.Check(data.Map(data.Create(rows), same).Sort("i").Show())
}
