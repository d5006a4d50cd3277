"""The CLI of the service and of its feeds in one."""

from __future__ import annotations

import logging
import sys

from demo_settings import join_demonstration
from flask.cli import FlaskGroup

from citizen_app import create_app
from citizen_app.errors import AppError
from feeds.commands import sources

cli = FlaskGroup(
    name="bin/manage",
    create_app=lambda: create_app({"START_BACKGROUND": False}),
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    help="Everything that a bureau does without a browser.",
)
cli.add_command(sources)


def main() -> None:
    join_demonstration()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        cli.main(prog_name="bin/manage")
    except AppError as error:
        sys.exit(f"bin/manage: {error}")


if __name__ == "__main__":
    main()
