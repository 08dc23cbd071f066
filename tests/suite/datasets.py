"""What the suites of data sets share: rows of every type, and their order."""

import decimal
import math

from script import Case

D = decimal.Decimal
INF, NAN = float("inf"), float("nan")
TYPES = ["bool", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64", "f32",
         "f64", "decimal(10,2)", "decimal(38,5)", "date", "timestamp(s)",
         "timestamp(ms)", "timestamp(us)", "timestamp(ns)",
         "timestamp(us, UTC)", "string", "binary"]
LIMITS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64,
          "u8": 8, "u16": 16, "u32": 32, "u64": 64}


def values(type):
    """Values of a type with extremes and a null; equal ones once."""
    if type in LIMITS:
        bits = LIMITS[type]
        low = 0 if type[0] == "u" else -2 ** (bits - 1)
        return [low, 0, 1, 7, 2 ** (bits - (type[0] == "i")) - 1, None]
    return {
        "bool": [False, True, None],
        "f32": [-INF, -1.5, 0.0, 0.25, 3.4028234663852886e38, INF, NAN, None],
        "f64": [-INF, -1.5, 0.0, 5e-324, 1.7976931348623157e308, INF, NAN,
                None],
        "decimal(10,2)": [D("-99999999.99"), D("0.00"), D("0.05"),
                          D("99999999.99"), None],
        "decimal(38,5)": [-D(10 ** 38 - 1).scaleb(-5), D("0.00000"),
                          D("0.00001"), D(10 ** 38 - 1).scaleb(-5), None],
        "date": [-719162, -1, 0, 11016, 2932896, None],
        "string": ["", "A", "a", "aé", "b", "é", "日本", "\uffff", "😀",
                   "'\"\\\n", None],
        "binary": [b"", b"\0", b"a", b"\xff\x00", None],
    }.get(type, [-62135596800, -1, 0, 1, 253402300799, None]
          if type == "timestamp(s)" else [-10 ** 15, -1, 0, 1, 10 ** 15, None])


def order(value):
    """Within a type: NaN last, strings byte by byte."""
    if isinstance(value, float):
        return (1, 0.0) if math.isnan(value) else (0, value)
    if isinstance(value, str):
        return value.encode()
    return value


def key(value):
    """A value as a key of a dict: NaN equals itself."""
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def sort(rows, *keys):
    """Rows by (index, descending, nulls first), the first key first."""
    rows = list(rows)
    for index, descending, nulls_first in reversed(keys):
        some = [row for row in rows if row[index] is not None]
        none = [row for row in rows if row[index] is None]
        some.sort(key=lambda row: order(row[index]), reverse=descending)
        rows = none + some if nulls_first else some + none
    return rows


def quiet(rows):
    return [tuple(map(key, row)) for row in rows]


class Rows(Case):
    def same(self, got, want, ordered=False):
        got, want = quiet(got), quiet(want)
        if not ordered:
            got = sorted(got, key=repr)
            want = sorted(want, key=repr)
        if len(got) + len(want) < 2000:
            self.assertEqual(got, want)
        elif got != want:  # a difference of long lists takes minutes
            at = next((i for i, pair in enumerate(zip(got, want))
                       if pair[0] != pair[1]), min(len(got), len(want)))
            self.fail(f"{len(got)} rows, not {len(want)}; at {at}: "
                      f"{got[at:at + 3]}, not {want[at:at + 3]}")
