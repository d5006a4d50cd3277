"""Any JSON, CSV or XML that the source's own table describes. Settings: see `fields`.

`records` of JSON is a path to a list, or to a table of records by key (then `ref` may be "key"). `records` of XML is the
path of element names below the root; an element's children, attributes (`@name`) and text (`#text`) are its fields.
Namespaces are left out of names. Owner, licence and interval are the source's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml import etree

from citizen_app.errors import InvalidInput, problem
from feeds.base import Adapter, Parsed
from feeds.parking import delimited
from feeds.parking.fields import FieldMap, decode, look_up, make_field_map, read_records

_MOST_DEPTH = 60


def make_json_adapter(settings: Mapping[str, Any]) -> Adapter:
    return JsonAdapter(make_field_map(settings))


def make_csv_adapter(settings: Mapping[str, Any]) -> Adapter:
    return delimited.make_adapter(settings)


def make_xml_adapter(settings: Mapping[str, Any]) -> Adapter:
    return XmlAdapter(make_field_map(settings))


@dataclass(frozen=True)
class JsonAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not JSON or the records are not where the table says."""
        document = read_json(payload, self.fields.encoding)
        records = look_up(document, self.fields.records) if self.fields.records else document
        if isinstance(records, dict):
            records = [{"key": key, **record} if isinstance(record, dict) else record for key, record in records.items()]
        if not isinstance(records, list):
            raise InvalidInput([problem("payload", self.fields.records or "(root)", records, "expected a list of records")])
        return read_records(records, self.fields, fetched_at)


@dataclass(frozen=True)
class XmlAdapter:
    fields: FieldMap

    def parse(self, payload: bytes, fetched_at: datetime) -> Parsed:
        """Raises InvalidInput when it is not XML or no record is where the table says."""
        elements = [read_xml(payload)]
        for step in [step for step in self.fields.records.split(".") if step]:
            elements = [child for element in elements for child in children(element) if local_name(child) == step]
        if not elements:
            raise InvalidInput([problem("payload", self.fields.records, "", "no element is at this path")])
        return read_records([_record(element) for element in elements], self.fields, fetched_at)


def read_json(payload: bytes, encoding: str = "") -> Any:
    """The document. NaN and Infinity, which are no JSON, are read as no number. Raises InvalidInput."""
    try:
        return json.loads(decode(payload, encoding), parse_constant=lambda _: None)
    except (ValueError, RecursionError) as error:
        raise InvalidInput([problem("payload", "", payload[:40], "not JSON")]) from error


def read_xml(payload: bytes) -> etree._Element:
    """The root element; entities are not expanded, nothing is fetched. Raises InvalidInput."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(payload, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidInput([problem("payload", "", payload[:40], f"not XML: {error}")]) from error
    if root is None:
        raise InvalidInput([problem("payload", "", payload[:40], "not XML")])
    return root


def children(element: etree._Element) -> list[etree._Element]:
    """Child elements, entities left out."""
    return [child for child in element if isinstance(child.tag, str)]


def local_name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _record(element: etree._Element, depth: int = 0) -> Any:
    """An element as tables and texts: repeated children become a list, an element with neither is its text."""
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
