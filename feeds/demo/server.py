"""The stand-in vendor's HTTP server: the payloads of `payloads.py`, with ETag and 304, on a clock of its own."""

from __future__ import annotations

import hashlib
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import urlsplit

from feeds.demo.http import Clock, DemoHandler, DemoServer
from feeds.demo.payloads import MAKERS, payload

_NOTICE = (
    "Stand-in vendor of the demonstration county. Counts are recorded days of car parks in Malaga, 2024, scaled;\n"
    "javi-aranda/malaga-parking-data, CC BY 4.0. They say nothing about real car parks in Linhai.\n\n"
)


class VendorServer(DemoServer):
    """Serves until `shutdown()`. Raises OSError when the port is taken."""

    def __init__(self, port: int, vendor_clock: Clock, host: str = "127.0.0.1") -> None:
        super().__init__(port, _Handler, vendor_clock, host)


class _Handler(DemoHandler):
    server_version = "DemoVendor/1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        moment = self.server.own_clock()
        if path == "/":
            body = (_NOTICE + "\n".join(MAKERS) + "\n").encode()
            self.answer(HTTPStatus.OK, "text/plain; charset=utf-8", body)
            return
        made = payload(path, moment)
        if made is None:
            self.answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")
            return
        content_type, body = made
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        same = etag in (part.strip() for part in self.headers.get("If-None-Match", "").split(","))
        status = HTTPStatus.NOT_MODIFIED if same else HTTPStatus.OK
        as_of = format_datetime(moment.replace(second=0, microsecond=0), usegmt=True)
        self.answer(status, content_type, body, {"ETag": etag, "Last-Modified": as_of})

    do_HEAD = do_GET
