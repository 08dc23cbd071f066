"""The command: arguments, exit codes, messages, signals, limits."""

import json
import os
import pathlib
import pty
import re
import select
import signal
import subprocess
import tempfile
import time
import unittest

import wasm_module as wasm

SOURCE = pathlib.Path(os.environ.get("WD_SOURCE")
                      or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("WD_BUILD") or SOURCE / "build")
BIN = os.environ.get("WD_BIN") or str(BUILD / "bin" / "wasi-data")
SANITIZED = bool(os.environ.get("WD_SANITIZE"))

DATASETS = "wasi:data/datasets@0.1.0"
SPIN = wasm.module(wasm.loop(wasm.branch()))
SPIN_IN_MEMORY = wasm.module(wasm.loop(
    wasm.store(8, wasm.load(8), wasm.const(1), wasm.ADD), wasm.branch()))


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.decode()
        self.err = process.stderr.decode()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = dict(os.environ)
        self.environment["WASI_DATA_CACHE"] = str(self.folder / "cache")
        self.environment.pop("NO_COLOR", None)

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content)
        return name

    def run_it(self, *arguments, **options):
        return Result(subprocess.run(
            [BIN, *arguments], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, timeout=120, **options))

    def check(self, arguments, code, *parts, out=""):
        """Runs it: exit code, parts of stderr, and the whole of stdout."""
        result = self.run_it(*arguments)
        self.assertEqual(result.code, code, result.err)
        for part in parts:
            self.assertIn(part, result.err)
        if code >= 124:
            self.assertTrue(result.err.startswith("wasi-data: "), result.err)
        elif not parts:
            self.assertEqual(result.err, "")
        if out is not None:
            self.assertEqual(result.out, out)
        return result

    def start(self, *arguments):
        return subprocess.Popen(
            [BIN, *arguments], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


class Arguments(Case):
    def test_nothing(self):
        result = self.run_it()
        self.assertEqual((result.code, result.out), (125, ""))
        self.assertTrue(result.err.startswith("Usage: wasi-data "))

    def test_help_is_documented(self):
        """docs/cli.md shows the help of the whole and of each verb."""
        text = (SOURCE / "docs/cli.md").read_text(encoding="utf-8")
        shown = re.findall(r"```console\n\$ wasi-data (help.*)\n((?s:.*?))```",
                           text)
        verbs = [command.removeprefix("help").strip() for command, _ in shown]
        for command, expected in shown:
            self.check(command.split(), 0, out=expected)
        listed = re.findall(r"^  ([a-z]+) ", self.run_it("help").out, re.M)
        self.assertEqual(sorted(verbs), sorted([""] + listed))

    def test_help_by_option(self):
        whole = self.run_it("help").out
        of_run = self.run_it("help", "run").out
        for arguments in (["-h"], ["--help"], ["help"]):
            self.check(arguments, 0, out=whole)
        for arguments in (["run", "-h"], ["run", "--help", "x.wasm"],
                          ["-h", "x.wasm"], ["-h", "run"]):
            self.check(arguments, 0, out=of_run)

    def test_help_fits_a_terminal(self):
        for verb in re.findall(r"^  ([a-z]+) ", self.run_it("help").out, re.M):
            for line in self.run_it("help", verb).out.splitlines():
                self.assertLessEqual(len(line), 80)

    def test_version(self):
        for arguments in (["version"], ["--version"], ["run", "--version"]):
            result = self.check(arguments, 0, out=None)
            self.assertRegex(result.out, r"\Awasi-data \d+\.\d+\.\d+\n\Z")

    def test_unknown_option(self):
        self.check(["--tabel", "a=b", "x.wasm"], 125,
                   "unknown option '--tabel'; did you mean '--table'?")
        self.check(["--wobble", "x.wasm"], 125, "unknown option '--wobble'",
                   "wasi-data help run")
        self.check(["-x", "x.wasm"], 125, "unknown option '-x'")
        self.check(["cache", "--table=a=b"], 125, "no option --table")

    def test_values(self):
        self.check(["--table"], 125, "--table needs a value")
        self.check(["--quiet=1", "x"], 125, "--quiet takes no value")
        for option, values in {
                "--threads": ["0", "-1", "x", "1.5", "99999999999999999999"],
                "--memory-limit": ["0", "1 MB", "-1", "x", "1EiB"],
                "--engine-memory": ["0", "MiB"],
                "--timeout": ["0s", "3", "3 s", "1d", ""],
                "--progress": ["loud"],
                "--engine": ["spark", "http://host:1"]}.items():
            for value in values:
                self.check([option, value, "x.wasm"], 125, f"option {option}:")
                self.check([f"{option}={value}", "x"], 125, f"option {option}:")
        self.check(["explain", "--job", "0", "x"], 125, "option --job:")

    def test_verbs(self):
        for verb in ("run", "explain", "extract", "inspect", "compile",
                     "completion"):
            self.check([verb], 125, f"{verb}: an argument is missing")
        self.check(["version", "x"], 125, "one argument too many")
        self.check(["help", "x"], 125, "none of: run explain")
        self.check(["rnu"], 127, "did you mean 'run'?")

    def test_program_named_like_a_verb(self):
        self.file("cache", wasm.exiting(3))
        self.check(["--", "cache"], 3)
        self.check(["./cache"], 3)
        self.check(["run", "cache"], 3)

    def test_completion(self):
        for shell in ("bash", "zsh", "fish"):
            result = self.check(["completion", shell], 0, out=None)
            self.assertIn("memory-limit", result.out)
        self.check(["completion", "sh"], 125, "none of: bash zsh fish")
        script = self.run_it("completion", "bash").out + (
            "complete_it() { COMP_WORDS=(wasi-data \"$@\"); "
            "COMP_CWORD=$#; _wasi_data; echo ${COMPREPLY[@]}; }\n"
            "complete_it ins\ncomplete_it --mem\ncomplete_it explain --jo\n"
            "complete_it explain --format d\ncomplete_it cache cl\n")
        done = subprocess.run(["bash", "-c", script], check=True, timeout=20,
                              stdout=subprocess.PIPE)
        self.assertEqual(done.stdout.decode().splitlines(), [
            "inspect", "--memory-limit", "--job", "dot", "clear"])


class Programs(Case):
    def test_exit_code(self):
        for code in (0, 1, 7, 123, 125, 255):
            self.file("p.wasm", wasm.exiting(code))
            result = self.run_it("p.wasm")
            self.assertEqual((result.code, result.out, result.err),
                             (code, "", ""))

    def test_output(self):
        self.file("p.wasm", wasm.printing("hello\n", times=3))
        self.check(["p.wasm"], 0, out="hello\n" * 3)
        self.file("e.wasm", wasm.printing("oh\n", descriptor=2))
        self.check(["--quiet", "e.wasm"], 0, "oh\n")

    def test_all_after_the_program_is_its_own(self):
        self.file("p.wasm", wasm.counting(
            "args_sizes_get", [wasm.const(0), wasm.const(4)]))
        self.check(["p.wasm"], 1)
        self.check(["p.wasm", "--table", "-h", "--", "run"], 5)
        self.check(["run", "--quiet", "p.wasm", "a"], 2)

    def test_environment(self):
        self.file("p.wasm", wasm.counting(
            "environ_sizes_get", [wasm.const(0), wasm.const(4)]))
        self.check(["p.wasm"], 0)
        self.check(["--env", "A=1", "--env=B=", "--env", "PATH", "p.wasm"], 3)
        self.check(["--env", "NO_SUCH_VARIABLE", "p.wasm"], 125,
                   "environment 'NO_SUCH_VARIABLE' is not set here")
        self.check(["--env", "=x", "p.wasm"], 125, "a name is missing")

    def test_folder(self):
        self.file("p.wasm", wasm.module(
            wasm.const(3) + wasm.const(0) + wasm.call(0) + wasm.call(1),
            [(wasm.WASI, "fd_prestat_get", 2, 1),
             (wasm.WASI, "proc_exit", 1, 0)]))
        self.check(["p.wasm"], 8)  # badf: nothing is there
        self.check(["--dir", ".::/data,ro", "p.wasm"], 0)
        self.check(["--dir", "nowhere", "p.wasm"], 125, "folder nowhere",
                   "No such file")

    def test_grants(self):
        self.file("p.wasm", wasm.exiting(0))
        for grant in ("x", "=x", "t=", "t=x,format=nope", "t=s3://x/y"):
            self.check(["--table", grant, "p.wasm"], 125)
            self.check(["--sink", grant, "p.wasm"], 125)
        self.check(["--table", "t=a.csv", "--table", "t=b.csv", "p.wasm"], 125,
                   "'t'")
        self.check(["--format", "xml", "p.wasm"], 125, "xml")

    def test_closed_pipe(self):
        self.file("p.wasm", wasm.printing("0123456789\n" * 100, times=1000))
        process = self.start("p.wasm")
        process.stdout.read(10)
        process.stdout.close()
        error = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(60), 125)
        self.assertEqual(error, "wasi-data: output is closed\n")

    def test_full_output(self):
        self.file("p.wasm", wasm.printing("hello\n"))
        for arguments in (["p.wasm"], ["help"], ["inspect", "p.wasm"]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([BIN, *arguments], cwd=self.folder,
                                      env=self.environment, stdout=full,
                                      stderr=subprocess.PIPE, timeout=60)
            self.assertEqual(done.returncode, 125)
            self.assertIn(b"cannot write the output: No space", done.stderr)

    def test_colour(self):
        def error(**environment):
            leader, follower = pty.openpty()
            subprocess.run([BIN, "gone.wasm"], cwd=self.folder, stderr=follower,
                           env=dict(self.environment, TERM="xterm",
                                    **environment), timeout=60)
            os.close(follower)
            text = os.read(leader, 4096)
            os.close(leader)
            return text

        self.assertIn(b"\x1b[", error())
        self.assertNotIn(b"\x1b", error(NO_COLOR="1"))
        self.assertNotIn("\x1b", self.run_it("gone.wasm").err)
        # A name that would steer the terminal does not.
        self.assertNotIn("\x1b", self.run_it("a\x1b[31mb").err)


class BadPrograms(Case):
    def refused(self, content, *parts):
        self.file("p.wasm", content)
        self.check(["p.wasm"], 126, "p.wasm", *parts)
        result = self.run_it("inspect", "p.wasm")
        self.assertEqual(result.code, 126)
        for part in parts:
            self.assertIn(part, result.out + result.err)
        self.assertNotIn("can run", result.out)

    def test_not_found(self):
        for verb in ("run", "explain", "inspect", "compile"):
            self.check([verb, "gone.wasm"], 127,
                       "gone.wasm: No such file or directory")

    def test_not_a_file(self):
        self.check(["run", "."], 126, ".: not a file")
        if os.geteuid() != 0:
            self.file("p.wasm", wasm.exiting(0))
            (self.folder / "p.wasm").chmod(0)
            self.check(["p.wasm"], 126, "Permission denied")

    def test_not_wasm(self):
        self.refused(b"#!/bin/sh\n", "not a WebAssembly file")
        self.refused(b"", "not a WebAssembly file")

    def test_truncated(self):
        good = wasm.printing("hello\n")
        for length in range(8, len(good)):
            self.file("p.wasm", good[:length])
            result = self.run_it("p.wasm")
            self.assertIn(result.code, (0, 126), (length, result.err))
        self.refused(good[:6], "truncated")
        self.refused(good[:-3], "p.wasm")

    def test_component(self):
        self.refused(b"\0asm\x0d\0\1\0" + b"\0" * 8, "a component")

    def test_invalid_code(self):
        self.refused(wasm.module(wasm.const(1)), "p.wasm")

    def test_missing_imports(self):
        self.refused(wasm.module(imports=[("env", "gone", 0, 0)]), "env.gone")
        self.refused(wasm.module(imports=[(wasm.WASI, "fd_gone", 0, 0)]),
                     "fd_gone")
        self.refused(wasm.module(imports=[(wasm.WASI, "fd_write", 1, 1)]),
                     "fd_write")

    def test_contract(self):
        self.refused(wasm.module(imports=[(DATASETS, "gone", 0, 0)]),
                     "no such function")
        self.refused(
            wasm.module(imports=[("wasi:data/datasets@0.2.0", "x", 0, 0)]),
            "this host knows version 0.1")
        self.refused(
            wasm.module(imports=[("wasi:data/gone@0.1.0", "x", 0, 0)]),
            "no interface")
        self.refused(
            wasm.module(imports=[("cm32p2|wasi:data/datasets@0.1", "x", 0, 0)]),
            "cm32p2|")
        read = (DATASETS, "read", 3, 0)
        self.refused(wasm.module(imports=[read]), "cabi_realloc")

    def test_missing_start(self):
        self.refused(wasm.module(exports=["main"]), "exports no _start")

    def test_explain_of_no_action(self):
        self.file("p.wasm", wasm.exiting(3))
        self.check(["explain", "p.wasm"], 125, "exit code 3",
                   "no plan to explain")


class Traps(Case):
    def test_trap(self):
        self.file("p.wasm", wasm.module(wasm.UNREACHABLE))
        result = self.check(["p.wasm"], 134, "wasi-data: trap: ", "unreachable")
        # The backtrace is indented.
        self.assertTrue(any(line.startswith("    ")
                            for line in result.err.splitlines()), result.err)

    def test_out_of_bounds(self):
        self.file("p.wasm", wasm.module(wasm.store(1 << 30, wasm.const(1))))
        self.check(["p.wasm"], 134, "out of bounds")

    def test_endless_recursion(self):
        self.file("p.wasm", wasm.module(wasm.call(0)))
        self.check(["p.wasm"], 134, "stack")

    def test_forged_handle(self):
        self.file("p.wasm", wasm.module(
            wasm.const(77) + wasm.const(0) + wasm.call(0),
            [(DATASETS, "[method]dataset.schema", 2, 0)],
            [("cabi_realloc", 4, 1, wasm.const(1024))]))
        self.check(["p.wasm"], 134, "77")

    def test_memory_limit(self):
        grow = wasm.loop(wasm.const(16), wasm.GROW, wasm.const(0), b"\x4e",
                         wasm.branch_if())
        self.file("p.wasm", wasm.module(grow + wasm.UNREACHABLE))
        self.check(["--memory-limit", "4MiB", "p.wasm"], 134,
                   "refused to grow", "4194304")
        # A program may take it well.
        self.file("q.wasm", wasm.module(grow))
        self.check(["--memory-limit", "4MiB", "q.wasm"], 0)

    def test_limit_below_the_start(self):
        self.file("p.wasm", wasm.module(pages=100))
        self.check(["--memory-limit", "1MiB", "p.wasm"], 124, "6553600",
                   "1048576")


class Stopping(Case):
    def spins(self):
        return {"loop": ([], SPIN), "memory": ([], SPIN_IN_MEMORY),
                "interruptible": (["--interruptible"], SPIN)}.items()

    def test_timeout(self):
        for name, (options, content) in self.spins():
            with self.subTest(name):
                self.file("p.wasm", content)
                begin = time.monotonic()
                self.check([*options, "--timeout", "400ms", "p.wasm"], 124,
                           "wasi-data: timed out after 400ms\n")
                self.assertGreater(time.monotonic() - begin, 0.39)

    def test_enough_time(self):
        self.file("p.wasm", wasm.exiting(5))
        self.check(["--timeout", "1h", "p.wasm"], 5)

    def stopped_by(self, number, options, content):
        self.file("p.wasm", content)
        process = self.start(*options, "p.wasm")
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        time.sleep(2 if SANITIZED else 0.4)
        process.send_signal(number)
        out, error = process.communicate(timeout=30)
        return process.returncode, out + error

    def test_signals(self):
        for name, (options, content) in self.spins():
            for number, code, words in (
                    (signal.SIGINT, 130, b"interrupted"),
                    (signal.SIGTERM, 143, b"terminated"),
                    (signal.SIGHUP, 129, b"hung up")):
                with self.subTest(name, signal=number):
                    self.assertEqual(
                        self.stopped_by(number, options, content),
                        (code, b"wasi-data: " + words + b"\n"))

    def test_ignored_signal_stays_ignored(self):
        self.file("p.wasm", SPIN)
        process = subprocess.Popen(
            ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", BIN, "--timeout",
             "2s", "p.wasm"], cwd=self.folder, env=self.environment,
            stderr=subprocess.PIPE)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, 124, error)

    def test_second_signal_does_not_wait(self):
        self.file("p.wasm", SPIN)
        process = self.start("p.wasm")
        time.sleep(2 if SANITIZED else 0.4)
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=30)[1]
        self.assertEqual(process.returncode, 130)
        self.assertEqual(error, b"wasi-data: interrupted\n")


