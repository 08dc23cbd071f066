"""`wasi-data query`: SQL from arguments, files, standard input and a prompt on a
terminal."""

import csv
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import sqlite3
import stat
import subprocess
import termios
import time
import unittest

from script import BIN, BUILD, CACHE, SANITIZED, Case

SLUG = BUILD / "examples/go/slug.wasm"
PEOPLE = [(i, ["ada", "bob", "cy"][i % 3], i * 7 % 31) for i in range(60)]
# A statement that goes on until it is stopped.
ENDLESS = "select count(*) from range(100000000000) r(i) where i % 7 = 8"


class Query(Case):
    def setUp(self):
        super().setUp()
        with open(self.folder / "people.csv", "w", newline="") as file:
            csv.writer(file).writerows([("id", "name", "age"), *PEOPLE])
        self.table = ["--table", "people=people.csv"]

    def cli(self, *arguments, given=None, **environment):
        done = subprocess.run(
            [BIN, "query", *map(str, arguments)], cwd=self.folder, timeout=600,
            input=given if given is None else given.encode(),
            stdin=subprocess.DEVNULL if given is None else None,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE, **environment))
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def good(self, *arguments, **more):
        code, out, error = self.cli(*arguments, **more)
        self.assertEqual((code, error), (0, ""))
        return out

    def rows(self, *arguments, **more):
        out = self.good("--format", "jsonl", *arguments, **more)
        return [tuple(json.loads(line).values()) for line in out.splitlines()]

    def bad(self, words, *arguments, code=125, out="", **more):
        seen = self.cli(*arguments, **more)
        self.assertEqual(seen[:2], (code, out), seen[2])
        self.assertIn(words, seen[2])
        self.assertEqual(len(re.findall("^wasi-data: ", seen[2], re.M)), 1)


