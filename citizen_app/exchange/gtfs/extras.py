"""transfers.txt, fare_attributes.txt, fare_rules.txt, translations.txt and feed_info.txt. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from citizen_app.buses.network import Fare, FareRule, FeedInfo, Transfer, Translation
from citizen_app.exchange.gtfs.records import Feed, Record
from citizen_app.exchange.gtfs.values import read_price_fen

_CURRENCY = re.compile(r"[A-Z]{3}")
_TRANSFER_MORE = ("from_stop_id", "to_stop_id", "min_transfer_time", "from_route_id", "to_route_id", "from_trip_id", "to_trip_id")
_FEED_INFO = (
    "feed_publisher_name", "feed_publisher_url", "feed_lang", "feed_start_date", "feed_end_date", "feed_version",
    "feed_contact_email", "feed_contact_url", "x_is_demo",
)

Known = Mapping[str, Collection[str]]    # ids by the name of the file without .txt


def read_transfers(feed: Feed, known: Known) -> tuple[Transfer, ...]:
    """Every transfer; what it names must be there."""
    transfers = []
    for record in feed.records("transfers.txt", (), ("transfer_type", *_TRANSFER_MORE)):
        for field in _TRANSFER_MORE:
            table = {"stop": "stops", "route": "routes", "trip": "trips"}.get(field.split("_")[1])
            if table and field != "min_transfer_time" and record.ident(field):
                feed.refers(record, field, known[table], f"{table}.txt")
        kind = record.choice("transfer_type", 5)
        for field in ("from_stop_id", "to_stop_id") if kind < 4 else ():
            record.ident(field, required=True)
        transfers.append(Transfer(
            record.ident("from_stop_id"), record.ident("to_stop_id"), kind, record.whole("min_transfer_time"),
            *(record.ident(field) for field in _TRANSFER_MORE[3:]),
        ))
    return tuple(transfers)


def read_fares(feed: Feed, agencies: Collection[str]) -> tuple[Fare, ...]:
    """Every fare class; a price that is none is a problem."""
    fares: dict[str, Fare] = {}
    wanted = ("currency_type", "payment_method", "transfers", "agency_id", "transfer_duration")
    for record in feed.records("fare_attributes.txt", ("fare_id", "price"), wanted):
        fare_id = record.ident("fare_id", required=True)
        if record.ident("agency_id"):
            feed.refers(record, "agency_id", agencies, "agency.txt")
        if feed.once(record, "fare_id", fare_id, fares):
            fares[fare_id] = Fare(
                fare_id, _price_fen(record), _currency(record), record.choice("payment_method", 1), record.whole("transfers", 9),
                record.ident("agency_id"), record.whole("transfer_duration"),
            )
    return tuple(fares.values())


def _price_fen(record: Record) -> int:
    try:
        return read_price_fen(record.ident("price"))
    except ValueError as error:
        record.error("price", str(error))
        return 0


def _currency(record: Record) -> str:
    currency = record.ident("currency_type").upper()
    if not _CURRENCY.fullmatch(currency):
        record.error("currency_type", "expected three letters such as CNY")
    return currency


def read_fare_rules(feed: Feed, fares: Collection[str], routes: Collection[str], zones: Collection[str]) -> tuple[FareRule, ...]:
    """Where fares apply. A zone that no stop has is a warning: the rule is kept and never applies."""
    rules = []
    places = ("origin_id", "destination_id", "contains_id")
    for record in feed.records("fare_rules.txt", ("fare_id",), ("route_id", *places)):
        feed.refers(record, "fare_id", fares, "fare_attributes.txt")
        if record.ident("route_id"):
            feed.refers(record, "route_id", routes, "routes.txt")
        for field in places:
            if record.ident(field) and record.ident(field) not in zones:
                record.warn(field, "no stop is in this zone; kept")
        rules.append(FareRule(record.ident("fare_id"), record.ident("route_id"), *(record.ident(field) for field in places)))
    return tuple(rules)


def read_translations(feed: Feed, known: Known) -> tuple[Translation, ...]:
    """Names in other languages, of one record or of all with a value; what translates nothing is left out, named."""
    found: dict[tuple[str, ...], Translation] = {}
    required = ("table_name", "field_name", "language", "translation")
    for record in feed.records("translations.txt", required, ("record_id", "record_sub_id", "field_value")):
        one = Translation(
            record.ident("table_name"), record.ident("field_name"), record.ident("language"), record.text("translation"),
            record.ident("record_id"), record.ident("record_sub_id"), record.text("field_value"),
        )
        key = (one.table_name, one.field_name, one.language, one.record_id, one.record_sub_id, one.field_value)
        message = _useless(one, known) or ("stands there twice; the first one counts" if key in found else "")
        if message:
            record.warn("record_id" if one.record_id else "field_value", message)
        else:
            found[key] = one
    return tuple(found.values())


def _useless(one: Translation, known: Known) -> str:
    if not one.field_name or not one.language or not one.translation:
        return "field_name, language and translation must be given; left out"
    if one.table_name not in known and one.table_name != "feed_info":
        return f"translates {one.table_name!r}, which is not kept; left out"
    if one.record_id and one.field_value:
        return "names both a record and a value; left out"
    if one.record_id and one.record_id not in known.get(one.table_name, ()):
        return f"is not in {one.table_name}.txt; left out"
    if not one.record_id and not one.field_value and one.table_name != "feed_info":
        return "names neither a record nor a value; left out"
    return ""


def read_feed_info(feed: Feed) -> tuple[FeedInfo, bool]:
    """Who publishes the feed and for when (all of it unknown where there is no file), and whether it is a demonstration."""
    info, is_demo = None, False
    for record in feed.records("feed_info.txt", (), _FEED_INFO):
        if info is not None:
            record.warn("", "a second row; left out")
            continue
        is_demo = record.choice("x_is_demo", 1) == 1
        first, last = record.date("feed_start_date"), record.date("feed_end_date")
        if first is not None and last is not None and last < first:
            record.warn("feed_end_date", "is before feed_start_date; both left out")
            first = last = None
        info = FeedInfo(
            record.text("feed_publisher_name"), record.link("feed_publisher_url"), record.ident("feed_lang"), first, last,
            record.text("feed_version"), record.email("feed_contact_email"), record.link("feed_contact_url"),
        )
    return info or FeedInfo(), is_demo
