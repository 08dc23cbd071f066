"""The golden programs and examples in C, by their plans (the other languages,
and more inputs: test_substrait_programs_slow.py)."""

import unittest

import test_golden
from substrait_programs import tell, trips

# Programs that make errors have no plans.
Joins = trips(test_golden.Joins, "test_no_match")
Aggregates = trips(test_golden.Aggregates, "test_many_groups", "test_no_rows")
Partitions = trips(test_golden.Partitions)
Types = trips(test_golden.Types)
Nested = trips(test_golden.Nested, "test_nothing_but_nulls", "test_empty")
Text = trips(test_golden.Text, "test_nulls_and_empty_texts_only",
             "test_no_rows")
Examples = trips(test_golden.Examples, "test_every_language_has_every_example",
                 "test_iterative")
for case in (Joins, Aggregates, Partitions, Types, Nested, Text, Examples):
    case.languages = ["c"]


def tearDownModule():
    tell()


if __name__ == "__main__":
    unittest.main(verbosity=2)