class Texts(Query):
    def test_sources(self):
        """An argument, a file and standard input are the same."""
        text = "select id, name from people where age > 20 order by id"
        base = sqlite3.connect(":memory:")
        base.execute("create table people (id int, name text, age int)")
        base.executemany("insert into people values (?, ?, ?)", PEOPLE)
        want = base.execute(text).fetchall()
        (self.folder / "q.sql").write_text(f"-- of people\n{text};\n")
        for arguments, given in ([text], None), (["-f", "q.sql"], None), (
                ["--file=q.sql"], None), ([], text):
            self.assertEqual(self.rows(*self.table, *arguments, given=given),
                             want)

    def test_formats(self):
        text = "select 1 as a, 'x,y' as b"
        self.assertEqual(self.good("--format", "csv", text),
                         'a,b\n1,"x,y"\n')
        self.assertEqual(json.loads(self.good("--format=json", text)),
                         [{"a": 1, "b": "x,y"}])
        self.assertIn("│   1 │ x,y", self.good(text))
        self.assertIn("| 1 | x,y", self.good("--format", "markdown", text))
        self.bad("'xml'", "--format", "xml", text)

    def test_statements(self):
        """Where a semicolon ends a statement DuckDB's parser says."""
        for text, want in (
                ("select 1", [1]),
                (" ; select 1 ;; select 2; ;", [1, 2]),
                ("select ';' ; select ';;\n;'", [";", ";;\n;"]),
                ("select ';''; select 3' ; select 4", [";'; select 3", 4]),
                ("select 1 as \"a;b\"; select 2", [1, 2]),
                ("select 1 -- ; select 5\n + 1; select 3", [2, 3]),
                ("select 1 /* ; select 5 ; /* ; */ ; */ + 1; select 3",
                 [2, 3]),
                ("select $$;$$ || $x$ ; $$ ; $x$; select 2",
                 ["; ; $$ ; ", 2]),
                ("select e'\\';'; select 2", ["';", 2]),
                ("select 1; -- the end; of it", [1]),
                ("select 1; /* the end; of it */", [1]),
                ("-- nothing;\n/* at; all */", []),
                ("", []),
                ("from (pivot (select 1 as x) on x in (1) using count(*)); "
                 "select 2", [1, 2])):
            with self.subTest(text=text):
                self.assertEqual([row[0] for row in self.rows(given=text)], want)

    def test_many(self):
        """Thousands of statements, and as many semicolons in one."""
        self.assertEqual(
            self.good("--format", "csv", given="create table t as select 0 "
                      "as n;" + "insert into t select n + 1 from t;" * 10 +
                      "select max(n) as m, count(*) as n from t"),
            "m,n\n10,1024\n")
        text = "select '" + ";" * 3000 + "' as x; select 2 as x"
        self.assertEqual(self.rows(text), [(";" * 3000,), (2,)])
        self.bad("more than 4096 semicolons", text.replace(";;;", ";" * 9),
                 code=124)

    def test_mistakes(self):
        """What stands before the mistake has happened."""
        code, out, error = self.cli("--format", "csv", "select 1 as x; selec "
                                    "2; select 3 as x")
        self.assertEqual((code, out), (125, "x\n1\n"))
        self.assertIn('statement 2: sql: syntax error at or near "selec"',
                      error)
        self.bad("syntax error", "select 1 as a where")
        self.bad("unterminated quoted string", "select 'a; select 1")
        self.bad("statements of the kind COPY are refused",
                 "copy (select 1) to 'x.csv'")
        self.bad("NUL", given="select '\0'")
        self.bad("table 'peopel' is not granted", "from peopel", *self.table)
        self.assertEqual(sorted(os.listdir(self.folder)), ["people.csv"])

    def test_arguments(self):
        self.bad("q.sql: No such file", "-f", "q.sql", code=127)
        self.bad("give one of them", "-f", "people.csv", "select 1")
        self.bad("give one of them", "-f", "people.csv", "--plan", "x")
        self.bad("one argument too many", "select 1", "select 2")
        self.bad("no option --dir", "--dir", ".", "select 1")
        self.bad("no option --env", "--env", "A=1", "select 1")

    def test_limits(self):
        self.bad("timed out after 400ms", "--timeout", "400ms", ENDLESS,
                 code=124)
        process = subprocess.Popen(
            [BIN, "query", ENDLESS], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env=dict(os.environ,
                                             WASI_DATA_CACHE=CACHE))
        time.sleep(3 if SANITIZED else 1)
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.communicate(timeout=60)[1],
                         b"wasi-data: interrupted\n")
        self.assertEqual(process.returncode, 130)

    def test_closed_output(self):
        done = subprocess.run(
            f"'{BIN}' query --format csv 'from range(1000000)' | head -1; "
            "echo ${PIPESTATUS[0]}", shell=True, executable="/bin/bash",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=600)
        self.assertEqual(done.stdout, b"range\n125\n")
        self.assertIn(b"output is closed", done.stderr)

    def test_another_engine(self):
        self.bad("no connection to Spark", "--engine", "sc://127.0.0.1:1", "select 1")


