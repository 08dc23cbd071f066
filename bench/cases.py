"""What bench/run measures: tables, sets of cases, lines of the table."""

ROWS = 10_000_000
MANY_ROWS = 50_000_000
FEW_ROWS = 5_000_000
WIDE_ROWS = 1_000_000

TABLES = {
    "i": f"""CREATE TABLE m AS SELECT CAST(range AS BIGINT) AS i
             FROM range({MANY_ROWS})""",
    "ab": f"""CREATE TABLE m AS SELECT
              CAST(hash(range) % 1000000 + 1 AS BIGINT) AS a,
              CAST(hash(range + 7) % 1000000 + 1 AS BIGINT) AS b
              FROM range({ROWS})""",
    "s": f"""CREATE TABLE m AS SELECT CASE range % 3
             WHEN 0 THEN 'id ' || range % 100000
             WHEN 1 THEN 'customer name ' || range
             ELSE 'order line of ' || range || ' at ' || range % 365 END AS s
             FROM range({ROWS})""",
    "groups": f"""CREATE TABLE m AS SELECT CAST(range % 1000 AS BIGINT) AS x,
              CAST(hash(range) % 1000000 AS BIGINT) AS g,
              CAST(hash(range + 1) % 100 AS BIGINT) AS h,
              CAST(hash(range + 2) % 1000 AS BIGINT) AS k FROM range({ROWS})""",
    "named": f"""CREATE TABLE m AS SELECT CAST(range % 1000 AS BIGINT) AS x,
              CAST(hash(range) % 1000000 AS BIGINT) AS g,
              CAST(hash(range + 1) % 100 AS BIGINT) AS h,
              'customer ' || hash(range) % 100000000 AS s FROM range({ROWS})""",
    "types": f"""CREATE TABLE m AS SELECT
             CAST(range AS BIGINT) AS n0,
             CASE WHEN hash(range) % 10 > 0
             THEN CAST(range AS BIGINT) END AS n10,
             CASE WHEN hash(range) % 10 = 0
             THEN CAST(range AS BIGINT) END AS n90,
             CAST(range % 1000000 AS DECIMAL(18,2)) AS d18,
             CAST(range % 1000000 AS DECIMAL(38,4)) AS d38,
             range(CAST(range % 6 AS BIGINT)) AS list,
             {{'a': CAST(range AS BIGINT), 'b': CAST(range % 100 AS BIGINT)}}
             AS pair
             FROM range({FEW_ROWS})""",
    "wide": "CREATE TABLE m AS SELECT "
            + ", ".join(f"CAST(hash(range + {i}) % 1000 AS BIGINT) AS {c}"
                        for i, c in enumerate("abcd"))
            + "".join(f", CAST(range % {i} AS INTEGER) AS c{i}"
                      for i in range(5, 201))
            + f" FROM range({WIDE_ROWS})",
    "relational": f"""CREATE TABLE m AS SELECT CAST(range AS BIGINT) AS i,
              CAST(hash(range) % 1000000 AS BIGINT) AS k,
              CAST(hash(range + 1) % 1000 AS BIGINT) AS p,
              CAST(range % 1000 AS BIGINT) AS x FROM range({ROWS})""",
}

# A line of text as it is, by DuckDB's own reader.
READ_LINES = ("read_csv('{text}', delim='\\x01', quote='', escape='', "
              "comment='', header=false, auto_detect=false, "
              "columns={{'line': 'VARCHAR'}}, strict_mode=false, "
              "max_line_size=1000000)")
COUNT_WORDS = ("SELECT w, count(*) AS n FROM (SELECT "
               "unnest(string_split(line, ' ')) AS w FROM {source}) "
               "WHERE w <> '' GROUP BY w ORDER BY n DESC, w")


def total(value, source="m"):
    return f"SELECT CAST(sum({value}) AS BIGINT) AS y FROM {source}"


def grouped(value, key):
    return total("y", f"(SELECT {value} AS y FROM m GROUP BY {key})")


class Set:
    """Cases that are measured together, on one table."""

    def __init__(self, name, table, program, rows, sql, cases,
                 text=False, brief=False):
        self.name, self.table, self.program = name, table, program
        self.rows, self.sql, self.cases = rows, sql, cases
        # brief: no memory, no lines of two threads against one.
        self.text, self.brief = text, brief
        self.results = {}  # by threads
        self.others = {}  # processors that other processes used meanwhile


class Line:
    """A line of the table: a case of a guest, against what of its set (SQL, or
    another of its cases), and what the figure may be at most (None: only told).
    kind: "ratio" of times, or
    "row": ns a row over what it is compared with."""

    def __init__(self, title, of, guest, against, kind, target, must=False):
        self.title, self.of, self.guest = title, of, guest
        self.against, self.kind, self.target = against, kind, target
        self.must = must


