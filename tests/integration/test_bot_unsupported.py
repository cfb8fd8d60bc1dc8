"""Questions that no sentence can answer: told kindly, with the list of articles at hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.messages.answers import ARTICLES, DECLINED, NEAREST
from index.engine import Engine
from index.indexing.builder import Builder
from index.store import Reader
from tests.index.hashed import HashedEncoder
from tests.integration.footnote import Room, footnote, running


@asynccontextmanager
async def town(folder: Path, articles: int = 0) -> AsyncIterator[Room]:
    """Runs the bot over two articles on ferries, one on a garden, and so many more."""
    corpus, encoder = folder / "corpus", HashedEncoder()
    (corpus / "news").mkdir(parents=True)
    texts = {
        "news/ferry": "Gull Island ferry\n\nThe last ferry leaves at 6.40 pm.\n",
        "news/walk": "A walk\n\nThe walk ends at the ferry.\n",
        "garden": "The garden\n\nVolunteers grow beans and dahlias.\n",
    } | {f"news/more-{n:02}": f"Notice {n}\n\nThe harbour is closed today.\n" for n in range(articles)}
    for name, text in texts.items():
        (corpus / f"{name}.txt").write_text(text)
    Builder(corpus, folder / "index", encoder).rebuild()
    engine = Engine(Reader.open(folder / "index", model=encoder.fingerprint), encoder)
    async with footnote(engine) as room:
        yield room
    engine.close()


async def test_the_articles_on_something_are_the_answer(tmp_path: Path) -> None:
    async with town(tmp_path) as room:
        answer = await room.ask("How many articles are there about ferries?")
        assert answer.content == (
            "-# How many articles are there about ferries?\n"
            "**2 articles have “ferries” in the text or title.**\n"
            "- Gull Island ferry · news\n- A walk · news"
        )
        said = await room.say(f"{room.server.bot.mention} which articles do you have")
        assert said.content.startswith("**There are 3 articles.**\n- The garden\n")
        assert [each.label for each in said.buttons] == [ARTICLES]
        some = await room.ask("Which articles are there?", collection="news")
        assert "**There are 2 articles.**" in some.content
        shown = await (await room.server.press(room.ben, some, ARTICLES)).response()
        assert shown.content == "- Gull Island ferry · news\n- A walk · news"


async def test_of_many_the_first_are_shown_and_the_button_opens_the_list(tmp_path: Path) -> None:
    async with town(tmp_path, 12) as room:
        answer = await room.ask("List all articles, please")
        assert answer.content.count("\n- ") == 10
        assert answer.content.endswith("\n-# These are the first ones.")
        await room.bot.close()
        async with running(room):
            shown = await (await room.server.press(room.ben, answer, ARTICLES)).response()
            listed = await (await room.server.slash(room.ben, room.channel, "articles")).response()
        assert (shown.ephemeral, shown.content) == (True, listed.content)
        assert shown.content.count("- ") == 15


async def test_an_opinion_is_declined_with_the_nearest_sentence_and_the_list(tmp_path: Path) -> None:
    async with town(tmp_path) as room:
        answer = await room.ask("What do you think of zebras?")
        assert f"{DECLINED} I have no opinion and give no advice" in answer.content
        assert NEAREST in answer.content
        assert ARTICLES in [each.label for each in answer.buttons]
        plain = await room.ask("Where do zebras graze?")
        assert "'zebras' and 'graze' occur in none of 3 articles." in plain.content
        assert ARTICLES not in [each.label for each in plain.buttons]
