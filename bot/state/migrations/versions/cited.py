"""Answers are counted by the articles that they cite."""

import sqlalchemy as sa
from alembic import op

revision = "cited"
down_revision = "unasked"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "cited",
        sa.Column("article", sa.String, primary_key=True),
        sa.Column("answers", sa.Integer, nullable=False),
    )
