"""Which adapter reads which format: an explicit list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from citizen_app.errors import InvalidInput, problem
from citizen_app.ops.source import Source
from feeds.base import Adapter
from feeds.parking import datex2, delimited, geojson, html_table, mapped, parkapi, xlsx

ADAPTERS: Mapping[str, Callable[[Mapping[str, Any]], Adapter]] = {
    "parkapi": parkapi.make_adapter,
    "datex2": datex2.make_adapter,
    "geojson": geojson.make_adapter,
    "csv": delimited.make_adapter,
    "xlsx": xlsx.make_adapter,
    "html": html_table.make_adapter,
    "mapped_json": mapped.make_json_adapter,
    "mapped_csv": mapped.make_csv_adapter,
    "mapped_xml": mapped.make_xml_adapter,
}


def get_adapter(source: Source) -> Adapter:
    """The adapter of a source. Raises InvalidInput for an unknown format or settings that it cannot use."""
    make = ADAPTERS.get(source.format)
    if make is None:
        known = ", ".join(ADAPTERS)
        raise InvalidInput([problem(source.uid, "format", source.format, f"unknown; known are {known}")])
    return make(source.settings)
