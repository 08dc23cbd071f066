"""TPC-H: data and SQL of DuckDB's extension, plans of DataFusion. As a program
it writes them to a folder: tpch.py SCALE FOLDER."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLES = ("customer lineitem nation orders part partsupp region "
          "supplier").split()
SCALE = 1
QUERIES = [f"q{n:02}" for n in range(1, 23)]


def make(scale, folder):
    """Needs the parts `peers` and `oracle` of scripts/deps."""
    for part in ("peers", "oracle"):
        sys.path.insert(0, str(ROOT / ".deps" / part))
    import datafusion
    import duckdb
    import duckdb_extension_tpch
    from datafusion import substrait

    duck = duckdb.connect()
    context = datafusion.SessionContext()
    extension = next(pathlib.Path(
        duckdb_extension_tpch.__file__).parent.rglob("*.duckdb_extension"))
    duck.execute(f"LOAD '{extension}'")
    duck.execute(f"CALL dbgen(sf={scale})")
    for table in TABLES:
        duck.execute(f"COPY {table} TO '{folder}/{table}.parquet'")
        context.register_parquet(table, f"{folder}/{table}.parquet")
    for number, sql in duck.execute(
            "SELECT query_nr, query FROM tpch_queries()").fetchall():
        sql = sql.strip().rstrip(";")
        (folder / f"q{number:02}.sql").write_text(sql, encoding="utf-8")
        (folder / f"q{number:02}.pb").write_bytes(bytes(
            substrait.Serde.serialize_bytes(sql, context)))
    (folder / "made").touch()


def data(folder):
    """The folder of the files, which are made once."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "made").exists():
        for part in ("peers", "oracle"):
            subprocess.run([ROOT / "scripts" / "deps", part], check=True)
        subprocess.run([sys.executable, __file__, str(SCALE), str(folder)],
                       check=True)
    return folder


def grants(folder):
    return [x for t in TABLES for x in ("--table", f"{t}={folder}/{t}.parquet")]


def views(folder):
    return [x for t in TABLES for x in (
        "--setup", f"CREATE VIEW {t} AS SELECT * FROM "
        f"read_parquet('{folder}/{t}.parquet')")]


if __name__ == "__main__":
    make(float(sys.argv[1]), pathlib.Path(sys.argv[2]))
