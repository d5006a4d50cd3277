"""Unpacking what came packed, a piece at a time, so that a small bomb never becomes a large memory. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from feeds.bounds import FetchError

ACCEPTED = "gzip, deflate"
_PIECE = 64 * 1024


def unpacked(parts: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes of a body whose Content-Encoding is this, in pieces of 64 KiB at most. Raises FetchError."""
    kind = encoding.strip().lower()
    if kind in {"", "identity"}:
        yield from parts
        return
    if kind not in {"gzip", "x-gzip", "deflate"}:
        raise FetchError(f"packed as {kind[:20]}, which was not asked for")
    unpacker = None
    try:
        for part in parts:
            rest = part
            while rest:
                if unpacker is None or unpacker.eof:    # a gzip body may be several, one behind the other
                    if unpacker is not None and not rest.startswith(b"\x1f"):
                        break    # padding behind the end
                    unpacker = _unpacker(rest)
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
        if unpacker is not None:
            yield unpacker.flush()
    except zlib.error as error:
        raise FetchError("packed data is broken") from error
    if unpacker is not None and not unpacker.eof:
        raise FetchError("cut off in the middle of packed data")


def _unpacker(start: bytes) -> Any:
    """For gzip and zlib, and for the bare deflate that some servers send by that name."""
    is_gzip = start[:1] == b"\x1f"
    is_zlib = start[0] & 0x0F == 8 and (len(start) < 2 or int.from_bytes(start[:2], "big") % 31 == 0)
    return zlib.decompressobj(zlib.MAX_WBITS | 32 if is_gzip or is_zlib else -zlib.MAX_WBITS)
