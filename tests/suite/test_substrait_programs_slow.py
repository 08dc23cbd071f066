"""The golden programs and examples of all languages, by their plans."""

import unittest

import test_golden
from substrait_programs import tell, trips

Joins = trips(test_golden.Joins)
Aggregates = trips(test_golden.Aggregates)
Partitions = trips(test_golden.Partitions)
Types = trips(test_golden.Types)
Nested = trips(test_golden.Nested)
Text = trips(test_golden.Text)
Examples = trips(test_golden.Examples)


def tearDownModule():
    tell()


if __name__ == "__main__":
    unittest.main(verbosity=2)
