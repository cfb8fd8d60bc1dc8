"""What `footnote-bot check --online` asks of Discord, without connecting to the gateway.

Nothing is changed there: no command is registered, and nobody sees the bot come online.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Collection, Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, Final, cast

import aiohttp
import discord
from discord.ext import commands

from bot import invite
from bot.check.finding import FAILED, Finding
from bot.client import FootnoteBot, intents
from bot.discord_io import endpoints
from bot.discord_io.translator import Translator
from bot.errors import StartError
from bot.messages.formatting import duration, first_names
from bot.messages.invisible_characters import reveal
from bot.run import EXPECTED, in_a_sentence, is_expected
from bot.services.asking import EngineService
from bot.settings import BotSettings
from bot.state import channels_set_up, stored_first_guild
from bot.worker import Worker

_OFF: Final = 10.0  # seconds that the clock may be off, network delay and Discord's whole seconds included
_LOOKED_AT: Final = 10  # servers; each costs three requests
_PRIVILEGED: Final = {"message_content": "message content", "members": "members", "presences": "presences"}


class DiscordProbe(FootnoteBot):
    """Footnote that only logs in.

    Args:
        settings: How to reach Discord.

    Attributes:
        ahead: Seconds that the clock of this machine is ahead of Discord's; None before its first answer.
    """

    def __init__(self, settings: BotSettings) -> None:
        nothing: Any = None  # only the commands are looked at
        service = EngineService(nothing, Worker(queue=0, time_limit=1))
        super().__init__(settings, service, nothing, nothing)
        self.ahead: float | None = None
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._compare_clocks)
        self.connections.http_trace = trace

    async def close(self) -> None:
        """Close the connections and end the threads."""
        self.engine_service.close()
        await super().close()

    async def setup_hook(self) -> None:
        """Add the commands, but register none."""
        await self.add_features()

    async def _compare_clocks(self, _: object, __: object, params: aiohttp.TraceRequestEndParams) -> None:
        try:
            there = parsedate_to_datetime(params.response.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            return
        self.ahead = time.time() - there


async def probe_discord(settings: BotSettings, token: str) -> list[Finding]:
    """Log in and check everything that the bot needs of Discord, within three times the start's time limit.

    Args:
        settings: How to reach Discord.
        token: The bot's.
    """
    endpoints.apply(settings)
    chosen = channels_set_up(settings.state)
    first = stored_first_guild(settings.state)
    owners = list(settings.guilds) if settings.guilds is not None else [] if first is None else [first]
    async with DiscordProbe(settings) as probe:
        try:
            async with asyncio.timeout(settings.start_timeout):
                await probe.login(token)
        except (StartError, *EXPECTED) as error:
            return [Finding("token", str(_readable(error, settings)), FAILED)]
        user = probe.user
        found = [
            Finding("token", f"Discord knows it; it is that of {reveal(str(user))}"),
            _clock(probe),
        ]
        wanted = intents(message_content=settings.message_content)
        found += _application(cast("discord.AppInfo", probe.application), wanted)
        found += await _bounded("servers", _servers(probe, owners, chosen), settings)
        found += await _bounded("commands", _registered(probe, owners), settings)
        return found


async def _bounded(subject: str, looking: Awaitable[list[Finding]], settings: BotSettings) -> list[Finding]:
    """Check something within the time limit; an error becomes a finding."""
    try:
        async with asyncio.timeout(settings.start_timeout):
            return await looking
    except EXPECTED as error:
        return [Finding(subject, str(_readable(error, settings)), FAILED)]


def _readable(error: Exception, settings: BotSettings) -> Exception:
    """The sentence for an error; a fault of ours is raised again."""
    if isinstance(error, StartError):
        return error
    if not is_expected(error):
        raise error
    return in_a_sentence(error, settings)


def _clock(probe: DiscordProbe) -> Finding:
    if probe.ahead is None:
        return Finding("clock", "Discord's answer does not tell the time, so there is nothing to compare")
    if abs(probe.ahead) > _OFF:
        which = "ahead of" if probe.ahead > 0 else "behind"
        return Finding(
            "clock",
            f"{duration(abs(probe.ahead))} {which} Discord's. Let the system set it by NTP.",
            FAILED,
        )
    return Finding("clock", "agrees with Discord's")


def _application(info: discord.AppInfo, wanted: discord.Intents) -> list[Finding]:
    """Check whether Discord lets the application do what it needs.

    Args:
        info: From Discord.
        wanted: The events that it asks for.
    """
    page = f"https://discord.com/developers/applications/{info.id}"
    found = []
    allowed = {name: _is_allowed(info.flags, name) for name in _PRIVILEGED}
    missing = [text for name, text in _PRIVILEGED.items() if getattr(wanted, name) and not allowed[name]]
    needless = [text for name, text in _PRIVILEGED.items() if allowed[name] and not getattr(wanted, name)]
    if missing:
        text = f"the privileged intents {first_names(missing)} are needed. Switch them on at {page}/bot"
        found.append(Finding("intents", text, FAILED))
    elif needless:
        text = f"all that are needed; {first_names(needless)} can be switched off at {page}/bot"
        found.append(Finding("intents", text))
    else:
        found.append(Finding("intents", "those that are needed, and no other"))
    if info.bot_public:
        text = (
            "anyone may invite the bot (Public Bot is on). Set Install Link to None at "
            f"{page}/installation, then switch Public Bot off at {page}/bot"
        )
        found.append(Finding("application", text, warns=True))
    if info.interactions_endpoint_url:
        text = f"commands go to an interactions endpoint and not to the bot. Empty it at {page}/information"
        found.append(Finding("application", text, FAILED))
    if info.bot_require_code_grant:
        text = f"it requires the OAuth2 code grant, so nobody can invite it. Switch that off at {page}/bot"
        found.append(Finding("application", text, FAILED))
    return found


def _is_allowed(flags: discord.ApplicationFlags, intent: str) -> bool:
    name = {"members": "guild_members", "presences": "presence"}.get(intent, intent)
    return bool(getattr(flags, f"gateway_{name}") or getattr(flags, f"gateway_{name}_limited"))


async def _servers(probe: discord.Client, guilds: Collection[int], chosen: Collection[int]) -> list[Finding]:
    """Check whether the bot may answer in its servers.

    Args:
        probe: Logged in.
        guilds: Ids of the servers that may use the bot; empty where that is not decided yet.
        chosen: Ids of channels that `/footnote setup` names, in which the bot has to be able to answer.
    """
    application = cast("int", probe.application_id)
    ids = [guild.id async for guild in probe.fetch_guilds(limit=None, with_counts=False)]
    if not ids and not guilds:
        link = invite.link(application)
        return [Finding("servers", f"the bot is in none yet. Invite it: {link}", FAILED)]
    own = [each for each in ids if each in guilds or not guilds]
    found = [await _server(probe, each, chosen) for each in own[:_LOOKED_AT]]
    if len(own) > _LOOKED_AT:
        found.append(Finding("servers", f"{len(own) - _LOOKED_AT} more were not looked at"))
    found += [
        Finding(
            "servers", f"the bot is not in server {each}. Invite it: {invite.link(application, each)}", FAILED
        )
        for each in guilds
        if each not in ids
    ]
    if len(own) < len(ids):
        text = f"the bot is also in {len(ids) - len(own)} that may not use it"
        found.append(Finding("servers", text, warns=True))
    return found


async def _server(probe: discord.Client, guild_id: int, chosen: Collection[int]) -> Finding:
    """Check in which channels of a server mentions can be answered; commands need no permission."""
    guild = await probe.fetch_guild(guild_id, with_counts=False)
    member = await guild.fetch_member(cast("discord.ClientUser", probe.user).id)
    subject = f"server {reveal(guild.name)}"
    answered, unseen = 0, 0
    silent: list[str] = []
    needed: list[str] = []
    channels = [
        each
        for each in await guild.fetch_channels()
        if isinstance(each, discord.TextChannel | discord.ForumChannel)
    ]
    for channel in channels:
        wanted, allowed = _wanted(channel), channel.permissions_for(member)
        lacking = [
            each.name for each in invite.NEEDED if each.flag in wanted and not getattr(allowed, each.flag)
        ]
        named = f"#{reveal(channel.name)} ({', '.join(lacking)})"
        if not lacking:
            answered += 1
        elif channel.id in chosen:
            needed.append(named)
        elif allowed.view_channel:
            silent.append(named)
        else:
            unseen += 1
    if needed:
        text = (
            f"channels of /footnote setup lack permissions: {first_names(needed)}."
            " Give them to its role there."
        )
        return Finding(subject, text, FAILED)
    if not answered and (silent or unseen):
        lacks = f" It lacks, in {first_names(silent)}." if silent else " It sees none of them."
        text = (
            f"mentions are answered in no channel; only commands work.{lacks} Give its role the permissions."
        )
        return Finding(subject, text, FAILED)
    parts = [f"mentions are answered in {answered} of {answered + len(silent) + unseen} channels"]
    parts += [f"not in {first_names(silent)}"] if silent else []
    parts += [f"{unseen} the bot does not see"] if unseen else []
    return Finding(subject, "; ".join(parts))


def _wanted(channel: discord.TextChannel | discord.ForumChannel) -> set[str]:
    """The permissions that answering there needs."""
    send = "send_messages_in_threads" if isinstance(channel, discord.ForumChannel) else "send_messages"
    return {"view_channel", send, "read_message_history"}


async def _registered(probe: commands.AutoShardedBot, guilds: Collection[int]) -> list[Finding]:
    """Compare the commands that Discord offers to members with ours.

    Args:
        probe: Logged in, with the features.
        guilds: Ids of the servers that may use the bot, and so have the commands.
    """
    found = [
        Finding("commands", f"{text}{f' (server {guild})' if len(guilds) > 1 else ''}", code)
        for guild in guilds
        for text, code in [await _compared(probe, guild)]
    ]
    if await _offered(probe, None):
        text = "some are registered in no particular server, so every server is offered them"
        found.append(Finding("commands", f"{text}. Start the bot (again): it deletes them.", FAILED))
    return found or [Finding("commands", "none is registered yet; the bot does that when it starts")]


async def _compared(probe: commands.AutoShardedBot, guild: int) -> tuple[str, int]:
    """What is wrong with the commands in a server, and the exit code for it."""
    translator = Translator()
    payloads = [await one.get_translated_payload(probe.tree, translator) for one in probe.tree.get_commands()]
    ours = {_key(each): each for each in payloads}
    theirs = {_key(each): each for each in await _offered(probe, guild)}
    if not theirs:
        return "none is registered yet; the bot does that when it starts", 0
    same = [key for key in ours.keys() & theirs.keys() if _shape(ours[key]) == _shape(theirs[key])]
    parts = [
        f"{what} {first_names(sorted(name for _, name in keys))}"
        for what, keys in (
            ("missing:", ours.keys() - theirs.keys()),
            ("gone since:", theirs.keys() - ours.keys()),
            ("changed since:", (ours.keys() & theirs.keys()) - set(same)),
        )
        if keys
    ]
    if parts:
        text = f"{'; '.join(parts)}. Start the bot (again): it registers them."
        return f"Discord knows those of another version. {text}", FAILED
    return f"all {len(ours)} are registered", 0


async def _offered(probe: commands.AutoShardedBot, guild: int | None) -> list[dict[str, Any]]:
    """The commands as Discord has them, in all languages: the library asks only for the English ones."""
    path = "/applications/{application_id}" + ("" if guild is None else "/guilds/{guild_id}") + "/commands"
    route = discord.http.Route("GET", path, application_id=probe.application_id, guild_id=guild)
    found: list[dict[str, Any]] = await probe.http.request(route, params={"with_localizations": "true"})
    return found


def _key(command: Mapping[str, Any]) -> tuple[int, str]:
    return command.get("type", 1), command["name"]


def _shape(command: Mapping[str, Any]) -> object:
    """What members see of a command or option, with the options below it in their order."""
    below: Sequence[Mapping[str, Any]] = command.get("options") or []
    own = (
        command.get("type", 1),
        command["name"],
        command.get("description", ""),
        bool(command.get("required")),
        command.get("name_localizations") or {},
        command.get("description_localizations") or {},
    )
    return own, [_shape(each) for each in below]
