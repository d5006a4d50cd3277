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

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citizen_app.errors import InvalidInput, problem
from citizen_app.xlsx import UnreadableWorkbook, open_workbook
from feeds.base import Adapter, Parsed
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.payloads import refuse
from feeds.parking.rows import MOST_RECORDS
from feeds.parking.tables import MOST_HEAD_ROWS, Row, read_table

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
        rows = _rows(payload, self.fields.sheet)
        return read_table(rows[self.fields.skip_rows:], self.fields, fetched_at)


def _rows(payload: bytes, sheet: str) -> list[Row]:
    try:
        sheets = {one.title: one for one in open_workbook(payload).worksheets}
    except UnreadableWorkbook as error:
        raise refuse(payload, str(error)) from error
    if not sheets or (sheet and sheet not in sheets):
        raise InvalidInput([problem("payload", "sheet", sheet, f"missing; there are {', '.join(sheets)}")])
    worksheet = sheets[sheet] if sheet else next(iter(sheets.values()))
    most_rows = MOST_RECORDS + MOST_HEAD_ROWS + 1    # one more than can be read, so that the rest is not lost in silence
    try:
        return list(enumerate(worksheet.iter_rows(values_only=True, max_row=most_rows, max_col=_MOST_COLUMNS), 1))
    except Exception as error:
        raise refuse(payload, f"the sheet {worksheet.title} cannot be read") from error
