"""The rule of a market as it stands on its sign: 农历逢 [三] [八], and the days that this means. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from citizen_app.days.lunar import say_day
from citizen_app.days.rule_text import say_rule
from citizen_app.days.rules import GregorianDigits, LunarDigits, Rule

_DIGITS = "十一二三四五六七八九"


@dataclass(frozen=True)
class RuleSign:
    """`words` and the digits in boxes behind them; `days` are the days of a month, "" where the words say it all."""

    words: str
    boxes: tuple[str, ...] = ()
    days: str = ""


def rule_sign(rule: Rule, in_english: bool) -> RuleSign:
    """Digits in boxes for rules of digits, a plain sentence for all others."""
    pattern = rule.pattern
    if not isinstance(pattern, LunarDigits | GregorianDigits):
        return RuleSign(say_rule(rule, in_english))
    digits = sorted(pattern.digits, key=lambda digit: digit or 10)
    is_lunar = isinstance(pattern, LunarDigits)
    numbers = [number for number in range(1, 31 if is_lunar else 32) if number % 10 in pattern.digits]
    if in_english:
        words = f"{'Lunar days' if is_lunar else 'Days of the month'} ending in"
        return RuleSign(words, tuple(map(str, digits)), ", ".join(map(str, numbers)))
    if is_lunar:
        return RuleSign("农历逢", tuple(_DIGITS[digit] for digit in digits), " ".join(map(say_day, numbers)))
    return RuleSign("公历逢", tuple(str(digit or 10) for digit in digits), "、".join(f"{number}日" for number in numbers))
