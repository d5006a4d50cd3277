"""A real HTTP server on raw sockets that does what bad servers do, one fault per path; counts who asked for what."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import ssl
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

GOOD = json.dumps([{"id": "east-lake", "free": 40}]).encode()
Connection = socket.socket


class BadServer:
    """`tls` puts a certificate for vendor.example in front of the same faults."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.names: list[str | None] = []
        self.plain_port = 0
        if tls:
            tls.sni_callback = lambda _connection, name, _context: self.names.append(name)
        self.asked: Counter[str] = Counter()
        self.requests: list[str] = []
        self.moments: list[tuple[float, str]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.stopping = threading.Event()
        threading.Thread(target=self._serve, name="bad-server", daemon=True).start()

    def url(self, path: str) -> str:
        return f"https://vendor.example:{self.port}/{path}" if self.tls else f"http://127.0.0.1:{self.port}/{path}"

    def _serve(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), name="bad-server", daemon=True).start()

    def _answer(self, accepted: Connection) -> None:
        with contextlib.suppress(OSError), self._secured(accepted) as connection:
            request = b""
            while b"\r\n\r\n" not in request:
                part = connection.recv(4096)
                if not part:
                    return
                if part[0] == 0x16:    # a TLS handshake, where plain HTTP is spoken
                    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                    return
                request += part
            path = request.split(b" ")[1].decode().lstrip("/")
            self.requests.append(request.decode())
            self.asked[path] += 1
            self.moments.append((time.monotonic(), path))
            fault: Callable[[Connection, str], None] = getattr(self, "do_" + path.split("?")[0].replace("-", "_"), self.do_good)
            fault(connection, request.decode())

    def _secured(self, connection: Connection) -> Connection:
        return self.tls.wrap_socket(connection, server_side=True) if self.tls else connection

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

    def do_hang_once(self, connection: Connection, request: str) -> None:
        if self.asked["hang-once"] == 1:
            self.stopping.wait(120)
        self.do_good(connection, request)

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

    def do_cut_chunks(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n[1, 2")

    def do_more_than_stated(self, connection: Connection, request: str) -> None:
        self._send(connection, GOOD, stated=len(GOOD) - 5)

    def do_html(self, connection: Connection, request: str) -> None:
        self._send(connection, b"<html><body>We will be back soon</body></html>", "Content-Type: text/html")

    def do_nothing(self, connection: Connection, request: str) -> None:
        self._send(connection, b"[]")

    def do_stranger(self, connection: Connection, request: str) -> None:
        self._send(connection, b'[{"id": "nobody", "free": 3}]')

    def do_mixed(self, connection: Connection, request: str) -> None:
        self._send(connection, b'[{"id": "nobody", "free": 3}, {"id": "east-lake", "free": 7}, {"id": "x", "free": "many"}]')

    def do_sites(self, connection: Connection, request: str) -> None:
        sites = [{"original_uid": "east-lake", "name": "East lake", "lat": 28.8, "lon": 121.1, "capacity": 120, "has_realtime_data": True,
                  "realtime_free_capacity": 40, "realtime_data_updated_at": datetime.now(UTC).isoformat()}]
        self._send(connection, json.dumps(sites).encode())

    def do_unasked_304(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")

    def do_bare_304(self, connection: Connection, request: str) -> None:
        connection.sendall(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")

    def do_bomb(self, connection: Connection, request: str) -> None:
        self._bomb(connection, "gzip", zlib.MAX_WBITS | 16)

    def do_deflate_bomb(self, connection: Connection, request: str) -> None:
        self._bomb(connection, "deflate", -zlib.MAX_WBITS)

    def _bomb(self, connection: Connection, encoding: str, bits: int) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, bits)
        body = b"".join(packer.compress(bytes(1024 * 1024)) for _ in range(200)) + packer.flush()
        self._send(connection, body, f"Content-Encoding: {encoding}")

    def do_brotli(self, connection: Connection, request: str) -> None:
        self._send(connection, bytes(40), "Content-Encoding: br")

    def do_packed(self, connection: Connection, request: str) -> None:
        self._send(connection, gzip.compress(GOOD), "Content-Encoding: gzip")

    def do_packed_in_two(self, connection: Connection, request: str) -> None:
        self._send(connection, gzip.compress(GOOD[:10]) + gzip.compress(GOOD[10:]) + bytes(16), "Content-Encoding: gzip")

    def do_deflated(self, connection: Connection, request: str) -> None:
        self._send(connection, zlib.compress(GOOD), "Content-Encoding: deflate")

    def do_deflated_barely(self, connection: Connection, request: str) -> None:
        self._send(connection, zlib.compress(GOOD)[2:-4], "Content-Encoding: deflate")

    def do_packed_and_cut(self, connection: Connection, request: str) -> None:
        self._send(connection, gzip.compress(GOOD)[:-12], "Content-Encoding: gzip")

    def do_packed_badly(self, connection: Connection, request: str) -> None:
        self._send(connection, b"\x1f\x8b" + GOOD, "Content-Encoding: gzip")

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

    def do_slow_loop(self, connection: Connection, request: str) -> None:
        self.stopping.wait(0.8)
        self._redirect(connection, "/drip")

    def do_in_the_clear(self, connection: Connection, request: str) -> None:
        self._redirect(connection, f"http://vendor.example:{self.plain_port}/good")

    def _send(self, connection: Connection, body: bytes, header: str = "X-Nothing: 1", stated: int | None = None) -> None:
        length = len(body) if stated is None else stated
        connection.sendall(f"HTTP/1.1 200 OK\r\n{header}\r\nContent-Length: {length}\r\n\r\n".encode() + body)

    def _redirect(self, connection: Connection, to: str) -> None:
        connection.sendall(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())


@contextmanager
def bad_server(tls: ssl.SSLContext | None = None) -> Iterator[BadServer]:
    server = BadServer(tls)
    try:
        yield server
    finally:
        server.stopping.set()
        server.listener.close()
