"""A web page (HTML, WHATWG), for operators who publish nothing else: a table in it, or blocks of it.

Settings: the common ones of `fields`, `table` (0 is the first of the page; the first that has the headings if left out),
`skip_rows`. Paths are headings, or `column.N`. With `records`, an XPath of the blocks that stand for a car park each, paths
are XPaths within the block. For a number the first number in the text counts ("12 freie Plätze").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from lxml import html
from lxml.etree import ParserError, XPath, XPathError

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.payloads import decode, refuse
from feeds.parking.rows import check_size, read_records
from feeds.parking.tables import MOST_HEAD_ROWS, Row, find_heading, read_table, wanted

_MOST_TABLES = 100
_CHARSET = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)")


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    fields = make_field_map(settings, "records", "table", "skip_rows", paths=False, loose_numbers=True)
    if not fields.records:
        return TableAdapter(fields)
    for name, path in {"records": fields.records, **{f"fields.{one}": path for one, path in fields.fields.items()}}.items():
        try:
            XPath(path)(html.Element("p"))
        except (XPathError, ValueError) as error:
            raise InvalidInput([problem("settings", name, path, "expected an XPath")]) from error
    return BlocksAdapter(fields)


@dataclass(frozen=True)
class TableAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when the page has no such table."""
        keep_heads = bool(wanted(self.fields))
        page = _page(payload, self.fields.encoding)
        tables = [_rows(table, keep_heads) for table in islice(page.iter("table"), _MOST_TABLES)]
        if self.fields.table >= len(tables):
            raise InvalidInput([problem("payload", "table", self.fields.table, f"the page has {len(tables)} tables")])
        chosen = tables[self.fields.table]
        if not self.fields.table:
            chosen = next((rows for rows in tables if self._has_headings(rows)), chosen)
        return read_table(chosen[self.fields.skip_rows:], self.fields, fetched_at, strict=True)

    def _has_headings(self, rows: list[Row]) -> bool:
        return find_heading([cells for _, cells in rows[:MOST_HEAD_ROWS]], self.fields) is not None


@dataclass(frozen=True)
class BlocksAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when the page has no such blocks."""
        blocks = _page(payload, self.fields.encoding).xpath(self.fields.records)
        if not isinstance(blocks, list) or not blocks:
            raise InvalidInput([problem("payload", "records", self.fields.records, "the page has no such blocks")])
        check_size(blocks)
        paths = set(self.fields.fields.values())
        records = [{path: _text_at(block, path) for path in paths} for block in blocks]
        return read_records(records, self.fields, fetched_at)


def _page(payload: bytes, encoding: str) -> Any:
    declared = _CHARSET.search(payload[:2048])
    text = decode(payload, encoding, declared[1].decode() if declared else "")
    try:
        return html.document_fromstring(text.encode(errors="replace"), parser=html.HTMLParser(encoding="utf-8"))
    except (ParserError, ValueError, AssertionError) as error:
        raise refuse(text, "not HTML") from error


def _rows(table: Any, keep_heads: bool) -> list[Row]:
    """The rows of a table, without those of a table within it; rows of nothing but heading cells only if asked for."""
    rows = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
    check_size(rows, spare=MOST_HEAD_ROWS)
    found: list[Row] = []
    for number, row in enumerate(rows, 1):
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        if keep_heads or any(cell.tag == "td" for cell in cells):
            found.append((number, [" ".join(cell.text_content().split()) for cell in cells]))
    return found


def _text_at(block: Any, path: str) -> str | None:
    """The text of what an XPath finds first in a block."""
    found = block.xpath(path) if hasattr(block, "xpath") else None
    first = found[0] if isinstance(found, list) and found else None if isinstance(found, list) else found
    return None if first is None else " ".join(str(getattr(first, "text_content", lambda: first)()).split())
