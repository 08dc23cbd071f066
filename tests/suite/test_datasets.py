"""Data sets end to end: reading, shaping, grouping, joining, sorting and
writing, against plain Python over the same rows."""

import base64
import collections
import csv
import decimal
import gzip
import io
import json
import math
import os
import random
import resource
import subprocess
import unittest

from script import BIN, CACHE, END, GUEST, Case, create, needs_guests, start

D = decimal.Decimal
INF, NAN = float("inf"), float("nan")
TYPES = ["bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32",
         "f64", "decimal(10,2)", "decimal(38,5)", "date", "timestamp(s)",
         "timestamp(ms)", "timestamp(us)", "timestamp(ns)",
         "timestamp(us, UTC)", "string", "binary"]
LIMITS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64,
          "u8": 8, "u16": 16, "u32": 32, "u64": 64}


def values(type):
    """Values of a type with extremes and a null; equal ones once."""
    if type in LIMITS:
        bits = LIMITS[type]
        low = 0 if type[0] == "u" else -2 ** (bits - 1)
        return [low, 0, 1, 7, 2 ** (bits - (type[0] == "i")) - 1, None]
    return {
        "bool": [False, True, None],
        "f32": [-INF, -1.5, 0.0, 0.25, 3.4028234663852886e38, INF, NAN, None],
        "f64": [-INF, -1.5, 0.0, 5e-324, 1.7976931348623157e308, INF, NAN,
                None],
        "decimal(10,2)": [D("-99999999.99"), D("0.00"), D("0.05"),
                          D("99999999.99"), None],
        "decimal(38,5)": [-D(10 ** 38 - 1).scaleb(-5), D("0.00000"),
                          D("0.00001"), D(10 ** 38 - 1).scaleb(-5), None],
        "date": [-719162, -1, 0, 11016, 2932896, None],
        "string": ["", "A", "a", "aé", "b", "é", "日本", "\uffff", "😀",
                   "'\"\\\n", None],
        "binary": [b"", b"\0", b"a", b"\xff\x00", None],
    }.get(type, [-62135596800, -1, 0, 1, 253402300799, None]
          if type == "timestamp(s)" else [-10 ** 15, -1, 0, 1, 10 ** 15, None])


def order(value):
    """Within a type: NaN last, strings byte by byte."""
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value)
    if isinstance(value, str):
        return value.encode()
    return value


