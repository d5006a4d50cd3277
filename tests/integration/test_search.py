"""Search over HTTP on the demonstration county: what it finds and says, what it counts, and that it outlives its stores."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import RedisError
from sqlalchemy.exc import OperationalError

from citizen_app import clock, finder, live
from citizen_app.config import ROOT
from citizen_app.extensions import db, redis_store
from citizen_app.ops import actions as ops_actions
from citizen_app.parking import actions as parking_actions
from citizen_app.places import actions, store
from citizen_app.places.names import Alias
from citizen_app.places.search.entry import EntryKind
from feeds import runner
from tests.bus_site import demo_bundle, demo_network, publish_network
from tests.factories import make_facility
from tests.networks import make_network

NOW = datetime(2026, 11, 25, 0, 10, tzinfo=UTC)      # 8:10
TODAY = date(2026, 11, 25)

without_sql = pytest.mark.parametrize("database_kind", ["sqlite"])    # what the index alone answers


@pytest.fixture
def county(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The demonstration county with its network."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    ops_actions.load_county(demo_bundle(), NOW)
    publish_network(demo_network(), NOW)
    return app


@pytest.fixture
def phone(county: Flask) -> FlaskClient:
    return county.test_client()


def links(html: str) -> list[str]:
    found = html.partition('id="found"')[2].partition("</ol>")[0]
    return re.findall(r'href="([^"]+)"', found)


def suggested(phone: FlaskClient, query: str, **more: str) -> list[str]:
    answer = phone.get("/search/suggest", query_string={"q": query, **more})
    assert answer.status_code == 200
    return [hit["key"] for hit in answer.get_json()["hits"]]


@without_sql
def test_each_kind_of_thing_is_found_and_leads_to_its_page(phone: FlaskClient) -> None:
    wanted = {
        "小芝镇": "/buses?town=331082104", "汛桥光明": "/villages/331082100217", "东塍车站": "/stops/LH0712", "101路": "/routes/101",
        "崇和门广场停车场": "/parking/chonghe-gate", "杜桥集市": "/markets/duqiao", "LH0201": "/stops/LH0201",
    }
    for query, path in wanted.items():
        answer = phone.get("/search", query_string={"q": query})
        assert links(answer.text)[0] == path, query
        assert phone.get(path).status_code == 200
    landmark = phone.get("/search?q=紫阳古街")
    assert links(landmark.text)[0].startswith("/journeys?to=landmark:")
    assert "“紫阳古街”" in landmark.text    # by which of its names it was found


def test_readings_and_corrections_come_with_the_county_and_the_network(phone: FlaskClient) -> None:
    assert suggested(phone, "chang tan")[0] == "village:331082107239"    # not zhang
    assert suggested(phone, "gmc")[0] == "village:331082100217"
    assert "stop:LH0614" in suggested(phone, "guangming")
    assert suggested(phone, "chonghemenguangchangtingchechang")[0] == "parking:chonghe-gate"
    assert "town:331082001" in suggested(phone, "chengguan")    # an old name


@without_sql
def test_nearer_to_a_named_place_comes_first_and_kinds_can_be_chosen(phone: FlaskClient) -> None:
    here, there = (suggested(phone, "停车场", near=near) for near in ("town:331082001", "stop:LH1706"))
    assert here != there
    assert {key.partition(":")[0] for key in suggested(phone, "小芝", kinds="stop,market")} == {"stop", "market"}
    assert suggested(phone, "小芝", near="stop:gone") == suggested(phone, "小芝")


@without_sql
def test_no_result_says_what_was_understood_the_nearest_names_and_the_hotline(phone: FlaskClient) -> None:
    answer = phone.get("/search?q= ＨＥＸＩＥ ")
    assert "没有找到“hexie”" in answer.text
    assert re.search(r'class="chips[^>]*>.*href="/search\?q=', answer.text, re.DOTALL)
    assert 'href="tel:0576-00000000"' in answer.text
    spelled = re.findall(r'href="(/search\?q=[^"&]+)"', answer.text)
    assert links(phone.get(spelled[0]).text)
    assert "<script>alert" not in phone.get("/search?q=<script>alert(1)</script>").text
    assert phone.get("/search", query_string={"q": "长" * 3000}).status_code == 200
    assert "怎么写都行" in phone.get("/search?q=").text


def test_only_names_of_places_are_counted_and_nothing_of_who_asked(county: Flask, phone: FlaskClient) -> None:
    for query in ("大石头坑", "大石头坑", "13812345678", "331082199001011234", "浙J12345", "我叫张三电话是一二三四五六七八九十号码", "a@b.cn"):
        phone.get("/search", query_string={"q": query, "near": "stop:LH0201"})
    phone.get("/search?q=光明")
    phone.get("/search/suggest?q=大石头")    # half a name
    assert actions.keep_unmet() == 1
    assert store.list_unmet(TODAY) == [("大石头坑", 2)]
    phone.get("/search?q=大石头坑")
    result = county.test_cli_runner().invoke(args=["places", "unmet"])
    assert (result.exit_code, result.output) == (0, "     3  大石头坑\n")
    with db.engine.connect() as connection:
        columns = connection.exec_driver_sql("SELECT * FROM unmet_query").keys()
    assert set(columns) == {"day", "text", "count"}


def test_unmet_searches_wait_for_redis_and_for_the_database(
    county: Flask, phone: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(*_: object) -> None:
        raise RedisError("away")

    with monkeypatch.context() as patched:
        patched.setattr(redis_store.client, "hlen", silent)
        assert "没有找到" in phone.get("/search?q=大石头坑").text
    phone.get("/search?q=大石头坑")
    with monkeypatch.context() as patched:
        patched.setattr(store, "add_unmet", lambda counts: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            actions.keep_unmet()
    runner.keep_names()
    assert store.list_unmet(TODAY) == [("大石头坑", 2)]
    assert actions.prune_unmet(NOW) == 0
    assert actions.prune_unmet(datetime(2028, 11, 25, tzinfo=UTC)) == 1


@without_sql
def test_search_goes_on_from_memory_while_redis_and_the_database_are_away(county: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    phone = county.test_client()
    assert suggested(phone, "gmc")[0] == "village:331082100217"
    index = finder.current_index()
    monkeypatch.setitem(county.config, "REDIS_URL", "unix:///nowhere.sock")
    redis_store.init_app(county)
    db.session.remove()
    db.engine.dispose()
    monkeypatch.setattr(db, "session", _Gone())
    try:
        assert suggested(phone, "gmc")[0] == "village:331082100217"
        assert "没有找到" in phone.get("/search?q=大石头坑").text
        assert finder.current_index() is index
    finally:
        monkeypatch.undo()
        redis_store.init_app(county)


class _Gone:
    """A database that does not answer."""

    def __call__(self) -> _Gone:
        return self

    def remove(self) -> None:
        return None

    def __getattr__(self, name: str) -> object:
        raise OperationalError("SELECT", {}, Exception("away"))


def test_the_index_is_made_anew_when_something_in_it_moves_and_only_then(county: Flask, phone: FlaskClient) -> None:
    index = finder.current_index()
    assert finder.current_index() is index
    actions.save_aliases([*store.list_aliases(), Alias(EntryKind.STOP, "LH0712", "老粮站")])
    assert suggested(phone, "laoliangzhan") == ["stop:LH0712"]
    parking_actions.save_facilities([make_facility("new", name="新桥头停车场")])
    parking_actions.publish_snapshot()
    assert suggested(phone, "xqttcc") == ["parking:new"]
    publish_network(make_network(), NOW)
    assert suggested(phone, "灵江大桥") and not suggested(phone, "LH0712")


def test_names_that_nobody_has_read_yet_are_read_by_the_feeds_process(county: Flask, phone: FlaskClient) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM name_reading WHERE name IN ('光明', '光明村', '崇和门广场停车场')")
    runner.keep_names()
    assert store.list_readings()["光明村"] == ("guang ming cun",)
    assert {"光明", "崇和门广场停车场"} <= store.list_readings().keys()
    assert ops_actions.read_missing_names() == 0


def test_staff_correct_names_in_a_spreadsheet_and_every_fault_is_named(county: Flask, phone: FlaskClient, tmp_path: Path) -> None:
    def run(*words: str | Path) -> tuple[int, str]:
        result = county.test_cli_runner().invoke(args=["places", *map(str, words)])
        return result.exit_code, result.output

    aliases, readings = tmp_path / "aliases.csv", tmp_path / "readings.csv"
    assert run("aliases", "export", aliases)[0] == run("readings", "export", readings)[0] == 0
    assert (aliases.read_text("utf-8-sig").splitlines()[0], readings.read_text("utf-8-sig").splitlines()[0]) == ("kind,code,name", "name,reading")
    assert run("aliases", "import", aliases) == (0, "0 other names are added, 0 taken away.\n")
    assert "as before" in run("readings", "import", readings)[1]
    with aliases.open("a", encoding="utf-8") as file:
        file.write("stop,LH9999,某站\nvilage,1,某村\nstop,LH0712,=某\n")
    code, said = run("aliases", "import", aliases)
    assert code == 1 and "3 problems; nothing was changed" in said
    assert "code = 'LH9999'" in said and "kind = 'vilage'" in said and "name = '=某'" in said
    readings.write_text("name,reading\n光明,guang min\n小芝,xiao1 zhi\n汛桥,xun\n", encoding="utf-8")
    code, said = run("readings", "import", readings)
    assert code == 1 and "readings.csv row 3: reading = 'xiao1 zhi'" in said and "expected 2 syllables" in said
    readings.write_text("name,reading\n光明,guang min\n", encoding="utf-8")
    assert run("readings", "import", readings) == (0, "Corrected readings: 1 added, 11 retired. All names are read by them.\n")
    assert store.list_readings()["光明村"][0] == "guang min cun"
    assert "[guang min cun]" in run("find", "光明村")[1]
    assert "nothing; like it" in run("find", "hexie")[1]


def test_a_bundle_without_tables_of_names_leaves_those_that_are_there(county: Flask) -> None:
    before = store.list_aliases(), store.list_corrections()
    assert before[0] and before[1]
    report = ops_actions.load_county(replace(demo_bundle(), aliases=None, corrections=None), NOW)
    assert not report.changed_anything and (store.list_aliases(), store.list_corrections()) == before
    counts = ops_actions.load_county(replace(demo_bundle(), aliases=(), corrections={}), NOW).counts
    assert counts["aliases"]["retired"] == len(before[0]) and counts["readings"]["retired"] == len(before[1])


@without_sql
def test_the_api_answers_as_documented_and_names_what_cannot_be_taken(phone: FlaskClient) -> None:
    answer = phone.get("/api/v1/search?q=gmc&limit=1&near=town:331082100&kinds=village,stop")
    (hit,) = answer.get_json()["hits"]
    assert (hit["key"], hit["name"], hit["town"], hit["is_served"], hit["match"]) == (
        "village:331082100217", "光明村", "汛桥镇", True, hit["match"])
    assert phone.get("/api/v1/search?q=gmc", headers={"If-None-Match": phone.get("/api/v1/search?q=gmc").headers["ETag"]}).status_code == 304
    nothing = phone.get("/api/v1/search?q=hexie").get_json()
    assert nothing["hits"] == [] and nothing["spellings"]
    for query, field in {"": "q", "q=%20": "q", "q=a&kinds=shop": "kinds", "q=a&limit=0": "limit", "q=a&near=x": "near"}.items():
        refused = phone.get(f"/api/v1/search?{query}")
        assert refused.status_code == 422 and refused.get_json()["errors"][0]["field"] == field


def test_web_workers_never_load_the_tables_of_pinyin() -> None:
    program = "import sys, citizen_app; citizen_app.create_app({'START_BACKGROUND': False}); sys.exit('pypinyin' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    live.reset_all()
