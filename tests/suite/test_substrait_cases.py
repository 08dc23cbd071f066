"""The standard's own cases of functions (the package substrait-extensions,
testcases/**/*.test): scalar functions, aggregates and windows, as plans
through the whole path. Which ones do not pass is written down below with the
reason; one more that fails, or one of these that passes, fails the suite."""

import collections
import decimal
import functools
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from script import BIN
from substrait_build import Plan, project, ref, values
from substrait_case import (UNSIGNED, Unreadable, argument, expected, literal,
                            read_cases, split, table_of)
from substrait_schema import fetch

# Cases in one plan.
BATCH = 60

UNSIGNED_URN = "extension:io.substrait:unsigned_integers"
TYPES = [(UNSIGNED_URN, name) for name in UNSIGNED]

# How many pass at least: a rule below must not hide one that no longer does.
PASSING = 1250

# Cases that do not pass, and why. Every line has one that fails.
EXPECTED = [
    # What is refused by name.
    (r"\[lookaround:TRUE\]", "RE2 has no look-around"),
    (r"null::func", "a lambda that is null"),
    (r"\[rounding:TRUNCATE\]", "real numbers are rounded as the machine rounds"),
    (r"divide.*\[on_division_by_zero:NAN\] = null", "integers have no NaN, and "
     "the definition no such option"),
    # Where a case contradicts the standard's own definition, or arithmetic.
    (r"multiply\(-13::i8, -10::i8\)", "130 is above 127, not below -128"),
    (r"shift_left\(301989888::i64, 8", "it expects a shift by 16"),
    (r"(sqrt\(-|ln\(0|log10\(0|log2\(0).*:NAN\] = null", "it asks for NaN and "
     "expects null"),
    (r"logarithmic/logb ", "written as (base, x), defined as (x, base)"),
    (r"extract\((SUNDAY|MONDAY)_DAY_OF_WEEK", "days are numbered from 1 on"),
    (r"extract\(MI(LLI|CRO)SECOND", "defined as since the last second, "
     "millisecond"),
    (r"regexp_replace\('(a bcdef', '\\S| abcdef', '\\w|abcabcabc', '\[bc)".replace(
        "', ", "'::str, "), "occurrence 0, the default, is defined as all; it "
     "expects the first"),
    (r"arithmetic/(std_dev|variance) .*\['(-5.0|1.1|0.0', '100.0)'", "not what "
     "the formula gives: the variance of -5, -3 … 5 is 14, not 15.17"),
]


def options_of(case):
    return [{"name": name, "preference": [value]}
            for name, value in case.options]


def call_of(case):
    extension, name = case.name
    return UNSIGNED_URN if extension == "unsigned_integers" else extension, name


def scalar(plan, case):
    return plan.call(*call_of(case),
                     *(argument(plan, a) for a in split(case.args)),
                     options=options_of(case))


def aggregate(plan, case):
    """One row: the measure over all rows of the case."""
    return {"aggregate": {"input": table_of(case), "measures": [plan.measure(
        *call_of(case), *(argument(plan, a) for a in split(case.args)),
        phase="AGGREGATION_PHASE_INITIAL_TO_RESULT", options=options_of(case))]}}


def relation(plan, batch):
    """One row: the results of the cases, then what they should be."""
    wanted = [expected(c) for c in batch if c.result != "<!ERROR>"]
    if batch[0].form == "scalar":
        return project(values([], [[]]), *(scalar(plan, c) for c in batch),
                       *wanted)
    return project(functools.reduce(
        lambda left, right: {"cross": {"left": left, "right": right}},
        (aggregate(plan, c) for c in batch)), *wanted)


def window(plan, case):
    """A row for each of the case's, with the function's value."""
    function = plan.window(*case.name, *(argument(plan, a)
                                         for a in split(case.args)))
    return project(table_of(case), function, keep=[1])


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

    def query(self, plan, rel, names):
        """(True, rows) or (False, the error)."""
        self.path.write_bytes(plan.bytes(rel, names))
        done = subprocess.run(
            [BIN, "query", "--threads", "1", "--plan", str(self.path),
             "--format", "jsonl"], capture_output=True, text=True, check=False)
        if done.returncode:
            self.assertEqual(done.returncode, 125, done.stderr)
            return False, done.stderr.splitlines()[0]
        return True, [list(json.loads(line, parse_float=decimal.Decimal)
                           .values()) for line in done.stdout.splitlines()]

    def run_batch(self, batch):
        plan = Plan(types=TYPES)
        count = sum(2 - (c.result == "<!ERROR>") for c in batch)
        return self.query(plan, relation(plan, batch),
                          [f"c{i}" for i in range(count)])

    def judge(self, batch, verdicts):
        """Why each case fails, or None; plans that fail are halved."""
        if not batch:
            return
        ok, answer = self.run_batch(batch)
        errors = batch[0].result == "<!ERROR>"
        if ok:
            (row,) = answer
            for i, case in enumerate(batch):
                if errors:
                    verdicts[case] = f"gives {row[i]}"
                elif same(row[i], row[len(batch) + i]):
                    verdicts[case] = None
                else:
                    verdicts[case] = (f"gives {row[i]!r}, not "
                                      f"{row[len(batch) + i]!r}")
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

    def judge_window(self, case, verdicts):
        plan = Plan()
        value, _, type_ = case.result.rpartition("::")
        wanted = split(value[1:-1])
        ok, rows = self.query(plan, window(plan, case), ["c"])
        found = [row[0] for row in rows] if ok else rows
        right = ok and len(found) == len(wanted) and all(
            same(f, None if w == "Null" else int(w))
            for f, w in zip(found, wanted))
        verdicts[case] = None if right else f"gives {found}, not {wanted}"

    def is_readable(self, case, verdicts):
        try:
            plan = Plan(types=TYPES)
            if case.form == "window":
                return True
            plan.bytes(relation(plan, [case]), [])
            return True
        except (Unreadable, ValueError, OverflowError,
                decimal.InvalidOperation) as error:
            verdicts[case] = f"not read: {error}"
            return False

    def judge_all(self):
        verdicts = {}
        good = [c for c in self.cases if self.is_readable(c, verdicts)]
        for case in good:
            if case.form == "window":
                self.judge_window(case, verdicts)
            elif case.result == "<!ERROR>":
                self.judge([case], verdicts)
        for form, size in (("scalar", BATCH), ("aggregate", BATCH // 3)):
            rest = [c for c in good
                    if c.form == form and c.result != "<!ERROR>"]
            for i in range(0, len(rest), size):
                self.judge(rest[i:i + size], verdicts)
        return verdicts

    def test_all(self):
        verdicts = self.judge_all()
        passed = collections.Counter(c.form for c, v in verdicts.items()
                                     if v is None)
        counts = collections.Counter(c.form for c in self.cases)
        print(f"{passed.total()} of {len(self.cases)} cases of the standard "
              "pass: " + ", ".join(f"{passed[f]} of {n} {f}"
                                   for f, n in counts.items()),
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
        self.assertGreaterEqual(passed.total(), PASSING)
        self.assertFalse(unexplained, "\n" + "\n".join(unexplained))
        self.assertEqual([EXPECTED[n] for n in range(len(EXPECTED))
                          if n not in used], [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
