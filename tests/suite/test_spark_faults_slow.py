"""Faults on a cluster of this machine, as `wasi-data spark start` makes it:
executors, workers and the server that die, lambdas that misbehave."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

import script
import spark_server
import test_behaviour
import test_hostile
from script import BIN, CACHE, END, GUEST, Case, needs_guests
from spark_proxy import Proxy
from spark_suite import JAR

CLUSTER = None
SECONDS = 120


class Cluster:
    """Started by the command, with Spark of scripts/deps."""

    def __init__(self):
        if not JAR.exists():
            raise unittest.SkipTest(f"{JAR} was not built here")
        spark_server.fetch()
        self.folder = tempfile.TemporaryDirectory(prefix="wasi-data-faults-")
        self.environment = dict(
            os.environ, XDG_STATE_HOME=self.folder.name, LD_PRELOAD="",
            SPARK_HOME=str(spark_server.HOME),
            JAVA_HOME=spark_server.java_home())
        self.port = spark_server.free_port()
        self.begin()

    def command(self, *words):
        return subprocess.run([BIN, "spark", *words], env=self.environment,
                              capture_output=True, text=True, timeout=400,
                              check=False)

    def begin(self):
        done = self.command("start", "--workers", "2", "--worker-memory",
                            "512MiB", "--port", str(self.port), "--conf",
                            "spark.sql.shuffle.partitions=2")
        if done.returncode:
            raise AssertionError(done.stderr)
        self.url = done.stdout.strip()
        self.ui = re.search(r"http://[\d.:]+", done.stderr).group(0)
        script.ENGINE[:] = ["--engine", self.url]

    def end(self):
        self.command("stop")
        script.ENGINE.clear()
        self.folder.cleanup()

    def process(self, name):
        record = pathlib.Path(self.folder.name, "wasi-data/spark/cluster")
        return int(re.search(rf"process (\d+) \d+ {name}\n",
                             record.read_text()).group(1))

    def ask(self, what):
        """Spark's own account of its application."""
        base = f"{self.ui}/api/v1/applications"
        with urllib.request.urlopen(base, timeout=30) as answer:
            application = json.load(answer)[0]["id"]
        with urllib.request.urlopen(f"{base}/{application}/{what}",
                                    timeout=30) as answer:
            return json.load(answer)

    def busy(self):
        """The executor with the most tasks under way, of those that have any,
        with the stage that it works on."""
        stages = self.ask("stages?status=active")
        stages = [s for s in stages if s["numActiveTasks"]]
        for executor in self.ask("executors"):
            if executor["id"] != "driver" and executor["activeTasks"] and stages:
                return executor["id"], max(s["stageId"] for s in stages)
        return None

    def kill_executor(self, number):
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().decode(errors="replace").split("\0")
                place = os.readlink(path.parent / "cwd")
            except OSError:
                continue
            if (self.folder.name in place and "--executor-id" in words and
                    words[words.index("--executor-id") + 1] == number):
                os.kill(int(path.parent.name), signal.SIGKILL)
                return
        raise AssertionError(f"there is no executor {number}")


def setUpModule():
    global CLUSTER
    CLUSTER = Cluster()


def tearDownModule():
    CLUSTER.end()


def last_stage():
    return max((s["stageId"] for s in CLUSTER.ask("stages")), default=-1)


