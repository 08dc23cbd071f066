"""Plans made by hand, as producers may make them that follow the standard: all
relations and expressions that are run, in the forms of several versions. The
oracle is SQL in DuckDB's Python package; what is refused must say where."""

import pathlib
import struct
import subprocess
import tempfile
import unittest

import script
from script import BIN
from substrait_build import (Plan, cast, compare, emit, exists, is_in, join,
                             kind, lit, null, outer, project, read, ref, scalar,
                             set_of, sort, values, where)
from substrait_schema import create_t, fetch, norm, rows_of
from substrait_trip import trip

T = [("k", kind("i64")), ("g", kind("string")), ("x", kind("i32")),
     ("d", kind("decimal", precision=10, scale=2)), ("f", kind("fp64")),
     ("s", kind("string")), ("day", kind("date"))]
K, G, X, D, F, S, DAY = range(7)
MEMORY = script.BUILD / "tests/tools/substrait_memory"


def t(**more):
    return read("t", T, **more)


def columns(rel, *keep):
    """A project of columns of t."""
    return project(rel, keep=list(keep))


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        fetch("peers")
        import duckdb
        cls.held = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.held.name)
        cls.duck = duckdb.connect()
        create_t(cls.duck)
        cls.duck.execute(f"COPY t TO '{cls.folder}/t.parquet'")

    @classmethod
    def tearDownClass(cls):
        cls.duck.close()
        cls.held.cleanup()

    def run_plan(self, data, *options, verb="query"):
        path = self.folder / "plan.pb"
        path.write_bytes(data)
        return subprocess.run(
            [BIN, verb, "--plan", str(path),
             *(["--format", "jsonl"] if verb == "query" else []),
             "--table", f"t={self.folder}/t.parquet", *options],
            capture_output=True, text=True, check=False)

    def rows(self, data):
        done = self.run_plan(data)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return rows_of(done.stdout)

    def check(self, plan, rel, width, sql, ordered=False, **more):
        """The plan's rows are those of the SQL."""
        found = self.rows(plan.bytes(rel, [f"c{i}" for i in range(width)],
                                     **more))
        wanted = [tuple(map(norm, row))
                  for row in self.duck.execute(sql).fetchall()]
        if not ordered:
            found.sort(key=str)
            wanted.sort(key=str)
        self.assertEqual(found, wanted, sql)
        self.assertIsNone(trip(
            self.folder / "plan.pb",
            ["--table", f"t={self.folder}/t.parquet"], found, ordered), sql)

    def refused(self, data, *words):
        done = self.run_plan(data)
        self.assertEqual((done.returncode, done.stdout), (125, ""), done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)
        return done.stderr


