"""Who is counted as one reader of the open data."""

from __future__ import annotations

from citizen_app.exchange.views import client_of


def test_one_network_of_ipv6_is_one_client() -> None:
    assert client_of("2001:db8:1:2:aaaa::1") == client_of("2001:db8:1:2::2") != client_of("2001:db8:1:3::2")


def test_an_ipv4_address_is_one_client_however_it_is_written() -> None:
    assert client_of("::ffff:203.0.113.5") == client_of("203.0.113.5") == "203.0.113.5"


def test_nobody_is_counted_whose_address_is_not_known() -> None:
    assert client_of("") == client_of("unix:") == client_of("203.0.113.5, 198.51.100.1") == ""
