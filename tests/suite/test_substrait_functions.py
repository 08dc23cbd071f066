"""What the standard's own cases of functions leave out: all modes of rounding,
overflow that is silent, regular expressions with options, lambdas in lambdas
and over columns, structs and maps that are computed."""

import decimal
import json
import subprocess
import tempfile
import unittest

from script import BIN
from substrait_build import (NULLABLE, Plan, cast, kind, lit, null, project,
                             ref, values)
from substrait_case import literal

ROUNDING = {"TIE_TO_EVEN": decimal.ROUND_HALF_EVEN,
            "TIE_AWAY_FROM_ZERO": decimal.ROUND_HALF_UP,
            "TRUNCATE": decimal.ROUND_DOWN, "CEILING": decimal.ROUND_CEILING,
            "FLOOR": decimal.ROUND_FLOOR, "AWAY_FROM_ZERO": decimal.ROUND_UP,
            "TIE_TOWARDS_ZERO": decimal.ROUND_HALF_DOWN}
I32 = kind("i32")
NUMBERS = ["-2.51", "-2.50", "-2.49", "-1.50", "-0.50", "-0.01", "0.00", "0.01",
           "0.49", "0.50", "0.51", "1.50", "2.50", "3.00"]


def option(name, value):
    return [{"name": name, "preference": [value]}]


def parameter(steps=0):
    return {"selection": {"direct_reference": {"struct_field": {"field": 0}},
                          "lambda_parameter_reference": {"steps_out": steps}}}


def function_of(body, type_=I32):
    return {"lambda": {"parameters": {
        "types": [type_], "nullability": "NULLABILITY_REQUIRED"}, "body": body}}


def numbers(*values_):
    return {"nested": {"list": {"values": [lit(i32=v) for v in values_]}}}


def run(data):
    with tempfile.NamedTemporaryFile(suffix=".pb") as file:
        file.write(data)
        file.flush()
        return subprocess.run(
            [BIN, "query", "--plan", file.name, "--format", "jsonl"],
            capture_output=True, text=True, check=False)


class Case(unittest.TestCase):
    def values(self, plan, *expressions, table=None):
        table = table or values([], [[]])
        width = len(table["read"]["base_schema"]["names"])
        keep = list(range(width, width + len(expressions)))
        done = run(plan.bytes(project(table, *expressions, keep=keep),
                              [f"c{i}" for i in keep]))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [list(json.loads(line, parse_float=decimal.Decimal).values())
                for line in done.stdout.splitlines()]
        return rows[0] if len(rows) == 1 else rows

    def fails(self, plan, expression, *words):
        done = run(plan.bytes(project(values([], [[]]), expression), ["c"]))
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        for word in words:
            self.assertIn(word, done.stderr)


