"""Lambdas over groups and over partitions by number, end to end, against plain
Python over the same rows: who gets which rows, once each, in which cursor."""

import collections
import random
import re
import unittest

from script import END, Case, create, needs_guests, start
from datasets import TYPES, key, quiet, sort, values

THREADS = ["1", "2"]
LITTLE = ["--engine-memory", "64MiB", "--memory-limit", "16MiB"]


def large(rows):
    """Steps that make `id` and a text of about a hundred bytes."""
    return ["range", "0", rows, "1", "select", "id",
            "'" + "x" * 90 + "' || cast(id as string) as s", END]


def length(rows):
    """Of all texts that `large` makes."""
    return sum(90 + len(str(i)) for i in range(rows))


def rows_of(type, count):
    """Rows (id, value): values with repeats, nulls among them."""
    some = values(type)
    return [(i, some[i * i % 7 % len(some)]) for i in range(count)]


def by(rows, of):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[of(row)].append(row)
    return groups


class Parts(Case):
    def runs(self, *steps, **more):
        """The rows of each `part`, in the order of `row`, without both."""
        table = self.collect(*steps, **more)
        self.assertEqual(table.names[-2:], ["part", "row"])
        parts = collections.defaultdict(dict)
        for *row, part, number in table.rows:
            self.assertNotIn(number, parts[part], "a row came twice")
            parts[part][number] = tuple(row)
        for part, numbers in parts.items():
            self.assertEqual(sorted(numbers), list(range(len(numbers))), part)
        return {part: [numbers[i] for i in range(len(numbers))]
                for part, numbers in parts.items()}

    def same_groups(self, parts, want):
        """Each part has one group's rows, in any order; indices from 0."""
        self.assertEqual(sorted(parts), list(range(len(want))))
        got = sorted((sorted(quiet(rows), key=repr) for rows in parts.values()),
                     key=repr)
        want = sorted((sorted(quiet(rows), key=repr)
                       for rows in want.values()), key=repr)
        self.assertEqual(got, want)


