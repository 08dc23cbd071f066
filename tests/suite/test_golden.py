"""The golden programs (tests/golden/README.md): every language gives the same
bytes, on one thread and on two, and the rows that Python computes."""

import base64
import collections
import csv
import datetime
import decimal
import io
import itertools
import json
import os
import random
import shutil
import subprocess
import unittest

from script import BIN, BUILD, ENGINE, SOURCE, Case

from test_components import components

D = decimal.Decimal
# Compiled programs, Go's above all, are kept for the next run.
CACHE = BUILD / "tests/golden/cache"
# Why a language may be missing here. Without a reason, it must be there.
LANGUAGES = {
    "c": shutil.which("clang-14"),
    "cpp": shutil.which("clang++-14")
    and os.path.exists("/usr/lib/wasm32-wasi/libc++.a"),
    "go": shutil.which("go"),
    # Where the build found a compiler with the target it made the examples.
    "rust": (BUILD / "examples/rust/hello.wasm").exists(),
}
HERE = [name for name, there in LANGUAGES.items() if there]
PROGRAMS = sorted(path.stem for path in (SOURCE / "tests/golden/c").iterdir())


def program(language, name):
    return BUILD / "tests/golden" / language / f"{name}.wasm"


@unittest.skipUnless(LANGUAGES["c"], "no C guests here: clang-14 is missing")
class Golden(Case):
    languages = HERE
    threads = ("1", "2")

    def runs(self, name, *arguments, tables=(), form="jsonl"):
        """What every language prints, which is the same."""
        grants = [part for table, file in tables
                  for part in ("--table", f"{table}={file}")]
        outputs = {}
        for language, threads in itertools.product(self.languages,
                                                   self.threads):
            done = subprocess.run(
                [BIN, "run", "--quiet", *ENGINE, "--format", form,
                 "--threads", threads, *grants, program(language, name), *arguments],
                cwd=self.folder, stdin=subprocess.DEVNULL, timeout=300,
                env=dict(os.environ, WASI_DATA_CACHE=CACHE),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stderr), (0, b""),
                             (language, name))
            outputs[language, threads] = done.stdout
        first, output = next(iter(outputs.items()))
        for other, text in outputs.items():
            with self.subTest(first=first, other=other):
                self.compare(text.splitlines(), output.splitlines())
        return output.decode()

    def rows(self, *arguments, **more):
        """The same as lists of values, numbers with a point as decimals."""
        return [list(json.loads(line, parse_float=D).values())
                for line in self.runs(*arguments, **more).splitlines()]

    def compare(self, rows, want):
        """As assertEqual, which takes minutes to tell how long lists differ."""
        for number, (row, wanted) in enumerate(zip(rows, want)):
            self.assertEqual(row, wanted, f"row {number}")
        self.assertEqual(len(rows), len(want))

    def table(self, name, columns, rows, names=None):
        """A CSV file; `columns` says the types."""
        def cell(value):
            if isinstance(value, str):
                return '"' + value.replace('"', '""') + '"'
            return r"\N" if value is None else str(value)
        names = names or ",".join(
            column.split()[0] for column in columns.split(", "))
        self.file(f"{name}.csv", names + "\n" + "".join(
            ",".join(map(cell, row)) + "\n" for row in rows))
        return name, (f"{name}.csv,header=true,delimiter=comma,null=\\N,"
                      f"columns=({columns})")


class Languages(Golden):
    def test_all_programs_are_there(self):
        for language in HERE:
            for name in PROGRAMS:
                self.assertTrue(program(language, name).exists(),
                                f"{language}/{name} was not built")

    def test_components(self):
        """Each is a component of the contract."""
        if os.environ.get("WD_SKIP_COMPONENTS"):
            self.skipTest("WD_SKIP_COMPONENTS is set")
        subprocess.run([SOURCE / "scripts/deps", "components"], check=True,
                       stdout=subprocess.DEVNULL)
        files = [program(language, name) for language in HERE
                 for name in PROGRAMS + ["operations"] * (language != "c")]
        for file, answer in components(files).items():
            with self.subTest(file):
                self.assertIsNone(answer["error"])


def last(value):
    """A key of a sort: nulls last."""
    return (value is None, value if value is not None else 0)


