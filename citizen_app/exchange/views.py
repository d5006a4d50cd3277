"""Open data, for anyone: the same judged board as the pages, in the formats that others read.

Each client has a bucket of questions (`ops.store.spend`); a month of history costs ten of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import NamedTuple

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import TooManyRequests

from citizen_app import clock, web
from citizen_app.access import PUBLIC, access
from citizen_app.answers import cached_bytes, cached_json
from citizen_app.buses import store as buses_store
from citizen_app.buses.calendar_file import MarketDay, Subscription, write_calendars
from citizen_app.clock import to_local
from citizen_app.days.lunar import find_lunar, say_lunar
from citizen_app.days.rules import dates_between
from citizen_app.errors import NotFound
from citizen_app.exchange import datex2, gtfs_realtime, parkapi
from citizen_app.exchange.geojson import parking_collection
from citizen_app.ops import store as ops_store
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import Entry, board
from citizen_app.places import store as places_store
from citizen_app.places.market import Market

blueprint = Blueprint("exchange", __name__)

FRESH_S = 5
GTFS_FRESH_S = 600
MARKETS_FRESH_S = 3600
MARKET_DAYS = 366
HISTORY_COST = 10
_ANY_TIME = datetime(1970, 1, 1, tzinfo=UTC)    # what tells two answers apart is not when they were made


class _Board(NamedTuple):
    entries: list[Entry]
    attributions: tuple[str, ...]
    publisher: datex2.Publisher
    now: datetime


@blueprint.before_request
def limit() -> None:
    """Too many questions of one client are a 429 that says when there will be an answer again."""
    per_minute, client = current_app.config["OPEN_DATA_PER_MINUTE"], client_of(request.remote_addr or "")
    if not per_minute or not client or request.method == "OPTIONS":
        return
    cost = HISTORY_COST if (request.endpoint or "").endswith("show_history") else 1
    wait_s = ceil(ops_store.spend("open-data", client, per_minute, cost))
    if wait_s:
        said = f"more than {per_minute} questions a minute; ask again in {wait_s} s, and less often with If-None-Match"
        raise TooManyRequests(said, retry_after=wait_s)


def client_of(address: str) -> str:
    """Who is counted as one: an IPv4 address, or the 64 bits that an IPv6 network has; "" where it is not known."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or found.exploded[:19])
    return str(found)


@blueprint.get("/open-data/parking.geojson")
@access(PUBLIC)
def show_geojson() -> Response:
    """Every car park as a GeoJSON feature, with what is judged of it now."""
    now = _board()
    collection = parking_collection(now.entries, now.attributions, now.publisher.is_demo)
    return cached_json(collection, FRESH_S, mimetype="application/geo+json")


@blueprint.get("/open-data/parking.json")
@access(PUBLIC)
def show_parkapi() -> Response:
    """Every car park as ParkAPI v3 has it."""
    now = _board()
    body, unmoved = (
        parkapi.parking_sites(now.entries, now.attributions, now.publisher.is_demo, at) for at in (now.now, _ANY_TIME)
    )
    return cached_json(body, FRESH_S, identity=unmoved)


@blueprint.get("/open-data/parking.v1.json")
@access(PUBLIC)
def show_parkapi_v1() -> Response:
    """Every car park as ParkAPI v1 had it, with the numbers that are live."""
    now = _board()
    body, unmoved = (
        parkapi.city_lots(now.entries, now.attributions, now.publisher.is_demo, at) for at in (now.now, _ANY_TIME)
    )
    return cached_json(body, FRESH_S, identity=unmoved)


@blueprint.get("/open-data/parking.datex2.xml")
@access(PUBLIC)
def show_datex2() -> Response:
    """How every car park stands, as DATEX II."""
    now = _board()
    body, unmoved = (datex2.status_publication(now.entries, now.publisher, at) for at in (now.now, _ANY_TIME))
    return cached_bytes(_some(now, body), FRESH_S, "application/xml", identity=unmoved)


@blueprint.get("/open-data/parking-table.datex2.xml")
@access(PUBLIC)
def show_datex2_table() -> Response:
    """What every car park is, as DATEX II."""
    now = _board()
    facilities = [entry.facility for entry in now.entries]
    body, unmoved = (datex2.table_publication(facilities, now.publisher, at) for at in (now.now, _ANY_TIME))
    return cached_bytes(_some(now, body), FRESH_S, "application/xml", identity=unmoved)


@blueprint.get("/open-data/gtfs.zip")
@access(PUBLIC)
def show_gtfs() -> Response:
    """The published bus network as GTFS, made when it was published."""
    published = buses_store.current_published()
    export = buses_store.find_export(published.version_id) if published else None
    if published is None or export is None:
        raise NotFound("no bus network is published")
    response = Response(export, mimetype="application/zip")
    response.headers["Content-Disposition"] = "attachment; filename=gtfs.zip"
    response.headers["Cache-Control"] = f"public, max-age={GTFS_FRESH_S}"
    response.add_etag()
    response.make_conditional(request)
    return response


@blueprint.get("/open-data/gtfs-rt/<any(alerts, 'trip-updates', 'vehicle-positions'):kind>.pb")
@access(PUBLIC)
def show_realtime(kind: str) -> Response:
    """A GTFS-realtime feed of each kind, empty as long as there is no real-time of the buses."""
    published = buses_store.current_published()
    version = (published.schedule.network.feed_info.version or str(published.version_id)) if published else ""
    feed = gtfs_realtime.empty_feed(clock.now(), version)
    return cached_bytes(feed, gtfs_realtime.INTERVAL_S, "application/x-protobuf")


@blueprint.get("/open-data/markets.ics")
@access(PUBLIC)
def show_markets() -> Response:
    """The days of all markets for a year ahead, always in Chinese: a calendar is asked for by no one who has a language."""
    published = buses_store.current_published()
    if published is None:
        raise NotFound("no bus network is published")
    county, today = places_store.current_county(), to_local(clock.now()).date()
    markets = [
        (_subscription(market, county.uid, published.published_at), [
            MarketDay(day, _day_words(market, day))
            for day in dates_between(market.rule, today, today + timedelta(days=MARKET_DAYS), published.calendar)
        ])
        for market in published.schedule.network.markets
    ]
    body = write_calendars(f"{county.name}集市{'（演示）' if county.is_demo else ''}", markets)
    return cached_bytes(body, MARKETS_FRESH_S, "text/calendar")


def _board() -> _Board:
    """One snapshot, judged at one moment; what each format says of it."""
    now = clock.now().replace(microsecond=0)
    entries = board(parking_store.current_snapshot(), now)
    try:
        county = places_store.current_county()
    except NotFound:
        return _Board(entries, (), datex2.Publisher("county", ""), now)
    return _Board(entries, county.attributions, datex2.Publisher(county.uid, county.name, county.is_demo), now)


def _some(now: _Board, body: bytes) -> bytes:
    if not now.entries:
        raise NotFound("no car park is known, and DATEX II has no publication without one")
    return body


def _subscription(market: Market, county: str, made_at: datetime) -> Subscription:
    return Subscription(
        market.slug, market.name, f"{county}.citizen-travel", web.public_link("markets.show_market", slug=market.slug),
        made_at, market.name, market.opens_s, market.closes_s,
    )


def _day_words(market: Market, day: date) -> str:
    """十月十五 · Duqiao · 演示"""
    lunar = find_lunar(day)
    words = (say_lunar(lunar) if lunar else "", market.name_en, "演示 demonstration" if market.is_demo else "")
    return " · ".join(word for word in words if word)
