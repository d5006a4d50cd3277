"""The attendant's link: who holds it may count one facility by hand, without an account. Pure.

A key names the facility and the generation of its links; raising the generation (`bin/manage parking
count-link UID --revoke`) makes every older link worthless.
"""

from __future__ import annotations

from itsdangerous import BadSignature, URLSafeSerializer

from citizen_app.errors import Refused

_SALT = "attendant-link"


def make_key(secret: str, facility_uid: str, generation: int) -> str:
    """A key for the query string of the attendant's page."""
    signed = URLSafeSerializer(secret, salt=_SALT).dumps([facility_uid, generation])
    return signed.decode() if isinstance(signed, bytes) else signed


def check_key(secret: str, facility_uid: str, generation: int, key: str) -> None:
    """Pass for a key of this facility and generation; raise Refused for any other."""
    try:
        content = URLSafeSerializer(secret, salt=_SALT).loads(key)
    except BadSignature as error:
        raise Refused("this counting link is not complete or not genuine") from error
    if content != [facility_uid, generation]:
        raise Refused("this counting link is no longer valid")
