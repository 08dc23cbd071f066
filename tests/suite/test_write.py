"""Writes end to end: formats and their options, folders, partitions, modes;
every one appears as a whole or not at all. pyarrow reads what was written."""

import collections
import gzip
import json
import os
import resource
import signal
import subprocess
import time
import unittest
import urllib.parse

import oracle
from script import BIN, CACHE, END, GUEST, create, needs_guests, start
from datasets import TYPES, Rows, quiet, values

pa = None


def setUpModule():
    global pa
    pa = oracle.arrow()


def plain(table):
    """Rows of a pyarrow table, dates and timestamps as numbers."""
    columns = []
    for column in table.columns:
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.int64())
        elif pa.types.is_date(column.type):
            column = column.cast(pa.int32())
        columns.append(column.to_pylist())
    return list(zip(*columns)) if columns else [()] * table.num_rows


class Writes(Rows):
    def write(self, steps, location, *more, mode="create", by=(), **options):
        words = [word for pair in options.items() for word in pair]
        self.play(*steps, "write-by", "o", mode, *by, END, *words, END, "wait",
                  *more, options=["--sink", f"o={location}"])

    def refuse(self, steps, location, *parts, mode="create", by=(), **options):
        words = [word for pair in options.items() for word in pair]
        return self.fails([*steps, "write-by", "o", mode, *by, END, *words,
                           END, "wait"], *parts, out=None,
                          options=["--sink", f"o={location}"])

    def files(self, folder="out"):
        """Visible files below a folder, relative to it."""
        base = self.folder / folder
        return sorted(str(path.relative_to(base)) for path in
                      base.rglob("*") if path.is_file())

    def hidden(self):
        return sorted(str(path.relative_to(self.folder))
                      for path in self.folder.rglob(".*"))

    def ids(self, folder="out", format="parquet"):
        table = self.collect("read", "t", "select", "id", END, options=[
            "--table", f"t={folder},format={format}"])
        return sorted(row[0] for row in table.rows)


