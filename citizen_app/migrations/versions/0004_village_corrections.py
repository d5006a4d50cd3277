"""Which stops a village has, where staff know it better."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('village_correction',
    sa.Column('village_code', sa.String(length=64), nullable=False),
    sa.Column('stop_codes', sa.JSON(), nullable=False),
    sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('village_code')
    )


def downgrade() -> None:
    op.drop_table('village_correction')
