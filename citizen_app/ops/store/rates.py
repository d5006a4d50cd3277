"""How often a client may ask, counted in Redis: a bucket that is full at first and fills again evenly.

Only one number is kept for each client: the moment at which its bucket will be full again. It expires then.
"""

from __future__ import annotations

import logging

from redis.exceptions import RedisError

from citizen_app import clock
from citizen_app.extensions import redis_store

log = logging.getLogger(__name__)

_SILENCE_S = 5.0
_silent_until_s = float("-inf")    # on the monotonic clock

_SPEND = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local full, span = tonumber(ARGV[1]) * 1000, tonumber(ARGV[2]) * 1000
local at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + full * tonumber(ARGV[3])
if at - now > span then return math.ceil((at - now - span) / 1000) end
redis.call('SET', KEYS[1], string.format('%.0f', at), 'PX', math.ceil((at - now) / 1000))
return 0
"""


def spend(name: str, client: str, per_minute: int, cost: int = 1) -> float:
    """Take `cost` out of a client's bucket, which holds `per_minute`: 0.0, or in how many seconds there will be enough.

    Without Redis everybody may: the limit protects, it must never be what fails. After a silence nobody waits for Redis for
    five seconds.
    """
    global _silent_until_s    # noqa: PLW0603
    if clock.monotonic_s() < _silent_until_s:
        return 0.0
    cost = min(cost, per_minute)
    try:
        arguments = (str(60_000 / per_minute), "60000", str(cost))
        return float(redis_store.client.eval(_SPEND, 1, f"rate:{name}:{client}", *arguments)) / 1000    # type: ignore[arg-type]
    except RedisError as error:
        _silent_until_s = clock.monotonic_s() + _SILENCE_S
        log.warning("nothing is limited without Redis", extra={"error": type(error).__name__})
        return 0.0
