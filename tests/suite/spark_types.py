"""Types that Spark has not: the same programs print the same on DuckDB and on
Spark, through lambdas, caches, sorts, groups, casts and files."""

import script
from script import END, Case, needs_guests, start

# Columns made of the row's number; every fifth value is null.
COLUMNS = {
    "a": "cast(id * 12 as u8)",
    "b": "cast(id * 3000 as u16)",
    "c": "cast(id * 200000000 as u32)",
    "d": "cast(cast('922337203685477580' as u64) * cast(id as u64) as u64)",
    "e": "cast(if(id % 3 = 0, 'red', if(id % 3 = 1, 'grün', 'it''s')) as "
         "enum<\"red\", \"grün\", \"it's\">)",
    "f": "cast('1' || cast(id % 10 as string) || ':05:09.25' as time)",
    "g": "cast('00:00:' || cast(id + 10 as string) || '.123456789' as time<9>)",
    "h": "cast('12:00:' || cast(id + 10 as string) as time<0>)",
    "i": "interval '1 month 2 days 03:04:05.5' * (id - 9)",
    "j": "cast(timestamp '2000-01-01 12:00:00' + interval '1 hour' * id "
         "as timestamp<0>)",
    "k": "cast(timestamp '1969-12-31 23:59:59.5' + interval '1 hour' * id "
         "as timestamp<3>)",
    "l": "cast('1969-12-31 23:59:' || cast(id + 10 as string) || "
         "'.123456789' as timestamp<9>)",
    "m": "cast('00112233-4455-6677-8899-aabbccddee' || "
         "cast(id + 10 as string) as uuid)",
    "o": "[cast(id as u8), null, cast(id + 1 as u8)]",
    "p": "map([cast(id as u16)], [interval '1 day' * id])",
    "q": "struct(x => cast(id as u64), y => "
         "[cast('00112233-4455-6677-8899-aabbccddee' || "
         "cast(id + 10 as string) as uuid)])",
}
MADE = ["range", 0, 20, 1, "select", "id",
        *(f"if(id % 5 = 4, null, {expression}) as {name}"
          for name, expression in COLUMNS.items()), END]

EXPRESSIONS = [
    "a + cast(1 as u8) as x", "a - a as x", "a // cast(7 as u8) as x",
    "a % cast(7 as u8) as x", "a * cast(2 as u16) as x", "-a as x",
    "cast(id as u32) * cast(3 as u32) as x", "a / 2 as x", "a < 100 as x", "a = b as x",
    "d + cast(1 as u64) as x", "d // cast(3 as u64) as x",
    "d % cast(1000 as u64) as x", "d & cast(4095 as u64) as x",
    "~a as x", "~d as x", "a << 3 as x", "d >> 3 as x",
    "bit_count(d) as x", "cast(a as string) as x", "cast(d as string) as x",
    "cast(d as fp64) as x", "cast(d as decimal(30,2)) as x",
    "try_cast(a as i8) as x",
    "try_cast(cast(id * 1000 as string) as u8) as x",
    "try_cast(id * -1 as u64) as x", "try_cast(id * 1.9e18 as u64) as x",
    "try_cast(id * 100.5 as u16) as x", "cast(id * 1.99 as u8) as x",
    "cast(a as boolean) as x", "cast(id > 3 as u8) as x",
    "e = 'red' as x", "e < cast('it''s' as enum<\"red\", \"grün\", \"it's\">) as x",
    "cast(e as string) as x", "upper(e) as x", "e in ('red', 'grün') as x",
    "try_cast('blue' as enum<\"red\", \"grün\">) as x",
    "hour(f) as x", "extract(minute from f) as x", "second(f) as x",
    "extract(millisecond from f) as x", "extract(subsecond from g) as x",
    "cast(f as string) as x", "cast(g as string) as x", "cast(h as string) as x",
    "f < cast('15:00:00' as time) as x", "try_cast('25:00:00' as time) as x",
    "i + i as x", "i - interval '1 day' as x", "i * 3 as x", "i = i as x",
    "i < interval '40 days' as x", "cast(i as string) as x",
    "greatest(i, interval '10 days') as x",
    "least_skip_null(i, interval '10 days') as x",
    "cast('1 year 2 months -3 days 04:05:06.5' as interval) as x",
    "timestamp '2000-01-31 00:00:00' + i as x", "date '2000-01-31' - i as x",
    "j - k as x", "cast(j as string) as x", "k < j as x", "year(j) as x",
    "date_trunc('day', k) as x", "cast(k as date) as x",
    "cast(k as timestamp<0>) as x", "cast(l as timestamp<6>) as x",
    "cast(l as timestamp<0>) as x", "cast(l as string) as x",
    "l < cast(k as timestamp<9>) as x", "extract(second from l) as x",
    "cast(k as timestamp<9>) as x", "cast(l as date) as x",
    "cast(m as string) as x", "try_cast('xyz' as uuid) as x",
    "m = cast(cast(m as string) as uuid) as x",
    "m > cast('00112233-4455-6677-8899-aabbccddee15' as uuid) as x",
    "o[1] as x", "list_sum(o) as x", "list_contains(o, cast(3 as u8)) as x",
    "transform(o, v -> v + cast(1 as u8)) as x", "q.x as x", "q.y[1] as x",
    "p[cast(3 as u16)] as x", "coalesce(a, cast(9 as u8)) as x",
    "nullif(a, cast(12 as u8)) as x", "greatest(a, cast(50 as u8)) as x",
    "case when id > 3 then d end as x",
]
ERRORS = ["a * a", "cast(id - 3 as u8)", "cast(id * 1e19 as u64)",
          "cast('x' as u16)", "cast('blue' as enum<\"red\">)",
          "cast('25:00' as time)", "cast('12' as uuid)",
          "cast(id as u8) - cast(5 as u8)"]


