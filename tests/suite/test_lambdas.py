"""Every kind of lambda, every type that is carried, with nulls: no rows, one, a
chunk and one more, many; one thread and two. What comes out is counted here
again, from the formulas that guests/kinds.c has."""
import datetime
import json
import os
import subprocess
import tempfile
import unittest

from script import ENGINE

BIN = os.environ["WD_BIN"]
GUEST = os.path.join(os.environ["WD_BUILD"], "tests", "guests", "kinds.wasm")
COLUMNS = ["id", "bo", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64",
           "f32", "f64", "dec", "wide", "day", "ts", "tsz", "text", "bytes"]
EPOCH = datetime.datetime(1970, 1, 1)


def remainder(a, b):
    """C's %."""
    return abs(a) % b * (1 if a >= 0 else -1)


def moment(microseconds, zone=""):
    time = EPOCH + datetime.timedelta(microseconds=microseconds)
    text = time.isoformat(sep=" ")
    if "." in text:
        text = text.rstrip("0")
    return text + zone


def blob(data):
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"\\\"'"
        else "\\x%02X" % byte for byte in data)


def row_of(n):
    row = {
        "id": n,
        "bo": n % 3 == 0,
        "i8": n % 256 - 128,
        "i16": n * 31 % 65536 - 32768,
        "i32": n * 65537 % 2**32 - 2**31,
        "i64": n * 1000000007 - 5000000000,
        "u8": n * 7 % 256,
        "u16": n * 257 % 65536,
        "u32": n * 2654435761 % 2**32,
        "u64": 2**64 - 1 - n * 3,
        "f32": n / 4 - 10,
        "f64": n * 0.1,
        "dec": float(f"{n * 1001 - 500000}e-3"),
        "wide": n * 10**31,
        "day": (datetime.date(1970, 1, 1)
                + datetime.timedelta(days=n % 40000 - 20000)).isoformat(),
        "ts": moment(n * 86400123456 % 4000000000000000 - 1000000),
        "tsz": moment(n * 3600000001 % 4000000000000000, "+00"),
        "text": "".join("ü" if i % 2 else "x" for i in range(n % 17)),
        "bytes": blob(bytes((n + i * 13) % 256 for i in range(n % 19))),
    }
    for at, name in enumerate(COLUMNS):
        if at and (n + at) % 7 == 3:
            row[name] = None
    return row


def keeps(row):
    return bool(row["bo"]) or row["u64"] is None or \
        len((row["text"] or "").encode()) == 5


def groups(rows):
    found = {}
    for row in rows:
        found.setdefault(row["id"] % 5, []).append(row)
    return found


def without_id(row):
    return {name: row[name] for name in COLUMNS[1:]}


def nothing():
    return dict.fromkeys(COLUMNS[1:])


def expected(kind, rows):
    if kind in ("source", "map", "map_batch"):
        return rows
    if kind == "filter":
        return [row for row in rows if keeps(row)]
    if kind in ("flat_map", "flat_map_batch"):
        return [row for row in rows for _ in range(row["id"] % 3)]
    if kind == "reduce":
        return [{"key": key, **group[-1]}
                for key, group in groups(rows).items()]
    if kind == "reduce_all":
        return rows[-1:]
    if kind == "aggregate":
        return [{"key": key, **without_id(group[0])}
                for key, group in groups(rows).items()]
    if kind == "aggregate_all":
        return [without_id(rows[0]) if rows else nothing()]
    raise KeyError(kind)


def read(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def place(row):
    return row.get("key", 0), row.get("id", 0)


class Kinds(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        os.environ["WASI_DATA_CACHE"] = os.path.join(cls.folder.name, "cache")
        cls.made = {}

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def rows(self, count):
        if count not in self.made:
            self.made[count] = [row_of(n) for n in range(count)]
        return self.made[count]

    def run_kind(self, kind, count, threads):
        out = os.path.join(self.folder.name, "out.jsonl")
        done = subprocess.run(
            [BIN, "run", *ENGINE, "--threads", str(threads), "--sink",
             f"out={out}",
             GUEST, kind, str(count)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        rows = read(out)
        os.unlink(out)
        return rows

    def same(self, got, wanted):
        self.assertEqual(len(got), len(wanted))
        got = sorted(got, key=place)
        wanted = sorted(wanted, key=place)
        if got != wanted:
            for one, other in zip(got, wanted):
                self.assertEqual(one, other)

    def check(self, kind, counts=(0, 1, 2048, 2049, 100000),
              threads=(1, 2)):
        for count in counts:
            for thread in threads:
                with self.subTest(kind=kind, rows=count, threads=thread):
                    self.same(self.run_kind(kind, count, thread),
                              expected(kind, self.rows(count)))

    def test_source(self):
        self.check("source")

    def test_map(self):
        self.check("map")

    def test_map_batch(self):
        self.check("map_batch")

    def test_filter(self):
        self.check("filter")

    def test_flat_map(self):
        self.check("flat_map")

    def test_flat_map_batch(self):
        self.check("flat_map_batch")

    def test_reduce(self):
        self.check("reduce")

    def test_reduce_all(self):
        self.check("reduce_all")

    def test_aggregate(self):
        self.check("aggregate")

    def test_aggregate_all(self):
        self.check("aggregate_all")

    def test_partition(self):
        """How many partitions there are is the engine's; what they add up to
        is not."""
        for count in (0, 1, 2048, 2049, 100000):
            for threads in (1, 2):
                with self.subTest(rows=count, threads=threads):
                    got = self.run_kind("partition", count, threads)
                    sums = [row["id"] for row in got if row["text"] == "even"]
                    odd = [row for row in got if row["text"] != "even"]
                    rows = self.rows(count)
                    self.same(odd, rows[1::2])
                    self.assertEqual(sum(sums), sum(range(0, count, 2)))
                    self.assertLessEqual(len(sums), threads)


if __name__ == "__main__":
    unittest.main()
