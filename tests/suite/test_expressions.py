"""docs/expressions.md, kept by the engine: every function and operator over
columns of every type, against a computation in Python."""

import datetime
import decimal
import math
import re
import struct
import unittest

from script import Case, Failure, create, needs_guests

D = decimal.Decimal
INTS = {f"{sign}{bits}": (0 if sign == "u" else -2 ** (bits - 1),
                          2 ** (bits - (sign == "i")) - 1)
        for sign in "iu" for bits in (8, 16, 32, 64)}
INT_DIGITS = {"i8": 3, "i16": 5, "i32": 10, "i64": 19,
              "u8": 3, "u16": 5, "u32": 10, "u64": 20}
INF, NAN = float("inf"), float("nan")
FLOATS = [-INF, -1.7976931348623157e308, -2.5, -1.0, -5e-324, -0.0, 0.0, 0.1,
          0.5, 1.0, 1.5, 2.5, 3.0, 1e15, 1.7976931348623157e308, INF, NAN]
STRINGS = ["", "a", "A", "abc", "ABC", "b", " a ", "  ", "\ta\n", "%", "_",
           "a%b", "é", "É", "e\u0301", "日本語", "😀", "a😀b", "\uffff",
           "it's \"x\"", "\\", "\x01", "ÀÉÎ", "ab" * 500]


class Wrong(Exception):
    """What the expression must fail with."""


class Near:
    def __init__(self, value, tolerance=1e-13):
        self.value = value
        self.tolerance = tolerance

    def __repr__(self):
        return f"about {self.value!r}"


def same(got, want):
    if isinstance(want, Near):
        if got is not None and want.value == 0:
            return got == 0
        if got is None or not math.isfinite(want.value):
            return same(got, want.value)
        return abs(got - want.value) <= want.tolerance * abs(want.value)
    if got is None or want is None:
        return got is want
    if isinstance(want, float):
        if math.isnan(want) or math.isnan(got):
            return math.isnan(want) and math.isnan(got)
        return got == want and math.copysign(1, got) == math.copysign(1, want)
    return type(got) is type(want) and got == want


def f32(value):
    if not math.isfinite(value):
        return value
    try:
        return struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return math.copysign(INF, value)


def strict(function):
    """Null for any null."""
    def call(*values):
        return None if None in values else function(*values)
    return call


def truncated(value):
    """Toward zero; of a Fraction-like exact decimal too."""
    return int(value)


def half_away(value, scale):
    return value.quantize(D(1).scaleb(-scale), decimal.ROUND_HALF_UP)


def nan_key(value):
    """Orders floats as the language does."""
    return (1, 0.0) if value != value else (0, value)


def order(value):
    if isinstance(value, float):
        return nan_key(value)
    if isinstance(value, str):
        return value.encode()
    return value


