"""Rules of dates for property tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st

from citizen_app.days import rules
from citizen_app.days.kinds import DayKind
from citizen_app.days.rules import Rule, Season, ShortMonth, YearlyRange

DAYS = st.dates(date(2021, 1, 1), date(2055, 12, 31))
_MONTH_DAYS = st.dates(date(2024, 1, 1), date(2024, 12, 31))


def _some(numbers: Any) -> Any:
    return st.frozensets(st.sampled_from(list(numbers)), min_size=1)


PATTERNS = st.one_of(
    st.just(rules.Daily()), st.just(rules.Never()),
    st.builds(rules.Weekdays, _some(range(7))),
    st.builds(rules.DayKinds, _some(DayKind)),
    st.builds(rules.LunarDigits, _some(range(10)), st.sampled_from(ShortMonth)),
    st.builds(rules.GregorianDigits, _some(range(10))),
    st.builds(rules.LunarDays, _some(range(1, 31)), st.frozensets(st.integers(1, 12)), st.sampled_from(ShortMonth)),
    st.builds(rules.Branches, _some(range(12))),
)
_FLAG = st.none() | st.booleans()
YEARLY = st.builds(lambda a, b: YearlyRange(a.month, a.day, b.month, b.day), _MONTH_DAYS, _MONTH_DAYS)
_FIELDS: dict[str, Any] = {
    "season": st.none() | st.sampled_from(Season), "in_term": _FLAG, "on_holidays": _FLAG, "on_makeup_days": _FLAG,
    "yearly": st.lists(YEARLY, max_size=2).map(tuple),
}
UNDATED_RULES = st.builds(Rule, PATTERNS, **_FIELDS)


@st.composite
def rules_near(draw: st.DrawFn, day: date, most_dates: int = 4) -> Rule:
    """A rule whose own dates lie within some weeks of a day."""
    near = st.dates(date.fromordinal(day.toordinal() - 30), date.fromordinal(day.toordinal() + 60))
    first, last = draw(st.none() | near), draw(st.none() | near)
    if first and last and last < first:
        first, last = last, first
    dates = st.frozensets(near, max_size=most_dates)
    return draw(st.builds(Rule, PATTERNS, first=st.just(first), last=st.just(last), added=dates, removed=dates, **_FIELDS))
