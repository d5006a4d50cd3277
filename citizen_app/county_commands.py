"""`bin/manage county`: check a bundle, load it, show what is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from flask.cli import AppGroup

from citizen_app import clock
from citizen_app.errors import AppError, InputProblem, InvalidInput
from citizen_app.exchange.province.config import FILE as PROVINCE_FILE
from citizen_app.exchange.province.config import parse_province
from citizen_app.ops.actions import load_county
from citizen_app.ops.bundle import CountyBundle, parse_bundle
from citizen_app.ops.store import list_sources
from citizen_app.parking.store import list_facilities
from citizen_app.places import store as places_store

county = AppGroup("county", help="The county's bundle: load it, check it, show what is loaded.")
_LARGEST_FILE_BYTES = 50 * 1024 * 1024


@county.command("load")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def load(folder: Path) -> None:
    """Make the bundle in DIR the county. Nothing is changed unless all of it is right."""
    bundle = _read_bundle(folder)
    click.echo(f"Checked {_contents(bundle)}. Writing …")
    try:
        report = load_county(bundle, clock.now())
    except AppError as error:
        raise click.ClickException(f"nothing was changed: {error}") from error
    for kind, counts in report.counts.items():
        said = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        click.echo(f"  {kind:<11} {said or 'as before'}")
    click.echo(f"{bundle.county.name_en or bundle.county.name} is loaded.")


@county.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """Say what is in the bundle in DIR and everything that is wrong with it; change nothing."""
    click.echo(f"Nothing wrong: {_contents(_read_bundle(folder))}.")


@county.command("show")
def show() -> None:
    """Show the county that the database holds, its facilities and sources; ends with 1 when there is none."""
    try:
        loaded, facilities, sources = places_store.find_county(), list_facilities(), list_sources()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    if loaded is None:
        raise click.ClickException("no county is loaded: bin/manage county load DIR")
    click.echo(f"{loaded.name} ({loaded.name_en}), {loaded.uid}{', demonstration' if loaded.is_demo else ''}")
    click.echo(f"bounds  {loaded.south} {loaded.west} .. {loaded.north} {loaded.east}, hotline {loaded.hotline}")
    for source in sources:
        click.echo(f"source  {source.uid:<20} {source.mode:<7} {source.format:<14} every {source.interval_s} s  {source.name}")
    for one in facilities:
        capacity = "?" if one.capacity is None else one.capacity
        counted = f"{one.source_uid}/{one.source_ref}" if one.source_uid else "not counted"
        click.echo(f"parking {one.uid:<20} {one.kind:<14} {capacity:>5}  {counted:<32} {one.name}")


def _read_bundle(folder: Path) -> CountyBundle:
    """The bundle in a folder. Every fault goes to stderr on its own line, and the command ends with 1."""
    if not folder.is_dir():
        raise click.ClickException(f"{folder}: no such folder")
    click.echo(f"Reading {folder} …")
    try:
        files = {}
        for path in sorted(folder.iterdir()):
            if path.suffix in {".csv", ".toml"} and not path.name.startswith("."):
                if path.stat().st_size > _LARGEST_FILE_BYTES:
                    raise click.ClickException(f"{path}: larger than {_LARGEST_FILE_BYTES // 1024 ** 2} MiB")
                files[path.name] = path.read_bytes()
        return _parse(files)
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error
    except InvalidInput as error:
        for fault in error.problems:
            click.echo(str(fault), err=True)
        raise click.ClickException(f"{len(error.problems)} problems; nothing was changed") from error


def _parse(files: Mapping[str, bytes]) -> CountyBundle:
    """The bundle, when it and its province.toml are both right. Raises InvalidInput with the problems of both."""
    problems: list[InputProblem] = []
    bundle = None
    try:
        bundle = parse_bundle(files)
    except InvalidInput as error:
        problems += error.problems
    try:
        if PROVINCE_FILE in files:
            parse_province(files[PROVINCE_FILE])
    except InvalidInput as error:
        problems += error.problems
    if bundle is None or problems:
        raise InvalidInput(problems)
    return bundle


def _contents(bundle: CountyBundle) -> str:
    return (
        f"{len(bundle.towns)} towns, {len(bundle.villages)} villages, {len(bundle.landmarks)} landmarks, "
        f"{len(bundle.facilities)} facilities, {len(bundle.sources)} sources"
    )
