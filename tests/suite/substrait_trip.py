"""Plans that are read, written and read again: the same rows, and from then on
the same bytes."""

import pathlib
import subprocess

from script import BIN
from substrait_schema import rows_of


def tool(verb, *options):
    return subprocess.run([BIN, verb, *options], capture_output=True,
                          check=False)


def written(plan, grants):
    """The bytes that a plan is written as; raises what was wrong with it."""
    done = tool("explain", "--format", "substrait", "--plan", str(plan),
                *grants)
    if done.returncode:
        raise AssertionError(f"write: {done.stderr.decode()}")
    return done.stdout


def trip(path, grants, rows, ordered):
    """What is wrong with the plan's round trip, or None. `rows`: what the plan
    gives, sorted unless they are ordered."""
    again = pathlib.Path(f"{path}.again")
    try:
        again.write_bytes(written(path, grants))
        done = tool("query", "--plan", str(again), "--format", "jsonl",
                    *grants)
        if done.returncode:
            return f"again: {done.stderr.decode()}"
        found = rows_of(done.stdout.decode())
        if not ordered:
            found.sort(key=str)
        if found != rows:
            return f"again  {found[:8]}\n  first  {rows[:8]}"
        if written(again, grants) != again.read_bytes():
            return "the second time other bytes are written"
    except AssertionError as error:
        return str(error)
    return None
