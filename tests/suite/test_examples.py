"""The example programs against counts that Python makes of the same input."""

import collections
import csv
import json
import os
import random
import re
import shutil
import subprocess
import unittest

from script import BIN, BUILD, CACHE, SOURCE, Case

EXAMPLES = BUILD / "examples/c"
DEMO = SOURCE / ".deps/demo"
FLIGHTS = DEMO / "flights-3m.parquet"

TEXT = """It was the best of times, it was the worst of times, it was the age of
wisdom, it was the age of foolishness -- it was the epoch of belief... IT WAS!

Don't count digits: 42 or 4two2; naïve and caf\u00e9 split at what is not ASCII.
\tTabs\tand  blanks\r
last line without an end"""


def words(text):
    counts = collections.Counter(re.findall(b"[a-z]+", text.lower()))
    return sorted(((word.decode(), n) for word, n in counts.items()),
                  key=lambda pair: (-pair[1], pair[0].encode()))


@unittest.skipUnless((EXAMPLES / "wordcount.wasm").exists(),
                     "no C guests were built here")
class Examples(Case):
    def run_it(self, program, *options, arguments=()):
        done = subprocess.run(
            [BIN, "run", "--quiet", *options, EXAMPLES / f"{program}.wasm",
             *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), timeout=600,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def rows(self, *arguments, **options):
        """What it shows, of lines that are JSON objects."""
        output = self.run_it(*arguments, "--format", "jsonl", **options)
        return [json.loads(line) for line in output.splitlines()
                if line.startswith("{")]


class Wordcount(Examples):
    def check(self, location, content, *options):
        rows = self.rows("wordcount", "--table", f"lines={location}", *options)
        self.assertEqual([(row["word"], row["count"]) for row in rows],
                         words(content))

    def test_small(self):
        content = TEXT.encode()
        self.file("t.txt", content)
        for threads in ("1", "2"):
            self.check("t.txt", content, "--threads", threads)

    def test_none(self):
        for content in (b"", b"\n\n", b"12 34\n"):
            self.file("t.txt", content)
            self.check("t.txt", content)

    def test_folder(self):
        for i in range(5):
            self.file(f"d/{i}.txt", f"{TEXT} file{'abcde'[i]}\n")
        self.check("d,format=text", b"".join(
            path.read_bytes() for path in (self.folder / "d").iterdir()))

    def test_sink(self):
        self.file("t.txt", TEXT)
        output = self.run_it("wordcount", "--table", "lines=t.txt", "--sink",
                             "counts=c.csv")
        self.assertEqual(output, "")
        with open(self.folder / "c.csv", newline="") as file:
            first, *rows = csv.reader(file)
        self.assertEqual(first, ["word", "count"])
        self.assertEqual([(word, int(n)) for word, n in rows],
                         words(TEXT.encode()))
        top = self.rows("top", "--table", "counts=c.csv",
                        arguments=("count", "3"))
        self.assertEqual([r["count"] for r in top],
                         [n for _, n in words(TEXT.encode())[:3]])

    def test_long_lines_and_words(self):
        content = (b"a" * 3000000 + b" b\n") * 2 + b"c " * 1000000
        self.file("t.txt", content)
        self.check("t.txt", content, "--threads", "2")

    @unittest.skipUnless(shutil.which("bible"), "the command bible is missing")
    def test_bible(self):
        """Real English text, as long as the whole of it."""
        text = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], check=True,
                              stdout=subprocess.PIPE).stdout
        self.assertGreater(len(text), 4000000)
        self.file("bible.txt", text)
        for threads in ("1", "2"):
            self.check("bible.txt", text, "--threads", threads)


class Rows(Examples):
    def test_rows(self):
        output = self.run_it("rows", "--format", "csv")
        self.assertEqual(output.splitlines(), [
            "a,b,c,d,key", "6,8.0,string3,2000-02-01,0",
            "1,2.0,string1,2000-01-01,1"])

    def test_hello(self):
        rows = self.rows("hello")
        self.assertEqual([row["square"] for row in rows], [1, 4, 9, 16, 25])


