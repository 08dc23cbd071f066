"""More of the tests of other suites on Spark than test_spark.py runs."""

import os
import subprocess
import unittest

import script
import test_aggregates
import test_expressions_casts
import test_expressions_numbers
import test_joins
import test_setops
import test_shapes
from spark_server import Spark
from spark_suite import LAMBDAS, begin, end, shared

SERVER = None


def setUpModule():
    global SERVER
    SERVER = begin()


def tearDownModule():
    end(SERVER)


Distinct = shared(__name__, test_shapes.Distinct, only=["on_columns"])
Sets = shared(__name__, test_setops.Sets, lambdas_around=LAMBDAS, counts_call_lambdas=LAMBDAS)
Using = shared(__name__, test_joins.Using)
Pivots = shared(__name__, test_aggregates.Pivots)
GroupingSets = shared(__name__, test_aggregates.GroupingSets)
Floats = shared(__name__, test_expressions_numbers.Floats)
# Of a time that does not fit Spark has messages of its own.
Units = shared(__name__, test_expressions_casts.Units,
               only=["times", "times_of_timestamps", "refused"])
Samples = shared(__name__, test_shapes.Samples, lambdas_around=LAMBDAS)
Unpivots = shared(__name__, test_shapes.Unpivots, lambdas_around=LAMBDAS)


class Token(unittest.TestCase):
    """A server of Spark's own that wants to know who asks."""

    @classmethod
    def setUpClass(cls):
        cls.server = Spark(spark_connect_authenticate_token="open sesame")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, parameters="", **environment):
        return subprocess.run(
            [script.BIN, "run", "--quiet", "--engine",
             f"{self.server.url}/;use_ssl=false{parameters}", str(script.GUEST),
             "range", "0", "3", "1", "count"],
            env=dict(os.environ, WASI_DATA_CACHE=script.CACHE, **environment),
            capture_output=True, text=True, timeout=120)

    def test_right(self):
        done = self.ask(SPARK_CONNECT_AUTHENTICATE_TOKEN="open sesame")
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "3\n", ""))
        done = self.ask(";token=open%20sesame")
        self.assertEqual((done.returncode, done.stdout), (0, "3\n"))

    def test_none_and_wrong(self):
        for more, part in (("", "No authentication token"),
                           (";token=sesame", "Invalid authentication token")):
            done = self.ask(more)
            self.assertEqual((done.returncode, done.stdout), (125, ""))
            self.assertIn(part, done.stderr)
            self.assertNotIn("sesame", done.stderr)


if __name__ == "__main__":
    unittest.main()
