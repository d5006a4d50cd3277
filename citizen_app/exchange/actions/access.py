"""Counts, minute by minute, how each car park and line stands with the province; see `access_rate` for what that means. No Flask.

One process at a time counts, whichever comes first; the others find the minute counted. A minute in which no process ran is judged
afterwards from what the platform had then, as long as that is kept; one that is older is unmeasured.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from citizen_app.buses import store as bus_store
from citizen_app.buses.documents import unpack
from citizen_app.buses.schedule import build_schedule
from citizen_app.buses.versions import Version
from citizen_app.clock import to_local
from citizen_app.exchange import store as outbox_store
from citizen_app.exchange.access_rate import DAY_MINUTES, Day, Standing, extend, place_of, standing_at
from citizen_app.exchange.access_rate.judging import Report, Trouble, allowance, expected_spans, judge_facility, judge_line, judge_past
from citizen_app.exchange.outbox import State
from citizen_app.exchange.province import Province, network_contents
from citizen_app.exchange.record import RecordKind
from citizen_app.exchange.store import access_days as store
from citizen_app.extensions import transaction
from citizen_app.parking import store as parking_store
from citizen_app.parking.facility import Facility

KEEP_DAYS = timedelta(days=800)
LOOK_BACK = timedelta(days=1)    # as long as accepted counts are surely kept
_LONGEST_GAP = timedelta(days=62)
_MINUTE = timedelta(minutes=1)
_MOST_JUDGED = 5_000    # in one transaction: some tenths of a second
_STATIC = (RecordKind.PARKING_STATIC, RecordKind.LINE, RecordKind.STOP, RecordKind.STOP_SEQUENCE, RecordKind.TRIP)

Part = tuple[str, str]
_parts: dict[str, dict[str, frozenset[Part]]] = {}    # of the lines of one network at most, by its digest


@dataclass(frozen=True)
class _Registered:
    """Everything that is registered, by subject: car parks, and lines with all the records that the platform needs of each."""

    province: Province
    facilities: Mapping[str, Facility]
    lines: Mapping[str, frozenset[Part]]

    @property
    def late_after_s(self) -> float:
        return self.province.sending.late_after_s


def count_access(province: Province, now: datetime) -> int:
    """Write down every minute that is not yet, up to the present one; how many those were. Forgets days that are old.

    Many minutes are written in several transactions, so that readings never wait long for one.
    """
    minute, total = int(now.timestamp()) // 60, 0
    last = store.find_counted_minute()
    if last is not None and last >= minute:
        return 0
    lines = _find_lines(province, now)
    while True:
        with transaction():
            store.lock_counting()
            last = store.find_counted_minute()
            if last is not None and last >= minute:
                return total
            first = minute if last is None else max(last + 1, minute - int(_LONGEST_GAP / _MINUTE))
            facilities = {f"facility:{one.uid}": one for one in parking_store.list_facilities()}
            written = _write_some(_Registered(province, facilities, lines), first, minute, now)
            store.note_counted_minute(written)
            store.forget_access_days((to_local(now) - KEEP_DAYS).date())
        total += written - first + 1


def revoke_links() -> int:
    """Make all older links to the page of the exchange worthless; the generation of those to come."""
    with transaction():
        generation = store.get_link_generation() + 1
        store.set_link_generation(generation)
    return generation


def _write_some(registered: _Registered, first: int, minute: int, now: datetime) -> int:
    """Extend the days of everything from the minute `first` on, at most to `minute`, the present one; the last that was written."""
    subjects = (*registered.facilities, *registered.lines)
    seen_from = minute - int(LOOK_BACK / _MINUTE)
    last = seen_from - 1 if first < seen_from else min(minute, first + _MOST_JUDGED // max(1, len(subjects)))
    days = _Days(_moment(first), _moment(last))
    if first < seen_from:
        for start, count in _per_day(first, seen_from):
            for subject in subjects:
                days.add(subject, start, Standing.UNMEASURED, count)
    elif first < minute:
        _add_past(registered, range(first, min(last + 1, minute)), days)
    if last == minute:
        for subject, standing in _judge_now(registered, now).items():
            days.add(subject, minute, standing)
    days.write()
    return last


def _judge_now(registered: _Registered, now: datetime) -> dict[str, Standing]:
    province, limit_s = registered.province, registered.late_after_s
    troubles = _static_troubles(registered, now)
    counts_go = province.reports(RecordKind.PARKING_DYNAMIC)
    held = {subject: _report(one, province) for subject, one in store.list_held_counts().items()}
    refused = _refused_counts()
    states = {f"facility:{one.facility_uid}": one for one in parking_store.list_occupancies()}
    found: dict[str, Standing] = {}
    for subject, facility in registered.facilities.items():
        static = troubles.get((RecordKind.PARKING_STATIC, subject))
        state, newest, fault = states.get(subject), held.get(subject), refused.get(subject)
        if counts_go:
            found[subject] = judge_facility(facility, state, newest, static, fault, now, limit_s)
        else:
            found[subject] = static.standing if static else Standing.ON_TIME
    return found | {line: judge_line(parts, troubles) for line, parts in registered.lines.items()}


def _add_past(registered: _Registered, minutes: range, days: _Days) -> None:
    limit_s = registered.late_after_s
    oldest = max((allowance(one, limit_s) for one in registered.facilities.values()), default=timedelta())
    reports: dict[str, list[Report]] = defaultdict(list)
    for one in store.list_accepted_counts(_moment(minutes[0]) - min(oldest, LOOK_BACK)):
        reports[one.subject].append(_report(one, registered.province))
    start, end = _moment(minutes[0]), _moment(minutes[-1] + 1)
    for subject, facility in registered.facilities.items():
        before = days.last(subject, minutes[0])
        for begins, until, expected in expected_spans(facility, start, end):
            for minute in range(_first_minute(begins), _first_minute(until)):
                before = judge_past(facility, expected, reports[subject], before, _moment(minute), limit_s)
                days.add(subject, minute, before)
    for subject in registered.lines:
        before = days.last(subject, minutes[0])
        for first, count in _per_day(minutes.start, minutes.stop):
            days.add(subject, first, Standing.UNSENT if before is Standing.ABSENT else before, count)


def _static_troubles(registered: _Registered, now: datetime) -> dict[Part, Trouble]:
    """What of the facts of car parks and buses the platform does not have as they are, by kind and subject."""
    province = registered.province
    kinds = [kind for kind in _STATIC if province.reports(kind)]
    grace = timedelta(seconds=province.sending.late_after_s)
    found: dict[Part, Trouble] = {part: Trouble(Standing.UNSENT, now) for part in store.list_never_held(kinds)}
    for kind, subjects in ((RecordKind.PARKING_STATIC, registered.facilities), (RecordKind.LINE, registered.lines)):
        said = outbox_store.list_said(kind) if kind in kinds else dict.fromkeys(subjects)
        found |= {(kind, subject): Trouble(Standing.NEVER, now) for subject in subjects if subject not in said}
    for one in store.list_held_up(kinds, [State.WAITING]):
        if not one.has_earlier or now - one.since > grace:
            found[one.kind, one.subject] = Trouble(Standing.UNSENT, one.since)
    for state, standing in ((State.DEAD, Standing.REFUSED), (State.INVALID, Standing.INVALID)):
        for one in store.list_held_up(kinds, [state]):
            found[one.kind, one.subject] = Trouble(standing, one.since)
    return found


def _refused_counts() -> dict[str, Trouble]:
    """The newest count of each car park that the platform or our checks refused."""
    found: dict[str, Trouble] = {}
    for one in store.list_held_up([RecordKind.PARKING_DYNAMIC], [State.DEAD, State.INVALID]):
        known = found.get(one.subject)
        if known is None or known.since < one.observed_at:
            standing = Standing.REFUSED if one.state is State.DEAD else Standing.INVALID
            found[one.subject] = Trouble(standing, one.observed_at)
    return found


def _find_lines(province: Province, now: datetime) -> Mapping[str, frozenset[Part]]:
    """The lines of the published network, each with all the records that the platform needs of it."""
    if not province.reports(RecordKind.LINE):
        return {}
    version = bus_store.find_published()
    if version is None or not version.has_network:
        return {}
    if version.digest not in _parts:
        parts = _work_out_parts(version, province, now)
        _parts.clear()
        _parts[version.digest] = parts
    return _parts[version.digest]


def _work_out_parts(version: Version, province: Province, now: datetime) -> dict[str, frozenset[Part]]:
    schedule = build_schedule(unpack(bus_store.get_document(version.digest)), bus_store.current_calendar())
    parts: dict[str, set[Part]] = defaultdict(set)
    for content in network_contents(schedule, province, to_local(now).date()):
        if content.kind is RecordKind.LINE:
            parts[content.subject].add((content.kind, content.subject))
        elif content.kind is not RecordKind.STOP:
            of_line = parts[f"line:{content.fields['线路编号']}"]
            of_line.add((content.kind, content.subject))
            of_line |= {(RecordKind.STOP, f"stop:{call['站点编号']}") for call in content.fields.get("站序", ())}
    return {line: frozenset(found) for line, found in parts.items()}


def _report(one: store.Accepted, province: Province) -> Report:
    is_known = one.fields.get("状态") != province.codes["parking_status"].get("unknown", "unknown")
    return Report(one.observed_at, one.accepted_at, is_known)


def _per_day(first: int, end: int) -> Iterable[tuple[int, int]]:
    """The minutes since 1970 in [first, end) as spans that lie in one day of the county."""
    while first < end:
        count = min(end - first, DAY_MINUTES - place_of(_moment(first))[1])
        yield first, count
        first += count


def _first_minute(moment: datetime) -> int:
    """The first minute that begins at a moment or after it."""
    return -(-int(moment.timestamp()) // 60)


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


class _Days:
    """The days that are being extended, read once and written once."""

    def __init__(self, start: datetime, end: datetime) -> None:
        kept = store.list_access_days((to_local(start) - _MINUTE).date(), to_local(end).date())
        self._spans = {(one.day, one.subject): one.spans for one in kept}
        self._changed: set[tuple[object, str]] = set()

    def add(self, subject: str, minute: int, standing: Standing, count: int = 1) -> None:
        day, place = place_of(_moment(minute))
        self._spans[day, subject] = extend(self._spans.get((day, subject), ""), place, standing, count)
        self._changed.add((day, subject))

    def last(self, subject: str, minute: int) -> Standing:
        """How it stood at the minute before this one."""
        day, place = place_of(_moment(minute - 1))
        return standing_at(self._spans.get((day, subject), ""), place)

    def write(self) -> None:
        store.write_access_days(Day(*key, spans) for key, spans in self._spans.items() if key in self._changed)
