"""Asks the GTFS validator, another program, what it thinks of a feed; with a limit to its time and memory."""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from citizen_app import clock
from citizen_app.buses.findings import Finding, Severity
from citizen_app.buses.guru import findings_of

log = logging.getLogger(__name__)

LARGEST_CALLS = 2_000_000    # it takes 0.4 KiB a call; beyond this a bureau's machine may not have the room
_MEMORY_MIB = 900
_TIME_S = 180.0
_LOOK_EVERY_S = 0.05


class _GaveUp(Exception):
    """The validator has said nothing that is worth anything; why."""


def validate(feed: bytes, today: date, calls: int = 0, time_s: float = _TIME_S, memory_mib: int = _MEMORY_MIB) -> list[Finding]:
    """What the validator says of a GTFS zip with so many stop_times, as of a day.

    A feed that is too large for it, or that takes it more time or memory than it may have, gives one warning that says so.
    """
    try:
        if calls > LARGEST_CALLS:
            raise _GaveUp(f"{calls:,} > {LARGEST_CALLS:,} stop_times")
        with tempfile.TemporaryDirectory(prefix="citizen-") as folder:
            (Path(folder) / "feed.zip").write_bytes(feed)
            return findings_of(json.loads(_run(Path(folder), today, time_s, memory_mib)))
    except _GaveUp as reason:
        log.warning("validator not run", extra={"reason": str(reason)})
        return [Finding(Severity.WARNING, "validator_not_run", 1, (), str(reason))]


def _run(folder: Path, today: date, time_s: float, memory_mib: int) -> bytes:
    """Its answer on feed.zip in the folder. Its memory is looked at from here: a limit of the system would count what
    it only reserves, three times as much."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("guru_run.py")), str(folder / "feed.zip"), today.isoformat()]
    deadline_s = clock.monotonic_s() + time_s
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        try:
            while True:
                if clock.monotonic_s() >= deadline_s:
                    raise _GaveUp(f"> {time_s:g} s")
                if _resident_mib(child.pid) > memory_mib:
                    raise _GaveUp(f"> {memory_mib} MiB")
                if _has_ended(child):
                    break
        finally:
            child.kill()
            child.wait()
    if child.returncode != 0:
        said = (folder / "err").read_text(errors="replace").strip().splitlines()
        raise _GaveUp(said[-1][:200] if said else f"exit {child.returncode}")
    return (folder / "out").read_bytes()


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    try:
        child.wait(_LOOK_EVERY_S)
    except subprocess.TimeoutExpired:
        return False
    return True


def _resident_mib(pid: int) -> float:
    """What a process has in memory; 0 where the system does not say."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 1024 ** 2
    except (OSError, IndexError):
        return 0.0
