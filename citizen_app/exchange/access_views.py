"""The page of the exchange, for staff with the link: the data access rate, what is missing and why, how the sender stands.

Everything on it is read from what was counted (`access_rate`), so that it says the same whenever it is asked for a minute.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import clock, language, web
from citizen_app.access import STAFF, access
from citizen_app.clock import LOCAL, to_local
from citizen_app.errors import InvalidInput, NotFound, problem
from citizen_app.exchange import store as outbox_store
from citizen_app.exchange.access_rate import (
    MISSING,
    NO_NUMBERS,
    Day,
    Module,
    Numbers,
    Standing,
    count_days,
    missing_since,
    module_of,
    place_of,
    say_percent,
    standing_at,
)
from citizen_app.exchange.access_rate.link import check_key
from citizen_app.exchange.access_rate.report import make_report, write_report_csv, write_report_xlsx
from citizen_app.exchange.history_csv import months_since
from citizen_app.exchange.outbox import Entry, State
from citizen_app.exchange.store import access_days as store
from citizen_app.exchange.store.lists import OutboxNumbers
from citizen_app.exchange.store.names import county_name, subject_names
from citizen_app.reporting import current_province

blueprint = Blueprint("access_rate", __name__)

_SINCE_DAYS = timedelta(days=35)
_OLD_AFTER = timedelta(minutes=3)
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_SHOWN_ENTRIES = 20
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Missing:
    """One that is missing at the minute that is looked at, since when (UTC) for this cause."""

    subject: str
    name: str
    standing: Standing
    since: datetime


@dataclass(frozen=True)
class Overview:
    """What is looked at: the minute, its numbers, the numbers of some periods by name, what is missing then by cause."""

    at: datetime
    numbers: Mapping[Module, Numbers]
    periods: Mapping[str, Mapping[Module, Numbers]]
    missing: Mapping[Module, Sequence[tuple[Standing, Sequence[Missing]]]]


@blueprint.before_request
def _admit() -> None:
    """Whoever has a link of this generation; a county that does not report has no page."""
    check_key(str(current_app.secret_key), store.get_link_generation(), request.args.get("key", ""))
    if current_province() is None:
        raise NotFound("this county does not report to a province")


@blueprint.get("/exchange")
@access(STAFF)
def show_exchange() -> ResponseReturnValue:
    """How everything stands at the last minute that was counted, or at the one that is asked for (`at`, on the county's clock)."""
    counted_at, now, sender = _counted_at(), web.page_now(), _sender()
    at = _asked_at(counted_at)
    first = store.find_first_access_day()
    return render_template(
        "exchange/show_exchange.html", province=current_province(), counted_at=counted_at, key=request.args["key"],
        is_old=counted_at is None or now - counted_at > _OLD_AFTER, overview=_overview(at) if at else None, sender=sender,
        rows={str(state): sender.of_state(state) for state in State}, entries=_entries(), names=_names(), modules=list(Module),
        say_percent=say_percent, months=_months(first, now) if first else [],
    )


@blueprint.get("/exchange.json")
@access(STAFF)
def show_exchange_json() -> Response:
    """The same for machines; also over any period: `from` and `to`, on the county's clock where they name no zone."""
    at, sender = _asked_at(_counted_at()), _sender()
    overview = _overview(at) if at else None
    body: dict[str, Any] = {
        "at": _iso(at),
        "modules": {module: _numbers_json(overview.numbers[module] if overview else NO_NUMBERS) for module in Module},
        "missing": [
            {"subject": one.subject, "name": one.name, "cause": one.standing.name.lower(), "since": _iso(one.since)}
            for module in Module for _, several in (overview.missing[module] if overview else ()) for one in several
        ],
        "sender": {
            "waiting": sender.of_state(State.WAITING), "refused": sender.of_state(State.DEAD),
            "invalid": sender.of_state(State.INVALID), "oldest_waiting_at": _iso(sender.oldest_waiting_at),
            "last_accepted_at": _iso(sender.last_accepted_at),
            "ever_accepted": sender.accepted, "ever_refused": sender.refused, "platform_clock_ahead_s": sender.skew_s,
        },
    }
    if "from" in request.args or "to" in request.args:
        start, end = _asked("from"), _asked("to")
        counted = count_days(store.list_access_days(place_of(start)[0], place_of(end)[0]), start, end)
        body["period"] = {
            "from": _iso(start), "to": _iso(end), "unit": "minutes",
            "modules": {module: _numbers_json(numbers) for module, numbers in counted.items()},
        }
    response = jsonify(body)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/exchange/report/<month>.<any(xlsx, csv):form>")
@access(STAFF)
def show_report(month: str, form: str) -> Response:
    """The report of a month such as 2026-11, of the present one up to the last minute that was counted."""
    body = month_report(month, form, clock.now())
    response = Response(body, mimetype=_XLSX if form == "xlsx" else "text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=access-rate-{month}.{form}"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def month_report(month: str, form: str, now: datetime) -> bytes:
    """The report of a month of the county's calendar, "xlsx" or "csv". Raises NotFound where nothing was counted, or for no month."""
    try:
        start = datetime.strptime(month, "%Y-%m").replace(tzinfo=LOCAL)
    except ValueError as error:
        raise NotFound(f"{month}: a month is written like 2026-03") from error
    counted_at = _counted_at()
    end = (start + timedelta(days=32)).replace(day=1)
    end = end if counted_at is None else min(end, counted_at + _MINUTE)
    days = store.list_access_days(start.date(), place_of(end - _MINUTE)[0]) if start < end else []
    if not days:
        raise NotFound(f"nothing was counted in {month}")
    report = make_report(days, start, end, subject_names(), county_name(), now)
    return write_report_xlsx(report) if form == "xlsx" else write_report_csv(report).encode()


def _overview(at: datetime) -> Overview:
    today = place_of(at)[0]
    days = store.list_access_days(today.replace(day=1) - _DAY, today)
    now = [one for one in days if one.day == today]
    return Overview(at, count_days(now, at, at + _MINUTE), _periods(days, at, today), _missing(now, at))


def _periods(days: Sequence[Day], at: datetime, today: date) -> dict[str, dict[Module, Numbers]]:
    midnight = to_local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    ends = {
        "hour": (at - timedelta(minutes=59), at + _MINUTE), "today": (midnight, at + _MINUTE),
        "yesterday": (midnight - _DAY, midnight), "month": (midnight.replace(day=1), at + _MINUTE),
    }
    return {name: count_days(days, start, end) for name, (start, end) in ends.items()}


def _missing(today: Sequence[Day], at: datetime) -> dict[Module, list[tuple[Standing, Sequence[Missing]]]]:
    minute, names = place_of(at)[1], _names()
    found = {one.subject: standing_at(one.spans, minute) for one in today}
    subjects = [subject for subject, standing in found.items() if standing in MISSING]
    days: dict[str, list[Day]] = defaultdict(list)
    for one in store.list_access_days(place_of(at - _SINCE_DAYS)[0], place_of(at)[0], subjects):
        days[one.subject].append(one)
    missing: dict[tuple[Module, Standing], list[Missing]] = defaultdict(list)
    for subject in subjects:
        name, standing = names.get(subject, subject.partition(":")[2]), found[subject]
        missing[module_of(subject), standing].append(Missing(subject, name, standing, missing_since(days[subject], at)))
    for several in missing.values():
        several.sort(key=lambda one: (one.since, one.subject))
    return {
        module: [(cause, missing[module, cause]) for cause in MISSING if (module, cause) in missing] for module in Module
    }


def _months(first: date, now: datetime) -> list[str]:
    """The months of which there is something, newest first; the present one too in its first minutes."""
    return months_since(datetime(first.year, first.month, 1, tzinfo=LOCAL), now + timedelta(minutes=15))


def _names() -> dict[str, str]:
    return subject_names(language.in_english())


def _sender() -> OutboxNumbers:
    return outbox_store.measure_outbox((State.WAITING, State.DEAD, State.INVALID))


def _entries() -> list[Entry]:
    """The newest records that the platform or our own checks refused."""
    return outbox_store.list_entries([State.DEAD, State.INVALID], _SHOWN_ENTRIES)


def _counted_at() -> datetime | None:
    """The last minute that was counted."""
    minute = store.find_counted_minute()
    return None if minute is None else datetime.fromtimestamp(minute * 60, UTC)


def _asked_at(counted_at: datetime | None) -> datetime | None:
    if not request.args.get("at") or counted_at is None:
        return counted_at
    return min(_asked("at"), counted_at)


def _asked(name: str) -> datetime:
    """A moment of the query, on the county's clock where it names no zone. Raises InvalidInput."""
    text = request.args.get(name, "").strip().replace(" ", "T")
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidInput([problem("query", name, text, "write 2026-03-11T06:30")]) from error


def _numbers_json(numbers: Numbers) -> dict[str, Any]:
    return {
        "rate": numbers.rate, "percent": say_percent(numbers), "registered": numbers.registered, "expected": numbers.expected,
        "valid": numbers.valid, "accepted": numbers.accepted, "on_time": numbers.on_time,
        "missing": {cause.name.lower(): count for cause, count in numbers.missing.items()},
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else to_local(moment).isoformat(timespec="seconds")
