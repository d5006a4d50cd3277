"""The shapes of buses in JSON: they validate what is asked, write what goes out, and make the OpenAPI document."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from citizen_app.buses.network import Position, RouteKind
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import Season
from citizen_app.geo import Box

MOST_STOPS = 1000
MOST_HOURS = 48
YEARS = (1971, 9000)


def _about(text: str, **more: Any) -> dict[str, Any]:
    return {"description": text, **more}


def _choices(words: Any) -> validate.OneOf:
    return validate.OneOf([str(word) for word in words])


class AboutNetworkSchema(Schema):
    """What goes with every answer: which version of the network it is made from, and whose data it is."""

    demo = fields.Boolean(required=True, metadata=_about("True: demonstration data, not the county's timetable."))
    attribution = fields.List(fields.String(), metadata=_about("Whom the data is owed to."))
    version = fields.Integer(required=True, allow_none=True, metadata=_about("Null while no network is published."))
    published_at = fields.DateTime(required=True, allow_none=True, metadata=_about("UTC."))


class RouteSchema(Schema):
    """One line."""

    slug = fields.String(required=True, metadata=_about("What stands in addresses."))
    route_id = fields.String(required=True)
    short_name = fields.String(required=True, metadata=_about("Texts are empty when not known."))
    short_name_en = fields.String()
    long_name = fields.String(required=True)
    long_name_en = fields.String()
    kind = fields.String(required=True, validate=_choices(RouteKind))
    color = fields.String(metadata=_about("Six hexadecimal digits."))
    operator = fields.String()
    phone = fields.String()
    market = fields.String(metadata=_about("The slug of the market that it runs for."))


class RouteListSchema(AboutNetworkSchema):
    routes = fields.List(fields.Nested(RouteSchema), required=True)


class StopSchema(Schema):
    """One stop or station."""

    code = fields.String(required=True, metadata=_about("The code on the sign, or the stop_id where it has none."))
    stop_id = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String()
    lat = fields.Float(required=True, allow_none=True, metadata=_about("WGS-84."))
    lon = fields.Float(required=True, allow_none=True, metadata=_about("WGS-84."))
    position = fields.String(validate=_choices(Position), metadata=_about("How the point is known."))
    is_station = fields.Boolean(required=True)
    town_code = fields.String()


class RowSchema(StopSchema):
    """One stop of a timetable; a loop has it twice."""

    is_timepoint = fields.Boolean(metadata=_about("False: all times here are approximate."))
    set_down_only = fields.Boolean()


class ColumnSchema(Schema):
    """One trip, or the trips between the one before and the one after it (`every_s`)."""

    times_s = fields.List(
        fields.Integer(allow_none=True), required=True,
        metadata=_about("Seconds of the service day for each stop, may pass 86400; null: does not stop. Empty for an interval."),
    )
    every_s = fields.Integer(required=True, allow_none=True)
    every_min_s = fields.Integer(allow_none=True, metadata=_about("The shortest gap, where a range is promised."))
    note = fields.String(metadata=_about("The mark of its note."))


class NoteSchema(Schema):
    mark = fields.String(required=True)
    text = fields.String(required=True)


class DirectionSchema(Schema):
    """The timetable of one direction: `times_s` of each trip are in the order of `stops`."""

    direction_id = fields.Integer(required=True, allow_none=True)
    headsign = fields.String(required=True)
    headsign_en = fields.String()
    stops = fields.List(fields.Nested(RowSchema), required=True)
    trips = fields.List(fields.Nested(ColumnSchema), required=True)
    notes = fields.List(fields.Nested(NoteSchema))


class FareSchema(Schema):
    price_fen = fields.Integer(required=True, metadata=_about("Hundredths of the currency."))
    currency = fields.String(required=True)


class RouteDetailSchema(RouteSchema, AboutNetworkSchema):
    """One line with its timetable of one date."""

    date = fields.Date(required=True)
    runs = fields.Boolean(required=True, metadata=_about("Whether it runs on the date."))
    next_dates = fields.List(fields.Date(), required=True, metadata=_about("The next dates on which it runs, at most ten."))
    flat_fare = fields.Nested(FareSchema, required=True, allow_none=True, metadata=_about("When every ride costs the same."))
    directions = fields.List(fields.Nested(DirectionSchema), required=True)


class RouteQuerySchema(Schema):
    date = fields.Date(metadata=_about("Today when not given."), validate=lambda day: check_year(day.year))


class StopListSchema(AboutNetworkSchema):
    total = fields.Integer(required=True, metadata=_about("How many there are in the box, on all pages."))
    stops = fields.List(fields.Nested(StopSchema), required=True)


class BoxField(fields.String):
    """west,south,east,north in degrees, as a Box."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            west, south, east, north = (float(part) for part in text.split(","))
        except ValueError:
            raise ValidationError("expected west,south,east,north") from None
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise ValidationError("expected west,south,east,north in degrees, west before east, south before north")
        return Box(south, west, north, east)


class StopQuerySchema(Schema):
    bbox = BoxField(metadata=_about("Only stops in this box: west,south,east,north, WGS-84.", example="121.0,28.8,121.2,28.9"))
    limit = fields.Integer(load_default=MOST_STOPS, validate=validate.Range(1, MOST_STOPS))
    offset = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000))


