"""What stands on the sheet at a stop: all departures of each line by the kinds of day that differ. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from citizen_app.buses.board import Departure
from citizen_app.buses.departures import list_departures_with
from citizen_app.buses.grid import DayChoice
from citizen_app.buses.lines import Line
from citizen_app.buses.network import Stop
from citizen_app.buses.schedule import Schedule


@dataclass(frozen=True)
class Span:
    """From the first until the last of buses that only come about every so many seconds."""

    first_s: int
    last_s: int
    headway_s: int
    headway_min_s: int | None


@dataclass(frozen=True)
class PosterKind:
    """The departures on the days of some choices: `times` in seconds of the service day, `spans` in order."""

    choices: tuple[DayChoice, ...]
    times: tuple[int, ...]
    spans: tuple[Span, ...]


@dataclass(frozen=True)
class PosterLine:
    line: Line
    kinds: tuple[PosterKind, ...]


def make_poster(schedule: Schedule, stop: Stop, choices_of: Callable[[Line], Iterable[DayChoice]]) -> list[PosterLine]:
    """The lines that let people on at the stop. Choices on which a line runs the same here stand together."""
    stops = schedule.stop_indices(stop)
    lines = [schedule.lines[index] for index in schedule.services_at(stops)]
    posters = (PosterLine(line, _kinds(schedule, stops, line, choices_of(line))) for line in lines)
    return [poster for poster in posters if poster.kinds]


def _kinds(schedule: Schedule, stops: Sequence[int], line: Line, choices: Iterable[DayChoice]) -> tuple[PosterKind, ...]:
    kinds: list[PosterKind] = []
    for choice in choices:
        departures = list_departures_with(schedule, stops, choice.dates[0], choice.services) if choice.dates else []
        mine = [one for one in departures if schedule.line_of_trip[one.trip] == line.index]
        if not mine:
            continue
        times, spans = tuple(one.departure_s for one in mine if one.headway_s is None), _spans(mine)
        same = next((place for place, one in enumerate(kinds) if (one.times, one.spans) == (times, spans)), None)
        if same is None:
            kinds.append(PosterKind((choice,), times, spans))
        else:
            kinds[same] = replace(kinds[same], choices=(*kinds[same].choices, choice))
    return tuple(kinds)


def _spans(departures: Iterable[Departure]) -> tuple[Span, ...]:
    """Neighbours with one headway are one span."""
    spans: list[Span] = []
    for one in departures:
        if one.headway_s is None:
            continue
        if spans and (spans[-1].headway_s, spans[-1].headway_min_s) == (one.headway_s, one.headway_min_s):
            spans[-1] = replace(spans[-1], last_s=one.departure_s)
        else:
            spans.append(Span(one.departure_s, one.departure_s, one.headway_s, one.headway_min_s))
    return tuple(spans)
