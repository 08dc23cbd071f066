"""Lambdas of all kinds in one executor for WD_SOAK_MINUTES: it does not die and
does not grow."""

import os
import pathlib
import statistics
import subprocess
import sys
import time
import unittest

import script
from script import BIN, CACHE, END, GUEST, needs_guests
from spark_cluster import Cluster

MINUTES = float(os.environ.get("WD_SOAK_MINUTES", "4"))

# Steps, the options of the run, its exit code.
RANGE = ("range", 0, 200000, 1)
PROGRAMS = [
    ((*RANGE, "map-tag", "id", "measure", "sum(tag) as s", END, "collect"),
     (), 0),
    ((*RANGE, "keep-even", "id", "repeat", "id", 3, "count"), (), 0),
    ((*RANGE, "select", "id % 500 as k", "id", END, "group", "k", END,
      "reduce-sum", "id", "count"), (), 0),
    ((*RANGE, "repartition", 4, "id", END, "shares", "id", "collect"), (), 0),
    ((*RANGE, "group", "id % 100", END, "number-rows", "count"), (), 0),
    (("register", "add", "plus", *RANGE, "select", "plus(id, 1) as x",
      "'row ' || cast(id as string) as s", END, "sort", "s", END, "limit", 10,
      "collect"), (), 0),
    ((*RANGE, "map-tag", "id", "cache", "memory", "count", "count"), (), 0),
    ((*RANGE, "break-at", "id", 777, "trap", "count"), (), 125),
    ((*RANGE, "break-at", "id", 777, "fail", "count"), (), 125),
    ((*RANGE, "break-at", "id", 777, "spin", "count"), ("--timeout", "4s"),
     124),
]


@needs_guests
class Soak(unittest.TestCase):
    def setUp(self):
        # All of the heap is there from the start, so that growth is ours.
        self.cluster = Cluster(
            "spark.executor.extraJavaOptions=-Xms512m -XX:+AlwaysPreTouch",
            workers=1)
        self.addCleanup(self.cluster.end)

    def start(self, steps, options):
        return subprocess.run(
            [BIN, "run", "--quiet", *script.ENGINE, *options, str(GUEST),
             *map(str, steps)], env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            capture_output=True, text=True, timeout=300, check=False)

    def turn(self, wanted):
        """Each program once, with the output that it always had."""
        for number, (steps, options, code) in enumerate(PROGRAMS):
            done = self.start(steps, options)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertEqual(wanted.setdefault(number, done.stdout),
                             done.stdout)

    def test_no_growth(self):
        wanted, samples = {}, []
        self.turn(wanted)
        executors = [e["id"] for e in self.cluster.ask("executors")
                     if e["id"] != "driver"]
        self.assertEqual(len(executors), 1)
        process = self.cluster.executor_process(executors[0])
        end = time.monotonic() + MINUTES * 60
        while time.monotonic() < end or len(samples) < 6:
            self.turn(wanted)
            samples.append(sample(process))
            print(f"turn {len(samples)}: {samples[-1]}", file=sys.stderr,
                  flush=True)
        self.assertEqual([e["id"] for e in self.cluster.ask("allexecutors")
                          if e["id"] != "driver"], executors)
        third = len(samples) // 3
        for name, slack in (("rss", 32 << 20), ("files", 8), ("maps", 64),
                            ("threads", 8)):
            values = [s[name] for s in samples]
            with self.subTest(name):
                self.assertLess(
                    statistics.median(values[-third:]),
                    1.03 * statistics.median(values[third:-third]) + slack,
                    values)


def sample(process):
    """What a process holds: bytes, open files, mappings, threads."""
    folder = pathlib.Path(f"/proc/{process}")
    fields = dict(line.split(":", 1) for line in
                  (folder / "status").read_text().splitlines())
    return {"rss": int(fields["VmRSS"].split()[0]) << 10,
            "files": len(os.listdir(folder / "fd")),
            "maps": len((folder / "maps").read_text().splitlines()),
            "threads": int(fields["Threads"])}


if __name__ == "__main__":
    unittest.main()
