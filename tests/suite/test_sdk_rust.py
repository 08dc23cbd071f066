"""The Rust SDK: its README's programs are compiled and run as they stand, its
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
SDK = SOURCE / "sdk/rust"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.M | re.S)


def run(*command, folder=None, timeout=600, **environment):
    return subprocess.run(
        list(map(str, command)), cwd=folder, timeout=timeout, text=True,
        env=dict(os.environ, SDK=str(SDK), **environment),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def toolchains():
    """(cargo, rustc, target) of each compiler that makes guests: that of PATH
    and Debian's."""
    found = []
    for rustc, cargo in ((shutil.which("rustc"), shutil.which("cargo")),
                         ("/usr/bin/rustc", "/usr/bin/cargo")):
        if not rustc or not cargo or not os.path.exists(rustc):
            continue
        root = run(rustc, "--print", "sysroot").stdout.strip()
        for target in "wasm32-wasip1", "wasm32-wasi":
            if os.path.exists(f"{root}/lib/rustlib/{target}/lib"):
                if root not in (known for known, _ in found):
                    found.append((root, (cargo, rustc, target)))
                break
    return [toolchain for _, toolchain in found]


TOOLCHAINS = toolchains()


def setUpModule():
    if not TOOLCHAINS:
        raise unittest.SkipTest("no Rust guests here: no compiler has the "
                                "target wasm32-wasip1 or wasm32-wasi")


def cargo(toolchain, *arguments, folder=None):
    program, rustc, _ = toolchain
    version = run(rustc, "--version").stdout.split()[1]
    return run(program, *arguments, folder=folder, RUSTC=rustc,
               RUSTDOC=str(pathlib.Path(rustc).with_name("rustdoc")),
               CARGO_TARGET_DIR=BUILD / f"rust-tests/{version}",
               CARGO_NET_OFFLINE="true"), BUILD / f"rust-tests/{version}"


def share(project):
    """What is compiled of the SDK is kept for the next run."""
    kept = BUILD / "rust-tests/readme"
    kept.mkdir(parents=True, exist_ok=True)
    if project.exists() and not (project / "target").exists():
        (project / "target").symlink_to(kept)


class Readme(unittest.TestCase):
    """What a reader copies works, and prints what the page says."""

    def test_readme(self):
        program, rustc, target = TOOLCHAINS[0]
        text = (SDK / "README.md").read_text()
        output = None
        path = f"{os.path.dirname(program)}:{os.path.dirname(BIN)}"
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for kind, file, body in BLOCK.findall(text):
                if file:
                    (folder / file).write_text(body)
                elif kind == "sh":
                    done = run("sh", "-e", "-c", body, folder=folder,
                               TARGET=target, RUSTC=rustc,
                               CARGO_NET_OFFLINE="true",
                               PATH=f"{path}:{os.environ['PATH']}")
                    self.assertEqual(
                        done.returncode, 0, body + done.stdout + done.stderr)
                    output = done.stdout
                    share(folder / "words")
                elif kind == "text":
                    self.assertEqual(output.strip(), body.strip())


class Sources(unittest.TestCase):
    def test_tests(self):
        """Units, and the examples in the documentation."""
        program, rustc, _ = TOOLCHAINS[0]
        rustdoc = pathlib.Path(rustc).with_name("rustdoc")
        if not rustdoc.exists():
            self.skipTest("rustdoc is missing")
        done, _ = cargo(TOOLCHAINS[0], "test", "--quiet", "--locked", "-p",
                        "wasi-data", folder=SDK)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_format(self):
        if not shutil.which("rustfmt"):
            self.skipTest("rustfmt is missing")
        files = [*SDK.rglob("*.rs"), *SOURCE.glob("examples/rust/**/*.rs"),
                 *SOURCE.glob("tests/golden/rust/**/*.rs"),
                 *SOURCE.glob("bench/guests/rust/**/*.rs")]
        files = [file for file in files
                 if "target" not in file.relative_to(SOURCE).parts]
        done = run("rustfmt", "--check", "--edition", "2021", *files)
        self.assertEqual(done.stdout + done.stderr, "")


