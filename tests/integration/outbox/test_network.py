"""A published bus network goes to the province with its publication: all of it once, then what differs, and what is gone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from flask import Flask

from citizen_app.buses import actions as bus_actions
from citizen_app.buses.network import Network
from citizen_app.errors import Conflict
from citizen_app.exchange import actions
from citizen_app.exchange.outbox import Entry, State
from citizen_app.reporting import current_province
from feeds.demo.platform.server import PlatformServer
from tests.bus_site import demo_network
from tests.networks import make_stop_times
from tests.province import Now, entries, send_all

KINDS = ("line", "stop", "stop_sequence", "trip")


def publish(network: Network, now: Now) -> int:
    version = bus_actions.import_network(network, "test", now())
    actions.publish_network(version.id, now(), despite_errors=True)
    return version.id


def of_buses(since: int = 0) -> Sequence[Entry]:
    return [one for one in entries() if one.kind in KINDS and one.id > since]


def operations(rows: Sequence[Entry]) -> Counter[tuple[str, str]]:
    return Counter((str(one.kind), one.fields["操作"]) for one in rows)


def test_a_network_is_reported_once_then_its_differences_and_back(
    app: Flask, now: Now, sender: actions.Sender, platform: PlatformServer
) -> None:
    network = demo_network()
    publish(network, now)
    first = of_buses()
    kinds = operations(first)
    assert all(kinds[kind, "1"] for kind in KINDS) and not any(kinds[kind, "0"] for kind in KINDS)
    assert len({(one.kind, one.subject) for one in first}) == len(first)
    assert [one.reason for one in first if one.state is State.INVALID] == []
    assert send_all(sender) == len(first)
    now.wait(minutes=1)

    name = network.routes[0]
    publish(replace(network, routes=(replace(name, short_name="999路"), *network.routes[1:])), now)
    second = of_buses(first[-1].id)
    assert operations(second) == {("line", "1"): 1} and second[0].fields["名称"].startswith("999路")
    now.wait(minutes=1)

    actions.rollback_network(now())
    third = of_buses(second[-1].id)
    assert operations(third) == {("line", "1"): 1} and third[0].subject == second[0].subject
    assert send_all(sender) == 2
    assert platform.memory.numbers()["kinds"]["line"]["disordered"] == 0


def test_what_is_not_in_the_network_any_more_is_removed_trips_before_lines(
    app: Flask, now: Now, sender: actions.Sender, platform: PlatformServer
) -> None:
    network = demo_network()
    publish(network, now)
    sent = send_all(sender)
    last = of_buses()[-1].id
    now.wait(minutes=1)
    gone = network.routes[0].route_id
    kept = [index for index, trip in enumerate(network.trips) if trip.route_id != gone]
    publish(without_trips(network, kept), now)
    removed = [one for one in of_buses(last) if one.fields["操作"] == "0"]
    assert [one.subject for one in removed if one.kind == "line"] == [f"line:{gone}"]
    assert sum(one.kind == "trip" for one in removed) == len(network.trips) - len(kept)
    kinds = [str(one.kind) for one in removed]
    assert kinds == sorted(kinds, key=lambda kind: -KINDS.index(kind))
    assert send_all(sender) == len(of_buses(last)) and sent
    assert platform.memory.numbers()["kinds"]["trip"]["held"] == len(kept)


def test_a_publication_that_fails_reports_nothing(app: Flask, now: Now) -> None:
    version = publish(demo_network(), now)
    before = of_buses()
    with pytest.raises(Conflict):
        actions.publish_network(version, now())
    assert of_buses() == before


def test_dates_of_trips_are_reported_anew_when_a_month_begins(app: Flask, now: Now) -> None:
    province = current_province()
    assert province is not None
    publish(demo_network(), now)
    last = of_buses()[-1].id
    now.wait(days=1)
    actions.report_everything(province, now())
    assert of_buses(last) == []
    now.wait(days=30)
    actions.report_everything(province, now())
    assert {str(one.kind) for one in of_buses(last)} == {"trip"}


def without_trips(network: Network, kept: Sequence[int]) -> Network:
    """The network with these of its trips only."""
    calls = network.stop_times
    trips = [
        [
            (network.stops[calls.stop[call]].stop_id, int(calls.arrival_s[call]), int(calls.departure_s[call]))
            for call in range(calls.first[index], calls.first[index + 1])
        ]
        for index in kept
    ]
    numbers = {stop.stop_id: number for number, stop in enumerate(network.stops)}
    ids = {network.trips[index].trip_id for index in kept}
    return replace(
        network, trips=tuple(network.trips[index] for index in kept), stop_times=make_stop_times(trips, numbers),
        frequencies=tuple(one for one in network.frequencies if one.trip_id in ids),
    )
