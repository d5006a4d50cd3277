"""How well the service stands: can pages be served, and what does not work as it should. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Health:
    """`ready` when pages can be served at all; `degraded` names what does not work as it should.

    `snapshot` is where the counts in memory came from: redis, database, memory, disk or empty.
    """

    ready: bool
    degraded: tuple[str, ...]
    county: bool
    database: bool
    redis: bool
    snapshot: str


def judge_health(*, snapshot_origin: str, has_county: bool, database_answers: bool, redis_answers: bool) -> Health:
    """Pages need a county and a snapshot in memory, from wherever; all else is degradation."""
    states = {"county": has_county, "database": database_answers, "redis": redis_answers}
    degraded = [name for name, stands in states.items() if not stands]
    if snapshot_origin not in {"redis", "database"}:
        degraded.append("snapshot")
    return Health(
        ready=has_county and snapshot_origin != "empty",
        degraded=tuple(degraded),
        county=has_county,
        database=database_answers,
        redis=redis_answers,
        snapshot=snapshot_origin,
    )
