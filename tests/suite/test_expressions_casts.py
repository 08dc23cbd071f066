"""docs/expressions.md, kept by the engine: dates, timestamps, and casts between
all types, against Python."""

import math
import unittest

from expressions import (D, INF, INTS, NAN, Expressions, Near, Wrong, civil,
                         comparisons, days_of, f32, half_away, in_range,
                         int_values, strict)
from script import needs_guests


@needs_guests
class Times(Expressions):
    DAYS = [days_of(*d) for d in (
        (1970, 1, 1), (1969, 12, 31), (2000, 2, 29), (1900, 2, 28), (1, 1, 1),
        (9999, 12, 31), (2024, 12, 30), (-4712, 1, 1), (200000, 7, 4),
        (-100000, 3, 1))]

    def test_dates(self):
        def of(part):
            return strict(lambda d: civil(d)[part])

        def day_of_year(d):
            year = civil(d)[0]
            return d - days_of(year, 1, 1) + 1

        rows = [(d,) for d in self.DAYS + [None]]
        self.check([("d", "date")], rows, [
            ("year(d)", "i64", of(0)), ("month(d)", "i64", of(1)),
            ("day(d)", "i64", of(2)),
            ("extract(year from d)", "i64", of(0)),
            ("extract(iso_day_of_week from d)", "i64",
             strict(lambda d: (d + 3) % 7 + 1)),
            ("isodow(d)", "i64", strict(lambda d: (d + 3) % 7 + 1)),
            ("day_of_year(d)", "i64", strict(day_of_year)),
            ("extract(doy from d)", "i64", strict(day_of_year)),
            ("cast(d as timestamp)", "timestamp(us)",
             strict(lambda d: d * 86400000000)),
            ("cast(cast(d as string) as date)", "date", lambda d: d),
            ("d >= '2000-01-01'", "bool",
             strict(lambda d: d >= days_of(2000, 1, 1))),
            ("d = date '2000-02-29'", "bool",
             strict(lambda d: d == days_of(2000, 2, 29))),
        ])
        self.check([("a", "date"), ("b", "date")],
                   [(a, b) for a in self.DAYS + [None]
                    for b in self.DAYS + [None]], comparisons())

    def test_timestamps(self):
        scale = {"s": 1, "ms": 10 ** 3, "us": 10 ** 6, "ns": 10 ** 9}
        for unit, per in scale.items():
            most = 9 * 10 ** 18 // per
            values = [0, -1, 1, 86399 * per + per - 1, 951827696 * per + 1,
                      -2208988800 * per - 1]
            values += [v * per for v in (253402300799, -62135596800)
                       if abs(v) < most]

            def field(part):
                def call(t):
                    seconds = t // per
                    day, rest = divmod(seconds, 86400)
                    return (*civil(day), rest // 3600, rest // 60 % 60,
                            rest % 60, day)[part]
                return strict(call)

            self.check([("t", f"timestamp({unit})")],
                       [(v,) for v in values + [None]], [
                (f"{name}(t)", "i64", field(i)) for i, name in enumerate(
                    ("year", "month", "day", "hour", "minute", "second"))] + [
                ("extract(second from t)", "i64", field(5)),
                ("cast(t as date)", "date", field(6)),
                ("t is null", "bool", lambda t: t is None),
                ("t < '2000-01-01 00:00:00'", "bool",
                 strict(lambda t: t < 946684800 * per)),
            ])
            self.check([("a", f"timestamp({unit})"),
                        ("b", f"timestamp({unit})")],
                       [(a, b) for a in values + [None]
                        for b in values + [None]], comparisons())

    def test_units(self):
        self.check([("s", "timestamp(s)"), ("m", "timestamp(ms)"),
                    ("u", "timestamp(us)"), ("n", "timestamp(ns)"),
                    ("d", "date"), ("z", "timestamp(us, UTC)")],
                   [(1, 1000, 1000000, 1000000000, 0, 1000000),
                    (-1, -1000, -1000000, -1000000000, -1, -1000000)], [
            ("s = m", "bool", lambda *_: True),
            ("s = u", "bool", lambda *_: True),
            ("u = n", "bool", lambda *_: True),
            ("coalesce(s, n)", "timestamp(ns)", lambda *r: r[3]),
            ("coalesce(d, s)", "timestamp(s)", lambda *r: r[4] * 86400),
            ("d < u", "bool", lambda *r: r[4] * 86400 < r[0]),
            ("cast(s as timestamp<9>)", "timestamp(ns)", lambda *r: r[3]),
            ("cast(n as timestamp<0>)", "timestamp(s)", lambda *r: r[0]),
            ("z >= timestamp '1970-01-01 01:00:01+01:00'", "bool",
             lambda *r: r[5] >= 1000000),
            ("cast(z as timestamp_tz<3,UTC>)", "timestamp(ms,UTC)",
             lambda *r: r[1]),
        ])
        # To a coarser unit downwards.
        self.check([("n", "timestamp(ns)")], [
            (v,) for v in (0, 1, -1, 999, 1999, -1999, 1999999999,
                           -1500000000, -2000000000)], [
            (f"cast(n as timestamp<{digits}>)", f"timestamp({unit})",
             lambda n, per=per: n // per)
            for digits, unit, per in ((0, "s", 10 ** 9), (3, "ms", 10 ** 6),
                                      (6, "us", 1000), (9, "ns", 1))])
        self.check([("u", "timestamp(us)")], [(1999999,), (-1,), (-1500,)], [
            ("cast(u as timestamp<0>)", "timestamp(s)",
             lambda u: u // 1000000),
            ("cast(u as timestamp<3>)", "timestamp(ms)",
             lambda u: u // 1000)])
        self.refused([("t", "timestamp"), ("z", "timestamp(us, UTC)")], [
            ("t < z", "timestamp"), ("coalesce(z, t)", "timestamp"),
            ("t + 1", "a timestamp takes intervals")])


UNITS = {"s": (0, 1), "ms": (3, 10 ** 3), "us": (6, 10 ** 6),
         "ns": (9, 10 ** 9)}
LAST = 2 ** 63 - 1


@needs_guests
class Units(Expressions):
    """Dates, times and timestamps cast to any unit: downwards, and an error,
    tried: null, where the value does not fit."""

    @staticmethod
    def both(value, to, type, function, printed=""):
        """A cast, and the same tried."""
        def cast(x):
            result = function(x)
            if result is not None and abs(result) > LAST:
                raise Wrong(f"is out of range of {to}{printed}")
            return result

        def attempt(x):
            result = function(x)
            return None if result is None or abs(result) > LAST else result
        return [(f"cast({value} as {to})", type, cast),
                (f"try_cast({value} as {to})", type, attempt)]

    def test_timestamps(self):
        for name, (_, per) in UNITS.items():
            most = min(9 * 10 ** 18, 200000 * 31556952 * per)
            values = [0, 1, -1, 999, -999, 1999999999, -1999999999, most,
                      -most, 9 * 10 ** 9 * per // 10, 86400 * per,
                      -86400 * per - 1, None]
            values = [v for v in values if v is None or abs(v) <= most]
            cases = []
            for zone in "", ",UTC":
                kind = "timestamp_tz" if zone else "timestamp"
                for other, (digits, other_per) in UNITS.items():
                    cases += self.both(
                        "t", f"{kind}<{digits}{zone}>",
                        f"timestamp({other}{zone})",
                        strict(lambda t, p=other_per: t * p // per))
            cases += [("cast(t as date)", "date",
                       strict(lambda t: t // (86400 * per)))]
            self.check([("t", f"timestamp({name})")], [(v,) for v in values],
                       cases)

    def test_dates(self):
        days = [0, -1, 11000, 10 ** 5, -10 ** 5, 110 * 10 ** 6, None]
        cases = []
        for name, (digits, per) in UNITS.items():
            cases += self.both("d", f"timestamp<{digits}>", f"timestamp({name})",
                               strict(lambda d, p=per: d * 86400 * p))
        self.check([("d", "date")], [(d,) for d in days], cases)

    def test_times_of_timestamps(self):
        for name, (_, per) in UNITS.items():
            values = [0, 1, -1, 86400 * per - 1, -86400 * per, 123456789,
                      -123456789 * per - 1, None]
            self.check([("t", f"timestamp({name})")], [(v,) for v in values], [
                (f"cast(cast(t as time<{digits}>) as string)", "string",
                 strict(lambda t, p=other: self.clock(
                     t % (86400 * per) * p // per, p)))
                for digits, other in UNITS.values()])

    @staticmethod
    def clock(count, per):
        second, rest = divmod(count, per)
        text = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        places = len(str(per)) - 1
        fraction = f"{rest:0{places}}".rstrip("0") if rest else ""
        return text + ("." + fraction if fraction else "")

    def test_times(self):
        nanos = [0, 1, 999, 1000, 1999999, 43200 * 10 ** 9 + 567891234,
                 86400 * 10 ** 9 - 1, 86400 * 10 ** 9]
        rows = [(self.clock(n, 10 ** 9),) for n in nanos] + [(None,)]
        count = {text: n for (text,), n in zip(rows, nanos)}
        cases = []
        for one, one_per in UNITS.values():
            known = strict(lambda s, p=one_per: count[s] * p // 10 ** 9)
            for other, per in UNITS.values():
                cases.append((
                    f"cast(cast(cast(cast(s as time<9>) as time<{one}>) "
                    f"as time<{other}>) as string)", "string",
                    strict(lambda s, k=known, p=one_per, q=per:
                           self.clock(k(s) * q // p, q))))
        cases += [
            # A text of a coarser unit than it says is cut off, too.
            ("cast(s as time<0>) = cast(cast(s as time<9>) as time<0>)",
             "bool", strict(lambda s: True)),
            ("cast(s as time<3>) <= cast(s as time<9>)", "bool",
             strict(lambda s: True)),
            ("cast(s as time<3>) < cast(s as time<9>)", "bool",
             strict(lambda s: count[s] % 10 ** 6 > 0)),
        ]
        self.check([("s", "string")], rows, cases)

    def test_refused(self):
        self.refused([("d", "date"), ("t", "timestamp")], [
            ("cast(d as time)", "date cannot be cast to time<6>"),
            ("cast(cast(t as time) as date)", "time<6> cannot be cast to date"),
            ("cast(cast(t as time) as timestamp)",
             "time<6> cannot be cast to timestamp<6>"),
            ("cast(t as time) < t", "time<6>", "timestamp<6>")])


@needs_guests
class Casts(Expressions):
    def test_integers(self):
        for source in INTS:
            values = int_values(source)
            cases = []
            for target in INTS:
                fits = in_range(target)
                cases.append((f"cast(a as {target})", target, strict(fits)))
                cases.append((f"try_cast(a as {target})", target, strict(
                    lambda a, target=target:
                    a if INTS[target][0] <= a <= INTS[target][1] else None)))
            cases += [
                ("cast(a as fp64)", "f64", strict(float)),
                ("a::double", "f64", strict(float)),
                ("cast(a as fp32)", "f32", strict(lambda a: f32(float(a)))
                 if source[1:] != "64" else strict(
                     lambda a: Near(float(a), 1e-7))),
                ("cast(a as decimal(38,10))", "decimal(38,10)", strict(D)),
                ("cast(a as decimal(3,1))", "decimal(3,1)",
                 strict(lambda a: self.limited(D(a), 2))),
                ("cast(a as string)", "string", strict(str)),
                (f"cast(cast(a as string) as {source})", source,
                 lambda a: a),
                ("cast(a as boolean)", "bool", strict(bool)),
            ]
            self.check([("a", source)], [(v,) for v in values], cases)

    @staticmethod
    def limited(value, whole):
        if abs(value) >= D(10) ** whole:
            raise Wrong("")
        return value

    def test_floats(self):
        values = [0.0, 0.5, 0.9, 1.5, 2.5, -0.9, -1.5, 127.9, 128.0, -128.9,
                  -129.0, 255.9, 256.0, 2147483647.5, 9.2e18, 9.3e18, 1.8e19,
                  1e300, INF, NAN, -0.0]
        cases = []
        for target, (low, high) in INTS.items():
            def cast(a, low=low, high=high):
                if not math.isfinite(a) or not low <= int(a) <= high:
                    raise Wrong("")
                return int(a)

            def try_cast(a, cast=cast):
                try:
                    return cast(a)
                except Wrong:
                    return None

            cases += [(f"cast(a as {target})", target, cast),
                      (f"try_cast(a as {target})", target, try_cast)]
        cases += [
            ("cast(a as fp32)", "f32",
             lambda a: f32(a) if abs(a) < 1e300 or not math.isfinite(a)
             else self.limited(D(a), 39)),
            ("cast(a as boolean)", "bool", lambda a: a != 0),
            ("cast(cast(a as string) as double)", "f64", lambda a: a),
        ]
        self.check([("a", "f64")], [(v,) for v in values], cases)
        self.check([("a", "f32")], [(f32(v),) for v in values
                                    if abs(v) < 1e300 or v == INF], [
            ("cast(a as double)", "f64", lambda a: a),
            ("try_cast(a as i32)", "i32",
             lambda a: int(a) if abs(a) < 2 ** 31 else None),
            ("cast(cast(a as string) as float)", "f32", lambda a: a)])

    def test_float_to_decimal(self):
        values = [0.0, 0.5, 0.25, 1.25, -1.25, 99.75, 2.0 ** 40]
        self.check([("a", "f64")], [(v,) for v in values + [INF, NAN, 1e38]], [
            ("cast(a as decimal(10,1))", "decimal(10,1)",
             lambda a: self.limited(half_away(D(a), 1), 9)
             if math.isfinite(a) else self.limited(D(10) ** 99, 1)),
            ("try_cast(a as decimal(4,2))", "decimal(4,2)",
             lambda a: D(a) if abs(a) < 100 else None)])

    def test_decimals(self):
        values = [D(v) for v in ("0.00", "0.49", "0.50", "0.99", "1.50",
                                 "-0.50", "-1.99", "2.50", "127.99", "-128.99",
                                 "128.00", "99999999.99", "-99999999.99")]
        cases = []
        for target, (low, high) in INTS.items():
            def cast(a, low=low, high=high):
                if not low <= int(a) <= high:
                    raise Wrong("")
                return int(a)

            cases.append((f"cast(a as {target})", target, strict(cast)))
            cases.append((f"try_cast(a as {target})", target, strict(
                lambda a, low=low, high=high:
                int(a) if low <= int(a) <= high else None)))
        cases += [
            ("cast(a as double)", "f64", strict(float)),
            ("cast(a as decimal(10,1))", "decimal(10,1)",
             strict(lambda a: half_away(a, 1))),
            ("cast(a as decimal(38,2))", "decimal(38,2)", lambda a: a),
            ("cast(a as decimal(4,1))", "decimal(4,1)",
             strict(lambda a: self.limited(half_away(a, 1), 3))),
            ("try_cast(a as decimal(4,1))", "decimal(4,1)", strict(
                lambda a: half_away(a, 1)
                if abs(half_away(a, 1)) < 1000 else None)),
            ("cast(a as string)", "string", strict(lambda a: f"{a:.2f}")),
            ("cast(cast(a as string) as decimal(10,2))", "decimal(10,2)",
             lambda a: a),
            ("cast(a as boolean)", "bool", strict(bool)),
        ]
        self.check([("a", "decimal(10,2)")], [(v,) for v in values + [None]],
                   cases)
        big = [D(10 ** 38 - 1), D(-10 ** 38 + 1), D(0), D(2) ** 63,
               D(2) ** 63 - 1]
        self.check([("a", "decimal(38,0)")], [(v,) for v in big], [
            ("cast(a as i64)", "i64", lambda a: self.limited_int(a)),
            ("cast(a as string)", "string", lambda a: f"{a:.0f}"),
            ("cast(cast(a as string) as decimal(38,0))", "decimal(38,0)",
             lambda a: a),
            ("cast(a as double)", "f64", lambda a: Near(float(a), 1e-15))])

    @staticmethod
    def limited_int(value):
        if not -2 ** 63 <= value < 2 ** 63:
            raise Wrong("")
        return int(value)

    def test_text(self):
        bad = Wrong("")
        self.check([("s", "string")], [
            (s,) for s in ("12", "-1", "x", "", "300", "1.5", "true", "2000-02-30",
                           "1e400", None)], [
            ("try_cast(s as i8)", "i8",
             lambda s: {"12": 12, "-1": -1}.get(s)),
            ("try_cast(s as boolean)", "bool",
             lambda s: {"true": True}.get(s)),
            ("try_cast(s as date)", "date", lambda s: None),
            ("try_cast(s as decimal(4,1))", "decimal(4,1)",
             lambda s: {"12": D(12), "-1": D(-1), "300": D(300),
                        "1.5": D("1.5")}.get(s)),
        ])
        self.constants([
            ("cast('12' as i8)", "i8", 12),
            ("cast('x' as i8)", None, bad),
            ("cast('' as i64)", None, bad),
            ("cast('1.5' as i64)", None, bad),
            ("cast('300' as i8)", None, bad),
            ("cast('-1' as u8)", None, bad),
            ("cast('1.5' as double)", "f64", 1.5),
            ("cast('nan' as double)", "f64", NAN),
            ("cast('-inf' as double)", "f64", -INF),
            ("cast('one' as double)", None, bad),
            ("cast('2000-01-31' as date)", "date", days_of(2000, 1, 31)),
            ("cast('2000-02-30' as date)", None, bad),
            ("cast('x' as date)", None, bad),
            ("cast('2000-01-31 12:00:00.5' as timestamp)", "timestamp(us)",
             days_of(2000, 1, 31) * 86400000000 + 43200500000),
            ("cast('x' as timestamp)", None, bad),
            ("cast('true' as boolean)", "bool", True),
            ("cast('yes?' as boolean)", None, bad),
            ("cast('123.456' as decimal(5,2))", "decimal(5,2)", D("123.46")),
            ("cast('1234.5' as decimal(5,2))", None, bad),
            ("cast(true as i64)", "i64", 1),
            ("cast(false as string)", "string", "false"),
            ("cast(true as double)", "f64", 1.0),
            ("cast(date '2000-01-31' as string)", "string", "2000-01-31"),
            ("cast(timestamp '2000-01-31 12:00:00.5' as string)", "string",
             "2000-01-31 12:00:00.5"),
            ("cast(null as decimal(5,2))", "decimal(5,2)", None),
            ("try_cast('x' as i64)", "i64", None),
            ("try_cast(1e300 as i64)", "i64", None),
        ])


if __name__ == "__main__":
    unittest.main()
