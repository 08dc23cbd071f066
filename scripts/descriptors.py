"""Reads .proto files in their compiled form, as *_pb2.py carry it.

No protobuf library is needed: a descriptor is itself a message
(descriptor.proto), and its fields are read by number.
"""

import ast


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of each field of an encoded message."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        wire = tag & 7
        if wire == 0:
            value, at = varint(data, at)
        elif wire == 2:
            size, at = varint(data, at)
            value = data[at:at + size]
            at += size
        else:
            size = {1: 8, 5: 4}[wire]
            value = data[at:at + size]
            at += size
        yield tag >> 3, value


def all_of(data, number):
    return [v for n, v in fields(data) if n == number]


def one_of(data, number, default=None):
    found = all_of(data, number)
    return found[-1] if found else default


def text_of(data, number):
    return one_of(data, number, b"").decode()


def compiled(path):
    """The descriptor in a *_pb2.py (descriptor.proto: FileDescriptorProto)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "AddSerializedFile"):
            return ast.literal_eval(node.args[0])
    return b""
