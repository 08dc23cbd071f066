"""A wire that counts: connections to it are connections to another port."""

import socket
import threading


class Wire:
    def __init__(self, port):
        self.to = port
        self.sent = 0  # bytes towards the server
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            other = socket.create_connection(("127.0.0.1", self.to))
            for source, sink, counts in ((client, other, True),
                                         (other, client, False)):
                threading.Thread(target=self.pump, daemon=True,
                                 args=(source, sink, counts)).start()

    def pump(self, source, sink, counts):
        try:
            while data := source.recv(1 << 16):
                if counts:
                    with self.lock:
                        self.sent += len(data)
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        self.server.close()
