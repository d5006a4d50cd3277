"""What web workers keep in memory, so that no page ever waits for Redis or for the database.

A `Live` document has four places to come from, tried in this order: Redis (read in full only when its version has
moved), the database (while Redis does not answer, at most every two seconds), the disk (when neither answers and
memory is empty), and nothing. One background thread a worker refreshes all documents; it starts in the worker
that first asks, so a forking server needs no special care. What changed is written to disk every five seconds at most.

A room's store makes one at import, gives it small functions, and reads it with `current()`:

    _live = Live("parking", version=…, from_redis=…, from_database=…, refill=…, to_text=…, from_text=…, empty=…)
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from flask import Flask, current_app

from citizen_app import clock
from citizen_app.errors import Unavailable

Value = TypeVar("Value")
log = logging.getLogger(__name__)

_DATABASE_PAUSE_S = 2.0
_DISK_PAUSE_S = 5.0
_documents: list[Kept] = []
_serials = itertools.count(1)
_threads: dict[int, threading.Thread] = {}
_start_lock = threading.RLock()
_warming: set[int] = set()    # the process that loads every document for the first time
_refreshing = threading.local()    # `here` in a background thread: it holds a document's lock when another one is asked


class Kept(Protocol):
    """What the background thread brings up to date: a document, or what is made from documents."""

    name: str

    @property
    def serial(self) -> int: ...

    def refresh(self) -> None: ...

    def reset(self) -> None: ...


@dataclass(frozen=True)
class Held(Generic[Value]):
    """What memory holds. `origin`: redis, database, disk, empty, or memory (neither Redis nor database answers now).

    `confirmed_at` is when it was last known to be what its place of origin has, UTC; None for empty.
    """

    value: Value
    origin: str
    confirmed_at: datetime | None


class Live(Generic[Value]):
    """One document, replaced as a whole: who reads it never sees half of a change."""

    def __init__(
        self,
        name: str,
        *,
        version: Callable[[], str | None],
        from_redis: Callable[[], Value | None],
        from_database: Callable[[], Value],
        refill: Callable[[], object],
        to_text: Callable[[Value], str],
        from_text: Callable[[str], Value],
        empty: Value,
    ) -> None:
        """The functions raise Unavailable when their place does not answer; `version` is None where Redis is empty.

        Two different contents must never have the same version, not even after Redis was restored from its files.
        """
        self.name, self._empty = name, empty
        self._version, self._from_redis, self._from_database, self._refill = version, from_redis, from_database, refill
        self._to_text, self._from_text = to_text, from_text
        self._lock = threading.Lock()
        self.reset()
        join(self)

    def current(self) -> Value:
        """The value in memory. Without the background thread (tests, CLI) it is refreshed first."""
        return self.current_held().value

    def current_held(self) -> Held[Value]:
        """The same with where it came from and when."""
        if not current_app.config["START_BACKGROUND"]:
            self.refresh()
        else:
            begin()
        return self._held

    @property
    def held(self) -> Held[Value]:
        """What memory holds, without a look elsewhere: for the document's own functions."""
        return self._held

    @property
    def origin(self) -> str:
        return self._held.origin

    @property
    def serial(self) -> int:
        """A number that is another one whenever the value in memory has become another one."""
        return self._serial

    def reset(self) -> None:
        """Forget everything, as a new worker has."""
        with self._lock:
            self._held: Held[Value] = Held(self._empty, "empty", None)
            self._known_version: str | None = None
            self._serial = next(_serials)
            self._asked_database_at = self._wrote_disk_at = float("-inf")
            self._unwritten = False

    def refresh(self) -> None:
        """Bring memory up to date from the first place that answers. Never raises."""
        with self._lock:
            if not self._refresh_from_redis():
                self._refresh_from_database()
            if self.origin == "empty":
                self._read_disk()
            elif self._unwritten and clock.monotonic_s() - self._wrote_disk_at >= _DISK_PAUSE_S:
                self._write_disk()

    def _refresh_from_redis(self) -> bool:
        try:
            version = self._version()
            if version is None:
                self._refill()
                version = self._version()
            if version is not None and version == self._known_version:
                self._take(self._held.value, "redis", version)
                return True
            value = self._from_redis()
        except Unavailable:
            return False
        except Exception:    # what another release of this program wrote, for instance
            log.exception("live document in Redis cannot be read", extra={"document": self.name})
            return False
        if value is None:
            return False
        self._take(value, "redis", version)
        return True

    def _refresh_from_database(self) -> None:
        pause_s = _DATABASE_PAUSE_S if current_app.config["START_BACKGROUND"] else 0
        if clock.monotonic_s() - self._asked_database_at < pause_s:
            return
        try:
            self._take(self._from_database(), "database", None)
        except Exception as error:
            if self.origin in {"redis", "database"}:
                log.warning("live document goes on from memory", extra={"document": self.name, "error": str(error)})
                self._held = Held(self._held.value, "memory", self._held.confirmed_at)
        self._asked_database_at = clock.monotonic_s()

    def _take(self, value: Value, origin: str, version: str | None) -> None:
        moved = value is not self._held.value and value != self._held.value
        self._held, self._known_version = Held(value, origin, clock.now()), version
        if moved:    # after the value, so that nobody takes an old one for one of the new serial
            self._unwritten, self._serial = True, next(_serials)

    def _path(self) -> Path:
        folder: Path = current_app.config["DATA_DIR"]
        return folder / f"live-{self.name}.json"

    def _write_disk(self) -> None:
        self._wrote_disk_at, self._unwritten = clock.monotonic_s(), False
        draft = self._path().with_suffix(f".{os.getpid()}.draft")
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(self._to_text(self._held.value))
                file.flush()
                os.fsync(file.fileno())    # else a power cut could leave an empty file under the good name
            draft.replace(self._path())
        except OSError as error:
            log.warning("live document not written to disk", extra={"document": self.name, "error": str(error)})

    def _read_disk(self) -> None:
        try:
            written_at = datetime.fromtimestamp(self._path().stat().st_mtime, UTC)
            self._held = Held(self._from_text(self._path().read_text(encoding="utf-8")), "disk", written_at)
            self._serial = next(_serials)
        except FileNotFoundError:
            return
        except Exception as error:
            log.warning("live document on disk cannot be read", extra={"document": self.name, "error": str(error)})