class LineAtStopSchema(RouteSchema):
    """One line in one direction on which people may get on here."""

    headsign = fields.String(required=True)
    headsign_en = fields.String()
    direction_id = fields.Integer(required=True, allow_none=True)
    next_date = fields.Date(required=True, allow_none=True, metadata=_about("The next date on which it runs here."))


class StopDetailSchema(StopSchema, AboutNetworkSchema):
    platforms = fields.List(fields.Nested(StopSchema), metadata=_about("Of a station."))
    lines = fields.List(fields.Nested(LineAtStopSchema), required=True)


class DeparturesQuerySchema(Schema):
    at = fields.AwareDateTime(
        default_timezone=None, metadata=_about("ISO 8601 with zone; now when not given."), validate=lambda at: check_year(at.year)
    )
    hours = fields.Integer(load_default=3, validate=validate.Range(1, MOST_HOURS))


class DepartureSchema(Schema):
    """One bus leaving. Buses that end here, or only set down, are not listed."""

    slug = fields.String(required=True, metadata=_about("The line's."))
    short_name = fields.String(required=True)
    short_name_en = fields.String()
    headsign = fields.String(required=True)
    headsign_en = fields.String()
    direction_id = fields.Integer(required=True, allow_none=True)
    stop = fields.String(required=True, metadata=_about("The code of the stop or platform."))
    trip_id = fields.String(required=True)
    departs_at = fields.DateTime(required=True, metadata=_about("UTC."))
    service_day = fields.Date(required=True)
    departure_s = fields.Integer(required=True, metadata=_about("Seconds of the service day, may pass 86400."))
    is_first = fields.Boolean(metadata=_about("The first of its line and direction here on its service day."))
    is_last = fields.Boolean(required=True, metadata=_about("The last of its line and direction here on its service day."))
    is_approximate = fields.Boolean(required=True)
    headway_s = fields.Integer(allow_none=True, metadata=_about("About every so many seconds; the time itself is then a guess."))
    headway_min_s = fields.Integer(allow_none=True)


class DeparturesSchema(AboutNetworkSchema):
    at = fields.DateTime(required=True, metadata=_about("UTC."))
    until = fields.DateTime(required=True, metadata=_about("UTC, not within the span."))
    departures = fields.List(fields.Nested(DepartureSchema), required=True, metadata=_about("Soonest first."))


class MarketDateSchema(Schema):
    date = fields.Date(required=True)
    lunar = fields.String(required=True, metadata=_about("The lunar date in Chinese; empty when not known."))


class MarketSchema(Schema):
    """One market. Hours are seconds of the local day."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String()
    rule = fields.String(required=True, metadata=_about("When it is held, in words."))
    rule_en = fields.String()
    lat = fields.Float(allow_none=True)
    lon = fields.Float(allow_none=True)
    town_code = fields.String()
    opens_s = fields.Integer(allow_none=True)
    closes_s = fields.Integer(allow_none=True)
    note = fields.String()
    is_demo = fields.Boolean(metadata=_about("True: its days are invented."))
    next_dates = fields.List(fields.Nested(MarketDateSchema), required=True)


class MarketListSchema(AboutNetworkSchema):
    markets = fields.List(fields.Nested(MarketSchema), required=True)


class RideSchema(Schema):
    from_stop = fields.String(required=True)
    to_stop = fields.String(required=True)
    departs_at = fields.DateTime(required=True)
    arrives_at = fields.DateTime(required=True)
    headway_s = fields.Integer(allow_none=True, metadata=_about("About every so many seconds."))
    headway_min_s = fields.Integer(allow_none=True)


class MarketLineSchema(RouteSchema):
    """A line that runs for the market, with its rides there and home."""

    stop = fields.String(required=True, metadata=_about("The stop at the market."))
    there = fields.List(fields.Nested(RideSchema), required=True, metadata=_about("Arriving before it closes."))
    back = fields.List(fields.Nested(RideSchema), required=True, metadata=_about("The last one is the last way home."))


class MarketDetailSchema(MarketSchema, AboutNetworkSchema):
    lines_on = fields.Date(required=True, allow_none=True, metadata=_about("The date of the rides: the market's next one."))
    lines = fields.List(fields.Nested(MarketLineSchema), required=True)


class LunarSchema(Schema):
    year = fields.Integer(required=True)
    month = fields.Integer(required=True)
    day = fields.Integer(required=True)
    is_leap = fields.Boolean(required=True)
    month_length = fields.Integer(required=True)
    text = fields.String(required=True)
    text_en = fields.String(required=True)


class NamedMarketSchema(Schema):
    slug = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String()


class DaySchema(AboutNetworkSchema):
    """What kind of day a date is."""

    date = fields.Date(required=True)
    kind = fields.String(required=True, validate=_choices(DayKind))
    holiday_name = fields.String(required=True)
    is_makeup = fields.Boolean(required=True, metadata=_about("A weekend day on which people work."))
    is_announced = fields.Boolean(required=True, metadata=_about("False: the year's holidays are not yet known."))
    season = fields.String(required=True, validate=_choices(Season))
    lunar = fields.Nested(LunarSchema, required=True, allow_none=True)
    markets = fields.List(fields.Nested(NamedMarketSchema), required=True)


def check_year(year: int) -> None:
    if not YEARS[0] <= year <= YEARS[1]:
        raise ValidationError(f"expected a year from {YEARS[0]} to {YEARS[1]}")
