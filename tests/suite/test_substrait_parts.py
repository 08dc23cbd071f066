"""Rarer parts of plans by hand: masks, names of nested fields, rows that are
looked for or counted in subqueries, phases of aggregations, empty maps. The
oracle is SQL in DuckDB's Python package."""

import json
import unittest

import test_substrait_plans as plans
from substrait_build import (Plan, is_in, kind, lit, null, outer, project, ref,
                             values, where)
from test_substrait_plans import G, K, X, columns, t

LONG = kind("i64")
PHASE = "AGGREGATION_PHASE_"


def struct(*types):
    return kind("struct", types=list(types))


def nested(*fields):
    return {"nested": {"struct": {"fields": list(fields)}}}


def mask(*items, **more):
    """items: a field, or a pair of one and the mask within it."""
    return {"select": {"struct_items": [
        item_of(item) for item in items]}, **more}


def item_of(item):
    if isinstance(item, int):
        return {"field": item}
    field, within = item
    return {"field": field, "child": {"struct": {
        "struct_items": [item_of(i) for i in within]}}}


def masked(m, base=None):
    return {"selection": {"masked_reference": m, **(
        {"expression": base} if base else {"root_reference": {}})}}


# A struct {a, {b, c}} and a number; in the second row the inner is null.
INNER = struct(LONG, LONG)
ROWS = [("s", struct(LONG, INNER)), ("n", LONG)]
NAMES = ["s", "a", "t", "b", "c", "n"]


def rows(**more):
    rel = values(ROWS, [
        [nested(lit(i64=1), nested(lit(i64=2), lit(i64=3))), lit(i64=7)],
        [nested(lit(i64=4), null(struct={"types": [LONG, LONG]})),
         lit(i64=8)]], **more)
    rel["read"]["base_schema"]["names"] = NAMES
    return rel


