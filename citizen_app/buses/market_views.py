"""The pages of the markets: which are held when, one market with its lines and car parks, and its calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from citizen_app import language, web, words
from citizen_app.access import PUBLIC, access
from citizen_app.buses import store, views
from citizen_app.buses.calendar_file import MarketDay, Subscription, write_calendar
from citizen_app.buses.market_days import MarketLine, Ride, list_market_lines
from citizen_app.buses.market_rule import rule_sign
from citizen_app.buses.month import month_after, month_before, month_of, month_text, weeks_of
from citizen_app.buses.store import Published
from citizen_app.buses.times import clock_text
from citizen_app.days.rule_text import say_rule
from citizen_app.days.rules import dates_between, next_dates
from citizen_app.geo import distance_m
from citizen_app.language import gettext
from citizen_app.parking import store as parking_store
from citizen_app.places import store as places_store
from citizen_app.places.market import Market

blueprint = Blueprint("markets", __name__)
views.mend_case(blueprint, "markets", "slug")

DAYS_AHEAD = 14
YEAR_DAYS = 366
NEARBY_M = 2000
MOST_PARKING = 6
MOST_TIMES = 6


@blueprint.get("/markets")
@access(PUBLIC)
def list_markets() -> ResponseReturnValue:
    """Today, tomorrow and the two weeks after, or one month (`?month=2026-12`)."""
    views.keep_for_a_minute()
    published = store.current_published()
    if published is None:
        return render_template("buses/list_markets.html", markets=())
    asked = request.args.get("month", "")
    month = month_of(asked) if asked else None
    bad_month = asked if asked and month is None else ""
    first = month or views.today()
    if bad_month:
        first = month = views.today().replace(day=1)
    days = weeks_of(first) if month else [[first + timedelta(days=number) for number in range(DAYS_AHEAD + 1)]]
    held = _held(published, [day for week in days for day in week if day])
    return render_template(
        "buses/list_markets.html", bad_month=bad_month, month=_month(days, held, first) if month else None,
        this_month=month_text(views.today()), days=[one for one in held.values() if one["markets"] or not month],
        markets=[_brief(published, market) for market in published.schedule.network.markets], **views.common(published),
    )


@blueprint.get("/markets/<slug>")
@access(PUBLIC)
def show_market(slug: str) -> ResponseReturnValue:
    """One market: its rule, its next days, the lines there and back, where to leave the car."""
    views.keep_for_a_minute()
    published = views.get_published()
    market = published.schedule.market_by_slug(slug)
    today = views.today()
    dates = next_dates(market.rule, today, 9, published.calendar)
    lines_day = dates[0] if dates else None
    return render_template(
        "buses/show_market.html", market=market, title=words.name_of(market), rule=rule_sign(market.rule, language.in_english()),
        hours=_hours(market), is_today=lines_day == today, today_words=words.lunar(today) or words.day_name(today),
        dates=dates, lines_day=lines_day, lines=_lines(published, market, lines_day), parking=_parking(market),
        others=[_brief(published, one) for one in published.schedule.network.markets if one is not market],
        **views.common(published),
    )


@blueprint.get("/markets/<slug>.ics")
@access(PUBLIC)
def subscribe(slug: str) -> ResponseReturnValue:
    """The days of a year ahead, for a phone's calendar."""
    published = views.get_published()
    market = published.schedule.market_by_slug(slug)
    today = views.today()
    days = dates_between(market.rule, today, today + timedelta(days=YEAR_DAYS), published.calendar)
    subscription = Subscription(
        market.slug, words.name_of(market), f"{places_store.current_county().uid}.citizen-travel",
        web.public_link("markets.show_market", slug=slug), published.published_at, words.name_of(market),
        market.opens_s, market.closes_s,
    )
    body = write_calendar(subscription, [MarketDay(day, words.lunar(day)) for day in days])
    return Response(body, mimetype="text/calendar", headers={"Cache-Control": "public, max-age=3600"})


def _brief(published: Published, market: Market) -> dict[str, Any]:
    found = next_dates(market.rule, views.today(), 1, published.calendar)
    return {
        "name": words.name_of(market), "url": web.link_to("markets.show_market", slug=market.slug),
        "rule": say_rule(market.rule, language.in_english()), "next": found[0] if found else None, "hours": _hours(market),
    }


def _lines(published: Published, market: Market, day: date | None) -> list[dict[str, Any]]:
    """The lines that run for a market on a day, there and back."""
    schedule = published.schedule
    return [_line(published, one, day) for one in list_market_lines(schedule, market, day)] if day else []


def _line(published: Published, one: MarketLine, day: date) -> dict[str, Any]:
    names = views.names_of(published)
    origins = dict.fromkeys(names.stop(ride.from_stop) for ride in one.there)
    return {
        "route": one.route, "title": names.title(one.route), "origin": gettext("、").join(origins),
        "url": web.link_to("routes.show_route", slug=published.schedule.slug_of(one.route), date=day),
        "there": _times(one.there), "back": _times(one.back),
    }


def _times(rides: Sequence[Ride]) -> list[str]:
    """The departures; of very many only the first and the last two, with dots between them."""
    times = list(dict.fromkeys(clock_text(ride.departs_s) for ride in rides))
    return times if len(times) <= MOST_TIMES else [*times[:2], "…", *times[-2:]]


def _hours(market: Market) -> str:
    """5:30–11:00; "" where it is not known."""
    if market.opens_s is None or market.closes_s is None:
        return ""
    return f"{clock_text(market.opens_s)}–{clock_text(market.closes_s)}"


def _held(published: Published, days: list[date]) -> dict[date, dict[str, Any]]:
    """The markets of each of the days, in the order of the days."""
    today = views.today()
    held: dict[date, dict[str, Any]] = {
        day: {"day": day, "word": words.ahead(day, today) if day >= today else "", "lunar": words.lunar(day), "markets": []}
        for day in days
    }
    for market in published.schedule.network.markets:
        brief = {
            "name": words.name_of(market), "hours": _hours(market), "url": web.link_to("markets.show_market", slug=market.slug),
        }
        for day in dates_between(market.rule, days[0], days[-1], published.calendar):
            held[day]["markets"].append(brief)
    return held


def _month(weeks: Sequence[Sequence[date | None]], held: dict[date, dict[str, Any]], first: date) -> dict[str, Any]:
    """A month as a table: each day with its lunar day and how many markets it has."""
    cells = {
        day: {"day": day, "lunar": words.lunar_cell(day), "count": len(one["markets"]), "is_today": day == views.today()}
        for day, one in held.items()
    }
    return {
        "title": words.month_year(first), "before": month_before(first), "after": month_after(first),
        "weekdays": words.weekday_heads(), "weeks": [[day and cells[day] for day in week] for week in weeks],
    }


def _parking(market: Market) -> list[dict[str, Any]]:
    """Car parks within walking distance, and those that the market closes, nearest first."""
    found = []
    for facility in parking_store.current_snapshot().facilities.values():
        is_closed = any(closure.market == market.slug for closure in facility.closures)
        away_m = None
        if market.lat is not None and market.lon is not None:
            away_m = distance_m(market.lat, market.lon, facility.lat, facility.lon)
        if is_closed or (away_m is not None and away_m <= NEARBY_M):
            found.append({
                "name": words.name_of(facility), "url": web.link_to("parking.show_facility", uid=facility.uid), "is_closed": is_closed,
                "away_m": away_m,
            })
    return sorted(found, key=lambda one: (one["away_m"] is None, one["away_m"] or 0.0))[:MOST_PARKING]
