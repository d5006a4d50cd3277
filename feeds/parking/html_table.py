"""A web page, for operators who publish nothing else: a table in it, or blocks of it. Settings: see `fields`.

`table` is which table of the page (0 is the first). Paths are the column's heading, or `column.N` (0 is the first) for
tables without headings. With `records`, an XPath of the blocks that stand for a car park each, paths are XPaths within the
block. For a number the first number in the text counts ("12 freie Plätze").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import html
from lxml.etree import ParserError, XPath, XPathError

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, decode, make_field_map, read_records

_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)")
_NUMBER = re.compile(r"-?\d+")
_NUMERIC = ("available_spaces", "occupied", "capacity", "disabled", "charging", "family", "motorcycle", "coach")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    fields = make_field_map(settings)
    if fields.records:
        for name, path in {"records": fields.records, **fields.fields}.items():
            try:
                XPath(path)
            except XPathError as error:
                raise InvalidInput([problem("settings", name, path, "not an XPath")]) from error
    return HtmlTableAdapter(fields)


@dataclass(frozen=True)
class HtmlTableAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when the page has no such table."""
        declared = _CHARSET.search(payload[:2048])
        text = decode(payload, self.fields.encoding, declared[1].decode() if declared else "")
        try:
            page = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))
        except (ParserError, ValueError, AssertionError) as error:
            raise InvalidInput([problem("payload", "", payload[:40], "not HTML")]) from error
        if self.fields.records:
            return self._parse_blocks(page, fetched_at)
        tables = page.findall(".//table")
        if self.fields.table >= len(tables):
            raise InvalidInput([problem("payload", "table", self.fields.table, f"the page has {len(tables)} tables")])
        records = [record for row in tables[self.fields.table].findall(".//tr") if (record := self._record(row))]
        headings, records = _headings(records)
        named = [self._named(record, headings) for record in records]
        return read_records(named, self.fields, fetched_at, first_row=2 if headings else 1)

    def _parse_blocks(self, page: Any, fetched_at: datetime) -> Parsed:
        blocks = page.xpath(self.fields.records)
        if not isinstance(blocks, list) or not blocks:
            raise InvalidInput([problem("payload", "records", self.fields.records, "the page has no such blocks")])
        records = [{path: _text(block, path) for path in self.fields.fields.values()} for block in blocks]
        return read_records([self._with_numbers(record) for record in records], self.fields, fetched_at)

    def _record(self, row: Any) -> list[tuple[str, str]]:
        """The cells of a row: (kind of cell, text)."""
        return [(cell.tag, " ".join(cell.text_content().split())) for cell in row if cell.tag in {"td", "th"}]

    def _named(self, cells: list[tuple[str, str]], headings: list[str]) -> dict[str, Any]:
        texts = [text for _, text in cells]
        record: dict[str, Any] = {f"column.{number}": text for number, text in enumerate(texts)}
        record.update(zip(headings, texts, strict=False))
        return self._with_numbers(record)

    def _with_numbers(self, record: dict[str, Any]) -> dict[str, Any]:
        for name in _NUMERIC:
            path = self.fields.fields.get(name)
            number = _NUMBER.search(str(record.get(path, ""))) if path else None
            if path and number:
                record[path] = number[0]
        return record


def _text(block: Any, path: str) -> str | None:
    """The text of what an XPath finds first in a block."""
    found = block.xpath(path) if hasattr(block, "xpath") else None
    first = found[0] if isinstance(found, list) and found else None if isinstance(found, list) else found
    return None if first is None else " ".join(str(getattr(first, "text_content", lambda: first)()).split())


def _headings(records: list[list[tuple[str, str]]]) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """The first row as headings if it is made of heading cells, and the rows below it."""
    if records and all(kind == "th" for kind, _ in records[0]):
        return [text for _, text in records[0]], records[1:]
    return [], records
