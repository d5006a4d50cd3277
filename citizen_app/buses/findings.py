"""What is found wrong with a network, in words for staff. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """An error would put something wrong on a page: a draft with one is not published. A warning is for a person to judge."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One kind of fault: how often, and where for example. `what` is said where `code` has no words of ours."""

    severity: Severity
    code: str
    count: int
    examples: tuple[str, ...] = ()
    what: str = ""


# By code: Chinese, English.
_WORDS: Mapping[str, tuple[str, str]] = {
    "time_goes_back": ("时刻倒退：到下一站的时间早于上一站", "times go back along a trip"),
    "impossible_speed": ("两站之间车速不可能（超过限值）", "faster between two stops than such a vehicle can be"),
    "stop_outside_county": ("站点在本县范围之外", "stops outside the county's bounds"),
    "stop_without_position": ("站点没有坐标", "stops without a position"),
    "trip_never_runs": ("班次在未来120天内及一年内均不运行", "trips that run neither in the next 120 days nor within a year"),
    "trip_not_soon": ("班次在未来60天内不运行（以后运行）", "trips that do not run in the next 60 days, but later"),
    "service_ends_soon": ("运行日即将到期（30天内）", "services that end within 30 days"),
    "stop_not_served": ("没有班次停靠的站点", "stops that nobody serves"),
    "route_without_trips": ("没有班次的线路", "lines without trips"),
    "duplicate_stop_code": ("站牌号重复", "stop codes that several stops have"),
    "frequencies_overlap": ("同一班次的间隔发车时段重叠", "frequencies of one trip that overlap"),
    "one_call": ("班次少于两站", "trips with fewer than two calls"),
    "validator_not_run": ("未运行GTFS校验", "the GTFS validator was not run"),
    "corrected_stop_gone": ("更正村庄时写的站点已不在", "stops that corrections of villages name and that are no more"),
    "nothing_runs": ("未来120天内没有任何班次", "nothing at all runs in the next 120 days"),
}


def say(finding: Finding, language: str = "zh") -> str:
    """The finding as one line, in "zh" or "en"; a foreign code keeps the words that it came with."""
    words = _WORDS.get(finding.code)
    text = finding.what if words is None else words[0 if language == "zh" else 1]
    if words is not None and finding.what:
        text = f"{text}（{finding.what}）" if language == "zh" else f"{text} ({finding.what})"
    examples = ("、" if language == "zh" else ", ").join(finding.examples)
    more = "…" if len(finding.examples) < finding.count else ""
    colon = "：" if language == "zh" else ": "
    return f"{finding.code} ×{finding.count} {text}{colon + examples + more if examples else ''}".rstrip()


def finding_document(finding: Finding) -> dict[str, Any]:
    """A finding as JSON has it."""
    return {**asdict(finding), "examples": list(finding.examples)}


def read_finding(document: Mapping[str, Any]) -> Finding:
    """The inverse of `finding_document`."""
    return Finding(
        Severity(document["severity"]), document["code"], document["count"], tuple(document["examples"]), document["what"]
    )