@needs_guests
class Formats(Writes):
    def everything(self):
        columns = [values(type) for type in TYPES]
        rows = [tuple(c[(i + j) % len(c)] for j, c in enumerate(columns))
                for i in range(12)]
        return [(f"c{j}", type) for j, type in enumerate(TYPES)], rows

    def test_arrow_keeps_every_type(self):
        schema, rows = self.everything()
        self.write(create(schema, rows), "o.arrow")
        self.write(create(schema, rows), "o.arrows")
        self.write(create(schema, rows), "x.arrow,container=stream")
        with pa.ipc.open_file(self.folder / "o.arrow") as reader:
            file = reader.read_all()
        for name in ("o.arrows", "x.arrow"):
            with pa.ipc.open_stream(self.folder / name) as reader:
                self.assertTrue(reader.read_all().equals(file) or name)
        self.same(plain(file), rows, ordered=True)
        self.assertEqual([str(f.type) for f in file.schema], [
            "bool", "int8", "int16", "int32", "int64", "uint8", "uint16",
            "uint32", "uint64", "float", "double", "decimal128(10, 2)",
            "decimal128(38, 5)", "date32[day]", "timestamp[s]",
            "timestamp[ms]", "timestamp[us]", "timestamp[ns]",
            "timestamp[us, tz=UTC]", "string", "binary"])

    def test_parquet_is_read_by_others(self):
        schema, rows = self.everything()
        self.write(create(schema, rows), "o.parquet")
        table = pa.parquet.read_table(self.folder / "o.parquet")
        ticks = {"s": 1, "ms": 10 ** 3, "us": 10 ** 6, "ns": 10 ** 9}

        def stored(value, type, field):
            """In the file's unit: parquet has no seconds."""
            if value is None or not type.startswith("timestamp"):
                return value
            unit = type[10:].split(",")[0].rstrip(")")
            return value * ticks[field.type.unit] // ticks[unit]

        self.same(plain(table), [tuple(map(stored, row, TYPES, table.schema))
                                 for row in rows], ordered=True)

    def test_many_rows(self):
        for ending in ("parquet", "arrow", "arrows", "csv", "jsonl"):
            for threads in ("1", "2"):
                self.play("range", "0", "100000", "1", "write", "o",
                          "overwrite", "wait", options=[
                    "--sink", f"o=o.{ending}", "--threads", threads])
                path = self.folder / f"o.{ending}"
                if ending == "parquet":
                    got = pa.parquet.read_table(path)["id"].to_pylist()
                elif ending == "arrow":
                    got = pa.ipc.open_file(path).read_all()["id"].to_pylist()
                elif ending == "arrows":
                    got = pa.ipc.open_stream(path).read_all()["id"].to_pylist()
                elif ending == "csv":
                    got = pa.csv.read_csv(path)["id"].to_pylist()
                else:
                    got = [json.loads(line)["id"]
                           for line in path.read_text().splitlines()]
                self.assertEqual(sorted(got), list(range(100000)), ending)

    def test_no_rows(self):
        none = create([("a", "i64"), ("b", "string")], [])
        self.write(none, "o.parquet")
        self.write(none, "o.arrow")
        self.write(none, "o.arrows")
        for table in (pa.parquet.read_table(self.folder / "o.parquet"),
                      pa.ipc.open_file(self.folder / "o.arrow").read_all(),
                      pa.ipc.open_stream(self.folder / "o.arrows").read_all()):
            self.assertEqual((table.column_names, table.num_rows),
                             (["a", "b"], 0))

    def test_compression(self):
        rows = ["range", "0", "5000", "1"]
        names = {"none": "UNCOMPRESSED", "snappy": "SNAPPY", "gzip": "GZIP",
                 "zstd": "ZSTD", "brotli": "BROTLI", "lz4_raw": "LZ4"}
        for name, meant in names.items():
            self.write(rows, "o.parquet", mode="overwrite", compression=name)
            file = pa.parquet.ParquetFile(self.folder / "o.parquet")
            self.assertEqual(file.metadata.row_group(0).column(0).compression,
                             meant)
            self.assertEqual(file.read()["id"].to_pylist(),
                             list(range(5000)))
        lines = "id\n" + "".join(f"{i}\n" for i in range(5000))
        for location in ("a.csv.gz", "b.csv,compression=gzip"):
            self.write(rows, location)
            self.assertEqual(gzip.decompress(
                (self.folder / location.split(",")[0]).read_bytes()).decode(),
                lines)
        for location in ("c.csv.zst", "d.csv,compression=zstd", "e.jsonl.zst",
                         "f.jsonl.gz"):
            self.write(rows, location)
            name = location.split(",")[0]
            if name.endswith(".csv"):
                os.rename(self.folder / name, self.folder / f"{name}.zst")
                name += ".zst"
            self.assertEqual(self.ids(name, name.split(".")[1]),
                             list(range(5000)))

    def test_parquet_options(self):
        self.write(["range", "0", "50000", "1"],
                   "o.parquet,row_group_size=10000,compression=zstd,"
                   "compression_level=15")
        file = pa.parquet.ParquetFile(self.folder / "o.parquet")
        self.assertEqual(file.num_row_groups, 5)

    def test_bad_options(self):
        rows = ["range", "0", "9", "1"]
        self.refuse(rows, "o.parquet", "compression cannot be 'lzma'",
                    "snappy", compression="lzma")
        self.refuse(rows, "o.csv", "compression cannot be 'snappy'", "gzip",
                    compression="snappy")
        self.refuse(rows, "o.parquet", "no option 'header'", "row_group_size",
                    header="true")
        self.refuse(rows, "o.arrow", "no option 'compression'", "container",
                    compression="zstd")
        self.refuse(rows, "o.arrow", "container cannot be 'box'",
                    container="box")
        self.refuse(rows, "o.parquet", "row_group_size cannot be '0'",
                    row_group_size="0")
        self.refuse(rows, "o.parquet", "compression_level cannot be '1; x'",
                    compression_level="1; x")
        self.assertEqual(list(self.folder.iterdir()), [])


