"""What a desk keeps: conversations, answers of people, silences, who may ask, what was done."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def whole() -> sa.types.TypeEngine[int]:
    """Return the type of whole numbers, as the first step has it."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def number(name: str, default: str | None = None) -> "sa.Column[int]":
    """Return a column of whole numbers that is never empty."""
    return sa.Column(name, whole(), nullable=False, server_default=default)


def word(name: str, default: str | None = None) -> "sa.Column[str]":
    """Return a column of text that is never empty."""
    return sa.Column(name, sa.String(), nullable=False, server_default=default)


def text(name: str) -> "sa.Column[str]":
    """Return a column of long text."""
    return sa.Column(name, sa.Text(), nullable=False)


def counted() -> "sa.Column[int]":
    """Return a column that numbers its rows."""
    return sa.Column("number", whole(), primary_key=True, autoincrement=True)


def outbox() -> "tuple[sa.Column[Any], ...]":
    """Return the new columns of messages."""
    words = (word("thread", ""), word("reference", ""), word("shard", "main"))
    return (*words, number("at", "0"), number("reported", "0"))


def upgrade() -> None:
    """Add columns to messages and positions, and the tables of the desk."""
    op.add_column("position", number("sitting", "0"))
    for column in outbox():
        op.add_column("outbox", column)
    op.create_index("outbox_by_thread", "outbox", ["thread"])
    words = [word(name) for name in ("alert", "kind", "who", "via", "note", "result")]
    op.create_table("request", counted(), number("at"), *words)
    op.create_index("request_by_result", "request", ["result"])
    op.create_table(
        "silence", word("id"), number("ends"), text("body"), sa.PrimaryKeyConstraint("id")
    )
    op.create_table(
        "commitment",
        word("id"),
        number("at"),
        word("state"),
        text("body"),
        sa.PrimaryKeyConstraint("id"),
    )
    words = [word(name) for name in ("who", "via", "what", "about", "detail")]
    op.create_table("audit", counted(), number("at"), *words)
    op.create_table(
        "informed",
        word("touchpoint"),
        word("case_id"),
        number("at"),
        word("who"),
        sa.PrimaryKeyConstraint("touchpoint", "case_id"),
    )
    op.create_table("used_link", word("hash"), number("at"), sa.PrimaryKeyConstraint("hash"))


def downgrade() -> None:
    """Take them away."""
    for name in ("used_link", "informed", "audit", "commitment", "silence", "request"):
        op.drop_table(name)
    op.drop_index("outbox_by_thread", "outbox")
    for column in outbox():
        op.drop_column("outbox", column.name)
    op.drop_column("position", "sitting")
