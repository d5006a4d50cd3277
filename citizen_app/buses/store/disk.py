"""Packed networks in DATA_DIR, by digest: a worker reads its network from here rather than from the database."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from citizen_app.buses.documents import digest_of

log = logging.getLogger(__name__)

_KEPT = 2    # the one in use, and the one before it that the live document on disk may still name


def find_pack(folder: Path, digest: str) -> bytes | None:
    """The packed network with this digest, None where it is not there whole."""
    try:
        data = _path(folder, digest).read_bytes()
        os.utime(_path(folder, digest))    # in use again, so not the next one to be removed
    except OSError:
        return None
    return data if digest_of(data) == digest else None


def write_pack(folder: Path, digest: str, data: bytes) -> None:
    """Keep a packed network and remove older ones. A disk that is full or read-only is said in the log only."""
    draft = _path(folder, digest).with_suffix(f".{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(_path(folder, digest))
        packs = sorted(folder.glob("network-*.pack"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in packs[_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("network not written to disk", extra={"error": str(error)})


def _path(folder: Path, digest: str) -> Path:
    return folder / f"network-{digest}.pack"
