"""What is wrong with a record, in the words of people, in Chinese and in English. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from citizen_app.exchange.record import Fault, Problem

_WORDS: Mapping[Fault, tuple[str, str]] = {
    Fault.MISSING: ("没有填写", "is missing"),
    Fault.WRONG_TYPE: ("类型不对", "is of the wrong type"),
    Fault.TOO_LONG: ("超过 {limit} 个字", "is longer than {limit} characters"),
    Fault.TOO_SMALL: ("小于 {limit}", "is less than {limit}"),
    Fault.TOO_LARGE: ("大于 {limit}", "is more than {limit}"),
    Fault.NOT_IN_TABLE: ("不在代码表里（{limit}）", "is not in the code table ({limit})"),
    Fault.BAD_FORMAT: ("格式不对（{limit}）", "is not written as it must be ({limit})"),
    Fault.OUTSIDE: ("在本县范围之外（{limit}）", "is outside the county ({limit})"),
    Fault.TOO_FEW: ("少于 {limit} 项", "has fewer than {limit} entries"),
    Fault.TOO_MANY: ("多于 {limit} 项", "has more than {limit} entries"),
    Fault.UNKNOWN_FIELD: ("不是上报字段", "is no field of the report"),
    Fault.NO_REMOVALS: ("平台没有删除接口，请人工删除", "the platform takes no removals; have it removed by hand"),
}


def say_problem(problem: Problem, in_english: bool) -> str:
    """总泊位“0”小于 1; 总泊位 "0" is less than 1. Fields keep their Chinese names."""
    text = _WORDS[problem.fault][in_english].format(limit=problem.limit).replace("（）", "").replace(" ()", "")
    if in_english:
        return f"{problem.field} \"{problem.value}\" {text}" if problem.value else f"{problem.field} {text}"
    return f"{problem.field}“{problem.value}”{text}" if problem.value else f"{problem.field}{text}"


def say_problems(problems: Iterable[Problem], in_english: bool) -> str:
    """All of them in one line, "" for none."""
    return ("; " if in_english else "；").join(say_problem(one, in_english) for one in problems)
