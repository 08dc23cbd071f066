"""Aggregates that a program registers by name, in measures, over windows and in
SQL: against the same computation in Python."""

import itertools
import unittest

from script import SANITIZED, Case, create, needs_guests

WORDS = ["ada", "bob", None, "cy", "dan", "ada", None, "eve"]
ROWS = [(i, i % 5 if i % 11 else None, WORDS[i * 7 % 8], i * 13 % 17)
        for i in range(3000)]
TABLE = [*create([("id", "i64"), ("k", "i64"), ("w", "string"),
                  ("q", "i64")], ROWS), "as", "t"]
START = ["register-aggregate", "added", "added", "register-aggregate",
         "weighed", "weighed", "register-aggregate", "gathered", "gathered",
         "register-aggregate", "rows-of", "rows_of"]


def added(values):
    values = [v + 100 for v in values if v is not None]
    return sum(values) if values else None


def gathered(texts):
    return ",".join(sorted(t for t in texts if t is not None))


def groups(key):
    found = {}
    for row in ROWS:
        found.setdefault(key(row), []).append(row)
    return found


def by_text(rows):
    return sorted(rows, key=str)


@needs_guests
class Aggregates(Case):
    def rows(self, *steps, **more):
        return self.collect(*START, *TABLE, *steps, **more).rows

    def sql(self, text, **more):
        return self.rows("sql", text, "t", ".", **more)

    def both(self, keys, measure, want, after=()):
        """As a measure and in SQL, on one thread and two."""
        for threads in "1", "2":
            options = ["--threads", threads]
            found = self.rows("group", *keys, ".", "measure", *measure, ".",
                              *after, options=options)
            self.assertEqual(by_text(found), by_text(want), "measure")
            found = self.sql(
                f"select {', '.join([*keys, *measure])} from t group by "
                f"{', '.join(key.split(' as ')[0] for key in keys)}",
                options=options)
            self.assertEqual(by_text(found), by_text(want), "sql")

    def test_groups(self):
        self.both(
            ["k", "w"], ["added(q) as s", "gathered(w) as g", "rows_of(w) as n",
                         "round(weighed(id, q + 1) * 1000) as m"],
            [(k, w, added(r[3] for r in rows), gathered(r[2] for r in rows),
              f"{len(rows)} arg1 14",
              float(round(sum(r[0] * (r[3] + 1) for r in rows) * 1000
                          / sum(r[3] + 1 for r in rows))))
             for (k, w), rows in groups(lambda r: (r[1], r[2])).items()])

    def test_all_rows_and_no_rows(self):
        for rows, condition in (ROWS, "true"), ([], "id < 0"):
            want = [(added(r[3] for r in rows), gathered(r[2] for r in rows))]
            self.assertEqual(self.rows(
                "filter", condition, "measure", "added(q) as s",
                "gathered(w) as g", "."), want)
            self.assertEqual(self.sql("select added(q) as s, gathered(w) as g "
                                      f"from t where {condition}"), want)

    def test_distinct_and_filter(self):
        self.both(
            ["k"], ["gathered(distinct w) as g",
                    "added(distinct q) filter (where id % 2 = 0) as s"],
            [(k, gathered({r[2] for r in rows}),
              added({r[3] for r in rows if r[0] % 2 == 0}))
             for k, rows in groups(lambda r: r[1]).items()])

    def test_inside_expressions(self):
        self.both(
            ["k"], ["added(q + 1) * 2 + count(*) as x"],
            [(k, added(r[3] + 1 for r in rows) * 2 + len(rows))
             for k, rows in groups(lambda r: r[1]).items()])
        self.assertEqual(by_text(self.sql(
            "select k from t group by k having added(q) > 70000")),
            by_text((k,) for k, rows in groups(lambda r: r[1]).items()
                    if added(r[3] for r in rows) > 70000))

    def test_grouping_sets(self):
        want = [(None, None, added(r[3] for r in ROWS))]
        want += [(k, None, added(r[3] for r in rows))
                 for k, rows in groups(lambda r: r[1]).items()]
        want += [(k, w, added(r[3] for r in rows))
                 for (k, w), rows in groups(lambda r: (r[1], r[2])).items()]
        self.assertEqual(by_text(self.rows(
            "rollup", "k", "w", ".", "measure", "added(q) as s", ".")),
            by_text(want))
        self.assertEqual(by_text(self.sql(
            "select k, w, added(q) as s from t group by rollup (k, w)")),
            by_text(want))

    def test_windows(self):
        """Running, sliding, whole, without keys; each frame anew."""
        parts = groups(lambda r: r[1])
        frames = {
            "partition by k order by id": lambda rows, i: rows[:i + 1],
            "partition by k order by id rows between 3 preceding and 2 "
            "following": lambda rows, i: rows[max(i - 3, 0):i + 3],
            "partition by k order by id rows between 5 following and 7 "
            "following": lambda rows, i: rows[i + 5:i + 8],
            "partition by k": lambda rows, i: rows,
            "partition by k order by id rows between unbounded preceding and "
            "unbounded following": lambda rows, i: rows,
            "partition by k order by id range between unbounded preceding and "
            "unbounded following": lambda rows, i: rows,
            "partition by k range between current row and unbounded following":
                lambda rows, i: rows,
            "partition by k order by id range between 5 preceding and current "
            "row": lambda rows, i: [r for r in rows[:i + 1]
                                    if r[0] >= rows[i][0] - 5],
        }
        for over, frame in frames.items():
            want = [(rows[i][0], added(r[3] for r in frame(rows, i)))
                    for rows in parts.values() for i in range(len(rows))]
            text = f"added(q) over ({over}) as s"
            for threads in "1", "2":
                options = ["--threads", threads]
                self.assertEqual(sorted(self.rows(
                    "select", "id", text, ".", options=options)), sorted(want),
                    over)
                self.assertEqual(sorted(self.sql(
                    f"select id, {text} from t", options=options)),
                    sorted(want), over)
        self.assertEqual(sorted(self.sql(
            "select id, gathered(w) over (partition by k order by id rows "
            "between 4 preceding and current row) as g from t")), sorted(
            (rows[i][0], gathered(r[2] for r in rows[max(i - 4, 0):i + 1]))
            for rows in parts.values() for i in range(len(rows))))

    def test_windows_without_partitions(self):
        for over, frame in (
                ("", lambda i: ROWS),
                ("order by id", lambda i: ROWS[:i + 1]),
                ("rows between unbounded preceding and unbounded following",
                 lambda i: ROWS)):
            want = [(i, added(r[3] for r in frame(i)))
                    for i in range(0, len(ROWS), 300)]
            text = f"added(q) over ({over}) as s"
            self.assertEqual(self.rows(
                "select", "id", text, ".", "filter", "id % 300 = 0", "sort",
                "id", "."), want, over)
            self.assertEqual(self.sql(
                f"select * from (select id, {text} from t) where id % 300 = 0 "
                "order by id"), want, over)
        self.assertEqual(sorted(v for v, in self.sql(
            "select added(q) over (rows between unbounded preceding and "
            "current row) as s from t", options=["--threads", "1"])),
            sorted(itertools.accumulate(r[3] + 100 for r in ROWS)))

    def test_windows_filter(self):
        parts = groups(lambda r: r[1])
        want = sorted(
            (rows[i][0], added(r[3] for r in rows[:i + 1] if r[0] % 2))
            for rows in parts.values() for i in range(len(rows)))
        text = ("added(q) filter (where id % 2 = 1) over (partition by k order "
                "by id) as f")
        for threads in "1", "2":
            options = ["--threads", threads]
            self.assertEqual(sorted(self.sql(f"select id, {text} from t",
                                             options=options)), want)
            self.assertEqual(sorted(self.rows("select", "id", text, ".",
                                              options=options)), want)
        for steps in (["select", "added(distinct q) over () as x", "."],
                      ["sql", "select added(distinct q) over () as x from t",
                       "t", "."]):
            self.fails([*START, *TABLE, *steps, "collect"], "distinct")

    def test_pivot(self):
        want = [(w, *(added(r[3] for r in rows if r[1] == k) for k in (1, 2)))
                for w, rows in groups(lambda r: r[2]).items()]
        self.assertEqual(by_text(self.sql(
            "select w, \"1\", \"2\" from (pivot (select w, k, q from t) on k "
            "in (1, 2) using added(q) group by w)")), by_text(want))

    def test_polymorphic(self):
        self.assertEqual(self.sql(
            "select rows_of(k, x := w, y := 2.5::double) as a, rows_of(w) as b "
            "from t"), [("3000 arg1 4 x 14 y 10", "3000 arg1 14")])
        self.assertEqual(self.rows(
            "measure", "rows_of(k, x => w) as a", "."),
            [("3000 arg1 4 x 14",)])

    def test_what_is_wrong(self):
        self.fails([*START, *TABLE, "sql", "select gathered(w order by id) as "
                    "g from t", "t", ".", "collect"],
                   "aggregates of the program's take rows in no order")
        self.fails([*START, *TABLE, "sql", "select gathered(w order by id) "
                    "over () as g from t", "t", ".", "collect"],
                   "take rows in no order")
        for text, part in (
                ("added()", "added takes 1 argument, not 0"),
                ("added('x')", "added does not take (string)"),
                ("rows_of()", "rows-of takes an argument")):
            self.fails([*START, *TABLE, "sql", f"select {text} as x from t",
                        "t", ".", "collect"], part)
            self.fails([*START, *TABLE, "measure", f"{text} as x", ".",
                        "collect"], part)
        self.fails([*START, *TABLE, "select", "added(q) as x", ".", "collect"],
                   "aggregates are only allowed in aggregate")
        self.fails([*START, *TABLE, "measure", "added(added(q)) as x", ".",
                    "collect"], "not inside each other")
        self.fails([*START, *TABLE, "measure", "added(*) as x", ".",
                    "collect"], "only count takes a '*'")
        for name, part in (("sum", "a function 'sum' of its own"),
                           ("added", "'added' is registered already"),
                           ("a b", "no name for a function")):
            self.fails([*START, "register-aggregate", "added", name, "range",
                        0, 1, 1, "collect"], part, out=None)

    def test_failures(self):
        for text, part in (("breaks(id)", "13 is bad luck"),
                           ("breaks(id + 14)", "unreachable")):
            for steps in (["measure", f"{text} as x", "."],
                          ["sql", f"select {text} as x from t", "t", "."],
                          ["sql", f"select {text} over (order by id) as x from "
                           "t", "t", "."]):
                self.fails(["register-aggregate", "breaks", "breaks", *TABLE,
                            *steps, "collect"], part, out=None)

    def test_large_states(self):
        """Far beyond what is kept beside DuckDB's; and one that is too large
        is an error that says so."""
        self.assertEqual(self.collect(
            "register-aggregate", "hoards", "hoards", "range", 0, 4, 1,
            "group", "id % 2 as k", ".", "measure",
            "hoards(5000000) as n", ".", "sort", "k", ".").rows,
            [(0, 10000000), (1, 10000000)])
        if not SANITIZED:
            self.fails(["register-aggregate", "hoards", "hoards", "range", 0, 2,
                        1, "measure", "hoards(1 << 31) as n", ".", "collect"],
                       "hoards", out=None)


if __name__ == "__main__":
    unittest.main()
