"""Extracted modules, and functions of other modules: against what Python
computes, and against files that were cut, altered or made to lie."""

import hashlib
import json
import os
import re
import stat
import subprocess
import unittest

from script import BIN, BUILD, CACHE, GUEST, Case, needs_guests

EXAMPLES = BUILD / "examples"


class Modules(Case):
    def cli(self, *arguments):
        done = subprocess.run(
            [BIN, *map(str, arguments)], cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=600,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE))
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def good(self, *arguments):
        code, out, error = self.cli(*arguments)
        self.assertEqual((code, error), (0, ""))
        return out

    def rows(self, *arguments):
        out = self.good("run", "--quiet", "--format", "jsonl", *arguments)
        return [json.loads(line) for line in out.splitlines()]

    def extract(self, *arguments, folder="m"):
        out = self.good("extract", "-o", folder, *arguments)
        return [self.folder / line for line in out.splitlines()]

    def bad(self, code, words, *arguments):
        seen, out, error = self.cli(*arguments)
        self.assertEqual((seen, out), (code, ""), error)
        self.assertIn(words, error)
        self.assertEqual(len(re.findall("^wasi-data: ", error, re.M)), 1)

    def calls(self, function, *more):
        return ["run", "--quiet", "--function", function, GUEST, "range", 0, 3,
                1, "select", "f(id, id) as r", ".", "show", *more]


def sealed(module):
    """The same with the hash that belongs to it."""
    return module[:-65] + hashlib.sha256(
        module[:-72]).hexdigest().encode() + b"\n"


