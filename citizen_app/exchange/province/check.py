"""Whether the platform would take a record's fields, and if not, why not. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from citizen_app.exchange.province.config import Province
from citizen_app.exchange.province.spec import FIELDS, OPERATION, Field
from citizen_app.exchange.record import Fault, Problem, RecordKind

_SHOWN = 80
_REMOVAL = frozenset({OPERATION, "编号"})


def check_fields(kind: RecordKind, fields: Mapping[str, Any], province: Province) -> tuple[Problem, ...]:
    """What the platform would not take of a record's fields, in the order of the list; empty: good.

    A removal needs its number only. An empty text, an empty list and None are "not given".
    """
    known = FIELDS[kind]
    is_removal = fields.get(OPERATION) == province.codes["operation"]["remove"]
    if is_removal and not province.spelling.get(kind, {}).get(OPERATION, OPERATION):
        return (_problem(OPERATION, fields[OPERATION], Fault.NO_REMOVALS),)
    required = _REMOVAL if is_removal else _required(kind, province)
    problems = [_problem(name, fields[name], Fault.UNKNOWN_FIELD) for name in fields if name not in known]
    for name, field in known.items():
        value = fields.get(name)
        if value is None or value in ("", [], ()):
            if name in required:
                problems.append(_problem(name, "", Fault.MISSING))
        else:
            found = _check(name, field, value, province)
            problems += [found] if found else []
    return tuple(problems) if problems else _check_together(kind, fields, province)


def _required(kind: RecordKind, province: Province) -> frozenset[str]:
    own = province.required.get(kind)
    return own if own is not None else frozenset(name for name, field in FIELDS[kind].items() if field.required)


def _check(name: str, field: Field, value: Any, province: Province) -> Problem | None:
    """The first fault of a value that is given."""
    if field.table:
        codes = list(province.codes[field.table].values())
        return None if value in codes else _problem(name, value, Fault.NOT_IN_TABLE, " ".join(codes[:20]))
    if field.form in {"whole", "degrees"}:
        return _check_number(name, field, value, province)
    if field.form == "list":
        return _check_list(name, field, value)
    if not isinstance(value, str):
        return _problem(name, value, Fault.WRONG_TYPE)
    if field.form == "moment" and not province.is_moment(value):
        return _problem(name, value, Fault.BAD_FORMAT, province.moment_format)
    if field.pattern and not re.fullmatch(field.pattern, value):
        return _problem(name, value, Fault.BAD_FORMAT, field.pattern)
    if not value.strip() or not value.isprintable():
        return _problem(name, value, Fault.BAD_FORMAT)
    longest = province.lengths.get(name, province.longest_text)
    return _problem(name, value, Fault.TOO_LONG, str(longest)) if len(value) > longest else None


def _check_list(name: str, field: Field, value: Any) -> Problem | None:
    if not isinstance(value, list | tuple):
        return _problem(name, value, Fault.WRONG_TYPE)
    if field.least is not None and len(value) < field.least:
        return _problem(name, len(value), Fault.TOO_FEW, f"{field.least:g}")
    if field.most is not None and len(value) > field.most:
        return _problem(name, len(value), Fault.TOO_MANY, f"{field.most:g}")
    strange = [one for one in value if field.pattern and not re.fullmatch(field.pattern, str(one))]
    return _problem(name, strange[0], Fault.BAD_FORMAT, field.pattern) if strange else None


def _check_number(name: str, field: Field, value: Any, province: Province) -> Problem | None:
    wanted = int | float if field.form == "degrees" else int
    if isinstance(value, bool) or not isinstance(value, wanted) or not math.isfinite(value):
        return _problem(name, value, Fault.WRONG_TYPE)
    if field.form == "degrees":
        low, high = (province.west, province.east) if name == "经度" else (province.south, province.north)
        return None if low <= value <= high else _problem(name, value, Fault.OUTSIDE, f"{low:g}..{high:g}")
    if field.least is not None and value < field.least:
        return _problem(name, value, Fault.TOO_SMALL, f"{field.least:g}")
    return _problem(name, value, Fault.TOO_LARGE, f"{field.most:g}") if field.most is not None and value > field.most else None


def _check_together(kind: RecordKind, fields: Mapping[str, Any], province: Province) -> tuple[Problem, ...]:
    """What only several fields show: no more free spaces than spaces, a number while it is open."""
    total = fields.get("总泊位")
    parts = [name for name in ("余位", "充电泊位", "无障碍泊位") if total and (fields.get(name) or 0) > total]
    problems = [_problem(name, fields[name], Fault.TOO_LARGE, str(total)) for name in parts]
    if kind is RecordKind.PARKING_DYNAMIC:
        if fields.get("余位") is None and fields.get("状态") == province.codes["parking_status"]["open"]:
            problems.append(_problem("余位", "", Fault.MISSING))
    return tuple(problems)


def _problem(name: str, value: object, fault: Fault, limit: str = "") -> Problem:
    return Problem(name, str(value)[:_SHOWN].encode("utf-8", "replace").decode(), fault, limit)
