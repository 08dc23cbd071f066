"""Union, intersect and except of data sets, against plain Python over the
same rows; nulls and NaNs equal themselves."""

import collections
import unittest

from script import END, create, needs_guests
from datasets import D, TYPES, Rows, key, values

OPERATIONS = ["union-all", "union-distinct", "intersect-all",
              "intersect-distinct", "except-all", "except-distinct"]
TWO = ["--threads", "2"]


def expected(operation, left, right):
    """Rows, as often as they are there."""
    a, b = collections.Counter(left), collections.Counter(right)
    which, how = operation.split("-")
    if how == "distinct":
        a, b = collections.Counter(set(a)), collections.Counter(set(b))
    result = {"union": a + b, "intersect": a & b, "except": a - b}[which]
    return list((set(result) if how == "distinct" else result.elements()))


@needs_guests
class Sets(Rows):
    def check(self, schema, left, right, options=()):
        base = [*create(schema, right), "as", "r", *create(schema, left),
                "as", "l"]
        steps = list(base)
        for operation in OPERATIONS:
            steps += ["use", "l", "combine", "r", operation, "by-position",
                      "collect"]
        quiet = [[tuple(map(key, row)) for row in rows]
                 for rows in (left, right)]
        for operation, table in zip(OPERATIONS,
                                    self.play(*steps, options=options)):
            with self.subTest(schema, operation=operation):
                self.same(table.rows, expected(operation, *quiet))

    def test_every_type(self):
        for type in TYPES:
            some = [(v,) for v in values(type)]
            self.check([("v", type)], some * 2 + some[:1], some[1:] * 3)

    def test_several_columns(self):
        left = [(i % 3 if i % 4 else None, str(i % 5)) for i in range(100)]
        right = [(i % 4 if i % 3 else None, str(i % 2)) for i in range(90)]
        self.check([("a", "i64"), ("b", "string")], left, right, options=TWO)

    def test_empty(self):
        some = [(1,), (None,), (1,)]
        for left, right in (([], []), (some, []), ([], some)):
            self.check([("a", "i64")], left, right)
        # Without columns rows only count.
        base = ["range", 0, 3, 1, "drop-columns", "id", END, "as", "r",
                "range", 0, 5, 1, "drop-columns", "id", END, "as", "l"]
        for operation, want in zip(OPERATIONS, (8, 1, 3, 1, 2, 0)):
            seen, = self.play(*base, "combine", "r", operation, "by-position",
                              "count")
            self.assertEqual(int(seen), want, operation)

    def test_many_rows(self):
        base = ["range", 0, 200000, 2, "select", "id // 2 as x", END, "as",
                "r", "range", 0, 150000, 1, "as", "l"]
        sets = (list(range(150000)), list(range(100000)))
        for operation in OPERATIONS:
            table = self.collect(*base, "combine", "r", operation,
                                 "by-position", options=TWO)
            self.assertEqual(table.names, ["id"])
            self.same(table.rows, [(i,) for i in expected(operation, *sets)])

    def test_by_name(self):
        left = create([("a", "i64"), ("b", "string"), ("c", "f64")],
                      [(1, "x", 0.5)])
        right = create([("c", "f64"), ("A", "i64"), ("b", "string")],
                       [(1.5, 2, "y")])
        table = self.collect(*right, "as", "r", *left, "combine", "r",
                             "union-all", "by-name")
        self.assertEqual(table.names, ["a", "b", "c"])
        self.same(table.rows, [(1, "x", 0.5), (2, "y", 1.5)])
        self.fails([*right, "as", "r", *left, "combine", "r", "union-all",
                    "by-position", "collect"],
                   "union of string and i64", "column 'b'", "cast one of them")

    def test_types_are_widened(self):
        cases = [
            ("i8", [1], "i32", [2], "i32", [1, 2]),
            ("u8", [200], "i8", [-1], "i16", [200, -1]),
            ("u64", [2 ** 64 - 1], "i64", [-1], "decimal(20,0)",
             [D(2 ** 64 - 1), D(-1)]),
            ("i64", [3], "f64", [0.5], "f64", [3.0, 0.5]),
            ("i32", [3], "decimal(5,2)", [D("0.25")], "decimal(12,2)",
             [D("3.00"), D("0.25")]),
            ("decimal(5,2)", [D("1.25")], "decimal(9,4)", [D("0.0001")],
             "decimal(9,4)", [D("1.2500"), D("0.0001")]),
            ("f32", [0.5], "f64", [0.1], "f64", [0.5, 0.1]),
            ("date", [1], "timestamp(us)", [5], "timestamp(us)",
             [86400000000, 5]),
            ("timestamp(s)", [1], "timestamp(ns)", [5], "timestamp(ns)",
             [10 ** 9, 5]),
        ]
        for a, left, b, right, want, rows in cases:
            table = self.collect(
                *create([("y", b)], [(v,) for v in right]), "as", "r",
                *create([("x", a)], [(v,) for v in left]),
                "combine", "r", "union-all", "by-position")
            with self.subTest((a, b)):
                self.assertEqual((table.names, table.types), (["x"], [want]))
                self.same(table.rows, [(v,) for v in rows])

    def test_nullable(self):
        base = [*create([("x", "i64")], [(1,)]), "as", "r", "range", 1, 2, 1]
        for operation in OPERATIONS:
            table = self.collect(*base, "combine", "r", operation,
                                 "by-position")
            self.assertEqual(table.nullable, [operation.startswith("union")],
                             operation)

    def test_lambdas_around(self):
        """Both sides run their lambdas, and one runs over both."""
        table = self.collect(
            "range", 0, 5000, 1, "repeat", "id", 2, "as", "r",
            "range", 0, 3000, 1, "map-tag", "id", "combine", "r", "union-all",
            "by-position", "keep-even", "tag", "select", "tag", END,
            options=TWO)
        self.same(table.rows, [(2 * i,) for i in range(3000)] +
                  [(0,) for i in range(5000)])

    def test_counts_call_lambdas(self):
        seen, = self.play("range", 0, 5000, 1, "repeat", "id", 3, "as", "r",
                          "combine", "r", "union-all", "by-position", "count",
                          options=TWO)
        self.assertEqual(seen, "30000")

    def test_long_chains(self):
        steps = ["range", 0, 2, 1, "as", "r"]
        for _ in range(150):
            steps += ["combine", "r", "union-all", "by-position"]
        seen, = self.play(*steps, "count")
        self.assertEqual(seen, "302")

    def test_bad(self):
        base = [*create([("x", "i64"), ("y", "string")], []), "as", "r",
                "range", 0, 3, 1]
        self.fails([*base, "combine", "r", "union-all", "by-position",
                    "collect"],
                   "union of 1 columns and 2; both sides must have as many")
        self.fails([*base, "combine", "r", "except-all", "by-name",
                    "collect"],
                   "unknown column 'id' in the right side of the except",
                   "the columns are: x, y")
        self.fails([*base, "rename", "id", "x", END, "combine", "r",
                    "intersect-all", "by-name", "collect"],
                   "unknown column 'y' in the left side of the intersect")


if __name__ == "__main__":
    unittest.main()
