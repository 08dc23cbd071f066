"""Every type, nested ones too, from a table through the engine and lambdas to
every output: what comes out is what Python's own json, csv, uuid and datetime
say of the values that went in."""

import csv
import datetime
import io
import json
import random
import unittest
import uuid

from script import END, Case, needs_guests, start


def some(seed, depth=0):
    """A value of a fixed nested type: a struct of lists of structs."""
    pick = random.Random(seed)

    def maybe(make):
        return None if pick.random() < 0.2 else make()

    return maybe(lambda: {
        "n": maybe(lambda: pick.randrange(-10 ** 12, 10 ** 12)),
        "t": maybe(lambda: pick.choice(["", "a", "日本", "a\"b\\c\n", "x" * 40])),
        "xs": maybe(lambda: [maybe(lambda: pick.choice([True, False]))
                             for _ in range(pick.randrange(4))]),
        "deep": maybe(lambda: [maybe(lambda: {"f": maybe(
            lambda: pick.randrange(100) / 4), "ys": maybe(lambda: [
                maybe(lambda: "s%d" % pick.randrange(9))
                for _ in range(pick.randrange(3))])})
            for _ in range(pick.randrange(3))])})


class Types(Case):
    def rows(self, count):
        first = {"id": 0, "v": {"n": 1, "t": "t", "xs": [True], "deep": [
            {"f": 0.25, "ys": ["s"]}]}, "l": [[1], []]}
        rows = [first] + [
            {"id": i, "v": some(i), "l": some_lists(i)}
            for i in range(1, count)]
        self.file("t.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        return rows

    def show(self, *steps, format="jsonl", options=("--table", "t=t.jsonl")):
        done = start([*steps, "show"], ["--format", format, *options],
                     self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""), steps)
        return done.stdout

    def lines(self, *steps, **more):
        return [json.loads(line) for line in
                self.show(*steps, **more).decode().split("\n")[:-1]]


def some_lists(seed):
    pick = random.Random(seed + 1000)
    if pick.random() < 0.2:
        return None
    return [None if pick.random() < 0.2 else
            [None if pick.random() < 0.2 else pick.randrange(100)
             for _ in range(pick.randrange(5))]
            for _ in range(pick.randrange(5))]


@needs_guests
class Nested(Types):
    def test_read_and_show(self):
        for count in (1, 2049, 5000):
            rows = self.rows(count)
            got = self.lines("read", "t", "sort", "id", END)
            self.assertEqual(got, rows)

    def test_output_formats(self):
        rows = self.rows(50)
        text = self.show("read", "t", "sort", "id", END, format="csv").decode()
        got = list(csv.reader(io.StringIO(text, newline="")))
        self.assertEqual(got[0], ["id", "v", "l"])
        for line, row in zip(got[1:], rows, strict=True):
            self.assertEqual(
                [json.loads(cell) if cell else None for cell in line],
                list(row.values()))
        self.assertEqual(
            json.loads(self.show("read", "t", "sort", "id", END,
                                 format="json")), rows)
        for format in ("box", "markdown"):
            self.assertIn(json.dumps(rows[0]["v"], separators=(",", ":")),
                          self.show("read", "t", format=format).decode())

    def test_select_filter_limit_join(self):
        rows = self.rows(300)
        got = self.lines("read", "t", "select", "v", "id", END, "filter",
                         "v is not null", "sort", "id desc", END,
                         "limit", "20")
        want = [{"v": row["v"], "id": row["id"]} for row in rows
                if row["v"] is not None]
        self.assertEqual(got, want[::-1][:20])
        got = self.lines("read", "t", "as", "r", "select", "id", END,
                         "join-using", "r", "left", "id", END, "sort", "id",
                         END)
        self.assertEqual(got, rows)

    def test_keys(self):
        """Lists are equal when their elements are; null is a value."""
        rows = self.rows(400)
        got = self.lines("read", "t", "group", "l", END, "measure",
                         "count(*) as n", END)
        want = {}
        for row in rows:
            want[json.dumps(row["l"])] = want.get(json.dumps(row["l"]), 0) + 1
        self.assertEqual({json.dumps(row["l"]): row["n"] for row in got}, want)
        got = self.lines("read", "t", "filter", "l is not null", "select", "l",
                         END, "sort", "l", END)
        lists = [row["l"] for row in rows if row["l"] is not None]

        def order(value):
            """Nulls are last, a shorter list before what it begins."""
            if value is None:
                return (1,)
            return (0, [order(item) for item in value]) if isinstance(
                value, list) else (0, value)
        self.assertEqual([row["l"] for row in got], sorted(lists, key=order))

    def test_write_and_read_again(self):
        rows = self.rows(3000)
        for name in ("o.parquet", "o.jsonl"):
            self.play("read", "t", "sort", "id", END, "write", "o", "create",
                      "wait", options=["--table", "t=t.jsonl", "--sink",
                                       f"o={name}"])
            got = self.lines("read", "t", "sort", "id", END,
                             options=["--table", f"t={name}"])
            self.assertEqual(got, rows)

    def test_casts_name_types(self):
        self.rows(3)
        self.assertEqual(self.lines(
            "read", "t", "filter", "id = 0", "select",
            "cast(null as i64[]) as a", "cast(null as struct<a: i64[2]>) as b",
            "cast(null as map<string, list<uuid>>) as c", END),
            [{"a": None, "b": None, "c": None}])

    def test_no_rows(self):
        self.rows(10)
        self.assertEqual(self.lines("read", "t", "filter", "id < 0"), [])


