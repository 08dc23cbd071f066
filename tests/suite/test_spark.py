"""The engine on Apache Spark: the suites' own tests of what needs no lambdas,
run on a real server, and what only Spark has."""

import json
import os
import signal
import subprocess
import time
import unittest

import oracle
import script
import test_expressions
import test_functions
import test_joins
import test_shapes
import test_windows
from script import BIN, CACHE, END, GUEST, Case, create, needs_guests, start
from spark_suite import LAMBDAS, begin, end, shared

SERVER = None


def setUpModule():
    global SERVER
    SERVER = begin()


def tearDownModule():
    end(SERVER)


Joins = shared(__name__, test_joins.Kinds, lambdas_around=LAMBDAS)
Windows = shared(__name__, test_windows.Windows, frames="no frames of groups",
                 aggregates="(distinct …) over windows",
                 all_kinds_of_aggregates="over windows with an order")
Distinct = shared(__name__, test_shapes.Distinct, without=["on_columns"])
Columns = shared(__name__, test_shapes.Columns, lambdas_around=LAMBDAS)
Logic = shared(__name__, test_expressions.Logic)
Strings = shared(__name__, test_expressions.Strings)
Truth = shared(__name__, test_functions.Truth)
Stars = shared(__name__, test_functions.Stars)


@needs_guests
class Files(Case):
    """Tables and sinks: read by Spark and by pyarrow."""

    def setUp(self):
        super().setUp()
        self.arrow = oracle.arrow()

    def rows(self, *steps, options=()):
        return self.collect(*steps, options=options).rows

    def test_csv(self):
        """Quotes, lines in them, nulls; whole numbers have 64 bits."""
        self.file("t.csv", 'a,b,c\n1,"x ""y"",\nz",1.5\n2,,\n')
        table = self.collect("read", "t", options=["--table", "t=t.csv"])
        self.assertEqual(table.names, ["a", "b", "c"])
        self.assertEqual(table.types, ["i64", "string", "f64"])
        self.assertEqual(table.rows, [(1, 'x "y",\nz', 1.5), (2, None, None)])

    def test_csv_options(self):
        self.file("t.csv", "1;x\n2;-\n")
        self.assertEqual(self.rows("read", "t", options=[
            "--table", "t=t.csv,header=false,delimiter=;,null=-,"
            "columns=n i32,,s string"]), [(1, "x"), (2, None)])

    def test_bad_csv(self):
        self.file("t.csv", "1\nx\n")
        self.fails(["read", "t", "collect"], "Spark", out=None,
                   options=["--table", "t=t.csv,header=false,columns=n i64"])

    def test_text_and_jsonl(self):
        self.file("t.txt", "a\n\nüñí\n")
        self.file("j.jsonl", '{"a": 1, "b": "x"}\n{"a": null, "b": "y"}\n')
        self.assertEqual(self.rows("read", "t", options=["--table", "t=t.txt"]),
                         [("a",), ("",), ("üñí",)])
        self.assertEqual(self.rows("read", "j", "sort", "b", END, options=[
            "--table", "j=j.jsonl"]), [(1, "x"), (None, "y")])

    def test_parquet(self):
        """Names of any kind, in folders and files of any name."""
        pa = self.arrow
        (self.folder / "d [1]*{x}").mkdir()
        for i in range(3):
            pa.parquet.write_table(
                pa.table({"a`b.c": [i], "select": [f"{i}"]}),
                self.folder / "d [1]*{x}" / f"{i}.parquet")
        self.assertEqual(self.rows("read", "t", "sort", '"a`b.c"', END, options=[
            "--table", "t=d [1]*{x}/,format=parquet"]),
            [(0, "0"), (1, "1"), (2, "2")])

    def test_arrow_is_refused(self):
        self.file("t.arrow", "")
        self.fails(["read", "t", "collect"], "which Spark does not read",
                   options=["--table", "t=t.arrow"])

    def shown(self, *steps):
        """Rows of a table with lists, maps and structs, as JSON."""
        pa = self.arrow
        pa.parquet.write_table(pa.table({
            "k": pa.array([1, 2, 3, 4]),
            "l": pa.array([["a", None], [], None, ["b", "ü"]],
                          pa.list_(pa.string())),
            "m": pa.array([[(1, "x")], [], None, [(2, None), (3, "z")]],
                          pa.map_(pa.int64(), pa.string())),
            "s": pa.array([{"x": 1, "y": [1.5]}, None, {"x": None, "y": None},
                           {"x": 2, "y": []}],
                          pa.struct([("x", pa.int32()),
                                     ("y", pa.list_(pa.float64()))]))}),
            self.folder / "t.parquet")
        done = start(["read", "t", *steps, "show"],
                     ["--format", "jsonl", "--table", "t=t.parquet"],
                     self.folder)
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def test_nested(self):
        self.assertEqual(self.shown("sort", "k", END), [
            {"k": 1, "l": ["a", None], "m": {"1": "x"},
             "s": {"x": 1, "y": [1.5]}},
            {"k": 2, "l": [], "m": {}, "s": None},
            {"k": 3, "l": None, "m": None, "s": {"x": None, "y": None}},
            {"k": 4, "l": ["b", "ü"], "m": {"2": None, "3": "z"},
             "s": {"x": 2, "y": []}}])

    def test_explode(self):
        """Items of lists with their places, of maps, of nothing."""
        rows = self.shown("explode", "l", "inner", "p", "sort", "k", "p", END)
        self.assertEqual(list(rows[0]), ["k", "p", "l", "m", "s"])
        self.assertEqual([(r["k"], r["p"], r["l"]) for r in rows],
                         [(1, 0, "a"), (1, 1, None), (4, 0, "b"), (4, 1, "ü")])
        rows = self.shown("explode", "l", "outer", "p", "sort", "k", "p", END)
        self.assertEqual([(r["k"], r["p"]) for r in rows],
                         [(1, 0), (1, 1), (2, None), (3, None), (4, 0), (4, 1)])
        rows = self.shown("explode", "m", "outer", "", "sort", "k", "key", END)
        self.assertEqual([(r["k"], r["key"], r["value"]) for r in rows],
                         [(1, 1, "x"), (2, None, None), (3, None, None),
                          (4, 2, None), (4, 3, "z")])

    def write(self, sink):
        self.play("range", 0, 1000, 1, "select", "id",
                  "case when id % 3 <> 0 then 'x' || 'y' end as s", END,
                  "sort", "id desc", END, "write", "o", "create", "wait",
                  options=["--sink", f"o={sink}"])
        return self.folder / sink

    def check(self, table):
        self.assertEqual(table.column("id").to_pylist(),
                         list(range(999, -1, -1)))
        self.assertEqual(table.column("s").to_pylist(),
                         [None if i % 3 == 0 else "xy"
                          for i in range(999, -1, -1)])

    def test_write_parquet(self):
        self.check(self.arrow.parquet.read_table(self.write("o.parquet")))
        self.assertEqual([p.name for p in self.folder.iterdir()],
                         ["o.parquet"])

    def test_write_csv(self):
        """The first line has the names, rows have the order of the sort."""
        lines = self.write("o.csv").read_text().splitlines()
        self.assertEqual(lines[:3], ["id,s", "999,", "998,xy"])
        self.assertEqual(len(lines), 1001)

    def test_write_jsonl(self):
        rows = [json.loads(line)
                for line in self.write("o.jsonl").read_text().splitlines()]
        self.assertEqual(rows[:2], [{"id": 999, "s": None},
                                    {"id": 998, "s": "xy"}])

    def test_write_folder(self):
        self.play("range", 0, 1000, 1, "write", "o", "create", "wait",
                  options=["--sink", "o=f/,format=parquet"])
        table = self.arrow.parquet.read_table(self.folder / "f")
        self.assertEqual(sorted(table.column("id").to_pylist()),
                         list(range(1000)))

    def test_write_fails(self):
        """Nothing is left of it."""
        self.fails(["range", 0, 1000, 1, "select", "100 // (id - 999) as x",
                    END, "write", "o", "create", "wait"], "DIVIDE_BY_ZERO",
                   options=["--sink", "o=o.parquet"])
        self.assertEqual(list(self.folder.iterdir()), [])


