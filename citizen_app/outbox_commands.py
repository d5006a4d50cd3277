"""`bin/manage exchange status|dead|resend|replay|reconcile`: what waits for the province, what it refused, what it has."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

import click
from flask import current_app

from citizen_app import clock
from citizen_app.errors import AppError
from citizen_app.exchange import actions, store
from citizen_app.exchange.client import open_gateway
from citizen_app.exchange.client.gateway import Gateway
from citizen_app.exchange.outbox import Entry, State
from citizen_app.exchange.province import Province
from citizen_app.exchange.record import RecordKind
from citizen_app.exchange_commands import exchange
from citizen_app.reporting import current_province

__all__ = ["exchange"]

_STATES = (State.WAITING, State.ACCEPTED, State.DEAD, State.INVALID, State.SUPERSEDED)


class Moment(click.ParamType[datetime]):
    """A moment on the county's clock: 2026-03-11, 2026-03-11T06:30; or one with a zone. Or a span that ends now: 90m, 36h, 2d."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        text = str(value).strip()
        unit = {"m": "minutes", "h": "hours", "d": "days"}.get(text[-1:])
        if unit and text[:-1].isascii() and text[:-1].isdigit():
            return clock.now() - timedelta(**{unit: min(int(text[:-1]), 100_000)})
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text}: write 2026-03-11T06:30, or 90m, 36h, 2d for a span that ends now", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.LOCAL)


@exchange.command("status")
def show_status() -> None:
    """Show what waits, what was accepted and refused, how old the oldest waiting record is, and the platform's clock."""
    province = current_province()
    now = clock.now()
    try:
        numbers = store.measure_outbox()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    file = current_app.config["PROVINCE_FILE"]
    click.echo(province.name if province else f"{file}: no such file, or wrong; this county does not report")
    click.echo(f"{'kind':<16} {' '.join(f'{state:>10}' for state in _STATES)}")
    for kind in RecordKind:
        if any((kind, state) in numbers.counts for state in _STATES):
            click.echo(f"{kind:<16} {' '.join(f'{numbers.counts.get((kind, state), 0):>10}' for state in _STATES)}")
    oldest = numbers.oldest_waiting_at
    click.echo(f"oldest waiting   {'none waits' if oldest is None else f'{_span(now - oldest)}, since {_local(oldest)}'}")
    click.echo(f"last accepted    {_local(numbers.last_accepted_at)}")
    click.echo(f"ever             {numbers.accepted} accepted, {numbers.refused} refused")
    skew_s = numbers.skew_s
    said = "not measured yet" if skew_s is None else f"{abs(skew_s):.1f} s {'behind' if skew_s < 0 else 'ahead of'} ours"
    click.echo(f"platform's clock {said}")


@exchange.command("dead")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 20_000), help="How many, newest first.")
def show_dead(limit: int) -> None:
    """List records that the platform refused (dead) or that our own checks did (invalid), each with the reason."""
    try:
        entries = store.list_entries([State.DEAD, State.INVALID], limit)
    except AppError as error:
        raise click.ClickException(str(error)) from error
    for one in entries:
        click.echo(_line(one))
    click.echo(f"{len(entries)} records. Put right what is wrong, then: bin/manage exchange resend ID…" if entries else "None.")


@exchange.command("resend")
@click.argument("ids", metavar="ID…", type=int, nargs=-1, required=True)
def resend(ids: tuple[int, ...]) -> None:
    """Send what these records are about, as it is now: after what was wrong has been put right."""
    try:
        resent = actions.resend(ids, _get_province(), clock.now())
    except AppError as error:
        raise click.ClickException(f"{error}; nothing was changed") from error
    click.echo(f"{resent.renewed} made anew, {resent.repeated} as they were.")
    still = [one for one in store.list_entries([State.INVALID]) if (one.kind, one.subject) in _about(ids)]
    for one in still:
        click.echo(_line(one), err=True)
    if still:
        raise click.ClickException(f"{len(still)} are still not right and were not queued")


@exchange.command("replay")
@click.option("--since", type=Moment(), required=True, metavar="TIME", help="2026-03-11T06:30 on the county's clock, or 90m, 36h, 2d.")
def replay(since: datetime) -> None:
    """Send again everything observed since TIME that the platform had accepted, under the same keys; it may have lost it."""
    _get_province()
    try:
        kept_since = store.oldest_accepted_at()
        count = actions.replay(since, clock.now())
    except AppError as error:
        raise click.ClickException(f"{error}; nothing was changed") from error
    click.echo(f"{count} records wait to be sent again.")
    if kept_since is None or kept_since > since:
        kept = f"since {_local(kept_since)}" if kept_since else "not at all"
        click.echo(f"Accepted records are kept {kept}; for all else: bin/manage exchange reconcile", err=True)


@exchange.command("reconcile")
@click.option("--dry-run", is_flag=True, help="Only list the differences.")
def reconcile(dry_run: bool) -> None:
    """Compare what we hold with what the platform says it holds, list the differences, and mend them by sending again."""
    gateway = _open_gateway(_get_province())

    def say(kind: RecordKind, page: int, pages: int) -> None:
        click.echo(f"  {kind} page {page} of {pages}", err=True)

    try:
        found = actions.reconcile(gateway, clock.now, mend=not dry_run, progress=say)
    except AppError as error:
        raise click.ClickException(f"{error}; nothing was changed") from error
    for one in found:
        click.echo(f"{one.kind:<16} {one.subject}: {one.fault}{' ' + ' '.join(one.fields) if one.fields else ''}")
    what = "" if not found else "; nothing was changed" if dry_run else "; queued to be sent again"
    click.echo(f"{len(found)} differences{what}.")


def _about(ids: tuple[int, ...]) -> set[tuple[RecordKind, str]]:
    return {(one.kind, one.subject) for one in store.get_entries(ids)}


def _get_province() -> Province:
    province = current_province()
    if province is None:
        raise click.ClickException(f"{current_app.config['PROVINCE_FILE']}: this county does not report; bin/manage exchange check")
    return province


def _open_gateway(province: Province) -> Gateway:
    try:
        return open_gateway(province, current_app.config["DATA_DIR"], os.environ)
    except AppError as error:
        raise click.ClickException(str(error)) from error


def _line(one: Entry) -> str:
    code = f"code {one.code} " if one.code else ""
    return f"{one.id:>8}  {_local(one.created_at)}  {one.state:<8} {one.kind:<16} {one.subject}: {code}{one.reason}"


def _local(moment: datetime | None) -> str:
    return f"{clock.to_local(moment):%Y-%m-%d %H:%M:%S}" if moment else "never"


def _span(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds} s" if seconds < 120 else f"{seconds // 60} min" if seconds < 7200 else f"{seconds // 3600} h"
