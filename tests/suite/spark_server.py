"""A Spark Connect server for the suites: the pinned Spark of scripts/deps, on
this machine, with little memory, ended with the suite."""

import atexit
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from script import SOURCE

HOME = pathlib.Path(SOURCE) / ".deps" / "spark"
SECONDS = 180

# What a server is told about the jar: docs/spark.md.
ADAPTER = {
    "spark.connect.extensions.relation.classes":
        "org.apache.spark.sql.wasidata.LambdaRelationPlugin",
    "spark.connect.extensions.expression.classes":
        "org.apache.spark.sql.wasidata.LambdaExpressionPlugin",
    "spark.sql.extensions": "org.apache.spark.sql.wasidata.LambdaExtensions",
}


def java_home():
    """Where Java 17 is: Spark 4.2 needs it or a newer one."""
    for path in (os.environ.get("JAVA_HOME"),
                 *map(str, sorted(pathlib.Path("/usr/lib/jvm").glob(
                     "java-17-openjdk-*")))):
        if path and (pathlib.Path(path) / "bin" / "java").exists():
            return path
    raise AssertionError("there is no Java 17: scripts/install-packages "
                         "installs openjdk-17-jre-headless, or set JAVA_HOME")


def fetch():
    done = subprocess.run([str(SOURCE / "scripts" / "deps"), "spark"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"scripts/deps spark failed:\n{done.stderr}")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Spark:
    """Starts a server and waits until it answers."""

    def __init__(self, jar=None, memory="1g", **settings):
        fetch()
        self.folder = tempfile.mkdtemp(prefix="wasi-data-spark-")
        self.port = free_port()
        self.url = f"sc://127.0.0.1:{self.port}"
        self.log = os.path.join(self.folder, "log")
        settings = {
            "spark.ui.enabled": "false",
            "spark.connect.grpc.binding.address": "127.0.0.1",
            "spark.connect.grpc.binding.port": self.port,
            "spark.sql.shuffle.partitions": 2,
            "spark.sql.warehouse.dir": self.folder,
            **{name.replace("_", "."): value
               for name, value in settings.items()}}
        command = [str(HOME / "bin" / "spark-submit"), "--class",
                   "org.apache.spark.sql.connect.service.SparkConnectServer",
                   "--master", "local[2]", "--driver-memory", memory]
        if jar:
            command += ["--jars", str(jar)]
            settings |= ADAPTER
        for name, value in settings.items():
            command += ["--conf", f"{name}={value}"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*command, "spark-internal"], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=self.folder,
                start_new_session=True,
                env=dict(os.environ, SPARK_HOME=str(HOME),
                         JAVA_HOME=java_home(), SPARK_LOCAL_IP="127.0.0.1",
                         SPARK_LOCAL_HOSTNAME="localhost",
                         SPARK_LOCAL_DIRS=self.folder,
                         JDK_JAVA_OPTIONS=f"-Djava.io.tmpdir={self.folder}",
                         LD_PRELOAD="", ASAN_OPTIONS=""))
        atexit.register(self.stop)
        self.wait()

    def wait(self):
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.2)
        raise AssertionError(f"Spark did not start:\n{self.tail()}")

    def tail(self):
        return pathlib.Path(self.log).read_text(errors="replace")[-4000:]

    def stop(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
