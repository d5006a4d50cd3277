"""CSV (RFC 4180 and what spreadsheets make of it), in any of the usual separators and encodings; no owner of the format.

Settings: the common ones of `fields`, `delimiter`, `skip_rows`. Paths are headings, or `column.N`. A row that has more or
fewer cells than the heading has lost its order and is a problem.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.payloads import decode, refuse
from feeds.parking.tables import MOST_HEAD_ROWS, MOST_ROWS, Row, find_heading, read_table

_SEPARATORS = (",", ";", "\t", "|")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    return DelimitedAdapter(make_field_map(settings, "delimiter", "skip_rows", paths=False))


@dataclass(frozen=True)
class DelimitedAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is no CSV or a heading of the map is missing."""
        text = decode(payload, self.fields.encoding)
        separator = self.fields.delimiter or self._separator(text)
        return read_table(_rows(text, separator)[self.fields.skip_rows:], self.fields, fetched_at, strict=True)

    def _separator(self, text: str) -> str:
        """The one that makes the heading of the map, else the most frequent."""
        head = "\n".join(text.splitlines()[:MOST_HEAD_ROWS + self.fields.skip_rows])
        for separator in _SEPARATORS:
            if find_heading([cells for _, cells in _rows(head, separator)], self.fields) is not None:
                return separator
        return max(_SEPARATORS, key=head.count)


def _rows(text: str, separator: str) -> list[Row]:
    try:
        return list(enumerate(islice(csv.reader(io.StringIO(text, newline=""), delimiter=separator), MOST_ROWS), 1))
    except csv.Error as error:
        raise refuse(text, f"not CSV: {error}") from error
