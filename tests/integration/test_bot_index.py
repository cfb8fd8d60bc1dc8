"""The bot over the real engine: what editors change is seen at the next question, without restart."""

from __future__ import annotations

from pathlib import Path

from bot.surround import CHANGED, REMOVED
from index.build import Builder
from index.engine import Engine
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
