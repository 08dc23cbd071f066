"""Programs that misbehave: each ends with the documented exit code and a
message that names the thing, leaves no output and no temporary file, and the
host survives all of them. The modes are those of guests/bare_hostile."""
import concurrent.futures
import os
import subprocess
import tempfile
import unittest

from script import ENGINE

BIN = os.environ["WD_BIN"]
GUEST = os.path.join(
    os.environ["WD_BUILD"], "tests", "guests", "bare_hostile.wasm")
MEMORY = "outside of the program's memory"

# Modes that succeed, and the rows that they write.
GOOD = {
    "good": 1000,
    "utf8_good": 1000,
    "decimal_good": 1000,
    "filter_good": 0,
    "flat_good": 12,
    "table_good": 2000,
    "agg_good": 1,
    "red_good": 1,
    "count_names": 1000,
    "do_memory": 1000,
    "bind_do_memory": 1000,
    "realloc_grow": 1000,
    "realloc_log": 1000,
}

# What a lambda does wrong fails its job, and a failed write the program.
LAMBDA = {
    "area_tag": "lambdas.map, result: case 7",
    "area_out": MEMORY,
    "area_edge": MEMORY,
    "area_odd": "is not a multiple of 4",
    "nodes_out": MEMORY,
    "nodes_odd": "is not a multiple of 4",
    "nodes_wrap": MEMORY,
    "nodes_none": "it has 0 nodes",
    "nodes_many": "it has 2 nodes",
    "buffers_out": MEMORY,
    "buffers_odd": "is not a multiple of 4",
    "buffers_few": "1 buffers, but the schema has 2",
    "buffers_many": "4294967295 buffers, but the schema has 2",
    "buffer_out": MEMORY,
    "buffer_odd": "is not a multiple of 8",
    "buffer_wrap": MEMORY,
    "buffer_short": "column 'out': its data buffer has 7992 bytes",
    "buffer_none": "column 'out': its data buffer has 0 bytes",
    "validity_short": "column 'out': its validity buffer has 8 bytes",
    "nulls_lie": "column 'out': its node says 3 nulls",
    "nulls_hidden": "column 'out': its node says 0 nulls",
    "nulls_many": "column 'out': its node says 1001 nulls",
    "nulls_missing": "column 'out': its validity buffer has 0 bytes",
    "strict_null": "column 'out': it is declared not null",
    "rows_few": "it has 999 rows, 1000 are needed",
    "rows_many": "it has 1001 rows, 1000 are needed",
    "rows_huge": "it has 4294967295 rows",
    "rows_node": "its node has length 999",
    "offsets_fall": "column 'out': its offsets fall",
    "offsets_start": "its offsets begin at 1, not at 0",
    "offsets_past": "column 'out': its data buffer has",
    "offsets_negative": "its offsets begin at 2147483648",
    "offsets_short": "its offsets buffer has 8 bytes",
    "offsets_none": "its offsets buffer has 0 bytes",
    "utf8_bad": "the string of row 2 is not UTF-8",
    "utf8_cut": "the string of row 0 is not UTF-8",
    "utf8_surrogate": "the string of row 0 is not UTF-8",
    "decimal_beyond": "the decimal of row 0 has more than 5 digits",
    "error_plain": "map lambda: the lambda says no to row 17",
    "error_empty": "lambdas.map failed without a message",
    "error_code": "an unknown kind of error",
    "error_limit": "map lambda: a limit of the lambda's own",
    "error_cancelled": "map lambda: it says that it was cancelled",
    "error_internal": "map lambda: it says that the host failed",
    "error_out": "lambdas.map failed without a message",
    "error_invalid": "bad ?? bytes ?[2J ??",
    "error_huge": "mmmmmmmm",
    "do_trap": "unreachable",
    "do_recursion": "recurse",
    "do_divide": "integer divide by zero",
    "do_load": "out of bounds memory access",
    "do_indirect": "indirect call type mismatch",
    "do_table": "out of bounds table access",
    "do_abort": "abort",
    "do_exit": "proc_exit(0) was called inside a lambda",
    "do_exit7": "proc_exit(7) was called inside a lambda",
    "do_fail": "map lambda: said ? by the lambda ?[31m",
    "do_say": "map lambda: said by the program",
    "do_fail_out": "is not inside the program's memory",
    "do_log_out": "is not inside the program's memory",
    "do_dataset": "datasets.range was called inside a lambda",
    "post_trap": "post_map",
    "post_exit": "proc_exit(0) was called inside a lambda",
    "realloc_null": "cabi_realloc gave no memory for 8000 bytes",
    "realloc_odd": "is not a multiple of 8",
    "realloc_out": MEMORY,
    "realloc_wrap": MEMORY,
    "realloc_trap": "cabi_realloc",
    "realloc_import": "datasets.range was called inside a lambda",
    "flat_more": "'more' is 2",
    "flat_empty": "that there is more, but gave no row",
    "flat_rows": "its node has length 3, 4 are needed",
    "flat_next_trap": "flat-map lambda: trap",
    "table_parents_few": "gave 2000 rows and said of 1999 where they came",
    "table_parents_past": "row 1999 is said to come from row 1000 of 1000",
    "table_parents_fall": "row 2 is said to come from row 0 of 1000, after one "
                          "of row 1",
    "table_parents_out": MEMORY,
    "table_parents_odd": "is not a multiple of 4",
    "table_parents_wrap": MEMORY,
    "table_type": "buffers, but the schema has 2",
    "table_nodes": MEMORY,
    "table_more": "'more' is 2",
    "table_empty": "that there is more, but gave no row",
    "table_trap": "function t: trap",
    "table_error": "function t: no rows today",
    "table_format": "bind of the function t",
    "table_none": "a table function gives at least one column",
    "table_bind_error": "bind of the function t: no such arguments",
    "table_twice": "a function 'T' is registered already",
    "table_name": "the language has a function 'sum' of its own",
    "table_variadic": "a variadic function needs an argument",
    "part_open_error": "map-partitions lambda: this partition stays shut",
    "part_push_error": "indigestible rows",
    "part_next_tag": "5",
    "part_rows": "it has 0 nodes",
    "part_empty": "that there is more, but gave no row",
    "part_end_trap": "push_partition",
    "part_close_trap": "close_partition",
    "part_close_error": "the door is jammed",
    "agg_few": "it has 2 rows, 1 are needed",
    "agg_type": "2 buffers, but the schema has 3",
    "agg_offsets": "column 'state': its data buffer",
    "agg_update_trap": "aggregate lambda: trap",
    "agg_finish_trap": "aggregate lambda: trap",
    "agg_finish_rows": "it has 3 rows, 1 are needed",
}

