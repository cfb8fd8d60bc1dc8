"""Questions that no answer was found to are kept, so that editors learn what is missing."""

import sqlalchemy as sa
from alembic import op

revision = "unanswered"
down_revision = "turns"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "unanswered",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("guild", sa.BigInteger, nullable=False),
        sa.Column("member", sa.String, nullable=False, index=True),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("asked", sa.Integer, nullable=False, index=True),
        sa.UniqueConstraint("guild", "member", "question"),
    )
