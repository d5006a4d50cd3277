"""The CLI: everything that a bureau does without a browser. `bin/manage` runs it."""

from __future__ import annotations

from flask import Flask

from citizen_app.access_commands import exchange
from citizen_app.county_commands import county
from citizen_app.history_commands import history
from citizen_app.network_commands import network
from citizen_app.parking_commands import parking
from citizen_app.places_commands import places
from citizen_app.village_commands import villages


def init_app(app: Flask) -> None:
    for group in (county, parking, network, history, places, villages, exchange):
        app.cli.add_command(group)
