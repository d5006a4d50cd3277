"""`bin/manage exchange link|rate|report`: the page for staff, the data access rate at a moment, the report of a month."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask import current_app

from citizen_app import clock
from citizen_app.errors import AppError
from citizen_app.exchange.access_rate import Module, count_days, place_of, say_percent
from citizen_app.exchange.access_rate.link import make_key
from citizen_app.exchange.access_views import month_report
from citizen_app.exchange.actions.access import revoke_links
from citizen_app.exchange.store import access_days as store
from citizen_app.outbox_commands import Moment, exchange

__all__ = ["exchange"]


@exchange.command("link")
@click.option("--base-url", help="Where the pages are reached from outside, as https://travel.example.")
@click.option("--revoke", is_flag=True, help="Make all older links worthless first.")
def show_link(base_url: str | None, revoke: bool) -> None:
    """Print the link to the page of the exchange. Who has it sees what is missing and why: hand it out to staff."""
    try:
        generation = revoke_links() if revoke else store.get_link_generation()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    key = make_key(str(current_app.secret_key), generation)
    click.echo(f"{base_url or current_app.config['PUBLIC_URL'] or _own_url()}/exchange?key={key}")


@exchange.command("rate")
@click.option("--from", "start", type=Moment(), metavar="TIME", help="The beginning of a period; without it, the last minute counted.")
@click.option("--to", "end", type=Moment(), metavar="TIME", help="The end of the period; without it, now.")
def show_rate(start: datetime | None, end: datetime | None) -> None:
    """Show the data access rate of the last minute that was counted, or over a period (numbers are then minutes)."""
    try:
        minute = store.find_counted_minute()
        if minute is None:
            raise click.ClickException("nothing was counted yet: the feeds process does it once a minute")
        at = datetime.fromtimestamp(minute * 60, clock.LOCAL)
        begins, ends = start or at, end or (clock.now() if start else at + timedelta(minutes=1))
        numbers = count_days(store.list_access_days(place_of(begins)[0], place_of(ends)[0]), begins, ends)
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{clock.to_local(begins):%Y-%m-%d %H:%M} to {clock.to_local(ends):%Y-%m-%d %H:%M}")
    for module in Module:
        one = numbers[module]
        rate = f"{say_percent(one)} %" if one.expected else "no rate"
        click.echo(
            f"{module:<8} {rate:>9}  registered {one.registered} expected {one.expected} valid {one.valid} "
            f"accepted {one.accepted} on time {one.on_time}"
        )
        for cause, count in one.missing.items():
            click.echo(f"{'':<8} {count:>9}  {cause.name.lower().replace('_', ' ')}")


@exchange.command("report")
@click.argument("month", metavar="MONTH")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
def write_report(month: str, file: Path) -> None:
    """Write the report of MONTH (2026-11) to FILE: as a workbook when it ends with .xlsx, else as CSV."""
    form = "xlsx" if file.suffix.lower() == ".xlsx" else "csv"
    try:
        file.write_bytes(month_report(month, form, clock.now()))
    except (AppError, OSError) as error:
        raise click.ClickException(f"{error}; nothing was written") from error
    click.echo(f"{file}: the access rate of {month}")


def _own_url() -> str:
    host = os.environ.get("HOST") or "127.0.0.1"
    host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    return f"http://{host}:{os.environ.get('PORT') or 8000}"
