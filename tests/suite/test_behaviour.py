"""What the design promises about lambdas and jobs: what they capture, which
state they see, order, repetition, ends of jobs. guests/behaviour.c has a mode
for each; what is right is computed here."""
import csv
import os
import subprocess
import tempfile
import time
import unittest

from script import ENGINE

BIN = os.environ["WD_BIN"]
GUEST = os.path.join(
    os.environ["WD_BUILD"], "tests", "guests", "behaviour.wasm")


class Behaviour(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        os.environ["WASI_DATA_CACHE"] = cls.cache.name

    @classmethod
    def tearDownClass(cls):
        cls.cache.cleanup()

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.out = os.path.join(self.folder.name, "out.csv")

    def run_mode(self, *arguments, options=(), code=0):
        done = subprocess.run(
            [BIN, "run", *ENGINE, "--sink", f"out={self.out}", *options, GUEST,
             *map(str, arguments)],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
            encoding="utf-8")
        self.assertEqual(done.returncode, code, done.stderr)
        return done

    def prints(self, *arguments, options=()):
        return self.run_mode(*arguments, options=options).stdout.split()

    def on_threads(self, *arguments):
        one = self.prints(*arguments, options=["--threads", "1"])
        two = self.prints(*arguments, options=["--threads", "2"])
        self.assertEqual(one, two)
        return one

    def written(self):
        with open(self.out, newline="", encoding="utf-8") as file:
            return [row for row in csv.reader(file)][1:]

    # What is captured

    def test_captures(self):
        """A list of pointers, text on the heap, pointers to functions."""
        total = 0
        for value in range(1000):
            for item in (5, 4, 3, 2, 1):
                value = value * item if value & 1 else value + item
            total += value + len("eleven char")
        self.assertEqual(self.on_threads("captures"), [str(total)])

    def test_hash_table(self):
        """100 MiB, a copy of which nobody makes."""
        total = sum((key * 3 & 0xffff) for key in range(1, 1000001)) - 1000000
        self.assertEqual(self.on_threads("table"), [str(total)])

    def test_memory_without_pages(self):
        """1 GiB of memory with 10 MiB in use is no load."""
        self.assertEqual(self.prints("sparse"), [str(sum(range(1000)))])

    # What lambdas may do

    def test_allocate(self):
        total = sum(n + 1 for n in range(100000))
        self.assertEqual(self.on_threads("allocate", 100000), [str(total)])

    def test_grow(self):
        total = sum(n + 1 for n in range(100000))
        self.assertEqual(self.on_threads("grow", 100000), [str(total)])

    def test_grow_past_the_limit(self):
        done = self.run_mode("grow", 10, options=["--memory-limit", "32MiB"],
                             code=125)
        self.assertIn("no 64 MiB", done.stderr)

    def test_print(self):
        """Prints and logs of lambdas go to stderr: stdout is data."""
        done = self.run_mode("print", 1000, options=["--threads", "1"])
        self.assertEqual(done.stdout, str(sum(range(1000))) + "\n")
        lines = done.stderr.splitlines()
        for kind in ("row", "log"):
            self.assertEqual([line for line in lines if kind in line],
                             [f"{kind} {n}" for n in range(0, 1000, 100)])

    # Which state

    def test_state_as_of_the_action(self):
        """After schema() the state may change; each action sees its own."""
        total = sum(range(10))
        self.assertEqual(self.on_threads("state"),
                         ["2", str(total * 3), str(total * 4)])

    def test_state_of_a_job(self):
        total = sum(range(100000))
        self.assertEqual(self.on_threads("job_state"),
                         [str(total), str(total * 1000)])

    def test_private_memory(self):
        self.assertEqual(self.on_threads("private"), ["1", "45"])

    # Order

    def order(self, count):
        keys = sorted((n * 7919 % 1000003 for n in range(count)), reverse=True)
        rows = []
        for key in keys:
            if key % 10 not in (3, 4):
                rows += [-(key + 1) * 2, -(key + 1) * 2 + 1]
        return rows[:count]

    def test_order(self):
        """A sort lives on through select, filter, map, flat_map and limit."""
        for count in (10, 2048, 100000):
            for threads in ("1", "2"):
                with self.subTest(rows=count, threads=threads):
                    self.run_mode("order", count,
                                  options=["--threads", threads])
                    got = [int(row[0]) for row in self.written()]
                    self.assertEqual(got, self.order(count))

    # Repeating

    def test_random_and_clock(self):
        """Random numbers repeat from run to run, the clock stands still."""
        seen = []
        for _ in range(2):
            self.run_mode("random", 5000, options=["--threads", "1"])
            rows = self.written()
            self.assertEqual(len({row[1] for row in rows}), 1)
            age = time.time() - int(rows[0][1]) / 1e9
            self.assertTrue(-1 < age < 300, age)
            numbers = [row[0] for row in rows]
            self.assertEqual(len(set(numbers)), 5000)
            seen.append(numbers)
        self.assertEqual(*seen)

    # Ends of jobs

    def test_dropping_a_collect_cancels_it(self):
        self.assertEqual(self.prints("drop_collect"), ["soon"])

    def test_dropping_a_write_does_not(self):
        self.run_mode("drop_write", 500000)
        self.assertEqual(len(self.written()), 500000)

    def nothing_is_left(self):
        self.assertEqual(os.listdir(self.folder.name), [])

    def test_exit_code_cancels_writes(self):
        begin = time.monotonic()
        self.run_mode("exit_with_write", 3, code=3)
        self.assertLess(time.monotonic() - begin, 60)
        self.nothing_is_left()

    def test_what_was_there_stays(self):
        with open(self.out, "w", encoding="utf-8") as file:
            file.write("precious\n")
        self.run_mode("exit_with_write", 3, code=3)
        self.run_mode("failed_write", code=125)
        self.assertEqual(os.listdir(self.folder.name), ["out.csv"])
        with open(self.out, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious\n")

    def test_failed_write(self):
        """Nobody waits for it, and main ends with 0."""
        done = self.run_mode("failed_write", code=125)
        self.assertIn("map lambda: value 4321 is not to my taste", done.stderr)
        self.nothing_is_left()

    def test_failed_collect(self):
        done = self.run_mode("failed_collect", code=125)
        self.assertIn("map lambda: value 4321 is not to my taste", done.stderr)

    def test_handled_failure(self):
        """The program sees the lambda's message, and may go on."""
        done = self.run_mode("handled")
        self.assertEqual(done.stdout,
                         "map lambda: value 4321 is not to my taste\n")

    def test_cancelled_write(self):
        """What the program itself cancels is no failure of it."""
        self.assertEqual(self.prints("cancel_write"), ["stopped", "1"])
        self.nothing_is_left()


if __name__ == "__main__":
    unittest.main()
