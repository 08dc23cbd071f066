"""Data sets end to end: shaping, joining, grouping, in order."""

import base64
import collections
import csv
import decimal
import io
import json
import math
import random
import unittest

from datasets import (D, INF, LIMITS, NAN, TYPES, Rows, key, order, quiet,
                      sort, values)
from script import END, create, needs_guests, start


@needs_guests
class Shaping(Rows):
    def test_every_type(self):
        """What is created comes back, bit by bit, many rows of it."""
        columns = [values(type) for type in TYPES]
        rows = [tuple(column[(i * 7 + j) % len(column)]
                      for j, column in enumerate(columns))
                for i in range(60)]
        schema = [(f"c{j}", type) for j, type in enumerate(TYPES)]
        table, = self.play(*create(schema, rows), "collect")
        self.assertEqual([t.replace(",UTC", ", UTC") for t in table.types],
                         TYPES)
        self.assertEqual(quiet(table.rows), quiet(rows))

    def test_not_null(self):
        table = self.collect("create", "a: i64 not null, b: i64", 1, r"\N",
                             END)
        self.assertEqual(table.nullable, [False, True])

    def test_no_rows(self):
        for steps in (["filter", "true"], ["select", "a + 1 as b", END],
                      ["sort", "a", END], ["limit", 3], ["map-tag", "a"],
                      ["repeat", "a", 3], ["keep-even", "a"],
                      ["group", "a", END, "measure", "count(*) as n", END],
                      ["group", "a", END, "reduce-sum", "a"],
                      ["reduce-sum", "a"], ["measure", "count(*)", END,
                                            "filter", "false"]):
            with self.subTest(steps):
                none = self.collect(*create([("a", "i64")], []), *steps)
                self.assertEqual(none.rows, [])
        self.assertEqual(self.play(*create([("a", "i64")], []), "count",
                                   "first"), ["0", "none"])

    def test_lazy(self):
        """Nothing runs, and no file is opened for rows, before an action."""
        self.play("range", 0, 1, 1, "select", "1 // 0 as x", END)
        self.fails(["range", 0, 1, 1, "select", "1 // 0 as x", END, "echo",
                    "before", "collect"], "division by zero", out=None)

    def test_several_actions(self):
        seen = self.play("range", 0, 10, 1, "as", "r", "count", "filter",
                         "id % 2 = 0", "collect", "use", "r", "filter",
                         "id > 7", "collect", "count", "first")
        self.same(seen[1].rows, [(i,) for i in range(0, 10, 2)])
        self.same(seen[2].rows, [(8,), (9,)])
        self.assertEqual((seen[0], *seen[3:]), ("10", "2", ("8",)))

    def test_range(self):
        for first, last, step in ((0, 5, 1), (5, 0, -1), (0, 10, 3),
                                  (3, 3, 1), (5, 0, 1), (-3, 3, 2),
                                  (2 ** 63 - 3, 2 ** 63 - 1, 1),
                                  (-2 ** 63, -2 ** 63 + 2, 1)):
            table = self.collect("range", first, last, step)
            self.same(table.rows, [(i,) for i in range(first, last, step)])
        self.fails(["range", 0, 5, 0, "collect"], "step")

    def test_select(self):
        base = create([("a", "i64"), ("b", "string")], [(1, "x"), (None, "y")])
        table = self.collect(*base, "select", "*", "upper(b) as u", "a as A",
                             "*", END, "select", "u", "u || 'v' as v", END)
        self.assertEqual(table.names, ["u", "v"])
        self.same(table.rows, [("X", "Xv"), ("Y", "Yv")])
        for steps, part in ((["select", "z", END], "'z'"),
                            (["filter", "z = 1"], "'z'"),
                            (["filter", "a"], "bool"),
                            (["select", "nope(a)", END], "nope"),
                            (["sort", "z", END], "'z'"),
                            (["group", "z", END, "measure", "count(*)", END],
                             "'z'")):
            self.fails([*base, *steps, "collect"], part, out=None)

    def test_not_built_yet(self):
        base = create([("a", "i64")], [(1,)])
        for steps in (["with", "c", "a"], ["drop-columns", "a", END],
                      ["rename", "a", "b", END], ["distinct", "a", END],
                      ["repartition", 2, "a", END]):
            done = start([*base, *steps, "collect"])
            if done.returncode != 0:
                self.assertEqual(done.returncode, 125)
                self.assertIn(b"not supported", done.stderr)

    def test_filter_is_true(self):
        table = self.collect(*create([("a", "i64")], [(1,), (None,), (3,)]),
                             "filter", "a > 1 or a is null and null")
        self.same(table.rows, [(3,)])

    def test_sort(self):
        for type in TYPES:
            rows = [(v, i) for i, v in enumerate(values(type) * 2)]
            base = create([("v", type), ("i", "i64")], rows)
            steps, expected = [*base, "as", "t"], []
            for word, descending in (("", False), (" asc", False),
                                     (" desc", True)):
                for nulls, first in (("", False), (" nulls first", True),
                                     (" nulls last", False)):
                    steps += ["use", "t", "sort", f"v{word}{nulls}", "i desc",
                              END, "collect"]
                    expected.append(sort(rows, (0, descending, first),
                                         (1, True, False)))
            with self.subTest(type):
                for table, want in zip(self.play(*steps), expected):
                    self.same(table.rows, want, ordered=True)

    def test_sort_by_expressions(self):
        rows = [(i, i * 7919 % 1000, f"k{i % 13}") for i in range(5000)]
        random.seed(3)
        random.shuffle(rows)
        base = create([("i", "i64"), ("n", "i64"), ("s", "string")],
                      rows[:2000])
        table = self.collect(*base, "sort", "s", "n % 10 desc", "i", END)
        self.assertEqual(table.rows, sorted(
            rows[:2000], key=lambda r: (r[2], -(r[1] % 10), r[0])))
        # A constant is no position.
        self.assertEqual(len(self.collect(*base, "sort", "2", END).rows), 2000)

    def test_sort_large(self):
        """More than a chunk, more than a thread's share, ties decided."""
        table = self.collect(
            "range", 0, 300000, 1, "select", "id", "id * 7919 % 1009 as k",
            END, "sort", "k desc", "id", END, options=["--threads", "2"])
        self.assertEqual(table.rows, sorted(
            ((i, i * 7919 % 1009) for i in range(300000)),
            key=lambda r: (-r[1], r[0])))

    def test_limit(self):
        base = ["range", 0, 10000, 1, "sort", "id desc", END]
        ids = list(range(9999, -1, -1))
        for count in (0, 1, 10, 2048, 9999, 10000, 20000, 2 ** 62):
            self.assertEqual(self.collect(*base, "limit", count).column(),
                             ids[:count])
        for offset, count in ((0, 3), (5, 3), (9998, 5), (10000, 1),
                              (2 ** 63 + 5, 1), (3, 2 ** 64 - 1)):
            self.assertEqual(
                self.collect(*base, "slice", offset, count).column(),
                ids[offset:offset + count])
        self.assertEqual(self.collect(*base, "limit", 10, "slice", 2, 20,
                                      "limit", 3).column(), ids[2:5])
        self.assertEqual(self.play(*base, "take", 3)[0].column(), ids[:3])

    def test_whole_output(self):
        """show prints what collect gives, in each format."""
        rows = [(1, "x,\"y\"\n", 1.5, D("1.50"), True, b"\0\xff", 10987),
                (None,) * 7]
        schema = [("a", "i64"), ("b", "string"), ("c", "f64"),
                  ("d", "decimal(10,2)"), ("e", "bool"), ("f", "binary"),
                  ("g", "date")]
        done = start([*create(schema, rows), "show"], ["--format", "jsonl"])
        shown = [json.loads(line, parse_float=D)
                 for line in done.stdout.decode().splitlines()]
        self.assertEqual(shown, [
            {"a": 1, "b": "x,\"y\"\n", "c": D("1.5"), "d": D("1.50"),
             "e": True, "f": base64.b64encode(b"\0\xff").decode(),
             "g": "2000-01-31"},
            dict.fromkeys("abcdefg")])
        done = start([*create(schema, rows), "show"], ["--format", "csv"])
        self.assertEqual(list(csv.reader(io.StringIO(
            done.stdout.decode(), newline=""))), [
                list("abcdefg"),
                ["1", "x,\"y\"\n", "1.5", "1.50", "true", "\\x00ff",
                 "2000-01-31"], [""] * 7])


