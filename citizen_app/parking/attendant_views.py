"""The page on which an attendant counts a car park without sensors: a signed link, no account.

A press is a change (+1, -1, 0 for "still right"), a number, or a status (full, closed, open). The page's own
buttons post a form; its script sends the same as JSON, kept on the phone until it is taken.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from citizen_app import clock
from citizen_app.access import ATTENDANT, access
from citizen_app.errors import InvalidInput, NotFound, problem
from citizen_app.parking import actions, attendant, store
from citizen_app.parking.facility import Facility
from citizen_app.parking.occupancy import OpeningStatus

blueprint = Blueprint("attendant", __name__)

_STATUS = {"full": OpeningStatus.OPEN, "open": OpeningStatus.OPEN, "closed": OpeningStatus.CLOSED}


class PressSchema(Schema):
    """One press. `age_s` is how long ago it was on the phone, at most a day."""

    class Meta:
        unknown = EXCLUDE

    message_id = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9-]{8,64}$"))
    age_s = fields.Integer(load_default=0, validate=validate.Range(0, 86400))
    change = fields.Integer(validate=validate.Range(-50, 50))
    available = fields.Integer(validate=validate.Range(0, 100_000))
    status = fields.String(validate=validate.OneOf(list(_STATUS)))

    @validates_schema
    def _one_thing(self, data: dict[str, Any], **_: Any) -> None:
        if len({"change", "available", "status"} & set(data)) != 1:
            raise ValidationError("exactly one of change, available and status", "change")


@blueprint.get("/parking/<uid>/count")
@access(ATTENDANT)
def show_count(uid: str) -> ResponseReturnValue:
    """The page: the number, and what can be pressed."""
    facility = _admitted(uid)
    occupancy = store.find_occupancy(uid)
    return render_template(
        "parking/count.html", facility=facility, occupancy=occupancy, key=request.args.get("key", ""), message_id=uuid.uuid4().hex
    )


@blueprint.post("/parking/<uid>/count")
@access(ATTENDANT)
def take_count(uid: str) -> ResponseReturnValue:
    """One press. The same message_id twice counts once; a script gets JSON, a form goes back to the page."""
    _admitted(uid)
    press = _read_press(request.get_json() if request.is_json else request.form.to_dict())
    now = clock.now()
    occupancy = actions.record_hand_count(
        uid,
        message_id=press["message_id"],
        counted_at=now - timedelta(seconds=press["age_s"]),
        received_at=now,
        change=press.get("change"),
        available=0 if press.get("status") == "full" else press.get("available"),
        status=_STATUS.get(press.get("status", "")),
    )
    if request.is_json:
        return jsonify(available_spaces=occupancy.available_spaces, opening_status=occupancy.opening_status)
    return redirect(url_for("attendant.show_count", uid=uid, key=request.args.get("key", "")), code=303)


def _admitted(uid: str) -> Facility:
    """The facility, for a key that is good; Refused or NotFound otherwise."""
    attendant.check_key(str(current_app.secret_key), uid, store.get_link_generation(uid), request.args.get("key", ""))
    facility = store.find_facility(uid)
    if facility is None:
        raise NotFound(uid)
    return facility


def _read_press(sent: Any) -> dict[str, Any]:
    try:
        press: dict[str, Any] = PressSchema().load(sent)
    except ValidationError as error:
        faults = error.messages_dict if isinstance(error.messages, dict) else {"body": error.messages}
        value = sent if isinstance(sent, dict) else {}
        raise InvalidInput(
            [problem("press", name, value.get(name, ""), "; ".join(map(str, words))) for name, words in faults.items()]
        ) from error
    return press
