"""What is to be reported to the province: the outbox, what was said last, and what was accepted."""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=400), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('fields', sa.Text(), nullable=False),
    sa.Column('observed_at', _MOMENT, nullable=False),
    sa.Column('created_at', _MOMENT, nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_try_at', _MOMENT, nullable=False),
    sa.Column('claimed_by', sa.String(length=32), nullable=True),
    sa.Column('claimed_until', _MOMENT, nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('accepted_at', _MOMENT, nullable=True),
    sa.Column('was_late', sa.Boolean(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('key'),
    sqlite_autoincrement=True
    )
    waiting, claimed = sa.text("state = 'waiting'"), sa.text('claimed_by IS NOT NULL')
    op.create_index('outbox_waiting', 'outbox', ['kind', 'subject', 'id'], sqlite_where=waiting, postgresql_where=waiting)
    op.create_index('outbox_claimed', 'outbox', ['claimed_by'], sqlite_where=claimed, postgresql_where=claimed)
    op.create_index('outbox_by_state', 'outbox', ['state', 'id'])
    op.create_table('outbox_said',
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=400), nullable=False),
    sa.Column('digest', sa.String(length=32), nullable=False),
    sa.Column('is_removed', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'subject')
    )
    op.create_table('outbox_held',
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('subject', sa.String(length=400), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('observed_at', _MOMENT, nullable=False),
    sa.Column('accepted_at', _MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('kind', 'subject')
    )
    op.create_table('outbox_hour',
    sa.Column('subject', sa.String(length=400), nullable=False),
    sa.Column('hour_s', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('accepted', sa.BigInteger(), nullable=False),
    sa.Column('in_time', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('subject', 'hour_s'),
    sqlite_with_rowid=False
    )
    op.create_table('outbox_total',
    sa.Column('name', sa.String(length=32), nullable=False),
    sa.Column('number', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )


def downgrade() -> None:
    for table in ('outbox_total', 'outbox_hour', 'outbox_held', 'outbox_said', 'outbox'):
        op.drop_table(table)
