"""The C++ SDK: its README's programs are compiled and run as they stand, its
examples give what the C examples give, and a program checks it from inside."""

import itertools
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import unittest

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


class Examples(unittest.TestCase):
    """The same bytes as the C examples."""

    def both(self, name, *options, arguments=(), sink=None):
        results = []
        for language in "c", "cpp":
            program = BUILD / "examples" / language / f"{name}.wasm"
            self.assertTrue(program.exists(), f"{program} was not built")
            with tempfile.TemporaryDirectory() as folder:
                grants = []
                if sink:
                    grants = ["--sink", f"{sink}={folder}/out.csv"]
                done = run(BIN, "run", "--format", "csv", *options, *grants,
                           program, *arguments)
                self.assertEqual(done.returncode, 0, done.stderr)
                written = pathlib.Path(folder, "out.csv")
                results.append((done.stdout, written.exists() and
                                written.read_bytes()))
        self.assertEqual(results[0], results[1])
        return results[0]

    def test_all_are_there(self):
        names = {path.stem for path in (SOURCE / "examples/c").iterdir()}
        self.assertEqual(
            names, {path.stem for path in (SOURCE / "examples/cpp").iterdir()})

    def test_hello(self):
        self.both("hello")

    def test_rows(self):
        self.both("rows")

    def test_kmeans(self):
        for threads in "1", "2":
            self.both("kmeans", "--threads", threads, arguments=("20000",))

    def test_top(self):
        with tempfile.TemporaryDirectory() as folder:
            table = pathlib.Path(folder, "t.csv")
            table.write_text("count,a b\n" + "".join(
                f"{i * 7 % 40},{i}\n" for i in range(40)))
            grant = ("--table", f"counts={table}")
            shown, _ = self.both("top", *grant)
            self.assertEqual(shown.split()[2], "39,17")
            self.both("top", *grant, arguments=("a b", "3"))

    def test_wordcount(self):
        chance = random.Random(1)
        letters = "abcdeABCDE \n'.-1\u00e9"
        with tempfile.TemporaryDirectory() as folder:
            text = pathlib.Path(folder, "text.txt")
            text.write_text("".join(chance.choices(letters, k=200000)))
            grant = ("--table", f"lines={text}")
            shown, _ = self.both("wordcount", *grant)
            self.assertGreater(shown.count("\n"), 1000)
            _, written = self.both("wordcount", *grant, sink="counts")
            self.assertEqual(written.decode(), shown)

    def test_flights(self):
        chance = random.Random(2)
        codes = [a + b + "X" for a in "ABCDEF" for b in "ABCDEF"]
        with tempfile.TemporaryDirectory() as folder:
            airports = pathlib.Path(folder, "airports.csv")
            flights = pathlib.Path(folder, "flights.csv")
            airports.write_text("iata,name,state\n" + "".join(
                f"{code},Air {code},{chance.choice(['CA', 'TX', 'NY', ''])}\n"
                for code in codes[3:] + ["LONG"]))
            flights.write_text("delay,origin,destination\n" + "".join(
                f"{chance.choice(['', 1, 5, 60, -7])},"
                f"{chance.choice(codes)},{chance.choice(codes)}\n"
                for _ in range(20000)))
            shown, written = self.both(
                "flights", "--table", f"flights={flights}",
                "--table", f"airports={airports}", sink="report")
            self.assertIn("slots of airports are captured", shown)
            self.assertEqual(written.count(b"\n"), len(codes) - 2)


class Inside(unittest.TestCase):
    """The cases of tests/guests/cpp_check.cpp and cpp_plans.cpp."""

    CASES = {
        "cpp_check": (
            "types", "conversions", "decimals", "closures", "rows", "batches",
            "partitions", "aggregates", "reduce", "errors"),
        "cpp_plans": (
            "relational", "columns", "sets", "join_using", "groups",
            "for_each", "temp_table", "cache", "parameters", "grouping",
            "shapes"),
    }
    # Those that a host may say it does not have yet.
    LATER = ("register_scalar", "register_aggregate", "sql")

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

    def test_later_cases(self):
        missing = []
        for name in self.LATER:
            with self.subTest(name):
                done = self.check("cpp_plans", name)
                said = done.stdout + done.stderr
                if re.search("not supported by this host|not built yet", said):
                    missing.append(name)
                else:
                    self.assertEqual(done.stdout, "good\n", done.stderr)
        if missing:
            self.skipTest(f"this host does not have: {', '.join(missing)}")

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
