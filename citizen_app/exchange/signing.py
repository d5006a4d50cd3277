"""How a request to the provincial gateway is signed, by the name that its configuration uses. Pure.

sign = hex(hash(appKey + secret + requestTime in ms)), as seen in public clients of the gateway with MD5. Where it wants the
national algorithm instead, the same text goes through SM3 (GB/T 32905-2016). Another rule is one more entry in SIGNERS.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

Signer = Callable[[str, str, int], str]


def sign_md5(app_key: str, secret: str, request_time_ms: int) -> str:
    """32 hexadecimal digits in lower case."""
    return hashlib.md5(_text(app_key, secret, request_time_ms), usedforsecurity=False).hexdigest()


def sign_sm3(app_key: str, secret: str, request_time_ms: int) -> str:
    """64 hexadecimal digits in lower case. Raises ValueError where the system's OpenSSL has no SM3."""
    return hashlib.new("sm3", _text(app_key, secret, request_time_ms)).hexdigest()


def _text(app_key: str, secret: str, request_time_ms: int) -> bytes:
    return f"{app_key}{secret}{request_time_ms}".encode()


SIGNERS: Mapping[str, Signer] = {"md5": sign_md5, "sm3": sign_sm3}
