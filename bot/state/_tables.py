"""The tables as they are now; `migrations/` has their history."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

metadata = sa.MetaData()

EVERYWHERE: Final = 0
"""In place of a channel: the whole server."""

guild_settings = sa.Table(
    "guild_settings",
    metadata,
    sa.Column("guild", sa.BigInteger, primary_key=True),
    sa.Column("channel", sa.BigInteger, primary_key=True),
    sa.Column("collections", sa.JSON),
    sa.Column("private", sa.Boolean),
    sa.Column("confidence", sa.Float),
    sa.Column("human", sa.BigInteger),
    sa.Column("editors", sa.BigInteger),
    sa.Column("log", sa.BigInteger),
    sa.Column("auto_reply", sa.Boolean),
)

salt = sa.Table("salt", metadata, sa.Column("value", sa.LargeBinary, nullable=False))

verdicts = sa.Table(
    "verdicts",
    metadata,
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
    sa.Column("turns", sa.JSON, nullable=False, server_default="[]"),
    sa.UniqueConstraint("message", "member"),
)

unanswered = sa.Table(
    "unanswered",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("guild", sa.BigInteger, nullable=False),
    sa.Column("member", sa.String, nullable=False, index=True),
    sa.Column("question", sa.String, nullable=False),
    sa.Column("asked", sa.Integer, nullable=False, index=True),
    sa.UniqueConstraint("guild", "member", "question"),
)

calls = sa.Table(
    "calls",
    metadata,
    sa.Column("message", sa.BigInteger, primary_key=True),
    sa.Column("called", sa.Integer, nullable=False, index=True),
)

cited = sa.Table(
    "cited",
    metadata,
    sa.Column("article", sa.String, primary_key=True),
    sa.Column("answers", sa.Integer, nullable=False),
)

first_guild = sa.Table("first_guild", metadata, sa.Column("guild", sa.BigInteger, primary_key=True))
