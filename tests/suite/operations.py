"""What test_operations.py runs: types with their values, and for every row of the
tables in docs/operations.md and docs/partitions.md cases, each a pipeline and the
SQL that says what comes out.

A case is Case(names, steps, sql): the names that it stands for in those tables,
the steps (tests/guests/script.c) on the registers `t` and `u`, and a query of
DuckDB's over tables of these names. Both have the columns

    id BIGINT, k of the type, n BIGINT with nulls, g BIGINT
"""

import dataclasses

END = "."
INTEGERS = {"i8": 8, "i16": 16, "i32": 32, "i64": 64,
            "u8": 8, "u16": 16, "u32": 32, "u64": 64}
SQL_INTEGERS = dict(zip(INTEGERS, (
    "TINYINT SMALLINT INTEGER BIGINT UTINYINT USMALLINT UINTEGER "
    "UBIGINT").split()))


@dataclasses.dataclass(frozen=True)
class Type:
    """A type by its name here and in DuckDB, and values as literals of SQL. The
    first value is that of most rows; some rows have null."""
    name: str
    sql: str
    values: tuple
    kind: str = "flat"

    def literals(self):
        # Of Arrow's unions members are null, never they themselves.
        null = "union_value(i := NULL)" if self.kind == "union" else "NULL"
        return [f"({value})::{self.sql}" for value in (*self.values, null)]


def integers():
    for name, bits in INTEGERS.items():
        low = 0 if name[0] == "u" else -2 ** (bits - 1)
        high = 2 ** (bits - (name[0] == "i")) - 1
        yield Type(name, SQL_INTEGERS[name], ("7", str(low), "1", str(high)),
                   "integer")


def quoted(*texts):
    return tuple(f"'{text}'" for text in texts)


FLOATS = quoted("1.5", "-inf", "0.25", "1e30", "nan")
TIMES = quoted("12:34:56.789012", "00:00:00", "23:59:59.999999")
STAMPS = quoted("2024-02-29 12:34:56", "1969-12-31 23:59:59",
                "1970-01-01 00:00:00", "9999-12-31 00:00:00")
NANOS = quoted("2024-02-29 12:34:56.123456789", "1969-12-31 23:59:59.999999999",
               "1970-01-01 00:00:00", "2200-01-01 00:00:00")
STRUCT = "STRUCT(a BIGINT, b VARCHAR)"