@needs_guests
class Losses(Case):
    ROWS = 3000000
    STEPS = ["range", 0, ROWS, 1, "repeat", "id", 5, "group", "value % 1000",
             END, "measure", "count(*) as n", "sum(value) as s", END]

    def begin(self, *steps, options=()):
        return subprocess.Popen(
            [BIN, "run", "--quiet", *script.ENGINE, *options, str(GUEST),
             *map(str, steps)],
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def await_work(self, process, after):
        """The first executor at work on a stage later than `after`."""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and process.poll() is None:
            busy = CLUSTER.busy()
            if busy and busy[1] > after:
                return busy
            time.sleep(0.05)
        return self.fail("it was never at work")

    def check(self, process):
        out, error = process.communicate(timeout=400)
        self.assertEqual((process.returncode, error), (0, ""))
        table, = script.read(out)
        self.assertEqual(len(table.rows), 1000)
        self.assertEqual(sum(row[1] for row in table.rows), 5 * self.ROWS)
        self.assertEqual(sum(row[2] for row in table.rows),
                         5 * self.ROWS * (self.ROWS - 1) // 2)

    def test_executor_in_a_lambda(self):
        before = last_stage()
        process = self.begin(*self.STEPS, "collect")
        executor, _ = self.await_work(process, before)
        CLUSTER.kill_executor(executor)
        self.check(process)
        lost = [e for e in CLUSTER.ask("allexecutors")
                if e["id"] == executor and not e["isActive"]]
        self.assertEqual(len(lost), 1)

    def test_worker(self):
        """With all that it started; the other one does the work."""
        before = last_stage()
        process = self.begin(*self.STEPS, "collect")
        self.await_work(process, before)
        os.killpg(CLUSTER.process("worker-2"), signal.SIGKILL)
        self.check(process)
        status = CLUSTER.command("status")
        self.assertEqual(status.returncode, 1)
        self.assertRegex(status.stdout, r"worker-2 +ended")
        CLUSTER.begin()

    def test_server(self):
        """Gone in the middle: an error that says so, nothing half written."""
        before = last_stage()
        process = self.begin(*self.STEPS, "write", "o", "create", "wait",
                             options=["--sink", "o=o.parquet"])
        self.await_work(process, before)
        os.killpg(CLUSTER.process("server"), signal.SIGKILL)
        out, error = process.communicate(timeout=120)
        self.assertEqual((process.returncode, out), (125, ""), error)
        self.assertIn(f"no connection to Spark at 127.0.0.1:{CLUSTER.port}",
                      error)
        self.assertEqual(list(self.folder.iterdir()), [])
        CLUSTER.begin()

    def test_two_programs(self):
        both = [self.begin(*self.STEPS, "collect") for _ in range(2)]
        for process in both:
            self.check(process)


@needs_guests
class Connections(Case):
    """Between the program and the server."""

    def through(self, *steps, guest=GUEST):
        """What came out, and the proxy that it came through."""
        proxy = Proxy(CLUSTER.url)
        self.addCleanup(proxy.close)
        done = subprocess.run(
            [BIN, "run", "--quiet", "--engine", proxy.url, str(guest),
             *map(str, steps)], env=dict(os.environ, WASI_DATA_CACHE=CACHE),
            cwd=self.folder, capture_output=True, text=True, timeout=400)
        return done, proxy

    def test_zeros_are_not_sent(self):
        """A program of 1 GiB whose live pages have 10 MiB."""
        done, proxy = self.through("sparse", guest=test_behaviour.GUEST)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.split(), [str(sum(range(1000)))])
        self.assertGreater(proxy.sent, 10 << 20)
        self.assertLess(proxy.sent, 12 << 20)


class Lambdas(unittest.TestCase):
    def test_trap_is_not_tried_again(self):
        """Four tries are Spark's default; one that is under way when the first
        fails may fail, too."""
        before = last_stage()
        outcome = test_hostile.Outcome("do_trap")
        self.assertEqual((outcome.code, outcome.files), (125, []), outcome.text)
        self.assertIn("unreachable", outcome.text)
        self.assertNotIn("Spark", outcome.text)
        failed = [s for s in CLUSTER.ask("stages?status=failed")
                  if s["stageId"] > before]
        self.assertEqual(len(failed), 1)
        tries = CLUSTER.ask(f"stages/{failed[0]['stageId']}?details=true")
        attempts = [t["attempt"] for t in tries[0]["tasks"].values()]
        self.assertLess(max(attempts), 3)

    def test_executors_survive(self):
        """A loop without end, and more memory than is allowed."""
        executors = {e["id"] for e in CLUSTER.ask("executors")}
        outcome = test_hostile.Outcome("do_loop", ("--timeout", "20s"))
        self.assertEqual(outcome.code, 124, outcome.text)
        outcome = test_hostile.Outcome("do_memory_trap",
                                       ("--memory-limit", "8MiB"))
        self.assertEqual(outcome.code, 125, outcome.text)
        self.assertIn("it was refused to grow its memory", outcome.text)
        self.assertEqual(test_hostile.Outcome("good").rows, 1000)
        self.assertEqual({e["id"] for e in CLUSTER.ask("executors")}, executors)


if __name__ == "__main__":
    unittest.main()
