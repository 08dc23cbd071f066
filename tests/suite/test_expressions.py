"""docs/expressions.md, kept by the engine: logic, texts and literals, against
Python."""

import re
import unittest

from expressions import (D, INF, NAN, STRINGS, Expressions, Wrong, comparisons,
                         days_of, strict)
from script import create, needs_guests, start


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
