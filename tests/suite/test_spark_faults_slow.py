"""Faults on a cluster of this machine: executors, workers and the server that
die at a certain phase of a job, programs that are interrupted, lambdas that
misbehave."""

import os
import signal
import subprocess
import threading
import time
import unittest

import script
import test_hostile
from script import BIN, CACHE, END, GUEST, Case, needs_guests
from spark_cluster import Cluster

CLUSTER = None
SECONDS = 120

ROWS = 400000

# A scan, a shuffle of whole rows, a lambda, an aggregate that has more groups
# than Spark hashes, their merge.
JOB = ["read", "t", "repartition", 2, "text", END, "map-tag", "id",
       "select", "tag % 300000 as k", "tag", END, "group", "k", END,
       "reduce-sum", "tag", "collect"]


def setUpModule():
    global CLUSTER
    CLUSTER = Cluster()


def tearDownModule():
    CLUSTER.end()


class Job(Case):
    """A program in the background."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.table = os.path.join(CLUSTER.folder.name, "t.csv")
        if not os.path.exists(cls.table):
            with open(cls.table, "w", encoding="ascii") as file:
                file.write("id,text\n")
                file.writelines(f"{i},the row of number {i:012}\n"
                                for i in range(ROWS))

    def begin(self, *steps, options=(), engine=None):
        return subprocess.Popen(
            [BIN, "run", "--quiet", *(script.ENGINE if engine is None else
                                      engine),
             "--table", f"t={self.table},header=true", *options, str(GUEST),
             *map(str, steps)],
            env=dict(os.environ, WASI_DATA_CACHE=CACHE), cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def await_phase(self, process, phase, after):
        """An executor that is at it, in a stage later than `after`; None: the
        program ended before one was seen there."""
        end = time.monotonic() + SECONDS
        while process.poll() is None:
            self.assertLess(time.monotonic(), end, f"never seen: {phase}")
            for executor in CLUSTER.busy():
                if any(stage > after and name == phase
                       for stage, name in CLUSTER.phases(executor)):
                    return executor
        return None


@needs_guests
class Losses(Job):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # DuckDB says what is right.
        cls.rows = None

    def wanted(self):
        if Losses.rows is None:
            process = self.begin(*JOB, engine=[])
            Losses.rows, error = process.communicate(timeout=400)
            self.assertEqual((process.returncode, error), (0, ""))
            Losses.rows = sorted(Losses.rows.splitlines())
            self.assertGreater(len(Losses.rows), 100000)
        return Losses.rows

    def check(self, out, error, process):
        self.assertEqual((process.returncode, error), (0, ""))
        # Not by assertEqual, which shows all of them.
        self.assertTrue(sorted(out.splitlines()) == self.wanted(),
                        "other rows than DuckDB's")

    def lost_at(self, phase):
        """An executor dies in that phase: the same rows, byte for byte. What is
        over before it is seen is run again."""
        wanted = self.wanted()
        for _ in range(6):
            before = CLUSTER.last_stage()
            process = self.begin(*JOB)
            outcome = []
            reader = threading.Thread(
                target=lambda: outcome.extend(process.communicate(timeout=400)))
            reader.start()
            executor = self.await_phase(process, phase, before)
            if executor:
                CLUSTER.kill_executor(executor)
            reader.join()
            self.check(*outcome, process)
            if executor and self.is_lost(executor):
                return
        self.fail(f"{phase} was never seen in {len(wanted)} rows")

    def is_lost(self, executor):
        return any(e["id"] == executor and not e["isActive"]
                   for e in CLUSTER.ask("allexecutors"))

    def test_executor_in_a_scan(self):
        self.lost_at("scan")

    def test_executor_in_a_lambda(self):
        self.lost_at("lambda")

    def test_executor_in_a_shuffle_write(self):
        self.lost_at("shuffle write")

    def test_executor_in_a_merge(self):
        self.lost_at("merge")

    def test_worker(self):
        """With all that it started; the other one does the work."""
        before = CLUSTER.last_stage()
        process = self.begin(*JOB)
        self.assertTrue(self.await_phase(process, "lambda", before))
        os.killpg(CLUSTER.process("worker-2"), signal.SIGKILL)
        self.check(*process.communicate(timeout=400), process)
        status = CLUSTER.command("status")
        self.assertEqual(status.returncode, 1)
        self.assertRegex(status.stdout, r"worker-2 +ended")
        CLUSTER.begin()

    def test_server(self):
        """Gone in the middle: an error that says so, nothing half written."""
        before = CLUSTER.last_stage()
        process = self.begin(*JOB[:-1], "write", "o", "create", "wait",
                             options=["--sink", "o=o.parquet"])
        self.assertTrue(self.await_phase(process, "lambda", before))
        os.killpg(CLUSTER.process("server"), signal.SIGKILL)
        out, error = process.communicate(timeout=120)
        self.assertEqual((process.returncode, out), (125, ""), error)
        self.assertIn(f"no connection to Spark at 127.0.0.1:{CLUSTER.port}",
                      error)
        self.assertEqual(list(self.folder.iterdir()), [])
        CLUSTER.begin()

    def test_two_programs(self):
        both = [self.begin(*JOB) for _ in range(2)]
        outcomes = [[], []]
        readers = [threading.Thread(target=lambda p=process, o=outcome:
                                    o.extend(p.communicate(timeout=400)))
                   for process, outcome in zip(both, outcomes)]
        for reader in readers:
            reader.start()
        for reader, process, outcome in zip(readers, both, outcomes):
            reader.join()
            self.check(*outcome, process)


@needs_guests
class Interrupts(Job):
    def ended_by(self, number, code):
        """In the middle of a lambda that does not end: nothing written, and
        the cluster is told."""
        before = CLUSTER.last_stage()
        process = self.begin("range", 0, 1000, 1, "break-at", "id", 7, "spin",
                             "write", "o", "create", "wait",
                             options=["--sink", "o=o.parquet"])
        self.assertTrue(self.await_phase(process, "lambda", before))
        process.send_signal(number)
        out, error = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (code, ""), error)
        self.assertEqual(list(self.folder.iterdir()), [])
        CLUSTER.await_idle()
        failed = [s for s in CLUSTER.ask("stages?status=failed")
                  if s["stageId"] > before]
        self.assertEqual(len(failed), 1)
        self.assertRegex(failed[0]["failureReason"], "(?i)cancel")

    def test_ctrl_c(self):
        self.ended_by(signal.SIGINT, 130)

    def test_terminate(self):
        self.ended_by(signal.SIGTERM, 143)


class Lambdas(unittest.TestCase):
    def test_trap_is_not_tried_again(self):
        """Four tries are Spark's default; one that is under way when the first
        fails may fail, too."""
        before = CLUSTER.last_stage()
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
        CLUSTER.await_idle()
        outcome = test_hostile.Outcome("do_memory_trap",
                                       ("--memory-limit", "8MiB"))
        self.assertEqual(outcome.code, 125, outcome.text)
        self.assertIn("it was refused to grow its memory", outcome.text)
        self.assertEqual(test_hostile.Outcome("good").rows, 1000)
        self.assertEqual({e["id"] for e in CLUSTER.ask("executors")}, executors)


if __name__ == "__main__":
    unittest.main()