@needs_guests
class Groups(Parts):
    def test_every_type_as_key_with_nulls(self):
        for type in TYPES:
            rows = rows_of(type, 25)
            steps = [*create([("id", "i64"), ("v", type)], rows),
                     "group", "v", END, "number-rows"]
            for threads in THREADS:
                with self.subTest(type=type, threads=threads):
                    parts = self.runs(*steps, options=["--threads", threads])
                    self.same_groups(parts, by(rows, lambda r: key(r[1])))

    def test_every_type_arrives(self):
        schema = [("id", "i64")] + [(f"c{i}", t) for i, t in enumerate(TYPES)]
        rows = [(i, *(values(t)[i % len(values(t))] for t in TYPES))
                for i in range(30)]
        parts = self.runs(*create(schema, rows), "group", "id % 4 as g", END,
                          "number-rows")
        want = by([(r[0] % 4, *r) for r in rows], lambda r: r[0])
        self.same_groups(parts, want)

    def test_more_rows_than_a_chunk(self):
        for threads in THREADS:
            for groups in (1, 2, 7, 1000, 30000):
                with self.subTest(threads=threads, groups=groups):
                    parts = self.runs(
                        "range", "0", "30000", "1", "select", "id",
                        f"id * 7 % {groups} as k", END, "group", "k", END,
                        "number-rows", options=["--threads", threads])
                    rows = [(i, i * 7 % groups) for i in range(30000)]
                    self.same_groups(parts, by(rows, lambda r: r[1]))

    def test_cursor_numbers_follow_the_keys_whatever_the_threads(self):
        for threads in THREADS:
            parts = self.runs("range", "0", "20000", "1", "select",
                              "id", "id % 300 as k", END, "group", "k", END,
                              "number-rows", options=["--threads", threads])
            self.assertEqual({part: {row[1] for row in rows}
                              for part, rows in parts.items()},
                             {i: {i} for i in range(300)})

    def test_several_keys(self):
        pick = random.Random(4)
        rows = [(i, pick.choice([None, 1, 2]), pick.choice([None, "a", ""]))
                for i in range(500)]
        parts = self.runs(
            *create([("id", "i64"), ("a", "i32"), ("b", "string")], rows),
            "group", "a", "b", END, "number-rows")
        self.same_groups(parts, by(rows, lambda r: r[1:]))

    def test_keys_that_are_no_columns_come_first(self):
        table = self.collect("range", "0", "10", "1", "group", "id % 3 as k",
                             "id", "id / 2 as half", END, "number-rows")
        self.assertEqual(table.names, ["k", "half", "id", "part", "row"])
        for k, half, id, _, _ in table.rows:
            self.assertEqual((k, half), (id % 3, id / 2))

    def test_no_keys_is_one_group(self):
        parts = self.runs("range", "0", "5000", "1", "group", END,
                          "number-rows")
        self.same_groups(parts, {0: [(i,) for i in range(5000)]})

    def test_no_rows_no_groups(self):
        for keys in (["id"], ["id % 2 as k"], []):
            table = self.collect("range", "0", "0", "1", "group", *keys, END,
                                 "count-parts")
            self.assertEqual(table.rows, [])
        table = self.collect("range", "0", "9", "1", "filter", "id > 100",
                             "group", "id", END, "number-rows")
        self.assertEqual(table.rows, [])

    def test_groups_of_what_lambdas_gave(self):
        parts = self.runs("range", "0", "3000", "1", "map-tag", "id",
                          "keep-even", "id", "group", "tag % 10 as k", END,
                          "number-rows")
        rows = [(2 * i % 10, i, 2 * i) for i in range(0, 3000, 2)]
        self.same_groups(parts, by(rows, lambda r: r[0]))

    def test_groups_of_groups(self):
        table = self.collect("range", "0", "10000", "1", "group",
                             "id % 100 as k", END, "count-parts",
                             "select", "part as p", "rows", END, "group",
                             "p % 10 as d", END, "number-rows", "measure",
                             "count(*) as n", "sum(rows) as r", END)
        self.assertEqual(table.rows, [(100, 10000)])

    def test_very_many_groups(self):
        count = 100000  # test_groups_slow.py has the million
        table = self.collect(
            "range", "0", count, "1", "group", "id", END, "count-parts",
            "measure", "count(*) as n", "sum(rows) as r", "min(part) as low",
            "max(part) as high", "count(distinct part) as d", END)
        self.assertEqual(table.rows, [(count, count, 0, count - 1, count)])

    def test_wrong_keys(self):
        self.fails(["range", "0", "9", "1", "group", "idd", END,
                    "count-parts", "collect"], "unknown column 'idd'")
        self.fails(["range", "0", "9", "1", "group", "id + 1 as id", END,
                    "count-parts", "collect"], "the group key 'id'")
        self.fails(["range", "0", "9", "1", "group", "id % 2 as k",
                    "id % 3 as k", END, "count-parts", "collect"],
                   "the group key 'k'")

    def test_wanted_columns_only(self):
        """A lambda that wants no column of 200 does not read them."""
        schema = [(f"c{i}", "i64") for i in range(200)]
        table = self.collect(*create(schema, [range(200), range(200)]),
                             "group", "c7", END, "count-parts")
        self.assertEqual(table.rows, [(0, 2)])

    def test_early_stop(self):
        table = self.collect("range", "0", "2000000000", "1", "filter",
                             "id < 50000", "limit", "20000", "group", "id",
                             END, "number-rows", "limit", "5")
        self.assertEqual(len(table.rows), 5)

    def test_explained(self):
        text = "\n".join(self.play(
            "range", "0", "9", "1", "group", "id % 2 as k", END,
            "count-parts", "explain", "text"))
        self.assertRegex(text, r"map-groups lambda \d+ at site 0 by k -> part")

    def test_a_group_larger_than_memory(self):
        """200 MB in one group, sorted in 64 MiB of the engine's and seen in 16
        MiB of the program's, in slices."""
        table = self.collect(
            *large(2000000), "group", "id % 1 as one", END, "number-rows",
            "measure", "count(*) as n", "sum(char_length(s)) as c",
            "max(part) as p", END, options=LITTLE)
        self.assertEqual(table.rows, [(2000000, length(2000000), 0)])


