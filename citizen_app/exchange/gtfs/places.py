"""agency.txt and stops.txt. Pure."""

from __future__ import annotations

from citizen_app.buses.network import Agency, Position, Stop
from citizen_app.exchange.gtfs.records import Feed, Record
from citizen_app.exchange.gtfs.values import is_zone

DEFAULT_ZONE = "Asia/Shanghai"
_AGENCY = ("agency_name", "agency_url", "agency_timezone")
_AGENCY_MORE = ("agency_id", "agency_lang", "agency_phone", "agency_fare_url", "agency_email")
_STOP = ("stop_id",)
_STOP_MORE = (
    "stop_code", "stop_name", "stop_desc", "stop_lat", "stop_lon", "zone_id", "stop_url", "location_type", "parent_station",
    "stop_timezone", "wheelchair_boarding", "platform_code", "x_town_code", "x_village_code", "x_position",
)
_STATION = 1
_MUST_HAVE_PARENT = (2, 3, 4)


def read_agencies(feed: Feed) -> tuple[Agency, ...]:
    """Every agency; a single one may have no id. All must be of one time zone."""
    agencies: dict[str, Agency] = {}
    for record in feed.records("agency.txt", _AGENCY, _AGENCY_MORE):
        agency_id = record.ident("agency_id")
        if agency_id in agencies:
            record.error("agency_id", "stands there twice")
        agencies[agency_id] = _agency(agency_id, record)
        zone = next(iter(agencies.values())).timezone
        if agencies[agency_id].timezone != zone:
            record.error("agency_timezone", f"all agencies must have the same time zone; the first one has {zone}")
    if not agencies and "agency.txt" in feed.archive and not feed.is_broken("agency.txt"):
        feed.faults.error("agency.txt", None, "", "", "names no agency")
    return tuple(agencies.values())


def _agency(agency_id: str, record: Record) -> Agency:
    zone = record.ident("agency_timezone")
    if not zone and not record.is_filled("agency_timezone"):
        record.warn("agency_timezone", f"is empty; taken as {DEFAULT_ZONE}")
    elif zone and not is_zone(zone):
        record.error("agency_timezone", "is not a time zone such as Asia/Shanghai")
    return Agency(
        agency_id, record.text("agency_name"), record.link("agency_url"), zone or DEFAULT_ZONE, record.ident("agency_lang"),
        record.text("agency_phone"), record.link("agency_fare_url"), record.email("agency_email"),
    )


def read_stops(feed: Feed) -> tuple[Stop, ...]:
    """Every stop, station, entrance, node and boarding area, in the order of the file."""
    stops: dict[str, Stop] = {}
    parents: list[Record] = []
    for record in feed.records("stops.txt", _STOP, _STOP_MORE):
        stop_id = record.ident("stop_id", required=True)
        if feed.once(record, "stop_id", stop_id, stops):
            stops[stop_id] = _stop(stop_id, record)
            if stops[stop_id].parent_station:
                parents.append(record)
            elif stops[stop_id].location_type in _MUST_HAVE_PARENT:
                record.warn("parent_station", "an entrance, node or boarding area should belong to a station; kept")
    for record in parents:
        if feed.refers(record, "parent_station", stops, "stops.txt"):
            own, parent = stops[record.ident("stop_id")], stops[record.ident("parent_station")]
            expected = 0 if own.location_type == 4 else _STATION
            if parent.location_type != expected or own.location_type == _STATION:
                record.error("parent_station", "is not a station (a boarding area belongs to a platform, a station to none)")
    return tuple(stops.values())


def _stop(stop_id: str, record: Record) -> Stop:
    location_type = record.choice("location_type", 4)
    name = record.text("stop_name")
    if not name and location_type < 3 and not record.is_filled("stop_name"):
        record.warn("stop_name", "is empty; kept without a name")
    lat, lon = _point(record, location_type)
    position = record.ident("x_position")
    if position not in set(Position):
        record.warn("x_position", f"expected one of {', '.join(filter(None, Position))}; taken as not given")
        position = ""
    zone = record.ident("stop_timezone")
    if zone and not is_zone(zone):
        record.warn("stop_timezone", "is not a time zone; left out")
        zone = ""
    return Stop(
        stop_id, name, lat, lon, record.text("stop_code"), record.text("stop_desc"), record.ident("zone_id"),
        record.link("stop_url"), location_type, record.ident("parent_station"), zone, record.choice("wheelchair_boarding", 2),
        record.text("platform_code"), record.ident("x_town_code"), record.ident("x_village_code"), Position(position),
    )


def _point(record: Record, location_type: int) -> tuple[float | None, float | None]:
    """WGS-84; both None when either is missing, off the earth, or the 0, 0 of those who do not know."""
    lat, lon = record.decimal("stop_lat"), record.decimal("stop_lon")
    if lat is None or lon is None:
        if location_type < 3 and not record.is_filled("stop_lat"):
            record.warn("stop_lat" if lat is None else "stop_lon", "is missing; the stop is kept without a position")
        return None, None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (abs(lat) < 1 and abs(lon) < 1):
        record.warn("stop_lat", f"{lat}, {lon} is no place of a bus stop; kept without a position")
        return None, None
    return lat, lon