def join(kept: Kept) -> None:
    """Have the background thread refresh this too, after all that joined before it."""
    _documents.append(kept)


def new_serial() -> int:
    """A number that no document had before."""
    return next(_serials)


def serials(names: Iterable[str]) -> tuple[int, ...]:
    """The serials of some documents: while they are the same, memory holds what it held. 0 for one that does not exist."""
    return tuple([_serial_of(name) for name in names])


def _serial_of(name: str) -> int:
    return next((document.serial for document in _documents if document.name == name), 0)


def reset_all() -> None:
    """Forget everything, as a new worker has; the background thread ends."""
    _threads.pop(os.getpid(), None)
    for document in _documents:
        document.reset()


def begin() -> None:
    """`warm` the current application, if this process has not done so yet; not from a document that is just refreshed."""
    if os.getpid() not in _threads and not getattr(_refreshing, "here", False):
        warm(current_app._get_current_object())  # type: ignore[attr-defined]


def warm(app: Flask) -> None:
    """Load every document once, then keep them fresh in the background. Once per process, later calls do nothing.

    A document may ask another, made before it, while it is loaded: it gets what that one holds by then.
    """
    with _start_lock:
        if os.getpid() in _threads or os.getpid() in _warming:
            return
        _warming.add(os.getpid())
        try:
            _refresh_all(app)
        finally:
            _warming.discard(os.getpid())
        thread = threading.Thread(target=_keep_fresh, args=(app,), name="live", daemon=True)
        _threads[os.getpid()] = thread
        thread.start()


def _keep_fresh(app: Flask) -> None:
    _refreshing.here = True
    while _threads.get(os.getpid()) is threading.current_thread():
        time.sleep(app.config["SNAPSHOT_REFRESH_S"])
        _refresh_all(app)


def _refresh_all(app: Flask) -> None:
    for document in _documents:
        with app.app_context():
            try:
                document.refresh()
            except Exception:    # the thread must outlive any single fault
                log.exception("live document not refreshed")
