"""Excel workbooks with headings in the first row of a sheet. Settings: see `fields`; `sheet` names the sheet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openpyxl

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking.delimited import check_headings
from feeds.parking.fields import MOST_RECORDS, FieldMap, make_field_map, read_records

_MOST_UNPACKED = 60 * 1024 * 1024


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    return XlsxAdapter(make_field_map(settings))


@dataclass(frozen=True)
class XlsxAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is no workbook, too large unpacked, or lacks the sheet or a heading."""
        rows = _rows(payload, self.fields.sheet)
        if not rows:
            raise InvalidInput([problem("payload", "sheet", self.fields.sheet, "the sheet is empty")])
        headings = ["" if heading is None else str(heading).strip() for heading in rows[0]]
        check_headings(self.fields, headings)
        records = [dict(zip(headings, row, strict=False)) for row in rows[1:] if any(cell is not None for cell in row)]
        return read_records(records, self.fields, fetched_at, first_row=2)


def _rows(payload: bytes, sheet: str) -> list[tuple[Any, ...]]:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                raise InvalidInput([problem("payload", "", len(payload), f"more than {_MOST_UNPACKED} bytes unpacked")])
        workbook = openpyxl.load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
    except InvalidInput:
        raise
    except Exception as error:    # a broken archive breaks the library in many ways
        raise InvalidInput([problem("payload", "", payload[:20], "not an Excel workbook")]) from error
    if sheet and sheet not in workbook.sheetnames:
        raise InvalidInput([problem("payload", "sheet", sheet, f"missing; there are {', '.join(workbook.sheetnames)}")])
    worksheet = workbook[sheet] if sheet else workbook.worksheets[0]
    try:
        return [tuple(row) for row in worksheet.iter_rows(values_only=True, max_row=MOST_RECORDS + 1)]
    except Exception as error:
        raise InvalidInput([problem("payload", "sheet", worksheet.title, "the sheet cannot be read")]) from error
