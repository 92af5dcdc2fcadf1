"""Keep what was turned away whole, so that it can be tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def whole() -> sa.types.TypeEngine[int]:
    """Return the type of whole numbers, as the first step has it."""
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the body, its size as it is kept, and when it was accepted after all."""
    op.add_column("quarantine", sa.Column("body", sa.LargeBinary(), nullable=True))
    op.add_column(
        "quarantine", sa.Column("body_bytes", whole(), nullable=False, server_default="0")
    )
    op.add_column("quarantine", sa.Column("redriven_at", whole(), nullable=True))
    op.create_index("quarantine_by_body", "quarantine", ["body_bytes"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("quarantine_by_body", "quarantine")
    for name in ("body", "body_bytes", "redriven_at"):
        op.drop_column("quarantine", name)
