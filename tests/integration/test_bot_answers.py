"""Footnote answers members on the loopback Discord: commands, mentions, direct messages, menus, buttons."""

from __future__ import annotations

import discord
import pytest

from bot.errors import NothingAsked
from bot.features.context.rendering import BACK, CHECK, EARLIER, LATER
from bot.features.history import UNKNOWN
from bot.features.mention import UNREADABLE
from bot.messages.answers import DECLINED, NEAREST
from bot.messages.match_results import CHANGED, INTACT, REMOVED
from bot.messages.small_talk import HELP
from index.types import Article
from tests.bot.stand_in import FERRY, RULES, StandIn
from tests.integration.footnote import footnote, running

LAST = "The last ferry leaves Gull Island at 6.40 pm."
QUESTION = "When does the last boat leave?"


async def test_ask_quotes_the_sentence_and_names_its_source() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        assert answer.content == (
            f"-# {QUESTION}\n> “{LAST}” ¹\n"
            "-# ¹ Winter timetable for the Gull Island ferry · Saltmere Ferries · <t:1790812800:R>"
            " · [open](<https://saltmere.example/ferry#:~:text=51>)"
        )
        assert [each.label for each in answer.buttons] == ["In context", "Follow up", "Why this?", "👍", "👎"]
        assert (answer.ephemeral, answer.previews, answer.pings) == (False, [], set())
        run = room.server.runs[0]
        assert run.acknowledged == 5  # deferred first
        assert run.refusals == []


async def test_a_private_answer_is_for_the_one_who_asked() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION, private=True)
        assert answer.ephemeral
        assert room.server.messages(room.channel, seen_by=room.ben) == []


async def test_a_declined_question_gets_a_reason_and_the_nearest_sentence() -> None:
    async with footnote() as room:
        answer = await room.ask("Who is the president?")
        assert (
            f"{DECLINED} 'president?' occurs in none of 2 articles.\n{NEAREST}\n> “The winter"
            in answer.content
        )


async def test_small_talk_gets_a_reply_without_the_engine_and_is_neither_counted_nor_kept() -> None:
    async with footnote(keep_unanswered=True) as room:
        answer = await room.ask("Hello!")
        assert answer.content == (
            "-# Hello!\nHello! Ask me something, and I answer with sentences from the articles."
        )
        assert answer.buttons == []
        assert room.engine.asked == []
        assert set(room.bot.engine_service.metrics.counts().values()) == {0}
        assert await room.bot.state.unanswered.of(room.guild.id) == []


async def test_a_question_is_not_explained_once_only_its_small_talk_gets_a_reply() -> None:
    async with footnote() as room:
        answer = await room.ask(f"Can you tell me a joke? {QUESTION}")
        assert LAST in answer.content
        room.engine.texts.clear()
        told = await (await room.server.press(room.ana, answer, "Why this?")).response()
        assert told.content == UNKNOWN


async def test_collections_are_suggested_and_searched_alone() -> None:
    top = Article("top", "Top", "Nothing here.")
    async with footnote(StandIn(FERRY, RULES, top)) as room:
        names = {
            text: [
                each["name"]
                for each in await room.server.autocomplete(
                    room.ana, room.channel, "ask", "collection", text, question="?"
                )
            ]
            for text in ("", "NEW", "sport")
        }
        assert names == {"": ["handbook", "news"], "NEW": ["news"], "sport": []}
        assert LAST in (await room.ask(QUESTION, collection="news")).content
        assert DECLINED in (await room.ask(QUESTION, collection="handbook")).content
        unknown = await room.ask(QUESTION, collection="sport")
        assert unknown.content == "There is no collection with that name. These exist: handbook, news."


