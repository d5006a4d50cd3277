"""Fetching from real servers that misbehave: every fault ends in time, in little memory, with one line that says what it was."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pytest import MonkeyPatch

from citizen_app import config
from citizen_app.errors import InvalidInput
from citizen_app.ops.source import Source
from feeds.bounds import Bounds, FetchError
from feeds.fetch import Validators, fetch
from feeds.registry import get_adapter
from tests.factories import NOON
from tests.integration.misbehaving import GOOD, BadServer, bad_server

TLS = config.ROOT / "tests" / "recorded" / "tls"


@pytest.fixture
def names(monkeypatch: MonkeyPatch) -> list[str]:
    """Lets vendor.example and other.example be this machine; every name that was looked up."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def here(host: str, *rest: object, **more: object) -> object:
        if host.endswith(".example"):
            asked.append(host)
        return look_up("127.0.0.1" if host.endswith(".example") else host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", here)
    return asked


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


def test_validators_last_when_the_server_does_not_repeat_them(server: BadServer) -> None:
    given = Validators('"v7"', "Tue, 24 Nov 2026 04:00:00 GMT")
    assert fetch(source(server, "bare-304"), given).validators == given


@pytest.mark.parametrize("path", ["packed", "packed-in-two", "deflated", "deflated-barely"])
def test_packed_answers_are_unpacked(server: BadServer, path: str) -> None:
    assert fetch(source(server, path)).body == GOOD


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("error", "answered 500"), ("cut", "cut off after 5 of 5000 bytes|connection failed"), ("cut-chunks", "connection failed: cut off"),
        ("loop", "more than 3 redirects"), ("to-file", "redirected to file:///etc/passwd, which is no http address"),
        ("zeros", "more than 10485760 bytes"), ("bomb", "more than 10485760 bytes unpacked"),
        ("deflate-bomb", "more than 10485760 bytes unpacked"), ("brotli", "packed as br, which was not asked for"),
        ("packed-and-cut", "cut off in the middle of packed data"), ("packed-badly", "packed data is broken"),
        ("metadata", "169.254.169.254, which is not a public address"), ("unasked-304", "answered 304"),
    ],
)
def test_each_fault_is_one_clear_line(server: BadServer, path: str, words: str) -> None:
    with pytest.raises(FetchError, match=words) as caught:
        fetch(source(server, path))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 120


def test_nobody_at_the_port_is_said_as_such(server: BadServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(FetchError, match="connection failed: Connection refused"):
        fetch(source(server, "", url=f"http://127.0.0.1:{port}/"))


def test_more_than_the_stated_length_is_not_read(server: BadServer) -> None:
    assert fetch(source(server, "more-than-stated")).body == GOOD[:-5]


def test_a_server_that_asks_for_patience_is_given_it(server: BadServer) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(source(server, "error"))
    assert (caught.value.http_status, caught.value.retry_after_s) == (500, 7)


@pytest.mark.parametrize("path", ["zeros", "bomb", "deflate-bomb"])
def test_gigabytes_and_bombs_cost_little_memory(server: BadServer, path: str) -> None:
    """At most twice the 10 MB that are allowed, with what the server of this test itself needs to send them."""
    fetch(source(server, "good"))
    tracemalloc.start()
    try:
        with pytest.raises(FetchError):
            fetch(source(server, path))
        peak_mb = tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
    assert peak_mb < 22


@pytest.mark.parametrize("path", ["hang", "drip", "drip-headers", "slow-loop"])
def test_a_server_that_takes_its_time_is_left_when_the_whole_time_is_over(server: BadServer, path: str) -> None:
    began_s = time.monotonic()
    with pytest.raises(FetchError, match=r"not finished after 1.5 s"):
        fetch(source(server, path), bounds=Bounds(whole_s=1.5))
    assert 1.4 < time.monotonic() - began_s < 20


@pytest.mark.parametrize("path", ["hang", "drip", "drip-headers", "zeros", "bomb", "metadata", "error", "good"])
def test_nothing_is_left_behind(server: BadServer, path: str) -> None:
    before = threading.active_count() - server_threads()
    with suppress(FetchError):
        fetch(source(server, path), bounds=Bounds(whole_s=0.5))
    deadline = time.monotonic() + 10
    while threading.active_count() - server_threads() > before and time.monotonic() < deadline:
        time.sleep(0.02)
    assert threading.active_count() - server_threads() <= before


def server_threads() -> int:
    return sum(thread.name == "bad-server" for thread in threading.enumerate())


def test_a_name_that_nobody_answers_for_is_given_up(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait(30) and [])
    began_s = time.monotonic()
    with pytest.raises(FetchError, match=r"vendor.example: the name was not found within"):
        fetch(source(server, "", url="http://vendor.example/"), bounds=Bounds(resolve_s=0.3))
    assert time.monotonic() - began_s < 15
    released.set()


def test_a_silent_server_is_left_after_the_time_for_reading(server: BadServer) -> None:
    with pytest.raises(FetchError, match="the server fell silent"):
        fetch(source(server, "hang"), bounds=Bounds(read_s=0.5))


def test_a_web_page_instead_of_data_is_refused_by_the_adapter(server: BadServer) -> None:
    body = fetch(source(server, "html")).body
    assert body is not None
    with pytest.raises(InvalidInput, match="not JSON"):
        get_adapter(source(server, "html")).parse(body, NOON)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "[::1]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "[::ffff:127.0.0.1]", "0.0.0.0", "[fd00::1]",
    "2130706433", "0x7f000001", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[fec0::1]", "240.0.0.1",
])
def test_private_addresses_are_refused_without_asking_them(server: BadServer, host: str) -> None:
    with pytest.raises(FetchError, match="not a public address"):
        fetch(source(server, "", url=f"http://{host}:{server.port}/good", allow_private=False))
    assert server.asked == {}


