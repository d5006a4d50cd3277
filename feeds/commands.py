"""`bin/manage sources`: how each source stands, one source dry, one run now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from citizen_app import clock
from citizen_app.errors import AppError, InputProblem
from citizen_app.ops import store
from citizen_app.ops.bundle import parse_sources
from citizen_app.ops.freshness import count_standings, standing_of
from citizen_app.ops.source import Run, Source, SourceMode, SourceState
from citizen_app.parking.occupancy import Reading
from feeds import runner
from feeds.base import Item
from feeds.fetch import fetch
from feeds.leases import Leases
from feeds.registry import get_adapter

sources = AppGroup("sources", help="Where the counts come from: how each source stands.", invoke_without_command=True)

_NOT_POLLED = {SourceMode.PUSH: "it pushes", SourceMode.MANUAL: "it is counted by hand"}


@sources.command("list")
def list_sources() -> None:
    """Show each source: how it stands, last run, outcome, rows, next due, last error."""
    try:
        states = store.list_source_states()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    now = clock.now()
    source_part = f"{'source':<20} {'kind':<12} {'every':>7}  {'stands':<8}"
    click.echo(f"{source_part}  {'last run':<14}  {'outcome':<9} {'good':>5} {'bad':>4}  {'next due':<8}  error")
    for one in states:
        click.echo(f"{_state_words(one, now)}  {_run_words(one.last_run)}")
    counts = count_standings(states, now)
    click.echo(f"{len(states)} sources: {', '.join(f'{count} {name}' for name, count in vars(counts).items())}")


@sources.command("runs")
@click.argument("uid")
@click.option("--limit", default=20, show_default=True, help="How many, newest first.")
def list_runs(uid: str, limit: int) -> None:
    """Show the last runs of one source with their problems."""
    try:
        store.get_source(uid)
        runs = store.list_runs(uid, limit)
    except AppError as error:
        raise click.ClickException(str(error)) from error
    for run in runs:
        click.echo(_run_words(run))
        _show_problems(run.problems)


@sources.command("check")
@click.argument("file", metavar="FILE", type=click.Path(exists=True, path_type=Path))
@click.option("--source", "uid", help="Which source of the file; all that are pulled if left out.")
@click.option("--payload", type=click.Path(exists=True, path_type=Path), help="Read this file instead of asking the source.")
def check(file: Path, uid: str | None, payload: Path | None) -> None:
    """Run the sources of FILE (a sources.toml or a bundle's folder) dry: print what was understood, row by row."""
    try:
        known = parse_sources((file / "sources.toml" if file.is_dir() else file).read_bytes())
    except (AppError, OSError) as error:
        raise click.ClickException(str(error)) from error
    chosen = [one for one in known if (one.uid == uid if uid else one.mode is SourceMode.PULL)]
    if not chosen:
        there = ", ".join(one.uid for one in known) or "none"
        raise click.ClickException(f"no such source; there are {there}" if uid else f"no source is pulled; there are {there}")
    if payload and len(chosen) > 1:
        raise click.ClickException("--payload needs --source")
    if not all([_check(one, payload) for one in chosen]):    # every source is shown, also after a bad one
        raise SystemExit(1)


@sources.command("poll")
@click.argument("uid")
def poll(uid: str) -> None:
    """Run one source now, whether it is due or not, and show the run. Not while a feeds process is at it."""
    leases = Leases()
    try:
        source = store.get_source(uid)
    except AppError as error:
        raise click.ClickException(str(error)) from error
    if source.mode is not SourceMode.PULL:
        raise click.ClickException(f"{uid} is not polled: {_NOT_POLLED[source.mode]}")
    if not leases.take(uid):
        raise click.ClickException(f"a feeds process is polling {uid} at this moment")
    try:
        run, _ = runner.run_source(source, None, 0)
    finally:
        leases.give_back(uid)
    click.echo(_run_words(run))
    _show_problems(run.problems)
    if run.outcome == "error":
        raise SystemExit(1)


def _check(source: Source, payload: Path | None) -> bool:
    """Whether anything usable was understood."""
    click.echo(f"{source.uid}: {source.format} {payload or source.url}")
    try:
        body = payload.read_bytes() if payload else fetch(source).body or b""
        parsed = get_adapter(source).parse(body, clock.now())
    except AppError as error:
        click.echo(f"  {error}", err=True)
        return False
    for item in parsed.items:
        click.echo(f"  {_item_words(item)}")
    _show_problems(parsed.problems)
    click.echo(f"  {parsed.rows} rows, {len(parsed.items)} understood, {len(parsed.problems)} problems; nothing was changed")
    return bool(parsed.items)


def _item_words(item: Item) -> str:
    if isinstance(item, Reading):
        count = f"{item.available_spaces} free" if item.available_spaces is not None else f"{item.occupied} occupied"
        if item.available_spaces is None and item.occupied is None:
            count = "no number"
        capacity = "" if item.capacity is None else f" of {item.capacity}"
        kinds = "".join(f", {kind} {spaces}" for kind, spaces in sorted(item.available_by_kind.items()))
        local = clock.to_local(item.observed_at)
        seen = f"observed {local:%Y-%m-%d %H:%M:%S} local"
        return f"reading  {item.ref:<20} {count}{capacity}{kinds}, {item.opening_status}, {seen}"
    position = "no position" if item.lat is None else f"{item.lat:.6f} {item.lon:.6f}"
    return f"site     {item.ref:<20} {item.name}, capacity {item.capacity}, {position} {item.address}".rstrip()


def _state_words(state: SourceState, now: datetime) -> str:
    source = state.source
    kind = source.format if source.mode is SourceMode.PULL else source.mode
    every = f"{source.interval_s} s" if source.mode is not SourceMode.MANUAL else "-"
    return f"{source.uid:<20} {kind:<12} {every:>7}  {standing_of(state, now) or '-':<8}"


def _run_words(run: Run | None) -> str:
    """One line; times on the county's clock."""
    if run is None:
        return "never"
    started = clock.to_local(run.started_at)
    due = f"{clock.to_local(run.next_due_at):%H:%M:%S}" if run.next_due_at else "-"
    return f"{started:%m-%d %H:%M:%S}  {run.outcome:<9} {run.rows_good:>5} {run.rows_bad:>4}  {due:<8}  {run.error}".rstrip()


def _show_problems(problems: tuple[InputProblem, ...]) -> None:
    for fault in problems:
        click.echo(f"  ! {fault}")


def list_by_default(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(list_sources)


sources.callback = click.pass_context(list_by_default)
