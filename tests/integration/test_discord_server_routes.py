"""The less travelled routes of the loopback Discord: commands one by one, guilds, members, files."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.integration.discord_server import DiscordServer, NoAnswer, Refused
from tests.integration.librarian import QUIET, Librarian, Manual, library, pointed_at

MEMBERS = discord.Intents(guilds=True, guild_messages=True, members=True)


class Translator(app_commands.Translator):
    """Knows one word of German."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return {"ask": "frag"}.get(string.message) if locale is discord.Locale.german else None


async def test_commands_are_listed_changed_and_removed() -> None:
    async with library() as lib:
        tree, server = lib.bot.tree, lib.server
        names = {each.name: each for each in await tree.fetch_commands()}
        assert list(names) == ["ask", "suggest", "shelf", "Ask about this"]
        assert (await tree.fetch_command(names["ask"].id)).description == "Asks the articles"
        await names["ask"].edit(description="Asks them all")
        await names["suggest"].delete()
        await tree.set_translator(Translator())
        assert {each["name"]: each["description"] for each in server.commands()}["ask"] == "Asks them all"
        assert "suggest" not in {each["name"] for each in server.commands()}
        with pytest.raises(discord.NotFound) as caught:
            await tree.fetch_command(names["suggest"].id)
        assert caught.value.code == 10063

        await tree.sync()
        assert {int(each["id"]) for each in server.commands()} >= {names["ask"].id}, "a command keeps its id"
        hans = server.add_member(lib.guild, "hans", locale="de")
        assert (await (await server.slash(hans, lib.channel, "frag", question="Wer?")).response()).content
        with pytest.raises(Refused, match="not offered to ana"):
            await server.slash(lib.ana, lib.channel, "frag", question="Wer?")


async def test_a_bad_command_is_refused_when_synced() -> None:
    async with library() as lib:
        lib.bot.tree.add_command(app_commands.ContextMenu(name="Second", callback=about_a_message))
        guild = discord.Object(lib.guild.id)
        lib.bot.tree.copy_global_to(guild=guild)
        await lib.bot.tree.sync(guild=guild)
        assert len(lib.server.commands(lib.guild)) == 5
        async with aiohttp.ClientSession(headers={"Authorization": f"Bot {lib.server.token}"}) as session:
            commands = f"{lib.server.api_url}/applications/{lib.server.bot.id}/commands"
            for body, status in (({"name": "new", "description": "New"}, 201), ({"name": "New"}, 400)):
                async with session.post(commands, json=body) as answer:
                    assert answer.status == status
            async with session.put(commands, json={}) as answer:
                assert answer.status == 400
            async with session.put(commands, data=b"{") as answer:
                assert (await answer.json())["code"] == 50109
            async with session.get(f"{lib.server.api_url}/nothing/here") as answer:
                assert answer.status == 404
            async with session.get(f"{lib.server.api_url}/applications/5/commands") as answer:
                assert (await answer.json())["code"] == 10002
        async with aiohttp.ClientSession() as session, session.get(commands) as answer:
            assert (answer.status, await answer.json()) == (401, {"message": "401: Unauthorized", "code": 0})