class Relations(Case):
    def test_forms_of_extensions(self):
        for form in ("urn", "uri", "bare"):
            p = Plan(form)
            condition = p.call("comparison", "gt:any_any", ref(X), lit(i32=1))
            self.check(p, columns(where(t(), condition), K, X), 2,
                       "select k, x from t where x > 1")

    def test_read(self):
        """The filter sees the schema, the projection comes after it."""
        p = Plan()
        some = [("X", kind("i32")), ("k", kind("i64"))]  # folded, in any order
        rel = read("t", some,
                   filter=p.call("comparison", "lt:any_any", ref(1), lit(i64=4)),
                   projection={"select": {"struct_items": [{"field": 1}]}})
        self.check(p, rel, 1, "select k from t where k < 4")
        wider = [("x", kind("i64")), ("k", kind("fp64"))]
        self.check(Plan(), read("T", wider), 2, "select x, k from t")

    def test_project_and_emit(self):
        p = Plan()
        sum_ = p.call("arithmetic", "add:i64_i64", ref(K), lit(i64=1))
        self.check(p, project(columns(t(), K, G), p.call(
            "arithmetic", "add:i64_i64", ref(0), lit(i64=1))), 3,
            "select k, g, k + 1 from t")
        self.check(p, project(t(), sum_, keep=[7, 0, 7]), 3,
                   "select k + 1, k, k + 1 from t")
        rel = where(t(), p.call("boolean", "not:bool",
                                p.equal(ref(K), lit(i64=2))),
                    **emit([1, 0]))
        self.check(p, rel, 2, "select g, k from t where not k = 2")

    def test_sort_and_fetch(self):
        for direction, words in (("ASC_NULLS_FIRST", "asc nulls first"),
                                 ("ASC_NULLS_LAST", "asc nulls last"),
                                 ("DESC_NULLS_FIRST", "desc nulls first"),
                                 ("DESC_NULLS_LAST", "desc nulls last")):
            rel = sort(columns(t(), K, X), (ref(1), direction),
                       (ref(0), "ASC_NULLS_LAST"))
            sql = f"select k, x from t order by x {words}, k"
            self.check(Plan(), rel, 2, sql, True)
            for fetch_, tail in (
                    ({"offset_expr": lit(i64=1), "count_expr": lit(i64=2)},
                     "limit 2 offset 1"),
                    ({"offset": 1, "count": 2}, "limit 2 offset 1"),
                    ({"offset": 4, "count": -1}, "offset 4"),
                    ({"count_expr": null(**kind("i64"))}, ""),
                    ({"count": 0}, "limit 0"), ({}, "")):
                self.check(Plan(), {"fetch": {"input": rel, **fetch_}}, 2,
                           f"{sql} {tail}", True)
        top = {"top_n": {"input": columns(t(), K), "sorts": [
            {"expr": ref(0), "direction": "SORT_DIRECTION_DESC_NULLS_LAST"}],
            "count": lit(i64=3), "offset": lit(i64=1)}}
        self.check(Plan(), top, 1,
                   "select k from t order by k desc limit 3 offset 1", True)

    def test_joins(self):
        p = Plan()
        left, right = columns(t(), K, G), columns(t(), X, K)
        on = p.call("comparison", "equal:any_any",
                    ref(0), cast(ref(2), kind("i64")))
        sides = "(select k, g from t) l {} (select x, k as k2 from t) r on k = x"
        for type_, words in (("INNER", "join"), ("LEFT", "left join"),
                             ("RIGHT", "right join"), ("OUTER", "full join")):
            self.check(p, join(left, right, type_, on), 4,
                       "select k, g, x, k2 from " + sides.format(words))
        for type_, words in (("LEFT_SEMI", "semi join"),
                             ("LEFT_ANTI", "anti join")):
            self.check(p, join(left, right, type_, on), 2,
                       "select k, g from " + sides.format(words))
        self.check(p, join(left, right, "RIGHT_SEMI", on), 2,
                   "select x, k from t r where exists "
                   "(select 1 from t l where l.k = r.x)")
        self.check(p, join(left, right, "RIGHT_ANTI", on), 2,
                   "select x, k from t r where not exists "
                   "(select 1 from t l where l.k = r.x)")
        self.check(p, join(left, right, "LEFT_MARK", on), 3,
                   "select k, g, k in (select x from t) from t")
        self.check(p, join(left, right, "RIGHT_MARK", on), 3,
                   "select x, k, x in (select k from t) from t")
        after = join(left, right, "LEFT", on, post_join_filter=p.call(
            "comparison", "is_null:any", ref(2)))
        self.check(p, after, 4, "select k, g, x, k2 from "
                   + sides.format("left join") + " where x is null")
        self.check(p, {"cross": {"left": left, "right": right}}, 4,
                   "select l.k, l.g, r.x, r.k from t l, t r")

    def test_physical_joins(self):
        p = Plan()
        left, right = columns(t(), K, G), columns(t(), K, G)

        def key(column, comparison):
            side = {"direct_reference": {"struct_field": {"field": column}},
                    "root_reference": {}}
            return {"left": side, "right": side, "comparison": {
                "simple": f"SIMPLE_COMPARISON_TYPE_{comparison}"}}

        residual = p.call("comparison", "lt:any_any", ref(0), ref(2))
        for name in ("hash_join", "merge_join"):
            for comparison, sign in (
                    ("EQ", "="), ("IS_NOT_DISTINCT_FROM",
                                  "is not distinct from")):
                rel = {name: {"left": left, "right": right,
                              "type": "JOIN_TYPE_INNER",
                              "keys": [key(1, comparison)],
                              "residual_expression": residual}}
                self.check(p, rel, 4, "select l.k, l.g, r.k, r.g from t l join "
                           f"t r on l.g {sign} r.g and l.k < r.k")
            # JOIN_TYPE_LEFT_ANTI is another number than in a JoinRel.
            side = [{"direct_reference": {"struct_field": {"field": 1}},
                     "root_reference": {}}]
            rel = {name: {"left": left, "right": where(right, p.equal(
                ref(1), lit(string="a"))), "type": "JOIN_TYPE_LEFT_ANTI",
                "left_keys": side, "right_keys": side}}
            self.check(p, rel, 2,
                       "select k, g from t where g is distinct from 'a'")
        rel = {"nested_loop_join": {"left": left, "right": right,
                                    "type": "JOIN_TYPE_LEFT_SEMI",
                                    "expression": residual}}
        self.check(p, rel, 2, "select k, g from t where k < 6")

    def test_single_joins(self):
        """The columns of the one match; a second one is an error."""
        p = Plan()
        few = columns(where(t(), p.call("comparison", "lt:any_any", ref(K),
                                        lit(i64=4))), K, S)
        on = p.equal(ref(1), cast(ref(2), kind("i32")))
        self.check(p, join(columns(t(), K, X), few, "LEFT_SINGLE", on), 4,
                   "select a.k, a.x, b.k, b.s from t a left join t b on "
                   "a.x = b.k and b.k < 4")
        on = p.equal(ref(3), cast(ref(0), kind("i32")))
        self.check(p, join(few, columns(t(), K, X), "RIGHT_SINGLE", on), 4,
                   "select b.k, b.s, a.k, a.x from t a left join t b on "
                   "a.x = b.k and b.k < 4")
        many = p.bytes(join(columns(t(), K), columns(t(), K), "LEFT_SINGLE",
                            lit(boolean=True)), ["a", "b"])
        done = self.run_plan(many)
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("more than one row", done.stderr.lower())

    def test_expand(self):
        p = Plan()

        def switching(*values_):
            return {"switching_field": {"duplicates": list(values_)}}

        nothing = null(**kind("string"))
        rel = {"expand": {"input": columns(t(), K, G), "fields": [
            {"consistent_field": ref(0)}, switching(ref(1), nothing)]}}
        self.check(p, rel, 3, "select k, g, 0 from t union all "
                   "select k, null, 1 from t")
        self.refused(p.bytes({"expand": {"input": t(), "fields": [
            switching(ref(K), ref(G))]}}, ["c", "n"]), "duplicates of i64 and "
            "of string")
        self.refused(p.bytes({"expand": {"input": t(), "fields": [
            switching(ref(K), ref(K)), switching(ref(K), ref(K), ref(K))]}},
            ["c"] * 3), "3 duplicates, after fields of 2")
        self.refused(p.bytes({"expand": {"input": t(), "fields": [
            switching()]}}, ["c"] * 2), "fields[0]", "duplicates")

    def test_sorted_aggregates(self):
        p = Plan()

        def sorts(*keys):
            return [{"expr": key, "direction": f"SORT_DIRECTION_{direction}"}
                    for key, direction in keys]

        def texts(*keys):
            return p.measure("string", "string_agg:str_str", ref(S),
                             lit(string="|"), sorts=sorts(*keys))

        rel = {"aggregate": {"input": t(), "measures": [
            texts((ref(K), "DESC_NULLS_LAST")),
            texts((ref(X), "ASC_NULLS_FIRST"), (ref(K), "ASC_NULLS_LAST")),
            p.measure("arithmetic", "sum:i32", ref(X),
                      sorts=sorts((ref(K), "DESC_NULLS_LAST")))]}}
        self.check(p, rel, 3, "select string_agg(s, '|' order by k desc), "
                   "string_agg(s, '|' order by x nulls first, k), sum(x) "
                   "from t")
        self.refused(p.bytes({"aggregate": {"input": t(), "measures": [
            p.measure("string", "string_agg:str_str", ref(S), lit(string="|"),
                      sorts=sorts((ref(K), "ASC_NULLS_LAST")),
                      invocation="AGGREGATION_INVOCATION_DISTINCT")]}}, ["c"]),
            "distinct rows that are sorted")

    def test_sets(self):
        a = columns(t(), G)
        p = Plan()
        b = columns(where(t(), p.call("comparison", "gt:any_any", ref(K),
                                      lit(i64=2))), G)
        c = columns(where(t(), p.call("comparison", "lt:any_any", ref(K),
                                      lit(i64=4))), G)
        sa, sb, sc = ("select g from t", "select g from t where k > 2",
                      "select g from t where k < 4")
        for op, sql in (
                ("UNION_ALL", f"{sa} union all {sb} union all {sc}"),
                ("UNION_DISTINCT", f"{sa} union {sb} union {sc}"),
                ("MINUS_PRIMARY", f"({sa} except {sb}) except {sc}"),
                ("MINUS_PRIMARY_ALL",
                 f"({sa} except all {sb}) except all {sc}"),
                ("MINUS_MULTISET", f"{sa} except ({sb} intersect {sc})"),
                ("INTERSECTION_PRIMARY", f"{sa} intersect ({sb} union {sc})"),
                ("INTERSECTION_MULTISET",
                 f"({sa} intersect {sb}) intersect {sc}"),
                ("INTERSECTION_MULTISET_ALL",
                 f"({sa} intersect all {sb}) intersect all {sc}")):
            self.check(p, set_of(op, a, b, c), 1, sql)

    def test_aggregates(self):
        p = Plan()
        measures = [
            p.measure("aggregate_generic", "count:any", ref(X)),
            p.measure("aggregate_generic", "count:"),
            p.measure("arithmetic", "sum:i32", ref(X)),
            p.measure("arithmetic", "sum0:i32", ref(X)),
            p.measure("arithmetic", "avg:i32", ref(X)),
            p.measure("arithmetic_decimal", "sum:dec", ref(D)),
            p.measure("arithmetic", "min:i64", ref(K), filter=p.call(
                "comparison", "gt:any_any", ref(X), lit(i32=1))),
            p.measure("aggregate_generic", "count:any", ref(X),
                      invocation="AGGREGATION_INVOCATION_DISTINCT"),
            p.measure("arithmetic", "variance:fp64", "POPULATION", ref(F)),
        ]
        sql = ("count(x), count(*), sum(x), coalesce(sum(x), 0), "
               "trunc(avg(x)), sum(d), min(k) filter (where x > 1), "
               "count(distinct x), var_pop(f) from t")
        new = {"grouping_expressions": [ref(G)],
               "groupings": [{"expression_references": [0]}]}
        old = {"groupings": [{"grouping_expressions": [ref(G)]}]}
        for form in (new, old):
            self.check(p, {"aggregate": {"input": t(), "measures": measures,
                                         **form}}, 10,
                       f"select g, {sql} group by g")
        for form in ({}, {"groupings": [{}]}):
            self.check(p, {"aggregate": {"input": t(), "measures": measures,
                                         **form}}, 9, f"select {sql}")
        nothing = where(t(), lit(boolean=False))
        self.check(p, {"aggregate": {"input": nothing, "measures": measures}}, 9,
                   f"select {sql} where false")
        self.check(p, {"aggregate": {"input": t(), **new}}, 1,
                   "select distinct g from t")

    def test_grouping_sets(self):
        """With several sets the number of the set is the last column."""
        p = Plan()
        rel = {"aggregate": {
            "input": t(), "grouping_expressions": [ref(G), ref(X)],
            "groupings": [{"expression_references": [0, 1]},
                          {"expression_references": [0]}, {},
                          {"expression_references": [1]}],
            "measures": [p.measure("aggregate_generic", "count:")]}}
        self.check(p, rel, 4, """
            select g, x, count(*), case grouping(g, x) when 0 then 0 when 1
            then 1 when 3 then 2 else 3 end
            from t group by grouping sets ((g, x), (g), (), (x))""")

    def test_windows(self):
        p = Plan()

        def over(extension, name, *arguments, **more):
            return {"window_function": {
                "function_reference": p.anchor(extension, name),
                "arguments": [{"value": a} for a in arguments], **more}}

        keys = {"partitions": [ref(G)], "sorts": [
            {"expr": ref(K), "direction": "SORT_DIRECTION_DESC_NULLS_LAST"}]}
        before = {"bounds_type": "BOUNDS_TYPE_ROWS",
                  "lower_bound": {"preceding": {"offset": 1}},
                  "upper_bound": {"current_row": {}}}
        rel = project(t(), over("arithmetic", "row_number:", **keys),
                      over("arithmetic", "sum:i32", ref(X), **keys, **before),
                      over("arithmetic", "lag:any_i32", ref(X), lit(i32=1),
                           **keys),
                      over("aggregate_generic", "count:", partitions=[ref(G)]),
                      over("arithmetic", "last_value:any", ref(K), **keys,
                           lower_bound={"unbounded": {}},
                           upper_bound={"unbounded": {}},
                           bounds_type="BOUNDS_TYPE_RANGE"),
                      keep=[0, 7, 8, 9, 10, 11])
        w = "(partition by g order by k desc)"
        self.check(p, rel, 6, f"""
            select k, row_number() over {w}, sum(x) over (partition by g
            order by k desc rows between 1 preceding and current row),
            lag(x, 1) over {w}, count(*) over (partition by g),
            last_value(k) over (partition by g order by k desc range between
            unbounded preceding and unbounded following) from t""")
        functions = [{"function_reference": p.anchor("arithmetic", "rank:")},
                     {"function_reference": p.anchor("arithmetic", "max:i64"),
                      "arguments": [{"value": ref(0)}]}]
        rel = {"window": {"input": columns(t(), K, G),
                          "partition_expressions": [],
                          "sorts": [{"expr": ref(1), "direction":
                                     "SORT_DIRECTION_ASC_NULLS_FIRST"}],
                          "window_functions": functions}}
        self.check(p, rel, 4, "select k, g, rank() over (order by g nulls "
                   "first), max(k) over () from t")

    def test_virtual_tables(self):
        schema = [("a", kind("i32")), ("b", kind("string"))]
        rows = [[lit(i32=1), lit(string="x")],
                [null(**kind("i32")), lit(string="it's")],
                [lit(i32=-5), null(**kind("string"))]]
        sql = "select * from (values (1, 'x'), (null, 'it''s'), (-5, null))"
        for n in range(4):
            self.check(Plan(), values(schema, rows[:n]), 2,
                       f"{sql} as v limit {n}", True)
        old = values(schema, [])
        old["read"]["virtual_table"] = {"values": [
            {"fields": [cell["literal"] for cell in row]} for row in rows]}
        self.check(Plan(), old, 2, sql)
        one = values([], [[]])
        self.check(Plan(), project(one, lit(i64=7)), 1, "select 7")
        p = Plan()
        computed = values([("c", kind("i64"))], [[p.call(
            "arithmetic", "add:i64_i64", lit(i64=1), lit(i64=2))]])
        self.check(p, computed, 1, "select 3")

    def test_references(self):
        """A relation that is written once and used twice."""
        p = Plan()
        shared = columns(where(t(), p.call("comparison", "gt:any_any", ref(K),
                                           lit(i64=3))), K)
        use = {"reference": {"subtree_ordinal": 0}}
        on = p.call("comparison", "lt:any_any", ref(0), ref(1))
        self.check(p, join(use, use, "INNER", on), 2,
                   "select a.k, b.k from t a, t b where a.k > 3 and b.k > 3 "
                   "and a.k < b.k", before=[shared])

    def test_detached(self):
        p = Plan()
        rel = where({"detached_rel_ordinal": 0},
                    {"detached_expression_ordinal": 1})
        detached = {"detached_rels": [columns(t(), K)],
                    "detached_expressions": [
                        lit(i64=3), p.call("comparison", "lt:any_any", ref(0),
                                           {"detached_expression_ordinal": 0})]}
        self.check(p, rel, 1, "select k from t where k < 3", **detached)
        circle = {"detached_rels": [where({"detached_rel_ordinal": 0},
                                          lit(boolean=True))]}
        self.refused(Plan().bytes({"detached_rel_ordinal": 0}, ["k"],
                                  **circle), "refers to itself")
        deep = [p.call("arithmetic", "add:i64_i64",
                       {"detached_expression_ordinal": n + 1},
                       {"detached_expression_ordinal": n + 1})
                for n in range(60)] + [lit(i64=1)]
        self.refused(p.bytes(project(t(), {"detached_expression_ordinal": 0}),
                             ["x"] * 8, detached_expressions=deep),
                     "too large")
        rels = [set_of("UNION_ALL", {"detached_rel_ordinal": n + 1},
                       {"detached_rel_ordinal": n + 1})
                for n in range(40)] + [columns(t(), K)]
        self.refused(Plan().bytes({"detached_rel_ordinal": 0}, ["k"],
                                  detached_rels=rels), "operations")


