"""Villages and their stops: corrected on the command line, remembered, seen by every worker, kept over versions."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from citizen_app import clock
from citizen_app.buses import actions, store
from citizen_app.buses.network import Network, Stop
from citizen_app.buses.villages import Certainty
from citizen_app.errors import Unavailable
from citizen_app.exchange.actions import inspect_network
from citizen_app.places import actions as places_actions
from citizen_app.places import store as places_store
from citizen_app.places.county import Town, Village
from tests.bus_site import publish_network
from tests.every_state import COUNTY
from tests.networks import calls, make_network

NOW = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)
TOWN = Town("331082100", "汛桥镇", "Xunqiao", 28.80, 121.20)
VILLAGES = [Village("v1", "光明村委会", TOWN.code), Village("v2", "利民村委会", TOWN.code), Village("v3", "后山村委会", TOWN.code)]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def site(app: Flask) -> Flask:
    save_villages(VILLAGES)
    publish_network(make_small("光明", "光明村口", "利民"), NOW)
    return app


def save_villages(villages: Iterable[Village]) -> None:
    places_actions.save_places(COUNTY, [TOWN], list(villages), [])
    places_store.publish()


def make_small(*names: str) -> Network:
    """A line through stops of these names in one town, whose codes are their names."""
    stops = tuple(Stop(name, name, 28.80 + number / 100, 121.20, code=name, town_code=TOWN.code) for number, name in enumerate(names))
    return make_network({"t": ("101", "daily", calls(10 * 3600, *names))}, stops=stops)


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=["villages", *map(str, words)])


def stops_of(village_code: str) -> list[tuple[str, Certainty]]:
    published = store.current_published()
    assert published is not None
    network = published.schedule.network
    return [(network.stops[one.stop].name, one.certainty) for one in published.villages.links.get(village_code, ())]


def edit(path: Path, **cells: dict[str, str]) -> None:
    """What staff do in a spreadsheet: other words in some cells of some villages."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row.update(cells.get(row["village_code"], {}))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def test_staff_look_through_the_list_correct_it_and_every_worker_has_it(site: Flask, tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    said = run(site, "review", path)
    assert said.exit_code == 0 and "3 villages, 2 of them with a bus, 0 corrected" in said.output
    assert stops_of("v1") == [("光明", Certainty.BARE), ("光明村口", Certainty.PART)]
    edit(path, v1={"stops": "光明"}, v3={"stops": "利民; 光明村口"}, v2={"stops": "无"})
    said = run(site, "correct", path)
    assert said.exit_code == 0 and "3 villages are corrected." in said.output and "v2 利民村委会: no stop" in said.output
    assert stops_of("v1") == [("光明", Certainty.CORRECTED)] and stops_of("v2") == []
    assert stops_of("v3") == [("利民", Certainty.CORRECTED), ("光明村口", Certainty.CORRECTED)]
    run(site, "review", path)
    assert "0 villages are corrected." in run(site, "correct", path).output
    edit(path, v1={"checked": "auto"})
    assert "v1 光明村委会: as the network and the names say" in run(site, "correct", path).output
    assert stops_of("v1") == [("光明", Certainty.BARE), ("光明村口", Certainty.PART)]


def test_a_list_with_any_fault_changes_nothing(site: Flask, tmp_path: Path) -> None:
    path = tmp_path / "villages.csv"
    run(site, "review", path)
    edit(path, v1={"stops": "光明"}, v2={"stops": "nine"})
    said = run(site, "correct", path)
    assert said.exit_code == 1 and isinstance(said.exception, SystemExit)
    assert "villages.csv row 3: stops = 'nine': the published network has no stop with this code" in said.output
    assert "1 problems; nothing was changed" in said.output
    assert store.list_corrections() == ()
    assert run(site, "correct", tmp_path / "nowhere.csv").exit_code != 0


def test_corrections_outlive_a_new_version_and_what_they_lose_is_said_when_it_is_imported(site: Flask, tmp_path: Path) -> None:
    actions.correct_villages({"v1": ("光明村口",), "v2": ("光明", "利民")}, NOW)
    later = make_small("光明村口", "利民", "光明新站")
    gone = next(one for one in inspect_network(later, NOW) if one.code == "corrected_stop_gone")
    assert gone.count == 1 and gone.examples == ("光明",)
    publish_network(later, NOW + timedelta(hours=1))
    assert stops_of("v1") == [("光明村口", Certainty.CORRECTED)] and stops_of("v2") == [("利民", Certainty.CORRECTED)]
    said = run(site, "review", tmp_path / "villages.csv")
    assert "v2: corrected to stops that are gone: 光明" in said.output


def test_a_county_that_is_loaded_anew_gives_new_links_and_keeps_the_corrections(site: Flask) -> None:
    actions.correct_villages({"v2": ("光明",)}, NOW)
    assert stops_of("v2") == [("光明", Certainty.CORRECTED)]
    save_villages([Village("v4", "利民村委会", TOWN.code)])
    assert stops_of("v4") == [("利民", Certainty.BARE)] and stops_of("v2") == [] and stops_of("v1") == []
    save_villages(VILLAGES)
    assert stops_of("v2") == [("光明", Certainty.CORRECTED)]


def test_links_are_made_once_and_not_for_every_request(site: Flask) -> None:
    first = store.current_published()
    second = store.current_published()
    assert first is not None and second is not None and first.villages is second.villages


def test_a_correction_that_cannot_be_written_changes_nothing(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(store, "set_correction", fail)
    with pytest.raises(Unavailable):
        actions.correct_villages({"v1": None, "v2": ("光明",)}, NOW)
    assert store.list_corrections() == () and stops_of("v2") == [("利民", Certainty.BARE)]


def test_corrections_are_found_in_the_database_when_redis_lost_them(site: Flask) -> None:
    from citizen_app.extensions import redis_store

    actions.correct_villages({"v2": ("光明",)}, NOW)
    redis_store.client.flushall()
    assert store.current_corrections() == (("v2", ("光明",)),) and stops_of("v2") == [("光明", Certainty.CORRECTED)]


@pytest.mark.parametrize("command", ["review", "correct"])
def test_without_a_network_the_commands_say_what_to_do(app: Flask, command: str, tmp_path: Path) -> None:
    said = run(app, command, tmp_path / "villages.csv")
    assert said.exit_code == 1 and "nothing is published: bin/manage network import" in said.output
    assert f"villages {command}" in run(app, command, "--help").output
