"""The small files of a feed from a network. Pure."""

from __future__ import annotations

from datetime import date

from citizen_app.buses.network import Network
from citizen_app.exchange.gtfs.expansion import Calendars
from citizen_app.exchange.gtfs.filling import DEFAULT_LANG, UNKNOWN_LINK, UNKNOWN_NAME, estimate_points, fill
from citizen_app.exchange.gtfs.places import DEFAULT_ZONE
from citizen_app.exchange.gtfs.sheets import Sheet, sheet
from citizen_app.exchange.gtfs.values import clean_text, write_date, write_decimal, write_price, write_time


def agency_sheet(network: Network) -> Sheet:
    info = network.feed_info
    defaults = {
        "agency_name": clean_text(info.publisher_name) or UNKNOWN_NAME, "agency_url": info.publisher_url or UNKNOWN_LINK,
        "agency_timezone": DEFAULT_ZONE,
    }
    rows = [fill({
        "agency_id": one.agency_id, "agency_name": clean_text(one.name), "agency_url": one.url, "agency_timezone": one.timezone,
        "agency_lang": one.lang, "agency_phone": clean_text(one.phone), "agency_fare_url": one.fare_url, "agency_email": one.email,
    }, defaults) for one in network.agencies]
    nobody = fill({**dict.fromkeys(("agency_id", *defaults), ""), **dict.fromkeys(("lang", "phone", "fare", "email"), "")}, defaults)
    names = "agency_id agency_name* agency_url* agency_timezone* agency_lang agency_phone agency_fare_url agency_email x_filled"
    return sheet(names, rows or [nobody])


def stops_sheet(network: Network) -> Sheet:
    rows = []
    for stop, (lat, lon) in zip(network.stops, estimate_points(network).tolist(), strict=True):
        must = stop.location_type < 3
        rows.append(fill({
            "stop_id": stop.stop_id, "stop_code": clean_text(stop.code), "stop_name": clean_text(stop.name),
            "stop_desc": clean_text(stop.desc),
            "stop_lat": "" if stop.lat is None else write_decimal(stop.lat),
            "stop_lon": "" if stop.lon is None else write_decimal(stop.lon),
            "zone_id": stop.zone_id, "stop_url": stop.url, "location_type": _or_blank(stop.location_type),
            "parent_station": stop.parent_station, "stop_timezone": stop.timezone,
            "wheelchair_boarding": _or_blank(stop.wheelchair_boarding), "platform_code": clean_text(stop.platform_code),
            "x_town_code": stop.town_code, "x_village_code": stop.village_code, "x_position": stop.position,
        }, {"stop_name": clean_text(stop.code) or stop.stop_id, "stop_lat": write_decimal(lat), "stop_lon": write_decimal(lon)}
            if must else {}))
    return sheet(
        "stop_id* stop_code stop_name* stop_desc stop_lat* stop_lon* zone_id stop_url location_type parent_station stop_timezone "
        "wheelchair_boarding platform_code x_town_code x_village_code x_position x_filled", rows,
    )


def routes_sheet(network: Network) -> Sheet:
    rows = [fill({
        "route_id": route.route_id, "agency_id": route.agency_id, "route_short_name": clean_text(route.short_name),
        "route_long_name": clean_text(route.long_name), "route_desc": clean_text(route.desc), "route_type": str(route.route_type),
        "route_url": route.url, "route_color": route.color, "route_text_color": route.text_color,
        "route_sort_order": _number(route.sort_order), "x_route_kind": route.kind, "x_market": route.market,
    }, {} if route.long_name else {"route_short_name": route.route_id}) for route in network.routes]
    return sheet(
        "route_id* agency_id route_short_name* route_long_name* route_desc route_type* route_url route_color route_text_color "
        "route_sort_order x_route_kind x_market x_filled", rows,
    )


