"""Signatures: published vectors of the two algorithms, and what is hashed."""

from __future__ import annotations

import hashlib

import pytest

from citizen_app.exchange.signing import SIGNERS, sign_md5, sign_sm3


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_the_systems_sm3_is_that_of_the_standard(text: bytes, digest: str) -> None:
    """The two examples of GB/T 32905-2016, annex A."""
    assert hashlib.new("sm3", text).hexdigest() == digest


def test_both_hash_the_app_key_the_secret_and_the_time_in_that_order() -> None:
    """The three parts of the standards' own messages, so that the result is a published one."""
    assert sign_md5("a", "b", 0) == hashlib.md5(b"ab0").hexdigest() == "449f2a4c69b93a105441494833db68e5"
    assert sign_sm3("abcd" * 8, "abcd" * 8, 1) == hashlib.new("sm3", b"abcd" * 16 + b"1").hexdigest()


def test_md5_gives_the_vector_of_its_standard() -> None:
    """RFC 1321, A.5: the digits, cut in three."""
    assert sign_md5("1234567890" * 7, "123456789", 0) == "57edf4a22be3c955ac49da2e2107b67a"


def test_a_chinese_secret_is_hashed_as_utf8() -> None:
    assert sign_md5("县", "密", 1) == hashlib.md5("县密1".encode()).hexdigest()


def test_signers_are_known_by_name() -> None:
    assert {name: len(sign("k", "s", 1)) for name, sign in SIGNERS.items()} == {"md5": 32, "sm3": 64}
