"""A county is loaded whole or not at all, twice without harm, and any county at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from citizen_app.config import DEMO_COUNTY_DIR
from citizen_app.extensions import db
from citizen_app.ops import actions as ops_actions
from citizen_app.ops import store as ops_store
from citizen_app.ops.bundle import CountyBundle, parse_bundle
from citizen_app.parking import store as parking_store
from citizen_app.places import store as places_store

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HIGHLAND = {
    "county.toml": 'uid = "gaoyuan"\nname = "高原县"\nbounds = { south = 29, west = 90, north = 31, east = 92 }\n',
    "towns.csv": "code,name\n54001,一乡\n",
    "villages.csv": "code,name,town_code\n54001001,一村,54001\n",
    "facilities.csv": "uid,name,kind,lat,lon,town_code,capacity\nmonastery,寺前停车场,surface,29.65,91.13,54001,40\n",
}


def bundle_in(folder: Path) -> CountyBundle:
    return parse_bundle({path.name: path.read_bytes() for path in folder.iterdir()})


@pytest.fixture
def highland(tmp_path: Path) -> Path:
    """A bundle of another county in another province."""
    folder = tmp_path / "highland"
    folder.mkdir()
    for name, content in HIGHLAND.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def test_a_second_load_changes_nothing_and_says_so(app: Flask) -> None:
    demo = bundle_in(DEMO_COUNTY_DIR)
    first = ops_actions.load_county(demo, NOW)
    assert first.counts["villages"]["added"] == len(demo.villages) == 678
    assert first.counts["facilities"]["added"] == len(demo.facilities)
    second = ops_actions.load_county(demo, NOW)
    assert not second.changed_anything
    assert list(parking_store.current_snapshot().facilities.values()) == list(demo.facilities)
    assert ops_store.list_sources() == list(demo.sources)
    assert places_store.current_county() == demo.county
    assert places_store.list_towns() == list(demo.towns)
    assert places_store.list_villages() == sorted(demo.villages, key=lambda one: one.code)
    assert {one.name for one in places_store.list_landmarks()} == {one.name for one in demo.landmarks}


def test_a_load_says_what_it_added_changed_and_retired(app: Flask) -> None:
    demo = bundle_in(DEMO_COUNTY_DIR)
    ops_actions.load_county(demo, NOW)
    fewer = replace(
        demo,
        county=replace(demo.county, hotline="12345"),
        villages=demo.villages[1:],
        landmarks=(replace(demo.landmarks[0], note="moved"), *demo.landmarks[1:]),
        facilities=(replace(demo.facilities[0], capacity=1), *demo.facilities[2:]),
        sources=demo.sources[:-1],
    )
    counts = ops_actions.load_county(fewer, NOW).counts
    assert counts["county"] == {"added": 0, "changed": 1, "retired": 0}
    assert counts["villages"] == {"added": 0, "changed": 0, "retired": 1}
    assert counts["landmarks"]["changed"] == 1
    assert counts["facilities"] == {"added": 0, "changed": 1, "retired": 1}
    assert sum(counts["sources"].values()) == 1
    assert places_store.current_county().hotline == "12345"
    assert parking_store.find_facility(demo.facilities[1].uid) is None
    back = ops_actions.load_county(demo, NOW)
    assert back.counts["facilities"]["changed"] == 2 and back.changed_anything
    assert not ops_actions.load_county(demo, NOW).changed_anything


def test_another_county_needs_no_code(app: Flask, highland: Path) -> None:
    ops_actions.load_county(bundle_in(DEMO_COUNTY_DIR), NOW)
    result = app.test_cli_runner().invoke(args=["county", "load", str(highland)])
    assert result.exit_code == 0, result.output
    county = places_store.current_county()
    assert (county.name, county.is_demo, county.south) == ("高原县", False, 29.0)
    assert [one.name for one in places_store.list_towns()] == ["一乡"]
    assert [one.name for one in places_store.list_villages("54001")] == ["一村"]
    assert [one.uid for one in parking_store.list_facilities()] == ["monastery"]
    assert ops_store.list_sources() == [] and places_store.list_landmarks() == []
    shown = app.test_cli_runner().invoke(args=["county", "show"])
    assert "高原县" in shown.output and "monastery" in shown.output


def test_a_faulty_bundle_changes_nothing_and_lists_every_fault(app: Flask, highland: Path) -> None:
    ops_actions.load_county(bundle_in(DEMO_COUNTY_DIR), NOW)
    (highland / "villages.csv").write_text("code,name,town_code\n1,a,9\n2,b,9\n", encoding="utf-8")
    for command in ("check", "load"):
        result = app.test_cli_runner().invoke(args=["county", command, str(highland)])
        assert result.exit_code == 1
        assert "villages.csv row 2: town_code = '9'" in result.output
        assert "villages.csv row 3: town_code = '9'" in result.output
        assert "2 problems; nothing was changed" in result.output
    assert places_store.current_county().uid == "linhai"


def test_an_empty_database_is_said_to_be_empty_even_while_redis_remembers_a_county(app: Flask) -> None:
    ops_actions.load_county(bundle_in(DEMO_COUNTY_DIR), NOW)
    assert app.test_cli_runner().invoke(args=["county", "show"]).exit_code == 0
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM county")
    assert places_store.current_county().uid == "linhai"
    result = app.test_cli_runner().invoke(args=["county", "show"])
    assert result.exit_code == 1 and "no county is loaded" in result.output


def test_a_folder_that_is_not_there_is_one_line(app: Flask, tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(args=["county", "load", str(tmp_path / "nowhere")])
    assert result.exit_code == 1 and result.output.strip().count("\n") == 0 and "no such folder" in result.output


def test_a_load_that_fails_half_way_leaves_everything_as_it_was(app: Flask) -> None:
    demo = bundle_in(DEMO_COUNTY_DIR)
    ops_actions.load_county(demo, NOW)
    twice = (*demo.facilities, demo.facilities[0])
    broken = replace(demo, county=replace(demo.county, name="别县"), sources=demo.sources[1:], facilities=twice)
    with pytest.raises(IntegrityError):
        ops_actions.load_county(broken, NOW)
    assert places_store.current_county() == demo.county
    assert ops_store.list_sources() == list(demo.sources)
    assert not ops_actions.load_county(demo, NOW).changed_anything


def test_the_county_is_known_without_redis(app: Flask) -> None:
    """A load while Redis is away is seen at once, since the database answers."""
    from citizen_app.extensions import redis_store

    good = redis_store.client
    redis_store.client = good.from_url("unix:///nowhere/redis.sock", retry=None)
    try:
        ops_actions.load_county(bundle_in(DEMO_COUNTY_DIR), NOW)
        assert places_store.current_county().uid == "linhai"
    finally:
        redis_store.client = good
