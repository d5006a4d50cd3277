"""`bin/manage history`: how much history is kept, and prune it."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

from citizen_app import clock
from citizen_app.errors import AppError
from citizen_app.parking import actions, store

history = AppGroup("history", help="Readings that are kept: how many, and prune them.")
_PROGRESS_EVERY_S = 1.0


@history.command("size")
def show_size() -> None:
    """Show how many rows are kept, since when, and how large the database is."""
    click.echo("Counting …", err=True)
    try:
        size = store.measure_history()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    kept_days = actions.KEEP_READINGS.days, actions.KEEP_QUARTERS.days
    click.echo(f"raw readings      {size.readings:>12,}  since {_day(size.oldest_reading_at)}, kept {kept_days[0]} days")
    click.echo(f"quarters of hours {size.quarters:>12,}  since {_day(size.oldest_quarter_at)}, kept {kept_days[1]} days")
    click.echo(f"whole database    {size.database_bytes / 1e6:>12,.1f}  MB")


@history.command("prune")
def prune() -> None:
    """Delete what is older than it is kept. Others may write meanwhile; safe to stop and start again."""
    said_at = clock.monotonic_s()

    def say(done: int, of: int) -> None:
        nonlocal said_at
        if done == of or clock.monotonic_s() - said_at >= _PROGRESS_EVERY_S:
            said_at = clock.monotonic_s()
            click.echo(f"  {done} of {of} facilities", err=True)

    try:
        counts = actions.prune_history(clock.now(), say)
    except AppError as error:
        raise click.ClickException(f"{error}; what was deleted so far stays deleted") from error
    click.echo(f"Deleted {counts['readings']:,} raw readings and {counts['quarters']:,} quarters of hours.")


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{clock.to_local(moment):%Y-%m-%d}"
