"""Whatever stands in a feed, it is refused with words or read; what was read can be written and read again."""

from __future__ import annotations

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs.archive import open_archive
from citizen_app.exchange.gtfs.reader import read_network
from citizen_app.exchange.gtfs.writer import write_network
from tests.unit.exchange.gtfs_feeds import SMALL, assert_same, zipped

FULL = {
    **SMALL,
    "trips.txt": "route_id,service_id,trip_id,shape_id,direction_id\nr1,daily,t1,s,0\nr1,once,t2,,1\n",
    "frequencies.txt": "trip_id,start_time,end_time,headway_secs,exact_times\nt1,6:00:00,7:00:00,600,1\n",
    "shapes.txt": "shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence,shape_dist_traveled\ns,29,121,1,0\ns,29.1,121,2,11.5\n",
    "transfers.txt": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nnorth,south,2,180\n",
    "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\nshort,2.5,CNY,0,\n",
    "fare_rules.txt": "fare_id,route_id,origin_id\nshort,r1,z1\n",
    "translations.txt": "table_name,field_name,language,translation,record_id\nstops,stop_name,zh,北,north\n",
    "feed_info.txt": "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date\nG,https://g.example,en,20260101\n",
}
PIECES = st.one_of(
    st.text(max_size=4),
    st.sampled_from([
        ",", "\n", '"', "", " ", "\0", "\r", "\ufeff", "-1", "0", "1e9", "nan", "inf", "٣", "999999999999", "20261332", "24:00:00",
        "\u3000", "\u2028", "\x85",
    ]),
)


@settings(max_examples=400)
@example([("shapes.txt", 0.84375, 1, "")])    # a path left without a point
@given(st.lists(st.tuples(st.sampled_from(sorted(FULL)), st.floats(0, 1), st.integers(0, 8), PIECES), min_size=1, max_size=4))
def test_any_change_is_refused_with_words_or_can_be_written_again(changes: list[tuple[str, float, int, str]]) -> None:
    files = dict(FULL)
    for name, part, length, piece in changes:
        at = int(part * len(files[name]))
        files[name] = files[name][:at] + piece + files[name][at + length:]
    with open_archive(zipped({name: text.encode("utf-8", "replace") for name, text in files.items()})) as archive:
        result = read_network(archive)
    assert (result.network is None) == bool(result.problems) == bool(result.problem_count)
    if result.network is not None:
        with open_archive(write_network(result.network, DayCalendar(), date(2026, 6, 1))) as archive:
            again = read_network(archive)
        assert again.problems == ()
        assert_same(again.get_network(), result.network)
