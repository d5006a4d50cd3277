"""Settings that would break the service later, found before it starts. Each raises Unusable with one line."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from pathlib import Path
from typing import IO

import sqlalchemy


class Unusable(Exception):
    """A setting that cannot be used; the text is the one line that says so."""


def read_port() -> int:
    """PORT as a number."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Unusable(f"PORT {text}: not a port number")
    return int(text)


def lock_folder(data_dir: Path) -> IO[str]:
    """Two services in one folder would fight over its files."""
    try:
        lock = (data_dir / "serve.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Unusable(f"DATA_DIR {data_dir}: bin/serve is running in it already") from error
    except OSError as error:
        raise Unusable(f"DATA_DIR {data_dir}: cannot be written: {error.strerror}") from error
    return lock


def check_port(host: str, port: int) -> None:
    """Pass when pages can be served there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise Unusable(f"HOST {host}: no such address on this machine") from error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise Unusable(f"HOST {host}: not an address of this machine") from error
            raise Unusable(f"PORT {port}: cannot be used on {host}: {error.strerror}") from error


def check_database(url: str) -> None:
    """Pass when the database answers."""
    try:
        name = sqlalchemy.make_url(url).render_as_string(hide_password=True)
    except sqlalchemy.exc.ArgumentError as error:
        raise Unusable("DATABASE_URL: not the address of a database") from error
    try:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text("SELECT 1"))
        engine.dispose()
    except Exception as error:    # drivers differ in what they raise
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise Unusable(f"DATABASE_URL {name}: the database does not answer: {reason[:200]}") from error
