"""Reads the standard's own cases of functions (the package
substrait-extensions, testcases/**/*.test) as parts of plans."""

import base64
import collections
import decimal
import math
import re

from substrait_build import kind, lit, null, values

UNSIGNED = ("u8", "u16", "u32", "u64")

CASE = re.compile(r"^(?P<name>[a-z_0-9]+)\((?P<args>.*)\)\s*"
                  r"(?:\[(?P<options>[^\]]*)\])?\s*(?:OVER \w+ )?=\s*"
                  r"(?P<result>.*)$")

# form: scalar, aggregate or window; table: the type and the texts of its rows.
Case = collections.namedtuple(
    "Case", "form extension line name args options result table")

# The extension of a function in a lambda.
INNER = {"gt": "comparison", "lt": "comparison", "is_null": "comparison",
         "add": "arithmetic", "multiply": "arithmetic"}


class Unreadable(Exception):
    """A form that is not read here."""


def split(text):
    """At commas outside of brackets and quotes."""
    parts, depth, quoted, part = [], 0, False, ""
    for i, c in enumerate(text):
        if c == "'" and (i == 0 or text[i - 1] != "\\"):
            quoted = not quoted
        if not quoted:
            depth += (c in "([{<") - (c in ")]}" or
                                      c == ">" and text[i - 1] != "-")
        if c == "," and depth == 0 and not quoted:
            parts.append(part.strip())
            part = ""
        else:
            part += c
    return parts + [part.strip()] if part.strip() else parts


def type_of(text):
    text = text.strip().rstrip("?")
    if text.startswith("u!"):
        return kind("user_defined", type_reference=UNSIGNED.index(text[2:]) + 1)
    text = re.sub(r"^([a-z!0-9]+)\?<", r"\1<", text)
    plain = {"bool": "bool", "i8": "i8", "i16": "i16", "i32": "i32",
             "i64": "i64", "fp32": "fp32", "fp64": "fp64", "str": "string",
             "string": "string", "date": "date", "vbin": "binary", "ts": "timestamp",
             "tstz": "timestamp_tz", "iyear": "interval_year"}
    if text in plain:
        return kind(plain[text])
    name, _, more = text.partition("<")
    numbers = more.rstrip(">").split(",")
    if name == "dec":
        precision, scale = map(int, numbers) if more else (38, 0)
        return kind("decimal", precision=precision, scale=scale)
    if name in ("vchar", "fchar"):
        return kind({"vchar": "varchar", "fchar": "fixed_char"}[name],
                    length=int(numbers[0]))
    if name == "pt":
        return kind("precision_time", precision=int(numbers[0]))
    if name == "pts":
        return kind("precision_timestamp", precision=int(numbers[0]))
    if name == "ptstz":
        return kind("precision_timestamp_tz", precision=int(numbers[0]))
    if name == "iday":
        return kind("interval_day", precision=int(numbers[0]) if more else 6)
    if name == "list":
        return kind("list", type=type_of(more[:-1]))
    raise Unreadable(f"the type {text}")


def text_of(value):
    if not (value.startswith("'") and value.endswith("'")):
        raise Unreadable(value)
    return (value[1:-1].replace("\\'", "'").replace("\\n", "\n")
            .replace("\\\\", "\\"))


def cast_text(value, type_):
    return {"cast": {"input": lit(string=value.strip("'")), "type": type_}}


def literal(value, type_text):
    type_ = type_of(type_text)
    (name, parameters), = type_.items()
    if value.lower() == "null":
        return null(**type_)
    if name == "user_defined":
        return lit(user_defined={
            "type_reference": parameters["type_reference"],
            "struct": {"fields": [{"string": text_of(value.strip("()"))}]}})
    if name in ("i8", "i16", "i32", "i64"):
        return lit(**{name: int(value)})
    if name == "bool":
        return lit(boolean=value.lower() == "true")
    if name in ("fp32", "fp64"):
        number = float(value.replace("snan", "nan"))
        word = ("NaN" if math.isnan(number) else number if
                math.isfinite(number) else
                "Infinity" if number > 0 else "-Infinity")
        return lit(**{name: word})
    if name == "decimal":
        scaled = int(decimal.Decimal(value).scaleb(parameters["scale"]))
        return lit(decimal={
            "value": base64.b64encode(scaled.to_bytes(
                16, "little", signed=True)).decode(),
            "precision": parameters["precision"], "scale": parameters["scale"]})
    if name == "string":
        return lit(string=text_of(value))
    if name == "fixed_char":
        return lit(fixed_char=text_of(value))
    if name == "varchar":
        return lit(var_char={"value": text_of(value),
                             "length": parameters["length"]})
    if name in ("date", "precision_time", "timestamp", "timestamp_tz", "precision_timestamp",
                "precision_timestamp_tz"):
        return cast_text(value.replace("T", " "), type_)
    if name in ("interval_year", "interval_day"):
        return interval(value.strip("'"), name)
    if name == "list":
        inner = re.sub(r"^list\??<", "", type_text.strip())[:-1]
        items = split(value.strip()[1:-1])
        if not items:
            return lit(empty_list=parameters)
        return {"nested": {"list": {"values": [literal(i, inner.rstrip(">")
                                                       if "<" not in inner
                                                       else inner)
                                               for i in items]}}}
    raise Unreadable(name)