@needs_guests
class Types(Case):
    def shown(self, *steps, options=(), ordered=True):
        """What a program prints on both engines, which must be the same."""
        seen = []
        for engine in (script.ENGINE[:], []):
            saved, script.ENGINE[:] = script.ENGINE[:], engine
            try:
                done = start([*steps, "show"], ["--format", "jsonl", *options],
                             self.folder)
            finally:
                script.ENGINE[:] = saved
            self.assertEqual((done.returncode, done.stderr.decode()), (0, ""),
                             (engine, steps[-8:]))
            lines = done.stdout.decode().splitlines()
            seen.append(lines if ordered else sorted(lines))
        self.assertEqual(*seen)
        self.assertGreater(len(seen[0]), 0)
        return seen[0]

    def test_there_and_back(self):
        """Made, kept, and given to a lambda of the program's."""
        rows = self.shown(*MADE, "sort", "id", END)
        self.assertEqual(len(rows), 20)
        calls = ["id", *(f"f({name}) as {name}" for name in COLUMNS)]
        self.assertEqual(self.shown(
            "register", "same", "f", *MADE, "cache", "memory", "select",
            *calls, END, "sort", "id", END), rows)

    def test_expressions(self):
        for at in range(0, len(EXPRESSIONS), 40):
            some = [text.replace(" as x", f" as x{i}") for i, text in
                    enumerate(EXPRESSIONS[at:at + 40])]
            self.shown(*MADE, "sort", "id", END, "select", *some, END)

    def test_errors(self):
        for text in ERRORS:
            with self.subTest(text):
                self.fails([*MADE, "select", f"{text} as x", END, "collect"],
                           "Spark", out=None)

    def test_sorts(self):
        for name in COLUMNS:
            if name not in "opq":
                self.shown(*MADE, "sort", f"{name} desc", "id", END, "select",
                           name, END)

    def test_groups_and_measures(self):
        self.shown(*MADE, "group", *"aeflm", END, "measure",
                   "count(*) as n", "min(i) as lo", "max(i) as hi",
                   "sum(c) as s", "sum(d) as t", "min(j) as j", "max(g) as g",
                   "min(m) as u", "bit_xor(d) as b", "any_value(q) as q", END,
                   ordered=False)
        self.shown(*MADE, "measure", "sum(a) as s", "bit_or(d) as o",
                   "min(i) as lo", "max(i) as hi", "count(distinct e) as e",
                   "max_by(m, f) as m", END)

    def test_joins_and_windows(self):
        self.shown(*MADE, "select", "i", "m", "e", "d", "id as r", END, "as",
                   "r", *MADE, "join", "r", "inner",
                   "left.i = right.i and left.m = right.m and left.d = right.d",
                   "select", "id", "r", END, "sort", "id", END)
        self.shown(*MADE, "select", "id",
                   "row_number() over (partition by e order by i desc) as n",
                   "max(d) over (partition by e order by id) as x", END,
                   "sort", "id", END)

    def test_files(self):
        """Spark writes and reads them; what a format has not is text."""
        for name in ("o.parquet", "o.jsonl"):
            columns = [c for c in COLUMNS if c not in "ipq"]
            self.play(*MADE, "sort", "id", END, "select", "id", *columns, END,
                      "write", "o", "create", "wait",
                      options=["--sink", f"o={name}"])
            read = [f"id i64, a u8, b u16, c u32, d u64, e enum<\"red\", \"grün\", "
                    "\"it's\">, f time, g time<9>, h time<0>, j timestamp<0>, "
                    "k timestamp<3>, l timestamp<9>, m uuid, o u8[]"]
            done = start(["read", "t", "sort", "id", END, "show"],
                         ["--format", "jsonl", "--table", f"t={name}" + (
                             ",columns=(" + read[0] + ")"
                             if name.endswith("jsonl") else "")], self.folder)
            self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))
            self.assertEqual(
                done.stdout.decode().splitlines(),
                self.shown(*MADE, "sort", "id", END, "select", "id", *columns,
                           END), name)