@needs_guests
class Repartition(Parts):
    def test_equal_values_share_a_partition(self):
        for type in TYPES:
            rows = rows_of(type, 40)
            with self.subTest(type=type):
                parts = self.runs(*create([("id", "i64"), ("v", type)], rows),
                                  "repartition", "5", "v", END, "number-rows")
                where = collections.defaultdict(set)
                got = []
                for part, kept in parts.items():
                    self.assertIn(part, range(5))
                    got += kept
                    for row in kept:
                        where[key(row[1])].add(part)
                self.assertEqual(sorted(quiet(got), key=repr),
                                 sorted(quiet(rows), key=repr))
                self.assertTrue(all(len(parts) == 1
                                    for parts in where.values()), where)

    def test_zeros_and_nans_are_one_value(self):
        parts = self.runs(
            *create([("v", "f64")], [(0.0,), (-0.0,), (float("nan"),),
                                     (float("-nan"),)]),
            "repartition", "64", "v", END, "number-rows")
        self.assertEqual(sorted(map(len, parts.values())), [2, 2])

    def test_the_same_whatever_the_threads(self):
        seen = []
        for threads in THREADS:
            for _ in range(2):
                parts = self.runs("range", "0", "50000", "1", "repartition",
                                  "13", "id", END, "number-rows",
                                  options=["--threads", threads])
                self.assertEqual(sorted(parts), list(range(13)))
                seen.append({part: sorted(rows)
                             for part, rows in parts.items()})
        self.assertTrue(all(one == seen[0] for one in seen))
        sizes = [len(rows) for rows in seen[0].values()]
        self.assertLess(max(sizes), 1.2 * min(sizes))

    def test_evenly(self):
        for threads in THREADS:
            for count in (1, 2, 7, 5000):
                table = self.collect("range", "0", "20000", "1",
                                     "repartition", count, END, "count-parts",
                                     options=["--threads", threads])
                rows = dict(table.rows)
                self.assertEqual(sorted(rows), list(range(count)))
                self.assertEqual(sum(rows.values()), 20000)
                self.assertLessEqual(max(rows.values()) - min(rows.values()),
                                     1)

    def test_empty_partitions_are_partitions(self):
        for columns in ([], ["id"]):
            table = self.collect("range", "0", "0", "1", "repartition", "6",
                                 *columns, END, "count-parts")
            self.assertEqual(sorted(table.rows), [(i, 0) for i in range(6)])
        table = self.collect("range", "0", "3", "1", "repartition", "100000",
                             "id", END, "count-parts", "measure",
                             "count(*) as n", "sum(rows) as r", END)
        self.assertEqual(table.rows, [(100000, 3)])

    def test_sorted_within(self):
        pick = random.Random(5)
        rows = [(i, pick.choice([None, 1.5, -2.0, float("nan"), 0.0]))
                for i in range(9000)]
        for threads in THREADS:
            parts = self.runs(
                *create([("id", "i64"), ("v", "f64")], rows), "repartition",
                "4", END, "sort-parts", "v desc nulls first", "id", END,
                "number-rows", options=["--threads", threads])
            self.assertEqual(sorted(parts), [0, 1, 2, 3])
            for kept in parts.values():
                self.assertEqual(quiet(kept), quiet(sort(
                    kept, (1, True, True), (0, False, False))))
            self.assertEqual(sum(map(len, parts.values())), 9000)

    def test_sorted_without_numbers(self):
        """A thread's share is sorted, too."""
        table = self.collect("range", "0", "40000", "1", "select",
                             "id * 7919 % 40000 as v", END, "sort-parts", "v",
                             END, "shares", "v", options=["--threads", "2"])
        self.assertEqual(sum(row[0] for row in table.rows), 40000)
        self.assertEqual(sum(row[1] for row in table.rows),
                         sum(range(40000)))
        self.assertTrue(all(row[2] for row in table.rows))

    def test_steps_between_keep_partitions(self):
        plain = self.runs("range", "0", "5000", "1", "repartition", "9", "id",
                          END, "number-rows")
        between = self.runs(
            "range", "0", "5000", "1", "repartition", "9", "id", END,
            "select", "id", "id + 1 as x", END, "map-tag", "id", "filter",
            "x % 3 = 0", "keep-even", "id", "sort-parts", "id desc", END,
            "select", "id", END, "number-rows")
        want = {part: sorted((row for row in rows
                              if (row[0] + 1) % 3 == 0 and row[0] % 2 == 0),
                             reverse=True)
                for part, rows in plain.items()}
        self.assertEqual(between, want)

    def parts_of(self, *steps, threads="2"):
        return {part: sorted(quiet(rows), key=repr) for part, rows in self.runs(
            *steps, "number-rows", options=["--threads", threads]).items()}

    def test_rows_made_between_stay_in_their_partition(self):
        """flat-map, explode, unpivot: the rows that are made of a row are
        where it was, in its order; each partition is seen once."""
        for count, rows in ((1, 5000), (7, 5000), (5000, 20000), (13, 0)):
            base = ["range", "0", rows, "1", "repartition", count, "id", END]
            plain = self.parts_of(*base)
            for threads in THREADS:
                with self.subTest(count=count, rows=rows, threads=threads):
                    got = self.runs(*base, "sort-parts", "id", END, "repeat",
                                    "id", "3", "number-rows",
                                    options=["--threads", threads])
                    self.assertEqual(got, {
                        part: [(id, copy) for (id,) in sorted(ids)
                               for copy in range(3)]
                        for part, ids in plain.items()})
                    got = self.runs(
                        *base, "with", "twin", "id + 1", "sort-parts", "id",
                        END, "unpivot", "n", "v", "id", "twin", END,
                        "number-rows", options=["--threads", threads])
                    self.assertEqual(got, {
                        part: [row for (id,) in sorted(ids)
                               for row in (("id", id), ("twin", id + 1))]
                        for part, ids in plain.items()})

    def test_lists_are_taken_apart_in_their_partition(self):
        lists = ["range", "0", "6000", "1", "group", "id % 1000 as k", END,
                 "measure", "list(id) as l", END, "with", "l",
                 "case when k % 3 > 0 then l end", "repartition", "7", "k",
                 END]
        plain = self.parts_of(*lists, "select", "k", END)
        for how in ("inner", "outer"):
            parts = self.runs(*lists, "sort-parts", "k", END, "explode", "l",
                              how, "at", "number-rows")
            for part, rows in parts.items():
                self.assertEqual([(k, at) for k, at, _ in rows], [
                    row for (k,) in sorted(plain[part]) for row in (
                        [(k, at) for at in range(6)] if k % 3
                        else [(k, None)] if how == "outer" else [])])
                self.assertTrue(all(v is None or v % 1000 == k
                                    for k, _, v in rows))

    def test_a_flat_map_over_few_columns_or_none(self):
        table = self.collect(
            "range", "0", "4000", "1", "with", "s", "cast(id as string)",
            "repartition", "9", END, "repeat", "id", "2", "repeat", "copy", "2",
            "count-parts", options=["--threads", "2"])
        self.assertEqual(sum(rows for _, rows in table.rows), 16000)
        self.assertEqual(sorted(part for part, _ in table.rows),
                         list(range(9)))
        self.assertTrue(all(abs(rows - 16000 / 9) <= 4
                            for _, rows in table.rows))

    def test_samples_row_numbers_and_windows_between(self):
        base = ["range", "0", "9000", "1", "repartition", "11", "id", END]
        plain = {id: part for part, rows in self.parts_of(*base).items()
                 for (id,) in rows}
        for steps in (["sample", "0.5", "once", "7"],
                      ["sample", "1.5", "again", "7"], ["row-index", "n"],
                      ["with", "w", "sum(id) over (partition by id % 10)"]):
            for threads in THREADS:
                with self.subTest(steps=steps, threads=threads):
                    parts = self.parts_of(*base, *steps, threads=threads)
                    self.assertGreater(sum(map(len, parts.values())), 4000)
                    for part, rows in parts.items():
                        for row in rows:
                            self.assertEqual(plain[row[0]], part)

    def test_a_cache_keeps_partitions(self):
        base = ["range", "0", "9000", "1", "repartition", "11", "id", END,
                "sort-parts", "id desc", END]
        plain = self.runs(*base, "number-rows")
        for where in ("memory", "disk"):
            cached = [*base, "cache", where, "as", "c"]
            # Of the job that fills it, and of one that finds it.
            for before in ([], ["count"], ["repeat", "id", "2", "count-parts",
                                           "count", "use", "c"]):
                with self.subTest(where=where, before=before):
                    lines = self.play(*cached, *before, "number-rows",
                                      "measure", "count(*) as n",
                                      "count(distinct part) as p", END,
                                      "collect")
                    self.assertEqual(lines[-1].rows, [(9000, 11)])
            self.assertEqual(self.runs(*cached, "number-rows"), plain)
            self.assertEqual(self.collect(*cached).names, ["id"])

    def test_without_a_partition_lambda(self):
        table = self.collect("range", "0", "3000", "1", "repartition", "9",
                             "id", END, "measure", "count(*) as n",
                             "sum(id) as s", END)
        self.assertEqual(table.rows, [(3000, sum(range(3000)))])

    def test_refused(self):
        base = ["range", "0", "9", "1", "repartition"]
        end = ["count-parts", "collect"]
        self.fails([*base, "0", END, *end], "1 to 1000000 partitions, not 0")
        self.fails([*base, "1000001", END, *end], "not 1000001")
        self.fails([*base, "3", "idd", END, *end], "unknown column 'idd'",
                   "id")

    def test_early_stop(self):
        table = self.collect("range", "0", "100000", "1", "repartition",
                             "1000", "id", END, "number-rows", "limit", "3")
        self.assertEqual(len(table.rows), 3)


