"""Dates, timestamps and intervals: arithmetic, parts, formats, zones, against
Python's datetime."""

import calendar
import datetime
import unittest
import zoneinfo

from script import Failure, create, needs_guests
from expressions import Expressions, Wrong, strict

EPOCH = datetime.datetime(1970, 1, 1)
DAY = datetime.timedelta(1)
US = datetime.timedelta(microseconds=1)


def days(*date):
    return (datetime.date(*date) - EPOCH.date()).days


def micros(*moment):
    return (datetime.datetime(*moment) - EPOCH) // US


def date_of(d):
    return EPOCH.date() + datetime.timedelta(d)


def time_of(t):
    return EPOCH + datetime.timedelta(microseconds=t)


def to_days(date):
    return (date - EPOCH.date()).days


def to_micros(moment):
    return (moment - EPOCH) // US


def plus_months(date, months):
    """The day, or the last one of the month."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date.replace(year=year, month=month + 1, day=min(date.day, last))


DATES = [days(*d) for d in (
    (1970, 1, 1), (1969, 12, 31), (2000, 2, 29), (2023, 1, 31), (2024, 1, 31),
    (2024, 12, 31), (2021, 1, 3), (2020, 12, 28), (1900, 3, 1), (9990, 6, 15),
    (1, 6, 2))] + [None]
TIMES = [micros(*t) for t in (
    (1970, 1, 1), (1969, 12, 31, 23, 59, 59, 123456),
    (2024, 2, 29, 12, 34, 56, 789012), (2024, 12, 31, 23, 59, 59, 999999),
    (2024, 3, 31, 2, 30), (1900, 1, 1, 0, 0, 0, 1), (2021, 1, 3),
    (1, 6, 2, 3, 4, 5, 6))] + [None]


def floor_to(unit):
    def call(moment):
        start = {"year": dict(month=1, day=1), "month": dict(day=1),
                 "quarter": dict(month=(moment.month - 1) // 3 * 3 + 1, day=1)}
        if unit == "week":
            moment -= datetime.timedelta(moment.weekday())
        if unit in start:
            moment = moment.replace(**start[unit])
        if not isinstance(moment, datetime.datetime):
            return moment
        clock = {"hour": dict(minute=0, second=0, microsecond=0),
                 "minute": dict(second=0, microsecond=0),
                 "second": dict(microsecond=0),
                 "millisecond": dict(microsecond=moment.microsecond // 1000
                                     * 1000), "microsecond": {}}
        midnight = dict(hour=0, minute=0, second=0, microsecond=0)
        return moment.replace(**clock.get(unit, midnight))
    return call


def number_of(unit, moment):
    """How many units began since year 0: differences count the borders."""
    start = floor_to(unit)(moment)
    if unit in ("year", "quarter", "month"):
        months = start.year * 12 + start.month - 1
        return months // {"year": 12, "quarter": 3, "month": 1}[unit]
    size = {"week": 7 * DAY, "day": DAY, "hour": DAY / 24,
            "minute": DAY / 1440, "second": DAY / 86400, "millisecond":
            1000 * US, "microsecond": US}[unit]
    return (start - datetime.datetime(1, 1, 1)) // size


FIELDS = {
    "year": lambda t: t.year, "month": lambda t: t.month,
    "day": lambda t: t.day, "quarter": lambda t: (t.month + 2) // 3,
    "iso_year": lambda t: t.isocalendar()[0],
    "week": lambda t: t.isocalendar()[1],
    "iso_day_of_week": lambda t: t.isoweekday(),
    "monday_day_of_week": lambda t: t.isoweekday(),
    "sunday_day_of_week": lambda t: t.isoweekday() % 7 + 1,
    "day_of_year": lambda t: t.timetuple().tm_yday,
}
CLOCK = {
    "hour": lambda t: t.hour, "minute": lambda t: t.minute,
    "second": lambda t: t.second,
    "millisecond": lambda t: t.microsecond // 1000,
    "microsecond": lambda t: t.microsecond % 1000,
    "subsecond": lambda t: t.microsecond,
    "unix_time": lambda t: to_micros(t) // 10**6,
}
UNITS = ["year", "quarter", "month", "week", "day", "hour", "minute", "second",
         "millisecond", "microsecond"]


def of_date(function):
    return strict(lambda d, *more: function(date_of(d), *more))


def of_time(function):
    return strict(lambda t, *more: function(time_of(t), *more))


@needs_guests
class Parts(Expressions):
    def test_dates(self):
        self.check([("d", "date")], [(d,) for d in DATES], [
            (f"extract({name} from d)", "i64", of_date(field))
            for name, field in FIELDS.items()] + [
            ("quarter(d)", "i64", of_date(FIELDS["quarter"])),
            ("weekofyear(d)", "i64", of_date(FIELDS["week"])),
            ("dayofweek(d)", "i64", of_date(FIELDS["sunday_day_of_week"])),
            ("epoch(d)", "i64", strict(lambda d: d * 86400)),
            ("last_day(d)", "date", of_date(lambda d: to_days(d.replace(
                day=calendar.monthrange(d.year, d.month)[1])))),
        ] + [(f"date_trunc('{unit}', d)", "date",
              of_date(lambda d, unit=unit: to_days(floor_to(unit)(d))))
             for unit in ("year", "quarter", "month", "week", "day")])

    def test_timestamps(self):
        for type in ("timestamp(us)", "timestamp(us, UTC)"):
            result = type.replace(", ", ",")
            self.check([("t", type)], [(t,) for t in TIMES], [
                (f"extract({name} from t)", "i64", of_time(field))
                for name, field in {**FIELDS, **CLOCK}.items()] + [
                (f"date_trunc('{unit}', t)", result, of_time(
                    lambda t, unit=unit: to_micros(floor_to(unit)(t))))
                for unit in UNITS] + [
                ("unix_micros(t)", "i64", lambda t: t),
                ("unix_millis(t)", "i64", strict(lambda t: t // 1000)),
                ("cast(t as date)", "date", strict(
                    lambda t: t // 86400000000)),
                ("cast(t as timestamp)", "timestamp(us)", lambda t: t),
                ("cast(t as timestamp_tz<6,UTC>)", "timestamp(us,UTC)",
                 lambda t: t),
                ("strftime(t, '%Y-%m-%d %H:%M:%S.%f')", "string", of_time(
                    lambda t: f"{t.year:04}" + t.strftime(
                        "-%m-%d %H:%M:%S.%f"))),
            ])

    def test_finer_and_coarser_units(self):
        self.check([("s", "timestamp(s)"), ("n", "timestamp(ns)")],
                   [(-1, -1), (86400, 86400 * 10**9 + 999)], [
            ("extract(second from s)", "i64", lambda s, n: s % 60),
            ("extract(second from n)", "i64",
             lambda s, n: n // 10**9 % 60),
            ("date_trunc('day', s)", "timestamp(us)",
             lambda s, n: s // 86400 * 86400 * 10**6),
            ("s + interval '1 hour'", "timestamp(us)",
             lambda s, n: (s + 3600) * 10**6),
        ])
        self.refused([("n", "timestamp(ns)")], [
            ("n + interval '1 day'", "timestamp<6>"),
            ("date_trunc('day', n)", "timestamp<6>")])

    def test_differences(self):
        known = [t for t in TIMES if t is not None]
        self.check([("a", "timestamp(us)"), ("b", "timestamp(us)")],
                   [(a, b) for a in known for b in known] + [(None, 0)], [
            (f"date_diff('{unit}', a, b)", "i64", strict(
                lambda a, b, unit=unit: number_of(unit, time_of(b)) -
                number_of(unit, time_of(a)))) for unit in UNITS])
        dates = [d for d in DATES if d is not None]
        self.check([("a", "date"), ("b", "date")],
                   [(a, b) for a in dates for b in dates] + [(None, 1)], [
            ("a - b", "i64", strict(lambda a, b: a - b)),
            ("date_diff('day', a, b)", "i64", strict(lambda a, b: b - a))])


INTERVALS = {
    "interval '1 month'": (1, 0, 0), "interval '-1' month": (-1, 0, 0),
    "interval 2 years": (24, 0, 0), "interval '1 day'": (0, 1, 0),
    "interval '2 weeks'": (0, 14, 0),
    "interval '1 year 1 month -1 day'": (13, -1, 0),
    "interval '90 minutes'": (0, 0, 5400 * 10**6),
    "interval '-00:00:01.5'": (0, 0, -1500000),
    "interval '1 month 1 day 01:00:00'": (1, 1, 3600 * 10**6),
    "interval '1.5 hours'": (0, 0, 5400 * 10**6),
    "interval '5 microseconds'": (0, 0, 5),
}


@needs_guests
class Arithmetic(Expressions):
    def test_intervals(self):
        moved = [t for t in TIMES if t is None or t > micros(1800, 1, 1)]
        dates = [d for d in DATES if d is None or
                 days(1800, 1, 1) < d < days(9000, 1, 1)]

        def added(moment, months, more, us, sign=1):
            """Months first, then days, then the rest."""
            moment = plus_months(moment, sign * months)
            return moment + sign * more * DAY + sign * us * US

        for text, parts in INTERVALS.items():
            cases = []
            for sign, operator in ((1, "+"), (-1, "-")):
                cases.append((f"t {operator} {text}", "timestamp(us)", of_time(
                    lambda t, sign=sign: to_micros(
                        added(t, *parts, sign=sign)))))
            cases.append((f"{text} + t", "timestamp(us)", of_time(
                lambda t: to_micros(added(t, *parts)))))
            self.check([("t", "timestamp(us)")], [(t,) for t in moved], cases)
            self.check([("t", "timestamp(us, UTC)")], [(t,) for t in moved], [
                (f"t + {text}", "timestamp(us,UTC)", of_time(
                    lambda t: to_micros(added(t, *parts))))])
            whole = parts[2] == 0
            self.check([("d", "date")], [(d,) for d in dates], [
                (f"d + {text}", "date" if whole else "timestamp(us)", of_date(
                    lambda d: to_days(added(d, *parts[:2], 0)) if whole else
                    to_micros(added(datetime.datetime(*d.timetuple()[:3]),
                                    *parts))))])

    def test_days(self):
        self.check([("d", "date"), ("n", "i64")],
                   [(d, n) for d in DATES if d is None or d < days(9000, 1, 1)
                    for n in (-400, -1, 0, 1, 30, None)], [
            ("d + n", "date", strict(lambda d, n: d + n)),
            ("n + d", "date", strict(lambda d, n: d + n)),
            ("d - n", "date", strict(lambda d, n: d - n)),
        ])
        self.check([("d", "date"), ("n", "i64")],
                   [(d, n) for d in DATES if d is None or
                    days(1800, 1, 1) < d < days(9000, 1, 1)
                    for n in (-13, -1, 0, 1, 12, 25, None)], [
            ("add_months(d, n)", "date", strict(
                lambda d, n: to_days(plus_months(date_of(d), n))))])
        self.constants([
            ("date '2000-01-01' + 99999999999", "date", Wrong("")),
            ("timestamp '290000-01-01 00:00:00' + interval '9000 years'",
             "timestamp(us)", Wrong("")),
        ])

    def test_interval_comparisons_and_frames(self):
        self.constants([
            ("interval '1 month' = interval '30 days'", "bool", True),
            ("interval '1 day' < interval '25 hours'", "bool", True),
            ("interval '1 day' * 3 = interval '72:00:00'", "bool", True),
            ("timestamp '2024-03-01' - timestamp '2024-01-01' = "
             "interval '60 days'", "bool", True),
            ("interval '1 day' + interval '1 hour' > interval '1 day'",
             "bool", True),
        ])
        rows = [(i, d) for i, d in enumerate((0, 1, 2, 5, 6, 9, 9, None))]
        table = self.collect(*create([("i", "i64"), ("d", "date")], rows),
                             "select", "i", "count(*) over (order by d range "
                             "between interval '2 days' preceding and current "
                             "row) as c", ".")
        self.assertEqual(dict(table.rows), {
            i: sum(e is not None and d - 2 <= e <= d for _, e in rows)
            if d is not None else 1 for i, d in rows})

    def test_wrong(self):
        self.refused([("d", "date"), ("t", "timestamp(us)")], [
            ("t + t", "intervals"), ("d + 1.5", "days"), ("d * 2", "date"),
            ("d + t", "date"), ("t + 1", "interval"),
            ("interval 'x'", "not an interval"), ("interval ''", "interval"),
            ("interval '1 fortnight'", "not an interval"),
            ("interval '0.5 months'", "not an interval"),
            ("interval '99999999999 days'", "not an interval"),
            ("interval '1:99'", "not an interval"),
            ("date_trunc('eon', d)", "unit"), ("date_trunc(d)", "takes 2"),
            ("date_diff('day', d, 1)", "date_diff"),
            ("extract(century from d)", "expected year"),
            ("extract(hour from d)", "hour"), ("hour(d)", "hour"),
        ])


@needs_guests
class Texts(Expressions):
    def test_formats(self):
        self.constants([
            ("strftime(date '2024-03-01', '%d.%m.%y')", "string", "01.03.24"),
            ("strptime('2024/03/01 12', '%Y/%m/%d %H')", "timestamp(us)",
             micros(2024, 3, 1, 12)),
            ("strptime_date('01.03.2024', '%d.%m.%Y')", "date",
             days(2024, 3, 1)),
            ("strptime_timestamp('x', '%Y')", "timestamp(us)", Wrong("")),
            ("try_strptime('x', '%Y')", "timestamp(us)", None),
            ("make_date(2024, 2, 29)", "date", days(2024, 2, 29)),
            ("make_date(2023, 2, 29)", "date", Wrong("")),
            ("make_timestamp(2024, 1, 2, 3, 4, 5.5)", "timestamp(us)",
             micros(2024, 1, 2, 3, 4, 5, 500000)),
            ("timestamp_seconds(-1)", "timestamp(us,UTC)", -1000000),
            ("timestamp_millis(1500)", "timestamp(us,UTC)", 1500000),
            ("timestamp_micros(7)", "timestamp(us,UTC)", 7),
            ("timestamp_seconds(9223372036854775807)", "timestamp(us,UTC)",
             Wrong("")),
        ])

    def test_zones(self):
        zones = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"]
        moments = [micros(2024, 1, 15, 12), micros(2024, 7, 15, 23, 30),
                   micros(2024, 3, 31, 0, 59, 59), micros(2024, 3, 31, 1),
                   micros(1980, 6, 1), None]

        def local(zone):
            def call(t):
                moment = time_of(t).replace(tzinfo=datetime.timezone.utc)
                there = moment.astimezone(zoneinfo.ZoneInfo(zone))
                return to_micros(there.replace(tzinfo=None))
            return strict(call)

        self.check([("z", "timestamp(us, UTC)")], [(t,) for t in moments], [
            (f"z at time zone '{zone}'", "timestamp(us)", local(zone))
            for zone in zones] + [
            (f"z at time zone '{zone}' at time zone '{zone}'",
             "timestamp(us,UTC)", lambda z: z) for zone in zones] + [
            ("hour(local_timestamp(z, 'Asia/Kathmandu'))", "i64", strict(
                lambda z: local("Asia/Kathmandu")(z) // 3600000000 % 24))])
        self.constants([
            ("timestamp '2024-07-01 12:00:00' at time zone 'Nowhere/Else'",
             "timestamp(us,UTC)", Wrong(""))])

    def test_now(self):
        before = to_micros(datetime.datetime.utcnow())
        seen = self.play(
            "range", "0", "100000", "1", "select", "now() as n",
            "current_timestamp as c", "current_date as d", "localtimestamp "
            "as l", "today() as t", ".", "distinct", ".", "collect")
        after = to_micros(datetime.datetime.utcnow())
        (now, current, date, local, today), = seen[0].rows
        self.assertEqual(now, current)
        self.assertEqual(now, local)
        self.assertEqual(date, today)
        self.assertTrue(before <= now <= after)
        self.assertEqual(date, now // 86400000000)
        table = self.collect(*create([("current_date", "i64")], [(7,)]),
                             "select", "current_date", ".")
        self.assertEqual(table.rows, [(7,)])


if __name__ == "__main__":
    unittest.main()