class Expressions(Case):
    def test_literals(self):
        micro = 1_700_000_000_123_456
        cases = [
            (lit(boolean=True), "true"), (lit(i8=-128), "-128"),
            (lit(i16=300), "300"), (lit(i32=-2**31), "-2147483648"),
            (lit(i64=-2**63), "(-9223372036854775808)"),
            (lit(fp32=1.5), "1.5"), (lit(fp64="NaN"), "'nan'::double"),
            (lit(string="naïve 'x' 日本"), "'naïve ''x'' 日本'"),
            (lit(fixed_char="ab"), "'ab'"),
            (lit(var_char={"value": "v", "length": 9}), "'v'"),
            (lit(date=-1), "date '1969-12-31'"),
            (lit(decimal={"value": b64((-150).to_bytes(16, "little",
                                                       signed=True)),
                          "precision": 5, "scale": 2}), "-1.50"),
            (lit(timestamp=micro), f"make_timestamp({micro})"),
            (lit(precision_timestamp={"precision": 6, "value": micro}),
             f"make_timestamp({micro})"),
            (lit(precision_timestamp={"precision": 0, "value": 60}),
             "timestamp '1970-01-01 00:01:00'"),
            (null(**kind("i32")), "null"),
            (lit(list={"values": [{"i32": 1}, {"i32": 2}]}), None),
        ]
        rel = project(values([], [[]]), *(e for e, sql in cases if sql))
        self.check(Plan(), rel, len(cases) - 1,
                   "select " + ", ".join(sql for _, sql in cases if sql))
        found = self.rows(Plan().bytes(
            project(values([], [[]]), cases[-1][0]), ["l"]))
        self.assertEqual(found, [("[1, 2]",)])
        p = Plan()
        for interval, sql in (
                (lit(interval_year_to_month={"years": 1, "months": -1}),
                 "interval 11 months"),
                (lit(interval_day_to_second={"days": 2, "seconds": 3}),
                 "interval '2 days 3 seconds'"),
                (lit(interval_day_to_second={
                    "days": 0, "seconds": 1, "precision": 3,
                    "subseconds": 500}), "interval '1.5 seconds'")):
            day = cast(ref(DAY), kind("precision_timestamp", precision=6))
            self.check(p, project(t(), p.call("datetime", "add:ts_iday", day,
                                              interval), keep=[7]), 1,
                       f"select day::timestamp + {sql} from t")

    def test_casts(self):
        broken = project(t(), cast(ref(S), kind("i32")), keep=[7])
        done = self.run_plan(Plan().bytes(broken, ["c"]))
        self.assertEqual(done.returncode, 125)
        safe = project(t(), cast(ref(S), kind("i32"), failure_behavior=
                                 "FAILURE_BEHAVIOR_RETURN_NULL"),
                       cast(ref(X), kind("string")), keep=[7, 8])
        self.check(Plan(), safe, 2,
                   "select try_cast(s as int), x::varchar from t")

    def test_conditions(self):
        p = Plan()
        if_then = {"if_then": {"ifs": [
            {"if": p.call("comparison", "gt:any_any", ref(X), lit(i32=2)),
             "then": lit(string="big")}], "else": lit(string="small")}}
        switch = {"switch_expression": {
            "match": ref(X), "ifs": [{"if": {"i32": 1},
                                      "then": lit(string="one")}]}}
        one_of = {"singular_or_list": {
            "value": ref(X), "options": [lit(i32=1), ref(X), lit(i32=4)]}}
        multi = {"multi_or_list": {
            "value": [ref(G), ref(X)],
            "options": [{"fields": [lit(string="a"), lit(i32=1)]},
                        {"fields": [lit(string="b"), lit(i32=4)]}]}}
        between = p.call("comparison", "between:any_any_any", ref(K),
                         lit(i64=2), lit(i64=4))
        self.check(p, project(t(), if_then, switch, one_of, multi, between,
                              keep=[0, 7, 8, 9, 10, 11]), 6, """
            select k, case when x > 2 then 'big' else 'small' end,
            case x when 1 then 'one' end, x in (1, x, 4),
            (g = 'a' and x = 1) or (g = 'b' and x = 4),
            k between 2 and 4 from t""")

    def test_functions(self):
        """The specified meanings, not the engine's."""
        p = Plan()
        two = lit(i64=2)
        expressions = [
            (p.call("arithmetic", "divide:i64_i64", ref(K), two), "k // 2"),
            (p.call("arithmetic", "modulus:i64_i64", ref(K), two), "k % 2"),
            (p.call("string", "substring:str_i32_i32", ref(S), lit(i32=1),
                    lit(i32=2)), "substring(s, 1, 2)"),
            (p.call("string", "like:str_str", ref(S), lit(string="%b%")),
             "s like '%b%'"),
            (p.call("string", "like:str_str", ref(S), lit(string="%B%"),
                    options=[{"name": "case_sensitivity",
                              "preference": ["CASE_INSENSITIVE"]}]),
             "s ilike '%b%'"),
            (p.call("datetime", "extract:req_date", "YEAR", ref(DAY)),
             "year(day)"),
            (p.call("datetime", "extract:req_req_date", "MONTH", "ZERO",
                    ref(DAY)), "month(day) - 1"),
            (p.call("datetime", "lt:date_date", ref(DAY), lit(date=19724)),
             "day < date '2024-01-02'"),
            (p.call("arithmetic_decimal", "multiply:dec_dec", ref(D), ref(D)),
             "d * d"),
            (p.call("comparison", "coalesce:any", ref(X), lit(i32=0)),
             "coalesce(x, 0)"),
            (p.call("string", "concat:str", ref(G), ref(S)), "g || s"),
            (p.call("arithmetic", "add:i32_i32", ref(X), ref(X), options=[
                {"name": "overflow", "preference": ["SILENT", "ERROR"]}]),
             "x + x"),
        ]
        self.check(p, project(t(), *(e for e, _ in expressions),
                              keep=list(range(7, 7 + len(expressions)))),
                   len(expressions),
                   f"select {', '.join(sql for _, sql in expressions)} from t")

    def test_parameters(self):
        p = Plan()
        parameter = {"dynamic_parameter": {"type": kind("i64"),
                                           "parameter_reference": 4}}
        rel = columns(where(t(), p.call("comparison", "lt:any_any", ref(K),
                                        parameter)), K)
        bound = {"parameter_bindings": [{"parameter_anchor": 4,
                                         "value": {"i64": 3}}]}
        self.check(p, rel, 1, "select k from t where k < 3", more=bound)
        self.refused(p.bytes(rel, ["k"]), "parameter 4 has no value")

    def test_subqueries(self):
        p = Plan()
        largest = {"aggregate": {"input": t(), "measures": [
            p.measure("arithmetic", "max:i32", ref(X))]}}
        self.check(p, project(t(), scalar(largest), keep=[0, 7]), 2,
                   "select k, (select max(x) from t) from t")
        same = where(t(), p.equal(ref(X), cast(outer(K), kind("i32"))))
        not_ = p.call("boolean", "not:bool", exists(same))
        for e, word in ((exists(same), ""), (not_, "not ")):
            self.check(p, columns(where(t(), e), K), 1,
                       f"select k from t a where {word}exists (select 1 from t "
                       "b where b.x = a.k)")
        xs = columns(t(), X)
        found = is_in(xs, cast(ref(K), kind("i32")))
        self.check(p, project(t(), found, keep=[0, 7]), 2,
                   "select k, k in (select x from t) from t")
        average = {"aggregate": {
            "input": where(t(), p.equal(ref(G), outer(G))), "measures": [
                p.measure("arithmetic", "avg:fp64", cast(ref(X),
                                                         kind("fp64")))]}}
        self.check(p, columns(where(t(), p.call(
            "comparison", "gt:any_any", cast(ref(X), kind("fp64")),
            scalar(average))), K), 1,
            "select k from t a where x > (select avg(x) from t b "
            "where b.g = a.g)")
        some = where(columns(t(), X), p.call("comparison", "is_not_null:any",
                                             ref(0)))
        for reduction, comparison, sign in (
                ("ANY", "LT", "< any"), ("ALL", "GE", ">= all"),
                ("ANY", "EQ", "= any"), ("ALL", "NE", "<> all")):
            self.check(p, project(t(), compare(reduction, comparison, ref(X),
                                               some), keep=[0, 7]), 2,
                       f"select k, x {sign} (select x from t where x is not "
                       "null) from t")

    def test_nested_subqueries(self):
        """Two steps out, and columns of the same place at every level."""
        p = Plan()
        inner = where(t(), p.call(
            "boolean", "and:bool", p.equal(ref(G), outer(G)),
            p.call("comparison", "lt:any_any", ref(K), outer(K, 2))))
        middle = where(t(), p.call(
            "boolean", "and:bool", exists(inner),
            p.call("comparison", "lt:any_any", ref(K), outer(K))))
        self.check(p, columns(where(t(), exists(middle)), K), 1, """
            select k from t a where exists (select 1 from t b where
            exists (select 1 from t c where c.g = b.g and c.k < a.k)
            and b.k < a.k)""")
        self.check(p, project(where(t(), exists(middle)), scalar(
            {"aggregate": {"input": where(t(), p.call(
                "comparison", "lt:any_any", ref(K), outer(K))),
                "measures": [p.measure("aggregate_generic", "count:")]}}),
            keep=[0, 7]), 2, """
            select k, (select count(*) from t c where c.k < a.k) from t a
            where k >= 2""")

    def test_scalar_of_many_rows(self):
        done = self.run_plan(Plan().bytes(
            project(t(), scalar(columns(t(), K)), keep=[7]), ["c"]))
        self.assertEqual(done.returncode, 125)
        self.assertIn("more than one row", done.stderr.lower())


