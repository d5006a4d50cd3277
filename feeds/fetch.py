"""Fetching a source's bytes, with every way in which a foreign server can hurt us bounded.

Connect 5 s, each read 30 s, the whole fetch 60 s; 10 MB at most, on the wire and unpacked; the address is resolved once,
checked and pinned, on every redirect again; only public addresses unless the source allows private ones.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import socket
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from citizen_app.errors import AppError
from citizen_app.ops.source import Source

CONNECT_S = 5.0
READ_S = 30.0
WHOLE_S = 60.0
MOST_BYTES = 10 * 1024 * 1024
MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class FetchError(AppError):
    """The bytes could not be had; `str()` is one line fit for the list of runs."""

    def __init__(self, message: str, http_status: int | None = None, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.retry_after_s = retry_after_s


@dataclass(frozen=True)
class Validators:
    """What the server gave us the last time to ask "has it changed?" with."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True)
class Fetched:
    """`body` is None when nothing has changed since the validators were given."""

    http_status: int
    body: bytes | None
    validators: Validators


def fetch(source: Source, validators: Validators = Validators()) -> Fetched:
    """The source's bytes now. Raises FetchError."""
    watchdog = _Watchdog(WHOLE_S)
    try:
        return _follow(source, validators, watchdog)
    finally:
        watchdog.stop()


def _follow(source: Source, validators: Validators, watchdog: _Watchdog) -> Fetched:
    url = expand(source.url)
    headers = {name: expand(value).replace("{secret}", _secret(source)) for name, value in source.headers.items()}
    for _ in range(MOST_REDIRECTS + 1):
        response = _ask(url, source, headers, validators, watchdog)
        with response:
            if response.status_code in _REDIRECTS and "Location" in response.headers:
                following = urljoin(url, response.headers["Location"])
                if urlsplit(following).netloc != urlsplit(url).netloc:
                    headers = {}    # what was meant for one host is not shown to another
                url = following
                continue
            return _read(response, watchdog)
    raise FetchError(f"more than {MOST_REDIRECTS} redirects")


def expand(text: str) -> str:
    """`${NAME}` replaced from the environment. Raises FetchError for a variable that is not set."""
    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise FetchError(f"the environment variable {match[1]} is not set")
        return found
    return _VARIABLE.sub(value, text)


