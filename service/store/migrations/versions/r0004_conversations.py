"""Conversations: which message belongs to which, and how its channel finds it again."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns and the index by which the first message of a conversation is found."""
    for name in ("thread", "reference"):
        op.add_column("outbox", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_index("outbox_by_thread", "outbox", ["thread"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("outbox_by_thread", "outbox")
    for name in ("reference", "thread"):
        op.drop_column("outbox", name)
