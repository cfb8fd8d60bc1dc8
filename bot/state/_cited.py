"""How often each article was cited; who asked, and what, is not kept with it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from bot.state._database import Database
from bot.state._tables import cited


class Cited:
    """Counts answers by the articles that they cite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, article_ids: Iterable[str]) -> None:
        """Count an answer for each article that it cites; an article counts once.

        Raises:
            StateError: The database cannot be used.
        """
        rows = [{"article": each, "answers": 1} for each in sorted(set(article_ids))]
        statement = insert(cited).on_conflict_do_update(["article"], set_={"answers": cited.c.answers + 1})
        await self._database.do(lambda connection: connection.execute(statement, rows))

    async def of(self, article_id: str) -> int:
        """How many answers have cited an article.

        Raises:
            StateError: The database cannot be used.
        """
        query = sa.select(cited.c.answers).where(cited.c.article == article_id)
        return await self._database.do(lambda connection: connection.execute(query).scalar() or 0)
