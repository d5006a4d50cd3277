"""The document of the API is true: whatever it allows is answered as it says, and nothing makes the service fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, timedelta, tzinfo
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from werkzeug.serving import make_server

from citizen_app import clock
from citizen_app.clock import LOCAL
from citizen_app.ops import actions as ops_actions
from citizen_app.ops.source import SourceMode
from tests.every_state import FACILITIES, SOURCE, fill_every_state
from tests.factories import make_source
from tests.integration.test_bus_api import publish, published_network

BOUNDED = settings(
    max_examples=40, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def county(app: Flask) -> Flask:
    """A county with a car park in every state and a source that pushes."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    fill_every_state(clock.now())
    ops_actions.save_sources([make_source(SOURCE, mode=SourceMode.PUSH, secret_env="VENDOR_KEY", url="")])
    return app


@pytest.fixture
def document(county: Flask) -> Iterator[Any]:
    """The document as a stranger gets it from a real server."""
    server = make_server("127.0.0.1", 0, county, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield schemathesis.openapi.from_url(f"http://127.0.0.1:{server.port}/api/openapi.json")
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_document_is_valid_openapi_3_1_and_names_every_door(county: Flask, document: Any) -> None:
    document.validate()
    assert document.raw_schema["openapi"] == "3.1.0"
    routes = {
        str(rule).replace("<", "{").replace(">", "}")
        for rule in county.url_map.iter_rules() if str(rule).startswith("/api/v1/")
    }
    assert set(document.raw_schema["paths"]) == routes


@pytest.mark.parametrize("has_buses", [False, True], ids=["without buses", "with buses"])
def test_every_operation_answers_as_documented_whatever_it_is_asked(document: Any, has_buses: bool) -> None:
    if has_buses:
        publish(published_network())
    document.config.generation.update(modes=[GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
    operations = [result.ok() for result in document.get_all_operations()]
    assert len(operations) == 16
    for operation in operations:
        @BOUNDED
        @given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            # That "to" comes after "from", and not too long after, is a rule that the document can say in words only.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        answers()


def test_a_known_car_park_and_a_sensible_span_are_always_answered_with_what_is_documented(document: Any) -> None:
    history = document["/api/v1/parking/{uid}/history"]["GET"]
    uids = st.sampled_from([uid for uid, *_ in FACILITIES])

    @BOUNDED
    @given(uid=uids, end=st.timedeltas(timedelta(), timedelta(days=27)), span=st.timedeltas(timedelta(seconds=1), timedelta(days=1)),
           resolution=st.sampled_from(["15min", "raw"]), zone=st.sampled_from([UTC, LOCAL]))
    def answers(uid: str, end: timedelta, span: timedelta, resolution: str, zone: tzinfo) -> None:
        last = (clock.now() - end).astimezone(zone)
        query = {"from": (last - span).isoformat(), "to": last.isoformat(), "resolution": resolution}
        response = history.Case(path_parameters={"uid": uid}, query=query).call_and_validate()
        assert response.status_code == 200
        found = document["/api/v1/parking/{uid}"]["GET"].Case(path_parameters={"uid": uid}).call_and_validate()
        assert found.status_code == 200 and found.json()["uid"] == uid

    answers()


def test_a_known_line_stop_market_and_day_are_always_answered_with_what_is_documented(document: Any) -> None:
    publish(published_network())
    now = clock.now()
    operations = {
        ("/api/v1/routes/{slug}", "slug"): (["101", "208", "微5", "集1"], {"date": st.dates().filter(lambda day: day.year > 1970 and day.year <= 9000)}),
        ("/api/v1/stops/{code}", "code"): (["Lzong", "R", "p1"], {}),
        ("/api/v1/stops/{code}/departures", "code"): (["Lzong", "R"], {
            "at": st.timedeltas(timedelta(-500), timedelta(500)).map(lambda span: now + span), "hours": st.integers(1, 48),
        }),
        ("/api/v1/markets/{slug}", "slug"): (["xunqiao"], {}),
        ("/api/v1/days/{date}", "date"): (st.dates().filter(lambda day: day.year > 1970 and day.year <= 9000).map(str), {}),
    }
    for (path, name), (known, asked) in operations.items():
        values = st.sampled_from(known) if isinstance(known, list) else known

        @BOUNDED
        @given(value=values, query=st.fixed_dictionaries({}, optional=asked), operation=st.just(document[path]["GET"]), name=st.just(name))
        def answers(value: str, query: dict[str, Any], operation: Any, name: str) -> None:
            texts = {key: one.isoformat() if hasattr(one, "isoformat") else one for key, one in query.items()}
            response = operation.Case(path_parameters={name: value}, query=texts).call_and_validate()
            assert response.status_code == 200

        answers()
