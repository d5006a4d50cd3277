"""The migrations make the tables that the code has, from nothing, and can be taken back."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask

from citizen_app.config import ROOT
from citizen_app.extensions import db
from tests.conftest import migrate_database


def test_the_migrated_tables_are_those_of_the_code(app: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_migration_can_be_taken_back_and_made_again(app: Flask, database_url: str) -> None:
    db.engine.dispose()
    migrate_database(database_url, "base")
    assert set(sqlalchemy.inspect(db.engine).get_table_names()) <= {"alembic_version"}
    db.engine.dispose()
    migrate_database(database_url)
    assert "facility" in sqlalchemy.inspect(db.engine).get_table_names()


def test_migrations_are_numbered_in_their_order() -> None:
    names = sorted(path.name for path in (Path(ROOT) / "citizen_app" / "migrations" / "versions").glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
