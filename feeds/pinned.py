"""Connections to addresses that were looked up once and checked, and that end when the time of their fetch is over."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Sequence

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from citizen_app import clock
from feeds.bounds import FetchError

_MOST_ADDRESSES = 3
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Watchdog:
    """Cuts every connection of a fetch when its time is over, also in a handshake or from a server that drips."""

    def __init__(self, seconds: float) -> None:
        self.fired = False
        self._ends_at_s = clock.monotonic_s() + seconds
        self._lock = threading.Lock()
        self._held: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._fire)
        self._timer.daemon = True
        self._timer.start()

    def left_s(self) -> float:
        """Seconds until the time is over, 0 afterwards."""
        return max(0.0, self._ends_at_s - clock.monotonic_s())

    def watch(self, connection: socket.socket) -> None:
        """Cut this one too; at once when the time is over already."""
        with self._lock:
            self._held.append(connection.dup())    # TLS takes the socket object over, not the connection itself
            if self.fired:
                self._cut()

    def stop(self) -> None:
        """The fetch is done."""
        self._timer.cancel()
        with self._lock:
            for connection in self._held:
                connection.close()
            self._held.clear()

    def _fire(self) -> None:
        with self._lock:
            self.fired = True
            self._cut()

    def _cut(self) -> None:
        for connection in self._held:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def resolve(host: str, port: int, allow_private: bool, wait_s: float) -> tuple[str, ...]:
    """The addresses of a host, best first. Raises FetchError when there are none in time, or one that must not be asked."""
    found: list[str] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            failed.append(error)

    # The system's resolver knows no time limit; a thread that it holds up is left behind and ends with it.
    thread = threading.Thread(target=look_up, name=f"resolve:{host}", daemon=True)
    thread.start()
    thread.join(wait_s)
    if failed or not found:
        raise FetchError(f"{host}: no such host" if failed else f"{host}: the name was not found within {wait_s:.0f} s")
    for address in found:
        for ip in _meant(address):
            never = ip.is_link_local or ip.is_multicast or ip.is_unspecified or getattr(ip, "is_site_local", False)
            if never or (not ip.is_global and not allow_private):
                raise FetchError(f"{host} is at {ip}, which is not a public address")
    return tuple(dict.fromkeys(found))[:_MOST_ADDRESSES]


def _meant(address: str) -> list[IpAddress]:
    """An address, and the IPv4 address that it may carry inside and lead to."""
    ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped:
        return [ip.ipv4_mapped]
    if ip.sixtofour:
        return [ip, ip.sixtofour]
    if ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1):
        return [ip, ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip]


def pinned_pools(addresses: Sequence[str], watchdog: Watchdog) -> dict[str, type[HTTPConnectionPool]]:
    """Connection pools by scheme that talk to these addresses only, under the name that was asked for.

    The name stays in the Host header, in SNI and in the check of the certificate.
    """
    def connect(connection: HTTPConnection) -> socket.socket:
        share_s = float(connection.timeout or 0) / len(addresses) or None    # type: ignore[arg-type]
        for address in addresses:
            try:
                made = socket.create_connection((address, connection.port), share_s)
                break
            except OSError as error:
                last = error
        else:
            if isinstance(last, TimeoutError):
                raise ConnectTimeoutError(connection, "no connection in time") from last
            raise NewConnectionError(connection, str(last)) from last
        watchdog.watch(made)
        return made

    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return connect(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}