class Examples(SameAsC, unittest.TestCase):
    language = "rust"
    own = {"titles"}


class Inside(unittest.TestCase):
    """The cases of sdk/rust/check, by each compiler."""

    CASES = ("types", "conversions", "nulls", "dynamic", "empty", "closures",
             "flat-map", "batch", "partitions", "aggregates", "reduce",
             "actions", "relational", "texts", "errors", "panics", "writing",
             "nested", "nested-nulls", "nested-options", "special",
             "nested-errors", "many-groups", "enumerations",
             "unions", "fixed", "variants-errors", "generate", "generate-arguments",
             "generate-ends", "generate-errors", "named-type",
             "register", "register-aggregate", "sql", "temp-table")
    # Those that a host may say it does not have yet.
    LATER = ("groups", "co-groups", "parameters", "for-each", "sets",
             "columns", "join-using", "distinct", "cache",
             "first", "repartition", "grouping", "reshape", "sample", "plans")

    @classmethod
    def setUpClass(cls):
        cls.programs = []
        for toolchain in TOOLCHAINS:
            done, folder = cargo(
                toolchain, "build", "--quiet", "--locked", "-p", "check",
                "--target", toolchain[2], folder=SDK)
            if done.returncode:
                raise AssertionError(done.stderr)
            cls.programs.append(folder / toolchain[2] / "debug/check.wasm")

    def test_cases(self):
        runs = [(self.programs[0], "1"), (self.programs[-1], "2")]
        for program, threads in runs:
            with self.subTest(threads=threads, program=program):
                done = run(BIN, "run", "--threads", threads, program,
                           *self.CASES)
                self.assertEqual(done.stdout, "good\n", done.stderr)

    def test_later_cases(self):
        missing = []
        for name in self.LATER:
            with self.subTest(name):
                done = run(BIN, "run", self.programs[0], name)
                said = done.stdout + done.stderr
                if re.search("not supported|not built yet", said):
                    missing.append(name)
                else:
                    self.assertEqual(done.stdout, "good\n", done.stderr)
        if missing:
            self.skipTest(f"this host does not have: {', '.join(missing)}")

    def ends(self, name, *parts):
        """The worker is lost: the job fails, the program goes on."""
        done = run(BIN, "run", "--memory-limit", "512M", self.programs[-1],
                   name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(done.stdout.endswith("\ngood\n"), done.stdout)
        for part in parts:
            self.assertIn(part, done.stdout + done.stderr)

    def test_out_of_memory(self):
        self.ends("memory", "map lambda:", "memory allocation of", "the limit")

    def test_stack_overflow(self):
        self.ends("overflow", "map lambda:")


class Arrow(unittest.TestCase):
    """Arrow's arrays in lambdas: the crate sdk/rust/arrow, whose crates are
    fetched once."""

    def test_arrays(self):
        modern = [t for t in TOOLCHAINS if t[2] == "wasm32-wasip1"]
        if not modern:
            self.skipTest("arrow-rs needs a compiler with wasm32-wasip1")
        program, rustc, target = modern[0]
        fetched = run(program, "fetch", "--locked", folder=SDK / "arrow",
                      RUSTC=rustc)
        if fetched.returncode:
            self.skipTest("arrow-rs is not here: " + fetched.stderr[-200:])
        folder = BUILD / "rust-tests/arrow"
        done = run(program, "build", "--quiet", "--locked", "--offline",
                   "--example", "check", "--target", target,
                   folder=SDK / "arrow", RUSTC=rustc, CARGO_TARGET_DIR=folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        for threads in "1", "2":
            done = run(BIN, "run", "--threads", threads,
                       folder / target / "debug/examples/check.wasm")
            self.assertEqual(done.stdout, "good\n", done.stderr)


if __name__ == "__main__":
    unittest.main()
