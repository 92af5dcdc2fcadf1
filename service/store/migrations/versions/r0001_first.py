"""Make all tables of the first version."""

from alembic import op

from service.store.tables import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them; later steps name each change, since the tables will have moved on by then."""
    METADATA.create_all(op.get_bind())


def downgrade() -> None:
    """Drop them."""
    METADATA.drop_all(op.get_bind())
