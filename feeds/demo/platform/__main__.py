"""`python -m feeds.demo.platform`: the stand-in platform as a process of its own; with a word more, it is told to misbehave.

From the environment: DEMO_PLATFORM_PORT (8011), DATA_DIR (its file is platform.db in it), PROVINCE_APP_KEY and
PROVINCE_APP_SECRET, which it and the county must agree on.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from feeds.demo.http import make_clock, read_moment, serve_until_signal
from feeds.demo.platform.faults import Fault
from feeds.demo.platform.server import PlatformServer

_DEEDS = ("clear", "lose_sessions", "expire_secrets", "forget_all", "skew")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m feeds.demo.platform", description="Stand-in for the provincial travel platform.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("DEMO_PLATFORM_PORT") or 8011))
    parser.add_argument("--file", help="its SQLite file (platform.db in DATA_DIR)")
    parser.add_argument("--now", type=read_moment, metavar="ISO", help="begin at this moment (county's clock unless it has a zone)")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of its clock in one second (default 1)")
    commands = parser.add_subparsers(dest="command", metavar="fault | do")
    fault = commands.add_parser("fault", help="make the running platform misbehave")
    fault.add_argument("fault", choices=list(Fault))
    fault.add_argument("value", nargs="?", default="", help="seconds, a code or a number (编号), by fault")
    fault.add_argument("--times", type=int, help="for so many requests")
    fault.add_argument("--for", dest="for_s", type=float, metavar="S", help="for so many seconds of its clock")
    deed = commands.add_parser("do", help="do something to the running platform")
    deed.add_argument("do", choices=_DEEDS)
    deed.add_argument("value", nargs="?", default="")
    options = parser.parse_args()
    if options.command is None:
        return _serve(options)
    wanted = ("fault", "value", "times", "for_s") if options.command == "fault" else ("do", "value")
    return _tell(options.port, {name: getattr(options, name) for name in wanted if getattr(options, name) is not None})


def _serve(options: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, format="demo platform: %(message)s", stream=sys.stderr)
    app_key, secret = os.environ.get("PROVINCE_APP_KEY", ""), os.environ.get("PROVINCE_APP_SECRET", "")
    if not app_key or not secret:
        print("demo platform: PROVINCE_APP_KEY and PROVINCE_APP_SECRET are not set in the environment", file=sys.stderr)
        return 1
    path = Path(options.file or Path(os.environ.get("DATA_DIR") or "var") / "platform.db")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        server = PlatformServer(options.port, path, app_key, secret, make_clock(options.now, options.speed))
    except OSError as error:
        print(f"demo platform: port {options.port}: {error.strerror}", file=sys.stderr)
        return 1
    serve_until_signal(server)
    server.memory.close()
    return 0


def _tell(port: int, wish: Mapping[str, object]) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/control", json.dumps(wish).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        print(f"demo platform: {error.read(300).decode('utf-8', 'replace')}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"demo platform: port {port}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
