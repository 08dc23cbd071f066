"""Lists, sets and histograms as aggregates, and what explode makes of them:
rows again."""

import collections
import unittest

from script import END, create, has_lists, needs_guests
from datasets import TYPES, Rows, key, values

TWO = ["--threads", "2"]

needs_lists = unittest.skipUnless(has_lists(), "no columns of lists yet")


@needs_guests
@needs_lists
class Explodes(Rows):
    def test_every_type(self):
        for type in TYPES:
            rows = [(i % 2, v) for i, v in enumerate(values(type) * 3)]
            base = [*create([("k", "i64"), ("v", type)], rows), "group", "k",
                    END]
            list_, collected, once, counts = self.play(
                *base, "measure", "list(v) as v", END, "explode", "v",
                "inner", "", "collect", *base, "measure",
                "collect_list(v) as v", END, "explode", "v", "inner", "",
                "collect", *base, "measure", "collect_set(v) as v", END,
                "explode", "v", "inner", "", "collect", *base, "measure",
                "histogram(v) as h", END, "explode", "h", "inner", "",
                "collect")
            some = [(k, v) for k, v in rows if v is not None]
            with self.subTest(type):
                self.assertEqual(list_.types[1], type.replace(", ", ","))
                self.same(list_.rows, rows)
                self.same(collected.rows, some)
                self.same(once.rows, list({(k, key(v)) for k, v in some}))
                self.assertEqual(counts.names, ["k", "key", "value"])
                self.same(counts.rows, [(k, v, n) for (k, v), n in
                                        collections.Counter(
                    (k, key(v)) for k, v in some).items()])

    def test_order_and_positions(self):
        for options in (["--threads", "1"], TWO):
            table = self.collect(
                "range", 0, 20000, 1, "sort", "id desc", END, "group",
                "id % 3 as k", END, "measure", "list(id) as v", END, "sort",
                "k", END, "explode", "v", "inner", "at", options=options)
            self.assertEqual(table.names, ["k", "at", "v"])
            self.assertEqual(table.nullable[1], False)
            want = []
            for k in range(3):
                some = [i for i in range(19999, -1, -1) if i % 3 == k]
                want += [(k, at, i) for at, i in enumerate(some)]
            self.same(table.rows, want, ordered=True)

    def test_distinct_lists_are_sorted(self):
        table = self.collect(
            *create([("s", "string")], [(c,) for c in "cabacb"]), "measure",
            "list(distinct s) as s", END, "explode", "s", "inner", "i")
        self.same(table.rows, [(0, "a"), (1, "b"), (2, "c")], ordered=True)

    def test_outer(self):
        """Rows whose list is empty or null stay with a null."""
        base = [*create([("k", "i64"), ("v", "i64")],
                        [(1, 7), (2, None), (1, None), (1, 8)]), "group", "k",
                END, "measure", "collect_list(v) as v", END]
        table = self.collect(*base, "explode", "v", "outer", "i", "sort", "k",
                             "i", END)
        self.assertEqual(table.nullable[1:], [True, True])
        self.same(table.rows, [(1, 0, 7), (1, 1, 8), (2, None, None)])
        table = self.collect(*base, "explode", "v", "inner", "i")
        self.same(table.rows, [(1, 0, 7), (1, 1, 8)])
        none = [*create([("v", "i64")], []), "measure", "list(v) as v",
                "histogram(v) as h", "collect_list(v) as c", END]
        self.same(self.collect(*none, "explode", "v", "outer", "", "select",
                               "v", END).rows, [(None,)])
        self.same(self.collect(*none, "explode", "h", "outer", "p", "select",
                               "p", "key", "value", END).rows,
                  [(None, None, None)])
        self.same(self.collect(*none, "explode", "h", "inner", "", "select",
                               "key", END).rows, [])
        self.same(self.collect(*none, "explode", "c", "inner", "", "select",
                               "c", END).rows, [])

    def test_lambdas_around(self):
        table = self.collect(
            "range", 0, 6000, 1, "map-tag", "id", "group", "id % 10 as k",
            END, "measure", "list(tag) as v", END, "explode", "v", "inner",
            "", "select", "v // 2 as v", END, "keep-even", "v", options=TWO)
        self.same(table.rows, [(i,) for i in range(0, 6000, 2)])

    def test_bad(self):
        base = ["range", 0, 3, 1, "group", "id", END, "measure",
                "list(id) as v", "histogram(id) as h", "count(*) as key", END]
        for steps, message in (
                (["id", "inner", ""], "explode takes a list or a map; the "
                 "column 'id' is i64"),
                (["nope", "inner", ""], "unknown column 'nope' in explode"),
                (["", "inner", ""], "explode: a column's name is empty"),
                (["v", "inner", "id"], "a second column 'id'"),
                (["v", "inner", "v"], "a second column 'v'"),
                (["h", "inner", ""], "a second column 'key'")):
            with self.subTest(message):
                self.fails([*base, "explode", *steps, "collect"], message)


if __name__ == "__main__":
    unittest.main()
