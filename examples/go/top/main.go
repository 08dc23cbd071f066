// Shows the first rows of a table by one of its columns.
//
//	wasi-data run --table counts=counts.parquet top.wasm [COLUMN [ROWS]]
//
// Shows that a program's arguments are its own, and expressions as text.
package main

import (
	"fmt"
	"os"
	"strconv"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

func main() {
	column, rows := "count", uint64(10)
	if len(os.Args) > 1 {
		column = os.Args[1]
	}
	if len(os.Args) > 2 {
		var err error
		rows, err = strconv.ParseUint(os.Args[2], 10, 64)
		data.Check(err)
	}
	key := fmt.Sprintf(`"%s" desc`, column)
	data.Check(data.Read("counts").Sort(key).Limit(rows).Show())
}
