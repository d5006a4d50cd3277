"""What is said to everyone of how the service and its sources stand."""

from __future__ import annotations

import pytest

from citizen_app.ops.health import judge_health
from citizen_app.ops.schemas import PublicText


@pytest.mark.parametrize(
    ("origin", "county", "database", "redis", "ready", "degraded"),
    [
        ("redis", True, True, True, True, ()),
        ("database", True, True, False, True, ("redis",)),
        ("memory", True, False, False, True, ("database", "redis", "snapshot")),
        ("disk", True, False, False, True, ("database", "redis", "snapshot")),
        ("redis", True, False, True, True, ("database",)),
        ("empty", True, False, False, False, ("database", "redis", "snapshot")),
        ("redis", False, True, True, False, ("county",)),
    ],
)
def test_pages_need_a_county_and_counts_from_anywhere(
    origin: str, county: bool, database: bool, redis: bool, ready: bool, degraded: tuple[str, ...]
) -> None:
    health = judge_health(snapshot_origin=origin, has_county=county, database_answers=database, redis_answers=redis)
    assert (health.ready, health.degraded) == (ready, degraded)


@pytest.mark.parametrize(
    ("said", "public"),
    [
        ("cannot reach https://user:pw@vendor.example:8443/a/b?key=1#x now", "cannot reach https://vendor.example:8443/… now"),
        ("HTTPS://VENDOR.EXAMPLE", "HTTPS://VENDOR.EXAMPLE/…"),
        ("postgres://me:pw@db/x and http://h/y", "postgres://db/… and http://h/…"),
        ("http://user:p@ss@host/x", "http://host/…"),
        ("answered 503", "answered 503"),
        ("", ""),
    ],
)
def test_of_an_address_only_the_host_is_told_to_everyone(said: str, public: str) -> None:
    assert PublicText().serialize("error", {"error": said}) == public
