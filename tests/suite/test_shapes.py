"""Columns and rows: with-column, drop, rename, distinct, limit, range, row
numbers, zip, samples and unpivot, against plain Python over the same rows."""

import math
import unittest

from script import END, create, needs_guests
from datasets import TYPES, Rows, key, values

TWO = ["--threads", "2"]
ONE = ["--threads", "1"]


def column(type, count=1):
    """Rows of an id and each value of a type, some times over."""
    return [(i, value) for i, value in enumerate(values(type) * count)]


@needs_guests
class Columns(Rows):
    BASE = create([("a", "i64"), ("b", "string"), ("c", "f64")],
                  [(1, "x", 0.5), (2, None, None)])

    def test_with_column(self):
        table = self.collect(*self.BASE, "with", "d", "a * 2",
                             "with", "b", "a + d", "with", "C", "1")
        self.assertEqual(table.names, ["a", "b", "C", "d"])
        self.assertEqual(table.types, ["i64", "i64", "i64", "i64"])
        self.same(table.rows, [(1, 3, 1, 2), (2, 6, 1, 4)])

    def test_drop_and_rename(self):
        table = self.collect(*self.BASE, "rename", "a", "b", "b", "a", END,
                             "drop-columns", "c", END)
        self.assertEqual(table.names, ["b", "a"])
        self.same(table.rows, [(1, "x"), (2, None)])
        # A join's second column of a name goes with the first.
        table = self.collect(*self.BASE, "as", "r", *self.BASE, "join", "r",
                             "inner", "left.a = right.a", "drop-columns", "b",
                             "c", END)
        self.assertEqual(table.names, ["a", "a"])
        # Rows without columns are still counted.
        seen, = self.play(*self.BASE, "drop-columns", "a", "b", "c", END,
                          "count")
        self.assertEqual(seen, "2")

    def test_unicode_names(self):
        name = 'größe "日本" \U0001f600'
        table = self.collect(*self.BASE, "rename", "a", name, END, "with",
                             "x'y", "1", "drop-columns", "b", "c", END)
        self.assertEqual(table.names, [name, "x'y"])

    def test_bad_names(self):
        for steps, message in (
                (["with", "", "1"], "with-column: a column's name is empty"),
                (["with", "d", "nope"], "unknown column 'nope'"),
                (["with", "d", "a as e"], "'as e' has no meaning here"),
                (["drop-columns", "a", "d", END],
                 "unknown column 'd' in drop-columns"),
                (["rename", "a", "", END], "rename: a column's name is empty"),
                (["rename", "a", "c", END], "there are two columns 'c'"),
                (["rename", "z", "y", END],
                 "unknown column 'z' in rename; the columns are: a, b, c"),
                (["distinct", "z", END], "unknown column 'z' in distinct"),
                (["row-index", "a"], "there is a column of that name"),
                (["unpivot", "n", "v", "a", "b", END],
                 "unpivot of i64 and string in the column 'b'"),
                (["unpivot", "n", "v", END], "needs at least one column"),
                (["unpivot", "b", "v", "a", END],
                 "the column of names cannot be called 'b'")):
            with self.subTest(message):
                self.fails([*self.BASE, *steps, "collect"], message)

    def test_order_survives(self):
        table = self.collect(
            "range", 0, 100000, 1, "sort", "id desc", END, "with", "k",
            "id % 10", "drop-columns", "k", END, "rename", "id", "n", END,
            "filter", "n % 7 = 0", "row-index", "i", "limit", "3000",
            options=TWO)
        want = [n for n in range(99999, -1, -1) if n % 7 == 0][:3000]
        self.same(table.rows, [(n, i) for i, n in enumerate(want)],
                  ordered=True)

    def test_lambdas_around(self):
        """Only wanted columns reach a lambda, before and after."""
        steps = ["range", 0, 5000, 1, "with", "heavy", "cast(id as string)",
                 "map-tag", "id", "with", "b", "tag + 1", "rename", "b", "c",
                 END, "repeat", "c", 2, "with", "d", "value + copy",
                 "keep-even", "d", "drop-columns", "copy", "d", END]
        table = self.collect(*steps, options=TWO)
        self.assertEqual(table.names, ["value"])
        self.same(table.rows, [(2 * i + 1,) for i in range(5000)])
        text = "\n".join(self.play(*steps, "explain", "text"))
        self.assertRegex(text, r"flat-map lambda \d+ at site 1 of \(c\)")


