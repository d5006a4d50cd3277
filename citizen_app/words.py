"""How moments, money, distances and counts are said, in the reader's language. Filters of the templates.

Moments come in as UTC and are said on the county's clock; `now` is an argument.
"""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask

from citizen_app.buses.times import clock_text
from citizen_app.clock import to_local
from citizen_app.days.lunar import find_lunar, say_day, say_lunar
from citizen_app.language import gettext, in_english, ngettext

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS_ZH = "一二三四五六日"


def init_app(app: Flask) -> None:
    app.jinja_env.filters.update(
        clock=clock_time, day=day_name, since=since, ago=ago, moment=moment, yuan=yuan, metres=metres, height=height,
        span=span, either=either, name=name_of, clock_field=clock_field, clock_end=clock_end, wait=wait, ahead=ahead,
        month_day=month_day, leaf_head=leaf_head, service_clock=clock_text, lunar=lunar, iso_day=iso_day,
    )


def either(chinese: str, english: str) -> str:
    """A proper name in the reader's language; the Chinese one where there is no English one."""
    return english if english and in_english() else chinese


def name_of(thing: object) -> str:
    """The name of a facility, entrance, town or landmark."""
    return either(getattr(thing, "name", ""), getattr(thing, "name_en", ""))


def clock_time(at: datetime) -> str:
    """9:12"""
    local = to_local(at)
    return f"{local.hour}:{local.minute:02d}"


def clock_field(at: datetime) -> str:
    """09:12, as an input of type time wants it."""
    return to_local(at).strftime("%H:%M")


def clock_end(at: datetime) -> str:
    """The end of a span: midnight is 24:00."""
    return "24:00" if clock_time(at) == "0:00" else clock_time(at)


def day_name(day: date) -> str:
    """11月24日 周二, Tue 24 Nov; a moment is taken as the county's day."""
    if isinstance(day, datetime):
        day = to_local(day).date()
    if in_english():
        return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日 周{_DAYS_ZH[day.weekday()]}"


def moment(at: datetime, now: datetime) -> str:
    """A moment as people say it: 9:12, 昨天 9:12, 明天 7:00, 11月20日 周五 9:12."""
    days = (to_local(at).date() - to_local(now).date()).days
    time = clock_time(at)
    if days == 0:
        return time
    if days == -1:
        return str(gettext("昨天 %(time)s", time=time))
    if days == 1:
        return str(gettext("明天 %(time)s", time=time))
    return f"{day_name(at)} {time}"


def since(at: datetime, now: datetime) -> str:
    """9:12 起, 昨天 9:12 起, 11月20日 起: the beginning of something that still lasts."""
    days = (to_local(now).date() - to_local(at).date()).days
    return str(gettext("%(moment)s 起", moment=moment(at, now) if days < 2 else day_name(at)))


def ago(seconds: int) -> str:
    """刚刚, 3 分钟前, 2 小时前, 5 天前"""
    if seconds < 60:
        return str(gettext("刚刚"))
    if seconds < 3600:
        return str(ngettext("%(num)d 分钟前", "%(num)d 分钟前", seconds // 60))
    if seconds < 86400:
        return str(ngettext("%(num)d 小时前", "%(num)d 小时前", seconds // 3600))
    return str(ngettext("%(num)d 天前", "%(num)d 天前", seconds // 86400))


def span(minutes: int) -> str:
    """30 分钟, 2 小时, 1 小时 30 分钟"""
    hours, rest = divmod(minutes, 60)
    words = []
    if hours:
        words.append(ngettext("%(num)d 小时", "%(num)d 小时", hours))
    if rest or not hours:
        words.append(ngettext("%(num)d 分钟", "%(num)d 分钟", rest))
    return " ".join(words)


def wait(seconds: float) -> str:
    """现在, 11 分钟后, 1 小时 20 分钟后; whole minutes, so that nobody is told a minute too many."""
    minutes = int(seconds // 60)
    return str(gettext("%(span)s后", span=span(minutes))) if minutes > 0 else str(gettext("现在"))


def ahead(day: date, today: date) -> str:
    """今天, 明天, 后天, 3 天后"""
    days = (day - today).days
    if 0 <= days <= 2:
        return (str(gettext("今天")), str(gettext("明天")), str(gettext("后天")))[days]
    return str(ngettext("%(num)d 天后", "%(num)d 天后", days))


def month_day(day: date) -> str:
    """11月24日, 24 Nov"""
    return f"{day.day} {_MONTHS[day.month - 1]}" if in_english() else f"{day.month}月{day.day}日"


def leaf_head(day: date) -> str:
    """11月 周四, Thu Nov: what stands above the number on a calendar's leaf."""
    if in_english():
        return f"{_DAYS[day.weekday()]} {_MONTHS[day.month - 1]}"
    return f"{day.month}月 周{_DAYS_ZH[day.weekday()]}"


def lunar(day: date, with_month: bool = True) -> str:
    """十月十五 or 十五, in English "lunar 10/15"; "" where the lunar date is not known."""
    found = find_lunar(day)
    if found is None:
        return ""
    if in_english():
        return f"lunar {say_lunar(found, True)}"
    return say_lunar(found) if with_month else say_day(found.day)


def lunar_cell(day: date) -> str:
    """A lunar day in a calendar: 十五, on the first of a month 十一月; in English 10/15."""
    found = find_lunar(day)
    if found is None:
        return ""
    if in_english():
        return say_lunar(found, True).removeprefix("leap ")
    return say_lunar(found)[:-2] if found.day == 1 else say_day(found.day)


def month_year(day: date) -> str:
    """2026年12月, Dec 2026"""
    return f"{_MONTHS[day.month - 1]} {day.year}" if in_english() else f"{day.year}年{day.month}月"


def weekday_heads() -> tuple[str, ...]:
    """一 to 日, Mon to Sun"""
    return _DAYS if in_english() else tuple(_DAYS_ZH)


def iso_day(at: datetime) -> str:
    """2026-11-20, the county's day of a moment."""
    return to_local(at).date().isoformat()


def yuan(fen: int) -> str:
    """The number of yuan without needless zeros: 3, 2.5, 0.05."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}".rstrip("0")


def metres(distance_m: float) -> str:
    """120 米, 1.9 公里; to ten metres, since a straight line is no walk."""
    if distance_m < 995:
        return str(gettext("%(num)d 米", num=max(10, round(distance_m / 10) * 10)))
    return str(gettext("%(num)s 公里", num=f"{distance_m / 1000:.1f}"))


def height(height_cm: int) -> str:
    """2.1 米"""
    return str(gettext("%(num)s 米", num=f"{height_cm / 100:.2f}".rstrip("0").rstrip(".")))
