"""run.py FILE: runs a suite as `python3 FILE` does, but exits with 77 when every
test of it was skipped, so that ctest does not show as passed what did not run."""
import pathlib
import sys
import unittest

SKIPPED = 77

name = pathlib.Path(sys.argv[1]).stem
program = unittest.main(name, argv=sys.argv[1:], exit=False)
result = program.result
if not result.wasSuccessful():
    sys.exit(1)
sys.exit(SKIPPED if len(result.skipped) >= result.testsRun else 0)
