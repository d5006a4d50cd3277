"""The stand-in platform's HTTP server: the gateway of the province, a page for the curious, and a way to make it misbehave.

POST /control takes JSON: a fault of `faults.py`, or {"do": …} with clear, lose_sessions, expire_secrets, forget_all, skew ("value":
seconds). GET /status gives its numbers as JSON.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from feeds.demo.http import Clock, DemoHandler, DemoServer
from feeds.demo.platform.desk import Answer, Desk
from feeds.demo.platform.faults import Fault, Troubles
from feeds.demo.platform.memory import Memory
from feeds.demo.platform.pages import front_page, held_page
from feeds.demo.platform.rules import KINDS, NUMBER, interface_of

log = logging.getLogger(__name__)
_LARGEST_BYTES = 16 * 1024 * 1024
_JSON, _HTML = "application/json; charset=utf-8", "text/html; charset=utf-8"
_REFRESH = "/gateway/app/refreshTokenBy"


class PlatformServer(DemoServer):
    """Serves until `shutdown()`. Raises OSError when the port is taken. `skew_s` sets its clock apart from the world's."""

    def __init__(self, port: int, path: Path | str, app_key: str, secret: str, base_clock: Clock, host: str = "127.0.0.1") -> None:
        self.skew_s = 0.0
        self.memory, self.troubles, self.ending = Memory(path), Troubles(), threading.Event()
        self.desk = Desk(self.memory, app_key, secret)
        super().__init__(port, _Handler, lambda: base_clock() + timedelta(seconds=self.skew_s), host)

    def server_close(self) -> None:
        self.ending.set()
        super().server_close()

    def obey(self, wish: Mapping[str, Any]) -> None:
        """Do or begin what was asked for. Raises ValueError for what it cannot."""
        match wish.get("do"):
            case None:
                self.troubles.ask_for(wish, self.own_clock())
            case "clear":
                self.troubles.clear()
                self.skew_s = 0.0
            case "skew":
                self.skew_s = float(wish.get("value", 0))
            case "lose_sessions":
                with self.memory.writing():
                    self.memory.forget_secrets()
            case "expire_secrets":
                with self.memory.writing():
                    self.memory.end_secrets("request", *(() if wish.get("value") == "request" else ("refresh",)))
            case "forget_all":
                with self.memory.writing():
                    self.memory.forget_all()
            case other:
                raise ValueError(f"cannot do {other}")


class _Handler(DemoHandler):
    server: PlatformServer
    server_version = "DemoPlatform/1"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        memory, now = self.server.memory, self.server.own_clock()
        if parts.path == "/":
            self._show(front_page(memory.numbers(), memory.latest(30), self.server.troubles.list(now), now))
        elif parts.path == "/status":
            troubles = [str(one.fault) for one in self.server.troubles.list(now)]
            self._say({**memory.numbers(), "troubles": troubles, "now": now.isoformat()})
        elif parts.path.removeprefix("/held/") in KINDS:
            kind, [page, *_] = parts.path.removeprefix("/held/"), parse_qs(parts.query).get("page", ["1"])
            number = int(page) if page.isascii() and page.isdigit() and 0 < len(page) < 8 else 1
            pages, rows = memory.page(kind, max(1, number))
            self._show(held_page(kind, max(1, number), pages, rows))
        else:
            self.answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        try:
            payload = self._payload()
        except ValueError:
            self.close_connection = True
            self.answer(HTTPStatus.BAD_REQUEST, "text/plain; charset=utf-8", b"neither a form nor JSON\n")
            return
        if path == "/control":
            self._control(payload)
        elif self.server.troubles.take(Fault.OUTAGE, self.server.own_clock()):
            self.close_connection = True
        elif path.startswith(_REFRESH):
            self._refresh(path, payload)
        else:
            found = interface_of(path)
            if found is None:
                self.answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")
            else:
                self._serve(*found, payload)

    def _control(self, wish: Mapping[str, Any]) -> None:
        try:
            self.server.obey(wish)
        except (ValueError, TypeError) as error:
            self._say({"error": str(error)}, HTTPStatus.BAD_REQUEST)
        else:
            self._say({"ok": True})

    def _refresh(self, path: str, payload: Mapping[str, Any]) -> None:
        desk, now = self.server.desk, self.server.own_clock()
        match path.removeprefix(_REFRESH):
            case "Key.htm":
                self._say(desk.refresh_by_key(payload, now))
            case "Sec.htm":
                self._say(desk.refresh_by_secret(payload, now))
            case _:
                self.answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"not found\n")

    def _serve(self, kind: str, is_query: bool, payload: Mapping[str, Any]) -> None:
        troubles, now = self.server.troubles, self.server.own_clock()
        if troubles.take(Fault.ERROR, now):
            self.answer(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", b"error\n")
        elif busy := troubles.take(Fault.BUSY, now):
            pause = {"Retry-After": str(round(busy.seconds))}
            self.answer(HTTPStatus.TOO_MANY_REQUESTS, "text/plain; charset=utf-8", b"busy\n", pause)
        elif wrong := troubles.take(Fault.WRONG_CODE, now):
            self._say({"code": wrong.value, "msg": "演示：异常返回码"})
        elif troubles.take(Fault.GARBAGE, now):
            self.answer(HTTPStatus.OK, _HTML, b"<html>maintenance</html>")
        else:
            if slow := troubles.take(Fault.SLOW, now):
                self.server.ending.wait(slow.seconds)
            answer = self._ask_desk(kind, is_query, payload)
            if silent := troubles.take(Fault.SILENT, now):
                self.server.ending.wait(silent.seconds)
                self.close_connection = True
            else:
                self._say(answer)

    def _ask_desk(self, kind: str, is_query: bool, payload: Mapping[str, Any]) -> Answer:
        troubles, now = self.server.troubles, self.server.own_clock()
        if is_query:
            return self.server.desk.query(kind, payload, now)
        refused = troubles.take(Fault.REFUSE, now)
        return self.server.desk.push(kind, payload, now, lambda record: refused is not None and record.get(NUMBER) == refused.value)

    def _payload(self) -> dict[str, Any]:
        """The fields of a form, "records" read from JSON; or a JSON object. Raises ValueError."""
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _LARGEST_BYTES:
            raise ValueError("too large")
        body = self.rfile.read(length)
        if self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            fields: dict[str, Any] = {name: values[0] for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
            return fields | ({"records": json.loads(fields["records"])} if "records" in fields else {})
        document = json.loads(body)
        if not isinstance(document, dict):
            raise ValueError("no object")
        return document

    def _say(self, document: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        self.answer(status, _JSON, json.dumps(document, ensure_ascii=False).encode())

    def _show(self, page: str) -> None:
        self.answer(HTTPStatus.OK, _HTML, page.encode())
