"""Every row of docs/operations.md and docs/partitions.md on every type of
docs/types.md, from every language: see test_operations.py."""

import unittest

import test_operations
from operations import TYPES


def setUpModule():
    test_operations.setUpModule()


class Every(test_operations.Operations):
    def test_every_type(self):
        self.every_language(TYPES)


if __name__ == "__main__":
    unittest.main()
