"""What the suites of Substrait share. The messages of all pinned versions in
one, as scripts/substrait-generate makes them, made a second time with Python's
protobuf; the rows of any engine in a form that can be compared."""

import ast
import datetime
import decimal
import functools
import json
import math
import pathlib
import struct
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


@functools.cache
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


def norm(value):
    """A value of any client as one that can be compared."""
    if isinstance(value, (bool, str)) or value is None:
        return value
    if isinstance(value, (datetime.date, datetime.datetime)):
        text = value.isoformat(sep=" ") if isinstance(
            value, datetime.datetime) else value.isoformat()
        return text.removesuffix(" 00:00:00")
    if isinstance(value, (int, decimal.Decimal, float)):
        if math.isnan(value):
            return "NaN"
        # Decimals of an average have more digits in one engine than in another.
        return f"{float(value):.2f}" if abs(value) < 1e15 else f"{value:.10e}"
    return str(value)


def rows_of(output):
    rows = []
    for line in output.splitlines():
        row = []
        for value in json.loads(line, object_pairs_hook=lambda p: p):
            value = value[1]
            if isinstance(value, str):
                try:
                    value = datetime.datetime.fromisoformat(value)
                    value = norm(value)
                except ValueError:
                    pass
            row.append(norm(value))
        rows.append(tuple(row))
    return rows


def create_t(duck):
    """The table t of DuckDB's connection, of which queries of these suites
    are."""
    duck.execute("""CREATE TABLE t AS SELECT * FROM (VALUES
        (1::BIGINT, 'a', 1::INT, 1.50::DECIMAL(10,2), 1.25::DOUBLE, 'abc',
         DATE '2024-01-01'),
        (2, 'a', NULL, 2.25, -0.5, ' ade ', DATE '2024-01-02'),
        (3, 'b', 3, NULL, 2.75, 'Abe', DATE '2024-02-01'),
        (4, 'b', 4, -4.00, NULL, NULL, NULL),
        (5, NULL, 1, 0.01, 1e3, 'xyz', DATE '1969-12-31'),
        (6, 'c', 2, 99.99, 0, '', DATE '2024-02-29'))
        AS t(k, g, x, d, f, s, day)""")
