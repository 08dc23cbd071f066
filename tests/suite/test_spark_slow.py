"""More of the tests of other suites on Spark than test_spark.py runs."""

import unittest

import test_aggregates
import test_expressions_numbers
import test_joins
import test_setops
import test_shapes
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
Samples = shared(__name__, test_shapes.Samples, lambdas_around=LAMBDAS)
Unpivots = shared(__name__, test_shapes.Unpivots, lambdas_around=LAMBDAS)


if __name__ == "__main__":
    unittest.main()
