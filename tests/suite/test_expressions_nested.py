"""Expressions over lists, maps and structs: the table of docs/expressions.md,
and random rows against plain Python."""

import itertools
import json
import random
import re
import unittest

from script import END, SOURCE, Case, needs_guests, start

PAGE = (SOURCE / "docs/expressions.md").read_text()
PAGE = PAGE[PAGE.index("### Lists, maps and structs"):]
PAGE = PAGE[:PAGE.index("| aggregate |")]

# Values from few, so that they meet each other.
INTEGERS = [None, 0, 1, 2, 3, 9, 2**53, 2**62]
TEXTS = [None, "", "a", "日本", "a,b", "Z"]


def element(xs, i):
    if xs is None or i is None:
        return None
    if i < 0:
        i += len(xs) + 1
    return xs[i - 1] if 1 <= i <= len(xs) else None


def first_last(xs, first, last):
    """Both counted from 1, or back from the end."""
    if None in (first, last):
        return None
    n = len(xs)
    first = first + n + 1 if first < 0 else first
    last = last + n + 1 if last < 0 else last
    return xs[max(first, 1) - 1:max(last, 0)]


def in_order(xs, descending=False):
    some = sorted((x for x in xs if x is not None), reverse=descending)
    return some + [None] * (len(xs) - len(some))


def there(xs):
    return [x for x in xs if x is not None]


# Expression, oracle, the column whose null makes it null (or none).
CASES = [
    ("xs[1]", lambda r: element(r["xs"], 1), "xs"),
    ("xs[i]", lambda r: element(r["xs"], r["i"]), "xs"),
    ("ts[-1]", lambda r: element(r["ts"], -1), "ts"),
    ("ys[1][2]", lambda r: element(element(r["ys"], 1), 2), "ys"),
    ("k.a", lambda r: r["k"]["a"], "k"),
    ("k.xs[2]", lambda r: element(r["k"]["xs"], 2), "k"),
    ("K.A", lambda r: r["k"]["a"], "k"),
    ("list_length(xs)", lambda r: len(r["xs"]), "xs"),
    ("size(ys)", lambda r: len(r["ys"]), "ys"),
    ("list_contains(xs, i)",
     lambda r: None if r["i"] is None else r["i"] in r["xs"], "xs"),
    ("list_contains(ts, 'a')", lambda r: "a" in r["ts"], "ts"),
    ("list_position(xs, 2)",
     lambda r: r["xs"].index(2) + 1 if 2 in r["xs"] else 0, "xs"),
    ("list_sort(xs)", lambda r: in_order(r["xs"]), "xs"),
    ("list_sort(ts)",
     lambda r: in_order(r["ts"]), "ts"),
    ("list_sort_desc(xs)", lambda r: in_order(r["xs"], True), "xs"),
    ("reverse(ts)", lambda r: r["ts"][::-1], "ts"),
    ("list_distinct(xs)", lambda r: in_order(set(r["xs"])), "xs"),
    ("list_concat(xs, xs)", lambda r: r["xs"] * 2, "xs"),
    ("ts || ['q', null]", lambda r: r["ts"] + ["q", None], "ts"),
    ("list_append(xs, i)", lambda r: r["xs"] + [r["i"]], "xs"),
    ("flatten(ys)", lambda r: sum(there(r["ys"]), []), "ys"),
    ("list_min(xs)", lambda r: min(there(r["xs"]), default=None), "xs"),
    ("list_max(ts)", lambda r: max(there(r["ts"]), default=None), "ts"),
    ("list_join(ts, '+')", lambda r: "+".join(there(r["ts"])), "ts"),
    ("[i, 7, null]", lambda r: [r["i"], 7, None], ""),
    ("[xs, null][1]", lambda r: r["xs"], "xs"),
    ("map(['k', 'l'], [i, 3])['k']", lambda r: r["i"], ""),
    ("map_values(map([1, 2], [i, 3]))", lambda r: [r["i"], 3], ""),
    ("xs = list_sort(xs)", lambda r: r["xs"] == in_order(r["xs"]), "xs"),
    ("xs is null", lambda r: r["xs"] is None, ""),
    ("xs in ([1], [1, null])", lambda r: r["xs"] in ([1], [1, None]), "xs"),
    ("case when len(xs) > 2 then xs else [0] end",
     lambda r: r["xs"] if len(r["xs"] or []) > 2 else [0], ""),
    ("transform(xs, x -> coalesce(x, -1) + coalesce(i % 7, 0))",
     lambda r: [(-1 if x is None else x) + ((r["i"] or 0) % 7)
                for x in r["xs"]], "xs"),
    ("transform(ts, (t, n) -> t || cast(n as string))",
     lambda r: [None if t is None else f"{t}{n}"
                for n, t in enumerate(r["ts"], 1)], "ts"),
    ("transform(ys, y -> list_filter(y, x -> x in (1, 2)))",
     lambda r: [None if y is None else [x for x in y if x in (1, 2)]
                for y in r["ys"]], "ys"),
    ("list_filter(xs, x -> x % 2 = 0)",
     lambda r: [x for x in there(r["xs"]) if x % 2 == 0], "xs"),
    ("list_filter(ts, (t, n) -> t is null or n = 1)",
     lambda r: [t for n, t in enumerate(r["ts"]) if t is None or n == 0],
     "ts"),
    ("list_reduce(xs, (a, x) -> case when x > a or a is null then x else a end)",
     lambda r: max(there(r["xs"]), default=None), "xs"),
    ("reduce(ts, id, (n, t) -> n + coalesce(char_length(t), 100))",
     lambda r: r["id"] + sum(100 if t is None else len(t) for t in r["ts"]),
     "ts"),
    ("reduce(xs, '', (t, x) -> t || coalesce(cast(x as string), '-'))",
     lambda r: "".join("-" if x is None else str(x) for x in r["xs"]), "xs"),
    ("any_match(xs, x -> x = 9)",
     lambda r: (True if 9 in r["xs"] else None if None in r["xs"] else False),
     "xs"),
    ("all_match(xs, x -> x < 3)",
     lambda r: (False if any(x >= 3 for x in there(r["xs"]))
                else None if None in r["xs"] else True), "xs"),
    ("struct(i, text => ts[1])",
     lambda r: {"i": r["i"], "text": element(r["ts"], 1)}, ""),
    ("transform(map_entries(map(['k', 'l'], [i, 3])), e -> e.value)",
     lambda r: [r["i"], 3], ""),
] + [
    (f"list_slice(xs, {a}, {b})",
     lambda r, a=a, b=b: first_last(r["xs"], a, b), "xs")
    for a, b in itertools.product([1, 2, 4, -1, -3], [1, 3, 99, -1, -2])]


