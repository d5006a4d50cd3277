"""The shapes of ops in JSON."""

from __future__ import annotations

import re
from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from citizen_app.problems import FaultSchema

_ADDRESS = re.compile(r"\b([a-z][a-z0-9+.-]*://)(?:[^\s/]*@)?([^\s/?#]+)\S*", re.IGNORECASE)


class PublicText(fields.String):
    """A line for everyone: of an address in it only the host is left, since the rest may hold a key."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        text = super()._serialize(value, attr, obj, **kwargs)
        return None if text is None else _ADDRESS.sub(r"\1\2/…", text)


class PublicFaultSchema(FaultSchema):
    """One fault of a row."""

    value = PublicText()
    message = PublicText()


class RunSchema(Schema):
    """One run of a source. Moments in UTC."""

    started_at = fields.DateTime()
    ended_at = fields.DateTime()
    outcome = fields.String(metadata={"description": "ok, unchanged, partial or error"})
    http_status = fields.Integer(allow_none=True)
    bytes_read = fields.Integer()
    rows_good = fields.Integer()
    rows_bad = fields.Integer()
    error = PublicText(metadata={"description": "One line; empty when there was none."})
    problems = fields.List(fields.Nested(PublicFaultSchema), metadata={"description": "The first twenty."})
    next_due_at = fields.DateTime(allow_none=True)


class SourceSchema(Schema):
    """A source and its newest runs."""

    uid = fields.String(attribute="source.uid")
    name = fields.String(attribute="source.name")
    mode = fields.String(attribute="source.mode")
    format = fields.String(attribute="source.format")
    interval_s = fields.Integer(attribute="source.interval_s")
    owner = fields.String(attribute="source.owner")
    licence = fields.String(attribute="source.licence")
    attribution = fields.String(attribute="source.attribution")
    last_run = fields.Nested(RunSchema, allow_none=True)
    last_good_run = fields.Nested(RunSchema, allow_none=True)
    next_due_at = fields.DateTime(allow_none=True)


class SourceListSchema(Schema):
    sources = fields.List(fields.Nested(SourceSchema))


class PushSchema(Schema):
    """A pushed message. Each reading is checked by itself, so that a bad one does not hold up the others."""

    class Meta:
        unknown = EXCLUDE

    readings = fields.List(
        fields.Raw(), required=True,
        metadata={"description": "Readings, at most 5,000; see Reading.", "items": {"$ref": "#/components/schemas/Reading"}},
    )


class PushResultSchema(Schema):
    """What became of a pushed message."""

    accepted = fields.Integer(metadata={"description": "New readings taken."})
    unchanged = fields.Integer(metadata={"description": "Readings that were known already, or older than what is known."})
    problems = fields.List(fields.Nested(FaultSchema))
