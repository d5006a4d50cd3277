"""How well the service stands: can pages be served, and what is degraded. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Health:
    """`ready` when pages can be served at all; `degraded` names what does not work as it should."""

    ready: bool
    degraded: tuple[str, ...]


def judge_health(snapshot_origin: str, has_county: bool, database_answers: bool, redis_answers: bool) -> Health:
    """Pages need a county and a snapshot in memory, from wherever; all else is degradation."""
    degraded = []
    if not redis_answers:
        degraded.append("redis")
    if not database_answers:
        degraded.append("database")
    if snapshot_origin in {"disk", "memory"}:
        degraded.append(f"snapshot from {snapshot_origin}")
    if not has_county:
        degraded.append("county")
    return Health(has_county and snapshot_origin != "empty", tuple(degraded))
