"""Whether this county reports to the province, and that what its rooms announce is written to the outbox."""

from __future__ import annotations

import logging
from pathlib import Path

from flask import Flask, current_app

from citizen_app import changes, config
from citizen_app.errors import InvalidInput
from citizen_app.exchange import actions
from citizen_app.exchange.province import Province, read_province

log = logging.getLogger(__name__)
_KEY = "province"


def init_app(app: Flask) -> None:
    """Read the county's province.toml once; where there is none, nothing is ever written to the outbox.

    One that is wrong does not stop the pages: the county does not report until it is mended, and then reports what has changed.
    """
    try:
        province = read_configured(app)
    except (InvalidInput, OSError) as error:
        fault = str(error).splitlines()[0]
        log.error("not reporting to the province", extra={"file": str(app.config["PROVINCE_FILE"]), "error": fault})
        province = None
    app.extensions[_KEY] = province
    if province is None:
        return
    changes.listen(app, changes.FacilitiesSaved, lambda one: actions.report_facilities(one.facilities, province, one.at))
    changes.listen(app, changes.CountsRecorded, lambda one: actions.report_counts(one.states, province, one.received_at))
    changes.listen(app, changes.NetworkComing, lambda one: actions.prepare_network(one.version, province, one.at))
    changes.listen(app, changes.NetworkPublished, lambda one: actions.report_network(one.version, province, one.at))


def current_province() -> Province | None:
    """The province that this application reports to; None where it does not."""
    province: Province | None = current_app.extensions.get(_KEY)
    return province


def read_configured(app: Flask) -> Province | None:
    """What province.toml says, None where there is none; the demonstration's own only counts in the demonstration.

    Raises InvalidInput, OSError.
    """
    path: Path = app.config["PROVINCE_FILE"]
    if not app.config["DEMO"] and path == config.DEMO_COUNTY_DIR / path.name:
        return None
    return read_province(path)
