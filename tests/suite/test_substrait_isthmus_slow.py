"""Plans of isthmus: Calcite's SQL, in the standard's own Java. TPC-H, and of the
other queries those that it takes. Our rows must be those of DuckDB's own SQL.

Needs Java and Maven; without them all is skipped."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

from script import SOURCE
from substrait_peers import EXTRA, TABLES, Peer
from substrait_schema import fetch

# Types in Calcite's words, where DuckDB's are others.
WORDS = {"HUGEINT": "BIGINT", "VARCHAR": "VARCHAR(100)"}

# It takes 49 of the other queries; the rest are of another dialect.
TAKEN = 45


def calcite(sql):
    """`value` is a word of the language, groups know no names of results."""
    sql = re.sub(r"\bvalue\b", "total", sql)
    sql = sql.replace("GROUP BY\n        supplier_no",
                      "GROUP BY\n        l_suppkey")
    return sql.strip().rstrip(";")


@unittest.skipUnless(shutil.which("java") and shutil.which("mvn"),
                     "no Java, or no Maven")
class Isthmus(Peer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plans = {}
        jar = fetch("isthmus") / "isthmus.jar"
        schema = cls.folder / "schema.sql"
        schema.write_text(";\n".join(map(cls.create, [*TABLES, "t"])),
                          encoding="utf-8")
        for sql in [*cls.tpch(), *EXTRA]:
            sql = sql if isinstance(sql, str) else sql[0]
            file = cls.folder / f"query{len(cls.plans)}.sql"
            file.write_text(calcite(sql), encoding="utf-8")
            cls.plans[sql] = pathlib.Path(f"{file}.pb")
        done = subprocess.run(
            ["java", "-cp", str(jar), str(SOURCE / "tests/tools/Isthmus.java"),
             str(schema), *(str(p.with_suffix("")) for p in cls.plans.values())],
            capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(done.stderr[-4000:])

    @classmethod
    def create(cls, table):
        columns = cls.duck.execute(f"DESCRIBE {table}").fetchall()
        return f"CREATE TABLE {table} (" + ", ".join(
            f'"{name.upper()}" {WORDS.get(kind, kind)}'
            + (" NOT NULL" if nullable == "NO" else "")
            for name, kind, nullable, *_ in columns) + ")"

    def plan(self, sql):
        return self.plans[sql]

    def test_tpch(self):
        queries = self.tpch()
        self.assertEqual(len(queries), 22)
        self.check_all("TPC-H queries as isthmus's plans", queries,
                       lambda q: True)

    def test_extra(self):
        taken = [sql for sql in EXTRA
                 if self.plan(sql if isinstance(sql, str) else sql[0]).exists()]
        print(f"isthmus takes {len(taken)} of {len(EXTRA)} other queries",
              file=sys.stderr)
        self.assertGreaterEqual(len(taken), TAKEN)
        self.check_all("other queries as isthmus's plans", taken,
                       lambda q: "order by" in q and "over" not in q)


if __name__ == "__main__":
    unittest.main(verbosity=2)
