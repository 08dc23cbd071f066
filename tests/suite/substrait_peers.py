"""What the suites share that take plans of other producers: TPC-H and a table
`t` in files and in DuckDB (its Python package, not our engine), whose own SQL
says what the rows are."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from script import BIN
from substrait_schema import create_t, fetch, norm, rows_of
from substrait_trip import trip

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


class Peer(unittest.TestCase):
    """Of one producer: `plan` is the path of its plan of a query."""

    @classmethod
    def setUpClass(cls):
        fetch("oracle")
        fetch("peers")
        import duckdb
        import duckdb_extension_tpch
        cls.held = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.held.name)
        cls.duck = duckdb.connect()
        extension = next(pathlib.Path(
            duckdb_extension_tpch.__file__).parent.rglob("*.duckdb_extension"))
        cls.duck.execute(f"LOAD '{extension}'")
        cls.duck.execute(f"CALL dbgen(sf={SCALE})")
        create_t(cls.duck)
        for name in [*TABLES, "t"]:
            cls.duck.execute(f"COPY {name} TO '{cls.path(name)}'")

    @classmethod
    def tearDownClass(cls):
        cls.duck.close()
        cls.held.cleanup()

    @classmethod
    def path(cls, table):
        return str(cls.folder / f"{table}.parquet")

    @classmethod
    def tpch(cls):
        """The texts of the 22 queries."""
        return [query for _, query in cls.duck.execute(
            "SELECT query_nr, query FROM tpch_queries() ORDER BY 1").fetchall()]

    # The command's: another engine, if the plans shall run there.
    engine = ()

    def plan(self, sql):
        raise NotImplementedError

    def grants(self):
        return [word for name in [*TABLES, "t"] for word in
                ("--table", f"{name}={self.path(name)}")]

    def query(self, sql):
        return subprocess.run(
            [BIN, "query", *self.engine, "--plan", str(self.plan(sql)),
             "--format", "jsonl", *self.grants()], capture_output=True, text=True, check=False)

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
            wrong = trip(self.plan(sql), self.grants(), found, ordered)
            return f"{sql}\n  {wrong}" if wrong else None
        return f"{sql}\n  found  {found[:8]}\n  wanted {wanted[:8]}"

    def check_all(self, what, queries, ordered):
        failures = [f for f in (self.check(q, ordered(q)) for q in queries) if f]
        print(f"{len(queries) - len(failures)} of {len(queries)} {what}",
              file=sys.stderr)
        self.assertFalse(failures, "\n" + "\n".join(failures))


class DataFusion(Peer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import datafusion
        cls.context = datafusion.SessionContext()
        for name in [*TABLES, "t"]:
            cls.context.register_parquet(name, cls.path(name))

    def plan(self, sql):
        from datafusion import substrait
        path = self.folder / "plan.pb"
        path.write_bytes(bytes(
            substrait.Serde.serialize_bytes(sql, self.context)))
        return path
