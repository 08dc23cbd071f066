"""The C++ SDK: its README's programs are compiled and run as they stand, its
examples give what the C examples give, and a program checks it from inside."""

import itertools
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from same_as_c import SameAsC

SOURCE = pathlib.Path(os.environ["WD_SOURCE"])
BUILD = pathlib.Path(os.environ["WD_BUILD"])
BIN = os.environ["WD_BIN"]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
MISSING = [
    what
    for what, there in (
        ("clang++-14", shutil.which("clang++-14")),
        ("libc++", os.path.exists("/usr/lib/wasm32-wasi/libc++.a")),
    )
    if not there
]


def run(*command, folder=None, timeout=300, **more):
    environment = dict(
        os.environ,
        SDK=str(SOURCE / "sdk"),
        PATH=f"{os.path.dirname(BIN)}:{os.environ['PATH']}",
    )
    return subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **more)


def setUpModule():
    if MISSING:
        raise unittest.SkipTest(f"no C++ guests here: {MISSING} missing")


def play(case, page):
    """Writes the files of a page, runs its commands, compares what it says."""
    output, exports = None, ""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        end = folder / ".environment"
        for kind, file, body in BLOCK.findall(page.read_text()):
            if file:
                (folder / file).write_text(body)
            elif kind == "sh":
                script = f"{exports}\n{body}\nexport -p >{end}"
                done = run("sh", "-e", "-c", script, folder=folder)
                case.assertEqual(
                    done.returncode, 0, body + done.stdout + done.stderr)
                output, exports = done.stdout, end.read_text()
            elif kind == "text":
                case.assertEqual(output, body)


class Readme(unittest.TestCase):
    def test_readme(self):
        """What a reader copies works, and prints what the page says."""
        play(self, SOURCE / "sdk/cpp/README.md")


class Examples(SameAsC, unittest.TestCase):
    language = "cpp"


class Inside(unittest.TestCase):
    """The cases of tests/guests/cpp_check.cpp and cpp_plans.cpp."""

    CASES = {
        "cpp_check": (
            "types", "conversions", "decimals", "closures", "rows", "batches",
            "partitions", "aggregates", "reduce", "errors"),
        "cpp_plans": (
            "relational", "columns", "sets", "join_using", "groups",
            "for_each", "temp_table", "cache", "parameters", "grouping",
            "shapes", "register_scalar", "register_aggregate", "sql",
            "written"),
    }

    def check(self, program, name, *options):
        return run(BIN, "run", *options,
                   BUILD / f"tests/guests/{program}.wasm", name)

    def test_cases(self):
        for program, names in self.CASES.items():
            for name, threads in itertools.product(names, "12"):
                with self.subTest(name, threads=threads):
                    done = self.check(program, name, "--threads", threads)
                    self.assertEqual(done.stdout, "good\n", done.stderr)

    def test_actions(self):
        with tempfile.TemporaryDirectory() as folder:
            done = self.check("cpp_plans", "actions", "--sink", f"out={folder}/out.csv")
            self.assertEqual(done.stdout, "good\n", done.stderr)
            self.assertEqual(len(pathlib.Path(folder, "out.csv").read_text()
                                 .split()), 100001)

    def test_co_groups(self):
        for threads in "1", "2":
            program = BUILD / "tests/guests/cpp_co_groups.wasm"
            done = run(BIN, "run", "--format", "csv", "--threads", threads,
                       program)
            self.assertEqual(done.stdout.split(), [
                "id,names,rows,sum", "1,a!c!,2,12", "2,b!,1,", '3,"",1,',
                "4,d!,0,"], done.stderr)
            done = run(BIN, "run", program, "wrong")
            self.assertIn("column 'x' is i64 and Wrong.x takes string",
                          done.stdout)

    def test_tables(self):
        program = BUILD / "tests/guests/cpp_tables.wasm"
        rows = [{"part": part, "n": n,
                 "text": None if n % 3 == 1 else f"w{n}",
                 "list": list(range(n % 4))}
                for part in range(2) for n in range(5)]
        rows.append({"part": 0, "n": 0, "text": "none", "list": []})
        texts = sum(n % 3 != 1 for n in range(100000))
        rows.append({"rows": 400000, "n": 4 * sum(range(100000)),
                     "texts": 4 * texts, "part": 3})
        rows.append({"some": 5000})
        for threads in "1", "2":
            done = run(BIN, "run", "--format", "jsonl", "--threads", threads,
                       program)
            self.assertEqual([json.loads(line) for line in
                              done.stdout.splitlines()], rows, done.stderr)
        done = run(BIN, "run", program, "broken")
        self.assertIn("there is no 5000", done.stdout)
        done = run(BIN, "run", program, "none")
        self.assertIn("1 to 1000000 partitions", done.stdout)

    def test_out_of_memory(self):
        """The lambda's worker is lost: the job fails, the program goes on. In
        main it is the end."""
        for name, words in (("memory", "map lambda: out of memory\n"),
                            ("overflow", "map lambda: trap: "),
                            ("little", "map lambda: trap: ")):
            done = self.check("cpp_limits", name, "--memory-limit", "64MiB")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(done.stdout.endswith("\ngood\n"), done.stdout)
            self.assertIn(words, done.stdout)
        done = self.check("cpp_limits", "main", "--memory-limit", "64MiB")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("wasi-data: out of memory\n", done.stderr)

    def test_an_error_that_nobody_looks_at_ends_the_program(self):
        for name, message in (("unseen", "'nothing' is not granted"),
                              ("unseen_value", "'nothing' is not granted"),
                              ("unseen_rows", "row 5 is bad"),
                              ("fails_in_main", "main gives up")):
            with self.subTest(name):
                done = self.check("cpp_check", name)
                self.assertEqual((done.returncode, done.stdout), (125, ""))
                self.assertIn("wasi-data: ", done.stderr)
                self.assertIn(message, done.stderr)


if __name__ == "__main__":
    unittest.main()