TYPES = [
    *integers(),
    Type("fp32", "FLOAT", FLOATS, "float"),
    Type("fp64", "DOUBLE", FLOATS, "float"),
    *(Type(f"decimal<{p},{s}>", f"DECIMAL({p},{s})", values, "decimal")
      for p, s, values in (
          (4, 1, ("1.5", "-999.9", "0", "999.9")),
          (9, 2, ("1.25", "-9999999.99", "0", "9999999.99")),
          (18, 3, ("1.125", "-123456789012345.678", "0", "99999999999999.9")),
          (38, 5, ("1.5", "-123456789012345678901234567890.12345", "0",
                   "999999999999999999999999999999.99999")),
          (38, 0, ("7", "-123456789012345678901234567890", "0",
                   "170141183460469231731687303715884105")))),
    Type("boolean", "BOOLEAN", ("true", "false")),
    Type("string", "VARCHAR", quoted("b", "", "a", "日本", "😀", "B c,\"d")),
    Type("binary", "BLOB", quoted(r"\x00\xFF", "", "a", "b")),
    Type("fixedbinary<3>", "BLOB", quoted("abc", r"\x00\x01\xFF", "abd")),
    Type("uuid", "UUID", quoted(
        "00000000-0000-0000-0000-000000000001",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "80000000-0000-0000-0000-000000000000")),
    Type("date", "DATE", quoted("2024-02-29", "1969-12-31", "0001-01-01",
                                "9999-12-31")),
    Type("time<6>", "TIME", TIMES),
    Type("time<9>", "TIME_NS", quoted("12:34:56.789012345", "00:00:00",
                                      "23:59:59.999999999")),
    Type("timestamp<0>", "TIMESTAMP_S", STAMPS),
    Type("timestamp<3>", "TIMESTAMP_MS", STAMPS),
    Type("timestamp<6>", "TIMESTAMP", STAMPS),
    Type("timestamp<9>", "TIMESTAMP_NS", NANOS),
    *(Type(f"timestamp_tz<{unit},UTC>", "TIMESTAMPTZ", STAMPS)
      for unit in (0, 3, 6)),
    Type("interval", "INTERVAL", quoted("1 month -1 day", "25 hours", "0 days",
                                        "-3 microseconds")),
    Type('enum<"low", "mid", "high">', "ENUM('low', 'mid', 'high')",
         quoted("mid", "low", "high"), "enum"),
    Type("list<i64>", "BIGINT[]", ("[1, NULL, 3]", "[]", "[1]", "[NULL]",
                                   "[2]"), "nested"),
    Type("fixedlist<i32, 2>", "INTEGER[2]", ("[1, NULL]", "[1, 2]", "[0, 9]"),
         "nested"),
    Type("struct<a i64, b string>", STRUCT, (
        "{'a': 1, 'b': 'x'}", "{'a': NULL, 'b': ''}", "{'a': 1, 'b': NULL}",
        "{'a': 0, 'b': 'y'}"), "nested"),
    Type("list<struct<a i64, b string>>", f"{STRUCT}[]", (
        "[{'a': 1, 'b': 'x'}, NULL]", "[]", "[{'a': NULL, 'b': 'y'}]"),
         "nested"),
    Type("map<string, i64>", "MAP(VARCHAR, BIGINT)", (
        "MAP {'a': 1, 'b': NULL}", "MAP {}", "MAP {'c': 3}"), "map"),
    Type("union<i i64, s string>", "UNION(i BIGINT, s VARCHAR)", (
        "union_value(i := 7)", "union_value(s := 'x')", "union_value(i := 1)"),
         "union"),
    Type("null", "NULL", (), "null"),
]


def rows(type):
    """The SQL of the tables `t`, whose most frequent k is the first value, and
    `u`, whose ids are not in `t`, nor one of its values."""
    literals = type.literals()
    if type.kind == "null":
        literals = ["NULL", "NULL"]
    def table(count, first, choose):
        return ("SELECT * FROM (VALUES " + ", ".join(
            f"({first + i}::BIGINT, {literals[choose(i)]}, "
            f"{'NULL' if i % 5 == 0 else i % 5}::BIGINT, {i % 3}::BIGINT)"
            for i in range(count)) + ") AS v(id, k, n, g)")
    count = len(literals)
    return {"t": table(24, 0, lambda i: 0 if i > 20 else i % count),
            "u": table(9, 100, lambda i: -1 if i == 0 else
                       min(i * 2 % count, max(count - 3, 0)))}


@dataclasses.dataclass(frozen=True)
class Case:
    names: tuple
    steps: tuple
    sql: str
    ordered: bool = False


def case(names, steps, sql, **more):
    return Case(tuple(names.split()), tuple(steps), sql, **more)


def columns(type):
    yield case("wd_select", ["select", "k as x", "* except (k)", "id + 1 as j",
                             END], "SELECT k AS x, id, n, g, id + 1 AS j FROM t")
    yield case("wd_with_column", ["with", "x", "k"], "SELECT *, k AS x FROM t")
    yield case("wd_with_column", ["with", "N", "k"],
               "SELECT id, k, k AS \"N\", g FROM t")
    yield case("wd_drop_columns", ["drop-columns", "n", "g", END],
               "SELECT id, k FROM t")
    yield case("wd_rename", ["rename", "k", "n", "n", "k", END],
               "SELECT id, k AS n, n AS k, g FROM t")
    yield case("wd_unpivot", ["select", "id", "k", "k as l", END, "sort", "id",
                              END, "unpivot", "name", "value", "l", "k", END],
               "SELECT id, name, k AS value FROM t, (VALUES ('l', 0), ('k', 1))"
               " AS v(name, i) ORDER BY id, i", ordered=True)


