"""The first tables of places, parking and ops."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('county',
    sa.Column('uid', sa.String(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('uid')
    )
    op.create_table('facility',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uid', sa.String(length=64), nullable=False),
    sa.Column('source_uid', sa.String(length=64), nullable=False),
    sa.Column('source_ref', sa.String(length=128), nullable=False),
    sa.Column('retired', sa.Boolean(), nullable=False),
    sa.Column('link_generation', sa.Integer(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('uid')
    )
    with op.batch_alter_table('facility', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_facility_source_uid'), ['source_uid'], unique=False)

    op.create_table('landmark',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=False),
    sa.Column('lon', sa.Double(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('source',
    sa.Column('uid', sa.String(length=64), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('uid')
    )
    op.create_table('source_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('source_uid', sa.String(length=64), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=16), nullable=False),
    sa.Column('http_status', sa.Integer(), nullable=True),
    sa.Column('bytes_read', sa.Integer(), nullable=False),
    sa.Column('rows_good', sa.Integer(), nullable=False),
    sa.Column('rows_bad', sa.Integer(), nullable=False),
    sa.Column('problems', sa.JSON(), nullable=False),
    sa.Column('error', sa.String(length=300), nullable=False),
    sa.Column('next_due_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('source_run', schema=None) as batch_op:
        batch_op.create_index('ix_source_run_newest', ['source_uid', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_source_run_started_at'), ['started_at'], unique=False)

    op.create_table('town',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('name_en', sa.String(), nullable=False),
    sa.Column('lat', sa.Double(), nullable=True),
    sa.Column('lon', sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint('code')
    )
    op.create_table('webhook_message',
    sa.Column('source_uid', sa.String(length=64), nullable=False),
    sa.Column('message_id', sa.String(length=128), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('source_uid', 'message_id')
    )
    with op.batch_alter_table('webhook_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_webhook_message_received_at'), ['received_at'], unique=False)

    op.create_table('attendant_press',
    sa.Column('facility_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('message_id', sa.String(length=64), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['facility_id'], ['facility.id'], ),
    sa.PrimaryKeyConstraint('facility_id', 'message_id')
    )
    with op.batch_alter_table('attendant_press', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendant_press_received_at'), ['received_at'], unique=False)

    op.create_table('occupancy',
    sa.Column('facility_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('document', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['facility_id'], ['facility.id'], ),
    sa.PrimaryKeyConstraint('facility_id')
    )
    op.create_table('reading',
    sa.Column('facility_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('observed_s', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('delay_s', sa.BigInteger(), nullable=False),
    sa.Column('available_spaces', sa.Integer(), nullable=True),
    sa.Column('status', sa.SmallInteger(), nullable=False),
    sa.ForeignKeyConstraint(['facility_id'], ['facility.id'], ),
    sa.PrimaryKeyConstraint('facility_id', 'observed_s'),
    sqlite_with_rowid=False
    )
    op.create_table('reading_quarter',
    sa.Column('facility_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('starts_s', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('spaces_min', sa.Integer(), nullable=False),
    sa.Column('spaces_max', sa.Integer(), nullable=False),
    sa.Column('spaces_sum', sa.BigInteger(), nullable=False),
    sa.Column('samples', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['facility_id'], ['facility.id'], ),
    sa.PrimaryKeyConstraint('facility_id', 'starts_s'),
    sqlite_with_rowid=False
    )
    op.create_table('village',
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('town_code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('pinyin', sa.String(), nullable=False),
    sa.Column('initials', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['town_code'], ['town.code'], ),
    sa.PrimaryKeyConstraint('code')
    )
    with op.batch_alter_table('village', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_village_initials'), ['initials'], unique=False)
        batch_op.create_index(batch_op.f('ix_village_name'), ['name'], unique=False)
        batch_op.create_index(batch_op.f('ix_village_town_code'), ['town_code'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('village', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_village_town_code'))
        batch_op.drop_index(batch_op.f('ix_village_name'))
        batch_op.drop_index(batch_op.f('ix_village_initials'))

    op.drop_table('village')
    op.drop_table('reading_quarter')
    op.drop_table('reading')
    op.drop_table('occupancy')
    with op.batch_alter_table('attendant_press', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendant_press_received_at'))

    op.drop_table('attendant_press')
    with op.batch_alter_table('webhook_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_webhook_message_received_at'))

    op.drop_table('webhook_message')
    op.drop_table('town')
    with op.batch_alter_table('source_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_source_run_started_at'))
        batch_op.drop_index('ix_source_run_newest')

    op.drop_table('source_run')
    op.drop_table('source')
    op.drop_table('landmark')
    with op.batch_alter_table('facility', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_facility_source_uid'))

    op.drop_table('facility')
    op.drop_table('county')
