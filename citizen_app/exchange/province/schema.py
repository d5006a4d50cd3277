"""What may stand in province.toml. Pure; `config` makes a `Province` of what passes."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from citizen_app.exchange.province.spec import FIELDS
from citizen_app.exchange.record import RecordKind
from citizen_app.exchange.signing import SIGNERS
from citizen_app.parking.facility import FacilityKind

# The code tables: every word of ours must have a code in each, but towns, of which only the county knows the list.
TABLES: dict[str, tuple[str, ...]] = {
    "parking_kind": tuple(FacilityKind),
    "parking_status": ("open", "closed", "unknown"),
    "line_kind": ("town", "micro", "market", "station", "urban", "other"),
    "direction": ("0", "1", "none"),
    "operation": ("put", "remove"),
    "coordinate_system": ("wgs84", "gcj02", "bd09"),
    "district": (),
}
_NO_FIELD = "no field of ours"
_PATH = validate.Regexp(r"/[\w./-]*", error="expected a path such as /gateway/api/…/dataSharing/….htm")
_KIND = validate.OneOf(list(RecordKind), error="expected one of {choices}")


def _text(**more: Any) -> fields.String:
    return fields.String(validate=validate.Length(1, 200), **more)


def _whole(least: int, most: int) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(least, most))


def _choice(*words: str) -> fields.String:
    return fields.String(validate=validate.OneOf(words, error="expected one of {choices}"))


def _table_of(values: fields.Field[Any], kinds: bool = True) -> fields.Dict:
    return fields.Dict(keys=fields.String(validate=_KIND if kinds else None), values=values, load_default=dict)


class _Words(fields.List[str]):
    """Texts in any order."""

    def __init__(self) -> None:
        super().__init__(_text())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        return frozenset(super()._deserialize(value, attr, data, **more))


class GatewaySchema(Schema):
    url = fields.String(required=True, validate=validate.Regexp(r"https?://\S+", error="expected http:// or https://"))
    signer = _choice(*SIGNERS)
    body = _choice("form", "json")
    list_field = fields.String()
    page_field = _text()
    refresh_by_key = fields.String(validate=_PATH)
    refresh_by_secret = fields.String(validate=_PATH)
    refresh_secret_valid_s = _whole(60, 31 * 86400)
    request_secret_valid_s = _whole(20, 31 * 86400)
    connect_timeout_s = fields.Float(validate=validate.Range(0.1, 60))
    read_timeout_s = fields.Float(validate=validate.Range(0.1, 300))
    ca_file = fields.String()


class InterfaceSchema(Schema):
    push = fields.String(required=True, validate=_PATH)
    query = fields.String(validate=_PATH)
    batch_size = _whole(1, 1000)


class BoundsSchema(Schema):
    south = fields.Float(required=True, validate=validate.Range(-90, 90))
    west = fields.Float(required=True, validate=validate.Range(-180, 180))
    north = fields.Float(required=True, validate=validate.Range(-90, 90))
    east = fields.Float(required=True, validate=validate.Range(-180, 180))


class AnswersSchema(Schema):
    success = _text()
    refused = _Words()
    secret_expired = _Words()
    clock = _Words()


class EnvelopeSchema(Schema):
    key = _text()
    observed_at = fields.String()
    late = fields.String()
    trial = fields.String()
    late_values = fields.Tuple((_text(), _text()))


class SendingSchema(Schema):
    availability = _choice("latest", "all")
    late_after_s = _whole(1, 86400)


class ProvinceSchema(Schema):
    name = _text(required=True)
    coordinate_system = _choice(*TABLES["coordinate_system"])
    moment_format = _text()
    longest_text = _whole(1, 4000)
    gateway = fields.Nested(GatewaySchema, required=True)
    bounds = fields.Nested(BoundsSchema, required=True)
    interfaces = fields.Dict(keys=fields.String(validate=_KIND), values=fields.Nested(InterfaceSchema), required=True)
    codes = fields.Dict(
        keys=fields.String(validate=validate.OneOf(list(TABLES), error="expected one of {choices}")),
        values=fields.Dict(keys=_text(), values=_text()), required=True,
    )
    lengths = _table_of(_whole(1, 4000), kinds=False)
    spelling = _table_of(fields.Dict(keys=_text(), values=fields.String()))
    required = _table_of(_Words())
    answers = fields.Nested(AnswersSchema, load_default=dict)
    envelope = fields.Nested(EnvelopeSchema, load_default=dict)
    sending = fields.Nested(SendingSchema, load_default=dict)

    @validates_schema(skip_on_field_errors=False)
    def _fields_are_ours(self, data: dict[str, Any], **_: Any) -> None:
        everywhere = {name for of_kind in FIELDS.values() for name in of_kind}
        unknown: dict[str, Any] = {"lengths": {name: [_NO_FIELD] for name in data.get("lengths", {}) if name not in everywhere}}
        for part in ("spelling", "required"):
            for kind, named in data.get(part, {}).items():
                strange = [name for name in named if kind in FIELDS and name not in FIELDS[RecordKind(kind)]]
                if strange:
                    unknown.setdefault(part, {})[kind] = [f"{_NO_FIELD}: {', '.join(strange)}"]
        faults = {part: found for part, found in unknown.items() if found}
        if faults:
            raise ValidationError(faults)

    @validates_schema(skip_on_field_errors=False)
    def _tables_are_whole(self, data: dict[str, Any], **_: Any) -> None:
        if not isinstance(data.get("codes"), dict):
            return
        faults: dict[str, Any] = {}
        for name, words in TABLES.items():
            table = data["codes"].get(name) or {}
            missing = [word for word in words if word not in table]
            if missing or not table:
                faults[name] = [f"a code is missing for {', '.join(missing) or 'every town'}"]
        if faults:
            raise ValidationError({"codes": faults})

    @validates_schema(skip_on_field_errors=False)
    def _box_is_one(self, data: dict[str, Any], **_: Any) -> None:
        box = data.get("bounds") or {}
        for low, high in (("south", "north"), ("west", "east")):
            if low in box and high in box and box[low] >= box[high]:
                raise ValidationError({"bounds": {high: [f"expected more than {low}"]}})
