"""What ops remembers: SQL tables and Redis keys, private to this package. Gives and takes frozen dataclasses."""

from citizen_app.ops.source import SourceState
from citizen_app.ops.store.answers import ask_database, in_time, redis_answers
from citizen_app.ops.store.leases import acquire_lease, new_owner, release_lease, renew_lease
from citizen_app.ops.store.messages import take_message
from citizen_app.ops.store.rates import spend
from citizen_app.ops.store.runs import add_run, forget_runs, list_runs, list_source_states
from citizen_app.ops.store.sources import claim_turn_of, find_source, get_source, list_sources, replace_sources

__all__ = [
    "SourceState",
    "acquire_lease",
    "add_run",
    "ask_database",
    "claim_turn_of",
    "find_source",
    "forget_runs",
    "get_source",
    "in_time",
    "list_runs",
    "list_source_states",
    "list_sources",
    "new_owner",
    "redis_answers",
    "release_lease",
    "renew_lease",
    "replace_sources",
    "spend",
    "take_message",
]
