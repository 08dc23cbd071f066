"""Queries in DuckDB's SQL: over data sets, tables of the program's own and
granted ones, with parameters and the program's functions; against the same
query in SQLite, and plain Python."""

import sqlite3
import unittest

from script import END, SANITIZED, Case, Failure, create, needs_guests

ORDERS = [(i, ["ada", "bob", "cy", None][i % 4], i * 7 % 31)
          for i in range(400)]
PEOPLE = [("ada", 36), ("bob", 7), ("dan", 50), (None, 1)]
TABLES = [*create([("id", "i64"), ("who", "string"), ("qty", "i64")], ORDERS),
          "as", "orders",
          *create([("name", "string"), ("age", "i64")], PEOPLE), "as", "people"]
# What both know and mean the same by.
QUERIES = [
    "select * from orders",
    "select id, qty * 2 + 1 as q from orders where qty > 10 and who = 'ada'",
    "select who, count(*) as n, sum(qty) as s, min(id) as lo, max(id) as hi "
    "from orders group by who having count(*) > 1",
    "select o.id, p.age from orders o join people p on o.who = p.name",
    "select o.id, p.age from orders o left join people p on o.who = p.name",
    "select p.name, count(o.id) as n from people p left join orders o "
    "on p.name = o.who and o.qty > 5 group by p.name",
    "select who, qty from orders union select name, age from people",
    "select who from orders intersect select name from people",
    "select name from people except select who from orders",
    "select id, sum(qty) over (partition by who order by id) as running, "
    "row_number() over (partition by who order by qty desc, id) as place "
    "from orders",
    "with big as (select * from orders where qty > 15), names as (select who, "
    "count(*) as n from big group by who) select a.who, a.n, b.n as m from "
    "names a join names b on a.n >= b.n",
    "with recursive n(i) as (select 1 union all select i + 1 from n where "
    "i < 50) select i, o.who from n join orders o on o.id = i",
    "select id from orders where qty = (select max(qty) from orders)",
    "select id from orders o where exists (select 1 from people p where "
    "p.name = o.who and p.age > 10)",
    "select id, (select age from people where name = who) as age from orders",
    "select id from orders where who in (select name from people where age < "
    "40)",
    "select distinct who, qty % 3 as m from orders",
    "select case when qty > 20 then 'much' when qty > 10 then 'some' else "
    "'few' end as size, count(*) as n from orders group by 1",
    "select coalesce(who, 'nobody') || '!' as w, length(who) as l, "
    "upper(substr(who, 2)) as u from orders",
    "values (1, 'a'), (2, 'b'), (3, null)",
    "select a.id as x, b.id as y from orders a, orders b where a.id + 1 = b.id",
    "select sum(qty) filter (where id % 2 = 0) as even, count(distinct who) "
    "as who from orders",
    "select who, qty from orders where who is not null order by qty desc, id "
    "limit 7 offset 3",
    "select (select count(*) from orders) as n, (select count(*) from people) "
    "as m",
]


def oracle(query):
    base = sqlite3.connect(":memory:")
    base.execute("create table orders (id integer, who text, qty integer)")
    base.execute("create table people (name text, age integer)")
    base.executemany("insert into orders values (?, ?, ?)", ORDERS)
    base.executemany("insert into people values (?, ?)", PEOPLE)
    return base.execute(query).fetchall()


def key(row):
    return [(value is None, str(type(value)), value) for value in row]


def plain(rows):
    return [tuple(None if value is None else
                  value if isinstance(value, str) else int(value)
                  for value in row) for row in rows]


