"""How the stand-in platform can be told to misbehave. Pure but for a lock; moments are those of the platform's clock.

Each fault holds for a number of requests, for a time, or until it is cleared. Only pushes and queries suffer from it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    ERROR = "error"            # HTTP 500, nothing is kept
    BUSY = "busy"              # HTTP 429 with Retry-After of `value` seconds
    SLOW = "slow"              # answers after `value` seconds
    SILENT = "silent"          # keeps what it was given, then does not answer for `value` seconds and hangs up
    WRONG_CODE = "wrong_code"  # answers the code `value`, nothing is kept
    GARBAGE = "garbage"        # answers something that is no JSON, nothing is kept
    REFUSE = "refuse"          # refuses records whose number (编号) is `value`
    OUTAGE = "outage"          # hangs up on everybody, secrets included


@dataclass(frozen=True)
class Trouble:
    """One fault as it was asked for. `times` None: any number of requests; `until` None: until it is cleared."""

    fault: Fault
    value: str = ""
    times: int | None = None
    until: datetime | None = None

    @property
    def seconds(self) -> float:
        """`value` as seconds, 1 where it is no number."""
        try:
            return max(0.0, min(float(self.value), 3600.0))
        except ValueError:
            return 1.0


class Troubles:
    """What is wrong with the platform at present."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: dict[Fault, Trouble] = {}

    def ask_for(self, wish: Mapping[str, Any], now: datetime) -> Trouble:
        """Begin a fault: {"fault": "busy", "value": "30", "times": 2} or {…, "for_s": 86400}. Raises ValueError."""
        fault, for_s, times = Fault(str(wish.get("fault"))), wish.get("for_s"), wish.get("times")
        until = None if for_s is None else now + timedelta(seconds=float(for_s))
        trouble = Trouble(fault, str(wish.get("value", "")), None if times is None else int(times), until)
        with self._lock:
            self._active[fault] = trouble
        return trouble

    def clear(self) -> None:
        with self._lock:
            self._active.clear()

    def take(self, fault: Fault, now: datetime) -> Trouble | None:
        """The fault, if it holds for this request, which then counts."""
        with self._lock:
            found = self._active.get(fault)
            if found is None or (found.until is not None and now >= found.until) or found.times == 0:
                self._active.pop(fault, None)
                return None
            if found.times is not None:
                self._active[fault] = replace(found, times=found.times - 1)
            return found

    def list(self, now: datetime) -> list[Trouble]:
        """Those that hold."""
        with self._lock:
            return [one for one in self._active.values() if one.times != 0 and (one.until is None or now < one.until)]