@needs_guests
class Columns(Types):
    """Types that text files are told to have."""

    def column(self, type, texts, format="jsonl"):
        self.file("c.csv", "".join(f'"{i}","{text}"\n' if text is not None
                                   else f'"{i}",\n'
                                   for i, text in enumerate(texts)))
        self.play("read", "c", "sort", "i", END, "write", "o", "overwrite",
                  "wait", options=[
                      "--table", "c=c.csv,format=csv,header=false,"
                      f"columns=(i i64, v {type})", "--sink", "o=o.parquet"])
        rows = self.lines("read", "t", "sort", "i", END,
                          options=["--table", "t=o.parquet"])
        return [row["v"] for row in rows]

    def test_uuid(self):
        values = [str(uuid.UUID(int=i)) for i in
                  (0, 1, 1 << 127, (1 << 128) - 1)]
        values += [str(uuid.uuid5(uuid.NAMESPACE_URL, str(i)))
                   for i in range(100)] + [None]
        self.assertEqual(self.column("uuid", values), values)

    def test_time(self):
        values = ["00:00:00", "23:59:59.999999", "12:34:56.5", None]
        values += [str((datetime.datetime(2000, 1, 1) + datetime.timedelta(
            seconds=i * 137)).time()) for i in range(100)]
        self.assertEqual(self.column("time", values), values)

    def test_decimals(self):
        for digits in (1, 4, 5, 9, 10, 18, 19, 38):
            values = ["9" * digits, "-" + "9" * digits, "0", None]
            got = self.column(f"decimal({digits},0)", values)
            self.assertEqual(got, [value and int(value) for value in values])

    def test_names_of_types(self):
        """What columns are told they are is printed as it is written down."""
        for type, text in (("bigint[]", "list<i64>"),
                           ("struct<a: int, b text>",
                            "struct<a i32, b string>"),
                           ("map(varchar, double[])",
                            "map<string, list<fp64>>"),
                           ("i8[3]", "fixedlist<i8, 3>")):
            self.file("c.csv", "v\n")
            done = start(["read", "c", "show"], [
                "--format", "box", "--table",
                f"c=c.csv,columns=(v {type})"], self.folder)
            self.assertEqual((done.returncode, done.stderr), (0, b""), type)
            self.assertIn(text, done.stdout.decode())


@needs_guests
class Refusals(Types):
    def test_by_column_and_type(self):
        self.file("c.csv", "v\n")
        for type, words in (
                ("list<duration>", "list<duration<6>>"),
                ("struct<>", "struct<>"),
                ("fixedlist<i8, 0>", "fixedlist<i8, 0>"),
                ("fixedlist<i8, 100000>", "99,999"),
                ("struct<a: i8[1000][1000]>", "99,999"),
                ("struct<a i8, A i8>", "same name"),
                ('enum<"x", "x">', "twice"),
                ("i8" + "[]" * 65, "deeper than 64")):
            self.fails(["read", "c", "show"], words, out=None, options=[
                "--table", f"c=c.csv,columns=(v {type})"])

    def test_deep(self):
        self.file("c.csv", "v\n")
        self.play("read", "c", "show", options=[
            "--quiet", "--table", "c=c.csv,columns=(v i8" + "[]" * 64 + ")"])


if __name__ == "__main__":
    unittest.main()
