"""Tables of every format, read as docs/grants.md says."""

import gzip
import json
import os
import random
import unittest

from datasets import D, Rows
from script import END, create, needs_guests, start


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
        self.file("t.csv", "a,b\n#1,2\n3,4\n")
        self.same(self.read("t.csv").rows, [("#1", 2), ("3", 4)])

    def test_csv_ragged(self):
        """Never one column of whole lines, unless it was asked for."""
        for text in ("a,b\n1,x\n2,3,4\n", "a,b\n1,2\n3\n5,6\n",
                     'a,b\n1,"2\n3,4\n', "a,b\n'1','2,3'\n"):
            with self.subTest(text):
                self.file("t.csv", text)
                self.fails_to_read("t.csv", "table 't'", "fields", "delimiter")
        self.file("t.csv", "a,b\n1,x\n2,3,4\n")
        self.same(self.read("t.csv,delimiter=tab").rows,
                  [("1,x",), ("2,3,4",)])
        self.file("t.csv", "a\n1\n2\n")
        self.same(self.read("t.csv").rows, [(1,), (2,)])
        self.file("t.csv", 'a\n"1,x"\n"2"\n')
        self.same(self.read("t.csv").rows, [("1,x",), ("2",)])
        self.file("t.csv", "a;b\n'1';'2'\n")
        self.same(self.read("t.csv,quote='").rows, [(1, 2)])

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
        for url in ("s3a://bucket/t.csv", "jdbc:x://host/shop,table=t"):
            self.fails_to_read(url, "which the engine spark reads")
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
        for value in b"99999999999999999999", b'"x"':
            self.file("late.jsonl", b'{"a": 1}\n' * 25000 + b'{"a": ' + value
                      + b"}\n")
            self.fails_to_read("late.jsonl", "table 't'", "late.jsonl",
                               "line 25001", value.decode(), "the table's "
                               "option columns=(name type, ...)")
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
        # Not even so many fields of one type are a map.
        self.file("t.jsonl", "\n".join(
            json.dumps({name: i * 1000 + j for j, name in enumerate(names)})
            for i in range(50)))
        for name in "t.csv", "t.jsonl":
            table = self.read(name, "filter", '"column 299" >= 40299')
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


if __name__ == "__main__":
    unittest.main()
