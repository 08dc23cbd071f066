"""What a query of a program cannot do: reach a file, a setting, a catalog,
another database, or the SQL around it. Every statement below is tried in one
process under strace; what that opens is compared with what harmless queries
open, so that no message has to be believed."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from script import BIN, CACHE, END, GUEST, Case, Failure, needs_guests, read

STRACE = shutil.which("strace")
SECRET = "seen-by-nobody"

# (statement, a part of the message): `{secret}` is the folder of files that
# were not granted.
READS = [
    "select * from read_csv('{secret}/s.csv')",
    "select * from read_csv_auto('{secret}/s.csv')",
    "select * from read_csv(['{secret}/s.csv'], header = true)",
    "select * from READ_CSV('{secret}/s.csv')",
    "select * from \"read_csv\"('{secret}/s.csv')",
    "select * from main.read_csv('{secret}/s.csv')",
    "select * from system.main.read_csv('{secret}/s.csv')",
    "select * from read_text('{secret}/s.csv')",
    "select * from read_blob('{secret}/s.csv')",
    "select * from read_json('{secret}/s.json')",
    "select * from read_json_auto('{secret}/s.json')",
    "select * from read_ndjson('{secret}/s.json')",
    "select * from read_json_objects('{secret}/s.json')",
    "select * from read_parquet('{secret}/s.parquet')",
    "select * from parquet_scan('{secret}/s.parquet')",
    "select * from parquet_metadata('{secret}/s.parquet')",
    "select * from parquet_schema('{secret}/s.parquet')",
    "select * from parquet_file_metadata('{secret}/s.parquet')",
    "select * from parquet_kv_metadata('{secret}/s.parquet')",
    "select * from sniff_csv('{secret}/s.csv')",
    "select * from glob('{secret}/*')",
    "select * from read_text('{secret}/../secret/s.csv')",
    "select * from query('select * from read_text(''{secret}/s.csv'')')",
    "select * from query_table('t')",
    "select * from query_table(['{secret}/s.csv'])",
    "select * from wd_source(1)",
    "select * from seq_scan('t')",
    "select * from duckdb_settings()",
    "select * from duckdb_tables()",
    "select * from duckdb_secrets()",
    "select * from duckdb_extensions()",
    "select * from pragma_database_list()",
    "select * from pragma_table_info('t')",
    "select * from which_secret('{secret}/s.csv', 'http')",
    "select * from json_execute_serialized_sql('{{}}')",
    "select * from test_all_types()",
    "select * from enable_logging()",
    "select * from force_checkpoint()",
    "select x from t, lateral read_text('{secret}/s.csv')",
    "select (select count(*) from read_text('{secret}/s.csv'))",
    "select x from t where x in (select 1 from glob('{secret}/*'))",
    "with a as (select * from read_text('{secret}/s.csv')) select 1",
    "with recursive a(n) as (select 1 union all select n + 1 from a, "
    "read_text('{secret}/s.csv') where n < 3) select n from a",
    "select x from t union all select length(content) from "
    "read_text('{secret}/s.csv')",
    "select x from t order by (select size from read_text('{secret}/s.csv'))",
    "select x from t limit (select count(*) from glob('{secret}/*'))",
    "from (values (1)) v(a) join read_text('{secret}/s.csv') r on true",
    "pivot read_text('{secret}/s.csv') on size in (1) using count(*)",
    "select * from read_text('{secret}/s.csv') tablesample 10%",
]
TABLES = [
    "select * from '{secret}/s.csv'",
    "select * from \"{secret}/s.csv\"",
    "from '{secret}/s.parquet'",
    "select * from '{secret}/s.json'",
    "select * from '{granted}'",
    "with \"{secret}/s.csv\" as (select 1) select * from \"{secret}/s.json\"",
    "select (with \"{secret}/s.csv\" as (select 1) select 1), * from "
    "\"{secret}/s.csv\"",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_class",
    "select * from sqlite_master",
    "select * from duckdb_columns",
    "select * from memory.main.wd_stored_1",
    "select * from main.wd_stored_1",
    "select * from wd_stored_1",
    "select * from system.information_schema.columns",
    "select * from temp.t",
    "select * from nobody",
    "select * from t at (version => 1)",
]
FUNCTIONS = [
    "select current_setting('temp_directory')",
    "select getenv('HOME')",
    "select getvariable('x')",
    "select nextval('s')",
    "select currval('s')",
    "select setseed(0.5)",
    "select txid_current()",
    "select write_log('x')",
    "select pg_catalog.current_schemas(true)",
    "select in_search_path('a', 'b')",
    "select current_query()",
    "select has_table_privilege('t', 'select')",
    "select wd_map_0(1)",
    "select wd_probe_0(1)",
    "select wd_barrier_0()",
    "select json_execute_serialized_sql('{{}}')",
    "select json_serialize_sql('select 1')",
    "select json_deserialize_sql('{{}}')",
    "select sleep_ms(1)",
    "select \"current_setting\"('temp_directory')",
    "select x.current_setting('temp_directory')",
    "select list_transform(['temp_directory'], lambda n: current_setting(n))",
    "select list_aggregate([1], 'nobody_knows')",
]
STATEMENTS = [
    "copy t to '{secret}/out.csv'",
    "copy (select 1) to '{secret}/out.parquet' (format parquet)",
    "copy t from '{secret}/s.csv'",
    "attach '{secret}/d.db' as d",
    "attach ':memory:' as d",
    "detach memory",
    "use memory",
    "install httpfs",
    "install httpfs from '{secret}'",
    "force install httpfs",
    "load httpfs",
    "load '{secret}/e.duckdb_extension'",
    "update extensions",
    "set memory_limit = '1GB'",
    "set global enable_external_access = true",
    "reset memory_limit",
    "set variable x = 1",
    "pragma database_list",
    "pragma enable_profiling",
    "pragma version",
    "call enable_logging(storage = 'file', storage_config = {{'path': "
    "'{secret}/log'}})",
    "call pragma_version()",
    "export database '{secret}/out'",
    "import database '{secret}'",
    "create table x as select 1",
    "create or replace temp table x as select 1",
    "create view x as select 1",
    "create macro f(a) as a + 1",
    "create macro g() as table select * from read_text('{secret}/s.csv')",
    "create schema x",
    "create sequence s",
    "create type e as enum ('a')",
    "create secret (type http)",
    "create persistent secret s (type s3, key_id 'a')",
    "create index i on t (x)",
    "insert into t values (1)",
    "insert into t select * from '{secret}/s.csv'",
    "update t set x = 1",
    "delete from t",
    "truncate t",
    "drop table t",
    "alter table t add column y int",
    "merge into t using t u on t.x = u.x when matched then delete",
    "begin",
    "commit",
    "rollback",
    "checkpoint",
    "vacuum",
    "analyze",
    "prepare p as select 1",
    "execute p",
    "deallocate p",
    "explain select * from read_text('{secret}/s.csv')",
    "explain analyze select 1",
    "describe t",
    "show tables",
    "show all tables",
    "summarize t",
    "select * from (describe t)",
    "select * from (show tables)",
    "select * from (summarize t)",
    "comment on table t is 'x'",
    "with x as (insert into t values (1) returning x) select * from x",
    "with x as (copy t to '{secret}/out.csv') select 1",
    "with x as (delete from t returning x) select * from x",
    "pivot t on x using sum(x)",
    "select 1; select 2",
    "select 1; copy t to '{secret}/out.csv'",
    "; ; attach '{secret}/d.db' as d",
    "-- x\nattach '{secret}/d.db' as d",
    "/* x */ copy t to '{secret}/out.csv'",
    "(copy t to '{secret}/out.csv')",
    "select 1 into outfile '{secret}/out.csv'",
]
# Texts that would end what is around them, if they were put there as they are.
QUOTES = [
    "select 1 as x) as t; copy (select 1) to '{secret}/out.csv'; --",
    "select 1 as x) t(c0)) union all select content from "
    "read_text('{secret}/s.csv') --",
    "select ') as t) from read_text(''{secret}/s.csv'') --' as x from nobody",
    "select 1 /* ) from read_text('{secret}/s.csv') */ from nobody",
    "select $$ ' $$ || $a$ ) $a$ from nobody",
    "select e'\\') from read_text(\\'{secret}/s.csv\\') --' from nobody",
    "select \"x\"\") from read_text('{secret}/s.csv') --\" from t",
    "select 1 as \"a) from read_text('{secret}/s.csv') --\", nobody from t",
    "select u&'\\0027' from nobody",
    "select wd0_f0(1)",
    "select 'wd0_p0()', wd0_p0()",
]
# And those that are safe, whatever they look like, with what comes out.
SAFE = [
    ("select x from t", ["1"]),
    ("select ') union all select content from read_text(''{secret}/s.csv'')"
     " --' as x", None),
    ("select x as \"a\"\"); copy t to '{secret}/out.csv'; --\" from t", ["1"]),
    ("select 'wd0_f0 wd1_p0() wd2_' as x", ["wd0_f0 wd1_p0() wd2_"]),
    ("with t as (select 2 as x) select x from t", ["2"]),
    ("with read_text as (select 3 as x) select x from read_text", ["3"]),
    ("select x from t; ", ["1"]),
    ("select x from t -- ; attach 'x'", ["1"]),
    ("select $$it's$$ as x", ["it's"]),
    ("select e'a\\'b' as x", ["a'b"]),
    ("select count(*) as x from range(5)", ["5"]),
    ("select sum(x) as x from (values (1), (2)) v(x)", ["3"]),
    ("pivot t on x in (1, 2) using count(*)", None),
    ("select regexp_replace('../../etc', '[.]', 'x', 'g') as x",
     ["xx/xx/etc"]),
]


def trace(folder, steps, options):
    """What is printed, and the paths that the process opened or made."""
    log = pathlib.Path(folder) / "strace.log"
    done = subprocess.run(
        [STRACE, "--follow-forks", "--seccomp-bpf", "--quiet=all", "-s",
         "4096", "--trace=%file,socket,connect,execve", "--output", str(log),
         BIN, "run", "--quiet", *options, str(GUEST), *steps],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=600,
        env=dict(os.environ, WASI_DATA_CACHE=CACHE,
                 ASAN_OPTIONS="detect_leaks=0"))
    seen = set()
    for line in log.read_text().splitlines():
        call = re.search(r"\d+ +(\w+)\(", line)
        if not call:
            continue
        paths = re.findall(r'"((?:[^"\\]|\\.)*)"', line)
        # What follows on a program are its arguments.
        for path in paths[:1] if call[1] == "execve" else paths:
            seen.add((call[1], path))
        if call[1] in ("socket", "connect"):
            seen.add((call[1], line))
    return done, seen


@needs_guests
@unittest.skipUnless(STRACE, "there is no strace here")
class Sandbox(Case):
    def setUp(self):
        super().setUp()
        self.secret = self.folder / "secret"
        self.granted = str(self.file("granted/t.csv", "x\n1\n"))
        for name, text in (("s.csv", f"x\n{SECRET}\n"),
                           ("s.json", f'{{"x": "{SECRET}"}}\n'),
                           ("s.parquet", SECRET)):
            self.file(f"secret/{name}", text)
        self.before = sorted(p.name for p in self.secret.iterdir())

    def fill(self, statement):
        return statement.format(secret=self.secret, granted=self.granted)

    def traced(self, statements):
        steps = []
        for statement in statements:
            steps += ["attempt", "sql", self.fill(statement), END, "collect"]
        done, seen = trace(self.folder, steps, ["--table",
                                                f"t={self.granted}"])
        return done, seen

    def refused(self, statements, *parts):
        """None of them succeeds, each says so in one of these ways, nothing
        but what a harmless query opens is touched."""
        _, harmless = self.traced(["select x from t", "select nix from t"])
        done, seen = self.traced(statements)
        self.assertEqual(done.stderr.decode(), "")
        out = done.stdout.decode()
        self.assertNotIn(SECRET, out)
        answers = read(out)
        self.assertEqual(len(answers), len(statements), out)
        for statement, answer in zip(statements, answers, strict=True):
            self.assertIsInstance(answer, Failure, statement)
            self.assertTrue(any(part in answer for part in parts),
                            (statement, answer))
        self.untouched(seen, harmless)

    def untouched(self, seen, harmless):
        own = re.compile(r"wasi-data|/proc/self|/sys/|/tmp/.*\.spill")
        more = {(call, path) for call, path in seen - harmless
                if not own.search(path)}
        self.assertEqual(more, set())
        self.assertFalse([path for _, path in seen
                          if str(self.secret) in path])
        self.assertEqual(sorted(p.name for p in self.secret.iterdir()),
                         self.before)

    def test_functions_that_read(self):
        self.refused(READS, "is not one that a query may call",
                     "is no function that a query may call")

    def test_tables(self):
        self.refused(TABLES, "is not granted; granted: t", "is no table here",
                     "tables have no versions")

    def test_functions(self):
        self.refused(FUNCTIONS, "is no function that a query may call",
                     "nobody_knows")

    def test_statements(self):
        self.refused(STATEMENTS, "a query is one SELECT", "syntax error",
                     "DESCRIBE, SHOW and SUMMARIZE are refused",
                     "several statements", "must be a query",
                     "A CTE needs a SELECT", "PIVOT needs the values",
                     "SELECT INTO not supported")

    def test_quotes(self):
        self.refused(QUOTES, "syntax error", "is not granted", "unterminated",
                     "not found in FROM", "is no function that",
                     "NOT IMPLEMENTED", "several "
                     "statements")

    def test_what_is_safe(self):
        _, harmless = self.traced(["select x from t"])
        done, seen = self.traced([text for text, _ in SAFE])
        self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
        for (text, want), answer in zip(SAFE, read(done.stdout.decode()),
                                        strict=True):
            if want:
                self.assertEqual([str(value) for value in answer.column()],
                                 want, text)
        self.untouched(seen, harmless)

    def test_there_are_enough(self):
        self.assertGreaterEqual(
            len(READS + TABLES + FUNCTIONS + STATEMENTS + QUOTES), 80)


if __name__ == "__main__":
    unittest.main()
