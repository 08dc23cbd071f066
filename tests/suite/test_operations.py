"""The tables of docs/operations.md and docs/partitions.md: every row of them on
every type, from every language. What comes out are the rows, in their order where
it is promised, the columns and the types that DuckDB's own SQL gives of the same
table."""

import math
import os
import re
import subprocess
import sys
import unittest

import oracle
from operations import ACTIONS, END, TYPES, cases, rows
from script import BIN, BUILD, ENGINE, SOURCE, Case

from test_golden import CACHE, HERE, LANGUAGES

PAGES = ("operations", "partitions")
# Every type is for test_operations_slow.py.
SOME = ("i64", "list<struct<a i64, b string>>")
LAMBDAS = {"count-parts", "shares", "pair", "generate"}
pa = duckdb = None


def setUpModule():
    global pa, duckdb
    if not LANGUAGES["c"]:
        raise unittest.SkipTest("no C guests here: clang-14 is missing")
    pa = oracle.arrow()
    subprocess.run([SOURCE / "scripts/deps", "peers"], check=True,
                   stdout=subprocess.DEVNULL)
    sys.path.append(str(SOURCE / ".deps/peers"))
    import duckdb


def program(language):
    return (BUILD / "tests/guests/script.wasm" if language == "c" else
            BUILD / "tests/golden" / language / "operations.wasm")


class Oracle:
    """Tables of a type in DuckDB, and what queries of them give, as text."""

    def __init__(self, type, folder, where="true"):
        self.connection = duckdb.connect(config={"threads": 1})
        self.connection.execute("SET TimeZone = 'UTC'")
        for name, query in rows(type).items():
            self.connection.execute(
                f"CREATE TABLE {name} AS {query} WHERE {where}")
            table = self.connection.execute(
                f"FROM {name} ORDER BY id").to_arrow_table()
            k = table["k"].combine_chunks()
            if there := stored(type):
                k = k.cast(there) if type.values else pa.nulls(len(k))
            table = table.set_column(1, "k", k)
            with pa.ipc.new_file(str(folder / f"{name}.arrow"),
                                 table.schema) as writer:
                writer.write_table(table)

    def text(self, table):
        """The rows as text; columns may have equal names."""
        places = [f"c{i}" for i in range(table.num_columns)]
        relation = table.rename_columns(places)
        return plain(self.connection.execute("SELECT " + ", ".join(
            f"CAST({place} AS VARCHAR)" for place in places) +
            " FROM relation").fetchall())

    def types(self, table):
        places = [f"c{i}" for i in range(table.num_columns)]
        relation = table.rename_columns(places)
        return [str(type) for type in self.connection.sql(
            "FROM relation").types]

    def expect(self, query):
        """Names, types and rows; not by Arrow, which has no enumerations of
        nothing (DuckDB's reading of them breaks)."""
        result = self.connection.sql(query)
        names, places = result.columns, [f"c{i}" for i in
                                         range(len(result.columns))]
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE expected AS FROM ({query}) AS r("
            f"{', '.join(places)})")
        types = [re.sub(r"ENUM\([^)]*\)", "VARCHAR", str(type))
                 for type in result.types]
        return names, types, plain(self.connection.execute(
            "SELECT " + ", ".join(f"CAST({place} AS VARCHAR)"
                                  for place in places) +
            " FROM expected").fetchall())


def stored(type):
    """The Arrow type of a file's column, where DuckDB's has another."""
    if type.name.startswith("timestamp_tz"):
        return pa.timestamp({"0": "s", "3": "ms", "6": "us"}[type.name[13]],
                            "UTC")
    return {"fixedbinary<3>": pa.binary(3) if pa else None,
            "null": pa.null() if pa else None}.get(type.name)


def plain(rows):
    """A union's null member is NULL, or `NULL` where DuckDB made it itself."""
    return [tuple(None if cell == "NULL" else cell for cell in row)
            for row in rows]


def near(one, other, type):
    """Texts of sums in another order may differ in the last digits."""
    if one == other or None in (one, other) or type not in ("DOUBLE", "FLOAT"):
        return one == other
    return math.isclose(float(one), float(other), rel_tol=1e-9)


