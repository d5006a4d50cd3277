"""How far one gets from a stop, by town. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from citizen_app.buses.journeys.reach import Reach
from citizen_app.buses.network import Stop
from citizen_app.buses.schedule import Schedule


@dataclass(frozen=True)
class ReachedStop:
    """`arrives_at` is the earliest, UTC."""

    stop: Stop
    arrives_at: datetime
    transfers: int


@dataclass(frozen=True)
class ReachedTown:
    """The stops of one town ("": of none), the soonest first; of stops of one name only the soonest."""

    town_code: str
    stops: tuple[ReachedStop, ...]


def group_by_town(schedule: Schedule, reach: Reach, without: Collection[int]) -> list[ReachedTown]:
    """The towns that are reached, the soonest first, without some stops (indices) and their namesakes in the same town."""
    stops = schedule.network.stops
    own = {(stops[index].town_code, stops[index].name) for index in without}
    found: dict[tuple[str, str], ReachedStop] = {}
    for index, stop in enumerate(stops):
        arrives_at, name = reach.time(index), (stop.town_code, stop.name)
        if arrives_at is None or name in own:
            continue
        if name not in found or arrives_at < found[name].arrives_at:
            found[name] = ReachedStop(stop, arrives_at, int(reach.transfers[index]))
    towns: dict[str, list[ReachedStop]] = defaultdict(list)
    for one in sorted(found.values(), key=lambda one: (one.arrives_at, one.stop.stop_id)):
        towns[one.stop.town_code].append(one)
    return [ReachedTown(code, tuple(reached)) for code, reached in towns.items()]
