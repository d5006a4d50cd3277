"""What the stand-in vendor sends by itself: signed pushes of the stations, and the attendant's counts by hand."""

from __future__ import annotations

import json
import logging
import threading
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from citizen_app import clock
from feeds.demo.payloads import push_body
from feeds.demo.scene import bundle, replayed

log = logging.getLogger(__name__)
PUSH_PATH = "/api/v1/sources/stations/readings"
_TIMEOUT_S = 10
_RETRY_S = 5


def push(url: str, secret: str, moment: datetime) -> None:
    """Post the stations' counts at `moment`, signed as in Standard Webhooks. Raises OSError when they are not taken."""
    body, message_id, signed_at = push_body(moment), f"msg_{uuid.uuid4().hex}", clock.now()
    _post(url, body, {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(signed_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, signed_at, body.decode()),
    })


def count_by_hand(url: str, moment: datetime) -> None:
    """Do what the attendant does: open the signed link's address and give the number. Raises OSError when not taken."""
    path = urlsplit(url).path
    facility = next((one for one in bundle().facilities if f"/parking/{one.uid}/" in path), None)
    if facility is None:
        raise OSError(f"{path} is no page of a car park of the demonstration")
    press = {"message_id": uuid.uuid4().hex, "age_s": 0, "available": replayed(facility, moment)}
    _post(url, json.dumps(press).encode(), {})


def keep_sending(name: str, send: Callable[[], None], interval_s: float, stop: threading.Event) -> threading.Thread:
    """Send now and every interval, in a thread of its own; after a failure again soon. Failures are lines in the log."""
    def run() -> None:
        pause_s = 0.0
        while not stop.wait(pause_s):
            try:
                send()
                pause_s = interval_s
            except OSError as error:
                log.warning("%s not sent: %s", name, error)
                pause_s = min(_RETRY_S, interval_s)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> None:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:
            response.read()
    except urllib.error.HTTPError as error:
        detail = error.read(300).decode("utf-8", "replace").replace("\n", " ")
        raise OSError(f"HTTP {error.code}: {detail}") from error
