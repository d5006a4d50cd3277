"""A network as a GTFS feed that every consumer can read. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from citizen_app.buses.network import Network
from citizen_app.days.calendar import DayCalendar
from citizen_app.exchange.gtfs import written
from citizen_app.exchange.gtfs.expansion import expand
from citizen_app.exchange.gtfs.sheets import zip_sheets
from citizen_app.exchange.gtfs.written_columns import shapes_sheet, stop_times_sheet


def write_network(network: Network, calendar: DayCalendar, today: date, horizon_days: int = 120) -> bytes:
    """A zip; the same bytes for the same network, calendar and day.

    Services by the day of the week stand in calendar.txt with their exceptions; of all others the dates from today on for
    `horizon_days` stand in calendar_dates.txt. What only the county has (kinds of lines, towns and villages of stops, notes
    of trips) is in columns whose names begin with x_. Markets are not in it. A network whose services are all by the day
    of the week is read back by `read_network` as it was, but for its markets.
    """
    last = today + timedelta(days=horizon_days - 1)
    calendars = expand(network.services, calendar, today, last)
    sheets = {
        "agency.txt": written.agency_sheet(network),
        "stops.txt": written.stops_sheet(network),
        "routes.txt": written.routes_sheet(network),
        "trips.txt": written.trips_sheet(network),
        "stop_times.txt": stop_times_sheet(network),
        "feed_info.txt": written.feed_info_sheet(network, calendars, today, last),
    }
    optional = {
        "calendar.txt": calendars.weekly,
        "calendar_dates.txt": calendars.dates,
        "frequencies.txt": written.frequencies_sheet(network),
        "shapes.txt": shapes_sheet(network),
        "transfers.txt": written.transfers_sheet(network),
        "fare_attributes.txt": written.fares_sheet(network),
        "fare_rules.txt": written.fare_rules_sheet(network),
        "translations.txt": written.translations_sheet(network),
    }
    sheets.update({name: rows for name, rows in optional.items() if len(rows)})
    if not network.services:
        sheets["calendar.txt"] = calendars.weekly
    return zip_sheets(sheets)