# What bind does wrong is told to the program, which says it and ends with 125.
BIND = {
    "bind_area": MEMORY,
    "bind_error": "bind of a map lambda: no such shape of input",
    "bind_garbage": "'q?!'",
    "bind_long_format": "'llll",
    "bind_list": "column 'out' has the type list<duration<6>>",
    "bind_children": "field 0 has 4294967280 children",
    "bind_decimal": "the precision must be 1 to 38",
    "bind_name": "is not UTF-8",
    "bind_same": "two columns are named 'out'",
    "bind_none": "must return at least one column",
    "bind_wrap": MEMORY,
    "bind_million": "bind of a map lambda",
    "bind_columns_out": "it wants column 7",
    "bind_columns_many": "it wants 4 columns of an input that has 1",
    "bind_columns_wrap": MEMORY,
    "bind_columns_tag": "case 9",
    "filter_type": "a filter returns one column of type boolean",
    "red_schema": "a reduce returns the columns that it takes",
    "bind_do_trap": "unreachable",
    "bind_do_recursion": "recurse",
    "bind_do_exit": "proc_exit(0) was called inside a lambda",
    "bind_do_fail": "said ? by the lambda",
    "bind_do_dataset": "datasets.range was called inside a lambda",
    "bind_do_log_out": "is not inside the program's memory",
}

