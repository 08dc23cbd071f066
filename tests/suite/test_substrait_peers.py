"""Plans of another producer, DataFusion: TPC-H and a wide set of other queries.
Our rows must be those of DuckDB's own SQL (its Python package, not our
engine), whatever the producer's version of Substrait."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from script import BIN
from substrait_schema import create_t, fetch, norm, rows_of
from substrait_trip import trip, written

TABLES = ("customer lineitem nation orders part partsupp region "
          "supplier").split()
SCALE = 0.01

# Queries of one table `t` (k i64, g string, x i32, d decimal, f fp64, s string,
# day date); two texts where the dialects differ. (`not in` over nulls is not
# there: DataFusion writes it as an anti join, which is something else.)
EXTRA = [
    "select * from t",
    ("select k, x + 1, x * 2, -x, x / 2, x % 3 from t",
     "select k, x + 1, x * 2, -x, x // 2, x % 3 from t"),
    "select k from t where x is null or x > 3",
    "select k, d * d, d + 1, d - x, d / 3 from t",
    "select g, count(*), count(x), sum(x), min(x), max(x), avg(f) from t "
    "group by g",
    "select count(*), sum(x), avg(d) from t where k < 0",
    "select g, count(distinct x), sum(x) filter (where x > 2) from t group by g",
    "select distinct g, x from t",
    "select g, x, count(*) from t group by grouping sets ((g, x), (g), ())",
    "select g, x, sum(k) from t group by rollup (g, x)",
    "select k from t order by x desc nulls last, k limit 3",
    "select k from t order by x nulls first, k limit 4 offset 2",
    "select k from t order by k offset 3",
    "select a.k, b.k from t a left join t b on a.k = b.x",
    "select a.k, b.k from t a right join t b on a.k = b.x",
    "select a.k, b.k from t a full join t b on a.k = b.x and b.k > 2",
    "select a.k, b.k from t a cross join t b where a.k < b.k",
    "select a.k from t a join t b on a.g = b.g and a.k < b.k",
    "select k from t where k in (select x from t)",
    "select k from t where k not in (select x from t where x is not null)",
    "select k from t a where exists (select 1 from t b where b.x = a.k)",
    "select k from t a where not exists (select 1 from t b where b.x = a.k)",
    "select k, (select max(x) from t) from t",
    "select k from t a where x > (select avg(x) from t b where b.g = a.g)",
    "select k from t where g in ('a', 'c') and x not in (1, 2)",
    "select k, case when x > 3 then 'big' when x > 1 then 'mid' else 'small' "
    "end from t",
    "select k, case x when 1 then 'one' when 2 then 'two' end from t",
    "select k, coalesce(x, 0), nullif(g, 'a') from t",
    ("select k, cast(x as double) as a, cast(f as bigint) as b, "
     "cast(k as varchar) as c from t",
     "select k, x::double, trunc(f)::bigint, k::varchar from t"),
    "select k, upper(s), lower(s), character_length(s), substr(s, 2, 3), "
    "trim(s), replace(s, 'a', 'b') from t",
    "select k, s || g, concat(s, g) from t",
    "select k from t where s like 'a%' or s like '%_e'",
    "select k from t where s ilike 'A%' or s not like '%a%'",
    "select k, day + interval '1' day, date_part('year', day) from t",
    "select k from t where day between date '2024-01-02' and date '2024-02-01'",
    "select k, abs(x), round(f, 1), floor(f), ceil(f), sqrt(k), power(k, 2) "
    "from t",
    "select k, row_number() over (partition by g order by k) from t",
    "select k, rank() over (order by g), dense_rank() over (order by g) from t",
    "select k, lag(x) over (order by k), lead(x, 2) over (order by k) from t",
    "select k, sum(x) over (order by k rows between 1 preceding and 1 "
    "following) from t",
    "select k, sum(x) over (partition by g) from t",
    "select k, first_value(x) over (partition by g order by k), "
    "last_value(x) over (partition by g order by k) from t",
    "select k, ntile(3) over (order by k), cume_dist() over (order by g) from t",
    "select g from t union select s from t",
    "select g from t union all select s from t",
    "select x from t intersect select cast(k as int) from t",
    "select cast(k as int) from t except select x from t",
    "select * from (values (1, 'a'), (2, null), (3, 'c')) as v(n, w)",
    "select 1, 'x', true, null, 1.5",
    "select k from t where false",
    "select g, sum(x) from t group by g having sum(x) > 4",
    "with q as (select g, sum(x) as s from t group by g) "
    "select a.g from q a join q b on a.s > b.s",
    "select k from t where x is distinct from 3",
    "select bool_and(x > 0), bool_or(x > 5), stddev(f), var_pop(f), "
    "median(f), corr(f, k) from t",
    "select x is null, x is not null, not (x > 2) from t",
    "select f, f = f, f > 1 from t",
    "select array_agg(x order by k desc), string_agg(s, '-' order by k) from t",
]

# What is refused, and the word that says why.
REFUSED = {
    "select k from t where (g, x) in (('a', 1), ('b', 4))": "struct does not take",
    "select g, digest(s, 'md5') from t": "digest",
    "select random() from t": "random",
}


# What DataFusion says of our plans that it does not know: enumerations as
# arguments, aggregates by the standard's names and by ours, tables of ours.
UNKNOWN_THERE = ("non-Value type", "Aggregate function", "Unsupported Readtype")

# What it does otherwise than the standard says: it keeps the number of a
# grouping set as another column, and its concat leaves nulls out whatever the
# option says.
OTHERWISE = ("grouping sets", "rollup", "concat(")


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fetch("oracle")
        fetch("peers")
        import datafusion
        import duckdb
        import duckdb_extension_tpch
        cls.held = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.held.name)
        cls.duck = duckdb.connect()
        cls.context = datafusion.SessionContext()
        extension = next(pathlib.Path(
            duckdb_extension_tpch.__file__).parent.rglob("*.duckdb_extension"))
        cls.duck.execute(f"LOAD '{extension}'")
        cls.duck.execute(f"CALL dbgen(sf={SCALE})")
        create_t(cls.duck)
        for name in [*TABLES, "t"]:
            path = str(cls.folder / f"{name}.parquet")
            cls.duck.execute(f"COPY {name} TO '{path}'")
            cls.context.register_parquet(name, path)

    @classmethod
    def tearDownClass(cls):
        cls.duck.close()
        cls.held.cleanup()

    def plan(self, sql):
        from datafusion import substrait
        path = self.folder / "plan.pb"
        path.write_bytes(bytes(
            substrait.Serde.serialize_bytes(sql, self.context)))
        return path

    def grants(self):
        return [word for name in [*TABLES, "t"] for word in
                ("--table", f"{name}={self.folder / name}.parquet")]

    def query(self, sql):
        return subprocess.run(
            [BIN, "query", "--plan", str(self.plan(sql)), "--format", "jsonl",
             *self.grants()], capture_output=True, text=True, check=False)

    def check(self, sql, ordered):
        sql, duck_sql = sql if isinstance(sql, tuple) else (sql, sql)
        done = self.query(sql)
        if done.returncode:
            return f"{sql}\n  {done.stderr.strip()}"
        wanted = [tuple(norm(v) for v in row)
                  for row in self.duck.execute(duck_sql).fetchall()]
        found = rows_of(done.stdout)
        if not ordered:
            wanted.sort(key=str)
            found.sort(key=str)
        if found == wanted:
            wrong = trip(self.folder / "plan.pb", self.grants(), found, ordered)
            return f"{sql}\n  {wrong}" if wrong else None
        return f"{sql}\n  found  {found[:8]}\n  wanted {wanted[:8]}"

    def check_all(self, what, queries, ordered):
        failures = [f for f in (self.check(q, ordered(q)) for q in queries) if f]
        print(f"{len(queries) - len(failures)} of {len(queries)} {what}",
              file=sys.stderr)
        self.assertFalse(failures, "\n" + "\n".join(failures))

    def test_tpch(self):
        queries = [q for _, q in self.duck.execute(
            "SELECT query_nr, query FROM tpch_queries() ORDER BY 1").fetchall()]
        self.assertEqual(len(queries), 22)
        self.check_all("TPC-H queries as DataFusion's plans", queries,
                       lambda q: True)

    def test_extra(self):
        self.check_all("other queries as DataFusion's plans", EXTRA,
                       lambda q: "order by" in q and "over" not in q)

    def theirs(self, sql):
        """What DataFusion gives for the plan as we write it."""
        from datafusion import substrait
        data = written(self.plan(sql), self.grants())
        plan = substrait.Consumer.from_substrait_plan(
            self.context, substrait.Serde.deserialize_bytes(data))
        frame = self.context.create_dataframe_from_logical_plan(plan)
        return [tuple(map(norm, row)) for batch in frame.collect()
                for row in zip(*(c.to_pylist() for c in batch.columns))]

    def test_ours(self):
        """Plans that we write run there, where the operators are known."""
        queries = [q for _, q in self.duck.execute(
            "SELECT query_nr, query FROM tpch_queries() ORDER BY 1").fetchall()]
        failures, refused, good = [], 0, 0
        for sql in [*queries, *EXTRA]:
            sql, duck_sql = sql if isinstance(sql, tuple) else (sql, sql)
            if any(word in sql for word in OTHERWISE):
                continue
            try:
                found = self.theirs(sql)
            except Exception as error:  # theirs has no class
                refused += 1
                if not any(word in str(error) for word in UNKNOWN_THERE):
                    failures.append(f"{sql}\n  {error}")
                continue
            wanted = [tuple(map(norm, row)) for row in
                      self.duck.execute(duck_sql).fetchall()]
            good += 1
            if sorted(found, key=str) != sorted(wanted, key=str):
                failures.append(f"{sql}\n  found  {found[:8]}\n"
                                f"  wanted {wanted[:8]}")
        print(f"{good} plans of ours in DataFusion, {refused} that it refuses",
              file=sys.stderr)
        self.assertFalse(failures, "\n" + "\n".join(failures))
        self.assertGreaterEqual(good, 60)

    def test_limits(self):
        """TPC-H alone hardly notices a limit that is lost."""
        for count, offset in ((0, 0), (1, 0), (5, 2), (100, 59990)):
            sql = (f"select l_orderkey, l_linenumber from lineitem order by 1, 2 "
                   f"limit {count} offset {offset}")
            self.assertIsNone(self.check(sql, True))

    def test_refused(self):
        for sql, word in REFUSED.items():
            done = self.query(sql)
            self.assertEqual(done.returncode, 125, sql)
            self.assertIn(word, done.stderr, sql)
            self.assertIn("relations[0].root.input", done.stderr, sql)

    def test_grants(self):
        """A plan reads what is granted, whatever it names."""
        path = self.plan("select count(*) from lineitem")
        done = subprocess.run([BIN, "query", "--plan", str(path)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 125)
        self.assertIn("'lineitem' is not granted", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
