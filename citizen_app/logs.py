"""Logs as JSON lines with a request id. One access line a request: no address of the reader, no query string."""

from __future__ import annotations

import logging
import re
import sys
import uuid

import structlog
from flask import Flask, Response, g, request

from citizen_app import clock
from citizen_app.ops import metrics

_SANE_ID = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
access_log = structlog.stdlib.get_logger("access")


def configure() -> None:
    """Send every log record of the process to stderr as one JSON line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    ))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for noisy in ("werkzeug", "urllib3", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def init_app(app: Flask) -> None:
    """Give each request an id, and write and count it when it is answered."""

    @app.before_request
    def begin() -> None:
        sent = request.headers.get("X-Request-ID", "")
        g.request_id = sent if _SANE_ID.match(sent) else uuid.uuid4().hex
        g.began_s = clock.monotonic_s()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    @app.after_request
    def end(response: Response) -> Response:
        if "request_id" not in g:
            return response
        spent_s = clock.monotonic_s() - g.began_s
        route = request.url_rule.rule if request.url_rule else "none"
        response.headers["X-Request-ID"] = g.request_id
        metrics.count_request(route, request.method, response.status_code, spent_s)
        access_log.info(
            "request", method=request.method, path=request.path, route=route, status=response.status_code,
            spent_ms=round(spent_s * 1000, 1), bytes=response.calculate_content_length(),
        )
        return response
