"""A value made from documents is made anew when they move, once, and an old one is better than none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from citizen_app import live
from citizen_app.derived import Derived


class Maker:
    """What the value is made from, and how often it was made."""

    def __init__(self) -> None:
        self.source, self.made, self.is_broken = "one", 0, False

    def make(self) -> str:
        self.made += 1
        if self.is_broken:
            raise ValueError("cannot be made")
        return f"of {self.source}"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    application = Flask("derived")
    application.config.update(DATA_DIR=tmp_path, START_BACKGROUND=False, SNAPSHOT_REFRESH_S=0.02)
    with application.app_context():
        yield application
    live.reset_all()


@pytest.fixture
def maker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr(live, "_documents", [])
    return Maker()


@pytest.fixture
def value(maker: Maker) -> Derived[str]:
    return Derived("value", key=lambda: maker.source, make=maker.make, empty="nothing")


def test_it_is_made_once_for_each_key_and_its_serial_moves_with_it(maker: Maker, value: Derived[str]) -> None:
    assert (value.current(), value.current(), maker.made) == ("of one", "of one", 1)
    serial = value.serial
    maker.source = "two"
    assert (value.current(), maker.made) == ("of two", 2) and value.serial != serial
    assert live.serials(["value"]) == (value.serial,)
    value.reset()
    assert value.current() == "of two" and maker.made == 3


def test_what_cannot_be_made_leaves_the_old_value_and_is_not_tried_again_and_again(maker: Maker, value: Derived[str]) -> None:
    assert value.current() == "of one"
    maker.is_broken, maker.source = True, "two"
    assert [value.current() for _ in range(3)] == ["of one"] * 3 and maker.made == 2
    maker.is_broken, maker.source = False, "three"
    assert value.current() == "of three"


def test_in_the_background_nobody_waits_while_it_is_made(app: Flask, maker: Maker, value: Derived[str]) -> None:
    app.config["START_BACKGROUND"] = True
    assert value.current() == "of one"    # who asks first waits, once
    began, go_on = threading.Event(), threading.Event()
    ready = maker.make

    def slowly() -> str:
        began.set()
        go_on.wait(20)
        return ready()

    value._make, maker.source = slowly, "two"
    assert began.wait(20) and value.current() == "of one"
    go_on.set()
    deadline = time.monotonic() + 20
    while value.current() != "of two":
        assert time.monotonic() < deadline
        time.sleep(0.01)
