"""A small bot, on the real client, that answers in every way Discord offers: to try the server with."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import discord
import pytest
import yarl
from discord import app_commands
from discord.ext import commands

from tests.integration.discord_server import Channel, DiscordServer, Guild, User

QUIET = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, guild_reactions=True)


class Librarian(commands.AutoShardedBot):
    """Answers questions about the library; ``heard`` keeps the messages it could read."""

    def __init__(self, intents: discord.Intents = QUIET, **options: Any) -> None:
        options.setdefault("guild_ready_timeout", 0.05)
        nobody = discord.AllowedMentions.none()
        super().__init__("!", intents=intents, allowed_mentions=nobody, help_command=None, **options)
        self.heard: list[discord.Message] = []
        self.reactions: list[discord.RawReactionActionEvent] = []
        self.posts: list[discord.Thread] = []
        self.gone: list[int] = []
        self.errors: list[BaseException] = []
        self.tree.add_command(ask)
        self.tree.add_command(suggest)
        self.tree.add_command(overview)
        self.tree.add_command(about)
        self.tree.error(self._failed)
        self.add_dynamic_items(Context)

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identifies at once, also the second time."""

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)
        if self.user in message.mentions or message.guild is None and message.author != self.user:
            await message.reply(f"You said: {message.clean_content}")

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        self.reactions.append(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.gone.append(event.message_id)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.posts.append(thread)

    async def _failed(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))


class Manual(Librarian):
    """Leaves interactions alone and hands them to the test."""

    def __init__(self) -> None:
        super().__init__(tree_cls=Inbox)
        self.inbox: asyncio.Queue[discord.Interaction[Any]] = asyncio.Queue()


class Inbox(app_commands.CommandTree[Manual]):
    """Runs no command."""

    async def interaction_check(self, interaction: discord.Interaction[Manual]) -> bool:
        await interaction.client.inbox.put(interaction)
        return False


class Context(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"context:(?P<sentence>\d+)"):
    """A button that works after a restart: all it needs is in its custom id."""

    def __init__(self, sentence: int) -> None:
        super().__init__(discord.ui.Button(label="In context", custom_id=f"context:{sentence}"))
        self.sentence = sentence

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str]
    ) -> Context:
        return cls(int(match["sentence"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Around sentence {self.sentence}", ephemeral=True)


class Buttons(discord.ui.View):
    """Buttons that answer by updating, deferring and opening a form."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(Context(7))
        self.add_item(
            discord.ui.Button(label="Source", url="https://library.example/founding#:~:text=in%201911")
        )

    @discord.ui.button(label="Share")
    async def share(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
        button.disabled = True
        await interaction.response.edit_message(content="Shared", view=self)
        await interaction.followup.send("Shared by a member")

    @discord.ui.button(label="Later")
    async def later(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="Later it is")

    @discord.ui.button(label="Follow up")
    async def follow_up(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Question())

    @discord.ui.select(
        placeholder="Rate it", options=[discord.SelectOption(label=each) for each in ("Good", "Bad")]
    )
    async def rate(self, interaction: discord.Interaction, menu: discord.ui.Select[Any]) -> None:
        await interaction.response.send_message(f"Thanks for {menu.values[0]}", ephemeral=True)


class Question(discord.ui.Modal, title="Follow up"):
    """A form with a text and a menu."""

    question: discord.ui.Label[Any] = discord.ui.Label(
        text="Your question", component=discord.ui.TextInput(min_length=3, max_length=300)
    )
    scope: discord.ui.Label[Any] = discord.ui.Label(
        text="Where",
        component=discord.ui.Select(options=[discord.SelectOption(label="News")], required=False),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        asked, scope = self.question.component, self.scope.component
        assert isinstance(asked, discord.ui.TextInput)
        assert isinstance(scope, discord.ui.Select)
        await interaction.response.defer(thinking=True)
        await interaction.edit_original_response(content=f"{asked.value} in {scope.values}")


@app_commands.command(description="Asks the articles")
@app_commands.describe(question="What to find", private="Only for you")
async def ask(
    interaction: discord.Interaction, question: app_commands.Range[str, 1, 300], private: bool = False
) -> None:
    await interaction.response.defer(ephemeral=private, thinking=True)
    await interaction.followup.send(f"Answer to {question}", view=Buttons(), suppress_embeds=True)
    await interaction.followup.send("One more thing", ephemeral=True)


@app_commands.command(description="Opens an article")
async def suggest(interaction: discord.Interaction, article: str) -> None:
    await interaction.response.send_message(
        f"Here is {article}", file=discord.File(BytesIO(b"# Opening hours"), "hours.md")
    )


@suggest.autocomplete("article")
async def articles(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    titles = ["Opening hours", "How loans work", "The founding"]
    return [app_commands.Choice(name=each, value=each) for each in titles if typed.lower() in each.lower()]


overview = app_commands.Group(
    name="shelf", description="For editors", default_permissions=discord.Permissions(manage_guild=True)
)


@overview.command(name="put", description="Puts an article on the shelf")
async def add(interaction: discord.Interaction, file: discord.Attachment, by: discord.Member) -> None:
    text = (await file.read()).decode()
    await interaction.response.send_message(f"{by.display_name} put {file.filename}: {text}")


@app_commands.context_menu(name="Ask about this")
async def about(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"About {message.content!r}", ephemeral=True)


@dataclass
class Library:
    """A server with one guild and channel, a bot that is connected to it, and two members."""

    server: DiscordServer
    bot: Librarian
    guild: Guild
    channel: Channel
    ana: User
    ben: User


@asynccontextmanager
async def pointed_at(server: DiscordServer) -> AsyncIterator[None]:
    """Points the client's class attributes at a server, for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discord.http.Route, "BASE", server.api_url)
        patch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        patch.setattr(discord.asset.Asset, "BASE", server.cdn_url)
        yield


@asynccontextmanager
async def running(server: DiscordServer, bot: Librarian) -> AsyncIterator[None]:
    """Runs a bot until the block is left."""
    before = len(server.identifies)
    task = asyncio.create_task(bot.start(server.token))
    try:
        await server.until(lambda: len(server.identifies) > before, missing="the bot did not identify")
        yield
    finally:
        await bot.close()
        await task


@asynccontextmanager
async def library(bot: Librarian | None = None, **options: Any) -> AsyncIterator[Library]:
    """Runs a server and a bot on it."""
    async with DiscordServer(**options) as server, pointed_at(server):
        guild = server.add_guild("Reading room")
        channel = server.add_channel(guild, "general")
        ana, ben = server.add_member(guild, "ana"), server.add_member(guild, "ben")
        chosen = bot or Librarian()
        async with running(server, chosen):
            yield Library(server, chosen, guild, channel, ana, ben)
