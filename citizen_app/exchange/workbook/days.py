"""The rows of 运行日 and 集市 to rules and markets, and the services that trips ask for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from citizen_app.days.calendar import DayCalendar, Season, season_of
from citizen_app.days.rule_text import parse_rule_text
from citizen_app.days.rules import LunarDays, LunarDigits, Rule, ShortMonth
from citizen_app.exchange.workbook.cells import name_key, narrow, read_date, read_dates, read_text
from citizen_app.exchange.workbook.hours import DAY_S, read_time
from citizen_app.exchange.workbook.layout import MARKET_DAYS
from citizen_app.exchange.workbook.places import Places, read_point, read_town
from citizen_app.exchange.workbook.sheets import Row
from citizen_app.places.market import Market

_SEASONS = {"夏令": Season.SUMMER, "冬令": Season.WINTER}
_RUNS = {"照开": True, "停": False}
_TERMS = {"上学期间": True, "寒暑假": False}
_SHORT_MONTHS = {"不赶": ShortMonth.SKIP, "廿九": ShortMonth.DAY_29}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 20


@dataclass(frozen=True)
class DayRow:
    """`rule` None: it is wrong, and said so."""

    name: str
    rule: Rule | None
    row: Row


@dataclass(frozen=True)
class MarketRow:
    market: Market
    is_whole: bool
    row: Row


@dataclass
class Services:
    """Gathers the rules that trips ask for: one for each running day and season, one for each market and season."""

    days: Mapping[str, DayRow]
    markets: Mapping[str, MarketRow]
    calendar: DayCalendar
    asked: dict[str, Rule] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def find(self, row: Row, market: str) -> str:
        """The service_id of a row of 班次 for a line of this market; "" when it has none (a fault, or one told before)."""
        word = row.text("运行日")
        season = row.choice("季节")
        if not word:
            return ""
        key = name_key(word)
        if key == MARKET_DAYS:
            if not market:
                row.fault("运行日", "这条线路在“线路”表里没有写集市")
                return ""
            one = self.markets[market]
            return self._ask(row, f"{MARKET_DAYS}-{market}", one.market.rule if one.is_whole else None, season)
        day = self.days.get(key)
        if day is None:
            row.fault("运行日", "“运行日”表里没有这个名称")
            return ""
        self.used.add(key)
        return self._ask(row, day.name, day.rule, season)

    def _ask(self, row: Row, name: str, rule: Rule | None, word: str) -> str:
        if rule is None:
            return ""
        if word:
            season = _SEASONS[word]
            if rule.season not in {None, season}:
                row.fault("季节", "与运行日的规则相反")
                return ""
            # An added date would else bring the buses of both seasons.
            added = frozenset(day for day in rule.added if season_of(day, self.calendar) is season)
            name, rule = f"{name}-{word}", replace(rule, season=season, added=added)
        self.asked[name] = rule
        return name


def read_days(rows: Sequence[Row]) -> dict[str, DayRow]:
    """The running days by what their names have in common with other writings."""
    days: dict[str, DayRow] = {}
    for row in rows:
        rule = _read_rule(row)
        name = row.read("名称", _read_name)
        row.text("说明")
        if name is None:
            continue
        key = name_key(name)
        if key in days:
            row.fault("名称", f"与第 {days[key].row.number} 行重复")
            continue
        days[key] = DayRow(name, rule, row)
    return days


def read_markets(rows: Sequence[Row], places: Places, is_demo: bool) -> dict[str, MarketRow]:
    """The markets by their slugs, in the order of the sheet."""
    markets: dict[str, MarketRow] = {}
    names: dict[str, int] = {}
    for row in rows:
        name, slug, rule = row.text("集市名"), row.read("代号", _read_slug), _read_rule(row)
        opens_s, closes_s = row.read("开市", read_time), row.read("散市", read_time)
        if opens_s is not None and closes_s is not None and closes_s <= opens_s:
            row.fault("散市", "不晚于开市")
        for column, seconds in (("开市", opens_s), ("散市", closes_s)):
            if seconds is not None and seconds > DAY_S:
                row.fault(column, "集市的时刻不能过午夜")
        town_code, (lat, lon) = read_town(row, places), read_point(row, places)
        english, note = row.text("英文名"), row.text("备注")
        if name and names.setdefault(name_key(name), row.number) != row.number:
            row.fault("集市名", f"与第 {names[name_key(name)]} 行重复")
        if slug is None:
            continue
        if slug in markets:
            row.fault("代号", f"与第 {markets[slug].row.number} 行重复")
            continue
        market = Market(slug, name, rule or Rule(), english, town_code, lat, lon, opens_s, closes_s, note, is_demo)
        markets[slug] = MarketRow(market, rule is not None, row)
    return markets


def _read_rule(row: Row) -> Rule | None:
    """The text of 规则 with what the other columns say of it; a column that is filled in has the last word."""
    has = {column.name for column in row.sheet.columns}
    rule = row.read("规则", lambda cell: parse_rule_text(read_text(cell)))
    added, removed = row.read("增开日期", read_dates), row.read("停开日期", read_dates)
    first, last = row.read("起", read_date), row.read("止", read_date)
    if first is not None and last is not None and last < first:
        row.fault("止", "早于“起”")
    words = {column: row.choice(column) for column in ("节假日", "调休日", "学期", "小月三十") if column in has}
    if rule is None:
        return None
    rule = replace(
        rule,
        on_holidays=_RUNS.get(words.get("节假日", ""), rule.on_holidays),
        on_makeup_days=_RUNS.get(words.get("调休日", ""), rule.on_makeup_days),
        in_term=_TERMS.get(words.get("学期", ""), rule.in_term),
        first=first or rule.first, last=last or rule.last,
        added=rule.added | (added or frozenset()), removed=rule.removed | (removed or frozenset()),
    )
    if both := rule.added & rule.removed:
        row.fault("停开日期", f"{min(both).isoformat()} 又增开又停开")
    return _with_short_month(row, rule, words.get("小月三十", ""))


def _with_short_month(row: Row, rule: Rule, word: str) -> Rule:
    if isinstance(rule.pattern, LunarDigits | LunarDays) and word:
        return replace(rule, pattern=replace(rule.pattern, short_month=_SHORT_MONTHS[word]))
    if word == "廿九":
        row.fault("小月三十", "只用于农历的市日")
    return rule


def _read_name(cell: object) -> str:
    name = narrow(read_text(cell)).replace(" ", "")
    if len(name) > _LONGEST_NAME:
        raise ValueError(f"太长，最多 {_LONGEST_NAME} 个字")
    if name == MARKET_DAYS or name.startswith(f"{MARKET_DAYS}-"):
        raise ValueError("“集市”留给市日，请换一个名称")
    if name.endswith(tuple(f"-{season}" for season in _SEASONS)):
        raise ValueError("季节写在“班次”表的“季节”列里，请换一个名称")
    return name


def _read_slug(cell: object) -> str:
    slug = narrow(read_text(cell))
    if not _SLUG.fullmatch(slug) or len(slug) > 40:
        raise ValueError("只用小写字母 a-z、数字和 -，例如 xunqiao")
    return slug
