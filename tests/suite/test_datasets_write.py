"""What is written, in every format, and read back."""

import csv
import json
import os
import resource
import subprocess
import unittest

from datasets import D, INF, TYPES, Rows, quiet, values
from script import BIN, CACHE, END, GUEST, create, needs_guests, start


@needs_guests
class Writing(Rows):
    SCHEMA = [("n", "i64"), ("s", "string"), ("f", "f64"),
              ("d", "decimal(10,2)"), ("b", "bool"), ("t", "date"),
              ("u", "timestamp(us)"), ("z", "binary")]
    ROWS = [(1, "x,\"y\"\n", 1.5, D("1.50"), True, 10987, 10 ** 15, b"\0\xff"),
            (-2, "", -INF, D("-0.05"), False, -1, -1, b""),
            (None,) * 8]

    def write(self, rows, location, mode="create", more=(), **options):
        return self.play(*rows, "write", "o", mode, "wait", *more,
                         options=["--sink", f"o={location}"], **options)

    def left(self):
        """Files that nobody should leave behind."""
        return sorted(p.name for p in self.folder.iterdir()
                      if ".wasi-data" in p.name)

    def test_parquet_keeps_all(self):
        columns = [values(type) for type in TYPES]
        rows = [tuple(c[(i + j) % len(c)] for j, c in enumerate(columns))
                for i in range(12)]
        schema = [(f"c{j}", type) for j, type in enumerate(TYPES)]
        self.write(create(schema, rows), "o.parquet")
        table = self.collect("read", "t", options=["--table", "t=o.parquet"])
        # Parquet has no seconds, and the engine writes no milliseconds.
        units = {"timestamp(s)": 10 ** 6, "timestamp(ms)": 1000}
        self.assertEqual([t.replace(",UTC", ", UTC") for t in table.types], [
            "timestamp(us)" if t in units else t for t in TYPES])
        self.assertEqual(quiet(table.rows), quiet(
            tuple(v * units[t] if v is not None and t in units else v
                  for v, t in zip(row, TYPES)) for row in rows))

    def test_csv(self):
        self.write(create(self.SCHEMA, self.ROWS), "o.csv")
        with open(self.folder / "o.csv", newline="", encoding="utf-8") as file:
            lines = list(csv.reader(file))
        self.assertEqual(lines[0], [name for name, _ in self.SCHEMA])
        self.assertEqual(lines[1][:5], ["1", "x,\"y\"\n", "1.5", "1.50",
                                        "true"])
        self.assertEqual(lines[1][5], "2000-01-31")
        self.assertEqual(lines[3], [""] * 8)
        columns = ("n i64, s string, f f64, d decimal(10,2), b bool, t date, "
                   "u timestamp")
        table = self.collect("read", "t", "select", "n", "f", "d", "b", "t",
                             "u", END, options=[
            "--table", f"t=o.csv,header=true,columns=({columns}, z string)"])
        self.same(table.rows, [(r[0], *r[2:7]) for r in self.ROWS])

    def test_csv_options(self):
        rows = create([("a", "i64"), ("b", "string")], [(1, "x"), (None, "y")])
        self.write(rows, "o.csv,header=false,delimiter=;,null=-")
        self.assertEqual((self.folder / "o.csv").read_text(), "1;x\n-;y\n")
        self.play(*rows, "write-with", "o", "overwrite", "delimiter", "tab",
                  END, "wait", options=["--sink", "o=o.csv"])
        self.assertEqual((self.folder / "o.csv").read_text(),
                         "a\tb\n1\tx\n\ty\n")
        self.fails([*rows, "write-with", "o", "overwrite", "x", "y", END,
                    "wait"], "'x'", options=["--sink", "o=o.csv"])

    def test_jsonl(self):
        rows = [(1, 'x,"y"\n', 1.5, True, 10987), (None,) * 5]
        self.write(create([("n", "i64"), ("s", "string"), ("f", "f64"),
                           ("b", "bool"), ("t", "date")], rows), "o.jsonl")
        lines = (self.folder / "o.jsonl").read_text().splitlines()
        self.assertEqual([json.loads(line) for line in lines], [
            {"n": 1, "s": 'x,"y"\n', "f": 1.5, "b": True, "t": "2000-01-31"},
            dict.fromkeys("nsfbt")])
        table = self.collect("read", "t", options=["--table", "t=o.jsonl"])
        self.same(table.rows, rows)

    def test_arrow(self):
        self.write(create(self.SCHEMA, self.ROWS), "o.arrow")
        content = (self.folder / "o.arrow").read_bytes()
        self.assertEqual(content[:12], b"ARROW1\0\0\xff\xff\xff\xff")
        self.assertEqual(content[-6:], b"ARROW1")
        shown = start([*create(self.SCHEMA, self.ROWS), "show"],
                      ["--format", "arrow"])
        self.assertEqual(shown.returncode, 0)
        self.assertEqual(shown.stdout[:4], b"\xff\xff\xff\xff")
        table = self.collect("read", "t", options=["--table", "t=o.arrow"])
        self.same(table.rows, self.ROWS)

    def test_no_rows_and_many(self):
        for ending in ("parquet", "csv", "jsonl", "arrow"):
            self.write(create([("a", "i64")], []), f"none.{ending}")
            self.assertTrue((self.folder / f"none.{ending}").exists())
            self.write(["range", 0, 300000, 1], f"many.{ending}")
            if ending == "arrow":
                continue
            table = self.collect("read", "t", "measure", "count(*) as n",
                                 "sum(id) as s", END, options=[
                "--table", f"t=many.{ending}"])
            self.same(table.rows, [(300000, sum(range(300000)))])
        table = self.collect("read", "t", options=["--table",
                                                   "t=none.parquet"])
        self.assertEqual((table.names, table.rows), (["a"], []))

    def test_sorted_files_keep_the_order(self):
        for ending in ("csv", "jsonl"):
            self.write(["range", 0, 300000, 1, "sort", "id desc", END],
                       f"o.{ending}")
            lines = (self.folder / f"o.{ending}").read_text().splitlines()
            lines = lines[-300000:]
            numbers = [int(line) if ending == "csv" else json.loads(line)["id"]
                       for line in lines]
            self.assertEqual(numbers, list(range(299999, -1, -1)))

    def test_modes(self):
        one, two = (["range", i, i + 1, 1] for i in (1, 2))
        path = self.folder / "o.csv"
        self.write(one, "o.csv")
        self.assertEqual(path.read_text(), "id\n1\n")
        self.fails([*two, "write", "o", "create", "wait"], "o.csv", "exists",
                   options=["--sink", "o=o.csv"])
        self.write(two, "o.csv", "ignore")
        self.assertEqual(path.read_text(), "id\n1\n")
        path.chmod(0o640)
        self.write(two, "o.csv", "overwrite")
        self.assertEqual(path.read_text(), "id\n2\n")
        self.assertEqual(path.stat().st_mode & 0o777, 0o640)
        self.write(two, "new.csv", "ignore")
        self.assertEqual((self.folder / "new.csv").read_text(), "id\n2\n")
        for mode in ("append", "upsert"):
            self.fails([*two, "write", "o", mode, "wait"], mode,
                       options=["--sink", "o=o.csv"])
        self.assertEqual(self.left(), [])

    def test_what_was_there_stays(self):
        path = self.file("o.csv", "before")
        failing = ["range", 0, 100000, 1, "select", "1 // (id - 99999) as x",
                   END]
        for mode in ("overwrite", "ignore"):
            done = start([*failing, "write", "o", mode, "wait"],
                         ["--sink", "o=o.csv"], self.folder)
            self.assertEqual(done.returncode, 125 if mode == "overwrite"
                             else 0, done.stderr)
            self.assertEqual(path.read_text(), "before")
        self.fails([*failing, "write", "o", "create"], "division by zero",
                   options=["--sink", "o=new.parquet"])
        self.assertFalse((self.folder / "new.parquet").exists())
        self.assertEqual(self.left(), [])

    def test_without_wait(self):
        """The end of main waits for writes, a failed one makes it 125."""
        self.play("range", 0, 100000, 1, "write", "o", "create",
                  options=["--sink", "o=o.csv"])
        self.assertEqual(len((self.folder / "o.csv").read_text()), 588893)

    def test_into_what_is_read(self):
        self.file("t.csv", "id\n1\n2\n")
        self.play("read", "t", "select", "id * 10 as id", END, "write", "t",
                  "overwrite", options=["--table", "t=t.csv",
                                        "--sink", "t=t.csv"])
        self.assertEqual((self.folder / "t.csv").read_text(), "id\n10\n20\n")

    def test_links(self):
        self.file("real/o.csv", "before")
        (self.folder / "link.csv").symlink_to("real/o.csv")
        self.write(["range", 0, 1, 1], "link.csv", "overwrite")
        self.assertTrue((self.folder / "link.csv").is_symlink())
        self.assertEqual((self.folder / "real/o.csv").read_text(), "id\n0\n")

    def test_bad_places(self):
        self.file("dir/letter.txt", "dear")
        os.mkfifo(self.folder / "pipe.csv")
        for location, *parts in (("dir,format=csv", "'o'", "letter.txt"),
                                 ("pipe.csv", "'o'", "pipe.csv"),
                                 ("no/o.csv", "'o'", "no/"),
                                 ("o.txt", "'o'"), ("o", "'o'"),
                                 ("s3://b/o.csv", "s3://"),
                                 ("/dev/full,format=csv", "/dev/full")):
            with self.subTest(location):
                self.fails(["range", 0, 3, 1, "write", "o", "overwrite",
                            "wait"], *parts, options=["--sink",
                                                      f"o={location}"])
        self.fails(["range", 0, 3, 1, "write", "p", "create"],
                   "sink 'p' is not granted; granted: o",
                   options=["--sink", "o=o.csv"])
        closed = self.folder / "closed"
        closed.mkdir(mode=0o500)
        if not os.access(closed, os.W_OK):
            self.fails(["range", 0, 3, 1, "write", "o", "create", "wait"],
                       "'o'", options=["--sink", "o=closed/o.csv"])
        self.assertEqual(self.left(), [])

    def test_full(self):
        """A file that may not grow any more: an error, nothing is left."""
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8 << 20, 8 << 20))

        for ending in ("csv", "jsonl", "parquet", "arrow"):
            path = self.file(f"o.{ending}", "before")
            with self.subTest(ending):
                done = start(["range", 0, 4000000, 1, "select",
                              "id * 7919 % 1000003 as a",
                              "id * 104729 % 999983 as b", END, "write", "o",
                              "overwrite", "wait"],
                             ["--sink", f"o=o.{ending}"], self.folder,
                             preexec_fn=limit)
                self.assertEqual(done.returncode, 125, done.stderr)
                self.assertIn(b"oo large", done.stderr)
                self.assertEqual(path.read_text(), "before")
                self.assertEqual(self.left(), [])

    def test_output_closed(self):
        for form in ("jsonl", "box", "csv"):
            process = subprocess.Popen(
                [BIN, "run", "--quiet", "--format", form, str(GUEST), "range",
                 "0", "3000000", "1", "show"],
                env=dict(os.environ, WASI_DATA_CACHE=CACHE),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            process.stdout.read(100)
            process.stdout.close()
            error = process.stderr.read().decode()
            process.stderr.close()
            self.assertEqual(process.wait(60), 125, error)
            self.assertIn("output is closed", error)


if __name__ == "__main__":
    unittest.main()