async def test_what_articles_hold_is_shown_as_text_and_pings_nobody() -> None:
    nasty = Article(
        "news/nasty",
        "@everyone [click](https://evil.example) ||x||",
        "Write @everyone, <@1> and https://evil.example/x in **bold** \u202eonce.",
        "https://saltmere.example/a_(b)",
    )
    async with footnote(StandIn(nasty)) as room:
        answer = await room.ask("Write what?")
        assert (
            r"“Write \@everyone, \<\@1> and https\://evil.example/x in \*\*bold\*\* \[U+202E\]once.”"
            in answer.content
        )
        assert r"\@everyone \[click\](https\://evil.example) \|\|x\|\|" in answer.content
        assert "[open](<https://saltmere.example/a_%28b%29" in answer.content
        mentioned = await room.say(f"{room.server.bot.mention} write what?")
        for each in (answer, mentioned):
            assert (each.pings, each.previews) == (set(), [])


async def test_a_mention_is_answered_with_a_reply_that_pings_nobody() -> None:
    async with footnote() as room:
        said = await room.server.say(room.ana, room.channel, f"{room.server.bot.mention} {QUESTION}")
        reply = await room.server.reply_to(said)
        assert reply.content.startswith(f"> “{LAST}” ¹\n")
        assert (reply.reply_to, reply.pings, reply.previews) == (said.id, set(), [])
        assert room.engine.asked == [(QUESTION, None)]


async def test_mentions_in_threads_and_replies_are_answered() -> None:
    async with footnote() as room:
        thread = await room.server.post(room.ben, room.channel, "Ferries", "Shall we?")
        assert LAST in (await room.say(f"<@!{room.server.bot.id}> {QUESTION}", thread)).content
        other = await room.server.say(room.ben, room.channel, "No idea")
        assert LAST in (await room.say(f"{QUESTION} {room.server.bot.mention}", reply_to=other)).content
        answer = await room.say(f"{room.server.bot.mention} {QUESTION}")
        follow = await room.say("And where are tickets sold?", reply_to=answer)
        assert "Tickets are sold on board." in follow.content


async def test_names_in_a_question_are_read_as_names() -> None:
    async with footnote() as room:
        captain = room.server.add_role(room.guild, "Captain")
        captain.mentionable = True
        names = f"{room.ben.mention} or {captain.mention} leave {room.channel.mention} <:ship:5> <@9>"
        await room.say(f"{room.server.bot.mention} does {names}")
        assert room.engine.asked == [("does Ben or Captain leave general", None)]
        await room.ask(f"where is {room.channel.mention}, {captain.mention}? <#9> <@9>")
        assert [asked.split() for asked, _ in room.engine.asked[1:]] == [
            ["where", "is", "general,", "Captain?"]
        ]


async def test_a_channel_is_named_only_to_those_who_see_it() -> None:
    async with footnote() as room:
        secret = room.server.add_channel(room.guild, "staff-plans", hidden=True)
        answer = await room.ask(f"when does {secret.mention} meet?")
        assert "staff" not in answer.content
        boss = room.server.add_member(
            room.guild, "boss", permissions=discord.Permissions(administrator=True).value
        )
        run = await room.server.slash(boss, room.channel, "ask", question=f"when does {secret.mention} meet?")
        assert "staff-plans" in (await run.response()).content


async def test_marks_of_discord_are_read_as_they_are_shown() -> None:
    async with footnote() as room:
        link = f"https://discord.com/channels/{room.guild.id}/{room.channel.id}/7"
        marked = f"does </ask:9> work on <t:1790812800:D> <a:wave:5>? {link}"
        shown = "does /ask work on October 1, 2026 ?"
        await room.say(f"{room.server.bot.mention} {marked}")
        answer = await room.ask(marked)
        opened = await room.server.press(room.ana, answer, "Follow up")
        await (await room.server.submit_modal(room.ana, opened, {"Your question": marked})).response()
        said = await room.server.say(room.ben, room.channel, marked)
        await (await room.server.context_menu("Ask about this", room.ana, said)).response()
        assert [" ".join(asked.split()) for asked, _ in room.engine.asked] == [shown] * 4


