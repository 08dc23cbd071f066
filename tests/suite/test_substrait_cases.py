"""The standard's own cases of scalar functions (the package
substrait-extensions, testcases/**/*.test), as plans through the whole path.
Which ones do not pass is written down below with the reason; one more that
fails, or one of these that passes, fails the suite."""

import collections
import decimal
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from script import BIN
from substrait_build import Plan, kind, lit, null, project, values
from substrait_schema import fetch

# Cases in one plan.
BATCH = 60

# How many pass at least: a rule below must not hide one that no longer does.
PASSING = 893

CASE = re.compile(r"^(?P<name>[a-z_0-9]+)\((?P<args>.*)\)\s*"
                  r"(?:\[(?P<options>[^\]]*)\])?\s*=\s*(?P<result>.*)$")

Case = collections.namedtuple("Case", "extension line name args options result")


# Cases that do not pass, and why. Every line has one that fails.
EXPECTED = [
    # What the engines do not do, and is refused by name.
    (r"list/(any_match|all_match|filter|transform|sort) ", "lambdas, and "
     "sorts by an option"),
    (r"regexp_string_split", "not in the language"),
    (r"arithmetic_unsigned/", "literals of the standard's unsigned types, which "
     "are user-defined ones"),
    (r"arithmetic_decimal/bitwise_|factorial_decimal", "of decimals: not in "
     "the language"),
    (r"\[.*lookaround:TRUE", "RE2 has no look-around"),
    (r"\[overflow:SATURATE\]", "overflow is an error here"),
    (r"sqrt\(-.*on_domain_error:NAN\] = null", "it asks for NaN and expects "
     "null"),
    (r"\[(on_domain_error|on_log_zero|on_division_by_zero|"
     r"complex_number_result|division_type|spaces_only|negative_start|"
     r"full_unicode|padding|rounding|case_sensitivity|null_handling):",
     "an option that asks for something else than what is done"),
    (r"empty_list|\[\]::list", "an empty list"),
    # Where the case contradicts the standard's own definition.
    (r"shift_left\(301989888::i64, 8", "it expects a shift by 16"),
    (r"logarithmic/logb ", "written as (base, x), defined as (x, base)"),
    (r"extract\((SUNDAY|MONDAY)_DAY_OF_WEEK", "days are numbered from 1 on"),
    (r"extract\(MI(LLI|CRO)SECOND", "defined as since the last second, "
     "millisecond"),
    (r"regexp_replace\(.*, 1::i64, 0::i64\) = |regexp_replace\('",
     "occurrence 0, the default, is defined as all; it expects the first"),
    # What is wrong here.
    (r"sqrt_decimal sqrt\(-", "a root of a negative decimal is NaN, not an "
     "error"),
]


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
        import base64
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
            raise Unreadable("an empty list")
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


def argument(text):
    """A value, or the name of an enumeration."""
    value, separator, type_ = text.rpartition("::")
    if not separator:
        raise Unreadable(text)
    if type_ == "enum":
        return value
    if value.startswith("(") and value.endswith(")"):
        raise Unreadable("a lambda")
    return literal(value, type_)


def read_cases(folder):
    for path in sorted(folder.rglob("*.test")):
        extension = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("### SUBSTRAIT_AGGREGATE"):
                break
            if line.startswith("### SUBSTRAIT_WINDOW"):
                break
            if line.startswith("### SUBSTRAIT_INCLUDE"):
                extension = line.rsplit("functions_", 1)[-1].strip().rstrip("'")
            m = CASE.match(line.strip())
            if m and extension:
                options = tuple(tuple(o.strip().split(":")) for o in
                                (m["options"] or "").split(",") if o.strip())
                yield Case(f"{path.parent.name}/{path.stem}", line.strip(),
                           (extension, m["name"]), m["args"], options,
                           m["result"].strip())


def expression(plan, case):
    return plan.call(*case.name, *map(argument, split(case.args)), options=[
        {"name": name, "preference": [value]} for name, value in case.options])


def expected(case):
    value, _, type_ = case.result.rpartition("::")
    return literal(value, type_)


