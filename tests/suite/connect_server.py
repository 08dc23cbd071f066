"""A server of Spark Connect that runs nothing: it speaks HTTP/2 and gRPC well
or badly, as a test tells it. Messages are written by hand, so that they can be
wrong in any way."""

import pathlib
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time

from script import SOURCE

SERVICE = "/spark.connect.SparkConnectService/"


def http2():
    """The pinned packages of HTTP/2, which scripts/deps fetches."""
    done = subprocess.run([str(SOURCE / "scripts" / "deps"), "http2"],
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"scripts/deps http2 failed:\n{done.stderr}")
    folder = str(pathlib.Path(SOURCE) / ".deps" / "http2")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    import h2.config
    import h2.connection
    import h2.errors
    import h2.events
    return h2


def varint(value):
    out = b""
    while value >= 0x80:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """One field of a message: an integer, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def parse(data):
    """{number: [value]} of a message."""
    out, at = {}, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if data[at - 1] < 0x80:
                return value

    while at < len(data):
        tag = number()
        if tag & 7 == 0:
            value = number()
        elif tag & 7 == 2:
            size = number()
            value = data[at:at + size]
            at += size
        else:
            size = 8 if tag & 7 == 1 else 4
            value = data[at:at + size]
            at += size
        out.setdefault(tag >> 3, []).append(value)
    return out


def frame(message, flag=0, length=None):
    size = len(message) if length is None else length
    return struct.pack(">BI", flag, size) + message


def batch(data, rows=0):
    """ExecutePlanResponse.arrow_batch"""
    return field(2, field(1, rows) + field(2, data))


COMPLETE = field(14, b"")


class Reply:
    """What a call is answered with: bytes of the body, then how it ends:
    "ok", a status of gRPC with a message, "reset", or "drop" (the connection
    is closed)."""

    def __init__(self, body=b"", end="ok", headers=(), http=200):
        self.body, self.end, self.headers, self.http = body, end, headers, http


def messages(*all_of_them, end="ok"):
    """A reply of messages; each gets an id of a response."""
    return Reply(b"".join(frame(m + field(13, f"r{i}"))
                          for i, m in enumerate(all_of_them)), end)


class Server:
    """Serves on a port of its own until `close`. `answers` maps a method to a
    function of the request's fields and the call's number that gives a Reply;
    methods that are not there get what a good server says. A certificate
    (files of it and of its key) turns TLS on."""

    def __init__(self, certificate=None, **answers):
        self.h2 = http2()
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
            self.tls.set_alpn_protocols(["h2"])
        self.answers = answers
        self.calls = []  # (method, fields, headers)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.url = f"sc://127.0.0.1:{self.port}"
        self.closed = False
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.closed = True
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def count(self, method):
        return sum(m == method for m, _, _ in self.calls)

    def accept(self):
        while not self.closed:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[client],
                             daemon=True).start()

    def reply(self, method, fields, headers):
        number = self.count(method)
        self.calls.append((method, fields, headers))
        if method in self.answers:
            return self.answers[method](fields, number)
        if method == "AnalyzePlan" and 10 in fields:
            return Reply(frame(field(8, field(1, "4.2.0"))))
        if method == "ExecutePlan":
            return messages(COMPLETE)
        return Reply(frame(b""))

    def serve(self, client):
        try:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            Connection(self, client).run()
        except (OSError, IndexError, self.h2.exceptions.ProtocolError):
            pass
        finally:
            client.close()


class Connection:
    def __init__(self, server, client):
        self.server, self.client = server, client
        h2 = self.events = server.h2
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(client_side=False))
        self.requests = {}  # stream: [headers, bytes]
        self.waiting = {}  # stream: [bytes left, Reply]

    def run(self):
        self.h2.initiate_connection()
        self.flush()
        while True:
            data = self.client.recv(65536)
            if not data:
                return
            for event in self.h2.receive_data(data):
                if self.take(event) == "drop":
                    return
            self.flush()

    def flush(self):
        self.client.sendall(self.h2.data_to_send())

    def take(self, event):
        events = self.events.events
        if isinstance(event, events.RequestReceived):
            self.requests[event.stream_id] = [dict(event.headers), b""]
        elif isinstance(event, events.DataReceived):
            self.requests[event.stream_id][1] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length,
                                              event.stream_id)
        elif isinstance(event, events.StreamReset):
            self.waiting.pop(event.stream_id, None)
        elif isinstance(event, events.StreamEnded):
            return self.answer(event.stream_id)
        elif isinstance(event, events.WindowUpdated):
            for stream in list(self.waiting):
                if self.send(stream) == "drop":
                    return "drop"
        return None

    def answer(self, stream):
        headers, body = self.requests.pop(stream)
        method = headers[b":path"].decode().removeprefix(SERVICE)
        fields = {}
        while body:
            size = struct.unpack(">I", body[1:5])[0]
            for number, values in parse(body[5:5 + size]).items():
                fields.setdefault(number, []).extend(values)
            body = body[5 + size:]
        reply = self.server.reply(
            method, fields, {k.decode(): v.decode()
                             for k, v in headers.items()})
        self.h2.send_headers(stream, [
            (":status", str(reply.http)),
            ("content-type", "application/grpc"), *reply.headers])
        self.waiting[stream] = [reply.body, reply]
        return self.send(stream)

    def send(self, stream):
        body, reply = self.waiting[stream]
        while body:
            room = min(self.h2.local_flow_control_window(stream),
                       self.h2.max_outbound_frame_size, len(body))
            if room == 0:
                self.waiting[stream][0] = body
                return None
            self.h2.send_data(stream, body[:room])
            body = body[room:]
        del self.waiting[stream]
        if reply.end == "drop":
            self.flush()
            return "drop"
        if reply.end == "reset":
            # What came before a reset counts only once it was read.
            self.flush()
            time.sleep(0.3)
            self.h2.reset_stream(stream,
                                 self.events.errors.ErrorCodes.INTERNAL_ERROR)
        elif reply.end == "ok":
            self.h2.send_headers(stream, [("grpc-status", "0")],
                                 end_stream=True)
        elif reply.end == "silent":
            self.h2.end_stream(stream)
        else:
            self.h2.send_headers(stream, [
                (k, str(v)) for k, v in reply.end.items()], end_stream=True)
        return None