class Tables(Query):
    def test_life(self):
        self.assertEqual(self.rows(*self.table, """
            create temp table old as select * from people where age > 25;
            create or replace table Old as select id, age from old;
            create table if not exists OLD as select 'no' as x;
            insert into old values (1000, 99);
            insert into old (age) select 7.0;
            insert into "old" (age, id) from (values (2, 1));
            select * from oLd where id is null or id < 2 or age = 99
            order by id nulls first;
            drop table OLD; drop table if exists old;
            create temporary table "a ""b" as select 1 as "c;d";
            from "A ""B"
            """), [(None, 7), (1, 2), (1000, 99), (1,)])

    def test_refused(self):
        made = "create table t as select 1 as a, 'x' as b; "
        for words, text in (
                ("'people' is a table that was granted",
                 "create table People as select 1 as x"),
                ("'people' is a table that was granted",
                 "insert into people select 1, 'a', 2"),
                ("'people' is a table that was granted", "drop table people"),
                ("there is no table 't' that was made here", "drop table t"),
                ("CREATE TABLE t AS query makes it",
                 "insert into t select 1"),
                ("there is a table 't' already",
                 made + "create table T as select 2"),
                ("the query has 1 columns, the table takes 2",
                 made + "insert into t select 1"),
                ("the query has 2 columns, the table takes 1",
                 made + "insert into t (b) select 1, 2"),
                ("has no column 'c'", made + "insert into t (c) select 1"),
                ("stands there twice",
                 made + "insert into t (b, B) select 1, 2"),
                ("write CREATE", "create table t (a int)"),
                ("write CREATE", "create table main.t as select 1"),
                ("write CREATE", "create view v as select 1"),
                ("write CREATE", "create or replace table if not exists t as "
                 "select 1"),
                ("write INSERT", "insert t select 1"),
                ("write DROP", "drop table t, u"),
                ("write DROP", "drop view t"),
                ("write SHOW", "show databases"),
                ("of the kind UPDATE", made + "update t set a = 2"),
                ("of the kind DELETE", made + "delete from t"),
                ("of the kind ATTACH", "attach 'x.db'"),
                ("of the kind SET", "set threads = 1"),
                ("of the kind PRAGMA", "pragma show_tables"),
                ("of the kind IMPORT", "import database '/etc'"),
                ("not granted", "create table t as from 'people.csv'"),
                ("kind COPY", "create table t as copy (select 1) to 'x'"),
                ("'read_csv'", made +
                 "insert into t from read_csv('people.csv')"),
                ("kind INSERT", "create table t as insert into t select 1"),
                ("", "create table t as select 1; select 2")):
            with self.subTest(text=text):
                if words:
                    self.bad(words, *self.table, text)
                else:
                    self.good(*self.table, text)

    def test_a_failure_changes_nothing(self):
        """The rows of a table are those before a statement that failed."""
        out = self.cli("create table t as select 1 as a; insert into t select "
                       "cast(i as varchar) || 'x' from range(5) r(i)")
        self.assertEqual(out[:2], (125, ""))
        self.assertIn("statement 2", out[2])

    def test_what_there_is(self):
        out = self.rows(*self.table, "create table t as select 1 as a, "
                        "[1.5] as b; show tables; describe t; describe select "
                        "id, name from people; describe people;")
        self.assertEqual(out, [
            ("people", "people.csv"), ("t", "(made here)"), ("a", "i32"),
            ("b", "list<decimal<2,1>>"), ("id", "i64"), ("name", "string"),
            ("id", "i64"), ("name", "string"), ("age", "i64")])
        self.assertEqual(self.rows("show tables"), [])


class Files(Query):
    def test_output(self):
        """-o writes the rows of the one query, when all of them are there."""
        for name in "p.parquet", "p.csv", "p.arrow", "p.jsonl":
            self.assertEqual(self.good(*self.table, "-o", name, "create table "
                                       "t as from people; from t"), "")
            self.assertEqual(
                self.rows("--table", f"p={name}", "from p order by id"),
                PEOPLE)
        self.good(*self.table, "--output", "q,format=csv,header=false",
                  "select 7 as x")
        self.assertEqual((self.folder / "q").read_text(), "7\n")

    def test_output_is_whole(self):
        (self.folder / "p.csv").write_text("old\n")
        before = sorted(os.listdir(self.folder))
        self.bad("Could not convert", "-o", "p.csv", "select cast(case when "
                 "i = 9000 then 'x' else '1' end as int) as i from "
                 "range(10000) r(i)")
        self.bad("2 queries", "-o", "p.csv", "select 1; select 2")
        self.bad("0 queries", "-o", "p.csv", "show tables")
        self.bad("-o FILE,format=csv", "-o", "p", "--format", "csv",
                 "select 1")
        self.bad("format", "-o", "p.unknown", "select 1 as x")
        self.assertEqual((self.folder / "p.csv").read_text(), "old\n")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def test_explain(self):
        text = "create table t as from people; select id from t where id > 3"
        out = self.good(*self.table, "--explain", text)
        self.assertRegex(out, r"(?s)^sql  select id from t where id > 3 -> "
                         r"id i64.*cache")
        self.assertEqual(out, self.good(*self.table, text.replace(
            "; select", "; explain select")))
        self.assertIn("digraph", self.good(*self.table, "--explain", "--format",
                                           "dot", text))
        self.assertRegex(self.good(*self.table, "--explain", "--format=sql",
                                   text), "^SELECT ")
        self.bad("'xml'", "--explain", "--format", "xml", text)
        self.bad("writes no rows", "--explain", "-o", "x.csv", text)


