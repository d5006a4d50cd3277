"""How the pages are served: two workers of four threads, each with its own memory of the county."""

import ctypes
import gc
import os
import shutil
from pathlib import Path
from typing import Any

_counters = Path(os.environ.get("DATA_DIR") or "var").resolve() / "metrics"
shutil.rmtree(_counters, ignore_errors=True)
_counters.mkdir(parents=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_counters)    # read once, when the library is first imported: so before it

from prometheus_client import multiprocess  # noqa: E402

from citizen_app import live, logs  # noqa: E402

bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
if ":" in (os.environ.get("HOST") or ""):
    bind = f"[{os.environ['HOST']}]:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
worker_class = "gthread"
threads = 4
preload_app = True
control_socket_disable = True
graceful_timeout = 10
timeout = 60
keepalive = 5
max_requests = 50_000
max_requests_jitter = 5_000
limit_request_line = 4094

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3    # of glibc's malloc.h

logs.configure()


def on_starting(_server: Any) -> None:
    """The engine of journeys is compiled before there are workers: they share its code, and the collector leaves it alone.

    The threads of a worker share one heap, and what is large is given back at once: else each of them keeps, in pieces,
    the room of timetables that are long gone.
    """
    from citizen_app.buses.journeys.warm import warm_up

    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_MMAP_THRESHOLD, 256 * 1024)
    warm_up()
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """A worker takes no request before it knows the county."""
    live.warm(worker.wsgi)


def child_exit(server: Any, worker: Any) -> None:
    multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