def some_rows(type):
    yield case("wd_filter", ["filter", "k is not null and id > 3"],
               "FROM t WHERE k IS NOT NULL AND id > 3")
    yield case("wd_filter", ["as", "all", "filter", "k = k"],
               "FROM t WHERE k IS NOT NULL")
    yield case("wd_distinct", ["select", "k", END, "distinct", END],
               "SELECT DISTINCT k FROM t")
    yield case("wd_distinct", ["sort", "id desc", END, "distinct", "k", END],
               "FROM t QUALIFY row_number() OVER (PARTITION BY k ORDER BY id "
               "DESC) = 1")
    yield case("wd_sort", ["sort", "k desc nulls first", "id", END],
               "FROM t ORDER BY k DESC NULLS FIRST, id", ordered=True)
    yield case("wd_sort", ["sort", "k", "id desc", END],
               "FROM t ORDER BY k NULLS LAST, id DESC", ordered=True)
    yield case("wd_limit", ["sort", "id", END, "limit", "5"],
               "FROM t ORDER BY id LIMIT 5", ordered=True)
    yield case("wd_slice", ["sort", "id desc", END, "slice", "3", "4"],
               "FROM t ORDER BY id DESC LIMIT 4 OFFSET 3", ordered=True)
    yield case("wd_with_row_index", ["sort", "id desc", END, "row-index", "i"],
               "SELECT *, 23 - id AS i FROM t ORDER BY id DESC", ordered=True)
    # A sample is some of the rows, each at most once, and of all none is lost.
    yield case("wd_sample", ["sample", "1", "once", "7"], "FROM t")
    yield case("wd_sample", ["sample", "0.5", "once", "7", "as", "some",
                             "combine", "t", "except-all", "by-position",
                             "as", "strangers", "use", "some", "measure",
                             "count(*) > 2 as some", "count(*) < 22 as few", END,
                             "as", "size", "use", "strangers", "measure",
                             "count(*) as strangers", END, "as", "strange", "use",
                             "size", "zip", "strange"],
               "SELECT count(*) > 0 AS some, true AS few, 0::BIGINT AS strangers "
               "FROM t")
    yield case("wd_sample", ["sample", "0", "once", "7"], "FROM t LIMIT 0")
    yield from exploded(type)


def exploded(type):
    lists = ["select", "id",
             "case when id % 4 > 0 then [k, null, k] end as xs", END,
             "sort", "id", END]
    items = "(VALUES (0::BIGINT), (1), (2)) AS v(\"at\")"
    item = "CASE WHEN \"at\" <> 1 THEN k END AS xs"
    yield case("wd_explode", [*lists, "explode", "xs", "inner", "at"],
               f"SELECT id, \"at\", {item} FROM t, {items} "
               "WHERE id % 4 > 0 ORDER BY id, \"at\"", ordered=True)
    yield case("wd_explode", [*lists, "explode", "xs", "outer", ""],
               f"SELECT id, {item} FROM (SELECT id, \"at\", k FROM t, {items} WHERE "
               "id % 4 > 0 UNION ALL SELECT id, 1, NULL FROM t WHERE id % 4 = 0)"
               " ORDER BY id, \"at\"", ordered=True)
    if type.kind == "map":
        yield case("wd_explode", ["select", "id", "k", END, "explode", "k",
                                  "inner", ""],
                   "SELECT id, e.key AS key, e.value AS value FROM (SELECT id, "
                   "unnest(map_entries(k)) AS e FROM t)")


def made(type):
    """Rows out of nothing: of no type but their own."""
    if type.name == "i64":
        yield case("wd_generate", ["generate", "rows", "3", "4", "", END],
                   "SELECT part, r AS row FROM range(3) AS p(part), range(4) AS "
                   "q(r)")
        yield case("wd_range", ["range", "5", "12", "3"],
                   "SELECT range AS id FROM range(5, 12, 3)")


def comparable(type, k):
    """DuckDB has no CASE of arrays, and other orders of those with nulls."""
    return f"{k}::INTEGER[]" if type.sql.endswith("[2]") else k


