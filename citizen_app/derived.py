"""Values that are made from live documents and kept by each worker: made anew in the background when a document moved."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from flask import current_app

from citizen_app import live

Value = TypeVar("Value")
log = logging.getLogger(__name__)


class Derived(Generic[Value]):
    """One value. Who reads it never sees half of a change; it may be as old as the making of a new one takes."""

    def __init__(self, name: str, *, key: Callable[[], Hashable], make: Callable[[], Value], empty: Value) -> None:
        """`make` is called when `key` is another one than the last time; what the two read must have been made before."""
        self.name, self._key, self._make, self._empty = name, key, make, empty
        self._lock = threading.Lock()
        self.reset()
        live.join(self)

    def current(self) -> Value:
        """The value in memory. Without the background thread (tests, CLI) it is brought up to date first."""
        if current_app.config["START_BACKGROUND"]:
            live.begin()
        else:
            self.refresh()
        return self._value

    @property
    def serial(self) -> int:
        """A number that is another one whenever the value has become another one."""
        return self._serial

    def reset(self) -> None:
        with self._lock:
            self._value, self._serial = self._empty, live.new_serial()
            self._made_of: Hashable = None

    def refresh(self) -> None:
        """Make the value anew if its key moved. Never raises; what cannot be made leaves the old value until the key moves."""
        with self._lock:
            key = self._key()
            if key == self._made_of:
                return
            self._made_of = key
            try:
                self._value = self._make()
            except Exception:
                log.exception("not made", extra={"derived": self.name})
                return
            self._serial = live.new_serial()
