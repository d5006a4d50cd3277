"""A month of history over HTTP, on both databases: every kept quarter of it, and nothing where nothing is kept."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from citizen_app import clock
from citizen_app.buses.csv_table import escape
from citizen_app.clock import to_local
from citizen_app.parking import actions
from citizen_app.parking import store as parking_store
from tests.every_state import fill_every_state


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    fill_every_state(clock.now())
    return client


def this_month() -> str:
    return f"/open-data/parking-history/{to_local(clock.now() - timedelta(hours=1)):%Y-%m}.csv"


def test_history_has_every_kept_quarter_of_the_month_and_is_cut_by_none(reader: FlaskClient) -> None:
    answer = reader.get(this_month())
    assert answer.mimetype == "text/csv" and answer.headers["Content-Disposition"].startswith("attachment; filename=parking-")
    assert "Content-Length" not in answer.headers, "how long it will be is not known when it begins"
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert {row["facility"] for row in rows} == set(parking_store.current_snapshot().facilities)
    assert all(row["demo"] == "true" and escape(row["name"]) == row["name"] for row in rows)
    own = [row for row in rows if row["facility"] == "scarce"]
    start = to_local(clock.now() - timedelta(hours=1)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    kept = parking_store.list_aggregates("scarce", start, clock.now())
    counted = [row for row in own if row["samples"] != "0"]
    assert [int(row["spaces_max"]) for row in counted] == [one.spaces_max for one in kept][:len(counted)]
    assert 0 <= len(kept) - len(counted) <= 1    # a quarter that is not over yet


def test_a_car_park_that_is_gone_keeps_its_history_in_the_file(reader: FlaskClient) -> None:
    others = [one for one in parking_store.list_facilities() if one.uid != "scarce"]
    actions.save_facilities(others)
    assert "\r\nscarce," in reader.get(this_month()).text


@pytest.mark.parametrize("month", ["2019-01", "2026-13", "2999-01", "x"])
def test_a_month_without_history_is_not_there(reader: FlaskClient, month: str) -> None:
    answer = reader.get(f"/open-data/parking-history/{month}.csv")
    assert answer.status_code == 404 and answer.mimetype == "application/problem+json"


def test_its_tag_stays_until_something_was_counted_and_the_present_month_is_on_the_page(reader: FlaskClient) -> None:
    first = reader.get(this_month())
    assert reader.get(this_month(), headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    then = clock.now() - timedelta(hours=1)
    actions.import_history("few", [(then, 20), (then - timedelta(minutes=20), 21)])
    assert reader.get(this_month(), headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    assert f'href="{this_month()}"' in reader.get("/open-data/").text