UPPER_AND_SPLIT = {
    "builtin": total("strlen(upper(s))"),
    "split": total("strlen(y)",
                   "(SELECT unnest(string_split(s, ' ')) AS y FROM m)"),
}

# By native functions, the cases of bench/guests/types.c, …
TYPES = {
    "nulls_0": total("n_nulls(n0)"),
    "nulls_10": total("n_nulls(n10)"),
    "nulls_90": total("n_nulls(n90)"),
    "decimal_18": total("n_decimal_18(d18)"),
    "decimal_38": total("n_decimal_38(d38)"),
    "list_sum": total("n_list_sum(list)"),
    "list_add": total("list_sum(n_list_add(list))"),
    "struct": total("y.a + y.b", "(SELECT n_pair(pair) AS y FROM m)"),
    "plain_0": total("n0"),
    "plain_10": total("n10"),
    "plain_90": total("n90"),
}
TYPE_CASES = [name for name in TYPES if not name.startswith("plain")]

# … of wide.c, and, in plain SQL, of relational.c.
WIDE = {
    "map": total("n_three(a, b, c)"),
    "filter": total("d", "(SELECT d FROM m WHERE n_three(a, b, c) % 2 = 0)"),
    "add": total("n_increment(a) + d"),
}
WIDE_CASES = ["map", "narrow", "filter", "add"]

KEYS = "(SELECT range * 2 AS k, range % 7 AS v FROM range(1000000)) AS u"
RELATIONAL = {
    "inner": total("x * v", f"m JOIN {KEYS} USING (k)"),
    "left": total("x + coalesce(v, 0)", f"m LEFT JOIN {KEYS} USING (k)"),
    "semi": total("x", f"m SEMI JOIN {KEYS} USING (k)"),
    "row_number": total("y", "(SELECT row_number() OVER (PARTITION BY p "
                        "ORDER BY k, i) * x AS y FROM m WHERE i < 2000000)"),
    "running": total("y", "(SELECT sum(x) OVER (PARTITION BY p ORDER BY i "
                     "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS y "
                     "FROM m WHERE i < 2000000)"),
}

# … and of named.c, by native functions.
NAMED = {
    "plain": total("x"),
    "scalar": total("n_increment(x)"),
    "text": total("strlen(upper(s))"),
    "one": "SELECT n_variance(x) AS y FROM m",
    "hundred": grouped("n_variance(x)", "h"),
    "million": grouped("n_variance(x)", "g"),
    "longest_hundred": grouped("strlen(n_longest(s))", "h"),
    "longest_million": grouped("strlen(n_longest(s))", "g"),
    "numbers": total("n", "n_numbers(50000000)"),
}
NAMED_CASES = [name for name in NAMED if name != "plain"]

