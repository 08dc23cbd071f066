"""`wasi-data spark`: its processes, with stand-ins for Spark's that wait or fail
as a test wants. test_spark_cluster_slow.py runs it with Spark itself."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import unittest

from test_cli import BIN, Case

# Answers on the port that it was given, says where it is, and waits. What it
# starts must end with it.
WAITS = """#!/bin/sh
sleep 1000 &
exec python3 - "$@" <<'END'
import socket, sys, time
words = sys.argv[1:]
port = [w.rpartition("=")[2] for w in words if "grpc.binding.port=" in w]
if "--port" in words:
    port = [words[words.index("--port") + 1]]
if port:
    server = socket.create_server(("127.0.0.1", int(port[0])))
time.sleep(1000)
END
"""
NEVER = "#!/bin/sh\nsleep 1000\n"
FAILS = "#!/bin/sh\necho 'Exception: no luck today'\necho '\tat x.y'\nexit 1\n"
JAVA = "#!/bin/sh\necho 'openjdk version \"%s\" 2025-04-15' >&2\n"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Spark(Case):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state/wasi-data/spark"
        self.record = self.state / "cluster"
        self.port = free_port()
        self.program("java/bin/java", JAVA % "17.0.15")
        self.program("spark/bin/spark-class", WAITS)
        self.program("spark/bin/spark-submit", WAITS)
        (self.folder / "a.jar").touch()
        self.environment |= {
            "XDG_STATE_HOME": str(self.folder / "state"),
            "JAVA_HOME": str(self.folder / "java"),
            "SPARK_HOME": str(self.folder / "spark"), "LD_PRELOAD": ""}
        self.addCleanup(self.end_all)

    def program(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def start(self, *more):
        return self.run_it("spark", "start", "--port", str(self.port),
                           "--jar", "a.jar", *more)

    def fails(self, *parts, more=(), code=125):
        result = self.start(*more)
        self.assertEqual((result.code, result.out), (code, ""), result.err)
        for part in parts:
            self.assertIn(part, result.err)
        self.assertEqual(self.running(), [])

    def running(self):
        """Processes of this machine that have the test's folder as theirs or in
        their words."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if str(self.state) in os.readlink(path / "cwd"):
                    found.append(int(path.name))
            except OSError:
                pass
        return found

    def end_all(self):
        for process in self.running():
            os.kill(process, signal.SIGKILL)

    def test_start_status_stop(self):
        result = self.start("--workers", "3")
        self.assertEqual((result.code, result.out),
                         (0, f"sc://127.0.0.1:{self.port}\n"), result.err)
        self.assertIn(f"logs: {self.state}/log", result.err)
        status = self.run_it("spark", "status")
        self.assertEqual(status.code, 0, status.err)
        self.assertEqual(re.findall(r"^(\S+) +runs", status.out, re.M),
                         ["master", "worker-1", "worker-2", "worker-3",
                          "server"])
        self.assertEqual(len(self.running()), 2 * 5)
        self.check(["spark", "stop"], 0)
        self.assertEqual(self.running(), [])
        self.check(["spark", "status"], 1, "no cluster runs")
        self.check(["spark", "stop"], 0, "no cluster runs")

    def test_one_at_a_time(self):
        self.assertEqual(self.start().code, 0)
        result = self.start()
        self.assertEqual(result.code, 125)
        self.assertIn(f"runs already, at sc://127.0.0.1:{self.port}",
                      result.err)
        self.check(["spark", "stop"], 0)

    def test_a_part_has_ended(self):
        """status tells it, and start begins anew, with nothing doubled."""
        self.assertEqual(self.start().code, 0)
        worker = re.search(r"process (\d+) \d+ worker-1",
                           self.record.read_text()).group(1)
        os.killpg(int(worker), signal.SIGKILL)
        end = time.monotonic() + 10
        while len(self.running()) > 2 * 3 and time.monotonic() < end:
            time.sleep(0.05)
        status = self.run_it("spark", "status")
        self.assertEqual(status.code, 1)
        self.assertRegex(status.out, r"worker-1 +ended")
        self.assertEqual(self.start().code, 0)
        self.assertEqual(len(self.running()), 2 * 4)
        self.check(["spark", "stop"], 0)

    def test_numbers_of_others(self):
        """A number that belongs to another process by now is left alone."""
        with subprocess.Popen(["sleep", "1000"],
                              start_new_session=True) as other:
            self.state.mkdir(parents=True)
            self.record.write_text(
                f"port 1\nui 1\nprocess {other.pid} 1 master\n"
                "process 1 1 worker-1\nprocess -1 1 server\nnonsense\n")
            self.check(["spark", "stop"], 0)
            self.assertIsNone(other.poll())
            other.kill()

    def test_interrupted(self):
        self.program("spark/bin/spark-class", NEVER)
        with subprocess.Popen(
                [BIN, "spark", "start", "--port", str(self.port), "--jar",
                 "a.jar"], cwd=self.folder, env=self.environment,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            end = time.monotonic() + 30
            while not self.record.exists() and time.monotonic() < end:
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=60)
        self.assertEqual((process.returncode, out), (130, b""), error)
        self.assertIn(b"interrupted", error)
        self.assertEqual(self.running(), [])

    def test_processes_that_fail(self):
        self.program("spark/bin/spark-submit", FAILS)
        self.fails("server ended early: Exception: no luck today",
                   f"{self.state}/log/server.log")
        self.program("spark/bin/spark-class", FAILS)
        self.fails("master ended early: Exception: no luck today")

    def test_what_is_missing(self):
        with socket.create_server(("127.0.0.1", self.port)):
            self.fails(f"port {self.port} is in use")
        self.fails("jar 'b.jar' cannot be read", more=["--jar", "b.jar"])
        self.environment["SPARK_HOME"] = str(self.folder)
        self.fails("has no bin/spark-class")
        self.program("java/bin/java", JAVA % "11.0.2")
        self.fails("Java 17 or newer", "is of version 11")
        self.environment["JAVA_HOME"] = "/nowhere"
        self.fails("'/nowhere/bin/java' does not run", "JAVA_HOME")

    def test_bad_words(self):
        for words, part in (
                (["--workers", "0"], "no number from 1 to 64"),
                (["--port", "65536"], "no number from 1 to 65535"),
                (["--worker-memory", "1MiB"], "less than the 512MiB"),
                (["--conf", "executor.cores=1"], "no setting of Spark")):
            self.fails(part, more=words)
        self.check(["spark", "begin"], 125, "none of: start stop status")


if __name__ == "__main__":
    unittest.main()
