"""Plans of another producer, DataFusion: TPC-H and a wide set of other queries.
Our rows must be those of DuckDB's own SQL, whatever the producer's version of
Substrait."""

import subprocess
import sys
import unittest

from script import BIN
from substrait_peers import EXTRA, DataFusion
from substrait_schema import norm
from substrait_trip import written

# What is refused, and the word that says why.
REFUSED = {
    "select k from t where (g, x) in (('a', 1), ('b', 4))": "struct does not take",
    "select g, digest(s, 'md5') from t": "digest",
    "select random() from t": "random",
}


# What DataFusion says of our plans that it does not know: enumerations as
# arguments, aggregates by the standard's names and by ours, tables of ours.
UNKNOWN_THERE = ("non-Value type", "Aggregate function", "Unsupported Readtype")

# What it does otherwise than the standard says: it keeps the number of a
# grouping set as another column, and its concat leaves nulls out whatever the
# option says.
OTHERWISE = ("grouping sets", "rollup", "concat(")


class Peers(DataFusion):
    def test_tpch(self):
        queries = self.tpch()
        self.assertEqual(len(queries), 22)
        self.check_all("TPC-H queries as DataFusion's plans", queries,
                       lambda q: True)

    def test_extra(self):
        self.check_all("other queries as DataFusion's plans", EXTRA,
                       lambda q: "order by" in q and "over" not in q)

    def theirs(self, sql):
        """What DataFusion gives for the plan as we write it."""
        from datafusion import substrait
        data = written(self.plan(sql), self.grants())
        plan = substrait.Consumer.from_substrait_plan(
            self.context, substrait.Serde.deserialize_bytes(data))
        frame = self.context.create_dataframe_from_logical_plan(plan)
        return [tuple(map(norm, row)) for batch in frame.collect()
                for row in zip(*(c.to_pylist() for c in batch.columns))]

    def test_ours(self):
        """Plans that we write run there, where the operators are known."""
        failures, refused, good = [], 0, 0
        for sql in [*self.tpch(), *EXTRA]:
            sql, duck_sql = sql if isinstance(sql, tuple) else (sql, sql)
            if any(word in sql for word in OTHERWISE):
                continue
            try:
                found = self.theirs(sql)
            except Exception as error:  # theirs has no class
                refused += 1
                if not any(word in str(error) for word in UNKNOWN_THERE):
                    failures.append(f"{sql}\n  {error}")
                continue
            wanted = [tuple(map(norm, row)) for row in
                      self.duck.execute(duck_sql).fetchall()]
            good += 1
            if sorted(found, key=str) != sorted(wanted, key=str):
                failures.append(f"{sql}\n  found  {found[:8]}\n"
                                f"  wanted {wanted[:8]}")
        print(f"{good} plans of ours in DataFusion, {refused} that it refuses",
              file=sys.stderr)
        self.assertFalse(failures, "\n" + "\n".join(failures))
        self.assertGreaterEqual(good, 60)

    def test_limits(self):
        """TPC-H alone hardly notices a limit that is lost."""
        for count, offset in ((0, 0), (1, 0), (5, 2), (100, 59990)):
            sql = (f"select l_orderkey, l_linenumber from lineitem order by 1, 2 "
                   f"limit {count} offset {offset}")
            self.assertIsNone(self.check(sql, True))

    def test_refused(self):
        for sql, word in REFUSED.items():
            done = self.query(sql)
            self.assertEqual(done.returncode, 125, sql)
            self.assertIn(word, done.stderr, sql)
            self.assertIn("relations[0].root.input", done.stderr, sql)

    def test_grants(self):
        """A plan reads what is granted, whatever it names."""
        path = self.plan("select count(*) from lineitem")
        done = subprocess.run([BIN, "query", "--plan", str(path)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 125)
        self.assertIn("'lineitem' is not granted", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
