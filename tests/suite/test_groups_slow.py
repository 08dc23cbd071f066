"""Groups, and pairs of groups, much larger than memory, and a million of them:
the rows pass in slices, and memory stays what it was allowed to be."""

import json
import os
import subprocess
import unittest

from script import BIN, CACHE, END, GUEST, SANITIZED, Case, needs_guests
from test_golden import HERE, program
from test_groups import large, length


@needs_guests
@unittest.skipIf(SANITIZED, "memory is not the program's own: `make test-all` "
                            "measures the build by clang")
class Slow(Case):
    def rows(self, *steps, most, guest=GUEST, ends=("collect",)):
        """What the steps give; the process had at most so many MiB."""
        process = subprocess.Popen(
            [BIN, "run", "--quiet", "--format", "jsonl", "--engine-memory",
             "200MiB", "--memory-limit", "64MiB", "--threads", "2", str(guest),
             *map(str, steps), *ends],
            cwd=self.folder, stdout=subprocess.PIPE,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE,
                     TMPDIR=str(self.folder)))
        out = process.stdout.read().decode()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual(status, 0)
        self.assertLess(usage.ru_maxrss, most * 1024)
        return out.splitlines()[len(ends):]

    def test_a_group_of_two_gigabytes(self):
        got = self.rows(
            *large(20000000), "group", "1 as one", END, "number-rows",
            "measure", "count(*) as n", "sum(char_length(s)) as c",
            "max(part) as p", END, most=700)
        self.assertEqual(got, [f'["20000000","{length(20000000)}","0"]'])

    def test_a_pair_of_a_gigabyte_each(self):
        rows = 10000000
        for pair in ("pair", "pair-batch"):
            got = self.rows(
                *large(rows), "group", END, "as-group", "a", *large(rows),
                "group", END, pair, "a", "filter", "side <> 'end'", "measure",
                "count(*) as n", "sum(id) as s", "max(after) as last", END,
                most=700)
            self.assertEqual(got, [f'["{2 * rows}","{rows * (rows - 1)}",'
                                   f'"{2 * rows - 1}"]'])

    def test_a_million_groups(self):
        got = self.rows(
            "range", 0, 1000000, 1, "group", "id", END, "count-parts",
            "measure", "count(*) as n", "sum(rows) as r", "min(part) as low",
            "max(part) as high", "count(distinct part) as d", END, most=700)
        self.assertEqual(got, ['["1000000","1000000","0","999999","1000000"]'])

    def test_a_million_pairs(self):
        got = self.rows(
            "range", 0, 600000, 1, "group", "id", END, "as-group", "a",
            "range", 400000, 1000000, 1, "group", "id", END, "pair", "a",
            "filter", "side = 'end'", "measure", "count(*) as n",
            "sum(id) as rows", END, most=700)
        self.assertEqual(got, ['["1000000","1200000"]'])

    def other_languages(self, *steps, most=700):
        """What each language but C shows of the steps."""
        for language in HERE:
            if language == "c":
                continue
            with self.subTest(language):
                yield [json.loads(line) for line in self.rows(
                    *steps, "show", most=most, ends=(),
                    guest=program(language, "operations"))]

    def test_a_group_larger_than_memory_in_every_language(self):
        """160 MB of numbers pass through an instance of 64 MiB."""
        rows = 20000000
        for got in self.other_languages(
                "range", 0, rows, 1, "group", "1 as one", END, "count-parts"):
            self.assertEqual(got, [{"part": 0, "rows": rows}])

    def test_a_million_groups_in_every_language(self):
        for got in self.other_languages(
                "range", 0, 1000000, 1, "group", "id", END, "count-parts",
                "measure", "count(*) as n", "sum(rows) as r",
                "max(part) as high", "count(distinct part) as d", END):
            self.assertEqual(got, [{"n": 1000000, "r": 1000000,
                                    "high": 999999, "d": 1000000}])

    def test_a_million_pairs_in_every_language(self):
        for got in self.other_languages(
                "range", 0, 600000, 1, "group", "id", END, "as-group", "a",
                "range", 400000, 1000000, 1, "group", "id", END, "pair", "a",
                "filter", "side = 'end'", "measure", "count(*) as n",
                "sum(id) as rows", END):
            self.assertEqual(got, [{"n": 1000000, "rows": 1200000}])


if __name__ == "__main__":
    unittest.main()
