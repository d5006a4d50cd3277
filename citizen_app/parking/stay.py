"""A stay that someone asks the price of: what they typed, and the examples shown to everyone. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from citizen_app.clock import to_local
from citizen_app.errors import InvalidInput, problem
from citizen_app.parking.tariff import VEHICLES, Tariff, fee_fen

STAY_CHOICES_MIN = (30, 60, 90, 120, 180, 240, 300, 360, 480, 600, 720, 1440, 2880, 4320)
_EXAMPLES_MIN = (30, 60, 120, 240)
_MORNING_HOUR = 8
_LONGEST_MIN = 30 * 24 * 60


@dataclass(frozen=True)
class Priced:
    """A stay and its price. Moments in UTC. `overnight`: until eight the next morning, whatever that is in minutes."""

    arrived_at: datetime
    left_at: datetime
    fee_fen: int
    vehicle: str = "car"
    overnight: bool = False

    @property
    def minutes(self) -> int:
        return round((self.left_at - self.arrived_at).total_seconds() / 60)


def price_examples(tariff: Tariff, now: datetime) -> list[Priced]:
    """What someone pays who arrives now and stays half an hour, 1, 2 or 4 hours, or overnight."""
    stays = [now + timedelta(minutes=minutes) for minutes in _EXAMPLES_MIN]
    tomorrow = to_local(now) + timedelta(days=1)
    morning = tomorrow.replace(hour=_MORNING_HOUR, minute=0, second=0, microsecond=0)
    priced = [Priced(now, left_at, fee_fen(tariff, now, left_at)) for left_at in stays]
    return [*priced, Priced(now, morning, fee_fen(tariff, now, morning), overnight=True)]


def price_asked(tariff: Tariff, args: Mapping[str, str], now: datetime) -> Priced:
    """The stay in the page's query: `arrive` HH:MM today (now when empty), `stay` minutes, `vehicle`.

    Raises InvalidInput that names the field and what was found there.
    """
    minutes, vehicle = args.get("stay", ""), args.get("vehicle", "car")
    faults = []
    if not re.fullmatch(r"[0-9]{1,5}", minutes) or not 0 < int(minutes) <= _LONGEST_MIN:
        faults.append(problem("stay", "stay", minutes, "minutes from 1 to 43200"))
    if vehicle not in VEHICLES:
        faults.append(problem("stay", "vehicle", vehicle, f"one of {', '.join(VEHICLES)}"))
    clock = re.fullmatch(r"([01]?[0-9]|2[0-3])[:：]([0-5][0-9])", args.get("arrive", "").strip())
    if args.get("arrive", "").strip() and not clock:
        faults.append(problem("stay", "arrive", args["arrive"], "a time such as 15:20"))
    if faults:
        raise InvalidInput(faults)
    arrived_at = now
    if clock:
        arrived_at = to_local(now).replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
    left_at = arrived_at + timedelta(minutes=int(minutes))
    return Priced(arrived_at, left_at, fee_fen(tariff, arrived_at, left_at, vehicle), vehicle)