class Options(Case):
    def rounded(self, mode, digits, texts, type_, extension):
        p = Plan()
        return self.values(p, *(p.call(
            extension, "round", literal(text, type_), lit(i32=digits),
            options=option("rounding", mode)) for text in texts))

    def test_rounding(self):
        """Decimals, real numbers and integers, by Python's decimals."""
        for mode, python in ROUNDING.items():
            for digits, unit in ((0, "1"), (1, "0.1")):
                wanted = [decimal.Decimal(n).quantize(decimal.Decimal(unit),
                                                      python) for n in NUMBERS]
                for type_, extension in (
                        ("dec<5,2>", "rounding_decimal"), ("fp64", "rounding")):
                    self.assertEqual(
                        [decimal.Decimal(str(v)) for v in self.rounded(
                            mode, digits, NUMBERS, type_, extension)],
                        wanted, (mode, digits, type_))
            whole = [str(int(decimal.Decimal(n) * 100)) for n in NUMBERS]
            self.assertEqual(
                self.rounded(mode, -2, whole, "i32", "rounding"),
                [int(decimal.Decimal(n).quantize(decimal.Decimal(1), python))
                 * 100 for n in NUMBERS], mode)

    def test_ties(self):
        """The three that Python has not."""
        for mode, wanted in (("TIE_DOWN", [-3, -2, 0, 1, 2]),
                             ("TIE_UP", [-2, -1, 1, 2, 3]),
                             ("TIE_TO_ODD", [-3, -1, 1, 1, 3])):
            texts = ["-2.5", "-1.5", "0.5", "1.5", "2.5"]
            for type_, extension in (("dec<5,1>", "rounding_decimal"),
                                     ("fp64", "rounding")):
                self.assertEqual([int(v) for v in self.rounded(
                    mode, 0, texts, type_, extension)], wanted, mode)

    def test_far_digits(self):
        """Before all digits of a number."""
        big = "9" * 38
        self.assertEqual(
            [int(v) for v in self.rounded("TRUNCATE", -60, [big, "-" + big],
                                          "dec<38,0>", "rounding_decimal")],
            [0, 0])
        p = Plan()
        self.fails(p, p.call("rounding_decimal", "round",
                             literal("1", "dec<38,0>"), lit(i32=-60),
                             options=option("rounding", "CEILING")),
                   "out of range")

    def test_overflow(self):
        p = Plan()
        large, small = lit(i64=2**63 - 1), lit(i64=-2**63)

        def call(name, *arguments):
            return [p.call("arithmetic", name, *arguments, options=option(
                "overflow", how)) for how in ("SATURATE", "SILENT")]

        self.assertEqual(
            self.values(p, *call("add", large, lit(i64=1)),
                        *call("subtract", small, lit(i64=1)),
                        *call("multiply", large, lit(i64=-2)),
                        *call("negate", small), *call("abs", small),
                        *call("divide", small, lit(i64=-1))),
            [2**63 - 1, -2**63, -2**63, 2**63 - 1, -2**63, 2,
             2**63 - 1, -2**63, 2**63 - 1, -2**63, 2**63 - 1, -2**63])
        nines = literal("9" * 38, "dec<38,0>")
        self.assertEqual([int(v) for v in self.values(p, *(p.call(
            "arithmetic_decimal", name, nines, nines, options=option(
                "overflow", "SATURATE")) for name in ("add", "multiply")))],
            2 * [10**38 - 1])
        self.fails(p, p.call("arithmetic_decimal", "add", nines, nines,
                             options=option("overflow", "SILENT")),
                   "relations[0].root", "add of decimal<38,0>")
        self.fails(p, p.call("arithmetic", "add", lit(fp64=1), lit(fp64=1),
                             options=option("overflow", "SATURATE")),
                   "add of fp64")

    def test_division(self):
        p = Plan()

        def call(x, y, name, value):
            return p.call("arithmetic", "divide", x, y,
                          options=option(name, value))

        zero, one = lit(fp64=0), lit(fp64=1)
        self.assertEqual(
            self.values(p, call(one, zero, "on_division_by_zero", "NULL"),
                        call(zero, one, "on_division_by_zero", "NULL"),
                        call(lit(fp64="NaN"), one, "on_domain_error", "NULL"),
                        call(lit(i64=3), lit(i64=0), "on_division_by_zero",
                             "NULL")), [None, 0, None, None])
        self.fails(p, call(one, zero, "on_division_by_zero", "ERROR"),
                   "domain")

    def test_remainder(self):
        p = Plan()
        pairs = [(x, y) for x in (-7, -6, 0, 6, 7) for y in (-3, 3)]
        self.assertEqual(
            self.values(p, *(p.call("arithmetic", "modulus", lit(i32=x),
                                    lit(i32=y), options=option(
                                        "division_type", "FLOOR"))
                             for x, y in pairs)),
            [x % y for x, y in pairs])

    def test_patterns(self):
        p = Plan()
        text = lit(string="one\nTwo\nthree")

        def count(pattern, *options):
            return p.call("string", "regexp_count_substring", text,
                          lit(string=pattern), options=[
                              o for name, value in options
                              for o in option(name, value)])

        multiline = ("multiline", "MULTILINE_ENABLED")
        fold = ("case_sensitivity", "CASE_INSENSITIVE")
        dotall = ("dotall", "DOTALL_ENABLED")
        self.assertEqual(
            self.values(p, count("^t"), count("^t", multiline),
                        count("^t", multiline, fold), count("e.t"),
                        count("e.t", dotall, fold)), [0, 1, 2, 0, 1])
        self.assertEqual(self.values(p, p.call(
            "string", "count_substring", text, lit(string="T"),
            options=option(*fold))), [2])

    def test_preferences(self):
        """The first that is done."""
        p = Plan()
        call = p.call("arithmetic", "add", lit(i8=120), lit(i8=120), options=[{
            "name": "overflow", "preference": ["WRAP", "SATURATE", "ERROR"]}])
        self.assertEqual(self.values(p, call), [127])
        self.fails(p, p.call("arithmetic", "add", lit(i8=1), lit(i8=1), options=[
            {"name": "overflow", "preference": []}]), "overflow=")


