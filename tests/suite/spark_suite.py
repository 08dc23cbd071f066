"""Tests of other suites, run on Spark."""

import unittest

import oracle
import script
from script import BUILD
from spark_server import Spark

# What lambdas need; without a JDK and Maven the build skips it and says so.
JAR = BUILD / "spark" / "wasi-data-spark.jar"

LAMBDAS = "lambdas need"


def begin(**settings):
    """A server, on which all programs run from then on."""
    server = Spark(**settings)
    script.ENGINE[:] = ["--engine", server.url]
    return server


def begin_with_jar():
    """The same, with the adapter for lambdas."""
    if not JAR.exists():
        raise unittest.SkipTest(f"{JAR} was not built here: it needs a JDK and "
                                "Maven")
    return begin(jar=JAR)


def end(server):
    server.stop()
    script.ENGINE.clear()


def refused(test, reason):
    """The same test, which the engine must refuse by name."""
    def wrapped(self):
        try:
            test(self)
        except AssertionError as failure:
            self.assertIn(reason, str(failure))
        else:
            self.fail("it is not refused any more: expect that it works")
    return wrapped


def carts_as_parquet(self, carts):
    """A table of the golden program `nested`: Spark reads no nested values from
    CSV."""
    pa = oracle.arrow()
    item = pa.struct([("name", pa.string()), ("sizes", pa.list_(pa.int64()))])
    pa.parquet.write_table(pa.table({
        "id": pa.array([cart["id"] for cart in carts], pa.int64()),
        "items": pa.array([cart["items"] for cart in carts], pa.list_(item)),
        "gift": pa.array([cart["gift"] for cart in carts], item),
        "tags": pa.array([cart["tags"] and list(cart["tags"].items())
                          if cart["tags"] is not None else None
                          for cart in carts],
                         pa.map_(pa.string(), pa.string())),
    }), self.folder / "carts.parquet")
    return "carts", "carts.parquet"


def shared(module, base, only=(), without=(), also=None, **reasons):
    """The tests of another suite on Spark, as a class of that module: only
    those, or all without those. Those that need what the engine does not have
    must be refused. `also`: more attributes."""
    tests = dict(also or {})
    for name in unittest.defaultTestLoader.getTestCaseNames(base):
        short = name.removeprefix("test_")
        if short in reasons:
            tests[name] = refused(getattr(base, name), reasons[short])
        if short in without or (only and short not in only):
            tests[name] = None
    return type(base.__name__, (base,), dict(tests, __module__=module))
