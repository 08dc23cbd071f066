"""Table functions by name: sources, for each row, over tables; in SQL and in
select; against the same computation in Python."""

import os
import subprocess
import time
import unittest

from script import (BIN, BUILD, CACHE, END, GUEST, Case, Failure, create,
                    needs_guests)

TEXTS = ["a b c", None, "", " ", "one", "  two  words ", "Grüße an alle"]
MANY = 8000
LIBRARY = BUILD / "tests/guests/table_library.wasm"


def words(text):
    """What words(text, ' ') gives."""
    rows, at = [], 0
    for part in (text or "").split(" "):
        if part:
            rows.append((part, at))
        at += len(part.encode()) + 1
    return rows


def key(row):
    return [(value is None, str(value)) for value in row]


@needs_guests
class Tables(Case):
    def rows(self, *steps, **more):
        return self.collect(*steps, **more).rows

    def sql(self, text, *inputs, before=(), **more):
        return self.rows(*before, "sql", text, *inputs, END, **more)

    def same(self, got, want):
        self.assertEqual(sorted(got, key=key), sorted(want, key=key))

    # ---- Out of nothing

    def test_sources(self):
        for threads in "1", "2":
            for count in 0, 1, 15, 16, 17, 5000, 70001:
                got = self.sql(f"select n from numbers({count})",
                               before=["register-table", "numbers", "numbers"],
                               options=["--threads", threads])
                self.same(got, [(i,) for i in range(count)])

    def test_sources_take_part_in_queries(self):
        before = ["register-table", "numbers", "n", "register-table", "words",
                  "w"]
        self.same(self.sql("select a.n, b.n as m from n(3) a join n(5) b on a.n = "
                           "b.n - 1", before=before),
                  [(0, 1), (1, 2), (2, 3)])
        self.same(self.sql("with x as (select * from n(4)) select x.n, y.n as m "
                           "from x, x y where x.n < y.n", before=before),
                  [(i, k) for k in range(4) for i in range(k)])
        self.same(self.sql("select word from w('b a', by := ' ') order by 1",
                           before=before), [("a",), ("b",)])
        self.same(self.sql("select * from w(by => ' ', text => 'b a') as "
                           "t(x, y) where y > 0", before=before), [("a", 2)])
        self.same(self.sql("select (select count(*) from n(10 + 7)) as c",
                           before=before), [(17,)])

    def test_what_bind_makes_of_values(self):
        """The arguments' types and values reach bind; any type."""
        before = ["register-table", "repeat", "r"]
        for value, want, type in (
                ("42::smallint", 42, "i16"), ("'ä'", "ä", "string"),
                ("null::date", None, "date"), ("date '1970-01-03'", 2, "date"),
                ("1.25", None, "decimal(3,2)"), ("true", True, "bool"),
                ("-0.5::float", -0.5, "f32"), ("'\\x01'::blob", b"\1",
                                               "binary")):
            table = self.collect(*before, "sql", f"select * from r({value}, "
                                 "2::bigint)", END)
            self.assertEqual(table.types[0], type)
            if want is not None or value.startswith("null"):
                self.same(table.rows, [(want, 0), (want, 1)])
        lines = self.play(*before, "sql", "select value, pos from r([1, null, "
                           "3], 1::bigint)", END, "show",
                          options=["--format", "json"])
        self.assertIn('[1,null,3]', "".join(map(str, lines)))

    def test_endless_sources(self):
        """No longer than rows are wanted; partitions are closed or given up."""
        before = ["register-table", "numbers", "n"]
        for text in ("select n from n(-1) limit 5",
                     "select * from n(-1) where n % 100 = 0 limit 10",
                     "select a.id, n from (select 1 as id) a, n(-1) limit 3"):
            started = time.monotonic()
            self.assertTrue(self.sql(text, before=before))
            self.assertLess(time.monotonic() - started, 60)
        self.fails([*before, "sql", "select count(*) from n(-1)", END,
                    "collect"], "time", options=["--timeout", "2s"], code=124,
                   out=None)

    # ---- For each row

    def test_for_rows(self):
        texts = [(i, TEXTS[i % len(TEXTS)]) for i in range(MANY)]
        want = [(i, word, at) for i, text in texts for word, at in words(text)]
        start = ["register-table", "words", "w",
                 *create([("i", "i64"), ("t", "string")], texts)]
        for threads in "1", "2":
            options = ["--threads", threads]
            self.same(self.rows(
                *start, "as", "t", "sql", "select t.i, g.* from t, w(t.t, ' ') "
                "g", "t", END, options=options), want)

    def test_for_rows_by_select(self):
        texts = [(i, TEXTS[i % len(TEXTS)]) for i in range(MANY)]
        start = ["register-table", "words", "w", "register-table",
                 "strict-words", "strict_w",
                 *create([("i", "i64"), ("t", "string")], texts)]
        want = [(i, word, at) for i, text in texts for word, at in words(text)]
        outer = [(i, *row) for i, text in texts
                 for row in words(text) or [(None, None)]]
        for threads in "1", "2":
            options = ["--threads", threads]
            for name in "w", "strict_w":
                self.same(self.rows(*start, "select", "i", f"{name}(t, ' ')",
                                    END, options=options), want)
        self.same(self.rows(*start, "select", "i", "outer(w(t, ' '))", END),
                  outer)

    def test_rows_without_any(self):
        texts = [(text,) for text in TEXTS]
        start = ["register-table", "words", "w", "register-table",
                 "strict-words", "strict_w",
                 *create([("t", "string")], texts)]
        want = [(text, *row) for text in TEXTS
                for row in words(text) or [(None, None)]]
        for name in "w", "strict_w":
            self.same(self.rows(*start, "select", "*", f"outer({name}(t, ' '))",
                                END), want)
            self.same(self.rows(*start, "as", "t", "sql", "select * from t "
                                f"left join {name}(t, ' ') on true", "t", END),
                      want)
            self.same(self.rows(*start, "select", "*", f"{name}(t, null)",
                                END), [])

    def test_order_is_kept(self):
        got = self.rows("register-table", "repeat", "r", "range", 0, 5000, 1,
                        "sort", "-id", END, "select", "id", "r(id, id % 3)",
                        END)
        self.assertEqual(got, [(i, i, at) for i in range(4999, -1, -1)
                               for at in range(i % 3)])

    def test_large_parts(self):
        """More than the SDK gives at once, and texts of a megabyte."""
        got = self.rows("register-table", "repeat", "r", "range", 0, 3, 1,
                        "select", "r(repeat('x', 1000000 + id), id * 7) as x",
                        END, "select", "length(x_value) as l", "x_pos", END)
        self.same(got, [(1000000 + i, at) for i in range(3)
                        for at in range(i * 7)])

    def test_names(self):
        start = ["register-table", "repeat", "r", "range", 0, 2, 1]
        for item, names in (("r(id, 1)", ["id", "value", "pos"]),
                            ("r(id, 1) as x", ["id", "x_value", "x_pos"])):
            self.assertEqual(self.collect(*start, "select", "*", item,
                                          END).names, names)
        table = self.collect("register-table", "numbers", "n", "register-table",
                             "all", "e", *start[3:], "as", "t", "sql",
                             "select * from t, e(2 + 0 * t.id) limit 0", "t",
                             END)
        self.assertEqual(table.names, ["id", "n"])

    def test_in_every_step(self):
        """Below and above lambdas, groups, filters, joins and queries."""
        texts = [("a b", 1), ("b c c", 2)]
        got = self.rows(
            "register-table", "words", "w",
            *create([("t", "string"), ("i", "i64")], texts),
            "filter", "i > 0", "select", "w(t, ' ') as x", "i * 10 as j", END,
            "filter", "x_word <> 'a'", "group", "x_word as word", END,
            "measure", "count(*) as n", "sum(j) as j", END, "sort", "word", END)
        self.assertEqual([(w, n, int(j)) for w, n, j in got],
                         [("b", 2, 30), ("c", 2, 40)])

    def test_over_functions_of_the_program(self):
        got = self.sql("select g.value from t, r(plus(t.id, 1), 1 + plus(0, "
                       "t.id) - 100) g", "t",
                       before=["register", "add", "plus", "register-table",
                               "repeat", "r", "range", 0, 3, 1, "as", "t"])
        self.same(got, [(i + 101,) for i in range(3) for _ in range(1 + i)])

    # ---- Over tables

    def test_over_tables(self):
        """A partition at a time, in its order, on any number of threads."""
        data = [(f"k{i * 7 % 11}" if i % 13 else None, i * 7919 % 5003)
                for i in range(MANY)]
        start = ["register-table", "first", "f", "register-table", "count-rows",
                 "c", *create([("k", "string"), ("v", "i64")], data), "as", "t"]
        groups = {}
        for k, v in data:
            groups.setdefault(k, []).append(v)
        for threads in "1", "2":
            options = ["--threads", threads]
            for order, reverse in (("v", False), ("v desc", True)):
                got = self.sql("select * from f(TABLE t PARTITION BY k ORDER "
                               f"BY {order}, 3)", "t", before=start,
                               options=options)
                self.same(got, [(k, v, place) for k, vs in groups.items()
                                for place, v in enumerate(
                                    sorted(vs, reverse=reverse)[:3])])
            self.same(self.sql("select n from c(TABLE t PARTITION BY k)", "t",
                               before=start, options=options),
                      [(len(vs),) for vs in groups.values()])
            self.same(self.sql("select n from c(TABLE t)", "t", before=start,
                               options=options), [(MANY,)])

    def test_ways_to_write_a_table(self):
        start = ["register-table", "first", "f", *create(
            [("k", "string"), ("v", "i64")],
            [("a", 3), ("b", 1), ("a", 1), ("a", 2), ("b", 7)]), "as", "t"]
        for argument in ("TABLE t PARTITION BY k ORDER BY v",
                         "table t partition by (k) order by (v)",
                         "TABLE(t) PARTITION BY (k) ORDER BY (v ASC NULLS LAST)",
                         'input => TABLE "T" partition /* ( */ by "K" order by '
                         "v -- ,)\n",
                         "TABLE(select k, v from t where v > 0) partition by k "
                         "order by v",
                         "input := table (select * from t) partition by k "
                         "order by v"):
            got = self.sql(f"select k, v from f({argument}, n := 1)", "t",
                           before=start)
            self.same(got, [("a", 1), ("b", 1)])
        for argument in ("(select v from t order by v desc)",
                         "(with x as (select v from t) from x order by v desc)",
                         "TABLE(select v from t) order by v desc"):
            self.assertEqual(self.sql(f"from f({argument}, 2)", "t",
                                      before=start), [(7, 0), (3, 1)])

    def test_tables_are_queries(self):
        """Common table expressions, other table functions, parameters, own
        functions and other tables within."""
        start = ["register-table", "first", "f", "register-table", "numbers",
                 "n", "register-table", "count-rows", "c", "register", "add",
                 "plus", "range", 0, 10, 1, "as", "t"]
        for text, want in (
                ("with a as (select id from t where id < 5), b as (select id + "
                 "1 as id from a) select id from f((select * from b order by "
                 "id desc), 2)", [(5,), (4,)]),
                ("select id from f((select plus(id, 1) as id from t order by 1 "
                 "desc), 1)", [(110,)]),
                ("select x.n from c((select * from f((select * from t), 4))) "
                 "x", [(4,)]),
                ("select n from f(TABLE(select n from n(9)) ORDER BY n desc, "
                 "1)", [(8,)]),
                ("select n from f(TABLE(select n from f(TABLE(select n from "
                 "n(9)) ORDER BY n desc, 4)) ORDER BY n, 1)", [(5,)]),
                ("with recursive r(i) as (select 0 union all select i + 1 from "
                 "r where i < 6) select n from c(TABLE r)", [(7,)]),
                ("select a.n + b.n as s from c(TABLE t) a, c((select * from t "
                 "where id > 3)) b", [(16,)]),
                ("select id, n from t, c(TABLE t) where id > n - 2", [(9, 10)]),
                ("select id from t where id = (select n - 3 from c(TABLE t))",
                 [(7,)]),
                ("with x as (select * from c(TABLE t)) select a.n, b.n as m "
                 "from x a, x b", [(10, 10)])):
            self.same(self.sql(text, "t", before=start), want)

    def test_columns_that_are_wanted(self):
        """What the query does not read is not asked for, and comes out right
        all the same."""
        start = ["register-table", "first", "f", *create(
            [("a", "i64"), ("b", "string"), ("c", "f64")],
            [(i, str(i), i / 2) for i in range(100)]), "as", "t"]
        self.same(self.sql("select c from f(TABLE t ORDER BY a DESC, 2)", "t",
                           before=start), [(49.5,), (49.0,)])

    def test_of_other_modules(self):
        """Functions that another module registers, granted by name."""
        options = [part for name in ("words", "numbers", "first_rows")
                   for part in ("--function", f"my_{name}={LIBRARY}#{name}")]
        start = create([("k", "string")], [("a b",), ("c",)])
        self.same(self.rows(*start, "select", "*", "my_words(k, ' ')", END,
                            options=options),
                  [("a b", "a", 0), ("a b", "b", 2), ("c", "c", 0)])
        self.same(self.sql(
            "select w.word, n.n from t, my_words(t.k, ' ') w, my_numbers(2) n",
            "t", before=[*start, "as", "t"], options=options),
            [(word, n) for word in "abc" for n in (0, 1)])
        self.same(self.sql(
            "select word from my_first_rows((select word from t, my_words(t.k, "
            "' ') order by word desc), 2)", "t", before=[*start, "as", "t"],
            options=options), [("c",), ("b",)])

    def test_as_a_plan(self):
        """A plan carries the function that is called for each row."""
        steps = ["register-table", "words", "w", *create(
            [("t", "string"), ("i", "i64")],
            [("a b", 1), ("", 2), (None, 3), ("c", 4)]),
            "select", "i", "outer(w(t, ' '))", END, "sort", "i", "pos", END]
        environment = dict(os.environ, WASI_DATA_CACHE=CACHE)
        plan = subprocess.run(
            [BIN, "explain", "--format", "substrait", GUEST,
             *map(str, [*steps, "collect"])], env=environment,
            capture_output=True, check=True, timeout=300).stdout
        done = subprocess.run(
            [BIN, "query", "--format", "csv", "--plan",
             self.file("words.plan", plan)], env=environment,
            capture_output=True, check=True, timeout=300, text=True)
        self.assertEqual(done.stdout, "i,word,pos\n1,a,0\n1,b,2\n2,,\n3,,\n"
                                      "4,c,0\n")

    def test_names_of_duckdb(self):
        """The program's functions go before DuckDB's own of the same name."""
        names = ["range", "unnest", "read_csv", "duckdb_settings",
                 "generate_series", "wd_source", "query_table", "glob"]
        steps = [step for name in names
                 for step in ("register-table", "numbers", name)]
        for name in names:
            steps += ["sql", f"select n from {name}(2) order by n", END,
                      "collect"]
        for name, table in zip(names, self.play(*steps), strict=True):
            self.assertEqual(table.rows, [(0,), (1,)], name)

    # ---- What is refused

    def messages(self, start, *attempts):
        """The first failure of each."""
        steps = [step for attempt in attempts
                 for step in (*attempt, "collect", "range", 0, 7, 1, "count")]
        seen, failed = [], None
        for line in self.play(*start, "attempt", *steps):
            if line == "7":
                seen.append(failed)
                failed = None
            elif isinstance(line, Failure) and not failed:
                failed = line
        self.assertEqual(len(seen), len(attempts))
        return seen

    def test_refused(self):
        start = ["register-table", "words", "w", "register-table", "first", "f",
                 "register-table", "numbers", "n", "register", "add", "plus",
                 "register-table", "endless", "e", "register-table", "repeat",
                 "r", "range", 0, 5, 1, "as", "t"]
        cases = (
                ("select w('a', 'b')", "w is a table function", "FROM"),
                ("select * from f(3)", "over a table", "f(TABLE t)"),
                ("select * from t, n(t.id)", "must be constants"),
                ("select * from w(TABLE t, 'a', 'b')", "no function over a "
                 "table"),
                ("select * from f(TABLE t, (select id from t))", "two tables"),
                ("select * from t, f(TABLE t, t.id)", "constants"),
                ("select * from f(TABLE t PARTITION BY id % 2, 1)",
                 "by their names"),
                ("select * from f(TABLE t PARTITION BY what, 1)",
                 "unknown column 'what'"),
                ("select * from f(TABLE t ORDER BY 1, 1)", "by their names"),
                ("select * from f(TABLE nothing, 1)", "nothing"),
                ("select * from n()", "n takes 1 argument, not 0"),
                ("select * from n('x')", "n does not take (string)"),
                ("select * from n([1])", "n does not take (list<i32>)"),
                ("select * from n(wrong := 1)", "no argument 'wrong'"),
                ("select * from n(random()::bigint)", "count"),
                ("select * from w('a', 'b') with ordinality", "ORDINALITY"),
                ("select * from f(plus(1, 2))", "first takes a table"),
                ("select * from plus(1, 2)", "'plus'"),
                ("select * from r(1, 2)", "repeat takes a value and an i64"),
                ("with recursive x(i) as (select 1 union all select i + n from "
                 "x, f(TABLE x, 1) g(n, p)) from x", "recursive"),
                ("select * from f(TABLE read_csv('/etc/passwd'), 1)", ""),
                ("select * from f((select * from '/etc/passwd'), 1)",
                 "/etc/passwd"),
                ("select * from f((select * from duckdb_settings()), 1)",
                 "duckdb_settings"),
                ("select * from f(TABLE(select getenv('HOME')), 1)", "getenv"),
                ("select * from f(TABLE t.u, 1)", ""))
        messages = self.messages(start, *(["sql", text, "t", END]
                                          for text, *_ in cases))
        for (text, *parts), message in zip(cases, messages, strict=True):
            self.assertTrue(message, text)
            for part in parts:
                self.assertIn(part, message, text)

    def test_refused_in_expressions(self):
        start = ["register-table", "words", "w", "register-table", "repeat",
                 "r", "range", 0, 3, 1]
        for items, *parts in (
                (["w('a', 'b')", "r(id, 1)"], "one table function"),
                (["length(w('a', 'b'))"], "w is a table function", "select"),
                (["w(id)"], "w takes 2 arguments, not 1"),
                (["r(id, 'x')"], "repeat takes a value"),
                (["w(*)"], "")):
            message, = self.messages(start, ["select", *items, END])
            for part in parts:
                self.assertIn(part, message)
        message, = self.messages(start, ["filter", "w('a', 'b')"])
        self.assertIn("w is a table function", message)

    def test_without_end(self):
        """A function of a row that does not end meets a limit, or is
        cancelled."""
        message, = self.messages(
            ["register-table", "endless", "e", "range", 0, 3, 1],
            ["select", "e(id)", END, "limit", 2])
        self.assertIn("function e", message)

    def test_many_calls(self):
        """The same function at many places of one query."""
        calls = " union all ".join(f"select n + {i} as n from n({i % 5})"
                                   for i in range(100))
        want = [(k + i,) for i in range(100) for k in range(i % 5)]
        self.same(self.sql(calls, before=["register-table", "numbers", "n"]),
                  want)
        chain = "with " + ", ".join(
            f"x{i} as (select * from c(TABLE {f'x{i - 1}' if i else 't'}))"
            for i in range(12)) + " from x11"
        self.same(self.sql(chain, "t", before=[
            "register-table", "count-rows", "c", "range", 0, 3, 1, "as", "t"]),
            [(1,)])
        message, = self.messages(
            ["register-table", "count-rows", "c", "range", 0, 3, 1, "as", "t"],
            ["sql", "with " + ", ".join(
                [f"x{i} as (select * from c(TABLE {f'x{i - 1}' if i else 't'}))"
                 for i in range(258)]) + " from x257", "t", END])
        self.assertIn("at more than 256 places", message)


if __name__ == "__main__":
    unittest.main()
