"""Opening hours and prices of a car park as one line of Chinese, as the platform's text fields want them. Pure."""

from __future__ import annotations

import re

from citizen_app.days.rule_words import say_rule
from citizen_app.parking.closures import Closure
from citizen_app.parking.facility import Facility
from citizen_app.parking.tariff import Tariff, VehicleRule
from citizen_app.parking.tariff_format import Price, TariffRow, describe

_DAYS = {
    "Mo": "周一", "Tu": "周二", "We": "周三", "Th": "周四", "Fr": "周五", "Sa": "周六", "Su": "周日", "PH": "节假日", "off": "不开放",
    "closed": "不开放",
}
_DAY = re.compile(r"\b(" + "|".join(_DAYS) + r")\b")
_BETWEEN_DAYS = re.compile(r"(?<=[一-龥])\s*([-,])\s*(?=[一-龥])")
_VEHICLES = {"car": "小车", "new_energy": "新能源车", "motorcycle": "摩托车", "coach": "大客车", "disabled": "残疾人车"}


def say_hours(facility: Facility) -> str:
    """全天；周一至周五 06:00-23:00；…，农历逢三、八 5:30–11:30 不开放（杜桥集市）; "" when not known."""
    said = facility.opening_hours.strip()
    said = "全天" if said == "24/7" else _DAY.sub(lambda match: _DAYS[match[1]], said)
    said = _BETWEEN_DAYS.sub(lambda match: "至" if match[1] == "-" else "、", said)
    parts = [part.strip() for part in said.split(";") if part.strip()]
    return "；".join([*parts, *(_closure(one) for one in facility.closures)])


def say_tariff(tariff: Tariff) -> str:
    """30分钟内免费；全天头1小时5元，之后每1小时3元；一天最多40元. The whole tariff, bands in the order of the day."""
    parts = [f"{tariff.free_minutes}分钟内免费"] if tariff.free_minutes else []
    if tariff.entry_fen is not None:
        parts.append(f"每次{_money(tariff.entry_fen)}")
    parts += [_row(row) for row in describe(tariff)]
    if tariff.cap_fen is not None:
        parts.append(f"{'一天' if tariff.cap_window == 'day' else '24小时'}最多{_money(tariff.cap_fen)}")
    parts += [said for vehicle, rule in tariff.vehicles.items() if (said := _vehicle(vehicle, rule))]
    if not parts:
        parts = ["免费"]
    return "；".join([*parts, *([tariff.note] if tariff.note else [])])


def _closure(closure: Closure) -> str:
    hours = f" {closure.hours_text}" if closure.hours_text else ""
    return f"{say_rule(closure.rule, in_english=False)}{hours}不开放（{closure.reason}）"


def _row(row: TariffRow) -> str:
    hours = "全天" if row.whole_day else f"{row.starts}-{row.ends}"
    cap = f"，最多{_money(row.cap_fen)}" if row.cap_fen is not None else ""
    prices = [_price(one, number, len(row.prices)) for number, one in enumerate(row.prices)]
    return f"{'节日' if row.holiday else ''}{hours}{'，'.join(prices)}{cap}"


def _price(price: Price, number: int, count: int) -> str:
    before = "头" if number == 0 and count > 1 else "之后" if number == count - 1 and count > 1 else "再" if number else ""
    if price.times is None:
        return f"{before}免费" if price.fen == 0 else f"{before}每{_span(price.minutes)}{_money(price.fen)}"
    if price.times > 1:
        return f"{before}{_span(price.minutes * price.times)}每{_span(price.minutes)}{_money(price.fen)}"
    return f"{before}{_span(price.minutes)}{_money(price.fen)}"


def _vehicle(vehicle: str, rule: VehicleRule) -> str:
    name = _VEHICLES.get(vehicle, vehicle)
    if rule.free:
        return f"{name}免费"
    parts = [f"头{rule.free_minutes}分钟免费"] if rule.free_minutes is not None else []
    if rule.entry_fen is not None:
        parts.append(f"每次{_money(rule.entry_fen)}")
    if rule.percent is not None:
        parts.append(f"按{rule.percent}%收")
    return name + "，".join(parts) if parts else ""


def _money(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return "免费" if fen == 0 else f"{yuan}元" if rest == 0 else f"{fen / 100:.2f}".rstrip("0") + "元"


def _span(minutes: int) -> str:
    return f"{minutes // 60}小时" if minutes % 60 == 0 else f"{minutes}分钟"
