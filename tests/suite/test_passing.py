"""Maps beside columns that pass by: these come out as they came in, of every
type, and the lambda is handed only what it wants."""
import json
import os
import re
import subprocess
import tempfile
import unittest

BIN = os.environ["WD_BIN"]
GUEST = os.path.join(os.environ["WD_BUILD"], "tests", "guests", "passing.wasm")
WIDTH = 200
ROWS = 5000


def row_of(n):
    row = {f"c{i}": None if (n + i) % 11 == 3 and i > 9 else n * i % 1009
           for i in range(WIDTH)}
    row["c0"] = n
    return row


def nested_of(n):
    return {"c0": n, "c1": f"ü{n}" if n % 3 else None, "c2": [n, None],
            "c3": {"a": n, "b": [str(n)] * (n % 4)} if n % 5 else None,
            "c4": [], "c7": n % 7, "c9": n / 4}


class Passing(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        os.environ["WASI_DATA_CACHE"] = os.path.join(cls.folder.name, "cache")
        cls.rows = [row_of(n) for n in range(ROWS)]
        cls.nested = [nested_of(n) for n in range(ROWS)]
        cls.table = cls.save_wide("wide", cls.rows)
        cls.nested_table = cls.save("nested", cls.nested)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def save(cls, name, rows):
        path = os.path.join(cls.folder.name, name + ".jsonl")
        with open(path, "w", encoding="utf-8") as file:
            for row in rows:
                print(json.dumps(row, ensure_ascii=False), file=file)
        return path

    @classmethod
    def save_wide(cls, name, rows):
        path = os.path.join(cls.folder.name, name + ".csv")
        with open(path, "w", encoding="utf-8") as file:
            print(*rows[0], sep=",", file=file)
            for row in rows:
                print(*("" if value is None else value
                        for value in row.values()), sep=",", file=file)
        return path

    def call(self, case, table=None, verb="run", threads=2, options=()):
        out = os.path.join(self.folder.name, "out.jsonl")
        return out, subprocess.run(
            [BIN, verb, *options, "--threads", str(threads), "--table",
             f"t={table or self.table}", "--sink", f"out={out}", GUEST, case],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=300)

    def run_case(self, case, **more):
        """The rows by c0, and how often the lambda was called."""
        out, done = self.call(case, **more)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        with open(out, encoding="utf-8") as file:
            rows = [json.loads(line) for line in file]
        return rows, int(done.stdout)

    def fails(self, case):
        done = self.call(case)[1]
        self.assertEqual(done.returncode, 125, done.stderr.decode())
        return done.stderr.decode()

    def same(self, got, wanted):
        self.assertEqual(len(got), len(wanted))
        got = sorted(got, key=lambda row: row["c0"])
        for one, other in zip(got, wanted):
            self.assertEqual(one, other)
            self.assertEqual(list(one), list(other))

    def plan(self, case, form):
        done = self.call(case, verb="explain", options=["--format", form])[1]
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout.decode()

    def test_values(self):
        handed = {"add": None, "all": WIDTH, "some": 2}
        for case, count in handed.items():
            for threads in (1, 2):
                with self.subTest(case=case, threads=threads):
                    rows, calls = self.run_case(case, threads=threads)
                    self.same(rows, [
                        {**row, "y": 2 * row["c7"] if count is None else count}
                        for row in self.rows])
                    self.assertEqual(calls, 0 if count is None else ROWS)

    def test_nothing_is_made(self):
        rows, calls = self.run_case("unread")
        self.assertEqual(sorted(r["c3"] for r in rows),
                         sorted(r["c3"] for r in self.rows))
        self.assertEqual(calls, ROWS, "a lambda that nobody reads is called")

    def test_types(self):
        for case, count in (("all", 7), ("some", 2)):
            rows, _ = self.run_case(case, table=self.nested_table)
            self.same(rows, [{**row, "y": count} for row in self.nested])

    def test_order_of_columns(self):
        rows, _ = self.run_case("mixed")
        self.same(rows, [
            {"c1": row["c1"], "first": row["c7"] + 1, "c0": row["c0"],
             "second": {"a": row["c7"], "b": "b"}} for row in self.rows])

    def test_order_of_rows(self):
        rows, _ = self.run_case("sorted")
        self.assertEqual([row["c0"] for row in rows],
                         [ROWS - 1, ROWS - 2, ROWS - 3])

    def test_partitions(self):
        rows, calls = self.run_case("partitions")
        self.assertEqual(sorted(row["part"] for row in rows), [0, 1, 2])
        self.assertEqual(sum(row["rows"] for row in rows), ROWS)
        self.assertEqual(calls, ROWS)

    def test_no_rows(self):
        self.assertEqual(self.run_case("empty"), ([], 0))

    def test_filters_stay(self):
        """A filter on a column that passes by does not keep rows from a lambda
        that may fail."""
        self.assertIn("a row is odd", self.fails("odd"))

    def test_refused(self):
        self.assertIn("wd_bind_pass is for maps", self.fails("flat"))
        self.assertIn("there is no column 1000 to pass: there are 200",
                      self.fails("wrong"))

    def test_plan(self):
        self.assertRegex(self.plan("add", "text"),
                         r"map lambda \d+ at site 0 of \(c7\) beside 200 col")
        self.assertRegex(self.plan("some", "text"),
                         r"site 0 of \(c7, c9\) beside 200 columns")
        self.assertRegex(self.plan("mixed", "text"), "beside 2 columns")

    def test_what_is_handed_over(self):
        """In the engine's query the lambda's call has the wanted columns."""
        call = re.search(r"wd_map[^(]*\(([^)]*)\)", self.plan("some", "sql"))
        self.assertEqual(call.group(1), "t.c7, t.c9")


if __name__ == "__main__":
    unittest.main()
