"""Small WebAssembly modules, put together byte by byte."""

VOID = 0x40
I32 = 0x7F
WASI = "wasi_snapshot_preview1"


def leb(value):
    """Unsigned LEB128."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def sleb(value):
    """Signed LEB128."""
    out = bytearray()
    while True:
        byte = value & 0x7F
        value >>= 7
        done = value == (-1 if byte & 0x40 else 0)
        out.append(byte | (0 if done else 0x80))
        if done:
            return bytes(out)


def name(text):
    data = text.encode()
    return leb(len(data)) + data


def vector(items):
    return leb(len(items)) + b"".join(items)


def section(number, items):
    body = vector(items)
    return bytes([number]) + leb(len(body)) + body if items else b""


# Instructions.
UNREACHABLE = b"\x00"
DROP = b"\x1a"


def const(value):
    return b"\x41" + sleb(value)


def call(index):
    return b"\x10" + leb(index)


def loop(*body):
    return b"\x03\x40" + b"".join(body) + b"\x0b"


def branch(depth=0):
    return b"\x0c" + leb(depth)


def branch_if(depth=0):
    return b"\x0d" + leb(depth)


def get(index):
    return b"\x20" + leb(index)


def set_local(index):
    return b"\x21" + leb(index)


def load(address):
    return const(address) + b"\x28\x02\x00"


def store(address, *value):
    return const(address) + b"".join(value) + b"\x36\x02\x00"


ADD = b"\x6a"
GROW = b"\x40\x00"
EQZ = b"\x45"
LESS = b"\x48"


def module(start=b"", imports=(), functions=(), data=b"", pages=1,
           maximum=None, locals_=1, exports=None):
    """A module with a memory and _start.

    imports: (module, name, parameters, results) with numbers of i32s.
    functions: (export name, parameters, results, code), after _start.
    exports: replaces the names under which _start is exported.
    """
    bodies = [(name_, 0, 0, start) for name_ in
              (["_start"] if exports is None else exports)] or \
             [(None, 0, 0, start)]
    bodies += functions
    types, wanted = [], []

    def type_index(parameters, results):
        entry = (b"\x60" + vector([bytes([I32])] * parameters) +
                 vector([bytes([I32])] * results))
        if entry not in types:
            types.append(entry)
        return leb(types.index(entry))

    for group, item, parameters, results in imports:
        wanted.append(name(group) + name(item) + b"\x00" +
                      type_index(parameters, results))
    own = [type_index(p, r) for _, p, r, _ in bodies]
    limits = (b"\x00" + leb(pages) if maximum is None else
              b"\x01" + leb(pages) + leb(maximum))
    exported = [name("memory") + b"\x02\x00"]
    code = []
    for index, (item, _, _, body) in enumerate(bodies):
        if item is not None:
            exported.append(name(item) + b"\x00" + leb(len(wanted) + index))
        body = leb(1) + leb(locals_) + bytes([I32]) + body + b"\x0b"
        code.append(leb(len(body)) + body)
    segments = [b"\x00" + const(64) + b"\x0b" + leb(len(data)) + data] \
        if data else []
    return (b"\0asm\1\0\0\0" + section(1, types) + section(2, wanted) +
            section(3, own) + section(5, [limits]) + section(7, exported) +
            section(10, code) + section(11, segments))


def exiting(code):
    """Ends with that exit code."""
    return module(const(code) + call(0), [(WASI, "proc_exit", 1, 0)])


def printing(text, descriptor=1, times=1, after=b""):
    """Prints a text so many times, whether it works or not."""
    data = text.encode()
    write = (store(0, const(64)) + store(4, const(len(data))) +
             const(descriptor) + const(0) + const(1) + const(16) + call(0) +
             DROP)
    body = loop(write, get(0), const(1), ADD, set_local(0), get(0),
                const(times), LESS, branch_if())
    return module(body + after, [(WASI, "fd_write", 4, 1)], data=data)


def counting(function, parameters):
    """Exits with the first number that a preview1 function tells."""
    body = b"".join(parameters) + call(0) + DROP + load(0) + call(1)
    return module(body, [(WASI, function, len(parameters), 1),
                         (WASI, "proc_exit", 1, 0)])
