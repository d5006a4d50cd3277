"""Files of the bus network as the CLI is given them: a workbook, a GTFS zip or a folder; with a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from citizen_app.buses import store
from citizen_app.buses.network import Network
from citizen_app.errors import InputProblem, NotFound
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.exchange.workbook.reader import inspect_workbook
from citizen_app.geo import Box
from citizen_app.places import store as places_store

_MOST_WARNINGS = 20


def read_feed(path: Path) -> Network:
    """The network in a file or folder; what was repaired goes to stderr. Raises InvalidInput with every fault, OSError."""
    if path.suffix.lower() == ".xlsx":
        return _read_workbook(path)
    with open_archive(path) as archive, _progress(f"Reading {path.name}") as progress:
        result = read_network(archive, progress)
    _show_warnings(result.warnings, result.warning_count)
    if result.problem_count > len(result.problems):
        click.echo(f"{result.problem_count} problems, the first {len(result.problems)} are:", err=True)
    return result.get_network()


def _read_workbook(path: Path) -> Network:
    click.echo(f"Reading {path.name} …", err=True)
    try:
        county = places_store.current_county()
        bounds = Box(county.south, county.west, county.north, county.east)
    except NotFound:
        bounds = None
    reading = inspect_workbook(
        path.read_bytes(), places_store.list_towns(), places_store.list_villages(), bounds, store.current_calendar()
    )
    _show_warnings(reading.warnings, len(reading.warnings))
    return reading.network


def _show_warnings(warnings: tuple[InputProblem, ...], count: int) -> None:
    for one in warnings[:_MOST_WARNINGS]:
        click.echo(f"  {one}", err=True)
    if count > _MOST_WARNINGS:
        click.echo(f"  … and {count - min(len(warnings), _MOST_WARNINGS)} more that were repaired or left out", err=True)


@contextmanager
def _progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar of what is done of how much; on a terminal only, elsewhere just the label."""
    with click.progressbar(range(1), label=label, file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield show