JOBS = BUILD / "tests" / "guests" / "jobs.wasm"


@unittest.skipUnless(JOBS.exists(), "guests are not built here")
class Jobs(Case):
    """A program with data sets: tests/guests/jobs.c."""

    def setUp(self):
        super().setUp()
        self.sinks = self.folder / "sinks"
        self.sinks.mkdir()
        self.sink = ["--sink", f"out={self.sinks}/out.csv"]

    def left(self):
        return sorted(path.name for path in self.sinks.iterdir())

    def test_show(self):
        self.check(["--format", "csv", str(JOBS), "show", "2", "nothing"], 0,
                   out="main begins\nid,value\n0,0\n1,1\n")

    def test_write(self):
        self.check([*self.sink, str(JOBS), "write", "9000", "nothing"], 0,
                   out="main begins\n")
        self.assertEqual(self.left(), ["out.csv"])
        lines = (self.sinks / "out.csv").read_text().splitlines()
        self.assertEqual(len(lines), 9001)

    def test_exit_code_cancels_writes(self):
        # Lambdas that never end: the program's end does not wait for them.
        for how in ("loop", "touch"):
            begin = time.monotonic()
            self.check([*self.sink, str(JOBS), "leave", "9000", how, "3"], 3,
                       out="main begins\n")
            self.assertLess(time.monotonic() - begin, 20)
            self.assertEqual(self.left(), [])

    def test_lambda_that_fails(self):
        for where in ("write", "leave", "show"):
            for how, words in (("fail", "row 5000 is not to its taste"),
                               ("trap", "unreachable")):
                self.check([*self.sink, str(JOBS), where, "9000", how], 125,
                           "map lambda", words, "misbehave", out=None)
                self.assertEqual(self.left(), [])

    def test_old_output_stays(self):
        (self.sinks / "out.csv").write_text("old")
        for how in ("fail", "trap"):
            self.check([*self.sink, str(JOBS), "leave", "9000", how], 125,
                       out=None)
        self.check(["--timeout", "500ms", *self.sink, str(JOBS), "leave",
                    "9000", "loop"], 124, out=None)
        self.assertEqual(self.left(), ["out.csv"])
        self.assertEqual((self.sinks / "out.csv").read_text(), "old")

    def test_stopped(self):
        """No partial output, no temporary file."""
        for how in ("loop", "touch"):
            for where in ("write", "leave", "show"):
                with self.subTest(how, where=where):
                    self.check(["--timeout", "800ms", *self.sink, str(JOBS),
                                where, "9000", how], 124,
                               "timed out after 800ms", out=None)
                    self.assertEqual(self.left(), [])
                    process = self.start(*self.sink, str(JOBS), where, "9000",
                                         how)
                    time.sleep(3 if SANITIZED else 0.6)
                    process.send_signal(signal.SIGINT)
                    out, error = process.communicate(timeout=30)
                    self.assertEqual(process.returncode, 130, error)
                    self.assertEqual(error, b"wasi-data: interrupted\n")
                    self.assertEqual(self.left(), [])

    def test_interruptible(self):
        """Clean even in loops without memory: in far less than 300 ms."""
        self.check(["--interruptible", "--timeout", "800ms", *self.sink,
                    str(JOBS), "write", "9000", "loop"], 124, out=None)
        self.assertEqual(self.left(), [])

    def test_tables(self):
        self.check([str(JOBS), "table", "1", "nothing"], 125,
                   "table 't' is not granted", out=None)
        self.check(["--table", "t=gone.csv", str(JOBS), "table", "1",
                    "nothing"], 125, "gone.csv", out=None)
        self.file("t.csv", b"a,b\n1,x\n")
        self.check(["--table", "t=t.csv", "--format", "jsonl", str(JOBS),
                    "table", "1", "nothing"], 0,
                   out='main begins\n{"a":1,"b":"x"}\n')
        self.check([str(JOBS), "write", "1", "nothing"], 125,
                   "sink 'out' is not granted", out=None)

    def test_closed_pipe(self):
        process = self.start("--format", "csv", str(JOBS), "show", "2000000",
                             "nothing")
        process.stdout.read(10)
        process.stdout.close()
        error = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(60), 125)
        self.assertIn("output is closed", error)

    def test_explain(self):
        plan = self.check(["explain", str(JOBS), "show", "9", "nothing"], 0,
                          out=None).out
        self.assertIn("range 0 to 9", plan)
        self.assertNotIn("main begins", plan)
        dot = self.check(["explain", "--format=dot", str(JOBS), "show", "9",
                          "nothing"], 0, out=None).out
        self.assertTrue(dot.startswith("digraph"))
        sql = self.check(["explain", "--format=sql", *self.sink, str(JOBS),
                          "write", "9", "nothing"], 0, out=None).out
        self.assertIn("SELECT", sql)
        self.assertEqual(self.left(), [])
        self.check(["explain", "--format", "xml", str(JOBS), "show", "9",
                    "nothing"], 125, "text, json, dot, mermaid, html, sql")
        self.check(["explain", "--job", "2", "--quiet", str(JOBS), "show", "9",
                    "nothing"], 125, "action number 2", out=None)

    def test_log(self):
        self.check([str(JOBS), "show", "9000", "log"], 0, "row 5000", "seen",
                   out=None)

    def test_progress_as_json(self):
        result = self.run_it("--progress", "json", "--timeout", "5s",
                             *self.sink, str(JOBS), "write", "9000", "touch")
        self.assertEqual(result.code, 124)
        lines = [json.loads(line) for line in result.err.splitlines()
                 if line.startswith("{")]
        self.assertGreater(len(lines), 2)
        for line in lines:
            self.assertEqual(sorted(line), ["elapsed", "fraction", "job",
                                            "rows_in", "rows_out"])
            self.assertEqual(line["job"], 1)

    def test_progress_bar(self):
        """On a terminal, and nothing of it stays."""
        leader, follower = pty.openpty()
        process = subprocess.Popen(
            [BIN, "--timeout", "5s", *self.sink, str(JOBS), "write", "9000",
             "touch"], cwd=self.folder, stdout=follower, stderr=follower,
            env=dict(self.environment, NO_COLOR="1"))
        os.close(follower)
        text = b""
        while select.select([leader], [], [], 30)[0]:
            try:
                piece = os.read(leader, 4096)
            except OSError:
                break
            if not piece:
                break
            text += piece
        os.close(leader)
        self.assertEqual(process.wait(30), 124)
        self.assertIn(b"main begins\r\n", text)
        self.assertIn(b"job 1", text)
        shown = re.sub(rb"[^\r\n]*\r\x1b\[K", b"", text).decode()
        self.assertEqual(shown.splitlines()[:2],
                         ["main begins", "wasi-data: timed out after 5s"])
        self.assertNotIn("job 1", shown)


