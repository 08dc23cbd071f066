package wasidata

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
)

// Decimal is an exact number of up to 38 digits: an unscaled integer divided
// by 10^scale. The zero value is 0. Compare with Cmp, not ==, unless the scales
// are the same.
//
// A column of decimals that a lambda makes needs its precision and scale in
// the field's tag: `data:"price,decimal(10,2)"`. Values are brought to that
// scale when nothing is lost by it; else the lambda fails.
type Decimal struct {
	hi    int64
	lo    uint64
	scale int8
}

// NewDecimal is unscaled / 10^scale.
func NewDecimal(unscaled int64, scale int) Decimal {
	return Decimal{unscaled >> 63, uint64(unscaled), int8(scale)}
}

// ParseDecimal reads a number such as "-12.50", whose scale is 2.
func ParseDecimal(text string) (Decimal, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	unscaled, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok || strings.ContainsAny(fraction, "+-_") || strings.Contains(whole, "_") {
		return Decimal{}, failf(InvalidArgument, "%q is not a decimal number", text)
	}
	return decimalOf(unscaled, len(fraction))
}

func decimalOf(unscaled *big.Int, scale int) (Decimal, error) {
	if unscaled.CmpAbs(bigPower(38)) >= 0 || scale > 38 || scale < -38 {
		return Decimal{}, failf(InvalidArgument, "a decimal has at most 38 digits")
	}
	low := new(big.Int).And(unscaled, new(big.Int).SetUint64(^uint64(0)))
	high := new(big.Int).Rsh(unscaled, 64)
	return Decimal{high.Int64(), low.Uint64(), int8(scale)}, nil
}

func bigPower(n int) *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}

// Unscaled is the number times 10^Scale().
func (d Decimal) Unscaled() *big.Int {
	n := new(big.Int).Lsh(big.NewInt(d.hi), 64)
	return n.Add(n, new(big.Int).SetUint64(d.lo))
}

// Int64 is the unscaled number, false when it does not fit.
func (d Decimal) Int64() (int64, bool) {
	return int64(d.lo), d.hi == int64(d.lo)>>63
}

// Scale is the number of digits after the point.
func (d Decimal) Scale() int {
	return int(d.scale)
}

// Rescale is the same number with another scale, an error when digits would be
// lost.
func (d Decimal) Rescale(scale int) (Decimal, error) {
	if scale == int(d.scale) {
		return d, nil
	}
	n := d.Unscaled()
	if up := scale - int(d.scale); up > 0 {
		return decimalOf(n.Mul(n, bigPower(min(up, 80))), scale)
	}
	n, rest := n.QuoRem(n, bigPower(int(d.scale)-scale), new(big.Int))
	if rest.Sign() != 0 {
		return Decimal{}, failf(InvalidArgument, "%v has more than %d digits after the point", d, scale)
	}
	return decimalOf(n, scale)
}

// Add is exact; its scale is the larger one of both. It panics when the result
// has more than 38 digits.
func (d Decimal) Add(other Decimal) Decimal {
	if d.scale == other.scale {
		lo, carry := bits.Add64(d.lo, other.lo, 0)
		hi := d.hi + other.hi + int64(carry)
		sum := Decimal{hi, lo, d.scale}
		// Half of the range is a good deal more than 38 digits, and two of 64
		// bits are a good deal less.
		if d.hi == int64(d.lo)>>63 && other.hi == int64(other.lo)>>63 || sum.fits(38) {
			return sum
		}
	}
	scale := int(max(d.scale, other.scale))
	a, err := d.Rescale(scale)
	b, err2 := other.Rescale(scale)
	sum, err3 := decimalOf(new(big.Int).Add(a.Unscaled(), b.Unscaled()), scale)
	for _, err := range []error{err, err2, err3} {
		if err != nil {
			panic(fmt.Sprintf("%v + %v: %v", d, other, err))
		}
	}
	return sum
}

// Cmp is -1, 0 or +1.
func (d Decimal) Cmp(other Decimal) int {
	if d.scale == other.scale {
		if d.hi != other.hi {
			return sign(d.hi < other.hi)
		}
		if d.lo == other.lo {
			return 0
		}
		return sign(d.lo < other.lo)
	}
	a, b := d.Unscaled(), other.Unscaled()
	if up := int(other.scale) - int(d.scale); up > 0 {
		a.Mul(a, bigPower(up))
	} else {
		b.Mul(b, bigPower(-up))
	}
	return a.Cmp(b)
}

func sign(below bool) int {
	if below {
		return -1
	}
	return 1
}

// Float64 is the nearest float64.
func (d Decimal) Float64() float64 {
	r := new(big.Rat).SetInt(d.Unscaled())
	if d.scale >= 0 {
		r.Quo(r, new(big.Rat).SetInt(bigPower(int(d.scale))))
	} else {
		r.Mul(r, new(big.Rat).SetInt(bigPower(-int(d.scale))))
	}
	f, _ := r.Float64()
	return f
}

// String has all digits: "-12.50".
func (d Decimal) String() string {
	n := d.Unscaled()
	if d.scale <= 0 {
		return n.Mul(n, bigPower(-int(d.scale))).String()
	}
	digits := new(big.Int).Abs(n).String()
	if missing := int(d.scale) + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - int(d.scale)
	text := digits[:point] + "." + digits[point:]
	if d.hi < 0 {
		text = "-" + text
	}
	return text
}

// Powers of ten, 10^0 to 10^38.
var powers = func() (powers [39][2]uint64) {
	powers[0][1] = 1
	for i := 1; i < len(powers); i++ {
		hi, lo := bits.Mul64(powers[i-1][1], 10)
		powers[i] = [2]uint64{powers[i-1][0]*10 + hi, lo}
	}
	return powers
}()

// fits tells whether the unscaled number has at most so many digits.
func (d Decimal) fits(precision int) bool {
	return d.below(&powers[precision])
}

// below tells whether the unscaled number is nearer to 0 than the limit.
func (d *Decimal) below(limit *[2]uint64) bool {
	hi, lo := uint64(d.hi), d.lo
	if d.hi < 0 {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi = -hi - borrow
	}
	return hi < limit[0] || (hi == limit[0] && lo < limit[1])
}