SETS = [
    Set("int64", "i", "scalars", MANY_ROWS,
        {"plain": total("i"), "native": total("n_increment(i)"),
         "builtin": total("i + 1")},
        ["increment", "typed", "get_set"]),
    Set("hash", "i", "scalars", MANY_ROWS,
        {"native": "SELECT max(n_hash(i)) AS y FROM m"}, ["hash"]),
    Set("gcd", "ab", "scalars", ROWS,
        {"native": total("n_gcd(a, b)"),
         "native_binary": total("n_binary_gcd(a, b)"),
         "builtin": total("gcd(a, b)")},
        ["gcd", "binary_gcd"]),
    Set("strings", "s", "strings", ROWS,
        {"plain": total("strlen(s)"), "builtin": total("strlen(upper(s))"),
         "native": total("strlen(n_upper(s))"),
         "split": total("strlen(y)",
                        "(SELECT unnest(string_split(s, ' ')) AS y FROM m)"),
         "native_split": total("strlen(y)",
                               "(SELECT unnest(n_tokens(s)) AS y FROM m)")},
        ["upper", "upper_row", "tokens"]),
    Set("aggregates", "groups", "groups", ROWS,
        {"one": "SELECT n_variance(x) AS y FROM m",
         "hundred": grouped("n_variance(x)", "h"),
         "million": grouped("n_variance(x)", "g"),
         "reduce": total("r.x + r.g",
                         "(SELECT n_reduce(x, g) AS r FROM m GROUP BY k)")},
        ["one", "hundred", "million", "reduce"]),
    Set("partitions", "groups", "partitions", ROWS,
        {"plain": total("x"),
         "native": "SELECT count(*) + n_sunk() AS y FROM m WHERE n_sink(x)"},
        ["partitions"]),
    Set("rust int64", "i", "rust", MANY_ROWS,
        {"plain": total("i"), "native": total("n_increment(i)")},
        ["increment", "typed", "get_set"]),
    Set("rust strings", "s", "rust", ROWS, UPPER_AND_SPLIT,
        ["upper_row", "tokens"]),
    Set("rust aggregates", "groups", "rust", ROWS,
        {"one": "SELECT n_variance(x) AS y FROM m",
         "hundred": grouped("n_variance(x)", "h"),
         "million": grouped("n_variance(x)", "g"),
         "reduce": total("r.x + r.g",
                         "(SELECT n_reduce(x, g) AS r FROM m GROUP BY k)"),
         "plain": total("x")},
        ["one", "hundred", "million", "reduce", "partitions"]),
    Set("cpp int64", "i", "cpp", MANY_ROWS,
        {"plain": total("i"), "native": total("n_increment(i)")},
        ["typed", "row", "get_set"]),
    Set("go int64", "i", "go", MANY_ROWS,
        {"plain": total("i"), "native": total("n_increment(i)")},
        ["increment", "typed", "row"]),
    Set("cpp strings", "s", "cpp", ROWS, UPPER_AND_SPLIT,
        ["upper_row", "tokens"], brief=True),
    Set("go strings", "s", "go", ROWS, UPPER_AND_SPLIT,
        ["upper_row", "tokens"], brief=True),
    *[Set(language + "types", "types", program or "types", FEW_ROWS,
          {case: sql for case, sql in TYPES.items()
           if case in cases or case.startswith("plain")}, cases, brief=True)
      for language, program, cases in (
          ("", None, TYPE_CASES), ("rust ", "rust", TYPE_CASES),
          ("cpp ", "cpp", TYPE_CASES[:5]), ("go ", "go", TYPE_CASES))],
    *[Set(language + "wide", "wide", program, WIDE_ROWS, WIDE, cases,
          brief=True)
      for language, program, cases in (
          ("", "wide", WIDE_CASES), ("rust ", "rust", WIDE_CASES),
          ("cpp ", "cpp", WIDE_CASES), ("go ", "go", WIDE_CASES[:3]))],
    Set("relational", "relational", "relational", ROWS, RELATIONAL,
        list(RELATIONAL), brief=True),
    Set("named", "named", "named", ROWS, NAMED, NAMED_CASES),
    Set("words", None, "words", None,
        {"sql": COUNT_WORDS.format(source="l"),
         "sql_csv": COUNT_WORDS.format(source=READ_LINES)},
        ["flat_map", "partitions"], text=True),
]