def b64(data):
    import base64
    return base64.b64encode(data).decode()


class Refused(Case):
    def path(self, rel, names, *words, plan=None):
        text = self.refused((plan or Plan()).bytes(rel, names), *words)
        self.assertIn("relations[0].root", text)

    def test_by_name(self):
        p = Plan()
        call = p.call("arithmetic", "add:i32_i32", ref(X), ref(X), options=[
            {"name": "rounding", "preference": ["CEILING"]}])
        self.path(project(t(), call), ["c"] * 8, "rounding=CEILING", plan=p)
        p = Plan()
        self.path(project(t(), p.call("arithmetic", "frobnicate:i64", ref(K))),
                  ["c"] * 8, "'frobnicate' of 'functions_arithmetic'", plan=p)
        p = Plan()
        # A function of another's extension, whatever its name is here.
        self.path(project(t(), p.call("urn:acme:math", "add:i64_i64", ref(K),
                                      ref(K))), ["c"] * 8, "urn:acme:math",
                  plan=p)
        p = Plan()
        self.path(project(t(), p.call("comparison", "add:i64_i64", ref(K),
                                      ref(K))), ["c"] * 8,
                  "'add' of 'functions_comparison'", plan=p)
        for rel, word in (
                ({"write": {}}, "write"), ({"ddl": {}}, "ddl"),
                ({"update": {}}, "update"), ({"exchange": {}}, "exchange"),
                ({"extension_leaf": {}}, "extension_leaf"),
                ({"read": {"local_files": {"items": [
                    {"uri_file": "/etc/passwd"}]}}}, "grant a table"),
                ({"read": {"iceberg_table": {}}}, "Iceberg"),
                ({"lateral_join": {}}, "lateral_join")):
            self.path(rel, ["c"], word)

    def test_types(self):
        p = Plan()
        self.path(project(t(), p.call("arithmetic", "add:i64_i64", ref(K),
                                      ref(S))), ["c"] * 8, "add does not take",
                  plan=p)
        self.path(where(t(), ref(K)), ["c"] * 7, "must be boolean")
        claim = p.call("arithmetic", "add:i64_i64", ref(K), ref(K),
                       output_type=kind("string"))
        self.path(project(t(), claim), ["c"] * 8, "says that add gives string",
                  plan=p)
        self.path(read("t", [("k", kind("string"))]), ["k"],
                  "'k' of the table 't' is i64, not string")
        for precision, scale in ((39, 0), (0, 0), (5, 6), (5, -1)):
            self.path(project(t(), null(**kind("decimal", precision=precision,
                                               scale=scale))), ["c"] * 8,
                      "decimal<")
        deep = kind("i32")
        for _ in range(70):
            deep = kind("list", type=deep)
        self.path(project(t(), null(**deep)), ["c"] * 8, "nested deeper")

    def test_numbers(self):
        self.path(project(t(), ref(7)), ["c"] * 8, "column 7 of an input of 7")
        self.path(project(t(), ref(-1)), ["c"] * 8, "out of range")
        self.path(project(t(), keep=[9]), ["c"], "column 9 of 7")
        self.path(project(t(), outer(0)), ["c"] * 8, "1 steps out")
        self.path({"reference": {"subtree_ordinal": 5}}, ["c"],
                  "no relation 5")
        self.path({"detached_rel_ordinal": 2}, ["c"], "no detached relation 2")
        self.path(t(), ["k"], "too few for 7 columns")
        self.path(t(), ["k"] * 8, "more names than the 7 columns")
        call = {"scalar_function": {"function_reference": 77}}
        self.path(project(t(), call), ["c"] * 8,
                  "does not declare the function 77")

    def test_names(self):
        """A table's name is looked up, never read as a file or as SQL."""
        for name in ("t.parquet", str(self.folder / "t.parquet"),
                     "read_parquet('t.parquet')", 't"; drop table t; --',
                     "t\n", "😀", "", "x" * 5000):
            done = self.run_plan(Plan().bytes(read(name, T), ["c"] * 7))
            self.assertEqual((done.returncode, done.stdout), (125, ""), name)
        self.refused(Plan().bytes(read("t\0", T), ["c"] * 7), "NUL")
        self.refused(Plan().bytes(read("t", [("a\0", kind("i64"))]), ["c"]),
                     "NUL")
        names = ['a"b', "it's", "x\ny", "😀", "select", "c0", ""]
        found = self.run_plan(Plan().bytes(t(), names))
        self.assertEqual(found.returncode, 0, found.stderr)
        self.assertEqual(len(found.stdout.splitlines()), 6)

    def test_extensions(self):
        more = {"advanced_extensions": {"enhancement": {
            "@type": "type.googleapis.com/google.protobuf.Empty"}}}
        self.refused(Plan().bytes(t(), ["c"] * 7, more=more), "enhancement",
                     "google.protobuf.Empty")
        hint = {"advanced_extensions": {"optimization": [
            next(iter(more["advanced_extensions"].values()))]}}
        self.rows(Plan().bytes(t(), ["c"] * 7, more=hint))
        twice = {"extensions": 2 * [{"extension_function": {
            "function_anchor": 1, "name": "add"}}]}
        self.refused(Plan().bytes(t(), ["c"] * 7, more=twice), "anchor 1")

    def test_depth(self):
        """Levels of relations, as fast refused as they are many."""
        for levels in (300, 5000, 20000):
            data = b""
            for level in range(levels):
                data = b"\x12" + varint(len(data)) + data
            plan = b"\x0a" + varint(len(data)) + data
            plan = b"\x1a" + varint(len(plan)) + plan
            self.refused(plan, "missing" if levels < 900 else "nested")

    def test_many_parts(self):
        """A million of them."""
        data = b"\x1a\x04\x0a\x02\x08\x01" * 1000000
        for tag in (b"\x3a", b"\x0a", b"\x12", b"\x1a"):
            data = tag + varint(len(data)) + data
        self.refused(data, "parts")

    def test_circles(self):
        """A relation that refers to itself, and one over two others."""
        around = [{"reference": {"subtree_ordinal": 1}},
                  {"reference": {"subtree_ordinal": 0}}]
        for before in (around, [where({"reference": {"subtree_ordinal": 0}},
                                      lit(boolean=True))]):
            self.refused(Plan().bytes({"reference": {"subtree_ordinal": 0}},
                                      ["c"], before=before), "itself")

    def test_command(self):
        """A plan, and nothing else."""
        plan = self.folder / "plan.pb"
        plan.write_bytes(Plan().bytes(values([], [[]]), []))
        for verb in ("query", "explain"):
            for arguments, code, words in (
                    *([([], 125, verb)] if verb == "explain" else []),
                    (["--plan"], 125, "--plan needs a value"),
                    (["--plan", str(plan), "select 1"], 125,
                     "'select 1' are one too many"),
                    (["--plan", str(self.folder / "no.pb")], 127, "no.pb"),
                    (["--plan", str(self.folder)], 125, str(self.folder)),
                    (["--plan", "/dev/null"], 125, "relation")):
                done = subprocess.run([BIN, verb, *arguments], text=True,
                                      stdin=subprocess.DEVNULL,
                                      capture_output=True, check=False)
                self.assertEqual((done.returncode, done.stdout), (code, ""),
                                 (arguments, done.stderr))
                self.assertIn(words, done.stderr)

    def test_explain(self):
        p = Plan()
        same = where(t(), p.equal(ref(X), cast(outer(K), kind("i32"))))
        data = p.bytes(columns(where(t(), exists(same)), K), ["k"])
        done = self.run_plan(data, verb="explain")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("exists (subquery 1)", done.stdout)
        self.assertIn("  subquery 1\n", done.stdout)
        for form in ("dot", "sql"):
            done = self.run_plan(data, "--format", form, verb="explain")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("subquery" if form == "dot" else "EXISTS",
                          done.stdout)


