"""Many shards in one store: whose alert, where a rejected input came from, how each shard is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def whole() -> sa.types.TypeEngine[int]:
    """Return the type of whole numbers, as the first step has it."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the columns, an index that lets no origin in twice, and the table of reports."""
    op.add_column("alert", sa.Column("shard", sa.String(), nullable=False, server_default="main"))
    op.add_column("quarantine", sa.Column("origin", sa.String(), nullable=True))
    op.create_index("quarantine_by_origin", "quarantine", ["origin"], unique=True)
    op.create_table(
        "shard_report",
        sa.Column("shard", sa.String(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("at", whole(), nullable=False),
        sa.Column("log_offset", whole(), nullable=False),
        sa.Column("stamp", whole(), nullable=False),
        sa.Column("semantics", whole(), nullable=False),
        sa.Column("plan_number", whole(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("shard"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("shard_report")
    op.drop_index("quarantine_by_origin", "quarantine")
    op.drop_column("quarantine", "origin")
    op.drop_column("alert", "shard")
