"""A county with the demonstration's bus network published, for tests of pages."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from citizen_app.buses import actions
from citizen_app.buses.network import Network
from citizen_app.exchange.workbook.reader import read_workbook
from citizen_app.ops.bundle import CountyBundle, parse_bundle
from citizen_app.places import actions as places_actions
from citizen_app.places import store as places_store

FOLDER = Path(__file__).resolve().parents[1] / "feeds" / "demo" / "linhai"


@cache
def demo_bundle() -> CountyBundle:
    return parse_bundle({path.name: path.read_bytes() for path in FOLDER.iterdir()})


@cache
def demo_network() -> Network:
    bundle = demo_bundle()
    return read_workbook((FOLDER / "buses.xlsx").read_bytes(), bundle.towns, bundle.villages)


def publish_demo_buses(now: datetime) -> None:
    """The towns of the demonstration county beside whatever else is there, and its network as the published one."""
    bundle = demo_bundle()
    places_actions.save_places(bundle.county, bundle.towns, bundle.villages, bundle.landmarks)
    places_store.publish()
    publish_network(demo_network(), now)


def publish_network(network: Network, now: datetime) -> None:
    """Make a network the published one."""
    actions.publish(actions.import_network(network, "test", now).id, now, despite_errors=True)
