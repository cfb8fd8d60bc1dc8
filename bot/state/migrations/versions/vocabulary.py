"""The table of settings, and its column for answers without a mention, get their present names."""

from alembic import op

revision = "vocabulary"
down_revision = "first_guild"


def upgrade() -> None:
    """Rename both; what is in them stays."""
    op.execute("ALTER TABLE places RENAME TO guild_settings")
    op.execute("ALTER TABLE guild_settings RENAME COLUMN unasked TO auto_reply")