JOIN_KEYS = {
    "i64": [1, 2, 2, 3, None, None, 5],
    "string": ["a", "b", "b", "é", None, None, ""],
    "f64": [1.0, NAN, NAN, -INF, None, None, 0.0],
    "decimal(20,2)": [D("1.00"), D("2.50"), D("2.50"), D("-3.00"), None, None,
                      D("0.00")],
    "date": [0, -1, -1, 11016, None, None, 5],
    "binary": [b"", b"\0", b"\0", b"a", None, None, b"b"],
    "bool": [True, True, False, None],
}


@needs_guests
class Joining(Rows):
    @staticmethod
    def pairs(left, right, kind, on):
        seen = set()
        for a in left:
            matches = [b for b in right if on(a, b)]
            seen.update(id(b) for b in matches)
            if kind == "semi":
                yield from [a][:len(matches)]
            elif kind == "anti":
                yield from [a][len(matches):]
            else:
                yield from (a + b for b in matches)
                if not matches and kind in ("left", "full"):
                    yield a + (None,) * len(right[0] if right else (0, 0))
        if kind in ("right", "full"):
            for b in right:
                if id(b) not in seen:
                    yield (None,) * len(left[0] if left else (0, 0)) + b

    def test_kinds(self):
        for type, keys in JOIN_KEYS.items():
            left = [(k, i) for i, k in enumerate(keys)]
            right = [(k, 10 + i) for i, k in enumerate(keys[1:] + keys[:1] * 2)]
            schema = [("k", type), ("x", "i64")]
            base = [*create(schema, right), "as", "r",
                    *create([("k", type), ("y", "i64")], left), "as", "l"]
            kinds = ["inner", "left", "right", "full", "semi", "anti"]
            steps = list(base)
            for kind in kinds:
                steps += ["use", "l", "join", "r", kind, "left.k = right.k",
                          "collect"]

            def on(a, b):
                return None not in (a[0], b[0]) and key(a[0]) == key(b[0])

            for kind, table in zip(kinds, self.play(*steps)):
                with self.subTest(type=type, kind=kind):
                    self.same(table.rows, self.pairs(left, right, kind, on))

    def test_using(self):
        left = [(1, "a", 10), (1, "b", 11), (2, "a", 12), (None, "a", 13)]
        right = [("a", 1, 20), ("a", 1, 21), ("b", 2, 22), ("a", None, 23)]
        base = [*create([("s", "string"), ("k", "i64"), ("y", "i64")], right),
                "as", "r",
                *create([("k", "i64"), ("s", "string"), ("x", "i64")], left)]
        table = self.collect(*base, "join-using", "r", "inner", "k", "s", END)
        self.assertEqual(table.names, ["k", "s", "x", "y"])
        self.same(table.rows, [(1, "a", 10, 20), (1, "a", 10, 21)])
        table = self.collect(*base, "join-using", "r", "left", "k", END)
        self.assertEqual(table.names, ["k", "s", "x", "s", "y"])
        self.same(table.rows, [
            (1, "a", 10, "a", 20), (1, "a", 10, "a", 21),
            (1, "b", 11, "a", 20), (1, "b", 11, "a", 21),
            (2, "a", 12, "b", 22), (None, "a", 13, None, None)])

    def test_conditions(self):
        left = [(i, i % 5) for i in range(20)]
        right = [(i * 3, i % 4) for i in range(15)]
        base = [*create([("c", "i64"), ("d", "i64")], right), "as", "r",
                *create([("a", "i64"), ("b", "i64")], left), "as", "l"]
        conditions = {
            "b = d": lambda a, b: a[1] == b[1],
            "b = d and a < c": lambda a, b: a[1] == b[1] and a[0] < b[0],
            "a < c": lambda a, b: a[0] < b[0],
            "a + b = c - d": lambda a, b: sum(a) == b[0] - b[1],
            "b = d or a = c": lambda a, b: a[1] == b[1] or a[0] == b[0],
            "true": lambda a, b: True, "false": lambda a, b: False,
        }
        for text, on in conditions.items():
            steps, kinds = list(base), ("inner", "left")
            for kind in kinds:
                steps += ["use", "l", "join", "r", kind, text, "collect"]
            for kind, table in zip(kinds, self.play(*steps)):
                with self.subTest(text, kind=kind):
                    self.same(table.rows, self.pairs(left, right, kind, on))
        table = self.collect(*base, "join", "r", "cross", "")
        self.assertEqual(len(table.rows), 300)

    def test_empty_sides(self):
        one = create([("k", "i64"), ("x", "i64")], [(1, 2)])
        none = create([("k", "i64"), ("y", "i64")], [])
        for left, right, kind, want in (
                (one, none, "inner", []), (none, one, "inner", []),
                (one, none, "left", [(1, 2, None, None)]),
                (none, one, "left", []), (none, none, "left", []),
                (none, one, "right", [(None, None, 1, 2)])):
            table = self.collect(*right, "as", "r", *left, "join", "r", kind,
                                 "left.k = right.k")
            self.same(table.rows, want)
            if kind == "left":
                self.assertTrue(table.nullable[2])

    def test_itself(self):
        table = self.collect("range", 0, 100, 1, "as", "r", "join", "r",
                             "inner", "left.id = right.id + 1")
        self.same(table.rows, [(i, i - 1) for i in range(1, 100)])

    def test_types_are_widened(self):
        table = self.collect(
            *create([("k", "decimal(5,1)")], [(D("2.0"),), (D("2.5"),)]),
            "as", "r", *create([("j", "i8")], [(2,), (3,)]),
            "join", "r", "inner", "j = k")
        self.same(table.rows, [(2, D("2.0"))])
        base = ["range", 0, 3, 1, "as", "r",
                *create([("s", "string")], [("1",)]), "join", "r", "inner"]
        self.fails([*base, "s = id", "collect"], "string", out=None)
        self.fails([*base, "nope = id", "collect"], "'nope'", out=None)
        self.fails(["range", 0, 3, 1, "as", "r", "join", "r", "inner",
                    "id = id", "collect"], "'id'", "left. or right.",
                   out=None)

    def test_large(self):
        table = self.collect(
            "range", 0, 200000, 1, "select", "id % 1000 as k", "id as y", END,
            "as", "r", "range", 0, 100000, 1, "join", "r", "inner", "id = k",
            "measure", "count(*) as n", "sum(y) as s", END,
            options=["--threads", "2"])
        self.same(table.rows, [(200000, sum(range(200000)))])