LINES = [
    Line("batch lambda, int64", "int64", "increment", "native", "ratio", 1.35,
         True),
    Line("batch lambda, int64", "int64", "increment", "native", "row", 0.3,
         True),
    Line("row lambda, typed", "int64", "typed", "plain", "row", 3),
    Line("row lambda, get/set", "int64", "get_set", "plain", "row", 8),
    Line("hash of int64", "hash", "hash", "native", "ratio", None),
    Line("gcd of two columns", "gcd", "gcd", "native", "ratio", 1.2, True),
    Line("binary gcd", "gcd", "binary_gcd", "native_binary", "ratio", 1.0,
         True),
    Line("upper, by the batch", "strings", "upper", "builtin", "ratio", 1.0,
         True),
    Line("upper, by the batch", "strings", "upper", "native", "ratio", None),
    Line("upper, row lambda", "strings", "upper_row", "builtin", "ratio", None),
    Line("tokens by flat_map, against string_split", "strings", "tokens",
         "split", "ratio", 1.0, True),
    Line("tokens by flat_map", "strings", "tokens", "native_split", "ratio",
         None),
    Line("aggregate, 1 group", "aggregates", "one", "one", "ratio", 1.6),
    Line("aggregate, 100 groups", "aggregates", "hundred", "hundred", "ratio",
         1.6),
    Line("aggregate, 1 M groups", "aggregates", "million", "million", "ratio",
         1.6),
    Line("reduce, 1000 groups", "aggregates", "reduce", "reduce", "ratio", 3),
    Line("map_partitions", "partitions", "partitions", "plain", "row", 6),
    Line("map_partitions", "partitions", "partitions", "native", "ratio", None),
    Line("Rust: batch lambda, int64", "rust int64", "increment", "native",
         "ratio", 1.35),
    Line("Rust: row lambda, typed", "rust int64", "typed", "plain", "row", 3),
    Line("Rust: row lambda, get/set", "rust int64", "get_set", "plain", "row",
         8),
    Line("Rust: upper, row lambda", "rust strings", "upper_row", "builtin",
         "ratio", None),
    Line("Rust: tokens by flat_map", "rust strings", "tokens", "split",
         "ratio", 1.0),
    Line("Rust: aggregate, 1 group", "rust aggregates", "one", "one", "ratio",
         1.6),
    Line("Rust: aggregate, 100 groups", "rust aggregates", "hundred",
         "hundred", "ratio", 1.6),
    Line("Rust: aggregate, 1 M groups", "rust aggregates", "million",
         "million", "ratio", 1.6),
    Line("Rust: reduce, 1000 groups", "rust aggregates", "reduce", "reduce",
         "ratio", 3),
    Line("Rust: map_partitions", "rust aggregates", "partitions", "plain",
         "row", 6),
    Line("C++: row lambda, a value", "cpp int64", "typed", "plain", "row", 3),
    Line("C++: row lambda, a struct", "cpp int64", "row", "plain", "row", 3),
    Line("C++: row lambda, get/set", "cpp int64", "get_set", "plain", "row",
         8),
    Line("Go: batch lambda, int64", "go int64", "increment", "native", "ratio",
         None),
    Line("Go: row lambda, a value", "go int64", "typed", "plain", "row", 15),
    Line("Go: row lambda, a struct", "go int64", "row", "plain", "row", 15),
    Line("C++: upper, row lambda", "cpp strings", "upper_row", "builtin",
         "ratio", None),
    Line("C++: tokens by flat_map", "cpp strings", "tokens", "split",
         "ratio", 1.0),
    Line("Go: upper, row lambda", "go strings", "upper_row", "builtin",
         "ratio", None),
    Line("Go: tokens by flat_map", "go strings", "tokens", "split",
         "ratio", None),
    *[Line(f"{title}row lambda, {n} % nulls", language + "types",
           "nulls_" + n, "plain_" + n, "row", target)
      for title, language, target in (("", "", 8), ("Rust: ", "rust ", 3),
                                      ("C++: ", "cpp ", 3), ("Go: ", "go ", 15))
      for n in ("0", "10", "90")],
    *[Line(f"{title}row lambda, {what}", language + "types", case, case,
           "ratio", None)
      for title, language, count in (("", "", 5), ("Rust: ", "rust ", 5),
                                     ("C++: ", "cpp ", 2), ("Go: ", "go ", 5))
      for what, case in (("decimal(18,2)", "decimal_18"),
                         ("decimal(38,4)", "decimal_38"),
                         ("the sum of a list", "list_sum"),
                         ("a list to a list", "list_add"),
                         ("a struct to a struct", "struct"))[:count]],
    *[Line(f"{title}map over 3 of 200 columns, against the 3 alone",
           language + "wide", "map", "narrow", "ratio", 1.1)
      for title, language in (("", ""), ("Rust: ", "rust "),
                              ("C++: ", "cpp "), ("Go: ", "go "))],
    *[Line(f"{title}{what} 200 columns", language + "wide", case, case,
           "ratio", None)
      for title, language, count in (("", "", 3), ("Rust: ", "rust ", 3),
                                     ("C++: ", "cpp ", 3), ("Go: ", "go ", 2))
      for what, case in (("map over 3 of", "map"), ("filter by 3 of", "filter"),
                         ("a column beside", "add"))[:count]],
    *[Line(f"{what}, a program against SQL", "relational", case, case, "ratio",
           1.05)
      for what, case in (("inner join", "inner"), ("left join", "left"),
                         ("semi join", "semi"),
                         ("window: row_number", "row_number"),
                         ("window: running sum", "running"))],
    *[Line(f"by name: {what}", "named", case, case, "ratio", target)
      for what, case, target in (
          ("scalar, int64", "scalar", 1.35),
          ("scalar, string, against DuckDB's upper", "text", 1.0),
          ("aggregate, 1 group", "one", 1.6),
          ("aggregate, 100 groups", "hundred", 1.6),
          ("aggregate, 1 M groups", "million", 1.6),
          ("aggregate of any size, 100 groups", "longest_hundred", 1.6),
          ("aggregate of any size, 1 M groups", "longest_million", 1.6),
          ("table function", "numbers", 1.5))],
    Line("word count by flat_map, against SQL on a table in memory", "words",
         "flat_map", "sql", "ratio", 1.0, True),
    Line("word count by flat_map, against SQL on the file", "words",
         "flat_map", "sql_csv", "ratio", None),
    Line("word count by flat_map, against C by hand", "words", "flat_map", "c",
         "ratio", 2),
    Line("word count by map_partitions, against SQL", "words", "partitions",
         "sql", "ratio", 0.75),
    Line("word count by map_partitions, against C by hand", "words",
         "partitions", "c", "ratio", 2),
]
