"""What the stand-ins of the demonstration have in common: a server with a clock of its own, answers, and a process around it."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import FrameType

from citizen_app import clock

log = logging.getLogger(__name__)
Clock = Callable[[], datetime]


def make_clock(start: datetime | None = None, speed: float = 1.0) -> Clock:
    """A stand-in's clock (UTC): the present, or one that begins at `start` and runs `speed` times as fast."""
    if start is None and speed == 1.0:
        return clock.now
    began_at, began_s = (start or clock.now()).astimezone(UTC), clock.monotonic_s()
    return lambda: began_at + timedelta(seconds=(clock.monotonic_s() - began_s) * speed)


def read_moment(text: str) -> datetime:
    """A moment in ISO 8601, on the county's clock unless it names a zone. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.LOCAL)


class DemoServer(ThreadingHTTPServer):
    """Serves until `shutdown()`. Raises OSError when the port is taken."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler], own_clock: Clock, host: str) -> None:
        self.own_clock = own_clock
        super().__init__((host, port), handler)

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}"


class DemoHandler(BaseHTTPRequestHandler):
    """Answers whole bodies; its Date is that of the server's own clock."""

    server: DemoServer
    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True    # head and body are two writes; the second would wait 40 ms for the first to be confirmed

    def answer(self, status: HTTPStatus, content_type: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Cache-Control": "no-cache", **(headers or {})}.items():
            self.send_header(name, value)
        if status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status is not HTTPStatus.NOT_MODIFIED and self.command != "HEAD":
            self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        moment = self.server.own_clock() if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)

    def log_message(self, format: str, *args: object) -> None:
        log.debug(format, *args)


def serve_until_signal(server: DemoServer, meanwhile: Callable[[threading.Event], None] | None = None) -> None:
    """Serve in the background until SIGTERM or SIGINT; `meanwhile` may start threads that end with the event."""
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    threading.Thread(target=server.serve_forever, name="server", daemon=True).start()
    logging.info("serving at %s", server.url)
    if meanwhile is not None:
        meanwhile(stop)
    stop.wait()
    server.shutdown()
    server.server_close()