def some_rows(count):
    rand = random.Random(7)

    def lists(items):
        return rand.choice([None, []] + [
            [rand.choice(items) for _ in range(rand.randrange(1, 6))]] * 6)

    rows = [{"id": n, "i": rand.choice(INTEGERS), "xs": lists(INTEGERS),
             "ts": lists(TEXTS),
             "ys": rand.choice([None, []] + [
                 [lists(INTEGERS) for _ in range(rand.randrange(4))]] * 4),
             "k": rand.choice([None] + [{"a": rand.choice(TEXTS),
                                         "xs": lists(INTEGERS)}] * 4)}
            for n in range(count)]
    # So that types are found, whatever was drawn.
    rows[0].update(i=1, xs=[1], ts=["a"], ys=[[1]], k={"a": "a", "xs": [1]})
    return rows


@needs_guests
class Nested(Case):
    def values(self, rows, expressions, *before):
        """A list of each expression's values, in the order of the rows."""
        self.file("t.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        names = [f"{e} as r{i}" for i, e in enumerate(expressions)]
        done = start(["read", "t", *before, "sort", "id", END, "select",
                      *names, END, "show"],
                     ["--format", "jsonl", "--table", "t=t.jsonl"],
                     self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        got = [json.loads(line) for line in
               done.stdout.decode().split("\n")[:-1]]
        return [[row[f"r{i}"] for row in got]
                for i in range(len(expressions))]

    def test_page(self):
        row = json.loads(re.search(r"```json\n(.*?)\n```", PAGE)[1])
        cases = re.findall(r"^\| `(.*?)`(?:, (.*?))? \| `(.*?)` \|$", PAGE,
                           re.M)
        self.assertGreater(len(cases), 35)
        cases = [(text.replace(r"\|", "|"), others, want)
                 for text, others, want in cases]
        texts = [text for text, _, _ in cases]
        wants = [json.loads(want) for _, _, want in cases]
        # The other names of a function give the same.
        for text, others, want in cases:
            for other in re.findall(r"`(.*?)`", others):
                other = other.replace(r"\|", "|")
                texts.append(other if "|" in other else
                             re.sub(r"^\w+", other, text))
                wants.append(json.loads(want))
        row["m"] = 0
        got = self.values(
            [dict(row, id=0)], texts, "with", "m",
            "map(['k', 'l'], [1, null])", "with", "none",
            "cast(null as list<i64>)")
        for text, want, values in zip(texts, wants, got):
            with self.subTest(text):
                self.assertEqual(values, [want])

    def test_oracle(self):
        rows = some_rows(300)
        got = self.values(rows, [text for text, _, _ in CASES])
        for (text, oracle, reads), values in zip(CASES, got):
            want = [None if reads and row[reads] is None else oracle(row)
                    for row in rows]
            with self.subTest(text):
                self.assertEqual(values, want)

    def test_sums(self):
        rows = [{"id": 0, "xs": [1, None, 2], "fs": [0.5, 2.0]},
                {"id": 1, "xs": [], "fs": []},
                {"id": 2, "xs": None, "fs": [None, 1.5]}]
        self.assertEqual(
            self.values(rows, ["list_sum(xs)", "list_sum(fs)"]),
            [[3, None, None], [2.5, None, 1.5]])

    def test_json_numbers(self):
        """The types that docs/grants.md promises, and the cast it names."""
        for text, type in [("1 2", "i64"), ("null 2", "i64"),
                           ("-3 -2", "i64"), ("0 -2", "i64"),
                           ("9223372036854775807 -9223372036854775808", "i64"),
                           ("-1 9223372036854775808", "decimal<38,0>"),
                           ("9223372036854775808", "decimal<38,0>"),
                           ("[1] [-1]", "list<i64>"),
                           ("[1] [-1] [9223372036854775808]",
                            "list<decimal<38,0>>"),
                           ('{"a":[1]} {"a":[-1,null]} null',
                            "struct<a list<i64>>"),
                           ("0.5 -2", "fp64")]:
            self.file("n.jsonl", "".join(f'{{"n": {value}}}\n'
                                         for value in text.split()))
            done = start(["read", "n", "show"], ["--table", "n=n.jsonl"],
                         self.folder)
            self.assertEqual(done.stderr, b"")
            self.assertEqual(done.stdout.decode().split("\n")[2].strip(" │"),
                             type, text)
        rows = [{"id": 0, "n": 5}, {"id": 1, "n": -5}]
        self.assertEqual(self.values(rows, ["[7][n]", "n"]),
                         [[None, None], [5, -5]])
        # Past what is looked at.
        self.file("n.jsonl", '{"n": 1}\n{"n": -1}\n' * 15000
                  + f'{{"n": {2**63}}}\n')
        self.fails(["read", "n", "measure", "sum(n) as s", END, "show"],
                   "9223372036854775808", "column n",
                   options=["--table", "n=n.jsonl"])
        said = ["--table", "n=n.jsonl,columns=(n decimal(20,0), m string)"]
        table = self.collect("read", "n", "measure", "sum(n) as s",
                             "count(m) as m", END, options=said)
        self.assertEqual([list(map(int, row)) for row in table.rows],
                         [[2**63, 0]])

    def test_literals(self):
        rows = [{"id": 0}]
        texts = ["time '12:34:56.5'", "time '23:59:59' > time '01:00:00'",
                 "uuid '00112233-4455-6677-8899-AABBCCDDEEFF'",
                 "timestamp<9> '2000-01-31 12:00:00.123456789'",
                 "timestamp<3> '2000-01-31 12:00:00.1'",
                 "timestamp<0> '1969-12-31 23:59:58'",
                 "timestamptz '2000-01-31 12:00:00+02:00'",
                 "decimal(9,2) '1.5'", "double '-0.5'"]
        self.assertEqual(
            [v for v, in self.values(rows, texts)],
            ["12:34:56.5", True, "00112233-4455-6677-8899-aabbccddeeff",
             "2000-01-31 12:00:00.123456789", "2000-01-31 12:00:00.1",
             "1969-12-31 23:59:58", "2000-01-31 10:00:00+00", 1.5, -0.5])

    def test_enumerations(self):
        """Compared with texts as texts, among themselves in the order of their
        words; other words make them texts."""
        words = ["small", "large", "medium"]
        rows = [{"id": n, "s": words[n % 4] if n % 4 < 3 else None,
                 "t": words[n % 3]} for n in range(12)]
        e = 'cast({} as enum<"small", "large", "medium">)'
        with_enums = ["with", "e", e.format("s"), "with", "f", e.format("t"),
                      "with", "g",
                      'cast(t as enum<"medium", "large", "small", "none">)']

        def null(test):
            return [None if row["s"] is None else test(row["s"], row["t"])
                    for row in rows]

        place = words.index
        cases = {
            "e = 'large'": null(lambda s, t: s == "large"),
            "'large' <> e": null(lambda s, t: s != "large"),
            "e = 'huge'": null(lambda s, t: False),
            "e < 'medium'": null(lambda s, t: s < "medium"),
            "e in ('large', 'other')": null(lambda s, t: s == "large"),
            "e between 'l' and 'n'": null(lambda s, t: "l" <= s <= "n"),
            "e = t": null(lambda s, t: s == t),
            "e = f": null(lambda s, t: s == t),
            "e < f": null(lambda s, t: place(s) < place(t)),
            "e = g": null(lambda s, t: s == t),
            "e is distinct from 'large'": [row["s"] != "large"
                                           for row in rows],
            "case e when 'large' then 1 when 'small' then 2 end":
                [{"large": 1, "small": 2}.get(row["s"]) for row in rows],
            "coalesce(e, 'none')": [row["s"] or "none" for row in rows],
            "if(id > 5, e, f)": [row["s"] if row["id"] > 5 else row["t"]
                                 for row in rows],
            "upper(e)": null(lambda s, t: s.upper()),
            "e || '!'": null(lambda s, t: s + "!"),
            "e like 'l%'": null(lambda s, t: s[0] == "l"),
            "left(e, 2)": null(lambda s, t: s[:2]),
            "list_contains(['large'], e)": null(lambda s, t: s == "large"),
        }
        for (text, want), got in zip(
                cases.items(), self.values(rows, cases, *with_enums)):
            with self.subTest(text):
                self.assertEqual(got, want)
        options = ["--table", "t=t.jsonl"]
        table = self.collect(
            "read", "t", *with_enums, "as", "x", "read", "t", "select",
            "id as k", "t as word", END, "join", "x", "inner",
            "word = e and id < 2 and k < 3", "select", "k", "id", END, "sort",
            "k", "id", END, options=options)
        self.assertEqual(table.rows, [(0, 0), (1, 1)])
        table = self.collect(
            "read", "t", *with_enums, "select", "e", END, "distinct", ".",
            "sort", "e desc", END, "select", "cast(e as string) as e", END,
            options=options)
        self.assertEqual(table.column(), ["medium", "large", "small", None])

    def test_unions(self):
        """A struct of one field, cast: the value is that member's."""
        rows = [{"id": n, "s": str(n) if n % 2 else "x"} for n in range(4)]
        union = "union<n i64, word string>"
        cases = {
            f"cast(struct(n => id) as {union})": [{"n": n} for n in range(4)],
            f"cast(struct(N => 2.5) as {union})": [{"n": 2}] * 4,
            f"cast(struct(word => id) as {union})":
                [{"word": str(n)} for n in range(4)],
            f"cast(named_struct('word', s) as {union})":
                [{"word": row["s"]} for row in rows],
            f"try_cast(struct(n => s) as {union})":
                [{"n": int(row["s"]) if row["s"] != "x" else None}
                 for row in rows],
            f"case when id > 1 then cast(struct(n => id) as {union}) else "
            f"cast(struct(word => s) as {union}) end":
                [{"n": row["id"]} if row["id"] > 1 else {"word": row["s"]}
                 for row in rows],
            f"cast(struct(n => null) as {union})": [{"n": None}] * 4,
            f"cast(null as {union})": [{"n": None}] * 4,
        }
        for (text, want), got in zip(cases.items(), self.values(rows, cases)):
            with self.subTest(text):
                self.assertEqual(got, want)
        options = ["--table", "t=t.jsonl"]
        for value, parts in {
                f"cast(struct(other => 1) as {union})":
                    ("unknown member 'other'", "n, word"),
                f"cast(struct(n => 1, word => 'x') as {union})":
                    ("cast(struct(member => value)",),
                f"cast(struct(n => [1]) as {union})":
                    ("list<i64> cannot be cast to i64",)}.items():
            self.fails(["read", "t", "select", value, END, "show"], *parts,
                       options=options, out=None)
        self.fails(["read", "t", "select", f"cast(struct(n => s) as {union})",
                    END, "show"], "'x' is not an integer", options=options,
                   out=None)

    def test_names(self):
        """A column with a point in its name is not a field; a struct may be
        called as a join's side; a field alone gives its name."""
        row = {"id": 0, "a.b": 1, "a": {"b": 2, "c d": 3}, "left": {"x": 4}}
        self.assertEqual(
            [v for v, in self.values([row], ['"a.b"', "a.b", 'a."c d"',
                                             "(left).x"])], [1, 2, 3, 4])
        done = start(["read", "t", "select", "a.b", END, "show"],
                     ["--format", "jsonl", "--table", "t=t.jsonl"],
                     self.folder)
        self.assertEqual(done.stdout, b'{"b":2}\n')

    def test_group_and_sort_by_parts(self):
        rows = [{"id": n, "k": {"a": n % 3}, "xs": [n % 2, n]}
                for n in range(12)]
        self.file("t.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
        done = start(["read", "t", "filter", "xs[2] < 9", "group", "k.a",
                      "xs[1] as x", END, "measure", "sum(xs[2]) as s", END,
                      "sort", "a", "x", END, "show"],
                     ["--format", "jsonl", "--table", "t=t.jsonl"],
                     self.folder)
        self.assertEqual(done.stderr, b"")
        self.assertEqual(
            [json.loads(line) for line in done.stdout.splitlines()],
            [{"a": a, "x": x, "s": sum(n for n in range(9)
                                       if n % 3 == a and n % 2 == x)}
             for a in range(3) for x in range(2)])

    def test_errors(self):
        self.file("t.jsonl", json.dumps({"id": 1, "k": {"a": 1},
                                         "xs": [1]}) + "\n")
        for text, *parts in [
                ("k.q", "unknown field 'q'", "the fields are: a"),
                ("id.q", "i64 has no field 'q'", '"a.b"'),
                ("xs['a']", "element_at does not take (list<i64>, string)"),
                ("id[1]", "element_at does not take (i64, i64)"),
                ("[1, 'a']", "list_of does not take (i64, string)"),
                ("map([1, 1], [2, 3])", "unique"),
                ("map([1], [2, 3])", "align"),
                ("map([null], [2])", "NULL"),
                ("time '25:00:00'", "25:00:00"),
                ("transform(id, x -> x)", "this must be a list, not i64"),
                ("transform(xs, id)", "transform takes a lambda of one or two"
                 " variables: transform(xs, x -> x + 1)"),
                ("transform(xs, (a, b, c) -> a)", "one or two variables"),
                ("transform(xs, (a, a) -> a)", "variables have one name"),
                ("transform(xs, x -> y)", "unknown column 'y'"),
                ("transform(xs, x -> null)", "nulls of no type"),
                ("transform(xs, x -> sum(x))", "aggregates are only allowed"),
                ("transform(xs, x -> x // 0)", "division by zero"),
                ("list_reduce(xs, x -> x)", "a lambda of two variables"),
                ("reduce(xs, 1)", "a lambda of two variables"),
                ("list_reduce(xs, (a, x) -> 'q')", "the lambda gives string "
                 "from i64"),
                ("list_filter(xs, x -> x)", "must be boolean, not i64"),
                ("upper(x -> x)", "only transform, list_filter"),
                ("map_entries(xs)", "map_entries takes a map, not list<i64>"),
                ("struct(1)", "this field has no name"),
                ("struct(a => 1, A => 2)", "two fields are called 'A'"),
                ("named_struct(id, 1)", "names and values by turns"),
                ("transform(x => xs, y -> 1)", "arguments with names"),
                ("list_sum([9223372036854775807, 1])",
                 "9223372036854775808")]:
            with self.subTest(text):
                self.fails(["read", "t", "select", f"{text} as r", END,
                            "show"], *parts,
                           options=["--table", "t=t.jsonl"])


if __name__ == "__main__":
    unittest.main()
