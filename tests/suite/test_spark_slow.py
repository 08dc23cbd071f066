"""More of the tests of other suites on Spark than test_spark.py runs."""

import unittest

import test_aggregates
import test_expressions_numbers
import test_joins
import test_setops
import test_shapes
from spark_suite import LAMBDAS, TYPES, begin, end, shared

SERVER = None


def setUpModule():
    global SERVER
    SERVER = begin()


def tearDownModule():
    end(SERVER)


Sets = shared(__name__, test_setops.Sets, every_type=TYPES,
              types_are_widened=TYPES,
              lambdas_around=LAMBDAS, counts_call_lambdas=LAMBDAS)
Using = shared(__name__, test_joins.Using, every_type=TYPES)
Pivots = shared(__name__, test_aggregates.Pivots, types=TYPES)
GroupingSets = shared(__name__, test_aggregates.GroupingSets, every_type=TYPES)
Floats = shared(__name__, test_expressions_numbers.Floats)
Samples = shared(__name__, test_shapes.Samples, every_type=TYPES,
                 lambdas_around=LAMBDAS)
Unpivots = shared(__name__, test_shapes.Unpivots, every_type=TYPES,
                  lambdas_around=LAMBDAS)


if __name__ == "__main__":
    unittest.main()
