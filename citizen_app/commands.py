"""The CLI: everything that a bureau does without a browser. `bin/manage` runs it."""

from __future__ import annotations

from flask import Flask
from flask.cli import AppGroup

from citizen_app.county_commands import county

parking = AppGroup("parking", help="Car parks: attendants' links, states.")
history = AppGroup("history", help="Readings that are kept: how many, and prune them.")


def init_app(app: Flask) -> None:
    for group in (county, parking, history):
        app.cli.add_command(group)
