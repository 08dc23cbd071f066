"""Queries in Spark's SQL: those of the engine DuckDB that both can read, what
only Spark writes so, and what a query cannot do there."""

import pathlib
import re
import shutil
import subprocess
import time
import unittest

import spark_suite
import test_sql
from script import BIN, END, Case, Failure, needs_guests

SERVER = None
SECRET = "seen-by-nobody"


def setUpModule():
    global SERVER
    SERVER = spark_suite.begin_with_jar()


def tearDownModule():
    spark_suite.end(SERVER)


def in_spark(step):
    """Names of arguments and of parameters are written otherwise."""
    if not isinstance(step, str) or "select" not in step:
        return step
    return re.sub(r"\$(\w+)(?= |$)", r":\1", step.replace(" := ", " => "))


class Dialect(test_sql.Queries):
    def play(self, *steps, **settings):
        return super().play(*map(in_spark, steps), **settings)

    def fails(self, steps, *parts, **settings):
        return super().fails([*map(in_spark, steps)], *parts, **settings)


Queries = spark_suite.shared(
    __name__, Dialect, only=["against_sqlite", "composes", "functions",
                             "granted_tables_and_own_tables", "order",
                             "a_query_into_a_table", "explain",
                             "all_that_was_granted_stays_open"])
del Dialect  # it is no suite of its own

# (text, a part of the message)
ERRORS = [
    ("selec 1", "Syntax error at or near 'selec'", "\n  ^"),
    ("select nix from t", "[UNRESOLVED_COLUMN.WITH_SUGGESTION]", "\n         ^"),
    ("select x, x from t", "two columns 'x'"),
    ("select * from nix", "table 'nix' is not granted; granted: t"),
    ("select 1; select 2", "Syntax error at or near 'select'"),
    ("", "Syntax error"),
    ("select :nobody as x", "nobody gave a value for :nobody"),
    ("select ? as x", "is not what queries may have"),
    ("select plus(1) as x", "plus takes 2 arguments, not 1"),
    ("select plus(1, z => 2) as x", "plus has no argument 'z'"),
    ("select plus('a', 2) as x", "plus does not take (string, i32)"),
    ("select plus(x => 1, x => 2) as x", "the argument 'x' is given twice"),
    ("select plus(distinct 1, 2) as x", "plus is a function of one row"),
    ("select plus(1, 2) over () as x", "plus"),
    ("select two(1) as x", "a scalar function returns one column, not 2"),
    ("select risky(13) as x", "13 is bad luck"),
    ("select plos(1, 2) as x", "the function plos is not one that queries"),
    ("select transform(array(1), e -> plus(e, 1)) as x",
     "does not call plus in lambdas over lists"),
    ("select a.x from t a left join t b on plus(a.x, b.x) = 102",
     "does not call plus over columns of both sides"),
]