class Inspecting(Case):
    def test_text(self):
        self.file("p.wasm", wasm.printing("x"))
        result = self.check(["inspect", "p.wasm"], 0, out=None)
        lines = result.out.splitlines()
        self.assertEqual(lines[0], "p.wasm: can run")
        self.assertIn("  wasi_snapshot_preview1 fd_write "
                      "(i32 i32 i32 i32) -> i32", lines)
        self.assertIn("  _start () -> ()", lines)
        self.assertIn("memory: 64.0 KiB at the start, no maximum", lines)
        self.assertIn("mutable globals: 0", lines)

    def test_json(self):
        self.file("p.wasm", wasm.module(
            imports=[("env", 'a"b\\c', 1, 1)], pages=2, maximum=3,
            functions=[("wasi:data/lambdas@0.1.0#gone", 0, 0, b"")]))
        result = self.run_it("inspect", "--format=json", "p.wasm")
        self.assertEqual(result.code, 126)
        told = json.loads(result.out)
        self.assertIs(told["runs"], False)
        self.assertEqual(told["file"], "p.wasm")
        self.assertEqual(told["memory"], {"minimum": 131072, "maximum": 196608})
        self.assertEqual(told["imports"], [{
            "module": "env", "name": 'a"b\\c', "kind": "function",
            "signature": "(i32) -> i32"}])
        self.assertIn("nobody provides", told["errors"][0])
        self.assertTrue(any("#gone" in note for note in told["notes"]))
        self.assertIn({"name": "memory", "kind": "memory", "signature": None},
                      told["exports"])

    def test_lambdas(self):
        """Parts of an interface, and functions of another shape, are odd."""
        allocate = ("cabi_realloc", 4, 1, wasm.const(1024))
        self.file("p.wasm", wasm.module(
            imports=[("wasi:data/context@0.1.0", "partition", 0, 1)],
            functions=[allocate, ("wasi:data/lambdas@0.1.0#map", 1, 1,
                                  wasm.const(0))]))
        result = self.check(["inspect", "p.wasm"], 0, out=None)
        self.assertIn("note: it exports lambdas without bind", result.out)
        self.assertIn("the host calls it as", result.out)

    def test_wrong_form(self):
        self.file("p.wasm", wasm.exiting(0))
        self.check(["inspect", "--format", "xml", "p.wasm"], 125, "text, json")


