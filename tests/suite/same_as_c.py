"""The examples of an SDK give the same bytes as those of the C SDK: the base of
a test case, which names its `language`."""

import os
import pathlib
import random
import subprocess
import tempfile

SOURCE = pathlib.Path(os.environ["WD_SOURCE"])
BUILD = pathlib.Path(os.environ["WD_BUILD"])
BIN = os.environ["WD_BIN"]


class SameAsC:
    language = None
    own = frozenset()  # examples that are of this language only

    def both(self, name, *options, arguments=(), sink=None):
        """What both print, and write to the sink."""
        results = []
        for language in "c", self.language:
            program = BUILD / "examples" / language / f"{name}.wasm"
            self.assertTrue(program.exists(), f"{program} was not built")
            with tempfile.TemporaryDirectory() as folder:
                grants = []
                if sink:
                    grants = ["--sink", f"{sink}={folder}/out.csv"]
                done = subprocess.run(
                    [BIN, "run", "--format", "csv", *options, *grants, program,
                     *arguments], stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, timeout=300, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                written = pathlib.Path(folder, "out.csv")
                results.append((done.stdout, written.exists() and
                                written.read_bytes()))
        self.assertEqual(results[0], results[1])
        return results[0]

    def test_all_are_there(self):
        names = {path.stem for path in (BUILD / "examples/c").glob("*.wasm")}
        self.assertEqual(names | self.own, {path.stem for path in (
            BUILD / "examples" / self.language).glob("*.wasm")})

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
            for threads in "1", "2":
                shown, _ = self.both("wordcount", "--threads", threads, *grant)
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
