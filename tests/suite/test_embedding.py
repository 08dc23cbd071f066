"""The program of docs/embedding.md, compiled against the library and run."""

import os
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ["WD_SOURCE"])
BUILD = Path(os.environ["WD_BUILD"])
SANITIZE = os.environ.get("WD_SANITIZE", "")


def program():
    text = (SOURCE / "docs" / "embedding.md").read_text()
    return re.search(r"```c\n(.*?)```", text, re.S).group(1)


class Embedding(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        source = Path(cls.folder.name) / "embed.c"
        source.write_text(program())
        cls.command = str(source.with_suffix(""))
        flags = [f"-fsanitize={SANITIZE}"] if SANITIZE else []
        subprocess.run(
            ["cc", "-std=c17", "-Wall", "-Wextra", "-Werror", *flags,
             f"-I{SOURCE / 'include'}", str(source), f"-L{BUILD / 'lib'}",
             "-lwasidata", f"-Wl,-rpath,{BUILD / 'lib'}", "-o", cls.command],
            check=True)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_embedded(self, *arguments):
        return subprocess.run([self.command, *arguments], text=True,
                              capture_output=True, timeout=120)

    def test_runs_a_program(self):
        result = self.run_embedded(str(BUILD / "examples/c/hello.wasm"))
        self.assertEqual(result.stdout, "id,square\n1,1\n2,4\n3,9\n4,16\n5,25\n")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_grants_a_table(self):
        lines = Path(self.folder.name) / "lines.txt"
        lines.write_text("one two\nTwo\n")
        result = self.run_embedded(str(BUILD / "examples/c/wordcount.wasm"),
                                   f"lines={lines}")
        self.assertEqual(result.stdout, "word,count\ntwo,2\none,1\n")

    def test_an_error_has_a_text(self):
        result = self.run_embedded("no-such-file.wasm")
        self.assertIn("no-such-file.wasm", result.stderr)
        self.assertEqual(result.returncode, 125)


if __name__ == "__main__":
    unittest.main()