class Joins(Golden):
    def play(self, orders, customers):
        def band(amount):
            if amount is None:
                return None
            return ("small" if amount < 100 else
                    "medium" if amount < 1000 else "large")
        tables = [
            self.table("orders", "id i64, customer string, amount i64",
                       orders),
            self.table("customers", "customer string, city string",
                       customers)]
        pairs = [(o, c) for o in orders for c in customers
                 if o[1] is not None and o[1] == c[0]]
        left = [o for o in orders if not any(o is p[0] for p in pairs)]
        right = [c for c in customers if not any(c is p[1] for p in pairs)]
        inner = [[o[1], o[0], o[2], band(o[2]), c[1]] for o, c in pairs]
        only_left = [[o[1], o[0], o[2], band(o[2]), None] for o in left]
        only_right = [[c[0], None, None, None, c[1]] for c in right]
        matched = [[*o, band(o[2])] for o in orders
                   if not any(o is other for other in left)]
        want = {
            "inner": inner, "left": inner + only_left,
            "right": inner + only_right,
            "full": inner + only_left + only_right,
        }
        for kind, rows in want.items():
            rows.sort(key=lambda r: (last(r[1]), last_text(r[0]),
                                     last_text(r[4])))
            with self.subTest(kind):
                self.compare(self.rows("joins", kind, tables=tables), rows)
        for kind, rows in (("semi", matched),
                           ("anti", [[*o, band(o[2])] for o in left])):
            with self.subTest(kind):
                self.compare(self.rows("joins", kind, tables=tables),
                             sorted(rows, key=lambda r: r[0]))
        with self.subTest("cross"):
            cross = sorted([[o[0], c[1]] for o in orders for c in customers],
                           key=lambda r: (r[0], last_text(r[1])))
            self.compare(self.rows("joins", "cross", tables=tables), cross)

    def test_joins(self):
        chance = random.Random(3)
        names = ["ada", "bob", "cyd", "d\u00e9d\u00e9", "", "Eve", None]
        orders = [[i, chance.choice(names),
                   chance.choice([None, 0, 99, 100, 999, 1000, -5])]
                  for i in range(60)]
        customers = [["ada", "Paris"], ["ada", "London"], ["bob", None],
                     ["d\u00e9d\u00e9", "Z\u00fcrich"], ["", "Nowhere"],
                     ["fay", "Oslo"], [None, "Rome"]]
        self.play(orders, customers)

    def test_no_match(self):
        self.play([[1, "a", 5]], [["b", "c"]])


def last_text(value):
    return (value is None, value.encode() if value is not None else b"")


class Aggregates(Golden):
    def expected(self, rows):
        groups = collections.defaultdict(list)
        for row in rows:
            groups[row[0]].append(row)

        def known(values):
            return [v for v in values if v is not None]

        def user(group):
            items = sorted((-price, item.encode()) for _, item, price, _ in
                           group if item is not None and price is not None)
            several = known(row[3] for row in group)
            return [items[0][1].decode() if items else None,
                    max(several) - min(several) if several else None]

        def total(values):
            values = known(values)
            return sum(values) if values else None
        lines = []
        for shop in sorted(groups, key=str.encode):
            g = groups[shop]
            lines.append([shop, len(g), total(r[3] for r in g),
                          total(r[2] for r in g),
                          sum(r[3] is not None and r[3] > 1 for r in g),
                          *user(g)])
        for shop in sorted(groups, key=str.encode):
            g = groups[shop]
            items = known(r[1] for r in g)
            lines.append([shop, max(items, key=str.encode) if items else None,
                          total(r[2] for r in g), total(r[3] for r in g)])
        return lines + [user(rows)]

    COLUMNS = "shop string, item string, price decimal(10,2), quantity i64"

    def play(self, rows):
        table = self.table("sales", self.COLUMNS, rows)
        self.compare(self.rows("aggregates", tables=[table]),
                     self.expected(rows))

    def test_aggregates(self):
        chance = random.Random(4)
        items = ["lamp", "chair", "d\u00e9sk", "", "Table", None]
        prices = [D("1.50"), D("0.01"), D("99999.99"), D("-3.25"), None]
        self.play([[chance.choice(["north", "south", "\u00f8st"]),
                    chance.choice(items), chance.choice(prices),
                    chance.choice([1, 2, 7, 0, None])] for _ in range(500)] +
                  [["nothing", None, None, None]])

    def test_many_groups(self):
        chance = random.Random(5)
        self.play([[f"shop {chance.randrange(3000)}", f"i{i % 7}",
                    D(chance.randrange(10 ** 6)).scaleb(-2), i % 5]
                   for i in range(20000)])


    def test_no_rows(self):
        table = self.table("sales", self.COLUMNS, [])
        self.assertEqual(self.rows("aggregates", tables=[table]),
                         [[None, None]])