class Masks(plans.Case):
    def gives(self, data, *rows):
        """The values of the rows, in JSON: fields have names and an order."""
        done = self.run_plan(data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(
            [json.dumps(list(json.loads(line).values()))
             for line in done.stdout.splitlines()],
            [json.dumps(row) for row in rows])

    def test_columns(self):
        self.gives(Plan().bytes(rows(projection=mask(1, (0, [(1, [1])]))),
                                ["n", "s", "t", "c"]),
                   (7, {"t": {"c": 3}}), (8, {"t": None}))

    def test_order(self):
        """Fields come in the order of the mask, as columns do."""
        self.gives(Plan().bytes(rows(projection=mask((0, [(1, [1, 0]), 0]))),
                                ["s", "t", "c", "b", "a"]),
                   ({"t": {"c": 3, "b": 2}, "a": 1},), ({"t": None, "a": 4},))

    def test_references(self):
        rel = project(rows(), masked(mask(1)), masked(mask(1, 0)),
                      masked(mask(1, maintain_singular_struct=True)),
                      masked(mask(0), ref(0)),
                      masked(mask((1, [0])), ref(0)), keep=[2, 3, 4, 5, 6])
        self.gives(Plan().bytes(rel, [
            "n", "row", "n", "s", "a", "t", "b", "c", "one", "n", "a",
            "t", "b"]),
            (7, {"n": 7, "s": {"a": 1, "t": {"b": 2, "c": 3}}}, {"n": 7}, 1,
             {"b": 2}),
            (8, {"n": 8, "s": {"a": 4, "t": None}}, {"n": 8}, 4, None))

    def test_refused(self):
        for projection, word in (
                (mask(2), "column 2 of a table of 2"),
                (mask((0, [2])), "field 2 of a struct of 2"),
                (mask((1, [0])), "i64 has no fields"),
                (mask((0, [])), "a struct without fields"),
                ({"select": {"struct_items": [{"field": 0, "child": {
                    "list": {}}}]}}, "a mask of a list or a map"),
                ({"select": {"struct_items": [{"field": 0, "child": {}}]}},
                 "what is selected is missing")):
            self.refused(Plan().bytes(rows(projection=projection), ["a", "b"]),
                         word, "relations[0].root.input.read")

    def test_names(self):
        """Fields have the names of the root, in structs too."""
        self.gives(Plan().bytes(rows(), ["r", "x", "y", "z", "w", "m"]),
                   ({"x": 1, "y": {"z": 2, "w": 3}}, 7),
                   ({"x": 4, "y": None}, 8))
        for names, word in (
                (["r", "x", "y", "z"], "too few"),
                ([*NAMES, "more"], "more names"),
                (["s", "a", "a", "b", "c", "n"], "two fields 'a'"),
                (["s", "", "t", "b", "c", "n"], "without a name")):
            self.refused(Plan().bytes(rows(), names), word)

    def test_empty_map(self):
        empty = {"literal": {"empty_map": {"key": kind("string"), "value": LONG,
                                           "nullability": 2}}}
        self.gives(Plan().bytes(project(rows(), empty, keep=[1, 2]),
                                ["n", "m"]), (7, {}), (8, {}))


class Rows(plans.Case):
    def test_several_needles(self):
        """Three values, as of rows in SQL."""
        p = Plan()
        few = columns(where(t(), p.call("comparison", "lt", ref(K),
                                        lit(i64=6))), G, X)
        self.check(p, project(t(), is_in(few, ref(G), ref(X)), keep=[K, 7]), 2,
                   "select k, case when exists (select 1 from t b where k < 6 "
                   "and a.g = b.g and a.x = b.x) then true when exists (select "
                   "1 from t b where k < 6 and (a.g = b.g and a.x = b.x) is "
                   "null) then null else false end from t a")
        self.check(p, columns(where(t(), is_in(few, ref(G), ref(X))), K), 1,
                   "select k from t a where exists (select 1 from t b where "
                   "k < 6 and a.g = b.g and a.x = b.x)")

    def test_needles_that_are_there(self):
        p = Plan()
        pairs = values([("a", {"i64": {"nullability": 2}})] * 2, [
            [lit(i64=1), lit(i64=2)], [lit(i64=3), lit(i64=4)]])
        pairs["read"]["base_schema"]["names"] = ["a", "b"]
        plus = p.call("arithmetic", "add", ref(K), lit(i64=1))
        self.check(p, columns(where(t(), is_in(pairs, ref(K), plus)), K), 1,
                   "select k from t where k in (1, 3)")

    def test_needles_around(self):
        """A subquery that itself looks at the row."""
        p = Plan()
        inner = columns(where(t(), p.equal(ref(K), outer(K))), K, X)
        self.check(p, columns(where(t(), is_in(inner, ref(K), ref(X))), K), 1,
                   "select k from t where x is not null")

    def test_bad_needles(self):
        p = Plan()
        for needles, word in (([], "looked for is missing"),
                              ([ref(K)] * 3, "of 2 columns; it must have 3"),
                              ([ref(K), ref(9)], "column 9")):
            self.refused(p.bytes(where(t(), is_in(columns(t(), K, X), *needles)),
                                 ["c"] * 7), word)

    def test_unique(self):
        p = Plan()
        for keep, word in (([K], "true"), ([G], "false"), ([K, G], "true"),
                           ([X], "count(x) = count(distinct x)")):
            rel = {"subquery": {"set_predicate": {
                "predicate_op": "PREDICATE_OP_UNIQUE",
                "tuples": columns(t(), *keep)}}}
            self.check(p, columns(where(t(), rel), K), 1,
                       f"select k from t where (select {word} from t limit 1)")
        same = where(t(), p.call("comparison", "equal", ref(G), outer(G)))
        rel = {"subquery": {"set_predicate": {
            "predicate_op": "PREDICATE_OP_UNIQUE", "tuples": columns(same, X)}}}
        self.check(p, project(t(), rel, keep=[K, 7]), 2,
                   "select k, (select count(x) = count(distinct x) from t b "
                   "where a.g = b.g) from t a")
        self.refused(p.bytes(where(t(), {"subquery": {"set_predicate": {
            "tuples": t()}}}), ["c"] * 7), "the predicate is missing")


class Phases(plans.Case):
    def state(self, p, name, phase, rel, *arguments, keys=(ref(0),), **more):
        measure = p.measure("arithmetic", name, *arguments,
                            phase=PHASE + phase, **more)
        return {"aggregate": {"input": rel, "grouping_expressions": list(keys),
                              "groupings": [{"expression_references": list(
                                  range(len(keys)))}],
                              "measures": [measure]}}

    def test_two_steps(self):
        """What is made in steps is what is made at once."""
        for name, sql in (("sum", "sum(x)"), ("min", "min(x)"),
                          ("max", "max(x)"), ("count", "count(x)"),
                          ("count", "count(*)"), ("sum0", "coalesce(sum(x), 0)")):
            p = Plan()
            arguments = [] if sql == "count(*)" else [ref(2)]
            first = self.state(p, name, "INITIAL_TO_INTERMEDIATE",
                               columns(t(), G, K, X), *arguments,
                               keys=(ref(0), ref(1)))
            second = self.state(p, name, "INTERMEDIATE_TO_INTERMEDIATE",
                                first, ref(2))
            third = self.state(p, name, "INTERMEDIATE_TO_RESULT", second, ref(1))
            self.check(p, third, 2, f"select g, {sql} from t group by g")

    def test_no_rows(self):
        p = Plan()
        none = columns(where(t(), lit(boolean=False)), G, X)
        first = self.state(p, "count", "INITIAL_TO_INTERMEDIATE", none, ref(1))
        last = self.state(p, "count", "INTERMEDIATE_TO_RESULT", first, ref(1),
                          keys=())
        last["aggregate"]["groupings"] = []
        del last["aggregate"]["grouping_expressions"]
        self.check(p, last, 1, "select 0")

    def test_refused(self):
        for name, phase, more, words in (
                ("avg", "INITIAL_TO_INTERMEDIATE", {},
                 ("INITIAL_TO_INTERMEDIATE of 'avg'", "no value")),
                ("count", "INTERMEDIATE_TO_RESULT", {"invocation":
                 "AGGREGATION_INVOCATION_DISTINCT"}, ("distinct values",))):
            p = Plan()
            self.refused(p.bytes(self.state(p, name, phase, columns(t(), G, X),
                                            ref(1), **more), ["a", "b"]),
                         *words)
        p = Plan()
        self.refused(p.bytes(self.state(p, "count", "INTERMEDIATE_TO_RESULT",
                                        columns(t(), G, X)), ["a", "b"]),
                     "takes one argument, its state")
        p = Plan()
        self.refused(p.bytes(project(t(), p.window(
            "arithmetic", "sum", ref(K), phase=PHASE + "INTERMEDIATE_TO_RESULT"
        )), ["c"] * 8), "a phase of an aggregation over a window")


if __name__ == "__main__":
    unittest.main(verbosity=2)
