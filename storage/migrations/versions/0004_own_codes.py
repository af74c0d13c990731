"""A person's own code: one more channel for somebody who is in already"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("invite", schema=None) as batch_op:
        batch_op.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_invite_person_id"), ["person_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_invite_person_id"), "person", ["person_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("invite") as batch_op:
        batch_op.drop_constraint("fk_invite_person_id", type_="foreignkey")
        batch_op.drop_index("ix_invite_person_id")
        batch_op.drop_column("person_id")