class Partitions(Golden):
    def test_partitions(self):
        rows = range(10000)
        want = [[len(rows), sum(rows)]]
        for k in range(7):
            group = sorted((i for i in rows if i % 7 == k), reverse=True)
            want += [[k, place + 1, group[place]] for place in range(3)]
        want += [[k, 1, sum(i % 7 == k for i in rows)] for k in range(7)]
        self.assertEqual(self.rows("partitions"), want + [[0]])


class Types(Golden):
    @staticmethod
    def expected(i):
        ms = datetime.timedelta(milliseconds=i * 86400000001 - 5000000000000)
        when = datetime.datetime(1970, 1, 1) + ms
        us = datetime.datetime(1970, 1, 1) + datetime.timedelta(
            microseconds=i * 86400000000 + 1)
        day = datetime.date(2000, 1, 1) - datetime.timedelta(days=i * 1000)
        text = f"text {i} \u00e9"
        values = [i, i % 3 == 0, i - 100, i * -150, i * -10 ** 7,
                  i * -4 * 10 ** 16, i + 50, i * 300, i * 2 * 10 ** 7,
                  i * 9 * 10 ** 16, D(i) / 4, D(i) / -8,
                  D(i * 10 ** 15 - 1).scaleb(-3), day, when, us, text,
                  text.encode()[:i % 4]]
        return [None if c and (i + c) % 5 == 0 else value
                for c, value in enumerate(values)]

    @staticmethod
    def read(values):
        def time(text):
            return text and datetime.datetime.fromisoformat(
                text.removesuffix("+00"))
        *rest, date, ms, us, text, data = values
        return [*rest, date and datetime.date.fromisoformat(date), time(ms),
                time(us), text, None if data is None else
                base64.b64decode(data)]

    def test_types(self):
        rows = [self.read(row) for row in self.rows("types")]
        # The calendar of Python ends at the year 1.
        self.assertEqual(rows, [self.expected(i) for i in range(200)])
        self.runs("types", form="csv")


class Nested(Golden):
    languages = [name for name in HERE if program(name, "nested").exists()]

    @staticmethod
    def carts(count):
        pick = random.Random(6)

        def maybe(make):
            return None if pick.random() < 0.2 else make()

        def several(make):
            return maybe(lambda: [maybe(make)
                                  for _ in range(pick.randrange(4))])

        def item():
            return {"name": maybe(lambda: pick.choice(
                        ["", "cup", "p\u00e9n", "\u65e5", "x" * 300])),
                    "sizes": several(lambda: pick.randrange(-9, 2 ** 40))}
        return [{"id": i, "items": several(item), "gift": maybe(item),
                 "tags": maybe(lambda: {
                     key: maybe(lambda: pick.choice(["", "r\u00e9d", "new"]))
                     for key in "abc"[:pick.randrange(4)]})}
                for i in range(count)]

    @staticmethod
    def summary(cart):
        items = cart["items"]
        there = [item for item in items or [] if item]
        every = there + [item for item in [cart["gift"]] if item]
        return [
            cart["id"],
            items if items is None else [item["name"] for item in there],
            sum(size or 0 for item in every for size in item["sizes"] or []),
            max(every, key=lambda item: len(item["sizes"] or []),
                default=None),
            cart["tags"] and {
                key: None if value is None else len(value.encode())
                for key, value in cart["tags"].items()},
            items if items is None else [len(items), items.count(None)]]

    ITEM = "struct<name string, sizes list<i64>>"
    COLUMNS = (f"id i64, items list<{ITEM}>, gift {ITEM}, "
               "tags map<string, string>")

    @classmethod
    def cell(cls, value):
        """As the engine casts text to nested values."""
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            return f"[{', '.join(map(cls.cell, value))}]"
        if isinstance(value, dict):
            sign = ": " if "name" in value else "="
            return "{" + ", ".join(f"{key}{sign}{cls.cell(member)}"
                                   for key, member in value.items()) + "}"
        return "NULL" if value is None else str(value)

    def carts_table(self, carts):
        return self.table("carts", self.COLUMNS, [
            [value if value is None else self.cell(value)
             for value in cart.values()] for cart in carts],
            "id,items,gift,tags")

    def play(self, carts):
        table = self.carts_table(carts)
        want = [self.summary(cart) for cart in carts]
        count = collections.Counter(
            name for row in want for name in row[1] or [])
        want += [list(pair) for pair in sorted(
            count.items(), key=lambda p: (-p[1], last_text(p[0])))]
        self.compare(self.rows("nested", tables=[table]), want)

    def test_nested(self):
        self.play(self.carts(3000))

    def test_nothing_but_nulls(self):
        self.play([{"id": i, "items": None, "gift": None, "tags": None}
                   for i in range(3)])

    def test_empty(self):
        self.play([{"id": 0, "items": [], "gift": None, "tags": {}}])
        self.play([])


