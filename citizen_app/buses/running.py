"""On which of the dates ahead do the services of a network run. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from citizen_app.buses.network import Network
from citizen_app.days.calendar import DayCalendar
from citizen_app.days.rules import Rule, dates_between

HORIZON_DAYS = 120    # what checks and comparisons look at, and what the open data says of market days


def dates_of_services(network: Network, calendar: DayCalendar, today: date, days: int) -> dict[str, frozenset[date]]:
    """For each service its dates from today on, for so many days. Equal sets of dates are one object."""
    last = today + timedelta(days=days - 1)
    by_rule: dict[Rule, frozenset[date]] = {}
    known: dict[frozenset[date], frozenset[date]] = {}
    for rule in network.services.values():
        if rule not in by_rule:
            dates = frozenset(dates_between(rule, today, last, calendar))
            by_rule[rule] = known.setdefault(dates, dates)
    return {service_id: by_rule[rule] for service_id, rule in network.services.items()}
