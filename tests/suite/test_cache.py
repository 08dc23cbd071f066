"""Rows that are kept: caches and tables of the program's own. A lambda that
multiplies by what memory holds tells when, and how often, it was computed."""

import os
import subprocess
import time
import unittest

from script import (BIN, CACHE, END, GUEST, SANITIZED, Failure, create,
                    needs_guests, read, start)
from datasets import TYPES, Rows, values


def tagged(factor, rows=4):
    return [(i, factor * i) for i in range(rows)]


BASE = ["range", "0", "4", "1", "map-tag", "id"]


@needs_guests
class Caches(Rows):
    def test_computed_once_with_memory_of_the_first_action(self):
        for storage in ("memory", "disk"):
            first, second, third = self.play(
                *BASE, "cache", storage, "as", "c", "set-factor", "3",
                "collect", "set-factor", "5", "collect", "use", "c", "filter",
                "tag > 0", "collect")
            self.same(first.rows, tagged(3))
            self.same(second.rows, tagged(3))
            self.same(third.rows, tagged(3)[1:])

    def test_not_before_it_is_needed(self):
        table, = self.play(*BASE, "cache", "memory", "as", "c", "schema",
                           "set-factor", "7", "explain", "text", "use", "c",
                           "collect")[-1:]
        self.same(table.rows, tagged(7))

    def test_without_a_cache_it_is_computed_again(self):
        first, second = self.play(*BASE, "as", "c", "collect", "set-factor",
                                  "5", "collect")
        self.same(first.rows, tagged(2))
        self.same(second.rows, tagged(5))

    def test_every_type(self):
        columns = [values(type) for type in TYPES]
        rows = [tuple(c[(i + j) % len(c)] for j, c in enumerate(columns))
                for i in range(12)]
        schema = [(f"c{j}", type) for j, type in enumerate(TYPES)]
        for storage in ("memory", "disk"):
            for threads in ("1", "2"):
                first, second = self.play(
                    *create(schema, rows), "cache", storage, "collect",
                    "collect", options=["--threads", threads])
                self.same(first.rows, rows)
                self.same(second.rows, rows)
                self.assertEqual(first.types, second.types)
                self.assertEqual(first.nullable, second.nullable)

    def test_no_rows(self):
        tables = self.play(*create([("a", "i64")], []), "cache", "memory",
                           "collect", "collect", "count")
        self.assertEqual([t.rows for t in tables[:2]], [[], []])
        self.assertEqual(tables[2], "0")

    def test_twice_in_one_plan(self):
        for storage in ("memory", "disk"):
            table = self.collect(*BASE, "cache", storage, "as", "c", "join",
                                 "c", "inner", "left.tag = right.tag",
                                 "measure", "count(*) as n", END)
            self.assertEqual(table.rows, [(4,)])

    def test_caches_of_caches(self):
        first, second = self.play(
            *BASE, "cache", "memory", "as", "c", "select", "id",
            "tag + 1 as t", END, "cache", "disk", "as", "d", "set-factor",
            "3", "collect", "set-factor", "4", "use", "c", "collect")
        self.same(first.rows, [(i, t + 1) for i, t in tagged(3)])
        self.same(second.rows, tagged(3))

    def test_stages_below_and_above(self):
        for threads in ("1", "2"):
            tables = self.play(
                "range", "0", "30000", "1", "group", "id % 10 as k", END,
                "count-parts", "cache", "memory", "as", "c", "collect", "use",
                "c", "select", "part as p", "rows", END, "group",
                "p % 2 as k", END, "number-rows", "measure",
                "count(*) as n", "sum(rows) as r", END, "collect",
                options=["--threads", threads])
            self.same(tables[0].rows, [(i, 3000) for i in range(10)])
            self.assertEqual(tables[1].rows, [(10, 30000)])
            # In one action: the stage above reads what the one below filled.
            table = self.collect(
                "range", "0", "30000", "1", "group", "id % 10 as k", END,
                "count-parts", "cache", "memory", "select", "part as p",
                "rows", END, "group", "p % 2 as k", END, "number-rows",
                "measure", "count(*) as n", "sum(rows) as r", END,
                options=["--threads", threads])
            self.assertEqual(table.rows, [(10, 30000)])

    def test_the_order_of_a_sort_stays(self):
        want = list(range(49999, -1, -1))
        tables = self.play("range", "0", "50000", "1", "sort", "id desc", END,
                           "cache", "memory", "collect", "collect", "limit",
                           "3", "collect", options=["--threads", "2"])
        for table, rows in zip(tables, (want, want, want[:3])):
            self.assertEqual(table.column(), rows)

    def test_a_failure_leaves_it_uncomputed(self):
        failure, table, again = self.play(
            "attempt", *BASE, "cache", "memory", "set-factor", "-1", "count",
            "set-factor", "6", "collect", "set-factor", "7", "collect")[-3:]
        self.assertIsInstance(failure, str)
        self.same(table.rows, tagged(6))
        self.same(again.rows, tagged(6))

    def test_an_error_below_is_told(self):
        self.fails([*BASE, "cache", "memory", "set-factor", "-1", "collect"],
                   "the factor is -1", out=None)
        self.fails(["range", "0", "9", "1", "select", "1 // (id - 5) as x",
                    END, "cache", "disk", "collect"], "division by zero",
                   out=None)

    def test_jobs_at_once_share_it(self):
        """Whichever comes first computes it, the others wait for it."""
        steps = ["range", "0", "300000", "1", "map-tag", "id", "cache",
                 "memory"]
        for i in range(5):
            steps += ["set-factor", str(i + 3), "write", f"o{i}", "create"]
        options = []
        for i in range(5):
            options += ["--sink", f"o{i}=o{i}.csv"]
        self.play(*steps, options=options)
        files = {tuple(sorted((self.folder / f"o{i}.csv").read_text().split()))
                 for i in range(5)}
        self.assertEqual(len(files), 1)

    def test_the_disk(self):
        """A file while the program runs, nothing afterwards."""
        temp = self.folder / "temp"
        temp.mkdir()
        process = subprocess.Popen(
            [BIN, "run", "--quiet", str(GUEST), "range", "0", "3000000", "1",
             "cache", "disk", "count", "range", "0", "4000000000", "1",
             "filter", "id < 0", "count"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE, TMPDIR=str(temp)))
        until = time.monotonic() + 60
        found = []
        while not found and time.monotonic() < until:
            found = list(temp.glob("*.cache"))
            time.sleep(0.01)
        self.assertNotEqual(found, [])
        self.assertEqual(process.stdout.readline(), b"3000000\n")
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(list(temp.iterdir()), [])

    @unittest.skipIf(SANITIZED, "memory is not the program's own")
    def test_dropped_rows_are_freed(self):
        steps = []
        for _ in range(60):
            steps += ["range", "0", "2000000", "1", "cache", "memory", "as",
                      "c", "count", "drop", "c"]
        process = subprocess.Popen(
            [BIN, "run", "--quiet", str(GUEST), *steps],
            stdout=subprocess.DEVNULL,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual(status, 0)
        # All of them would be about a GiB.
        self.assertLess(usage.ru_maxrss, 500 * 1024)


@needs_guests
class Tables(Rows):
    def test_modes(self):
        a = ["range", "0", "2", "1", "temp", "t"]
        b = ["range", "5", "7", "1", "temp", "t"]
        show = ["read", "t", "collect"]
        tables = self.play(*a, "create", *show, *b, "append", *show, *b,
                           "ignore", *show, *b, "overwrite", *show)
        self.assertEqual([sorted(t.column()) for t in tables],
                         [[0, 1], [0, 1, 5, 6], [0, 1, 5, 6], [5, 6]])
        for mode in ("create", "overwrite", "append", "ignore"):
            table, = self.play(*a, mode, *show)
            self.assertEqual(table.column(), [0, 1])
        self.fails([*a, "create", *b, "create"], "'t' exists already")
        self.fails([*a, "upsert"], "upsert")

    def test_columns(self):
        a = ["range", "0", "2", "1", "temp", "t", "create", "wait"]
        for other in (["select", "id as b", END],
                      ["select", "cast(id as i32) as id", END],
                      ["select", "id", "id as b", END]):
            self.fails([*a, "range", "0", "2", "1", *other, "temp", "t",
                        "append"], "other columns than the table")

    def test_nulls_come_later(self):
        table = self.play("range", "0", "2", "1", "temp", "t", "create",
                          *create([("id", "i64")], [(None,)]), "temp", "t",
                          "append", "read", "t", "collect")[0]
        self.same(table.rows, [(0,), (1,), (None,)])
        self.assertEqual(table.nullable, [True])

    def test_names(self):
        self.file("g.csv", "a\n1\n")
        self.fails(["range", "0", "2", "1", "temp", "g", "create"],
                   "'g' is a table that was granted",
                   options=["--table", "g=g.csv"])
        self.fails(["range", "0", "2", "1", "temp", "", "create"], "name")
        table = self.play("range", "0", "2", "1", "temp", "a b'\"; --é",
                          "create", "read", "a b'\"; --é", "collect")[0]
        self.assertEqual(table.column(), [0, 1])
        self.fails(["range", "0", "2", "1", "temp", "t", "create",
                    "read-with", "t", "header", "true", END, "collect"],
                   "no options", out=None)
        self.fails(["read", "t", "collect"], "not granted", out=None)

    def test_every_type(self):
        columns = [values(type) for type in TYPES]
        rows = [tuple(c[(i + j) % len(c)] for j, c in enumerate(columns))
                for i in range(12)]
        schema = [(f"c{j}", type) for j, type in enumerate(TYPES)]
        for threads in ("1", "2"):
            table = self.play(*create(schema, rows), "temp", "t", "create",
                              "read", "t", "collect",
                              options=["--threads", threads])[0]
            self.same(table.rows, rows)

    def test_memory_is_that_of_the_action(self):
        table = self.play(*BASE, "set-factor", "3", "temp", "t", "create",
                          "set-factor", "4", "read", "t", "collect")[0]
        self.same(table.rows, tagged(3))

    def test_a_table_of_itself(self):
        table = self.play("range", "0", "3", "1", "temp", "t", "create",
                          "read", "t", "select", "id + 10 as id", END, "temp",
                          "t", "append", "read", "t", "select",
                          "id + 100 as id", END, "temp", "t", "overwrite",
                          "read", "t", "collect")[0]
        self.assertEqual(sorted(table.column()),
                         [100, 101, 102, 110, 111, 112])

    def test_a_failure_leaves_what_was_there(self):
        bad = ["range", "0", "300000", "1", "select",
               "1 // (id - 299999) as id", END, "temp", "t"]
        for mode in ("overwrite", "append"):
            done = start(["attempt", "range", "0", "3", "1", "temp", "t",
                          "create", "wait", *bad, mode, "wait", "read", "t",
                          "collect"])
            *_, error, table = read(done.stdout.decode())
            self.assertEqual(done.returncode, 125)  # as for any write
            self.assertIsInstance(error, Failure)
            self.assertIn("division by zero", error)
            self.assertEqual(table.column(), [0, 1, 2])
        self.fails([*bad, "create", "read", "t", "collect"],
                   "division by zero", out=None)

    def test_many_rows(self):
        for threads in ("1", "2"):
            table = self.play(
                "range", "0", "1000000", "1", "temp", "t", "create", "range",
                "1000000", "2000000", "1", "temp", "t", "append", "read", "t",
                "measure", "count(*) as n", "sum(id) as s", END, "collect",
                options=["--threads", threads])[0]
            self.assertEqual(table.rows, [(2000000, sum(range(2000000)))])

    def test_the_end_waits(self):
        """A table that nobody reads is made, a failed one makes it 125."""
        self.play("range", "0", "300000", "1", "temp", "t", "create")
        self.fails(["range", "0", "300000", "1", "select",
                    "1 // (id - 299999) as x", END, "temp", "t", "create"],
                   "division by zero")


if __name__ == "__main__":
    unittest.main()
