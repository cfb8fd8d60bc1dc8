"""What members and articles may hold, and buttons that are pressed late, twice, elsewhere or by others."""

from __future__ import annotations

import re

import pytest

from bot.errors import NothingAsked
from bot.features.claim_check import NAME, NO_CLAIM
from bot.features.context.rendering import CHECK, LATER
from bot.features.more import NEXT
from bot.messages.answers import DECLINED
from bot.messages.marks import readable
from bot.messages.small_talk import HELP
from index.types import Article
from tests.bot.stand_in import FERRY, StandIn
from tests.integration.discord_server import Message, Refused
from tests.integration.footnote import Room, footnote, running

LAST = "The last ferry leaves Gull Island at 6.40 pm."
ZALGO = "f" + "\u0335\u0321\u0327\u0301\u0300\u0302" * 9 + "erry"
INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad\U000e0001-\U000e007f]")
PLAGUES = {
    "markdown": "**ferry** __x__ ~~y~~ ||z|| `code` ```py\nx()\n``` > quote # head -# small [a](https://b.c)",
    "mentions": "@everyone @here <@1> <@&2> <#3> </ask:4> <id:customize> <t:0:R> <a:wave:5> ferry",
    "invisible": "fer\u200bry \u2060\ufeff\u00ad last ferry \U000e0041 \u202eevael ti seod nehw\u202c",
    "right to left": "متى تغادر العبارة الأخيرة؟ ferry מתי יוצאת המעבורת",
    "zalgo": f"When does the last {ZALGO} ferry leave?",
    "lines": "ferry\n\n-# _in secrets_\n-# about [this](x)\n> “No.” ¹\n**I found no answer**\r\n\u2028!",
    "links": "https://evil.example/ferry discord.gg/abc <https://evil.example> mailto:a@b.c ferry",
    "surrogates": "ferry \U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7 #\ufe0f\u20e3 \U0001f600" * 20,
}


def harmless(message: Message) -> bool:
    """Whether a message pings and unfolds nothing and hides nothing."""
    return not message.pings and not message.previews and not INVISIBLE.search(message.content)


async def every_button(room: Room, answer: Message) -> list[Message]:
    """Presses each button of an answer that opens no form, as Ben, and returns what he is shown."""
    return [
        await (await room.server.press(room.ben, answer, each.custom_id)).response()
        for each in answer.buttons
        if each.custom_id and each.label not in ("Follow up", "👎")
    ]


@pytest.mark.parametrize("plague", PLAGUES)
async def test_whatever_a_question_holds_is_shown_as_text_and_heard_again(plague: str) -> None:
    question = PLAGUES[plague]
    async with footnote() as room:
        answer = await room.ask(question)
        shown = [answer, *await every_button(room, answer)]
        asked = [text for text, _ in room.engine.asked]
        read = readable(question, lambda _: "")
        assert asked[0] == read
        opened = await room.server.press(room.ben, answer, "Follow up")
        shown.append(
            await (
                await room.server.submit_modal(room.ben, opened, {"Your question": question[:300]})
            ).response()
        )
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} {question}")
        shown.append(await room.server.reply_to(said))
        for menu in (NAME, "Ask about this"):
            shown.append(await (await room.server.context_menu(menu, room.ben, said)).response())
        assert all(harmless(each) for each in shown)
        assert [refused for run in room.server.runs for refused in run.refusals] == []
        assert "went wrong" not in "".join(each.content for each in shown)
        if plague not in ("zalgo", "surrogates"):  # too many accents are only counted, and long ones are cut
            again = " ".join(asked[1].split())
            assert again == " ".join(read.split())


@pytest.mark.parametrize("plague", PLAGUES)
async def test_whatever_an_article_holds_is_shown_as_text(plague: str) -> None:
    text = PLAGUES[plague].replace("\n\n", "\n")
    nasty = Article(
        f"news/{plague}", f"ferry {text}", f"{text} ferry. " * 9 + "The end.", source=text, tags=(text,)
    )
    async with footnote(StandIn(nasty, FERRY)) as room:
        answer = await room.ask("ferry ferry?")
        shown = [answer, *await every_button(room, answer)]
        assert NEXT in [button.label for each in shown for button in each.buttons]
        shown += await every_button(room, await room.ask("Nothing at all?"))
        shown.append(await (await room.server.slash(room.ana, room.channel, "articles")).response())
        shown.append(
            await (await room.server.slash(room.ana, room.channel, "article", title="ferry")).response()
        )
        assert all(harmless(each) for each in shown)
        assert [refused for run in room.server.runs for refused in run.refusals] == []
        assert "went wrong" not in "".join(each.content for each in shown)


