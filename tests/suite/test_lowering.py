"""Plans whose SQL is not the plan step for step: joins of joins, filters that
are there twice, decimals that are computed in fewer digits than their type has.
The oracles are DuckDB's Python package over SQL that is step for step, and
Python's decimals."""

import base64
import csv
import decimal
import io
import pathlib
import random
import subprocess
import tempfile
import unittest

from script import BIN, SANITIZED
from substrait_build import (Plan, cast, exists, join, kind, lit, outer, project,
                             read, ref, set_of, sort, where)
from substrait_schema import fetch

D = decimal.Decimal


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fetch("peers")
        import duckdb
        cls.held = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.held.name)
        cls.duck = duckdb.connect()
        cls.tables = []

    @classmethod
    def tearDownClass(cls):
        cls.duck.close()
        cls.held.cleanup()

    @classmethod
    def table(cls, name, select):
        cls.duck.execute(f"CREATE TABLE {name} AS {select}")
        cls.duck.execute(f"COPY {name} TO '{cls.folder}/{name}.parquet'")
        cls.tables += ["--table", f"{name}={cls.folder}/{name}.parquet"]

    def tool(self, verb, data, *options):
        path = self.folder / "plan.pb"
        path.write_bytes(data)
        return subprocess.run(
            [BIN, verb, "--plan", str(path), *options, *self.tables],
            capture_output=True, check=False)

    def rows(self, data):
        done = self.tool("query", data, "--format", "csv")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return [tuple(row) or ("",) for row in
                csv.reader(io.StringIO(done.stdout.decode()))][1:]

    def sql(self, data):
        done = self.tool("explain", data, "--format", "sql")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode()


COLUMNS = [("k", kind("i64")), ("v", kind("i64"))]
WORDS = {"INNER": "JOIN", "LEFT": "LEFT JOIN", "LEFT_SEMI": "SEMI JOIN",
         "LEFT_ANTI": "ANTI JOIN"}


