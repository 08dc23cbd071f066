"""The glue in src/abi belongs to the texts in wit/."""

import importlib.machinery
import importlib.util
import os
import pathlib
import re
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("WD_SOURCE")
                      or pathlib.Path(__file__).resolve().parents[2])


def generator():
    """scripts/wit-generate as a module."""
    path = str(SOURCE / "scripts" / "wit-generate")
    loader = importlib.machinery.SourceFileLoader("wit_generate", path)
    spec = importlib.util.spec_from_loader("wit_generate", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


class Wit(unittest.TestCase):
    def test_hash(self):
        text = (SOURCE / "src/abi/wd_abi.gen.h").read_text(encoding="utf-8")
        found = re.search(r'WD_ABI_WIT_HASH\s+\\?\s*"([0-9a-f]{64})"', text)
        self.assertIsNotNone(found, "wd_abi.gen.h carries no hash")
        self.assertEqual(
            found[1], generator().wit_hash(),
            "wit/ was changed: run scripts/wit-generate")

    def test_hash_is_of_meaning(self):
        """Comments and blanks may change, everything else counts."""
        wit_hash = generator().wit_hash
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            file = folder / "a.wit"
            file.write_text("package a:b;\n/// x\ninterface c {}\n")
            first = wit_hash(folder)
            file.write_text("package a:b; /* y */ interface c {}")
            self.assertEqual(first, wit_hash(folder))
            file.write_text("package a:b; interface d {}")
            self.assertNotEqual(first, wit_hash(folder))

    def test_every_item_is_documented(self):
        """A `///` stands above (or above the @since of) each item."""
        item = re.compile(r"\s*(?:(?:interface|world|record|enum|variant|flags|"
                          r"resource|type) [%a-z]|%?[a-z][a-z0-9-]*"
                          r"(?:: |,$|\(.*\),$))")
        for path in sorted((SOURCE / "wit").glob("*.wit")):
            lines = path.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines):
                if not item.match(line):
                    continue
                above = lines[number - 1].strip()
                if above.startswith("@since"):
                    above = lines[number - 2].strip()
                self.assertTrue(above.startswith("///"),
                                f"{path.name}:{number + 1}: {line.strip()}")

    def test_spilled_parameters_are_refused(self):
        """More than 16 flat parameters would go by memory: another ABI."""
        module = generator()

        def contract(count):
            function = {"name": "f", "params": [
                {"name": f"p{i}", "type": "u32"} for i in range(count)]}
            return module.Contract({
                "packages": [{"name": "wasi:data@0.1.0"}], "types": [],
                "interfaces": [{"name": "x", "types": {},
                                "functions": {"f": function}}],
                "worlds": [{"name": "host", "exports": {}, "imports": {
                    "x": {"interface": {"id": 0}}}}]})

        self.assertEqual(contract(16).imports[0].flat, "i" * 16)
        with self.assertRaises(module.Refused):
            contract(17)


if __name__ == "__main__":
    unittest.main(verbosity=2)
