"""Functions of texts, numbers and truth, and the operators that call them,
against Python."""

import base64
import hashlib
import math
import re
import unittest

from script import create, needs_guests
from expressions import (D, FLOATS, INF, INTS, NAN, STRINGS, Expressions,
                         Near, Wrong, in_range, int_values, libm, strict)

WORDS = STRINGS + ["hello wORLD", "foobarboop", "aaa", "Ünï cödé", "a-b-c"]


def initial(word):
    return word[:1].upper() + word[1:]


def pad(left):
    def call(text, size, fill=" "):
        if size <= len(text) or not fill:
            return text[:max(size, 0)]
        more = (fill * size)[:size - len(text)]
        return more + text if left else text + more
    return call


def end(count, text, left):
    """The first or last characters; below 0: all but those at the other end."""
    if left:
        return text[:count]
    return text[-count:] if count > 0 else text[-count:] if count else ""


def distance(a, b):
    """Levenshtein's, by definition."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for k, y in enumerate(b, 1):
            last, row[k] = row[k], min(row[k] + 1, row[k - 1] + 1,
                                       last + (x != y))
    return row[-1]


def wrap(value, type):
    """As so many bits of that sign."""
    low, high = INTS[type]
    return (value - low) % (high - low + 1) + low


def half_even(value, digits):
    """Python's own."""
    return round(value, digits)


@needs_guests
class Texts(Expressions):
    def test_one(self):
        self.check([("s", "string")], [(s,) for s in WORDS] + [(None,)], [
            ("capitalize(s)", "string",
             strict(lambda s: s[:1].upper() + s[1:])),
            ("bit_length(s)", "i64", strict(lambda s: 8 * len(s.encode()))),
            ("ascii(s)", "i32", strict(lambda s: ord(s[0]) if s else 0)),
            ("hex(s)", "string", strict(lambda s: s.encode().hex().upper())),
            ("unhex(hex(s))", "binary", strict(lambda s: s.encode())),
            ("base64(s)", "string",
             strict(lambda s: base64.b64encode(s.encode()).decode())),
            ("unbase64(to_base64(s))", "binary", strict(lambda s: s.encode())),
            ("md5(s)", "string",
             strict(lambda s: hashlib.md5(s.encode()).hexdigest())),
            ("sha1(s)", "string",
             strict(lambda s: hashlib.sha1(s.encode()).hexdigest())),
            ("sha256(s)", "string",
             strict(lambda s: hashlib.sha256(s.encode()).hexdigest())),
            ("cast(cast(s as binary) as string)", "string", lambda s: s),
            ("concat_ws('-', s, null, s)", "string",
             lambda s: "" if s is None else f"{s}-{s}"),
            ("initcap(s)", "string", strict(
                lambda s: " ".join(map(initial, s.lower().split(" "))))),
            ("translate(s, 'ab', 'x')", "string", strict(
                lambda s: s.translate({ord("a"): "x", ord("b"): None}))),
            ("s || null", "string", lambda s: None),
        ])

    def test_swapcase(self):
        self.check([("s", "string")], [("aBc É",), ("",), (None,)], [
            ("swapcase(s)", "string", strict(lambda s: s.swapcase()))])

    def test_counts(self):
        sizes = [-3, -1, 0, 1, 2, 3, 7, None]
        rows = [(s, n) for s in WORDS[:24] + [None] for n in sizes]
        self.check([("s", "string"), ("n", "i32")], rows, [
            ("left(s, n)", "string", strict(lambda s, n: end(n, s, True))),
            ("right(s, n)", "string", strict(
                lambda s, n: "" if n == 0 else s[-n:])),
            ("lpad(s, n)", "string", strict(pad(True))),
            ("rpad(s, n)", "string", strict(pad(False))),
            ("lpad(s, n, 'é😀')", "string",
             strict(lambda s, n: pad(True)(s, n, "é😀"))),
            ("rpad(s, n, 'xyz')", "string",
             strict(lambda s, n: pad(False)(s, n, "xyz"))),
            ("lpad(s, n, '')", "string",
             strict(lambda s, n: pad(True)(s, n, ""))),
            ("repeat(s, n)", "string", strict(lambda s, n: s * n)),
            ("replace_slice(s, n, 2, '<>')", "string",
             strict(lambda s, n: s[:n - 1] + "<>" + s[n + 1:]
                    if 1 <= n <= len(s) else None)),
            ("replace_slice(s, 1, n, '')", "string",
             strict(lambda s, n: s[n:] if n >= 0 and s else None)),
        ])

    def test_two(self):
        values = ["", "a", "b", "ab", "é", "e", "日本", "kitten", "sitting",
                  "a-b-c", "-", "aaa", None]
        self.check([("s", "string"), ("t", "string")],
                   [(s, t) for s in values for t in values], [
            ("levenshtein(s, t)", "i64", strict(distance)),
            ("count_substring(s, t)", "i64",
             strict(lambda s, t: s.count(t) if t else 0)),
            ("concat_ws(t, s, s)", "string",
             lambda s, t: None if t is None else t.join([s, s])
             if s is not None else ""),
            ("s ilike t", "bool", strict(lambda s, t: s.lower() == t.lower())),
            ("s not ilike '%' || t || '%'", "bool",
             strict(lambda s, t: t.lower() not in s.lower())),
            ("split_part(s, '-', 2)", "string",
             lambda s, t: None if s is None else
             (s.split("-") + ["", ""])[1] if "-" in s else ""),
        ])

    def test_characters(self):
        self.constants([
            ("chr(233)", "string", "é"), ("chr(128512)", "string", "😀"),
            ("center('abc', 6, '*')", "string", "*abc**"),
            ("center('abc', 2)", "string", "abc"),
            ("ilike('AbC', 'a_c')", "bool", True),
            ("'a%' ilike 'A!%' escape '!'", "bool", True),
            ("repeat('ab', 900000000000)", "string", Wrong("256 MiB")),
            ("lpad('ab', 90000000)", "string", Wrong("characters")),
            ("unhex('zz')", "binary", Wrong("")),
        ])

    def test_regular_expressions(self):
        patterns = ["o+", "^f", "b(o)(o)p", "[a-c]", "x*$", "(?i)FOO", "é",
                    r"\bw", r"\d+", "o|a"]
        for pattern in patterns:
            written = pattern.replace("'", "''")
            compiled = re.compile(pattern.replace("(?i)", "(?i)"))

            def first(s, compiled=compiled):
                found = compiled.search(s)
                return found.group() if found else None

            def place(s, compiled=compiled):
                found = compiled.search(s)
                return found.start() + 1 if found else 0

            self.check([("s", "string")], [(s,) for s in WORDS
                                           if "\n" not in s] + [(None,)], [
                (f"regexp_match(s, '{written}')", "bool",
                 strict(lambda s: compiled.search(s) is not None)),
                (f"s rlike '{written}'", "bool",
                 strict(lambda s: compiled.search(s) is not None)),
                (f"s not rlike '{written}'", "bool",
                 strict(lambda s: compiled.search(s) is None)),
                (f"regexp_match_substring(s, '{written}')", "string",
                 strict(first)),
                (f"regexp_strpos(s, '{written}')", "i64", strict(place)),
            ])
        self.constants([
            ("regexp_match_substring('foobarboop', 'o+', 4, 1)", "string",
             "oo"),
            ("regexp_match_substring('foobarboop', '(b)(.)', 1, 2, 2)",
             "string", "o"),
            ("regexp_match_substring('foo', 'o', 1, 9)", "string", None),
            ("regexp_count_substring('foobar', '[ob]')", "i64", 3),
            ("regexp_count_substring('foobar', 'o', 3)", "i64", 1),
            ("regexp_replace('a1b22', '[0-9]+', '#')", "string", "a#b#"),
            (r"regexp_replace('ab', '(a)(b)', '\2\1')", "string", "ba"),
        ])