JOINS = {"inner": "INNER", "left": "LEFT", "right": "RIGHT", "full": "FULL",
         "semi": "SEMI", "anti": "ANTI"}


def joined(type):
    right = ["use", "u", "select", "k", "id as j", END, "as", "r", "use", "t",
             "select", "id", "k", END]
    sides = "(SELECT id, k FROM t) AS l {} JOIN (SELECT k, id AS j FROM u) AS r"
    for kind, sql in JOINS.items():
        yield case(f"wd_join WD_{sql}", [*right, "join", "r", kind,
                                         "left.k = right.k"],
                   f"FROM {sides.format(sql)} ON l.k = r.k")
        keys = {"right": "r.k", "full": f"coalesce({comparable(type, 'l.k')}, "
                f"{comparable(type, 'r.k')})"}.get(kind, "l.k")
        if keys[-1] == ")" and comparable(type, "k") != "k":
            keys += f"::{type.sql}"
        yield case(f"wd_join_using WD_{sql}", [*right, "join-using", "r", kind,
                                               "k", END],
                   "SELECT " + ("l.id, l.k" if kind in ("semi", "anti") else
                                f"{keys} AS k, l.id, r.j") +
                   f" FROM {sides.format(sql)} ON l.k = r.k")
    yield case("wd_join WD_CROSS", [*right, "join", "r", "cross", ""],
               f"FROM {sides.format('CROSS')}")


def nearest(type):
    """The greatest k of `u` that is not above the row's, each k once."""
    right = ["use", "u", "sort", "id", END, "distinct", "k", END, "select", "k",
             "id as j", END, "as", "r", "use", "t", "select", "id", "k", END]
    mine, other = comparable(type, "l.k"), comparable(type, "r.k")
    near = (f"(SELECT id, k, (SELECT max({other}) FROM u AS r WHERE {other} <= "
            f"{mine}) AS m FROM t AS l) AS l {{}} JOIN (SELECT k, min(id) AS j "
            f"FROM u GROUP BY k) AS r ON l.m = {other}")
    for kind, name, sql in (("as-of", "WD_AS_OF", "INNER"),
                            ("as-of-left", "WD_AS_OF_LEFT", "LEFT")):
        yield case(f"wd_join {name}", [*right, "join", "r", kind,
                                       "left.k >= right.k"],
                   f"SELECT l.id, l.k, r.k, r.j FROM {near.format(sql)}")


def combined(type):
    names = ["use", "u", "select", "k", "id", END, "as", "r", "use", "t",
             "select", "id", "k", END]
    for operation, sql in (("union-all", "UNION ALL"),
                           ("union-distinct", "UNION"),
                           ("intersect-all", "INTERSECT ALL"),
                           ("intersect-distinct", "INTERSECT"),
                           ("except-all", "EXCEPT ALL"),
                           ("except-distinct", "EXCEPT")):
        yield case("wd_combine", [
            "use", "u", "select", "k", END, "as", "r", "use", "t", "select", "k",
            END, "combine", "r", operation, "by-position"],
            f"SELECT k FROM t {sql} SELECT k FROM u")
        yield case("wd_combine", [*names, "combine", "r", operation, "by-name"],
                   f"SELECT id, k FROM t {sql} SELECT id, k FROM u")
    yield case("wd_zip", ["sort", "id", END, "as", "l", "sort", "id desc", END,
                          "select", "k as k2", "id as id2", END, "as", "r",
                          "use", "l", "zip", "r"],
               "SELECT l.*, r.k AS k2, r.id AS id2 FROM t AS l JOIN t AS r ON "
               "l.id = 23 - r.id ORDER BY l.id", ordered=True)


