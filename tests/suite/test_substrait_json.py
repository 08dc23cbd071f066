"""Plans in protobuf's JSON form: the same rows as in protobuf, and what is no
such form is refused with its place."""

import json
import unittest

from substrait_build import (Plan, cast, kind, lit, project, ref, sort, where)
from test_substrait_plans import D, F, G, K, S, X, Case as Plans
from test_substrait_plans import columns, t

OURS = "type.googleapis.com/wasidata.v1."


def parts(plan, rel, names, **more):
    """A plan as the dictionary that protobuf's JSON reader takes."""
    return {**plan.declared(),
            "relations": [{"root": {"input": rel, "names": names}}], **more}


class Case(Plans):
    def query(self, text, verb="query", *options):
        return self.run_plan(text.encode() if isinstance(text, str) else text,
                             *options, verb=verb)

    def wrong(self, text, *words):
        done = self.query(text)
        self.assertEqual((done.returncode, done.stdout), (125, ""), text[:200])
        for word in words:
            self.assertIn(word, done.stderr)


class Forms(Case):
    def plans(self):
        p = Plan()
        high = p.call("comparison", "gt:any_any", ref(K), lit(i64=2))
        yield p, where(t(), high), 7
        yield p, sort(columns(t(), X, K), (ref(0), "DESC_NULLS_FIRST"),
                      (ref(1), "ASC_NULLS_LAST")), 2
        p = Plan()
        yield p, project(t(), cast(ref(D), kind("fp64")), lit(fp64=-0.1),
                         lit(fp32=1.5), lit(string="é \"x\"\n"),
                         lit(boolean=False), lit(i64=-(1 << 62)),
                         lit(decimal={"value": "AQIDBAUGBwgJCgsMDQ4PAA==",
                                      "precision": 38, "scale": 2}),
                         keep=[K, 7, 8, 9, 10, 11, 12, 13]), 8
        p = Plan()
        yield p, {"aggregate": {
            "input": t(), "grouping_expressions": [ref(G)],
            "groupings": [{"expression_references": [0]}, {}],
            "measures": [p.measure("arithmetic", "sum:i64", ref(K)),
                         p.measure("arithmetic", "avg:fp64", ref(F))]}}, 4

    def test_rows(self):
        """In the names of the fields and in those of JSON; integers of 64 bits
        are texts in one and numbers in the other."""
        from google.protobuf import json_format
        from substrait_schema import plan_class
        for p, rel, width in self.plans():
            names = [f"c{n}" for n in range(width)]
            data = p.bytes(rel, names)
            message = plan_class().FromString(data)
            wanted = self.query(data)
            self.assertEqual((wanted.returncode, wanted.stderr), (0, ""))
            for text in (json.dumps(parts(p, rel, names)),
                         json_format.MessageToJson(message),
                         "\n\t " + json_format.MessageToJson(
                             message, preserving_proto_field_name=True),
                         json_format.MessageToJson(
                             message, use_integers_for_enums=True,
                             indent=None)):
                done = self.query(text)
                self.assertEqual((done.returncode, done.stderr), (0, ""), text)
                # Groups come in no order.
                self.assertEqual(sorted(done.stdout.splitlines()),
                                 sorted(wanted.stdout.splitlines()))

    def test_explain(self):
        p = Plan()
        rel = where(t(), p.equal(ref(S), lit(string="abc")))
        names = [f"c{n}" for n in range(7)]
        for form in ("text", "dot", "sql"):
            both = [self.query(plan, "explain", "--format", form)
                    for plan in (p.bytes(rel, names),
                                 json.dumps(parts(p, rel, names)))]
            self.assertEqual(both[0].returncode, 0, both[0].stderr)
            self.assertEqual(both[0].stdout, both[1].stdout)

    def test_our_messages(self):
        def own(name, rel, **fields):
            return {"extension_single": {
                "input": rel, "detail": {"@type": OURS + name, **fields}}}

        rel = own("RowIndex", own("Sample", columns(t(), K), fraction=1,
                                  seed="7"))
        done = self.query(json.dumps(parts(Plan(), rel, ["k", "i"])))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(sorted(json.loads(line)["i"]
                                for line in done.stdout.splitlines()),
                         list(range(6)))


