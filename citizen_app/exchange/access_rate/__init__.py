"""The data access rate (数据接入率): what of a county's car parks and bus lines the province has, valid and on time. Pure.

It is counted minute by minute, once, and never worked out anew: what stands there is what was true at that minute.

- registered: every car park in service, and every line of the published network, from the minute in which it is known.
- expected: those registered that are open at that minute by their own hours and closures; where the hours are not known, always.
  A car park that nobody counts is expected too. A line is expected at every minute.
- valid: a car park of which a count is there that pages show (not stuck, impossible or too old) and whose records pass our own
  checks; a line all of whose records do: its own, its sequences of stops, its trips and the stops at which they call.
- accepted: those valid of which the platform has the newest.
- on time: those of which the platform accepted a valid count within `sending.late_after_s` after it was observed, and that was
  observed not longer ago than the allowance: two of the source's intervals, at least `late_after_s`; of one that is counted by hand
  `stale_after_s`. Of a line: the platform has what is published; a change of what it has may be `late_after_s` on its way.
- rate: on time / expected, None where nothing is expected. missing: expected, not on time; each for one cause.

Over a period the same is summed over its minutes, so that the parts of a period add up to it. A minute that nobody counted is
expected and missing: what is not known is not good.
"""

from citizen_app.exchange.access_rate.days import (
    DAY_MINUTES,
    Day,
    count_days,
    extend,
    missing_since,
    place_of,
    standing_at,
)
from citizen_app.exchange.access_rate.numbers import (
    MISSING,
    NO_NUMBERS,
    Module,
    Numbers,
    Standing,
    module_of,
    numbers_of,
    say_percent,
)

__all__ = [
    "DAY_MINUTES", "MISSING", "NO_NUMBERS", "Day", "Module", "Numbers", "Standing", "count_days", "extend", "missing_since",
    "module_of", "numbers_of", "place_of", "say_percent", "standing_at",
]
