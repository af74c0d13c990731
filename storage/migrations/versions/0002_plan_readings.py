"""Plans sent in a conversation"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INDEXED = ("person_id", "unit_id", "chat_id", "campaign_id", "state")


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    moment = storage.columns.UtcDateTime(timezone=True)
    op.create_table(
        "plan_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("message_id", text, nullable=False),
        sa.Column("file_name", text, nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("text", text, nullable=False),
        sa.Column("state", text, nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("summary", text, nullable=False),
        sa.Column("concerns", sa.JSON(), nullable=False),
        sa.Column("sentence", text, nullable=False),
        sa.Column("fetches", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("retry_at", moment, nullable=True),
        sa.Column("campaign_id", sa.Integer(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("finished_at", moment, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_reading")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_plan_reading_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_plan_reading_unit_id")),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_plan_reading_chat_id")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_plan_reading_campaign_id")),
    )
    for column in INDEXED:
        op.create_index(op.f(f"ix_plan_reading_{column}"), "plan_reading", [column], unique=False)


def downgrade() -> None:
    op.drop_table("plan_reading")