class Text(Golden):
    def play(self, texts):
        table = self.table("texts", "id i64, text string", enumerate(texts))
        want = [[i, None, None, None] if text is None else
                [i, len(text.encode()), len(text), text[::-1]]
                for i, text in enumerate(texts)]
        count = collections.Counter(itertools.chain(*filter(None, texts)))
        want += [list(pair) for pair in sorted(
            count.items(), key=lambda p: (-p[1], p[0].encode()))]
        self.compare(self.rows("text", tables=[table]), want)

    def test_texts(self):
        self.play(["plain", "", None, "na\u00efve caf\u00e9", "\u65e5\u672c\u8a9e",
                   "\U0001f600\U0001f3fd and more", "\u0000zero\u0000", "\ufeff",
                   "e\u0301 combined", "\U0010ffff\uffff\u07ff\u0800",
                   "tab\tline\nquote\"'\\", None, "x" * 100000])

    def test_nulls_and_empty_texts_only(self):
        self.play(["", None, ""])

    def test_no_rows(self):
        """A table that has columns and no rows."""
        self.play([])


class Functions(Golden):
    """Functions of any number and type of arguments, by name."""

    def test_functions(self):
        lines = self.runs("functions").splitlines()
        want = []
        for i in range(5):
            down = None if i == 3 else 4 - i
            want.append({
                "id": i, "l": i if down is None else max(i, down),
                "t": max(str(i), "2"),
                "s": None if down is None else i + down + 100, "one": i,
                "p": i ** 3, "k": 7 * i})
        self.compare([json.loads(line) for line in lines[:5]], want)
        self.assertEqual(lines[5:], ["refused"] * 4 + ["taken"])


class Kinds(Golden):
    """Enumerations and unions."""

    COLORS = ["red", "it's", "gr\u00fcn"]

    def turned(self, i):
        word = f"w{i}" if i % 5 else ""
        return {"id": i, "color": self.COLORS[(i + 1) % 3] if i % 7 else None,
                "size": {"number": len(word)} if i % 2
                else {"word": str(i * 5)},
                "was": "word" if i % 2 else "number"}

    def test_kinds(self):
        got = [json.loads(line) for line in self.runs("kinds").splitlines()]
        order = [*self.COLORS, None].index
        want = sorted(map(self.turned, range(60)),
                      key=lambda row: (order(row["color"]), row["id"]))
        self.compare(got[:60], want)
        self.compare(got[60:], [
            {"was": was, "n": 30, "color": self.COLORS[-1]}
            for was in ("number", "word")])
        self.runs("kinds", form="csv")


class Types(Golden):
    """Registered types."""

    def test_money(self):
        some = random.Random(6)
        prices = [(i, None if i % 11 == 3 else
                   f"{some.randrange(9)}.{some.randrange(4) * 25:02} "
                   f"{some.choice(['EUR', 'USD', 'CHF'])}")
                  for i in range(200)]

        def key(text):
            if text is None:
                return (1, "", 0)
            amount, currency = text.split()
            return (0, currency, D(amount))

        def twice(text):
            amount, currency = text.split()
            return f"{D(amount) * 2} {currency}"

        lines = self.runs("money", tables=[
            self.table("prices", "id i64, price string", prices)]).splitlines()
        rows = [json.loads(line) for line in lines[:-4]]
        want = [{"id": i, "price": text, "twice": text and twice(text),
                 "dear": text and key(text) > key("5.00 EUR")}
                for i, text in sorted(prices, key=lambda p: (key(p[1]), p[0]))]
        groups = {}
        for i, text in prices:
            groups.setdefault(text, []).append(i)
        want += [{"price": text, "n": len(ids), "least": min(ids)}
                 for text, ids in sorted(groups.items(),
                                         key=lambda g: key(g[0]))]
        there = sorted((text for _, text in prices if text), key=key)
        want.append({"lowest": there[0], "highest": there[-1]})
        want += [{"d": (i * i + 4 * i * i) ** 0.5} for i in range(4)]
        self.compare(rows, want)
        self.assertEqual(lines[-4:], ["refused"] * 4)