READS = [
    "select * from csv.`{secret}/s.csv`",
    "select * from text.`{secret}/s.csv`",
    "select * from json.`{secret}/s.csv`",
    "select * from parquet.`{secret}/s.csv`",
    "select * from orc.`{secret}`",
    "select * from binaryFile.`{secret}`",
    "select * from `{secret}/s.csv`",
    "select (select count(*) from text.`{secret}/s.csv`) as n",
    "with a as (select * from text.`{secret}/s.csv`) select 1 as x from a",
    "select x from t where exists (select 1 from csv.`{secret}/s.csv`)",
    "select x from t union all select 1 from text.`{secret}/s.csv`",
    "select x from t, lateral (select * from text.`{secret}/s.csv`)",
    "select * from t pivot (count(x) for x in (1)) join text.`{secret}/s.csv`",
    "select * from read_files('{secret}/s.csv')",
    "select * from identifier('text.`{secret}/s.csv`')",
    "select * from identifier('te' || 'xt.`{secret}/s.csv`')",
    "select * from t version as of 1",
    "select * from t timestamp as of '2020-01-01'",
    "select * from default.t",
    "select * from spark_catalog.default.t",
    "select * from system.information_schema.tables",
    "select * from global_temp.t",
    "select * from stream(t)",
    "select * from nobody",
    "select transform(x) using 'cat {secret}/s.csv' as (a string) from t",
    "from t select transform (x) using 'sh -c id' as y",
    "map x using 'cat' from t",
    "select java_method('java.lang.System', 'getenv', 'PATH') as x",
    "select reflect('java.lang.System', 'getProperty', 'user.home') as x",
    "select try_reflect('java.lang.Runtime', 'getRuntime') as x",
    "select system.builtin.reflect('java.lang.System', 'getenv', 'PATH') as x",
    "select `reflect`('java.lang.System', 'getenv', 'PATH') as x",
    "select REFLECT('java.lang.System', 'getenv', 'PATH') as x",
    "select transform(array('PATH'), e -> reflect('java.lang.System', "
    "'getenv', e)) as x",
    "select x from t where reflect('java.lang.System', 'getenv', 'A') is null",
    "select x from t order by java_method('java.lang.System', 'nanoTime')",
    "select count(*) from t group by java_method('java.lang.System', 'gc')",
    "select x, row_number() over (order by reflect('java.lang.System', 'gc')) "
    "as n from t",
    "select * from t lateral view explode(array(reflect('a', 'b'))) as y",
    "select from_avro(x, '{{}}') as x from t",
    "select from_protobuf(x, 'a', '{secret}/s.csv') as x from t",
    "select to_protobuf(x, 'a', '{secret}/s.csv') as x from t",
    "select schema_of_avro('{{}}') as x",
    "select xpath_string('<!DOCTYPE a [<!ENTITY b SYSTEM "
    "\"file://{secret}/s.csv\">]><a>&b;</a>', 'a') as x",
    "select from_xml('<a/>', 'a string') as x",
    "select input_file_name() as x from t",
    "select input_file_block_start() as x from t",
    "select current_user() as x", "select user() as x",
    "select current_user as x", "select session_user as x",
    "select user as x",
    "select current_catalog() as x", "select current_database() as x",
    "select current_schema() as x", "select version() as x",
    "select spark_partition_id() as x from t",
    "select monotonically_increasing_id() as x from t",
    "select * from python_worker_logs()",
    "select * from sql_keywords()",
    "select * from collations()",
    "select hive_function(x) as x from t",
    "select identifier('re' || 'flect')('java.lang.System', 'gc') as x",
    "select default.f(x) as x from t",
    "select 1 as `${{spark.master}}`, '${{env:PATH}}' as y, nothing as z",
    "select session.v as x",
]
STATEMENTS = [
    "set", "set -v", "set spark.sql.ansi.enabled=false",
    "set time zone 'Europe/Paris'", "reset", "reset spark.sql.ansi.enabled",
    "set var x = 1", "declare variable x int default 1",
    "add jar '{secret}/x.jar'", "add file '{secret}/s.csv'",
    "add archive '{secret}/s.zip'", "list jars", "list files",
    "create table x (a int)", "create table x as select 1 as a",
    "create table x using csv location '{secret}'",
    "create temporary view v as select 1 as a",
    "create or replace temp view t as select 1 as a",
    "create temporary view v using csv options (path '{secret}/s.csv')",
    "create function f as 'java.lang.Runtime' using jar '{secret}/x.jar'",
    "create temporary function f as 'java.lang.Runtime'",
    "create function f(a int) returns int return a",
    "create database d location '{secret}'", "create schema d",
    "drop table t", "drop view t", "drop database default cascade",
    "alter table t add columns (b int)", "truncate table t",
    "insert into t values (1)", "insert overwrite t select 1",
    "insert overwrite directory '{secret}/out' using csv select 1 as a",
    "insert overwrite local directory '{secret}/out' select 1 as a",
    "from t insert into t select x",
    "with a as (select 1 as x) insert into t select x from a",
    "update t set x = 1", "delete from t",
    "merge into t using t s on t.x = s.x when matched then delete",
    "load data local inpath '{secret}/s.csv' into table t",
    "cache table t", "cache table v as select 1", "uncache table t",
    "clear cache", "refresh table t", "refresh '{secret}'",
    "analyze table t compute statistics", "msck repair table t",
    "show tables", "show databases", "show functions", "show catalogs",
    "describe t", "describe function abs", "describe query select 1",
    "explain select 1", "explain extended select x from t",
    "use default", "use catalog spark_catalog",
    "call system.f()", "execute immediate 'select 1'",
    "execute immediate 'select * from text.`{secret}/s.csv`'",
    "begin select 1; end", "begin declare x int; set x = 1; end",
    "export table t", "comment on table t is 'x'", "table `{secret}/s.csv`",
]
HARMLESS = [
    "select x + 1 as y from t",
    "select /*+ broadcast(a) */ a.x from t a join t b on a.x = b.x",
    "with a as (select x from t) select max(x) as m from a",
    "select 'from text.`{secret}/s.csv`' as x, \"reflect\" as y",
    "select x as reflect from t",
    "select explode(sequence(1, 3)) as e",
    "select id from range(5)",
    "select x, lag(x) over (order by x) as l from t qualify l is null",
    "select * except (x) from (select x, 1 as y from t)",
    "select x from t tablesample (100 percent)",
    "select * from values (1, 'a'), (2, null) as v(a, b)",
    "select case x when 1 then 'a' else 'b' end as c from t",
    "select x from t where x between 0 and 5 and cast(x as string) like '1%' "
    "and x in (select x from t) and cast(x as string) rlike '^[0-9]$'",
    "select sum(x) filter (where x > 0) as s, count(distinct x) as d, "
    "grouping(x) as g from t group by cube (x)",
    "select transform(array(1, 2), e -> e + 1)[0] as a, map('k', 1)['k'] as m, "
    "struct(1 as a).a as s, named_struct('a', 1).a as n",
    "select date '2020-02-29' + interval 1 month as d, "
    "extract(year from timestamp '2020-01-01') as y",
    "select * from t pivot (count(x) for x in (1 as one, 2 as two))",
    "select * from (select 1 as a, 2 as b) unpivot (v for n in (a, b))",
    "select x from t lateral view explode(array(1, 2)) e as y",
    "select t.x, s.y from t, lateral (select t.x + 1 as y) s",
    "with recursive n(i) as (select 1 union all select i + 1 from n where "
    "i < 9) select sum(i) as s from n",
    "select x from t intersect select x from t minus select 5 as x",
    "select string_agg(x, ',') within group (order by x) as s from t",
    "select percentile_cont(0.5) within group (order by x) as p from t",
    "select trim(both 'x' from 'xax') as a, substring('abc' from 2) as b, "
    "position('b' in 'abc') as c, overlay('abc' placing 'x' from 2) as d",
]


