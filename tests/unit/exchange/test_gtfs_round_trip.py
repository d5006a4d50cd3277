"""What is written as GTFS is read back as it was."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings

from citizen_app.buses.documents import is_same
from citizen_app.buses.network import Network
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.exchange.gtfs.writer import write_network
from tests.unit.exchange.gtfs_feeds import RECORDED, assert_same, networks

TODAY = date(2026, 6, 1)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(networks())
def test_a_network_is_read_back_as_it_was_written(network: Network) -> None:
    written = write_network(network, DayCalendar(), TODAY)
    with open_archive(written) as archive:
        result = read_network(archive)
    assert result.problems == ()
    assert_same(result.get_network(), network)
    assert is_same(result.get_network(), network)
    assert write_network(result.get_network(), DayCalendar(), TODAY) == written


@pytest.mark.parametrize("name", ["hdbrts", "cairns"])
def test_a_real_feed_is_read_without_fault_and_comes_out_as_it_was(name: str) -> None:
    with open_archive(RECORDED / f"{name}.zip") as archive:
        result = read_network(archive)
    assert (result.problems, result.warnings) == ((), ())
    network = result.get_network()
    with open_archive(write_network(network, DayCalendar(), TODAY)) as archive:
        again = read_network(archive)
    assert (again.problems, again.warnings) == ((), ())
    assert_same(again.get_network(), network)
