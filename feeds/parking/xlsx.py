"""Excel workbooks (Office Open XML, ECMA-376) with one car park a row.

Settings: the common ones of `fields`, `sheet` (its name; the first if left out), `skip_rows`. Paths are headings, or
`column.N`. Without `fields` the headings of ParkAPI's table for operators (ParkenDD) are taken:

| heading | ours |
| --- | --- |
| ID | ref |
| Name, Adresse mit PLZ und Stadt | name, address |
| Breitengrad, Längengrad | lat, lon |
| Anzahl Stellplätze | capacity |
| Einfahrtshöhe (cm) | max_height_cm |
| Art der Anlage: Parkhaus, Tiefgarage, Parkplatz | kind |
"""

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
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.payloads import refuse
from feeds.parking.rows import MOST_RECORDS
from feeds.parking.tables import MOST_HEAD_ROWS, Row, read_table

_MOST_UNPACKED = 60 * 1024 * 1024
_MOST_PARTS = 2_000
_MOST_COLUMNS = 256
_PARKAPI = {
    "fields": {
        "ref": "ID", "name": "Name", "address": "Adresse mit PLZ und Stadt", "lat": "Breitengrad", "lon": "Längengrad",
        "capacity": "Anzahl Stellplätze", "max_height_cm": "Einfahrtshöhe (cm)", "kind": "Art der Anlage",
    },
    "kinds": {"Parkhaus": "multi_storey", "Tiefgarage": "underground", "Parkplatz": "surface", "Straßenparkplatz": "on_street"},
}


def make_adapter(settings: Mapping[str, Any]) -> Adapter:
    table = settings if "fields" in settings else {**_PARKAPI, **settings}
    return XlsxAdapter(make_field_map(table, "sheet", "skip_rows", paths=False))


@dataclass(frozen=True)
class XlsxAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is no workbook, too large unpacked, or lacks the sheet or a heading."""
        _check_size(payload)
        rows = _rows(payload, self.fields.sheet)
        return read_table(rows[self.fields.skip_rows:], self.fields, fetched_at)


def _check_size(payload: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            parts = archive.infolist()
    except Exception as error:    # a broken archive breaks the library in many ways
        raise refuse(payload, "not an Excel workbook") from error
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise refuse(payload, f"more than {_MOST_PARTS} parts or {_MOST_UNPACKED} bytes unpacked")


def _rows(payload: bytes, sheet: str) -> list[Row]:
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(payload), read_only=True, data_only=True)
        sheets = {one.title: one for one in workbook.worksheets}
    except Exception as error:
        raise refuse(payload, "not an Excel workbook") from error
    if not sheets or (sheet and sheet not in sheets):
        raise InvalidInput([problem("payload", "sheet", sheet, f"missing; there are {', '.join(sheets)}")])
    worksheet = sheets[sheet] if sheet else next(iter(sheets.values()))
    most_rows = MOST_RECORDS + MOST_HEAD_ROWS + 1    # one more than can be read, so that the rest is not lost in silence
    try:
        return list(enumerate(worksheet.iter_rows(values_only=True, max_row=most_rows, max_col=_MOST_COLUMNS), 1))
    except Exception as error:
        raise refuse(payload, f"the sheet {worksheet.title} cannot be read") from error