@needs_guests
class CoGroups(Parts):
    PAIR = "pair"

    def pairs(self, left, right, left_keys, right_keys, options=()):
        """The pairs as (ids of the left, ids of the right), sorted; of each the
        left came first, rows once each, and its end was told."""
        table = self.collect(*left, "group", *left_keys, END, "as-group", "a",
                             *right, "group", *right_keys, END, self.PAIR,
                             "a",
                             options=options)
        groups, ends = {}, {}
        for side, id, first, after in table.rows:
            if side == "end":
                self.assertNotIn(first, ends)
                ends[first] = id
                continue
            seen = groups.setdefault(first, {})
            self.assertNotIn(after, seen)
            seen[after] = (side, id)
        self.assertEqual({first: len(seen) for first, seen in groups.items()},
                         ends)
        found = []
        for seen in groups.values():
            sides = [seen[i][0] for i in range(len(seen))]
            self.assertEqual(sides, sorted(sides))
            found.append(tuple(sorted(id for side, id in seen.values()
                                      if side == which)
                               for which in ("left", "right")))
        return sorted(found)

    def want(self, left, right):
        """By Python, over rows (id, key)."""
        pairs = collections.defaultdict(lambda: ([], []))
        for which, rows in enumerate((left, right)):
            for id, k in rows:
                pairs[key(k)][which].append(id)
        return sorted((sorted(a), sorted(b)) for a, b in pairs.values())

    def test_every_type_as_key_with_nulls(self):
        for type in TYPES:
            left = rows_of(type, 20)
            right = [(1000 + i, v) for i, v in rows_of(type, 33)[::2]]
            steps = [create([("id", "i64"), ("v", type)], rows)
                     for rows in (left, right)]
            for threads in THREADS:
                with self.subTest(type=type, threads=threads):
                    self.assertEqual(
                        self.pairs(*steps, ["v"], ["v"],
                                   ["--threads", threads]),
                        self.want(left, right))

    def test_more_rows_than_a_chunk(self):
        for threads in THREADS:
            for m, n in ((1, 1), (7, 11), (3000, 5000), (20000, 30000)):
                left = [(i, i % m) for i in range(20000)]
                right = [(i, i % n) for i in range(30000)]
                got = self.pairs(
                    ["range", "0", "20000", "1"], ["range", "0", "30000", "1"],
                    [f"id % {m} as k"], [f"id % {n} as k"],
                    ["--threads", threads])
                self.assertEqual(got, self.want(left, right))

    def test_one_side_only(self):
        some, none = ["range", "0", "9", "1"], ["range", "0", "0", "1"]
        rows = [(i, i % 2) for i in range(9)]
        keys = ["id % 2 as k"]
        self.assertEqual(self.pairs(some, none, keys, keys),
                         self.want(rows, []))
        self.assertEqual(self.pairs(none, some, keys, keys),
                         self.want([], rows))
        self.assertEqual(self.pairs(none, none, keys, keys), [])

    def test_without_keys(self):
        rows = ["range", "0", "3000", "1"]
        ids = list(range(3000))
        self.assertEqual(self.pairs(rows, rows, [], []), [(ids, ids)])

    def test_types_that_meet(self):
        left = [(0, 1), (1, 2), (2, None), (3, 3)]
        right = [(10, 1.0), (11, 2.5), (12, None)]
        self.assertEqual(
            self.pairs(create([("id", "i64"), ("a", "i32")], left),
                       create([("id", "i64"), ("b", "f64")], right),
                       ["a"], ["b"]),
            self.want(left, right))

    def test_refused(self):
        left = create([("id", "i64"), ("a", "i32")], [(0, 1)])
        right = create([("id", "i64"), ("b", "string")], [(0, "x")])
        start = [*left, "group", "a", END, "as-group", "a", *right, "group"]
        self.fails([*start, "b", END, self.PAIR, "a", "collect"], "'a'", "'b'",
                   "compared")
        self.fails([*start, "b", "id", END, self.PAIR, "a", "collect"],
                   "1 keys", "2" )

    def test_early_stop(self):
        table = self.collect("range", "0", "100000", "1", "group", "id", END,
                             "as-group", "a", "range", "0", "100000", "1",
                             "group", "id", END, self.PAIR, "a", "limit", "3")
        self.assertEqual(len(table.rows), 3)


    def test_a_pair_larger_than_memory(self):
        table = self.collect(
            *large(1000000), "group", END, "as-group", "a", *large(1000000),
            "group", END, self.PAIR, "a", "filter", "side <> 'end'", "measure",
            "count(*) as n", "sum(id) as s", "max(after) as last",
            "count(distinct first) as f", END, options=LITTLE)
        self.assertEqual(table.rows, [
            (2000000, 2 * sum(range(1000000)), 1999999, 1)])

    def test_very_many_pairs(self):
        count = 50000
        keys = ["group", "id", END]
        table = self.collect(
            "range", "0", count, "1", *keys, "as-group", "a", "range",
            count // 2, 2 * count, "1", *keys, self.PAIR, "a", "filter",
            "side = 'end'", "measure", "count(*) as n", "sum(id) as rows", END)
        self.assertEqual(table.rows, [(2 * count, 2 * count + count // 2)])

    def test_columns_that_are_not_there(self):
        rows = create([("id", "i64")], [(1,)])
        other = create([("no", "i64")], [(1,)])
        for left, right in ((rows, other), (other, rows)):
            self.fails([*left, "group", END, "as-group", "a", *right, "group",
                        END, self.PAIR, "a", "collect"], "'id'", out=None)


class CoGroupsByBatch(CoGroups):
    """The same by batch functions, which a bind function tells the columns."""
    PAIR = "pair-batch"


@needs_guests
class ForEach(Parts):
    def logs(self, *steps, options=()):
        """(rows, part, parts) of the lines that the partitions logged."""
        done = start(steps, options, self.folder)
        error = done.stderr.decode()
        self.assertEqual(done.returncode, 0, error)
        self.assertEqual(done.stdout, b"")
        return sorted(tuple(map(int, line)) for line in re.findall(
            r"seen (\d+) of (\d+) in (\d+)", error))

    def test_every_partition_is_run(self):
        lines = self.logs("range", "0", "1000", "1", "repartition", "4", END,
                          "each", "seen", "wait")
        self.assertEqual(lines, [(250, part, 4) for part in range(4)])

    def test_by_threads(self):
        for threads in THREADS:
            lines = self.logs("range", "0", "700000", "1", "each", "seen",
                              "wait", options=["--threads", threads])
            self.assertEqual(sum(rows for rows, _, _ in lines), 700000)
            self.assertLessEqual(len(lines), int(threads))

    def test_the_end_of_the_program_waits(self):
        lines = self.logs("range", "0", "300000", "1", "repartition", "2",
                          END, "each", "seen")
        self.assertEqual(lines, [(150000, 0, 2), (150000, 1, 2)])

    def test_no_rows(self):
        self.assertEqual(self.logs("range", "0", "0", "1", "repartition", "3",
                                   "id", END, "each", "seen", "wait"),
                         [(0, 0, 3), (0, 1, 3), (0, 2, 3)])

    def counted(self, *steps, options=()):
        """(rows, batches, partitions) that the lambda counted."""
        done = start([*steps, "each", "seen", "wait", "counters", "rows",
                      "batches", "parts", END], options,
                     self.folder)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return tuple(map(int, done.stdout.split()))

    def test_counters(self):
        for threads in THREADS:
            options = ["--threads", threads]
            rows, batches, parts = self.counted(
                "range", "0", "700000", "1", options=options)
            self.assertEqual(rows, 700000)
            self.assertGreaterEqual(batches, 700000 / 2048)
            self.assertLess(batches, 700000)
            self.assertIn(parts, range(1, int(threads) + 1))
            self.assertEqual(
                self.counted("range", "0", "1000", "1", "repartition", "4",
                             END, options=options), (1000, 4, 4))
            self.assertEqual(
                self.counted("range", "0", "0", "1", "repartition", "5", "id",
                             END, options=options), (0, 0, 5))

    def test_it_is_run_though_nobody_looks_at_a_column(self):
        """No optimiser may leave the lambda out, nor rows of it."""
        base = ["range", "0", "9000", "1"]
        for steps, rows in (([], 9000), (["select", "1 as one", END], 9000),
                            (["limit", "17"], 17), (["limit", "0"], 0),
                            (["sort", "id desc", END, "limit", "3"], 3),
                            (["filter", "id < 0"], 0),
                            (["map-tag", "id", "select", "1 as one", END], 9000),
                            (["repeat", "id", "2", "select", "1 as one",
                              END], 18000),
                            (["sort", "id", END], 9000),
                            (["distinct", END], 9000)):
            for threads in THREADS:
                with self.subTest(steps=steps, threads=threads):
                    self.assertEqual(
                        self.counted(*base, *steps, options=[
                            "--threads", threads])[0], rows)

    def test_of_no_rows_no_thread_has_a_share(self):
        self.assertEqual(self.counted("range", "0", "0", "1"), (0, 0, 0))

    def test_a_partition_lambda_that_nobody_looks_at_is_run(self):
        lines = self.play("range", "0", "9000", "1", "count-parts", "select",
                          "1 as one", END, "measure", "count(*) as n", END,
                          "collect")
        self.assertGreaterEqual(lines[-1].rows[0][0], 1)


if __name__ == "__main__":
    unittest.main()
