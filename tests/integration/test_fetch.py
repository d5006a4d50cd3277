"""Fetching from real servers that misbehave: every fault ends in time, in little memory, with one line that says what it was."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator

import pytest
from pytest import MonkeyPatch

from citizen_app.errors import InvalidInput
from citizen_app.ops.source import Source
from feeds import fetch as fetching
from feeds.fetch import FetchError, Validators, fetch
from feeds.registry import get_adapter
from tests.factories import NOON
from tests.integration.misbehaving import GOOD, BadServer, bad_server


@pytest.fixture
def server() -> Iterator[BadServer]:
    with bad_server() as one:
        yield one


def source(server: BadServer, path: str, **changes: object) -> Source:
    values = {"uid": "vendor", "name": "vendor", "format": "mapped_json", "url": server.url(path), "allow_private": True,
              "settings": {"fields": {"ref": "id", "available_spaces": "free"}}}
    return Source(**{**values, **changes})  # type: ignore[arg-type]


def test_a_good_answer_comes_with_what_to_ask_with_the_next_time(server: BadServer) -> None:
    first = fetch(source(server, "good"))
    assert (first.http_status, first.body, first.validators.etag) == (200, GOOD, '"v1"')
    second = fetch(source(server, "good"), first.validators)
    assert (second.http_status, second.body) == (304, None)


def test_packed_answers_are_unpacked(server: BadServer) -> None:
    assert fetch(source(server, "packed")).body == GOOD


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("error", "answered 500"), ("cut", "cut off after 5 of 5000 bytes|connection failed"), ("loop", "more than 3 redirects"),
        ("to-file", "not an http address"), ("zeros", "more than 10485760 bytes"), ("bomb", "more than 10485760 bytes"),
        ("metadata", "169.254.169.254, which is not a public address"),
    ],
)
def test_each_fault_is_one_clear_line(server: BadServer, path: str, words: str) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        fetch(source(server, path))
    assert "\n" not in str(caught.value)


def test_a_server_that_asks_for_patience_is_given_it(server: BadServer) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(source(server, "error"))
    assert (caught.value.http_status, caught.value.retry_after_s) == (500, 7)


def test_gigabytes_and_bombs_cost_little_memory(server: BadServer) -> None:
    fetch(source(server, "good"))
    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in ("zeros", "bomb"):
        with pytest.raises(FetchError):
            fetch(source(server, path))
    grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
    # The server of this test builds the packed bomb (200 kB) in this process too.
    assert grown_mb < 80


@pytest.mark.parametrize("path", ["hang", "drip", "drip-headers"])
def test_a_server_that_takes_its_time_is_left_when_the_whole_time_is_over(
    server: BadServer, path: str, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "WHOLE_S", 1.5)
    began_s = time.monotonic()
    with pytest.raises(FetchError, match="not finished after"):
        fetch(source(server, path))
    assert 1 < time.monotonic() - began_s < 20


def test_a_silent_server_is_left_after_the_time_for_reading(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "READ_S", 0.5)
    with pytest.raises(FetchError, match="silent for"):
        fetch(source(server, "hang"))


def test_a_web_page_instead_of_data_is_refused_by_the_adapter(server: BadServer) -> None:
    body = fetch(source(server, "html")).body
    assert body is not None
    with pytest.raises(InvalidInput, match="not JSON"):
        get_adapter(source(server, "html")).parse(body, NOON)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "100.64.0.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_private_addresses_are_refused_without_asking_them(server: BadServer, host: str) -> None:
    with pytest.raises(FetchError, match="not a public address"):
        fetch(source(server, "", url=f"http://{host}:{server.port}/good", allow_private=False))
    assert server.asked == {}


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "224.0.0.1"])
def test_addresses_of_the_link_are_refused_even_where_private_ones_are_allowed(server: BadServer, host: str) -> None:
    with pytest.raises(FetchError, match="not a public address|no such host"):
        fetch(source(server, "", url=f"http://{host}/"))


def test_redirects_are_followed_but_secrets_stay_with_their_host(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_SECRET", "hush")
    headers = {"Authorization": "Bearer {secret}"}
    assert fetch(source(server, "moved", headers=headers, secret_env="VENDOR_SECRET")).body == GOOD
    assert all("Bearer hush" in request for request in server.requests)
    server.requests.clear()
    assert fetch(source(server, "elsewhere", headers=headers, secret_env="VENDOR_SECRET")).body == GOOD
    assert ["hush" in request for request in server.requests] == [True, False]


def test_the_name_is_resolved_once_and_the_address_is_pinned(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    asked: list[str] = []
    resolve = fetching.socket.getaddrinfo

    def once(host: str, *rest: object, **more: object) -> object:
        asked.append(host)
        return resolve("127.0.0.1" if host == "vendor.example" else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", once)
    assert fetch(source(server, "", url=f"http://vendor.example:{server.port}/good")).body == GOOD
    assert asked.count("vendor.example") == 1
    assert f"Host: vendor.example:{server.port}" in server.requests[0]


def test_variables_of_the_environment_stand_in_addresses(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_PORT", str(server.port))
    assert fetch(source(server, "", url="http://127.0.0.1:${VENDOR_PORT}/good")).body == GOOD
    with pytest.raises(FetchError, match="NOT_SET_ANYWHERE is not set"):
        fetch(source(server, "", url="http://127.0.0.1:${NOT_SET_ANYWHERE}/good"))


def test_validators_are_sent_as_they_came(server: BadServer) -> None:
    fetch(source(server, "good"), Validators("", "Tue, 24 Nov 2026 04:00:00 GMT"))
    assert "If-Modified-Since: Tue, 24 Nov 2026 04:00:00 GMT" in server.requests[0]
