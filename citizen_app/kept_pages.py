"""Finished pages, kept ahead of Flask: a page that is the same for a minute is made once, not for every reader.

A view that knows how long its page stays true says so with `keep_page`. The finished answer, compressed and with its
headers, is then given to every request that is the same in all that a page may depend on, for as long as the live
documents that it was made from have not moved. Each worker keeps its own; what was made longest ago goes first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from citizen_app import clock, live, logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES = 16 * 1024 * 1024
_VARIES_BY = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT_LANGUAGE", "HTTP_COOKIE", "HTTP_ACCEPT_ENCODING", "wsgi.url_scheme")


@dataclass(frozen=True)
class _Kept:
    status: int
    status_line: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    route: str
    until: datetime
    made_from: tuple[str, ...]
    serials: tuple[int, ...]


def keep_page(until: datetime, *made_from: str) -> None:
    """Say in a view that its page stays true until then (UTC) unless one of these live documents moves.

    Must be said before the view reads the documents: what moves while the page is made makes it old.
    """
    g.kept = until, made_from, live.serials(made_from)


def init_app(app: Flask) -> None:
    """Put the kept pages before everything else. Before the hooks that touch answers are registered, and after the logs'."""
    app.wsgi_app = _KeptPages(app)  # type: ignore[method-assign]


class _KeptPages:
    def __init__(self, app: Flask) -> None:
        self._inner: WSGIApplication = app.wsgi_app
        self._pages: OrderedDict[tuple[str, ...], _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        if app.config["START_BACKGROUND"]:    # without it nobody notices that a document has moved
            app.after_request(self._keep)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        kept = self._pages.get(_key(environ)) if environ["REQUEST_METHOD"] == "GET" else None
        if kept is None or kept.until <= clock.now() or kept.serials != live.serials(kept.made_from):
            return self._inner(environ, start_response)
        began_s, request_id = clock.monotonic_s(), logs.request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        start_response(kept.status_line, [*kept.headers, ("X-Request-ID", request_id)])
        logs.record(request_id, "GET", environ["PATH_INFO"], kept.route, kept.status, began_s, len(kept.body))
        return [kept.body]

    def _keep(self, response: Response) -> Response:
        asked = g.pop("kept", None)
        if asked is None or response.status_code != 200 or "Set-Cookie" in response.headers or request.method != "GET":
            return response
        kept = _Kept(
            response.status_code, response.status, tuple(response.get_wsgi_headers(request.environ)), response.get_data(),
            request.url_rule.rule if request.url_rule else "none", *asked,
        )
        with self._lock:
            self._forget(_key(request.environ))
            self._pages[_key(request.environ)] = kept
            self._bytes += len(kept.body)
            while self._bytes > MOST_BYTES:
                self._forget(next(iter(self._pages)))
        return response

    def _forget(self, key: tuple[str, ...]) -> None:
        old = self._pages.pop(key, None)
        self._bytes -= len(old.body) if old else 0


def _key(environ: WSGIEnvironment) -> tuple[str, ...]:
    return tuple(environ.get(name, "") for name in _VARIES_BY)
