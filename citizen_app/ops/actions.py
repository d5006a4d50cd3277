"""What changes ops: one function, one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

from citizen_app.buses import store as bus_store
from citizen_app.buses.documents import unpack
from citizen_app.buses.entries import network_names
from citizen_app.errors import Conflict, InvalidInput
from citizen_app.extensions import after_commit, transaction
from citizen_app.ops import store
from citizen_app.ops.bundle import CountyBundle, LoadReport
from citizen_app.ops.push import Message
from citizen_app.ops.source import Run, Source
from citizen_app.parking import store as parking_store
from citizen_app.parking.actions import RecordResult, publish_snapshot, record_readings, save_facilities
from citizen_app.places import store as places_store
from citizen_app.places.actions import place_names, read_names, save_aliases, save_corrections, save_places

KEEP_RUNS = timedelta(days=30)


def record_run(run: Run) -> None:
    """Keep what became of one run."""
    with transaction():
        store.add_run(run)


def save_sources(sources: Sequence[Source]) -> Mapping[str, int]:
    """Make these the sources; counts of what was added, changed, removed."""
    with transaction():
        return store.replace_sources(sources)


def load_county(bundle: CountyBundle, now: datetime) -> LoadReport:
    """Make the bundle the county: places, facilities and sources in one transaction, then Redis is told.

    A second load of the same bundle changes nothing. Raises Unavailable; then nothing was changed.
    """
    with transaction():
        names: dict[str, Mapping[str, int]] = {}
        if bundle.corrections is not None:
            names["readings"] = save_corrections(bundle.corrections)
        if bundle.aliases is not None:
            names["aliases"] = save_aliases(bundle.aliases)
        counts = {
            **save_places(bundle.county, bundle.towns, bundle.villages, bundle.landmarks),
            "sources": save_sources(bundle.sources),
            "facilities": save_facilities(bundle.facilities),
            **names,
        }
        after_commit(publish_snapshot)
    return LoadReport(now, counts)


def record_push(source_uid: str, message_id: str, message: Message, received_at: datetime) -> RecordResult:
    """Take a pushed message once: its identifier and its readings in one transaction. The result names every problem.

    Raises Conflict for a replay, and InvalidInput when no reading can be taken; such a message may come again.
    """
    with transaction():
        if not store.take_message(source_uid, message_id, received_at):
            raise Conflict(f"message {message_id} was taken before")
        result = record_readings(source_uid, message.readings, received_at, message.rows)
        strangers = [replace(one, field="facility") for one in result.problems]
        result = replace(result, problems=(*message.problems, *strangers))
        if result.problems and not result.accepted and not result.unchanged:
            raise InvalidInput(result.problems)
        return result


def read_missing_names() -> int:
    """Read the names that came before anybody read names, or by another way than a load; how many. Raises Unavailable.

    A network is looked at once for each version and process.
    """
    names = [one.name for one in parking_store.list_facilities()]
    names += place_names(places_store.list_stored_towns(), places_store.list_villages(), places_store.list_stored_landmarks())
    pointer = bus_store.find_published()
    names += _names_of_network(pointer.digest) if pointer and pointer.has_network else ()
    return read_names(names)


def claim_source(uid: str, now: datetime, until: datetime) -> bool:
    """Take a source's turn: nobody polls it again before `until`. False when it is another's, or nobody knows the source."""
    with transaction():
        return store.claim_turn_of(uid, now, until)


@lru_cache(maxsize=1)
def _names_of_network(digest: str) -> tuple[str, ...]:
    return tuple(network_names(unpack(bus_store.get_document(digest))))


def prune_runs(now: datetime) -> int:
    """Delete runs older than they are kept; how many."""
    with transaction():
        return store.forget_runs(now - KEEP_RUNS)
