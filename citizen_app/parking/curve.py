"""Today's free spaces against the usual for this kind of day, as a drawing and as facts for words. Pure.

Made from 15-minute means of believable counts. Where there was none, the line has a gap: nothing is drawn
that was not counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median, quantiles
from typing import Protocol

from citizen_app.clock import to_local

FIRST_SLOT, LAST_SLOT = 24, 96          # 6:00 to 24:00 in quarters of an hour
LEFT, RIGHT, TOP, BOTTOM = 34, 322, 22, 140
DAYS_FOR_USUAL = 3
_NOTABLE_SHARE = 0.1                    # a change of a tenth of the capacity is worth a word

Slots = Mapping[int, float]


class Quarter(Protocol):
    """What 15 minutes of believable counts came to; `store.Aggregate` is one."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def spaces_mean(self) -> float: ...


@dataclass(frozen=True)
class Mark:
    """A number worth naming. `time` is local, as 9:15."""

    time: str
    spaces: int


@dataclass(frozen=True)
class Curve:
    """The drawing in a box of 328 x 172, and the same in facts.

    `line` and `band` are SVG path data, "" when there is nothing to draw. `now_x` and `now_y` are None outside
    6:00 to 24:00 or without a live number. `ticks` are (y, spaces), bottom first. `usual_days` is how many past
    days of this kind were counted; with fewer than three there is no band. `first`, `lowest`, `highest` are of
    today. `gaps` are spans of today without a believable count, as local times. `more_from` and `few_from`: when,
    on such a day, spaces usually become notably more, or few, after now.
    """

    line: str
    band: str
    now_x: int | None
    now_y: int | None
    ticks: tuple[tuple[int, int], ...]
    usual_days: int
    first: Mark | None
    lowest: Mark | None
    highest: Mark | None
    gaps: tuple[tuple[str, str], ...]
    more_from: str
    few_from: str


@dataclass(frozen=True)
class Past:
    """What was counted, by quarter of the local day: on `day` itself, and usually (lower quartile, median, upper)."""

    day: date
    counted: Slots
    usual: Mapping[int, tuple[float, float, float]]
    usual_days: int


