"""What staff see of the access rate: the page, its JSON, the report of a month, the command line, /metrics."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from citizen_app.exchange import actions
from citizen_app.exchange.access_rate.link import make_key
from citizen_app.exchange.actions.access import count_access
from citizen_app.parking import actions as parking
from citizen_app.places.actions import save_places
from citizen_app.reporting import current_province
from feeds.demo.platform.server import PlatformServer
from tests.every_state import COUNTY
from tests.factories import make_reading
from tests.province import Now, misbehave, reported_facility, send_all, url_of


def count(now: Now) -> None:
    province = current_province()
    assert province is not None
    count_access(province, now())


@pytest.fixture
def key(app: Flask) -> str:
    return make_key(str(app.secret_key), 0)


@pytest.fixture
def counted(app: Flask, sender: actions.Sender, platform: PlatformServer, now: Now) -> None:
    """Of three car parks one is good, one was refused, of one nothing has ever come in; counted at noon and the minute after."""
    save_places(COUNTY, [], [], [])
    parking.save_facilities([
        reported_facility(), reported_facility("west", name='=HYPERLINK("http://evil.example")', name_en="West"), reported_facility("north"),
    ])
    misbehave(url_of(platform), fault="refuse", value="west")
    for _ in range(2):
        parking.record_readings("vendor", [make_reading(uid, now()) for uid in ("east-lake", "west")], now())
        send_all(sender)
        count(now)
        now.wait(minutes=1)
    parking.publish_snapshot()


@pytest.mark.parametrize("path", ["/exchange", "/exchange.json", "/exchange/report/2026-03.csv"])
def test_who_has_no_link_of_this_generation_is_refused(path: str, app: Flask, client: FlaskClient, key: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path, query_string={"key": f"{key}x"}).status_code == 401
    said = app.test_cli_runner().invoke(args=["exchange", "link", "--revoke", "--base-url", "https://travel.example"]).output
    assert client.get(path, query_string={"key": key}).status_code == 401
    assert said.startswith("https://travel.example/exchange?key=")
    new = said.strip().partition("key=")[2]
    assert client.get(path, query_string={"key": new}).status_code in {200, 404}


def test_the_page_names_what_is_missing_by_cause_and_since_when(client: FlaskClient, counted: None, key: str, now: Now) -> None:
    now.wait(seconds=20)
    page = client.get("/exchange", query_string={"key": key, "lang": "zh"}).get_data(as_text=True)
    for words in ("33.33&nbsp;%", "应有 3，按时 1", "平台拒收", "从未上报", "从 12:00 起", "north 停车场", "现在没有应上报的", "平台拒收（演示）"):
        assert words in page, words
    assert "以后没有统计" not in page


def test_the_page_says_when_nobody_counts_any_more(client: FlaskClient, counted: None, key: str, now: Now) -> None:
    now.wait(minutes=10)
    assert "12:01 以后没有统计" in client.get("/exchange", query_string={"key": key, "lang": "zh"}).get_data(as_text=True)


def test_the_page_says_the_same_in_english(client: FlaskClient, counted: None, key: str) -> None:
    english = client.get("/exchange", query_string={"key": key, "lang": "en"}).get_data(as_text=True)
    for words in ("Data access rate", "3 expected, 1 on time", "never reported", "since 12:00", "West", "Nothing is expected"):
        assert words in english, words


def test_another_moment_can_be_looked_at_and_a_wrong_one_is_said_so(client: FlaskClient, counted: None, key: str) -> None:
    def ask(**query: str) -> Any:
        return client.get("/exchange.json", query_string={"key": key, **query})

    before = ask(at="2026-03-11T11:59").json
    assert before["at"] == "2026-03-11T11:59:00+08:00" and before["modules"]["parking"]["registered"] == 0
    now = ask(**{"from": "2026-03-11T12:00", "to": "2026-03-11T12:02"}).json
    assert now["at"] == "2026-03-11T12:01:00+08:00"
    assert now["modules"]["parking"] == {
        "rate": 1 / 3, "percent": "33.33", "registered": 3, "expected": 3, "valid": 2, "accepted": 1, "on_time": 1,
        "missing": {"refused": 1, "never": 1},
    }
    assert now["modules"]["lines"]["rate"] is None and now["modules"]["lines"]["percent"] == ""
    assert now["missing"][0] == {
        "subject": "facility:west", "name": '=HYPERLINK("http://evil.example")', "cause": "refused", "since": "2026-03-11T12:00:00+08:00",
    }
    assert (now["period"]["modules"]["parking"]["expected"], now["period"]["modules"]["parking"]["on_time"]) == (6, 2)
    assert now["sender"]["waiting"] == 0 and now["sender"]["refused"] > 0
    assert ask(at="noon").status_code == 422 and ask(**{"from": "2026-03-11"}).status_code == 422


def test_a_county_of_which_nothing_was_counted_yet_has_a_page_without_a_rate(client: FlaskClient, key: str) -> None:
    page = client.get("/exchange", query_string={"key": key, "lang": "zh"})
    assert page.status_code == 200 and "还没有统计" in page.get_data(as_text=True) and "100" not in page.get_data(as_text=True)
    assert client.get("/exchange.json", query_string={"key": key}).json["modules"]["parking"]["rate"] is None
    assert client.get("/exchange/report/2026-03.xlsx", query_string={"key": key}).status_code == 404


def test_the_report_has_each_day_and_each_cause_and_no_cell_is_a_formula(client: FlaskClient, counted: None, key: str) -> None:
    text = client.get("/exchange/report/2026-03.csv", query_string={"key": key}).get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][0].startswith(COUNTY.name) and "2026-03-01 – 2026-03-11" in rows[0][0]
    assert rows[3][:8] == ["停车场 car parks", "2026-03-11", "33.33", "6", "6", "4", "2", "2"]
    assert [row for row in rows if len(row) == 8 and row[1] == "west"] == [[
        "停车场 car parks", "west", '\'=HYPERLINK("http://evil.example")', "平台拒收 refused", "2", "2", "2026-03-11", "2026-03-11",
    ]]
    content = client.get("/exchange/report/2026-03.xlsx", query_string={"key": key}).get_data()
    book = openpyxl.load_workbook(io.BytesIO(content))
    days, missing = book.worksheets
    assert [cell.value for cell in days[3]][:8] == ["停车场 car parks", "2026-03-11", "33.33", 6, 6, 4, 2, 2]
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert [row[2] for row in missing.iter_rows(min_row=3, values_only=True)] == ["north 停车场", '\'=HYPERLINK("http://evil.example")']


def test_the_command_line_says_the_same(app: Flask, counted: None, tmp_path: Any) -> None:
    runner = app.test_cli_runner()
    said = runner.invoke(args=["exchange", "rate"]).output
    assert "33.33 %  registered 3 expected 3 valid 2 accepted 1 on time 1" in said and "no rate" in said
    assert "expected 6" in runner.invoke(args=["exchange", "rate", "--from", "2026-03-11"]).output
    for name in ("march.xlsx", "march.csv"):
        assert runner.invoke(args=["exchange", "report", "2026-03", str(tmp_path / name)]).exit_code == 0
    assert openpyxl.load_workbook(tmp_path / "march.xlsx").worksheets[0]["C3"].value == "33.33"
    wrong = runner.invoke(args=["exchange", "report", "2026-13", str(tmp_path / "none.csv")])
    assert wrong.exit_code == 1 and not (tmp_path / "none.csv").exists()


def test_metrics_have_the_rate_of_the_last_minute(client: FlaskClient, counted: None, now: Now) -> None:
    said = client.get("/metrics").get_data(as_text=True).splitlines()
    rates = [line for line in said if line.startswith("citizen_access_rate{")]
    assert rates == [f'citizen_access_rate{{module="parking"}} {1 / 3}']
    assert 'citizen_access{module="parking",step="expected"} 3.0' in said
    assert 'citizen_access_missing{cause="refused",module="parking"} 1.0' in said
    assert "citizen_access_counted_age_seconds 60.0" in said


def test_a_county_that_does_not_report_has_no_page(app: Flask, client: FlaskClient, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "province", None)
    assert client.get("/exchange", query_string={"key": key}).status_code == 404