@needs_guests
class Distinct(Rows):
    def test_all_columns_of_every_type(self):
        steps, wants = [], []
        for type in TYPES:
            rows = [(i % 2, value) for i, value in column(type, 4)]
            steps += [*create([("k", "i64"), ("v", type)], rows),
                      "distinct", END, "collect"]
            wants.append({(k, key(v)) for k, v in rows})
        for type, want, table in zip(TYPES, wants, self.play(*steps)):
            with self.subTest(type):
                self.same(table.rows, list(want))

    def test_on_columns(self):
        for type in TYPES:
            rows = column(type, 3)
            table = self.collect(*create([("i", "i64"), ("v", type)], rows),
                                 "distinct", "v", END)
            with self.subTest(type):
                self.assertEqual(sorted(map(repr, map(key, table.column(1)))),
                                 sorted({repr(key(v)) for v in values(type)}))
                # Each is a row that was there, not a mixture of several.
                self.assertLessEqual(set(self.quietly(table.rows)),
                                     set(self.quietly(rows)))

    @staticmethod
    def quietly(rows):
        return [tuple(map(key, row)) for row in rows]

    def test_first_of_an_order(self):
        for options in (ONE, TWO):
            table = self.collect(
                "range", 0, 200000, 1, "select", "id % 1000 as k", "id", END,
                "sort", "id desc", END, "distinct", "k", END, options=options)
            self.same(table.rows, [(k, 199000 + k) for k in range(1000)])

    def test_rows_stay_whole(self):
        table = self.collect(
            "range", 0, 300000, 1, "select", "id % 100 as k", "id as a",
            "id * 3 as b", END, "distinct", "k", END, options=TWO)
        self.assertEqual(len(table.rows), 100)
        for k, a, b in table.rows:
            self.assertEqual((a % 100, b), (k, 3 * a))

    def test_nothing(self):
        base = create([("a", "i64")], [])
        self.assertEqual(self.collect(*base, "distinct", END).rows, [])
        self.assertEqual(self.collect(*base, "distinct", "a", END).rows, [])
        seen = self.play("range", 0, 5, 1, "drop-columns", "id", END,
                         "distinct", END, "count", *base, "drop-columns", "a",
                         END, "distinct", END, "count")
        self.assertEqual(seen, ["1", "0"])


@needs_guests
class Ranges(Rows):
    LEAST, MOST = -2 ** 63, 2 ** 63 - 1

    def test_steps(self):
        cases = [(0, 10, 3), (10, 0, -3), (0, 0, 1), (5, 0, 1), (0, 5, -1),
                 (0, 9, 3), (-5, 6, 5), (self.LEAST, self.MOST, self.MOST),
                 (self.MOST, self.LEAST, self.LEAST),
                 (self.MOST - 7, self.MOST, 5), (0, -3, self.LEAST),
                 (self.LEAST + 1, self.LEAST, -1), (0, 1, self.MOST)]
        steps = []
        for case in cases:
            steps += ["range", *case, "collect"]
        for case, table in zip(cases, self.play(*steps)):
            with self.subTest(case):
                self.same(table.rows, [(i,) for i in range(*case)])
        self.fails(["range", 0, 1, 0, "collect"], "the step of a range is 0")

    def test_slices(self):
        most = 2 ** 64 - 1
        for offset, count in ((0, 3), (2, 3), (4, 100), (5, 1), (9, 0),
                              (0, most), (3, most), (most, most), (most, 1)):
            table = self.collect("range", 0, 5, 1, "sort", "id", END, "slice",
                                 offset, count)
            with self.subTest((offset, count)):
                self.same(table.rows,
                          [(i,) for i in range(5)][offset:offset + count],
                          ordered=True)

    def test_row_index(self):
        for options in (ONE, TWO):
            table = self.collect("range", 0, 10000, 1, "sort", "id desc", END,
                                 "row-index", "i", options=options)
            self.assertEqual(table.types, ["i64", "i64"])
            self.assertEqual(table.nullable, [False, False])
            self.same(table.rows, [(9999 - i, i) for i in range(10000)],
                      ordered=True)
        # Files and created rows have an order, too.
        self.file("t.csv", "a\n" + "".join(f"{i}\n" for i in range(50000)))
        table = self.collect("read", "t", "row-index", "i", "filter",
                             "a <> i or a is null", options=[
                                 *TWO, "--table", "t=t.csv"])
        self.assertEqual(table.rows, [])
        self.same(self.collect(*create([("a", "i64")], []), "row-index",
                               "i").rows, [])

    def test_row_index_calls_the_lambda(self):
        """Though nobody looks at what the lambda gives."""
        table = self.collect("range", 0, 5000, 1, "repeat", "id", 2,
                             "row-index", "i", "select", "i", END,
                             options=TWO)
        self.same(table.rows, [(i,) for i in range(10000)])


