package main

import (
	"errors"
	"fmt"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

func less(a, b any) bool {
	if text, ok := a.(string); ok {
		return text < b.(string)
	}
	return a.(int64) < b.(int64)
}

func larger(call *data.Call) (any, func([]any) any, error) {
	if len(call.Arguments) == 0 {
		return nil, nil, errors.New("larger takes an argument")
	}
	zero := call.Arguments[0].Zero
	for _, a := range call.Arguments {
		// A null alone has no type.
		if a.Zero != zero {
			return nil, nil, errors.New("larger takes arguments of one type")
		}
	}
	return zero, func(arguments []any) any {
		var best any
		for _, a := range arguments {
			if a != nil && (best == nil || less(best, a)) {
				best = a
			}
		}
		return best
	}, nil
}

func power(call *data.Call) (any, func([]any) any, error) {
	if len(call.Arguments) != 2 || !call.Arguments[1].Known {
		return nil, nil, errors.New("the exponent must be known")
	}
	exponent := call.Arguments[1].Value.(int64)
	return int64(0), func(arguments []any) any {
		product := int64(1)
		for range exponent {
			product *= arguments[0].(int64)
		}
		return product
	}, nil
}

func total(xs []int64) int64 {
	sum := int64(0)
	for _, x := range xs {
		sum += x
	}
	return sum
}

type scaling struct {
	X, By int64
}

func main() {
	data.Check(data.RegisterCall("larger", larger))
	data.Check(data.RegisterCall("power_of", power))
	data.Check(data.RegisterVariadic("total", total))
	data.Check(data.Register("scaled", func(s scaling) int64 { return s.X * s.By }))
	numbers := data.Range(0, 5, 1).Select("id", "if(id = 3, null, 4 - id) as down", "cast(id as string) as text")
	data.Check(numbers.Select("id", "larger(id, down) as l", "larger(text, '2', cast(null as string)) as t",
		"total(id, down, 100) as s", "total(id) as one", "power_of(id, 3) as p",
		"scaled(id, 7) as k").Sort("id").Show())
	for _, wrong := range []string{"larger()", "larger(id, text)", "power_of(id, down)", "total('x')", "total()"} {
		if _, err := numbers.Select(wrong).Count(); err != nil {
			fmt.Println("refused")
		} else {
			fmt.Println("taken")
		}
	}
}
