"""The stand-in platform's desk: whose signature it is, whether the secret still holds, what becomes of each record.

Codes: 00 good; 10 wrong signature or unknown appKey; 11 the secret has expired; 12 no secret was lent; 13 requestTime is too far
off; 20 a field is wrong; 21 the record cannot be taken (its key was used for another one).
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from feeds.demo.platform.memory import Memory
from feeds.demo.platform.rules import KEY, LATE, TRIAL, find_fault

REFRESH_VALID_S, REQUEST_VALID_S = 48 * 3600, 15 * 60
_CLOCK_TOLERANCE_MS = 300_000
_HASHES = {32: "md5", 64: "sm3"}

Answer = dict[str, Any]


class Desk:
    """`app_key` and `secret` are what the county was given for good. Moments are those of the platform's clock."""

    def __init__(self, memory: Memory, app_key: str, secret: str) -> None:
        self.memory, self._app_key, self._secret = memory, app_key, secret

    def refresh_by_key(self, payload: Mapping[str, Any], now: datetime) -> Answer:
        """Lends a refresh secret for 48 h to who signs with the secret of the county."""
        fault = self._clock_fault(payload, now)
        if fault is None and not self._is_signed(payload, self._secret):
            fault = ("10", "签名错误")
        return _answer(*fault) if fault else self._lend("refresh", REFRESH_VALID_S, now)

    def refresh_by_secret(self, payload: Mapping[str, Any], now: datetime) -> Answer:
        """Lends a request secret for 15 min to who signs with the refresh secret."""
        fault = self._fault(payload, "refresh", now)
        return _answer(*fault) if fault else self._lend("request", REQUEST_VALID_S, now)

    def push(self, kind: str, payload: Mapping[str, Any], now: datetime, refuses: Callable[[Mapping[str, Any]], bool]) -> Answer:
        """Takes the records of a request one by one; `refuses` says which it must not take, good or not."""
        fault = self._fault(payload, "request", now)
        if fault:
            return _answer(*fault)
        records = payload["records"] if "records" in payload else [_alone(payload)]
        if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
            return _answer("20", "records：应为列表")
        with self.memory.writing():
            results = [{KEY: one.get(KEY), **self._take(kind, one, now, refuses(one))} for one in records]
            self.memory.forget_old(now)
        if "records" not in payload:
            return results[0]
        return _answer("00", "成功", {"results": results})

    def query(self, kind: str, payload: Mapping[str, Any], now: datetime) -> Answer:
        """One page of what is held of a kind."""
        fault = self._fault(payload, "request", now)
        if fault:
            return _answer(*fault)
        text = str(payload.get("page", "1"))
        if not (text.isascii() and text.isdigit() and int(text) > 0):
            return _answer("20", "page：应为正整数")
        pages, rows = self.memory.page(kind, int(text))
        return _answer("00", "成功", {"page": int(text), "pages": pages, "rows": rows})

    def _take(self, kind: str, record: Mapping[str, Any], now: datetime, is_refused: bool) -> Answer:
        fault = ("21", "平台拒收（演示）") if is_refused else ("20", find_fault(kind, record))
        if fault[1]:
            self.memory.count("refused")
            return _answer(*fault)
        if record.get(TRIAL) == "1":
            self.memory.count("trials")
            return _answer("00", "试报通过，未入库")
        before = self.memory.find_given(record[KEY])
        if before is None:
            self.memory.keep(kind, record, now)
        elif not _say_the_same(before, record):
            self.memory.count("refused")
            return _answer("21", f"{KEY}：已用于另一条记录")
        else:
            self.memory.count("repeated")
        return _answer("00", "成功")

    def _lend(self, kind: str, valid_s: int, now: datetime) -> Answer:
        secret, until_ms = secrets.token_hex(16), int((now.timestamp() + valid_s) * 1000)
        with self.memory.writing():
            self.memory.lend(kind, secret, until_ms)
        return _answer("00", "成功", {f"{kind}Secret": secret, f"{kind}SecretEndTime": until_ms})

    def _fault(self, payload: Mapping[str, Any], kind: str, now: datetime) -> tuple[str, str] | None:
        """Why a request signed with a lent secret is not listened to; None when it is."""
        fault = self._clock_fault(payload, now)
        if fault:
            return fault
        lent = self.memory.secrets(kind)
        if not lent:
            return "12", "未获取密钥"
        for secret, until_ms, is_current in lent:
            if self._is_signed(payload, secret):
                return None if is_current and now.timestamp() * 1000 < until_ms else ("11", "密钥已过期")
        return "10", "签名错误"

    def _clock_fault(self, payload: Mapping[str, Any], now: datetime) -> tuple[str, str] | None:
        text = str(payload.get("requestTime", ""))
        if not (text.isascii() and text.isdigit()):
            return "10", "requestTime：应为毫秒"
        return ("13", "requestTime 偏差过大") if abs(int(text) - now.timestamp() * 1000) > _CLOCK_TOLERANCE_MS else None

    def _is_signed(self, payload: Mapping[str, Any], secret: str) -> bool:
        sign = str(payload.get("sign", ""))
        if payload.get("appKey") != self._app_key or len(sign) not in _HASHES:
            return False
        text = f"{self._app_key}{secret}{payload['requestTime']}".encode()
        return secrets.compare_digest(hashlib.new(_HASHES[len(sign)], text).hexdigest().encode(), sign.encode())


def _answer(code: str, message: str, data: Mapping[str, Any] | None = None) -> Answer:
    return {"code": code, "msg": message} | ({} if data is None else {"data": data})


def _alone(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The one record whose fields stand beside appKey."""
    return {name: value for name, value in payload.items() if name not in {"appKey", "sign", "requestTime"}}


def _say_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """But for whether they are late: a record may become so between two tries."""
    return {**one, LATE: ""} == {**other, LATE: ""}