@needs_guests
class Extract(Modules):
    PLUS = [GUEST, "register", "add", "plus", "range", 0, 5, 1, "select",
            "plus(id, 1) as y", ".", "collect"]

    def test_files(self):
        first, = self.extract(*self.PLUS)
        content = first.read_bytes()
        self.assertEqual(stat.S_IMODE(first.stat().st_mode), 0o600)
        digest = hashlib.sha256(content[:-72]).hexdigest()
        self.assertEqual(content[-72:], f"sha256 {digest}\n".encode())
        self.assertEqual(first.name, f"plus-{digest[:16]}.wasm")
        self.assertEqual(os.listdir(first.parent), [first.name])
        again, = self.extract(*self.PLUS, folder="n")
        self.assertEqual((again.name, again.read_bytes()),
                         (first.name, content))

    def test_captured(self):
        """What was captured comes along: 100."""
        module, = self.extract(*self.PLUS)
        self.assertEqual(
            self.rows("--function", f"p={module}", GUEST, "range", 0, 3, 1,
                      "select", "p(id, 10 * id) as y", ".", "show"),
            [{"y": 100 + 11 * i} for i in range(3)])

    def test_inspect(self):
        """What it is and what it offers, and whether it can be called."""
        module, = self.extract(*self.PLUS)
        lines = self.good("inspect", module).splitlines()
        self.assertEqual(lines[0], f"{module}: can be called (--function "
                         "NAME=FILE)")
        for line in ("  extracted from: script.wasm", "  role: scalar",
                     "  name: plus", "  takes: x i64 not null, y i64 not null", "  gives: r i64"):
            self.assertIn(line, lines)
        told = json.loads(self.good("inspect", "--format", "json", module))
        self.assertIs(told["runs"], False)
        self.assertEqual(told["errors"], [])
        self.assertEqual(told["extracted"], {
            "program": "script.wasm", "role": "scalar",
            "name": "plus", "input": "x i64 not null, y i64 not null", "output": "r i64",
            "variadic": False, "strict": False, "deterministic": False})
        self.assertIsNone(json.loads(self.good(
            "inspect", "--format", "json", GUEST))["extracted"])
        content = bytearray(module.read_bytes())
        content[-100] ^= 1
        module.write_bytes(content)
        code, out, error = self.cli("inspect", module)
        self.assertEqual((code, error), (126, ""))
        self.assertIn("cannot be called", out)
        self.assertIn("error: ", out)
        self.assertIn("altered", out)

    def test_beside_the_own(self):
        """In one expression with functions of the program itself, on one
        thread and on two, in groups and filters."""
        module, = self.extract(*self.PLUS)
        for threads in 1, 2:
            self.assertEqual(
                self.rows("--threads", threads, "--function", f"p={module}",
                          GUEST, "register", "add", "own", "range", 0, 5000, 1,
                          "filter", "p(own(id, 0), 0) % 2 = 0", "group",
                          "p(id % 2, 0) as g", ".", "measure",
                          "sum(own(p(id, 1), 1)) as s", ".", "show"),
                [{"g": 100, "s": sum(i + 202 for i in range(0, 5000, 2))}])

    def test_filter(self):
        """A lambda that has no name."""
        module, = self.extract(GUEST, "range", 0, 5, 1, "keep-even", "id", "collect")
        self.assertTrue(module.name.startswith("filter-"), module)
        self.assertEqual(
            self.rows("--function", f"even={module}", GUEST, "range", 0, 4, 1,
                      "select", "even(id) as e", ".", "show"),
            [{"e": i % 2 == 0} for i in range(4)])

    def test_from_extracted(self):
        """Extracting with a function of a module writes the own ones."""
        module, = self.extract(*self.PLUS)
        other, = self.extract(
            "--function", f"p={module}", GUEST, "register", "add", "own",
            "range", 0, 5, 1, "select", "own(p(id, 1), 1) as y", ".",
            "collect", folder="n")
        self.assertTrue(other.name.startswith("own-"), other)

    def test_nothing(self):
        self.bad(125, "has no lambda to extract", "extract", "-o", "m", GUEST,
                 "range", 0, 5, 1, "collect")
        self.bad(125, "before its action number 2", "extract", "--job", 2,
                 "-o", "m", *self.PLUS)
        self.bad(125, "/dev/null/x cannot be written", "extract", "-o",
                 "/dev/null/x", *self.PLUS)
        self.assertFalse(any((self.folder / "m").glob("*"))
                         if (self.folder / "m").exists() else False)

    def test_aggregate(self):
        """With what it captured (100), in groups and over windows."""
        module, = self.extract(
            GUEST, "register-aggregate", "added", "total", "range", 0, 5, 1,
            "group", ".", "measure", "total(id) as s", ".", "collect")
        self.assertTrue(module.name.startswith("total-"), module)
        self.assertIn("  takes: x i64", self.good("inspect", module))
        start = ["--function", f"t={module}", GUEST, "range", 0, 100, 1]
        for threads in 1, 2:
            self.assertEqual(
                self.rows("--threads", threads, *start, "group", "id % 2 as k",
                          ".", "measure", "t(id) as s", ".", "sort", "k", ".",
                          "show"),
                [{"k": k, "s": sum(i + 100 for i in range(k, 100, 2))}
                 for k in (0, 1)])
        self.assertEqual(
            self.rows(*start, "filter", "id < 3", "select", "id",
                      "t(id) over (order by id) as s", ".", "show"),
            [{"id": 0, "s": 100}, {"id": 1, "s": 201}, {"id": 2, "s": 303}])
        self.assertEqual(
            self.good("query", "--format", "csv", "--function", f"t={module}",
                      "select t(x) as s from range(3) r(x)"), "s\n303\n")
        self.bad(125, "does not take (string)", "run", "--function",
                 f"t={module}", GUEST, "range", 0, 3, 1, "group", ".",
                 "measure", "t(cast(id as string)) as s", ".", "show")

    def test_table_function(self):
        """As it was called where it was extracted, and in other ways."""
        granted = []
        for kind, name, call in (
                ("words", "words", "words('a b', ' ')"),
                ("numbers", "numbers", "numbers(3)"),
                ("first", "first_rows", "first_rows(TABLE t, 1)")):
            module, = self.extract(
                GUEST, "register-table", kind, name, "range", 0, 5, 1, "as",
                "t", "sql", f"select * from {call}", "t", ".", "collect",
                folder=name)
            self.assertIn("can be called", self.good("inspect", module))
            granted += ["--function", f"{name}={module}"]
        for text, want in (
                ("select n from numbers(2) order by 1", "n\n0\n1\n"),
                ("select w.word, n.n from (select 'x y' as t) t, "
                 "words(t.t, ' ') w, numbers(1) n order by 1", "word,n\nx,0\ny,0\n"),
                ("select x from first_rows((from range(5) r(x) order by x "
                 "desc), 2)", "x\n4\n3\n")):
            self.assertEqual(self.good("query", "--format", "csv",
                                       *granted, text), want)

    def test_roles_without_a_value(self):
        module, = self.extract(GUEST, "range", 0, 5, 1, "repeat", "id", 2, "collect")
        self.bad(125, "a flat-map lambda cannot be called by name",
                 *self.calls(f"f={module}"))
        code, out, error = self.cli("inspect", module)
        self.assertEqual((code, error), (126, ""))
        self.assertIn("a flat-map lambda cannot be called by name", out)