# Nested columns that a lambda returns. What is inside of a column is named with
# the names that lead to it.
NESTED = {
    "list_fall": "'out': its offsets fall or pass 2^31 after row 5: 9, then 3",
    "list_past": "'out.item': its node has length 1000, 1001 are needed",
    "list_negative": "'out': its offsets fall or pass 2^31 after row 999",
    "list_start": "'out': its offsets begin at 2147483648, not at 0",
    "list_short": "'out.item': its data buffer has 7992 bytes, 8000 are",
    "list_less": "'out.item': its node has length 999, 1000 are needed",
    "list_huge": "'out.item': its data buffer has 8000 bytes, 34359738360 are",
    "list_wrap": "'out.item': its data buffer has 8 bytes, 4294967304 are",
    "list_nulls": "'out.item': its validity buffer has 0 bytes, 125 are needed",
    "list_strict": "'out.item': it is declared not null, but has 1 nulls",
    "list_out": MEMORY,
    "list_flat": "2 buffers, but the schema has 4",
    "list_map": "8 buffers, but the schema has 4",
    "struct_short": "'out.a': its node has length 999, 1000 are needed",
    "struct_long": "'out.b': its node has length 1001, 1000 are needed",
    "struct_few": "2 nodes and 6 buffers, its schema needs 3 and 6",
    "struct_flat": "2 buffers, but the schema has 6",
    "struct_strict": "'out.a': it is declared not null, but has 1 nulls",
    "map_keys": "'out.entries.key': its node has length 999, 1000 are needed",
    "map_values": "'out.entries.value': its node has length 1001, 1000 are",
    "map_null": "'out.entries.key': it is declared not null, but has 1 nulls",
    "map_entry": "'out.entries': it is declared not null, but has 1 nulls",
    "map_past": "'out.entries': its node has length 1000, 2000 are needed",
    "map_utf8": "'out.entries.key': the string of row 3 is not UTF-8",
    "map_list_batch": "4 buffers, but the schema has 8",
    "fixed_less": "'out.item': its node has length 1999, 2000 are needed",
    "fixed_more": "'out.item': its node has length 2001, 2000 are needed",
    "union_id": "'out': row 4 is of member 2 of a union of 2",
    "union_negative": "'out': row 4 is of member 255 of a union of 2",
    "union_few": "'out': its types buffer has 992 bytes, 1000 are needed",
    "union_short": "'out.i': its node has length 999, 1000 are needed",
    "dict_index": "'out': row 6 has the index 2 into a dictionary of 2",
    "dict_last": "'out': row 999 has the index 255 into a dictionary of 2",
    "deep_utf8": "'out.item.a.item': the string of row 5997 is not UTF-8",
    "deep_fall": "'out.item.a': its offsets fall or pass 2^31 after row 6",
    "deep_strings": "'out.item.a.item': its data buffer has 6000 bytes, "
                    "2147483647 are needed",
}

# The same, of types that a bind returns.
NESTED_BIND = {
    "depth": "types are nested deeper than 64",
    "fields_none": "column 'out' has the type struct<>, which is not supported",
    "list_childless": "field 0 has 0 children, its format '+l' has 1",
    "struct_lost": "field 0 has 3 children, but only 2 fields follow",
    "struct_same": "two of its fields have the same name",
    "map_three": "field 0 is a map: its child must be a struct of key and",
    "map_list": "field 1 has 2 children, its format '+l' has 1",
    "fixed_none": "its width must be at least 1",
    "union_ids": "Arrow format '+us:0,7': type ids must be 0, 1, 2 ...",
    "dict_same": "it has the same word twice",
    "dict_signed": "field 0 has a dictionary, but the type i8",
    "dict_utf8": "lambdas.bind, result: the string at",
}

# Over pairs of groups.
PAIR = {
    "pair_left_trap": "co-map-groups lambda: trap",
    "pair_right_error": "co-map-groups lambda: the right is not right",
    "pair_right_area": MEMORY,
    "pair_type": "3 buffers, but the schema has 2",
    "pair_nodes": MEMORY,
    "pair_columns": "a co-group takes all columns",
}

# Rows out of nothing; what bind and the arguments do wrong is told to main.
SCAN = {
    "scan_open_area": MEMORY,
    "scan_open_trap": "generate lambda: trap",
    "scan_type": "3 buffers, but the schema has 2",
    "scan_nodes": MEMORY,
    "scan_huge": "its node has length 2, 4294967295 are needed",
    "scan_error": "generate lambda: no more of this",
    "scan_no_partition": "partitions",
    "scan_partitions_none": "partitions",
    "scan_partitions_many": "partitions",
    "rows_many": "2 rows",
    "rows_none": "0 rows",
    "rows_type": "2 buffers, its schema needs 1 and 3",
    "rows_format": "'?'",
}

