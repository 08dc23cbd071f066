"""Types that a program registers: kept by everything that rows go through,
with texts, an order and operators of their own. The oracle is Python, and
pyarrow for files."""

import json
import subprocess
import unittest

from oracle import arrow
from script import BIN, BUILD, GUEST, Case, Failure, create, needs_guests

TYPES = ["register-type", "money", "money", "register-type", "point", "point",
         "register-operators"]
AMOUNTS = ["12.50 EUR", "3.00 EUR", "1.00 USD", "99.00 eur", None, "3.00 eur",
           "-0.50 USD", "100.00 CHF"]


def key(text):
    """How money sorts: nulls last."""
    if text is None:
        return (1, "", 0)
    amount, currency = text.split()
    return (0, currency.lower(), float(amount))


def money(amounts=AMOUNTS):
    return [*TYPES, *create([("t", "string"), ("k", "i64")],
                            [(text, i) for i, text in enumerate(amounts)]),
            "select", "cast(t as money) as m", "k", "."]


TEXT = ["select", "cast(m as string) as t", "k", "."]


@needs_guests
class NamedTypes(Case):
    def rows(self, *steps, **more):
        return self.collect(*steps, **more).rows

    def messages(self, *steps, **more):
        return [line for line in self.play("attempt", *steps, **more)
                if isinstance(line, Failure)]

    def check_failure(self, want, *steps, **more):
        messages = self.messages(*steps, "collect", **more)
        self.assertTrue(messages, steps)
        self.assertIn(want, messages[0])

    def test_texts(self):
        self.assertEqual(self.rows(*money(), *TEXT),
                         [(text, i) for i, text in enumerate(AMOUNTS)])
        self.assertEqual(self.rows(*money(["1.00 EUR"]), "select",
                                   "cast('7.25 CHF' as MONEY)::string as t",
                                   "(m.cents + 1) as c", "."),
                         [("7.25 CHF", 101)])
        self.check_failure("'12' is no money: write 12.50 EUR",
                           *money(["12"]))
        self.check_failure("try_cast knows no registered types", *money(),
                           "select", "try_cast('12' as money) as x", ".")
        self.check_failure("money cannot be cast to i64", *money(), "select",
                           "cast(m as i64) as x", ".")
        self.check_failure("unknown type 'monney'", *money(), "select",
                           "cast(k as monney) as x", ".")

    def test_order(self):
        rows = list(enumerate(AMOUNTS))
        ordered = sorted(rows, key=lambda row: (key(row[1]), row[0]))
        self.assertEqual(self.rows(*money(), "sort", "m", "k", ".", *TEXT),
                         [(text, i) for i, text in ordered])
        for condition, test in (
                ("m > '3.00 EUR'", lambda k: k > key("3.00 EUR")),
                ("m = '3.00 EUR'", lambda k: k == key("3.00 EUR")),
                ("m between '3.00 EUR' and '1.00 USD'",
                 lambda k: key("3.00 EUR") <= k <= key("1.00 USD")),
                ("m in ('3.00 EUR', '100.00 CHF')",
                 lambda k: k in (key("3.00 EUR"), key("100.00 CHF"))),
                ("m is null", None)):
            want = [i for i, text in rows
                    if (text is None if test is None
                        else text is not None and test(key(text)))]
            self.assertEqual(
                [i for i, in self.rows(*money(), "filter", condition, "select",
                                       "k", ".")], want, condition)

    def test_groups(self):
        groups = {}
        for i, text in enumerate(AMOUNTS):
            groups.setdefault(key(text), []).append(i)
        found = self.rows(*money(), "group", "m", ".", "measure",
                          "count(*) as n", "min(k) as k", "max(k) as l", ".",
                          "sort", "m", ".", "select",
                          "cast(m as string) as t", "n", "k", "l", ".")
        self.assertEqual([(key(t), n, k, l) for t, n, k, l in found],
                         [(k, len(ids), min(ids), max(ids))
                          for k, ids in sorted(groups.items())])
        found = self.rows(*money(), "distinct", "m", ".", *TEXT)
        self.assertEqual(sorted(key(t) for t, _ in found), sorted(groups))
        texts = [text for text in AMOUNTS if text]
        for threads in 1, 2:
            self.assertEqual(
                self.rows(*money(), "measure", "min(m) as a", "max(m) as b",
                          "count(distinct m) as d", "count(m) as c", ".",
                          "select", "cast(a as string) as a",
                          "cast(b as string) as b", "d", "c", ".",
                          options=("--threads", threads)),
                [(min(texts, key=key), max(texts, key=key),
                  len({key(t) for t in texts}), len(texts))])
        found = self.rows(
            *money(), "select", "k", "rank() over (order by m) as r",
            "count(*) over (partition by m) as n", ".", "sort", "k", ".")
        keys = [key(text) for text in AMOUNTS]
        self.assertEqual(found, [(i, 1 + sum(k < keys[i] for k in keys),
                                  keys.count(keys[i]))
                                 for i in range(len(keys))])

    def test_joins(self):
        want = sorted(
            (i, j) for i, a in enumerate(AMOUNTS) for j, b in
            enumerate(AMOUNTS) if a and b and key(a) == key(b))
        for condition in "left.m = right.m", None:
            steps = (["join", "r", "inner", condition] if condition else
                     ["join-using", "r", "inner", "m", "."])
            found = self.rows(*money(), "select", "m", "k as j", ".", "as", "r",
                              *money()[len(TYPES):], *steps, "select", "k",
                              "j", ".")
            self.assertEqual(sorted(found), want, condition)

    def test_operators(self):
        self.assertEqual(
            self.rows(*money(["12.50 EUR", None]), "select",
                      "cast(m + m as string) as a",
                      "cast(m * 3 as string) as b", "cast(-m as string) as c",
                      "cast(abs(m) as string) as d",
                      "cast(m + '0.25 EUR' as string) as e", "."),
            [("25.00 EUR", "37.50 EUR", "-12.50 EUR", "-12.50 EUR",
              "12.75 EUR"), (None,) * 5])
        self.check_failure("cannot add EUR and USD", *money(), "select",
                           "m + cast('1.00 USD' as money) as x", ".")
        self.check_failure("/ does not take (money, i64)", *money(), "select",
                           "m / 2 as x", ".")
        self.check_failure("* does not take (money, string)", *money(),
                           "select", "m * 'x' as x", ".")
        self.check_failure("avg does not take money", *money(), "measure",
                           "avg(m) as x", ".")
        self.assertEqual(
            self.rows(*money(["1.00 EUR", None, "2.50 EUR"]), "measure",
                      "sum(m) as s", "sum(k) as k", ".", "select",
                      "cast(s as string) as t", "k", "."), [("3.50 EUR", 3)])
        self.check_failure("cannot add EUR and USD", *money(), "measure",
                           "sum(m) as s", ".")
        points = [(0.0, 0.0), (3.0, 4.0), (-3.0, -4.0)]
        start = [*TYPES, *create([("x", "f64"), ("y", "f64")], points),
                 "select", "cast(struct(x, y) as point) as p", "."]
        self.assertEqual(
            self.rows(*start, "select",
                      "p <-> cast(struct(x => 0::f64, y => 0::f64) as point) as d",
                      "distance(p, p) as e", "p.x as x", "."),
            [((x * x + y * y) ** 0.5, 0.0, x) for x, y in points])
        self.check_failure("distance does not take (money, money)", *money(),
                           "select", "distance(m, m) as x", ".")

    def test_lambdas_keep_it(self):
        self.assertEqual(
            self.rows(*money(["12.50 EUR"]), "double-money", "select",
                      "cast(m as string) as t", "."), [("25.00 EUR",)])
        for steps in (["cache", "memory"], ["cache", "disk"],
                      ["repartition", "3", "k", "."]):
            self.assertEqual(
                self.rows(*money(), *steps, "sort", "k", ".", *TEXT),
                [(text, i) for i, text in enumerate(AMOUNTS)], steps)
        self.check_failure("a repartition by the type money", *money(),
                           "repartition", "3", "m", ".")

    def test_files(self):
        """Written for others and read again; others' files."""
        pa = arrow()
        for name, form in ("m.arrow", "arrow"), ("m.parquet", "parquet"):
            path = self.folder / name
            self.play(*money(), "with", "l", "[m]", "write", "s", "create",
                      "wait", options=("--sink", f"s={path}"))
            table = (pa.ipc.open_file(str(path)).read_all()
                     if form == "arrow" else pa.parquet.read_table(path))
            for field in (table.schema.field("m"),
                          table.schema.field("l").type.value_field):
                self.assertEqual(field.metadata[b"ARROW:extension:name"],
                                 b"money")
            grant = ("--table", f"t={path}")
            want = [(text, i) for i, text in enumerate(AMOUNTS)]
            self.assertEqual(self.rows(*TYPES, "read", "t", *TEXT,
                                       options=grant), want)
            self.assertEqual(
                self.rows("register-type", "i64", "other", "read", "t",
                          "filter", "m.cents > 1000", "select", "m.cents",
                          ".", options=grant),
                [(1250,), (9900,), (10000,)])
            self.check_failure(
                "the column 'm' has the type 'money', stored as "
                "struct<cents i64, currency string>; it was registered as "
                "i64", "register-type", "i64", "money", "read", "t",
                options=grant)
            again = self.folder / f"again.{form}"
            self.play("read", "t", "write", "s", "create", "wait",
                      options=(*grant, "--sink", f"s={again}"))
            self.assertEqual(
                self.rows(*TYPES, "read", "t", *TEXT,
                          options=("--table", f"t={again}")), want)

    def test_files_of_pyarrow(self):
        """As an extension type of its own, with its metadata."""
        pa = arrow()

        class Money(pa.ExtensionType):
            def __init__(self):
                super().__init__(pa.struct([("cents", pa.int64()),
                                            ("currency", pa.string())]),
                                 "money")

            def __arrow_ext_serialize__(self):
                return b""

            @classmethod
            def __arrow_ext_deserialize__(cls, storage, serialized):
                return cls()

        pa.register_extension_type(Money())
        self.addCleanup(pa.unregister_extension_type, "money")
        storage = pa.array([{"cents": 150, "currency": "EUR"}, None],
                           Money().storage_type)
        table = pa.table({
            "m": pa.ExtensionArray.from_storage(Money(), storage)})
        path, out = self.folder / "in.parquet", self.folder / "out.parquet"
        pa.parquet.write_table(table, path)
        self.assertEqual(
            self.rows(*TYPES, "read", "t", "select",
                      "cast(m as string) as t", ".",
                      options=("--table", f"t={path}")),
            [("1.50 EUR",), (None,)])
        self.play(*TYPES, "read", "t", "filter", "m is not null", "select",
                  "m + m as m", ".", "write", "s", "create", "wait",
                  options=("--table", f"t={path}", "--sink", f"s={out}"))
        written = pa.parquet.read_table(out)
        self.assertEqual(written.schema.field("m").type, Money())
        self.assertEqual(written["m"].to_pylist(),
                         [{"cents": 300, "currency": "EUR"}])

    def test_unknown_names(self):
        """A name that nobody registered counts as what it is stored as, and
        is kept, with its metadata."""
        pa = arrow()
        field = pa.field("g", pa.int64(), metadata={
            "ARROW:extension:name": "geo.cell",
            "ARROW:extension:metadata": '{"level":7}'})
        table = pa.table([pa.array([3, 1, 2])], pa.schema([field]))
        path, out = self.folder / "in.arrow", self.folder / "out.parquet"
        with pa.ipc.new_file(str(path), table.schema) as writer:
            writer.write_table(table)
        options = ("--table", f"t={path}", "--sink", f"s={out}")
        self.assertEqual(self.rows("read", "t", "sort", "g", ".", "select",
                                   "g + 1 as h", ".", options=options),
                         [(2,), (3,), (4,)])
        self.play("read", "t", "sort", "g", ".", "write", "s", "create",
                  "wait", options=options)
        written = pa.parquet.read_table(out)
        self.assertEqual(written.schema.field("g").metadata,
                         {b"ARROW:extension:name": b"geo.cell",
                          b"ARROW:extension:metadata": b'{"level":7}'})
        self.assertEqual(written["g"].to_pylist(), [1, 2, 3])

    def test_written_plans(self):
        """A plan keeps types and operations, and runs without main."""
        steps = [*money(), "filter", "m > '2.00 EUR'", "sort", "m", "k", ".",
                 "select", "k", "m", "cast(m + m as string) as t", ".",
                 "collect"]
        plan = self.folder / "plan.pb"
        plan.write_bytes(subprocess.run(
            [BIN, "explain", "--format", "substrait", GUEST, *steps],
            stdout=subprocess.PIPE, check=True).stdout)
        done = subprocess.run(
            [BIN, "query", "--plan", plan, "--format", "jsonl"],
            stdout=subprocess.PIPE, check=True)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        want = sorted(((key(text), i) for i, text in enumerate(AMOUNTS)
                       if text and key(text) > key("2.00 EUR")))
        self.assertEqual([row["k"] for row in rows], [i for _, i in want])
        self.assertEqual({row["t"].split()[1] for row in rows},
                         {text.split()[1] for text in AMOUNTS if text
                          and key(text) > key("2.00 EUR")})
        self.assertEqual(rows[0]["m"], {"cents": 300, "currency": "EUR"})

    def test_other_modules(self):
        """A module that registered the same type takes it and gives it; one
        with another storage is an error that says both."""
        library = BUILD / "tests/guests/money_library.wasm"
        functions = ("--function", f"cents={library}#cents",
                     "--function", f"twice={library}#twice")
        want = [(text and int(float(text.split()[0]) * 200),)
                for text in AMOUNTS]
        self.assertEqual(self.rows(*money(), "select", "cents(twice(m)) as c",
                                   ".", options=functions), want)
        self.assertEqual(
            self.rows("range", "0", "1", "1", "select",
                      "cast(twice(cast('1.25 EUR' as money)) as string) as t",
                      ".", options=functions), [("2.50 EUR",)])
        found = self.messages("register-type", "i64", "money",
                              options=functions)
        self.assertIn("the type 'money' is stored as i64 here, and as "
                      "struct<cents i64, currency string> in another module",
                      found[0])

    def test_texts_in_sql(self):
        """They refuse what they would compare as it is stored."""
        found = self.messages(*money(), "as", "t", "sql", "select * from t",
                              "t", ".", "collect")
        self.assertIn("table 't': the column 'm' has the registered type "
                      "'money', which texts in SQL do not know", found[0])

    def test_refused_names(self):
        for kind, name, want in (
                ("i64", "bigint", "the language has a type 'bigint'"),
                ("two", "pair", "a type is stored as one column"),
                ("", "empty", "a type is missing"),
                ("money", "money", "a type 'money' is registered already")):
            found = self.messages("register-type", "money", "money",
                                  "register-type", kind, name)
            self.assertEqual(len(found), 1, name)
            self.assertIn(want, found[0])
        found = self.messages("register", "add", "+", "register", "add",
                              "abs", "register", "add", "coalesce")
        self.assertIn("the operator '+' is a function of one row", found[0])
        self.assertIn("the language has a function 'abs'", found[1])
        self.assertIn("the language has a function 'coalesce'", found[2])
        found = self.messages(*TYPES, "register-operators")
        self.assertIn("a function '+' is registered already for arguments of "
                      "these types", found[0])


if __name__ == "__main__":
    unittest.main()
