"""Fetching a source's bytes, with every way in which a foreign server can hurt us bounded.

Connect 5 s, each read 30 s, the whole fetch 60 s; 10 MB at most, on the wire and unpacked; the name is looked up once,
its address checked and pinned, on every redirect again; only public addresses unless the source allows private ones.
Proxies and passwords of the environment play no part. FEEDS_CA_FILE may name authorities trusted beside the usual ones.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from citizen_app.ops.source import Source
from feeds.bounds import Bounds, FetchError
from feeds.pinned import Watchdog, pinned_pools, resolve
from feeds.unpack import ACCEPTED, unpacked

__all__ = ["Bounds", "FetchError", "Fetched", "Validators", "expand", "fetch"]

_CHUNK = 64 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_PORTS = {"http": 80, "https": 443}
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


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


def fetch(source: Source, validators: Validators = Validators(), bounds: Bounds = Bounds()) -> Fetched:
    """The source's bytes now. Raises FetchError."""
    watchdog = Watchdog(bounds.whole_s)
    try:
        return _follow(source, validators, bounds, watchdog)
    except FetchError as error:
        if watchdog.fired:
            raise FetchError(f"not finished after {bounds.whole_s:g} s", error.http_status) from error
        raise
    finally:
        watchdog.stop()


def expand(text: str) -> str:
    """`${NAME}` replaced from the environment. Raises FetchError for a variable that is not set."""
    def value(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if found is None:
            raise FetchError(f"the environment variable {match[1]} is not set")
        return found
    return _VARIABLE.sub(value, text)


def _follow(source: Source, validators: Validators, bounds: Bounds, watchdog: Watchdog) -> Fetched:
    url = expand(source.url)
    headers = {name: expand(value).replace("{secret}", _secret(source)) for name, value in source.headers.items()}
    for _ in range(bounds.most_redirects + 1):
        parts = _parts(url)
        addresses = resolve(
            str(parts.hostname), parts.port or _PORTS[parts.scheme], source.allow_private, min(bounds.resolve_s, watchdog.left_s())
        )
        with _Ask(addresses, bounds, watchdog).get(url, {**headers, **_conditions(validators)}) as response:
            if response.status_code not in _REDIRECTS or "Location" not in response.headers:
                return _read(response, validators, bounds, watchdog)
            following = _parts(url, response.headers["Location"])
        if _origin(following) != _origin(parts):
            headers = {}    # what was meant for one host is not shown to another
        url = following.geturl()
    raise FetchError(f"more than {bounds.most_redirects} redirects")


def _parts(url: str, location: str = "") -> SplitResult:
    """An address in its parts, or where it redirects to."""
    try:
        parts = urlsplit(urljoin(url, location))
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        what = f"redirected to {location.split('?', maxsplit=1)[0][:80]}, which is" if location else "the address is"
        raise FetchError(f"{what} no http address")
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]


def _conditions(validators: Validators) -> dict[str, str]:
    named = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in named.items() if value}


class _Ask(HTTPAdapter):
    """One request to one of the addresses, without a session: no proxies, cookies, redirects or retries."""

    def __init__(self, addresses: tuple[str, ...], bounds: Bounds, watchdog: Watchdog) -> None:
        self.addresses, self.bounds, self.watchdog = addresses, bounds, watchdog
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        context = ssl.create_default_context()
        if more := os.environ.get("FEEDS_CA_FILE"):
            try:
                context.load_verify_locations(more)
            except OSError as error:
                raise FetchError("FEEDS_CA_FILE names no file of certificates") from error
        super().init_poolmanager(*args, **kwargs, ssl_context=context)
        self.poolmanager.pool_classes_by_scheme = pinned_pools(self.addresses, self.watchdog)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """The answer's head; its body is read while the context lasts."""
        ours = {"User-Agent": "citizen-travel-feeds", "Accept": "*/*", "Accept-Encoding": ACCEPTED, "Connection": "close"}
        try:
            request = requests.Request("GET", url, headers={**ours, **headers}).prepare()
            with self.send(request, stream=True, timeout=(self.bounds.connect_s, self.bounds.read_s)) as response:
                yield response
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            raise FetchError(_in_words(error, self.bounds)) from error
        finally:
            self.close()


def _read(response: requests.Response, asked_with: Validators, bounds: Bounds, watchdog: Watchdog) -> Fetched:
    status = response.status_code
    etag, last_modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
    if status == 304 and asked_with != Validators():
        return Fetched(status, None, Validators(etag or asked_with.etag, last_modified or asked_with.last_modified))
    if status != 200:
        raise FetchError(f"answered {status}", status, _retry_after_s(response.headers.get("Retry-After", "")))
    body = bytearray()
    try:
        for part in unpacked(_wire(response, bounds, watchdog), response.headers.get("Content-Encoding", "")):
            body += part
            if len(body) > bounds.most_bytes:
                raise FetchError(f"more than {bounds.most_bytes} bytes unpacked")
    except (requests.RequestException, HTTPError, OSError) as error:
        raise FetchError(_in_words(error, bounds), status) from error
    except FetchError as error:
        raise FetchError(str(error), status) from error
    return Fetched(status, bytes(body), Validators(etag, last_modified))


def _wire(response: requests.Response, bounds: Bounds, watchdog: Watchdog) -> Iterator[bytes]:
    """The bytes as they come, still packed."""
    got, stated = 0, response.headers.get("Content-Length", "")
    while part := response.raw.read1(_CHUNK, decode_content=False):
        got += len(part)
        if got > bounds.most_bytes:
            raise FetchError(f"more than {bounds.most_bytes} bytes")
        yield part
    if watchdog.fired or (stated.isdigit() and got < int(stated)):
        raise FetchError(f"cut off after {got} of {stated or 'unknown'} bytes")


def _secret(source: Source) -> str:
    return os.environ.get(source.secret_env, "") if source.secret_env else ""


def _retry_after_s(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _in_words(error: BaseException, bounds: Bounds) -> str:
    """One line that says what went wrong, without addresses of memory and without secrets of the URL."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not good: {cause.verify_message.rstrip('.')}"
    if isinstance(error, requests.ConnectTimeout):
        return f"no connection within {bounds.connect_s:g} s"
    if isinstance(error, requests.Timeout) or any(isinstance(one, TimeoutError) for one in causes):
        return "the server fell silent"
    if any(isinstance(one, ssl.SSLError) for one in causes):
        return "no secure connection could be agreed on"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidHeader | UnicodeError):
        return "the address or a header cannot be sent"
    said = [one.strerror for one in causes if isinstance(one, OSError) and one.strerror]
    return f"connection failed: {said[-1] if said else 'cut off'}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that led to it, wherever libraries keep that."""
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop()
        if isinstance(one, BaseException) and one not in seen:
            seen.append(one)
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