class Tables(Golden):
    """Table functions by name."""

    def test_tables(self):
        some = random.Random(5)
        words = ["a", "be", "see", "deer", "Gr\u00fc\u00dfe", "\U0001f600", "oo"]
        texts = [(i, None if i % 17 == 3 else " " * (i % 3) + " ".join(
            some.choices(words, k=some.randrange(9)))) for i in range(400)]
        split = {i: [word for word in (text or "").split(" ") if word]
                 for i, text in texts}
        rows = self.rows("tables", tables=[
            self.table("texts", "id i64, text string", texts)])
        want = sorted([i, word] for i, found in split.items()
                      for word in found)
        self.compare(rows[:len(want)], want)
        del rows[:len(want)]
        want = sorted(([i, word] for i, found in split.items()
                       for word in found or [None]),
                      key=lambda row: (row[0], last(row[1]) if row[1] is None
                                       else (False, row[1])))
        self.compare(rows[:len(want)], want)
        del rows[:len(want)]
        self.compare(rows[:5], [["be"], ["or"], ["to"], [1000, 499500], [5]])
        self.compare(rows[5:], [
            [i, word, place] for i, found in split.items()
            for place, word in enumerate(
                sorted(found, key=lambda word: (-len(word), word))[:2])])


class Errors(Golden):
    CODES = {"granted": 0, "sink": 0, "syntax": 3, "expression": 3,
             "overflow": 9, "column": 2, "type": 4, "lambda": 8, "trap": 8,
             "cast": 9, "ambiguous": 3, "condition": 2}

    def test_errors(self):
        lines = self.runs("errors").splitlines()
        self.assertEqual(lines, [f"{name}: {code} as it should be"
                                 for name, code in self.CODES.items()] + ["9"])

    def test_one_that_is_not_looked_at(self):
        """Ends the program, with the message first and exit code 125."""
        for language in self.languages:
            done = subprocess.run(
                [BIN, "run", "--quiet", *ENGINE, program(language, "errors"),
                 "uncaught"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=dict(os.environ, WASI_DATA_CACHE=CACHE), timeout=300)
            self.assertEqual((done.returncode, done.stdout), (125, b""))
            self.assertEqual(done.stderr.decode().splitlines()[0],
                             "wasi-data: map lambda: row 5 is bad", language)


class Examples(Golden):
    """Those that the examples are already; test_examples.py knows their rows."""

    languages = [name for name in HERE
                 if (BUILD / "examples" / name).exists()]

    def same(self, name, *options):
        outputs = {}
        for language in self.languages:
            done = subprocess.run(
                [BIN, "run", "--quiet", *ENGINE, "--format", "csv",
                 *options[:-1],
                 BUILD / "examples" / language / f"{name}.wasm", *options[-1]],
                cwd=self.folder, env=dict(os.environ, WASI_DATA_CACHE=CACHE),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
            self.assertEqual((done.returncode, done.stderr), (0, b""),
                             (language, name))
            outputs[language] = done.stdout.decode()
        self.assertEqual(set(outputs.values()), {outputs["c"]})
        return outputs["c"]

    def test_every_language_has_every_example(self):
        names = {path.stem for path in (SOURCE / "examples/c").iterdir()}
        for language in self.languages:
            built = {path.stem for path in
                     (BUILD / "examples" / language).glob("*.wasm")}
            self.assertLessEqual(names, built, language)

    def test_hello_and_rows(self):
        self.same("hello", ())
        self.same("rows", ())

    def test_iterative(self):
        self.assertEqual(self.same("kmeans", ("3000",)).count("\n"), 5)

    def test_wordcount(self):
        text = "the cat; The CAT\u00e9 sat.\n\n\u65e5\u672c x1y2\n" * 500
        self.file("t.txt", text)
        output = self.same("wordcount", "--table", "lines=t.txt", ())
        self.assertEqual(output.splitlines()[1:3], ["cat,1000", "the,1000"])

    def test_flights(self):
        airports = self.table(
            "airports", "iata string, name string, state string",
                   [["AAA", "A, \"a\"", "TX"], ["BBB", "B", "NY"],
                    ["TOOLONG", "L", "NY"]])
        flights = self.table(
            "flights", "origin string, destination string, delay i64",
                   [["AAA", "BBB", 5], ["AAA", "AAA", None], ["BBB", "ZZZ", -1],
                    ["TOOLONG", "AAA", 7], ["ZZZ", "AAA", 1]] * 100)
        output = self.same("flights", "--table", "=".join(flights),
                           "--table", "=".join(airports), ())
        rows = list(csv.reader(io.StringIO(output)))
        self.assertEqual([row[0] for row in rows[2:]],
                         ["AAA", "BBB", "TOOLONG"])


if __name__ == "__main__":
    unittest.main()