ARROWS = {"arrow": "arrow/,format=arrow",
          "arrows": "arrows/,format=arrow,container=stream"}


@needs_guests
class Partitions(Writes):
    ROWS = [(i, [None, "", "a/b=é", "x y", "..", "'\"%"][i % 6], i % 3)
            for i in range(60)]
    SCHEMA = [("id", "i64"), ("k", "string"), ("n", "i32")]

    def folders(self, folder="out"):
        """The ids below each folder of partitions, decoded."""
        found = collections.defaultdict(list)
        for name in self.files(folder):
            *parts, file = name.split("/")
            keys = tuple(urllib.parse.unquote(part.split("=", 1)[1])
                         for part in parts)
            path = self.folder / folder / name
            if file.endswith(".parquet"):
                # Not read_table, which reads the folders' names, too.
                table = pa.parquet.ParquetFile(path).read()
                self.assertEqual(set(table.column_names) & {"k"}, set())
                found[keys] += table["id"].to_pylist()
            elif file.endswith((".arrow", ".arrows")):
                with (pa.ipc.open_file if file.endswith(".arrow")
                      else pa.ipc.open_stream)(path) as reader:
                    table = reader.read_all()
                self.assertEqual(set(table.column_names) & {"k"}, set())
                found[keys] += table["id"].to_pylist()
            elif file.endswith(".csv"):
                found[keys] += pa.csv.read_csv(path)["id"].to_pylist()
            else:
                found[keys] += [json.loads(line)["id"] for line in
                                path.read_text().splitlines()]
        return {keys: sorted(ids) for keys, ids in found.items()}

    def test_by_one(self):
        want = collections.defaultdict(list)
        for id, k, _ in self.ROWS:
            want["__HIVE_DEFAULT_PARTITION__" if k is None else k,].append(id)
        for format in ("parquet", "csv", "jsonl", "arrow", "arrows"):
            with self.subTest(format):
                self.write(create(self.SCHEMA, self.ROWS), ARROWS.get(
                    format, f"{format}/,format={format}"), by=["k"])
                self.assertEqual(self.folders(format), want)
                table = self.collect(
                    "read", "t", "select", "id", "k", "n", END, options=[
                        "--table", f"t={format},format={format[:5]}"
                        if format in ARROWS else
                        f"t={format},format={format}"])
                self.same(table.rows, self.ROWS)

    def test_by_two(self):
        self.write(create(self.SCHEMA, self.ROWS), "out/,format=parquet",
                   by=["n", "k"])
        self.assertEqual(sum(len(ids) for ids in self.folders().values()), 60)
        table = self.collect("read", "t", "filter", "n = 2 and k = '..'",
                             "select", "id", END,
                             options=["--table", "t=out,format=parquet"])
        self.same(table.rows, [r[:1] for r in self.ROWS
                               if r[2] == 2 and r[1] == ".."])

    def test_arrow_folders_are_columns(self):
        """Whole numbers and dates are such, what is null or encoded is again;
        any of the columns alone; files that say a column keep it."""
        rows = [(i, [None, -1, 7][i % 3], f"2000-01-0{i % 2 + 1}", f"a=%{i % 2}/")
                for i in range(24)]
        schema = [("id", "i64"), ("n", "i64"), ("d", "string"), ("s", "string")]
        self.write(create(schema, rows), "out/,format=arrow",
                   by=["n", "d", "s"])
        options = ["--table", "t=out,format=arrow"]
        for threads in "1", "2":
            table = self.collect("read", "t", options=[
                *options, "--threads", threads])
            self.assertEqual(table.names, ["id", "n", "d", "s"])
            self.assertEqual(table.types, ["i64", "i64", "date", "string"])
            self.same([(id, n, f"2000-01-0{d - 10956}", s)
                       for id, n, d, s in table.rows], rows)
        table = self.collect("read", "t", "select", "n", END, "filter",
                             "n is null", "measure", "count(*) as c", END,
                             options=options)
        self.same(table.rows, [(8,)])
        table = self.collect("read", "t", "group", "n", END, "measure",
                             "sum(id) as s", END, options=options)
        self.same(table.rows, [(k, sum(r[0] for r in rows if r[1] == k))
                               for k in (None, -1, 7)])
        # A folder above, of which only one file is read; and a name that the
        # files have, too.
        file = next(name for name in self.files() if "n=7" in name)
        table = self.collect("read", "t", "measure", "min(n) as n", END,
                             options=["--table", f"t=out/{file}"])
        self.same(table.rows, [(7,)])
        inner = self.folder / "out/ID=5"
        inner.mkdir()
        (self.folder / "out" / file).rename(inner / "x.arrow")
        table = self.collect("read", "t", options=[
            "--table", "t=out/ID=5,format=arrow"])
        self.assertEqual(table.names, ["id"])

    def test_many(self):
        for format in ("parquet", "arrow"):
            for threads in ("1", "2"):
                self.play("range", "0", "100000", "1", "select", "id",
                          "id % 200 as k", END, "write-by", "o", "overwrite",
                          "k", END, END, "wait", options=[
                              "--sink", f"o={format}/,format={format}",
                              "--threads", threads])
                found = self.folders(format)
                self.assertEqual(found, {(str(k),): list(range(k, 100000, 200))
                                         for k in range(200)})

    def test_no_rows(self):
        for format in ("parquet", "arrow"):
            self.write(create(self.SCHEMA, []), f"{format}/,format={format}",
                       by=["k"])
            self.assertTrue((self.folder / format).is_dir())
            self.assertEqual(self.files(format), [])

    def test_nested(self):
        """Nested columns beside those of the folders."""
        rows = [{"k": i % 2, "id": i, "xs": [i, None] if i % 3 else None,
                 "p": {"a": i, "b": [str(i)] * (i % 4)}} for i in range(40)]
        self.file("t.jsonl", "".join(json.dumps(r) + "\n" for r in rows))
        for format in ("parquet", "arrow", "jsonl"):
            self.play("read", "t", "write-by", "o", "overwrite", "k", END, END,
                      "wait", options=["--table", "t=t.jsonl", "--sink",
                                       f"o={format}/,format={format}"])
            got = []
            for name in self.files(format):
                path = self.folder / format / name
                found = (
                    pa.parquet.ParquetFile(path).read().to_pylist()
                    if format == "parquet" else
                    pa.ipc.open_file(path).read_all().to_pylist()
                    if format == "arrow" else
                    [json.loads(line) for line in path.read_text().splitlines()])
                got += [{"k": int(name.split("/")[0][2:]), **r} for r in found]
            with self.subTest(format):
                self.assertEqual(sorted(got, key=lambda r: r["id"]), rows)

    def test_modes_of_arrow(self):
        rows = create(self.SCHEMA, self.ROWS)
        place = "out/,format=arrow"
        self.write(rows, place, by=["n", "k"])
        self.refuse(rows, place, "exists already", by=["n"])
        self.assertEqual(len(self.files()), 6)
        self.write(create(self.SCHEMA, self.ROWS[:3]), place, mode="append",
                   by=["n", "k"])
        self.assertEqual(len(self.files()), 9)
        self.assertEqual(sum(map(len, self.folders().values())), 63)
        self.write(rows, place, mode="overwrite", by=["k"])
        self.assertEqual(len(self.files()), 6)
        self.assertEqual(self.hidden(), [])

    def test_sorted_arrow(self):
        """Rows of a partition stay in the order of a sort."""
        self.play("range", "0", "50000", "1", "select", "id", "id % 3 as k",
                  END, "sort", "id desc", END, "write-by", "o", "overwrite",
                  "k", END, END, "wait",
                  options=["--sink", "o=out/,format=arrow"])
        for name in self.files():
            with pa.ipc.open_file(self.folder / "out" / name) as r:
                ids = r.read_all()["id"].to_pylist()
            self.assertEqual(ids, sorted(ids, reverse=True))
            self.assertEqual(len(ids), len(range(int(name[2]), 50000, 3)))

    def test_refused(self):
        rows = create(self.SCHEMA, self.ROWS[:2])
        self.refuse(rows, "out/,format=parquet", "unknown column 'kk'",
                    "id, k, n", by=["kk"])
        self.refuse(rows, "out/,format=parquet", "'k' twice", by=["k", "k"])
        self.refuse(rows, "out/,format=parquet", "all of its columns",
                    by=["k", "n", "id"])
        self.file("o.parquet", "before")
        self.refuse(rows, "o.parquet", "is a file", mode="overwrite",
                    by=["k"])
        self.assertEqual(os.listdir(self.folder), ["o.parquet"])


