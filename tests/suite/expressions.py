"""What the suites of expressions share: values of every type, and how an
expression over them is compared with a computation in Python."""

import datetime
import decimal
import math
import struct

from script import Case, Failure, create

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