@needs_guests
class Queries(Case):
    def sql(self, text, *inputs, before=(), after=(), options=()):
        return self.collect(*before, "sql", text, *inputs, END, *after,
                            options=options)

    def test_against_sqlite(self):
        for threads in "1", "2":
            steps = list(TABLES)
            for query in QUERIES:
                steps += ["sql", query, "orders", "people", END, "collect"]
            tables = self.play(*steps, options=["--threads", threads])
            for query, table in zip(QUERIES, tables, strict=True):
                want, got = oracle(query), plain(table.rows)
                if "order by qty desc, id" not in query or "over" in query:
                    want, got = sorted(want, key=key), sorted(got, key=key)
                self.assertEqual(got, want, query)

    def test_composes(self):
        """A query over a query, over lambdas, below every kind of step."""
        table = self.collect(
            "range", 0, 1000, 1, "map-tag", "id", "as", "r",
            "sql", "select id, tag from r where id % 3 = 0", "r", END,
            "rename", "tag", "half", END, "map-tag", "half", "filter", "id > 30", "as", "s",
            "sql", "select id % 2 as odd, sum(tag) as t from s group by 1",
            "s", END, "sort", "odd", END)
        want = {}
        for i in range(33, 1000, 3):
            want[i % 2] = want.get(i % 2, 0) + 4 * i
        self.assertEqual(plain(table.rows), sorted(want.items()))

    def test_lambdas_are_read_once(self):
        """A table that stands in a query several times is computed once: the
        lambda below counts."""
        for query in ("select a.id from r a join r b using (id)",
                      "with x as (select * from r) select a.id from x a, x b "
                      "where a.id = b.id",
                      "select id from r where id in (select id from r)",
                      "with recursive n(i) as (select 0 union all select i + 1 "
                      "from n join r on r.id = i where i < 99) select i from n "
                      "where i < 100"):
            table = self.collect(
                "range", 0, 100, 1, "shares", "id", "select", "rows", END,
                "as", "q", "range", 0, 100, 1, "map-tag", "id", "as", "r",
                "sql", query, "r", END)
            self.assertEqual(sorted(row[0] for row in table.rows),
                             list(range(100)), query)
        for query in ("select count(*) from g", "select count(*) from g a "
                      "join g b on a.part = b.part and a.row = b.row"):
            table = self.collect("generate", "rows", 4, 250, "", END,
                                 "as", "g", "sql", query, "g", END)
            self.assertEqual(table.rows, [(1000,)], query)

    def test_granted_tables_and_own_tables(self):
        self.file("people.csv", "name,age\nada,36\nbob,7\n")
        self.file("lines.txt", "a b\nc\n")
        self.file("More.csv", "x\n1\n")
        table = self.collect(
            "range", 0, 3, 1, "temp", "own", "create",
            "sql", "select p.name, l.line, o.id, m.x from people p, lines l, "
            "OWN o, more m where p.age > 10 and o.id = 2 order by 2", END,
            options=["--table", "people=people.csv", "--table",
                     "lines=lines.txt", "--table", "MORE=More.csv"])
        self.assertEqual(table.rows, [("ada", "a b", 2, 1), ("ada", "c", 2, 1)])

    def test_a_query_into_a_table(self):
        """temp-table streams; statements that name it wait; it is replaced
        and added to; a clash with a grant is an error."""
        self.file("t.csv", "x\n1\n")
        steps = ["range", 0, 200000, 1, "as", "r",
                 "sql", "select id, id * 2 as d from r", "r", END,
                 "temp", "own", "create",
                 "sql", "select count(*) as n, sum(d) as s from own", END]
        self.assertEqual(plain(self.collect(*steps).rows),
                         [(200000, 2 * sum(range(200000)))])
        table = self.collect(
            *steps[:-3], "sql", "select -1 as id, -2 as d", END, "select",
            "cast(id as i64) as id", "cast(d as i64) as d", END,
            "temp", "own", "append", "sql", "select min(id), count(*) from own",
            END)
        self.assertEqual(table.rows, [(-1, 200001)])
        self.fails(["sql", "select 1 as x", END, "temp", "t", "create"],
                   "'t' is a table that was granted",
                   options=["--table", "t=t.csv"])

    def test_all_that_was_granted_stays_open(self):
        """After the first query the database is locked: tables by file,
        folder and pattern, sinks and caches on disk still work."""
        self.file("one.csv", "x\n1\n")
        self.file("many/a.csv", "x\n2\n")
        self.file("many/b.csv", "x\n3\n")
        (self.folder / "out").mkdir()
        options = ["--table", "one=one.csv", "--table",
                   "many=many,format=csv", "--table", "part=many/*.csv",
                   "--sink", "sink=out/x.parquet", "--sink", "here=y.csv",
                   "--table", "later=out/*.parquet"]
        seen = self.play(
            "sql", "select x from one union all select x from many union all "
            "select x from part", END, "cache", "disk", "as", "r", "count",
            "use", "r", "sort", "x", END, "write", "sink", "create", "wait",
            "use", "r", "write", "here", "create", "wait",
            "read", "later", "as", "l",
            "sql", "select sum(x) as s from l", "l", END, "collect",
            options=options)
        self.assertEqual(seen[0], "5")
        self.assertEqual(plain(seen[-1].rows), [(1 + 2 + 3 + 2 + 3,)])

    def test_order(self):
        for threads in "1", "2":
            rows = self.sql("select id from r order by id % 10, id desc", "r",
                            before=["range", 0, 50000, 1, "as", "r"],
                            after=["filter", "id % 2 = 0"],
                            options=["--threads", threads]).column()
            self.assertEqual(rows, sorted(range(0, 50000, 2),
                                          key=lambda i: (i % 10, -i)))

    def test_types(self):
        """Every type that DuckDB gives comes as the one of its files."""
        table = self.sql(
            "select true a, 1::tinyint b, 2::usmallint c, 3::bigint d, "
            "1.5::float e, 2.5::double f, 1.25 g, 'x' h, 'ab'::blob i, "
            "date '2020-02-29' j, sum(k) l, 12::hugeint m, "
            "interval 3 month is null n from range(3) t(k)")
        self.assertEqual(table.types,
                         ["bool", "i8", "u16", "i64", "f32", "f64",
                          "decimal(3,2)", "string", "binary", "date",
                          "decimal(38,0)", "decimal(38,0)", "bool"])
        self.assertEqual([str(v) for v in table.rows[0]],
                         ["True", "1", "2", "3", "1.5", "2.5", "1.25", "x",
                          "b'ab'", "18321", "3", "12", "False"])

    def test_parameters(self):
        rows = self.collect(
            *TABLES, "sql-with", "select id, $word || '!' as w, $d as d from "
            "orders where qty = $qty and id > $qty order by id limit 1",
            "qty: i64, word: string, d: decimal(9,2)", "14", "it's $qty \"x\"",
            "150", END, "orders", END).rows
        want = next(o for o in ORDERS if o[2] == 14 and o[0] > 14)
        self.assertEqual([(r[0], r[1], str(r[2])) for r in rows],
                         [(want[0], "it's $qty \"x\"!", "1.50")])
        self.assertEqual(self.collect(
            "sql-with", "select $x is null as n", "x: i64", r"\N", END,
            END).rows, [(True,)])
        self.fails(["sql", "select $nobody as x", END, "collect"],
                   "the parameter $nobody has no value")
        self.fails(["sql", "select ? as x", END, "collect"], "write $name")

    def test_functions(self):
        start = ["register", "add", "plus", "register", "same", "same",
                 "register", "shout", "shout", "register", "label", "label",
                 "register", "total", "total", "register", "nulls", "nulls",
                 "register", "even", "even",
                 "register", "strict-second", "other", *TABLES]
        def rows(text):
            return self.collect(*start, "sql", text, "orders", "people",
                                END).rows
        self.assertEqual(
            rows("select plus(id, plus(y := 1, x := id)) as p, shout(who) as w "
                 "from orders where even(qty) order by same(id)"),
            [(2 * i + 201, w.upper() if w else None)
             for i, w, q in ORDERS if q % 2 == 0])
        self.assertEqual(
            rows("select label('x', times := 3) l, total(1, 2.5::double, age) "
                 "t, nulls(name, age, null) n from people order by age"),
            [("[x x3]", 3.5 + age, 1 + (name is None))
             for name, age in sorted(PEOPLE, key=lambda p: p[1])])
        # A strict function is null for nulls that it does not look at, too.
        self.assertEqual(
            rows("select other(name, age) as o from people order by age"),
            [(age if name else None,)
             for name, age in sorted(PEOPLE, key=lambda p: p[1])])
        self.assertEqual(
            plain(rows("select who, sum(plus(qty, 0)) as s, count(*) filter "
                       "(where even(id)) as n from orders group by who order "
                       "by who nulls last")),
            [(w, sum(q + 100 for _, x, q in ORDERS if x == w),
              sum(i % 2 == 0 for i, x, _ in ORDERS if x == w))
             for w in ("ada", "bob", "cy", None)])

    def test_functions_that_are_wrong(self):
        start = ["register", "add", "plus", "register", "two", "two",
                 "register", "fail", "risky"]
        for text, *parts in (
                ("plus(1)", "plus takes 2 arguments, not 1"),
                ("plus(1, z := 2)", "plus has no argument 'z'"),
                ("plus('a', 2)", "plus does not take (string, i32)"),
                ("plus(x := 1, x := 2)", "the argument 'x' is given twice"),
                ("plus(1, 2) over ()", "plus is a function of one row"),
                ("plus(distinct 1, 2)", "plus is a function of one row"),
                ("two(1)", "a scalar function returns one column, not 2"),
                ("plos(1, 2)", "'plos' is no function that a query may call"),
                ("risky(13)", "13 is bad luck")):
            self.fails([*start, "sql", f"select {text} as x", END, "collect"],
                       *parts, out=None)

    def test_registered_names_win(self):
        """Names that DuckDB has too mean the program's function."""
        self.assertEqual(self.collect(
            "register", "add", "list_distance", "sql",
            "select list_distance(1, 2) as x", END).rows, [(103,)])

    def test_errors(self):
        self.file("t.csv", "x\n1\n")
        options = ["--table", "t=t.csv"]
        for text, *parts in (
                ("selec 1", "syntax error at or near \"selec\"", "\n  ^"),
                ("select nix from t", "\"nix\" not found"),
                ("select x + 'a'::date from t", "No function matches"),
                ("select x, x from t", "two columns 'x'"),
                ("select * from nix", "table 'nix' is not granted; granted: t"),
                ("select 1; select 2", "several statements"),
                ("", "no statement"), ("-- nothing", "no statement")):
            self.fails(["sql", text, END, "collect"], *parts, options=options)
        self.fails(["sql-in", "spark", "select 1 as x", END, "collect"],
                   "the dialect 'spark'", "runs on duckdb")
        self.fails(["range", 0, 1, 1, "select", "id as a", "id as A", END,
                    "as", "r", "sql", "select 1 as x from r", "r", END,
                    "collect"], "'a' and 'A', which SQL cannot tell apart")

    def test_explain(self):
        text, = self.play("range", 0, 5, 1, "as", "r", "sql",
                          "select id\nfrom r", "r", END, "explain", "text")[:1]
        self.assertIn("sql select id from r -> id i64", text)

    def test_large_texts(self):
        many = " or ".join(f"id = {i}" for i in range(900))
        self.assertEqual(self.collect(
            "range", 0, 2000, 1, "as", "r", "sql",
            f"select count(*) as n from r where {many}", "r", END).rows,
            [(900,)])
        self.fails(["sql-long", "select 1 as x", " " * 1000, 10000, "", "", 0,
                    "", END, "collect"], "a query has at most 1048576")
        for text in (("select ", "(", 200000, "1", ")", 200000, ""),
                     ("select ", "not ", 200000, "true", "", 0, ""),
                     ("select ", "1+", 200000, "1", "", 0, ""),
                     ("select ", "[", 200000, "1", "]", 200000, ""),
                     ("select ", "case when true then ", 40000, "1", " end",
                      40000, ""),
                     ("select 1 ", "union all select 1 ", 50000, "", "", 0, ""),
                     ("select * from ", "(select * from ", 5000, "r", ") x",
                      5000, ""),
                     ("select 1 as x from r", ", r", 3000, "", "", 0, ""),
                     ("select 1 as x from r", " natural join r", 3000, "", "",
                      0, ""),
                     ("with a as (select 1)", ", a as (select 1)", 20000,
                      " select 1", "", 0, "")):
            with self.subTest(text=text[:2]):
                seen = self.play("range", 0, 1, 1, "as", "r", "attempt",
                                 "sql-long", *text, "r", END, "collect",
                                 "range", 0, 7, 1, "count")
                self.assertIsInstance(seen[0], Failure)
                self.assertEqual(seen[-1], "7")


if __name__ == "__main__":
    unittest.main()
