"""What the province is told and in which words: everything particular to its platform, but how requests are signed. Pure."""

from citizen_app.exchange.province.alerts import alert_record
from citizen_app.exchange.province.buses import line_records, reported_days, stop_records, stop_sequence_records, trip_records
from citizen_app.exchange.province.check import check_fields
from citizen_app.exchange.province.config import Province, parse_province, read_province
from citizen_app.exchange.province.everything import all_contents, network_contents
from citizen_app.exchange.province.parking import availability_record, facility_record, observed_at_of, removal_record
from citizen_app.exchange.province.words import say_problem, say_problems

__all__ = [
    "Province", "alert_record", "all_contents", "availability_record", "check_fields", "facility_record", "line_records",
    "network_contents", "observed_at_of", "parse_province", "read_province", "removal_record", "reported_days", "say_problem",
    "say_problems", "stop_records", "stop_sequence_records", "trip_records",
]
