"""The first tables: settings of places, verdicts, and calls for a human."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "first"
down_revision = None


def upgrade() -> None:
    """Make the tables, and the salt with which member ids are hashed."""
    op.create_table(
        "places",
        sa.Column("guild", sa.BigInteger, primary_key=True),
        sa.Column("channel", sa.BigInteger, primary_key=True),
        sa.Column("collections", sa.JSON),
        sa.Column("private", sa.Boolean),
        sa.Column("confidence", sa.Float),
        sa.Column("human", sa.BigInteger),
        sa.Column("editors", sa.BigInteger),
        sa.Column("log", sa.BigInteger),
    )
    salt = op.create_table("salt", sa.Column("value", sa.LargeBinary, nullable=False))
    op.bulk_insert(salt, [{"value": secrets.token_bytes(32)}])
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("message", sa.BigInteger, nullable=False),
        sa.Column("member", sa.String, nullable=False, index=True),
        sa.Column("given", sa.Integer, nullable=False, index=True),
        sa.Column("good", sa.Boolean, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("named", sa.String, nullable=False),
        sa.UniqueConstraint("message", "member"),
    )
    op.create_table(
        "calls",
        sa.Column("message", sa.BigInteger, primary_key=True),
        sa.Column("called", sa.Integer, nullable=False, index=True),
    )
