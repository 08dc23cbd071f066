"""Arrow streams and files as tables, written by pyarrow and by ourselves."""

import os
import random
import unittest

import oracle
from script import END, Case, create, needs_guests, start
from test_datasets import TYPES, Rows, values

pa = None


def setUpModule():
    global pa
    pa = oracle.arrow()


@needs_guests
class Arrow(Rows):
    def put(self, name, table, stream=False, **options):
        new = pa.ipc.new_stream if stream else pa.ipc.new_file
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        with new(str(path), table.schema,
                 options=pa.ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(table, max_chunksize=options.get("rows", 5000))

    def read(self, location, *more, **options):
        return self.collect("read", "t", *more, options=[
            "--table", f"t={location}",
            *(word for pair in options.items() for word in pair)])

    def test_every_type(self):
        """What we write we read, types and nulls and all."""
        columns = [values(type) for type in TYPES]
        rows = [tuple(c[(i + j) % len(c)] for j, c in enumerate(columns))
                for i in range(12)]
        schema = [(f"c{j}", type) for j, type in enumerate(TYPES)]
        for name in ("o.arrow", "o.arrows"):
            self.play(*create(schema, rows), "write", "o", "create", "wait",
                      options=["--sink", f"o={name}"])
            table = self.read(name)
            self.same(table.rows, rows, ordered=True)
            self.assertEqual([t.replace(",UTC", ", UTC") for t in table.types],
                             TYPES)

    def test_files_of_others(self):
        table = pa.table({
            "i": pa.array([1, None, 3] * 5000, pa.int32()),
            "s": pa.array(["a", None, "\u00e9\U0001f600"] * 5000),
            "b": pa.array([True, None, False] * 5000)})
        want = [(1, "a", True), (None, None, None),
                (3, "\u00e9\U0001f600", False)] * 5000
        self.put("f.arrow", table)
        self.put("s.arrows", table, stream=True)
        self.put("z.arrow", table, compression="zstd")
        self.put("l.arrow", table, compression="lz4")
        for name in ("f.arrow", "s.arrows", "z.arrow", "l.arrow"):
            self.same(self.read(name).rows, want)
        # Whatever the ending: the bytes tell.
        os.rename(self.folder / "f.arrow", self.folder / "f.arrows")
        self.same(self.read("f.arrows").rows, want)

    def test_slices_and_empty(self):
        table = pa.table({"s": ["a", "bb", None, "dddd"], "x": [1, 2, 3, 4]})
        self.put("s.arrow", table.slice(1, 2))
        self.same(self.read("s.arrow").rows, [("bb", 2), (None, 3)])
        self.put("e.arrow", table.slice(0, 0))
        self.assertEqual(self.read("e.arrow").rows, [])

    def test_many_files_and_threads(self):
        for i in range(7):
            self.put(f"d/{i}.arrow", pa.table(
                {"id": pa.array(range(i * 30000, (i + 1) * 30000))}))
        for threads in ("1", "2"):
            table = self.read("d,format=arrow", "measure", "count(*) as n",
                              "sum(id) as s", "count(distinct id) as d", END,
                              **{"--threads": threads})
            self.assertEqual(table.rows,
                             [(210000, sum(range(210000)), 210000)])

    def test_columns_that_are_not_wanted(self):
        self.put("w.arrow", pa.table({f"c{i}": [i, i + 1]
                                      for i in range(200)}))
        table = self.read("w.arrow", "select", "c7", "c150", END)
        self.same(table.rows, [(7, 150), (8, 151)])

    def test_files_that_differ(self):
        self.put("d/1.arrow", pa.table({"a": [1]}))
        self.put("d/2.arrow", pa.table({"b": [1]}))
        self.fails(["read", "t", "collect"], "table 't'", "2.arrow",
                   "other columns", out=None,
                   options=["--table", "t=d,format=arrow"])

    def test_refused(self):
        self.put("d.arrow", pa.table(
            {"d": pa.array(["a", "b"]).dictionary_encode()}))
        self.put("l.arrow", pa.table({"l": pa.array(["a"],
                                                    pa.large_string())}))
        for name, part in (("d.arrow", "'d' is dictionary-encoded"),
                           ("l.arrow", "'U'")):
            self.fails(["read", "t", "collect"], "table 't'", name, part,
                       options=["--table", f"t={name}"], out=None)

    def test_damaged(self):
        self.put("good.arrow", pa.table(
            {"s": [str(i) * 3 for i in range(3000)],
             "x": list(range(3000))}))
        good = (self.folder / "good.arrow").read_bytes()
        for name, content in (("cut.arrow", good[:len(good) // 2]),
                              ("none.arrow", b""), ("text.arrow", b"hello"),
                              ("magic.arrow", b"ARROW1\0\0")):
            self.file(name, content)
            self.fails(["read", "t", "collect"], "table 't'", name,
                       "no Arrow stream", options=["--table", f"t={name}"],
                       out=None)
        random.seed(2)
        for _ in range(25):
            damaged = bytearray(good)
            for _ in range(10):
                damaged[random.randrange(len(good))] = random.randrange(256)
            self.file("damaged.arrow", bytes(damaged))
            done = start(["read", "t", "measure", "sum(char_length(s)) as n",
                          END, "collect"], ["--table", "t=damaged.arrow"],
                         self.folder)
            self.assertIn(done.returncode, (0, 125), done.stderr)
            self.assertNotIn(b"Sanitizer", done.stderr)


if __name__ == "__main__":
    unittest.main()
