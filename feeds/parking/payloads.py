"""Bytes to documents: text in its encoding, JSON, XML. Pure; whatever cannot be read raises InvalidInput."""

from __future__ import annotations

import codecs
import json
import re
from typing import Any

from lxml import etree

from citizen_app.errors import InvalidInput, problem

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding=["']([A-Za-z0-9_.-]+)["']""")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LONGEST_INT = 20


def refuse(payload: bytes | str, message: str) -> InvalidInput:
    """A payload that is wrong as a whole, with its beginning."""
    return InvalidInput([problem("payload", "", payload[:40], message)])


def decode(payload: bytes, encoding: str = "", declared: str = "") -> str:
    """Text from bytes: as set, else by its byte order mark, UTF-8, as declared, or GB18030, whichever fits first."""
    tries = [encoding] if encoding else ["utf-8", declared, "gb18030"]
    if not encoding and payload.startswith(_UTF16):
        tries = ["utf-16"]
    for name in tries:
        try:
            if name:
                return payload.decode(name).removeprefix("\ufeff")
        except (UnicodeError, LookupError):
            continue
    raise InvalidInput([problem("payload", "encoding", " ".join(filter(None, tries)), "the text is not in this encoding")])


def read_json(payload: bytes, encoding: str = "") -> Any:
    """The document. NaN and Infinity, which are no JSON, are None; endless integers stay texts."""
    text = decode(payload, encoding)
    try:
        return json.loads(text, parse_constant=lambda _: None, parse_int=_int)
    except (ValueError, RecursionError) as error:
        raise refuse(text, "not JSON") from error


def read_xml(payload: bytes, encoding: str = "") -> etree._Element:
    """The root element. A document type declaration, which entity bombs and foreign files come by, is refused."""
    declared = _DECLARED.match(payload[:200])
    text = decode(payload, encoding, declared[1].decode() if declared else "")
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )
    if "<!DOCTYPE" in text:
        raise refuse(text, "XML with a document type declaration is not read")
    try:
        root = etree.fromstring(text.lstrip().encode(errors="replace"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refuse(text, f"not XML: {error}") from error
    if root is None:
        raise refuse(text, "not XML")
    return root


def children(element: etree._Element) -> list[etree._Element]:
    """Child elements, entities left out."""
    return [child for child in element if isinstance(child.tag, str)]


def local_name(element: etree._Element) -> str:
    """The name without its namespace: prefixes differ by version and operator."""
    return etree.QName(element).localname


def _int(text: str) -> int | str:
    return int(text) if len(text) <= _LONGEST_INT else text