class Trees(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for i in range(3):
            cls.table(f"t{i}", f"""SELECT CAST(hash(range + {i}) % 9 AS BIGINT)
                AS k, CASE WHEN hash(range + {10 + i}) % 5 > 0 THEN
                CAST(hash(range + {20 + i}) % 7 AS BIGINT) END AS v
                FROM range({6 + 5 * i})""")

    def leaf(self, choose):
        name = f"t{choose.randrange(3)}"
        return read(name, COLUMNS), f"SELECT k AS c0, v AS c1 FROM {name}", 2

    def joined(self, plan, choose, depth):
        left, left_sql, a = self.tree(plan, choose, depth - 1)
        right, right_sql, b = self.tree(plan, choose, depth - 1)
        kind_ = choose.choice(["INNER"] * 4 + ["LEFT", "LEFT_SEMI",
                                               "LEFT_ANTI", "CROSS"])
        i, j = choose.randrange(a), choose.randrange(b)
        condition = plan.equal(ref(i), ref(a + j))
        on = f"l.c{i} = r.c{j}"
        if choose.random() < .3:
            m, n = choose.randrange(a), choose.randrange(b)
            condition = plan.call(
                "boolean", "and:bool", condition, plan.call(
                    "comparison", "lt:any_any", ref(m), ref(a + n)))
            on += f" AND l.c{m} < r.c{n}"
        if kind_ == "CROSS":
            rel = {"cross": {"left": left, "right": right}}
            words = f"({left_sql}) AS l CROSS JOIN ({right_sql}) AS r"
        else:
            rel = join(left, right, kind_, condition)
            words = (f"({left_sql}) AS l {WORDS[kind_]} ({right_sql}) AS r "
                     f"ON {on}")
        columns = [f"l.c{n}" for n in range(a)]
        if kind_ in ("INNER", "LEFT", "CROSS"):
            columns += [f"r.c{n}" for n in range(b)]
        chosen = ", ".join(f"{c} AS c{n}" for n, c in enumerate(columns))
        return rel, f"SELECT {chosen} FROM {words}", len(columns)

    def tree(self, plan, choose, depth):
        if depth == 0 or choose.random() < .2:
            rel, sql, width = self.leaf(choose)
        else:
            rel, sql, width = self.joined(plan, choose, depth)
        if choose.random() < .5:
            keep = [choose.randrange(width)
                    for _ in range(choose.randint(1, 3))]
            rel, width = project(rel, keep=keep), len(keep)
            chosen = ", ".join(f"t.c{c} AS c{n}" for n, c in enumerate(keep))
            sql = f"SELECT {chosen} FROM ({sql}) AS t"
        for _ in range(choose.choice([0, 0, 1, 2])):
            column, least = choose.randrange(width), choose.randrange(5)
            rel = where(rel, plan.call("comparison", "gte:any_any",
                                       ref(column), lit(i64=least)))
            sql = f"SELECT * FROM ({sql}) AS t WHERE t.c{column} >= {least}"
        return rel, sql, width

    def test_random(self):
        """Joins, choices of columns and filters in any order."""
        flat = 0
        for seed in range(10 if SANITIZED else 30):
            choose, plan = random.Random(seed), Plan()
            rel, sql, width = self.joined(plan, choose, 3)
            count = self.duck.execute(
                f"SELECT count(*) FROM ({sql})").fetchone()[0]
            if count > 20000:
                continue
            data = plan.bytes(rel, [f"c{n}" for n in range(width)])
            wanted = [tuple("" if x is None else str(x) for x in row)
                      for row in self.duck.execute(sql).fetchall()]
            with self.subTest(seed=seed):
                self.assertEqual(sorted(self.rows(data)), sorted(wanted), sql)
            if seed < 5:
                flat += "AS j2" in self.sql(data)
        self.assertGreater(flat, 0)

    def test_filters_that_are_there_twice(self):
        """DuckDB would evaluate both."""
        p = Plan()
        same = p.call("comparison", "gt:any_any", ref(1), lit(i64=2))
        there = p.call("comparison", "gt:any_any", ref(0), lit(i64=2))
        other = p.call("comparison", "gt:any_any", ref(0), lit(i64=3))
        cases = {
            "same": (where(project(read("t2", COLUMNS, filter=same),
                                   keep=[1, 0]), there), 1, "v > 2"),
            "other": (where(project(read("t2", COLUMNS, filter=same),
                                    keep=[1, 0]), other), 2, "v > 3"),
            "moved": (where(project(read("t2", COLUMNS, filter=same),
                                    keep=[0, 1]), there), 2, "v > 2 AND k > 2"),
            "part": (where(read("t2", COLUMNS, filter=same), p.call(
                "boolean", "and:bool", same, there)), 2, "v > 2 AND k > 2")}
        for name, (rel, filters, condition) in cases.items():
            data = p.bytes(rel, ["a", "b"])
            columns = "k, v" if name in ("moved", "part") else "v, k"
            with self.subTest(name):
                self.assertEqual(
                    sorted(self.rows(data)),
                    sorted(tuple(map(str, row)) for row in self.duck.execute(
                        f"SELECT {columns} FROM t2 WHERE {condition}"
                    ).fetchall()))
                self.assertEqual(self.sql(data).count(" > "), filters)


PRICES = [("k", kind("i64")),
          ("q", kind("decimal", precision=15, scale=2)),
          ("r", kind("decimal", precision=15, scale=2))]


def decimal_lit(value, precision, scale):
    unscaled = int(D(value).scaleb(scale))
    return lit(decimal={"value": base64.b64encode(
        unscaled.to_bytes(16, "little", signed=True)).decode(),
        "precision": precision, "scale": scale})


class Decimals(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.table("small", """SELECT range AS k,
            CAST(range * 7919 % 10494951 / 100.0 AS DECIMAL(15,2)) AS q,
            CASE WHEN range % 11 > 0 THEN
            CAST(range % 10 / 100.0 AS DECIMAL(15,2)) END AS r
            FROM range(300)""")
        cls.table("large", """SELECT range AS k,
            CAST(CASE WHEN range % 2 = 0 THEN 9999999999999.99 ELSE
            -9999999999999.98 END AS DECIMAL(15,2)) AS q,
            CAST(CASE WHEN range % 3 = 0 THEN -9999999999999.99 ELSE 0.5 END
            AS DECIMAL(15,2)) AS r FROM range(20)""")

    def product(self, p, q=1, r=2):
        """q * (1 - r), where 1 has the type of an integer's digits."""
        return p.call("arithmetic_decimal", "multiply:dec_dec", ref(q), p.call(
            "arithmetic_decimal", "subtract:dec_dec",
            decimal_lit(1, 20, 0), ref(r)))

    def values(self, table):
        return [(k, q, None if r is None else q * (1 - r), r)
                for k, q, r in self.duck.execute(
                    f"SELECT k, q, r FROM {table}").fetchall()]

    def texts(self, rows):
        def text(value):
            return ("" if value is None else f"{value:f}"
                    if isinstance(value, D) else str(value))
        return sorted(tuple(map(text, row)) for row in rows)

    def check(self, p, rel, width, rows):
        data = p.bytes(rel, [f"c{n}" for n in range(width)])
        self.assertEqual(sorted(self.rows(data)), self.texts(rows))

    def each(self):
        for table in ("small", "large"):
            p = Plan()
            rel = project(read(table, PRICES), self.product(p), keep=[0, 3])
            rows = [(k, e) for k, _, e, _ in self.values(table)]
            yield table, p, rel, rows

    def test_steps_above(self):
        """Each gets the values, whatever it asks of the type."""
        for _, p, rel, rows in self.each():
            self.check(p, rel, 2, rows)
            self.check(p, sort(rel, (ref(1), "DESC_NULLS_LAST")), 2, rows)
            self.check(p, {"fetch": {"input": rel, "count_expr": lit(i64=999)}},
                       2, rows)
            self.check(p, set_of("UNION_ALL", rel, rel), 2, rows + rows)
            self.check(p, set_of("UNION_DISTINCT", rel, rel), 2, set(rows))
            self.check(p, where(rel, p.call(
                "comparison", "gt:any_any", ref(1), decimal_lit(5, 3, 0))), 2,
                [r for r in rows if r[1] is not None and r[1] > 5])
            self.check(p, project(rel, cast(ref(1), kind("string")), keep=[2]),
                       1, [(e,) for _, e in rows])

    def test_two_sides(self):
        for _, p, rel, rows in self.each():
            present = {k: e for k, e in rows if e is not None}
            condition = p.call("boolean", "and:bool", p.equal(ref(1), ref(3)),
                               p.equal(ref(0), ref(2)))
            self.check(p, join(rel, rel, "INNER", condition), 4,
                       [(k, e, k, e) for k, e in present.items()])
            self.check(p, where(rel, exists(where(rel, p.equal(
                outer(1), ref(1))))), 2, present.items())

    def test_aggregates(self):
        for _, p, rel, rows in self.each():
            present = [e for _, e in rows if e is not None]
            for name, wanted in (("sum", sum(present)), ("min", min(present)),
                                 ("max", max(present))):
                self.check(p, {"aggregate": {"input": rel, "measures": [
                    p.measure("arithmetic_decimal", f"{name}:dec", ref(1))]}},
                    1, [(wanted,)])
            mean = (sum(present) / len(present)).quantize(
                D("0.0001"), decimal.ROUND_HALF_UP)
            self.check(p, {"aggregate": {"input": rel, "measures": [
                p.measure("arithmetic_decimal", "avg:dec", ref(1))]}}, 1,
                [(mean,)])
            groups = {}
            for _, e in rows:
                groups[e] = groups.get(e, 0) + 1
            self.check(p, {"aggregate": {
                "input": rel, "grouping_expressions": [ref(1)],
                "groupings": [{"expression_references": [0]}],
                "measures": [p.measure("aggregate_generic", "count:")]}}, 2,
                groups.items())

    def test_product_of_products(self):
        """q * (1 - r) * (1 + r): more digits than a decimal has, by its type."""
        p = Plan()
        both = p.call(
            "arithmetic_decimal", "multiply:dec_dec", self.product(p),
            p.call("arithmetic_decimal", "add:dec_dec", decimal_lit(1, 20, 0),
                   ref(2)))
        data = p.bytes(project(read("small", PRICES), both, keep=[3]), ["e"])
        rows = [(None if e is None else e * (1 + r),)
                for _, _, e, r in self.values("small")]
        self.assertEqual(sorted(self.rows(data)), self.texts(rows))
        self.assertIn("DECIMAL(18,6)", self.sql(data))

    def test_types(self):
        """Readers of the result see the plan's type, however it was made."""
        fetch("oracle")
        import pyarrow
        for table, p, rel, _ in self.each():
            self.assertEqual(
                "DECIMAL(18,4)" in self.sql(p.bytes(rel, ["k", "e"])),
                table == "small")
            done = self.tool("query", p.bytes(rel, ["k", "e"]), "--format",
                             "arrow")
            self.assertEqual(done.returncode, 0, done.stderr)
            reader = pyarrow.ipc.open_stream(done.stdout)
            self.assertEqual(reader.schema.field("e").type,
                             pyarrow.decimal128(38, 4))


if __name__ == "__main__":
    unittest.main()