@needs_guests
class Zips(Rows):
    def test_every_type(self):
        steps, wants = [], []
        for type in TYPES:
            rows = column(type)
            steps += [*create([("v", type)], [(v,) for _, v in rows]), "as",
                      "r", *create([("i", "i64")], [(i,) for i, _ in rows]),
                      "zip", "r", "collect"]
            wants.append(rows)
        for type, want, table in zip(TYPES, wants, self.play(*steps)):
            with self.subTest(type):
                self.same(table.rows, want, ordered=True)

    def test_orders(self):
        for options in (ONE, TWO):
            table = self.collect(
                "range", 0, 30000, 1, "sort", "id desc", END, "as", "r",
                "range", 0, 60000, 1, "filter", "id % 2 = 0", "map-tag", "id",
                "zip", "r", options=options)
            self.same(table.rows,
                      [(2 * i, 4 * i, 29999 - i)
                       for i in range(30000)],
                      ordered=True)

    def test_lengths(self):
        for left, right, more in ((0, 1, "right"), (1, 0, "left"),
                                  (5000, 5001, "right"), (5001, 5000, "left")):
            for end in ("collect", "count"):
                self.fails(["range", 0, right, 1, "as", "r", "range", 0, left,
                            1, "zip", "r", end],
                           f"zip-with: the {more} data set has more rows",
                           out=None)
        table = self.collect("range", 0, 0, 1, "as", "r", "range", 0, 0, 1,
                             "zip", "r")
        self.assertEqual((table.names, table.rows), (["id", "id"], []))