@unittest.skipUnless(SLUG.exists(), "no Go guests were built here")
class Functions(Query):
    def test_function(self):
        """A function of a module that was written in Go."""
        given = ["--function", f"slug={SLUG}"]
        self.assertEqual(self.rows(*given, "select slug('Hello, World!') as s; "
                                   "show functions"),
                         [("hello-world",), ("slug", "value string not null")])
        self.assertEqual(
            self.rows(*given, *self.table, "create table t as select slug(name "
                      "|| ' ' || age) as s, count(*) as n from people group by "
                      "all; select s from t order by s limit 1"), [("ada-0",)])
        self.bad("slug", *given, "select slug(1, 2)")


class Prompt(Query):
    """A terminal, and somebody who types."""

    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        self.begin()

    def begin(self, *options, shell=False):
        self.leader, follower = pty.openpty()
        termios.tcsetwinsize(self.leader, (40, 100))
        command = [BIN, "query", *self.table, *options]
        if shell:
            command = ["bash", "-mc", '"$@"; echo again; fg', "-", *command]
        self.process = subprocess.Popen(
            command, cwd=self.folder,
            stdin=follower, stdout=follower, stderr=follower,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env=dict(os.environ, WASI_DATA_CACHE=CACHE, TERM="vt100",
                     XDG_STATE_HOME=str(self.state), LC_ALL="C.UTF-8"))
        os.close(follower)
        self.addCleanup(self.end)
        self.seen = ""
        self.wait("wasi-data> ")

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        try:
            os.close(self.leader)
        except OSError:
            pass

    def wait(self, words):
        """Reads until the terminal shows the words; what it showed."""
        end = time.monotonic() + 120
        while words not in self.seen:
            ready, _, _ = select.select([self.leader], [], [], 1)
            self.assertLess(time.monotonic(), end, self.seen)
            if not ready:
                continue
            try:
                piece = os.read(self.leader, 65536).decode(errors="replace")
            except OSError:
                piece = ""
            self.assertTrue(piece, f"it ended after: {self.seen}")
            self.seen += piece
        before, self.seen = self.seen.split(words, 1)
        return before

    def type(self, text):
        os.write(self.leader, text.encode())

    def say(self, text):
        """Types a line; what comes before the next prompt."""
        self.type(text + "\n")
        return self.wait("wasi-data> ").replace("\r", "")

    def finish(self, code=0):
        self.assertEqual(self.process.wait(timeout=60), code)

    def test_statements(self):
        self.assertIn("│  42 │", self.say("select 6 * 7 as x;"))
        self.type("select count(*) as n\n")
        self.wait("-> ")
        self.type("from people -- ; not here\n")
        self.wait("-> ")
        self.type("where name = 'ada;\n")
        self.wait("-> ")
        self.assertIn("│   0 │", self.say("';"))
        self.assertIn("│  20 │", self.say(
            "create table t as from people where name = 'ada'; select "
            "count(*) as n from t;"))
        self.assertIn("│  20 │", self.say("select count(*) as n from t;"))
        self.type("\x04")
        self.finish()

    def test_editing(self):
        """Keys that every terminal has, and letters of two bytes."""
        self.assertIn("│ grün   │", self.say(
            "lect 'gru\x7fün' as x;\x01se\x05"))
        self.assertIn("│ grün   │", self.say("\x1b[A"))
        self.type("exit\n")
        self.finish()

    def test_mistakes(self):
        """A mistake ends its statement and nothing else."""
        self.assertIn("syntax error", self.say("selec 1;"))
        self.assertIn("not granted", self.say("from nobody;"))
        self.assertIn("'.what' is no command", self.say(".what"))
        self.assertIn("write .read FILE", self.say(".read"))
        self.assertIn("takes nothing", self.say(".tables x"))
        self.assertIn("No such file", self.say(".read x.sql"))
        self.assertIn("'xml'", self.say(".format xml"))
        self.assertIn("│   1 │", self.say("select 1;"))
        self.type(".quit\n")
        self.finish()

    def test_commands(self):
        (self.folder / "q.sql").write_text("select 'from a file' as x")
        self.assertIn("from a file", self.say(".read q.sql"))
        for text in ".tables", "\\dt", "\\d":
            self.assertIn("people.csv", self.say(text))
        for text in ".describe people", "\\d people", "\\d people;":
            self.assertRegex(self.say(text), "age *│ i64")
        self.assertIn("(0 rows)", self.say("\\df"))
        self.say(".format csv")
        self.assertIn("\nx\n1\n", self.say("select 1 as x;"))
        self.assertIn("Ctrl-C stops it", self.say(".help"))
        self.say("")
        self.type("\\q\n")
        self.finish()

    def test_interrupt(self):
        """Ctrl-C forgets what was typed, and stops what runs."""
        self.type("select 'never\n")
        self.wait("-> ")
        self.type("\x03")
        self.wait("^C")
        self.wait("wasi-data> ")
        self.assertIn("│   1 │", self.say("select 1;"))
        self.say("create table t as select 5 as x;")
        for _ in range(2):
            self.type(ENDLESS + ";\n")
            self.wait("job ")
            self.type("\x03")
            self.assertIn("interrupted", self.wait("wasi-data> "))
            self.assertIn("│   5 │", self.say("from t;"))
        self.type("create or replace table t as " + ENDLESS + ";\n")
        self.wait("job ")
        self.type("\x03")
        self.assertIn("interrupted", self.wait("wasi-data> "))
        self.assertIn("│   5 │", self.say("from t;"))
        self.type("\x04")
        self.finish()

    def test_timeout(self):
        """The time is each statement's."""
        self.type("\x04")
        self.finish()
        self.begin("--timeout", "800ms")
        for _ in range(2):
            self.assertIn("timed out after 800ms", self.say(ENDLESS + ";"))
        time.sleep(1)
        self.assertIn("│   1 │", self.say("select 1;"))

    def test_signals(self):
        """The terminal is as before when the process is told to end."""
        os.kill(self.process.pid, signal.SIGINT)
        self.assertIn("│   1 │", self.say("select 1;"))
        os.kill(self.process.pid, signal.SIGTERM)
        self.wait("terminated")
        self.finish(143)

    @unittest.skipUnless(shutil.which("bash"), "there is no bash")
    def test_suspend(self):
        """Ctrl-Z goes back to the shell, which then says `fg`."""
        self.type("\x04")
        self.finish()
        self.begin(shell=True)
        self.type("select 4\x1a")
        self.wait("again")
        self.wait("wasi-data> ")
        self.assertIn("│  42 │", self.say("2;"))
        self.type("\x04")
        self.finish()

    def test_history(self):
        """It is there the next time, and nobody else's to read."""
        self.say("select 'remembered' as x;")
        self.type("\x04")
        self.finish()
        file = self.state / "wasi-data" / "history"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700)
        self.assertEqual(os.listdir(file.parent), ["history"])
        self.begin()
        self.assertIn("│ remembered │", self.say("\x1b[A"))
        self.type("\x04")
        self.finish()

    def test_no_history(self):
        """Where it cannot be kept, there is a prompt without one."""
        self.say("select 1;")
        self.type("\x04")
        self.finish()
        file = self.state / "wasi-data" / "history"
        file.unlink()
        file.mkdir()
        self.begin()
        self.assertIn("│   1 │", self.say("select 1;"))
        self.assertEqual(os.listdir(file.parent), ["history"])


if __name__ == "__main__":
    unittest.main()
