"""Plans cut at every byte, and damaged at random: refused with a reason, or
plans. The build with sanitizers sees what reads or writes where it must not."""

import sys
import unittest

from substrait_damaged import TOOL, damage


@unittest.skipUnless(TOOL.exists(), "the tools of the tests were not built")
class Damage(unittest.TestCase):
    times = 20_000

    def test_damaged(self):
        refused = damage(self, self.times)
        print(f"{refused} of {self.times} damaged plans are refused",
              file=sys.stderr)
        self.assertGreater(refused, self.times // 4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
