"""`/corpus`, for editors: its commands, the form for an article, and the buttons on drafts and changes.

What a button is about is in a file, so it works after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any, Final

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import BotContext, Interaction, bot_of
from bot.discord_io.origin import before_all
from bot.discord_io.sending import defer, open_form, post, respond, update
from bot.errors import EditRefused, TooBusy, TooSlow, Undelivered, UnknownDraft
from bot.features.autocomplete import suggest_articles, suggest_collections
from bot.features.corpus.rendering import (
    DISCARDED,
    SHOWN,
    SWITCHED_OFF,
    audit,
    audit_undone,
    brief,
    render_done,
    render_gaps,
    render_overview,
    render_proposal,
    render_undone,
)
from bot.features.history import fields
from bot.interactions import command, require_editor, sentence
from bot.messages import custom_ids
from bot.messages.localization import gettext, gettext_noop, phrase
from bot.messages.reply import Reply
from bot.services.drafts import Source
from bot.services.editing import NOT_YOURS, Gap, collection_of
from bot.state import GuildSettings
from index.types import Article, Citation, Declined

LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file."""
TOO_LARGE: Final = phrase("That file is larger than {size} MiB. Please split it.", size=LARGEST // 1024**2)
FORMATS: Final = gettext_noop(
    "I can read Markdown, text, HTML, PDF and DOCX: `.md`, `.txt`, `.html`, `.pdf`, `.docx`."
)
NO_TIME: Final = gettext_noop(
    "Many questions are waiting right now, so I could not open the form. Please try again in a moment, or "
    "attach the article as a `file:`."
)
NOT_FETCHED: Final = gettext_noop("I could not get the file from Discord. Please attach it again.")
_SUFFIXES: Final = frozenset({".md", ".markdown", ".txt", ".html", ".htm", ".xhtml", ".pdf", ".docx"})
TEXT: Final = 4000
"""Characters that a form takes."""

_TITLE, _URL, _DATE = 300, 1000, 40
_SOON: Final = 1.2  # seconds that each of two steps may take before a form


@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
class Corpus(
    commands.GroupCog, group_name="corpus", group_description=gettext_noop("For editors: change the articles")
):
    """The commands of those who look after the articles.

    Args:
        bot: Knows and changes them.
    """

    def __init__(self, bot: BotContext) -> None:
        self.bot = bot

    @app_commands.command(
        description=gettext_noop("Add an article: attach a file, or leave it out to type the article")
    )
    @app_commands.describe(
        file=gettext_noop("Markdown, text, HTML, PDF or DOCX, up to 8 MiB"),
        collection=gettext_noop("The collection that it belongs to"),
        title=gettext_noop("Its title, instead of the one in the file"),
        link=gettext_noop("Where readers can open it"),
        date=gettext_noop("When it was published, as 2026-09-01"),
    )
    @app_commands.autocomplete(collection=suggest_collections)
    @command
    async def add(
        self,
        interaction: Interaction,
        file: discord.Attachment | None = None,
        collection: app_commands.Range[str, 1, 80] = "",
        title: app_commands.Range[str, 1, 300] = "",
        link: app_commands.Range[str, 1, 1000] = "",
        date: app_commands.Range[str, 1, 40] = "",
    ) -> None:
        """Answer `/corpus add`."""
        rules = require_editor(interaction)
        where = _chosen(rules, collection)
        if file is None:
            known = Article("", title, "", link, None, date)
            await _open_form(interaction, custom_ids.ADD_FORM, where, known)
            return
        await defer(interaction)
        source = await _fetched(file, title, link, date)
        await _propose(interaction, rules, source, collection=where)

    @app_commands.command(
        description=gettext_noop("Replace an article: attach a file, or edit the text in a form")
    )
    @app_commands.describe(
        article=gettext_noop("The article, by the words of its title"),
        file=gettext_noop("Markdown, text, HTML, PDF or DOCX, up to 8 MiB"),
    )
    @app_commands.autocomplete(article=suggest_articles)
    @command
    async def replace(
        self, interaction: Interaction, article: str, file: discord.Attachment | None = None
    ) -> None:
        """Answer `/corpus replace`."""
        rules = require_editor(interaction)
        if file is None:
            old = await self._in_time(article, rules)
            await _open_form(interaction, custom_ids.REPLACE_FORM, old.id, old)
            return
        await defer(interaction)
        old, _ = await self.bot.engine_service.article(article, rules)
        await _propose(interaction, rules, await _fetched(file), replaces=old.id)

    async def _in_time(self, article: str, rules: GuildSettings) -> Article:
        """Read an article in time for Discord, which shows no form after three seconds."""
        try:
            old, _ = await self.bot.engine_service.article(article, rules, 2 * _SOON)
        except (TooSlow, TooBusy) as error:
            raise EditRefused(NO_TIME) from error
        return old

    @app_commands.command(description=gettext_noop("Remove an article"))
    @app_commands.describe(article=gettext_noop("The article, by the words of its title"))
    @app_commands.autocomplete(article=suggest_articles)
    @command
    async def remove(self, interaction: Interaction, article: str) -> None:
        """Answer `/corpus remove`."""
        rules = require_editor(interaction)
        await defer(interaction)
        old, _ = await self.bot.engine_service.article(article, rules)
        proposal = await self.bot.article_service.propose_removal(interaction.guild_id or 0, rules, old)
        await respond(interaction, render_proposal(proposal))

    @app_commands.command(
        description=gettext_noop("See how many articles there are, how old they are, and what was left out")
    )
    @command
    async def status(self, interaction: Interaction) -> None:
        """Answer `/corpus status`."""
        rules = require_editor(interaction)
        await defer(interaction)
        await respond(interaction, render_overview(await self.bot.article_service.overview(rules)))

    @app_commands.command(description=gettext_noop("See what several people asked that I found no answer to"))
    @command
    async def gaps(self, interaction: Interaction) -> None:
        """Answer `/corpus gaps`."""
        bot, rules = self.bot, require_editor(interaction)
        await defer(interaction)
        if not bot.settings.keep_unanswered:
            await respond(interaction, Reply(gettext(SWITCHED_OFF)))
            return
        missed = await bot.state.unanswered.of(interaction.guild_id or 0)
        found: list[Gap] = []
        for gap in await bot.article_service.gaps(missed, bot.settings.gap_people):
            if await self._is_open(gap, rules):
                found.append(gap)
            if len(found) == SHOWN:
                break
        await respond(interaction, render_gaps(found, bot.settings.gap_people))

    async def _is_open(self, gap: Gap, rules: GuildSettings) -> bool:
        """Whether a gap is still one: an article may have been added since. It is if there is no time."""
        try:
            answer = await self.bot.engine_service.now(gap.questions[0].question, rules, _SOON)
        except (TooBusy, TooSlow):
            return True
        return isinstance(answer, Declined)


async def _fetched(file: discord.Attachment, title: str = "", url: str = "", published: str = "") -> Source:
    """Fetch what was attached, from Discord only.

    Raises:
        EditRefused: It is too large, of another kind, or gone.
    """
    if PurePosixPath(file.filename).suffix.lower() not in _SUFFIXES:
        raise EditRefused(FORMATS)
    if file.size > LARGEST:
        raise EditRefused(TOO_LARGE)
    try:
        data = await file.read()
    except discord.HTTPException as error:
        raise EditRefused(NOT_FETCHED) from error
    return Source(file.filename, data, title, url, published)


def _chosen(held: GuildSettings, collection: str) -> str:
    """The collection for a new article: the one that was named, or the only one possible.

    Raises:
        EditRefused: It may not be changed from here, or there is more than one to choose from.
    """
    name = collection.strip()
    if "/" in name:
        raise EditRefused(gettext_noop("A collection is one name, without a slash."))
    if not name and held.collections and "" not in held.collections:
        if len(held.collections) > 1:
            raise EditRefused(gettext_noop("Please name the article's collection with `collection:`."))
        return held.collections[0]
    if not held.allows(name):
        raise EditRefused(NOT_YOURS)
    return name


async def _open_form(
    interaction: Interaction, kind: custom_ids.Kind, target: str, article: Article, brief: str = ""
) -> None:
    """Open the form for an article, filled in with what is known.

    Args:
        interaction: What is answered.
        kind: Of the form.
        target: The collection of the new article, or the id of the one that it replaces.
        article: What is known.
        brief: What to write about, shown above.

    Raises:
        EditRefused: It does not fit into a form.
    """
    url = article.url or ""
    room = custom_ids.LONGEST - len(kind.encode(""))
    if len(target) > room or len(article.text) > TEXT or len(url) > _URL:
        raise EditRefused(
            gettext_noop("That does not fit into a form. Please attach the article as a `file:`.")
        )
    is_new = kind is custom_ids.ADD_FORM
    where, day = gettext("Where readers can open it"), gettext("As 2026-09-01")
    whole = gettext("Whole sentences; Markdown if you like")
    await open_form(
        interaction,
        gettext("New article") if is_new else gettext("The new version of the article"),
        kind.encode(target),
        *([discord.ui.TextDisplay[Any](brief)] if brief else []),
        _field("title", gettext("Title"), "", article.title[:_TITLE], _TITLE, required=True),
        _field("url", gettext("Address"), where, url, _URL),
        _field("published", gettext("Date"), day, article.published or "", _DATE),
        _field("text", gettext("Text"), whole, article.text, TEXT, required=True),
    )


def _field(
    name: str, label: str, hint: str, value: str, longest: int, *, required: bool = False
) -> discord.ui.Item[Any]:
    style = discord.TextStyle.paragraph if longest == TEXT else discord.TextStyle.short
    typed = discord.ui.TextInput[Any](
        custom_id=name, style=style, default=value or None, max_length=longest, required=required
    )
    return discord.ui.Label(text=label, description=hint or None, component=typed)


async def take_new(interaction: Interaction, collection: str) -> None:
    """Propose the new article that was typed into the form."""
    await _take(interaction, collection=collection)


async def take_replacement(interaction: Interaction, article_id: str) -> None:
    """Propose the new version that was typed into the form."""
    await _take(interaction, replaces=article_id)


async def _take(interaction: Interaction, *, collection: str = "", replaces: str = "") -> None:
    rules = require_editor(interaction)
    await defer(interaction)
    filled = fields(interaction)
    text = filled.pop("text")
    try:
        where = "" if replaces else _chosen(rules, collection)
        await _propose(
            interaction, rules, Source("", text.encode(), **filled), collection=where, replaces=replaces
        )
    except EditRefused as error:  # what was typed must not be lost
        await respond(interaction, Reply(sentence(error) or "", file=("article.md", text)))


async def _propose(
    interaction: Interaction,
    rules: GuildSettings,
    source: Source,
    *,
    collection: str = "",
    replaces: str = "",
) -> None:
    """Show what would be indexed, with the buttons to decide."""
    proposal = await bot_of(interaction).article_service.propose(
        interaction.guild_id or 0, rules, source, collection=collection, replaces=replaces
    )
    await respond(interaction, render_proposal(proposal))


async def publish(interaction: Interaction, draft: str) -> None:
    """Make the change that was proposed, and report it in the log channel."""
    rules = require_editor(interaction)
    await defer(interaction, update=True)
    done = await bot_of(interaction).article_service.carry_out(draft, interaction.guild_id or 0, rules)
    await update(interaction, render_done(done))
    with before_all(interaction):
        line = audit(done, interaction.user.display_name)
    await _log_in_channel(interaction, rules, line)


async def discard(interaction: Interaction, draft: str) -> None:
    """Delete the change that was proposed."""
    rules = require_editor(interaction)
    await defer(interaction, update=True)
    await bot_of(interaction).article_service.discard(draft, interaction.guild_id or 0, rules)
    await update(interaction, Reply(gettext(DISCARDED)))


async def undo(interaction: Interaction, draft: str) -> None:
    """Undo a change that was made, and report it in the log channel."""
    rules = require_editor(interaction)
    await defer(interaction, update=True)
    undone = await bot_of(interaction).article_service.undo(draft, interaction.guild_id or 0, rules)
    with before_all(interaction):
        line = audit_undone(undone, interaction.user.display_name)
    message = interaction.message
    is_line = message is not None and not message.flags.ephemeral  # in the log channel, about the change
    await update(interaction, line if is_line else render_undone(undone))
    if not is_line:
        await _log_in_channel(interaction, rules, line)


async def start(interaction: Interaction, question: int) -> None:
    """Open a form for what was not found; Discord gives it three seconds to open.

    Args:
        interaction: The press.
        question: Number of one of the questions.
    """
    bot, rules = bot_of(interaction), require_editor(interaction)
    missed = await bot.state.unanswered.of(interaction.guild_id or 0)
    try:
        found = await bot.article_service.gaps(missed, bot.settings.gap_people, time_limit=_SOON)
    except (TooBusy, TooSlow):  # the form opens all the same, with what is known at once
        found = [Gap((each,), 1) for each in missed]
    gap = next((each for each in found if question in {one.id for one in each.questions}), None)
    if gap is None:
        raise UnknownDraft
    title = gap.questions[0].question
    nearest: Sequence[Citation] = ()
    with suppress(TooBusy, TooSlow):
        nearest = (await bot.engine_service.now(title, rules, _SOON)).candidates
    near = collection_of(nearest[0].article_id) if nearest else next(iter(rules.collections or ()), "")
    where = _chosen(rules, near if rules.allows(near) else "")
    article = Article("", title, "")
    await _open_form(interaction, custom_ids.ADD_FORM, where, article, brief(gap, nearest))


async def _log_in_channel(interaction: Interaction, rules: GuildSettings, line: Reply) -> None:
    """Report a change in the log channel, if there is one. The change stands even if that fails."""
    if rules.log is None:
        return
    channel = interaction.client.get_partial_messageable(rules.log, guild_id=interaction.guild_id)
    try:
        await post(channel, line)
    except Undelivered as error:
        sentence(error)
        text = gettext(
            "I could not write to the log channel {channel}. Please look at my permissions there.",
            channel=f"<#{rules.log}>",
        )
        await respond(interaction, Reply(text))


async def setup(bot: BotContext) -> None:
    """Add the commands, the forms and the buttons."""
    await bot.add_cog(Corpus(bot))
    bot.on_press(custom_ids.ADD_FORM, take_new)
    bot.on_press(custom_ids.REPLACE_FORM, take_replacement)
    bot.on_press(custom_ids.PUBLISH, publish)
    bot.on_press(custom_ids.DISCARD, discard)
    bot.on_press(custom_ids.UNDO, undo)
    bot.on_press(custom_ids.GAP, start)
