"""docs/expressions.md, kept by the engine: numbers of every type, against Python."""

import decimal
import math
import unittest

from expressions import (D, FLOATS, INF, INTS, NAN, Expressions, Near, Wrong,
                         comparisons, divide, f32, half_away, in_range,
                         int_values, libm, nan_key, quotient, strict, truncated)
from script import needs_guests


@needs_guests
class Integers(Expressions):
    def test_arithmetic(self):
        for type in INTS:
            fits = in_range(type)
            values = int_values(type)
            self.check([("a", type), ("b", type)],
                       [(a, b) for a in values for b in values], [
                ("a + b", type, strict(lambda a, b: fits(a + b))),
                ("a - b", type, strict(lambda a, b: fits(a - b))),
                ("a * b", type, strict(lambda a, b: fits(a * b))),
                ("a // b", type, strict(lambda a, b: fits(quotient(a, b)))),
                ("a % b", type,
                 strict(lambda a, b: a - b * quotient(a, b))),
                ("mod(a, b)", type,
                 strict(lambda a, b: a - b * quotient(a, b))),
                ("a div b", type, strict(lambda a, b: fits(quotient(a, b)))),
                ("a / b", "f64",
                 strict(lambda a, b: divide(float(a), float(b)))),
                ("bitwise_and(a, b)", type, strict(lambda a, b: a & b)),
                ("bitwise_or(a, b)", type, strict(lambda a, b: a | b)),
                ("bitwise_xor(a, b)", type, strict(lambda a, b: a ^ b)),
            ])

    def test_comparison(self):
        for type in INTS:
            values = int_values(type)
            self.check([("a", type), ("b", type)],
                       [(a, b) for a in values for b in values],
                       comparisons())

    def test_one_operand(self):
        for type in INTS:
            wider = {"u8": "i16", "u16": "i32", "u32": "i64"}.get(type, type)
            fits = in_range(wider)
            digits = "decimal(20,0)" if type == "u64" else wider
            number = D if type == "u64" else lambda a: a
            check = number if type == "u64" else fits
            self.check([("a", type)], [(a,) for a in int_values(type)], [
                ("-a", digits, strict(lambda a: check(-a))),
                ("abs(a)", type, strict(lambda a: fits(abs(a)))),
                ("sign(a)", "f64" if type == "u64" else wider,
                 strict(lambda a: float((a > 0) - (a < 0)) if type == "u64"
                        else (a > 0) - (a < 0))),
                ("bitwise_not(a)", type,
                 strict(lambda a: ~a if type[0] == "i"
                        else INTS[type][1] ^ a)),
                ("ceil(a)", type, lambda a: a),
                ("floor(a)", type, lambda a: a),
                ("round(a)", digits.replace("20", "21"),
                 strict(lambda a: number(a))),
                ("is_nan(a)", "bool", strict(lambda a: False)),
                ("sqrt(a)", "f64",
                 strict(lambda a: math.sqrt(a) if a >= 0 else NAN)),
                ("power(a, 2)", "f64",
                 strict(lambda a: Near(float(a) * float(a)))),
            ])

    def test_round_to_tens(self):
        values = [-99, -95, -94, -5, -4, 0, 4, 5, 14, 15, 25, 94, 99]
        for type in ("i8", "i16", "i64"):
            self.check([("a", type)], [(v,) for v in values], [
                ("round(a, -1)", type,
                 lambda a: (abs(a) + 5) // 10 * 10 * (1 if a > 0 else -1)),
                ("round(a, 3)", type, lambda a: a)])

    def test_mixed(self):
        def common(a, b):
            if a == b:
                return a
            if a[0] == b[0]:
                return max(a, b, key=lambda t: int(t[1:]))
            unsigned, signed = (a, b) if a[0] == "u" else (b, a)
            if unsigned == "u64":
                return "decimal(20,0)"
            return f"i{max(2 * int(unsigned[1:]), int(signed[1:]))}"

        names = list(INTS)
        row = [3 + i for i in range(len(names))]
        cases = []
        for i, a in enumerate(names):
            for j, b in enumerate(names):
                type = common(a, b)
                x, y = row[i], row[j]
                both = {a, b}
                made = D if type.startswith("d") else int
                cases += [(f"c{a} < c{b}", "bool", x < y),
                          (f"coalesce(c{a}, c{b})", type, made(x))]
                if type.startswith("d"):
                    type = "decimal(21,0)"
                if "u64" not in both or len(both) == 1:
                    cases += [(f"c{a} + c{b}", type, made(x + y)),
                              (f"c{a} // c{b}", type, made(x // y))]
                cases += [(f"c{a} / c{b}", "f64", x / y)]
        self.check([(f"c{t}", t) for t in names], [row], [
            (text, type, lambda *_, value=value: value)
            for text, type, value in cases])

    def test_unsigned_comparison_is_by_value(self):
        self.check([("a", "i64"), ("b", "u64")],
                   [(a, b) for a in int_values("i64")
                    for b in int_values("u64")],
                   [(t, y, f) for t, y, f in comparisons() if y == "bool"])

    def test_literal_adapts(self):
        self.check([("a", "i8"), ("u", "u64"), ("d", "decimal(10,2)"),
                    ("f", "f32")], [(5, 5, D("5.00"), 5.0)], [
            ("a = 5", "bool", lambda *_: True),
            ("a = 1000", "bool", lambda *_: False),
            ("a < 1000", "bool", lambda *_: True),
            ("a + 1", "i64", lambda *_: 6),
            ("u + 1", "u64", lambda *_: 6),
            ("coalesce(a, 7)", "i8", lambda *_: 5),
            ("coalesce(a, 700)", "i64", lambda *_: 5),
            ("u = 5", "bool", lambda *_: True),
            ("d = 5", "bool", lambda *_: True),
            ("d + 1", "decimal(11,2)", lambda *_: D(6)),
            ("f = 5", "bool", lambda *_: True),
            ("f * 2", "f32", lambda *_: 10.0),
            ("f > 4.5", "bool", lambda *_: True),
        ])


def power(a, b):
    """C's pow."""
    try:
        return math.pow(a, b)
    except OverflowError:
        odd = b == int(b) and int(b) % 2 == 1
        return -INF if a < 0 and odd else INF
    except ValueError:
        if a == 0:
            odd = b == int(b) and int(b) % 2 != 0
            return math.copysign(INF, a) if odd else INF
        return NAN


@needs_guests
class Floats(Expressions):
    def test_arithmetic(self):
        def added(a, b):
            return a + b

        self.check([("a", "f64"), ("b", "f64")],
                   [(a, b) for a in FLOATS + [None] for b in FLOATS + [None]],
                   [("a + b", "f64", strict(added)),
                    ("a - b", "f64", strict(lambda a, b: a - b)),
                    ("a * b", "f64", strict(lambda a, b: a * b)),
                    ("a / b", "f64", strict(divide))])

    def test_arithmetic_f32(self):
        values = [f32(v) for v in FLOATS if not abs(v) > 1e300 or v == INF]
        values += [f32(3.4028234663852886e38), f32(1e-45)]
        self.check([("a", "f32"), ("b", "f32")],
                   [(a, b) for a in values for b in values], [
                       ("a + b", "f32", lambda a, b: f32(a + b)),
                       ("a - b", "f32", lambda a, b: f32(a - b)),
                       ("a * b", "f32", lambda a, b: f32(a * b)),
                       ("a / b", "f32", lambda a, b: f32(divide(a, b)))])

    def test_comparison(self):
        for type in ("f64", "f32"):
            values = FLOATS if type == "f64" else sorted({
                f32(v) for v in FLOATS if v == v}) + [NAN, -0.0]
            cases = [case for case in comparisons()
                     if not case[0].startswith(("least", "greatest"))]
            self.check([("a", type), ("b", type)],
                       [(a, b) for a in values + [None]
                        for b in values + [None]], cases)
            # -0 equals 0: which of them is chosen is not said.
            self.check([("a", type), ("b", type)],
                       [(a, b) for a in values for b in values], [
                ("least(a, b)", type,
                 lambda a, b: Near(min(a, b, key=nan_key), 0)),
                ("greatest(a, b)", type,
                 lambda a, b: Near(max(a, b, key=nan_key), 0))])

    def test_functions(self):
        values = FLOATS + [-0.5, 2.0, 10.0, 100.0, 700.0, 710.0, -750.0, 1e22,
                           -3.0, None]
        c_names = {"exp": "exp", "ln": "log", "log10": "log10",
                   "log2": "log2", "sin": "sin", "cos": "cos", "tan": "tan",
                   "asin": "asin", "acos": "acos", "atan": "atan",
                   "sqrt": "sqrt"}
        cases = [(f"{name}(a)", "f64", strict(libm(c)))
                 for name, c in c_names.items()]
        cases += [
            ("-a", "f64", strict(lambda a: -a)),
            ("abs(a)", "f64", strict(abs)),
            ("is_nan(a)", "bool", strict(lambda a: a != a)),
            ("isnan(a)", "bool", strict(lambda a: a != a)),
            ("sign(a)", "f64", strict(
                lambda a: NAN if a != a else float((a > 0) - (a < 0)))),
            ("ceil(a)", "f64", strict(
                lambda a: a if not math.isfinite(a) or abs(a) > 2 ** 53
                else math.copysign(float(math.ceil(a)), a))),
            ("floor(a)", "f64", strict(
                lambda a: a if not math.isfinite(a) or abs(a) > 2 ** 53
                else math.copysign(float(math.floor(a)), a))),
            ("round(a)", "f64", strict(
                lambda a: a if not math.isfinite(a) or abs(a) > 2 ** 53
                else math.copysign(math.floor(abs(a) + 0.5), a))),
        ]
        self.check([("a", "f64")], [(v,) for v in values], cases)

    def test_functions_f32(self):
        values = [f32(v) for v in (-1.5, 0.1, 0.5, 1.0, 2.0, 100.0)]
        self.check([("a", "f32")], [(v,) for v in values], [
            (f"{name}(a)", "f32", lambda a, c=c: Near(
                f32(libm(c)(a).value if isinstance(libm(c)(a), Near)
                    else libm(c)(a)), 1e-6))
            for name, c in (("sqrt", "sqrt"), ("exp", "exp"), ("ln", "log"),
                            ("sin", "sin"), ("atan", "atan"))] + [
            ("power(a, 2)", "f32", lambda a: Near(f32(a * a), 1e-6)),
            ("power(a, 100)", "f32", lambda a: Near(f32(a ** 100), 1e-6)),
            ("ceil(a)", "f32", lambda a: float(math.ceil(a))
             if a != 0 else a),
            ("-a", "f32", lambda a: -a),
            ("abs(a)", "f32", abs),
        ])

    def test_two_operands(self):
        values = FLOATS + [2.0, -2.0, None]
        self.check([("a", "f64"), ("b", "f64")],
                   [(a, b) for a in values for b in values], [
            ("power(a, b)", "f64",
             strict(lambda a, b: Near(power(a, b)))),
            ("atan2(a, b)", "f64",
             strict(lambda a, b: Near(math.atan2(a, b))))])

    def test_round_digits(self):
        values = [0.0, 1.5, -1.5, 2.5, 123.456, -123.456, 0.125, 1e15, 1e300]
        self.check([("a", "f64")], [(v,) for v in values + [INF, NAN]], [
            (f"round(a, {digits})", "f64",
             lambda a, digits=digits: a if not math.isfinite(a) else Near(
                 float(half_away(D(a), digits))))
            for digits in (-2, -1, 0, 1, 2, 5)])

    def test_mixed(self):
        self.check([("a8", "i8"), ("a32", "i32"), ("f", "f32"), ("g", "f64"),
                    ("d", "decimal(10,2)")],
                   [(3, 5, f32(0.1), 0.25, D("1.10"))], [
            ("a8 + f", "f32", lambda *_: f32(3 + f32(0.1))),
            ("a32 + f", "f64", lambda *_: 5 + f32(0.1)),
            ("a8 + g", "f64", lambda *_: 3.25),
            ("f + g", "f64", lambda *_: f32(0.1) + 0.25),
            ("d * g", "f64", lambda *_: 1.1 * 0.25),
            ("d * f", "f64", lambda *_: Near(1.1 * f32(0.1))),
            ("d < g", "bool", lambda *_: False),
            ("coalesce(null, g)", "f64", lambda *_: 0.25),
            ("power(a32, a8)", "f64", lambda *_: 125.0),
        ])


def fitted(precision, scale):
    if precision > 38:
        scale = max(scale - (precision - 38), min(scale, 6))
        precision = 38
    return max(precision, 1), scale


def decimal_type(sign, p1, s1, p2, s2):
    if sign in "+-":
        scale = max(s1, s2)
        return fitted(scale + max(p1 - s1, p2 - s2) + 1, scale)
    if sign == "*":
        return fitted(p1 + p2 + 1, s1 + s2)
    if sign == "/":
        scale = max(6, s1 + p2 + 1)
        return fitted(p1 - s1 + p2 + scale, scale)
    scale = max(s1, s2)
    return fitted(min(p1 - s1, p2 - s2) + scale, scale)


def decimal_result(sign, precision, scale):
    def call(a, b):
        if sign in "/%" and b == 0:
            raise Wrong("zero")
        if sign == "+":
            value = a + b
        elif sign == "-":
            value = a - b
        elif sign == "*":
            value = a * b
        elif sign == "/":
            value = a / b
        else:
            value = a - b * truncated(a / b)
        value = half_away(value, scale)
        if abs(value) >= D(10) ** (precision - scale):
            raise Wrong("")
        return value
    return call


def decimal_values(precision, scale):
    most = D(10 ** precision - 1).scaleb(-scale)
    least = D(1).scaleb(-scale)
    values = {most, -most, least, -least, D(0), D(7).scaleb(-scale)}
    values |= {v for v in (D(1), D(-3), D("2.5"), D("0.15"), D("1.05"))
               if v == half_away(v, scale) and abs(v) <= most}
    return sorted(values) + [None]


@needs_guests
class Decimals(Expressions):
    TYPES = [(4, 2), (1, 0), (5, 5), (9, 0), (10, 2), (15, 4), (18, 18),
             (19, 1), (25, 10), (38, 0), (38, 10), (38, 37), (38, 38)]

    def test_arithmetic(self):
        beside = zip(self.TYPES, self.TYPES[1:] + self.TYPES[:1])
        pairs = {pair for a, b in beside for pair in (
            (a, a), (a, b), (b, a), (a, (38, 10)), ((38, 38), a))}
        for (p1, s1), (p2, s2) in sorted(pairs):
            rows = [(a, b) for a in decimal_values(p1, s1)
                    for b in decimal_values(p2, s2)]
            cases = []
            for sign in "+-*/%":
                p, s = decimal_type(sign, p1, s1, p2, s2)
                cases.append((f"a {sign} b", f"decimal({p},{s})",
                              strict(decimal_result(sign, p, s))))
            self.check([("a", f"decimal({p1},{s1})"),
                        ("b", f"decimal({p2},{s2})")], rows, cases)

    def test_comparison(self):
        for (p1, s1), (p2, s2) in (((10, 2), (10, 2)), ((10, 2), (15, 4)),
                                   ((38, 10), (38, 10)), ((4, 2), (38, 10))):
            scale = max(s1, s2)
            whole = min(max(p1 - s1, p2 - s2), 38 - scale)
            rows = [(a, b) for a in decimal_values(p1, s1)
                    for b in decimal_values(p2, s2)
                    if all(v is None or abs(v) < D(10) ** whole
                           for v in (a, b))]
            self.check([("a", f"decimal({p1},{s1})"),
                        ("b", f"decimal({p2},{s2})")], rows, comparisons())

    def test_compared_past_38_digits(self):
        self.check([("a", "decimal(38,0)"), ("b", "decimal(38,38)")],
                   [(D(0), D("0.5")), (D(10) ** 30, D("0.5"))],
                   [("a < b", "bool", lambda a, b: self.unfit(a) or a < b)])

    @staticmethod
    def unfit(value):
        if abs(value) >= 1:
            raise Wrong("")

    def test_one_operand(self):
        for p, s in self.TYPES:
            type = f"decimal({p},{s})"
            whole = f"decimal({min(max(p - s + 1, 1), 38)},0)"
            wider = f"decimal({min(p + 1, 38)},{s})"

            def rounded(value, digits, s=s, p=p):
                value = half_away(value, min(digits, s))
                value = half_away(value, s)
                if abs(value) >= D(10) ** (min(p + 1, 38) - s):
                    raise Wrong("")
                return value

            self.check([("a", type)], [(v,) for v in decimal_values(p, s)], [
                ("-a", type, strict(lambda a: -a)),
                ("abs(a)", type, strict(abs)),
                ("sign(a)", "f64", strict(
                    lambda a: float((a > 0) - (a < 0)))),
                ("ceil(a)", whole, strict(
                    lambda a: a.to_integral_value(decimal.ROUND_CEILING))),
                ("floor(a)", whole, strict(
                    lambda a: a.to_integral_value(decimal.ROUND_FLOOR))),
                ("round(a)", wider, strict(lambda a: rounded(a, 0))),
                ("round(a, 1)", wider, strict(lambda a: rounded(a, 1))),
                ("round(a, -1)", wider, strict(lambda a: rounded(a, -1))),
                ("sqrt(a)", "f64", strict(
                    lambda a: Near(math.sqrt(a)) if a >= 0 else NAN)),
                ("is_nan(a)", "bool", strict(lambda a: False)),
            ])

    def test_with_integers(self):
        self.check([("d", "decimal(10,2)"), ("i", "i32"), ("u", "u64"),
                    ("t", "i8")],
                   [(D("1.25"), 3, 18446744073709551615, -4)], [
            ("d + i", "decimal(13,2)", lambda *_: D("4.25")),
            ("d * t", "decimal(14,2)", lambda *_: D("-5")),
            ("u + i", "decimal(21,0)", lambda *_: D(18446744073709551618)),
            ("-u", "decimal(20,0)", lambda *_: D(-18446744073709551615)),
            ("d > i", "bool", lambda *_: False),
            ("coalesce(d, i)", "decimal(12,2)", lambda *_: D("1.25")),
            ("d / 4", None, lambda *_: D("0.3125")),
            ("d % 1", None, lambda *_: D("0.25")),
        ])


if __name__ == "__main__":
    unittest.main()