def read_past(quarters: Iterable[Quarter], day: date, is_alike: Callable[[date], bool]) -> Past:
    """Quarters of any days: those of `day` make the line, those of earlier days that are alike the band."""
    by_day: dict[date, dict[int, float]] = defaultdict(dict)
    for quarter in quarters:
        local = to_local(quarter.starts_at)
        by_day[local.date()][local.hour * 4 + local.minute // 15] = quarter.spaces_mean
    alike = [slots for one, slots in by_day.items() if one < day and is_alike(one)]
    return Past(day, by_day.get(day, {}), usual_range(alike), len(alike))


def draw_curve(past: Past, now: datetime, capacity: int | None, available_spaces: int | None) -> Curve:
    """`now` is UTC, on the local day of `past`; `available_spaces` is the number that is shown now, None when none is."""
    here = to_local(now)
    current = here.hour * 4 + here.minute // 15
    today = {slot: mean for slot, mean in past.counted.items() if slot in range(FIRST_SLOT, current + 1)}
    usual = past.usual
    top = _round_up(max([capacity or 0, *today.values(), *(high for _, _, high in usual.values()), 4]))
    middle = {slot: mid for slot, (_, mid, _) in usual.items()}
    shown = current >= FIRST_SLOT
    return Curve(
        line=_line(today, top),
        band=_band(usual, top),
        now_x=_x(current + here.minute % 15 / 15) if shown else None,
        now_y=_y(available_spaces, top) if shown and available_spaces is not None else None,
        ticks=tuple((_y(value, top), value) for value in (0, top // 2, top)),
        usual_days=past.usual_days,
        first=_mark(min(today, default=None), today),
        lowest=_mark(min(today, key=lambda slot: today[slot], default=None), today),
        highest=_mark(max(today, key=lambda slot: today[slot], default=None), today),
        gaps=_gaps(today, current),
        more_from=_more_from(middle, current, capacity),
        few_from=_few_from(middle, current, capacity),
    )


def usual_range(days: Sequence[Slots]) -> dict[int, tuple[float, float, float]]:
    """For each quarter counted on at least three of the days: lower quartile, median, upper quartile."""
    found = {}
    for slot in range(FIRST_SLOT, LAST_SLOT):
        means = [day[slot] for day in days if slot in day]
        if len(means) >= DAYS_FOR_USUAL:
            low, _, high = quantiles(means, n=4, method="inclusive")
            found[slot] = (low, median(means), high)
    return found


def _line(slots: Slots, top: int) -> str:
    """Neighbouring quarters are joined; a lone one becomes a dot (the stroke's round ends)."""
    runs = []
    for run in _runs(slots):
        points = [f"{_x(slot + 0.5)} {_y(slots[slot], top)}" for slot in run]
        runs.append("M" + " ".join(points) + ("h.1" if len(points) == 1 else ""))
    return "".join(runs)


def _band(usual: Mapping[int, tuple[float, float, float]], top: int) -> str:
    areas = []
    for run in _runs(usual):
        if len(run) > 1:
            over = [f"{_x(slot + 0.5)} {_y(usual[slot][2], top)}" for slot in run]
            under = [f"{_x(slot + 0.5)} {_y(usual[slot][0], top)}" for slot in reversed(run)]
            areas.append("M" + " ".join(over) + "L" + " ".join(under) + "z")
    return "".join(areas)


def _runs(slots: Iterable[int]) -> list[list[int]]:
    """Slots in order, cut wherever one is missing."""
    runs: list[list[int]] = []
    for slot in sorted(slots):
        if runs and runs[-1][-1] == slot - 1:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return runs


def _gaps(today: Slots, current: int) -> tuple[tuple[str, str], ...]:
    """Spans of half an hour and more between 6:00 and now that were not counted."""
    missing = _runs(slot for slot in range(FIRST_SLOT, current) if slot not in today)
    return tuple((_time(run[0]), _time(run[-1] + 1)) for run in missing if len(run) > 1)


def _more_from(middle: Slots, current: int, capacity: int | None) -> str:
    if current not in middle:
        return ""
    step = max(3.0, (capacity or 0) * _NOTABLE_SHARE)
    found = (slot for slot in sorted(middle) if slot > current and middle[slot] >= middle[current] + step)
    return _time_or_nothing(next(found, None))


def _few_from(middle: Slots, current: int, capacity: int | None) -> str:
    """Few is under a tenth of the capacity, and only worth saying where it is not so already."""
    few = (capacity or 0) * _NOTABLE_SHARE
    if middle.get(current, 0) <= few:
        return ""
    return _time_or_nothing(next((slot for slot in sorted(middle) if slot > current and middle[slot] <= few), None))


def _mark(slot: int | None, slots: Slots) -> Mark | None:
    return None if slot is None else Mark(_time(slot), round(slots[slot]))


def _time(slot: int) -> str:
    return f"{slot // 4}:{slot % 4 * 15:02d}"


def _time_or_nothing(slot: int | None) -> str:
    return "" if slot is None else _time(slot)


def _x(slot: float) -> int:
    return round(LEFT + (slot - FIRST_SLOT) / (LAST_SLOT - FIRST_SLOT) * (RIGHT - LEFT))


def _y(spaces: float, top: int) -> int:
    return round(BOTTOM - min(max(spaces, 0), top) / top * (BOTTOM - TOP))


def _round_up(value: float) -> int:
    """The next even number that reads well on an axis: 4, 40, 60, 100, 240, 1000."""
    step = next(step for step in (2, 10, 20, 50, 100, 200, 1000, 10**6) if value <= step * 10 or step == 10**6)
    top = -(-int(value + 0.999) // step) * step
    return top if top % 2 == 0 else top + step
