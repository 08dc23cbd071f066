"""Rows of table functions, end to end, against plain Python: every partition
once, whole, on any number of threads, and no longer than rows are wanted."""

import time
import unittest

from script import END, SANITIZED, Case, create, encode, needs_guests
from datasets import TYPES, quiet, values

THREADS = ["1", "2"]


def generate(kind, partitions, count, schema=(), row=()):
    text = ", ".join(f'"{name}": {type}' for name, type in schema)
    return ["generate", kind, partitions, count, text,
            *(encode(value, type) for value, (_, type) in zip(row, schema)),
            END]


def rows(partitions, count):
    return [(part, row) for part in range(partitions) for row in range(count)]


@needs_guests
class Rows(Case):
    def test_each_row_once_on_any_number_of_threads(self):
        for threads in THREADS:
            for kind in ("rows", "columns"):
                for partitions, count in ((1, 1), (1, 2048), (1, 2049),
                                          (3, 7), (2, 10000), (40, 100)):
                    with self.subTest(threads=threads, kind=kind,
                                      partitions=partitions, count=count):
                        table = self.collect(
                            *generate(kind, partitions, count),
                            options=["--threads", threads])
                        self.assertEqual(sorted(table.rows),
                                         rows(partitions, count))

    def test_one_partition_keeps_its_order_on_one_thread(self):
        table = self.collect(*generate("rows", 1, 9000),
                             options=["--threads", "1"])
        self.assertEqual(table.rows, rows(1, 9000))

    def test_no_rows(self):
        for threads in THREADS:
            table = self.collect(*generate("rows", 3, 0),
                                 options=["--threads", threads])
            self.assertEqual((table.names, table.rows), (["part", "row"], []))
        self.assertEqual(self.play(*generate("rows", 3, 0), "count"), ["0"])

    def test_every_type_as_argument_and_as_column(self):
        for type in TYPES:
            some = values(type)
            steps = [step for value in some for step in (
                *generate("rows", 2, 3, [("v", type)], [value]),
                "select", "v", "row", END, "collect")]
            for value, table in zip(some, self.play(*steps), strict=True):
                self.assertEqual(
                    quiet(sorted(table.rows, key=lambda r: r[1])),
                    quiet([(value, i) for i in (0, 0, 1, 1, 2, 2)]),
                    (type, value))
                self.assertEqual(table.types[0].replace(",UTC", ", UTC"), type)

    def test_many_arguments_in_their_order(self):
        schema = [(f"c{i}", type) for i, type in enumerate(TYPES)]
        row = tuple(values(type)[i % len(values(type))]
                    for i, type in enumerate(TYPES))
        table = self.collect(*generate("rows", 1, 2, schema, row))
        self.assertEqual(quiet(table.rows), quiet([(0, 0, *row), (0, 1, *row)]))

    def test_only_wanted_columns(self):
        schema = [("s", "string"), ("n", "i64")]
        steps = generate("rows", 2, 3000, schema, ["text", 7])
        for threads in THREADS:
            options = ["--threads", threads]
            self.assertEqual(self.play(*steps, "count", options=options),
                             ["6000"])
            table = self.collect(*steps, "select", "n", "s", END, "distinct",
                                 END, options=options)
            self.assertEqual(table.rows, [(7, "text")])
            table = self.collect(*steps, "measure", "sum(row) as r",
                                 "max(part) as p", END, options=options)
            self.assertEqual(table.rows, [(2 * sum(range(3000)), 1)])

    def test_a_million_rows(self):
        table = self.collect(*generate("columns", 8, 125000), "measure",
                             "count(*) as n", "sum(row + part) as s", END)
        self.assertEqual(table.rows, [
            (1000000, 8 * sum(range(125000)) + 125000 * sum(range(8)))])

    def test_lambdas_over_them(self):
        for threads in THREADS:
            table = self.collect(
                *generate("rows", 3, 4000), "map-tag", "row", "keep-even",
                "tag", "group", "part", END, "measure", "sum(tag) as t", END,
                options=["--threads", threads])
            self.assertEqual(sorted(table.rows),
                             [(i, 2 * sum(range(4000))) for i in range(3)])
            table = self.collect(
                *generate("rows", 2, 3000), "group", "part", END,
                "count-parts", options=["--threads", threads])
            self.assertEqual(sorted(table.rows), [(0, 3000), (1, 3000)])

    def test_joined_with_itself(self):
        table = self.collect(
            *generate("rows", 2, 100), "as", "a", *generate("rows", 3, 100),
            "join-using", "a", "inner", "part", "row", END, "measure",
            "count(*) as n", END)
        self.assertEqual(table.rows, [(200,)])

    def test_cached_and_written(self):
        table, = self.play(*generate("rows", 2, 10), "cache", "memory", "as",
                           "c", "count", "use", "c", "sort", "part", "row",
                           END, "collect")[1:]
        self.assertEqual(table.rows, rows(2, 10))
        self.play(*generate("rows", 2, 5000), "write", "out", "create",
                  "wait", options=["--sink", "out=out.parquet"])
        self.assertEqual(
            self.play("read", "t", "count",
                      options=["--table", "t=out.parquet"]), ["10000"])


