"""Views of days, kept as long as there is room; threads share them, and only one of them makes each. Pure."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date

from citizen_app.buses.journeys.day_view import DayView
from citizen_app.buses.journeys.journey import Overlay


class _Slot:
    """`overlay` is held so that no other one gets its identity while the slot lives."""

    def __init__(self, overlay: Overlay) -> None:
        self.lock, self.overlay = threading.Lock(), overlay
        self.view: DayView | None = None


class ViewCache:
    """The views that were used last, by day, direction and overlay; an overlay is known by its identity."""

    def __init__(self, make: Callable[[date, bool, Overlay], DayView], most_bytes: int) -> None:
        self._make, self._most_bytes = make, most_bytes
        self._lock = threading.Lock()
        self._slots: OrderedDict[tuple[date, bool, int], _Slot] = OrderedDict()

    def get(self, day: date, is_mirrored: bool, overlay: Overlay) -> DayView:
        key = day, is_mirrored, id(overlay)
        with self._lock:
            slot = self._slots.get(key)
            if slot is None:
                slot = self._slots[key] = _Slot(overlay)
            else:
                self._slots.move_to_end(key)
        if slot.view is not None:
            return slot.view
        with slot.lock:
            if slot.view is None:
                slot.view = self._make(day, is_mirrored, overlay)
                self._make_room(key)
            return slot.view

    def _make_room(self, newest: tuple[date, bool, int]) -> None:
        """Let the oldest go until the rest fits; the newest stays in any case. Who still uses one keeps it meanwhile."""
        with self._lock:
            size = sum(slot.view.size_bytes for slot in self._slots.values() if slot.view is not None)
            for key, slot in list(self._slots.items()):
                if size <= self._most_bytes:
                    break
                if key != newest and slot.view is not None:
                    size -= slot.view.size_bytes
                    del self._slots[key]
