"""Relational operations over nested values and the types that came later, as
JSON in and JSON out, against plain Python."""

import collections
import json
import unittest

from script import END, Case, has_lists, needs_guests, start

ROWS = [{"id": i, "k": k, "xs": xs} for i, (k, xs) in enumerate([
    ({"a": 1, "b": "x"}, [1, 2]), ({"a": 1, "b": "x"}, []),
    ({"a": 1, "b": None}, None), (None, [3, None]),
    ({"a": None, "b": ""}, [1, 2]), ({"a": 2, "b": "日本"}, [None]),
    (None, [1, 2]), ({"a": 1, "b": "x"}, [7])])]

needs_lists = unittest.skipUnless(has_lists(), "no columns of lists yet")


def text(value):
    return json.dumps(value, sort_keys=True)


@needs_guests
@needs_lists
class Nested(Case):
    def run_on(self, *steps, threads=2):
        self.file("t.jsonl", "".join(json.dumps(row) + "\n" for row in ROWS))
        done = start(["read", "t", *steps, "show"],
                     ["--format", "jsonl", "--threads", threads, "--table",
                      "t=t.jsonl"], self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""), steps)
        return [json.loads(line) for line in
                done.stdout.decode().split("\n")[:-1]]

    def same(self, got, want):
        self.assertEqual(sorted(map(text, got)), sorted(map(text, want)))

    def test_distinct_and_sets(self):
        for column in ("k", "xs"):
            once = {text(row[column]): row[column] for row in ROWS}
            want = [{column: v} for v in once.values()]
            self.same(self.run_on("select", column, END, "distinct", END),
                      want)
            got = self.run_on("distinct", column, END)
            self.same([{column: row[column]} for row in got], want)
            self.assertLessEqual(set(map(text, got)), set(map(text, ROWS)))
            base = ["select", column, END, "as", "l", "read", "t", "filter",
                    "id < 4", "select", column, END, "as", "r", "use", "l"]
            left = collections.Counter(text(row[column]) for row in ROWS)
            right = collections.Counter(text(row[column])
                                        for row in ROWS[:4])
            for operation, count in (("union-all", left + right),
                                     ("intersect-all", left & right),
                                     ("except-all", left - right)):
                self.same(self.run_on(*base, "combine", "r", operation,
                                      "by-position"),
                          [{column: json.loads(v)} for v in count.elements()])

    def test_joins(self):
        for column in ("k", "xs"):
            for kind in ("inner", "full", "semi"):
                got = self.run_on(
                    "rename", "id", "j", END, "select", column, "j", END,
                    "as", "r", "read", "t", "select", column, "id", END,
                    "join-using", "r", kind, column, END)
                pairs = [(a, b) for a in ROWS for b in ROWS
                         if a[column] is not None and
                         text(a[column]) == text(b[column])]
                want = [{column: a[column], "id": a["id"], "j": b["id"]}
                        for a, b in pairs]
                if kind == "full":
                    for row in ROWS:
                        if row[column] is None:
                            want += [{column: None, "id": row["id"],
                                      "j": None},
                                     {column: None, "id": None,
                                      "j": row["id"]}]
                if kind == "semi":
                    want = [{column: r[column], "id": r["id"]} for r in ROWS
                            if r[column] is not None]
                with self.subTest(column, kind=kind):
                    self.same(got, want)

    def test_groups(self):
        groups = {}
        for row in ROWS:
            groups.setdefault(text(row["k"]), []).append(row)
        got = self.run_on(
            "sort", "id", END, "group", "k", END, "measure", "first(xs) as f",
            "max_by(xs, id) as m", "list(xs) as l", "count(distinct xs) as d",
            "count(xs) as n", END)
        self.same(got, [{
            "k": json.loads(k), "f": some[0]["xs"], "m": some[-1]["xs"],
            "l": [row["xs"] for row in some],
            "d": len({text(row["xs"]) for row in some
                      if row["xs"] is not None}),
            "n": sum(row["xs"] is not None for row in some)}
            for k, some in groups.items()])
        got = self.run_on("rollup", "k", END, "measure", "count(*) as n",
                          "grouping(k) as g", END)
        self.same(got, [{"k": json.loads(k), "n": len(some), "g": 0}
                        for k, some in groups.items()] +
                  [{"k": None, "n": len(ROWS), "g": 1}])

    def test_rows(self):
        got = self.run_on("row-index", "i", "as", "r", "read", "t", "rename",
                          "id", "a", "k", "b", "xs", "c", END, "zip", "r",
                          threads=1)
        self.assertEqual(got, [{
            "a": row["id"], "b": row["k"], "c": row["xs"], **row, "i": i}
            for i, row in enumerate(ROWS)])
        samples = [self.run_on("sample", 0.5, "once", 3, threads=threads)
                   for threads in (1, 2)]
        self.same(*samples)
        self.assertLessEqual(set(map(text, samples[0])), set(map(text, ROWS)))
        got = self.run_on("with", "ys", "xs", "drop-columns", "k", END,
                          "unpivot", "n", "v", "ys", "xs", END)
        self.same(got, [{"id": row["id"], "n": n, "v": row["xs"]}
                        for row in ROWS for n in ("ys", "xs")])

    def test_explode(self):
        got = self.run_on("explode", "xs", "outer", "at")
        want = []
        for row in ROWS:
            items = list(enumerate(row["xs"] or [])) or [(None, None)]
            want += [{"id": row["id"], "k": row["k"], "at": at, "xs": x}
                     for at, x in items]
        self.same(got, want)

    def test_describe(self):
        got = self.run_on("describe", END)
        self.assertEqual([(row["column"], row["count"], row["nulls"],
                           row["min"]) for row in got],
                         [("id", 8, 0, "0"), ("k", 6, 2, None),
                          ("xs", 7, 1, None)])


if __name__ == "__main__":
    unittest.main()
