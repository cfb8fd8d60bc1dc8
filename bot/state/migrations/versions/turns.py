"""Verdicts on follow-ups keep the questions before them, without which they mean nothing."""

import sqlalchemy as sa
from alembic import op

revision = "turns"
down_revision = "first"


def upgrade() -> None:
    """Add the column; verdicts from before have no earlier questions."""
    op.add_column("verdicts", sa.Column("turns", sa.JSON, nullable=False, server_default="[]"))
