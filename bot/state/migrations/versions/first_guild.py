"""While BOT_GUILDS is not set, only the first server may ask, so the bot remembers which one that was."""

import sqlalchemy as sa
from alembic import op

revision = "first_guild"
down_revision = "cited"


def upgrade() -> None:
    """Add the table."""
    op.create_table("first_guild", sa.Column("guild", sa.BigInteger, primary_key=True))