def same(found, wanted):
    if isinstance(found, str) and found in ("NaN", "inf", "-inf", "Infinity",
                                            "-Infinity"):
        return str(found) == str(wanted)
    numbers = (int, float, decimal.Decimal)
    if isinstance(found, numbers) and isinstance(wanted, numbers) and not (
            isinstance(found, bool) or isinstance(wanted, bool)):
        return math.isclose(float(found), float(wanted), rel_tol=1e-6,
                            abs_tol=1e-12)
    return found == wanted


class Cases(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        root = fetch("cases") / "substrait_extensions" / "testcases"
        cls.cases = [c for c in read_cases(root)
                     if c.result != "<!UNDEFINED>"]
        cls.held = tempfile.TemporaryDirectory()
        cls.path = pathlib.Path(cls.held.name) / "plan.pb"

    @classmethod
    def tearDownClass(cls):
        cls.held.cleanup()

    def run_plan(self, batch):
        """(True, rows) or (False, the error)."""
        plan = Plan()
        results = [expression(plan, c) for c in batch]
        wanted = [expected(c) for c in batch if c.result != "<!ERROR>"]
        self.path.write_bytes(plan.bytes(
            project(values([], [[]]), *results, *wanted),
            [f"c{i}" for i in range(len(results) + len(wanted))]))
        done = subprocess.run(
            [BIN, "query", "--threads", "1", "--plan", str(self.path),
             "--format", "jsonl"], capture_output=True, text=True, check=False)
        if done.returncode:
            self.assertEqual(done.returncode, 125, done.stderr)
            return False, done.stderr.splitlines()[0]
        return True, list(json.loads(
            done.stdout, parse_float=decimal.Decimal).values())

    def judge(self, batch, verdicts):
        """Why each case fails, or None; plans that fail are halved."""
        if not batch:
            return
        ok, answer = self.run_plan(batch)
        errors = batch[0].result == "<!ERROR>"
        if ok:
            for i, case in enumerate(batch):
                if errors:
                    verdicts[case] = f"gives {answer[i]}"
                elif same(answer[i], answer[len(batch) + i]):
                    verdicts[case] = None
                else:
                    verdicts[case] = (f"gives {answer[i]!r}, not "
                                      f"{answer[len(batch) + i]!r}")
        elif len(batch) == 1:
            refused = "relations[0]" in answer
            verdicts[batch[0]] = (None if errors and not refused else answer)
        else:
            at = re.search(r"root\.input\.project\.expressions\[(\d+)\]", answer)
            if at and int(at.group(1)) < len(batch):
                n = int(at.group(1))
                verdicts[batch[n]] = answer
                self.judge(batch[:n] + batch[n + 1:], verdicts)
                return
            half = len(batch) // 2
            self.judge(batch[:half], verdicts)
            self.judge(batch[half:], verdicts)

    def judge_all(self):
        verdicts, good = {}, []
        for case in self.cases:
            try:
                plan = Plan()
                expression(plan, case)
                if case.result != "<!ERROR>":
                    expected(case)
                plan.bytes(project(values([], [[]])), [])
            except (Unreadable, ValueError, OverflowError,
                    decimal.InvalidOperation) as error:
                verdicts[case] = f"not read: {error}"
                continue
            good.append(case)
        errors = [c for c in good if c.result == "<!ERROR>"]
        for case in errors:
            self.judge([case], verdicts)
        rest = [c for c in good if c.result != "<!ERROR>"]
        for i in range(0, len(rest), BATCH):
            self.judge(rest[i:i + BATCH], verdicts)
        return verdicts

    def test_scalar(self):
        verdicts = self.judge_all()
        passed = sum(v is None for v in verdicts.values())
        print(f"{passed} of {len(self.cases)} scalar cases of the standard pass",
              file=sys.stderr)
        unexplained, used = [], set()
        for case, verdict in verdicts.items():
            if verdict is None:
                continue
            text = f"{case.extension} {case.line}"
            rules = [n for n, (pattern, _) in enumerate(EXPECTED)
                     if re.search(pattern, text)]
            used.update(rules[:1])
            if not rules:
                unexplained.append(f"{text}\n    {verdict}")
        self.assertGreaterEqual(passed, PASSING)
        self.assertFalse(unexplained, "\n" + "\n".join(unexplained))
        self.assertEqual([EXPECTED[n] for n in range(len(EXPECTED))
                          if n not in used], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