@needs_guests
class Errors(Case):
    def test_errors(self):
        self.file("t.csv", "x\n1\n")
        start = ["register", "add", "plus", "register", "two", "two",
                 "register", "fail", "risky"]
        for text, *parts in ERRORS:
            with self.subTest(text=text):
                self.fails([*start, "sql", text, END, "collect"], *parts,
                           options=["--table", "t=t.csv"], out=None)
        self.fails(["sql-in", "duckdb", "select 1 as x", END, "collect"],
                   "the dialect 'duckdb'", "runs on spark")

    def test_parameters(self):
        rows = self.collect(
            "sql-with", "select :n + 1 as n, :word || '!' as w, :d as d, "
            ":x is null as x", "n: i64, word: string, d: decimal(9,2), x: i64",
            "14", "it's :n \"x\" \\", "150", r"\N", END, END).rows
        self.assertEqual([(r[0], r[1], str(r[2]), r[3]) for r in rows],
                         [(15, "it's :n \"x\" \\!", "1.50", True)])

    def test_functions_are_guarded(self):
        """What a case does not reach is not called; risky fails at 13."""
        start = ["register", "fail", "risky", "register", "add", "plus",
                 "range", 0, 20, 1, "as", "r", "sql"]
        for text, want in (
                ("select id, case when id = 13 then 0 else risky(id) end as v "
                 "from r", 20),
                ("select id, if(id <> 13, risky(id), 0) as v from r", 20),
                ("select id from r where id <> 13 and risky(id) > 2 or id = 13",
                 None),
                ("select coalesce(nullif(id, 13), 99) as v from r", 20),
                ("select max(risky(id)) as m from r where id < 13", 1),
                ("select risky(max(id)) as m from r where id < 13", 1),
                ("select plus(id % 3, 1) as k, plus(sum(id), 1) as s from r "
                 "group by plus(id % 3, 1) having plus(count(*), 0) > 0", 3),
                ("select sum(plus(id, 1)) over (order by plus(id, 2)) as s "
                 "from r", 20),
                ("select a.id from r a join r b on plus(a.id, 1) = b.id + 101 "
                 "and a.id < b.id + 1", 20),
                ("select a.id from r a join r b on plus(a.id, b.id) = 102",
                 3),
                ("select explode(array(plus(id, 1), 2)) as e from r", 40),
                ("select id from r where id in (select plus(id, 0) - 100 from "
                 "r)", 20)):
            with self.subTest(text=text):
                rows = self.collect(*start, text, "r", END).rows
                if want is not None:
                    self.assertEqual(len(rows), want)

    def test_large_texts(self):
        many = " or ".join(f"id = {i}" for i in range(900))
        self.assertEqual(self.collect(
            "range", 0, 2000, 1, "as", "r", "sql",
            f"select count(*) as n from r where {many}", "r", END).rows,
            [(900,)])
        for text in (("select ", "(", 200000, "1", ")", 200000, ""),
                     ("select ", "not ", 200000, "true", "", 0, ""),
                     ("select ", "[", 200000, "1", "]", 200000, ""),
                     ("select ", "case when true then ", 40000, "1", " end",
                      40000, ""),
                     ("select 1 ", "union all select 1 ", 50000, "", "", 0, ""),
                     ("select * from ", "(select * from ", 5000, "r", ") x",
                      5000, "")):
            with self.subTest(text=text[:2]):
                seen = self.play("range", 0, 1, 1, "as", "r", "attempt",
                                 "sql-long", *text, "r", END, "collect",
                                 "range", 0, 7, 1, "count")
                self.assertIsInstance(seen[0], Failure)
                self.assertEqual(seen[-1], "7")

    def test_at_the_command_line(self):
        """Spark's words end statements, too: not the semicolon in a text."""
        self.file("t.csv", "x\n1\n2\n")
        done = subprocess.run(
            [BIN, "query", "--engine", SERVER.url, "--table", "t=t.csv",
             "--format", "csv", "create table own as select x, 'a;b' as `c;d` "
             "from t; -- ;\ninsert into own select 3 as x, 'ü' as c;\n"
             "select sum(x) as s, max(`c;d`) as m from own"],
            cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, "s,m\n6,ü\n"),
                         done.stderr)


