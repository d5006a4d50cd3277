"""What tests stand on: a real Redis, a real PostgreSQL, and the application with an empty migrated database.

Tests under tests/integration that use `app` run on SQLite and on PostgreSQL; all others on SQLite.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from hypothesis import settings

from citizen_app import config, live, machine_code
from citizen_app.extensions import db, migrate, redis_store
from tests.servers import PostgresServer, RedisServer

# Compiled code is kept from run to run, for the servers that tests start too; before anything imports the compiler.
machine_code.use_folder(Path(tempfile.gettempdir()) / f"citizen-tests-{os.getuid()}")

# How long an example takes says how busy the machine is, nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY_TABLES = """
DO $$ DECLARE names text; BEGIN
  SELECT string_agg(quote_ident(tablename), ', ') INTO names
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version';
  EXECUTE 'TRUNCATE ' || names || ' RESTART IDENTITY';
END $$
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    chosen = any("database_kind" in mark.args[0] for mark in metafunc.definition.iter_markers("parametrize"))
    if "database_kind" in metafunc.fixturenames and not chosen:
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
def database_url(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A migrated empty database: a copy of one file, or one PostgreSQL database that is emptied for each test."""
    if database_kind == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "citizen.db")
        return f"sqlite:///{tmp_path / 'citizen.db'}"
    server: PostgresServer = request.getfixturevalue("migrated_postgres")
    server.run(_END_OTHERS, "migrated")
    server.run(_EMPTY_TABLES, "migrated")
    return config.database_url(server.url("migrated"), tmp_path)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "citizen.db"
    migrate_database(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    postgres_server.run("CREATE DATABASE migrated")
    migrate_database(config.database_url(postgres_server.url("migrated"), tmp_path_factory.getbasetemp()))
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


def migrate_database(url: str, revision: str = "head") -> None:
    """Bring a database to a revision, "base" for an empty one, as the start of the service does."""
    application = Flask("migrating")
    application.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(application)
    migrate.init_app(application, db, directory=str(config.ROOT / "citizen_app" / "migrations"), render_as_batch=True)
    with application.app_context():
        (downgrade if revision == "base" else upgrade)(revision=revision)
        db.engine.dispose()
