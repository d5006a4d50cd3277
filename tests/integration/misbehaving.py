"""A real HTTP server on raw sockets that does what bad servers do, one fault per path; counts who asked for what."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

GOOD = json.dumps([{"id": "east-lake", "free": 40}]).encode()
Connection = socket.socket


class BadServer:
    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.requests: list[str] = []
        self.moments: list[tuple[float, str]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stopping = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: Connection) -> None:
        with connection, contextlib.suppress(OSError):
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(4096)
                if not part:
                    return
                request += part
            path = request.split(b" ")[1].decode().lstrip("/")
            self.requests.append(request.decode())
            self.asked[path] += 1
            self.moments.append((time.monotonic(), path))
            fault: Callable[[Connection, str], None] = getattr(self, "do_" + path.split("?")[0].replace("-", "_"), self.do_good)
            fault(connection, request.decode())

    def do_good(self, connection: Connection, request: str) -> None:
        if 'If-None-Match: "v1"' in request:
            connection.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\nConnection: close\r\n\r\n')
            return
        head = f'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: {len(GOOD)}\r\nConnection: close\r\n\r\n'
        connection.sendall(head.encode() + GOOD)

    def do_error(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 500 Oops\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    def do_hang(self, connection: Connection, request: str) -> None:
        self.stopping.wait(120)

    def do_drip(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not self.stopping.wait(0.05):
            connection.sendall(b"[")

    def do_drip_headers(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not self.stopping.wait(0.05):
            connection.sendall(b"a")

    def do_cut(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[1, 2")

    def do_html(self, connection: Connection, request: str) -> None:
        body = b"<html><body>We will be back soon</body></html>"
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def do_bomb(self, connection: Connection, request: str) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
        body = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(200)) + packer.flush()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def do_packed(self, connection: Connection, request: str) -> None:
        body = gzip.compress(GOOD)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    def do_zeros(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        zeros = bytes(1024 * 1024)
        for _ in range(2048):
            connection.sendall(zeros)

    def do_metadata(self, connection: Connection, request: str) -> None:
        self._redirect(connection, "http://169.254.169.254/latest/meta-data/")

    def do_to_file(self, connection: Connection, request: str) -> None:
        self._redirect(connection, "file:///etc/passwd")

    def do_loop(self, connection: Connection, request: str) -> None:
        self._redirect(connection, "/loop")

    def do_moved(self, connection: Connection, request: str) -> None:
        self._redirect(connection, "/good")

    def do_elsewhere(self, connection: Connection, request: str) -> None:
        self._redirect(connection, f"http://localhost:{self.port}/good")

    def _redirect(self, connection: Connection, to: str) -> None:
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


@contextmanager
def bad_server() -> Iterator[BadServer]:
    server = BadServer()
    try:
        yield server
    finally:
        server.stopping.set()
        server.listener.close()
