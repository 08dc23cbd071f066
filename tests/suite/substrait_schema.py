"""Python's protobuf with the messages of all pinned versions of Substrait in
one: what scripts/substrait-generate makes, made a second time with the
protobuf library."""

import ast
import pathlib
import subprocess
import sys

from script import SOURCE

VERSIONS = ("0.108.0", "0.87.0", "0.78.0")
FILES = ("extensions/extensions", "type", "algebra", "plan")


def fetch(part):
    """The folder of a part of scripts/deps, importable."""
    done = subprocess.run([str(SOURCE / "scripts" / "deps"), part],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"scripts/deps {part} failed:\n{done.stderr}")
    folder = str(SOURCE / ".deps" / part)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return pathlib.Path(folder)


def serialized(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "AddSerializedFile"):
            return ast.literal_eval(node.args[0])
    raise AssertionError(f"no descriptor in {path}")


def merge_field(into, field, other):
    """A field of an older version, in the oneof of its name."""
    new = into.field.add()
    new.CopyFrom(field)
    if not field.HasField("oneof_index"):
        return
    name = other.oneof_decl[field.oneof_index].name
    names = [oneof.name for oneof in into.oneof_decl]
    if name not in names:
        into.oneof_decl.add().name = name
        names.append(name)
    new.oneof_index = names.index(name)


def merge_message(into, other):
    del into.reserved_range[:]
    del into.reserved_name[:]
    numbers = {field.number for field in into.field}
    for field in other.field:
        if field.number not in numbers:
            merge_field(into, field, other)
    merge_all(into.nested_type, other.nested_type)


def merge_all(into, others):
    own = {message.name: message for message in into}
    for other in others:
        if other.name in own:
            merge_message(own[other.name], other)
        else:
            into.add().CopyFrom(other)


def plan_class():
    """The class of the message Plan."""
    fetch("protobuf")
    folder = fetch("substrait")
    from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool
    from google.protobuf import empty_pb2, message_factory

    pool = descriptor_pool.DescriptorPool()
    for module in (any_pb2, empty_pb2):
        pool.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    for name in FILES:
        files = []
        for version in VERSIONS:
            file = descriptor_pb2.FileDescriptorProto()
            file.ParseFromString(serialized(
                folder / version / "substrait" / f"{name}_pb2.py"))
            files.append(file)
        for older in files[1:]:
            merge_all(files[0].message_type, older.message_type)
        pool.Add(files[0])
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("substrait.Plan"))


def text_of(message):
    """What tests/tools/substrait_text.c prints."""
    parts = []
    for field, value in sorted(message.ListFields(),
                               key=lambda pair: pair[0].number):
        for item in value if field.is_repeated else [value]:
            parts.append(f" {field.number}={text_of_value(field, item)}")
    return "{" + "".join(parts) + "}"


def text_of_value(field, value):
    import struct
    if field.type == field.TYPE_MESSAGE:
        return text_of(value)
    if field.type == field.TYPE_STRING:
        return value.encode().hex()
    if field.type == field.TYPE_BYTES:
        return value.hex()
    if field.type == field.TYPE_DOUBLE:
        return f"{struct.unpack('<Q', struct.pack('<d', value))[0]:x}"
    if field.type == field.TYPE_FLOAT:
        return f"{struct.unpack('<I', struct.pack('<f', value))[0]:x}"
    return str(int(value))
