"""A pushed message: is it genuine, and which of its readings can be taken. Pure.

Signed as in Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, within 300 s of our clock.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError
from standardwebhooks import Webhook

from citizen_app.errors import InputProblem, InvalidInput, Refused, problem
from citizen_app.parking.occupancy import Reading
from citizen_app.parking.schemas import ReadingSchema, reading_of

WINDOW_S = 300
MOST_READINGS = 5_000


def check_signature(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The message's identifier, when it is genuine and in time; raises Refused with the reason otherwise."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not message_id or not stamp or not signatures or len(message_id) > 128:
        raise Refused("the headers webhook-id, webhook-timestamp and webhook-signature are needed")
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
    expected = Webhook(secret).sign(message_id, datetime.fromtimestamp(int(stamp), tz=now.tzinfo), text)
    if not any(_same(expected, given) for given in signatures.split(" ")):
        raise Refused("the signature does not match")
    return message_id


def is_secret(secret: str) -> bool:
    """Whether a text can be a key: base64, with or without "whsec_", at least 16 bytes."""
    try:
        return len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) >= 16
    except (binascii.Error, ValueError):
        return False


def read_message(message: Any) -> tuple[list[Reading], list[InputProblem]]:
    """The readings of a message that can be taken, and the problems of the others. Raises InvalidInput if none can."""
    rows = message.get("readings") if isinstance(message, dict) else None
    if not isinstance(rows, list):
        raise InvalidInput([problem("body", "readings", rows, "expected a list of readings")])
    if len(rows) > MOST_READINGS:
        raise InvalidInput([problem("body", "readings", len(rows), f"at most {MOST_READINGS} at once")])
    schema, readings, problems = ReadingSchema(), [], []
    for number, row in enumerate(rows):
        try:
            readings.append(reading_of(schema.load(row)))
        except ValidationError as error:
            problems += _problems(f"readings[{number}]", row, error)
    if rows and not readings:
        raise InvalidInput(problems)
    return readings, problems


def _problems(place: str, row: Any, error: ValidationError) -> list[InputProblem]:
    faults = error.messages if isinstance(error.messages, dict) else {"reading": error.messages}
    values = row if isinstance(row, dict) else {}
    return [problem(place, str(name), values.get(name, row), _words(said)) for name, said in faults.items()]


def _words(said: Any) -> str:
    if isinstance(said, dict):
        return "; ".join(f"{name}: {_words(part)}" for name, part in said.items())
    return "; ".join(map(str, said)) if isinstance(said, list) else str(said)


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode())
