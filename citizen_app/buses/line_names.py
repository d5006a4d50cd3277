"""What lines and stops are called on a page, in the reader's language. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from citizen_app.buses.lines import Line
from citizen_app.buses.network import Route, Stop
from citizen_app.buses.schedule import Schedule

_AND = "、"


@dataclass(frozen=True)
class Names:
    """The names of one schedule in one language."""

    schedule: Schedule
    in_english: bool

    def title(self, route: Route) -> str:
        """What stands on the badge: 101 for 101路; the long name of a line without a short one."""
        short = self.schedule.name("routes", route, "route_short_name", self.in_english).strip()
        return re.sub(r"(?<=[0-9A-Za-z])路$", "", short) or self.long(route) or route.route_id

    def long(self, route: Route) -> str:
        return self.schedule.name("routes", route, "route_long_name", self.in_english)

    def stop(self, stop: Stop) -> str:
        return self.schedule.stop_name(stop, self.in_english)

    def headsign(self, headsign: str) -> str:
        """Of a headsign that names several places ("东湖公园、客运中心") each in its own translation."""
        text = self.schedule.headsign_text(headsign, self.in_english)
        if text != headsign or not self.in_english or _AND not in headsign:
            return text
        return ", ".join(self.schedule.headsign_text(one, True) for one in headsign.split(_AND))

    def ends(self, line: Line) -> tuple[str, str] | None:
        """The first and the last stop of the commonest trips of a line; None when none of them has calls."""
        stops = self.schedule.patterns[line.patterns[0]].stops if line.patterns else ()
        if not stops:
            return None
        first, last = (self.schedule.network.stops[one] for one in (stops[0], stops[-1]))
        return self.stop(first), self.stop(last)
