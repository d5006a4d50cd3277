"""Any JSON, CSV or XML that the source's own table describes; the formats belong to their vendors.

Settings: `records` and the common ones of `fields`. `records` of JSON is a path to a list, to a table of records by key
(then the path `key` is that key), or to the one record of a single car park. `records` of XML is the path of element names
below the root; an element's children, attributes (`@name`) and text (`#text`) are its fields, and names are given without
their namespaces. CSV is `delimited`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking import delimited
from feeds.parking.fields import FieldMap, make_field_map
from feeds.parking.paths import look_up
from feeds.parking.payloads import children, local_name, read_json, read_xml
from feeds.parking.rows import check_size, read_records
from feeds.parking.values import shown

_MOST_DEPTH = 60


def make_json_adapter(settings: Mapping[str, Any]) -> Adapter:
    return JsonAdapter(make_field_map(settings, "records"))


def make_csv_adapter(settings: Mapping[str, Any]) -> Adapter:
    return delimited.make_adapter(settings)


def make_xml_adapter(settings: Mapping[str, Any]) -> Adapter:
    return XmlAdapter(make_field_map(settings, "records"))


@dataclass(frozen=True)
class JsonAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not JSON or the records are not where the table says."""
        document = read_json(payload, self.fields.encoding)
        records = look_up(document, self.fields.records) if self.fields.records else document
        if isinstance(records, dict):
            records = [records] if self._is_record(records) else _by_key(records)
        if not isinstance(records, list):
            where = self.fields.records or "(root)"
            raise InvalidInput([problem("payload", where, shown(records), "expected a list of records")])
        return read_records(records, self.fields, fetched_at, document=document)

    def _is_record(self, found: dict[str, Any]) -> bool:
        """Whether a table is the one record of a source that reports a single car park."""
        path = self.fields.fields["ref"]
        return not path.startswith("$.") and look_up(found, path) is not None


@dataclass(frozen=True)
class XmlAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not XML or no element is where the table says."""
        root = read_xml(payload, self.fields.encoding)
        elements = [root]
        for step in self._steps(root):
            elements = [child for element in elements for child in children(element) if local_name(child) == step]
        if not elements:
            raise InvalidInput([problem("payload", self.fields.records, local_name(root), "no element is at this path")])
        check_size(elements)
        looks_above = any(path.startswith("$.") for path in self.fields.fields.values())
        records = [_record(element) for element in elements]
        return read_records(records, self.fields, fetched_at, document=_record(root) if looks_above else None)

    def _steps(self, root: etree._Element) -> list[str]:
        """The path of names; a name of the root at its beginning is taken for what it is."""
        steps = [step for step in self.fields.records.split(".") if step]
        names_root = bool(steps) and steps[0] == local_name(root) and steps[0] not in map(local_name, children(root))
        return steps[1:] if names_root else steps


def _by_key(records: dict[str, Any]) -> list[Any]:
    return [{"key": key, **record} if isinstance(record, dict) else record for key, record in records.items()]


def _record(element: etree._Element, depth: int = 0) -> Any:
    """An element as tables and texts: repeated children become a list, an element with nothing in it is its text."""
    text = (element.text or "").strip()
    fields: dict[str, Any] = {f"@{etree.QName(name).localname}": value for name, value in element.attrib.items()}
    for child in children(element) if depth < _MOST_DEPTH else []:
        name, value = local_name(child), _record(child, depth + 1)
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    if not fields:
        return text
    if text:
        fields["#text"] = text
    return fields