@needs_guests
class Numbers(Expressions):
    def test_shifts(self):
        for type in INTS:
            bits = int(type[1:])
            rows = [(a, n) for a in int_values(type)
                    for n in (0, 1, 3, bits - 1, bits, bits + 1, -1, None)]
            self.check([("a", type), ("n", "i32")], rows, [
                ("a << n", type,
                 strict(lambda a, n: wrap(a << n % bits, type))),
                ("a >> n", type, strict(lambda a, n: a >> n % bits)),
                ("shift_right_unsigned(a, n)", type, strict(
                    lambda a, n: wrap(a % 2 ** bits >> n % bits, type))),
                ("~a", type, lambda a, n: None if a is None
                 else wrap(~a, type)),
                ("a & a | a", type, lambda a, n: a),
                ("bit_count(a)", "i32", lambda a, n: None if a is None
                 else bin(a % 2 ** bits).count("1")),
            ])

    def test_bit_operators_bind_as_they_should(self):
        rows = [(a, b) for a in (0, 1, 5, 12) for b in (1, 3, 7)]
        self.check([("a", "i64"), ("b", "i64")], rows, [
            ("a | b & 6", "i64", lambda a, b: a | b & 6),
            ("a & b << 1", "i64", lambda a, b: a & b << 1),
            ("a << 1 + 1", "i64", lambda a, b: a << 2),
            ("a & b = b", "bool", lambda a, b: (a & b) == b),
        ])

    def test_factorial(self):
        self.check([("a", "i64")],
                   [(v,) for v in (-1, 0, 1, 5, 20, 21, None)], [
            ("factorial(a)", "i64", strict(
                lambda a: math.factorial(a) if 0 <= a <= 20
                else self.wrong("factorial")))])
        self.check([("a", "i32")], [(12,), (13,)], [
            ("factorial(a)", "i32", lambda a: in_range("i32")(
                math.factorial(a)))])

    def wrong(self, message):
        raise Wrong(message)

    def test_mathematics(self):
        def atan_h(a):
            if abs(a) == 1:
                return math.copysign(INF, a)
            return libm("atanh")(a)

        self.check([("a", "f64")], [(v,) for v in FLOATS] + [(None,)], [
            ("sinh(a)", "f64", strict(
                lambda a: math.copysign(INF, a) if abs(a) > 1e300
                else libm("sinh")(a))),
            ("cosh(a)", "f64", strict(libm("cosh"))),
            ("tanh(a)", "f64", strict(libm("tanh"))),
            ("asinh(a)", "f64", strict(libm("asinh"))),
            ("acosh(a)", "f64", strict(libm("acosh"))),
            ("atanh(a)", "f64", strict(atan_h)),
            ("radians(a)", "f64",
             strict(lambda a: Near(a * (math.pi / 180)))),
            ("degrees(a)", "f64", strict(
                lambda a: Near(a * (180 / math.pi)) if abs(a) < 1e300 or
                a != a else math.copysign(INF, a))),
            ("is_finite(a)", "bool", strict(math.isfinite)),
            ("isinf(a)", "bool", strict(math.isinf)),
            ("trunc(a)", "f64", strict(
                lambda a: math.copysign(math.trunc(a), a)
                if math.isfinite(a) else a)),
        ])
        self.constants([
            ("logb(8, 2)", "f64", Near(3.0)), ("logb(0, 2)", "f64", -INF),
            ("log1p(0)", "f64", 0.0), ("expm1(0)", "f64", 0.0),
            ("cbrt(27)", "f64", Near(3.0)), ("pi()", "f64", math.pi),
            ("gcd(12, -18)", "i64", 6), ("lcm(4, 6)", "i64", 12),
            ("trunc(2.57)", "decimal(2,0)", D(2)),
            ("trunc(-2.57)", "decimal(2,0)", D(-2)),
        ])

    def test_round_even(self):
        self.check([("a", "decimal(6,2)"), ("n", "i32")],
                   [(D(v), n) for v in ("0.05 0.15 0.25 2.50 3.50 -2.50 "
                                        "-0.15 15.00 25.00 9999.99").split()
                    for n in (-1, 0, 1, 2, 3)], [
            ("round_even(a, n)", "decimal(7,2)",
             lambda a, n: half_even(a, n).quantize(D("0.01")))])
        self.check([("a", "i32"), ("n", "i32")],
                   [(a, n) for a in (-25, -15, -5, 0, 4, 5, 15, 25, 26, 150)
                    for n in (-3, -2, -1, 0, 1)], [
            ("bround(a, n)", "i32", lambda a, n: half_even(a, n))])
        self.check([("a", "f64")],
                   [(v,) for v in (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.6,
                                   INF, NAN, 1e300)], [
            ("round_even(a)", "f64", lambda a: half_even(a, 0)
             if math.isfinite(a) else a)])


