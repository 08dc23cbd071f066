"""Plans with most of the forms that there are, and what damages them."""

import subprocess

from script import BUILD
from substrait_build import (Plan, cast, exists, join, kind, lit, null, outer,
                             project, read, ref, scalar, set_of, sort, values,
                             where)

TOOL = BUILD / "tests/tools/substrait_damage"
T = [("k", kind("i64")), ("g", kind("string")), ("x", kind("i32")),
     ("d", kind("decimal", precision=10, scale=2)), ("f", kind("fp64")),
     ("s", kind("string")), ("day", kind("date"))]


def t():
    return read("t", T)


def keys(rel):
    return project(rel, keep=[0])


def grouped():
    p = Plan()
    return p.bytes(sort({"aggregate": {
        "input": where(t(), p.call("comparison", "gt", ref(0), lit(i64=3))),
        "grouping_expressions": [ref(1), ref(2)],
        "groupings": [{"expression_references": [0, 1]},
                      {"expression_references": [0]}],
        "measures": [p.measure("arithmetic", "sum", ref(2)),
                     p.measure("string", "string_agg", ref(5), lit(string="-"),
                               sorts=[{"expr": ref(0), "direction":
                                       "SORT_DIRECTION_DESC_NULLS_LAST"}])]}},
        (ref(0), "ASC_NULLS_FIRST")), ["c"] * 5)


def related():
    p = Plan()
    same = where(t(), p.equal(ref(0), outer(0)))
    on = p.equal(ref(0), ref(1))
    return p.bytes(set_of(
        "UNION_ALL",
        keys(join(keys(where(t(), exists(same))), keys(t()), "LEFT_MARK", on)),
        keys(join(keys(t()), keys(t()), "LEFT_SINGLE", on))), ["c"])


def computed():
    p = Plan()
    xs = {"nested": {"list": {"values": [lit(i32=1), null(i32={})]}}}
    item = {"selection": {"direct_reference": {"struct_field": {"field": 0}},
                          "lambda_parameter_reference": {}}}
    body = p.call("arithmetic", "add", item, ref(2), options=[
        {"name": "overflow", "preference": ["SATURATE"]}])
    function = {"lambda": {"parameters": {"types": [kind("i32")]},
                           "body": body}}
    largest = {"aggregate": {"input": t(), "measures": [
        p.measure("arithmetic", "max", ref(0))]}}
    return p.bytes(project(
        t(), p.call("list", "transform", xs, function), scalar(largest),
        cast(ref(5), kind("date")), p.call("datetime", "extract", "YEAR",
                                           ref(6)),
        {"nested": {"struct": {"fields": [ref(0), lit(string="😀")]}}}),
        [f"c{i}" for i in range(14)])


def written():
    p = Plan()
    return p.bytes({"expand": {"input": values(
        [("a", kind("i64")), ("b", kind("decimal", precision=5, scale=2))],
        [[lit(i64=1), null(decimal={"precision": 5, "scale": 2})]]),
        "fields": [{"consistent_field": ref(0)},
                   {"switching_field": {"duplicates": [ref(0), lit(i64=2)]}}]}},
        ["a", "b", "n"])


PLANS = {"grouped": grouped, "related": related, "computed": computed,
         "written": written}


def damage(test, times):
    """How many of so many damaged plans were refused."""
    refused = 0
    for seed, make in enumerate(PLANS.values(), 1):
        done = subprocess.run(
            [str(TOOL), str(times // len(PLANS)), str(seed)], input=make(),
            capture_output=True, check=False)
        test.assertEqual((done.returncode, done.stderr), (0, b""),
                         make.__name__)
        refused += int(done.stdout)
    return refused