@unittest.skipUnless(MEMORY.exists(), "the tools of the tests were not built")
class Memory(unittest.TestCase):
    def check(self, data):
        done = subprocess.run([str(MEMORY)], input=data, capture_output=True,
                              check=False)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertGreater(int(done.stdout), 5)

    def test_every_allocation(self):
        """Each failing in turn: an error, and nothing left behind."""
        p = Plan()
        keys = {"partitions": [ref(G)], "sorts": [
            {"expr": ref(K), "direction": "SORT_DIRECTION_DESC_NULLS_LAST"}]}
        self.check(p.bytes(project(t(), {"window_function": {
            "function_reference": p.anchor("arithmetic", "sum:i32"),
            "arguments": [{"value": ref(X)}], **keys}},
            p.call("datetime", "extract:req_date", "YEAR", ref(DAY))),
            ["c"] * 9))
        p = Plan()
        same = where(t(), p.equal(ref(X), cast(outer(K), kind("i32"))))
        self.check(p.bytes(where(t(), p.call(
            "boolean", "or:bool", exists(same), is_in(columns(t(), X), ref(X)))),
            ["c"] * 7))
        p = Plan()
        on = p.equal(ref(0), ref(1))
        self.check(p.bytes(sort({"aggregate": {
            "input": join(columns(t(), K), columns(t(), K), "RIGHT_MARK", on),
            "grouping_expressions": [ref(0), ref(1)],
            "groupings": [{"expression_references": [0, 1]},
                          {"expression_references": [0]}],
            "measures": [p.measure("arithmetic", "avg:i64", ref(0))]}},
            (ref(0), "ASC_NULLS_FIRST")), ["c"] * 4))
        self.check(Plan().bytes(set_of(
            "UNION_ALL", columns(t(), G), values(
                [("g", kind("string"))],
                [[lit(string="a")], [lit(string="b")]])), ["c"]))


