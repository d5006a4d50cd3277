"""What the tests of formats share: read a payload as the pollers do, and look at what came of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from citizen_app.ops.source import Source
from citizen_app.parking.occupancy import Reading, SiteDescription
from feeds.base import Parsed
from feeds.registry import get_adapter

RECORDED = Path(__file__).parents[2] / "recorded"
NOW = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)
MAP: dict[str, Any] = {"fields": {"ref": "id", "available_spaces": "free", "observed_at": "time"}}
SETTINGS_FREE = ("parkapi", "datex2")    # formats that need no map


def parse(kind: str, payload: bytes | str | list[Any] | dict[str, Any], settings: dict[str, Any] | None = None) -> Parsed:
    """A payload read in a format; what is neither text nor bytes is sent as JSON."""
    text = payload if isinstance(payload, str | bytes) else json.dumps(payload, ensure_ascii=False)
    body = text.encode() if isinstance(text, str) else text
    return get_adapter(Source("vendor", "Vendor", format=kind, settings=settings or {})).parse(body, NOW)


def recorded(name: str) -> bytes:
    return (RECORDED / name).read_bytes()


def readings(parsed: Parsed) -> dict[str, Reading]:
    return {one.ref: one for one in parsed.items if isinstance(one, Reading)}


def sites(parsed: Parsed) -> dict[str, SiteDescription]:
    return {one.ref: one for one in parsed.items if isinstance(one, SiteDescription)}


def faults(parsed: Parsed) -> list[tuple[str, str]]:
    """Where each problem is: row and the sender's name of the field."""
    return [(one.row, one.field) for one in parsed.problems]


def spaces(parsed: Parsed) -> dict[str, int | None]:
    return {ref: one.available_spaces for ref, one in readings(parsed).items()}
