"""The client of Spark Connect against a server that speaks it well or badly:
whatever comes, there is a clear error and no crash."""

import base64
import os
import random
import subprocess
import unittest

import oracle
from connect_server import (COMPLETE, Reply, Server, batch, field, frame,
                            messages)
from script import BIN, CACHE, END, GUEST, needs_guests, read

pa = None


def setUpModule():
    global pa
    pa = oracle.arrow()


def arrow(values, name="c0", type="int64"):
    """An Arrow stream of one column."""
    table = pa.table({name: pa.array(values, type)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def status(code, message="", **more):
    return {"grpc-status": code, "grpc-message": message, **more}


def details(**metadata):
    """A google.rpc.Status with an ErrorInfo, as a trailer."""
    info = b"".join(field(3, field(1, k) + field(2, v))
                    for k, v in metadata.items())
    text = field(3, field(1, "type.googleapis.com/google.rpc.ErrorInfo")
                 + field(2, info))
    return base64.b64encode(text).decode().rstrip("=")


@needs_guests
class Connect(unittest.TestCase):
    def start(self, url, *options, steps=("range", 0, 5, 1, "collect"),
              timeout=60, **environment):
        return subprocess.run(
            [BIN, "run", "--quiet", "--engine", url, *options, str(GUEST),
             *map(str, steps)],
            env=dict(os.environ, WASI_DATA_CACHE=CACHE, **environment),
            stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=timeout, check=False)

    def rows(self, server, *options, **more):
        done = self.start(server.url, *options, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return [row[0] for row in read(done.stdout)[0].rows]

    def refused(self, server, *parts, code=125, **more):
        done = self.start(getattr(server, "url", server), **more)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("Sanitizer", done.stderr)
        self.assertNotIn("runtime error", done.stderr)
        for part in parts:
            self.assertIn(part, done.stderr)
        return done.stderr

    def execute(self, *parts, **answers):
        return Server(ExecutePlan=lambda *_: messages(*parts), **answers)


class Good(Connect):
    def test_rows_arrive(self):
        with self.execute(batch(arrow([1, 2])), batch(arrow([])),
                          batch(arrow([3])), COMPLETE) as server:
            self.assertEqual(self.rows(server), [1, 2, 3])
            self.assertEqual(server.count("ReleaseSession"), 1)
            settings = [f for m, f, _ in server.calls if m == "Config"]
            self.assertIn(b"spark.sql.ansi.enabled", settings[0][3][0])

    def test_fields_of_the_future_are_skipped(self):
        with self.execute(batch(arrow([7])) + field(5000, b"new")
                          + field(5001, 7), COMPLETE) as server:
            self.assertEqual(self.rows(server), [7])

    def test_names_in_the_address(self):
        with self.execute(batch(arrow([1])), COMPLETE) as server:
            self.rows(type("", (), {"url": server.url + (
                "/;token=se%20cret;user_id=ann;user_agent=mine;x-team=blue")}))
            method, fields, headers = server.calls[0]
            self.assertEqual(headers["authorization"], "Bearer se cret")
            self.assertEqual(headers["x-team"], "blue")
            self.assertEqual(fields[2], [field(1, "ann")])
            self.assertEqual(fields[3 if method == "AnalyzePlan" else 4],
                             [b"mine"])

    def test_token_of_the_environment(self):
        with self.execute(batch(arrow([1])), COMPLETE) as server:
            self.rows(server, SPARK_CONNECT_AUTHENTICATE_TOKEN="hidden")
            self.assertEqual(server.calls[0][2]["authorization"],
                             "Bearer hidden")

    def test_many_messages_are_released(self):
        with self.execute(*[batch(arrow([i])) for i in range(100)],
                          COMPLETE) as server:
            self.assertEqual(self.rows(server), list(range(100)))
            self.assertGreaterEqual(server.count("ReleaseExecute"), 1)


class Tls(Connect):
    @classmethod
    def setUpClass(cls):
        cls.files = [os.path.join(CACHE, name) for name in ("cert", "key")]
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-out", cls.files[0], "-keyout", cls.files[1]],
            check=True, capture_output=True)

    def server(self):
        return Server(certificate=self.files, ExecutePlan=lambda *_: messages(
            batch(arrow([1, 2])), COMPLETE))

    def test_trusted(self):
        with self.server() as server:
            done = self.start(
                f"sc://localhost:{server.port}/;use_ssl=true;token=t",
                SSL_CERT_FILE=self.files[0])
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertEqual(len(read(done.stdout)[0].rows), 2)
            self.assertEqual(server.calls[0][2]["authorization"], "Bearer t")

    def test_not_trusted(self):
        """A certificate of nobody, or of another name: nothing is sent."""
        for host, environment in (
                ("localhost", {}),
                ("127.0.0.1", {"SSL_CERT_FILE": self.files[0]})):
            with self.subTest(host), self.server() as server:
                done = self.start(
                    f"sc://{host}:{server.port}/;use_ssl=true;token=t",
                    **environment)
                self.assertEqual(done.returncode, 125)
                self.assertIn("SSL", done.stderr)
                self.assertEqual(server.calls, [])

    def test_no_tls_there(self):
        with self.execute(COMPLETE) as server:
            self.refused(f"sc://localhost:{server.port}/;use_ssl=true",
                         "no connection to Spark")

    def test_only_tls_there(self):
        with self.server() as server:
            self.refused(server.url, "no connection to Spark")


class Dropped(Connect):
    """A result goes on where it stopped."""

    def later(self, end):
        parts = [batch(arrow([i])) for i in range(6)] + [COMPLETE]

        def execute(_, __):
            return messages(*parts[:2], end=end)

        def reattach(fields, number):
            self.assertEqual(fields[5], [f"r{1 + 2 * number}".encode()])
            at = 2 + 2 * number
            some = parts[at:at + 2] if number < 2 else parts[at:]
            return Reply(b"".join(frame(m + field(13, f"r{at + i}"))
                                  for i, m in enumerate(some)),
                         end if number < 2 else "ok")

        return Server(ExecutePlan=execute, ReattachExecute=reattach)

    def test_connection_drops(self):
        with self.later("drop") as server:
            self.assertEqual(self.rows(server), list(range(6)))
            self.assertEqual(server.count("ReattachExecute"), 3)

    def test_stream_is_reset(self):
        with self.later("reset") as server:
            self.assertEqual(self.rows(server), list(range(6)))

    def test_stream_ends_early(self):
        """Servers end streams after some minutes or a gigabyte."""
        with self.later("ok") as server:
            self.assertEqual(self.rows(server), list(range(6)))

    def test_request_was_lost(self):
        """A server that never got the plan gets it again."""
        gone = status(13, "no", **{"grpc-status-details-bin": details(
            errorClass="INVALID_HANDLE.OPERATION_NOT_FOUND")})
        with Server(ExecutePlan=lambda _, n: messages(end="drop") if n == 0
                    else messages(batch(arrow([4])), COMPLETE),
                    ReattachExecute=lambda *_: messages(end=gone)) as server:
            self.assertEqual(self.rows(server), [4])

    def test_never_ends(self):
        with Server(ExecutePlan=lambda *_: messages(end="ok"),
                    ReattachExecute=lambda *_: messages(end="ok")) as server:
            self.refused(server, "Spark ended the stream of results")
            self.assertGreater(server.count("ReattachExecute"), 3)
            self.assertEqual(server.count("Interrupt"), 1)


class Errors(Connect):
    def test_nobody_there(self):
        self.refused("sc://127.0.0.1:1", "no connection to Spark at 127.0.0.1:1")

    def test_no_spark_connect(self):
        with Server(AnalyzePlan=lambda *_: Reply(b"", "silent",
                                                 http=404)) as server:
            self.refused(server, "HTTP status 404")

    def test_other_version(self):
        with Server(AnalyzePlan=lambda *_: Reply(
                frame(field(8, field(1, "3.5.9"))))) as server:
            self.refused(server, "Spark 3.5.9", "needs Spark 4")

    def test_message_and_class(self):
        """The whole text is fetched; the trailer's is cut."""
        cut = status(13, "cut%21", **{"grpc-status-details-bin": details(
            errorId="e1", errorClass="DIVIDE_BY_ZERO", sqlState="22012")})
        whole = field(1, 0) + field(2, field(2, "Division by \"zero\", ann")
                                    + field(5, field(1, "DIVIDE_BY_ZERO")))
        with Server(ExecutePlan=lambda *_: messages(end=cut),
                    FetchErrorDetails=lambda fields, _: Reply(
                        frame(whole if fields[3] == [b"e1"] else b""))
                    ) as server:
            self.refused(server, "[DIVIDE_BY_ZERO] Division by \"zero\", ann")

    def test_details_that_fail_too(self):
        bad = status(13, "first%20reason",
                     **{"grpc-status-details-bin": details(errorId="e1")})
        for answer in (Reply(frame(b"\xff\xff\xff")), Reply(b"", "drop"),
                       messages(end=status(2, "no"))):
            with Server(ExecutePlan=lambda *_: messages(end=bad),
                        FetchErrorDetails=lambda *_: answer) as server:
                self.refused(server, "first reason")

    def test_rows_then_error(self):
        with Server(ExecutePlan=lambda *_: messages(
                batch(arrow([1])), end=status(13, "late"))) as server:
            self.refused(server, "late")

    def test_no_token(self):
        with Server(AnalyzePlan=lambda *_: messages(
                end=status(16, "No%20authentication%20token"))) as server:
            self.refused(server, "refuses access", "No authentication token")

    def test_terminal_escapes(self):
        with Server(ExecutePlan=lambda *_: messages(
                end=status(13, "%1b[31mred%07%ff"))) as server:
            self.assertNotIn("\x1b", self.refused(server, "red"))

    def test_addresses(self):
        for address, part in (
                ("sc://", "no host"), ("sc://h:0", "port"),
                ("sc://h:70000", "port"), ("sc://h:x", "port"),
                ("sc://h/path", "path"), ("sc://h/;use_ssl=maybe", "use_ssl"),
                ("sc://h/;token", "without a value"),
                ("sc://h/;token=a%0d%0ax", "cannot be read"),
                ("sc://h/;token=a%2", "cannot be read"),
                ("sc://h/;Bad Name=x", "metadata"), ("sc://[::1", "lacks a ]"),
                ("sc://a b", "no host")):
            with self.subTest(address=address):
                self.refused(address, part)

    def test_secrets_are_not_shown(self):
        self.assertNotIn("geheim", self.refused(
            "sc://127.0.0.1:1/;token=geheim;use_ssl=what"))


class Hostile(Connect):
    def body(self, data, end="ok"):
        return Server(ExecutePlan=lambda *_: Reply(data, end),
                      ReattachExecute=lambda *_: Reply(data, end))

    def test_frames(self):
        good = batch(arrow([1]))
        for name, data, part in (
                ("compressed", frame(good, 1), "compressed"),
                ("huge", frame(good, 0, 0xFFFFFFFF), "256 MiB"),
                ("truncated", frame(good)[:-3], "middle of a message"),
                ("no head", b"\0\0", "middle of a message"),
                ("not protobuf", frame(b"\xff" * 40), "cannot be read"),
                ("length past the end", frame(b"\x12\xff\xff\xff\xff\x0f"),
                 "cannot be read"),
                ("wire type 7", frame(b"\x17\x01"), "cannot be read"),
                ("field 0", frame(b"\x02\x01x"), "cannot be read")):
            with self.subTest(name), self.body(data) as server:
                self.refused(server, part)

    def test_arrow(self):
        stream = arrow(list(range(100)))
        for name, data in (("nothing", b""), ("text", b"not arrow at all"),
                           ("cut", stream[:200]), ("zeros", bytes(4096)),
                           ("ones", b"\xff" * 4096)):
            with self.subTest(name), self.execute(batch(data),
                                                  COMPLETE) as server:
                self.refused(server, "Spark")

    def test_other_columns(self):
        for name, data, part in (
                ("type", arrow(["a"], type="string"), "is a string, not a i64"),
                ("nulls", arrow([1, None]), "not as planned")):
            with self.subTest(name), self.execute(batch(data),
                                                  COMPLETE) as server:
                self.refused(server, part)

    def test_damaged_everywhere(self):
        """Any byte of a good answer may be another one."""
        good = (frame(batch(arrow([1, 2, 3]), 3) + field(13, "r0"))
                + frame(COMPLETE + field(13, "r1")))
        chance = random.Random(5)
        for seed in range(25):
            data = bytearray(good)
            for _ in range(chance.randrange(1, 4)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            with self.subTest(seed=seed), self.body(bytes(data)) as server:
                done = self.start(server.url)
                self.assertIn(done.returncode, (0, 125), done.stderr)
                self.assertNotIn("Sanitizer", done.stderr)

    def test_statuses(self):
        for end in (status("x"), status(-5), status(10**30), {},
                    status(13, "%"), status(13, "%4"), status(13, "%zz"),
                    status(13, "a" * 20000), status(
                        13, "m", **{"grpc-status-details-bin": "!!!!"}),
                    status(13, "m", **{"grpc-status-details-bin":
                                       "A" * 30000})):
            with self.subTest(end=str(end)[:60]), Server(
                    ExecutePlan=lambda *_: messages(end=end)) as server:
                done = self.start(server.url)
                self.assertEqual(done.returncode, 125, done.stderr)
                self.assertNotIn("Sanitizer", done.stderr)

    def test_schemas(self):
        """Of tables: any description of columns."""
        deep = field(5, b"")
        for _ in range(300):
            deep = field(20, field(1, deep))
        name = self.id() + ".parquet"
        path = os.path.join(CACHE, name)
        with open(path, "wb") as file:
            file.write(b"PAR1")
        for what, type, part in (
                ("none", b"", "cannot be read"),
                ("no struct", field(7, b""), "cannot be read"),
                ("deep", field(21, field(1, field(1, "a") + field(2, deep))),
                 "deeper than 64"),
                ("no name", field(21, field(1, field(2, field(7, b"")))),
                 "cannot be read"),
                ("decimal", field(21, field(1, field(1, "a") + field(
                    2, field(10, field(1, 9) + field(2, 99))))),
                 "cannot be read"),
                ("interval", field(21, field(1, field(1, "a") + field(
                    2, field(17, b"")))), "not carried"),
                ("garbage", b"\xff\xff", "cannot be read")):
            def analyze(fields, _, type=type):
                if 10 in fields:
                    return Reply(frame(field(8, field(1, "4.2.0"))))
                return Reply(frame(field(2, field(1, type))))
            with self.subTest(what), Server(AnalyzePlan=analyze) as server:
                done = self.start(server.url, "--table", f"t={path}",
                                  steps=("read", "t", "collect"))
                self.assertEqual(done.returncode, 125, done.stderr)
                self.assertIn(part, done.stderr)

    def test_first_answers(self):
        for method in ("AnalyzePlan", "Config"):
            for data in (b"", frame(b"\xff"), frame(b"", 1), b"\0",
                         frame(b"x" * 3, 0, 2**31)):
                with self.subTest(method=method, data=data), Server(
                        **{method: lambda *_: Reply(data)}) as server:
                    if method == "Config" and not data:
                        continue
                    self.refused(server, "Spark")


if __name__ == "__main__":
    unittest.main()
