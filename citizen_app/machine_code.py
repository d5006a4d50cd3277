"""Where compiled code is kept between two starts: under DATA_DIR, in a folder for each state of the sources it was made from.

The compiler looks only at the file that a function stands in, not at those that it calls; so the folder's name does.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

_VARIABLE = "NUMBA_CACHE_DIR"    # read once, when the compiler is first imported
_SOURCES = Path(__file__).parent / "buses" / "journeys"
_KEPT_FOLDERS = 3


def use_folder(data_dir: Path) -> None:
    """Keep compiled code below `data_dir`, unless the environment names a folder. Must come before the engine is imported.

    Where nothing can be written it is kept in a temporary folder for this process and its children, with a line in the log.
    """
    if os.environ.get(_VARIABLE):
        return
    folder = data_dir / "compiled" / _digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        tempfile.TemporaryFile(dir=folder).close()
        _forget_old(folder.parent)
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="citizen-compiled-"))
        log.warning("compiled code cannot be kept: each start takes seconds longer", extra={"error": str(error)})
    os.environ[_VARIABLE] = str(folder)


def _digest() -> str:
    sources = sorted(_SOURCES.glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]


def _forget_old(parent: Path) -> None:
    """Another release may still be running from the folder before."""
    for old in sorted(parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT_FOLDERS:]:
        shutil.rmtree(old, ignore_errors=True)