def key(value):
    """A value as a key of a dict: NaN equals itself."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def sort(rows, *keys):
    """Rows by (index, descending, nulls first), the first key first."""
    rows = list(rows)
    for index, descending, nulls_first in reversed(keys):
        some = [row for row in rows if row[index] is not None]
        none = [row for row in rows if row[index] is None]
        some.sort(key=lambda row: order(row[index]), reverse=descending)
        rows = none + some if nulls_first else some + none
    return rows


def quiet(rows):
    return [tuple(map(key, row)) for row in rows]


class Rows(Case):
    def same(self, got, want, ordered=False):
        got, want = quiet(got), quiet(want)
        if not ordered:
            got = sorted(got, key=repr)
            want = sorted(want, key=repr)
        if len(got) + len(want) < 2000:
            self.assertEqual(got, want)
        elif got != want:  # a difference of long lists takes minutes
            at = next((i for i, pair in enumerate(zip(got, want))
                       if pair[0] != pair[1]), min(len(got), len(want)))
            self.fail(f"{len(got)} rows, not {len(want)}; at {at}: "
                      f"{got[at:at + 3]}, not {want[at:at + 3]}")


@needs_guests
class Reading(Rows):
    CSV = "a,b\n1,x\n2,\n,z\n"
    WANT = [(1, "x"), (2, None), (None, "z")]

    def read(self, location, *more, **options):
        return self.collect("read", "t", *more,
                            options=["--table", f"t={location}"], **options)

    def fails_to_read(self, location, *parts, steps=("collect",)):
        return self.fails(["read", "t", *steps], *parts, out=None,
                          options=["--table", f"t={location}"])

    def test_csv(self):
        self.file("t.csv", self.CSV)
        table = self.read("t.csv")
        self.assertEqual(table.names, ["a", "b"])
        self.assertEqual(table.types, ["i64", "string"])
        self.same(table.rows, self.WANT)

    def test_csv_options(self):
        self.file("t.txt", "1;'x;y';-\n2;'it''s';3\n")
        table = self.read(
            "t.txt,format=csv,header=false,delimiter=;,quote=',escape=',"
            "null=-,columns=(n i16, s string, d decimal(5,1))")
        self.assertEqual(table.types, ["i16", "string", "decimal(5,1)"])
        self.same(table.rows, [(1, "x;y", None), (2, "it's", D("3.0"))])

    def test_csv_of_the_program(self):
        self.file("t.csv", "1|2\n")
        table = self.collect("read-with", "t", "header", "false",
                             "delimiter", "pipe", END,
                             options=["--table", "t=t.csv"])
        self.same(table.rows, [(1, 2)])
        # What the user said counts.
        table = self.collect("read-with", "t", "header", "true", END, options=[
            "--table", "t=t.csv,header=false,delimiter=pipe"])
        self.same(table.rows, [(1, 2)])
        self.fails(["read-with", "t", "hedaer", "true", END, "collect"],
                   "hedaer", "header", options=["--table", "t=t.csv"])
        self.fails(["read-with", "t", "format", "parquet", END, "collect"],
                   "'t' is granted as csv", options=["--table", "t=t.csv"])

    def test_csv_line_ends_quotes_and_marks(self):
        self.file("t.csv", '\ufeffa,"b ""q"""\r\n1,"x\r\ny"\r\n2,"z,"\r\n')
        table = self.read("t.csv")
        self.assertEqual(table.names, ["a", 'b "q"'])
        self.same(table.rows, [(1, "x\r\ny"), (2, "z,")])

    def test_tsv(self):
        self.file("t.tsv", "a\tb\n1\tx\n2\ty\n")
        self.same(self.read("t.tsv").rows, [(1, "x"), (2, "y")])

    def test_csv_keeps_every_line(self):
        self.file("t.csv", "a,b\n1,x\n2,3,4\n")
        done = start(["read", "t", "count"], ["--table", "t=t.csv"],
                     self.folder)
        self.assertTrue(done.returncode == 125 or
                        done.stdout.decode() == "2\n", done.stdout)

    def test_csv_compressed(self):
        self.file("t.csv.gz", gzip.compress(self.CSV.encode()))
        self.same(self.read("t.csv.gz").rows, self.WANT)

    def test_jsonl(self):
        self.file("t.jsonl", "\n".join(map(json.dumps, [
            {"a": 1, "b": "x", "c": 1.5, "d": "2000-01-31", "e": True},
            {"b": "é\u0000\n", "a": None}, {}])) + "\n")
        table = self.read("t.jsonl")
        self.assertEqual(table.names, ["a", "b", "c", "d", "e"])
        self.assertEqual(table.types, ["i64", "string", "f64", "date", "bool"])
        self.same(table.rows, [(1, "x", 1.5, 10987, True),
                               (None, "é\0\n", None, None, None),
                               (None,) * 5])

    def test_text(self):
        self.file("t.txt", "one\n\n é😀 \r\nlast")
        table = self.read("t.txt")
        self.assertEqual((table.names, table.types, table.nullable),
                         (["line"], ["string"], [False]))
        self.same(table.rows, [("one",), ("",), (" é😀 ",), ("last",)])

    def test_text_is_bad(self):
        self.file("t.txt", b"good\nb\xffd\n")
        self.fails_to_read("t.txt", "t.txt", "line 2", "UTF-8")

    def test_text_empty(self):
        for content in ("", "\n"):
            self.file("t.txt", content)
            self.assertEqual(len(self.read("t.txt").rows), len(content))

    def test_parquet(self):
        self.file("t.csv", self.CSV)
        self.play("read", "t", "write", "o", "create", options=[
            "--table", "t=t.csv", "--sink", "o=t.parquet"])
        table = self.read("t.parquet")
        self.assertEqual(table.types, ["i64", "string"])
        self.same(table.rows, self.WANT)

    def test_folders_and_globs(self):
        for i, name in enumerate(("d/1.csv", "d/e/2.csv", "d/3.CSV",
                                  "d/.hidden.csv", "d/_skipped.csv",
                                  "d/4.txt", "d/[5].csv", "d/é '.csv")):
            self.file(name, f"a\n{i}\n")
        everything = [(0,), (1,), (2,), (6,), (7,)]
        self.same(self.read("d,format=csv").rows, everything)
        self.same(self.read("d/**/*.csv").rows, [(0,), (1,), (6,), (7,)])
        self.same(self.read("d/[12].csv").rows, [(0,)])
        self.same(self.read("d/[5].csv").rows, [(6,)])
        self.same(self.read("d/?.csv").rows, [(0,)])
        self.same(self.read("d/é '.csv").rows, [(7,)])
        self.same(self.read("d/4.txt,format=csv").rows, [(5,)])
        self.same(self.read("d,format=text").rows, [("a",), ("5",)])

    def test_file_url_and_comma(self):
        path = self.file("a b,c.csv", self.CSV)
        self.same(self.read(f"file://{path.parent}/a%20b%2Cc.csv").rows,
                  self.WANT)
        self.same(self.read("a b,,c.csv").rows, self.WANT)

    def test_not_there(self):
        self.fails_to_read("no.csv", "table 't'", "no.csv", "does not exist")
        self.fails_to_read("no/*.csv", "table 't'", "no/*.csv")
        (self.folder / "empty").mkdir()
        self.fails_to_read("empty,format=csv", "table 't'", "empty")
        self.file("t.unknown", "x")
        self.fails_to_read("t.unknown", "t.unknown", "format=")
        self.fails_to_read("s3://bucket/t.csv", "s3://")
        self.fails(["read", "other", "collect"], "table 'other' is not "
                   "granted; granted: t", options=["--table", "t=t.csv"])
        self.fails(["read", "t", "collect"], "is not granted")

    def test_not_readable(self):
        path = self.file("t.csv", self.CSV)
        path.chmod(0)
        if os.access(path, os.R_OK):
            self.skipTest("all files are readable for this user")
        self.fails_to_read("t.csv", "table 't'", "t.csv", "ermission")

    def test_pipes_and_devices(self):
        os.mkfifo(self.folder / "pipe.csv")
        self.fails_to_read("pipe.csv", "table 't'", "pipe.csv")
        self.fails_to_read("/dev/zero,format=csv", "table 't'", "/dev/zero")

    def test_corrupt(self):
        self.play("range", 0, 100000, 1, "write", "o", "create",
                  options=["--sink", "o=good.parquet"])
        good = (self.folder / "good.parquet").read_bytes()
        broken = {
            "cut.parquet": good[:len(good) // 2],
            "tail.parquet": good[-100:],
            "none.parquet": b"",
            "text.parquet": b"a,b\n1,2\n",
            "footer.parquet": good[:-8] + b"\xff\xff\xff\x7fPAR1",
            "bad.jsonl": b'{"a": 1}\n{"a": \n',
            "array.jsonl": b'[1, 2\n',
        }
        for name, content in broken.items():
            with self.subTest(name):
                self.file(name, content)
                self.fails_to_read(name, name)
        self.file("late.jsonl", b'{"a": 1}\n' * 50000 + b'{"a": oops}\n')
        self.fails_to_read("late.jsonl", "table 't'", "late.jsonl")
        self.file("typed.csv", "a\n" + "1\n" * 50000 + "x\n")
        self.fails_to_read("typed.csv,columns=(a i64)", "table 't'",
                           "typed.csv")
        # In a stage, a cache, a write, among other tables.
        self.file("good.csv", "a\n1\n")
        for steps in (["group", "a", END, "count-parts", "collect"],
                      ["shares", "a", "collect"],
                      ["cache", "memory", "count"],
                      ["write", "o", "create", "wait"]):
            self.fails(["read", "g", "as", "x", "read", "t", *steps],
                       "table 't'", "typed.csv", out=None, options=[
                "--table", "t=typed.csv,columns=(a i64)", "--table",
                "g=good.csv", "--sink", "o=o.csv"])
        # Bytes in the middle: an error or rows, never a crash.
        random.seed(1)
        for _ in range(10):
            damaged = bytearray(good)
            for _ in range(20):
                damaged[random.randrange(len(good))] = random.randrange(256)
            self.file("damaged.parquet", bytes(damaged))
            done = start(["read", "t", "measure", "sum(id)", END, "collect"],
                         ["--table", "t=damaged.parquet"], self.folder)
            self.assertIn(done.returncode, (0, 125), done.stderr)

    def test_files_that_differ(self):
        self.file("d/1.csv", "a,b\n1,2\n")
        self.file("d/2.csv", "c\nx\n")
        self.fails_to_read("d,format=csv", "d/2.csv")

    def test_csv_quoted_nothing(self):
        """Nothing is null, `""` an empty text, unless it is told."""
        text = 'a,b,c\n,"",NA\n"",,"NA"\nx,y,z\n'
        self.file("t.csv", text)
        self.assertEqual(self.read("t.csv").rows, [
            (None, "", "NA"), ("", None, "NA"), ("x", "y", "z")])
        self.assertEqual(self.read("t.csv,quoted-null=true").rows, [
            (None, None, "NA"), (None, None, "NA"), ("x", "y", "z")])
        self.assertEqual(self.read("t.csv,null=NA").column(2),
                         [None, "NA", "z"])
        self.assertEqual(self.read("t.csv,null=NA,quoted-null=true").column(2),
                         [None, None, "z"])
        self.file("n.csv", 'a,b\n1,\n,"x"\n"3",\n')
        self.assertEqual(self.read("n.csv").rows,
                         [(1, None), (None, "x"), (3, None)])
        self.fails_to_read("t.csv,quoted-null=maybe", "quoted-null", "true or "
                           "false")
        # What we write is read as it was.
        self.play(*create([("a", "string"), ("b", "string")],
                          [("", None), (None, ""), ("x", '"')]),
                  "write", "o", "create", options=["--sink", "o=o.csv"])
        self.assertEqual(self.read("o.csv").rows,
                         [("", None), (None, ""), ("x", '"')])

    def test_wide(self):
        names = [f"column {i}" for i in range(300)]
        self.file("t.csv", ",".join(names) + "\n" + "".join(
            ",".join(str(i * 1000 + j) for j in range(300)) + "\n"
            for i in range(50)))
        table = self.read("t.csv", "filter", '"column 299" >= 40299')
        self.assertEqual(table.names, names)
        self.same(table.rows, [tuple(i * 1000 + j for j in range(300))
                               for i in range(40, 50)])
        table = self.read("t.csv", "select", '"column 7"', END)
        self.assertEqual(len(table.rows), 50)

    def test_big_values(self):
        text = "é" * (5 << 20)
        self.file("t.txt", "a\n" + text + "\nb\n")
        table = self.read("t.txt", "select", "octet_length(line) as n", END)
        self.same(table.rows, [(1,), (10 << 20,), (1,)])
        table = self.read("t.txt", "filter", "octet_length(line) > 5")
        self.same(table.rows, [(text,)])

    def test_text_in_parts(self):
        """Lines that end anywhere in what a thread reads."""
        random.seed(2)
        lines = ["x" * random.randrange(2000) + str(i) for i in range(20000)]
        self.file("t.txt", "\n".join(lines))
        for threads in ("1", "2"):
            got, = self.play("read", "t", "measure", "count(*) as n",
                             "sum(octet_length(line)) as s",
                             "count(distinct line) as d", END, "collect",
                             options=["--table", "t=t.txt", "--threads",
                                      threads])
            self.same(got.rows, [(20000, sum(map(len, lines)), 20000)])

    def test_names(self):
        """Columns, files, tables and texts are never SQL."""
        names = ["a b", 'q"q', "it's", "select", "日本", "'); DROP TABLE t; --",
                 "new\nline", "c0", "t", "$1", "?", "%s", "*"]
        nasty = "Robert'); DROP TABLE students;--\n\"\\"
        line = ",".join('"' + n.replace('"', '""') + '"' for n in names)
        self.file("it's; --.csv", line + "\n" + ",".join(
            '"' + nasty.replace('"', '""') + f'{i}"'
            for i in range(len(names))) + "\n")
        grant = "it's \"t\"; --"
        quoted = ['"' + n.replace('"', '""') + '"' for n in names]
        table = self.collect(
            "read", grant, "filter",
            f"{quoted[5]} <> 'x'';--' and {quoted[1]} is not null", "sort",
            *(f"{q} desc" for q in quoted), END, "select", *quoted, END,
            options=["--table", f"{grant}=it's; --.csv,header=true"])
        self.assertEqual(table.names, names)
        self.same(table.rows, [tuple(f"{nasty}{i}"
                                     for i in range(len(names)))])
        self.play("read", grant, "write", "s'; --", "create", options=[
            "--table", f"{grant}=it's; --.csv,header=true",
            "--sink", "s'; --=o'; --.parquet"])
        table = self.collect("read", "t", options=[
            "--table", "t=o'; --.parquet"])
        self.assertEqual(table.names, names)
        self.fails(["read", "x' or '1'='1", "collect"], "x' or '1'='1",
                   "not granted")


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
