"""docs/bindings.md: which SDK binds what of the contract. The table has every
function of wit/, and says of each SDK what its sources say."""

import os
import pathlib
import re
import unittest

SOURCE = pathlib.Path(os.environ["WD_SOURCE"])
PAGE = SOURCE / "docs/bindings.md"
LANGUAGES = ("C", "C++", "Go", "Rust")


def contract():
    """The core names of all functions, as they stand in wit/."""
    names = []
    for file in ("datasets", "jobs", "functions", "context", "lambdas",
                 "roles"):
        interface = resource = None
        for line in (SOURCE / f"wit/{file}.wit").read_text().splitlines():
            if found := re.match(r"interface ([\w-]+) \{", line):
                interface, resource = found[1], None
            elif found := re.match(r"    resource ([\w-]+) \{", line):
                resource = found[1]
            elif line == "    }":
                resource = None
            elif found := re.match(r"\s+%?([\w-]+): func\(", line):
                method = f"[method]{resource}.{found[1]}" if resource \
                    else found[1]
                names.append((interface, method))
    return names


def text_of(folder, *endings):
    root = SOURCE / "sdk" / folder
    return "\n".join(
        path.read_text() for ending in endings
        for path in sorted(root.rglob(f"*{ending}"))
        if not {"target", "testdata", "check"}
        & set(path.relative_to(root).parts))


def c_names():
    """What the C SDK imports and exports: macros put some of the names
    together, METHOD(name, "dataset", "limit")."""
    text = re.sub(r"\\\n\s*", " ", text_of("c", ".h", ".c"))
    words = set(re.findall(r'"([\w\[\]. -]+)"', text))
    names = set()
    for interface, method in contract():
        kind, _, bare = method.removeprefix("[method]").rpartition(".")
        if method in words or kind and re.search(
                rf'"?{kind}"?,\s*"?{re.escape(bare)}"', text):
            names.add((interface, method))
    return names


def go_names():
    text = text_of("go", ".go")
    found = set(re.findall(r"//go:wasmimport wasi:data/([\w-]+)@\S+ (\S+)",
                           text))
    return found | set(re.findall(r"//go:wasmexport wasi:data/([\w-]+)@[\d.]+#(\S+)",
                                  text))


def rust_names():
    imports = (SOURCE / "sdk/rust/src/imports.rs").read_text()
    exports = (SOURCE / "sdk/rust/src/export.rs").read_text()
    words = set(re.findall(r'= "([^"]+)"', imports))
    names = {(i, m) for i, m in contract() if m in words}
    return names | set(re.findall(r'^    "([\w-]+)" "([\w-]+)" fn', exports,
                                  re.M))


class Bindings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.rows = {}
        for line in PAGE.read_text().splitlines():
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if len(cells) == 2 + len(LANGUAGES) and "`" in cells[0]:
                key = tuple(cell.strip("`") for cell in cells[:2])
                cls.rows[key] = dict(zip(LANGUAGES, cells[2:]))

    def test_every_function_has_a_row(self):
        self.assertEqual(sorted(self.rows), sorted(set(contract())))
        self.assertGreater(len(self.rows), 90)

    def test_what_is_bound(self):
        """`-` where there is nothing, else how it is called."""
        for language, names in (("C", c_names()), ("Go", go_names()),
                                ("Rust", rust_names())):
            for key, row in self.rows.items():
                with self.subTest(language, function=key):
                    self.assertEqual(row[language] != "–", key in names)

    def test_cpp_has_what_c_has(self):
        """It calls the C SDK; what it has of its own is in its headers."""
        text = text_of("cpp", ".hpp")
        for key, row in self.rows.items():
            with self.subTest(function=key):
                if row["C"] == "–":
                    self.assertEqual(row["C++"], "–")
                for name in re.findall(r"`([\w:]+)`", row["C++"]):
                    self.assertIn(name.removeprefix("wd::").split("::")[-1],
                                  text)

    def test_names_are_there(self):
        """The functions that the table names exist."""
        for language, text in (
                ("C", text_of("c", ".h")), ("Go", text_of("go", ".go")),
                ("Rust", text_of("rust", ".rs"))):
            for key, row in self.rows.items():
                for name in re.findall(r"`([\w.:]+)`", row[language]):
                    with self.subTest(language, function=key, name=name):
                        self.assertRegex(
                            text, rf"\b{re.split('[.:]+', name)[-1]}\b")


if __name__ == "__main__":
    unittest.main()
