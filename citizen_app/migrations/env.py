"""Alembic's way in: the tables of the running application."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import create_engine

migrate = current_app.extensions["migrate"]


def run_migrations() -> None:
    url = migrate.db.engine.url
    # A change of a large table may take longer than a page would wait for its answer.
    engine = create_engine(url, connect_args={} if url.drivername.startswith("sqlite") else {"timeout": None})
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            compare_type=True,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run_migrations()
