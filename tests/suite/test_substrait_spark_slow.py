"""TPC-H and other queries as plans, on Spark: the rows are those of DuckDB's
own SQL, or the plan is refused by name (docs/substrait.md)."""

import subprocess
import unittest

from script import BIN
from spark_server import Spark
from substrait_build import Plan, exists, is_in, lit, outer, scalar
from substrait_build import project, ref, sort, where
from substrait_peers import EXTRA, DataFusion
from substrait_schema import norm, rows_of
from test_substrait_plans import K, X, columns, t

# What Spark cannot do as the standard says: part of the query, words of the
# error.
REFUSED = {"array_agg(x order by": "does not have the aggregate list"}


class OnSpark(DataFusion):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = Spark()
        cls.engine = ("--engine", cls.server.url)

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()
        super().tearDownClass()

    def test_tpch(self):
        queries = self.tpch()
        self.assertEqual(len(queries), 22)
        self.check_all("TPC-H queries as DataFusion's plans on Spark", queries,
                       lambda q: True)

    def test_extra(self):
        queries = [q for q in EXTRA if not any(part in q for part in REFUSED)]
        self.check_all("other queries as DataFusion's plans on Spark", queries,
                       lambda q: "order by" in q and "over" not in q)

    def test_refused(self):
        for part, words in REFUSED.items():
            done = self.query(next(q for q in EXTRA if part in q))
            self.assertEqual((done.returncode, done.stdout), (125, ""))
            self.assertIn(words, done.stderr)

    def run_plan(self, plan, rel, width):
        path = self.folder / "own.pb"
        path.write_bytes(plan.bytes(rel, [f"c{i}" for i in range(width)]))
        return subprocess.run(
            [BIN, "query", *self.engine, "--plan", str(path), "--format",
             "jsonl", *self.grants()], capture_output=True, text=True,
            check=False)

    def gives(self, plan, rel, width, sql):
        done = self.run_plan(plan, rel, width)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(rows_of(done.stdout), [
            tuple(map(norm, row)) for row in self.duck.execute(sql).fetchall()])

    def test_subqueries(self):
        """Those that do not look at the row around them, also in each other."""
        p = Plan()
        ordered = sort(columns(t(), K, X), (ref(0), "DESC_NULLS_LAST"))

        def rows_with(k):
            return columns(where(t(), p.equal(ref(K), lit(i64=k))), X)
        inner = where(rows_with(3), p.equal(ref(0), scalar(rows_with(3))))
        self.gives(p, project(
            where(ordered, exists(rows_with(3))), scalar(rows_with(4)),
            scalar(rows_with(-1)), exists(rows_with(-1)), scalar(inner),
            keep=[0, 2, 3, 4, 5]), 5,
            "select k, 4, null, false, 3 from t order by k desc")
        self.gives(p, where(ordered, exists(rows_with(-1))), 2,
                   "select k, x from t where false")

    def test_bad_subqueries(self):
        p = Plan()
        for condition, words in (
                (p.equal(ref(X), scalar(columns(t(), X))),
                 "more than one row"),
                (is_in(columns(t(), X), ref(X)), "`in`, `any` and `all`"),
                (exists(where(t(), p.equal(ref(K), outer(K)))),
                 "look at the rows around them")):
            done = self.run_plan(p, where(t(), condition), 7)
            self.assertEqual((done.returncode, done.stdout), (125, ""))
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