class Wrong(Case):
    def test_values(self):
        def with_literal(**value):
            return json.dumps(parts(Plan(), project(
                t(), lit(**value), keep=[7]), ["c"]))

        path = "relations[0].root.input.project.expressions[0].literal."
        for value, words in (
                ({"i64": "x"}, ["i64: an integer"]),
                ({"i64": "12x"}, ["i64: an integer"]),
                ({"i64": ""}, ["i64: an integer"]),
                ({"i64": " 1"}, ["i64: an integer"]),
                ({"i64": 1.5}, ["i64: an integer"]),
                ({"i64": True}, ["i64: an integer"]),
                ({"i64": str(1 << 63)}, ["i64: an integer"]),
                ({"i32": 1 << 31}, ["i32: the number is past"]),
                ({"boolean": 1}, ["boolean: true or false"]),
                ({"string": 5}, ["string: a text"]),
                ({"fp64": "x"}, ["fp64: a number"]),
                ({"fp32": 1e300}, ["fp32: the number is past"]),
                ({"binary": "a"}, ["binary: bytes in base64"]),
                ({"binary": "ab!d"}, ["binary: bytes in base64"]),
                ({"nullable": "true", "i64": 1}, ["nullable: true or false"]),
                ({"i65": 1}, ["i65: a field that is not known"]),
                ({"list": []}, ["list: an object"]),
                ({"list": {"values": {}}}, ["list.values: an array"])):
            with self.subTest(value):
                self.wrong(with_literal(**value), path + words[0])

    def test_forms(self):
        self.wrong('{"relations": [{"root": {"names": ["a"}]}', "line 1")
        self.wrong('{"relations": [], "relations": []}', "duplicate")
        self.wrong('{"version": {"minorNumber": 1}, "version": {}}',
                   "duplicate")
        self.wrong('{"version": {"minorNumber": 1, "minor_number": 2}}')
        self.wrong("{}")
        self.wrong('{"relations": {"root": {}}}', "relations: an array")
        self.wrong('{"relations": [5]}', "relations[0]: an object")
        self.wrong('{"relations": [{"root": {"input": {"join": {"type": '
                   '"JOIN_TYPE_NONE"}}}}]}', "input.join.type: a value")
        self.wrong('{"advancedExtensions": {"enhancement": {}}}',
                   "enhancement: \"@type\" is missing")
        for type_ in ("x", "Plan", OURS, OURS + "Nothing",
                      "type.googleapis.com/substrait.Plan"):
            self.wrong('{"advancedExtensions": {"enhancement": '
                       f'{{"@type": "{type_}"}}}}}}', "not known here")

    def test_twice(self):
        """A run has one plan."""
        path = str(self.folder / "plan.pb")
        done = self.query(Plan().bytes(t(), list("abcdefg")), "query",
                          "--plan", path)
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("--plan is there twice", done.stderr)

    def test_levels(self):
        """Deeper than any plan, and than the C stack must bear."""
        one = '{"filter": {"input": '
        for depth in (600, 1500, 200000):
            self.wrong('{"relations": [{"rel": ' + one * depth + "{}"
                       + "}}" * depth + "}]}")

    def test_truncated(self):
        p = Plan()
        text = json.dumps(parts(p, where(t(), p.equal(ref(K), lit(i64=2))),
                                list("abcdefg")))
        for end in range(1, len(text), max(1, len(text) // 40)):
            done = self.query(text[:end])
            self.assertEqual(done.returncode, 125, text[:end])
            self.assertTrue(done.stderr)


del Plans

if __name__ == "__main__":
    unittest.main()