def grouped(type):
    counts = ["measure", "count(*) as c", "min(id) as i", END]
    sets = "SELECT k, g, count(*) AS c, min(id) AS i FROM t GROUP BY "
    yield case("wd_group_by wd_aggregate", ["group", "k", END, *counts],
               "SELECT k, count(*) AS c, min(id) AS i FROM t GROUP BY k")
    yield case("wd_rollup", ["rollup", "k", "g", END, *counts],
               f"{sets} ROLLUP (k, g)")
    yield case("wd_cube", ["cube", "k", "g", END, *counts],
               f"{sets} CUBE (k, g)")
    yield case("wd_grouping_sets grouping grouping_id", [
        "sets", "k", "g", END, "0,1", "1", "-", END, "measure", "count(*) as c",
        "grouping(k) as gk", "grouping(k, g) as both", "grouping_id() as id",
        END],
        "SELECT k, g, count(*) AS c, grouping(k)::BIGINT AS gk, grouping(k, g)"
        "::BIGINT AS both, grouping(k, g)::BIGINT AS id FROM t GROUP BY "
        "GROUPING SETS ((k, g), (g), ())")
    yield case("wd_pivot", ["group", "k", END, "pivot", "g", "0", "2", END,
                            "measure", "first(k) as f", "count(*) as c", END],
               "SELECT k, any_value(k) FILTER (WHERE g = 0) AS \"0_f\", "
               "count(*) FILTER (WHERE g = 0) AS \"0_c\", any_value(k) FILTER "
               "(WHERE g = 2) AS \"2_f\", count(*) FILTER (WHERE g = 2) AS "
               "\"2_c\" FROM t GROUP BY k")
    yield case("wd_describe", ["describe", "k", END, "select",
                               "\"column\" as c", "count", "nulls", END],
               "SELECT 'k' AS c, count(k) AS count, count(*) - count(k) AS nulls "
               "FROM t")
    if type.kind in ("integer", "decimal") or type.name in ("string", "date"):
        yield case("wd_describe", ["describe", "k", END, "select", "min", "max",
                                   END],
                   "SELECT min(k)::VARCHAR AS min, max(k)::VARCHAR AS max FROM t")
    if type.kind == "integer":
        yield case("wd_describe", [
            "filter", "k > 0 and k < 100", "describe", "k", END, "select",
            "mean", "stddev", "q25", "median",
            "q75", END],
            "SELECT avg(k) AS mean, stddev(k::DOUBLE) AS stddev, quantile_cont("
            "k::DOUBLE, 0.25) AS q25, median(k::DOUBLE) AS median, quantile_cont("
            "k::DOUBLE, 0.75) AS q75 FROM t WHERE k > 0 AND k < 100")


@dataclasses.dataclass(frozen=True)
class Measure:
    names: str
    mine: str
    sql: str
    grouped: bool = True  # compared for each g, too


# True where there are rows.
SOME = "CASE WHEN count(*) > 0 THEN true END"


def measures(type):
    yield Measure("count", "count(*)", "count(*)")
    yield Measure("count", "count(k)", "count(k)")
    yield Measure("count", "count(distinct k)", "count(DISTINCT k)")
    yield Measure("count_if", "count_if(k is null)",
                  "count(*) FILTER (WHERE k IS NULL)")
    yield Measure("approx_count_distinct",
                  "approx_count_distinct(k) between count(distinct k) - 1 and "
                  "count(distinct k) + 1", "true")
    yield Measure("min", "min(k)", "min(k)")
    yield Measure("max", "max(k)", "max(k)")
    yield Measure("min_by", "min_by(k, id)", "arg_min_null(k, id)")
    yield Measure("max_by", "max_by(k, id)", "arg_max_null(k, id)")
    yield Measure("first", "first(k)", "first(k ORDER BY id)")
    yield Measure("last", "last(k)", "last(k ORDER BY id)")
    yield Measure("list", "list(k)", "list(k ORDER BY id)")
    yield Measure("array_agg", "array_agg(k)", "list(k ORDER BY id)")
    yield Measure("collect_list", "collect_list(k)", "coalesce(list(k ORDER BY "
                  "id) FILTER (WHERE k IS NOT NULL), [])")
    if type.kind == "null":
        return
    for name in ("any_value", "arbitrary"):
        yield Measure(name, f"list_contains(list(k), {name}(k))", SOME)
    yield Measure("mode", "mode(k)", "mode(k)", grouped=False)
    yield Measure("quantile_disc", "quantile_disc(k, 0.5)",
                  "quantile_disc(k, 0.5)")
    yield Measure("collect_set", "list_sort(collect_set(k))", "coalesce("
                  "list_sort(list(DISTINCT k) FILTER (WHERE k IS NOT NULL)), [])")
    if type.kind != "union":  # DuckDB reads no Arrow maps of their keys
        keys = "list_sort(list(DISTINCT k) FILTER (WHERE k IS NOT NULL))"
        yield Measure("histogram", "histogram(k)",
                      f"map({keys}, list_transform({keys}, lambda x: "
                      "len(list_filter(list(k), lambda y: y = x))))")
    if type.kind in ("integer", "decimal", "float"):
        yield from numbers(type)
    if type.kind == "integer":
        for name in ("bit_and", "bit_or", "bit_xor"):
            yield Measure(name, f"{name}(k)", f"{name}(k)")
    if type.name == "boolean":
        for name, sql in (("bool_and", "bool_and"), ("every", "bool_and"),
                          ("bool_or", "bool_or"), ("some", "bool_or")):
            yield Measure(name, f"{name}(k)", f"{sql}(k)")
        yield Measure("count_if", "count_if(k)", "count(*) FILTER (WHERE k)")
    if type.name == "string":
        for name in ("string_agg", "listagg"):
            yield Measure(name, f"{name}(k, '|')",
                          "string_agg(k, '|' ORDER BY id)")


