"""Files and types: what a format carries it carries whole, for pyarrow and for
ourselves; what it cannot is refused when the plan is made, by column and type.
The rows are those of tests/guests/nested.c."""

import datetime
import decimal
import json
import os
import subprocess
import unittest
import uuid

import oracle
from script import BIN, CACHE, END, Case, needs_guests, start
from test_sdk_nested import GUEST, row

pa = None


def setUpModule():
    global pa
    pa = oracle.arrow()


def whole(i):
    """Row i as pyarrow says it, its union by the value."""
    us = i * 1000001 % 86400000000
    ms = i * 1001 % 86400000
    midnight = datetime.datetime(1, 1, 1)
    values = row(i)
    values.update(
        t=(midnight + datetime.timedelta(microseconds=us)).time(),
        t32=(midnight + datetime.timedelta(milliseconds=ms)).time(),
        span=(i, -i, i * 1000), f=bytes([97, 97 + i % 26, 122]))
    for place, name in enumerate(("t", "t32", "span", "u", "f"), 1):
        if (i + place) % 7 == 0:
            values[name] = None
    if values["m"] is not None:
        values["m"] = list(values["m"].items())
    if values["u"] is not None:
        values["u"] = uuid.UUID(values["u"])
    values["or"] = next(iter(values["or"].values()))
    return values


