"""The bot over the real engine: what editors change is seen at the next question, without restart."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

from bot.messages.match_results import CHANGED, REMOVED
from index.engine import Engine
from index.indexing.builder import Builder
from index.store import Reader
from tests.index.hashed import HashedEncoder
from tests.integration.footnote import footnote

TIMETABLE = (
    "---\ntitle: Gull Island ferry\nurl: https://saltmere.example/ferry\n---\n\nDogs travel free.\n\n{}\n"
)
BEFORE = "The last ferry leaves Gull Island at 6.40 pm."
AFTER = "From May on, the last ferry leaves Gull Island at 9.15 pm."


async def test_what_editors_change_is_seen_at_the_next_question(tmp_path: Path) -> None:
    corpus, folder, encoder = tmp_path / "corpus", tmp_path / "index", HashedEncoder()
    (corpus / "news").mkdir(parents=True)
    (corpus / "rules.txt").write_text("Harbour rules\n\nAll boats must be on land by noon.\n")
    ferry = corpus / "news" / "ferry.md"
    ferry.write_text(TIMETABLE.format(BEFORE))
    builder = Builder(corpus, folder, encoder)
    builder.rebuild()
    engine = Engine(Reader.open(folder, model=encoder.fingerprint), encoder)
    question = "When does the last ferry leave Gull Island?"
    async with footnote(engine) as room:
        old = await room.ask(question)
        assert f"“{BEFORE}” ¹" in old.content
        shown = await (await room.server.press(room.ana, old, old.buttons[0].label)).response()
        assert f"**{BEFORE}**" in shown.content
        assert "[open](<https://saltmere.example/ferry#:~:text=" in shown.content

        ferry.write_text(TIMETABLE.format(AFTER))
        builder.rebuild()
        assert f"“{AFTER}” ¹" in (await room.ask(question)).content
        changed = await (await room.server.press(room.ana, old, old.buttons[0].label)).response()
        assert CHANGED in changed.content

        builder.remove(["news/ferry"])
        gone = await room.ask(question)
        assert "ferry leaves" not in gone.content
        removed = await (await room.server.press(room.ana, old, old.buttons[0].label)).response()
        assert removed.content == REMOVED
        names = await room.server.autocomplete(room.ana, room.channel, "ask", "collection", "", question="?")
        assert names == []

        builder.rebuild(full=True)
        assert "must be on land" in (await room.ask("When must all boats be on land?")).content
    engine.close()


async def test_what_is_published_while_questions_are_asked_loses_none(tmp_path: Path) -> None:
    corpus, folder, encoder = tmp_path / "corpus", tmp_path / "index", HashedEncoder()
    corpus.mkdir()
    ferry = corpus / "ferry.md"
    ferry.write_text(TIMETABLE.format(BEFORE))
    Builder(corpus, folder, encoder).rebuild()
    engine = Engine(Reader.open(folder, model=encoder.fingerprint), encoder)
    stop = asyncio.Event()

    async def publish() -> int:
        """Publishes as another process would: with a builder of its own, every third time from scratch."""
        for count, text in enumerate(itertools.cycle((AFTER, BEFORE)), start=1):
            ferry.write_text(TIMETABLE.format(text))
            builder = Builder(corpus, folder, HashedEncoder())
            await asyncio.to_thread(builder.rebuild, full=count % 3 == 0)
            if stop.is_set():
                return count
        raise AssertionError

    async with footnote(engine, queue=100) as room:
        publishing = asyncio.create_task(publish())
        members = [room.server.add_member(room.guild, f"member{number}") for number in range(10)]
        for _ in range(4):
            runs = [
                await room.server.slash(
                    each, room.channel, "ask", question="When does the last ferry leave Gull Island?"
                )
                for each in members
            ]
            answers = await asyncio.gather(*(run.response() for run in runs))
            told = {text for each in answers for text in (BEFORE, AFTER) if f"“{text}” ¹" in each.content}
            assert told
            assert all(BEFORE in each.content or AFTER in each.content for each in answers)
            shown = await (
                await room.server.press(room.ana, answers[0], answers[0].buttons[0].label)
            ).response()
            assert "went wrong" not in shown.content
            assert BEFORE in shown.content or AFTER in shown.content
        stop.set()
        assert await publishing > 3
    engine.close()