def average(type, some):
    if not some:
        return None
    if type.startswith("decimal"):
        scale = int(type.rstrip(")").rsplit(",", 1)[1])
        return (sum(some) / len(some)).quantize(D(1).scaleb(-scale),
                                                decimal.ROUND_HALF_UP)
    if type in LIMITS:
        return sum(some) / len(some)
    return math.fsum(some) / len(some)


@needs_guests
class Grouping(Rows):
    NUMBERS = [t for t in TYPES if t in LIMITS or t.startswith("decimal")]

    def check_measures(self, type, groups):
        """count, sum, min, max, avg, distinct of groups of values."""
        rows = [(k, v) for k, some in groups.items() for v in some]
        number = type in LIMITS or type.startswith("decimal")
        measures = ["count(*) as rows", "count(v) as n",
                    "count(distinct v) as d", "min(v) as least",
                    "max(v) as most"]
        if number:
            measures += ["sum(v) as s", "avg(v) as a",
                         "sum(distinct v) as sd"]
        base = create([("k", "i64"), ("v", type)], rows)
        table = self.collect(*base, "group", "k", END, "measure", *measures,
                             END)
        want = []
        for k, values in groups.items():
            some = [v for v in values if v is not None]
            row = (k, len(values), len(some), len(set(map(key, some))),
                   min(some, key=order, default=None),
                   max(some, key=order, default=None))
            if number:
                row += (sum(some) if some else None, average(type, some),
                        sum(set(some)) if some else None)
            want.append(row)
        self.same(table.rows, want)
        if number:
            digits = type.rstrip(")").rsplit(",", 1)[-1]
            result = (f"decimal(38,{digits})" if type not in LIMITS else
                      "u64" if type[0] == "u" else "i64")
            self.assertEqual(table.types[6], result)
            self.assertEqual(table.types[7],
                             "f64" if type in LIMITS else result)
        self.assertEqual(table.nullable[1:4], [False, False, False])

    def test_measures_of_every_type(self):
        for type in TYPES:
            all_values = values(type)
            if type in ("i64", "u64"):
                all_values = [1, 2, 2 ** 40, 0, None]
            if type == "decimal(38,5)":
                all_values = [D("0.00001"), D("12345678901234567890.12345"),
                              D("-7.00000"), None]
            with self.subTest(type):
                self.check_measures(type, {
                    1: all_values, 2: all_values[:1] * 3, 3: [None, None],
                    4: all_values[1:] + all_values[1:]})

    def test_floats(self):
        rows = [(1, 1.5), (1, 2.25), (1, None), (2, INF), (2, 1.0), (3, NAN),
                (3, 1.0), (4, INF), (4, -INF), (5, None)]
        for type in ("f64", "f32"):
            table = self.collect(
                *create([("k", "i64"), ("v", type)], rows), "group", "k", END,
                "measure", "sum(v) as s", "avg(v) as a", "min(v) as l",
                "max(v) as m", END)
            self.assertEqual(table.types[1:3], ["f64", type])
            self.same(table.rows, [
                (1, 3.75, 1.875, 1.5, 2.25), (2, INF, INF, 1.0, INF),
                (3, NAN, NAN, 1.0, NAN), (4, NAN, NAN, -INF, INF),
                (5, None, None, None, None)])

    def test_keys_of_every_type(self):
        for type in TYPES:
            rows = [(v, 1) for v in values(type) * 3]
            if type.startswith("f"):
                rows += [(-0.0, 1)]
            table = self.collect(*create([("k", type), ("v", "i64")], rows),
                                 "group", "k", END, "measure", "sum(v) as n",
                                 END)
            want = collections.Counter(key(k) + 0 if isinstance(key(k), float)
                                       else key(k) for k, _ in rows)
            got = {key(k): n for k, n in table.rows}
            with self.subTest(type):
                self.assertEqual(got, dict(want))
                self.assertEqual(len(table.rows), len(want))

    def test_all_rows(self):
        measures = ["count(*) as n", "count(a) as c", "sum(a) as s",
                    "min(a) as l", "avg(a) as m", END]
        for rows, want in (([], (0, 0, None, None, None)),
                           ([(None,)], (1, 0, None, None, None)),
                           ([(1,), (2,), (None,)], (3, 2, 3, 1, 1.5))):
            table = self.collect(*create([("a", "i64")], rows), "measure",
                                 *measures)
            self.assertEqual(table.rows, [want])

    def test_keys_and_expressions(self):
        rows = [(i % 3 if i % 7 else None, f"s{i % 2}", i) for i in range(100)]
        table = self.collect(
            *create([("a", "i64"), ("b", "string"), ("v", "i64")], rows),
            "group", "a + 1 as a1", "upper(b) as ub", END, "measure",
            "sum(v) * 10 // count(*) as ratio", "max(v - 50) as m",
            "count(*) as n", END)
        groups = collections.defaultdict(list)
        for a, b, v in rows:
            groups[None if a is None else a + 1, b.upper()].append(v)
        self.assertEqual(table.names, ["a1", "ub", "ratio", "m", "n"])
        self.same(table.rows, [
            (*k, sum(v) * 10 // len(v), max(v) - 50, len(v))
            for k, v in groups.items()])
        # A constant is a constant, not a position.
        table = self.collect(*create([("v", "i64")], [(1,), (2,)]), "group",
                             "1 as one", END, "measure", "count(*) as n", END)
        self.same(table.rows, [(1, 2)])
        for measure, part in (("v", "v"), ("sum(b)", "sum"),
                              ("sum(sum(v))", "sum"), ("nope(v)", "nope")):
            self.fails([*create([("a", "i64"), ("b", "string"), ("v", "i64")],
                                []), "group", "a", END, "measure", measure,
                        END, "collect"], part, out=None)

    def test_overflow(self):
        for type, value in (("i64", 2 ** 62), ("u64", 2 ** 63),
                            ("i64", -2 ** 63), ("decimal(38,0)", D(10 ** 38) / 2),
                            ("decimal(38,2)", D("9" * 36))):
            for count in (2, 3):
                error = self.fails(
                    [*create([("v", type)], [(value,)] * count), "measure",
                     "sum(v) as s", END, "collect"], out=None)
                self.assertRegex(error, "out of range|Overflow")
        # Many values whose sum is fine do not overflow on the way.
        table = self.collect(*create([("v", "i64")], [
            (2 ** 63 - 1,), (2 ** 63 - 1,), (-2 ** 63 + 1,)]), "measure",
            "sum(v) as s", END)
        self.same(table.rows, [(2 ** 63 - 1,)])

    def test_many_groups(self):
        table = self.collect(
            "range", 0, 2000000, 1, "group", "id % 1000000 as k", END,
            "measure", "count(*) as n", "sum(id) as s", "min(id) as l", END,
            "as", "g", "measure", "count(*) as groups", "sum(n) as rows",
            "sum(s) as s", "sum(l) as l", "min(n) as n", "max(n) as m", END,
            options=["--threads", "2"])
        self.same(table.rows, [(10 ** 6, 2 * 10 ** 6, sum(range(2000000)),
                                sum(range(1000000)), 2, 2)])

    def test_reduce(self):
        rows = [(i % 7, i, i * 2) for i in range(10000)]
        base = create([("k", "i64"), ("v", "i64"), ("w", "i64")], rows[:3000])
        table = self.collect(*base, "select", "k as grp", "v", END, "group",
                             "grp", END, "reduce-sum", "v")
        self.same(table.rows, [(k, sum(v for g, v, _ in rows[:3000] if g == k))
                               for k in range(7)])
        table = self.collect("range", 0, 100000, 1, "reduce-sum", "id",
                             options=["--threads", "2"])
        self.same(table.rows, [(sum(range(100000)),)])
        table = self.collect("range", 0, 100000, 1, "group", "id % 10 as k",
                             END, "reduce-sum", "id")
        self.assertEqual(table.names, ["k", "id"])
        self.same(table.rows, [(k, sum(range(k, 100000, 10)))
                               for k in range(10)])


@needs_guests
class Ordering(Rows):
    """D5: order exists after sort, and survives what it survives."""

    COUNT = 300000

    def test_survives(self):
        base = ["range", 0, self.COUNT, 1, "select", "id",
                "id * 7919 % 1000003 as k", END, "sort", "k desc", END]
        rows = sorted(((i, i * 7919 % 1000003) for i in range(self.COUNT)),
                      key=lambda r: -r[1])
        chains = {
            ("select", "k", "id", END): [(k, i) for i, k in rows],
            ("filter", "id % 3 = 1"): [r for r in rows if r[0] % 3 == 1],
            ("map-tag", "id"): [(i, k, 2 * i) for i, k in rows],
            ("repeat", "id", 2): [(i, c) for i, _ in rows for c in (0, 1)],
            ("keep-even", "id"): [r for r in rows if r[0] % 2 == 0],
            ("limit", 100000): rows[:100000],
            ("slice", 1000, 50000): rows[1000:51000],
            ("filter", "id > 5", "map-tag", "id", "select", "tag", END,
             "repeat", "tag", 2, "filter", "copy = 1", "slice", 7, 200000):
                [(2 * i, 1) for i, _ in rows if i > 5][7:200007],
        }
        for chain, want in chains.items():
            for threads in (1, 2) if chain[0] == "repeat" else (2,):
                with self.subTest(chain, threads=threads):
                    table = self.collect(*base, *chain, options=[
                        "--threads", threads])
                    self.assertTrue(table.rows == want, next(
                        (pair for pair in zip(table.rows, want)
                         if pair[0] != pair[1]), len(table.rows)))

    def test_top_of_lambda(self):
        """A sort after a lambda, then limit: the first rows of all."""
        table = self.collect("range", 0, self.COUNT, 1, "map-tag", "id",
                             "sort", "tag desc", END, "limit", 5,
                             options=["--threads", 2])
        self.assertEqual([t for _, t in table.rows],
                         [2 * (self.COUNT - i) for i in range(1, 6)])

    def test_partitions(self):
        for threads in (1, 2):
            table = self.collect("range", 0, self.COUNT, 1, "shares", "id",
                                 options=["--threads", threads])
            self.assertLessEqual(len(table.rows), max(threads, 1) * 4)
            self.assertEqual(sum(r[0] for r in table.rows), self.COUNT)
            self.assertEqual(sum(r[1] for r in table.rows),
                             sum(range(self.COUNT)))

    def test_partitions_of_nothing(self):
        table = self.collect(*create([("a", "i64")], []), "shares", "a")
        self.assertEqual(sum(r[0] for r in table.rows), 0)


if __name__ == "__main__":
    unittest.main()
