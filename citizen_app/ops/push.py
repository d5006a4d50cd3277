"""A pushed message: is it genuine, and which of its readings can be taken. Pure.

Signed as in Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, within 300 s of our clock.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError
from standardwebhooks import Webhook

from citizen_app.errors import InputProblem, InvalidInput, Refused, problem
from citizen_app.parking.occupancy import Reading
from citizen_app.parking.schemas import ReadingSchema, reading_of

WINDOW_S = 300
MOST_READINGS = 5_000
LONGEST_ID = 128
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass(frozen=True)
class Envelope:
    """What the three headers say, in their order; "" for one that is missing. `signatures` are separated by spaces."""

    message_id: str
    timestamp: str
    signatures: str


@dataclass(frozen=True)
class Message:
    """What a message says: the readings that can be taken, where in the message each stood, what is wrong with the others."""

    readings: tuple[Reading, ...]
    rows: tuple[str, ...]
    problems: tuple[InputProblem, ...]


def check_signature(secret: str, envelope: Envelope, body: bytes, now: datetime) -> None:
    """Return when the message is genuine and in time at `now` (UTC); raises Refused with the reason otherwise."""
    message_id, stamp = envelope.message_id, envelope.timestamp
    if not message_id or not stamp or not envelope.signatures:
        raise Refused(f"the headers {', '.join(HEADERS)} are needed")
    if not message_id.isprintable() or len(message_id) > LONGEST_ID:
        raise Refused(f"webhook-id must be at most {LONGEST_ID} printable characters")
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise Refused("webhook-timestamp must be whole seconds since 1970")
    if not is_secret(secret):
        raise Refused("no key is set up for this source")
    if abs(now.timestamp() - int(stamp)) > WINDOW_S:
        raise Refused(f"webhook-timestamp is more than {WINDOW_S} seconds away from our clock")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise Refused("the body is not UTF-8") from error
    expected = Webhook(secret).sign(message_id, datetime.fromtimestamp(int(stamp), UTC), text)
    matches = [hmac.compare_digest(expected.encode(), given.encode()) for given in envelope.signatures.split(" ")]
    if not any(matches):
        raise Refused("the signature does not match")


def is_secret(secret: str) -> bool:
    """Whether a text can be a key: base64, with or without "whsec_", at least 16 bytes."""
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) >= 16
    except (binascii.Error, ValueError):
        return False


def read_message(body: bytes, now: datetime) -> Message:
    """What a message says at `now` (UTC). Raises InvalidInput when it is no message, or when no reading can be taken."""
    rows = _rows(body)
    schema = ReadingSchema()
    good: list[tuple[Reading, str]] = []
    problems: list[InputProblem] = []
    for number, row in enumerate(rows):
        place = f"readings[{number}]"
        try:
            reading = reading_of(schema.load(row))
        except ValidationError as error:
            problems += _problems(place, row, error)
            continue
        if (reading.observed_at - now).total_seconds() > WINDOW_S:
            problems.append(problem(place, "observed_at", row["observed_at"], f"more than {WINDOW_S} seconds ahead of our clock"))
        else:
            good.append((reading, place))
    if rows and not good:
        raise InvalidInput(problems)
    return Message(tuple(one for one, _ in good), tuple(place for _, place in good), tuple(problems))


def _rows(body: bytes) -> list[Any]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput([problem("body", "", body[:40].decode("utf-8", "replace"), "not JSON")]) from error
    rows = message.get("readings") if isinstance(message, dict) else None
    if not isinstance(rows, list):
        raise InvalidInput([problem("body", "readings", rows, "expected a list of readings")])
    if len(rows) > MOST_READINGS:
        raise InvalidInput([problem("body", "readings", len(rows), f"at most {MOST_READINGS} at once")])
    return rows


def _problems(place: str, row: Any, error: ValidationError) -> list[InputProblem]:
    faults: dict[Any, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]
    values = row if isinstance(row, dict) else {}
    return [
        problem(place, "" if name == "_schema" else str(name), values.get(name, "" if values else row), _words(said))
        for name, said in faults.items()
    ]


def _words(said: Any) -> str:
    if isinstance(said, dict):
        return "; ".join(f"{name}: {_words(part)}" for name, part in said.items())
    return "; ".join(map(str, said)) if isinstance(said, list) else str(said)
