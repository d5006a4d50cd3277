"""Logs as JSON lines with a request id. One access line a request: no address of the reader, no query string."""

from __future__ import annotations

import logging
import re
import sys
import uuid
from typing import TextIO

import structlog
from flask import Flask, Response, g, request

from citizen_app import clock
from citizen_app.ops import metrics

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_NOISY = ("werkzeug", "urllib3", "alembic")
access_log = structlog.stdlib.get_logger("access")


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is when a line comes."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def configure() -> None:
    """Write every log record of the process, gunicorn's too, to stderr as one JSON line. May be called again."""
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.handlers.clear()
    gunicorn.propagate = True
    root = logging.getLogger()
    if any(isinstance(handler, _Stderr) for handler in root.handlers):
        return
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = _Stderr()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    ))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give each request an id, and write and count it when it is answered."""
    configure()
    app.before_request(_begin)
    app.after_request(_end)


def request_id(sent: str) -> str:
    """The id that the asker gave the request, or a new one where it is not sane."""
    return sent if _SANE_ID.fullmatch(sent) else uuid.uuid4().hex


def record(request_id: str, method: str, path: str, route: str, status: int, began_s: float, size: int | None) -> None:
    """Count an answered request and write its line. `began_s` is on the monotonic clock."""
    spent_s = clock.monotonic_s() - began_s
    metrics.count_request(route, method, status, spent_s)
    access_log.info(
        "request", request_id=request_id, method=method, path=path, route=route, status=status,
        spent_ms=round(spent_s * 1000, 1), bytes=size,
    )


def _begin() -> None:
    g.request_id = request_id(request.headers.get("X-Request-ID", ""))
    g.began_s = clock.monotonic_s()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    if "request_id" not in g:
        return response
    response.headers["X-Request-ID"] = g.request_id
    route = request.url_rule.rule if request.url_rule else "none"
    size = None if response.is_streamed else response.calculate_content_length()    # to count a stream would hold all of it
    record(g.request_id, request.method, request.path, route, response.status_code, g.began_s, size)
    return response
