"""Calls over windows, row by row against definitions in Python."""

import itertools
import random
import statistics
import unittest

from script import Failure, create, needs_guests
from expressions import D, Expressions

SCHEMA = [("id", "i64"), ("g", "string"), ("k", "i64"), ("v", "i64"),
          ("f", "f64"), ("p", "decimal(10,2)"), ("ok", "bool")]


def make_rows(count, seed=7):
    """Ties among keys, nulls everywhere, groups of all sizes."""
    chance = random.Random(seed)

    def some(value):
        return None if chance.random() < 0.15 else value

    return [(i, some(chance.choice("aabbbcé")), some(chance.randrange(8)),
             some(chance.randrange(-20, 20)),
             some(float(chance.randrange(-9, 9))),
             some(D(chance.randrange(-500, 500)) / 100),
             some(chance.random() < 0.5)) for i in range(count)]


ID, G, K, V, F, P, OK = range(7)


def key_of(column, descending=False, nulls_first=False):
    def key(row):
        value = row[column]
        null = (value is None) != nulls_first
        number = 0 if value is None else -value if descending else value
        return null, number
    return key


def windows(rows, partition, key):
    """For each row: its partition in order, its place there, its peers."""
    groups = {}
    for row in rows:
        groups.setdefault(row[partition] if partition is not None else 0,
                          []).append(row)
    for group in groups.values():
        if key:
            group.sort(key=key)
        for at, row in enumerate(group):
            first = last = at
            if key:
                while first and key(group[first - 1]) == key(row):
                    first -= 1
                while last + 1 < len(group) and key(group[last + 1]) == key(row):
                    last += 1
            else:
                first, last = 0, len(group) - 1
            yield row, group, at, first, last


