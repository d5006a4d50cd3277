"""On which days in a few words: the rules where they are short, else the next dates. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from citizen_app.buses.grid import DayChoice
from citizen_app.days.rule_text import say_rule
from citizen_app.days.rules import Rule

_LONGEST = 40           # letters; a Chinese sign counts for two
_MOST_DATES = 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def say_rules(rules: Iterable[Rule], in_english: bool) -> str:
    """The different rules in a row; "" where that would be longer than anyone reads."""
    said = dict.fromkeys(say_rule(rule, in_english) for rule in rules)
    text = ("; " if in_english else "；").join(said)
    return text if sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) <= 2 * _LONGEST else ""


def say_choice(choice: DayChoice, in_english: bool) -> str:
    """The rules of a choice of days, else its first dates: 工作日; 11月24日、11月25日、11月26日等."""
    text = say_rules(choice.rules, in_english)
    return text or say_dates(choice.dates, in_english)


def say_dates(dates: tuple[date, ...], in_english: bool) -> str:
    """The first three dates, and whether there are more."""
    if in_english:
        named = ", ".join(f"{day.day} {_MONTHS[day.month - 1]}" for day in dates[:_MOST_DATES])
        return f"{named} …" if len(dates) > _MOST_DATES else named
    named = "、".join(f"{day.month}月{day.day}日" for day in dates[:_MOST_DATES])
    return f"{named}等" if len(dates) > _MOST_DATES else named
