"""A proxy before a Spark Connect server: it counts what passes, breaks
connections, and speaks TLS, which Spark itself does not."""

import asyncio
import socket
import ssl
import struct
import threading


class Proxy:
    """`cuts`: after how many bytes of answers each connection breaks, the first
    one first; those after them last. A certificate (files of it and of its key)
    turns TLS on."""

    def __init__(self, url, cuts=(), certificate=None):
        host, _, port = url.removeprefix("sc://").rpartition(":")
        self.target = (host, int(port))
        self.cuts = list(cuts)
        self.sent = 0  # bytes of requests
        self.received = 0  # bytes of answers
        self.broken = 0
        self.tls = None
        if certificate:
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls.load_cert_chain(*certificate)
            self.tls.set_alpn_protocols(["h2"])
        listener = socket.create_server(("127.0.0.1", 0))
        self.port = listener.getsockname()[1]
        self.url = f"sc://127.0.0.1:{self.port}"
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, args=(listener,),
                                       daemon=True)
        self.thread.start()

    def run(self, listener):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(
            self.serve, sock=listener, ssl=self.tls))
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    async def serve(self, *client):
        server = await asyncio.open_connection(*self.target)
        try:
            await asyncio.gather(self.requests(client[0], server[1]),
                                 self.answers(server[0], client[1]))
        except OSError:
            pass
        finally:
            for _, writer in (client, server):
                writer.close()

    async def requests(self, client, server):
        while data := await client.read(1 << 16):
            self.sent += len(data)
            server.write(data)
            await server.drain()
        server.close()

    async def answers(self, server, client):
        passed = 0
        while data := await server.read(1 << 16):
            passed += len(data)
            self.received += len(data)
            if self.cuts and passed > self.cuts[0]:
                self.cuts.pop(0)
                self.broken += 1
                reset(client)
                break
            client.write(data)
            await client.drain()
        client.close()

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


def reset(writer):
    """As a router does that forgot the connection."""
    writer.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
