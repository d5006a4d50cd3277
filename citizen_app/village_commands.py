"""`bin/manage villages`: which village has which stops, looked through and corrected in a spreadsheet."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from citizen_app import clock
from citizen_app.buses import actions, store
from citizen_app.buses.csv_table import write_csv
from citizen_app.buses.store import Published
from citizen_app.errors import AppError, InvalidInput
from citizen_app.ops.village_review import changes, read_review, review_rows
from citizen_app.places import store as places_store

villages = AppGroup("villages", help="Which stops the villages have: look through the list, correct it.")
_MOST_LINES = 200
_FILE = click.Path(path_type=Path, dir_okay=False)


@villages.command("review")
@click.argument("file", type=_FILE)
def review(file: Path) -> None:
    """Write all villages with their stops, and how sure each is, to FILE.csv; it opens in a spreadsheet."""
    published = _get_published()
    places, corrections = places_store.current_villages(), store.current_corrections()
    rows = review_rows(published.schedule, published.villages, places, places_store.list_towns(), corrections)
    try:
        file.write_text(write_csv(rows), encoding="utf-8", newline="")
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    served = sum(published.villages.is_served(one.code) for one in places)
    click.echo(f"{file} is written: {len(places)} villages, {served} of them with a bus, {len(corrections)} corrected.")
    _show_gone(published)


@villages.command("correct")
@click.argument("file", type=_FILE)
def correct(file: Path) -> None:
    """Take the corrections in FILE.csv, a list from `review` that was edited. Nothing is changed unless all of it is right."""
    published = _get_published()
    places = {one.code: one for one in places_store.current_villages()}
    try:
        wanted = read_review(file.name, file.read_bytes(), published.schedule, list(places.values()))
        changed = changes(wanted, store.list_corrections())
        actions.correct_villages(changed, clock.now())
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    except InvalidInput as error:
        for fault in error.problems[:_MOST_LINES]:
            click.echo(str(fault), err=True)
        raise click.ClickException(f"{len(error.problems)} problems; nothing was changed") from error
    except AppError as error:
        raise click.ClickException(f"nothing was changed: {error}") from error
    for code, stops in changed.items():
        said = "as the network and the names say" if stops is None else ", ".join(stops) or "no stop"
        click.echo(f"  {code} {places[code].name}: {said}")
    click.echo(f"{len(changed)} villages are corrected.")


def _get_published() -> Published:
    published = store.current_published()
    if published is None:
        raise click.ClickException("nothing is published: bin/manage network import FILE --publish")
    return published


def _show_gone(published: Published) -> None:
    for village_code, codes in published.villages.gone.items():
        click.echo(f"  {village_code}: corrected to stops that are gone: {', '.join(codes)}", err=True)
