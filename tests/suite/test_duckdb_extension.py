"""The extension in an ordinary DuckDB: PyPI's, in a Python process of its own."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import textwrap
import unittest

from script import BUILD, CACHE, SANITIZED, SOURCE, Case, needs_guests

EXTENSION = BUILD / "lib/wasidata.duckdb_extension"
FUNCTIONS = BUILD / "tests/guests/functions.wasm"
TABLES = BUILD / "tests/guests/table_library.wasm"
SLUG = BUILD / "examples/go/slug.wasm"
VERSIONS = ["1.5.6", "2.0.1"]
# What each script begins with: `q` gives rows, or the message of an error.
BEGIN = """
import datetime, decimal, json, sys, threading, uuid
import duckdb

def connect(*where):
    db = duckdb.connect(*where, config={{"allow_unsigned_extensions": "true"}})
    db.execute("SET enable_progress_bar = false")
    db.execute("LOAD '{extension}'")
    return db

def q(text, db=None):
    try:
        return (db or DB).execute(text).fetchall()
    except duckdb.Error as error:
        return f"{{type(error).__name__}}: {{error}}"

F = "{functions}"
DB = connect()
"""


# A type, and a value of it by a number.
TYPES = {
    "bool": "i % 2 = 0", "i8": "(i % 100)::tinyint",
    "i16": "i::smallint", "i32": "i::int", "i64": "i",
    "u8": "(i % 200)::utinyint", "u16": "i::usmallint",
    "u32": "i::uinteger", "u64": "i::ubigint", "f32": "(i / 4)::float",
    "f64": "i / 7", "string": "repeat('ü', i::int % 20)",
    "binary": "encode(repeat('x', i::int % 20))",
    "date": "date '2000-01-01' + i::int",
    "time<6>": "time '00:00:01' + to_seconds(i % 1000)",
    "timestamp<6>": "timestamp '2000-01-01' + to_hours(i)",
    "timestamp_tz<6,UTC>": "timestamptz '2000-01-01 00:00:00+00' + "
                         "to_hours(i)",
    "decimal<9,2>": "(i / 100)::decimal(9, 2)",
    "decimal<38,3>": "(i * 1000000007)::decimal(38, 3)",
    "interval": "to_days(i::int)",
    "list<i64>": "range(i % 7)", "list<string>": "[i::varchar, NULL]",
    "struct<a: i64, b: list<string>>":
        "{'a': i, 'b': ['x', i::varchar]}",
}


def setUpModule():
    if not EXTENSION.exists() or not FUNCTIONS.exists():
        raise unittest.SkipTest("the extension or its guest was not built")
    subprocess.run([SOURCE / "scripts/deps", "duckdb_python"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if sys.version_info[:2] != (3, 11):
        raise unittest.SkipTest("the pinned DuckDB is for Python 3.11")


def environment(version):
    more = {"WASI_DATA_CACHE": CACHE, "PYTHONPATH": str(
        SOURCE / ".deps/duckdb_python" / version)}
    if SANITIZED:
        # A sanitized library needs its runtime first, and that the one of C++,
        # whose exceptions it watches. What Python and DuckDB leak is theirs.
        more["LD_PRELOAD"] = " ".join(
            subprocess.run(["gcc", f"-print-file-name={name}"], check=True,
                           text=True, stdout=subprocess.PIPE).stdout.strip()
            for name in ("libasan.so", "libstdc++.so.6"))
        more["ASAN_OPTIONS"] = "detect_leaks=0"
    return {**os.environ, **more}


class Extension(Case):
    def python(self, text, version=VERSIONS[0], code=0):
        """Runs a script; what it printed, each line as JSON."""
        begin = BEGIN.format(extension=EXTENSION, functions=FUNCTIONS)
        done = subprocess.run(
            [sys.executable, "-c", begin + textwrap.dedent(text)],
            cwd=self.folder, env=environment(version), timeout=600,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, code, done.stderr.decode()[-3000:])
        return [json.loads(line) for line in done.stdout.decode().splitlines()]

    def ask(self, *queries, before="q(f\"FROM wasi_load('{F}')\")",
            version=VERSIONS[0]):
        """The answer to each query, after the module was loaded."""
        return self.python(
            f"{before}\nfor text in {list(queries)!r}:\n"
            "    print(json.dumps(q(text.format(F=F)), default=str))",
            version=version)

    def test_versions(self):
        """One file for several versions of DuckDB."""
        for version in VERSIONS:
            with self.subTest(version=version):
                self.assertEqual(self.ask(
                    "select version()", "select plus(1, 2)",
                    "select sum(plus(i, 1)) from range(1000000) t(i)",
                    "select i % 3 as k, added(i) from range(90000) t(i) group "
                    "by all order by all", version=version), [
                        [[f"v{version}"]], [[103]],
                        [[sum(i + 101 for i in range(1000000))]],
                        [[k, sum(i + 100 for i in range(k, 90000, 3))]
                         for k in range(3)]])

    def test_list(self):
        rows, again, explained = self.ask(
            "FROM wasi_load('{F}')", "FROM wasi_load('{F}')",
            "EXPLAIN FROM wasi_load('nofile')", before="")
        self.assertEqual(rows, again)
        self.assertEqual([row[0] for row in rows],
                         sorted(row[0] for row in rows))
        by_name = {row[0]: row[1:] for row in rows}
        self.assertEqual(len(by_name), 20)
        self.assertEqual(by_name["plus"],
                         ["scalar", "x BIGINT, y BIGINT", "BIGINT"])
        self.assertEqual(by_name["gathered"],
                         ["aggregate", "text VARCHAR", "VARCHAR"])
        self.assertEqual(by_name["same"], ["scalar", "any", None])
        self.assertIn("WASI_LOAD", str(explained))

    def test_scalars(self):
        self.assertEqual(self.ask(
            "select twelve(), is_even(4), is_even(NULL), shout('Ab'), "
            "label('x', 2)",
            "select plus(NULL, 2), strict_plus(NULL, 2), strict_plus(1, 2)",
            "select sum(strict_plus(nullif(i % 3, 0), i)), count(*) from "
            "range(30000) t(i)",
            "select list(shout(s) order by i) from (select i, chr(97 + i::int "
            "% 26) as s from range(5000) t(i)) group by i // 5000",
            "select total(1, 2.5)"),
            [[[12, True, None, "AB", "[x x2]"]], [[102, None, 3]],
             [[sum(i + i % 3 for i in range(30000) if i % 3), 30000]],
             [[[chr(65 + i % 26) for i in range(5000)]]], [[3.5]]])

    def test_aggregates(self):
        got = self.ask(
            "select added(i), added(NULL), added(i) filter (i > 5), "
            "added(distinct i % 4) from range(10) t(i)",
            "select added(i) from range(0) t(i)",
            "select length(gathered(repeat('x', 50))) from range(100000)",
            "select max(n), count(*) from (select added(1) as n from "
            "range(200000) t(i) group by i % 100000)",
            "select i, added(i) over (order by i rows 2 preceding) from "
            "range(6) t(i) order by i",
            "select weighed(i, 2) from range(5) t(i)")
        self.assertEqual(got, [
            [[1045, None, 430, 406]], [[None]], [[51 * 100000 - 1]],
            [[202, 100000]],
            [[i, sum(k + 100 for k in range(max(0, i - 2), i + 1))]
             for i in range(6)], [[2.0]]])

    def tables(self, *queries, version=VERSIONS[0]):
        return self.ask(*queries, version=version,
                        before=f"q(\"FROM wasi_load('{TABLES}')\")")

    def test_table_functions(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                got = self.tables(
                    f"from wasi_load('{TABLES}')",
                    "select count(*), sum(n), min(n) from numbers(300000)",
                    "select count(*) from numbers(0)",
                    "from words('a ü c', ' ')", "select pos from words('a b', "
                    "' ') where word = 'b'", "select count(*) from "
                    "words(NULL, ' ')", "select a.n, b.n from numbers(3) a join "
                    "numbers(5) b on a.n = b.n - 1 order by all",
                    "select n from numbers(-1) limit 3", version=version)
                self.assertEqual(sorted(got[0]), [
                    ["first_rows", "table", "n BIGINT", "TABLE"],
                    ["numbers", "table", "count BIGINT", "TABLE"],
                    ["repeated", "table", "any", None],
                    ["words", "table", "text VARCHAR, by VARCHAR", "TABLE"]])
                self.assertEqual(got[1:7], [
                    [[300000, 300000 * 299999 // 2, 0]], [[0]],
                    [["a", 0], ["ü", 2], ["c", 5]], [[2]], [[0]],
                    [[0, 1], [1, 2], [2, 3]]])
                self.assertEqual(len(got[7]), 3)

    def test_table_functions_again(self):
        """Prepared, called with other values, on many threads, and loaded
        again meanwhile."""
        got, = self.python(f"""
            T = "{TABLES}"
            q(f"FROM wasi_load('{{T}}')")
            seen = []
            for i in range(30):
                if i % 10 == 9:
                    q(f"FROM wasi_load('{{T}}')")
                seen.append(DB.execute("select count(*), sum(n) from "
                                       "numbers($1)", [i * 1000]).fetchone())
            print(json.dumps([[int(a), int(b or 0)] for a, b in seen]))""")
        self.assertEqual(got, [[n, n * (n - 1) // 2]
                               for n in range(0, 30000, 1000)])

    def test_table_functions_refused(self):
        got = self.tables(
            "from numbers('x')", "from numbers()", "from numbers(1, 2)",
            "from first_rows(3)", "select * from range(3) t(i), numbers(t.i)",
            "from repeated(1, 2)", f"from wasi_load('{TABLES}', function := "
            "'repeated', arguments := 'v list<i64>, n i64')",
            "from repeated([1], 2)", "select count(*) from numbers(5)")
        for words, answer in zip((*["No function"] * 3, "first_rows",
                                  "numbers", "repeated", None,
                                  "write a cast to it"), got):
            if words is None:
                continue
            self.assertIsInstance(answer, str)
            self.assertIn(words, answer)
        self.assertEqual(got[-1], [[5]])

    def test_table_functions_types(self):
        """Arguments of every type reach bind and come back as rows."""
        script = f"""
            for number, (kind, value) in enumerate({TYPES!r}.items()):
                loaded = q(f"FROM wasi_load('{TABLES}', function := 'repeated', "
                           f"name := 'r{{number}}', arguments := 'v {{kind}}, "
                           f"n i64')")
                for each in re.sub(r"\\bi\\b", "5::bigint", value), "NULL":
                    print(json.dumps([
                        kind, loaded if isinstance(loaded, str) else "",
                        q(f"select count(*), min(pos), bool_and(value is not "
                          f"distinct from {{each}}) from r{{number}}({{each}}, "
                          f"3)")]))"""
        for type, error, rows in self.python("import re\n" + textwrap.dedent(
                script)):
            with self.subTest(type=type):
                self.assertEqual((error, rows), ("", [[3, 0, True]]))

    def test_types(self):
        """Values of every type, nulls among them, come back as they went."""
        script = f"""
            for number, (kind, value) in enumerate({TYPES!r}.items()):
                for name in "same", "strict_same":
                    loaded = q(f"FROM wasi_load('{{F}}', function := "
                               f"'{{name}}', name := '{{name}}{{number}}', "
                               f"arguments := 'x {{kind}}')")
                    print(json.dumps([
                        kind, loaded if isinstance(loaded, str) else "",
                        q(f"select count(*), count(v), count(case when "
                          f"{{name}}{{number}}(v) is not distinct from v then "
                          f"1 end) from (select case when i % 5 > 0 then "
                          f"{{value}} end as v from range(5000) t(i))")]))"""
        for type, error, rows in self.python(script):
            with self.subTest(type=type):
                self.assertEqual((error, rows), ("", [[5000, 4000, 5000]]))

    def test_errors(self):
        """Errors are DuckDB's, with the function's message; others go on."""
        got = self.ask(
            "select unlucky(i) from range(20) t(i)", "select falls(1)",
            "select reads(1)", "select count(unlucky(i % 13)) from "
            "range(100000) t(i)",
            "select sum(unlucky(i)) from range(1000000) t(i)",
            "select plus('x', 1)", "select plus(1)", "select same(1)",
            "select plus(1, 1)")
        for words, answer in zip((
                "13 is bad luck", "unreachable", "lambdas run in workers",
                None, "13 is bad luck", "Could not convert", "No function",
                "same", None), got):
            if words:
                self.assertIsInstance(answer, str)
                self.assertIn(words, answer)
        self.assertEqual((got[3], got[8]), ([[100000]], [[102]]))

    def test_refused(self):
        (self.folder / "cut.wasm").write_bytes(FUNCTIONS.read_bytes()[:5000])
        (self.folder / "text.wasm").write_text("not a module")
        shutil.copy(BUILD / "tests/guests/script.wasm",
                    self.folder / "none.wasm")
        cases = [
            ("No such file", "'nofile.wasm'"), ("file is missing", "NULL"),
            ("cut.wasm", "'cut.wasm'"), ("text.wasm", "'text.wasm'"),
            ("none.wasm", "'none.wasm'"),
            ("has 20 functions", "'{F}', name := 'x'"),
            ("no function 'nope'", "'{F}', function := 'nope'"),
            ("another name",
             "'{F}', function := 'plus', name := 'upper'"),
            ("loaded already, as scalar(BIGINT, BIGINT) BIGINT",
             "'{F}', function := 'shout', name := 'plus'"),
            ("says itself",
             "'{F}', function := 'plus', arguments := 'x string'"),
            ("same takes an argument",
             "'{F}', function := 'same', arguments := ''"),
            ("nonsense",
             "'{F}', function := 'same', arguments := 'x nonsense'"),
        ]
        got = self.ask(*(f"FROM wasi_load({text})" for _, text in cases),
                       "select plus(1, 1)")
        for (words, text), answer in zip(cases, got):
            with self.subTest(text=text):
                self.assertIsInstance(answer, str)
                self.assertIn(words, answer)
        self.assertEqual(got[-1], [[102]])

    def test_extracted(self):
        """A lambda with what it captured, and one whose bytes were changed."""
        done = subprocess.run(
            [os.environ.get("WD_BIN", str(BUILD / "bin/wasi-data")), "extract",
             "-o", self.folder, BUILD / "tests/guests/script.wasm", "register",
             "add", "more", "range", "0", "5", "1", "select", "more(id, 1) as "
             "y", ".", "collect"], check=True, stdout=subprocess.PIPE,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE))
        module = pathlib.Path(done.stdout.decode().strip())
        content = bytearray(module.read_bytes())
        content[len(content) // 2] ^= 1
        (self.folder / "altered.wasm").write_bytes(content)
        self.assertEqual(self.ask(
            f"FROM wasi_load('{module}')", "select more(1, 2)",
            before="")[1:], [[[103]]])
        altered, = self.ask("FROM wasi_load('altered.wasm')", before="")
        self.assertIn("altered", altered)

    def test_reload(self):
        """A file that was made anew takes the place of the one before."""
        shutil.copy(FUNCTIONS, self.folder / "f.wasm")
        got = self.python("""
            for name in "plus", "strict_plus":
                print(json.dumps(q(f"FROM wasi_load('f.wasm', function := "
                                   f"'{name}', name := 'f')")))
                print(json.dumps(q("select f(NULL, 1), f(1, 1)")))
            for i in range(20):
                q("FROM wasi_load('f.wasm')")
            print(json.dumps(q("select plus(1, 1)")))""")
        self.assertEqual(got, [
            [["f", "scalar", "x BIGINT, y BIGINT", "BIGINT"]], [[101, 102]],
            [["f", "scalar", "x BIGINT, y BIGINT", "BIGINT"]], [[None, 2]],
            [[102]]])

    def test_threads(self):
        """Queries of several threads at once, while modules are loaded."""
        got, = self.python("""
            q(f"FROM wasi_load('{F}')")
            seen, lock = [], threading.Lock()
            def work(number):
                db = DB.cursor()
                for _ in range(5):
                    if number == 0:
                        rows = q(f"FROM wasi_load('{F}')", db)[:0] or [[1]]
                    else:
                        rows = q("select sum(plus(i, 0)) - sum(i) - 100 * "
                                 "count(*) + 1, added(i) - added(i) from "
                                 "range(200000) t(i)", db)
                    with lock:
                        seen.append(rows[0][0])
            threads = [threading.Thread(target=work, args=(i,))
                       for i in range(4)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            print(json.dumps(seen))""")
        self.assertEqual(got, [1] * 20)

    def test_databases(self):
        """Each database has functions of its own; one in a file is closed."""
        got = self.python("""
            one = connect("one.db")
            q(f"FROM wasi_load('{F}')", one)
            print(json.dumps(q("select plus(1, 1)", one)))
            print(json.dumps(q("select plus(1, 1)")))
            q("create table t as select plus(i, 0) as n from range(5) t(i)",
              one)
            print(json.dumps(q("FROM wasi_close()", one)))
            print(json.dumps(q(f"FROM wasi_load('{F}')", one)))
            print(json.dumps(q("select plus(1, 1)", one)))
            one.close()
            import subprocess
            print(json.dumps(int(subprocess.run([sys.executable, "-c",
                "import duckdb; print(duckdb.connect('one.db').sql("
                "'select sum(n) from t').fetchone()[0])"],
                stdout=subprocess.PIPE, check=True).stdout)))""")
        self.assertEqual(got[0], [[102]])
        self.assertIn("plus", got[1])
        self.assertIsInstance(got[1], str)
        self.assertEqual(got[2], [])
        self.assertIn("wasi_close() has let go", got[3])
        self.assertEqual(got[4:], [[[102]], 510])

    def test_needs_the_setting(self):
        """Other people's DuckDB does not load it by accident."""
        got, = self.python(f"""
            db = duckdb.connect()
            print(json.dumps(q("LOAD '{EXTENSION}'", db)))""")
        self.assertIn("unsigned", got.lower())


@unittest.skipUnless(SLUG.exists(), "no Go guests were built here")
class Page(Case):
    def test_page(self):
        """docs/duckdb-extension.md prints what it says."""
        page = (SOURCE / "docs/duckdb-extension.md").read_text()
        (name, script), = re.findall(r"```python (\S+)\n((?s:.*?))```", page)
        want, = re.findall(r"```text\n((?s:.*?))```", page)
        (self.folder / name).write_text(script)
        shutil.copy(SLUG, self.folder)
        os.symlink(BUILD, self.folder / "build")
        done = subprocess.run(
            [sys.executable, name], cwd=self.folder, timeout=600,
            env=environment(VERSIONS[0]), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertEqual(done.stdout.decode(), want, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
