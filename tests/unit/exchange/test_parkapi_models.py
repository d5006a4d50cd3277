"""ParkAPI v3 as the models of its own project (parkapi-sources, MIT) read it, which they do strictly."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from dataclasses import replace
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from validataclass.exceptions import ValidationError
from validataclass.validators import DataclassValidator

from citizen_app.exchange.parkapi import parking_sites
from citizen_app.parking.board import Entry
from tests.factories import NOON
from tests.unit.exchange.snapshots import every_state

FREIBURG = {"lat": 47.996, "lon": 7.849}    # the models refuse positions outside of Europe


@cache
def models() -> Any:
    """The models alone: the package itself would bring in its sixty converters and what they need."""
    found = importlib.util.find_spec("parkapi_sources")
    assert found is not None
    package = ModuleType("parkapi_sources")
    package.__path__ = list(found.submodule_search_locations or ())
    sys.modules["parkapi_sources"] = package
    return importlib.import_module("parkapi_sources.models")


def read(model: Any, site: dict[str, Any]) -> Any:
    return DataclassValidator(model).validate(site)


def published() -> list[tuple[Entry, dict[str, Any]]]:
    entries = [Entry(replace(one.facility, **FREIBURG), one.availability) for one in every_state()]
    return list(zip(entries, parking_sites(entries, (), True, NOON)["items"], strict=True))


def test_every_site_of_known_capacity_is_taken_with_its_facts() -> None:
    for entry, site in published():
        if entry.facility.capacity is None:
            with pytest.raises(ValidationError) as refused:
                read(models().StaticParkingSiteInput, site)
            assert set(refused.value.to_dict()["field_errors"]) == {"capacity"}    # unknown is not 0, whatever they wish for
            continue
        one = read(models().StaticParkingSiteInput, site)
        assert (one.uid, one.name, one.capacity, one.max_height) == (
            entry.facility.uid, entry.facility.name, entry.facility.capacity, entry.facility.max_height_cm,
        )
        assert one.tags == ["DEMO"] and one.static_data_updated_at == NOON


def test_every_site_with_a_reading_is_taken_with_its_count() -> None:
    for entry, site in published():
        assert site["has_realtime_data"] is (entry.availability.observed_at is not None)
        if site["has_realtime_data"]:
            one = read(models().RealtimeParkingSiteInput, site)
            assert one.realtime_free_capacity == entry.availability.available_spaces
            assert one.realtime_opening_status.value == entry.availability.opening_status
            assert one.realtime_data_updated_at == entry.availability.observed_at.replace(microsecond=0)    # type: ignore[union-attr]
