"""What the GTFS validator says of a feed, as findings of ours. Pure.

Its notices name file, row and field where they can; others say where in their context, in canonical names
(filename, csvRowNumber, fieldName, stopId …).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from citizen_app.buses.findings import Finding, Severity

_SEVERITIES = {"ERROR": Severity.ERROR, "WARNING": Severity.WARNING}
# Where it is comes first; these are then said by name, in this order.
_PLACES = {"filename", "csvRowNumber", "fieldName"}
_TOLD = ("fieldValue", "routeId", "tripId", "serviceId", "stopId", "stopName", "parentFieldName", "childFieldName", "speedKph")


def findings_of(notices: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """One finding for each kind of notice, errors first, the most frequent first; `code` is the validator's."""
    found = [
        Finding(
            _SEVERITIES.get(str(one["severity"]).upper(), Severity.INFO), one["code"], one["count"],
            tuple(text for text in map(_example, one["samples"]) if text), one["message"],
        )
        for one in notices
    ]
    order = list(Severity)
    return sorted(found, key=lambda one: (order.index(one.severity), -one.count, one.code))


def _example(sample: Mapping[str, Any]) -> str:
    context = sample["context"]
    file, row = sample["file"] or context.get("filename"), sample["row"] or context.get("csvRowNumber")
    field = sample["field"] or context.get("fieldName")
    parts = [str(file or "")]
    parts += [f"row {row}"] if row else []
    parts += [str(field)] if field else []
    parts += [f"{name}={str(context[name])[:60]}" for name in _TOLD if name in context]
    if not any(name in context for name in _TOLD):
        parts += [f"{name}={str(value)[:60]}" for name, value in sorted(context.items()) if name not in _PLACES]
    return " ".join(part for part in parts if part)