MAIN = {
    "main_do_trap": (134, "unreachable"),
    "main_do_recursion": (134, "recurse"),
    "main_do_divide": (134, "integer divide by zero"),
    "main_do_load": (134, "out of bounds memory access"),
    "main_do_indirect": (134, "indirect call type mismatch"),
    "main_do_abort": (134, "abort"),
    "main_do_exit": (0, ""),
    "main_do_exit7": (7, ""),
    "main_do_say": (125, "said by the program"),
    "main_do_fail": (134, "is not UTF-8"),
    "main_do_fail_out": (134, "context.fail, parameter 'message': pointer"),
    "main_do_log_out": (134, "context.log, parameter 'message': pointer"),
    "main_forged": (134, "parameter 'self': the program holds no"),
    "main_zero": (134, "the program holds no handle 0"),
    "main_max": (134, "4294967295"),
    "main_kind": (134, "the program holds no"),
    "main_kind_job": (134, "jobs.job.next-batch, parameter 'self'"),
    "main_stale": (134, "the program holds no"),
    "main_stale_reused": (134, "the program holds no"),
    "main_drop_twice": (134, "the program holds no"),
    "main_drop_kind": (134, "the program holds no"),
    "main_string_out": (134, "datasets.read, parameter 'name': pointer"),
    "main_string_utf8": (134, "is not UTF-8"),
    "main_not_granted": (125, "code 0: table 'nope' is not granted"),
    "main_list_out": (134, "parameter 'expressions': pointer"),
    "main_list_odd": (134, "is not a multiple of 4"),
    "main_list_wrap": (134, MEMORY),
    "main_area_out": (134, "datasets.range, result: pointer"),
    "main_area_odd": (134, "is not a multiple of 4"),
    "main_enum": (134, "parameter 'kind': case 99"),
    "main_tag": (134, "parameter 'condition': case 9"),
    "main_create_offsets": (125, "batch 0: bad batch: column 's'"),
    "main_create_utf8": (125, "the string of row 2 is not UTF-8"),
    "main_create_rows": (125, "its node has length 10"),
    "main_create_buffer": (134, MEMORY),
    "main_create_format": (125, "column 's' has the type struct"),
    "main_realloc_null": (134, "cabi_realloc gave no memory"),
    "main_realloc_odd": (134, "is not a multiple of"),
    "main_realloc_out": (134, MEMORY),
    "main_realloc_wrap": (134, MEMORY),
    "main_realloc_trap": (134, "cabi_realloc"),
    "main_realloc_import": (125, "range was called while the host asked"),
    "main_realloc_log": (125, "log was called while the host asked"),
    "main_realloc_stack": (3, ""),
    "main_realloc_grow": (3, ""),
}

# The write is under way when main ends.
CANCELLED = {
    "main_write_trap": (134, "unreachable"),
    "main_write_exit7": (7, ""),
    "main_write_say": (125, "said by the program"),
    "main_write_recursion": (134, "recurse"),
}