@needs_guests
class Windows(Expressions):
    rows = make_rows(120)

    def check_all(self, cases, rows=None):
        """cases: text, type, {id: value}."""
        rows = self.rows if rows is None else rows
        steps = create(SCHEMA, rows) + ["as", "t"]
        for text, *_ in cases:
            steps += ["use", "t", "select", "id", f"{text} as r", ".",
                      "collect"]
        for (text, type, want), table in zip(cases, self.play(*steps)):
            with self.subTest(text):
                self.assertEqual(table.types[1], type)
                got = dict(table.rows)
                wrong = [(i, got.get(i), want[i]) for i in want
                         if got.get(i, "nothing") != want[i]]
                self.assertEqual(wrong[:5], [])
                self.assertEqual(len(got), len(rows))

    def each(self, partition, key, function, rows=None):
        return {row[ID]: function(row, group, at, first, last)
                for row, group, at, first, last
                in windows(self.rows if rows is None else rows, partition,
                           key)}

    def test_ranks(self):
        for descending, nulls_first in itertools.product((False, True),
                                                         repeat=2):
            over = "over (partition by g order by k{}{})".format(
                " desc" if descending else "",
                " nulls first" if nulls_first else "")
            key = key_of(K, descending, nulls_first)

            def dense(row, group, at, first, last, key=key):
                return len({key(r) for r in group[:first]}) + 1

            self.check_all([
                (f"rank() {over}", "i64",
                 self.each(G, key, lambda r, g, at, first, last: first + 1)),
                (f"dense_rank() {over}", "i64", self.each(G, key, dense)),
                (f"percent_rank() {over}", "f64",
                 self.each(G, key, lambda r, g, at, first, last:
                           first / (len(g) - 1) if len(g) > 1 else 0.0)),
                (f"cume_dist() {over}", "f64",
                 self.each(G, key, lambda r, g, at, first, last:
                           (last + 1) / len(g))),
            ])

    def test_places(self):
        over = "over (partition by g order by id desc)"
        key = key_of(ID, True)

        def ntile(count):
            def call(row, group, at, *_):
                size, more = divmod(len(group), count)
                for bucket in range(count):
                    at -= size + (bucket < more)
                    if at < 0:
                        return bucket + 1
                return None
            return call

        def shifted(offset, other=None):
            def call(row, group, at, *_):
                place = at + offset
                return group[place][V] if 0 <= place < len(group) else other
            return call

        def last_known(row, group, at, *_):
            known = [r[V] for r in group[:at] if r[V] is not None]
            return known[-1] if known else None

        self.check_all([
            (f"row_number() {over}", "i64",
             self.each(G, key, lambda r, g, at, *_: at + 1)),
            (f"ntile(4) {over}", "i64", self.each(G, key, ntile(4))),
            (f"lag(v) {over}", "i64", self.each(G, key, shifted(-1))),
            (f"lag(v, 3) {over}", "i64", self.each(G, key, shifted(-3))),
            (f"lag(v, 2, 77) {over}", "i64",
             self.each(G, key, shifted(-2, 77))),
            (f"lag(v, -1, 77) {over}", "i64",
             self.each(G, key, shifted(1, 77))),
            (f"lead(v, 2) {over}", "i64", self.each(G, key, shifted(2))),
            (f"lead(v, 0) {over}", "i64", self.each(G, key, shifted(0))),
            (f"lag(v) ignore nulls {over}", "i64",
             self.each(G, key, last_known)),
            (f"first_value(v) {over}", "i64",
             self.each(G, key, lambda r, g, *_: g[0][V])),
            (f"last_value(v) {over}", "i64",
             self.each(G, key, lambda r, g, *_: r[V])),
            (f"nth_value(v, 2) {over}", "i64",
             self.each(G, key, lambda r, g, at, *_: g[1][V] if at else None)),
            (f"last_value(v) over (partition by g order by id desc rows "
             "between unbounded preceding and unbounded following)", "i64",
             self.each(G, key, lambda r, g, *_: g[-1][V])),
            (f"v - lag(v) {over} + 1", "i64", self.each(
                G, key, lambda r, g, at, *_: None if at == 0 or
                None in (r[V], g[at - 1][V]) else r[V] - g[at - 1][V] + 1)),
        ])

    def sums(self, rows, column=V):
        known = [r[column] for r in rows if r[column] is not None]
        return sum(known) if known else None

    def test_aggregates(self):
        key = key_of(K)
        over = "over (partition by g order by k)"

        def upto(function):
            return self.each(G, key, lambda r, g, at, first, last:
                             function(g[:last + 1]))

        def known(rows, column):
            return [r[column] for r in rows if r[column] is not None]

        self.check_all([
            (f"sum(v) {over}", "i64", upto(self.sums)),
            (f"sum(p) {over}", "decimal(38,2)",
             upto(lambda rows: self.sums(rows, P))),
            (f"count(*) {over}", "i64", upto(len)),
            (f"count(v) {over}", "i64",
             upto(lambda rows: len(known(rows, V)))),
            (f"min(f) {over}", "f64",
             upto(lambda rows: min(known(rows, F), default=None))),
            (f"max(p) {over}", "decimal(10,2)",
             upto(lambda rows: max(known(rows, P), default=None))),
            (f"avg(v) {over}", "f64",
             upto(lambda rows: sum(known(rows, V)) / len(known(rows, V))
                  if known(rows, V) else None)),
            (f"count(distinct v) {over}", "i64",
             upto(lambda rows: len(set(known(rows, V))))),
            (f"sum(v) filter (where ok) {over}", "i64",
             upto(lambda rows: self.sums([r for r in rows if r[OK]]))),
            ("sum(v) over ()", "i64", self.each(
                None, None, lambda r, g, *_: self.sums(g))),
            ("sum(v) over (partition by g)", "i64", self.each(
                G, None, lambda r, g, *_: self.sums(g))),
            ("sum(v + k) over (partition by g, 1)", "i64", self.each(
                G, None, lambda r, g, *_: (
                    lambda n: sum(n) if n else None)(
                        [x[V] + x[K] for x in g
                         if None not in (x[V], x[K])]))),
        ])

    def test_all_kinds_of_aggregates(self):
        key = key_of(ID)
        over = "over (partition by g order by id)"

        def upto(function):
            return self.each(G, key, lambda r, g, at, first, last: function(
                [x[V] for x in g[:last + 1] if x[V] is not None]))

        self.check_all([
            (f"median(v) {over}", "f64", upto(
                lambda v: float(statistics.median(v)) if v else None)),
            (f"string_agg(cast(v as string), ';') {over}", "string", upto(
                lambda v: ";".join(map(str, v)) if v else None)),
            (f"count_if(v > 3) {over}", "i64",
             upto(lambda v: sum(x > 3 for x in v))),
            (f"bool_and(v > -19) {over}", "bool",
             upto(lambda v: all(x > -19 for x in v) if v else None)),
            (f"max_by(v, v) {over}", "i64",
             upto(lambda v: max(v, default=None))),
        ])

    def test_frames(self):
        key = key_of(ID)

        def rows_between(low, high):
            return self.each(G, key, lambda r, g, at, *_: self.sums(
                g[max(at + low, 0):max(at + high + 1, 0)]))

        def range_between(low, high):
            by = key_of(K)

            def call(row, group, *_):
                if row[K] is None:
                    return self.sums([r for r in group if r[K] is None])
                return self.sums([r for r in group if r[K] is not None and
                                  row[K] + low <= r[K] <= row[K] + high])
            return self.each(G, by, call)

        def groups_between(low, high):
            by = key_of(K)

            def call(row, group, *_):
                keys = sorted({by(r) for r in group})
                at = keys.index(by(row))
                inside = keys[max(at + low, 0):at + high + 1]
                return self.sums([r for r in group if by(r) in inside])
            return self.each(G, by, call)

        by_id = "sum(v) over (partition by g order by id rows {})"
        by_k = "sum(v) over (partition by g order by k {})"
        self.check_all([
            (by_id.format("2 preceding"), "i64", rows_between(-2, 0)),
            (by_id.format("between 1 preceding and 1 following"), "i64",
             rows_between(-1, 1)),
            (by_id.format("between 2 following and 3 following"), "i64",
             rows_between(2, 3)),
            (by_id.format("between 3 preceding and 2 preceding"), "i64",
             rows_between(-3, -2)),
            (by_id.format("between current row and unbounded following"),
             "i64", rows_between(0, 10**6)),
            (by_id.format("unbounded preceding"), "i64",
             rows_between(-10**6, 0)),
            (by_k.format("range between 2 preceding and 1 following"), "i64",
             range_between(-2, 1)),
            (by_k.format("range current row"), "i64", range_between(0, 0)),
            (by_k.format("groups between 1 preceding and 1 following"), "i64",
             groups_between(-1, 1)),
        ])

    def test_with_column_and_after(self):
        table = self.collect(
            *create(SCHEMA, self.rows), "with", "n",
            "row_number() over (partition by g order by id)",
            "filter", "n = 1", "select", "g", "id", ".", "sort", "id", ".")
        first = {}
        for row in self.rows:
            first.setdefault(row[G], row[ID])
        self.assertEqual(table.rows, sorted(
            ((g, i) for g, i in first.items()), key=lambda pair: pair[1]))

    def test_no_rows_and_many(self):
        text = ["select", "row_number() over (order by id) as r",
                "sum(v) over () as s", "."]
        self.assertEqual(self.collect(*create(SCHEMA, []), *text).rows, [])
        table = self.collect(
            "range", "0", "200000", "1", "select", "id",
            "sum(id) over (order by id rows 1 preceding) as s",
            "count(*) over (partition by id // 2) as c", ".", "filter",
            "s <> 2 * id - 1 and id > 0 or c <> 2")
        self.assertEqual(table.rows, [])

    def test_measures_with_filter(self):
        table = self.collect(
            *create(SCHEMA, self.rows), "measure",
            "sum(v) filter (where ok) as a",
            "count(*) filter (where k > 3 and ok) as b",
            "count(*) as c", ".")
        kept = [r for r in self.rows if r[OK]]
        self.assertEqual(table.rows, [(
            self.sums(kept),
            sum(r[K] is not None and r[K] > 3 for r in kept),
            len(self.rows))])

    def test_where_it_is_refused(self):
        steps = create(SCHEMA, []) + ["as", "t", "attempt"]
        window = "row_number() over (order by id)"
        for place in (["filter", f"{window} > 1"], ["sort", window, "."],
                      ["group", window, ".", "measure", "count(*)", "."],
                      ["measure", f"sum({window})", "."],
                      ["select", "rank()", "."],
                      ["select", f"sum({window}) over ()", "."],
                      ["select", "upper(g) over ()", "."],
                      ["select", "sum(v) over (order by g range 1 preceding)",
                       "."]):
            steps += ["use", "t", *place, "schema"]
        seen = self.play(*steps)
        self.assertEqual(len(seen), 8)
        for failure, part in zip(seen, (
                "select and with-column", "select and with-column",
                "select and with-column", "select and with-column", "over (",
                "inside each other", "row_number", "beside")):
            self.assertIsInstance(failure, Failure)
            self.assertIn(part, failure)


if __name__ == "__main__":
    unittest.main()