async def about_a_message(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(message.content)


async def test_guilds_roles_members_and_channels_can_be_fetched() -> None:
    privileged = {"privileged_intents": discord.Intents(members=True).value}
    async with library(Librarian(MEMBERS, chunk_guilds_at_startup=False), **privileged) as lib:
        server = lib.server
        await lib.bot.wait_until_ready()
        staff = server.add_role(lib.guild, "staff")
        server.set_roles(lib.guild, lib.ana, [staff])
        guild = await lib.bot.fetch_guild(lib.guild.id)
        assert guild.name == "Reading room"
        assert {each.name for each in await guild.fetch_roles()} >= {"@everyone", "footnote", "staff"}
        member = await guild.fetch_member(lib.ana.id)
        assert [each.name for each in member.roles[1:]] == ["staff"]
        assert [each.name for each in await guild.fetch_channels()] == ["general"]
        cached = lib.bot.get_guild(lib.guild.id)
        assert cached is not None
        assert [each.name for each in await cached.query_members("an")] == ["ana"]
        server.remove_member(lib.guild, lib.ana)
        with pytest.raises(discord.NotFound):
            await guild.fetch_member(lib.ana.id)
        with pytest.raises(discord.NotFound):
            await lib.bot.fetch_guild(5)
        with pytest.raises(discord.NotFound):
            await lib.bot.fetch_user(5)
        info = await lib.bot.application_info()
        assert (info.owner.name, info.flags.gateway_guild_members_limited) == ("operator", True)


async def test_a_hidden_channel_is_seen_with_a_role() -> None:
    async with library() as lib:
        server = lib.server
        hidden = server.add_channel(lib.guild, "staff", hidden=True)
        with pytest.raises(Refused, match="may not write"):
            await server.say(lib.ana, hidden, "Hello")
        with pytest.raises(discord.Forbidden) as caught:
            await lib.bot.fetch_channel(hidden.id)
        assert caught.value.code == 50001
        server.allow(hidden, "view_channel")
        assert (await lib.bot.fetch_channel(hidden.id)).id == hidden.id
        chief = server.add_member(lib.guild, "chief", permissions=discord.Permissions(administrator=True))
        await server.reply_to(await server.say(chief, hidden, f"{server.bot.mention} hello"))


async def test_the_bot_posts_in_forums_and_may_change_its_own_threads() -> None:
    async with library() as lib:
        server = lib.server
        await lib.bot.wait_until_ready()
        made = server.add_channel(lib.guild, "help", kind="forum", tags=["solved"])
        forum = await lib.bot.fetch_channel(made.id)
        assert isinstance(forum, discord.ForumChannel)
        with pytest.raises(discord.HTTPException) as plain:
            await lib.bot.http.send_message(forum.id, params=discord.http.handle_message_parameters("Hi"))
        assert plain.value.code == 50008
        created = await forum.create_thread(
            name="Opening hours", content="Daily", applied_tags=forum.available_tags
        )
        assert created.message.id == created.thread.id
        await created.thread.edit(name="Hours", locked=False, archived=False)
        with pytest.raises(discord.HTTPException, match="between 1 and 100"):
            await forum.create_thread(name="x" * 101, content="Daily")
        theirs = await server.post(lib.ana, made, "When?", "Please")
        thread = await lib.bot.fetch_channel(theirs.id)
        assert isinstance(thread, discord.Thread)
        for refused in (thread.edit(name="Mine"), thread.delete()):
            with pytest.raises(discord.Forbidden):
                await refused
        lib.server.forbid(made, "create_public_threads", "send_messages_in_threads")
        with pytest.raises(discord.Forbidden):
            await forum.create_thread(name="More", content="Daily")
        with pytest.raises(discord.Forbidden):
            await thread.send("May not")


async def test_messages_are_edited_and_deleted_by_those_who_may() -> None:
    async with library() as lib:
        server = lib.server
        said = await server.say(lib.ana, lib.channel, "Mine")
        edited = await server.edit_message(lib.ana, said, "Still mine")
        assert (edited.content, edited.edited) == ("Still mine", True)
        with pytest.raises(Refused, match="only its author"):
            await server.edit_message(lib.ben, said, "Not mine")
        channel = lib.bot.get_partial_messageable(lib.channel.id)
        theirs = channel.get_partial_message(said.id)
        for refused, code in ((theirs.edit(content="Ours"), 50005), (theirs.delete(), 50013)):
            with pytest.raises(discord.Forbidden) as caught:
                await refused
            assert caught.value.code == code
        await server.react(lib.ben, said, "👍")
        await theirs.add_reaction("👎")
        await theirs.remove_reaction("👎", lib.bot.user or discord.Object(0))
        with pytest.raises(discord.Forbidden):
            await theirs.remove_reaction("👍", discord.Object(lib.ben.id))
        fetched = await theirs.fetch()
        assert [each.name async for each in fetched.reactions[0].users()] == ["ben"]
        await server.unreact(lib.ben, said, "👍")
        await server.delete_message(said)
        with pytest.raises(discord.NotFound):
            await theirs.fetch()
        with pytest.raises(discord.HTTPException, match="Unknown message"):
            await theirs.reply("Too late")
        with pytest.raises(Refused, match="gone"):
            await server.react(lib.ben, said, "👍")


async def test_pictures_in_layouts_become_urls() -> None:
    async with library() as lib:
        channel = lib.bot.get_partial_messageable(lib.channel.id)
        view = discord.ui.LayoutView()
        view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://map.png")))
        await channel.send(view=view, file=discord.File(BytesIO(b"png"), "map.png", description="A map"))
        [shown] = lib.server.messages(lib.channel)
        url = shown.components[0]["items"][0]["media"]["url"]
        assert url == shown.attachments[0]["url"]
        assert await lib.bot.http.get_from_cdn(url) == b"png"
        avatar = (await lib.bot.fetch_user(lib.ana.id)).default_avatar
        assert (await avatar.read()).startswith(b"\x89PNG")
        with pytest.raises(discord.NotFound):
            await lib.bot.http.get_from_cdn(f"{lib.server.cdn_url}/attachments/1/2/x.png")
        with pytest.raises(discord.HTTPException, match="map.png"):
            await channel.send(view=view)


async def test_follow_ups_are_edited_and_deleted() -> None:
    async with library() as lib:
        run = await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")
        extra = await run.followup()
        async with aiohttp.ClientSession() as session:
            webhook = f"{lib.server.api_url}/webhooks/{lib.server.bot.id}/{run.token}"
            async with session.patch(f"{webhook}/messages/{extra.id}", json={"content": "Changed"}) as answer:
                assert answer.status == 200
            assert [each.content for each in run.followups] == ["Changed"]
            async with session.delete(f"{webhook}/messages/{extra.id}") as answer:
                assert answer.status == 204
            assert run.followups == []
            async with session.patch(f"{webhook}/messages/@original", json={"content": "x" * 2001}) as answer:
                assert (await answer.json())["code"] == 50035


async def test_answers_of_the_wrong_kind_are_refused() -> None:
    async with library(Manual()) as lib, aiohttp.ClientSession() as session:
        run = await lib.server.slash(lib.ana, lib.channel, "ask", question="Who?")
        for token, kind, code in ((run.token, 7, 50035), (run.token, 8, 50035), ("no-such-token", 5, 10062)):
            url = f"{lib.server.api_url}/interactions/{run.id}/{token}/callback"
            async with session.post(url, json={"type": kind}) as answer:
                assert (await answer.json())["code"] == code


class Report(discord.ui.Modal, title="Report"):
    """A form with every kind of field."""

    file: discord.ui.Label[Any] = discord.ui.Label(text="File", component=discord.ui.FileUpload())
    who: discord.ui.Label[Any] = discord.ui.Label(text="Who", component=discord.ui.UserSelect())
    why: discord.ui.Label[Any] = discord.ui.Label(
        text="Why",
        component=discord.ui.RadioGroup(options=[discord.RadioGroupOption(label="Out of date", value="old")]),
    )
    sure: discord.ui.Label[Any] = discord.ui.Label(text="Sure", component=discord.ui.Checkbox())
    note: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Note", required=False)
    seen: list[str]

    async def on_submit(self, interaction: discord.Interaction) -> None:
        parts = [each.component for each in (self.file, self.who, self.why, self.sure)]
        upload, who, why, sure = parts
        assert isinstance(upload, discord.ui.FileUpload)
        assert isinstance(who, discord.ui.UserSelect)
        assert isinstance(why, discord.ui.RadioGroup)
        assert isinstance(sure, discord.ui.Checkbox)
        text = (await upload.values[0].read()).decode()
        await interaction.response.send_message(
            f"{text} {who.values[0]} {why.value} {sure.value} {self.note.value!r}"
        )


async def test_forms_with_every_kind_of_field() -> None:
    async with library() as lib:

        @lib.bot.tree.command(name="report", description="Reports a sentence")
        async def report(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Report())

        await lib.bot.tree.sync()
        opened = await lib.server.slash(lib.ana, lib.channel, "report")
        file = lib.server.upload("proof.md", b"proof")
        values = {"File": [file], "Who": [lib.ben], "Why": "Out of date", "Sure": True}
        run = await lib.server.submit_modal(lib.ana, opened, values)
        assert (await run.response()).content == "proof ben old True ''"
        for missing in ("File", "Why"):
            with pytest.raises(Refused, match=missing):
                rest = {name: value for name, value in values.items() if name != missing}
                await lib.server.submit_modal(lib.ana, opened, rest)


async def test_a_plain_client_connects_where_it_is_told_and_not_where_the_api_says() -> None:
    async with DiscordServer(announce_gateway="ws://127.0.0.1:9/") as server, pointed_at(server):
        server.add_guild()
        async with discord.Client(intents=QUIET, guild_ready_timeout=0.01) as client:
            task = asyncio.create_task(client.start(server.token))
            await client.wait_for("ready")
            assert client.ws.gateway.port == 9, "discord.py takes the address of READY for its next resume"
            await client.close()
            await task


async def test_waiting_says_what_did_not_happen() -> None:
    async with DiscordServer() as server:
        with pytest.raises(NoAnswer, match="the bot did not connect"):
            await server.connected(within=0.01)
        with pytest.raises(NoAnswer, match="the lights are off"):
            await server.until(lambda: False, within=0.01, missing="the lights are off")