def test_a_name_with_one_private_address_among_public_ones_is_refused(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    with pytest.raises(FetchError, match=r"vendor.example is at 10.0.0.7, which is not a public address"):
        fetch(source(server, "", url="http://vendor.example/", allow_private=False))


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]", "224.0.0.1", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]"])
def test_addresses_of_the_link_are_refused_even_where_private_ones_are_allowed(server: BadServer, host: str) -> None:
    with pytest.raises(FetchError, match="not a public address|no such host"):
        fetch(source(server, "", url=f"http://{host}/"))


@pytest.mark.parametrize("url", ["ftp://vendor.example/", "vendor.example/x", "http://", "http://[::1/", "http://a:99999/", "gopher://127.0.0.1/"])
def test_what_is_no_http_address_is_said_to_be_none(server: BadServer, url: str) -> None:
    with pytest.raises(FetchError, match="the address is no http address"):
        fetch(source(server, "", url=url))


def test_the_next_address_of_a_name_is_tried_when_nobody_is_at_the_first(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port)) for address in ("127.77.0.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: entries)
    assert fetch(source(server, "", url=f"http://vendor.example:{server.port}/good")).body == GOOD


def test_redirects_are_followed_but_secrets_stay_with_their_host(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_SECRET", "hush")
    headers = {"Authorization": "Bearer {secret}"}
    assert fetch(source(server, "moved", headers=headers, secret_env="VENDOR_SECRET")).body == GOOD
    assert all("Bearer hush" in request for request in server.requests)
    server.requests.clear()
    assert fetch(source(server, "elsewhere", headers=headers, secret_env="VENDOR_SECRET")).body == GOOD
    assert ["hush" in request for request in server.requests] == [True, False]


def test_a_name_and_password_in_the_address_are_sent_to_its_host_only_and_never_said(
    server: BadServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert fetch(source(server, "", url=f"http://user:hush@127.0.0.1:{server.port}/elsewhere")).body == GOOD
        with pytest.raises(FetchError) as caught:
            fetch(source(server, "", url=f"http://user:hush@127.0.0.1:{server.port}/to-file"))
    assert ["Authorization: Basic" in request for request in server.requests[:2]] == [True, False]
    assert "hush" not in str(caught.value)


def test_proxies_and_passwords_of_the_environment_play_no_part(server: BadServer, monkeypatch: MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password hush")
    monkeypatch.setenv("NETRC", str(netrc))
    assert fetch(source(server, "good")).body == GOOD
    assert "Authorization" not in server.requests[0]


def test_the_name_is_resolved_once_and_the_address_is_pinned(server: BadServer, names: list[str]) -> None:
    assert fetch(source(server, "", url=f"http://vendor.example:{server.port}/good")).body == GOOD
    assert names == ["vendor.example"]
    assert f"Host: vendor.example:{server.port}" in server.requests[0]


class TestTls:
    @pytest.fixture
    def secure(self, names: list[str], monkeypatch: MonkeyPatch) -> Iterator[BadServer]:
        monkeypatch.setenv("FEEDS_CA_FILE", str(TLS / "authority.pem"))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / "vendor.example.pem")
        with bad_server(context) as one:
            yield one

    def test_the_name_is_asked_for_and_checked_though_the_address_is_pinned(self, secure: BadServer, names: list[str]) -> None:
        assert fetch(source(secure, "good")).body == GOOD
        assert secure.names == ["vendor.example"] and names == ["vendor.example"]
        assert f"Host: vendor.example:{secure.port}" in secure.requests[0]

    def test_a_certificate_for_another_name_is_refused(self, secure: BadServer) -> None:
        with pytest.raises(FetchError, match="the certificate is not good: Hostname mismatch"):
            fetch(source(secure, "", url=f"https://other.example:{secure.port}/good"))
        with pytest.raises(FetchError, match="the certificate is not good: IP address mismatch"):
            fetch(source(secure, "", url=f"https://127.0.0.1:{secure.port}/good"))
        assert secure.requests == []

    def test_a_certificate_of_an_unknown_authority_is_refused(self, secure: BadServer, monkeypatch: MonkeyPatch) -> None:
        monkeypatch.delenv("FEEDS_CA_FILE")
        with pytest.raises(FetchError, match="the certificate is not good: unable to get local issuer"):
            fetch(source(secure, "good"))

    def test_a_file_of_authorities_that_is_not_there_is_named(self, secure: BadServer, monkeypatch: MonkeyPatch) -> None:
        monkeypatch.setenv("FEEDS_CA_FILE", "/nowhere.pem")
        with pytest.raises(FetchError, match="FEEDS_CA_FILE names no file of certificates"):
            fetch(source(secure, "good"))

    def test_a_server_without_tls_is_said_as_such(self, secure: BadServer, server: BadServer) -> None:
        with pytest.raises(FetchError, match="no secure connection could be agreed on"):
            fetch(source(server, "", url=f"https://vendor.example:{server.port}/good"))

    @pytest.mark.parametrize("path", ["drip", "hang", "drip-headers"])
    def test_time_ends_inside_of_tls_too(self, secure: BadServer, path: str) -> None:
        with pytest.raises(FetchError, match=r"not finished after 1.5 s"):
            fetch(source(secure, path), bounds=Bounds(whole_s=1.5))

    def test_a_handshake_that_drips_ends_with_the_whole_time(self, names: list[str]) -> None:
        with slow_handshake() as port, pytest.raises(FetchError, match=r"not finished after 1.5 s"):
            fetch(Source("vendor", "vendor", url=f"https://vendor.example:{port}/", allow_private=True), bounds=Bounds(whole_s=1.5))

    def test_a_secret_is_not_shown_to_the_same_host_in_the_clear(self, secure: BadServer, server: BadServer) -> None:
        secure.plain_port = server.port
        assert fetch(source(secure, "in-the-clear", headers={"X-Key": "hush"})).body == GOOD
        assert "hush" in secure.requests[0] and "hush" not in server.requests[0]


@contextmanager
def slow_handshake() -> Iterator[int]:
    """A server that begins a TLS record of 16 kB and sends it a byte at a time."""
    ended = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(b"\x16\x03\x03\x40\x00")
            while not ended.wait(0.05):
                connection.sendall(b"\x02")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, name="bad-server", daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()


def test_variables_of_the_environment_stand_in_addresses(server: BadServer, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setenv("VENDOR_PORT", str(server.port))
    assert fetch(source(server, "", url="http://127.0.0.1:${VENDOR_PORT}/good")).body == GOOD
    with pytest.raises(FetchError, match="NOT_SET_ANYWHERE is not set"):
        fetch(source(server, "", url="http://127.0.0.1:${NOT_SET_ANYWHERE}/good"))


def test_validators_are_sent_as_they_came(server: BadServer) -> None:
    fetch(source(server, "good"), Validators("", "Tue, 24 Nov 2026 04:00:00 GMT"))
    assert "If-Modified-Since: Tue, 24 Nov 2026 04:00:00 GMT" in server.requests[0]
