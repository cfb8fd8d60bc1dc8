"""Is this in our articles?, in the menu of anyone's message."""

from __future__ import annotations

from pathlib import Path

from bot.features.claim_check import CAUTION, NAME, NO_CLAIM, NOTHING
from index.engine import Engine
from index.indexing.builder import Builder
from index.store import Reader
from tests.bot.stand_in import FERRY
from tests.index.hashed import HashedEncoder
from tests.integration.discord_server import Message
from tests.integration.footnote import Room, footnote

LAST = "The last ferry leaves Gull Island at 6.40 pm."
ARTICLE = f"---\ntitle: {FERRY.title}\nurl: {FERRY.url}\n---\n\n{LAST} Dogs travel free.\n"


async def compared(room: Room, text: str) -> Message:
    """Has Ana compare what Ben says."""
    said = await room.server.say(room.ben, room.channel, text)
    return await (await room.server.context_menu(NAME, room.ana, said)).response()


async def test_forwarded_messages_and_embeds_are_compared() -> None:
    async with footnote() as room:
        elsewhere = room.server.add_channel(room.guild, "elsewhere")
        original = await room.server.say(room.ben, elsewhere, LAST)
        forwarded = await room.server.say(room.ben, room.channel, "", forward=original)
        shown = await room.server.say(room.ben, room.channel, "", embeds=[{"description": LAST}])
        for message in (forwarded, shown):
            told = await (await room.server.context_menu(NAME, room.ana, message)).response()
            assert "✓ The articles have this word for word" in told.content


async def test_what_a_message_says_is_shown_beside_the_articles_in_private(tmp_path: Path) -> None:
    encoder = HashedEncoder()
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "ferry.md").write_text(ARTICLE)
    Builder(tmp_path / "corpus", tmp_path / "index", encoder).rebuild()
    engine = Engine(Reader.open(tmp_path / "index", model=encoder.fingerprint), encoder)
    async with footnote(engine) as room:
        text = "**The last ferry leaves Gull Island at 7.40 pm!** Dogs travel free. "
        text += "Zebras graze quietly @everyone"
        told = await compared(room, text)
        lines = told.content.split("\n")
        assert lines[0].startswith("-# about [this message](<https://discord.com/channels/")
        assert lines[1:8] == [
            r"-# “\*\*The last ferry leaves Gull Island at 7.40 pm!\*\*”",
            "**≠ The articles differ in numbers:**",
            f"> “{LAST}” ¹",
            "-# “Dogs travel free.”",
            "**✓ The articles have this word for word:**",
            "> “Dogs travel free.” ²",
            r"-# “Zebras graze quietly \@everyone”",
        ]
        assert lines[8:10] == [NOTHING, CAUTION]
        assert f"[open ¹](<{FERRY.url}#:~:text=" in lines[10]
        assert (told.ephemeral, told.pings, told.previews) == (True, set(), [])
        assert room.server.messages(room.channel, seen_by=room.ben)[-1].content == text
        shown = await (await room.server.press(room.ana, told, "In context ²")).response()
        assert "**Dogs travel free.**" in shown.content
    engine.close()


async def test_a_message_without_words_is_told_so_and_too_much_is_refused() -> None:
    async with footnote(member_rate=2) as room:
        assert (await compared(room, "🎉 🎉")).content == NO_CLAIM
        assert f"> “{LAST}” ¹" in (await compared(room, LAST)).content
        refused = await compared(room, LAST)
        assert "Please ask again <t:" in refused.content
        assert refused.ephemeral
