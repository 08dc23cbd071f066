"""A TCP proxy before a Spark Connect server, which counts what passes."""

import socket
import threading


class Proxy:
    def __init__(self, url):
        host, _, port = url.removeprefix("sc://").rpartition(":")
        self.target = (host, int(port))
        self.sent = 0  # bytes of requests
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = f"sc://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            server = socket.create_connection(self.target)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for pair in ((client, server, self.count),
                         (server, client, lambda size: None)):
                threading.Thread(target=pump, args=pair, daemon=True).start()

    def count(self, size):
        with self.lock:
            self.sent += size

    def close(self):
        self.server.close()


def pump(source, target, count):
    try:
        while data := source.recv(1 << 16):
            count(len(data))
            target.sendall(data)
    except OSError:
        pass
    for side in (source, target):
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
