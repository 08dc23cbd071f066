"""What needs wasm-tools: the glue made again, and its core signatures against
those of wasm-tools' own module of the world `host`."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from test_wit import SOURCE, generator  # noqa: E402

GENERATE = generator()
TOOL = GENERATE.wasm_tools()
CORE = {"i": "i32", "l": "i64", "f": "f32", "d": "f64"}


def spelled(letters):
    return " ".join(CORE[letter] for letter in letters)


def dummy_signatures():
    """(module, field) of imports and (None, field) of exports to
    (parameters, results), as in the text of wasm-tools' dummy module."""
    text = subprocess.run(
        [TOOL, "component", "embed", str(SOURCE / "wit"), "-w",
         GENERATE.WORLD, "--dummy-names", "legacy", "-t"],
        capture_output=True, text=True, check=True).stdout

    def signature(rest):
        found = []
        for word in ("param", "result"):
            match = re.search(rf"\({word} ([^)]*)\)", rest)
            found.append(match[1] if match else "")
        return tuple(found)

    functions, signatures = [], {}
    for line in text.splitlines():
        imported = re.match(r'\s*\(import "([^"]+)" "([^"]+)" \(func(.*)', line)
        if imported:
            signatures[imported[1], imported[2]] = signature(imported[3])
            functions.append(None)
        elif re.match(r"\s*\(func ", line):
            functions.append(signature(line))
    for match in re.finditer(r'\(export "([^"]+)" \(func (\d+)\)\)', text):
        signatures[None, match[1]] = functions[int(match[2])]
    return signatures


@unittest.skipUnless(TOOL, "wasm-tools is missing: set WD_WASM_TOOLS, or "
                     "install it to .deps/wasm-tools")
class Regenerated(unittest.TestCase):
    def test_glue_is_as_generated(self):
        done = subprocess.run(
            [sys.executable, str(SOURCE / "scripts/wit-generate"), "--check"],
            env={**os.environ, "WD_WASM_TOOLS": TOOL}, text=True,
            capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_signatures(self):
        contract = GENERATE.Contract(GENERATE.resolve())
        theirs = dummy_signatures()
        for function in contract.imports + contract.exports:
            module = None if function.exported else function.module
            key = (module, function.core_name)
            with self.subTest(function.label):
                self.assertEqual(theirs.pop(key), (spelled(function.flat),
                                                   spelled(function.results)))
        rest = [key for key in theirs
                if key[0] or key[1].startswith("wasi:data")]
        self.assertEqual(rest, [], "not in our tables")

    def test_every_world_resolves(self):
        for world in GENERATE.resolve()["worlds"]:
            with self.subTest(world["name"]):
                subprocess.run(
                    [TOOL, "component", "embed", str(SOURCE / "wit"), "-w",
                     world["name"], "--dummy", "-t"],
                    capture_output=True, check=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