class Lambdas(Case):
    def test_over_columns(self):
        """A body sees the row around it."""
        p = Plan()
        table = values([("n", I32)], [[lit(i32=n)] for n in (1, 2, 3)])
        body = p.call("arithmetic", "multiply", parameter(), ref(0))
        self.assertEqual(
            self.values(p, p.call("list", "transform", numbers(1, 10),
                                  function_of(body)), table=table),
            [[[1, 10]], [[2, 20]], [[3, 30]]])

    def test_nested(self):
        """A lambda in a lambda, and both parameters."""
        p = Plan()
        inner = p.call("list", "transform", numbers(1, 2), function_of(p.call(
            "arithmetic", "add", parameter(0), parameter(1))))
        self.assertEqual(
            self.values(p, p.call("list", "transform", numbers(10, 20),
                                  function_of(inner))),
            [[[11, 12], [21, 22]]])

    def test_refused(self):
        p = Plan()
        item = p.call("arithmetic", "add", parameter(), lit(i32=1))
        xs = numbers(1)
        self.fails(p, item, "parameter of a lambda")
        self.fails(p, p.call("list", "filter", xs, function_of(item)),
                   "must give a boolean")
        self.fails(p, p.call("list", "transform", lit(i32=1),
                             function_of(item)), "must be a list")
        self.fails(p, p.call("list", "transform", xs, lit(i32=1)),
                   "a list and a lambda")
        self.fails(p, p.call("list", "transform", xs, function_of(
            parameter(1))), "parameter of a lambda")
        self.fails(p, p.call("list", "transform", xs, function_of(
            item, kind("string"))), "string")
        two = function_of(item)
        two["lambda"]["parameters"]["types"].append(I32)
        self.fails(p, p.call("list", "transform", xs, two), "one parameter")
        self.fails(p, function_of(item), "lambda are not run")


class Nested(Case):
    def test_structs(self):
        p = Plan()
        pair = {"nested": {"struct": {"fields": [lit(i32=1),
                                                 lit(string="a")]}}}
        literal_ = lit(struct={"fields": [{"i32": 2}, {"string": "b"}]})
        second = {"selection": {
            "direct_reference": {"struct_field": {"field": 1}},
            "expression": pair}}
        done = run(p.bytes(project(values([], [[]]), pair, literal_, second),
                           ["x", "n", "s", "y", "n", "t", "z"]))
        self.assertEqual(json.loads(done.stdout), {
            "x": {"n": 1, "s": "a"}, "y": {"n": 2, "t": "b"}, "z": "a"})
        self.fails(p, {"nested": {"struct": {}}}, "without fields")

    def test_maps_and_lists(self):
        p = Plan()
        entries = {"nested": {"map": {"key_values": [
            {"key": lit(string="a"), "value": cast(lit(i32=1), kind("i64"))}]}}}
        empty = lit(empty_list={"type": kind("string"), **NULLABLE})
        found = self.values(p, entries, empty, p.call(
            "list", "cardinality", empty))
        self.assertEqual(found[1:], [[], 0])
        self.assertEqual(found[0], {"a": 1})

    def test_index(self):
        p = Plan()
        xs = numbers(5, 6)
        self.assertEqual(
            self.values(p, *(p.call("set", "index_in", x, xs) for x in (
                lit(i32=5), lit(i32=6), lit(i32=7), null(i32=NULLABLE)))),
            [0, 1, None, None])

    def test_user_defined(self):
        """Unsigned integers as texts of digits."""
        urn = "extension:io.substrait:unsigned_integers"
        for text, words in (("300", ["no number"]), ("", ["no number"]),
                            ("-1", ["no number"]), ("1x", ["no number"])):
            self.fails(Plan(types=[(urn, "u8")]),
                       lit(user_defined={"type_reference": 1, "struct": {
                           "fields": [{"string": text}]}}), *words)
        self.fails(Plan(), lit(user_defined={"type_reference": 1}),
                   "does not declare this type")
        self.fails(Plan(types=[("urn:acme", "money")]),
                   lit(user_defined={"type_reference": 1}), "'money'")


if __name__ == "__main__":
    unittest.main(verbosity=2)
