"""The two secrets that the gateway lends us, and the file that keeps them between processes and restarts.

The file is in DATA_DIR, readable for its owner only, and is written anew as a whole; a lock beside it lets one process at a
time renew. Neither is ever in the database, and no secret is in a `repr`.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from citizen_app.errors import InvalidInput

KEY_VARIABLE, SECRET_VARIABLE = "PROVINCE_APP_KEY", "PROVINCE_APP_SECRET"
SECRET_FILE_VARIABLE = f"{SECRET_VARIABLE}_FILE"
_LONGEST_MARGIN_S = 3600.0


@dataclass(frozen=True)
class Credentials:
    """What the province has given the county for good."""

    app_key: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Lent:
    """One secret of the gateway and until when it holds, by our clock (UTC)."""

    secret: str = field(repr=False)
    got_at: datetime
    expires_at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Whether it will hold for a good while yet: a fifth of its life, an hour at most, is kept in reserve."""
        reserve = min((self.expires_at - self.got_at) / 5, timedelta(seconds=_LONGEST_MARGIN_S))
        return self.got_at - reserve <= now < self.expires_at - reserve


@dataclass(frozen=True)
class Tokens:
    """`refresh` gets us `request`, and `request` signs what is pushed. None: there is none."""

    refresh: Lent | None = None
    request: Lent | None = None


def read_credentials(environ: Mapping[str, str]) -> Credentials:
    """From PROVINCE_APP_KEY and PROVINCE_APP_SECRET, or the file that PROVINCE_APP_SECRET_FILE names.

    Raises InvalidInput that names the variable and never its value.
    """
    app_key, secret, path = (environ.get(name, "").strip() for name in (KEY_VARIABLE, SECRET_VARIABLE, SECRET_FILE_VARIABLE))
    if not secret and path:
        try:
            secret = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{SECRET_FILE_VARIABLE} {path}: cannot be read") from error
    for name, value in ((KEY_VARIABLE, app_key), (f"{SECRET_VARIABLE} or {SECRET_FILE_VARIABLE}", secret)):
        if not value:
            raise InvalidInput(f"{name} is not set in the environment")
    return Credentials(app_key, secret)


class TokenFile:
    """`owner` says for which gateway and key the tokens are; those of another one are not read."""

    def __init__(self, path: Path, owner: str) -> None:
        self.path, self.owner = path, owner

    def read(self) -> Tokens:
        """What is kept; nothing where there is no file, or none of ours."""
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            if document["owner"] != self.owner:
                return Tokens()
            return Tokens(*(_lent(document[name]) for name in ("refresh", "request")))
        except (OSError, ValueError, KeyError, TypeError):
            return Tokens()

    def write(self, tokens: Tokens) -> None:
        """Keep them, readable for this user only. Raises OSError."""
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.unlink(missing_ok=True)
        document = {"owner": self.owner, "refresh": _document(tokens.refresh), "request": _document(tokens.request)}
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else renews meanwhile, in this process or another."""
        descriptor = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _document(lent: Lent | None) -> Mapping[str, str] | None:
    if lent is None:
        return None
    return {"secret": lent.secret, "got_at": lent.got_at.isoformat(), "expires_at": lent.expires_at.isoformat()}


def _lent(document: Mapping[str, str] | None) -> Lent | None:
    if document is None:
        return None
    got_at, expires_at = (datetime.fromisoformat(document[name]).astimezone(UTC) for name in ("got_at", "expires_at"))
    return Lent(str(document["secret"]), got_at, expires_at)
