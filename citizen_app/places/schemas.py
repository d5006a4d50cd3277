"""The shapes of search in JSON: they validate what is asked, write what goes out, and make the OpenAPI document."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from citizen_app.places.search.entry import EntryKind, Match

MOST_FOUND = 50
LONGEST = 60
_KINDS = [str(kind) for kind in EntryKind]


def _about(text: str, **more: Any) -> dict[str, Any]:
    return {"description": text, **more}


class KindsField(fields.String):
    """stop,village, as a frozen set of kinds."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        words = super()._deserialize(value, attr, data, **options).split(",")
        if not set(words) <= set(_KINDS):
            raise ValidationError(f"expected some of {', '.join(_KINDS)}, parted by commas")
        return frozenset(map(EntryKind, words))


class SearchQuerySchema(Schema):
    """What is looked for."""

    q = fields.String(
        required=True, validate=[validate.Length(1, LONGEST), validate.Regexp(r".*\S", error="Must not be blank.")],
        metadata=_about("Parts of names, town and village, pinyin, initials, numbers and codes on signs.", example="汛桥光明"),
    )
    kinds = KindsField(metadata=_about(f"Only these kinds, parted by commas: {', '.join(_KINDS)}.", example="stop,village"))
    limit = fields.Integer(load_default=8, validate=validate.Range(1, MOST_FOUND))
    near = fields.String(
        validate=validate.Regexp(rf"({'|'.join(_KINDS)}):.+", error="Expected the key of a place, such as stop:LH0201."),
        metadata=_about("The key of a place: of what meets the words equally well the nearest comes first.", example="stop:LH0201"),
    )


class HitSchema(Schema):
    """One thing that was found."""

    key = fields.String(required=True, metadata=_about("kind:code, as addresses and `near` take it."))
    kind = fields.String(required=True, validate=validate.OneOf(_KINDS))
    code = fields.String(required=True)
    name = fields.String(required=True)
    name_en = fields.String()
    town_code = fields.String()
    town = fields.String()
    sign = fields.String(metadata=_about("The number or code on the sign."))
    lat = fields.Float(required=True, allow_none=True, metadata=_about("WGS-84; of a village the middle of its stops."))
    lon = fields.Float(required=True, allow_none=True, metadata=_about("WGS-84."))
    is_served = fields.Boolean(required=True, metadata=_about("True: a bus stops there."))
    match = fields.String(required=True, validate=validate.OneOf([str(one) for one in Match]))
    by = fields.String(required=True, metadata=_about("The name that the words met."))


class SearchSchema(Schema):
    """What was found, best first; without anything the nearest names."""

    demo = fields.Boolean(required=True, metadata=_about("True: demonstration data."))
    attribution = fields.List(fields.String(), metadata=_about("Whom the data is owed to."))
    understood = fields.String(required=True, metadata=_about("What was searched for in the end."))
    hits = fields.List(fields.Nested(HitSchema), required=True)
    spellings = fields.List(fields.String(), required=True)