@needs_guests
class Hostile(Modules):
    def setUp(self):
        super().setUp()
        self.module, = self.extract(*Extract.PLUS)
        self.content = self.module.read_bytes()

    def refuse(self, content, words, code=126):
        (self.folder / "x.wasm").write_bytes(content)
        self.bad(code, words, *self.calls("f=x.wasm"))

    def test_truncated(self):
        size = len(self.content)
        for at in (0, 4, 8, 100, size // 2, size - 500, size - 73, size - 1):
            self.refuse(self.content[:at], "x.wasm")

    def test_manifest_cut_off(self):
        at = self.content.rindex(b"\x10wasi:data/lambda") - 3
        while self.content[at] != 0:
            at += 1
        for cut in range(at - 3, at + 1):
            if self.content[cut] == 0:
                self.refuse(self.content[:cut], "x.wasm")

    def test_altered(self):
        size = len(self.content)
        for at in (size // 3, size // 2, size - 300, size - 80, size - 2):
            changed = bytearray(self.content)
            changed[at] ^= 1
            self.refuse(bytes(changed), "x.wasm")
        self.refuse(self.content + b"\0\3\2ab", "altered")

    def test_lies(self):
        """A manifest that was sealed again."""
        for old, new, words, code in (
                (b"output 5\nr i64", b"output 5\nr i32", "manifest lies", 126),
                (b"output 5\nr i64", b"output 5\nr xyz", "manifest", 126),
                (b"role 8\n", b"role 1\n", "x.wasm", 125),
                (b"role 8\n", b"role 2\n", "cannot be called by name", 125),
                (b"role 8\n", b"role x\n", "manifest", 126),
                (b"typed 1\n", b"typed 2\n", "manifest", 126),
                (b"typed 1\n", b"typed 0\n", "manifest", 126),
                (b"input 30\n", b"input 31\n", "manifest", 126),
                (b"lambda 1\n", b"lambda 2\n", "manifest", 126),
                (b"name 4\nplus", b"name 4\npl\xffs", "manifest", 126),
                (b"name 4\nplus", b"name 4\nca\nt", "no name", 125)):
            self.assertEqual(self.content.count(old), 1, old)
            self.refuse(sealed(self.content.replace(old, new)), words, code)

    def test_wrong_function(self):
        """Numbers that mean nothing to the program: it traps or refuses, and
        nothing else happens."""
        for key in (b"function", b"state"):
            number = re.search(key + rb" (\d+)\n", self.content)
            digits = number.group(1)
            changed = self.content.replace(
                number.group(0), key + b" " + b"9" * len(digits) + b"\n")
            (self.folder / "x.wasm").write_bytes(sealed(changed))
            code, _, error = self.cli(*self.calls("f=x.wasm"))
            self.assertIn(code, (0, 125, 126), error)
            self.assertNotIn("Sanitizer", error)

    def test_grants(self):
        for grant in ("f", "=x.wasm", "f=", "f=x.wasm#", "f=#plus"):
            self.bad(125, "write NAME=FILE", *self.calls(grant))
        self.bad(125, "has no function 'minus'; it has: plus",
                 *self.calls(f"f={self.module}#minus"))
        self.good(*self.calls(f"f={self.module}#plus"))
        self.bad(125, "no.wasm", *self.calls("f=no.wasm"))
        self.bad(125, "a function 'sum' of its own",
                 *self.calls(f"sum={self.module}"))
        self.bad(125, "registered already", "run", "--function",
                 f"f={self.module}", *self.calls(f"f={self.module}")[1:])
        self.bad(125, "is no name for a function",
                 *self.calls(f"a b={self.module}"))
        self.file("text.wasm", "hello")
        self.bad(126, "text.wasm", *self.calls("f=text.wasm"))
        self.bad(126, "registers no function", *self.calls(
            f"f={EXAMPLES / 'c/hello.wasm'}"))

    def test_many_names(self):
        """One file under several names is one library; clashes with what the
        program registers are its error."""
        options = [o for i in range(50)
                   for o in ("--function", f"f{i}={self.module}")]
        self.assertEqual(
            self.rows(*options, GUEST, "range", 0, 1, 1, "select",
                      "f0(f49(id, 1), 1) as y", ".", "show"), [{"y": 202}])
        code, out, _ = self.cli(
            "run", "--quiet", "--function", f"plus={self.module}", GUEST,
            "attempt", "register", "add", "plus")
        self.assertEqual(code, 0)
        self.assertIn("registered already", out)


@unittest.skipUnless((EXAMPLES / "go/slug.wasm").exists()
                     and (EXAMPLES / "rust/titles.wasm").exists(),
                     "the Go and Rust examples were not built here")
class Languages(Modules):
    SLUG = EXAMPLES / "go/slug.wasm"

    @staticmethod
    def slug(text):
        return "-".join(re.findall(r"[^\W_]+", text.lower()))

    def test_go_in_rust(self):
        lines = [f"Chapter {i}: {'the ' * (i % 7)}Whale -- ÉTÉ!"
                 for i in range(3000)] + ["", "..."]
        self.file("book.txt", "\n".join(lines) + "\n")
        slugs = [s for s in map(self.slug, lines) if s]
        want = sorted(({"slug": s, "words": s.count("-") + 1} for s in slugs),
                      key=lambda r: (-r["words"], r["slug"].encode()))[:5]
        for threads in 1, 2:
            self.assertEqual(
                self.rows("--threads", threads, "--table", "lines=book.txt",
                          "--function", f"slug={self.SLUG}",
                          EXAMPLES / "rust/titles.wasm"), want)

    def test_extracted_everywhere(self):
        """A module of each language, extracted from each, is the same."""
        self.file("book.txt", "The Old Man\nand the sea\n")
        programs = {
            language: (EXAMPLES / language / "hello.wasm",)
            for language in ("c", "cpp", "go", "rust")}
        for language, program in programs.items():
            if not program[0].exists():
                continue
            first = self.extract(*program, folder=f"{language}1")
            again = self.extract(*program, folder=f"{language}2")
            self.assertEqual([p.name for p in first],
                             [p.name for p in again], language)
            self.assertEqual([p.read_bytes() for p in first],
                             [p.read_bytes() for p in again], language)

    def test_sql(self):
        """The names are those of SQL texts too: functions that name the
        columns that they want, as those in Go do, and others."""
        module, = self.extract(*Extract.PLUS)
        self.file("t.txt", "A b!\nC\n")
        self.assertEqual(
            self.rows("--table", "lines=t.txt", "--function",
                      f"slug={self.SLUG}", "--function", f"p={module}", GUEST,
                      "sql", "select slug(line) as s, p(length(line), 1) as n "
                      "from lines order by 1", ".", "show"),
            [{"s": "a-b", "n": 105}, {"s": "c", "n": 102}])

    def test_two_libraries(self):
        module, = self.extract(*Extract.PLUS)
        self.assertEqual(
            self.rows("--function", f"slug={self.SLUG}", "--function",
                      f"p={module}", GUEST, "range", 0, 3, 1, "select",
                      "slug('A b ' || cast(p(id, 1) as string)) as s", ".",
                      "show"), [{"s": f"a-b-{101 + i}"} for i in range(3)])


if __name__ == "__main__":
    unittest.main()
