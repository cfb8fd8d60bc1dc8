"""The loopback Discord with the real client: commands, messages, buttons, forms, and what it may read."""

from __future__ import annotations

import asyncio

import discord
import pytest

from tests.integration.discord_server import NoAnswer, Refused
from tests.integration.librarian import QUIET, Librarian, library, running


async def test_deferred_answers_keep_the_privacy_chosen_when_deferring() -> None:
    async with library() as lib:
        run = await lib.server.slash(lib.ana, lib.channel, "ask", question="Who founded it?", private=True)
        answer = await run.response()
        assert (answer.content, answer.ephemeral, answer.loading) == (
            "Answer to Who founded it?",
            True,
            False,
        )
        assert run.original is not None
        assert answer.id == run.original.id
        assert (await run.followup()).content == "One more thing"
        assert [each.content for each in lib.server.messages(lib.channel)] == []
        assert len(lib.server.messages(lib.channel, seen_by=lib.ana)) == 2
        assert lib.server.messages(lib.channel, seen_by=lib.ben) == []

        public = await (await lib.server.slash(lib.ben, lib.channel, "ask", question="When?")).response()
        assert not public.ephemeral
        assert public.raw["interaction_metadata"]["user"]["id"] == str(lib.ben.id)
        assert [each.id for each in lib.server.messages(lib.channel)] == [public.id]


async def test_discord_ignores_suppressed_previews_on_the_first_follow_up_after_deferring() -> None:
    async with library() as lib:
        run = await lib.server.slash(
            lib.ana, lib.channel, "ask", question="see https://library.example/loans"
        )
        assert (await run.response()).previews == ["https://library.example/loans"]
        wrapped = await lib.server.slash(
            lib.ana, lib.channel, "ask", question="see <https://library.example/loans>"
        )
        assert (await wrapped.response()).previews == []


async def test_mentions_are_answered_and_other_messages_reach_the_bot_blank() -> None:
    async with library() as lib:
        server, ana = lib.server, lib.ana
        await server.say(ana, lib.channel, "Nobody asked the bot", files=[server.upload("notes.md", b"...")])
        asked = await server.say(ana, lib.channel, f"{server.bot.mention} who founded the library?")
        reply = await server.reply_to(asked)
        assert reply.content == "You said: @footnote who founded the library?"
        assert reply.pings == set()
        heard = [each for each in lib.bot.heard if each.author.id == ana.id]
        assert [each.content for each in heard] == ["", f"{server.bot.mention} who founded the library?"]
        assert heard[0].attachments == []


async def test_replies_show_their_text_only_where_the_reply_pings_the_bot() -> None:
    async with library() as lib:
        server, ana = lib.server, lib.ana
        first = await server.reply_to(await server.say(ana, lib.channel, f"{server.bot.mention} hello"))
        slash = await (await server.slash(ana, lib.channel, "ask", question="Who?")).response()
        for target, ping, seen in ((first, True, "and then?"), (first, False, ""), (slash, True, "")):
            await server.say(ana, lib.channel, "and then?", reply_to=target, ping=ping)
            await server.reply_to(await server.say(ana, lib.channel, f"{server.bot.mention} ping"))
            replied = [each for each in lib.bot.heard if each.reference and each.author.id == ana.id]
            assert replied[-1].content == seen


async def test_direct_messages_are_readable_and_answered() -> None:
    async with library() as lib:
        dm = lib.server.dm(lib.ana)
        reply = await lib.server.reply_to(await lib.server.say(lib.ana, dm, "hello?"))
        assert reply.content == "You said: hello?"
        answer = await (await lib.server.slash(lib.ana, dm, "ask", question="Who?")).response()
        assert answer.content == "Answer to Who?"
        with pytest.raises(Refused, match="may not write"):
            await lib.server.say(lib.ben, dm, "not my channel")


async def test_with_the_intent_switched_on_all_messages_are_readable() -> None:
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
    options = {"privileged_intents": discord.Intents(message_content=True).value}
    async with library(Librarian(intents), **options) as lib:
        await lib.server.say(lib.ana, lib.channel, "Just talking")
        await lib.server.reply_to(await lib.server.say(lib.ana, lib.channel, f"{lib.server.bot.mention} hi"))
        assert lib.bot.heard[0].content == "Just talking"
        assert lib.bot.application_flags.gateway_message_content_limited