async def test_forwarded_messages_and_embeds_are_read() -> None:
    async with footnote() as room:
        elsewhere = room.server.add_channel(room.guild, "elsewhere")
        original = await room.server.say(room.ben, elsewhere, QUESTION)
        robot = room.server.add_member(room.guild, "robot")
        robot.bot = True
        card = {
            "title": "Ferries",
            "description": QUESTION,
            "fields": [{"name": "Where", "value": "Gull Island"}],
        }
        shown = await room.server.say(robot, elsewhere, "", embeds=[card])
        preview = await room.server.say(robot, elsewhere, "", embeds=[card | {"type": "link"}])
        dm = room.server.dm(room.ana)
        assert LAST in (await room.say("", dm, forward=original)).content
        assert LAST in (await room.say("", dm, forward=shown)).content
        forwarded = await room.server.say(room.ana, room.channel, "", forward=original)
        for message in (forwarded, shown):
            answer = await (await room.server.context_menu("Ask about this", room.ana, message)).response()
            assert LAST in answer.content
        told = await (await room.server.context_menu("Ask about this", room.ana, preview)).response()
        assert told.content == str(NothingAsked())
        words = "Ferries {} Where Gull Island"
        asked = [" ".join(text.split()) for text, _ in room.engine.asked]
        assert asked == [QUESTION, words.format(QUESTION), QUESTION, words.format(QUESTION)]
        assert room.engine.turns[0] == []


async def test_a_reply_to_a_forwarded_message_continues_no_conversation() -> None:
    async with footnote() as room:
        dm = room.server.dm(room.ana)
        original = await room.server.say(room.ben, room.channel, "Dogs?")
        answer = await room.say("", dm, forward=original)
        assert "Dogs travel free." in answer.content
        assert LAST in (await room.say(QUESTION, dm, reply_to=answer)).content
        assert room.engine.turns[1] != []


async def test_who_asks_for_help_is_told_how_to_ask() -> None:
    async with footnote() as room:
        assert (await room.ask("help")).content == f"-# help\n{HELP}"
        for text in ("", " help", " Help!", " <:cat:5>"):
            assert HELP in (await room.say(f"{room.server.bot.mention}{text}")).content
        assert (await room.ask("<:cat:5>")).content == str(NothingAsked())
        assert "For example:" in HELP
        assert room.engine.asked == []
        assert set(room.bot.engine_service.metrics.counts().values()) == {0}


@pytest.mark.parametrize("text", ["Hello", "Thanks!", "help"])
async def test_small_talk_is_not_declined_in_the_metrics(text: str) -> None:
    async with footnote() as room:
        await room.ask(text)
        await room.say(f"{room.server.bot.mention} {text}")
        assert set(room.bot.engine_service.metrics.counts().values()) == {0}


async def test_a_mention_without_a_question_gets_help() -> None:
    async with footnote() as room:
        assert (await room.say(room.server.bot.mention)).content == HELP
        assert (await room.say(f"{room.server.bot.mention} ?!")).content == str(NothingAsked())
        assert room.engine.asked == []


async def test_direct_messages_are_questions() -> None:
    async with footnote() as room:
        dm = room.server.dm(room.ana)
        assert LAST in (await room.say(QUESTION, dm)).content
        assert (await room.say("   .", dm)).content == str(NothingAsked())


async def test_bots_and_what_is_not_for_the_bot_are_left_alone() -> None:
    async with footnote() as room:
        robot = room.server.add_member(room.guild, "robot")
        robot.bot = True
        await room.server.say(robot, room.channel, f"{room.server.bot.mention} {QUESTION}")
        await room.server.say(room.ana, room.channel, QUESTION)
        await room.server.say(room.ana, room.channel, f"{room.ben.mention} {QUESTION}")
        await room.say(f"{room.server.bot.mention} {QUESTION}")
        assert len(room.engine.asked) == 1


async def test_the_menu_of_a_message_asks_its_text() -> None:
    async with footnote() as room:
        said = await room.server.say(room.ben, room.channel, f"**{QUESTION}**")
        answer = await (await room.server.context_menu("Ask about this", room.ana, said)).response()
        link = f"https://discord.com/channels/{room.guild.id}/{room.channel.id}/{said.id}"
        assert answer.content.startswith(
            f"-# about [this message](<{link}>)\n-# \\*\\*{QUESTION}\\*\\*\n> “{LAST}” ¹"
        )
        assert not answer.ephemeral


