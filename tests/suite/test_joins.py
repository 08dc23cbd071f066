"""Joins of every kind, on columns and on conditions, against plain Python
over the same rows."""

import random
import unittest

from script import END, create, needs_guests
from datasets import TYPES, Rows, key, order, values

TWO = ["--threads", "2"]
KINDS = ["inner", "left", "right", "full", "semi", "anti"]


def joined(left, right, kind, on, widths):
    """Pairs of rows, and those without a match padded with nulls."""
    rows, matched = [], [False] * len(right)
    none_left, none_right = (None,) * widths[0], (None,) * widths[1]
    for a in left:
        found = [i for i, b in enumerate(right) if on(a, b)]
        for i in found:
            matched[i] = True
        if kind == "semi":
            rows += [a] if found else []
        elif kind == "anti":
            rows += [] if found else [a]
        else:
            rows += [a + right[i] for i in found]
            if not found and kind in ("left", "full"):
                rows.append(a + none_right)
    if kind in ("right", "full"):
        rows += [none_left + b for b, seen in zip(right, matched) if not seen]
    return rows


@needs_guests
class Kinds(Rows):
    def check(self, base, left, right, condition, on, widths, options=()):
        steps = list(base)
        for kind in KINDS:
            steps += ["use", "l", "join", "r", kind, condition, "collect"]
        for kind, table in zip(KINDS, self.play(*steps, options=options)):
            with self.subTest(condition, kind=kind):
                self.same(table.rows,
                          joined(left, right, kind, on, widths))
                self.assertEqual(
                    len(table.names),
                    widths[0] if kind in ("semi", "anti") else sum(widths))

    def test_conditions(self):
        left = [(i if i % 7 else None, i % 5) for i in range(30)]
        right = [(i * 2 if i % 6 else None, i % 4) for i in range(25)]
        base = [*create([("c", "i64"), ("d", "i64")], right), "as", "r",
                *create([("a", "i64"), ("b", "i64")], left), "as", "l"]

        def both(*items):
            return all(item is not None for item in items)

        for text, on in {
                "a = c": lambda a, b: both(a[0]) and a[0] == b[0],
                "left.a = right.c and left.b < right.d": lambda a, b:
                    both(a[0]) and a[0] == b[0] and a[1] < b[1],
                "a is not distinct from c": lambda a, b: a[0] == b[0],
                "a < c": lambda a, b: both(a[0], b[0]) and a[0] < b[0],
                "a <> c or b = d": lambda a, b: a[1] == b[1] or (
                    both(a[0], b[0]) and a[0] != b[0]),
                "a > 10": lambda a, b: both(a[0]) and a[0] > 10,
                "d = 1": lambda a, b: b[1] == 1,
                "a + d = c - b": lambda a, b: both(a[0], b[0]) and
                    a[0] + b[1] == b[0] - a[1],
                "true": lambda a, b: True,
                "false": lambda a, b: False,
                "null": lambda a, b: False}.items():
            self.check(base, left, right, text, on, (2, 2), options=TWO)

    def test_empty_sides(self):
        for left, right in (([], []), ([(1, 2), (None, 3)], []),
                            ([], [(1, 2), (None, 3)])):
            base = [*create([("c", "i64"), ("d", "i64")], right), "as", "r",
                    *create([("a", "i64"), ("b", "i64")], left), "as", "l"]
            for text in ("a = c", "b < d", "true"):
                self.check(base, left, right, text,
                           lambda a, b: {"a = c": a[0] is not None and
                                         a[0] == b[0], "b < d": a[1] < b[1],
                                         "true": True}[text], (2, 2))

    def test_many_rows(self):
        table = self.collect(
            "range", 0, 60000, 1, "select", "id * 2 as k", "id as y", END,
            "as", "r", "range", 0, 90000, 1, "select", "id as k", "-id as x",
            END, "join-using", "r", "full", "k", END, options=TWO)
        want = [(k, -k if k < 90000 else None, k // 2 if k % 2 == 0 else None)
                for k in range(120000) if k < 90000 or k % 2 == 0]
        self.same(table.rows, want)

    def test_names_of_both(self):
        base = ["range", 0, 4, 1, "with", "x", "id * 2", "as", "r"]
        table = self.collect(*base, "join", "r", "inner",
                             "left.id = right.x")
        self.assertEqual(table.names, ["id", "x", "id", "x"])
        self.same(table.rows, [(0, 0, 0, 0), (2, 4, 1, 2)])
        for step in (["select", "x", END], ["filter", "x > 1"],
                     ["with", "x", "1"], ["distinct", "x", END],
                     ["sort", "x", END],
                     ["group", "x", END, "measure", "count(*)", END],
                     ["rename", "x", "y", END],
                     ["join-using", "r", "inner", "x", END]):
            self.fails([*base, "join", "r", "inner", "left.id = right.x",
                        *step, "collect"], "column 'x' is ambiguous")
        self.fails([*base, "join", "r", "inner", "x = 1", "collect"],
                   "column 'x' is ambiguous", "write left. or right. before")
        self.fails([*base, "join", "r", "inner", "left.y = 1", "collect"],
                   "unknown column 'y'", "the columns are: id, x")
        self.fails([*base, "filter", "left.id = 1", "collect"],
                   "only known in a join's condition")

    def test_cross(self):
        base = ["range", 0, 700, 1, "as", "r", "range", 0, 300, 1]
        table = self.collect(*base, "join", "r", "cross", "", options=TWO)
        self.same(table.rows, [(a, b) for a in range(300)
                               for b in range(700)])
        self.fails([*base, "join", "r", "cross", "true", "collect"],
                   "a cross join has no condition")
        self.fails([*base, "join-using", "r", "cross", "id", END, "collect"],
                   "a cross join has no condition")
        self.fails([*base, "join-using", "r", "inner", END, "collect"],
                   "a join needs columns or a condition")

    def test_lambdas_around(self):
        for kind in KINDS:
            table = self.collect(
                "range", 0, 4000, 1, "map-tag", "id", "keep-even", "id", "as",
                "r", "range", 0, 3000, 1, "repeat", "id", 2, "join", "r",
                kind, "value = tag", options=TWO)
            left = [(i, copy) for i in range(3000) for copy in range(2)]
            tags = {2 * i: (i, 2 * i) for i in range(0, 4000, 2)}
            want = []
            for value, copy in left:
                match = tags.get(value)
                if kind in ("semi", "anti"):
                    want += [(value, copy)] if (kind == "semi") == bool(
                        match) else []
                elif match or kind in ("left", "full"):
                    want.append((value, copy) + (match or (None, None)))
            if kind in ("right", "full"):
                want += [(None, None) + row for tag, row in tags.items()
                         if tag >= 3000]
            with self.subTest(kind):
                self.same(table.rows, want)


@needs_guests
class Using(Rows):
    def test_every_type(self):
        """Keys once, from whichever side has the row; nulls match nothing."""
        for type in TYPES:
            some = list({key(v): v for v in values(type)}.values())
            left = [(v, i) for i, v in enumerate(some[1:])]
            right = [(v, -i) for i, v in enumerate(some[:1] + some[2:])]
            base = [*create([("k", type), ("y", "i64")], right), "as", "r",
                    *create([("k", type), ("x", "i64")], left), "as", "l"]
            steps = list(base)
            for kind in KINDS:
                steps += ["use", "l", "join-using", "r", kind, "k", END,
                          "collect"]

            def on(a, b):
                return a[0] is not None and key(a[0]) == key(b[0])

            for kind, table in zip(KINDS, self.play(*steps)):
                want = joined(left, right, kind, on, (2, 2))
                if kind not in ("semi", "anti"):
                    want = [(a if x is not None else b, x, y)
                            for a, x, b, y in want]
                    self.assertEqual(table.names, ["k", "x", "y"])
                with self.subTest(type, kind=kind):
                    self.same(table.rows, want)

    def test_keys_of_two_types(self):
        base = [*create([("K", "decimal(5,1)"), ("y", "i64")],
                        [("2.0", 1), ("2.5", 2)]), "as", "r",
                *create([("k", "i8"), ("x", "i64")], [(2, 3), (3, 4)])]
        table = self.collect(*base, "join-using", "r", "full", "k", END)
        self.assertEqual(table.names, ["k", "x", "y"])
        self.assertEqual(table.types[0], "decimal(5,1)")
        self.same(sorted(float(row[0]) for row in table.rows) and
                  [(float(k), x, y) for k, x, y in table.rows],
                  [(2.0, 3, 1), (3.0, 4, None), (2.5, None, 2)])
        table = self.collect(*base, "join-using", "r", "right", "k", END)
        self.assertEqual(table.nullable, [True, True, True])

    def test_bad(self):
        base = ["range", 0, 4, 1, "with", "s", "'x'", "as", "r", "range", 0,
                4, 1, "with", "s", "1"]
        for names, message in (
                (["nope"], "unknown column 'nope' in the left side"),
                ([""], "join: a column's name is empty"),
                (["id", "ID"], "the join names the column 'ID' twice"),
                (["s"], "the join compares i64 with string")):
            self.fails([*base, "join-using", "r", "left", *names, END,
                        "collect"], message)


@needs_guests
class AsOf(Rows):
    def nearest(self, left, right, outer, sign):
        """The one of equal `k` and the nearest `t`; sign: how both compare."""
        tests = {">=": lambda a, b: a >= b, ">": lambda a, b: a > b,
                 "<=": lambda a, b: a <= b, "<": lambda a, b: a < b}
        rows = []
        for k, t, x in left:
            some = [b for b in right
                    if None not in (k, t, b[1]) and b[0] == k and
                    tests[sign](order(t), order(b[1]))]
            if some:
                pick = max if sign[0] == ">" else min
                rows.append((k, t, x) + pick(some, key=lambda b: order(b[1])))
            elif outer:
                rows.append((k, t, x, None, None, None))
        return rows

    def test_conditions(self):
        chance = random.Random(5)
        left = [(chance.randrange(4), chance.choice([None, *range(90)]), i)
                for i in range(3000)]
        right = [(k, t, -t) for k in range(3) for t in range(0, 80, 7)]
        right.append((1, None, 5))
        base = [*create([("k", "i64"), ("t", "i64"), ("y", "i64")], right),
                "as", "r",
                *create([("k", "i64"), ("t", "i64"), ("x", "i64")], left),
                "as", "l"]
        for sign in (">=", ">", "<=", "<"):
            turned = {">": "<", "<": ">"}[sign[0]] + sign[1:]
            for text in (f"left.k = right.k and left.t {sign} right.t",
                         f"right.t {turned} left.t and right.k = left.k"):
                steps = [*base, "use", "l", "join", "r", "as-of", text,
                         "collect", "use", "l", "join", "r", "as-of-left",
                         text, "collect"]
                inner, outer = self.play(*steps, options=TWO)
                with self.subTest(text):
                    self.same(inner.rows,
                              self.nearest(left, right, False, sign))
                    self.same(outer.rows,
                              self.nearest(left, right, True, sign))
                    self.assertEqual(outer.nullable, [True] * 6)

    def test_using(self):
        """The last column is the one that may differ."""
        right = [("a", 10, 1), ("a", 20, 2), ("b", 15, 3)]
        left = [("a", 9, 1), ("a", 10, 2), ("a", 25, 3), ("b", 14, 4),
                ("b", 16, 5), ("c", 16, 6)]
        base = [*create([("k", "string"), ("t", "i64"), ("y", "i64")], right),
                "as", "r",
                *create([("k", "string"), ("t", "i64"), ("x", "i64")], left)]
        table = self.collect(*base, "join-using", "r", "as-of-left", "k", "t",
                             END)
        self.assertEqual(table.names, ["k", "t", "x", "y"])
        self.same(table.rows, [("a", 9, 1, None), ("a", 10, 2, 1),
                               ("a", 25, 3, 2), ("b", 14, 4, None),
                               ("b", 16, 5, 3), ("c", 16, 6, None)])

    def test_every_type(self):
        for type in TYPES:
            some = list({key(v): v for v in values(type)}.values())
            left = [(1, v, i) for i, v in enumerate(some)]
            right = [(1, v, -i) for i, v in enumerate(some[::2])]
            table = self.collect(
                *create([("k", "i64"), ("t", type), ("y", "i64")], right),
                "as", "r",
                *create([("k", "i64"), ("t", type), ("x", "i64")], left),
                "join", "r", "as-of-left",
                "left.k = right.k and left.t >= right.t")
            with self.subTest(type):
                self.same(table.rows,
                          self.nearest(left, right, True, ">="))

    def test_empty_sides(self):
        schema = [("k", "i64"), ("t", "i64"), ("x", "i64")]
        for left, right in (([(1, 2, 3)], []), ([], [(1, 2, 3)]), ([], [])):
            for kind in ("as-of", "as-of-left"):
                table = self.collect(
                    *create(schema, right), "as", "r", *create(schema, left),
                    "join", "r", kind, "left.t >= right.t")
                self.same(table.rows, self.nearest(
                    left, right, kind == "as-of-left", ">="))

    def test_bad(self):
        base = ["range", 0, 4, 1, "as", "r"]
        for text, message in (
                ("left.id = right.id", "needs one inequality"),
                ("left.id > right.id and left.id < right.id",
                 "needs one inequality"),
                ("left.id > right.id or left.id < right.id",
                 "is comparisons"),
                ("left.id > 3", "is comparisons"),
                ("true", "is comparisons")):
            self.fails([*base, "join", "r", "as-of", text, "collect"], message)


if __name__ == "__main__":
    unittest.main()
