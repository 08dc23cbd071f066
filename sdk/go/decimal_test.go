package wasidata

import (
	"math/big"
	"math/rand"
	"testing"
)

func randomDecimal(r *rand.Rand) Decimal {
	n := new(big.Int).Rand(r, bigPower(r.Intn(20)+1))
	if r.Intn(2) == 0 {
		n.Neg(n)
	}
	d, err := decimalOf(n, r.Intn(18))
	if err != nil {
		panic(err)
	}
	return d
}

func (d Decimal) rational() *big.Rat {
	return new(big.Rat).SetFrac(d.Unscaled(), bigPower(d.Scale()))
}

func TestDecimalAgainstRationals(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 20000 {
		a, b := randomDecimal(r), randomDecimal(r)
		if got, want := a.Cmp(b), a.rational().Cmp(b.rational()); got != want {
			t.Fatalf("%v.Cmp(%v) = %d", a, b, got)
		}
		sum := new(big.Rat).Add(a.rational(), b.rational())
		if got := a.Add(b); got.rational().Cmp(sum) != 0 {
			t.Fatalf("%v + %v = %v", a, b, got)
		}
		again, err := ParseDecimal(a.String())
		if err != nil || again != a {
			t.Fatalf("%v is read as %v, %v", a, again, err)
		}
		scale := r.Intn(19)
		exact := new(big.Rat).Mul(a.rational(), new(big.Rat).SetInt(bigPower(scale))).IsInt()
		if s, err := a.Rescale(scale); (err == nil) != exact || err == nil && s.Cmp(a) != 0 {
			t.Fatalf("%v.Rescale(%d) = %v, %v", a, scale, s, err)
		}
	}
}

func TestDecimalLimits(t *testing.T) {
	nines, err := ParseDecimal("-99999999999999999999999999999999999999")
	if err != nil || !nines.fits(38) || nines.fits(37) {
		t.Fatal(nines, err)
	}
	if _, err := nines.Rescale(1); err == nil {
		t.Error("39 digits were taken")
	}
	defer func() {
		if recover() == nil {
			t.Error("a sum of 39 digits was taken")
		}
	}()
	nines.Add(nines)
}

func TestColumnNames(t *testing.T) {
	for name, want := range map[string]string{"A": "a", "MeanDelay": "mean_delay",
		"ID": "id", "HTTPPort": "http_port", "PointX2": "point_x2", "OriginID": "origin_id"} {
		if got := columnName(name); got != want {
			t.Errorf("%s is %s, not %s", name, got, want)
		}
	}
}

func TestMeasured(t *testing.T) {
	for text, want := range map[string][2]string{
		"count(*) as n":                  {"n", "count(*)"},
		"sum(x)":                         {"sum(x)", "sum(x)"},
		`sum(cast(x as int)) AS "a ""b"`: {`a "b`, "sum(cast(x as int))"},
		"max(' as y')":                   {"max(' as y')", "max(' as y')"},
	} {
		if m := Measured(text); m.name != want[0] || m.expression != want[1] {
			t.Errorf("%s: %q %q", text, m.name, m.expression)
		}
	}
}