@script.needs_guests
class Programs(script.Case):
    """from-plan in a program: a data set as any other."""

    def test_composed(self):
        """Of a data set of the program, between its own operations."""
        p = Plan()
        rel = project(where(read("mine", [("id", kind("i64"))]), p.call(
            "comparison", "gt:any_any", ref(0), lit(i64=1))), p.call(
                "arithmetic", "multiply:i64_i64", ref(0), ref(0)))
        plan = p.bytes(rel, ["id", "square"]).hex()
        table = self.collect("range", 0, 5, 1, "as", "mine", "from-plan", plan,
                             "mine", script.END, "filter", "square < 16",
                             "select", "square + 1 as n", "id", script.END)
        self.assertEqual(table.names, ["n", "id"])
        self.assertEqual(sorted(table.rows), [(5, 2), (10, 3)])

    def test_granted(self):
        self.file("t.csv", "k\n1\n2\n")
        plan = Plan().bytes(read("t", [("k", kind("i64"))]), ["k"]).hex()
        table = self.collect("from-plan", plan, script.END,
                             options=["--table", "t=t.csv"])
        self.assertEqual(sorted(table.rows), [(1,), (2,)])
        self.fails(["from-plan", plan, script.END, "collect"],
                   "'t' is not granted")

    def test_bad_plan(self):
        """Told at the call, with the path."""
        self.fails(["from-plan", "1a04120298ff", script.END, "collect"],
                   "relations[0].root")
        lost = Plan().bytes({"write": {}}, ["k"]).hex()
        self.fails(["from-plan", lost, script.END, "collect"],
                   "relations[0].root.input.write")


def varint(number):
    data = b""
    while number > 127:
        data += struct.pack("B", number & 127 | 128)
        number >>= 7
    return data + struct.pack("B", number)


if __name__ == "__main__":
    unittest.main(verbosity=2)
