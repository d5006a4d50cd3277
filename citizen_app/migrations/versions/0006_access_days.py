"""How each car park and line stood with the province, day by day."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_day',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('subject', sa.String(length=400), nullable=False),
    sa.Column('spans', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'subject'),
    sqlite_with_rowid=False
    )


def downgrade() -> None:
    op.drop_table('access_day')