@needs_guests
class Samples(Rows):
    def sample(self, *steps, options=(), base=("range", 0, 100000, 1)):
        return self.collect(*base, "sample", *steps, options=options).rows

    def test_fractions(self):
        count = 100000
        for fraction in (0, 0.01, 0.3, 0.5, 0.999, 1):
            rows = self.sample(fraction, "once", 7)
            self.assertEqual(len(rows), len(set(rows)))
            spread = 6 * math.sqrt(count * fraction * (1 - fraction)) + 1
            self.assertLess(abs(len(rows) - count * fraction), spread)

    def test_replacement(self):
        for fraction in (0, 0.1, 1, 2.5, 50):
            rows = self.sample(fraction, "again", 7, base=("range", 0, 20000,
                                                           1))
            times = {}
            for row in rows:
                times[row] = times.get(row, 0) + 1
            mean = 20000 * fraction
            self.assertLess(abs(len(rows) - mean), 6 * math.sqrt(mean) + 1)
            # Poisson's distribution: so many rows are not drawn at all.
            none, share = 20000 - len(times), math.exp(-fraction)
            self.assertLess(abs(none - 20000 * share),
                            6 * math.sqrt(20000 * share * (1 - share)) + 1)

    def test_seeds(self):
        one = self.sample(0.5, "once", 1, options=ONE)
        self.same(one, self.sample(0.5, "once", 1, options=ONE), ordered=True)
        self.same(one, self.sample(0.5, "once", 1, options=TWO))
        # Another seed is another sample: half of the one is in the other.
        other = self.sample(0.5, "once", 2)
        both = len(set(one) & set(other))
        self.assertLess(abs(both - 25000), 900)
        largest = self.sample(0.5, "once", 2 ** 64 - 1)
        self.assertLess(abs(len(set(one) & set(largest)) - 25000), 900)

    def test_same_rows_same_sample(self):
        """Also where rows come in any order: after a join, a group."""
        base = ("range", 0, 50000, 1, "as", "r", "range", 0, 100000, 1,
                "select", "id % 50000 as id", END, "join-using", "r", "inner",
                "id", END)
        samples = [sorted(self.sample(0.2, "once", 3, options=options,
                                      base=base))
                   for options in (ONE, TWO, TWO)]
        self.same(samples[0], samples[1])
        self.same(samples[0], samples[2])
        self.assertLess(abs(len(samples[0]) - 20000), 900)
        # Equal rows are drawn one by one, not all or none.
        once = 2 * len(set(samples[0])) - len(samples[0])
        self.assertGreater(once, 10000)

    def test_few_values(self):
        """A table of equal rows is no single draw."""
        rows = self.sample(0.5, "once", 9, base=(
            "range", 0, 10000, 1, "select", "1 as x", END, "sort", "x", END))
        self.assertLess(abs(len(rows) - 5000), 400)

    def test_lambdas_around(self):
        rows = self.sample(0.5, "once", 4, "keep-even", "tag", options=TWO,
                           base=("range", 0, 10000, 1, "map-tag", "id"))
        self.same([(tag,) for _, tag in rows], [
            (2 * i,) for i, in self.sample(0.5, "once", 4,
                                           base=("range", 0, 10000, 1))])

    def test_every_type(self):
        for type in TYPES:
            base = [*create([("v", type)], [(v,) for v in values(type) * 20]),
                    "sort", "v", END]
            once = self.sample(0.5, "once", 5, base=base)
            self.assertLessEqual({key(v) for v, in once},
                                 {key(v) for v in values(type)})
            self.assertGreater(len(once), 0)

    def test_bad(self):
        for fraction, how in (("nan", "once"), ("nan", "again"),
                              ("-0.1", "once"), ("1.1", "once"),
                              ("inf", "again"), ("101", "again"),
                              ("-inf", "again")):
            self.fails(["range", 0, 3, 1, "sample", fraction, how, 1,
                        "collect"], "the fraction of a sample is")


@needs_guests
class Unpivots(Rows):
    def test_every_type(self):
        steps, wants = [], []
        for type in TYPES:
            rows = [(i, v, values(type)[0]) for i, v in column(type)]
            steps += [*create([("i", "i64"), ("a", type), ("b", type)], rows),
                      "unpivot", "name", "value", "b", "a", END, "collect"]
            wants.append([row for i, a, b in rows
                          for row in ((i, "b", b), (i, "a", a))])
        for type, want, table in zip(TYPES, wants, self.play(*steps)):
            with self.subTest(type):
                self.assertEqual(table.names, ["i", "name", "value"])
                self.assertEqual(table.nullable[1:], [False, True])
                self.same(table.rows, want, ordered=True)

    def test_wide_and_long(self):
        names = [f"c{i}" for i in range(200)]
        table = self.collect(
            "range", 0, 5000, 1, "select", "id", *(
                f"id + {i} as {name}" for i, name in enumerate(names)), END,
            "unpivot", "n", "v", *names, END, "group", "n", END, "measure",
            "sum(v - id) as s", END, options=TWO)
        self.same(table.rows, [(f"c{i}", 5000 * i) for i in range(200)])

    def test_lambdas_around(self):
        table = self.collect(
            "range", 0, 3000, 1, "repeat", "id", 2, "unpivot", "n", "v",
            "value", "copy", END, "keep-even", "v", options=TWO)
        want = [row for i in range(3000) for copy in range(2)
                for row in (("value", i), ("copy", copy)) if row[1] % 2 == 0]
        self.same(table.rows, want)


if __name__ == "__main__":
    unittest.main()
