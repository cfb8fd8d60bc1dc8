"""The entry for commands, presses and forms, and the one place that turns an exception into a sentence."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial, wraps
from typing import Any, Final, ParamSpec

import discord
from discord import app_commands

from bot.context import BotContext, Handler, Interaction, bot_of
from bot.discord_io.origin import scope_of_interaction, set_language_of
from bot.discord_io.sending import notify, respond
from bot.errors import AskError, EditingOff, NotAManager, NotAnEditor, StateError, Undelivered
from bot.messages.custom_ids import Kind
from bot.messages.localization import gettext, gettext_noop
from bot.messages.reply import Reply
from bot.monitoring.logs import describe_error, refer
from bot.state import GuildSettings
from index.errors import FootnoteError

_log = logging.getLogger(__name__)

P = ParamSpec("P")
Tell = Callable[[Exception, str], Awaitable[object]]

OUTDATED: Final = {
    discord.InteractionType.component: gettext_noop(
        "This button is from an earlier version of me and no longer works. Please ask again; the "
        "new answer has buttons that work."
    ),
    discord.InteractionType.modal_submit: gettext_noop(
        "This form is from an earlier version of me, so I can no longer read it. Please ask again."
    ),
}
_CHANGED: Final = gettext_noop(
    "This command has changed. Please restart Discord, so that it shows the new one, and try again."
)
_RULES: Final = "rules"  # key of the settings that apply to an interaction


class Tree(app_commands.CommandTree[Any]):
    """The commands; errors before one of them runs are reported to the member."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Report the error."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await report(bot_of(interaction), cause, partial(_tell, interaction))


def command(function: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, Coroutine[Any, Any, None]]:
    """Decorate the function of a command: check access first, and report every error to the member."""

    @wraps(function)
    async def answer(*args: P.args, **kwargs: P.kwargs) -> None:
        interaction = next(each for each in args if isinstance(each, discord.Interaction))

        async def work() -> None:
            try:
                await authorize(interaction)
                await function(*args, **kwargs)
            except Exception:
                set_language_of(interaction)  # only the member is told
                raise

        set_language_of(interaction)
        await attempt(bot_of(interaction), work(), partial(_tell, interaction))

    # The library would look up the names of types in this module.
    answer.__dict__["__signature__"] = inspect.signature(function, eval_str=True)
    return answer


class Presses:
    """Hands each press, choice and form to the feature that answers its kind of custom id."""

    def __init__(self) -> None:
        self.handlers: list[tuple[Kind, Handler]] = []

    async def answer(self, interaction: Interaction) -> None:
        """Answer an interaction, unless it is a command's."""
        if interaction.type in OUTDATED:
            await self._answer(interaction)

    @command
    async def _answer(self, interaction: Interaction) -> None:
        data: Any = interaction.data
        is_form = interaction.type is discord.InteractionType.modal_submit
        for kind, handler in self.handlers:
            fields = kind.parse(data.get("custom_id") or "") if kind.is_form is is_form else None
            if fields is not None:
                await handler(interaction, **fields)
                return
        await respond(interaction, Reply(gettext(OUTDATED[interaction.type])))


async def attempt(bot: BotContext, work: Awaitable[object], tell: Tell | None = None) -> bool:
    """Do something for somebody, and report its errors.

    Args:
        bot: Does not leave before it is done.
        work: What to do.
        tell: Says a sentence to the one who waits for an answer; None if nobody does.

    Returns:
        Whether nothing failed.
    """
    with bot.answering:
        try:
            await work
        except Exception as error:
            await report(bot, error, tell)
            return False
    return True


async def report(bot: BotContext, error: Exception, tell: Tell | None = None) -> None:
    """Turn an exception into one line of the log and, if somebody waits, one sentence.

    Args:
        bot: Leaves a server that turns out to be unknown.
        error: What was raised.
        tell: As in `attempt`.
    """
    text = sentence(error)
    if tell is None or text is None:
        return
    try:
        await tell(error, text)
    except Exception as another:  # nobody is left to tell
        _log.warning("A member could not be told that something failed: %s", describe_error(another))
    bot.access.leave_if_unknown(error)


def sentence(error: Exception) -> str | None:
    """Log an exception and return what to tell a member about it; None if a message cannot reach them."""
    if isinstance(error, Undelivered):
        _log.warning("%s", error)
        return None
    if isinstance(error, AskError):
        _log.info("A request was refused: %s", type(error).__name__)
        return gettext(error.args[0])
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        _log.warning("Discord offers a command that this version does not have: %s", error)
        return gettext(_CHANGED)
    if isinstance(error, StateError):
        what = gettext("I cannot read my database right now, so nothing was changed.")
    elif isinstance(error, FootnoteError):
        what = gettext("I cannot read the articles right now.")
    else:
        what = gettext("Something went wrong on my side.")
    where = gettext("My operators can look it up by the reference `{reference}`.", reference=refer(error))
    return f"{what} {where}"


async def _tell(interaction: Interaction, _: Exception, text: str) -> None:
    await notify(interaction, Reply(text))


async def authorize(interaction: Interaction) -> GuildSettings:
    """Check whether an interaction may be answered; returns the settings that apply to it.

    Raises:
        AskError: It may not be answered; as `Access.rules_for`.
    """
    access, scope = bot_of(interaction).access, scope_of_interaction(interaction)
    interaction.extras[_RULES] = await access.rules_for(scope, interaction.user.id)
    return rules_of(interaction)


def rules_of(interaction: Interaction) -> GuildSettings:
    """The settings that apply to an interaction."""
    rules: GuildSettings = interaction.extras[_RULES]
    return rules


def take_turn(interaction: Interaction) -> GuildSettings:
    """Count a question, and return the settings for its answer.

    Raises:
        TooOften: The member or the channel has asked too much.
    """
    bot_of(interaction).rates.take(interaction.user.id, interaction.channel_id or 0)
    return rules_of(interaction)


def take_look(interaction: Interaction) -> GuildSettings:
    """Count a look-up, and return the settings for it.

    Raises:
        TooOften: The member has looked up too much.
    """
    bot_of(interaction).rates.look_up(interaction.user.id)
    return rules_of(interaction)


def require_manager(interaction: Interaction) -> GuildSettings:
    """Require that the member may manage the server; returns the settings of the place.

    Raises:
        NotAManager: The member may not.
    """
    if interaction.guild_id is None or not interaction.permissions.manage_guild:
        raise NotAManager
    return rules_of(interaction)


def require_editor(interaction: Interaction) -> GuildSettings:
    """Require that the member is an editor; returns the settings of the place.

    Raises:
        NotAnEditor: The member may not manage the server, and does not have the role of its editors.
        EditingOff: Nobody may change articles, because BOT_GUILDS is not set.
    """
    rules, member = rules_of(interaction), interaction.user
    has_role = isinstance(member, discord.Member) and any(role.id == rules.editors for role in member.roles)
    if interaction.guild_id is None or not (interaction.permissions.manage_guild or has_role):
        raise NotAnEditor
    if not bot_of(interaction).access.is_set:
        raise EditingOff(interaction.guild_id)
    return rules
