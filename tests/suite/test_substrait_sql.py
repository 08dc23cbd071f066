"""Queries in SQL as parts of plans: written by the command, and forged."""

import json
import subprocess
import unittest

import test_substrait_plans as plans
from script import BIN
from substrait_schema import norm, rows_of
from substrait_trip import trip

OURS = "type.googleapis.com/wasidata.v1."
LONG = {"i64": {"nullability": "NULLABILITY_NULLABLE"}}
TEXT = {"string": {"nullability": "NULLABILITY_NULLABLE"}}

QUERIES = [
    "select g, sum(x) as s from t group by g order by g nulls last",
    "select 42 as a, 'x' as b",
    "with q as (select k, x from t where x > 1) select a.k, b.x from q a "
    "join t b on a.k = b.k order by 1",
    "select k, row_number() over (order by k desc) as n from t order by k",
    "select unnest([k, k + 1]) as k from T where k < 3 order by 1",
]


def named(**columns):
    return {"names": list(columns), "struct": {"types": list(columns.values())}}


def table_t(*names):
    types = {"k": LONG, "g": TEXT}
    return {"read": {"namedTable": {"names": ["t"]}, "baseSchema": named(
        **{name: types[name] for name in names})}}


def query(text, output, inputs=(), dialect="duckdb", **more):
    """inputs: names, relations and their columns."""
    detail = {"@type": OURS + "Sql", "dialect": dialect, "text": text,
              "output": output, "inputs": [
                  {"name": name, "columns": columns}
                  for name, _, columns in inputs], **more}
    if not inputs:
        return {"read": {"baseSchema": output,
                         "extensionTable": {"detail": detail}}}
    return {"extensionMulti": {"inputs": [rel for _, rel, _ in inputs],
                               "detail": detail}}


class Sql(plans.Case):
    def grants(self):
        return ["--table", f"t={self.folder}/t.parquet"]

    def plan(self, rel, names):
        return self.run_plan(json.dumps({"relations": [{"root": {
            "input": rel, "names": names}}]}).encode())

    def fails(self, rel, names, *words):
        done = self.plan(rel, names)
        self.assertEqual((done.returncode, done.stdout), (125, ""), done.stderr)
        for word in ("relations[0].root.input", *words):
            self.assertIn(word, done.stderr)

    def test_written(self):
        for sql in QUERIES:
            done = subprocess.run(
                [BIN, "query", "--explain", "--format", "substrait",
                 *self.grants(), sql], capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, b""), sql)
            found = self.rows(done.stdout)
            self.assertEqual(found, [tuple(map(norm, row)) for row in
                                     self.duck.execute(sql).fetchall()])
            self.assertIsNone(trip(self.folder / "plan.pb", self.grants(),
                                   found, True), sql)

    def test_names_of_inputs(self):
        """The text knows the names that the plan says, not those of tables."""
        columns = named(a=LONG, b=TEXT)
        rel = query("select a, b from x where b = $b order by a", columns,
                    [("x", table_t("k", "g"), columns)],
                    parameters=[{"name": "b", "value": {"literal": {
                        "string": "a"}}}])
        done = self.plan(rel, ["one", "two"])
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(rows_of(done.stdout), [("1.00", "a"), ("2.00", "a")])
        self.fails(query("select k from t", named(k=LONG),
                         [("x", table_t("k", "g"), columns)]), ["k"],
                   "'t', which is none of its inputs")

    def test_forged(self):
        """No text reads what is no input, nor does anything but read."""
        output = named(k=LONG)
        for text, word in (
                ("select k from t", "'t', which is none of its inputs"),
                (f"select k from '{self.folder}/t.parquet'",
                 "which is none of its inputs"),
                (f"select k from read_parquet('{self.folder}/t.parquet')",
                 "read_parquet"),
                ("select 1 as k; select 2 as k", "statement"),
                ("drop table t", ""),
                ("copy (select 1 as k) to '/tmp/x'", ""),
                ("select getenv('HOME') as k", "getenv"),
                ("select k from", ""),
                ("", "no statement in it"),
                ("select $p as k", "p"),
                ("select 'a' as k", "string"),
                ("select 1::bigint as k, 2 as l", "2 columns, not 1")):
            self.fails(query(text, output), ["k"], word)
        self.fails(query("select 1 as k", output, dialect="spark"), ["k"],
                   "dialect 'spark', the engine is duckdb")
        self.fails(query("select 1 as k", output, dialect=""), ["k"],
                   "the dialect is missing")

    def test_bad_inputs(self):
        columns = named(a=LONG, b=TEXT)
        one = ("x", table_t("k", "g"), columns)
        for inputs, word in (
                ([one, ("X", *one[1:])], "two inputs have the name 'X'"),
                ([("x", table_t("k"), columns)], "1 columns, not 2"),
                ([("x", table_t("k", "g"), named(a=LONG, A=TEXT))],
                 "cannot tell apart"),
                ([("", *one[1:])], "the name is missing")):
            self.fails(query("select a from x", named(a=LONG), inputs), ["a"],
                       word)
        rel = query("select a from x", named(a=LONG), [one])
        rel["extensionMulti"]["inputs"].append(table_t("k"))
        self.fails(rel, ["a"], "names of inputs")


if __name__ == "__main__":
    unittest.main(verbosity=2)