class Flights(Examples):
    AIRPORTS = [("AAA", "Alpha, \"A\"", "TX"), ("BBB", "Beta", "TX"),
                ("CCC", "Gamma", "NY"), ("D", "Delta", "NY"),
                ("TOOLONG", "Nowhere", "TX"), ("EEE", "No state", "")]

    def report(self, flights, airports):
        """(origin, name, state, flights, mean delay, percent out of state),
        computed row by row."""
        state = {code: state for code, _, state in airports
                 if 0 < len(code) <= 3 and 0 < len(state) <= 3}
        count, delays, leaves = (collections.Counter(),
                                 collections.defaultdict(list),
                                 collections.defaultdict(list))
        for origin, destination, delay in flights:
            count[origin] += 1
            if delay is not None:
                delays[origin].append(delay)
            if origin in state and destination in state:
                leaves[origin].append(state[origin] != state[destination])
        rows = []
        for code, name, where in airports:
            if code not in count:
                continue
            delay, left = delays[code], leaves[code]
            rows.append((code, name, where or None, count[code],
                         sum(delay) / len(delay) if delay else None,
                         sum(left) / len(left) * 100 if left else None))
        return sorted(rows, key=lambda row: (-row[3], row[0].encode()))

    def compare(self, rows, want):
        self.assertEqual(len(rows), len(want))
        for row, wanted in zip(rows, want):
            origin, name, state, count, delay, percent = wanted
            self.assertEqual(
                (row["origin"], row["name"], row["state"], row["flights"]),
                (origin, name, state, count))
            for got, exact in ((row["mean_delay"], delay),
                               (row["percent_out_of_state"], percent)):
                if exact is None:
                    self.assertIsNone(got)
                else:
                    self.assertAlmostEqual(got, exact, delta=0.0501)

    def test_generated(self):
        random.seed(4)
        codes = [code for code, _, _ in self.AIRPORTS] + ["ZZZ"]
        flights = [(random.choice(codes), random.choice(codes),
                    random.choice([None, *range(-20, 100)]))
                   for _ in range(20000)]
        with open(self.folder / "flights.csv", "w") as file:
            file.write("origin,destination,delay\n")
            file.writelines(f"{o},{d},{'' if t is None else t}\n"
                            for o, d, t in flights)
        with open(self.folder / "airports.csv", "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("iata", "name", "state"))
            writer.writerows(self.AIRPORTS)
        want = self.report(flights, self.AIRPORTS)
        for threads in ("1", "2"):
            rows = self.rows(
                "flights", "--table", "flights=flights.csv", "--table",
                "airports=airports.csv", "--sink", "report=report.csv",
                "--threads", threads)
            self.compare(rows, want[:12])
            with open(self.folder / "report.csv", newline="") as file:
                written = list(csv.DictReader(file))
            self.compare([{
                "origin": row["origin"], "name": row["name"],
                "state": row["state"] or None, "flights": int(row["flights"]),
                **{key: float(row[key]) if row[key] else None
                   for key in ("mean_delay", "percent_out_of_state")}}
                for row in written], want)

    @unittest.skipUnless(FLIGHTS.exists(),
                         "scripts/deps demo has not fetched the flights")
    def test_three_million(self):
        airports = DEMO / "airports.csv"
        rows = self.rows("flights", "--table", f"flights={FLIGHTS}", "--table",
                         f"airports={airports}", "--sink",
                         "report=report.parquet")
        # Python reads no parquet: the same rows go out as text first.
        copy = BUILD / "tests/guests/script.wasm"
        subprocess.run(
            [BIN, "run", "--quiet", "--table", f"t={FLIGHTS}", "--sink",
             "o=flights.csv", copy, "read", "t", "select", "origin",
             "destination", "delay", ".", "write", "o", "create"],
            check=True, cwd=self.folder, timeout=600,
            env=dict(os.environ, WASI_DATA_CACHE=CACHE))
        with open(self.folder / "flights.csv", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            flights = ((o, d, int(t) if t else None) for o, d, t in reader)
            with open(airports, newline="", encoding="utf-8") as file:
                table = [(row["iata"], row["name"], row["state"])
                         for row in csv.DictReader(file)]
            want = self.report(flights, table)
        self.assertGreater(sum(row[3] for row in want), 2900000)
        self.compare(rows, want[:12])


class Kmeans(Examples):
    PLACES = [(-5000, -5000), (6000, -2000), (1000, 5000), (-7000, 6000)]

    @staticmethod
    def scatter(seed, most):
        """splitmix64"""
        mask = 2 ** 64 - 1
        seed = seed + 0x9e3779b97f4a7c15 & mask
        seed = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9 & mask
        seed = (seed ^ seed >> 27) * 0x94d049bb133111eb & mask
        return (seed ^ seed >> 31) % most

    def expected(self, count):
        points = []
        for i in range(count):
            x, y = self.PLACES[i % 4]
            points.append((x + self.scatter(2 * i, 4000) - 2000,
                           y + self.scatter(2 * i + 1, 4000) - 2000))
        centres = [(0, 0), (1000, 0), (0, 1000), (-1000, 0)]
        for step in range(1, 51):
            sums = [[0, 0, 0] for _ in centres]
            for x, y in points:
                # The first of the nearest.
                near = min(range(4), key=lambda c: (
                    (x - centres[c][0]) ** 2 + (y - centres[c][1]) ** 2))
                sums[near][0] += 1
                sums[near][1] += x
                sums[near][2] += y
            moved = [(int(x / n), int(y / n)) if n else old
                     for (n, x, y), old in zip(sums, centres)]
            if moved == centres:
                break
            centres = moved
        return [f"{step} steps", *(f"{x} {y}" for x, y in centres)]

    def test_steps(self):
        for count in (4, 5000):
            want = self.expected(count)
            for threads in ("1", "2"):
                output = self.run_it("kmeans", "--threads", threads,
                                     arguments=(str(count),))
                self.assertEqual(output.splitlines(), want)

    def test_threads_agree(self):
        """Integer sums do not depend on who adds them up."""
        one, two = (self.run_it("kmeans", "--threads", n) for n in "12")
        self.assertEqual(one, two)


if __name__ == "__main__":
    unittest.main()