def resolve(host: str, port: int, allow_private: bool) -> str:
    """The one address that this fetch talks to. Raises FetchError for one that it must not."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"{host}: no such host") from error
    address = str(found[0][4][0])
    for entry in found:
        ip = ipaddress.ip_address(str(entry[4][0]).split("%")[0])
        ip = getattr(ip, "ipv4_mapped", None) or ip
        link_local = ip.is_link_local or ip.is_multicast or ip.is_unspecified
        if link_local or (not ip.is_global and not allow_private):
            raise FetchError(f"{host} is at {ip}, which is not a public address")
    return address


class _Watchdog:
    """Cuts the connection when the time for the whole fetch is over, also from a server that drips its headers."""

    def __init__(self, seconds: float) -> None:
        self.connected: list[socket.socket] = []
        self.fired = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def _cut(self) -> None:
        self.fired = True
        for connection in self.connected:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._timer.cancel()


class _PinnedAdapter(HTTPAdapter):
    """Connects to one address, whatever the name resolves to by then; certificates are checked for the name."""

    def __init__(self, scheme: str, host: str, address: str, watchdog: _Watchdog) -> None:
        self.scheme, self.host, self.address, self.watchdog = scheme, host, address, watchdog
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self.scheme == "https":
            kwargs |= {"server_hostname": self.host, "assert_hostname": self.host}
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _watched_pools(self.watchdog)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.headers["Host"] = parts.netloc.rpartition("@")[2]
        literal = f"[{self.address}]" if ":" in self.address else self.address
        port = f":{parts.port}" if parts.port else ""
        request.url = parts._replace(netloc=literal + port).geturl()
        return super().send(request, *args, **kwargs)


def _watched_pools(watchdog: _Watchdog) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools whose connections the watchdog knows."""
    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            watchdog.connected.append(self.sock)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            watchdog.connected.append(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _ask(
    url: str, source: Source, headers: Mapping[str, str], validators: Validators, watchdog: _Watchdog
) -> requests.Response:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise FetchError(f"not an address: {url[:80]}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FetchError(f"not an http address: {url[:80]}")
    address = resolve(parts.hostname, port, source.allow_private)
    conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    session = requests.Session()
    session.trust_env = False
    session.mount(f"{parts.scheme}://", _PinnedAdapter(parts.scheme, parts.hostname, address, watchdog))
    try:
        return session.get(
            url,
            headers={
                "User-Agent": "citizen-travel-feeds", "Accept-Encoding": "gzip, deflate", **headers,
                **{name: value for name, value in conditions.items() if value},
            },
            timeout=(CONNECT_S, READ_S),
            stream=True,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        raise FetchError(_late() if watchdog.fired else _in_words(error)) from error


def _read(response: requests.Response, watchdog: _Watchdog) -> Fetched:
    status = response.status_code
    validators = Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
    if status == 304:
        return Fetched(status, None, validators)
    if status != 200:
        raise FetchError(f"answered {status}", status, _retry_after_s(response.headers.get("Retry-After", "")))
    body = bytearray()
    try:
        for part in _unpacked(_wire(response, watchdog), response.headers.get("Content-Encoding", "")):
            body += part
            if len(body) > MOST_BYTES:
                raise FetchError(f"more than {MOST_BYTES} bytes", status)
    except (requests.RequestException, HTTPError, OSError, zlib.error) as error:
        raise FetchError(_late() if watchdog.fired else _in_words(error), status) from error
    return Fetched(status, bytes(body), validators)


def _wire(response: requests.Response, watchdog: _Watchdog) -> Iterator[bytes]:
    """The bytes as they come, still packed."""
    got, stated = 0, response.headers.get("Content-Length", "")
    while part := response.raw.read1(_CHUNK, decode_content=False):
        got += len(part)
        if got > MOST_BYTES:
            raise FetchError(f"more than {MOST_BYTES} bytes", response.status_code)
        yield part
    if watchdog.fired:
        raise FetchError(_late(), response.status_code)
    if stated.isdigit() and got < int(stated):
        raise FetchError(f"cut off after {got} of {stated} bytes", response.status_code)


def _unpacked(parts: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The bytes unpacked a piece at a time, so that a small bomb never becomes a large memory."""
    kind = encoding.strip().lower()
    if kind in {"", "identity"}:
        yield from parts
        return
    if kind not in {"gzip", "deflate"}:
        raise FetchError(f"packed as {kind}, which was not asked for")
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)
    for part in parts:
        rest = part
        while rest and not unpacker.eof:
            yield unpacker.decompress(rest, _CHUNK)
            rest = unpacker.unconsumed_tail
    yield unpacker.flush()
    if not unpacker.eof:
        raise FetchError("cut off in the middle of packed data")


def _secret(source: Source) -> str:
    return os.environ.get(source.secret_env, "") if source.secret_env else ""


def _retry_after_s(text: str) -> float | None:
    return float(text) if text.isdigit() and len(text) < 6 else None


def _late() -> str:
    return f"not finished after {WHOLE_S:.0f} s"


def _in_words(error: Exception) -> str:
    """One line that says what went wrong without addresses of memory and without secrets of the URL."""
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {CONNECT_S:.0f} s"
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return f"silent for {READ_S:.0f} s"
    if isinstance(error, requests.exceptions.SSLError):
        return "the certificate is not good"
    if isinstance(error, zlib.error):
        return "packed data is broken"
    return f"connection failed ({type(error).__name__})"