class Operations(Case):
    def tables(self, type):
        """The steps that make the registers `t` and `u`."""
        cast = f"cast(k as {type.name}) as k" if type.name == "uuid" or \
            type.kind == "enum" else "k"
        return [word for name in ("t", "u") for word in (
            "read", name, "select", "id", cast, "n", "g", END, "as", name)]

    def run_steps(self, language, steps, threads="2"):
        done = subprocess.run(
            [BIN, "run", "--quiet", *ENGINE, "--format", "arrow", "--threads",
             threads, "--table", "t=t.arrow", "--table", "u=u.arrow", "--sink",
             f"out=out-{language}.arrow", program(language), *steps],
            cwd=self.folder, env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=300)
        # What `each` logs; C++ has no numbers of partitions there.
        log = [line for line in done.stderr.decode().splitlines()
               if not line.startswith("seen ")]
        self.assertEqual((done.returncode, log), (0, []), (language, steps[-9:]))
        return done.stdout

    def read(self, output):
        """The tables of each `show`."""
        stream, tables = pa.BufferReader(output), []
        while stream.tell() < len(output):
            tables.append(pa.ipc.open_stream(stream).read_all())
        return tables

    def same(self, names, types, got, want, ordered):
        """Rows of text, in their order or in any."""
        if not ordered:
            key = lambda row: [(cell is None, cell or "") for cell in row]
            got, want = sorted(got, key=key), sorted(want, key=key)
        equal = len(got) == len(want) and all(
            all(map(near, one, other, types)) for one, other in zip(got, want))
        if not equal:
            at = next((i for i, pair in enumerate(zip(got, want))
                       if pair[0] != pair[1]), min(len(got), len(want)))
            cells = [pair for pair in zip(names, *got[at:at + 1],
                                          *want[at:at + 1])
                     if len(pair) < 3 or pair[1] != pair[2]]
            self.fail(f"{len(got)} rows, not {len(want)}; row {at}: {cells}")

    def check(self, known, type, one, table):
        names, types, want = known.expect(one.sql)
        self.assertEqual(table.column_names, names)
        if type.kind != "null":
            for place, pair in enumerate(zip(known.types(table), types)):
                self.assertEqual(*pair, f"column {names[place]}")
        self.same(names, types, known.text(table), want, one.ordered)

    def play(self, type, languages, where="true"):
        known = Oracle(type, self.folder, where)
        every = list(cases(type))
        steps = [word for one in every for word in
                 ("use", "t", *one.steps, "show")]
        schemas = None
        for language in languages:
            tables = self.read(self.run_steps(language,
                                              self.tables(type) + steps))
            self.assertEqual(len(tables), len(every))
            for one, table in zip(every, tables):
                with self.subTest(type.name, language=language,
                                  case=one.names, steps=one.steps):
                    self.check(known, type, one, table)
            # Nullability and all; of lambdas it is what a language's types say.
            these = [table.schema for one, table in zip(every, tables)
                     if not LAMBDAS & set(one.steps)]
            schemas = schemas or these
            self.assertEqual(these, schemas)
        self.act(known, type, languages)

    def every_language(self, types, where="true"):
        self.assertGreaterEqual(len(HERE), 3, HERE)
        for type in types:
            with self.subTest(type.name):
                self.play(type, HERE, where)

    def act(self, known, type, languages):
        """Actions that do not show: what they print, and what they write."""
        steps, want = [], []
        for more, sql in ACTIONS.values():
            steps += more
            want += [str(row[0]) for row in
                     known.connection.execute(sql).fetchall()]
        steps += ["use", "t", "sort", "id", END, "write", "out", "overwrite",
                  "wait"]
        names, types, rows = known.expect("FROM t ORDER BY id")
        for language in languages:
            with self.subTest(type.name, language=language):
                printed = self.run_steps(language, self.tables(type) + steps)
                # The C program says the types of what it collects.
                self.assertEqual([line for line in
                                  printed.decode().splitlines()
                                  if not line.startswith("[[")], want)
                with pa.ipc.open_file(
                        str(self.folder / f"out-{language}.arrow")) as reader:
                    table = reader.read_all()
                self.assertEqual(table.column_names, names)
                self.same(names, types, known.text(table), rows, True)


class Rows(unittest.TestCase):
    """What the pages promise is what is run."""

    def promised(self):
        """The names in the first column of tables: calls, kinds of joins,
        aggregates."""
        for page in PAGES:
            text = (SOURCE / f"docs/{page}.md").read_text()
            for line in text.splitlines():
                cell = line.split(" | ")[0]
                if cell.startswith("| `"):
                    for span in re.findall(r"`(\w+)(?:`|\()", cell):
                        yield span

    def run_here(self):
        names = {name for type in TYPES for one in cases(type)
                 for name in one.names}
        return names | set(ACTIONS) | {"wd_show", "wd_write"}

    def test_every_row_has_a_case(self):
        promised = set(self.promised()) - {"wd_write_list"}  # wd_write, longer
        self.assertGreater(len(promised), 70)
        self.assertEqual(promised - self.run_here(), set())

    def test_no_case_is_of_a_row_that_is_not_there(self):
        self.assertEqual(self.run_here() - set(self.promised()), set())

    def test_every_type_has_values(self):
        """Every row of docs/types.md is a type here."""
        text = (SOURCE / "docs/types.md").read_text()
        text = text.split("## Types of a program's own")[0]
        names = [re.findall(r"`([^`]+)`", line.split("|")[2])
                 for line in text.splitlines() if line.startswith("| `")]
        self.assertGreater(len(names), 20)
        known = {re.match(r"\w+", type.name)[0] for type in TYPES}
        for row in names + [["timestamp_tz"]]:
            for name in row[0].split("<")[0].split():
                self.assertIn(name, known)


class Some(Operations):
    SOME = [type for type in TYPES if type.name in SOME]

    def test_some_types(self):
        self.every_language(self.SOME)

    def test_no_rows(self):
        """All of it over two tables that have columns only."""
        self.every_language(self.SOME, where="false")


if __name__ == "__main__":
    unittest.main()