class Files(Case):
    def guest(self, sink, *columns, count=3000):
        return subprocess.run(
            [BIN, "run", "--quiet", "--sink", f"out={sink}", GUEST, "write",
             str(count), *columns], cwd=self.folder, timeout=300,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def write(self, sink, *more, **options):
        done = self.guest(sink, *more, **options)
        self.assertEqual((done.returncode, done.stderr), (0, b""))

    def shown(self, location, *steps):
        done = start(["read", "t", *steps, "show"], [
            "--format", "jsonl", "--table", f"t={location}"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def equal(self, rows, wanted):
        self.assertEqual(len(rows), len(wanted))
        for one, other in zip(rows, wanted):
            self.assertEqual(one, other)


@needs_guests
class Arrow(Files):
    def test_every_type(self):
        for name, count in (("o.arrow", 3000), ("o.arrows", 3000),
                            ("e.arrow", 0)):
            self.write(name, count=count)
            open_ = (pa.ipc.open_stream if name.endswith("s")
                     else pa.ipc.open_file)
            with open_(self.folder / name) as reader:
                rows = reader.read_all().to_pylist()
            rows.sort(key=lambda r: r["id"])
            self.equal(rows, [whole(i) for i in range(count)])
            got = self.shown(name, "sort", "id", END)
            self.equal([{key: r[key] for key in row(0)} for r in got],
                       [row(i) for i in range(count)])

    def test_uuids_of_others(self):
        """Sixteen bytes are a UUID where the file says so, at any level."""
        ids = [uuid.UUID(int=7), None, uuid.UUID(int=1 << 127)]
        plain = pa.array([x and x.bytes for x in ids], pa.binary(16))
        table = pa.table({"u": plain.cast(pa.uuid()), "b": plain})
        with pa.ipc.new_file(str(self.folder / "u.arrow"),
                             table.schema) as writer:
            writer.write_table(table)
        rows = self.shown("u.arrow")
        self.assertEqual([r["u"] for r in rows],
                         [x and str(x) for x in ids])
        self.assertEqual(rows[0]["b"], "AAAAAAAAAAAAAAAAAAAABw==")


@needs_guests
class Parquet(Files):
    CARRIED = ("t", "t32", "u", "f", "e", "n", "l", "ll", "x", "s", "m")

    def copy(self, *columns, sink="p.parquet"):
        if not (self.folder / "o.arrow").exists():
            self.write("o.arrow")
        return start(["read", "t", "select", "id", *columns, END, "write", "o",
                      "overwrite", "wait"],
                     ["--quiet", "--table", "t=o.arrow", "--sink",
                      f"o={sink}"], self.folder)

    def test_every_type_that_it_carries(self):
        """Nulls at every level, lists of fixed length too."""
        done = self.copy(*self.CARRIED)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        rows = pa.parquet.read_table(self.folder / "p.parquet").to_pylist()
        rows.sort(key=lambda r: r["id"])
        want = [{name: whole(i)[name] for name in ("id", *self.CARRIED)}
                for i in range(3000)]
        for one in want:
            one["u"] = one["u"] and one["u"].bytes
        for one in rows: # as the version of pyarrow has it
            if isinstance(one["u"], uuid.UUID):
                one["u"] = one["u"].bytes
        self.equal(rows, want)
        names = [name for name in self.CARRIED if name in row(0)]
        got = self.shown("p.parquet", "sort", "id", END)
        self.equal([{key: r[key] for key in names} for r in got],
                   [{key: row(i)[key] for key in names} for i in range(3000)])

    def test_partitioned(self):
        done = self.copy("id % 3 as part", "ll", "s", "m", sink="d.parquet")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        done = start(["read", "t", "write-by", "o", "create", "part", END, END,
                      "wait"], ["--quiet", "--table", "t=d.parquet", "--sink",
                                "o=d/,format=parquet"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        table = pa.dataset.dataset(str(self.folder / "d"), format="parquet",
                                   partitioning="hive").to_table()
        rows = sorted(table.to_pylist(), key=lambda r: r["id"])
        self.equal(rows, [
            {"id": i, **{name: whole(i)[name] for name in ("ll", "s", "m")},
             "part": i % 3} for i in range(3000)])

    def test_what_it_cannot_hold(self):
        """Told before anything runs; no file appears."""
        done = self.guest("x.parquet", count=0)
        self.assertEqual(done.returncode, 125)
        self.assertIn("column 'span' has the type interval, which Parquet "
                      "files cannot hold: cast intervals to strings",
                      done.stderr.decode())
        self.assertFalse((self.folder / "x.parquet").exists())
        for columns, words in (
                (('"or"',), "column 'or' has the type union<i i64, s string>, "
                            "which Parquet files cannot hold: select a union's "
                            "members"),
                (("list_value(span) as deep",),
                 "column 'deep' has the type list<interval>, which")):
            done = self.copy(*columns)
            self.assertEqual(done.returncode, 125, columns)
            self.assertIn(words, done.stderr.decode())
            self.assertFalse((self.folder / "p.parquet").exists())
        self.assertEqual(
            self.copy("cast(span as string) as span").returncode, 0)
        self.assertEqual(self.shown("p.parquet", "filter", "id = 1")[0]["span"],
                         "1 month -1 day 00:00:00.000001")

    def test_files_of_others(self):
        """Deep nesting, wide decimals, dictionaries, fixed lists as written by
        pyarrow."""
        deep = pa.struct([("a", pa.list_(pa.map_(pa.string(), pa.struct([
            ("x", pa.list_(pa.decimal128(38, 3)))]))))])
        amount = decimal.Decimal("12345678901234567890.125")
        values = [None, {"a": None}, {"a": []}, {"a": [None, [], [
            ("k", None), ("l", {"x": None}), ("m", {"x": [None, amount]})]]}]
        table = pa.table({
            "id": range(4), "deep": pa.array(values, deep),
            "e": pa.array(["u", None, "v", "u"]).dictionary_encode(),
            "x": pa.array([[1, 2], None, [None, 4], [5, 6]],
                          pa.list_(pa.int32(), 2)),
            "ns": pa.array([1, None, 3, 4], pa.timestamp("ns"))})
        pa.parquet.write_table(table, self.folder / "f.parquet")
        done = start(["read", "t", "sort", "id", END, "show"], [
            "--format", "jsonl", "--table", "t=f.parquet"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        got = [json.loads(line, parse_float=decimal.Decimal)
               for line in done.stdout.splitlines()]
        self.assertEqual([r["deep"] for r in got], [
            None, {"a": None}, {"a": []},
            {"a": [None, {}, {"k": None, "l": {"x": None},
                              "m": {"x": [None, amount]}}]}])
        self.assertEqual([r["e"] for r in got], ["u", None, "v", "u"])
        self.assertEqual([r["x"] for r in got], table["x"].to_pylist())
        self.assertEqual(got[0]["ns"], "1970-01-01 00:00:00.000000001")


if __name__ == "__main__":
    unittest.main()
