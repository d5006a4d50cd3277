"""Everything that is particular to the provincial platform: one TOML file of the county, read whole with all its faults. Pure.

docs/province.md explains every key. No secret is in it. A county without the file does not report.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from marshmallow import ValidationError

from citizen_app.clock import LOCAL, to_local
from citizen_app.errors import InputProblem, InvalidInput, problem
from citizen_app.exchange.province.schema import ProvinceSchema
from citizen_app.exchange.record import RecordKind

FILE = "province.toml"
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


@dataclass(frozen=True)
class Interface:
    """Where records of one kind go: paths below the gateway's address. `query` is "" where the platform cannot be asked."""

    push: str
    query: str = ""
    batch_size: int = 1


@dataclass(frozen=True)
class GatewaySettings:
    """How the gateway is spoken to. Spans in seconds.

    `body`: "form" (the list of records as JSON in one field of a form) or "json". `list_field` is that field; "" sends one record
    a request, its fields beside appKey. `…_valid_s` is for how long the two secrets hold where the platform does not say.
    """

    url: str
    signer: str = "md5"
    body: str = "form"
    list_field: str = "records"
    page_field: str = "page"
    refresh_by_key: str = "/gateway/app/refreshTokenByKey.htm"
    refresh_by_secret: str = "/gateway/app/refreshTokenBySec.htm"
    refresh_secret_valid_s: int = 48 * 3600
    request_secret_valid_s: int = 15 * 60
    connect_timeout_s: float = 5.0
    read_timeout_s: float = 20.0
    ca_file: str = ""


@dataclass(frozen=True)
class AnswerCodes:
    """What the platform's codes mean; any other code means "try again"."""

    success: str = "00"
    refused: frozenset[str] = frozenset()
    secret_expired: frozenset[str] = frozenset()
    clock: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Envelope:
    """What stands in each record beside its fields, as the platform spells it; "" is not sent.

    `late_values`: what is written for in time and for late (补传).
    """

    key: str = "流水号"
    observed_at: str = "采集时间"
    late: str = "补传标志"
    trial: str = ""
    late_values: tuple[str, str] = ("0", "1")


@dataclass(frozen=True)
class Sending:
    """How the outbox sends. `availability`: "latest" lets a newer count take an unsent older one's place, "all" sends each.

    A record that is sent later than `late_after_s` after it was observed is late (补传).
    """

    availability: str = "latest"
    late_after_s: int = 300


@dataclass(frozen=True)
class Province:
    """The platform as this county speaks to it. The box is what positions are checked against, in its own coordinate system.

    `codes`: table -> our word -> the platform's code. `spelling`: kind -> our field -> the platform's ("" is not sent), where
    they differ. `required`: kind -> fields, where the platform differs from our list. Kinds without an interface are not reported.
    """

    name: str
    gateway: GatewaySettings
    interfaces: Mapping[RecordKind, Interface]
    codes: Mapping[str, Mapping[str, str]]
    south: float
    west: float
    north: float
    east: float
    coordinate_system: str = "wgs84"
    moment_format: str = "%Y-%m-%d %H:%M:%S"
    longest_text: int = 200
    lengths: Mapping[str, int] = field(default_factory=dict)
    spelling: Mapping[RecordKind, Mapping[str, str]] = field(default_factory=dict)
    required: Mapping[RecordKind, frozenset[str]] = field(default_factory=dict)
    answers: AnswerCodes = AnswerCodes()
    envelope: Envelope = Envelope()
    sending: Sending = Sending()

    def reports(self, kind: RecordKind) -> bool:
        return kind in self.interfaces

    def write_moment(self, moment: datetime) -> str:
        """A moment as the platform wants it: on the county's clock, or in milliseconds since 1970 ("ms")."""
        if self.moment_format == "ms":
            return str(int(moment.timestamp() * 1000))
        return to_local(moment).strftime(self.moment_format)

    def is_moment(self, text: str) -> bool:
        if self.moment_format == "ms":
            return text.isascii() and text.isdigit()
        try:
            return datetime.strptime(text, self.moment_format).replace(tzinfo=LOCAL) is not None
        except ValueError:
            return False


def parse_province(content: bytes) -> Province:
    """The configuration in a province.toml. Raises InvalidInput with every problem: the file, the field, its value."""
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InvalidInput([problem(FILE, "content", "", f"not TOML: {error}")]) from error
    try:
        values = ProvinceSchema().load(document)
    except ValidationError as error:
        raise InvalidInput(list(_problems(error.messages, document, ()))) from error
    return _province(values)


def read_province(path: Path) -> Province | None:
    """The configuration in a file; None where there is no file: the county does not report. Raises InvalidInput, OSError."""
    try:
        return parse_province(path.read_bytes())
    except FileNotFoundError:
        return None


def expand_url(url: str, environ: Mapping[str, str]) -> str:
    """The address with each ${NAME} taken from the environment. Raises InvalidInput for one that is not there."""
    def value(match: re.Match[str]) -> str:
        if match[1] not in environ:
            raise InvalidInput([problem(FILE, "gateway.url", url, f"{match[1]} is not set in the environment")])
        return environ[match[1]]

    return _VARIABLE.sub(value, url).rstrip("/")


def _province(values: dict[str, Any]) -> Province:
    kinds = {RecordKind(kind): value for kind, value in values.pop("interfaces").items()}
    return Province(
        gateway=GatewaySettings(**values.pop("gateway")),
        interfaces={kind: Interface(**value) for kind, value in kinds.items()},
        spelling={RecordKind(kind): value for kind, value in values.pop("spelling").items()},
        required={RecordKind(kind): value for kind, value in values.pop("required").items()},
        answers=AnswerCodes(**values.pop("answers")),
        envelope=Envelope(**values.pop("envelope")),
        sending=Sending(**values.pop("sending")),
        **values.pop("bounds"), **values,
    )


def _problems(messages: Any, document: Any, path: tuple[str, ...]) -> Iterator[InputProblem]:
    """The nested messages of marshmallow, one a problem, each with the value that stands at its place."""
    if not isinstance(messages, Mapping):
        name = ".".join(path) or FILE
        yield problem(FILE, name, "" if document is None else document, " ".join(str(one) for one in messages))
        return
    for key, inner in messages.items():
        if key in {"key", "value", "_schema"}:
            found = path[-1] if key == "key" and path else document
            yield from _problems(inner, found, path)
        elif isinstance(document, Mapping):
            yield from _problems(inner, document.get(key), (*path, str(key)))
        else:
            has_it = isinstance(document, list) and isinstance(key, int) and key < len(document)
            yield from _problems(inner, document[key] if has_it else document, (*path, str(key)))
