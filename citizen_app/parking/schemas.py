"""The shapes of parking in JSON: they validate what comes in, write what goes out, and make the OpenAPI document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from citizen_app.parking.facility import FacilityKind, SpaceKind
from citizen_app.parking.occupancy import OpeningStatus, Reading, Trend
from citizen_app.parking.quality import Level, Quality
from citizen_app.parking.tariff import tariff_mapping

MOST_SPACES = 100_000


def _choices(words: Any) -> validate.OneOf:
    return validate.OneOf([str(word) for word in words])


def _about(text: str, **more: Any) -> dict[str, Any]:
    return {"description": text, **more}


class FacilitySchema(Schema):
    """One car park or kerb zone with its judged count."""

    uid = fields.String(required=True, metadata=_about("Stable identifier."))
    name = fields.String(required=True)
    name_en = fields.String(required=True, metadata=_about("Empty when not known, as every other text here."))
    kind = fields.String(required=True, validate=_choices(FacilityKind))
    lat = fields.Float(required=True, metadata=_about("WGS-84."))
    lon = fields.Float(required=True, metadata=_about("WGS-84."))
    town = fields.String()
    town_en = fields.String()
    address = fields.String()
    address_en = fields.String()
    capacity = fields.Integer(required=True, allow_none=True, metadata=_about("All spaces; null when not known."))
    available_spaces = fields.Integer(
        required=True, allow_none=True, metadata=_about("Free spaces; null unless quality is live or delayed.", minimum=0)
    )
    opening_status = fields.String(required=True, validate=_choices(OpeningStatus))
    quality = fields.String(required=True, validate=_choices(Quality), metadata=_about("What the count is worth."))
    reason = fields.String(metadata=_about("Why the quality is not live; empty when it is."))
    closed_reason = fields.String(metadata=_about("What it is closed for when the reason is market: the market's name."))
    closed_reason_en = fields.String()
    level = fields.String(required=True, validate=_choices(Level))
    trend = fields.String(required=True, allow_none=True, validate=_choices(Trend))
    observed_at = fields.DateTime(required=True, allow_none=True, metadata=_about("The source's clock, UTC."))
    received_at = fields.DateTime(required=True, allow_none=True, metadata=_about("Our clock, UTC."))
    capacity_by_kind = fields.Dict(
        keys=fields.String(validate=_choices(SpaceKind)), values=fields.Integer(), metadata=_about("Within capacity.")
    )
    max_height_cm = fields.Integer(allow_none=True)
    opening_hours = fields.String(metadata=_about("As OpenStreetMap writes them."))
    closes_at = fields.DateTime(allow_none=True, metadata=_about("Next change by opening hours and market days, when open."))
    opens_at = fields.DateTime(allow_none=True, metadata=_about("Next change by opening hours and market days, when closed."))


class AboutDataSchema(Schema):
    """What goes with every answer."""

    demo = fields.Boolean(required=True, metadata=_about("True: demonstration data, not measured in the county."))
    attribution = fields.List(fields.String(), metadata=_about("Whom the data is owed to."))


class FacilityListSchema(AboutDataSchema):
    """All facilities, judged at one moment."""

    judged_at = fields.DateTime(required=True)
    facilities = fields.List(fields.Nested(FacilitySchema), required=True)


class EntranceSchema(Schema):
    """Where to drive in. WGS-84."""

    name = fields.String()
    name_en = fields.String()
    lat = fields.Float()
    lon = fields.Float()


class FacilityDetailSchema(FacilitySchema, AboutDataSchema):
    """One facility, judged at one moment, with all that is known of it."""

    judged_at = fields.DateTime(required=True)
    entrances = fields.List(fields.Nested(EntranceSchema))
    tariff = fields.Function(
        lambda one: None if one["tariff"] is None else tariff_mapping(one["tariff"]),
        metadata=_about("Fees in fen (1/100 yuan) and minutes; null when not known.", type=["object", "null"]),
    )
    payment = fields.List(fields.String())
    operator = fields.String()
    phone = fields.String()


class FacilityQuerySchema(Schema):
    has_space = fields.Boolean(truthy={"true"}, falsy={"false"}, metadata=_about("Only facilities with a known free space."))


class AggregateSchema(Schema):
    """Fifteen minutes of believable readings."""

    starts_at = fields.DateTime(required=True)
    spaces_min = fields.Integer(required=True)
    spaces_mean = fields.Function(lambda one: round(one.spaces_mean, 1), required=True, metadata={"type": "number"})
    spaces_max = fields.Integer(required=True)
    samples = fields.Integer(required=True)


class KeptReadingSchema(Schema):
    """One raw reading as the source gave it; it may be wrong."""

    observed_at = fields.DateTime(required=True)
    received_at = fields.DateTime(required=True)
    available_spaces = fields.Integer(required=True, allow_none=True)
    opening_status = fields.String(required=True, validate=_choices(OpeningStatus))


class HistorySchema(AboutDataSchema):
    """Either `aggregates` or `readings`, oldest first."""

    uid = fields.String(required=True)
    resolution = fields.String(required=True, validate=validate.OneOf(["15min", "raw"]))
    aggregates = fields.List(fields.Nested(AggregateSchema))
    readings = fields.List(fields.Nested(KeptReadingSchema))


class HistoryQuerySchema(Schema):
    """The span, [from, to). At most 31 days of aggregates, one day of raw readings."""

    start = fields.AwareDateTime(required=True, data_key="from", default_timezone=None, metadata=_about("ISO 8601 with zone."))
    end = fields.AwareDateTime(required=True, data_key="to", default_timezone=None, metadata=_about("ISO 8601 with zone."))
    resolution = fields.String(load_default="15min", validate=validate.OneOf(["15min", "raw"]))

    @validates_schema
    def _span(self, data: dict[str, Any], **_: Any) -> None:
        longest = timedelta(days=1 if data["resolution"] == "raw" else 31)
        if not 1971 <= data["start"].year <= 9000 or not 1971 <= data["end"].year <= 9000:
            raise ValidationError("expected a year from 1971 to 9000", "from")
        if data["end"] <= data["start"]:
            raise ValidationError("to must be after from", "to")
        if data["end"] - data["start"] > longest:
            raise ValidationError(f"at most {longest.days} days of {data['resolution']}", "to")


class WholeNumber(fields.Integer):
    """A JSON number without a fraction: no text, and no true or false either."""

    def __init__(self, **options: Any) -> None:
        super().__init__(strict=True, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class ReadingSchema(Schema):
    """One pushed reading: free spaces or occupied ones, or a status alone."""

    facility = fields.String(required=True, validate=validate.Length(1, 128), metadata=_about("Your identifier of the car park."))
    observed_at = fields.AwareDateTime(required=True, default_timezone=None, metadata=_about("ISO 8601 with zone."))
    available_spaces = WholeNumber(
        allow_none=True, validate=validate.Range(-MOST_SPACES, MOST_SPACES), metadata=_about("Null: you do not know.")
    )
    occupied = WholeNumber(
        allow_none=True, validate=validate.Range(-MOST_SPACES, MOST_SPACES), metadata=_about("Where free spaces are not counted.")
    )
    capacity = WholeNumber(validate=validate.Range(0, MOST_SPACES))
    opening_status = fields.String(validate=_choices(OpeningStatus))
    available_by_kind = fields.Dict(
        keys=fields.String(validate=_choices(SpaceKind)), values=WholeNumber(validate=validate.Range(0, MOST_SPACES))
    )

    @pre_load
    def _is_table(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError("expected an object")
        return data

    @validates_schema
    def _says_something(self, data: dict[str, Any], **_: Any) -> None:
        if not {"available_spaces", "occupied", "opening_status"} & set(data):
            raise ValidationError("expected available_spaces, occupied or opening_status", "available_spaces")
        if not 1971 <= data["observed_at"].year <= 9000:
            raise ValidationError("expected a year from 1971 to 9000", "observed_at")


def reading_of(row: dict[str, Any]) -> Reading:
    """A loaded ReadingSchema as a Reading."""
    moment: datetime = row["observed_at"]
    return Reading(
        ref=row["facility"],
        observed_at=moment.astimezone(UTC),
        available_spaces=row.get("available_spaces"),
        occupied=row.get("occupied"),
        capacity=row.get("capacity"),
        opening_status=OpeningStatus(row.get("opening_status", "UNKNOWN")),
        available_by_kind={SpaceKind(kind): count for kind, count in row.get("available_by_kind", {}).items()},
    )