def interval(text, name):
    m = re.fullmatch(r"P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?"
                     r"(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?\d+)(?:\.(\d+))?S)?)?",
                     text)
    if not m:
        raise Unreadable(text)
    y, mo, d, h, mi, s = (int(g or 0) for g in m.groups()[:6])
    if name == "interval_year":
        return lit(interval_year_to_month={"years": y, "months": mo})
    part = (m.group(7) or "0").ljust(6, "0")
    return lit(interval_day_to_second={
        "days": d, "seconds": h * 3600 + mi * 60 + s, "precision": 6,
        "subseconds": int(part)})


def lambda_of(plan, text):
    """`(x -> f(x, 1::i32))::func<i32 -> bool>`."""
    m = re.fullmatch(r"\((\w+) -> (\w+)\((.*)\)\)::func\??<(\S+) -> .*>", text)
    if not m:
        raise Unreadable("a lambda")
    variable, name, args, type_ = m.groups()
    parameter = {"selection": {
        "direct_reference": {"struct_field": {"field": 0}},
        "lambda_parameter_reference": {"steps_out": 0}}}
    body = plan.call(INNER[name], name, *(
        parameter if arg == variable else argument(plan, arg)
        for arg in split(args)))
    return {"lambda": {"parameters": {
        "types": [type_of(type_)], "nullability": "NULLABILITY_REQUIRED"},
        "body": body}}


def argument(plan, text):
    """A value, the name of an enumeration, a column, a lambda."""
    if "->" in text:
        return lambda_of(plan, text)
    value, separator, type_ = text.rpartition("::")
    column = re.fullmatch(r"col(\d+)", value or text)
    if column:
        return {"selection": {"direct_reference": {"struct_field": {
            "field": int(column.group(1))}}, "root_reference": {}}}
    if not separator:
        raise Unreadable(text)
    if type_ == "enum":
        return value
    return literal(value, type_)


def table_of(case):
    """The rows that a case is about."""
    type_, cells = case.table
    return values([("col0", type_of(type_))],
                  [[literal(cell, type_)] for cell in cells])


def aggregate_table(args):
    """`(1, 2)::i8`: the column that an aggregate is of."""
    cells, _, type_ = args.rpartition("::")
    return type_, split(cells.strip()[1:-1])


def read_line(line, form, where, extension, table):
    """A case, or None."""
    if form == "aggregate" and line.startswith("(("):
        # `((1), (2)) f(SAMPLE::enum, col0::fp32) = …`
        rows, line = re.fullmatch(r"(\(\(.*?\)\)) ([a-z].*)", line).groups()
        type_ = re.search(r"col0::([^,)]*)", line).group(1)
        table = (type_, [c for row in split(rows[1:-1])
                         for c in split(row[1:-1])])
    m = CASE.match(line)
    if not m:
        return None
    args = m["args"]
    if form == "aggregate" and "col0" not in args:
        table, args = aggregate_table(args), "col0"
    options = tuple(tuple(o.strip().split(":")) for o in
                    (m["options"] or "").split(",") if o.strip())
    return Case(form, where, line if table is None else f"{line} {table}",
                (extension, m["name"]), args, options, m["result"].strip(),
                table and (table[0], tuple(table[1])))


def read_cases(folder):
    for path in sorted(folder.rglob("*.test")):
        extension, table = None, None
        form = "scalar"
        for line in path.read_text(encoding="utf-8").splitlines():
            line = line.strip()
            m = re.match(r"### SUBSTRAIT_(AGGREGATE|WINDOW)_TEST", line)
            if m:
                form = m.group(1).lower()
            elif line.startswith("### SUBSTRAIT_INCLUDE"):
                extension = line.rsplit(":", 1)[-1].strip().rstrip("'")
                extension = extension.rsplit("/", 1)[-1].removesuffix(".yaml")
                extension = extension.removeprefix("functions_")
            elif line.startswith("DEFINE"):
                m = re.fullmatch(r"DEFINE \w+\((\w+)\) = \((.*)\)", line)
                table = (m.group(1), [row.strip("()") for row in
                                      split(m.group(2))])
            elif extension and not line.startswith("#"):
                case = read_line(line, form,
                                 f"{path.parent.name}/{path.stem}", extension,
                                 table)
                if case:
                    yield case


def expected(case):
    value, _, type_ = case.result.rpartition("::")
    return literal(value, type_)
