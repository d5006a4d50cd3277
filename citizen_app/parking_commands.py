"""`bin/manage parking`: what staff see of each count, and attendants' links."""

from __future__ import annotations

import os

import click
from flask import current_app
from flask.cli import AppGroup

from citizen_app import clock
from citizen_app.errors import AppError
from citizen_app.ops.source import SourceMode
from citizen_app.ops.store import list_sources
from citizen_app.parking import actions, attendant, store
from citizen_app.parking.board import board
from citizen_app.parking.quality import Quality

parking = AppGroup("parking", help="Car parks: what each count is worth, links for attendants who count by hand.")


@parking.command("count-link")
@click.argument("uid", required=False)
@click.option("--by-hand", is_flag=True, help="The links of all car parks whose source counts by hand.")
@click.option("--base-url", help="Where the pages are reached from outside, as https://travel.example.")
@click.option("--revoke", is_flag=True, help="Make all older links of this car park worthless first.")
@click.option("--quiet", is_flag=True, help="Print the links only.")
def show_count_link(uid: str | None, by_hand: bool, base_url: str | None, revoke: bool, quiet: bool) -> None:
    """Print the link with which an attendant counts the car park UID. Who has the link can count: hand it out with care."""
    try:
        manual = {one.uid for one in list_sources() if one.mode is SourceMode.MANUAL}
        uids = [one.uid for one in store.list_facilities() if one.source_uid in manual] if by_hand else [uid or ""]
        for one in uids:
            if revoke:
                actions.revoke_links(one)
            generation = store.get_link_generation(one)
            key = attendant.make_key(str(current_app.secret_key), one, generation)
            link = f"{base_url or _own_url()}/parking/{one}/count?key={key}"
            click.echo(link if quiet else f"{one}  {link}")
    except AppError as error:
        raise click.ClickException(str(error)) from error


@parking.command("list")
@click.option("--suspect", is_flag=True, help="Only those whose count is not live, or jumped in the last hour.")
def list_facilities(suspect: bool) -> None:
    """Show each car park's raw number, what it is worth and why, and whether it has jumped."""
    try:
        snapshot = store.current_snapshot()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{'car park':<20} {'raw':>6} {'of':>5}  {'quality':<11} {'reason':<15} {'observed':<12} jumped")
    for entry in board(snapshot, clock.now()):
        one = entry.availability
        if suspect and one.quality is Quality.LIVE and not one.jumped:
            continue
        raw, of = ("-" if number is None else number for number in (one.raw_spaces, one.capacity))
        observed = f"{clock.to_local(one.observed_at):%m-%d %H:%M}" if one.observed_at else "never"
        jumped = "yes" if one.jumped else ""
        click.echo(f"{one.facility_uid:<20} {raw:>6} {of:>5}  {one.quality:<11} {one.reason:<15} {observed:<12} {jumped}".rstrip())


def _own_url() -> str:
    host = os.environ.get("HOST") or "127.0.0.1"
    host = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    return f"http://{host}:{os.environ.get('PORT') or 8000}"
