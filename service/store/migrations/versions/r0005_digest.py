"""What the weekly page is made of besides outcomes, and the pages as they were sent."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def whole(name: str, *, empty: bool = False) -> "sa.Column[int]":
    """Return a column of whole numbers."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=empty)


def word(name: str) -> "sa.Column[str]":
    """Return a column of text that is never empty."""
    return sa.Column(name, sa.String(), nullable=False)


def upgrade() -> None:
    """Add the facts that reports read, and the weekly pages."""
    # Of what was stored before nobody knows; nearly all that ended was answered.
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("outcome", sa.Column("answered", kind, nullable=False, server_default="1"))
    op.create_table(
        "told",
        *(word(name) for name in ("source", "id", "type")),
        *(whole(name) for name in ("time", "heard")),
        whole("recorded", empty=True),
        *(word(name) for name in ("case_id", "customer", "unit")),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("told_by_type", "told", ["type", "time"])
    op.create_index("told_by_customer", "told", ["customer"])
    op.create_table(
        "digest",
        *(word(name) for name in ("week", "receiver")),
        whole("at"),
        word("made_of"),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("week", "receiver"),
    )


def downgrade() -> None:
    """Take them away."""
    for name in ("digest", "told"):
        op.drop_table(name)
    op.drop_column("outcome", "answered")
