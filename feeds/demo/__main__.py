"""`python -m feeds.demo`: the stand-in vendor as a process of its own. `python -m feeds.demo backfill`: its past.

From the environment: DEMO_VENDOR_PORT (8010), HOST and PORT of the service that is pushed to, DEMO_PUSH_SECRET (no
pushes without), DEMO_ATTENDANT_URL (the attendant's signed link; nothing is counted by hand without).
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from datetime import datetime

from citizen_app import clock
from citizen_app.errors import AppError
from citizen_app.parking.facility import Facility
from feeds.demo import sender
from feeds.demo.http import make_clock, read_moment, serve_until_signal
from feeds.demo.scene import bundle
from feeds.demo.server import VendorServer

_EVERYWHERE = {"", "0.0.0.0", "::"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m feeds.demo", description="Stand-in vendor of the demonstration county.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("DEMO_VENDOR_PORT") or 8010))
    parser.add_argument("--now", type=read_moment, metavar="ISO", help="begin at this moment (county's clock unless it has a zone)")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the vendor's clock in one second (default 1)")
    commands = parser.add_subparsers(dest="command", metavar="backfill")
    past = commands.add_parser("backfill", help="fill the past weeks of the demonstration county and end")
    past.add_argument("--days", type=int, default=28)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="demo vendor: %(message)s", stream=sys.stderr)
    return _backfill(options.now or clock.now(), options.days) if options.command else _serve(options)


def _serve(options: argparse.Namespace) -> int:
    """Serve, push and count until a signal comes."""
    vendor_clock = make_clock(options.now, options.speed)
    try:
        server = VendorServer(options.port, vendor_clock)
    except OSError as error:
        print(f"demo vendor: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1

    def keep_sending(stop: threading.Event) -> None:
        interval_s = {source.uid: source.interval_s / options.speed for source in bundle().sources}
        secret, link = os.environ.get("DEMO_PUSH_SECRET", ""), os.environ.get("DEMO_ATTENDANT_URL", "")
        if secret:
            url = _service_url() + sender.PUSH_PATH
            sender.keep_sending("push", lambda: sender.push(url, secret, vendor_clock()), interval_s["stations"], stop)
        if link:
            count = interval_s["by-hand"] / 2
            sender.keep_sending("hand count", lambda: sender.count_by_hand(link, vendor_clock()), count, stop)

    serve_until_signal(server, keep_sending)
    return 0


def _backfill(now: datetime, days: int) -> int:
    from citizen_app import create_app  # the vendor itself knows nothing of the service
    from feeds.demo.backfill import backfill

    def progress(facility: Facility, added: int) -> None:
        print(f"  {facility.uid:<18} {added:>6} counts", flush=True)

    print(f"Demonstration history of {days} days:", flush=True)
    began_s = clock.monotonic_s()
    try:
        with create_app({"START_BACKGROUND": False}).app_context():
            added = backfill(now, days, progress)
    except AppError as error:
        print(f"demo history: {error}", file=sys.stderr)
        return 1
    print(f"{added} counts in {clock.monotonic_s() - began_s:.1f} s")
    return 0


def _service_url() -> str:
    host = os.environ.get("HOST", "")
    host = "127.0.0.1" if host in _EVERYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{host}:{os.environ.get('PORT') or 8000}"


if __name__ == "__main__":
    sys.exit(main())
