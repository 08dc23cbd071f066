"""Nested and special values through lambdas of the C and C++ SDKs: rows that a
program makes by a rule come out of every kind of lambda as Python makes them."""

import json
import os
import subprocess
import unittest
import uuid

from script import BIN, BUILD, CACHE, Case, needs_guests

GUEST = BUILD / "tests/guests/nested.wasm"
CPP = BUILD / "tests/guests/cpp_nested.wasm"


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


class Rows(Case):
    guest = None

    def run_guest(self, kind, count, threads, guest=None):
        return subprocess.run(
            [BIN, "run", "--quiet", "--format", "jsonl", "--threads", threads,
             guest or self.guest, kind, str(count)], cwd=self.folder,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), timeout=300,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE)

    def keeps_rows(self, kinds, made):
        for kind in kinds:
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


@needs_guests
class C(Rows):
    guest = GUEST

    def test_every_kind_keeps_the_rows(self):
        self.keeps_rows(("create", "map", "again", "flat-map", "partitions",
                         "groups", "pass", "columns", "filter"), {})

    def test_whole_columns_of_a_flat_map(self):
        for count, threads in ((0, "1"), (1, "1"), (9000, "1"), (9000, "2")):
            done = self.run_guest("expand", count, threads)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            rows = [json.loads(line) for line in done.stdout.splitlines()]
            self.assertEqual(len(rows), count)
            for i, got in enumerate(rows):
                want = row(i)
                self.assertEqual(got, {name: want[name] for name in got}, i)
                self.assertEqual(len(got), 7)

    def test_parameters(self):
        """Values of every type are bound to `$name`."""
        made = [json.loads(line) for line in
                self.run_guest("create", 40, "1").stdout.splitlines()]
        for i in range(40):
            done = self.run_guest("parameters", i, "1")
            self.assertEqual((done.returncode, done.stderr), (0, b""), i)
            want = dict(made[i])
            for line in done.stdout.splitlines():
                got = json.loads(line)
                self.assertEqual(got.pop("none"), want["l"] is None)
                self.assertEqual(got.pop("a"),
                                 want["s"] and want["s"]["a"])
                first = (want["l"] or [None])[0]
                self.assertEqual(
                    got.pop("there"),
                    None if want["l"] is None or first is None else True)
                self.assertEqual(got, want, i)

    def test_arguments_of_generate(self):
        """A table function is given a row of every type, and gives it back."""
        made = self.run_guest("create", 40, "1").stdout.splitlines()
        for i in range(0, 40, 3):
            done = self.run_guest("arguments", i, "2")
            self.assertEqual((done.returncode, done.stderr), (0, b""), i)
            self.assertEqual(done.stdout.splitlines(), [made[i]] * 2)

    def test_mistakes_are_told(self):
        for what, words in (
                ("index", "no element 2 in a list of 2"),
                ("type", "'s', is struct and was used as list"),
                ("fixed", "'x', is a list of 2 and was given 1 elements"),
                ("enum", "'e', has no word 'blue'"),
                ("bytes", "'f', takes 3 bytes and was given 4"),
                ("member", "'or', has 2 members: there is no number 2"),
                ("whole-order", "'ll': wd_out_offsets comes before"),
                ("whole-fall", "'ll': the offsets fall at row 3"),
                ("whole-end", "'ll': the offsets go from 0 to 20 and there are "
                              "21 rows inside"),
                ("whole-type", "'s', is struct and was set as list"),
                ("whole-size", "'x', has 40 rows inside and was given 3"),
                ("whole-more", "'ll', was given more than 20 rows inside")):
            done = self.run_guest(what, 20, "1")
            self.assertEqual((done.returncode, done.stdout), (125, b""), what)
            self.assertIn(words, done.stderr.decode())


@needs_guests
@unittest.skipUnless(CPP.exists(), "no C++ guests here")
class Cpp(Rows):
    guest = CPP

    def test_every_kind_keeps_the_rows(self):
        """Those of C, times, intervals and bytes too."""
        made = {count: self.run_guest("create", count, "1", GUEST).stdout
                for count in (0, 1, 5000)}
        self.keeps_rows(("create", "vector", "map", "again", "flat-map",
                         "range", "partitions", "groups", "gather", "pass",
                         "column", "others", "filter", "reduce"), made)

    def test_a_reduction_of_lists(self):
        for count, threads in ((1, "1"), (5000, "1"), (5000, "2")):
            done = self.run_guest("lists", count, threads)
            self.assertEqual((done.returncode, done.stderr), (0, b""))
            self.assertEqual([json.loads(line)["id"]
                              for line in done.stdout.splitlines()],
                             list(range(count)))

    def test_types_that_differ_are_told_at_bind(self):
        """No row is needed; column, place in it, member and both types are
        named, and what columns there are."""
        for what, words in (
                ("inner", "column 's.b.d[]' is bool and OtherInner.d takes "
                          "string"),
                ("field", "column 's' has no field 'z' for LostOuter.z; its "
                          "fields are: a: i64, b: struct<c: string, d: "
                          "list<bool>>"),
                ("list", "column 'l[]' is string and Wrong.l takes i64"),
                ("struct", "column 'l' is list<string> and Wrong.l takes "
                           "struct<a: i64 not null, b: struct<c: string, d: "
                           "list<bool not null> not null>>"),
                ("width", "column 'x' is fixedlist<i64, 2> and Wrong.x takes "
                          "fixedlist<i64 not null, 3>"),
                ("map", "column 'm.value' is list<i64> and Wrong.m takes "
                        "string"),
                ("words", "column 'e' is enum('red', 'gr\u00fcn', 'it's') and "
                          "Wrong.e takes enum('red', 'it''s')"),
                ("union", "column 'or' is union<i: i64, s: string> and "
                          "Wrong.or takes union<i: i64>"),
                ("time", "column 't32' is time(ms) and Wrong.t32 takes "
                         "time(s)")):
            done = self.run_guest(f"wrong-{what}", 0, "1")
            message = done.stderr.decode()
            self.assertEqual((done.returncode, done.stdout), (125, b""), what)
            self.assertIn(words, message)
            self.assertIn("there are: id i64, t time(us), t32 time(ms), span "
                          "interval, u uuid", message)

    def test_a_column_asked_for_as_another_type(self):
        done = self.run_guest("wrong-get", 3, "1")
        self.assertEqual(done.returncode, 125)
        self.assertIn("column 's' is struct<a: i64, b: struct<c: string, d: "
                      "list<bool>>> and was asked for as list<i64 not null>",
                      done.stderr.decode())


if __name__ == "__main__":
    unittest.main()
