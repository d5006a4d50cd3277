"""A process that imports and publishes networks of its own, again and again; tests start several and kill them.

    python -m tests.integration.network_process DATABASE_URL REDIS_URL DATA_DIR NAME ROUNDS

Says "ready" before the first round, and for each round that published its version "published N".
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask

from citizen_app import clock
from citizen_app.buses import actions
from citizen_app.errors import Conflict
from citizen_app.extensions import db, redis_store
from citizen_app.places.search.readings import read_name
from tests.networks import make_marked_network


def main(database_url: str, redis_url: str, data_dir: str, name: str, rounds: str) -> None:
    app = Flask(name)
    app.config.update(
        SQLALCHEMY_DATABASE_URI=database_url, REDIS_URL=redis_url, DATA_DIR=Path(data_dir), START_BACKGROUND=False,
        REDIS_READ_TIMEOUT_S=2.0, REDIS_CONNECT_TIMEOUT_S=2.0,
    )
    db.init_app(app)
    redis_store.init_app(app)
    with app.app_context():
        read_name("光明", {})    # its tables take longer to load than a round does
        print("ready", flush=True)
        for number in range(int(rounds)):
            version = actions.import_network(make_marked_network(f"{name}-{number}"), f"{name}-{number}", clock.now())
            try:
                actions.publish(version.id, clock.now())
                print(f"published {version.id}", flush=True)
            except Conflict:
                print("conflict", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
