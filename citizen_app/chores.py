"""Doing something again and again in a process beside the web."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from flask import Flask

from citizen_app.errors import AppError
from citizen_app.extensions import db

log = logging.getLogger(__name__)


Chore = Callable[[], object]


def start(app: Flask, chores: Mapping[str, tuple[Chore, float]], stopping: threading.Event) -> None:
    """Begin a thread for each chore, by its name, that does it every so many seconds until told to stop."""
    for name, (chore, every_s) in chores.items():
        threading.Thread(target=_repeat, args=(app, chore, every_s, stopping), name=name, daemon=True).start()


def _repeat(app: Flask, chore: Chore, every_s: float, stopping: threading.Event) -> None:
    """What goes wrong is written to the log, and tried again the next time."""
    while not stopping.is_set():
        with app.app_context():
            try:
                chore()
            except AppError as fault:
                log.warning("chore not done", extra={"error": str(fault)})
            except Exception:
                log.exception("chore not done")
            finally:
                db.session.remove()
        stopping.wait(every_s)
