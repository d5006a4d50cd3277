"""`bin/manage places`: what places are also called, how names are read, and what people looked for in vain."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from citizen_app import clock, finder
from citizen_app.buses import store as bus_store
from citizen_app.errors import AppError, InvalidInput
from citizen_app.ops.bundle_names import parse_aliases, parse_corrections, write_aliases, write_corrections
from citizen_app.parking import store as parking_store
from citizen_app.places import actions, store
from citizen_app.places.search.entry import EntryKind

places = AppGroup("places", help="Names: what else places are called, how names are read, what was not found.")
aliases = AppGroup("aliases", help="What else places, stops and lines are called: a table to edit.")
readings = AppGroup("readings", help="How names or words in names are read where the machine is wrong: a table to edit.")
places.add_command(aliases)
places.add_command(readings)
_MOST_LINES = 200
_FILE = click.Path(path_type=Path, dir_okay=False)


def _plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Faults as lines on stderr, and an end with 1."""

    @functools.wraps(command)
    def plain(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except InvalidInput as error:
            for fault in error.problems[:_MOST_LINES]:
                click.echo(str(fault), err=True)
            raise click.ClickException(f"{len(error.problems)} problems; nothing was changed") from error
        except AppError as error:
            raise click.ClickException(str(error)) from error
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error

    return plain


@aliases.command("export")
@click.argument("file", type=_FILE)
@_plainly
def export_aliases(file: Path) -> None:
    """Write all other names to FILE.csv, as the county's bundle has them: kind, code, name."""
    found = store.list_aliases()
    file.write_text(write_aliases(found), encoding="utf-8", newline="")
    click.echo(f"{file} is written: {len(found)} other names.")


@aliases.command("import")
@click.argument("file", type=_FILE)
@_plainly
def import_aliases(file: Path) -> None:
    """Make those in FILE.csv the other names; pages have them within a second. All of it or nothing."""
    counts = actions.save_aliases(parse_aliases(file.read_bytes(), _known_codes()))
    click.echo(f"{counts['added']} other names are added, {counts['retired']} taken away.")


@readings.command("export")
@click.argument("file", type=_FILE)
@_plainly
def export_readings(file: Path) -> None:
    """Write all corrected readings to FILE.csv, as the county's bundle has them: name, reading."""
    found = store.list_corrections()
    file.write_text(write_corrections(found), encoding="utf-8", newline="")
    click.echo(f"{file} is written: {len(found)} corrected readings.")


@readings.command("import")
@click.argument("file", type=_FILE)
@_plainly
def import_readings(file: Path) -> None:
    """Make those in FILE.csv the corrected readings, and read every name anew. All of it or nothing."""
    counts = actions.save_corrections(parse_corrections(file.read_bytes()))
    said = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
    click.echo(f"Corrected readings: {said or 'as before'}. All names are read by them.")


@places.command("find")
@click.argument("text")
@_plainly
def find(text: str) -> None:
    """Say what a search for TEXT finds, and by which name: to see whether another name or a correction is needed."""
    answer = finder.current_index().find(text, most=20)
    for hit in answer.hits:
        reading = hit.entry.readings[0] if hit.entry.readings else "-"
        click.echo(f"{hit.match:<7} {hit.entry.key:<32} {hit.entry.name}  {hit.entry.town}  [{reading}]  by {hit.by}")
    if not answer.hits:
        click.echo(f"nothing; like it: {', '.join(answer.spellings) or 'nothing'}")


@places.command("unmet")
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 400), help="How many days back.")
@_plainly
def list_unmet(days: int) -> None:
    """List the names that people looked for and did not find, the most frequent first. Nothing is known of who they were."""
    try:
        actions.keep_unmet()
    except AppError as error:
        click.echo(f"the last minute is missing: {error}", err=True)
    since = clock.to_local(clock.now()).date() - timedelta(days=days - 1)
    for text, count in store.list_unmet(since):
        click.echo(f"{count:>6}  {text}")


def _known_codes() -> dict[EntryKind, Collection[str]]:
    """What an alias may belong to. Stops, lines and markets are not looked at while no network is published."""
    known: dict[EntryKind, Collection[str]] = {
        EntryKind.TOWN: {one.code for one in store.list_stored_towns()},
        EntryKind.VILLAGE: {one.code for one in store.list_villages()},
        EntryKind.LANDMARK: {one.name for one in store.list_stored_landmarks()},
        EntryKind.PARKING: {one.uid for one in parking_store.list_facilities()},
    }
    published = bus_store.current_published()
    if published is not None:
        schedule = published.schedule
        known[EntryKind.STOP] = {code for stop in schedule.network.stops if (code := schedule.code_of(stop))}
        known[EntryKind.LINE] = {schedule.slug_of(route) for route in schedule.network.routes}
        known[EntryKind.MARKET] = {market.slug for market in schedule.network.markets}
    return known
