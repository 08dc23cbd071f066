"""Functions of a module beside functions in Python, in one process of an
ordinary DuckDB: `udfs.py EXTENSION MODULE ROWS REPETITIONS`.

The module's come by the extension; Python's by DuckDB's create_function (a
value at a time; a column of Arrow at a time) and by the server of arrow-udf,
which the same process runs and asks by Arrow Flight. One thread. Prints JSON:
by case and by means, what came out and the milliseconds of each repetition.
"""
import contextlib
import io
import json
import sys
import threading
import time

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.flight as flight
from arrow_udf import UdfServer, udf
from duckdb.sqltypes import BIGINT, VARCHAR

CASES = {
    "int64": ("x", BIGINT, "sum({}(x))", "w_increment"),
    "string": ("s", VARCHAR, "sum(strlen({}(s)))", "w_upper"),
}
PYTHON = {
    "int64": (lambda x: x + 1, lambda x: pc.add(x, 1)),
    "string": (lambda s: s.upper(), lambda s: pc.utf8_upper(s)),
}
ARROW_TYPES = {"int64": "INT64", "string": "STRING"}


def connect(extension, module, rows):
    database = duckdb.connect(
        config={"allow_unsigned_extensions": "true", "threads": 1})
    database.execute("SET enable_progress_bar = false")
    database.execute(f"LOAD '{extension}'")
    database.execute(f"FROM wasi_load('{module}')").fetchall()
    database.execute("CREATE TABLE m AS SELECT CAST(range AS BIGINT) AS x, "
                     "'customer ' || hash(range) % 100000000 AS s FROM "
                     f"range({rows})")
    for case, (_, type_, _, _) in CASES.items():
        for means, kind, function in zip(("native", "arrow"),
                                         ("native", "arrow"), PYTHON[case]):
            database.create_function(f"{means}_{case}", function, [type_],
                                     type_, type=kind)
    return database


@contextlib.contextmanager
def serving():
    """The functions behind a server of arrow-udf; a client of it."""
    with contextlib.redirect_stdout(io.StringIO()):  # it tells what it does
        server = UdfServer(location="127.0.0.1:0")
        for case in CASES:
            server.add_function(udf(input_types=[ARROW_TYPES[case]],
                                    result_type=ARROW_TYPES[case],
                                    name=case)(PYTHON[case][0]))
        thread = threading.Thread(target=flight.FlightServerBase.serve,
                                  args=(server,))
        thread.start()
    client = flight.connect(f"grpc://127.0.0.1:{server.port}")
    yield client
    client.close()
    server.shutdown()
    thread.join()


def ask_server(client, database, case):
    """The column goes there and comes back, batch by batch."""
    column = CASES[case][0]
    reader = database.execute(
        f"SELECT {column} FROM m").fetch_record_batch(10_000)
    there, back = client.do_exchange(
        flight.FlightDescriptor.for_path(case))
    total = 0
    with there:
        there.begin(reader.schema)
        for batch in reader:
            there.write_batch(batch)
            answer = back.read_chunk().data
            values = answer.column(answer.num_columns - 1)
            total += pc.sum(values if case == "int64"
                            else pc.binary_length(values)).as_py()
        there.done_writing()
    return total


def main(extension, module, rows, repetitions):
    database = connect(extension, module, rows)
    found = {}

    def query(text):
        return int(database.execute(f"SELECT {text} FROM m").fetchone()[0])

    with serving() as client:
        for _ in range(int(repetitions)):
            for case, (column, _, total, ours) in CASES.items():
                builtin = {"int64": "sum(x + 1)",
                           "string": "sum(strlen(upper(s)))"}[case]
                for means, run in (
                        ("wasi-data", lambda: query(total.format(ours))),
                        ("builtin", lambda: query(builtin)),
                        ("arrow", lambda: query(
                            total.format(f"arrow_{case}"))),
                        ("native", lambda: query(
                            total.format(f"native_{case}"))),
                        ("arrow-udf", lambda: ask_server(client, database,
                                                         case))):
                    begun = time.process_time()
                    result = run()
                    cpu = (time.process_time() - begun) * 1e3
                    one = found.setdefault(case, {}).setdefault(
                        means, {"result": result, "cpu": []})
                    assert one["result"] == result, (case, means, result)
                    one["cpu"].append(cpu)
    print(json.dumps(found))


main(*sys.argv[1:])