@needs_guests
class Truth(Expressions):
    def test_tests(self):
        truths = [True, False, None]
        self.check([("a", "bool"), ("b", "bool")],
                   [(a, b) for a in truths for b in truths], [
            ("a is true", "bool", lambda a, b: a is True),
            ("a is not true", "bool", lambda a, b: a is not True),
            ("a is false", "bool", lambda a, b: a is False),
            ("a is not false", "bool", lambda a, b: a is not False),
            ("a is unknown", "bool", lambda a, b: a is None),
            ("xor(a, b)", "bool", strict(lambda a, b: a != b)),
            ("and_not(a, b)", "bool",
             lambda a, b: False if a is False or b is True
             else None if None in (a, b) else True),
            ("a <=> b", "bool", lambda a, b: a is b),
        ])

    def test_choices(self):
        values = [1, 2, 3, None]
        rows = [(a, b, c) for a in values for b in values for c in values]

        def between(a, b, c):
            low = [None if None in (a, x) else a >= x for x in (b, c)]
            high = [None if None in (a, x) else a <= x for x in (c, b)]

            def both(x, y):
                return False if False in (x, y) else None if None in (x, y) \
                    else True
            ways = [both(x, y) for x, y in zip(low, high)]
            return True if True in ways else None if None in ways else False

        self.check([("a", "i64"), ("b", "i64"), ("c", "i64")], rows, [
            ("least_skip_null(a, b)", "i64", lambda a, b, c: min(
                (v for v in (a, b) if v is not None), default=None)),
            ("greatest_skip_null(a, b, c)", "i64", lambda a, b, c: max(
                (v for v in (a, b, c) if v is not None), default=None)),
            ("a between symmetric b and c", "bool", between),
            ("a not between symmetric b and c", "bool", lambda a, b, c:
             None if between(a, b, c) is None else not between(a, b, c)),
            ("if(a > b, a, c)", "i64", lambda a, b, c:
             a if None not in (a, b) and a > b else c),
            ("if(a > b, a)", "i64", lambda a, b, c:
             a if None not in (a, b) and a > b else None),
        ])

    def test_comments(self):
        self.check([("a", "i64")], [(1,)], [
            ("a -- one\n + 1 /* two\n*/ + 1", "i64", lambda a: 3),
            ("a + '--' || '/*'" if False else "'--' || '/*'", "string",
             lambda a: "--/*")])

    def test_wrong_functions(self):
        self.refused([("s", "string"), ("n", "i64")], [
            ("lpad(n, 2)", "lpad", "does not take"),
            ("lpad(s)", "lpad takes"), ("lpd(s, 2)", "did you mean lpad"),
            ("s << 1", "shift_left"), ("1.5 & 1", "bitwise_and"),
            ("if(s, 1, 2)", "boolean"), ("if(true)", "if takes"),
            ("s && s", "write: and"), ("n ^ 2", "power"),
            ("n /* open", "no closing"),
        ])


