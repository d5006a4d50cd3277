"""A network as bytes comes back as it was, and equal networks are equal bytes."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.buses.documents import digest_of, is_same, pack, unpack
from citizen_app.buses.network import Network, StopTimes
from citizen_app.errors import InvalidInput
from tests.networks import make_network, networks


def assert_equal(one: Network, other: Network) -> None:
    """Field by field, without the module under test."""
    for part in fields(Network):
        if part.name == "stop_times":
            for column in fields(StopTimes):
                np.testing.assert_array_equal(getattr(one.stop_times, column.name), getattr(other.stop_times, column.name))
        elif part.name == "shapes":
            assert set(one.shapes) == set(other.shapes)
            for key, shape in one.shapes.items():
                for name in ("lat", "lon", "dist"):
                    np.testing.assert_array_equal(getattr(shape, name), getattr(other.shapes[key], name))
        else:
            assert getattr(one, part.name) == getattr(other, part.name), part.name


@given(networks())
def test_every_network_comes_back_as_it_was(network: Network) -> None:
    again = unpack(pack(network))
    assert_equal(again, network)
    assert pack(again) == pack(network)


@given(networks(), networks())
def test_different_networks_are_different_bytes(one: Network, other: Network) -> None:
    try:
        assert_equal(one, other)
    except AssertionError:
        assert not is_same(one, other)
    else:
        assert is_same(one, other)


def test_services_and_shapes_have_no_order() -> None:
    network = make_network()
    turned = replace(network, services=dict(reversed(network.services.items())))
    assert pack(network) == pack(turned) and digest_of(pack(network)) == digest_of(pack(turned))


def test_a_column_of_numbers_of_another_width_is_the_same() -> None:
    network = make_network()
    times = network.stop_times
    wide = replace(network, stop_times=replace(times, arrival_s=times.arrival_s.astype(np.int64), stop=times.stop[::1].astype(">i4")))
    assert is_same(network, wide)


@given(st.binary(max_size=60), st.integers(0, 400))
def test_what_is_no_network_or_is_cut_off_is_refused(junk: bytes, length: int) -> None:
    whole = pack(make_network())
    for data in (junk, whole[:8] + junk, whole[:min(length, len(whole) - 1)]):
        with pytest.raises(InvalidInput):
            unpack(data)
