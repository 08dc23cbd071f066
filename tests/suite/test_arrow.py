"""Arrow streams and files as tables, written by pyarrow and by ourselves."""

import os
import random
import unittest

import oracle
from script import END, Case, create, needs_guests, start
from datasets import TYPES, Rows, values

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

    def test_zeros_below_nulls(self):
        """Not what was in that memory before, of whatever width."""
        types = ["boolean", "i8", "i16", "i32", "i64", "fp64", "decimal(4,0)",
                 "decimal(9,0)", "decimal(18,0)", "decimal(38,0)"]
        wanted = [f"case when id % 3 = 1 then null else cast(id % 100 + 1 as "
                  f"{type}) end as c{i}" for i, type in enumerate(types)]
        self.play("range", "0", "10000", "1", "select", *wanted, END, "write",
                  "o", "create", "wait", options=["--sink", "o=z.arrow"])
        table = pa.ipc.open_file(self.folder / "z.arrow").read_all()
        for column in table.columns:
            self.assertEqual(column.null_count, 3333)
            for chunk in column.chunks:
                data = chunk.buffers()[1].to_pybytes()
                one = pa.types.is_boolean(chunk.type)
                width = 1 if one else chunk.type.bit_width // 8
                self.assertEqual(chunk.offset, 0)
                for row in range(len(chunk)):
                    if not chunk[row].is_valid:
                        below = data[row // 8] >> row % 8 & 1 if one else \
                            any(data[row * width:(row + 1) * width])
                        self.assertFalse(below, (chunk.type, row))

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

    def test_large_and_dictionaries(self):
        """Columns as pandas and Polars write them: what is in them is what
        pyarrow says, whatever the form."""
        random.seed(3)
        texts = ["", "a", "\u00e9\U0001f600", "x" * 300, None]
        words = [random.choice(texts) for _ in range(12000)]
        numbers = [random.choice([None, -1, 0, 2 ** 40]) for _ in words]
        table = pa.table({
            "s": pa.array(words, pa.large_string()),
            "b": pa.array([w and w.encode() for w in words],
                          pa.large_binary()),
            "d": pa.array(words).dictionary_encode(),
            "i": pa.array(numbers, pa.int64()).dictionary_encode(),
            "t": pa.array([None if n is None else n > 0 for n in numbers],
                          pa.bool_()).dictionary_encode(),
            "l": pa.DictionaryArray.from_arrays(
                pa.array([w if w is None else len(w) % 3 for w in words],
                         pa.uint8()),
                pa.array(["none", None, "two"], pa.large_string()))})
        want = list(zip(*(column.to_pylist()
                          for column in table.columns)))
        for name, more in (("f.arrow", {}), ("s.arrows", {"stream": True}),
                           ("e.arrow", {})):
            part = table.slice(0, 0) if name == "e.arrow" else table
            self.put(name, part, **more)
            got = self.read(name)
            self.assertEqual(got.types, ["string", "binary", "string", "i64",
                                         "bool", "string"])
            self.same(got.rows, [] if name == "e.arrow" else want)
        self.put("o.arrow", table.slice(3, 5000))
        self.same(self.read("o.arrow").rows, want[3:5003])

        # nanoarrow would take the compressed bytes for the values.
        for codec in ("zstd", "lz4"):
            self.put("z.arrow", table, compression=codec)
            self.fails(["read", "t", "collect"], "z.arrow", "compressed",
                       options=["--table", "t=z.arrow"], out=None)
            self.put("p.arrow", table.select(["s", "b"]), compression=codec)
            self.same(self.read("p.arrow").rows, [row[:2] for row in want])

    def test_large_lists_of_dictionaries(self):
        lists = [["a", None], [], None, ["b"] * 3] * 700
        self.put("l.arrow", pa.table({"l": pa.array(
            lists, pa.large_list(pa.large_string())), "d": pa.array(
                lists, pa.list_(pa.dictionary(pa.int8(), pa.string())))}))
        for column in ("l", "d"):
            table = self.read("l.arrow", "explode", column, "outer", "",
                              "select", column, END)
            self.same(table.rows, [(v,) for row in lists
                                   for v in (row or [None])])

    def test_refused(self):
        self.put("d.arrow", pa.table({"d": pa.DictionaryArray.from_arrays(
            pa.array([0, 0], pa.int8()), pa.array([["a"]]))}))
        self.put("v.arrow", pa.table({"v": pa.array(["a"],
                                                    pa.string_view())}))
        for name, part in (("d.arrow", "'d' is dictionary-encoded"),
                           ("v.arrow", "Utf8View")):
            self.fails(["read", "t", "collect"], "table 't'", name, part,
                       options=["--table", f"t={name}"], out=None)

    def test_damaged(self):
        self.put("good.arrow", pa.table(
            {"s": [str(i) * 3 for i in range(3000)],
             "x": list(range(3000)),
             "d": pa.array([str(i % 7) for i in range(3000)],
                           pa.large_string()).dictionary_encode()}))
        good = (self.folder / "good.arrow").read_bytes()
        for name, content in (("cut.arrow", good[:len(good) // 2]),
                              ("none.arrow", b""), ("text.arrow", b"hello"),
                              ("magic.arrow", b"ARROW1\0\0")):
            self.file(name, content)
            self.fails(["read", "t", "collect"], "table 't'", name,
                       "no Arrow stream", options=["--table", f"t={name}"],
                       out=None)
        random.seed(2)
        for _ in range(40):
            damaged = bytearray(good)
            for _ in range(10):
                damaged[random.randrange(len(good))] = random.randrange(256)
            self.file("damaged.arrow", bytes(damaged))
            done = start(["read", "t", "measure", "sum(char_length(s)) as n",
                          "max(d) as d", END, "collect"], ["--table", "t=damaged.arrow"],
                         self.folder)
            self.assertIn(done.returncode, (0, 125), done.stderr)
            self.assertNotIn(b"Sanitizer", done.stderr)


if __name__ == "__main__":
    unittest.main()