class Outcome:
    def __init__(self, mode, options=(), arguments=()):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.csv")
            done = subprocess.run(
                [BIN, "run", *ENGINE, "--sink", f"out={out}", *options, GUEST,
                 mode,
                 *arguments],
                stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
            self.code = done.returncode
            self.raw = done.stdout + done.stderr
            self.text = self.raw.decode("utf-8", "replace")
            self.files = sorted(os.listdir(folder))
            self.rows = None
            if os.path.exists(out):
                with open(out, "rb") as file:
                    self.rows = file.read().count(b"\n") - 1


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cache = tempfile.TemporaryDirectory()
        os.environ["WASI_DATA_CACHE"] = cls.cache.name
        Outcome("good")

    @classmethod
    def tearDownClass(cls):
        cls.cache.cleanup()

    def each(self, modes, look, options=(), arguments=()):
        with concurrent.futures.ThreadPoolExecutor(2) as workers:
            outcomes = workers.map(
                lambda mode: Outcome(mode, options, arguments), modes)
            for mode, outcome in zip(modes, outcomes):
                with self.subTest(mode=mode, text=outcome.text[-2000:]):
                    self.assertNotIn("Sanitizer", outcome.text)
                    self.assertNotIn(b"\x1b", outcome.raw)
                    look(mode, outcome)

    def fails(self, outcome, code, part):
        self.assertEqual(outcome.code, code)
        self.assertIn(part, outcome.text)
        self.assertEqual(outcome.files, [])

    def test_good(self):
        def look(mode, outcome):
            self.assertEqual(outcome.code, 0)
            self.assertEqual(outcome.rows, GOOD[mode])
        self.each(GOOD, look)

    def test_lambdas(self):
        self.each(LAMBDA, lambda mode, outcome:
                  self.fails(outcome, 125, LAMBDA[mode]))

    def test_groups_and_numbered_partitions(self):
        """What partition lambdas do wrong they do wrong there, too."""
        modes = [mode for mode in LAMBDA if mode.startswith("part_")]
        for whole in ("group", "number"):
            for threads in ("1", "2"):
                for mode in modes:
                    outcome = Outcome(mode, ["--threads", threads], [whole])
                    with self.subTest(mode, whole=whole, threads=threads):
                        self.assertNotIn("Sanitizer", outcome.text)
                        part = LAMBDA[mode]
                        if whole == "group":
                            part = part.replace("map-partitions", "map-groups")
                        self.fails(outcome, 125, part)

    def test_pairs_of_groups(self):
        modes = {mode: part.replace("map-partitions", "co-map-groups")
                 for mode, part in LAMBDA.items() if mode.startswith("part_")}
        modes["part_end_trap"] = "push_right"
        modes["part_close_trap"] = "close_pair"
        modes.update((mode, part.replace("a map", "a co-map-groups"))
                     for mode, part in BIND.items()
                     if mode.startswith("bind_") and "columns" not in mode)
        modes.update(PAIR)
        good = Outcome("good", [], ["pair"])
        self.assertEqual((good.code, good.text), (0, ""))
        self.assertGreater(good.rows, 0)
        for mode, part in modes.items():
            outcome = Outcome(mode, ["--threads", "2"], ["pair"])
            with self.subTest(mode, text=outcome.text[-2000:]):
                self.assertNotIn("Sanitizer", outcome.text)
                self.fails(outcome, 125, part)

    def test_table_functions(self):
        """What partition lambdas and binds do wrong, and what is their own."""
        modes = {mode: part.replace("map-partitions", "generate")
                 for mode, part in LAMBDA.items() if mode.startswith("part_")
                 and "push" not in mode and "end" not in mode}
        modes["part_close_trap"] = "close_scan"
        modes.update((mode, part.replace("a map", "a generate"))
                     for mode, part in BIND.items()
                     if mode.startswith("bind_") and "columns" not in mode)
        modes["bind_area"] = "0xfffffffc is not a multiple of 8"
        modes.update(SCAN)

        def good(_, outcome):
            self.assertEqual((outcome.code, outcome.text, outcome.rows),
                             (0, "", 6))
        self.each(["good", "scan_rows_lie"], good, [], ["scan"])
        self.each(modes, lambda mode, outcome: self.fails(
            outcome, 125, modes[mode]), ["--threads", "2"], ["scan"])
        passed = {"rows_tag": "case 2", "rows_nodes": MEMORY,
                  "rows_fields": MEMORY}
        self.each(passed, lambda mode, outcome: self.fails(
            outcome, 134, passed[mode]), [], ["scan"])
        self.each(["scan_endless"], lambda mode, outcome: self.fails(
            outcome, 124, ""), ["--timeout", "1s"], ["scan"])

    def test_two_threads(self):
        modes = list(LAMBDA)[::5]
        self.each(modes, lambda mode, outcome:
                  self.fails(outcome, 125, LAMBDA[mode]), ["--threads", "2"])

    def test_bind(self):
        self.each(BIND, lambda mode, outcome:
                  self.fails(outcome, 125, BIND[mode]))

    def test_nested(self):
        good = [f"nested_{name}_good" for name in (
            "list", "struct", "map", "fixed", "union", "dict", "deep")]

        def look(mode, outcome):
            self.assertEqual((outcome.code, outcome.rows), (0, 1000))
        # Keys are never null, whatever a bind says.
        self.each([*good, "nested_map_nullable"], look)
        cases = NESTED | NESTED_BIND
        for names, threads in ((list(cases), "1"), (list(NESTED)[::5], "2")):
            self.each([f"nested_{name}" for name in names],
                      lambda mode, outcome: self.fails(
                          outcome, 125, cases[mode.removeprefix("nested_")]),
                      ["--threads", threads])

    def test_main(self):
        self.each(MAIN, lambda mode, outcome:
                  self.fails(outcome, *MAIN[mode]))

    def test_writes_are_cancelled(self):
        self.each(CANCELLED, lambda mode, outcome:
                  self.fails(outcome, *CANCELLED[mode]))

    def test_memory_limit(self):
        self.each(["do_memory_trap", "bind_do_memory_trap"],
                  lambda mode, outcome: self.fails(
                      outcome, 125, "it was refused to grow its memory"),
                  ["--memory-limit", "8MiB"])
        self.each(["main_do_memory_trap"],
                  lambda mode, outcome: self.fails(
                      outcome, 134, "it was refused to grow its memory"),
                  ["--memory-limit", "8MiB"])

    def test_rows_without_end(self):
        self.each(["table_endless"], lambda mode, outcome: self.fails(
            outcome, 124, "gives more than 256 MiB for 1000 rows of arguments"))

    def test_endless(self):
        modes = ["do_loop", "do_spin", "bind_do_loop", "main_do_loop",
                 "main_do_spin", "flat_forever"]
        self.each(modes, lambda mode, outcome:
                  self.fails(outcome, 124, ""), ["--timeout", "1s"])

    def test_endless_interruptible(self):
        modes = ["do_loop", "do_spin", "bind_do_spin", "main_do_spin",
                 "flat_forever"]
        self.each(modes, lambda mode, outcome:
                  self.fails(outcome, 124, ""),
                  ["--timeout", "1s", "--interruptible"])


if __name__ == "__main__":
    unittest.main()
