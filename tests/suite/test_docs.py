"""The guides: their programs are compiled and run as they stand, and print what
the page says."""

import re
import unittest

import test_sdk_cpp
from test_sdk_cpp import SOURCE, setUpModule  # noqa: F401

DOCS = SOURCE / "docs"


class Guides(unittest.TestCase):
    def test_guide(self):
        test_sdk_cpp.play(self, DOCS / "guide.md")

    def test_from_spark(self):
        test_sdk_cpp.play(self, DOCS / "from-spark.md")

    def test_from_pandas(self):
        test_sdk_cpp.play(self, DOCS / "from-pandas.md")

    def test_links(self):
        """Links of pages lead to files that are there."""
        for page in [SOURCE / "README.md", *DOCS.glob("*.md"),
                     *SOURCE.glob("sdk/*/README.md")]:
            # What stands in code is no link.
            text = re.sub(r"^```.*?^```$|`[^`]*`", "", page.read_text(),
                          flags=re.M | re.S)
            for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
                with self.subTest(page=page.name, link=link):
                    self.assertTrue((page.parent / link).exists())


if __name__ == "__main__":
    unittest.main()
