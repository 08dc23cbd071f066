"""Runs tests/guests/script.c, and reads what it prints."""

import atexit
import decimal
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("WD_SOURCE")
                      or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("WD_BUILD") or SOURCE / "build")
BIN = os.environ.get("WD_BIN") or str(BUILD / "bin" / "wasi-data")
SANITIZED = bool(os.environ.get("WD_SANITIZE"))
GUEST = BUILD / "tests/guests/script.wasm"
END = "."
NULL = r"\N"

# Products of any two decimals are exact.
decimal.getcontext().prec = 500

# Compiled code is shared by the runs of a suite, not with other builds.
CACHE = tempfile.mkdtemp(prefix="wasi-data-test-")
atexit.register(shutil.rmtree, CACHE, ignore_errors=True)

# The address of another engine than DuckDB that all programs shall run on.
ENGINE = (["--engine", os.environ["WD_ENGINE"]] if os.environ.get("WD_ENGINE")
          else [])

needs_guests = unittest.skipUnless(GUEST.exists(),
                                   "no C guests were built here")


class Failure(str):
    """The message of a step that failed after `attempt`."""


class Table:
    """What `collect` printed."""

    def __init__(self, fields):
        self.names = [name for name, _, _ in fields]
        self.types = [type for _, type, _ in fields]
        self.nullable = [nullable for _, _, nullable in fields]
        self.rows = []

    def column(self, index=0):
        return [row[index] for row in self.rows]


def encode(value, type):
    """A value as `create` reads it."""
    if value is None:
        return NULL
    if type.startswith("decimal"):
        scale = int(type.rstrip(")").rsplit(",", 1)[1])
        return str(int(decimal.Decimal(value).scaleb(scale)))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return repr(value) if value == value else "nan"
    return str(value)


def decode(value, type):
    if value is None or type in ("bool", "string"):
        return value
    if type == "binary":
        return bytes.fromhex(value)
    if type in ("f32", "f64"):
        return float.fromhex(value)
    if type.startswith("decimal"):
        scale = int(type.rstrip(")").rsplit(",", 1)[1])
        return decimal.Decimal(value).scaleb(-scale)
    return int(value)


def create(schema, rows):
    """The step that makes rows of (name, type) pairs."""
    text = ", ".join(f'"{name}": {type}' for name, type in schema)
    values = [encode(value, type) for row in rows
              for value, (_, type) in zip(row, schema)]
    return ["create", text, *values, END]


def start(steps, options=(), folder=None, **more):
    environment = dict(os.environ, WASI_DATA_CACHE=CACHE)
    return subprocess.run(
        [BIN, "run", "--quiet", *ENGINE, *map(str, options), str(GUEST),
         *map(str, steps)],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL,
        stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE,
        timeout=600, **more)


def has_lists():
    """Whether columns may be lists in this build."""
    return GUEST.exists() and start(
        ["range", 0, 1, 1, "measure", "list(id) as l", END, "explode", "l",
         "inner", "", "count"]).returncode == 0


def read(text):
    """What was printed: a list of Table, Failure and other lines."""
    seen = []
    for line in text.split("\n")[:-1]:
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if isinstance(value, dict) and "error" in value:
            seen.append(Failure(value["error"]))
        elif isinstance(value, list) and (not value or
                                          isinstance(value[0], list)):
            seen.append(Table(value))
        elif isinstance(value, list) and not (seen and isinstance(seen[-1],
                                                                  Table)):
            seen.append(tuple(value))
        elif isinstance(value, list):
            table = seen[-1]
            table.rows.append(tuple(map(decode, value, table.types)))
        else:
            seen.append(line)
    return seen


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, content):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content)
        return path

    def play(self, *steps, options=()):
        """All that a script prints that succeeds."""
        done = start(steps, options, self.folder)
        error = done.stderr.decode()
        self.assertEqual((done.returncode, error), (0, ""), steps[-12:])
        return read(done.stdout.decode())

    def collect(self, *steps, options=()):
        """The one table of a script that ends in `collect`."""
        table, = self.play(*steps, "collect", options=options)
        return table

    def fails(self, steps, *parts, options=(), out="", code=125):
        """Exit code 125, a message with these parts, no other output."""
        done = start(steps, options, self.folder)
        error = done.stderr.decode()
        self.assertEqual(done.returncode, code, error)
        for part in parts:
            self.assertIn(part, error)
        if out is not None:
            self.assertEqual(done.stdout.decode(), out)
        return error