@needs_guests
class Ends(Case):
    """A function that goes on for ever is asked no longer than is needed."""

    def quick(self, *steps, **more):
        begin = time.monotonic()
        out = self.play(*steps, **more)
        self.assertLess(time.monotonic() - begin, 120 if SANITIZED else 20)
        return out

    def test_limit(self):
        for threads in THREADS:
            for partitions in (1, 5):
                self.assertEqual(
                    self.quick(*generate("forever", partitions, -1), "limit",
                               7, "count", options=["--threads", threads]),
                    ["7"])

    def test_first_and_take(self):
        first, = self.quick(*generate("forever", 1, -1), "first")
        self.assertEqual(first[0], "0")
        table, = self.quick(*generate("forever", 2, -1), "take", 3)
        self.assertEqual(len(table.rows), 3)

    def test_one_that_does_not_come_back(self):
        """The limit is reached before the function is stuck in a call."""
        self.assertEqual(self.quick(*generate("spin", 2, 5000), "limit", 3,
                                    "count"), ["3"])

    def test_timeout(self):
        for kind, count in (("forever", -1), ("spin", 100)):
            self.fails([*generate(kind, 2, count), "count"], "timed out",
                       options=["--timeout", "1s"], code=124)

    def test_partitions_are_closed(self):
        """Each that was opened, when its rows are at an end."""
        self.assertEqual(
            self.play(*generate("rows", 5, 10), "write", "out", "create",
                      "wait", "closed", options=["--sink", "out=o.csv"]),
            ["5"])
        closed, = self.play(*generate("forever", 1, -1), "limit", 10, "write",
                            "out", "create", "wait", "closed",
                            options=["--sink", "out=o2.csv"])
        self.assertIn(closed, ("0", "1"))


@needs_guests
class Failures(Case):
    def test_errors_of_the_function(self):
        for threads in THREADS:
            options = ["--threads", threads]
            for count in (0, 1, 5000):
                self.fails([*generate("fail", 3, count), "count"],
                           "generate lambda: no row", str(count),
                           "generate_next", options=options)
                self.fails([*generate("trap", 3, count), "count"],
                           "generate lambda: trap", "generate_next",
                           options=options)

    def test_a_write_that_fails_leaves_nothing(self):
        self.fails([*generate("fail", 2, 9000), "write", "out", "create",
                    "wait"], "no row", options=["--sink", "out=out.csv"])
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_partitions_that_cannot_be(self):
        for partitions in (0, 1000001):
            self.fails([*generate("rows", partitions, 1), "count"],
                       "1 to 1000000 partitions", str(partitions))

    def test_one_row_of_arguments(self):
        self.fails(["generate", "rows", 1, 1, "v: i64", 1, 2, END, "count"],
                   "the arguments of generate", "rows")
        self.fails(["generate", "rows", 1, 1, "v: i64", END, "count"],
                   "the arguments of generate", "rows")

    def test_names_that_come_twice(self):
        self.fails([*generate("rows", 1, 1, [("part", "i64")], [1]), "count"],
                   "two columns are named 'part'")

    def test_explained(self):
        plan, = self.play(*generate("rows", 4, 1), "explain", "text")[:1]
        self.assertIn("generate", plan)
        self.assertIn("in 4 partitions", plan)


if __name__ == "__main__":
    unittest.main()
