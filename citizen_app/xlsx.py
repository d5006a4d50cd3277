"""Excel workbooks from outside (Office Open XML, ECMA-376), opened only when what is in them can do no harm. Pure.

A workbook is a zip of XML. It is looked through before anything reads it: how many parts, how large unpacked, and no document
type (which the standard forbids, and which is where entities that grow without end are declared).
"""

from __future__ import annotations

import io
import zipfile

import openpyxl
from openpyxl.workbook.workbook import Workbook

MOST_UNPACKED_BYTES = 60 * 1024 * 1024
MOST_PARTS = 2_000
_PIECE = 64 * 1024
_FORBIDDEN = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_OVERLAP = max(map(len, _FORBIDDEN)) - 1


class UnreadableWorkbook(ValueError):
    """The bytes are no workbook, or one that would cost too much. `is_too_large` tells the two apart."""

    def __init__(self, message: str, is_too_large: bool = False) -> None:
        super().__init__(message)
        self.is_too_large = is_too_large


def open_workbook(content: bytes, formulas: bool = False) -> Workbook:
    """The workbook, read row by row as it is asked for; cells have the values that were last worked out, or the `formulas`.

    Raises UnreadableWorkbook. Rows are parsed later: reading them may still raise whatever the library raises.
    """
    check_parts(content)
    try:
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=not formulas)
    except Exception as error:    # broken XML breaks the library in many ways
        raise UnreadableWorkbook("not an Excel workbook") from error


def check_parts(content: bytes) -> None:
    """Raises UnreadableWorkbook unless these are a zip's bytes, within the limits and without a document type.

    The sizes that a zip states bound what can be unpacked from it: a part that goes on longer breaks its own checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                raise UnreadableWorkbook(f"more than {MOST_PARTS} parts or {MOST_UNPACKED_BYTES} bytes unpacked", is_too_large=True)
            has_type = any(_has_document_type(archive, part) for part in parts)
    except UnreadableWorkbook:
        raise
    except Exception as error:    # a broken archive breaks the library in many ways
        raise UnreadableWorkbook("not an Excel workbook") from error
    if has_type:
        raise UnreadableWorkbook("a document type stands in it, which no Excel workbook has")


def _has_document_type(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    end = b""
    with archive.open(part) as file:
        while piece := file.read(_PIECE):
            if any(word in end + piece for word in _FORBIDDEN):
                return True
            end = piece[-_OVERLAP:]
    return False
