"""The Go SDK: its README's programs are compiled and run as they stand, its
examples give what the C examples give, and a program checks it from inside."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from same_as_c import SameAsC

SOURCE = pathlib.Path(os.environ["WD_SOURCE"])
BUILD = pathlib.Path(os.environ["WD_BUILD"])
BIN = os.environ["WD_BIN"]
SDK = SOURCE / "sdk/go"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)
GO = shutil.which("go")
ENVIRONMENT = dict(
    os.environ,
    GOTOOLCHAIN="local",
    GOPROXY="off",
    GOWORK="off",
    GOFLAGS="-mod=readonly",
    SDK=str(SDK),
    PATH=f"{os.path.dirname(BIN)}:{os.environ['PATH']}",
)
WASM = dict(ENVIRONMENT, GOOS="wasip1", GOARCH="wasm")


def run(*command, environment=ENVIRONMENT, folder=None, timeout=300):
    return subprocess.run(
        list(map(str, command)),
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=timeout,
        text=True,
    )


def setUpModule():
    if not GO:
        raise unittest.SkipTest("no Go guests here: go is missing")


class Readme(unittest.TestCase):
    """What a reader copies works, and prints what the page says."""

    def test_readme(self):
        text = (SDK / "README.md").read_text()
        output = None
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for kind, file, body in BLOCK.findall(text):
                if file:
                    (folder / file).write_text(body)
                elif kind == "sh":
                    done = run("sh", "-e", "-c", body, folder=folder)
                    self.assertEqual(
                        done.returncode, 0, body + done.stdout + done.stderr
                    )
                    output = done.stdout
                elif kind == "text":
                    self.assertEqual(output, body)


class Sources(unittest.TestCase):
    def test_vet_and_format(self):
        done = run(GO, "vet", ".", "./testdata/check", environment=WASM,
                   folder=SDK)
        self.assertEqual(done.returncode, 0, done.stderr)
        for environment in WASM, ENVIRONMENT:
            done = run(GO, "vet", "./...", environment=environment,
                       folder=SOURCE / "examples/go")
            self.assertEqual(done.returncode, 0, done.stderr)
        gofmt = shutil.which("gofmt") or pathlib.Path(GO).with_name("gofmt")
        done = run(gofmt, "-l", SDK, SOURCE / "examples/go")
        self.assertEqual(done.stdout + done.stderr, "")

    def test_go_test(self):
        done = run(GO, "test", ".", folder=SDK)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Examples(SameAsC, unittest.TestCase):
    language = "go"
    own = {"slug"}  # a library, which Rust's `titles` calls: test_modules


class Inside(unittest.TestCase):
    """The cases of sdk/go/testdata/check."""

    CASES = ("types", "conversions", "nulls", "closures", "goroutines",
             "errors", "flat-map", "batch", "partitions", "aggregates",
             "reduce", "actions", "relational", "nested", "nested-nulls",
             "special", "dynamic", "nested-reduce", "nested-errors",
             "many-groups", "register", "generate", "generate-ends",
             "co-groups", "register-aggregate", "sql", "temp-table", "plans",
             "widths", "watermark")
    # Those that a host may say it does not have yet.
    LATER = ("groups", "with", "for-each", "sets", "columns", "join-using", "distinct",
             "cache")

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.program = pathlib.Path(cls.folder.name, "check.wasm")
        done = run(GO, "build", "-o", cls.program, "./testdata/check",
                   environment=WASM, folder=SDK)
        if done.returncode:
            raise AssertionError(done.stderr)

    def check(self, name, *options):
        return run(BIN, "run", *options, self.program, name)

    def test_cases(self):
        for threads in "1", "2":
            with self.subTest(threads=threads):
                done = run(BIN, "run", "--threads", threads, self.program,
                           *self.CASES)
                self.assertEqual(done.stdout, "good\n", done.stderr)

    def test_later_cases(self):
        missing = []
        for name in self.LATER:
            with self.subTest(name):
                done = self.check(name)
                said = done.stdout + done.stderr
                if re.search("not supported by this host|not built yet", said):
                    missing.append(name)
                else:
                    self.assertEqual(done.stdout, "good\n", done.stderr)
        if missing:
            self.skipTest(f"this host does not have: {', '.join(missing)}")

    def ends(self, name, *parts):
        """The runtime gives up: the job fails, the program goes on."""
        done = self.check(name, "--memory-limit", "512M")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.endswith("\ngood\n"), done.stdout)
        for part in parts:
            self.assertIn(part, done.stdout + done.stderr)

    def test_panic_in_a_goroutine(self):
        self.ends("go-panic", "panic: in a goroutine", "map lambda:")

    def test_deadlock(self):
        self.ends("deadlock", "deadlock!", "map lambda:")

    def test_out_of_memory(self):
        self.ends("memory", "out of memory", "map lambda:")

    def test_stack_overflow(self):
        self.ends("overflow", "map lambda:")


if __name__ == "__main__":
    unittest.main()
