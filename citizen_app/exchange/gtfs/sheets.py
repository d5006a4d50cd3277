"""Files of a feed while it is written: columns of text into a zip whose bytes depend on nothing else. Pure."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_LONG_AGO = (1980, 1, 1, 0, 0, 0)    # the first moment that a zip can name; the real one would change the bytes
_UNIX, _PLAIN_FILE = 3, 0o100644 << 16


@dataclass(frozen=True)
class Sheet:
    """One file: columns of equal length by name, in order. Those not in `required` are left out where all is empty."""

    columns: Mapping[str, Sequence[str]]
    required: Collection[str]

    def kept(self) -> dict[str, Sequence[str]]:
        return {name: values for name, values in self.columns.items() if name in self.required or any(values)}

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def sheet(names: str, rows: Iterable[Sequence[str]]) -> Sheet:
    """A sheet of rows. `names` are separated by spaces; those with an asterisk are required."""
    marked = names.split()
    columns = list(zip(*rows, strict=True)) or [()] * len(marked)
    plain = [name.removesuffix("*") for name in marked]
    return Sheet(dict(zip(plain, columns, strict=True)), [name[:-1] for name in marked if name.endswith("*")])


def zip_sheets(sheets: Mapping[str, Sheet]) -> bytes:
    """A zip of the files by name; equal sheets give equal bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in sorted(sheets):
            columns = sheets[name].kept()
            member = zipfile.ZipInfo(name, _LONG_AGO)
            member.compress_type, member.create_system, member.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _PLAIN_FILE
            with archive.open(member, "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
                writer = csv.writer(text, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(zip(*columns.values(), strict=True))
    return packed.getvalue()
