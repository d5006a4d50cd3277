"""`bin/manage network`: the bus network in, compared, published, taken back, and out again."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from citizen_app import clock
from citizen_app.buses import actions, store
from citizen_app.buses.difference import compare, read_difference
from citizen_app.buses.difference_words import describe
from citizen_app.buses.documents import unpack
from citizen_app.buses.findings import Finding, Severity, say
from citizen_app.buses.network import Network
from citizen_app.buses.versions import Version
from citizen_app.errors import AppError, InvalidInput
from citizen_app.exchange.actions import inspect_network, publish_network, refresh_export, rollback_network
from citizen_app.exchange.workbook.template import make_template
from citizen_app.network_files import read_feed

network = AppGroup("network", help="The bus network: import it, see what it changes, publish it, take it back.")
_MOST_LINES = 200
_MOST_CHANGES = 15    # of a kind; `diff` shows more


def _plainly(command: Callable[..., None]) -> Callable[..., None]:
    """Faults as lines on stderr, and an end with 1."""

    @functools.wraps(command)
    def plain(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except InvalidInput as error:
            for fault in error.problems[:_MOST_LINES]:
                click.echo(str(fault), err=True)
            said = f"{len(error.problems)} problems" if error.problems else str(error)
            raise click.ClickException(f"{said}; nothing was changed") from error
        except AppError as error:
            raise click.ClickException(str(error)) from error
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError) as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from error

    return plain


@network.command("template")
@click.argument("file", type=click.Path(path_type=Path))
@_plainly
def write_template(file: Path) -> None:
    """Write an empty workbook with drop-downs and examples to FILE.xlsx; it is filled in and imported."""
    if file.suffix.lower() != ".xlsx":
        raise click.ClickException(f"{file}: the name must end with .xlsx")
    file.write_bytes(make_template())
    click.echo(f"{file} is written.")


@network.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@_plainly
def check(file: Path) -> None:
    """Say what is in FILE (a workbook, a GTFS zip or folder), what is wrong with it and what it would change; change nothing."""
    read = read_feed(file)
    _show_contents(actions.summarize(read))
    _show_findings(_inspect(read))
    published = store.find_published()
    if published is not None:
        click.echo(f"Compared with version {published.id}, which is published:")
        _show_lines(_describe(unpack(store.get_document(published.digest)), read))


@network.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--publish", "at_once", is_flag=True, help="Publish it at once, unless it has errors.")
@click.option("--despite-errors", is_flag=True, help="Publish it although errors were found.")
@_plainly
def import_file(file: Path, at_once: bool, despite_errors: bool) -> None:
    """Make a draft of FILE: a workbook (.xlsx), a GTFS zip or folder. Nothing that pages show is changed before it is published."""
    read = read_feed(file)
    version = actions.import_network(read, file.name, clock.now(), _inspect(read))
    _show_contents(version.summary)
    _show_findings(version.findings)
    _show_difference(version)
    if at_once:
        publish_network(version.id, clock.now(), despite_errors=despite_errors)
        click.echo(f"Version {version.id} is published.")
    else:
        click.echo(f"Version {version.id} is a draft: bin/manage network publish {version.id}")


@network.command("versions")
@_plainly
def list_versions() -> None:
    """List all versions, the newest first."""
    for one in store.list_versions():
        published = f"{clock.to_local(one.published_at):%Y-%m-%d %H:%M}" if one.published_at else "-"
        kept = "" if one.has_network else "  (network no longer kept)"
        errors = f"  {len(one.errors)} kinds of errors" if one.errors else ""
        click.echo(
            f"{one.id:>5}  {one.state:<9}  made {clock.to_local(one.created_at):%Y-%m-%d %H:%M}  published {published:<16}  "
            f"{one.summary.get('routes', 0):>5} lines {one.summary.get('trips', 0):>6} trips  {one.origin}{errors}{kept}"
        )


@network.command("show")
@click.argument("version_id", metavar="[ID]", type=int, required=False)
@_plainly
def show(version_id: int | None) -> None:
    """Show a version, the published one if no ID is given: what is in it, what was found, what it changed."""
    version = store.find_published() if version_id is None else store.get_version(version_id)
    if version is None:
        raise click.ClickException("nothing is published: bin/manage network import FILE --publish")
    click.echo(f"Version {version.id}, {version.state}, of {version.origin}, {version.digest[:12]}")
    _show_contents(version.summary)
    _show_findings(version.findings)
    _show_difference(version)


@network.command("diff")
@click.argument("version_id", metavar="ID", type=int)
@click.argument("other_id", metavar="[ID]", type=int, required=False)
@_plainly
def show_difference(version_id: int, other_id: int | None) -> None:
    """Say what version ID changes of another: of the second ID, or of the published one."""
    version = store.get_version(version_id)
    other = store.find_published() if other_id is None else store.get_version(other_id)
    if other is None:
        raise click.ClickException("nothing is published to compare with")
    click.echo(f"Version {version.id} compared with version {other.id} ({other.state}):")
    old, new = (unpack(store.get_document(one.digest)) for one in (other, version))
    _show_lines(_describe(old, new, _MOST_LINES))


@network.command("publish")
@click.argument("version_id", metavar="ID", type=int)
@click.option("--over", metavar="ID", type=int, help="The version that is published now, where the draft was compared with another.")
@click.option("--despite-errors", is_flag=True, help="Also when errors were found.")
@_plainly
def publish(version_id: int, over: int | None, despite_errors: bool) -> None:
    """Publish version ID: a draft, or one that was published before. Pages have it within a second."""
    version = publish_network(version_id, clock.now(), over=over, despite_errors=despite_errors)
    click.echo(f"Version {version.id} is published{f' in the place of {version.replaces}' if version.replaces else ''}.")


@network.command("rollback")
@_plainly
def rollback() -> None:
    """Publish again the version that the published one took the place of."""
    click.echo(f"Version {rollback_network(clock.now()).id} is published again.")


@network.command("discard")
@click.argument("version_id", metavar="ID", type=int)
@_plainly
def discard(version_id: int) -> None:
    """Forget the draft ID."""
    actions.discard(version_id)
    click.echo(f"Draft {version_id} is gone.")


@network.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@_plainly
def export(file: Path) -> None:
    """Write the open data of the published version, a GTFS zip, to FILE.zip."""
    refresh_export(clock.now())
    published = store.find_published()
    data = store.find_export(published.id) if published else None
    if data is None:
        raise click.ClickException("nothing is published")
    file.write_bytes(data)
    click.echo(f"{file} is written: {len(data):,} bytes.")


def _inspect(read: Network) -> list[Finding]:
    click.echo("Checking …", err=True)
    return inspect_network(read, clock.now())


def _describe(old: Network, new: Network, most: int = _MOST_CHANGES) -> list[str]:
    return describe(compare(old, new, store.current_calendar(), clock.to_local(clock.now()).date()), "en", most)


def _show_contents(summary: Any) -> None:
    names = ("routes", "stops", "trips", "calls", "services", "markets")
    click.echo(", ".join(f"{summary[name]:,} {name}" for name in names if name in summary))
    if "last" in summary:
        click.echo(f"valid {summary.get('first', '…')} to {summary['last']}")


def _show_findings(findings: Sequence[Finding]) -> None:
    for one in findings:
        click.echo(f"  {one.severity:<7}  {say(one, 'en')}")
    errors, warnings = (sum(one.severity is wanted for one in findings) for wanted in (Severity.ERROR, Severity.WARNING))
    click.echo(f"Found {errors} kinds of errors, {warnings} kinds of warnings.")


def _show_difference(version: Version) -> None:
    if version.replaces is not None:
        click.echo(f"Compared with version {version.replaces}:")
        _show_lines(describe(read_difference(version.difference), "en", _MOST_CHANGES))


def _show_lines(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(f"  {line}")
