"""pyarrow, as an independent reader of what was written: a pinned wheel that
scripts/deps fetches. Import it in a suite, then call `arrow()`."""

import pathlib
import subprocess
import sys

from script import SOURCE


def arrow():
    """The module pyarrow with what suites use of it."""
    done = subprocess.run([str(SOURCE / "scripts" / "deps"), "oracle"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"scripts/deps oracle failed:\n{done.stderr}")
    folder = str(pathlib.Path(SOURCE) / ".deps" / "oracle")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import pyarrow
    import pyarrow.csv
    import pyarrow.dataset
    import pyarrow.parquet
    return pyarrow
