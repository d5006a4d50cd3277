"""The shape of an error in JSON, RFC 9457 with the single faults beside it. Pure; `web.py` makes them."""

from __future__ import annotations

from marshmallow import Schema, fields

PROBLEM_JSON = "application/problem+json"


class FaultSchema(Schema):
    """One fault: where it is, the sender's name of the field, what was there (at most 80 characters), what is wrong."""

    row = fields.String()
    field = fields.String()
    value = fields.String()
    message = fields.String()


class ProblemSchema(Schema):
    """An error, as RFC 9457 has it. `errors` is there where single values are at fault."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultSchema))