@needs_guests
class Engine(Case):
    def test_large_result(self):
        """More than a batch, in order."""
        rows = self.collect("range", 0, 300000, 1, "sort", "id desc", END).rows
        self.assertEqual(rows, [(i,) for i in range(299999, -1, -1)])

    def test_nothing(self):
        self.assertEqual(self.collect("range", 0, 0, 1).rows, [])
        self.assertEqual(self.collect(*create([("a", "string")], [])).rows, [])

    def test_values(self):
        """Rows of the program's go there and back."""
        schema = [("b", "bool"), ("i", "i8"), ("l", "i64"), ("f", "f32"),
                  ("d", "f64"), ("m", "decimal(38,4)"), ("t", "date"),
                  ("s", "string"), ("x", "binary"), ("u", "timestamp(us)"),
                  ("z", "timestamp(us, UTC)")]
        rows = [(True, -128, 2**63 - 1, 1.5, float("inf"), None, -719162, "ü",
                 b"\0\xff", 0, -1), (None,) * len(schema),
                (False, 127, -2**63, -0.0, 1e-320, None, 0, "a'\\\n\"", b"",
                 253402300799999999, 1)]
        self.assertEqual(self.collect(*create(schema, rows)).rows, rows)

    def test_literals_cannot_leave(self):
        texts = ["it''s", "a\\", "\\'' || x", "${spark.x}", "%", "\t", "`c0`"]
        self.assertEqual(
            self.collect("range", 0, 1, 1, "select",
                         *[f"'{text}' as c{i}" for i, text in enumerate(texts)],
                         END).rows,
            [tuple(text.replace("''", "'") for text in texts)])

    def test_errors_have_a_class(self):
        error = self.fails(["range", 0, 3, 1, "select", "1 // id as x", END,
                            "collect"], "Spark: [DIVIDE_BY_ZERO]", out=None)
        self.assertEqual(error.count("\n"), 1)

    def test_refused_by_name(self):
        for steps, part in (
                (["repeat", "id", 2], "lambdas"),
                (["measure", "product(id) as p", END], "product"),
                (["select", "strftime(date '2000-01-01', '%Y') as u", END],
                 "strftime"),
                (["limit", 2**40], "2147483647 rows")):
            with self.subTest(steps):
                self.fails(["range", 0, 3, 1, *steps, "collect"], part,
                           out=None)

    def test_explain(self):
        done = subprocess.run(
            [BIN, "explain", "--format", "sql", "--engine", SERVER.url,
             str(GUEST), "range", "0", "5", "1", "collect"],
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), capture_output=True,
            text=True, check=True, timeout=60)
        self.assertIn("== Physical Plan ==", done.stdout)

    def test_timeout_stops_the_query(self):
        """What would run for hours is over at once, and stopped there too."""
        begin = time.monotonic()
        done = start(["range", 0, 10**12, 1, "measure",
                      "sum(id % 7) as s", END, "collect"],
                     ["--timeout", "4s"])
        self.assertEqual(done.returncode, 124, done.stderr)
        self.assertLess(time.monotonic() - begin, 40)
        # A server that still ran it would leave no core for this.
        self.assertEqual(self.collect("range", 0, 3, 1).rows,
                         [(0,), (1,), (2,)])

    def test_control_c_stops_the_query(self):
        """When its tasks are under way; it ends there, too."""
        process = subprocess.Popen(
            [BIN, "run", "--progress", "json", "--engine", SERVER.url,
             str(GUEST), "range", "0", str(10**12), "1", "measure",
             "sum(id % 7) as s", END, "collect"],
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for line in process.stderr:
            if json.loads(line)["fraction"] is not None:
                break
        begin = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - begin, 30)
        # A server that still ran it would leave no core for this.
        self.assertEqual(self.collect("range", 0, 3, 1).rows,
                         [(0,), (1,), (2,)])

    def test_two_programs(self):
        """Sessions do not see each other."""
        both = [subprocess.Popen(
            [BIN, "run", "--quiet", "--engine", SERVER.url, str(GUEST),
             "range", str(n), str(n + 3), "1", "collect"],
            env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            stdout=subprocess.PIPE, text=True) for n in (10, 20)]
        for n, process in zip((10, 20), both):
            out, _ = process.communicate(timeout=60)
            self.assertEqual([r[0] for r in script.read(out)[0].rows],
                             [n, n + 1, n + 2])


if __name__ == "__main__":
    unittest.main()
