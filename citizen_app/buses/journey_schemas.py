"""The shapes of journeys in JSON: what may be asked, and what is answered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from citizen_app.buses.journey_question import FIRST_YEAR, LAST_YEAR
from citizen_app.buses.schemas import AboutNetworkSchema, FareSchema
from citizen_app.places.search.entry import EntryKind

MOST_HOURS = 24
_PLACE = "A key (stop:LH0123, village:331082100217, town:, landmark:, market:, parking:) or the code of a stop."


def _about(text: str, **more: Any) -> dict[str, Any]:
    return {"description": text, **more}


def _check_year(moment: Any) -> None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")


def _moment(text: str) -> fields.AwareDateTime:
    return fields.AwareDateTime(default_timezone=None, metadata=_about(f"ISO 8601 with zone. {text}"), validate=_check_year)


def _place(name: str, example: str) -> fields.String:
    about = _about(_PLACE, example=example)
    return fields.String(data_key=name, required=True, validate=validate.Length(1, 120), metadata=about)


class JourneysQuerySchema(Schema):
    """From one place to another: leaving at a moment (now when none is given), within a span, or arriving by a moment."""

    origin = _place("from", "stop:LH0201")
    destination = _place("to", "landmark:台州医院")
    depart_at = _moment("Not together with arrive_by.")
    until = _moment("With depart_at: all ways that leave from then until this, at most 24 hours.")
    arrive_by = _moment("The latest arrival.")

    @validates_schema
    def check_moments(self, query: dict[str, Any], **_options: Any) -> None:
        if "arrive_by" in query and ("depart_at" in query or "until" in query):
            raise ValidationError("either depart_at or arrive_by", "arrive_by")
        if "until" in query and "depart_at" not in query:
            raise ValidationError("goes with depart_at", "until")
        if "until" in query and not timedelta() < query["until"] - query["depart_at"] <= timedelta(hours=MOST_HOURS):
            raise ValidationError(f"at most {MOST_HOURS} hours after depart_at", "until")


class PlaceSchema(Schema):
    """One end of a journey."""

    key = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf([str(one) for one in EntryKind]))
    name = fields.String(required=True)
    name_en = fields.String()
    town_code = fields.String()
    lat = fields.Float(required=True, allow_none=True, metadata=_about("WGS-84."))
    lon = fields.Float(required=True, allow_none=True, metadata=_about("WGS-84."))
    stops = fields.Integer(required=True, metadata=_about("How many stops people use from there; 0: no bus is near."))


class CallSchema(Schema):
    """A bus at a stop between getting on and getting off."""

    code = fields.String(required=True, metadata=_about("The stop's code."))
    name = fields.String(required=True)
    arrives_at = fields.DateTime(required=True, metadata=_about("UTC."))


class LegSchema(Schema):
    """A ride or a way on foot. Stops are codes; null is the place where the journey begins or ends."""

    kind = fields.String(required=True, validate=validate.OneOf(["ride", "walk"]))
    from_stop = fields.String(required=True, allow_none=True)
    to_stop = fields.String(required=True, allow_none=True)
    departs_at = fields.DateTime(required=True, metadata=_about("UTC."))
    arrives_at = fields.DateTime(required=True, metadata=_about("UTC."))
    distance_m = fields.Integer(metadata=_about("Of a walk."))
    route_id = fields.String(metadata=_about("Of a ride, as all that follow."))
    slug = fields.String(metadata=_about("What stands in the line's address."))
    short_name = fields.String()
    headsign = fields.String()
    headsign_en = fields.String()
    trip_id = fields.String()
    service_day = fields.Date()
    headway_s = fields.Integer(allow_none=True, metadata=_about("About every so many seconds; the times are then a guess."))
    fare = fields.Nested(FareSchema, allow_none=True, metadata=_about("Null: not known."))
    calls = fields.List(fields.Nested(CallSchema), metadata=_about("The stops between."))


class JourneySchema(Schema):
    departs_at = fields.DateTime(required=True, metadata=_about("UTC."))
    arrives_at = fields.DateTime(required=True, metadata=_about("UTC."))
    transfers = fields.Integer(required=True)
    fare = fields.Nested(FareSchema, required=True, allow_none=True, metadata=_about("The sum; null where one fare is not known."))
    legs = fields.List(fields.Nested(LegSchema), required=True)


class JourneysSchema(AboutNetworkSchema):
    """None of these journeys is beaten by another one of them; all are of the version that is named."""

    origin = fields.Nested(PlaceSchema, data_key="from", required=True)
    destination = fields.Nested(PlaceSchema, data_key="to", required=True)
    journeys = fields.List(fields.Nested(JourneySchema), required=True)


class ReachQuerySchema(Schema):
    origin = _place("from", "stop:LH0201")
    depart_at = _moment("Now when not given.")
    until = _moment("Two hours after depart_at when not given, at most 24.")

    @validates_schema
    def check_span(self, query: dict[str, Any], **_options: Any) -> None:
        if "until" in query and "depart_at" not in query:
            raise ValidationError("goes with depart_at", "until")
        if "until" in query and not timedelta() < query["until"] - query["depart_at"] <= timedelta(hours=MOST_HOURS):
            raise ValidationError(f"at most {MOST_HOURS} hours after depart_at", "until")


class ReachedSchema(Schema):
    code = fields.String(required=True, metadata=_about("The stop's code."))
    name = fields.String(required=True)
    name_en = fields.String()
    town_code = fields.String()
    arrives_at = fields.DateTime(required=True, metadata=_about("UTC, the earliest."))
    transfers = fields.Integer(required=True)


class ReachSchema(AboutNetworkSchema):
    origin = fields.Nested(PlaceSchema, data_key="from", required=True)
    depart_at = fields.DateTime(required=True, metadata=_about("UTC."))
    until = fields.DateTime(required=True, metadata=_about("UTC."))
    stops = fields.List(fields.Nested(ReachedSchema), required=True, metadata=_about("The soonest first."))
