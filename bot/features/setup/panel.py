"""Renders the panel on which a server is set up: what is set, what will not work, what can be chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.invite import NEEDED
from bot.messages import custom_ids
from bot.messages.escape import one_line
from bot.messages.localization import gettext, gettext_noop, ngettext
from bot.state import GuildSettings, Scope

NOWHERE: Final = "/"
"""Stands for no collection at all; no collection has that name."""

_NAMES: Final = 500  # UTF-16 units of a list of collections
_OPTIONS: Final = 25
_LONGEST: Final = 100  # characters of an option
_PINGS: Final = gettext_noop("Mention @everyone, @here and All Roles")

Channel = discord.abc.GuildChannel | discord.Thread


@dataclass(frozen=True, slots=True)
class AutoReplySwitch:
    """What a panel says about answers without a mention.

    Attributes:
        label: Of the button that changes it.
        is_on: Whether it is switched on.
        is_possible: Whether it can be switched on.
        told: What is set, in words.
    """

    label: str
    is_on: bool
    is_possible: bool
    told: str


def auto_reply_switch(
    guild: discord.Guild, place: Scope, own: GuildSettings, *, reads: bool
) -> AutoReplySwitch | None:
    """Whether a channel is answered in without a mention; None for a whole server.

    Args:
        guild: The server.
        place: The server itself, or one of its channels.
        own: What was set for just this place.
        reads: Whether Discord gives the bot the text of all messages.
    """
    if not place.channel:
        return None
    is_forum = isinstance(guild.get_channel(place.channel), discord.ForumChannel)
    what = gettext("new posts, from their titles") if is_forum else gettext("questions")
    told = what if own.auto_reply else gettext("nothing")
    if not is_forum and not reads:
        told = gettext(
            "nothing: for that I need the message content intent, which my operators have not enabled"
        )
    label = gettext("Answer new posts") if is_forum else gettext("Answer every question")
    return AutoReplySwitch(
        gettext("Only when mentioned") if own.auto_reply else label,
        bool(own.auto_reply),
        is_forum or reads,
        told,
    )


def text(
    guild: discord.Guild,
    place: Scope,
    own: GuildSettings,
    held: GuildSettings,
    names: Sequence[str],
    mode: AutoReplySwitch | None,
) -> str:
    """Render the settings of a place.

    Args:
        guild: The server.
        place: The server itself, or one of its channels.
        own: What was set for just this place.
        held: The settings that apply there.
        names: All collections that there are.
        mode: Whether the place is answered in without a mention.
    """
    where = f"<#{place.channel}>" if place.channel else gettext("the whole server")
    lines = [gettext("**Footnote in {where}**", where=where)]
    from_server = " · " + gettext("from the server")
    for label, name, value in (
        (gettext("Answers from"), "collections", _collections(held)),
        (
            gettext("Answers are"),
            "private",
            gettext("private unless the member chooses") if held.private else gettext("public"),
        ),
        (gettext("Certainty"), "confidence", _certainty(held)),
        (gettext("Ask a human notifies"), "human", f"<@&{held.human}>" if held.human else gettext("nobody")),
        (gettext("Editors"), "editors", f"<@&{held.editors}>" if held.editors else gettext("no role")),
        (gettext("Log"), "log", f"<#{held.log}>" if held.log else gettext("no channel")),
    ):
        inherited = place.channel and getattr(own, name) is None and getattr(held, name) is not None
        lines.append(f"- {label}: {value}{from_server if inherited else ''}")
    if mode is not None:
        lines.append(gettext("- Answered without a mention: {mode}", mode=mode.told))
        if mode.is_on and held.private:
            lines.append("⚠ " + gettext("Answers are private here, so I only answer when mentioned."))
    lines += [f"⚠ {each}" for each in warnings(guild, place, held)]
    left_out = set(names).difference(offered(names, own))
    if left_out:
        told = ngettext(
            "The menu has no room for {count} more collection.",
            "The menu has no room for {count} more collections.",
            len(left_out),
        )
        lines.append(f"-# {told}")
    lines.append(gettext("-# A channel's settings override its server's, and threads follow their channel."))
    if not place.channel:
        lines.append(gettext("-# `/footnote setup channel:` sets up a single channel."))
    return "\n".join(lines)


def _collections(held: GuildSettings) -> str:
    if held.collections is None:
        return gettext("all articles")
    return one_line(", ".join(held.collections), _NAMES) or gettext("no articles: nothing is answered here")


def _certainty(held: GuildSettings) -> str:
    return (
        gettext("as calibrated")
        if held.confidence is None
        else gettext("at least {share:.0%}", share=held.confidence)
    )


def warnings(guild: discord.Guild, place: Scope, held: GuildSettings) -> list[str]:
    """What will not work in a place until somebody changes something in the server."""
    me = guild.me
    channel = guild.get_channel(place.channel) if place.channel else None
    granted = me.guild_permissions if channel is None else channel.permissions_for(me)
    found = [
        gettext("I lack the permission {name}, {why}.", name=gettext(each.name), why=gettext(each.why))
        for each in NEEDED
        if not getattr(granted, each.flag)
    ]
    role = guild.get_role(held.human or 0)
    if held.human and role is None:
        found.append(gettext("The role that Ask a human notifies is gone."))
    if role is not None and not role.mentionable and not granted.mention_everyone:
        found.append(
            gettext(
                "{role} can't be pinged: allow anyone to mention that role, or give me the "
                "permission {permission}.",
                role=role.mention,
                permission=gettext(_PINGS),
            )
        )
    if held.editors and guild.get_role(held.editors) is None:
        found.append(gettext("The role of the editors is gone."))
    log = guild.get_channel(held.log or 0)
    if held.log and (log is None or not _may_write(log, me)):
        found.append(
            gettext("I cannot write into the log channel: it is gone, or I lack a permission there.")
        )
    return found


def _may_write(channel: discord.abc.GuildChannel, me: discord.Member) -> bool:
    granted = channel.permissions_for(me)
    return granted.view_channel and granted.send_messages


def offered(names: Sequence[str], own: GuildSettings) -> list[str]:
    """The options of the menu of collections: none at all, those that were chosen, and the others."""
    every = dict.fromkeys([*(own.collections or ()), *sorted(names)])
    return [NOWHERE, *(each for each in every if len(each) <= _LONGEST)][:_OPTIONS]


def controls(
    place: Scope, own: GuildSettings, names: Sequence[str], mode: AutoReplySwitch | None
) -> discord.ui.View:
    """Make the menus and buttons that change the settings of a place.

    Args:
        place: The server itself, or one of its channels.
        own: What was set for just this place.
        names: All collections that there are.
        mode: Whether the place is answered in without a mention.
    """
    made = discord.ui.View(timeout=None)
    other = gettext("as in the server") if place.channel else gettext("all articles")
    chosen = [NOWHERE] if own.collections == () else (own.collections or ())
    options = [
        discord.SelectOption(
            label=gettext("None: answer nothing here") if each == NOWHERE else each,
            value=each,
            default=each in chosen,
        )
        for each in offered(names, own)
    ]

    def called(*name: str) -> str:
        return custom_ids.SETTING.encode(place.channel, *name)

    parts: list[discord.ui.Item[Any]] = [
        discord.ui.Select(
            custom_id=called("collections"),
            placeholder=gettext("Collections to answer from: {chosen}", chosen=other),
            min_values=0,
            max_values=len(options),
            options=options,
        ),
        *(
            discord.ui.RoleSelect[Any](
                custom_id=called(name),
                placeholder=label,
                min_values=0,
                default_values=[discord.Object(value, type=discord.Role)] if value else [],
            )
            for name, label, value in (
                ("human", gettext("Role that Ask a human notifies"), own.human),
                ("editors", gettext("Role of the editors"), own.editors),
            )
        ),
        discord.ui.ChannelSelect(
            custom_id=called("log"),
            placeholder=gettext("Log channel"),
            min_values=0,
            channel_types=[discord.ChannelType.text, discord.ChannelType.news],
            default_values=[discord.Object(own.log, type=discord.TextChannel)] if own.log else [],
        ),
    ]
    label, value = gettext("Private answers"), "yes"
    if own.private:
        label, value = gettext("Public answers"), "no" if place.channel else "unset"
    elif own.private is False and place.channel:
        label, value = gettext("Same as the server"), "unset"
    parts += [
        discord.ui.Button(label=label, custom_id=called("private", value)),
        discord.ui.Button(label=gettext("Certainty"), custom_id=called("confidence")),
        discord.ui.Button(
            label=gettext("Reset"), custom_id=called("reset"), style=discord.ButtonStyle.danger
        ),
    ]
    if mode is not None:
        switch = called("auto_reply", "unset" if mode.is_on else "yes")
        is_idle = not (mode.is_on or mode.is_possible)
        parts.append(discord.ui.Button(label=mode.label, custom_id=switch, disabled=is_idle))
    for part in parts:
        made.add_item(part)
    made.stop()  # the library need not remember it
    return made


def certainty_field(own: GuildSettings) -> discord.ui.Item[Any]:
    """Make the field of a form for the least certainty in a place."""
    return discord.ui.Label(
        text=gettext("How sure an answer has to be, in percent"),
        description=gettext(
            "It can only be stricter than what the operators chose. Leave it empty for the default."
        ),
        component=discord.ui.TextInput(
            custom_id="confidence",
            required=False,
            max_length=6,
            placeholder="80",
            default=None if own.confidence is None else f"{own.confidence * 100:g}",
        ),
    )
