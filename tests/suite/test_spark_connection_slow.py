"""The connection between a program and a real Spark Connect server: broken,
encrypted, and with a result that is larger than what may wait anywhere."""

import os
import pathlib
import subprocess
import sys
import threading
import time
import unittest

import script
import test_behaviour
from script import BIN, CACHE, END, GUEST, SANITIZED, needs_guests
from spark_proxy import Proxy
from spark_server import Spark
from spark_suite import JAR

SERVER = None
TOKEN = "open sesame"

ROWS = 400000
RESULT = ("range", 0, ROWS, 1, "sort", "id desc", END, "collect")


def setUpModule():
    global SERVER
    if not JAR.exists():
        raise unittest.SkipTest(f"{JAR} was not built here")
    SERVER = Spark(jar=JAR, memory="2g", spark_connect_authenticate_token=TOKEN,
                   spark_driver_maxResultSize=0)


def tearDownModule():
    SERVER.stop()


class Through(unittest.TestCase):
    """A program whose connection goes through a proxy."""

    def proxy(self, **how):
        proxy = Proxy(SERVER.url, **how)
        self.addCleanup(proxy.close)
        return proxy

    def start(self, proxy, *steps, guest=GUEST, **environment):
        return subprocess.run(
            [BIN, "run", "--quiet", "--engine",
             f"sc://localhost:{proxy.port}/;use_ssl="
             f"{'true' if proxy.tls else 'false'}",
             str(guest), *map(str, steps)],
            env=os.environ | {
                "WASI_DATA_CACHE": CACHE,
                "SPARK_CONNECT_AUTHENTICATE_TOKEN": TOKEN, **environment},
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=400, check=False)

    def rows(self, done):
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        table, = script.read(done.stdout)
        return table.column()


@needs_guests
class Broken(Through):
    CUTS = [300000, 200000, 700000, 100]

    def test_in_the_middle(self):
        """Attached again where it broke, as often as it must be: each row once,
        in order."""
        proxy = self.proxy(cuts=self.CUTS)
        self.assertEqual(self.rows(self.start(proxy, *RESULT)),
                         list(range(ROWS - 1, -1, -1)))
        self.assertEqual(proxy.broken, len(self.CUTS))

    def test_again_and_again(self):
        """Without progress it is an error in the end."""
        proxy = self.proxy(cuts=[30000] + [1] * 1000)
        done = self.start(proxy, *RESULT)
        self.assertEqual(done.returncode, 125)
        self.assertIn(f"no connection to Spark at localhost:{proxy.port}",
                      done.stderr)

    def test_while_the_program_is_sent(self):
        """Not half of it: an error, and no rows."""
        proxy = self.proxy(cuts=[1500] + [1] * 1000)
        done = self.start(proxy, "range", 0, 10, 1, "map-tag", "id", "count")
        self.assertGreater(proxy.broken, 0)
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("no connection to Spark", done.stderr)


@needs_guests
class Tls(Through):
    """As a proxy does it that clusters have in front."""

    @classmethod
    def setUpClass(cls):
        cls.files = [os.path.join(CACHE, name) for name in ("cert", "key")]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-out", cls.files[0], "-keyout", cls.files[1]],
            check=True, capture_output=True)

    def start(self, *words, **more):
        return super().start(*words, **{"SSL_CERT_FILE": self.files[0], **more})

    def test_broken_in_the_middle(self):
        proxy = self.proxy(cuts=Broken.CUTS, certificate=self.files)
        self.assertEqual(self.rows(self.start(proxy, *RESULT)),
                         list(range(ROWS - 1, -1, -1)))
        self.assertEqual(proxy.broken, len(Broken.CUTS))

    def test_zeros_are_not_sent(self):
        """A program of 1 GiB whose live pages have 10 MiB, in pieces."""
        proxy = self.proxy(certificate=self.files)
        done = self.start(proxy, "sparse", guest=test_behaviour.GUEST)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout.split(), [str(sum(range(1000)))])
        self.assertGreater(proxy.sent, 10 << 20)
        self.assertLess(proxy.sent, 12 << 20)

    def test_not_trusted(self):
        proxy = self.proxy(certificate=self.files)
        done = self.start(proxy, "range", 0, 3, 1, "count", SSL_CERT_FILE="")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("SSL", done.stderr)

    def test_wrong_token(self):
        proxy = self.proxy(certificate=self.files)
        done = self.start(proxy, "range", 0, 3, 1, "count",
                          SPARK_CONNECT_AUTHENTICATE_TOKEN="simsalabim")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("Invalid authentication token", done.stderr)
        self.assertNotIn("simsalabim", done.stderr)


@needs_guests
class Artifacts(Through):
    def test_an_image_that_is_gone(self):
        """Taken away on the server between the upload and the executors: told
        by its name, after Spark's own tries."""
        taken = []
        over = threading.Event()

        def take():
            while not over.wait(0.002):
                for path in pathlib.Path(SERVER.folder).rglob("wd-image-*"):
                    try:
                        path.unlink()
                        taken.append(path.name)
                    except OSError:
                        pass

        thread = threading.Thread(target=take)
        thread.start()
        try:
            done = self.start(self.proxy(), "range", 0, 10, 1, "map-tag", "id",
                              "count")
        finally:
            over.set()
            thread.join()
        self.assertNotEqual(taken, [])
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("the artifact 'wd-image-", done.stderr)
        self.assertIn("run the program again", done.stderr)


class Large(unittest.TestCase):
    """A result of a gigabyte, at which servers end a stream."""

    ROWS = 140_000_000  # of eight bytes
    MOST = (256 if SANITIZED else 64) << 20

    def test_to_stdout(self):
        proxy = Proxy(SERVER.url)
        self.addCleanup(proxy.close)
        with subprocess.Popen(
            [BIN, "query", "--quiet", "--engine", proxy.url, "--format",
             "arrow", f"select id from range(0, {self.ROWS}, 1, 128)"],
            env=dict(os.environ, SPARK_CONNECT_AUTHENTICATE_TOKEN=TOKEN,
                     WASI_DATA_CACHE=CACHE),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            size = most = 0
            while data := process.stdout.read(1 << 20):
                if not size:
                    time.sleep(2)  # who reads slowly holds the server back
                size += len(data)
                most = peak(process.pid) or most
            error = process.stderr.read()
        self.assertEqual((process.returncode, error), (0, b""))
        self.assertGreater(size, 8 * self.ROWS)
        self.assertLess(most, self.MOST)
        print(f"client's peak: {most >> 10} KiB", file=sys.stderr)


def peak(process):
    """The most memory that it had in use, in bytes."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        for line in status.splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return None


if __name__ == "__main__":
    unittest.main()
