"""Functions that a program registers by name, called in expressions: against
the same computation in Python."""

import time
import unittest

from script import SANITIZED, Case, Failure, create, needs_guests

N = 5000


@needs_guests
class Named(Case):
    def rows(self, *steps, **more):
        return self.collect(*steps, **more).rows

    def messages(self, *steps):
        return [line for line in self.play("attempt", *steps)
                if isinstance(line, Failure)]

    def test_everywhere(self):
        """select, with, filter, sort keys, groups, measures, windows, joins;
        with what was captured (100)."""
        for threads in 1, 2:
            options = ("--threads", threads)
            start = ["register", "add", "plus", "register", "even", "even",
                     "range", 0, N, 1]
            self.assertEqual(
                self.rows(*start, "with", "y", "plus(id, plus(id, 1)) * 2",
                          "filter", "even(plus(id, 1)) and id > 10", "sort",
                          "plus(-id, 0)", ".", "limit", 3, options=options),
                [(i, (i + (i + 1 + 100) + 100) * 2)
                 for i in range(N - 1, 0, -1) if (i + 101) % 2 == 0][:3])
            groups = {}
            for i in range(N):
                groups.setdefault(i % 7 + 100, []).append(i)
            self.assertEqual(
                self.rows(*start, "group", "plus(id % 7, 0) as g", ".",
                          "measure", "sum(plus(id, id)) as s",
                          "count(*) filter (where even(id)) as e",
                          "plus(max(id), 1) as m", ".", "sort", "g", ".",
                          options=options),
                [(g, sum(2 * i + 100 for i in ids),
                  sum(i % 2 == 0 for i in ids), max(ids) + 101)
                 for g, ids in sorted(groups.items())])
            self.assertEqual(
                self.rows(*start, "limit", 50, "select", "id",
                          "sum(plus(id, 0)) over (partition by even(id) order "
                          "by plus(-id, 0) rows between 1 preceding and current"
                          " row) as s", ".", "sort", "id", ".",
                          options=options),
                [(i, sum(k + 100 for k in (i, i + 2) if k < 50))
                 for i in range(50)])
            for kind, want in (
                    ("inner", [(k, k - 1) for k in range(1, 10)]),
                    ("left", [(k, k - 1 if k else None) for k in range(10)]),
                    ("full", [(k, k - 1 if k else None) for k in range(10)]
                     + [(None, 9)]),
                    ("semi", [(k,) for k in range(1, 10)]),
                    ("anti", [(0,)])):
                self.assertEqual(sorted(self.rows(
                    "register", "add", "plus", "range", 0, 10, 1, "as", "r",
                    "range", 0, 10, 1, "select", "id as k", ".", "join", "r",
                    kind, "plus(k, 0) = id + 101", options=options),
                    key=str), sorted(want, key=str), kind)

    def test_case_guards(self):
        """A function in a branch is called for the rows of that branch."""
        table = self.rows(
            "register", "fail", "risky", "range", 0, 40, 1, "select",
            "case when id <> 13 then risky(id) end as r", ".")
        self.assertEqual(table, [(i if i != 13 else None,)
                                 for i in range(40)])

    def test_nulls(self):
        schema = [("x", "i64"), ("y", "i64")]
        for rows in ([(1, 2), (None, 2), (1, None), (None, None), (5, 6)],
                     [(None, 1)] * 3, [],
                     [(i if i % 3 else None, i if i % 5 else None)
                      for i in range(N)]):
            self.assertEqual(
                self.rows("register", "strict-add", "f", "register", "nulls",
                          "n", *create(schema, rows), "select", "f(x, y) as f",
                          "n(x, y, null) as n", "f(x, null) as z", "x", "y",
                          "."),
                [(None if None in (x, y) else x + y,
                  (x is None) + (y is None) + 1, None, x, y)
                 for x, y in rows])

    def test_types(self):
        """Polymorphic: what goes in comes out, strict or not, of every type."""
        values = {
            "bool": [True, False, None], "i8": [-128, None, 127],
            "u64": [0, None, 2 ** 64 - 1], "f32": [0.5, None, -1.5],
            "f64": [1e300, None, -0.0], "decimal(38,5)": [None, 12, -7],
            "date": [None, -1, 20000], "timestamp(us, UTC)": [None, 5, -5],
            "timestamp(ns)": [7, None, -7],
            "string": ["", "Grüße 😀", None], "binary": [b"", b"\0\xff", None],
        }
        for strict in "same", "strict-same":
            for type, column in values.items():
                rows = [(value,) for value in column]
                start = create([("x", type)], rows)
                seen = self.collect("register", strict, "f", *start, "select",
                                    "f(x) as r", ".")
                plain = self.collect(*start)
                self.assertEqual((seen.rows, seen.types),
                                 (plain.rows, plain.types), (strict, type))
            # Nested ones: printed by the host.
            items = ["[id, null]", "map(['a'], [id])",
                     "cast(id as string)", "[[id], null, [3, id]]",
                     "if(id > 1, [id], null)"]
            shown = [self.play("register", strict, "f", "range", 0, 4, 1,
                               "select", f"{f} as r", ".", "show",
                               options=["--format", "json"])
                     for item in items for f in (item, f"f({item})")]
            self.assertEqual(shown[::2], shown[1::2], strict)

    def test_bind_is_told(self):
        """Names, types, what may be null and constants."""
        told = self.rows(
            "register", "told", "told", *create([("s", "string")], [("q",)]),
            "parameters", "p: i64, q: string", "7", r"\N", ".", "select",
            "told(s, 1, 'a', x => 2.5e0, y => true, z => null) as a",
            "told($p, upper('a'), p => $q) as b", "told() as c", ".")
        self.assertEqual(told, [(
            "arg1 14, arg2 4!=1, arg3 14!='a', x 10!=2.5, y 0!=true, "
            "z 22=null", "arg1 4!=7, arg2 14!, p 14=null", "")])

    def test_arguments(self):
        start = ["register", "label", "label", "register", "total", "total",
                 "register", "twelve", "twelve", "register", "second",
                 "other", "register", "strict-second", "strict_second",
                 "range", 0, 3, 1, "select"]
        self.assertEqual(
            self.rows(*start, "label(times => id, word => 'ab') as a",
                      "LABEL('x', times => 7) as b", "total(id) as c",
                      "total(id, 1, 2.5, 4e0) as d", "twelve() as e",
                      "other(nullif(id, 1), id) as f",
                      "strict_second(nullif(id, 1), id) as g", "."),
            [(f"[ab x{i}]", "[x x7]", float(i), i + 7.5, 12, i,
              None if i == 1 else i) for i in range(3)])

    def test_now(self):
        """Memory as it is at the action."""
        seen = self.play("register", "offset", "f", "range", 0, 2, 1, "select",
                         "f(id) as r", ".", "as", "t", "collect", "set-factor",
                         50, "use", "t", "collect")
        self.assertEqual([table.rows for table in seen],
                         [[(1,), (2,)], [(50,), (51,)]])

    def test_with_lambdas(self):
        """Beside other lambdas, and in rows that come from them."""
        self.assertEqual(
            self.rows("register", "add", "plus", "range", 0, 4, 1, "map-tag",
                      "id", "filter", "plus(id, tag) > 103", "repeat", "tag",
                      2, "with", "z", "plus(value, copy)"),
            [(t, c, t + c + 100) for t in (4, 6) for c in (0, 1)])
        self.assertEqual(
            self.rows("register", "add", "plus", "range", 0, 10, 1, "select",
                      "plus(id, 0) as id", ".", "cache", "memory", "group",
                      "id % 2 as odd", ".", "reduce-sum", "id", "sort", "odd",
                      "."),
            [(0, 100 * 5 + 20), (1, 100 * 5 + 25)])

    def test_errors(self):
        start = ["register", "add", "plus", "register", "twelve", "twelve",
                 "register", "total", "total", "register", "two", "two",
                 "register", "same", "same", "register", "fail", "risky",
                 "register", "trap", "traps", "register", "reads", "reads",
                 "range", 0, 20, 1, "as", "t"]
        cases = [
            ("pluss(id, 1)", "unknown function 'pluss' (did you mean plus?)"),
            ("plus(id)", "plus takes 2 arguments, not 1; it is plus(x: i64, "
             "y: i64)\n  plus(id)\n  ^"),
            ("plus(id, 'a')", "plus does not take (i64, string); it is"),
            ("plus(id, 1.5)", "plus does not take (i64, decimal<2,1>)"),
            ("plus(x => 1, 2)", "arguments with names come after all others"),
            ("plus(id, x => 2)", "the argument 'x' is given twice"),
            ("plus(id, z => 2)", "plus has no argument 'z'"),
            ("total()", "total takes 1 or more arguments, not 0; it is "
             "total(first: fp64, more: fp64 ...)"),
            ("twelve(1)", "twelve takes 0 arguments, not 1"),
            ("same()", "bind of the function same: same takes an argument"),
            ("two(id)", "a scalar function returns one column, not 2"),
            ("plus(*)", "only count takes a '*'"),
            ("plus(distinct id, 1)", "only aggregates take 'distinct'"),
            ("plus(id, 1) over ()", "not a function that is called over"),
            ("upper(s => 'a')", "only functions that the program registered"),
            ("plus(plus(id, 1), nothing)", "unknown column 'nothing'"),
            ("sum(id)", "aggregates are only allowed in aggregate"),
        ]
        for text, message in cases:
            with self.subTest(text):
                seen = self.messages(*start, "select", text, ".", "collect")
                self.assertEqual(len(seen), 1)
                self.assertIn(message, seen[0])
        for name, message in (
                ("risky", "function risky: 13 is bad luck"),
                ("traps", "function traps: trap: wasm `unreachable`"),
                ("reads", "function reads: datasets.range was called inside a "
                 "lambda")):
            self.assertIn(message, self.fails(
                [*start, "select", f"{name}(id) as r", ".", "collect"],
                out='[["r","i64",true]]\n'))

    def test_names(self):
        for name, message in (
                ("upper", "the language has a function 'upper' of its own"),
                ("SUM", "a function 'SUM' of its own"),
                ("row_number", "of its own"), ("if", "of its own"),
                ("cast", "of its own"), ("and", "of its own"),
                ("len", "of its own"), ("Plus", "is registered already"),
                ("a b", "is no name for a function"), ("", "is no name"),
                ("1a", "is no name"), ("a\x07b", "is no name"),
                ("x" * 129, "at most 128 bytes")):
            with self.subTest(name):
                seen = self.messages("register", "add", "plus", "register",
                                     "add", name)
                self.assertEqual(len(seen), 1)
                self.assertIn(message, seen[0])
        self.assertEqual(self.rows(
            "register", "add", "größe", "range", 0, 1, 1, "select",
            "größe(1, 2) as r", "."), [(103,)])

    def test_many(self):
        """Ten thousand functions cost next to nothing, many calls little."""
        begin = time.monotonic()
        names = range(0, 10000, 50)
        self.assertEqual(
            self.rows("register", "many", 10000, "range", 0, 2, 1, "select",
                      *[f"f{i}(id) + {i} as c{i}" for i in names], "."),
            [tuple(i + 1 + row for i in names) for row in range(2)])
        self.assertLess(time.monotonic() - begin, 60 if SANITIZED else 5)
        seen = self.messages("register", "many", 10000, "range", 0, 2, 1,
                             "select", "f10000(id)", ".", "collect")
        self.assertIn("unknown function 'f10000' (did you mean f1000?)"
                      .split("(")[0], seen[0])

    def test_explain(self):
        plan, = ["\n".join(self.play(
            "register", "add", "plus", "range", 0, 2, 1, "filter",
            "plus(id, 1) > 2", "explain", "text"))]
        self.assertIn("filter plus(id, 1) > 2", plan)


if __name__ == "__main__":
    unittest.main()
