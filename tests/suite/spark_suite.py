"""Tests of other suites, run on Spark."""

import unittest

import script
from spark_server import Spark

TYPES = "does not carry the type u8"
LAMBDAS = "does not have lambdas"


def begin():
    """A server, on which all programs run from then on."""
    server = Spark()
    script.ENGINE[:] = ["--engine", server.url]
    return server


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


def shared(module, base, **reasons):
    """The tests of another suite on Spark, as a class of that module. Those
    that need what the engine does not have must be refused."""
    tests = {}
    for name in unittest.defaultTestLoader.getTestCaseNames(base):
        short = name.removeprefix("test_")
        if short in reasons:
            tests[name] = refused(getattr(base, name), reasons[short])
    return type(base.__name__, (base,), dict(tests, __module__=module))
