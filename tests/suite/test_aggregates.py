"""Aggregates, grouping sets, pivots and statistics, against plain Python over
the same rows."""

import itertools
import math
import statistics
import unittest

from script import END, create, needs_guests
from datasets import D, INF, LIMITS, NAN, TYPES, Rows, key, order, values

TWO = ["--threads", "2"]
NUMBERS = [t for t in TYPES
           if t in LIMITS or t in ("f32", "f64") or t.startswith("decimal")]
SMALL = [1, 2, 2, 3, 7, 7, 7, None]


def quantile(some, fraction):
    """Linear between the two nearest, as numpy and SQL have it."""
    some = sorted(some)
    at = fraction * (len(some) - 1)
    low = math.floor(at)
    high = min(low + 1, len(some) - 1)
    return some[low] + (some[high] - some[low]) * (at - low)


@needs_guests
class Functions(Rows):
    def near(self, got, want):
        if isinstance(want, float) and want == want and got is not None:
            self.assertTrue(math.isclose(got, want, rel_tol=1e-9,
                                         abs_tol=1e-9), (got, want))
        else:
            self.assertEqual(key(got), key(want))

    def measure(self, schema, rows, *measures, options=(), before=()):
        table = self.collect(*create(schema, rows), *before, "measure",
                             *measures, END, options=options)
        self.assertEqual(len(table.rows), 1)
        return table

    def test_numbers(self):
        """Of every type of number, as fp64."""
        for type in NUMBERS:
            some = [float(v) for v in SMALL if v is not None]
            table = self.measure(
                [("v", type)], [(v,) for v in SMALL],
                "stddev(v)", "stddev_pop(v)", "variance(v)", "var_pop(v)",
                "median(v)", "quantile(v, 0.3)", "quantile(v, 0)",
                "quantile(v, 1)", "product(v)", "stddev(distinct v)",
                "median(distinct v)", "product(distinct v)")
            self.assertEqual(set(table.types), {"f64"})
            once = sorted(set(some))
            for got, want in zip(table.rows[0], (
                    statistics.stdev(some), statistics.pstdev(some),
                    statistics.variance(some), statistics.pvariance(some),
                    statistics.median(some), quantile(some, 0.3), min(some),
                    max(some), math.prod(some), statistics.stdev(once),
                    statistics.median(once), math.prod(once))):
                with self.subTest(type):
                    self.near(got, float(want))

    def test_no_rows_and_one(self):
        measures = ["stddev(v)", "variance(v)", "stddev_pop(v)", "var_pop(v)",
                    "median(v)", "quantile(v, 0.5)", "product(v)", "corr(v, v)",
                    "covar_samp(v, v)", "covar_pop(v, v)", "approx_quantile("
                    "v, 0.5)", "mode(v)", "any_value(v)", "first(v)",
                    "last(v)", "min_by(v, v)", "max_by(v, v)",
                    "quantile_disc(v, 0.5)", "count(v, v)",
                    "count(distinct v, v)", "approx_count_distinct(v)",
                    "count_if(v > 0)", "bool_and(v > 0)", "bool_or(v > 0)",
                    "string_agg(cast(v as string), ',')"]
        for rows in ([], [(None,)]):
            table = self.measure([("v", "f64")], rows, *measures)
            zeros = [i for i, m in enumerate(measures)
                     if m.startswith(("count", "approx_count"))]
            for i, (got, measure) in enumerate(zip(table.rows[0], measures)):
                self.assertEqual(got, 0 if i in zeros else None, measure)
                self.assertEqual(table.nullable[i], i not in zeros, measure)
        table = self.measure([("v", "f64")], [(2.0,)], *measures[:7])
        self.same(table.rows, [(None, None, 0.0, 0.0, 2.0, 2.0, 2.0)])

    def test_infinite_values(self):
        for rows in ([(1.0,), (NAN,)], [(INF,), (2.0,)], [(-INF,), (INF,)]):
            table = self.measure([("v", "f64")], rows, "stddev(v)",
                                 "variance(v)", "var_pop(v)", "corr(v, v)",
                                 "covar_samp(v, v)", "stddev_pop(v)")
            self.same(table.rows, [(NAN,) * 6])
        # A null beside it is no pair.
        table = self.measure([("x", "f64"), ("y", "f64")],
                             [(INF, None), (1.0, 2.0), (2.0, 4.0)],
                             "corr(x, y)", "covar_pop(x, y)")
        self.same(table.rows, [(1.0, 0.5)])
        table = self.measure([("v", "f32")], [(INF,), (1.0,)], "median(v)",
                             "max(v)", "product(v)")
        self.same(table.rows, [(INF, INF, INF)])

    def test_pairs(self):
        pairs = [(float(i), float(i * i % 11)) for i in range(50)]
        rows = pairs + [(None, 1.0), (1.0, None), (None, None)]
        table = self.measure([("x", "f64"), ("y", "f64")], rows, "corr(x, y)",
                             "covar_samp(x, y)", "covar_pop(x, y)",
                             "count(x, y)")
        xs, ys = zip(*pairs)
        covar = statistics.covariance(xs, ys)
        for got, want in zip(table.rows[0], (
                statistics.correlation(xs, ys), covar, covar * 49 / 50)):
            self.near(got, want)
        self.assertEqual(table.rows[0][3], 50)

    def test_any_type(self):
        """Those that give a value that was there, of the same type."""
        for type in TYPES:
            some = [v for v in values(type) if v is not None]
            low, high = min(some, key=order), max(some, key=order)
            middle = sorted(some, key=order)[(len(some) - 1) // 2]
            rows = [(v, i) for i, v in enumerate(values(type) + [low] * 2)]
            table = self.measure(
                [("v", type), ("i", "i64")], rows, "any_value(v)", "mode(v)",
                "min_by(v, i)", "max_by(v, i)", "quantile_disc(v, 0)",
                "quantile_disc(distinct v, 0.5)", "quantile_disc(v, 1)",
                "min_by(i, v)", "max_by(i, v)", "first(v)", "last(v)",
                "approx_count_distinct(v)", "count(distinct v, i)")
            got = table.rows[0]
            with self.subTest(type):
                self.assertEqual(table.types[:7],
                                 [type.replace(", ", ",")] * 7)
                self.assertIn(key(got[0]), list(map(key, some)))
                self.same([got[1:7]], [(low, values(type)[0], low, low,
                                        middle, high)])
                self.assertIn(got[7], [i for v, i in rows if v == low])
                self.assertIn(got[8], [i for v, i in rows
                                       if key(v) == key(high)])
                self.assertEqual(got[12], len(rows) - 1)
                self.assertGreater(got[11], 0)

    def test_min_by_takes_nulls(self):
        table = self.measure(
            [("v", "i64"), ("by", "i64")],
            [(1, 5), (None, 9), (None, 1), (7, None)], "min_by(v, by)",
            "max_by(v, by)", "min_by(by, by)")
        self.same(table.rows, [(None, None, 1)])

    def test_logic_and_bits(self):
        table = self.measure(
            [("a", "bool"), ("n", "u8")],
            [(True, 12), (None, 10), (False, None), (True, 255)],
            "bool_and(a)", "bool_or(a)", "every(a is null or a or not a)",
            "count_if(a)", "bit_and(n)", "bit_or(n)", "bit_xor(n)")
        self.assertEqual(table.types[-3:], ["u8"] * 3)
        self.same(table.rows, [(False, True, True, 2, 8, 255, 12 ^ 10 ^ 255)])

    def test_texts_follow_the_order(self):
        rows = [(i, chr(97 + i % 7)) for i in range(3000)]
        base = [*create([("i", "i64"), ("s", "string")], rows), "sort",
                "i desc", END]
        texts = [s for _, s in reversed(rows)]
        for options in (["--threads", "1"], TWO):
            table = self.collect(
                *base, "measure", "string_agg(s, ', ')", "first(s)",
                "last(i)", "string_agg(distinct s, '')", "first(i)", END,
                options=options)
            self.same(table.rows, [(", ".join(texts), texts[0], 0, "abcdefg",
                                    2999)])
            table = self.collect(
                *base, "group", "s", END, "measure",
                "string_agg(cast(i as string), '-')", "first(i)", END,
                options=options)
            self.same(table.rows, [
                (chr(97 + k), "-".join(str(i) for i in range(2999, -1, -1)
                                       if i % 7 == k),
                 max(i for i in range(3000) if i % 7 == k))
                for k in range(7)])

    def test_filters(self):
        table = self.measure(
            [("x", "i64"), ("k", "i64")], [(i, i % 3) for i in range(30)],
            "count(distinct k, x % 2)", "count(k, x)", "median(x)")
        self.same(table.rows, [(6, 30, 14.5)])

    def test_many_groups(self):
        table = self.collect(
            "range", 0, 300000, 1, "select", "id % 100000 as k", "id", END,
            "group", "k", END, "measure", "median(id) as m",
            "count(distinct id % 2) as d", "max_by(id, -id) as first",
            "stddev_pop(id) as s", END, "filter",
            "m = k + 100000 and d = 1 and first = k and s > 81649 and s < "
            "81650", "measure", "count(*) as n", END, options=TWO)
        self.same(table.rows, [(100000,)])
        seen, = self.play(
            "range", 0, 200000, 1, "measure",
            "approx_count_distinct(id % 50000) as n", "approx_quantile(id, "
            "0.5) as q", END, "filter", "n > 25000 and n < 100000 and q > "
            "90000 and q < 110000", "count", options=TWO)
        self.assertEqual(seen, "1")

    def test_lambdas_around(self):
        table = self.collect(
            "range", 0, 6000, 1, "map-tag", "id", "group", "id % 3 as k", END,
            "measure", "median(tag) as m", "count_if(tag > 100) as n", END,
            "keep-even", "n", options=TWO)
        want = []
        for k in range(3):
            tags = [2 * i for i in range(6000) if i % 3 == k]
            n = sum(tag > 100 for tag in tags)
            want += [(k, statistics.median(tags), n)] if n % 2 == 0 else []
        self.same(table.rows, want)

    def test_bad(self):
        base = create([("x", "i64"), ("s", "string"), ("b", "bool"),
                       ("d", "date")], [])
        for measure, message in (
                ("median(s)", "median does not take string"),
                ("stddev(d)", "std_dev does not take date"),
                ("quantile(x)", "quantile takes 2 arguments, not 1"),
                ("quantile(x, 1.5)", "a number between 0 and 1"),
                ("quantile(x, -1)", "a number between 0 and 1"),
                ("quantile(x, x)", "a number between 0 and 1"),
                ("quantile(x, null)", "a number between 0 and 1"),
                ("quantile_disc(s, 'a')", "a number between 0 and 1"),
                ("string_agg(s, s)", "the separator must be a text"),
                ("string_agg(s)", "string_agg takes 2 arguments, not 1"),
                ("string_agg(x, ',')", "string_agg does not take i64"),
                ("bool_and(x)", "must be boolean, not i64"),
                ("bit_or(s)", "bit_or does not take string"),
                ("corr(x)", "corr takes 2 arguments, not 1"),
                ("corr(x, s)", "corr does not take string"),
                ("first(distinct x)", "'distinct' has no meaning here"),
                ("mode(distinct x)", "'distinct' has no meaning here"),
                ("count(distinct *)", "'*' stands alone"),
                ("median(*)", "only count takes a '*'"),
                ("median(max(x))", "not inside each other"),
                ("medain(x)", "did you mean median?"),
                ("grouping(x)", "its arguments are names of the keys")):
            with self.subTest(measure):
                self.fails([*base, "measure", measure, END, "collect"],
                           message)


@needs_guests
class GroupingSets(Rows):
    DATA = [(a, b, c, i) for i, (a, b, c) in enumerate(itertools.product(
        ["x", "y", None], [1, 2, None], [True, False]))] * 3

    BASE = create([("a", "string"), ("b", "i64"), ("c", "bool"),
                   ("v", "i64")], DATA)

    def expected(self, sets, width):
        rows = []
        for one in sets:
            groups = {}
            for row in self.DATA:
                groups.setdefault(tuple(row[i] if i in one else None
                                        for i in range(width)),
                                  []).append(row[3])
            bits = sum(1 << (width - 1 - i) for i in range(width)
                       if i not in one)
            rows += [(*k, sum(v), len(v), bits) for k, v in groups.items()]
        return rows

    MEASURES = ["measure", "sum(v) as s", "count(*) as n",
                "grouping_id() as g", END]

    def check(self, steps, sets, width):
        for options in (["--threads", "1"], TWO):
            table = self.collect(*self.BASE, *steps, *self.MEASURES,
                                 options=options)
            self.same(table.rows, self.expected(sets, width))
        return table

    def test_rollup(self):
        table = self.check(["rollup", "a", "b", "c", END],
                           [(0, 1, 2), (0, 1), (0,), ()], 3)
        self.assertEqual(table.names, ["a", "b", "c", "s", "n", "g"])
        self.check(["rollup", "a", END], [(0,), ()], 1)
        self.check(["rollup", END], [()], 0)

    def test_cube(self):
        self.check(["cube", "a", "b", END], [(0, 1), (0,), (1,), ()], 2)
        self.check(["cube", "a", "b", "c", END],
                   [s for n in range(4)
                    for s in itertools.combinations(range(3), n)], 3)

    def test_sets(self):
        self.check(["sets", "a", "b", END, "0", "1", END], [(0,), (1,)], 2)
        self.check(["sets", "a", "b", END, "0,1", "1,0", "-", END],
                   [(0, 1), (0, 1), ()], 2)

    def test_expressions_and_grouping(self):
        table = self.collect(
            *self.BASE, "rollup", "b * 2 as twice", "c", END, "measure",
            "sum(v) * 10 + grouping(c) as t", "grouping(twice, c) as g",
            "count(distinct a) as d", END)
        want = []
        for one in ((0, 1), (0,), ()):
            groups = {}
            for a, b, c, v in self.DATA:
                groups.setdefault((2 * b if b and 0 in one else None,
                                   c if 1 in one else None),
                                  []).append((a, v))
            want += [(*k, sum(v for _, v in some) * 10 + (1 not in one),
                      (0 not in one) * 2 + (1 not in one),
                      len({a for a, _ in some if a is not None}))
                     for k, some in groups.items()]
        self.same(table.rows, want)
        self.assertEqual(table.nullable[:2], [True, True])

    def test_nothing(self):
        """The set without keys has a row for no rows, as in SQL."""
        base = create([("k", "i64"), ("v", "i64")], [])
        table = self.collect(*base, "cube", "k", END, "measure", "sum(v)",
                             "count(*)", END)
        self.same(table.rows, [(None, None, 0)])
        table = self.collect(*base, "sets", "k", END, "0", END, "measure",
                             "count(*)", END)
        self.same(table.rows, [])
        # Plain groups know no others.
        table = self.collect(*self.BASE, "group", "a", END, "measure",
                             "grouping(a)", END)
        self.same(table.rows, [("x", 0), ("y", 0), (None, 0)])

    def test_every_type(self):
        for type in TYPES:
            rows = [(v,) for v in values(type)]
            table = self.collect(*create([("v", type)], rows), "rollup", "v",
                                 END, "measure", "count(*)", "grouping(v)",
                                 END)
            with self.subTest(type):
                once = {key(v) for v, in rows}
                self.same(table.rows, [(v, sum(key(w) == v for w, in rows), 0)
                                       for v in once] +
                          [(None, len(rows), 1)])

    def test_many(self):
        table = self.collect(
            "range", 0, 200000, 1, "rollup", "id % 1000 as a", "id % 7 as b",
            END, "measure", "count(*) as n", END, "measure",
            "count(*) as rows", "sum(n) as n", END, options=TWO)
        self.same(table.rows, [(7000 + 1000 + 1, 600000)])

    def test_plan(self):
        text = "\n".join(self.play("range", 0, 1, 1, "rollup", "id", END,
                                   "measure", "count(*) as n",
                                   "grouping(id) as g", END, "explain",
                                   "text"))
        self.assertIn("aggregate by id in sets (id), (): count(*) as n, "
                      "grouping(id) as g", text)

    def test_bad(self):
        for steps, message in (
                (["sets", "a", END, "1", END], "there is no key 1; there are "
                 "1, counted from 0"),
                (["sets", "a", END, "4294967295", END], "there is no key"),
                (["sets", "a", END, "0,0", END], "key 0 is in a set twice"),
                (["sets", "a", END, END], "at least one set"),
                (["sets", "a", "b", END, "0", END],
                 "the key 'b' is in none of the grouping sets"),
                (["cube", *"abcabcabcabca", END],
                 "there may be 4096 grouping sets, not 8192"),
                (["cube", *("a" * 70), END], "cube takes at most 62 keys"),
                (["rollup", "nope", END], "unknown column 'nope'")):
            with self.subTest(message):
                self.fails([*self.BASE, *steps, *self.MEASURES, "collect"],
                           message)
        self.fails([*self.BASE, "rollup", "a", END, "reduce-sum", "v",
                    "collect"], "reduce works on plain groups")


@needs_guests
class Pivots(Rows):
    DATA = [("n", 1, 10), ("n", 2, 20), ("s", 1, 30), ("n", 1, 5),
            ("e", None, 7), ("s", None, 1)]
    BASE = create([("k", "string"), ("q", "i64"), ("v", "i64")], DATA)

    def test_one_measure(self):
        table = self.collect(*self.BASE, "group", "k", END, "pivot", "q", "1",
                             "2", "3", END, "measure", "sum(v)", END)
        self.assertEqual(table.names, ["k", "1", "2", "3"])
        self.same(table.rows, [("n", 15, 20, None), ("s", 30, None, None),
                               ("e", None, None, None)])

    def test_names_and_nulls(self):
        table = self.collect(
            *self.BASE, "group", END, "pivot", "k", "'n'", "'s' as south",
            "'a \"b\"'", END, "measure", "sum(v) as total", "count(*) as n",
            "max(v) - min(v) as d", END)
        self.assertEqual(table.names, [
            f"{v}_{m}" for v in ("n", "south", 'a "b"')
            for m in ("total", "n", "d")])
        self.same(table.rows, [(35, 3, 15, 31, 2, 29, None, 0, None)])
        table = self.collect(*self.BASE, "rollup", "k", END, "pivot", "q",
                             "null as none", "-1", "1", END, "measure",
                             "count(v)", END)
        self.assertEqual(table.names, ["k", "none", "-1", "1"])
        self.same(table.rows, [("n", 0, 0, 2), ("s", 1, 0, 1), ("e", 1, 0, 0),
                               (None, 2, 0, 3)])

    def test_types(self):
        for type, values_, texts in (
                ("date", [0, 10957], ["'1970-01-01'", "date '2000-01-01'"]),
                ("f64", [0.5, NAN], ["0.5", "1e0"]),
                ("decimal(10,2)", [D("1.50"), D("2.00")], ["1.5", "2"]),
                ("u8", [3, 255], ["3", "255"]),
                ("bool", [True, False], ["true", "false"])):
            rows = [(v, i) for i, v in enumerate(values_)]
            table = self.collect(*create([("p", type), ("i", "i64")], rows),
                                 "group", END, "pivot", "p", *texts, END,
                                 "measure", "count(i)", END)
            with self.subTest(type):
                self.same(table.rows,
                          [(1, 0) if type == "f64" else (1, 1)])

    def test_bad(self):
        for steps, message in (
                (["q", END], "a pivot needs at least one value"),
                (["q", "1", "1", END], "the pivot has the value '1' twice"),
                (["q", "v", END], "unknown column 'v'"),
                (["q", "1 + 1", END], "a pivot's values are literals"),
                (["q", "'x'", END], "cannot compare i64 and string"),
                (["nope", "1", END], "unknown column 'nope'")):
            self.fails([*self.BASE, "group", "k", END, "pivot", *steps,
                        "measure", "sum(v)", END, "collect"], message)
        self.fails([*self.BASE, "group", "k", END, "pivot", "q", "1", END,
                    "pivot", "q", "2", END, "measure", "sum(v)", END,
                    "collect"], "has a pivot already")
        self.fails([*self.BASE, "group", "k", END, "pivot", "q", "1", END,
                    "reduce-sum", "v", "collect"],
                   "reduce works on plain groups")
        self.fails([*self.BASE, "group", "k", END, "pivot", "q",
                    *map(str, range(6000)), END, "measure", "sum(v)",
                    "min(v)", END, "collect"], "at most 10000 can be")


@needs_guests
class Describes(Rows):
    NAMES = ["column", "type", "count", "nulls", "mean", "stddev", "min",
             "q25", "median", "q75", "max"]

    def test_numbers(self):
        some = [3, 1, 4, 1, 5, 9, 2, 6]
        for type in NUMBERS:
            rows = [(v,) for v in some + [None, None]]
            table = self.collect(*create([("v", type)], rows), "describe",
                                 END)
            self.assertEqual(table.names, self.NAMES)
            row, = table.rows
            with self.subTest(type):
                self.assertEqual((row[0], row[2], row[3]), ("v", 8, 2))
                for got, want in zip((*row[4:6], *row[7:10]), (
                        statistics.mean(some), statistics.stdev(some),
                        quantile(some, 0.25), statistics.median(some),
                        quantile(some, 0.75))):
                    self.assertAlmostEqual(got, want)
                self.assertEqual([float(row[6]), float(row[10])], [1, 9])

    def test_other_types(self):
        table = self.collect(
            *create([("s", "string"), ("b", "bool"), ("d", "date"),
                     ("x", "binary"), ("n", "i64")],
                    [("b", True, 0, b"1", 1), ("a", None, 1, b"2", 2)]),
            "describe", "d", "s", "b", "x", END)
        nothing = (None, None)
        self.same(table.rows, [
            ("d", "date", 2, 0, *nothing, "1970-01-01", None, *nothing,
             "1970-01-02"),
            ("s", "string", 2, 0, *nothing, "a", None, *nothing, "b"),
            ("b", "boolean", 1, 1, *nothing, *nothing, *nothing, None),
            ("x", "binary", 2, 0, *nothing, *nothing, *nothing, None)],
            ordered=True)

    def test_nothing(self):
        table = self.collect(*create([("v", "i64")], []), "describe", END)
        self.same(table.rows, [("v", "i64", 0, 0) + (None,) * 7])
        self.fails(["range", 0, 1, 1, "describe", "nope", END, "collect"],
                   "unknown column 'nope' in describe")
        self.fails(["range", 0, 1, 1, "drop-columns", "id", END, "describe",
                    END, "collect"], "there are no columns to describe")

    def test_lambdas_around(self):
        table = self.collect("range", 0, 50000, 1, "map-tag", "id",
                             "describe", END, "select", "column", "count",
                             "max", END, options=TWO)
        self.same(table.rows, [("id", 50000, "49999"),
                               ("tag", 50000, "99998")])


if __name__ == "__main__":
    unittest.main()
