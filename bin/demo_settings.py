"""What the demonstration's stand-ins and the commands that are run beside them must agree on."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from citizen_app import config

FILE = "demo_settings.json"    # in DATA_DIR while the demonstration runs, for its owner only


def free_port(name: str) -> str:
    """The port that the variable names, else any that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", int(os.environ.get(name) or 0)))
        return str(probe.getsockname()[1])


def share_settings(data_dir: Path, environment: Mapping[str, str]) -> None:
    """Let bin/manage know the stand-ins' addresses and secrets while they run; without any, nothing is left of it."""
    path, draft = data_dir / FILE, data_dir / f".{FILE}"
    shared = {name: value for name, value in environment.items() if name.startswith(("DEMO_", "PROVINCE_APP_"))}
    draft.unlink(missing_ok=True)
    if not shared:
        path.unlink(missing_ok=True)
        return
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(shared, file)
    draft.replace(path)


def join_demonstration() -> None:
    """Take over what bin/serve has agreed on with its stand-ins, while it runs in DATA_DIR; what is set already stays."""
    path = Path(os.environ.get("DATA_DIR") or config.ROOT / "var") / FILE
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    for name, value in found.items():
        os.environ.setdefault(name, value)
