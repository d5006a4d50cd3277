"""The citizen travel service. `create_app()` assembles and decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from citizen_app import commands, config, kept_pages, logs, machine_code, reporting, web
from citizen_app.buses import api as buses_api
from citizen_app.buses import journey_api, journey_views, market_views, reach_views, route_views, stop_views, village_views
from citizen_app.buses import views as bus_views
from citizen_app.exchange import access_views, history_views, open_data_views
from citizen_app.exchange import views as exchange_views
from citizen_app.extensions import api, babel, db, migrate, redis_store
from citizen_app.ops import api as ops_api
from citizen_app.ops import views as ops_views
from citizen_app.parking import api as parking_api
from citizen_app.parking import attendant_views
from citizen_app.parking import views as parking_views
from citizen_app.places import api as search_api
from citizen_app.places import near_views, search_views
from citizen_app.places import views as places_views


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """The WSGI application. `settings` override what the environment says (tests use this)."""
    app = Flask(__name__, static_folder=str(config.ROOT / "static"), template_folder=str(config.ROOT / "templates"))
    app.config.update(config.load_settings())
    app.config.update(settings or {})
    machine_code.use_folder(app.config["DATA_DIR"])
    db.init_app(app)
    migrate.init_app(app, db, directory=str(config.ROOT / "citizen_app" / "migrations"), render_as_batch=True)
    redis_store.init_app(app)
    babel.init_app(app, locale_selector=web.choose_locale)
    app.json.ensure_ascii = app.json.sort_keys = False    # type: ignore[attr-defined]
    logs.init_app(app)
    kept_pages.init_app(app)
    web.init_app(app)
    api.init_app(app)
    buses = (bus_views, route_views, stop_views, market_views, village_views, journey_views, reach_views)
    exchange = (exchange_views, history_views, open_data_views, access_views)
    for module in (places_views, near_views, search_views, parking_views, attendant_views, *buses, *exchange, ops_views):
        app.register_blueprint(module.blueprint)
    for module in (search_api, parking_api, buses_api, journey_api, ops_api):
        api.register_blueprint(module.blueprint)
    ops_api.describe_schemas()
    commands.init_app(app)
    reporting.init_app(app)
    return app