class Cache(Case):
    def test_compile(self):
        self.file("p.wasm", wasm.exiting(9))
        result = self.check(["compile", "p.wasm"], 0, "compiled in ", out=None)
        path = pathlib.Path(result.out.rstrip("\n"))
        self.assertTrue(path.is_file())
        self.assertEqual(path.parent, self.folder / "cache")
        other = self.check(["compile", "--interruptible", "--quiet", "p.wasm"],
                           0, out=None)
        self.assertNotEqual(result.out, other.out)
        self.check(["p.wasm"], 9)
        self.assertEqual(len(list(path.parent.iterdir())), 2)
        self.check(["cache"], 0, out=f"{self.folder}/cache\n")
        size = self.check(["cache", "size"], 0, out=None)
        self.assertRegex(size.out, r"\A2 files, [0-9.]+ KiB\n\Z")
        (path.parent / "other").write_text("not ours")
        removed = self.check(["cache", "clear"], 0, out=None)
        self.assertEqual(removed.out, "removed " + size.out)
        self.assertEqual([file.name for file in path.parent.iterdir()],
                         ["other"])
        self.check(["cache", "size"], 0, out="0 files, 0 B\n")

    def test_no_cache(self):
        self.file("p.wasm", wasm.exiting(9))
        self.check(["--cache", "none", "p.wasm"], 9)
        self.assertFalse((self.folder / "cache").exists())
        self.check(["compile", "--cache", "none", "p.wasm"], 125,
                   "no cache folder")
        self.check(["cache", "--cache", "none"], 125, "no cache folder")
        self.check(["cache", "size", "--cache", "gone"], 0,
                   out="0 files, 0 B\n")

    def test_folder_by_option(self):
        self.file("p.wasm", wasm.exiting(9))
        self.check(["--cache", "here", "p.wasm"], 9)
        self.assertEqual(len(list((self.folder / "here").iterdir())), 1)

    def test_cache_that_fails_is_no_error(self):
        self.file("p.wasm", wasm.exiting(9))
        self.file("file", b"")
        self.check(["--cache", "file/x", "p.wasm"], 9)
        self.check(["compile", "--cache", "file/x", "p.wasm"], 125, "file/x")


if __name__ == "__main__":
    unittest.main(verbosity=2)