async def test_buttons_work_after_a_restart_and_only_for_those_who_see_them() -> None:
    async with library() as lib:
        server = lib.server
        answer = await (
            await server.slash(lib.ana, lib.channel, "ask", question="Who?", private=True)
        ).response()
        with pytest.raises(Refused, match="does not see"):
            await server.press(lib.ben, answer, "In context")
        with pytest.raises(Refused, match="a link to https"):
            await server.press(lib.ana, answer, "Source")
        with pytest.raises(Refused, match="no button 'Sources'"):
            await server.press(lib.ana, answer, "Sources")
        await lib.bot.close()
        async with running(server, Librarian()):
            shown = await (await server.press(lib.ana, answer, "In context")).response()
            assert (shown.content, shown.ephemeral) == ("Around sentence 7", True)
            assert shown.reply_to == answer.id


async def test_buttons_update_and_silently_defer() -> None:
    async with library() as lib:
        answer = await (await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")).response()
        later = await (await lib.server.press(lib.ben, answer, "Later")).response()
        assert (later.id, later.content, later.edited) == (answer.id, "Later it is", True)
        run = await lib.server.press(lib.ben, answer, "Share")
        shared = await run.response()
        assert (shared.content, shared.button("Share").disabled) == ("Shared", True)
        assert (await run.followup()).content == "Shared by a member"
        with pytest.raises(Refused, match="disabled"):
            await lib.server.press(lib.ben, shared, "Share")


async def test_forms_are_filled_in_as_in_the_client() -> None:
    async with library() as lib:
        server = lib.server
        answer = await (await server.slash(lib.ana, lib.channel, "ask", question="Who?")).response()
        opened = await server.press(lib.ben, answer, "Follow up")
        assert (await opened.modal())["title"] == "Follow up"
        with pytest.raises(NoAnswer, match="opened a modal"):
            await opened.response()
        for wrong, why in (
            ({"Your question": "no"}, "3 to 300 characters"),
            ({"Your question": "and when?", "Where": ["Sport"]}, "offers"),
            ({"Your question": "and when?", "When": "now"}, "no field"),
        ):
            with pytest.raises(Refused, match=why):
                await server.submit_modal(lib.ben, opened, wrong)
        run = await server.submit_modal(lib.ben, opened, {"Your question": "and when?", "Where": ["News"]})
        assert (await run.response()).content == "and when? in ['News']"


async def test_menus_are_chosen_from() -> None:
    async with library() as lib:
        answer = await (await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")).response()
        thanks = await (await lib.server.choose(lib.ben, answer, "Good", menu="Rate it")).response()
        assert thanks.content == "Thanks for Good"
        for values, why in ((["Great"], "does not offer"), ([], "0 values")):
            with pytest.raises(Refused, match=why):
                await lib.server.choose(lib.ben, answer, *values)


async def test_autocomplete_and_an_answer_with_a_file() -> None:
    async with library() as lib:
        choices = await lib.server.autocomplete(lib.ana, lib.channel, "suggest", "article", "lo")
        assert [each["name"] for each in choices] == ["How loans work"]
        answer = await (
            await lib.server.slash(lib.ana, lib.channel, "suggest", article="The founding")
        ).response()
        assert [each["filename"] for each in answer.attachments] == ["hours.md"]
        assert answer.files["hours.md"] == b"# Opening hours"
        assert await lib.bot.http.get_from_cdn(answer.attachments[0]["url"]) == answer.files["hours.md"]


async def test_a_message_menu_gives_the_text_without_any_intent() -> None:
    async with library() as lib:
        said = await lib.server.say(lib.ben, lib.channel, "The library was founded in 1911")
        shown = await (await lib.server.context_menu("Ask about this", lib.ana, said)).response()
        assert shown.content == "About 'The library was founded in 1911'"


async def test_commands_for_editors_take_files_and_members() -> None:
    async with library() as lib:
        server = lib.server
        editor = server.add_member(lib.guild, "eva", permissions=discord.Permissions(manage_guild=True))
        file = server.upload("loans.md", b"Loans last four weeks.")
        with pytest.raises(Refused, match="not offered to ben"):
            await server.slash(lib.ben, lib.channel, "shelf put", file=file, by=lib.ana)
        run = await server.slash(editor, lib.channel, "shelf put", file=file, by=lib.ana)
        assert (await run.response()).content == "Ana put loans.md: Loans last four weeks."
        for command, options, why in (
            ("shelf", {}, "needs one of"),
            ("shelf take", {}, "has no 'take'"),
            ("shelf put", {"file": file}, "'by' is required"),
            ("ask", {"question": "x" * 301}, "1 to 300 characters"),
            ("ask", {"question": 5}, "does not take 5"),
            ("ask", {"question": "Who?", "loud": True}, "unknown option"),
        ):
            with pytest.raises(Refused, match=why):
                await server.slash(editor, lib.channel, command, **options)


async def test_reactions_and_deletions_are_told() -> None:
    async with library() as lib:
        server = lib.server
        said = await server.say(lib.ana, lib.channel, "Nice")
        await server.react(lib.ben, said, "👍")
        await server.delete_message(said)
        await server.reply_to(await server.say(lib.ana, lib.channel, f"{server.bot.mention} hi"))
        assert [(each.user_id, str(each.emoji)) for each in lib.bot.reactions] == [(lib.ben.id, "👍")]
        assert lib.bot.gone == [said.id]
        assert server.current(said) is None


async def test_forum_posts_come_with_their_title_and_tags() -> None:
    async with library() as lib:
        server = lib.server
        forum = server.add_channel(lib.guild, "help", kind="forum", tags=["solved", "loans"])
        post = await server.post(lib.ana, forum, "How long do loans last?", "See the title", tags=["loans"])
        await server.reply_to(await server.say(lib.ana, post, f"{server.bot.mention} please"))
        [thread] = lib.bot.posts
        assert (thread.name, [each.name for each in thread.applied_tags]) == (
            "How long do loans last?",
            ["loans"],
        )
        assert isinstance(thread.parent, discord.ForumChannel)
        assert lib.bot.heard[0].id == thread.id
        assert lib.bot.heard[0].content == ""
        server.tag(post, "solved")
        server.delete_channel(forum)
        with pytest.raises(discord.NotFound) as caught:
            await thread.send("Too late")
        assert caught.value.code == 10003


async def test_the_bot_makes_threads_reactions_and_direct_messages() -> None:
    async with library() as lib:
        said = await lib.server.say(lib.ana, lib.channel, f"{lib.server.bot.mention} hi")
        await lib.server.reply_to(said)
        message = lib.bot.heard[0]
        thread = await message.create_thread(name="About that")
        sent = await thread.send("In the thread")
        await sent.add_reaction("👍")
        await sent.edit(content="Edited")
        assert (await thread.fetch_message(sent.id)).reactions[0].me
        assert [each.content async for each in thread.history()] == ["Edited"]
        await sent.delete()
        async with thread.typing():
            pass
        user = await lib.bot.fetch_user(lib.ana.id)
        await user.send("Hello in private")
        assert [each.content for each in lib.server.messages(lib.server.dm(lib.ana))] == ["Hello in private"]


async def test_two_shards_get_the_events_of_their_guilds() -> None:
    async with library(Librarian(QUIET, shard_count=2)) as lib:
        guilds = [lib.guild, *(lib.server.add_guild(f"Branch {number}") for number in range(3))]
        await lib.server.until(lambda: len(lib.server.identifies) == 2, missing="the second shard")
        assert {tuple(each["shard"]) for each in lib.server.identifies} == {(0, 2), (1, 2)}
        for guild in guilds:
            member = lib.server.add_member(guild, lib.ana)
            where = lib.server.add_channel(guild, "help")
            answer = await (await lib.server.slash(member, where, "ask", question="Who?")).response()
            assert answer.content == "Answer to Who?"
        await lib.bot.wait_until_ready()
        assert {each.shard_id for each in lib.bot.guilds} <= {0, 1}
        lib.server.remove_guild(guilds[-1])
        await asyncio.wait_for(lib.bot.wait_for("guild_remove"), 5)
