"""A cluster of this machine as `wasi-data spark start` makes it, and what it
tells of itself."""

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
from script import BIN
from spark_suite import JAR

# What a task is doing, by the classes on its thread's stack: the innermost one
# that says it, but merges call lambdas, too.
MERGE = re.compile(r"\.wasidata\.LambdaAggregate\.merge\(")
PHASES = {
    "scan": re.compile(r"univocity|LineRecordReader|HadoopFileLinesReader"),
    "lambda": re.compile(r"\.wasidata\.(Native|Task|Input|Output)\b"),
    "shuffle write": re.compile(
        r"DiskBlockObjectWriter|UnsafeRowSerializer\S*\.writeValue"
        r"|ShuffleExternalSorter|writePartitionedData"),
}


def phase_of(stack):
    """Of a stack, the innermost call first; None: of no phase in particular.
    Spark scans a file for its types, too, by tasks that shuffle nothing."""
    maps = any("ShuffleMapTask.runTask" in call for call in stack)
    if not maps and any(map(MERGE.search, stack)):
        return "merge"
    for call in stack if maps else ():
        for phase, pattern in PHASES.items():
            if pattern.search(call):
                return phase
    # A lambda may be in the last stage.
    if any(map(PHASES["lambda"].search, stack)):
        return "lambda"
    return None


class Cluster:
    """Started by the command, with Spark of scripts/deps."""

    def __init__(self, *settings, workers=2):
        if not JAR.exists():
            raise unittest.SkipTest(f"{JAR} was not built here")
        spark_server.fetch()
        self.folder = tempfile.TemporaryDirectory(prefix="wasi-data-cluster-")
        self.environment = dict(
            os.environ, XDG_STATE_HOME=self.folder.name, LD_PRELOAD="",
            SPARK_HOME=str(spark_server.HOME),
            JAVA_HOME=spark_server.java_home())
        self.port = spark_server.free_port()
        self.workers = str(workers)
        self.settings = ["spark.sql.shuffle.partitions=2", *settings]
        self.begin()

    def command(self, *words):
        return subprocess.run([BIN, "spark", *words], env=self.environment,
                              capture_output=True, text=True, timeout=400,
                              check=False)

    def begin(self):
        conf = [word for setting in self.settings
                for word in ("--conf", setting)]
        done = self.command("start", "--workers", self.workers,
                            "--worker-memory", "512MiB", "--port",
                            str(self.port), *conf)
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

    def last_stage(self):
        return max((s["stageId"] for s in self.ask("stages")), default=-1)

    def busy(self):
        """Those executors that have tasks under way."""
        return [e["id"] for e in self.ask("executors")
                if e["id"] != "driver" and e["activeTasks"]]

    def phases(self, executor):
        """(stage, phase) of each task of an executor, at the moment."""
        for thread in self.ask(f"executors/{executor}/threads"):
            task = re.match(r"Executor task launch.* in stage (\d+)",
                            thread["threadName"])
            if task:
                yield (int(task.group(1)),
                       phase_of(thread["stackTrace"]["elems"]))

    def await_idle(self):
        """Until nothing runs any more."""
        end = time.monotonic() + 60
        while self.ask("jobs?status=running") or self.busy():
            if time.monotonic() > end:
                raise AssertionError("Spark is still at work")
            time.sleep(0.1)

    def executor_process(self, number):
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().decode(errors="replace").split("\0")
                place = os.readlink(path.parent / "cwd")
            except OSError:
                continue
            if (self.folder.name in place and "--executor-id" in words and
                    words[words.index("--executor-id") + 1] == number):
                return int(path.parent.name)
        raise AssertionError(f"there is no executor {number}")

    def kill_executor(self, number):
        os.kill(self.executor_process(number), signal.SIGKILL)
