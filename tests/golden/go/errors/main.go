package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

// report says what went wrong, and whether its message has both of these parts.
func report(name string, err error, part, other string) {
	var e *data.Error
	if !errors.As(err, &e) {
		fmt.Printf("%s: no error\n", name)
		return
	}
	what := e.Message
	if strings.Contains(what, part) && strings.Contains(what, other) {
		what = "as it should be"
	}
	fmt.Printf("%s: %d %s\n", name, e.Code, what)
}

// failure is what counting the rows fails with.
func failure(d *data.Dataset) error {
	_, err := d.Count()
	return err
}

type ID struct {
	ID int64
}

type Missing struct {
	IDD int64 `data:"idd"`
}

type Number struct {
	ID float64
}

func bad(id int64) (int64, error) {
	if id == 5 {
		return 0, errors.New("row 5 is bad")
	}
	return id, nil
}

func main() {
	ids := data.Range(0, 9, 1)
	fails := data.TryMap(ids, bad)
	if len(os.Args) > 1 {
		data.Check(failure(fails))
		return
	}
	report("granted", failure(data.Read("nothing").Filter("a > 1")), "'nothing'",
		"not granted")
	report("sink", ids.Write("nowhere", data.CreateNew), "'nowhere'", "not granted")
	report("syntax", failure(ids.Filter("id >")), "id >", "^")
	report("expression", failure(ids.Filter("idd > 1")), "'idd'", "id")
	report("overflow", failure(ids.Filter("abs(id * 9223372036854775807) > 1")), "",
		"verflow")
	report("column", failure(data.Map(ids, func(m Missing) ID { return ID{m.IDD} })),
		"'idd'", "there are: id i64")
	report("type", failure(data.Map(ids.Select("'x' as id"),
		func(n Number) Number { return n })), "'id'", "string")
	report("lambda", failure(fails), "map lambda: row 5 is bad", "")
	report("trap", failure(data.Map(ids, func(id int64) int64 { return 7 / (id - 5) })),
		"divide by zero", "")
	report("cast", failure(ids.Filter("cast('x' || cast(id as string) as i64) > 1")),
		"'x", "is not an integer")
	twice := ids.Join(ids, data.Inner, "left.id = right.id")
	report("ambiguous", failure(twice.Filter("id > 1")), "'id'", "ambiguous")
	report("condition", failure(ids.Join(ids, data.Inner, "")), "needs a condition", "cross")
	count, err := ids.Count()
	data.Check(err)
	fmt.Println(count)
}