@needs_guests
class Folders(Writes):
    def rows(self, start, end):
        return ["range", str(start), str(end), "1"]

    def test_a_folder_of_one_file(self):
        for format in ("parquet", "csv", "jsonl", "arrow"):
            self.write(self.rows(0, 5000), f"{format}/,format={format}")
            name, = self.files(format)
            self.assertEqual(name, f"part-0.{format}")
            if format != "arrow":
                self.assertEqual(self.ids(format, format), list(range(5000)))

    def test_compressed_endings(self):
        self.write(self.rows(0, 9), "out/,format=csv,compression=gzip")
        self.assertEqual(self.files(), ["part-0.csv.gz"])
        self.assertEqual(self.ids(format="csv"), list(range(9)))
        self.write(["range", "0", "9", "1", "select", "id", "id % 2 as k",
                    END], "two/,format=jsonl,compression=zstd", by=["k"])
        self.assertEqual([name.split(".", 1)[1] for name in self.files("two")],
                         ["jsonl.zst"] * 2)
        self.assertEqual(self.ids("two", "jsonl"), list(range(9)))

    def test_modes(self):
        place = "out/,format=parquet"
        self.write(self.rows(0, 3), place)
        self.refuse(self.rows(3, 5), place, "'", "exists already")
        self.write(self.rows(3, 5), place, mode="ignore")
        self.assertEqual(self.ids(), [0, 1, 2])
        self.write(self.rows(3, 5), place, mode="append")
        self.write(self.rows(5, 7), "out,format=parquet", mode="append")
        self.assertEqual(self.ids(), [0, 1, 2, 3, 4, 5, 6])
        self.assertEqual(len(self.files()), 3)
        (self.folder / "out").chmod(0o750)
        self.write(self.rows(7, 9), place, mode="overwrite")
        self.assertEqual(self.ids(), [7, 8])
        self.assertEqual(self.files(), ["part-0.parquet"])
        self.assertEqual((self.folder / "out").stat().st_mode & 0o777, 0o750)
        self.refuse(self.rows(0, 1), place, "upsert", mode="upsert")
        self.write(self.rows(0, 2), "new/,format=parquet", mode="append")
        self.write(self.rows(0, 2), "more/,format=parquet", mode="overwrite")
        self.write(self.rows(0, 2), "last/,format=parquet", mode="ignore")
        for folder in ("new", "more", "last"):
            self.assertEqual(self.ids(folder), [0, 1])
        self.assertEqual(self.hidden(), [])

    def test_appending_partitions(self):
        for start in (0, 100, 200):
            self.write([*self.rows(start, start + 100), "select", "id",
                        "id % 7 as k", END], "out/,format=parquet",
                       mode="append", by=["k"])
        self.assertEqual(self.ids(), list(range(300)))
        self.assertEqual(len(self.files()), 21)
        self.assertEqual(self.hidden(), [])

    def test_a_file_cannot_grow(self):
        self.file("o.csv", "id\n1\n")
        for name in ("o.csv", "new.csv"):
            self.refuse(self.rows(0, 1), name, "appended", "folder",
                        mode="append")
        self.assertEqual(os.listdir(self.folder), ["o.csv"])

    def test_other_files_are_not_lost(self):
        """Overwriting a folder by mistake."""
        self.file("home/letter.txt", "dear")
        self.file("home/part-0.parquet", "")
        for by in ([], ["k"]):
            self.refuse([*self.rows(0, 9), "select", "id", "id % 2 as k",
                         END], "home/,format=parquet", "letter.txt",
                        "not replaced", mode="overwrite", by=by)
        self.assertEqual(self.files("home"), ["letter.txt", "part-0.parquet"])
        self.assertEqual(self.hidden(), [])

    def test_links(self):
        (self.folder / "real").mkdir()
        (self.folder / "out").symlink_to("real")
        self.write(self.rows(0, 4), "out,format=parquet", mode="overwrite")
        self.assertTrue((self.folder / "out").is_symlink())
        self.assertEqual(self.ids("real"), [0, 1, 2, 3])

    def test_what_is_read_is_replaced(self):
        self.write([*self.rows(0, 9), "select", "id", "id % 2 as k", END],
                   "out/,format=parquet", by=["k"])
        self.play("read", "t", "filter", "id > 5", "write-by", "o",
                  "overwrite", "k", END, END, "wait",
                  options=["--table", "t=out,format=parquet",
                           "--sink", "o=out,format=parquet"])
        self.assertEqual(self.ids(), [6, 7, 8])

    def test_an_append_that_was_cut_off(self):
        """The manifest stands, the files were not moved: it has happened."""
        self.write(self.rows(0, 3), "out/,format=parquet")
        self.write([*self.rows(3, 9), "select", "id", END],
                   "more/,format=parquet")
        hidden = self.folder / "out/.append.1-1.wasi-data"
        (hidden / "k=1").mkdir(parents=True)
        os.rename(self.folder / "more/part-0.parquet",
                  hidden / "k=1/part-x.parquet")
        # Without a manifest it has not happened.
        self.assertEqual(self.ids(), [0, 1, 2])
        manifest = self.folder / "out/.append.1-1.wasi-data.manifest"
        manifest.write_bytes(b"k=1/part-x.parquet\0gone.parquet\0")
        self.assertEqual(self.ids(), list(range(9)))
        self.assertEqual(self.files(), ["k=1/part-x.parquet",
                                        "part-0.parquet"])
        self.assertEqual(list((self.folder / "out").glob(".*")), [])

    def test_a_hostile_manifest(self):
        self.write(self.rows(0, 3), "out/,format=parquet")
        secret = self.file("secret.parquet", "mine")
        for text in (b"../../secret.parquet\0", b"/etc/passwd\0", b"a/../..\0",
                     b"\0", b"..\0"):
            manifest = self.file("out/.append.1-1.wasi-data.manifest", text)
            self.fails(["read", "t", "count"], "'t'", "cut off", out=None,
                       options=["--table", "t=out,format=parquet"])
            self.assertEqual(secret.read_text(), "mine")
            manifest.unlink()


