"""The gateway of the provincial platform: signed pushes and queries, with secrets that are renewed before they expire.

A caller gives `now`; what passes within one call is measured. Requests carry secrets in no address, and nothing that is raised
or logged here holds one.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from citizen_app import clock
from citizen_app.exchange.client.reply import Reply
from citizen_app.exchange.client.tokens import Credentials, Lent, TokenFile, Tokens
from citizen_app.exchange.province.config import Province
from citizen_app.exchange.province.wire import (
    Answer,
    Page,
    outcome_of,
    read_answer,
    read_outcomes,
    read_page,
    write_record,
)
from citizen_app.exchange.record import Outcome, PlatformUnavailable, Record, RecordKind
from citizen_app.exchange.signing import SIGNERS

log = logging.getLogger(__name__)
TOKEN_FILE = "province_tokens.json"
_LEAST_SKEW_S = 2.0    # the Date header has whole seconds; less than this is not known to be wrong
_QUICK_S = 2.0         # a slower answer measures the clock badly
_HALF_SECOND = timedelta(seconds=0.5)    # what a Date header has lost on average
_TRIES = 3

At = Callable[[], datetime]
Post = Callable[[str, str, bytes], Reply]    # address, content type, body; raises PlatformUnavailable


class Gateway:
    """One gateway for one county; for one thread.

    `skew_s` is by how much the platform's clock is ahead of ours, to a second; None until it has answered once.
    """

    skew_s: float | None = None

    def __init__(self, province: Province, url: str, credentials: Credentials, data_dir: Path, post: Post) -> None:
        self.province, self.url = province, url
        self._credentials, self._post = credentials, post
        self._sign = SIGNERS[province.gateway.signer]
        owner = hashlib.sha256(f"{url}\n{credentials.app_key}".encode()).hexdigest()[:16]
        self._file = TokenFile(data_dir / TOKEN_FILE, owner)

    def batch_size(self, kind: RecordKind) -> int:
        """How many records one `push` of a kind may have."""
        return self.province.interfaces[kind].batch_size if self.province.gateway.list_field else 1

    def push(self, kind: RecordKind, records: Sequence[Record], now: datetime, trial: bool = False) -> list[Outcome]:
        """What became of each record, in their order. `trial`: the platform checks them and keeps nothing.

        Raises PlatformUnavailable when nothing of it went through as far as is known (it may have, so keep the keys), ValueError
        for more than `batch_size` records. A batch that is refused as a whole is sent record by record.
        """
        if len(records) > self.batch_size(kind):
            raise ValueError(f"{len(records)} records, at most {self.batch_size(kind)}")
        if not records:
            return []
        answer = self._ask(self.province.interfaces[kind].push, self._payload(records, trial), _running(now))
        codes = self.province.answers
        if answer.code == codes.success:
            return read_outcomes(answer, records, self.province)
        if answer.code not in codes.refused:
            raise PlatformUnavailable(f"code {answer.code}: {answer.message}")
        if len(records) == 1:
            return [outcome_of(records[0].key, answer.code, answer.message, self.province)]
        return [self._push_one(kind, record, now, trial) for record in records]

    def query(self, kind: RecordKind, page: int, now: datetime) -> Page:
        """One page (from 1) of what the platform says it holds. Raises PlatformUnavailable; ValueError where it cannot be asked."""
        interface = self.province.interfaces.get(kind)
        if interface is None or not interface.query:
            raise ValueError(f"{kind} has no query interface")
        answer = self._ask(interface.query, {self.province.gateway.page_field: str(page)}, _running(now))
        if answer.code != self.province.answers.success:
            raise PlatformUnavailable(f"code {answer.code}: {answer.message}")
        try:
            return read_page(answer, kind, self.province)
        except ValueError as error:
            raise PlatformUnavailable(str(error)) from None

    def renew(self, now: datetime) -> Tokens:
        """Fetch both secrets anew, whatever is kept. Raises PlatformUnavailable."""
        with self._file.alone():
            return self._renewed(Tokens(), _running(now))

    def expiries(self) -> tuple[datetime | None, datetime | None]:
        """Until when the refresh secret and the request secret hold (UTC); None for one that is not there."""
        tokens = self._file.read()
        refresh, request = (None if one is None else one.expires_at for one in (tokens.refresh, tokens.request))
        return refresh, request

    def _push_one(self, kind: RecordKind, record: Record, now: datetime, trial: bool) -> Outcome:
        """One record of a batch of which another may be at fault; one that does not get through is to be sent again."""
        try:
            return self.push(kind, [record], now, trial)[0]
        except PlatformUnavailable as error:
            return Outcome(record.key, False, False, "", str(error))

    def _payload(self, records: Sequence[Record], trial: bool) -> Mapping[str, Any]:
        written = [write_record(record, self.province, trial) for record in records]
        settings = self.province.gateway
        if not settings.list_field:
            return written[0]
        return {settings.list_field: written}

    def _ask(self, path: str, payload: Mapping[str, Any], at: At) -> Answer:
        """Ask once; again after a secret that the platform no longer knows, or a clock that it does not accept."""
        codes, answer = self.province.answers, Answer("", "", {})
        for _ in range(_TRIES):
            tokens = self._tokens(at)
            assert tokens.request is not None
            answer = self._signed(path, payload, tokens.request.secret, at)
            if answer.code in codes.secret_expired:
                self._forget(tokens)
            elif answer.code not in codes.clock:
                return answer
        raise PlatformUnavailable(f"code {answer.code}: {answer.message}")

    def _tokens(self, at: At) -> Tokens:
        """Tokens of which both hold for a while. Raises PlatformUnavailable."""
        tokens = self._file.read()
        if _are_fresh(tokens, at()):
            return tokens
        with self._file.alone():
            tokens = self._file.read()    # somebody else may have been first
            return tokens if _are_fresh(tokens, at()) else self._renewed(tokens, at)

    def _renewed(self, tokens: Tokens, at: At) -> Tokens:
        settings, codes = self.province.gateway, self.province.answers
        refresh = tokens.refresh if tokens.refresh is not None and tokens.refresh.is_fresh(at()) else None
        if refresh is not None:
            answer = self._lend(settings.refresh_by_secret, refresh.secret, at)
            if answer.code in codes.secret_expired:
                refresh = None
        if refresh is None:
            by_key = self._lend(settings.refresh_by_key, self._credentials.secret, at)
            refresh = self._lent(by_key, "refreshSecret", settings.refresh_secret_valid_s, at)
            answer = self._lend(settings.refresh_by_secret, refresh.secret, at)
        request = self._lent(answer, "requestSecret", settings.request_secret_valid_s, at)
        renewed = Tokens(refresh, request)
        self._keep(renewed)
        log.info("secrets of the province renewed", extra={"refresh_until": str(refresh.expires_at), "until": str(request.expires_at)})
        return renewed

    def _lend(self, path: str, secret: str, at: At) -> Answer:
        """Ask for a secret with another; once more when it was only our clock that the platform did not accept."""
        answer = self._signed(path, {}, secret, at)
        return self._signed(path, {}, secret, at) if answer.code in self.province.answers.clock else answer

    def _lent(self, answer: Answer, name: str, valid_s: int, at: At) -> Lent:
        """The secret that an answer lends. Where it names its end (`<name>EndTime`, ms of the platform's clock) that counts."""
        secret = answer.data.get(name)
        if answer.code != self.province.answers.success or not isinstance(secret, str) or not secret:
            raise PlatformUnavailable(f"no {name}: code {answer.code}: {answer.message}")
        now = at()
        expires_at, end_ms = now + timedelta(seconds=valid_s), answer.data.get(f"{name}EndTime")
        if isinstance(end_ms, int) and not isinstance(end_ms, bool) and 0 < end_ms < 4e12:
            ends_at = datetime.fromtimestamp(end_ms / 1000, UTC) - timedelta(seconds=self.skew_s or 0)
            expires_at = min(expires_at, ends_at)
        return Lent(secret, now, expires_at)

    def _forget(self, tokens: Tokens) -> None:
        """The platform does not know the request secret any more; unless another process has a newer one already, it is dropped."""
        with self._file.alone():
            if self._file.read() == tokens:
                self._keep(Tokens(tokens.refresh, None))

    def _keep(self, tokens: Tokens) -> None:
        try:
            self._file.write(tokens)
        except OSError as error:
            raise PlatformUnavailable(f"the secrets cannot be kept: {error.strerror}") from None

    def _signed(self, path: str, payload: Mapping[str, Any], secret: str, at: At) -> Answer:
        """One signed request and its answer. Raises PlatformUnavailable."""
        skew_s = self.skew_s or 0.0
        asked_at = at()
        told = asked_at + timedelta(seconds=skew_s if abs(skew_s) >= _LEAST_SKEW_S else 0.0)
        request_time_ms = int(told.timestamp() * 1000)
        app_key = self._credentials.app_key
        signed = {
            "appKey": app_key, "sign": self._sign(app_key, secret, request_time_ms), "requestTime": str(request_time_ms), **payload,
        }
        reply = self._post(self.url + path, *_body(signed, self.province.gateway.body))
        spent = at() - asked_at
        if reply.date is not None and (self.skew_s is None or spent.total_seconds() <= _QUICK_S):
            self.skew_s = (reply.date + _HALF_SECOND - asked_at - spent / 2).total_seconds()
        if reply.status != 200:
            raise PlatformUnavailable(f"HTTP {reply.status}", reply.retry_after_s)
        try:
            answer = read_answer(reply.body)
        except ValueError as error:
            raise PlatformUnavailable(str(error)) from None
        return replace(answer, message=answer.message.replace(secret, "…").replace(self._credentials.secret, "…"))


def _running(now: datetime) -> At:
    """A clock that shows `now` and goes on."""
    began_s = clock.monotonic_s()
    return lambda: now + timedelta(seconds=clock.monotonic_s() - began_s)


def _are_fresh(tokens: Tokens, now: datetime) -> bool:
    return all(one is not None and one.is_fresh(now) for one in (tokens.refresh, tokens.request))


def _body(signed: Mapping[str, Any], form: str) -> tuple[str, bytes]:
    """Content type and bytes. In a form, what is no text is JSON."""
    if form == "json":
        return "application/json; charset=utf-8", json.dumps(signed, ensure_ascii=False).encode()
    texts = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) for name, value in signed.items()}
    return "application/x-www-form-urlencoded; charset=utf-8", urlencode(texts).encode()
