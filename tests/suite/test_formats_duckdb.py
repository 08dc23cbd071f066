"""Files that DuckDB itself wrote, by its Python package: what its types are in
them and how we read that, and folders whose names are columns."""

import json
import os
import subprocess
import sys
import unittest

from script import END, SOURCE, Case, needs_guests, start

duckdb = None


def setUpModule():
    global duckdb
    subprocess.run([SOURCE / "scripts/deps", "peers"], check=True,
                   stdout=subprocess.DEVNULL)
    sys.path.append(str(SOURCE / ".deps/peers"))
    import duckdb


@needs_guests
class Files(Case):
    def setUp(self):
        super().setUp()
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("CREATE TYPE mood AS ENUM ('sad', 'it''s')")

    def write(self, query, name, *options):
        more = ", ".join(("FORMAT " + name.split(".")[-1], *options))
        path = self.folder / name.split(".")[0] if options else \
            self.folder / name
        self.connection.execute(f"COPY ({query}) TO '{path}' ({more})")

    def said(self, location, *steps):
        return start(["read", "t", *steps], [
            "--format", "jsonl", "--table", f"t={location}"], self.folder)

    def shown(self, location, *steps):
        done = self.said(location, *steps, "show")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def types(self, location):
        done = self.said(location, "schema")
        self.assertEqual(done.stderr, b"")
        return [field[1] for field in json.loads(done.stdout)]

    # What a column is in Parquet, and what it is read as.
    PARQUET = {
        "'sad'::mood": ("string", "sad"),
        "null::mood": ("string", None),
        "'10110'::bit": ("string", "10110"),
        "170141183460469231731687303715884105727::hugeint":
            ("f64", 1.7014118346046923e38),
        "5::uhugeint": ("f64", 5.0),
        "'12:34:56+02'::timetz": (None, "10:34:56"),
        "'12:34:56.000001'::time": (None, "12:34:56.000001"),
        "interval '3 months 2 days 00:00:05'":
            (None, "3 months 2 days 00:00:05"),
        "'00112233-4455-6677-8899-aabbccddeeff'::uuid":
            (None, "00112233-4455-6677-8899-aabbccddeeff"),
        "timestamptz '2000-01-01 02:00:00+02'":
            ("timestamp(us,UTC)", "2000-01-01 00:00:00+00"),
        "timestamp_ns '2000-01-01 00:00:00.123456789'":
            ("timestamp(ns)", "2000-01-01 00:00:00.123456789"),
        "timestamp_s '2000-01-01 00:00:00'":
            ("timestamp(us)", "2000-01-01 00:00:00"),
        "200::utinyint": ("u8", 200),
        "'\\xff'::blob": ("binary", "/w=="),
        "[1, 2]::int[2]": (None, [1, 2]),
        "map {'a': [1, null]}": (None, {"a": [1, None]}),
        "{'x': 1, 'y': [{'z': 'q'}]}": (None, {"x": 1, "y": [{"z": "q"}]}),
        "'{\"a\": 1}'::json": ("string", '{"a": 1}'),
        "12345678901234567890123456789012345.678::decimal(38, 3)":
            ("decimal(38,3)", 12345678901234567890123456789012345.678),
    }

    def test_parquet(self):
        names = [f"c{i}" for i in range(len(self.PARQUET))]
        self.write("SELECT " + ", ".join(
            f"{value} AS {name}"
            for name, value in zip(names, self.PARQUET)), "t.parquet")
        types = self.types("t.parquet")
        row, = self.shown("t.parquet")
        for i, (value, (type, wanted)) in enumerate(self.PARQUET.items()):
            with self.subTest(value):
                self.assertEqual(row[f"c{i}"], wanted)
                if type:
                    self.assertEqual(types[i], type)

    def test_unions_in_parquet(self):
        """DuckDB writes them as structs of which one field has no name: only
        those who use the column are refused."""
        self.write("SELECT union_value(a := 1) AS u, 7 AS x", "t.parquet")
        self.assertEqual(self.shown("t.parquet", "select", "x", END),
                         [{"x": 7}])
        done = self.said("t.parquet", "show")
        self.assertEqual(done.returncode, 125)
        for part in ("column 'u'", "one of its fields has no name"):
            self.assertIn(part, done.stderr.decode())

    def test_jsonl_and_csv(self):
        values = {"e": "'sad'::mood", "h": "12::hugeint",
                  "b": "'101'::bit", "v": "interval '1 month'",
                  "z": "'12:34:56+02'::timetz", "u": "union_value(a := 1)",
                  "l": "[1, null]"}
        query = "SELECT " + ", ".join(f"{v} AS {k}" for k, v in values.items())
        self.write(query, "t.json")
        (self.folder / "t.json").rename(self.folder / "t.jsonl")
        self.assertEqual(self.shown("t.jsonl"), [
            {"e": "sad", "h": 12, "b": "101", "v": "1 month",
             "z": "12:34:56+02", "u": {"a": 1}, "l": [1, None]}])
        self.write(query, "t.csv")
        self.assertEqual(self.shown("t.csv")[0]["l"], "[1, NULL]")
        typed = ("t.csv,columns=(e string, h decimal(38,,0), b string, "
                 "v interval, z string, u string, l i64[])")
        self.assertEqual(self.shown(typed.replace(",,", ",")), [
            {"e": "sad", "h": 12, "b": "101", "v": "1 month",
             "z": "12:34:56+02", "u": "1", "l": [1, None]}])

    def test_folders_whose_names_are_columns(self):
        """Their types are found out from the values; a filter on them and a
        selection without them are as on any column."""
        rows = [{"k": i, "v": 2 * i, "p": i % 2,
                 "q": [None, "a b", "x/y"][i % 3], "d": f"2000-01-0{i % 4 + 1}"}
                for i in range(12)]
        query = ("SELECT i AS k, i * 2 AS v, i % 2 AS p, CASE i % 3 WHEN 1 THEN "
                 "'a b' WHEN 2 THEN 'x/y' END AS q, DATE '2000-01-01' + "
                 "(i % 4)::int AS d FROM range(12) t(i)")
        for ending in "parquet", "csv":
            self.write(query, f"{ending}.{ending}", "PARTITION_BY (p, q, d)")
            location = f"{ending},format={ending}"
            with self.subTest(ending):
                self.assertEqual(self.shown(location, "sort", "k", END), rows)
                self.assertEqual(self.types(location)[2:], [
                    "date", "i64", "string"]) # by their names
                self.assertEqual(
                    self.shown(location, "filter", "q = 'x/y' and p = 1",
                               "sort", "k", END, "select", "k", END),
                    [{"k": i} for i in range(12) if i % 6 == 5])
                self.assertEqual(
                    self.shown(location, "filter", "d > date '2000-01-03'",
                               "measure", "count(*) as n", END), [{"n": 3}])
                # Some of the folders only.
                self.assertEqual(
                    self.shown(f"{ending}/p=1/**/*.{ending}", "measure",
                               "sum(k) as k", "min(p) as p", END),
                    [{"k": sum(range(1, 12, 2)), "p": 1}])


if __name__ == "__main__":
    unittest.main()