@needs_guests
class WholeOrNot(Writes):
    """A write that fails in its middle leaves what was there."""

    BAD = ["range", "0", "400000", "1", "select", "id", "id % 3 as k",
           "1 // (id - 399999) as x", END]
    PLACES = [("o.parquet", []), ("o.csv", []), ("o.jsonl", []),
              ("o.arrow", []), ("out/,format=parquet", []),
              ("out/,format=parquet", ["k"]), ("out/,format=csv", ["k"])]

    def shot(self):
        return {path.relative_to(self.folder): path.read_bytes()
                for path in self.folder.rglob("*") if path.is_file()}

    def each(self):
        """Each place as it is when nothing, and when something is there."""
        for place, by in self.PLACES:
            for mode in ("create", "overwrite", "append"):
                if mode == "append" and not place.startswith("out"):
                    continue
                if mode != "create":
                    self.write(["range", "0", "9", "1", "select", "id",
                                "id % 2 as k", END], place, by=by)
                with self.subTest(place=place, by=by, mode=mode):
                    yield place, by, mode
                for path in self.folder.iterdir():
                    subprocess.run(["rm", "-rf", path], check=True)

    def test_an_error(self):
        for place, by, mode in self.each():
            before = self.shot()
            error = self.refuse(self.BAD, place, mode=mode, by=by)
            # DuckDB may lose it when one thread stops the other.
            self.assertRegex(error, "division by zero|with --threads 1 it does")
            self.assertEqual(self.shot(), before)
            self.assertEqual(self.hidden(), [])

    def test_a_lambda_that_fails_or_traps(self):
        for place, by, mode in self.each():
            before = self.shot()
            for how, part in (("fail", "filter lambda: broken at 399999"),
                              ("trap", "unreachable")):
                error = self.refuse(
                    [*self.BAD[:7], END, "break-at", "id", "399999", how],
                    place, mode=mode, by=by)
                self.assertIn(part, error)
                self.assertEqual(self.shot(), before)
                self.assertEqual(self.hidden(), [])

    def start(self, place, by, mode, **more):
        return subprocess.Popen(
            [BIN, "run", "--quiet", "--sink", f"o={place}", str(GUEST),
             "range", "0", "200000000", "1", "select", "id", "id % 3 as k",
             END, "write-by", "o", mode, *by, END, END, "wait"],
            cwd=self.folder, env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)

    def wait_for_bytes(self, process):
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            for path in self.folder.rglob("*"):
                hidden = any(part.startswith(".") for part in
                             path.relative_to(self.folder).parts)
                try:
                    if hidden and path.is_file() and path.stat().st_size:
                        return
                except OSError:
                    pass
            time.sleep(0.01)
        self.fail("nothing was written")

    def ended(self, process):
        error = process.stderr.read().decode()
        process.stderr.close()
        process.wait(60)
        return error

    def test_interrupted(self):
        for place, by, mode in self.each():
            before = self.shot()
            process = self.start(place, by, mode)
            self.wait_for_bytes(process)
            process.send_signal(signal.SIGINT)
            error = self.ended(process)
            self.assertEqual(process.returncode, 130, error)
            self.assertEqual(self.shot(), before)
            self.assertEqual(self.hidden(), [])

    def test_killed(self):
        """Only what is hidden stays, and nobody minds it."""
        for place, by, mode in self.each():
            before = self.shot()
            process = self.start(place, by, mode)
            self.wait_for_bytes(process)
            process.kill()
            self.ended(process)
            after = self.shot()
            self.assertEqual({path: data for path, data in after.items()
                              if not any(part.startswith(".")
                                         for part in path.parts)}, before)
            self.assertNotEqual(self.hidden(), [])
            if place.startswith("out"):
                self.write(["range", "100", "103", "1", "select", "id",
                            "id % 2 as k", END], place, mode="append", by=by)
                format = place.split("=")[1]
                want = [100, 101, 102]
                self.assertEqual(self.ids(format=format),
                                 want if mode == "create"
                                 else list(range(9)) + want)

    def test_a_full_disk(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4 << 20, 4 << 20))

        for place, by, mode in self.each():
            before = self.shot()
            process = self.start(place, by, mode, preexec_fn=limit)
            error = self.ended(process)
            self.assertEqual(process.returncode, 125, error)
            self.assertIn("oo large", error)
            self.assertEqual(self.shot(), before)
            self.assertEqual(self.hidden(), [])

    def test_a_small_file_system(self):
        disk = self.folder / "disk"
        disk.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m",
                                  "tmpfs", str(disk)], capture_output=True,
                                 check=False)
        if mounted.returncode:
            self.skipTest("tmpfs cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", str(disk)], check=False)
        for place, by in (("o.parquet", []), ("out/,format=parquet", ["k"])):
            process = self.start(f"disk/{place}", by, "create")
            error = self.ended(process)
            self.assertEqual(process.returncode, 125, error)
            self.assertIn("No space left", error)
            self.assertEqual(os.listdir(disk), [])


if __name__ == "__main__":
    unittest.main()