@needs_guests
class Stars(Expressions):
    def test_star(self):
        steps = create([("a", "i64"), ("b", "i64"), ("c", "string")],
                       [(1, 2, "x")])
        for star, names, row in (
                ("*", ["a", "b", "c"], (1, 2, "x")),
                ("* except (b)", ["a", "c"], (1, "x")),
                ("* exclude (A, c)", ["b"], (2,)),
                ("* replace (a + b as b)", ["a", "b", "c"], (1, 3, "x")),
                ("* except (a) replace (upper(c) as c, 9 as b)", ["b", "c"],
                 (9, "X"))):
            with self.subTest(star):
                table = self.collect(*steps, "select", star, ".")
                self.assertEqual((table.names, table.rows), (names, [row]))

    def test_wrong(self):
        self.refused([("a", "i64")], [
            ("* except (x)", "unknown column 'x'", "a"),
            ("* replace (1 as x)", "unknown column 'x'"),
            ("* except (a, a)", "named twice"),
            ("* except (a) replace (1 as a)", "named twice"),
            ("* except ()", "column's name"), ("* replace (1)", "'as'"),
            ("* + 1", "stands alone"),
            ("* except (a)", "at least one")])


@needs_guests
class Parameters(Expressions):
    def test_values(self):
        schema = [("a", "i64"), ("s", "string")]
        rows = [(1, "x"), (5, "y"), (None, None)]
        table = self.collect(
            *create(schema, rows), "parameters",
            '"least": i64, "name": string, "none": f64, "p": decimal(5,2), '
            '"yes": bool, "d": date, "bytes": binary, "u": u8',
            "2", "it's \"$x\" é", r"\N", "150", "true", "-1", "00ff", "200",
            ".", "select", "a > $least as more", "$name as n", "$none as z",
            "$p + 1 as p", "$yes and a is null as b", "$d as d", "$bytes as x",
            "$u as u", ".")
        self.assertEqual(table.types, ["bool", "string", "f64",
                                       "decimal(6,2)", "bool", "date",
                                       "binary", "u8"])
        rest = ("it's \"$x\" é", None, D("2.50"))
        self.assertEqual(table.rows, [
            (more, *rest, b, -1, b"\0\xff", 200)
            for more, b in ((False, False), (True, False), (None, True))])

    def test_scopes(self):
        base = create([("a", "i64")], [(v,) for v in range(5)])
        seen = self.play(
            *base, "parameters", '"x": i64', "1", ".", "as", "one",
            "parameters", '"x": i64, "y": i64', "2", "3", ".", "as", "two",
            "filter", "a = $x or a = $y", "collect",
            "use", "one", "filter", "a = $x", "collect",
            "use", "two", "group", "a % $x as k", ".",
            "measure", "sum(a * $y) as s", ".", "sort", "k", ".", "collect",
            "use", "one", "join", "two", "inner",
            "left.a = right.a and left.a = $y", "collect",
            "attempt", "use", "one", "filter", "a = $y", "collect",
            *base, "filter", "a = $x", "collect")
        self.assertEqual(seen[0].rows, [(2,), (3,)])
        self.assertEqual(seen[1].rows, [(1,)])
        self.assertEqual(seen[2].rows, [(0, 18), (1, 12)])
        self.assertEqual(seen[3].rows, [(3, 3)])
        self.assertIn("unknown parameter $y", seen[4])
        self.assertIn("with-parameters", seen[5])


if __name__ == "__main__":
    unittest.main()
