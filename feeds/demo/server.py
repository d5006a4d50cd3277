"""The stand-in vendor's HTTP server: the payloads of `payloads.py`, with ETag and 304, on a clock of its own."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from citizen_app import clock
from feeds.demo.payloads import MAKERS, payload

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]
_NOTICE = (
    "Stand-in vendor of the demonstration county. Counts are recorded days of car parks in Malaga, 2024, scaled;\n"
    "javi-aranda/malaga-parking-data, CC BY 4.0. They say nothing about real car parks in Linhai.\n\n"
)


def make_clock(start: datetime | None = None, speed: float = 1.0) -> Clock:
    """The vendor's clock (UTC): the present, or one that begins at `start` and runs `speed` times as fast."""
    if start is None and speed == 1.0:
        return clock.now
    began_at, began_s = (start or clock.now()).astimezone(UTC), clock.monotonic_s()
    return lambda: began_at + timedelta(seconds=(clock.monotonic_s() - began_s) * speed)


class VendorServer(ThreadingHTTPServer):
    """Serves until `shutdown()`. Raises OSError when the port is taken."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int, vendor_clock: Clock, host: str = "127.0.0.1") -> None:
        self.vendor_clock = vendor_clock
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: VendorServer
    server_version = "DemoVendor/1"
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        moment = self.server.vendor_clock()
        if path == "/":
            body = (_NOTICE + "\n".join(MAKERS) + "\n").encode()
            self._answer(HTTPStatus.OK, "text/plain; charset=utf-8", body)
            return
        made = payload(path, moment)
        if made is None:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")
            return
        content_type, body = made
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        same = etag in (part.strip() for part in self.headers.get("If-None-Match", "").split(","))
        status = HTTPStatus.NOT_MODIFIED if same else HTTPStatus.OK
        as_of = format_datetime(moment.replace(second=0, microsecond=0), usegmt=True)
        self._answer(status, content_type, body, {"ETag": etag, "Last-Modified": as_of})

    do_HEAD = do_GET

    def _answer(self, status: HTTPStatus, content_type: str, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Cache-Control": "no-cache", **(headers or {})}.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status is not HTTPStatus.NOT_MODIFIED and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        log.debug(format, *args)
