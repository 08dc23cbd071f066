"""More of the tests of other suites on Spark than test_spark.py runs."""

import os
import pathlib
import subprocess
import unittest

import script
import test_aggregates
import test_expressions_casts
import test_expressions_numbers
import test_joins
import test_setops
import test_shapes
from script import END, Case
from spark_server import HOME, Spark, java_home
from spark_suite import LAMBDAS, begin, end, shared

SERVER = None


def setUpModule():
    global SERVER
    SERVER = begin()


def tearDownModule():
    end(SERVER)


Distinct = shared(__name__, test_shapes.Distinct, only=["on_columns"])
Sets = shared(__name__, test_setops.Sets, lambdas_around=LAMBDAS, counts_call_lambdas=LAMBDAS)
Using = shared(__name__, test_joins.Using)
Pivots = shared(__name__, test_aggregates.Pivots)
GroupingSets = shared(__name__, test_aggregates.GroupingSets)
Floats = shared(__name__, test_expressions_numbers.Floats)
# Of a time that does not fit Spark has messages of its own.
Units = shared(__name__, test_expressions_casts.Units,
               only=["times", "times_of_timestamps", "refused"])
Samples = shared(__name__, test_shapes.Samples, lambdas_around=LAMBDAS)
Unpivots = shared(__name__, test_shapes.Unpivots, lambdas_around=LAMBDAS)


class Token(unittest.TestCase):
    """A server of Spark's own that wants to know who asks."""

    @classmethod
    def setUpClass(cls):
        cls.server = Spark(spark_connect_authenticate_token="open sesame")

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def ask(self, parameters="", **environment):
        return subprocess.run(
            [script.BIN, "run", "--quiet", "--engine",
             f"{self.server.url}/;use_ssl=false{parameters}", str(script.GUEST),
             "range", "0", "3", "1", "count"],
            env=dict(os.environ, WASI_DATA_CACHE=script.CACHE, **environment),
            capture_output=True, text=True, timeout=120)

    def test_right(self):
        done = self.ask(SPARK_CONNECT_AUTHENTICATE_TOKEN="open sesame")
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "3\n", ""))
        done = self.ask(";token=open%20sesame")
        self.assertEqual((done.returncode, done.stdout), (0, "3\n"))

    def test_none_and_wrong(self):
        for more, part in (("", "No authentication token"),
                           (";token=sesame", "Invalid authentication token")):
            done = self.ask(more)
            self.assertEqual((done.returncode, done.stdout), (125, ""))
            self.assertIn(part, done.stderr)
            self.assertNotIn("sesame", done.stderr)


class Remote(Case):
    """What the cluster reads by itself. Derby is a database that comes with
    Spark."""

    SECRET = "geheim-geheim"
    TABLES = f"""
connect 'jdbc:derby:FOLDER;create=true';
create table ORDERS (ID bigint not null, NAME varchar(20), PRICE decimal(8,2));
insert into ORDERS values (1, 'tea', 2.50), (2, 'milk', null),
  (3, 'late ''n'' dark', 1234.56);
create table OTHERS (A int);
call syscs_util.syscs_set_database_property(
  'derby.connection.requireAuthentication', 'true');
call syscs_util.syscs_set_database_property(
  'derby.authentication.provider', 'BUILTIN');
call syscs_util.syscs_set_database_property('derby.user.ann', '{SECRET}');
call syscs_util.syscs_set_database_property(
  'derby.database.propertiesOnly', 'true');
"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place = pathlib.Path(SERVER.folder) / "shop"
        subprocess.run(
            [java_home() + "/bin/java", "-Dderby.stream.error.file=/dev/null",
             "-cp", f"{HOME}/jars/*", "org.apache.derby.tools.ij"],
            input=cls.TABLES.replace("FOLDER", str(cls.place)), text=True,
            check=True, capture_output=True)

    def setUp(self):
        super().setUp()
        self.grant = f"t=jdbc:derby:{self.place},table=APP.ORDERS"
        for name in ("JDBC_USER", "JDBC_PASSWORD", "AWS_ACCESS_KEY_ID",
                     "AWS_SECRET_ACCESS_KEY"):
            self.addCleanup(os.environ.pop, name, None)

    def fails_at(self, grant, *parts, steps=("read", "t", "collect")):
        error = self.fails(steps, *parts, options=["--table", grant])
        self.assertNotIn(self.SECRET, error)

    def test_database(self):
        os.environ |= {"JDBC_USER": "ann", "JDBC_PASSWORD": self.SECRET}
        options = ["--table", self.grant + ",credentials=env"]
        table = self.collect("read", "t", "filter", "ID <> 2", "sort", "ID",
                             END, options=options)
        self.assertEqual(table.types[:2], ["i64", "string"])
        self.assertEqual(
            [(i, name, str(price)) for i, name, price in table.rows],
            [(1, "tea", "2.50"), (3, "late 'n' dark", "1234.56")])
        shown = self.play("read", "t", "explain", "sql", options=options)
        self.assertIn("JDBCRelation(APP.ORDERS)", "\n".join(map(str, shown)))
        self.assertNotIn(self.SECRET, "\n".join(map(str, shown)))

    def test_the_table_is_the_grants(self):
        os.environ |= {"JDBC_USER": "ann", "JDBC_PASSWORD": self.SECRET}
        for option, value in (("table", "APP.OTHERS"), ("driver", "a.B")):
            table = self.collect("read-with", "t", option, value, END,
                                 options=["--table",
                                          self.grant + ",credentials=env"])
            self.assertEqual(len(table.rows), 3)

    def test_refused(self):
        self.fails_at(self.grant, "table 't'", "JDBC")
        os.environ |= {"JDBC_USER": "bob", "JDBC_PASSWORD": self.SECRET}
        self.fails_at(self.grant + ",credentials=env", "table 't'", "JDBC")
        del os.environ["JDBC_USER"]
        self.fails_at(self.grant + ",credentials=env",
                      "the environment has no JDBC_USER")

    def test_what_the_cluster_lacks(self):
        os.environ |= {"AWS_ACCESS_KEY_ID": "id",
                       "AWS_SECRET_ACCESS_KEY": self.SECRET}
        self.fails_at("t=s3a://bucket/x.parquet,credentials=env", "table 't'",
                      "the cluster lacks the classes of that file system")
        self.fails_at("t=jdbc:oracle:x,table=a", "the cluster lacks the "
                      "database's JDBC driver")
        self.fails_at("t=hdfs://localhost:1/x.parquet", "table 't'",
                      "Connection refused")
        self.fails_at("t=hdfs://localhost:1/x.parquet,credentials=env",
                      "is for s3a: and jdbc:")


if __name__ == "__main__":
    unittest.main()
