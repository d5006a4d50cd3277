"""Leases in Redis: what one process may do alone, until it gives it back or is no longer there to renew it."""

from __future__ import annotations

import uuid
from contextlib import suppress

from redis.exceptions import RedisError

from citizen_app.errors import Unavailable
from citizen_app.extensions import redis_store

# Only the owner's; a lease that went with a Redis which began anew is the owner's again.
_RENEW = """
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


def new_owner() -> str:
    return uuid.uuid4().hex


def acquire_lease(name: str, owner: str, ttl_s: float) -> bool:
    """Whether this owner now holds the lease, for `ttl_s` at most. Raises Unavailable without Redis."""
    try:
        return bool(redis_store.client.set(f"lease:{name}", owner, nx=True, px=_ms(ttl_s)))
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


def renew_lease(name: str, owner: str, ttl_s: float) -> bool:
    """Hold a lease for `ttl_s` from now; False when another has it by now. Raises Unavailable without Redis."""
    try:
        return bool(redis_store.client.eval(_RENEW, 1, f"lease:{name}", owner, str(_ms(ttl_s))))
    except RedisError as error:
        raise Unavailable("Redis does not answer") from error


def release_lease(name: str, owner: str) -> None:
    """Give the lease back, if it is still ours."""
    with suppress(RedisError):    # it ends by itself
        redis_store.client.eval(_RELEASE, 1, f"lease:{name}", owner)


def _ms(seconds: float) -> int:
    return max(1, int(seconds * 1000))
