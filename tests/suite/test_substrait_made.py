"""What is made of definitions says what these say: our .proto file is read by
our own reader as protoc reads it, and the list of the standard's functions is
that of the pinned extensions."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from script import SOURCE
from substrait_schema import FILES, VERSIONS, fetch, serialized

sys.path.insert(0, str(SOURCE / "scripts"))
import proto  # noqa: E402

OURS = SOURCE / "proto/wasi_data.proto"
REPEATED = 3


def standard():
    """The standard's files in compiled form, as protoc takes them."""
    fetch("protobuf")
    folder = fetch("substrait") / VERSIONS[0]
    from google.protobuf import any_pb2, descriptor_pb2, empty_pb2
    files = descriptor_pb2.FileDescriptorSet()
    for module in (any_pb2, empty_pb2):
        files.file.add().ParseFromString(module.DESCRIPTOR.serialized_pb)
    for name in FILES:
        path = next(folder.rglob(f"{name}_pb2.py"))
        files.file.add().ParseFromString(serialized(path))
    return files


def compile_ours(folder):
    given, made = folder / "given", folder / "made"
    files = standard()
    given.write_bytes(files.SerializeToString())
    done = subprocess.run(
        ["protoc", "-I.", f"--descriptor_set_in={given}",
         f"--descriptor_set_out={made}", OURS.name],
        cwd=OURS.parent, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise AssertionError(done.stderr)
    files.ParseFromString(made.read_bytes())
    return files.file[0]


class Compiled:
    """Messages and enumerations in the form of scripts/proto.py."""

    def __init__(self, file):
        self.messages, self.enums = {}, {}
        prefix = f".{file.package}"
        self.add_enums(prefix, file.enum_type)
        for message in file.message_type:
            self.add(prefix, message)

    def add_enums(self, prefix, enums):
        for enum in enums:
            self.enums[f"{prefix}.{enum.name}"] = {
                value.name: value.number for value in enum.value}

    def add(self, prefix, message):
        name = f"{prefix}.{message.name}"
        self.messages[name] = sorted(
            (field.number, field.name, field.type, field.label == REPEATED,
             field.type_name, message.oneof_decl[field.oneof_index].name
             if field.HasField("oneof_index") else None)
            for field in message.field)
        self.add_enums(name, message.enum_type)
        for nested in message.nested_type:
            self.add(name, nested)


class Made(unittest.TestCase):
    def test_standard_functions(self):
        fetch("yaml")
        extensions = fetch("cases") / "substrait_extensions/extensions"
        done = subprocess.run(
            [sys.executable, str(SOURCE / "scripts/substrait-functions"),
             str(extensions)], capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(SOURCE / ".deps/yaml")})
        self.assertEqual(done.stderr, "")
        kept = (SOURCE / "src/substrait/standard.inc").read_text(
            encoding="utf-8")
        self.assertEqual(done.stdout.splitlines(), kept.splitlines())

    @unittest.skipUnless(shutil.which("protoc"), "no protoc is here")
    def test_our_messages(self):
        with tempfile.TemporaryDirectory() as folder:
            theirs = Compiled(compile_ours(pathlib.Path(folder)))
        ours = proto.Reader(OURS.read_text(encoding="utf-8"))
        self.assertEqual({name: sorted(fields)
                          for name, fields in ours.messages.items()},
                         theirs.messages)
        self.assertEqual(ours.enums, theirs.enums)
        self.assertGreater(len(theirs.messages), 30)


if __name__ == "__main__":
    unittest.main(verbosity=2)
