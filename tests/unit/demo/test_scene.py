"""The demonstration replays recorded days: same weekday, same time of day, and each fault where it can be seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from citizen_app.clock import to_local
from citizen_app.parking.facility import FacilityKind
from citizen_app.parking.occupancy import Occupancy, Reading, advance
from citizen_app.parking.quality import Quality, judge
from feeds.demo import history, scene
from feeds.demo.recording import free_share, most_free, weeks
from feeds.demo.scene import Fault

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.sampled_from(sorted(most_free())), st.integers(0, 3))
def test_a_share_is_the_last_one_recorded_on_that_weekday_at_that_time(moment: datetime, lot: str, shift: int) -> None:
    local = to_local(moment).replace(tzinfo=None)
    share = free_share(lot, to_local(moment), shift)
    same = [
        [(at, free) for at, free in zip(week.times, week.free[lot], strict=True)
         if at.weekday() == local.weekday() and at.time() <= local.time()]
        for week in weeks()
    ]
    # Before the first record of a day the last one of the day before holds.
    if all(same):
        assert share in {day[-1][1] / most_free()[lot] for day in same}
    assert 0 <= share <= 1


@given(MOMENTS, st.sampled_from(sorted(most_free())))
def test_the_recorded_weeks_follow_each_other_and_begin_again(moment: datetime, lot: str) -> None:
    local = to_local(moment)
    assert free_share(lot, local) == free_share(lot, local + timedelta(weeks=len(weeks())))
    assert free_share(lot, local + timedelta(weeks=1)) == free_share(lot, local, 1)


@given(MOMENTS)
def test_every_number_is_scaled_to_its_capacity_but_the_impossible_one(moment: datetime) -> None:
    for facility in scene.bundle().facilities:
        said = scene.count(facility, moment)
        assert (said is None) == (scene.ROLES[facility.uid].fault is Fault.SILENT)
        if said is not None and facility.capacity is not None:
            over = scene.ROLES[facility.uid].fault is Fault.OVER_CAPACITY
            assert (said.available > facility.capacity * 1.05 + 3) if over else (0 <= said.available <= facility.capacity)
            assert all(0 <= spaces <= facility.capacity_by_kind[kind] for kind, spaces in said.available_by_kind.items())


@given(MOMENTS)
def test_the_late_car_park_is_twelve_to_twenty_minutes_late_and_never_goes_back(moment: datetime) -> None:
    facility = next(one for one in scene.bundle().facilities if scene.ROLES[one.uid].fault is Fault.DELAYED)
    said, later = scene.count(facility, moment), scene.count(facility, moment + timedelta(minutes=1))
    assert said is not None and later is not None
    assert timedelta(minutes=12) <= moment - said.observed_at <= timedelta(minutes=20)
    assert said.observed_at <= later.observed_at


def test_at_noon_every_state_is_to_be_seen() -> None:
    verdicts = {one.uid: judge(one, state_of(one.uid, NOON), NOON).quality for one in scene.bundle().facilities}
    assert verdicts["guomao-building"] is Quality.UNKNOWN
    assert verdicts["linghu-lake"] is Quality.STUCK
    assert verdicts["lansheng-gate"] is Quality.CLOSED
    assert verdicts["sports-centre"] is Quality.IMPOSSIBLE
    assert verdicts["jinshan-road"] is Quality.DELAYED
    ordinary = {uid for uid, role in scene.ROLES.items() if role.fault is Fault.NONE}
    assert len(ordinary) >= 12
    assert {verdicts[uid] for uid in ordinary} == {Quality.LIVE}


def state_of(uid: str, now: datetime) -> Occupancy | None:
    """The state after the demonstration's recent readings, by the same rules as live ones."""
    facility = next(one for one in scene.bundle().facilities if one.uid == uid)
    state: Occupancy | None = None
    readings: list[Reading] = history.recent_readings(facility, now - history.RECENT, now + timedelta(seconds=1))
    for reading in readings:
        state = advance(state, facility, reading, reading.observed_at) or state
    return state


def test_the_demonstration_county_shows_what_a_county_has() -> None:
    bundle = scene.bundle()
    assert bundle.county.is_demo
    assert len(bundle.facilities) >= 14 and set(scene.ROLES) == {one.uid for one in bundle.facilities}
    assert {one.kind for one in bundle.facilities} == set(FacilityKind)
    assert len({one.tariff.uid for one in bundle.facilities if one.tariff}) >= 6
    assert all(one.name_en and "演示" in one.address and one.phone.startswith("0576-0000") for one in bundle.facilities)
    assert all("演示" in source.name for source in bundle.sources)


def test_the_faults_are_to_be_seen_at_night_too() -> None:
    night = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)    # 2:00 in the county
    faulty = {one.uid: judge(one, state_of(one.uid, night), night).quality for one in scene.bundle().facilities}
    assert {Quality.UNKNOWN, Quality.STUCK, Quality.CLOSED, Quality.IMPOSSIBLE, Quality.DELAYED, Quality.LIVE} <= set(faulty.values())
