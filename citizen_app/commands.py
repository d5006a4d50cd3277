"""The CLI: everything that a bureau does without a browser. `bin/manage` runs it."""

from __future__ import annotations

from flask import Flask
from flask.cli import AppGroup

county = AppGroup("county", help="The county's bundle: load it, check it.")
parking = AppGroup("parking", help="Car parks: attendants' links, states.")
history = AppGroup("history", help="Readings that are kept: how many, and prune them.")


def init_app(app: Flask) -> None:
    for group in (county, parking, history):
        app.cli.add_command(group)
