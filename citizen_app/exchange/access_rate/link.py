"""The link to the page of the exchange: who holds it may look, without an account. Pure.

Raising the generation (`bin/manage exchange link --revoke`) makes every older link worthless.
"""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer

from citizen_app.errors import Refused

_SALT = "exchange-link"


def make_key(secret: str, generation: int) -> str:
    """A key for the query string of the page."""
    signed = URLSafeSerializer(secret, salt=_SALT).dumps(["exchange", generation])
    return signed.decode() if isinstance(signed, bytes) else signed


def check_key(secret: str, generation: int, key: str) -> None:
    """Pass for a key of this generation; raise Refused for any other."""
    try:
        content = URLSafeSerializer(secret, salt=_SALT).loads(key)
    except BadSignature as error:
        raise Refused("this link to the exchange is not complete or not genuine") from error
    if content != ["exchange", generation]:
        raise Refused("this link to the exchange is no longer valid")