async def test_a_question_of_6000_characters_is_answered_within_the_limits() -> None:
    question = ("When does the last ferry leave, and what of *dogs*? " * 200)[:6000]
    async with footnote() as room:
        answer = await room.ask(question, private=True)
        assert LAST in answer.content
        assert room.engine.asked == [(question, None)]
        shared = await (await room.server.press(room.ana, answer, "Share")).followup()
        assert LAST in shared.content
        assert all(LAST in each.content or each.content for each in await every_button(room, shared))
        assert [refused for run in room.server.runs for refused in run.refusals] == []
        dm = room.server.dm(room.ana)
        assert LAST in (await room.say(question[:2000], dm)).content


async def test_what_holds_no_words_is_answered_with_how_to_ask() -> None:
    async with footnote() as room:
        for nothing in ("🎉🎉🎉", "\u200b\u202e", "¿?", "—", "👍🏽 🏳️‍🌈 ❤️"):
            assert (await room.ask(nothing)).content == str(NothingAsked())
            assert (await room.say(f"{room.server.bot.mention} {nothing}")).content == str(NothingAsked())
        assert (await room.say(f"{room.server.bot.mention}\n\n{room.server.bot.mention}")).content == HELP
        picture = room.server.upload("ferry.png", b"\x89PNG", "image/png")
        said = await room.server.say(room.ben, room.channel, "", files=[picture])
        for menu, reply in (("Ask about this", str(NothingAsked())), (NAME, NO_CLAIM)):
            assert (await (await room.server.context_menu(menu, room.ana, said)).response()).content == reply
        assert room.engine.asked == []
        answer = await room.ask("The last ferry?")
        opened = await room.server.press(room.ana, answer, "Follow up")
        told = await (await room.server.submit_modal(room.ana, opened, {"Your question": "🎉"})).response()
        assert told.content == str(NothingAsked())


async def test_buttons_from_yesterday_work_on_the_articles_of_today() -> None:
    async with footnote(
        StandIn(FERRY, Article("a/quay", "Quay", "A ferry here. A ferry there. A ferry."))
    ) as room:
        answer = await room.ask("When does the last ferry leave?", private=False)
        page = await (await room.server.press(room.ben, answer, "More")).response()
        context = await (await room.server.press(room.ben, answer, "In context ¹")).response()
        await room.bot.close()
        room.server.skip(24 * 3600)
        room.engine.texts = {FERRY.id: FERRY}
        async with running(room):
            shown = await every_button(room, answer)
            assert all(each.ephemeral and each.content for each in shown)
            for each in (*page.buttons, *context.buttons):
                assert each.custom_id
                told = await (
                    await room.server.press(
                        room.ben, page if each in page.buttons else context, each.custom_id
                    )
                ).response()
                assert "went wrong" not in told.content
        assert room.server.current(answer) == answer


async def test_an_answer_that_stands_in_another_server_works_there() -> None:
    async with footnote(
        StandIn(FERRY, Article("a/quay", "Quay", "A ferry here. A ferry there. A ferry."))
    ) as room:
        answer = await room.ask("When does the last ferry leave?")
        there = room.server.add_guild("Elsewhere")
        room.guilds[there.id] = None
        channel, carl = room.server.add_channel(there, "hall"), room.server.add_member(there, "carl")
        raw = {"content": answer.content, "components": answer.components}
        copied = Message.of(room.server.posting.create(channel, room.server.bot, raw, []))
        with pytest.raises(Refused):
            await room.server.press(carl, answer, "Why this?")
        for label in ("In context ¹", "Why this?", "More"):
            shown = await (await room.server.press(carl, copied, label)).response()
            assert shown.ephemeral
            assert "went wrong" not in shown.content
        assert room.server.messages(room.channel, seen_by=carl) == [answer]


async def test_pressed_twice_at_once_each_press_is_answered() -> None:
    story = Article("a/quay", "Quay", " ".join(f"Boat {n} lies there." for n in range(400)))
    async with footnote(StandIn(story)) as room:
        answer = await room.ask("Which boat lies there?")
        page = await (await room.server.press(room.ben, answer, "More")).response()
        context = await (await room.server.press(room.ben, answer, "In context ³")).response()
        for message, label in (
            (answer, "Why this?"),
            (answer, "More"),
            (page, NEXT),
            (context, LATER),
            (context, CHECK),
        ):
            runs = [await room.server.press(room.ben, message, label) for _ in range(2)]
            first, second = [await run.response() for run in runs]
            assert first.content == second.content
            assert [run.refusals for run in runs] == [[], []]


async def test_a_private_answer_is_nobody_elses() -> None:
    async with footnote() as room:
        answer = await room.ask("The last ferry?", private=True)
        for each in answer.buttons:
            with pytest.raises(Refused, match="does not see"):
                await room.server.press(room.ben, answer, each.label)
        public = await room.ask("The last ferry?")
        shown = await every_button(room, public)
        assert all(each.ephemeral for each in shown)
        assert room.server.messages(room.channel, seen_by=room.ana) == [answer, public]
        assert DECLINED not in public.content