SPREADS = {"std_dev": "stddev_samp", "stddev": "stddev_samp",
           "stddev_samp": "stddev_samp", "std_dev_pop": "stddev_pop",
           "stddev_pop": "stddev_pop", "variance": "var_samp",
           "var_samp": "var_samp", "variance_pop": "var_pop",
           "var_pop": "var_pop"}


def numbers(type):
    """Sums stay within the type, so the extremes are left out of them; spreads
    are of finite values."""
    finite = {"float": "abs(k) < 100", "integer": "k < 100",
              "decimal": "k < 100"}[type.kind]
    finite += " and k > -100" if type.kind == "decimal" else \
        " and k > 0" if type.kind == "integer" else ""
    mine, sql = f" filter (where {finite})", f" FILTER (WHERE {finite})"
    scale = type.name.rstrip(">").rpartition(",")[2]
    total = {"float": "DOUBLE", "integer":
             "UBIGINT" if type.name[0] == "u" else "BIGINT",
             "decimal": f"DECIMAL(38,{scale})"}[type.kind]
    yield Measure("sum", f"sum(k){mine}", f"(sum(k){sql})::{total}")
    mean = {"float": type.sql, "integer": "DOUBLE"}.get(type.kind)
    for name in ("avg", "mean"):
        if mean:
            yield Measure(name, f"{name}(k){mine}", f"(avg(k){sql})::{mean}")
        else:  # of few digits, so a double is exact enough to be rounded
            yield Measure(name, f"{name}(k){mine}",
                          f"round((avg(k){sql})::DOUBLE, {scale})::{total}")
    yield Measure("product", f"product(k){mine}", f"product(k::DOUBLE){sql}")
    for name, other in SPREADS.items():
        yield Measure(name, f"{name}(k){mine}", f"{other}(k::DOUBLE){sql}")
    yield Measure("median", f"median(k){mine}", f"median(k::DOUBLE){sql}")
    for name in ("quantile", "percentile"):
        yield Measure(name, f"{name}(k, 0.3){mine}",
                      f"quantile_cont(k::DOUBLE, 0.3){sql}")
    for name in ("approx_quantile", "percentile_approx"):
        yield Measure(name, f"{name}(k, 0.5){mine} between cast(min(k){mine} as "
                      f"fp64) and cast(max(k){mine} as fp64)", SOME)
    for name in ("corr", "covar_samp", "covar_pop"):
        yield Measure(name, f"{name}(k, id){mine}",
                      f"{name}(k::DOUBLE, id){sql}")


