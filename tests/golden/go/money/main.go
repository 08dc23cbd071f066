package main

import (
	"fmt"
	"math"
	"strings"

	data "github.com/wasi-data/wasi-data/sdk/go"
)

type Money struct {
	Cents    int64
	Currency string
}

type Point struct {
	X, Y float64
}

func parse(text string) (m Money, err error) {
	var whole, cents int64
	if _, err := fmt.Sscanf(text, "%d.%2d %s", &whole, &cents, &m.Currency); err != nil {
		return m, fmt.Errorf("'%s' is no money", text)
	}
	m.Cents = whole*100 + cents
	return m, nil
}

func add(s struct{ A, B Money }) Money {
	if s.A.Currency != s.B.Currency {
		data.Fail(fmt.Errorf("cannot add %s and %s", s.A.Currency, s.B.Currency))
	}
	return Money{s.A.Cents + s.B.Cents, s.A.Currency}
}

func showWrong(prices *data.Dataset, wrong, a, b string) {
	_, err := prices.Filter(wrong).Count()
	if err != nil && strings.Contains(err.Error(), a) && strings.Contains(err.Error(), b) {
		fmt.Println("refused")
	} else {
		fmt.Println("taken")
	}
}

func main() {
	data.Check(data.RegisterType("money", data.TypeOperations[Money]{
		Text:  func(m Money) string { return fmt.Sprintf("%d.%02d %s", m.Cents/100, m.Cents%100, m.Currency) },
		Parse: parse,
		Key: func(m Money) []byte {
			return data.AppendKeyInt(data.AppendKeyString(nil, m.Currency), m.Cents)
		},
	}))
	data.Check(data.RegisterType("point", data.TypeOperations[Point]{}))
	data.Check(data.Register("+", add))
	data.Check(data.Register("<->", func(s struct{ A, B Point }) float64 {
		x, y := s.A.X-s.B.X, s.A.Y-s.B.Y
		return math.Sqrt(x*x + y*y)
	}))
	prices := data.Read("prices").Select("id", "cast(price as money) as m")
	data.Check(prices.Sort("m", "id").Select("id", "m::string as price", "(m + m)::string as twice",
		"m > '5.00 EUR' as dear").Show())
	data.Check(prices.GroupBy("m").Aggregate("count(*) as n", "min(id) as least").Sort("m").
		Select("m::string as price", "n", "least").Show())
	data.Check(prices.Aggregate("min(m) as lowest", "max(m) as highest").
		Select("lowest::string as lowest", "highest::string as highest").Show())
	points := data.Map(data.Range(0, 4, 1), func(id int64) Point {
		return Point{float64(id), 2 * float64(id)}
	})
	data.Check(points.Select("value <-> cast(struct(x => 0::f64, y => 0::f64) as point) as d").Sort("d").Show())
	showWrong(prices, "m + '1.00 XXX' > '1.00 XXX'", "cannot add", "XXX")
	showWrong(prices, "m > 'much'", "'much'", "is no money")
	showWrong(prices, "m > 5", "money", "i64")
	showWrong(prices, "m - m > m", "-", "money, money")
}
