"""Versions of the bus network together with the open data that is made of them: the GTFS zip is built once per publish.

Market days are written out as dates, so the zip of a published version is built anew once a day as well.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from citizen_app import changes
from citizen_app.buses import actions, client, store
from citizen_app.buses.checks import check_network
from citizen_app.buses.documents import unpack
from citizen_app.buses.findings import Finding, Severity
from citizen_app.buses.network import Network
from citizen_app.buses.running import HORIZON_DAYS
from citizen_app.buses.versions import Version
from citizen_app.buses.villages import find_gone
from citizen_app.clock import to_local
from citizen_app.errors import NotFound
from citizen_app.exchange.gtfs.writer import write_network
from citizen_app.geo import Box
from citizen_app.places import store as places_store

_EXAMPLES = 5


def inspect_network(network: Network, now: datetime) -> list[Finding]:
    """Everything that our checks and the GTFS validator find in a network, ours first; the validator reads its open data."""
    today = to_local(now).date()
    found = check_network(network, store.current_calendar(), today, _bounds())
    gone = find_gone(network.stops, store.current_corrections())
    if gone:
        found.append(Finding(Severity.WARNING, "corrected_stop_gone", len(gone), tuple(gone[:_EXAMPLES])))
    feed = write_network(network, store.current_calendar(), today, HORIZON_DAYS)
    return found + client.validate(feed, today, calls=len(network.stop_times.stop))


def publish_network(version_id: int, now: datetime, *, over: int | None = None, despite_errors: bool = False) -> Version:
    """Publish a version with its open data, as `buses.actions.publish` does, and raises."""
    actions.check_publishable(version_id, over=over, despite_errors=despite_errors)
    version = store.get_version(version_id)
    export = _make_export(version, to_local(now).date())
    changes.announce(changes.NetworkComing(version, now))
    return actions.publish(version_id, now, over=over, despite_errors=despite_errors, export=export)


def rollback_network(now: datetime) -> Version:
    """Publish what the published version took the place of, as `buses.actions.rollback` does, then its open data of today."""
    published = store.find_published()
    if published is not None and published.replaces is not None:
        before = store.get_version(published.replaces)
        if before.has_network:
            changes.announce(changes.NetworkComing(before, now))
    version = actions.rollback(now)
    refresh_export(now)
    return version


def refresh_export(now: datetime) -> bool:
    """Make the open data of the published version anew unless it is of today; whether it was made. Raises Unavailable."""
    published, today = store.find_published(), to_local(now).date()
    if published is None or store.find_export_day(published.id) == today:
        return False
    actions.save_export(published.id, _make_export(published, today))
    return True


def _make_export(version: Version, today: date) -> actions.Export:
    """A feed that says no version of its own gets the number of ours."""
    network = unpack(store.get_document(version.digest))
    info = replace(network.feed_info, version=network.feed_info.version or str(version.id))
    return actions.Export(write_network(replace(network, feed_info=info), store.current_calendar(), today, HORIZON_DAYS), today)


def _bounds() -> Box | None:
    try:
        county = places_store.current_county()
    except NotFound:
        return None
    return Box(county.south, county.west, county.north, county.east)
