"""How names are read, what else places are called, and what was looked for and not found."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('name_reading',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('readings', sa.JSON(), nullable=False),
    sa.Column('is_override', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('place_alias',
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('code', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'code', 'name')
    )
    op.create_table('unmet_query',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('text', sa.String(length=20), nullable=False),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'text')
    )


def downgrade() -> None:
    op.drop_table('unmet_query')
    op.drop_table('place_alias')
    op.drop_table('name_reading')
