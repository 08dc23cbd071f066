"""The server of unit/spark/test_artifact.c: prints its port, serves until its
input ends. An artifact is good when its pieces fit together and its name is
the CRC-32 of all of it, by zlib of Python."""

import sys
import zlib

from connect_server import Reply, Server, field, frame, parse


def piece(message):
    fields = parse(message)
    data = fields.get(1, [b""])[0]
    if fields.get(2, [0])[0] != zlib.crc32(data):
        raise ValueError("a piece is damaged")
    return data


def whole(fields):
    """(name, bytes) of what one call brought."""
    if 3 in fields:
        artifact = parse(parse(fields[3][0])[1][0])
        return artifact[1][0], piece(artifact[2][0])
    begin = parse(fields[4][0])
    pieces = [piece(begin[4][0]), *map(piece, fields.get(5, []))]
    data = b"".join(pieces)
    if begin[2][0] != len(data) or begin[3][0] != len(pieces):
        raise ValueError("pieces are missing")
    return begin[1][0], data


def add(fields, _):
    try:
        name, data = whole(fields)
        good = name.decode() == f"files/{zlib.crc32(data):08x}"
    except (ValueError, KeyError):
        good = False
    return Reply(frame(field(1, field(1, "x") + field(2, int(good)))))


if __name__ == "__main__":
    with Server(AddArtifacts=add) as server:
        print(server.port, flush=True)
        sys.stdin.read()
