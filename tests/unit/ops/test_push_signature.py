"""A message is believed exactly when the holder of the key signed it a moment ago."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citizen_app.errors import Refused
from citizen_app.ops.push import WINDOW_S, Envelope, check_signature, is_secret

NOW = datetime(2026, 3, 11, 4, 0, tzinfo=UTC)
keys = st.binary(min_size=16, max_size=64)
identifiers = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=128)


def secret_of(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


def sign(key: bytes, message_id: str, stamp: int, body: bytes) -> Envelope:
    """As the specification says it, without the library."""
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return Envelope(message_id, str(stamp), "v1," + base64.b64encode(digest).decode())


@given(key=keys, message_id=identifiers, text=st.text(), skew_s=st.integers(-WINDOW_S, WINDOW_S))
def test_what_is_signed_as_the_specification_says_is_believed(key: bytes, message_id: str, text: str, skew_s: int) -> None:
    body = text.encode("utf-8", "replace")
    check_signature(secret_of(key), sign(key, message_id, int(NOW.timestamp()) + skew_s, body), body, NOW)


@given(key=keys, other=keys, text=st.text(), changed=st.text(), name=st.sampled_from(["key", "body", "id", "stamp"]))
def test_a_change_of_anything_that_was_signed_is_refused(key: bytes, other: bytes, text: str, changed: str, name: str) -> None:
    body, stamp = text.encode("utf-8", "replace"), int(NOW.timestamp())
    envelope = sign(other if name == "key" else key, "msg_1", stamp, body)
    seen = Envelope("msg_2" if name == "id" else "msg_1", str(stamp + (name == "stamp")), envelope.signatures)
    seen_body = changed.encode("utf-8", "replace") if name == "body" else body
    if (name == "key" and key == other) or (name == "body" and seen_body == body):
        return
    with pytest.raises(Refused, match="signature does not match"):
        check_signature(secret_of(key), seen, seen_body, NOW)


@given(key=keys, skew_s=st.integers(WINDOW_S + 1, 10**9), side=st.sampled_from([-1, 1]))
def test_a_stamp_outside_the_window_is_refused_before_its_signature_is_looked_at(key: bytes, skew_s: int, side: int) -> None:
    stamp = int(NOW.timestamp()) + side * skew_s
    with pytest.raises(Refused, match=r"away from our clock|whole seconds"):
        check_signature(secret_of(key), sign(key, "msg_1", stamp, b"{}"), b"{}", NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_c2hvcnQ=", "not base64!", "whsec_ñ"])
def test_what_is_no_key_never_opens_the_door(secret: str) -> None:
    assert not is_secret(secret)
    with pytest.raises(Refused, match="no key"):
        check_signature(secret, sign(b"", "msg_1", int(NOW.timestamp()), b"{}"), b"{}", NOW)


def test_an_identifier_that_cannot_be_printed_or_is_endless_is_refused() -> None:
    for message_id in ("a\x00b", "a\tb", "x" * 129):
        with pytest.raises(Refused, match="webhook-id"):
            check_signature(secret_of(b"k" * 16), sign(b"k" * 16, message_id, int(NOW.timestamp()), b"{}"), b"{}", NOW)
