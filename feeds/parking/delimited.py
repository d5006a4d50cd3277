"""CSV with a heading line, in any of the usual separators and encodings. Settings: see `fields`; paths are headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, decode, make_field_map, read_records

_SEPARATORS = (",", ";", "\t", "|")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    return DelimitedAdapter(make_field_map(settings))


@dataclass(frozen=True)
class DelimitedAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when a heading of the map is missing. Row 2 is the first record, as a person counts."""
        text = decode(payload, self.fields.encoding)
        first_line = text.split("\n", 1)[0]
        separator = self.fields.delimiter or max(_SEPARATORS, key=first_line.count)
        try:
            rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, restkey="(more)"))
        except csv.Error as error:
            raise InvalidInput([problem("payload", "", first_line, f"not CSV: {error}")]) from error
        check_headings(self.fields, list(rows[0]) if rows else first_line.strip().split(separator))
        return read_records(rows, self.fields, fetched_at, first_row=2)


def check_headings(fields: FieldMap, headings: list[Any]) -> None:
    """Raises InvalidInput that names every heading of the map that a table does not have."""
    known = {str(heading).strip().strip('"') for heading in headings}
    missing = [(name, path) for name, path in fields.fields.items() if path not in known]
    if missing:
        raise InvalidInput([
            problem("heading", path, ", ".join(sorted(known)), f"missing; it is mapped to {name}") for name, path in missing
        ])