def days_of(year, month, day):
    """Days since 1970 of any year's day: Howard Hinnant's count of eras."""
    year -= month <= 2
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return (era * 146097 + year_of_era * 365 + year_of_era // 4
            - year_of_era // 100 + day_of_year - 719468)


def civil(days):
    """The reverse, by search: years, months and days of any era."""
    cycles, rest = divmod(days + 719468, 146097)
    date = datetime.date(2000, 3, 1) + datetime.timedelta(rest)
    return date.year - 2000 + 400 * cycles, date.month, date.day


class Expressions(Case):
    def check(self, schema, rows, cases, message=""):
        """cases: (expression, type of the result, function of a row)."""
        numbered = [(i, *row) for i, row in enumerate(rows)]
        steps = create([("row number", "i64"), *schema], numbered)
        steps += ["as", "t", "attempt"]
        plan = []
        number = '"row number"'
        for text, type, function in cases:
            want, wrong = {}, {}
            for i, *row in numbered:
                try:
                    want[i] = function(*row)
                except Wrong as error:
                    wrong[i] = str(error)
            ok = ",".join(map(str, want))
            steps += ["use", "t"]
            if wrong:
                steps += ["filter", f"{number} in ({ok})" if want else "false"]
            steps += ["select", number, f"{text} as result", ".", "collect"]
            plan.append((text, type, want))
            for i in wrong:
                steps += ["use", "t", "filter", f"{number} = {i}", "select", number,
                          f"{text} as result", ".", "collect"]
                plan.append((text, i, wrong[i]))
        seen = self.play(*steps)
        at = 0
        for text, type, want in plan:
            table = seen[at] if at < len(seen) else None
            at += 1
            failure = None
            if isinstance(table, Failure):
                table, failure = None, table
            elif at < len(seen) and isinstance(seen[at], Failure):
                failure = seen[at]
                at += 1
            with self.subTest(text, schema=schema, message=message):
                if not isinstance(want, dict):
                    row = rows[type]
                    self.assertIsNotNone(
                        failure, f"{row!r} gave {table and table.rows!r}, "
                        f"must be an error: {want}")
                    self.assertIn(want, failure, f"{row!r}")
                    continue
                self.assertIsNone(failure)
                self.compare(table, type, want, rows)
        self.assertEqual(at, len(seen))

    def compare(self, table, type, want, rows):
        if type:
            self.assertEqual(table.types[1], type)
        got = dict(table.rows)
        self.assertEqual(sorted(got), sorted(want))
        wrong = [f"{rows[i]!r}: {got[i]!r}, must be {want[i]!r}"
                 for i in want if not same(got[i], want[i])]
        self.assertEqual(wrong[:12], [], f"{len(wrong)} wrong")
        if not table.nullable[1]:
            self.assertNotIn(None, got.values())

    def constants(self, cases):
        """cases: (expression, type, value or Wrong)."""
        def function(value):
            def call(_):
                if isinstance(value, Wrong):
                    raise value
                return value
            return call

        self.check([("x", "i64")], [(1,)], [
            (text, type, function(value)) for text, type, value in cases])

    def refused(self, schema, cases):
        """cases: expression and parts of the message, when it is planned."""
        steps = create(schema, []) + ["as", "t", "attempt"]
        for text, *_ in cases:
            steps += ["use", "t", "select", text, ".", "schema"]
        for (text, *parts), failure in zip(cases, self.play(*steps)):
            with self.subTest(text):
                self.assertIsInstance(failure, Failure)
                for part in parts:
                    self.assertIn(part, failure)


def in_range(type):
    low, high = INTS[type]

    def check(value):
        if not low <= value <= high:
            raise Wrong("")
        return value
    return check


def int_values(type):
    low, high = INTS[type]
    values = {low, low + 1, -7, -1, 0, 1, 2, 7, high - 1, high}
    return [v for v in sorted(values) if low <= v <= high] + [None]


def quotient(a, b):
    if b == 0:
        raise Wrong("zero")
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def divide(a, b):
    """IEEE 754."""
    if b != 0 and not math.isinf(a) and a == a and b == b:
        try:
            return a / b
        except OverflowError:
            return math.copysign(INF, a) * math.copysign(1, b)
    if a != a or b != b or (a == 0 and b == 0) or (
            math.isinf(a) and math.isinf(b)):
        return NAN
    if math.isinf(a) or b == 0:
        return math.copysign(INF, math.copysign(1, a) * math.copysign(1, b))
    return math.copysign(0.0, math.copysign(1, a) * math.copysign(1, b))


COMPARISONS = {"=": lambda a, b: a == b, "<>": lambda a, b: a != b,
               "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
               ">": lambda a, b: a > b, ">=": lambda a, b: a >= b}


def comparisons(a="a", b="b"):
    def function(compare):
        return strict(lambda a, b: compare(order(a), order(b)))

    cases = [(f"{a} {sign} {b}", "bool", function(compare))
             for sign, compare in COMPARISONS.items()]
    pick = {"least": min, "greatest": max}
    return cases + [
        (f"{a} is distinct from {b}", "bool",
         lambda a, b: a is not b if None in (a, b) else order(a) != order(b)),
        (f"{a} is not distinct from {b}", "bool",
         lambda a, b: a is b if None in (a, b) else order(a) == order(b)),
        (f"{a} is null", "bool", lambda a, b: a is None),
        (f"{b} is not null", "bool", lambda a, b: b is not None),
        (f"{a} in ({b})", "bool", function(COMPARISONS["="])),
        (f"{a} not in ({b}, {b})", "bool", function(COMPARISONS["<>"])),
        (f"{a} between {b} and {b}", "bool", function(COMPARISONS["="])),
        (f"coalesce({a}, {b})", None, lambda a, b: b if a is None else a),
        (f"case when {a} < {b} then {a} end", None,
         lambda a, b: a if None not in (a, b) and order(a) < order(b)
         else None),
    ] + [(f"{name}({a}, {b})", None,
          strict(lambda a, b, choose=choose: choose(a, b, key=order)))
         for name, choose in pick.items()] + [
        (f"nullif({a}, {b})", None,
         lambda a, b: None if None not in (a, b) and order(a) == order(b)
         else a)]


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


def libm(name):
    function = getattr(math, name)

    def call(a):
        try:
            return Near(function(a))
        except OverflowError:
            return INF
        except ValueError:
            return -INF if name.startswith("log") and a == 0 else NAN
    return call


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


@needs_guests
class Logic(Expressions):
    def test_three_values(self):
        def both(a, b):
            if a is False or b is False:
                return False
            return None if None in (a, b) else True

        def either(a, b):
            if a is True or b is True:
                return True
            return None if None in (a, b) else False

        values = (True, False, None)
        self.check([("a", "bool"), ("b", "bool")],
                   [(a, b) for a in values for b in values], [
            ("a and b", "bool", both),
            ("a or b", "bool", either),
            ("a and b and a", "bool", both),
            ("not a", "bool", lambda a, b: None if a is None else not a),
            ("not (a and b)", "bool",
             lambda a, b: None if both(a, b) is None else not both(a, b)),
            ("a and null", "bool", lambda a, b: False if a is False else None),
            ("a or null", "bool", lambda a, b: True if a else None),
        ] + comparisons())

    def test_in(self):
        values = [1, 2, 3, None]
        self.check([("a", "i32"), ("b", "i32")],
                   [(a, b) for a in values for b in values], [
            ("a in (1, 2)", "bool",
             lambda a, b: None if a is None else a in (1, 2)),
            ("a in (1, null)", "bool",
             lambda a, b: True if a == 1 else None),
            ("a not in (1, null)", "bool",
             lambda a, b: False if a == 1 else None),
            ("a in (b, 2)", "bool",
             lambda a, b: None if a is None else True if a in (b, 2)
             else None if b is None else False),
            ("a between 2 and b", "bool",
             lambda a, b: False if a is not None and a < 2 else
             None if None in (a, b) else 2 <= a <= b),
            ("a not between 2 and b", "bool",
             lambda a, b: True if a is not None and a < 2 else
             None if None in (a, b) else not 2 <= a <= b),
        ])

    def test_case(self):
        self.check([("a", "i32"), ("s", "string")],
                   [(1, "x"), (2, "y"), (None, None)], [
            ("case a when 1 then 'one' when 2 then s end", "string",
             lambda a, s: {1: "one", 2: s}.get(a)),
            ("case when a > 1 then 1 else 2.5 end", "decimal(2,1)",
             lambda a, s: D(1) if a and a > 1 else D("2.5")),
            ("case when null then 1 else a end", None, lambda a, s: a),
            ("case a when null then 1 end", "i64", lambda a, s: None),
            # Only the branch that is taken is computed.
            ("case when a = 1 then 0 else 1 // (a - 1) end", "i64",
             lambda a, s: 0 if a == 1 else None if a is None
             else 1 // (a - 1)),
            ("coalesce(a, 7, 8)", "i32", lambda a, s: 7 if a is None else a),
            ("ifnull(s, '-')", "string", lambda a, s: s or "-"),
            ("nvl(s, '-')", "string", lambda a, s: s or "-"),
            ("least(a, null)", "i32", lambda a, s: None),
            ("greatest(a, 2, 1)", None,
             lambda a, s: None if a is None else max(a, 2)),
        ])


def like(text, pattern, escape=None):
    expression, i = "", 0
    while i < len(pattern):
        c = pattern[i]
        if c == escape:
            i += 1
            expression += re.escape(pattern[i])
        else:
            expression += {"%": ".*", "_": "."}.get(c, re.escape(c))
        i += 1
    return bool(re.fullmatch(expression, text, re.S))


def substring(text, start, length=None):
    """SQL's: the positions from `start`, those before 1 count."""
    if start < 0:
        start += len(text) + 1
    if length is None:
        return text[max(start - 1, 0):]
    return text[max(start - 1, 0):max(start - 1 + length, 0)]


@needs_guests
class Strings(Expressions):
    def test_two_operands(self):
        values = STRINGS + [None]
        self.check([("a", "string"), ("b", "string")],
                   [(a, b) for a in values for b in values],
                   comparisons() + [
            ("a || b", "string", strict(lambda a, b: a + b)),
            ("concat(a, b, a)", "string", strict(lambda a, b: a + b + a)),
            ("starts_with(a, b)", "bool",
             strict(lambda a, b: a.startswith(b))),
            ("ends_with(a, b)", "bool", strict(lambda a, b: a.endswith(b))),
            ("contains(a, b)", "bool", strict(lambda a, b: b in a)),
            ("strpos(a, b)", "i64", strict(lambda a, b: a.find(b) + 1)),
            ("instr(a, b)", "i64", strict(lambda a, b: a.find(b) + 1)),
            ("replace(a, b, 'xy')", "string",
             strict(lambda a, b: a.replace(b, "xy") if b else a)),
        ])

    def test_one_operand(self):
        def folded(convert):
            """Character by character, as the lengths may not change."""
            return strict(lambda a: "".join(
                convert(c) if len(convert(c)) == 1 else c for c in a))

        self.check([("a", "string")], [(v,) for v in STRINGS + [None]], [
            ("upper(a)", "string", folded(str.upper)),
            ("lower(a)", "string", folded(str.lower)),
            ("reverse(a)", "string", strict(lambda a: a[::-1])),
            ("trim(a)", "string", strict(lambda a: a.strip(" "))),
            ("ltrim(a)", "string", strict(lambda a: a.lstrip(" "))),
            ("rtrim(a)", "string", strict(lambda a: a.rstrip(" "))),
            ("trim(a, 'aé')", "string", strict(lambda a: a.strip("aé"))),
            ("ltrim(a, 'ab')", "string", strict(lambda a: a.lstrip("ab"))),
            ("rtrim(a, 'ab')", "string", strict(lambda a: a.rstrip("ab"))),
            ("char_length(a)", "i64", strict(len)),
            ("length(a)", "i64", strict(len)),
            ("len(a)", "i64", strict(len)),
            ("character_length(a)", "i64", strict(len)),
            ("octet_length(a)", "i64", strict(lambda a: len(a.encode()))),
            ("a is null", "bool", lambda a: a is None),
        ])

    def test_blanks_that_are_no_spaces(self):
        values = ["\u00a0a\u00a0", "\u3000a", "\ta", "\na", "  a  "]
        self.check([("a", "string")], [(v,) for v in values], [
            ("trim(a)", "string", lambda a: a.strip(" "))])

    def test_like(self):
        patterns = ["", "%", "_", "__", "a%", "%b", "%a%", "_b_", "a\\%", "日_",
                    "%😀%", "A_C", "abc", "%%", "_%_", "ab%ab", "a!%b", "!_"]
        rows = [(a, p) for a in STRINGS for p in patterns] + [
            (None, "a"), ("a", None)]
        self.check([("a", "string"), ("p", "string")], rows, [
            ("a like p", "bool", strict(like)),
            ("a not like p", "bool", strict(lambda a, p: not like(a, p))),
            ("a like p escape '!'", "bool",
             strict(lambda a, p: like(a, p, "!"))),
        ] + [(f"a like '{p}'", "bool",
              lambda a, _, p=p: None if a is None else like(a, p))
             for p in patterns])

    def test_substring(self):
        rows = [(s, i, n) for s in ("", "abc", "日本語", "a😀b", None)
                for i in (-4, -3, -1, 1, 2, 3, 4, 9)
                for n in (0, 1, 2, 10)]
        self.check([("s", "string"), ("i", "i32"), ("n", "i32")], rows, [
            ("substring(s, i)", "string",
             lambda s, i, n: None if s is None else substring(s, i)),
            ("substr(s, i, n)", "string",
             lambda s, i, n: None if s is None else substring(s, i, n)),
        ])

    def test_text_in_expressions(self):
        """Nothing in a literal can end it."""
        for text in STRINGS + ["'); drop table t; --", "$1 $ @ ? :x", "''"]:
            quoted = "'" + text.replace("'", "''") + "'"
            self.check([("x", "i64")], [(1,)], [
                (quoted, "string", lambda _: text),
                (f"{quoted} || ''", "string", lambda _: text)])

    def test_binary(self):
        values = [b"", b"\0", b"a", b"\xff\xfe", b"a\0b", None]
        self.check([("a", "binary"), ("b", "binary")],
                   [(a, b) for a in values for b in values],
                   comparisons())
        self.constants([("x'00ff'", "binary", b"\0\xff"),
                        ("x''", "binary", b""),
                        ("x'00' < x'01'", "bool", True)])


@needs_guests
class Times(Expressions):
    DAYS = [days_of(*d) for d in (
        (1970, 1, 1), (1969, 12, 31), (2000, 2, 29), (1900, 2, 28), (1, 1, 1),
        (9999, 12, 31), (2024, 12, 30), (-4712, 1, 1), (200000, 7, 4),
        (-100000, 3, 1))]

    def test_dates(self):
        def of(part):
            return strict(lambda d: civil(d)[part])

        def day_of_year(d):
            year = civil(d)[0]
            return d - days_of(year, 1, 1) + 1

        rows = [(d,) for d in self.DAYS + [None]]
        self.check([("d", "date")], rows, [
            ("year(d)", "i64", of(0)), ("month(d)", "i64", of(1)),
            ("day(d)", "i64", of(2)),
            ("extract(year from d)", "i64", of(0)),
            ("extract(iso_day_of_week from d)", "i64",
             strict(lambda d: (d + 3) % 7 + 1)),
            ("isodow(d)", "i64", strict(lambda d: (d + 3) % 7 + 1)),
            ("day_of_year(d)", "i64", strict(day_of_year)),
            ("extract(doy from d)", "i64", strict(day_of_year)),
            ("cast(d as timestamp)", "timestamp(us)",
             strict(lambda d: d * 86400000000)),
            ("cast(cast(d as string) as date)", "date", lambda d: d),
            ("d >= '2000-01-01'", "bool",
             strict(lambda d: d >= days_of(2000, 1, 1))),
            ("d = date '2000-02-29'", "bool",
             strict(lambda d: d == days_of(2000, 2, 29))),
        ])
        self.check([("a", "date"), ("b", "date")],
                   [(a, b) for a in self.DAYS + [None]
                    for b in self.DAYS + [None]], comparisons())

    def test_timestamps(self):
        scale = {"s": 1, "ms": 10 ** 3, "us": 10 ** 6, "ns": 10 ** 9}
        for unit, per in scale.items():
            most = 9 * 10 ** 18 // per
            values = [0, -1, 1, 86399 * per + per - 1, 951827696 * per + 1,
                      -2208988800 * per - 1]
            values += [v * per for v in (253402300799, -62135596800)
                       if abs(v) < most]

            def field(part):
                def call(t):
                    seconds = t // per
                    day, rest = divmod(seconds, 86400)
                    return (*civil(day), rest // 3600, rest // 60 % 60,
                            rest % 60, day)[part]
                return strict(call)

            self.check([("t", f"timestamp({unit})")],
                       [(v,) for v in values + [None]], [
                (f"{name}(t)", "i64", field(i)) for i, name in enumerate(
                    ("year", "month", "day", "hour", "minute", "second"))] + [
                ("extract(second from t)", "i64", field(5)),
                ("cast(t as date)", "date", field(6)),
                ("t is null", "bool", lambda t: t is None),
                ("t < '2000-01-01 00:00:00'", "bool",
                 strict(lambda t: t < 946684800 * per)),
            ])
            self.check([("a", f"timestamp({unit})"),
                        ("b", f"timestamp({unit})")],
                       [(a, b) for a in values + [None]
                        for b in values + [None]], comparisons())

    def test_units(self):
        self.check([("s", "timestamp(s)"), ("m", "timestamp(ms)"),
                    ("u", "timestamp(us)"), ("n", "timestamp(ns)"),
                    ("d", "date"), ("z", "timestamp(us, UTC)")],
                   [(1, 1000, 1000000, 1000000000, 0, 1000000),
                    (-1, -1000, -1000000, -1000000000, -1, -1000000)], [
            ("s = m", "bool", lambda *_: True),
            ("s = u", "bool", lambda *_: True),
            ("u = n", "bool", lambda *_: True),
            ("coalesce(s, n)", "timestamp(ns)", lambda *r: r[3]),
            ("coalesce(d, s)", "timestamp(s)", lambda *r: r[4] * 86400),
            ("d < u", "bool", lambda *r: r[4] * 86400 < r[0]),
            ("cast(s as timestamp<9>)", "timestamp(ns)", lambda *r: r[3]),
            ("cast(n as timestamp<0>)", "timestamp(s)", lambda *r: r[0]),
            ("z >= timestamp '1970-01-01 01:00:01+01:00'", "bool",
             lambda *r: r[5] >= 1000000),
            ("cast(z as timestamp_tz<3,UTC>)", "timestamp(ms,UTC)",
             lambda *r: r[1]),
        ])
        # To a coarser unit downwards.
        self.check([("n", "timestamp(ns)")], [
            (v,) for v in (0, 1, -1, 999, 1999, -1999, 1999999999,
                           -1500000000, -2000000000)], [
            (f"cast(n as timestamp<{digits}>)", f"timestamp({unit})",
             lambda n, per=per: n // per)
            for digits, unit, per in ((0, "s", 10 ** 9), (3, "ms", 10 ** 6),
                                      (6, "us", 1000), (9, "ns", 1))])
        self.check([("u", "timestamp(us)")], [(1999999,), (-1,), (-1500,)], [
            ("cast(u as timestamp<0>)", "timestamp(s)",
             lambda u: u // 1000000),
            ("cast(u as timestamp<3>)", "timestamp(ms)",
             lambda u: u // 1000)])
        self.refused([("t", "timestamp"), ("z", "timestamp(us, UTC)")], [
            ("t < z", "timestamp"), ("coalesce(z, t)", "timestamp"),
            ("t + 1", "a timestamp takes intervals")])


@needs_guests
class Casts(Expressions):
    def test_integers(self):
        for source in INTS:
            values = int_values(source)
            cases = []
            for target in INTS:
                fits = in_range(target)
                cases.append((f"cast(a as {target})", target, strict(fits)))
                cases.append((f"try_cast(a as {target})", target, strict(
                    lambda a, target=target:
                    a if INTS[target][0] <= a <= INTS[target][1] else None)))
            cases += [
                ("cast(a as fp64)", "f64", strict(float)),
                ("a::double", "f64", strict(float)),
                ("cast(a as fp32)", "f32", strict(lambda a: f32(float(a)))
                 if source[1:] != "64" else strict(
                     lambda a: Near(float(a), 1e-7))),
                ("cast(a as decimal(38,10))", "decimal(38,10)", strict(D)),
                ("cast(a as decimal(3,1))", "decimal(3,1)",
                 strict(lambda a: self.limited(D(a), 2))),
                ("cast(a as string)", "string", strict(str)),
                (f"cast(cast(a as string) as {source})", source,
                 lambda a: a),
                ("cast(a as boolean)", "bool", strict(bool)),
            ]
            self.check([("a", source)], [(v,) for v in values], cases)

    @staticmethod
    def limited(value, whole):
        if abs(value) >= D(10) ** whole:
            raise Wrong("")
        return value

    def test_floats(self):
        values = [0.0, 0.5, 0.9, 1.5, 2.5, -0.9, -1.5, 127.9, 128.0, -128.9,
                  -129.0, 255.9, 256.0, 2147483647.5, 9.2e18, 9.3e18, 1.8e19,
                  1e300, INF, NAN, -0.0]
        cases = []
        for target, (low, high) in INTS.items():
            def cast(a, low=low, high=high):
                if not math.isfinite(a) or not low <= int(a) <= high:
                    raise Wrong("")
                return int(a)

            def try_cast(a, cast=cast):
                try:
                    return cast(a)
                except Wrong:
                    return None

            cases += [(f"cast(a as {target})", target, cast),
                      (f"try_cast(a as {target})", target, try_cast)]
        cases += [
            ("cast(a as fp32)", "f32",
             lambda a: f32(a) if abs(a) < 1e300 or not math.isfinite(a)
             else self.limited(D(a), 39)),
            ("cast(a as boolean)", "bool", lambda a: a != 0),
            ("cast(cast(a as string) as double)", "f64", lambda a: a),
        ]
        self.check([("a", "f64")], [(v,) for v in values], cases)
        self.check([("a", "f32")], [(f32(v),) for v in values
                                    if abs(v) < 1e300 or v == INF], [
            ("cast(a as double)", "f64", lambda a: a),
            ("try_cast(a as i32)", "i32",
             lambda a: int(a) if abs(a) < 2 ** 31 else None),
            ("cast(cast(a as string) as float)", "f32", lambda a: a)])

    def test_float_to_decimal(self):
        values = [0.0, 0.5, 0.25, 1.25, -1.25, 99.75, 2.0 ** 40]
        self.check([("a", "f64")], [(v,) for v in values + [INF, NAN, 1e38]], [
            ("cast(a as decimal(10,1))", "decimal(10,1)",
             lambda a: self.limited(half_away(D(a), 1), 9)
             if math.isfinite(a) else self.limited(D(10) ** 99, 1)),
            ("try_cast(a as decimal(4,2))", "decimal(4,2)",
             lambda a: D(a) if abs(a) < 100 else None)])

    def test_decimals(self):
        values = [D(v) for v in ("0.00", "0.49", "0.50", "0.99", "1.50",
                                 "-0.50", "-1.99", "2.50", "127.99", "-128.99",
                                 "128.00", "99999999.99", "-99999999.99")]
        cases = []
        for target, (low, high) in INTS.items():
            def cast(a, low=low, high=high):
                if not low <= int(a) <= high:
                    raise Wrong("")
                return int(a)

            cases.append((f"cast(a as {target})", target, strict(cast)))
            cases.append((f"try_cast(a as {target})", target, strict(
                lambda a, low=low, high=high:
                int(a) if low <= int(a) <= high else None)))
        cases += [
            ("cast(a as double)", "f64", strict(float)),
            ("cast(a as decimal(10,1))", "decimal(10,1)",
             strict(lambda a: half_away(a, 1))),
            ("cast(a as decimal(38,2))", "decimal(38,2)", lambda a: a),
            ("cast(a as decimal(4,1))", "decimal(4,1)",
             strict(lambda a: self.limited(half_away(a, 1), 3))),
            ("try_cast(a as decimal(4,1))", "decimal(4,1)", strict(
                lambda a: half_away(a, 1)
                if abs(half_away(a, 1)) < 1000 else None)),
            ("cast(a as string)", "string", strict(lambda a: f"{a:.2f}")),
            ("cast(cast(a as string) as decimal(10,2))", "decimal(10,2)",
             lambda a: a),
            ("cast(a as boolean)", "bool", strict(bool)),
        ]
        self.check([("a", "decimal(10,2)")], [(v,) for v in values + [None]],
                   cases)
        big = [D(10 ** 38 - 1), D(-10 ** 38 + 1), D(0), D(2) ** 63,
               D(2) ** 63 - 1]
        self.check([("a", "decimal(38,0)")], [(v,) for v in big], [
            ("cast(a as i64)", "i64", lambda a: self.limited_int(a)),
            ("cast(a as string)", "string", lambda a: f"{a:.0f}"),
            ("cast(cast(a as string) as decimal(38,0))", "decimal(38,0)",
             lambda a: a),
            ("cast(a as double)", "f64", lambda a: Near(float(a), 1e-15))])

    @staticmethod
    def limited_int(value):
        if not -2 ** 63 <= value < 2 ** 63:
            raise Wrong("")
        return int(value)

    def test_text(self):
        bad = Wrong("")
        self.check([("s", "string")], [
            (s,) for s in ("12", "-1", "x", "", "300", "1.5", "true", "2000-02-30",
                           "1e400", None)], [
            ("try_cast(s as i8)", "i8",
             lambda s: {"12": 12, "-1": -1}.get(s)),
            ("try_cast(s as boolean)", "bool",
             lambda s: {"true": True}.get(s)),
            ("try_cast(s as date)", "date", lambda s: None),
            ("try_cast(s as decimal(4,1))", "decimal(4,1)",
             lambda s: {"12": D(12), "-1": D(-1), "300": D(300),
                        "1.5": D("1.5")}.get(s)),
        ])
        self.constants([
            ("cast('12' as i8)", "i8", 12),
            ("cast('x' as i8)", None, bad),
            ("cast('' as i64)", None, bad),
            ("cast('1.5' as i64)", None, bad),
            ("cast('300' as i8)", None, bad),
            ("cast('-1' as u8)", None, bad),
            ("cast('1.5' as double)", "f64", 1.5),
            ("cast('nan' as double)", "f64", NAN),
            ("cast('-inf' as double)", "f64", -INF),
            ("cast('one' as double)", None, bad),
            ("cast('2000-01-31' as date)", "date", days_of(2000, 1, 31)),
            ("cast('2000-02-30' as date)", None, bad),
            ("cast('x' as date)", None, bad),
            ("cast('2000-01-31 12:00:00.5' as timestamp)", "timestamp(us)",
             days_of(2000, 1, 31) * 86400000000 + 43200500000),
            ("cast('x' as timestamp)", None, bad),
            ("cast('true' as boolean)", "bool", True),
            ("cast('yes?' as boolean)", None, bad),
            ("cast('123.456' as decimal(5,2))", "decimal(5,2)", D("123.46")),
            ("cast('1234.5' as decimal(5,2))", None, bad),
            ("cast(true as i64)", "i64", 1),
            ("cast(false as string)", "string", "false"),
            ("cast(true as double)", "f64", 1.0),
            ("cast(date '2000-01-31' as string)", "string", "2000-01-31"),
            ("cast(timestamp '2000-01-31 12:00:00.5' as string)", "string",
             "2000-01-31 12:00:00.5"),
            ("cast(null as decimal(5,2))", "decimal(5,2)", None),
            ("try_cast('x' as i64)", "i64", None),
            ("try_cast(1e300 as i64)", "i64", None),
        ])


@needs_guests
class Literals(Expressions):
    def test_types(self):
        self.constants([
            ("12", "i64", 12), ("-12", "i64", -12),
            ("9223372036854775807", "i64", 2 ** 63 - 1),
            ("-9223372036854775808", "i64", -2 ** 63),
            ("9223372036854775808", "decimal(19,0)", D(2 ** 63)),
            ("9" * 38, "decimal(38,0)", D("9" * 38)),
            ("1.50", "decimal(3,2)", D("1.50")),
            (".5", "decimal(1,1)", D("0.5")),
            ("-0.05", "decimal(2,2)", D("-0.05")),
            ("1e3", "f64", 1000.0), ("1.5e-7", "f64", 1.5e-7),
            ("1e308", "f64", 1e308), ("5e-324", "f64", 5e-324),
            ("0.1e0", "f64", 0.1),
            ("'it''s'", "string", "it's"), ("''", "string", ""),
            ("x'00ff'", "binary", b"\0\xff"),
            ("true", "bool", True), ("false", "bool", False),
            ("date '2000-01-31'", "date", days_of(2000, 1, 31)),
            ("date '0001-01-01'", "date", days_of(1, 1, 1)),
            ("timestamp '2000-01-31 12:00:00.5'", "timestamp(us)",
             days_of(2000, 1, 31) * 86400000000 + 43200500000),
            ("timestamp '2000-01-31 12:00:00Z'", "timestamp(us,UTC)",
             days_of(2000, 1, 31) * 86400000000 + 43200000000),
            ("timestamp '2000-01-31 12:00:00+01:00'", "timestamp(us,UTC)",
             days_of(2000, 1, 31) * 86400000000 + 39600000000),
            ("1 + null", "i64", None),
            ("'a' || null", "string", None),
            ("coalesce(null, 1.5)", "decimal(2,1)", D("1.5")),
        ])

    def test_precedence(self):
        self.constants([
            ("1 + 2 * 3", "i64", 7), ("(1 + 2) * 3", "i64", 9),
            ("10 - 2 - 3", "i64", 5), ("100 // 7 // 2", "i64", 7),
            ("-2 * -3", "i64", 6), ("- 2 + 3", "i64", 1),
            ("7 % 4 * 2", "i64", 6), ("-7 // 2", "i64", -3),
            ("-7 % 2", "i64", -1), ("7 % -2", "i64", 1),
            ("'a' || 'b' = 'ab'", "bool", True),
            ("not true or true", "bool", True),
            ("not (true or true)", "bool", False),
            ("true or false and false", "bool", True),
            ("not 1 = 2", "bool", True),
            ("1 < 2 and 2 < 3", "bool", True),
            ("-'5'::i64", None, -5), ("2 + '5'::i64", "i64", 7),
            ("1 is not null and null is null", "bool", True),
            ("3 between 1 and 5 and true", "bool", True),
            ("SUBSTR('abc', 2)", "string", "bc"),
            ("CASE WHEN TRUE THEN 1 END", "i64", 1),
        ])

    def test_overflow(self):
        wrong = Wrong("")
        self.constants([
            ("9223372036854775807 + 1", None, wrong),
            ("-9223372036854775808 - 1", None, wrong),
            ("9223372036854775807 * 2", None, wrong),
            ("-(-9223372036854775807 - 1)", None, wrong),
            ("abs(-9223372036854775807 - 1)", None, wrong),
            ("(-9223372036854775807 - 1) // -1", None, wrong),
            ("1 // 0", None, Wrong("zero")), ("1 % 0", None, Wrong("zero")),
            ("1.0 / 0.0", None, Wrong("zero")),
            ("1.0 % 0.0", None, Wrong("zero")),
            ("1 / 0", "f64", INF), ("-1 / 0", "f64", -INF),
            ("0 / 0", "f64", NAN), ("1e0 / 0", "f64", INF),
            ("1e308 * 10", "f64", INF),
            ("ln(0)", "f64", -INF), ("ln(-1)", "f64", NAN),
            ("log10(0)", "f64", -INF), ("log2(0)", "f64", -INF),
            ("sqrt(-1)", "f64", NAN), ("asin(2)", "f64", NAN),
            ("acos(-2)", "f64", NAN), ("power(0, -1)", "f64", INF),
            ("power(-8, 0.5)", "f64", NAN), ("exp(1000)", "f64", INF),
            ("sin(1e0 / 0)", "f64", NAN),
        ])

    def test_overflow_that_is_not_needed(self):
        """A product that is only compared is decided as exact numbers are."""
        for text, count in [("id * 9223372036854775807 > 0", 9),
                            ("id * 9223372036854775807 < 0", 0)]:
            self.assertEqual(self.play("range", 0, 10, 1, "filter", text,
                                       "count"), [str(count)], text)

    def test_refused(self):
        self.refused([("price", "i64"), ("qty", "i64"), ("s", "string"),
                      ("b", "bool"), ("Mixed", "i64"), ("f", "f64"),
                      ("d", "date")], [
            ("prise", "unknown column 'prise'", "did you mean price?",
             "the columns are: price, qty"),
            ("prise * qty > 100", "\n  prise * qty > 100\n  ^"),
            ("a < b < c", ""), ("1 < 2 < 3", ""),
            ("1 + 1 || 'x' = '2x'", "concat", "cast"),
            ("s + 1", "add", "joined with ||"),
            ("s = 1", "string", "cast"), ("b = 1", "bool"),
            ("not price", "booleans"), ("price and b", "booleans"),
            ("f % 2", "integers or decimals"), ("f // 2", "// takes integers"),
            ("upper(price)", "cast"), ("nope(price)", "nope"),
            ("uper(s)", "upper"), ("upper(s, s)", "argument"),
            ("sum(price)", "sum"), ("count(*)", "count"),
            ("price +", ""), ("(price", ""), ("", ""), ("price)", ""),
            ("'open", ""), ("\"open", ""), ("price price", ""),
            ("d = '2000-13-01'", "no date"),
            ("hour(d)", "hour"), ("year(s)", "cast"),
            ("cast(s as nothing)", "nothing"), ("cast(d as i64)", "date"),
            ("$x", ""),
            ("s like 'a' escape 'xx'", "one ASCII character"),
            ("9" * 39, "38 digits"), ("1e999", "range"),
            ("x'0'", "hexadecimal"), ("date 'x'", "not a date"),
            ("case when price then 1 end", "bool"),
            ("left.price", ""),
            ("(" * 300 + "1" + ")" * 300, "inside each other"),
            ("1" + " + 1" * 5000, ""),
        ])

    def test_names(self):
        schema = [("a b", "i64"), ('q"q', "i64"), ("select", "i64"),
                  ("Case", "i64"), ("日本", "i64"), ("ä", "i64"),
                  ("'; --", "i64"), ("new\nline", "i64"), ("Up", "i64"),
                  ("$", "i64"), ("c0", "i64"), ("t", "i64")]
        quoted = ['"' + name.replace('"', '""') + '"' for name, _ in schema]
        row = tuple(range(len(schema)))
        steps = ["range", 0, 1, 1, "select",
                 *[f"{i} as {q}" for i, q in zip(row, quoted)], ".", "as", "t"]
        table = self.collect(*steps, "select", *quoted, ".")
        self.assertEqual(table.names, [name for name, _ in schema])
        self.assertEqual(table.rows, [row])
        table = self.collect(*steps, "select", "日本 + ä", "UP", "select",
                             ".")
        self.assertEqual(table.rows, [(9, 8, 2)])
        table = self.collect(*steps, "filter", '"\'; --" = 6', "sort",
                             '"a b" desc', ".", "select", "*", ".")
        self.assertEqual(table.rows, [row])

    def test_names_of_results(self):
        table = self.collect("range", 0, 1, 1, "select", "id", "id + 1",
                             "id  *   2", "upper('x')", "id as x", "*", ".")
        self.assertEqual(table.names,
                         ["id", "id + 1", "id * 2", "upper('x')", "x", "id"])

    def test_operands_are_not_repeated(self):
        """What is written short is short for the engine, or refused."""
        steps = create([("a", "i64"), ("b", "i64")], [(1, 2), (None, 1)])
        text = "a"
        for _ in range(40):
            text = f"least(greatest({text}, b), 3, b)"
        self.assertEqual(self.collect(*steps, "select", text, ".").rows,
                         [(2,), (None,)])
        self.assertEqual(self.collect(
            *steps, "as", "r", "join", "r", "inner",
            "least(left.a + 0, left.b + 0) = greatest(right.a + 0, 1)").rows,
            [(1, 2, 1, 2)])
        text = "a"
        for _ in range(40):
            text = f"case ({text}) when 1 then 2 when 2 then 1 end"
        error = self.fails([*steps, "select", text, ".", "collect"],
                           "too large", out=None)
        self.assertLess(len(error), 1000)

    def test_long(self):
        text = " + ".join(["id"] * 190)
        self.assertEqual(self.collect("range", 3, 4, 1, "select", text,
                                      ".").rows, [(570,)])
        text = " and ".join(["id > 0"] * 1000)
        self.assertEqual(self.collect("range", 3, 4, 1, "select", text,
                                      ".").rows, [(True,)])
        text = "(" * 90 + "id" + " + 1)" * 90
        self.assertEqual(self.collect("range", 3, 4, 1, "select", text,
                                      ".").rows, [(93,)])


if __name__ == "__main__":
    unittest.main()
