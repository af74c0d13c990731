"""Zalo, corrections, pauses, several channels a person"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import storage.columns

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString()
    moment = storage.columns.UtcDateTime(timezone=True)
    op.create_table(
        "channel_fact",
        sa.Column("channel", text, nullable=False),
        sa.Column("account", text, nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.PrimaryKeyConstraint("channel", "account", "name", name=op.f("pk_channel_fact")),
    )
    op.create_table(
        "channel_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", text, nullable=False),
        sa.Column("account", text, nullable=False),
        sa.Column("sealed", text, nullable=False),
        sa.Column("issued_at", moment, nullable=False),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_grant")),
    )
    with op.batch_alter_table("channel_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_channel_grant_channel"), ["channel"], unique=False)

    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", text, nullable=False),
        sa.Column("account", text, nullable=False),
        sa.Column("sha256", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("external_id", text, nullable=False),
        sa.Column("uploaded_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        sa.UniqueConstraint("channel", "account", "sha256", "kind", name=op.f("uq_upload_channel_account_sha256_kind")),
    )
    op.create_table(
        "group_package",
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("package", text, nullable=False),
        sa.Column("package_id", text, nullable=False),
        sa.Column("link", text, nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("warned_days", sa.Integer(), nullable=True),
        sa.Column("checked_at", moment, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"], name=op.f("fk_group_package_chat_id")),
        sa.PrimaryKeyConstraint("chat_id", name=op.f("pk_group_package")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("push_id", sa.Integer(), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("text", text, nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("told_at", moment, nullable=True),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_correction_by")),
        sa.ForeignKeyConstraint(["push_id"], ["push.id"], name=op.f("fk_correction_push_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_by"), ["by"], unique=False)
        batch_op.create_index(batch_op.f("ix_correction_push_id"), ["push_id"], unique=False)

    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tried", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("pin", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("looked_at", moment, nullable=True))
        batch_op.add_column(sa.Column("asked_for", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("correction_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("corrects_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_outgoing_correction_id"), ["correction_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outgoing_corrects_id"), ["corrects_id"], unique=False)
        batch_op.create_index("ix_outgoing_place", ["channel", "to", "id"], unique=False)
        for name, column, only in (("doubt", "id", "state = 'unknown'"), ("reminder", "state", "priority = 2")):
            batch_op.create_index(
                f"ix_outgoing_{name}",
                [column],
                unique=False,
                sqlite_where=sa.text(only),
                postgresql_where=sa.text(only),
            )
        batch_op.create_index(
            "ix_outgoing_urgent",
            ["channel", "state", "priority", "id"],
            unique=False,
            sqlite_where=sa.text("urgent = 1"),
            postgresql_where=sa.text("urgent"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_outgoing_correction_id"), "correction", ["correction_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_outgoing_corrects_id"), "outgoing", ["corrects_id"], ["id"])

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("prefers", text, nullable=False, server_default=""))

    with op.batch_alter_table("push", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spans", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("pin_until", moment, nullable=True))
        batch_op.add_column(sa.Column("paused_at", moment, nullable=True))
        batch_op.add_column(sa.Column("resumed_at", moment, nullable=True))
        batch_op.add_column(sa.Column("watched_turn", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("watched_at", moment, nullable=True))
        batch_op.add_column(sa.Column("pause_reason", text, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("cancelled_at", moment, nullable=True))
        batch_op.add_column(sa.Column("watched_in", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_push_watched_in"), ["watched_in"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_push_watched_in"), "chat", ["watched_in"], ["id"])

    with op.batch_alter_table("web_room", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pinned", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("web_room") as batch_op:
        batch_op.drop_column("pinned")
    with op.batch_alter_table("push") as batch_op:
        batch_op.drop_constraint("fk_push_watched_in", type_="foreignkey")
        batch_op.drop_index("ix_push_watched_in")
        watched = ("watched_in", "watched_turn", "watched_at")
        for column in ("spans", "pin_until", "paused_at", "resumed_at", "pause_reason", "cancelled_at", *watched):
            batch_op.drop_column(column)
    with op.batch_alter_table("person") as batch_op:
        batch_op.drop_column("prefers")
    with op.batch_alter_table("outgoing") as batch_op:
        for name in ("urgent", "reminder", "doubt", "place"):
            batch_op.drop_index(f"ix_outgoing_{name}")
        for name in ("correction_id", "corrects_id"):
            batch_op.drop_constraint(f"fk_outgoing_{name}", type_="foreignkey")
            batch_op.drop_index(f"ix_outgoing_{name}")
        for column in ("tried", "pin", "looked_at", "asked_for", "correction_id", "corrects_id"):
            batch_op.drop_column(column)
    for table in ("correction", "group_package", "upload", "channel_grant", "channel_fact"):
        op.drop_table(table)