@needs_guests
class Sandbox(Case):
    """The server is traced: no message has to be believed."""

    def setUp(self):
        super().setUp()
        self.secret = self.folder / "secret"
        self.secret.mkdir()
        for name in "s.csv", "x.jar", "s.zip":
            (self.secret / name).write_text(SECRET + "\n")
        self.file("t.csv", "x\n1\n2\n")

    def run_all(self, texts, refused):
        texts = [text.format(secret=self.secret) for text in texts]
        steps = []
        for text in texts:
            steps += ["attempt", "sql", text, END, "collect"]
        seen = self.play(*steps, options=["--table", "t=t.csv"])
        for text, result in zip(texts, seen, strict=True):
            with self.subTest(text=text):
                self.assertIs(isinstance(result, Failure), refused,
                              result)
                self.assertNotIn(SECRET, str(result))

    def test_nothing_is_reached(self):
        strace = shutil.which("strace")
        self.assertTrue(strace, "strace is missing: scripts/install-packages")
        trace = self.folder / "trace"
        with subprocess.Popen(
                [strace, "-f", "-qq", "-e", "trace=%file,execve", "-o",
                 str(trace), "-p", str(SERVER.process.pid)],
                stderr=subprocess.PIPE) as tracer:
            time.sleep(1)
            try:
                self.run_all(READS + STATEMENTS, refused=True)
            finally:
                tracer.terminate()
                tracer.wait()
        lines = pathlib.Path(trace).read_text(errors="replace")
        self.assertIn(str(self.folder / "t.csv"), lines, "it was not traced")
        self.assertNotIn(str(self.secret), lines)
        # What Spark starts for itself, and clears its folders with.
        self.assertLessEqual(
            set(re.findall(r'execve\("[^"]*/([^"/]+)"', lines)), {"chmod", "getconf", "jspawnhelper",
                                                  "rm"})

    def test_the_harmless_works(self):
        self.run_all(HARMLESS, refused=False)


if __name__ == "__main__":
    unittest.main()
