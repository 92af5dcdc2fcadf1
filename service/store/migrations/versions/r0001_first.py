"""Make all tables of the first version.

Written out instead of taken from service.store.tables: those move on, and a step must always do
what it did on the day it was written.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def whole() -> sa.types.TypeEngine[int]:
    """Return the type of whole numbers: 64 bits, and on SQLite the one that counts by itself."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    what_is_judged()
    what_is_found()
    what_is_said()
    what_is_sent()
    what_is_kept()


def what_is_judged() -> None:
    """Make the tables of cases and their counts."""
    op.create_table(
        "outcome",
        sa.Column("touchpoint", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("started", whole(), nullable=False),
        sa.Column("due", whole(), nullable=True),
        sa.Column("ended", whole(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("open_ms", whole(), nullable=True),
        sa.Column("own_ms", whole(), nullable=True),
        sa.Column("early", whole(), nullable=False),
        sa.Column("provenance", sa.String(), nullable=False),
        sa.Column("plan", whole(), nullable=False),
        sa.PrimaryKeyConstraint("touchpoint", "case_id"),
    )
    op.create_table(
        "reading",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("touchpoint", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("kept", whole(), nullable=False),
        sa.Column("late", whole(), nullable=False),
        sa.Column("gave_up", whole(), nullable=False),
        sa.Column("unknown", whole(), nullable=False),
        sa.Column("open", whole(), nullable=False),
        sa.PrimaryKeyConstraint("day", "touchpoint", "unit", "via"),
    )


def what_is_found() -> None:
    """Make the tables of findings and who waits."""
    op.create_table(
        "signal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("number", whole(), nullable=False),
        sa.Column("transition", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("touchpoint", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("per", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("instant", whole(), nullable=False),
        sa.Column("cases", whole(), nullable=False),
        sa.Column("customers", whole(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "number"),
    )
    op.create_table(
        "waiting",
        sa.Column("touchpoint", sa.String(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("since", whole(), nullable=False),
        sa.Column("due", whole(), nullable=True),
        sa.Column("mark", whole(), nullable=False),
        sa.Column("mark_at", whole(), nullable=False),
        sa.PrimaryKeyConstraint("touchpoint", "case_id"),
    )


def what_is_said() -> None:
    """Make the tables of alerts and decisions."""
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("is_open", whole(), nullable=False),
        sa.Column("changed_at", whole(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "notice",
        sa.Column("number", whole(), autoincrement=True, nullable=False),
        sa.Column("alert", sa.String(), nullable=False),
        sa.Column("at", whole(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def what_is_sent() -> None:
    """Make the tables of messages and what came of them."""
    op.create_table(
        "outbox",
        sa.Column("number", whole(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("alerts", sa.String(), nullable=False),
        sa.Column("receiver", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", whole(), nullable=False),
        sa.Column("next_at", whole(), nullable=False),
        sa.Column("leased_until", whole(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("outbox_by_state", "outbox", ["state", "channel"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("number", whole(), autoincrement=True, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("attempt", whole(), nullable=False),
        sa.Column("at", whole(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "undeliverable",
        sa.Column("number", whole(), autoincrement=True, nullable=False),
        sa.Column("at", whole(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def what_is_kept() -> None:
    """Make the tables of the log, its position, and what was set aside."""
    op.create_table(
        "chunk",
        sa.Column("seq", whole(), autoincrement=True, nullable=False),
        sa.Column("shard", sa.String(), nullable=False),
        sa.Column("stamp_ms", whole(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "late_fact",
        sa.Column("number", whole(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("time", whole(), nullable=False),
        sa.Column("case_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "position",
        sa.Column("shard", sa.String(), nullable=False),
        sa.Column("frame", whole(), nullable=False),
        sa.PrimaryKeyConstraint("shard"),
    )
    op.create_table(
        "quarantine",
        sa.Column("number", whole(), autoincrement=True, nullable=False),
        sa.Column("at", whole(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )


def downgrade() -> None:
    """Drop them."""
    for name in (
        "alert",
        "chunk",
        "late_fact",
        "notice",
        "outbox",
        "outcome",
        "position",
        "quarantine",
        "reading",
        "receipt",
        "signal",
        "undeliverable",
        "waiting",
    ):
        op.drop_table(name)
