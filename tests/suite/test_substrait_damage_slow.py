"""What test_substrait_damage.py does, a million times."""

import unittest

import test_substrait_damage


class Damage(test_substrait_damage.Damage):
    times = 1_000_000


if __name__ == "__main__":
    unittest.main(verbosity=2)