def trips_sheet(network: Network) -> Sheet:
    names = (
        "route_id* service_id* trip_id* trip_headsign trip_short_name direction_id block_id shape_id wheelchair_accessible "
        "bikes_allowed x_trip_note"
    )
    return sheet(names, [(
        trip.route_id, trip.service_id, trip.trip_id, clean_text(trip.headsign), clean_text(trip.short_name),
        _number(trip.direction_id), trip.block_id, trip.shape_id, _or_blank(trip.wheelchair_accessible),
        _or_blank(trip.bikes_allowed), clean_text(trip.note),
    ) for trip in network.trips])


def frequencies_sheet(network: Network) -> Sheet:
    return sheet("trip_id* start_time* end_time* headway_secs* exact_times x_headway_min_secs", [(
        one.trip_id, write_time(one.start_s), write_time(one.end_s), str(one.headway_s), "1" if one.exact_times else "0",
        _number(one.headway_min_s),
    ) for one in network.frequencies])


def transfers_sheet(network: Network) -> Sheet:
    names = "from_stop_id* to_stop_id* transfer_type* min_transfer_time from_route_id to_route_id from_trip_id to_trip_id"
    return sheet(names, [(
        one.from_stop_id, one.to_stop_id, str(one.transfer_type), _number(one.min_transfer_s), one.from_route_id,
        one.to_route_id, one.from_trip_id, one.to_trip_id,
    ) for one in network.transfers])


def fares_sheet(network: Network) -> Sheet:
    defaults = {"agency_id": network.agencies[0].agency_id} if len(network.agencies) > 1 else {}
    names = "fare_id* price* currency_type* payment_method* transfers* agency_id transfer_duration x_filled"
    return sheet(names, [fill({
        "fare_id": one.fare_id, "price": write_price(one.price_fen, one.currency), "currency_type": one.currency,
        "payment_method": str(one.payment_method), "transfers": _number(one.transfers), "agency_id": one.agency_id,
        "transfer_duration": _number(one.transfer_duration_s),
    }, defaults) for one in network.fares])


def fare_rules_sheet(network: Network) -> Sheet:
    return sheet("fare_id* route_id origin_id destination_id contains_id", [
        (one.fare_id, one.route_id, one.origin_id, one.destination_id, one.contains_id) for one in network.fare_rules
    ])


def translations_sheet(network: Network) -> Sheet:
    names = "table_name* field_name* language* translation* record_id record_sub_id field_value"
    return sheet(names, [(
        one.table_name, one.field_name, one.language, clean_text(one.translation), one.record_id, one.record_sub_id,
        clean_text(one.field_value),
    ) for one in network.translations])


def feed_info_sheet(network: Network, calendars: Calendars, today: date, last: date) -> Sheet:
    """Always a row. It ends with the window of dates when a service was cut to it, whatever the network says."""
    info, agency = network.feed_info, network.agencies[0] if network.agencies else None
    first_date, end_date = info.start_date, info.end_date
    if calendars.is_cut:
        end_date = min(last, end_date or last)
        first_date = min(first_date or today, end_date)
    defaults = {
        "feed_publisher_name": clean_text(agency.name if agency else "") or UNKNOWN_NAME,
        "feed_publisher_url": (agency.url if agency else "") or UNKNOWN_LINK,
        "feed_lang": (agency.lang if agency else "") or DEFAULT_LANG,
        "feed_start_date": write_date(min(calendars.first, end_date or calendars.first)),
        "feed_end_date": write_date(max(calendars.last, first_date or calendars.last)),
        "feed_version": write_date(today),
    }
    row = fill({
        "feed_publisher_name": clean_text(info.publisher_name), "feed_publisher_url": info.publisher_url, "feed_lang": info.lang,
        "feed_start_date": write_date(first_date) if first_date else "", "feed_end_date": write_date(end_date) if end_date else "",
        "feed_version": clean_text(info.version), "feed_contact_email": info.contact_email, "feed_contact_url": info.contact_url,
        "x_is_demo": "1" if network.is_demo else "",
    }, defaults)
    return sheet(
        "feed_publisher_name* feed_publisher_url* feed_lang* feed_start_date feed_end_date feed_version feed_contact_email "
        "feed_contact_url x_is_demo x_filled", [row],
    )


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _or_blank(value: int) -> str:
    """Nothing for 0, which is what nothing means."""
    return str(value) if value else ""
