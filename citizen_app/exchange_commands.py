"""`bin/manage exchange`: what would be reported to the province, and whether the way there works."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup

from citizen_app import clock, config
from citizen_app.buses import store as buses_store
from citizen_app.errors import AppError, InvalidInput
from citizen_app.exchange.client import Gateway, open_gateway
from citizen_app.exchange.province import Province, all_contents, check_fields, read_province, say_problems
from citizen_app.exchange.record import Content, Outcome, PlatformUnavailable, Record, RecordKind
from citizen_app.parking import store as parking_store
from citizen_app.parking.board import board

exchange = AppGroup("exchange", help="The provincial platform: what is reported to it, and how the way there stands.")
_MOST_SHOWN = 20


@exchange.command("check")
def check() -> None:
    """Say of everything that would be reported what the platform would not take, and why; send nothing."""
    province = _get_province()
    good, bad = Counter[RecordKind](), Counter[RecordKind]()
    for content in _contents(province, clock.now()):
        problems = check_fields(content.kind, content.fields, province)
        (bad if problems else good)[content.kind] += 1
        if problems and sum(bad.values()) <= _MOST_SHOWN:
            click.echo(f"{content.kind} {content.subject}: {say_problems(problems, in_english=True)}", err=True)
    for kind in province.interfaces:
        click.echo(f"{kind:<16} {good[kind]:>6} good {bad[kind]:>6} not")
    if bad:
        raise click.ClickException(f"{sum(bad.values())} records would not be taken")


@exchange.command("try")
@click.option("--stand-in", is_flag=True, help="Against a stand-in platform that is started for it and ended again.")
@click.option("--for-real", is_flag=True, help="Without the mark of a trial: the platform keeps what it is sent.")
def try_gateway(stand_in: bool, for_real: bool) -> None:
    """Sign, renew the secrets, send one record of each kind as a trial, print what became of it."""
    province, trial = _get_province(), not for_real
    with _stand_in(province) if stand_in else _configured(province) as gateway:
        click.echo(f"{province.name}: {gateway.url}, signed with {province.gateway.signer}")
        now = clock.now()
        try:
            gateway.renew(now)
        except AppError as error:
            raise click.ClickException(str(error)) from error
        refresh_until, request_until = map(_local, gateway.expiries())
        click.echo(f"secrets renewed: the refresh secret holds until {refresh_until}, the request secret until {request_until}")
        skew_s = gateway.skew_s or 0.0
        click.echo(f"the platform's clock is {abs(skew_s):.1f} s {'behind' if skew_s < 0 else 'ahead of'} ours")
        if trial and not province.envelope.trial:
            click.echo("envelope.trial names no field that marks a trial: nothing was sent. --for-real sends one record of each kind")
            return
        failed = [kind for kind, content in _examples(province, now).items() if not _try_one(gateway, kind, content, now, trial)]
    if failed:
        raise click.ClickException(f"not accepted: {', '.join(failed)}")


def _try_one(gateway: Gateway, kind: RecordKind, content: Content | None, now: datetime, trial: bool) -> bool:
    """Whether it went through; a kind of which there is nothing to send is said so and counts as that."""
    if content is None:
        click.echo(f"{kind:<16} nothing to send")
        return True
    problems = check_fields(kind, content.fields, gateway.province)
    if problems:
        click.echo(f"{kind:<16} {content.subject}: not sent, {say_problems(problems, in_english=True)}")
        return False
    try:
        [outcome] = gateway.push(kind, [Record(uuid.uuid4().hex, kind, content.subject, content.fields, now)], now, trial)
    except PlatformUnavailable as error:
        click.echo(f"{kind:<16} {content.subject}: {error}")
        return False
    click.echo(f"{kind:<16} {content.subject}: {_words(outcome)}")
    return outcome.accepted


def _words(outcome: Outcome) -> str:
    stands = "accepted" if outcome.accepted else "refused" if outcome.refused else "to be sent again"
    return f"{stands}, code {outcome.code} {outcome.reason}".rstrip()


def _examples(province: Province, now: datetime) -> Mapping[RecordKind, Content | None]:
    """The first of each kind that is reported, one without fault where there is one."""
    found: dict[RecordKind, Content | None] = dict.fromkeys(province.interfaces)
    is_good: set[RecordKind] = set()
    for content in _contents(province, now):
        if content.kind not in is_good:
            if not check_fields(content.kind, content.fields, province):
                is_good.add(content.kind)
                found[content.kind] = content
            elif found[content.kind] is None:
                found[content.kind] = content
    return found


def _contents(province: Province, now: datetime) -> Iterator[Content]:
    try:
        snapshot, published = parking_store.current_snapshot(), buses_store.current_published()
    except AppError as error:
        raise click.ClickException(str(error)) from error
    schedule = None if published is None else published.schedule
    return all_contents(board(snapshot, now), schedule, province, clock.to_local(now).date())


def _get_province() -> Province:
    path: Path = current_app.config["PROVINCE_FILE"]
    try:
        province = read_province(path)
    except InvalidInput as error:
        for fault in error.problems:
            click.echo(str(fault), err=True)
        raise click.ClickException(f"{len(error.problems)} problems in {path}") from error
    except OSError as error:
        raise click.ClickException(f"{path}: {error.strerror}") from error
    if province is None:
        raise click.ClickException(f"{path}: no such file; this county does not report to the province")
    return province


@contextmanager
def _configured(province: Province) -> Iterator[Gateway]:
    try:
        gateway = open_gateway(province, current_app.config["DATA_DIR"], os.environ)
    except AppError as error:
        raise click.ClickException(str(error)) from error
    yield gateway


@contextmanager
def _stand_in(province: Province) -> Iterator[Gateway]:
    """The gateway of a stand-in platform of our own, which ends with its secrets and its folder; no other address is called."""
    with tempfile.TemporaryDirectory(prefix="citizen-") as folder:
        credentials = {"PROVINCE_APP_KEY": "trial", "PROVINCE_APP_SECRET": secrets.token_hex(16)}
        process = subprocess.Popen(
            [sys.executable, "-m", "feeds.demo.platform", "--port", "0"], env={**os.environ, **credentials, "DATA_DIR": folder},
            cwd=config.ROOT, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        try:
            assert process.stderr is not None
            url = process.stderr.readline().rpartition("serving at ")[2].strip()
            if not url.startswith("http://"):
                raise click.ClickException(f"the stand-in did not start: {url}")
            settings = replace(province, gateway=replace(province.gateway, url=url))
            yield open_gateway(settings, Path(folder), credentials)
        finally:
            process.terminate()
            process.wait(10)


def _local(moment: datetime | None) -> str:
    return f"{clock.to_local(moment):%m-%d %H:%M}" if moment else "never"
