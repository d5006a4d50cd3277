"""What changes the network: each in one transaction at the very end of the work; after it the workers are told. No Flask.

Whatever is killed before that transaction has changed nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from citizen_app import changes
from citizen_app.buses import store
from citizen_app.buses.difference import compare, difference_document
from citizen_app.buses.documents import digest_of, pack, unpack
from citizen_app.buses.entries import network_names
from citizen_app.buses.findings import Finding
from citizen_app.buses.network import Network
from citizen_app.buses.versions import Version, VersionState
from citizen_app.clock import to_local
from citizen_app.errors import Conflict
from citizen_app.extensions import after_commit, transaction
from citizen_app.places.actions import read_names

KEEP_NETWORKS = 10    # of those that were published once; and as many drafts


@dataclass(frozen=True)
class Export:
    """A GTFS zip of a network; its dates begin with `day`."""

    data: bytes
    day: date


def import_network(network: Network, origin: str, now: datetime, findings: Sequence[Finding] = ()) -> Version:
    """Keep a network as a draft, compared with the published one. Nothing that pages show is changed. Raises Unavailable.

    `origin` says where it came from. Drafts beyond the newest ten are forgotten.
    """
    data = pack(network)
    read_names(network_names(network))
    published = store.find_published()
    difference: dict[str, Any] = {}
    if published is not None:
        old = unpack(store.get_document(published.digest))
        difference = difference_document(compare(old, network, store.current_calendar(), to_local(now).date()))
    with transaction():
        store.lock_versions()
        version_id = store.add_draft(
            data, digest_of(data), origin, now, replaces=published.id if published else None,
            summary=summarize(network), findings=findings, difference=difference,
        )
        drafts = [one.id for one in store.list_versions() if one.state is VersionState.DRAFT]
        store.delete_drafts(drafts[KEEP_NETWORKS:])
    return store.get_version(version_id)


def publish(
    version_id: int, now: datetime, *, over: int | None = None, despite_errors: bool = False, export: Export | None = None
) -> Version:
    """Make a version the published one, and retire the one that was; pages have it within a second.

    A draft is only published over the version that it was compared with, or over the one that `over` names. `export` is its
    open data. Raises NotFound; Conflict when another was published meanwhile, when the draft has errors, or when the network is
    no longer kept; Unavailable. Then nothing was changed.
    """
    with transaction():
        store.lock_versions()
        check_publishable(version_id, over=over, despite_errors=despite_errors)
        published = store.find_published()
        store.set_published(version_id, published.id if published else None, now)
        if export is not None:
            store.set_export(version_id, export.data, export.day)
        changes.announce(changes.NetworkPublished(store.get_version(version_id), now))
        _forget_old_networks()
        after_commit(store.announce)
    return store.get_version(version_id)


def check_publishable(version_id: int, *, over: int | None = None, despite_errors: bool = False) -> None:
    """Raise what `publish` would raise now."""
    version, published = store.get_version(version_id), store.find_published()
    if version.state is VersionState.PUBLISHED:
        raise Conflict(f"version {version.id} is published already")
    if not version.has_network:
        raise Conflict(f"the network of version {version.id} is no longer kept")
    published_id = published.id if published else None
    expected = over if over is not None else version.replaces
    if (version.state is VersionState.DRAFT or over is not None) and expected != published_id:
        raise Conflict(
            f"version {published_id} was published meanwhile; version {version.id} was compared with "
            f"{'none' if expected is None else expected}: look at the difference again, then publish it over {published_id}"
        )
    if version.errors and version.state is VersionState.DRAFT and not despite_errors:
        raise Conflict(f"version {version.id} has {sum(one.count for one in version.errors)} errors")


def rollback(now: datetime) -> Version:
    """Publish again what the published version took the place of; once more goes one further back.

    Raises Conflict when there is none, or when its network is no longer kept; Unavailable. Then nothing was changed.
    """
    with transaction():
        store.lock_versions()
        published = store.find_published()
        if published is None or published.replaces is None:
            raise Conflict("there is no version to go back to")
        version = store.get_version(published.replaces)
        if not version.has_network:
            raise Conflict(f"the network of version {version.id} is no longer kept")
        store.set_published(version.id, version.replaces, now)
        changes.announce(changes.NetworkPublished(version, now))
        after_commit(store.announce)
    return store.get_version(version.id)


def discard(version_id: int) -> None:
    """Forget a draft. Raises NotFound, Conflict for a version that is or was published, Unavailable."""
    with transaction():
        store.lock_versions()
        if store.get_version(version_id).state is not VersionState.DRAFT:
            raise Conflict(f"version {version_id} is not a draft: what was published once stays in the list")
        store.delete_drafts([version_id])


def save_export(version_id: int, export: Export) -> None:
    """Keep newer open data of a version. Raises Unavailable."""
    with transaction():
        store.set_export(version_id, export.data, export.day)


def correct_villages(corrections: Mapping[str, tuple[str, ...] | None], now: datetime) -> None:
    """Let each of the villages (codes) have exactly these stops (codes); None: what the network and the names say again.

    Workers are told after the commit. Raises Unavailable; then nothing was changed.
    """
    with transaction():
        for village_code, stop_codes in corrections.items():
            if stop_codes is None:
                store.delete_correction(village_code)
            else:
                store.set_correction(village_code, stop_codes, now)
        after_commit(store.publish_corrections)


def announce_published() -> bool:
    """Make Redis say which version the database says is published; False when either does not answer."""
    return store.announce()


def summarize(network: Network) -> dict[str, Any]:
    """Counts by kind, and the dates of validity where the feed gives them."""
    info = network.feed_info
    counts: dict[str, Any] = {
        "routes": len(network.routes), "stops": len(network.stops), "trips": len(network.trips), "calls": len(network.stop_times.stop),
        "services": len(network.services), "markets": len(network.markets), "version": info.version, "is_demo": network.is_demo,
    }
    if info.start_date:
        counts["first"] = info.start_date.isoformat()
    if info.end_date:
        counts["last"] = info.end_date.isoformat()
    return counts


def _forget_old_networks() -> None:
    """Keep the networks of the last ten versions that were published, and of the one that a rollback would publish."""
    versions = [one for one in store.list_versions() if one.has_network and one.published_at is not None]
    back = {one.replaces for one in versions if one.state is VersionState.PUBLISHED}
    versions.sort(key=lambda one: (one.state is VersionState.PUBLISHED, one.published_at), reverse=True)
    store.forget_documents([one.id for one in versions[KEEP_NETWORKS:] if one.id not in back])