async def test_in_context_shows_the_paragraph_to_the_one_who_pressed_also_after_a_restart() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        shown = await (await room.server.press(room.ben, answer, "In context")).response()
        assert shown.content.startswith(
            "**Winter timetable for the Gull Island ferry**\n"
            f"> The winter timetable applies from 2 November 2026. **{LAST}** Dogs travel free.\n"
            "-# Saltmere Ferries · <t:1790812800:R> · [open](<https://saltmere.example/ferry#:~:text=The%20last"
        )
        assert (shown.ephemeral, shown.previews) == (True, [])
        assert room.server.messages(room.channel, seen_by=room.ana) == [answer]
        await room.bot.close()
        async with running(room):
            again = await (await room.server.press(room.ana, answer, "In context")).response()
            assert again.content == shown.content


async def test_in_context_says_what_became_of_the_sentence() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        room.engine.texts["news/ferry"] = Article(
            "news/ferry", "Ferry", "The ferry is gone, and so are the boats now. " * 2
        )
        changed = await (await room.server.press(room.ana, answer, "In context")).response()
        assert CHANGED in changed.content
        del room.engine.texts["news/ferry"]
        removed = await (await room.server.press(room.ana, answer, "In context")).response()
        assert removed.content == REMOVED


async def test_pages_turn_through_the_article_also_after_a_restart() -> None:
    story = " ".join(f"Boat number {n} lies at the quay." for n in range(150))
    text = f"{story}\n\nThe harbour master waters beans.\n\n{story}"
    async with footnote(StandIn(Article("rules/quay", "Quay", text))) as room:
        answer = await room.ask("Who waters beans?")
        shown = await (await room.server.press(room.ana, answer, "In context")).response()
        assert "**The harbour master waters beans.**" in shown.content
        assert [each.label for each in shown.buttons] == [EARLIER, LATER, CHECK]
        earlier = await (await room.server.press(room.ana, shown, EARLIER)).response()
        assert "Boat number 149 lies at the quay." in earlier.content
        assert "-# part 5 of 11" in earlier.content
        first = await (await room.server.press(room.ana, earlier, EARLIER)).response()
        assert "-# part 4 of 11" in first.content
        await room.bot.close()
        async with running(room):
            back = await (await room.server.press(room.ana, first, BACK)).response()
            assert back.content == shown.content


async def test_check_says_whether_a_sentence_still_stands() -> None:
    async with footnote() as room:
        answer = await room.ask(QUESTION)
        shown = await (await room.server.press(room.ana, answer, "In context")).response()
        kept = await (await room.server.press(room.ana, shown, CHECK)).response()
        assert INTACT in kept.content
        assert kept.ephemeral
        room.engine.texts["news/ferry"] = Article(
            "news/ferry", "Ferry", "The ferry is gone, and so are we. " * 3
        )
        changed = await (await room.server.press(room.ana, shown, CHECK)).response()
        assert CHANGED in changed.content
        del room.engine.texts["news/ferry"]
        removed = await (await room.server.press(room.ana, shown, CHECK)).response()
        assert removed.content.startswith(REMOVED)


async def test_a_sentence_too_long_for_a_message_comes_as_a_file() -> None:
    long = "Every boat " + "that is moored at the quay, " * 120 + "pays."
    async with footnote(StandIn(Article("rules/quay", "Quay", long))) as room:
        answer = await room.ask("moored boat?")
        assert "” … ¹" in answer.content
        shown = await (await room.server.press(room.ana, answer, "In context")).response()
        assert shown.files == {"rules-quay.md": f"# Quay\n\n{long}\n".encode()}


async def test_a_mention_of_the_role_of_the_bot_is_explained() -> None:
    async with footnote() as room:
        [role] = [each for each in room.guild.roles.values() if each.bot]
        role.mentionable = True
        assert (await room.say(f"{role.mention} {QUESTION}")).content == UNREADABLE
        assert room.engine.asked == []
