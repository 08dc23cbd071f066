"""Lambdas on Apache Spark: the same programs as on DuckDB, byte for byte, with
the rows that their suites demand, on a real server with wasi-data's jar."""

import subprocess
import unittest

import oracle
import script
import spark_types
import test_behaviour
import test_cache
import test_generate
import test_golden
import test_groups
import test_hostile
import test_named
import test_tables
from script import BIN, END, Case, create, needs_guests, start
from spark_suite import begin_with_jar, carts_as_parquet, end, shared

SERVER = None
ONE = {"languages": ["c"], "threads": ("1",)}


def setUpModule():
    global SERVER
    SERVER = begin_with_jar()


def tearDownModule():
    end(SERVER)


Aggregates = shared(__name__, test_golden.Aggregates, also=ONE)
Money = shared(__name__, test_golden.Types, also=ONE)
Text = shared(__name__, test_golden.Text, also=ONE, only=["texts", "no_rows"])
# The others want the words of DuckDB's messages.
Errors = shared(__name__, test_golden.Errors, also=ONE,
                only=["one_that_is_not_looked_at"])
Examples = shared(__name__, test_golden.Examples, also=ONE,
                  only=["wordcount"])
Groups = shared(__name__, test_groups.Groups, only=[
    "no_keys_is_one_group", "no_rows_no_groups", "several_keys",
    "groups_of_groups", "more_rows_than_a_chunk"])
CoGroups = shared(__name__, test_groups.CoGroups, only=[
    "types_that_meet", "without_keys", "one_side_only"])
Repartition = shared(__name__, test_groups.Repartition, only=["sorted_within"])
Behaviour = shared(__name__, test_behaviour.Behaviour, only=[
    "captures", "hash_table", "state_as_of_the_action"])


Named = shared(__name__, test_named.Named, only=["case_guards", "nulls", "types"])
Generate = shared(__name__, test_generate.Rows,
                  only=["many_arguments_in_their_order", "lambdas_over_them",
                        "only_wanted_columns"])
RowFunctions = shared(__name__, test_tables.Tables, only=[
    "for_rows_by_select", "order_is_kept", "large_parts", "in_every_step"])
Caches = shared(__name__, test_cache.Caches, only=[
    "every_type", "computed_once_with_memory_of_the_first_action",
    "a_failure_leaves_it_uncomputed"])
Tables = shared(__name__, test_cache.Tables, only=[
    "nulls_come_later", "a_table_of_itself"])
Types = shared(__name__, spark_types.Types,
               only=["there_and_back", "expressions"])
Nested = shared(__name__, test_golden.Nested, only=["empty"],
                also=ONE | {"carts_table": carts_as_parquet})


@unittest.skipUnless(test_hostile.os.path.exists(test_hostile.GUEST),
                     "no C guests were built here")
class Failures(unittest.TestCase):
    """What a lambda does wrong in an executor is told as if it had been done
    here: message, the program's backtrace, exit code."""

    def fails(self, mode, code, part, *options):
        outcome = test_hostile.Outcome(mode, options)
        self.assertEqual((outcome.code, outcome.files), (code, []),
                         outcome.text)
        self.assertIn(part, outcome.text)
        self.assertNotIn("Spark", outcome.text)
        return outcome

    def test_trap_has_a_backtrace(self):
        outcome = self.fails("do_trap", 125,
                             test_hostile.LAMBDA["do_trap"])
        self.assertGreater(outcome.text.count("\n"), 1)

    def test_when_things_are_put_away(self):
        for mode in ("post_trap", "part_close_trap"):
            with self.subTest(mode):
                self.fails(mode, 125, test_hostile.LAMBDA[mode])

    def test_memory_limit(self):
        self.fails("do_memory_trap", 125, "it was refused to grow its memory",
                   "--memory-limit", "8MiB")

    def test_endless(self):
        """A loop in an executor ends with the job, and the executor lives."""
        self.fails("do_loop", 124, "", "--timeout", "3s")
        self.assertEqual(test_hostile.Outcome("good").code, 0)


@needs_guests
class Jobs(Case):
    """What is known of a job here, though it is done elsewhere."""

    def test_counters_and_logs(self):
        done = start(["range", 0, 1000, 1, "repartition", 4, END, "each",
                      "seen", "wait", "counters", "rows", "batches", "parts",
                      END])
        self.assertEqual((done.returncode, done.stdout), (0, b"1000 4 4\n"))
        self.assertEqual(sorted(done.stderr.decode().splitlines()),
                         [f"seen 250 of {part} in 4" for part in range(4)])

    def test_prints(self):
        done = subprocess.run(
            [BIN, "run", "--quiet", *script.ENGINE, test_behaviour.GUEST,
             "print", "1000"], capture_output=True,
            text=True, timeout=300)
        self.assertEqual((done.returncode, done.stdout),
                         (0, f"{sum(range(1000))}\n"), done.stderr)
        lines = done.stderr.splitlines()
        for kind in ("row", "log"):
            self.assertEqual(sorted(line for line in lines if kind + " " in line),
                             [f"{kind} {n}" for n in range(0, 1000, 100)])


@needs_guests
class Engine(Case):
    def test_lambda_over_columns(self):
        """Spark reads parquet by columns and filters rows of it; the lambda
        comes after."""
        arrow = oracle.arrow()
        arrow.parquet.write_table(arrow.table({"a": list(range(1000))}),
                                  self.folder / "t.parquet")
        table = self.collect("read", "t", "filter", "a % 100 = 7", "repeat",
                             "a", 2, "sort", "value", "copy", END,
                             options=["--table", "t=t.parquet"])
        self.assertEqual(table.column(0),
                         [a for a in range(7, 1000, 100) for _ in range(2)])

    def test_filter_keeps_what_it_does_not_look_at(self):
        """Rows, nulls among them, pass a filter as they are."""
        rows = [(n, None if n % 3 else n / 2, "ü" * (n % 5), n % 2 == 0)
                for n in range(1000)]
        table = self.collect(
            *create([("a", "i64"), ("b", "f64"), ("c", "string"),
                     ("d", "bool")], rows), "keep-even", "a", "sort", "a", END)
        self.assertEqual(table.rows, [row for row in rows if row[0] % 2 == 0])

    def test_calls_in_branches_and_conditions(self):
        """`case` calls for the rows of its branch only; a join whose condition
        calls over both sides is one of all pairs."""
        start = ["register", "add", "plus", "register", "even", "even"]
        self.assertEqual(
            self.collect(*start, "range", 0, 6, 1, "select",
                         "case when even(id) then plus(id, plus(id, id)) "
                         "when id = 3 then -1 else plus(0, id) end as x", END)
            .rows,
            [(3 * i + 200 if i % 2 == 0 else -1 if i == 3 else i + 100,)
             for i in range(6)])
        self.assertEqual(
            self.collect(*start, "range", 0, 5, 1, "as", "l", "range", 0, 5, 1,
                         "join", "l", "inner", "even(plus(left.id, right.id)) "
                         "and left.id < right.id and even(left.id)", "select",
                         "count(*) over () as n", END).rows[:1],
            [(sum((i + j) % 2 == 0 and j < i for i in range(5)
                  for j in range(5) if j % 2 == 0),)])

    def test_a_cache_is_read(self):
        """Spark finds what it keeps, lambdas below or not."""
        for below in (["filter", "id > 7"], ["map-tag", "id"]):
            shown = self.play("range", 3, 19, 1, *below, "cache", "memory",
                              "count", "explain", "sql")
            self.assertIn("InMemoryTableScan", "\n".join(map(str, shown)))


if __name__ == "__main__":
    unittest.main()
