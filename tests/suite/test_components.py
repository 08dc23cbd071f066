"""Every example program is a component of our contract, by the component
tooling of others: jco's. The host's own tables are held against it too.

Needs node and npm. Without them this fails; set WD_SKIP_COMPONENTS to skip.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SUITE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("WD_SOURCE") or SUITE.parents[1])
BUILD = pathlib.Path(os.environ.get("WD_BUILD") or SOURCE / "build")
CORE = {"i": "i32", "l": "i64", "f": "f32", "d": "f64"}


def components(files):
    """What components.mjs says of each file, by its path."""
    done = subprocess.run(
        ["node", str(SUITE / "components.mjs"),
         str(SOURCE / ".deps" / "components"), str(SOURCE / "wit"),
         *map(str, files)],
        capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"components.mjs failed:\n{done.stderr}")
    answers = map(json.loads, done.stdout.splitlines())
    return {answer["file"]: answer for answer in answers}


class Row:
    """An import or export, as the host's generated tables have it."""

    def __init__(self, interface, name, parameters, results):
        self.interface, self.name = interface, name
        self.parameters, self.results = parameters, results

    @property
    def module(self):
        return f"wasi:data/{self.interface}@0.1.0"

    def signature(self):
        return "".join(f" ({word} {' '.join(CORE[c] for c in letters)})"
                       for word, letters in (("param", self.parameters),
                                             ("result", self.results))
                       if letters)


def rows(macro):
    text = (SOURCE / "src/abi/wd_abi.gen.c").read_text(encoding="utf-8")
    return [Row(*found) for found in re.findall(
        r'\{' + macro + r'\(\s*"([^"]+)",\s*"([^"]+)"[^}]*?'
        r'CORE\("([ilfd]*)",\s*"([ilfd]*)"\)', text)]


def module(imports, exports, more=""):
    """The text of a module with these imports and exports."""
    lines = ["(module"]
    lines += [f'(import "{row.module}" "{row.name}" (func{row.signature()}))'
              for row in imports]
    lines += [more, '(memory (export "memory") 1)',
              '(func (export "cabi_realloc") (param i32 i32 i32 i32) '
              "(result i32) unreachable)"]
    for row in exports:
        name = f"{row.module}#{row.name}"
        lines.append(f'(func (export "{name}"){row.signature()} unreachable)')
        lines.append(f'(func (export "cabi_post_{name}") (param i32))')
    return "\n".join(lines + [")"])


def setUpModule():
    if os.environ.get("WD_SKIP_COMPONENTS"):
        raise unittest.SkipTest("WD_SKIP_COMPONENTS is set")
    done = subprocess.run([str(SOURCE / "scripts" / "deps"), "components"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(
            "the component tooling cannot be had (set WD_SKIP_COMPONENTS to "
            f"do without):\n{done.stderr}")


class Examples(unittest.TestCase):
    def test_examples(self):
        files = sorted((BUILD / "examples").rglob("*.wasm"))
        if not files:
            self.skipTest(f"no example program in {BUILD}/examples")
        for file, answer in components(files).items():
            with self.subTest(file):
                self.assertIsNone(answer["error"])


class Controls(unittest.TestCase):
    """That the check would notice, and that our tables are the contract."""

    def verdict(self, text):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "control.wat"
            file.write_text(text)
            return components([file])[str(file)]

    def refused(self, text, reason):
        error = self.verdict(text)["error"]
        self.assertIsNotNone(error, "was accepted")
        self.assertIn(reason, error)

    def setUp(self):
        self.imports = rows("IMPORT")
        self.exports = rows("EXPORT")
        self.lambdas = [row for row in self.exports
                        if row.interface == "lambdas"]

    def test_tables(self):
        """All that the host offers and calls, with the signatures that it
        believes in."""
        self.assertGreater(len(self.imports), 60)
        self.assertGreater(len(self.exports), 25)
        answer = self.verdict(module(self.imports, self.exports))
        self.assertIsNone(answer["error"])
        self.assertEqual(answer["world"], "host")

    def test_program(self):
        answer = self.verdict(module([], self.lambdas))
        self.assertIsNone(answer["error"])
        self.assertEqual((answer["world"], answer["command"]),
                         ("program", False))

    def test_command(self):
        answer = self.verdict(
            module([], self.lambdas, '(func (export "_start"))'))
        self.assertIsNone(answer["error"])
        self.assertTrue(answer["command"])

    def test_unknown_import(self):
        self.refused(module([Row("datasets", "raed", "iiiii", "")],
                            self.lambdas), "raed")

    def test_unknown_interface(self):
        self.refused(module([Row("datsets", "read", "iiiii", "")],
                            self.lambdas), "datsets")

    def test_wrong_import_signature(self):
        self.refused(module([Row("datasets", "read", "iiii", "")],
                            self.lambdas), "read")

    def test_wrong_export_signature(self):
        self.lambdas[1].parameters += "i"
        self.refused(module([], self.lambdas), self.lambdas[1].name)

    def test_missing_export(self):
        self.refused(module([], self.lambdas[1:]), self.lambdas[0].name)

    def test_foreign_import(self):
        self.refused(module([], self.lambdas,
                            '(import "env" "foo" (func))'), "env")


if __name__ == "__main__":
    unittest.main(verbosity=2)
