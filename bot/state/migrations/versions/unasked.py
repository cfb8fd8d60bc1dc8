"""Channels can be set up to be answered in without a mention."""

import sqlalchemy as sa
from alembic import op

revision = "unasked"
down_revision = "unanswered"


def upgrade() -> None:
    """Add the column."""
    op.add_column("places", sa.Column("unasked", sa.Boolean))
