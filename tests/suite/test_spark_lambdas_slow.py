"""More of lambdas on Apache Spark than test_spark_lambdas.py runs: the golden
programs of every language, and all that a lambda can do wrong."""

import os
import pathlib
import subprocess
import unittest
import zipfile

import script
import spark_types
import test_cache
import test_generate
import test_golden
import test_groups
import test_hostile
import test_named
import test_passing
from script import BIN, CACHE, END, Case, needs_guests
from spark_server import Spark
from spark_suite import JAR, begin_with_jar, carts_as_parquet, end, shared

SERVER = None
ONCE = {"threads": ("1",)}

# They count rows of batches, which are smaller or larger here, or batches.
BATCHES = {"buffer_short", "flat_good", "nulls_many", "rows_few", "rows_many", "rows_node",
           "realloc_null"}


def setUpModule():
    global SERVER
    SERVER = begin_with_jar()


def tearDownModule():
    end(SERVER)


Aggregates = shared(__name__, test_golden.Aggregates, also=ONCE)
Partitions = shared(__name__, test_golden.Partitions, also=ONCE)
Joins = shared(__name__, test_golden.Joins, also=ONCE)
Text = shared(__name__, test_golden.Text, also=ONCE)
# The others want the words of DuckDB's messages.
Errors = shared(__name__, test_golden.Errors, also=ONCE,
                only=["one_that_is_not_looked_at"])
Examples = shared(__name__, test_golden.Examples, also=ONCE)
Groups = shared(__name__, test_groups.Groups, only=[
    "groups_of_what_lambdas_gave", "keys_that_are_no_columns_come_first",
    "early_stop", "wrong_keys", "wanted_columns_only",
    "cursor_numbers_follow_the_keys_whatever_the_threads"])
CoGroups = shared(__name__, test_groups.CoGroups, only=[
    "types_that_meet", "without_keys", "one_side_only", "more_rows_than_a_chunk",
    "early_stop", "refused"])


Types = shared(__name__, spark_types.Types,
               without=["there_and_back", "expressions"])
Nested = shared(__name__, test_golden.Nested,
                also=ONCE | {"carts_table": carts_as_parquet})
# Much of DuckDB is in what these say of errors.
Named = shared(__name__, test_named.Named, without=["many"])
Generate = shared(__name__, test_generate.Rows)
Failures = shared(__name__, test_generate.Failures)
# Spark has all rows of a task before it sends any, and no more than an executor
# can hold.
Ends = shared(__name__, test_generate.Ends,
              only=["limit", "one_that_does_not_come_back", "timeout"])
Caches = shared(__name__, test_cache.Caches,
                stages_below_and_above="11, 3000", # groups have other numbers
                an_error_below_is_told="DIVIDE_BY_ZERO")
Tables = shared(__name__, test_cache.Tables,
                a_failure_leaves_what_was_there="DIVIDE_BY_ZERO",
                the_end_waits="DIVIDE_BY_ZERO")
Passing = shared(__name__, test_passing.Passing)


@unittest.skipUnless(test_hostile.os.path.exists(test_hostile.GUEST),
                     "no C guests were built here")
class Hostile(unittest.TestCase):
    def test_lambdas(self):
        for mode, part in test_hostile.LAMBDA.items():
            if mode in BATCHES:
                continue
            outcome = test_hostile.Outcome(mode)
            with self.subTest(mode, text=outcome.text[-2000:]):
                self.assertEqual((outcome.code, outcome.files), (125, []))
                self.assertIn(part, outcome.text)

    def test_good(self):
        for mode, rows in test_hostile.GOOD.items():
            if mode in BATCHES:
                continue
            with self.subTest(mode):
                self.assertEqual(test_hostile.Outcome(mode).rows, rows)


@needs_guests
class Groupings(Case):
    def test_partitions(self):
        """One partition and eight give the same rows. (A reduce that kept `id`
        would give that of any row.)"""
        def rows(count, *steps):
            return sorted(self.collect(
                "register", "add", "plus", "range", 0, 20000, 1,
                "repartition", count, END, "map-tag", "id", *steps).rows)
        for steps in (["with", "y", "plus(tag, id)"],
                      ["select", "id % 97 as k", "tag", END, "group", "k", END,
                       "reduce-sum", "tag"],
                      ["group", "id % 97 as k", END, "measure",
                       "sum(plus(tag, id)) as s", "count(*) as n", END]):
            with self.subTest(steps):
                one = rows(1, *steps)
                self.assertGreater(len(one), 90)
                self.assertEqual(rows(8, *steps), one)


    def test_more_keys_than_spark_hashes(self):
        """Past 100,000 keys in a task Spark sorts rows and states, by another
        copy of the aggregate: no update is lost."""
        keys = 120000
        table = self.collect(
            "range", 0, 2 * keys, 1, "select", f"id % {keys} as k",
            "id as tag", END, "group", "k", END, "reduce-sum", "tag")
        self.assertEqual(sorted((row[0], row[-1]) for row in table.rows),
                         [(k, k + k + keys) for k in range(keys)])


class Jar(unittest.TestCase):
    def test_another_version(self):
        """Refused, with both named."""
        folder = pathlib.Path(SERVER.folder)
        jar = folder / "other.jar"
        with zipfile.ZipFile(JAR) as old, zipfile.ZipFile(jar, "w") as new:
            for entry in old.infolist():
                data = old.read(entry)
                if entry.filename == "META-INF/MANIFEST.MF":
                    self.assertIn(b"Implementation-Version: 0.1.0", data)
                    data = data.replace(b"Version: 0.1.0", b"Version: 0.0.9")
                new.writestr(entry, data)
        server = Spark(jar=jar)
        try:
            done = subprocess.run(
                [BIN, "run", "--quiet", "--engine", server.url, script.GUEST,
                 "range", "0", "3", "1", "map-tag", "id", "collect"],
                env=dict(os.environ, WASI_DATA_CACHE=CACHE),
                capture_output=True, text=True, timeout=120)
        finally:
            server.stop()
        self.assertEqual(done.returncode, 125)
        self.assertIn("the server's jar of wasi-data is version 0.0.9, this is "
                      "0.1.0", done.stderr)


if __name__ == "__main__":
    unittest.main()
