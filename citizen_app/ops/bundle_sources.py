"""What facilities refer to: tariffs.toml and sources.toml. Pure; None for a file that cannot be read."""

from __future__ import annotations

from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.ops.bundle_row import Row
from citizen_app.ops.source import Source, SourceMode
from citizen_app.parking.tariff import Tariff
from citizen_app.parking.tariff_format import parse_tariff

_SOURCE_KEYS = (
    "uid", "name", "mode", "format", "url", "interval_s", "owner", "licence", "attribution", "allow_private",
    "secret_env", "headers", "settings",
)


def read_tariffs(rows: list[Row] | None, problems: list[InputProblem]) -> dict[str, Tariff] | None:
    if rows is None:
        return None
    found: dict[str, Tariff] = {}
    for row in rows:
        uid = row.uid("uid")
        row.once("uid", uid, found)
        try:
            found[uid] = parse_tariff(row.values)
        except InvalidInput as error:
            problems += [problem(row.name, fault.field, fault.value, fault.message) for fault in error.problems]
            found[uid] = Tariff(uid)    # known, so that its facilities are not called faulty too
    return found


def read_sources(rows: list[Row] | None) -> dict[str, Source] | None:
    if rows is None:
        return None
    found: dict[str, Source] = {}
    for row in rows:
        row.known(_SOURCE_KEYS)
        uid = row.uid("uid")
        row.once("uid", uid, found)
        mode = row.choice("mode", list(SourceMode), SourceMode.PULL)
        source = Source(
            uid=uid,
            name=row.text("name", required=True),
            mode=SourceMode(mode) if mode in list(SourceMode) else SourceMode.PULL,
            format=row.text("format", required=mode == SourceMode.PULL),
            url=row.text("url", required=mode == SourceMode.PULL),
            interval_s=row.whole("interval_s", 10, 86400) or 60,
            owner=row.text("owner"),
            licence=row.text("licence"),
            attribution=row.text("attribution"),
            allow_private=row.truth("allow_private"),
            secret_env=row.text("secret_env", required=mode == SourceMode.PUSH),
            headers=row.table("headers"),
            settings=row.table("settings"),
        )
        if source.url and not source.url.startswith(("http://", "https://")):
            row.fault("url", "expected http:// or https://")
        for name, value in source.headers.items():
            if not isinstance(value, str) or not value.isprintable():
                row.fault("headers", "expected one line of text", f"{name} = {value}")
        found[uid] = source
    return found
