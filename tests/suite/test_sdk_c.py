"""The C SDK: its documents' programs are compiled and run as they stand, and
its example programs give what an independent count gives."""

import collections
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["WD_SOURCE"])
SDK = SOURCE / "sdk/c"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)

MISSING = [
    what
    for what, there in (
        ("clang-14", shutil.which("clang-14")),
        ("wasi-libc", os.path.exists("/usr/lib/wasm32-wasi/libc.a")),
    )
    if not there
]


def shell(script, folder, exports=""):
    """Runs a block; returns its output and the variables it exported."""
    end = folder / "environment"
    environment = dict(
        os.environ,
        SDK=str(SDK),
        PATH=f"{os.path.dirname(os.environ['WD_BIN'])}:{os.environ['PATH']}",
    )
    done = subprocess.run(
        ["sh", "-e", "-c", f"{exports}\n{script}\nexport -p >{end}"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        text=True,
    )
    return done, end.read_text() if end.exists() else exports


@unittest.skipIf(MISSING, f"no C guests here: {', '.join(MISSING)} missing")
class Documents(unittest.TestCase):
    """What a reader copies works, and prints what the page says."""

    def play(self, page):
        text = page.read_text()
        with tempfile.TemporaryDirectory() as name:
            folder, output, exports = pathlib.Path(name), None, ""
            for kind, file, body in BLOCK.findall(text):
                if file:
                    (folder / file).write_text(body)
                elif kind == "sh":
                    done, exports = shell(body, folder, exports)
                    self.assertEqual(done.returncode, 0, body + done.stdout)
                    output = done.stdout
                elif kind == "text":
                    self.assertEqual(output, body, f"{page.name}: {body}")

    def test_front_page(self):
        self.play(SOURCE / "README.md")

    def test_readme(self):
        self.play(SDK / "README.md")

    def test_tutorial(self):
        self.play(SOURCE / "docs/tutorial.md")

    def test_operations(self):
        self.play(SOURCE / "docs/operations.md")

    def test_expressions(self):
        self.play(SOURCE / "docs/expressions.md")

    def test_partitions(self):
        self.play(SOURCE / "docs/partitions.md")

    def test_sql(self):
        self.play(SOURCE / "docs/sql.md")

    def test_types(self):
        self.play(SOURCE / "docs/types.md")

    def test_hello_is_the_readme_s(self):
        program = (SOURCE / "examples/c/hello.c").read_text()
        body = program[program.index("#include") :]
        self.assertIn(body, (SDK / "README.md").read_text())


TEXT = """The quick brown fox; the lazy dog.

O'Brien said: "THE END", x1y \u00e9t\u00e9
""" * 50


@unittest.skipIf(MISSING, f"no C guests here: {', '.join(MISSING)} missing")
class Programs(unittest.TestCase):
    def good(self, folder, name, *options, arguments=()):
        program = pathlib.Path(os.environ["WD_BUILD"]) / folder / name
        done = subprocess.run(
            [os.environ["WD_BIN"], "run", *options, program, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=300,
            text=True,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_sdk_from_inside(self):
        for threads in "1", "2":
            output = self.good(
                "tests/guests", "sdk_check.wasm", "--threads", threads
            )
            self.assertEqual(output, "good\n")

    def test_wordcount(self):
        words = collections.Counter(
            word.lower() for word in re.findall("[A-Za-z]+", TEXT)
        )
        expected = "word,count\n" + "".join(
            f"{word},{count}\n"
            for word, count in sorted(
                words.items(), key=lambda item: (-item[1], item[0])
            )
        )
        with tempfile.TemporaryDirectory() as folder:
            text = pathlib.Path(folder, "text.txt")
            sink = pathlib.Path(folder, "counts.csv")
            text.write_text(TEXT)
            grant = ("--table", f"lines={text}")
            csv = ("--format", "csv")
            shown = self.good("examples/c", "wordcount.wasm", *grant, *csv)
            self.assertEqual(shown, expected)
            written = self.good(
                "examples/c", "wordcount.wasm", *grant, "--sink",
                f"counts={sink}",
            )
            self.assertEqual(written, "")
            self.assertEqual(sink.read_text(), expected)
            top = self.good(
                "examples/c", "top.wasm", "--table", f"counts={sink}", *csv,
                arguments=("count", "1"),
            )
            self.assertEqual(top, "".join(expected.splitlines(True)[:2]))

    def test_rows(self):
        shown = self.good("examples/c", "rows.wasm", "--format", "csv")
        self.assertEqual(
            shown,
            "a,b,c,d,key\n"
            "6,8.0,string3,2000-02-01,0\n"
            "1,2.0,string1,2000-01-01,1\n",
        )

    def test_kmeans_is_the_same_on_any_number_of_threads(self):
        results = {
            self.good("examples/c", "kmeans.wasm", "--threads", threads)
            for threads in ("1", "2", "2")
        }
        self.assertEqual(len(results), 1)
        centres = [
            tuple(map(int, line.split()))
            for line in results.pop().splitlines()[1:]
        ]
        places = [(-7000, 6000), (-5000, -5000), (1000, 5000), (6000, -2000)]
        for (x, y), (a, b) in zip(sorted(centres), places):
            self.assertLess(abs(x - a) + abs(y - b), 100)

    def test_flights(self):
        with tempfile.TemporaryDirectory() as folder:
            flights = pathlib.Path(folder, "flights.csv")
            airports = pathlib.Path(folder, "airports.csv")
            sink = pathlib.Path(folder, "report.csv")
            airports.write_text(
                "iata,name,city,state,country,latitude,longitude\n"
                "AAA,Alpha,A,XX,USA,1.5,2.5\n"
                "BBB,Beta,B,XX,USA,1.5,2.5\n"
                "CCC,Gamma,C,YY,USA,1.5,2.5\n"
            )
            flights.write_text(
                "date,delay,distance,origin,destination\n"
                "2001-01-01,5,100,AAA,BBB\n"
                "2001-01-01,10,100,AAA,CCC\n"
                "2001-01-02,,100,AAA,ZZZ\n"
                "2001-01-02,-3,100,CCC,AAA\n"
                "2001-01-02,1,100,ZZZ,AAA\n"
            )
            self.good(
                "examples/c", "flights.wasm",
                "--table", f"flights={flights}",
                "--table", f"airports={airports}",
                "--sink", f"report={sink}",
            )
            self.assertEqual(
                sink.read_text(),
                "origin,name,state,flights,mean_delay,percent_out_of_state\n"
                "AAA,Alpha,XX,3,7.5,50.0\n"
                "CCC,Gamma,YY,1,-3.0,100.0\n",
            )


class Files(unittest.TestCase):
    def test_pkg_config_lists_every_source(self):
        listed = re.findall(
            r"\$\{sdk\}/src/(\w+\.c)", (SDK / "wasidata-guest.pc").read_text()
        )
        self.assertEqual(
            sorted(listed), sorted(f.name for f in (SDK / "src").glob("*.c"))
        )


if __name__ == "__main__":
    unittest.main()
