"""The guides: their programs are compiled and run as they stand, and print what
the page says."""

import os
import pathlib
import re
import tempfile
import unittest

import test_sdk_cpp
import test_sdk_go
import test_sdk_rust
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


class Nested(unittest.TestCase):
    """docs/nested.md: each part prints what stands before the first one."""

    @classmethod
    def setUpClass(cls):
        cls.first, *parts = re.split(r"^## ", (DOCS / "nested.md").read_text(),
                                     flags=re.M)
        cls.parts = {part.split("\n", 1)[0]: part for part in parts}

    def play(self, name, **environment):
        environment = {**os.environ, "SDK": str(SOURCE / "sdk"), **environment}
        environment["PATH"] = (f"{os.path.dirname(test_sdk_cpp.BIN)}:"
                               f"{environment['PATH']}")
        with tempfile.TemporaryDirectory() as folder:
            for kind, file, body in test_sdk_cpp.BLOCK.findall(
                    self.first + self.parts[name]):
                if file:
                    pathlib.Path(folder, file).write_text(body)
                elif kind == "text":
                    want = body
                else:
                    done = test_sdk_go.run("sh", "-e", "-c", body,
                                           environment=environment,
                                           folder=folder)
                    self.assertEqual(done.returncode, 0,
                                     body + done.stdout + done.stderr)
                    if name == "Rust":
                        test_sdk_rust.share(pathlib.Path(folder, "nest"))
            self.assertEqual(done.stdout, want)

    def test_c(self):
        self.play("C")

    @unittest.skipUnless(test_sdk_go.GO, "go is missing")
    def test_go(self):
        self.play("Go", GOTOOLCHAIN="local", GOPROXY="off", GOWORK="off",
                  GOFLAGS="-mod=readonly")

    @unittest.skipUnless(test_sdk_rust.TOOLCHAINS, "no Rust guests here")
    def test_rust(self):
        program, rustc, target = test_sdk_rust.TOOLCHAINS[0]
        self.play("Rust", TARGET=target, RUSTC=rustc, CARGO_NET_OFFLINE="true",
                  PATH=f"{os.path.dirname(program)}:{os.environ['PATH']}")


if __name__ == "__main__":
    unittest.main()
