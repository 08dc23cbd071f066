"""Nested and special values through lambdas of the C SDK: rows that a program
makes by a rule come out of every kind of lambda as Python makes them."""

import json
import os
import subprocess
import unittest
import uuid

from script import BIN, BUILD, CACHE, Case, needs_guests

GUEST = BUILD / "tests/guests/nested.wasm"


def text(i):
    return f"\u65e5{i}" if i % 3 else None


def row(i):
    """What tests/guests/nested.c says of row i, but for time and interval."""
    values = {
        "id": i,
        "u": str(uuid.UUID(bytes=bytes([i >> 8 & 255, i & 255, 7]).ljust(
            16, b"\0"))),
        "e": ["red", "gr\u00fcn", "it's"][i % 3],
        "n": None,
        "l": [text(i + k) for k in range(i % 4)],
        "ll": [[i * j for j in range(k + 1)] if (i + k) % 5 else None
               for k in range(i % 3)],
        "x": [i, None],
        "s": {"a": i, "b": {"c": text(i), "d": [bool(i % 2)]} if i % 4
              else None},
        "m": dict([("first", None), ("second", [])][:i % 3]),
        "or": {"i": i} if i % 2 else {"s": text(i)},
    }
    places = {"u": 4, "e": 6, "n": 7, "l": 8, "ll": 9, "x": 10, "s": 11,
              "m": 12}
    return {name: None if name in places and (i + places[name]) % 7 == 0
            else value for name, value in values.items()}


@needs_guests
class Nested(Case):
    def run_guest(self, kind, count, threads):
        return subprocess.run(
            [BIN, "run", "--quiet", "--format", "jsonl", "--threads", threads,
             GUEST, kind, str(count)], cwd=self.folder, timeout=300,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def test_every_kind_keeps_the_rows(self):
        made = {}
        for kind in ("create", "map", "again", "flat-map", "partitions",
                     "groups", "pass", "filter"):
            for count, threads in ((0, "1"), (1, "1"), (5000, "1"),
                                   (5000, "2")):
                done = self.run_guest(kind, count, threads)
                self.assertEqual((done.returncode, done.stderr), (0, b""),
                                 (kind, count))
                rows = [json.loads(line) for line in
                        done.stdout.decode().splitlines()]
                self.assertEqual(len(rows), count, kind)
                made.setdefault(count, done.stdout)
                for i, got in enumerate(rows):
                    want = row(i)
                    self.assertEqual({name: got[name] for name in want}, want,
                                     (kind, i))
                # Times, intervals and bytes are those of `create`.
                self.assertTrue(done.stdout == made[count], (kind, count))

    def test_mistakes_are_told(self):
        for what, words in (
                ("index", "no element 2 in a list of 2"),
                ("type", "'s', is struct and was used as list"),
                ("fixed", "'x', is a list of 2 and was given 1 elements"),
                ("enum", "'e', has no word 'blue'"),
                ("bytes", "'f', takes 3 bytes and was given 4"),
                ("member", "'or', has 2 members: there is no number 2")):
            done = self.run_guest(what, 20, "1")
            self.assertEqual((done.returncode, done.stdout), (125, b""), what)
            self.assertIn(words, done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
