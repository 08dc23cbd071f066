"""Programs' plans, written and run again by the command, without the program's
main: the same rows, lambdas included, and written again the same bytes. What
they are compared with is what tests/suite/test_golden.py knows."""

import itertools
import os
import subprocess
import sys

from script import BIN, BUILD, ENGINE

import test_golden
from test_golden import CACHE, HERE, program

TRIPS = {"plans": 0, "shown": 0}


def run(*options, folder):
    return subprocess.run(
        [BIN, *options], cwd=folder, stdin=subprocess.DEVNULL, timeout=300,
        env=dict(os.environ, WASI_DATA_CACHE=CACHE), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, check=False)


class Trips(test_golden.Golden):
    """Its `runs` gives what the plans of the program's jobs give."""

    languages = HERE
    # What jobs fail with that their programs start to see that.
    failures = (b"cannot add", b"is no money")

    def runs(self, name, *arguments, tables=(), form="jsonl"):
        grants = [part for table, file in tables
                  for part in ("--table", f"{table}={file}")]
        outputs = [self.through(program(language, name), arguments, grants,
                                form) for language in self.languages]
        return outputs[0]

    def same(self, name, *options):
        """The same for an example."""
        outputs = [self.through(BUILD / "examples" / language / f"{name}.wasm",
                                options[-1], options[:-1], "csv")
                   for language in self.languages]
        return outputs[0]

    def plan(self, job, grants, wasm, arguments):
        """The bytes of a job's plan; None: there is no such job."""
        done = run("explain", "--format", "substrait", "--job", str(job),
                   *ENGINE, *grants, wasm, *arguments, folder=self.folder)
        if done.returncode and b"before its action number" in done.stderr:
            return None
        self.assertEqual((done.returncode, done.stderr), (0, b""), wasm)
        return done.stdout

    def query(self, data, grants, form):
        path = self.file("plan.pb", data)
        done = run("query", "--plan", path, "--format", form, *ENGINE, *grants,
                   folder=self.folder)
        if any(words in done.stderr for words in self.failures):
            self.assertEqual((done.returncode, done.stdout), (125, b""))
        else:
            self.assertEqual((done.returncode, done.stderr), (0, b""))
        again = run("explain", "--format", "substrait", "--plan", path,
                    *ENGINE, *grants, folder=self.folder)
        self.assertEqual((again.returncode, again.stderr), (0, b""))
        self.assertEqual(again.stdout, data, "written again as other bytes")
        return done.stdout

    def through(self, wasm, arguments, grants, form):
        """What the program prints, which must be what its plans give: those of
        jobs that it shows one after the other, those of others anything."""
        done = run("run", "--quiet", "--format", form, *ENGINE, *grants, wasm,
                   *arguments, folder=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, b""), wasm)
        rest, printed = done.stdout, b""
        for job in itertools.count(1):
            data = self.plan(job, grants, wasm, arguments)
            if data is None:
                break
            rows = self.query(data, grants, form)
            TRIPS["plans"] += 1
            place = rest.find(rows)
            # What the program prints itself may lie in between.
            if rows and place >= 0:
                TRIPS["shown"] += 1
                printed += rest[:place]
                rest = rest[place + len(rows):]
        printed += rest
        self.assertFalse([line for line in printed.splitlines()
                          if line.startswith(b"{")],
                         f"{wasm}: rows that no plan gave")
        return done.stdout.decode()


def trips(base, *left_out):
    """The tests of a class, but for some."""
    return type(base.__name__, (Trips, base),
                {"__module__": __name__, **dict.fromkeys(left_out)})


def tell():
    print(f"{TRIPS['plans']} plans of programs ran without them, "
          f"{TRIPS['shown']} of them with the rows that these show",
          file=sys.stderr)
