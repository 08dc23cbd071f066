"""Rows with nested values that are reduced, and user aggregates over nested
columns that give nested values: tests/guests/nested_reduce.c against Python."""

import base64
import json
import os
import subprocess
import unittest

from script import BIN, BUILD, CACHE, Case, needs_guests

GUEST = BUILD / "tests/guests/nested_reduce.wasm"


def row(i, groups):
    """Row i of the guest."""
    text = f"\u00e9{i}"
    values = {
        "k": i % groups, "id": i, "name": text, "e": ["red", "blue"][i % 2],
        "f": base64.b64encode(bytes([97, 97 + i % 26])).decode(),
        "l": [text if (i + j) % 4 else None for j in range(i % 3)],
        "s": {"a": i, "b": [-i] if i % 5 else None},
        "m": dict([("first", None), ("second", i)][:i % 3]),
        "x": [i, None],
        "u": {"t": text} if i % 2 else {"i": i} if i % 4 else {"t": None},
        "n": None}
    return {name: None if 2 <= place < 9 and (i + place) % 7 == 0 else value
            for place, (name, value) in enumerate(values.items())}


@needs_guests
class NestedReduce(Case):
    def lines(self, what, count, groups, threads):
        done = subprocess.run(
            [BIN, "run", "--quiet", "--format", "jsonl", "--threads", threads,
             GUEST, what, str(count), str(groups)], cwd=self.folder,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def groups(self, count, groups):
        made = {}
        for i in range(count):
            made.setdefault(i % groups, []).append(row(i, groups))
        return sorted(made.items())

    # Rows of one chunk and of many; a group that is large, many of one row.
    SIZES = ((0, 3), (1, 1), (100, 7), (7000, 3), (7000, 7000), (9000, 2500))

    def check(self, what, want, sizes=SIZES):
        for count, groups in sizes:
            for threads in "1", "2":
                with self.subTest(what, count=count, groups=groups,
                                  threads=threads):
                    got = self.lines(what, count, groups, threads)
                    wanted = want(count, groups)
                    self.assertEqual(len(got), len(wanted))
                    for one, other in zip(got, wanted):
                        self.assertEqual(one, other)

    def test_whole_rows(self):
        """Every type in the accumulator, taken from the row that wins."""
        self.check("lowest", lambda count, groups: [
            rows[0] for _, rows in self.groups(count, groups)])
        self.check("lowest-of-all", lambda count, groups: [
            row(0, groups)] if count else [])

    def test_lists_that_grow(self):
        def merged(rows):
            ids = [None if r["id"] % 11 == 0 else
                   [] if r["id"] % 13 == 0 else [r["id"]] for r in rows]
            there = [part for part in ids if part is not None]
            return sorted(sum(there, [])) if there else None
        self.check("merge", lambda count, groups: [
            {"k": k, "ids": merged(rows)}
            for k, rows in self.groups(count, groups)])

    @staticmethod
    def counts(rows):
        if not rows:
            return None
        keys = {}
        for r in rows:
            for key in r["m"] or ():
                keys[key] = keys.get(key, 0) + 1
        longest = max(rows, key=lambda r: (len(r["l"] or ()), -r["id"]))
        total = sum(sum((r["s"] or {}).get("b") or ()) for r in rows)
        return {"keys": dict(sorted(keys.items())),
                "longest": [len(longest["l"] or ()), longest["id"]],
                "sum": total or None}

    def test_aggregates(self):
        self.check("aggregate", lambda count, groups: [
            {"k": k, "c": self.counts(rows)}
            for k, rows in self.groups(count, groups)])
        self.check("aggregate-all", lambda count, groups: [
            {"c": self.counts([row(i, groups) for i in range(count)]),
             "k": 0}])


if __name__ == "__main__":
    unittest.main()