def aggregated(type):
    def of(some, before, names, keys, group):
        return case(
            " ".join([names, *(m.names for m in some)]),
            ["sort", "id", END, *before, "measure",
             *(f"{m.mine} as m{i}" for i, m in enumerate(some)), END],
            "SELECT " + keys + ", ".join(
                f"{m.sql} AS m{i}" for i, m in enumerate(some)) +
            f" FROM t{group}")
    every = list(measures(type))
    yield of(every, [], "wd_aggregate_all", "", "")
    yield of([m for m in every if m.grouped], ["group", "g", END],
             "wd_aggregate", "g, ", " GROUP BY g")
    yield case("wd_aggregate_all", [
        "filter", "id < 0", "measure", "count(k) as c", "max(k) as m",
        "list(k) as l", "collect_list(k) as e", END],
        "SELECT count(k) AS c, max(k) AS m, list(k) AS l, coalesce(list(k), []) "
        "AS e FROM t WHERE id < 0")


def wholes(type):
    ends = ["filter", "side = 'end'", "select", "id", END]
    yield case("wd_map_groups", ["group", "k", END, "count-parts"],
               "SELECT row_number() OVER (ORDER BY k NULLS LAST) - 1 AS part, c "
               "AS rows FROM (SELECT k, count(*) AS c FROM t GROUP BY k)")
    pairs = ["use", "u", "group", "k", END, "as-group", "r", "use", "t", "group",
             "k", END, "pair", "r"]
    yield case("wd_co_map_groups", [*pairs, *ends],
               "SELECT count(*) AS id FROM (SELECT k FROM t UNION ALL SELECT k "
               "FROM u) GROUP BY k")
    yield case("wd_co_map_groups", [*pairs, "filter", "side <> 'end'", "select",
                                    "side", "id", END],
               "SELECT 'left' AS side, id FROM u UNION ALL SELECT 'right', id "
               "FROM t")
    keyed = ["repartition", "3", "k", END]
    yield case("wd_map_partitions wd_repartition", [
        *keyed, "count-parts", "measure", "count(*) as parts",
        "sum(rows) as rows", END],
        "SELECT 3::BIGINT AS parts, count(*) AS rows FROM t")
    yield case("wd_repartition", ["repartition", "5", END, "count-parts",
                                  "select", "rows", END],
               "SELECT (c + p) // 5 AS rows FROM range(5) AS r(p), "
               "(SELECT count(*) AS c FROM t)")
    yield case("wd_sort_within_partitions", [
        *keyed, "sort-parts", "id", END, "shares", "id", "measure",
        "sum(rows) as rows", "sum(total) as total", "bool_and(rising) as up",
        END], "SELECT count(*) AS rows, coalesce(sum(id), 0)::BIGINT AS total, "
        "true AS up FROM t")
    yield case("wd_cache", ["select", "id", "k", END, "cache", "memory"],
               "SELECT id, k FROM t")
    yield case("wd_cache", ["sort", "k", "id", END, "cache", "disk"],
               "FROM t ORDER BY k NULLS LAST, id", ordered=True)
    yield case("wd_temp_table", ["sort", "id", END, "temp", "kept", "overwrite",
                                 "read", "kept"], "FROM t")


# Those whose rows are not shown, and the lines that they print.
ACTIONS = {
    "wd_count": (["use", "t", "filter", "k is not null", "count"],
                 "SELECT count(k) FROM t"),
    "wd_first": (["use", "t", "sort", "k desc nulls last", "id", END, "select",
                  "id", END, "first"],
                 "SELECT coalesce((SELECT '[\"' || id || '\"]' FROM t ORDER BY k "
                 "DESC NULLS LAST, id LIMIT 1), 'none')"),
    "wd_for_each_partition": (["use", "t", "repartition", "4", "k", END, "each",
                               "seen", "wait", "counters", "rows", "parts", END],
                              "SELECT count(*) || ' 4' FROM t"),
    "wd_collect": (["use", "t", "sort", "k", "id", END, "select", "id", END,
                    "collect"],
                   "SELECT '[\"' || id || '\"]' FROM t ORDER BY k NULLS LAST, "
                   "id"),
}


def cases(type):
    for family in (columns, some_rows, made, joined, nearest, combined, grouped,
                   aggregated, wholes):
        yield from family(type)
