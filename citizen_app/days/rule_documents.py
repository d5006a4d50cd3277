"""A rule as a JSON document and back. Pure. Nothing but the pattern is written out where it is the default."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from citizen_app.days import rules
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import Pattern, Rule, Season, ShortMonth, YearlyRange

# The name of each pattern in documents; a released name never changes.
_NAMES: Mapping[type[Pattern], str] = {
    rules.Daily: "daily", rules.Never: "never", rules.Weekdays: "weekdays", rules.DayKinds: "day_kinds",
    rules.LunarDigits: "lunar_digits", rules.GregorianDigits: "gregorian_digits", rules.LunarDays: "lunar_days",
    rules.Branches: "branches",
}
_FLAGS = ("in_term", "on_holidays", "on_makeup_days")


def rule_document(rule: Rule) -> dict[str, Any]:
    """The document of a rule: plain JSON types, always the same for equal rules (sets are sorted, keys in one order)."""
    document: dict[str, Any] = {"pattern": _pattern_document(rule.pattern)}
    if rule.season is not None:
        document["season"] = str(rule.season)
    for name in _FLAGS:
        if getattr(rule, name) is not None:
            document[name] = getattr(rule, name)
    for name in ("first", "last"):
        if getattr(rule, name) is not None:
            document[name] = getattr(rule, name).isoformat()
    if rule.yearly:
        document["yearly"] = [[span.from_month, span.from_day, span.to_month, span.to_day] for span in rule.yearly]
    for name in ("added", "removed"):
        if getattr(rule, name):
            document[name] = [day.isoformat() for day in sorted(getattr(rule, name))]
    return document


def read_rule(document: Mapping[str, Any]) -> Rule:
    """The rule of a document that `rule_document` made. Raises ValueError, KeyError or TypeError for anything else."""
    return Rule(
        pattern=_pattern_of(document["pattern"]),
        season=Season(document["season"]) if "season" in document else None,
        in_term=document.get("in_term"),
        on_holidays=document.get("on_holidays"),
        on_makeup_days=document.get("on_makeup_days"),
        first=date.fromisoformat(document["first"]) if "first" in document else None,
        last=date.fromisoformat(document["last"]) if "last" in document else None,
        yearly=tuple(YearlyRange(*span) for span in document.get("yearly", ())),
        added=frozenset(map(date.fromisoformat, document.get("added", ()))),
        removed=frozenset(map(date.fromisoformat, document.get("removed", ()))),
    )


def _pattern_document(pattern: Pattern) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": _NAMES[type(pattern)]}
    for name, value in vars(pattern).items():
        if isinstance(value, ShortMonth):
            if value is not ShortMonth.SKIP:
                document[name] = str(value)
        elif value or name != "months":
            document[name] = sorted(value)
    return document


def _pattern_of(document: Mapping[str, Any]) -> Pattern:
    fields = {name: value for name, value in document.items() if name != "kind"}
    short_month = ShortMonth(fields.pop("short_month", ShortMonth.SKIP))
    sets = {name: frozenset(value) for name, value in fields.items()}
    match document["kind"]:
        case "daily":
            return rules.Daily()
        case "never":
            return rules.Never()
        case "weekdays":
            return rules.Weekdays(**sets)
        case "day_kinds":
            return rules.DayKinds(frozenset(map(DayKind, sets["kinds"])))
        case "lunar_digits":
            return rules.LunarDigits(short_month=short_month, **sets)
        case "gregorian_digits":
            return rules.GregorianDigits(**sets)
        case "lunar_days":
            return rules.LunarDays(short_month=short_month, **sets)
        case "branches":
            return rules.Branches(**sets)
    raise ValueError(f"no pattern of dates: {document['kind']}")
