"""What tests stand on: a real Redis, a real PostgreSQL, and the application with an empty migrated database.

Tests under tests/integration that use `app` run on SQLite and on PostgreSQL; all others on SQLite.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from citizen_app import config, live
from citizen_app.extensions import db, redis_store
from tests.servers import PostgresServer, RedisServer

_numbers = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        both = "integration" in Path(str(metafunc.definition.path)).parts
        metafunc.parametrize("database_kind", ["sqlite", "postgres"] if both else ["sqlite"])


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    server = PostgresServer().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: PostgresServer) -> str:
    """The administrative database of a real PostgreSQL."""
    return postgres_server.url()


@pytest.fixture
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated empty database of the test's own: a copy of one that was migrated once."""
    if database_kind == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copyfile(template, tmp_path / "citizen.db")
        yield f"sqlite:///{tmp_path / 'citizen.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_template")
    name = f"test_{next(_numbers)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE migrated")
    yield config.database_url(server.url(name), tmp_path)
    server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "citizen.db"
    migrate_database(f"sqlite:///{path}", path.parent)
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    postgres_server.run("CREATE DATABASE migrated")
    folder = tmp_path_factory.mktemp("template")
    migrate_database(config.database_url(postgres_server.url("migrated"), folder), folder)
    return postgres_server


@pytest.fixture
def app_settings(database_url: str, redis_url: str, tmp_path: Path) -> dict[str, Any]:
    """What a test's application differs in from a real one."""
    return {
        "TESTING": True,
        "DATA_DIR": tmp_path,
        "DEMO": False,
        "SECRET_KEY": "a key for tests only",
        "SQLALCHEMY_DATABASE_URI": database_url,
        "REDIS_URL": redis_url,
        "START_BACKGROUND": False,
        "REDIS_READ_TIMEOUT_S": 2.0,    # a busy test machine is not a Redis that hangs
        "REDIS_CONNECT_TIMEOUT_S": 2.0,
    }


@pytest.fixture
def app(app_settings: dict[str, Any], redis_server: RedisServer) -> Iterator[Flask]:
    """The whole application on an empty database and an empty Redis, inside its context, without background thread."""
    from citizen_app import create_app

    yield from _running(create_app(app_settings))


@pytest.fixture
def bare_app(app_settings: dict[str, Any], redis_server: RedisServer) -> Iterator[Flask]:
    """Stores and actions only: database and Redis, no pages."""
    application = Flask("bare")
    application.config.update(app_settings)
    db.init_app(application)
    redis_store.init_app(application)
    yield from _running(application)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _running(application: Flask) -> Iterator[Flask]:
    live.reset_all()
    with application.app_context():
        redis_store.client.flushall()
        yield application
        db.session.remove()
        db.engine.dispose()
    live.reset_all()


def migrate_database(url: str, data_dir: Path) -> None:
    """Bring a database up to date as `bin/manage db upgrade` does."""
    application = Flask("migrating")
    application.config.update({"SQLALCHEMY_DATABASE_URI": url, "DATA_DIR": data_dir})
    db.init_app(application)
    from citizen_app.extensions import migrate
    migrate.init_app(application, db, directory=str(config.ROOT / "citizen_app" / "migrations"), render_as_batch=True)
    with application.app_context():
        from flask_migrate import upgrade
        upgrade()
        db.engine.dispose()
